//! Whom a role for CI trusts: the tokens that the CI system signs for its jobs (OIDC).

use serde_json::{Value, json};

use crate::config::App;
use crate::error::{Error, Result};

/// Whose tokens are trusted, and which of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The issuer without `https://`, such as `token.actions.githubusercontent.com`.
    pub host: String,
    /// Whom the tokens are for.
    pub audience: String,
    /// What the tokens must be about, such as `repo:owner/name:environment:prod`.
    pub subject: String,
}

impl Issuer {
    /// Returns GitHub Actions: jobs of the repository about what `filter` says, such as
    /// `environment:prod` or `ref:refs/heads/main`.
    ///
    /// # Errors
    ///
    /// No `OWNER/REPOSITORY`.
    pub fn github(repository: &str, filter: &str) -> Result<Self> {
        let plain = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
        };
        match repository.split_once('/') {
            Some((owner, name)) if plain(owner) && plain(name) => Ok(Self {
                host: "token.actions.githubusercontent.com".to_owned(),
                audience: "sts.amazonaws.com".to_owned(),
                subject: format!("repo:{repository}:{filter}"),
            }),
            _ => Err(
                Error::usage(format!("`{repository}` is no repository of GitHub's"))
                    .hint("write it as OWNER/REPOSITORY"),
            ),
        }
    }
}

/// Returns the trust policy of a role that the issuer's tokens may take on.
pub fn trust(app: &App, issuer: &Issuer) -> Value {
    let Issuer {
        host,
        audience,
        subject,
    } = issuer;
    let partition = app.partition();
    let provider = format!(
        "arn:{partition}:iam::{}:oidc-provider/{host}",
        app.account()
    );
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "Ci",
            "Effect": "Allow",
            "Principal": { "Federated": provider },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringEquals": {
                format!("{host}:aud"): audience,
                format!("{host}:sub"): subject,
            } },
        }],
    })
}
