//! The profile of AWS that is in force: `~/.aws/config` and `~/.aws/credentials`, or where
//! `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` say.

use aws_config::profile::{ProfileSet, load};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

/// Returns what the profile says of `key`; nothing where the files cannot be read, which the SDK
/// tells of when it needs them.
pub(super) async fn value(key: &str) -> Option<String> {
    let profiles = profiles(&Fs::real(), &Env::real()).await?;
    Some(profiles.get(key)?.to_owned())
}

/// Returns how to come to credentials, after none were found.
pub(super) async fn way_in() -> String {
    match profiles(&Fs::real(), &Env::real()).await {
        Some(profiles) => remedy(&profiles),
        None => "correct ~/.aws/config and ~/.aws/credentials, which cannot be read".to_owned(),
    }
}

async fn profiles(files: &Fs, environment: &Env) -> Option<ProfileSet> {
    load(files, environment, &EnvConfigFiles::default(), None)
        .await
        .ok()
}

fn remedy(profiles: &ProfileSet) -> String {
    let mut name = profiles.selected_profile();
    let mut seen = Vec::new();
    // A role is taken on with the credentials of another profile, which may take on a role itself.
    while let Some(profile) = profiles.get_profile(name) {
        if profile.get("login_session").is_some() {
            return format!("run `aws login --profile {name}`");
        }
        if profile.get("sso_session").is_some() || profile.get("sso_start_url").is_some() {
            return format!("run `aws sso login --profile {name}`");
        }
        if profile.get("mfa_serial").is_some() {
            return exported(
                name,
                "asks for a code of an MFA device, which only the AWS CLI can do",
            );
        }
        if profile.get("credential_process").is_some() {
            return format!(
                "run the `credential_process` of profile `{name}` by hand, to see what it answers"
            );
        }
        if let Some(file) = profile.get("web_identity_token_file") {
            return format!(
                "check the token in `{file}`, and that the `role_arn` of profile `{name}` trusts who issued it"
            );
        }
        match profile.get("credential_source") {
            Some("Ec2InstanceMetadata") => {
                return format!(
                    "profile `{name}` takes the credentials of an EC2 instance: run this on one, or choose another profile with AWS_PROFILE"
                );
            }
            Some("EcsContainer") => {
                return format!(
                    "profile `{name}` takes the credentials of a container: run this in a task of ECS or a pod of EKS, or choose another profile with AWS_PROFILE"
                );
            }
            Some("Environment") => {
                return format!(
                    "profile `{name}` takes AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which are not set"
                );
            }
            _ => {}
        }
        seen.push(name);
        match profile.get("source_profile") {
            Some(source) if !seen.contains(&source) => name = source,
            _ => {
                return exported(name, "has no credentials that work here");
            }
        }
    }
    if name == "default" {
        return "log in with `aws login` or `aws sso login`, choose a profile with AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".to_owned();
    }
    format!(
        "profile `{name}` is not defined: choose one with AWS_PROFILE; `aws configure list-profiles` lists them"
    )
}

/// The way for whatever the AWS CLI can do and the SDK cannot.
fn exported(profile: &str, trait_of_it: &str) -> String {
    format!(
        "profile `{profile}` {trait_of_it}; run `eval \"$(aws configure export-credentials --profile {profile} --format env)\"` first"
    )
}

#[cfg(test)]
mod tests {
    use aws_types::os_shim_internal::{Env, Fs};

    use super::{profiles, remedy};

    async fn remedy_of(name: &str, text: &str) -> String {
        let files = Fs::from_slice(&[("config", text)]);
        let environment = Env::from_slice(&[
            ("AWS_CONFIG_FILE", "config"),
            ("AWS_SHARED_CREDENTIALS_FILE", "none"),
            ("AWS_PROFILE", name),
        ]);
        remedy(&profiles(&files, &environment).await.unwrap())
    }

    #[tokio::test]
    async fn each_source_of_credentials_has_a_way_in() {
        let all = "
[default]
region = eu-west-1
[profile console]
login_session = arn:aws:iam::111122223333:user/ada
[profile single]
sso_session = firm
[profile old-single]
sso_start_url = https://firm.awsapps.com/start
[profile role]
role_arn = arn:aws:iam::111122223333:role/deploy
source_profile = single
[profile role-of-role]
role_arn = arn:aws:iam::111122223333:role/deploy
source_profile = role
[profile code]
role_arn = arn:aws:iam::111122223333:role/deploy
source_profile = console
mfa_serial = arn:aws:iam::111122223333:mfa/ada
[profile program]
credential_process = /opt/vault aws
[profile federated]
role_arn = arn:aws:iam::111122223333:role/deploy
web_identity_token_file = /run/token
[profile instance]
role_arn = arn:aws:iam::111122223333:role/deploy
credential_source = Ec2InstanceMetadata
[profile container]
role_arn = arn:aws:iam::111122223333:role/deploy
credential_source = EcsContainer
[profile variables]
role_arn = arn:aws:iam::111122223333:role/deploy
credential_source = Environment
[profile circle]
role_arn = arn:aws:iam::111122223333:role/deploy
source_profile = circle
";
        for (profile, way) in [
            ("console", "run `aws login --profile console`"),
            ("single", "run `aws sso login --profile single`"),
            ("old-single", "run `aws sso login --profile old-single`"),
            ("role", "run `aws sso login --profile single`"),
            ("role-of-role", "run `aws sso login --profile single`"),
            ("code", "asks for a code of an MFA device"),
            (
                "program",
                "run the `credential_process` of profile `program`",
            ),
            ("federated", "check the token in `/run/token`"),
            ("instance", "takes the credentials of an EC2 instance"),
            ("container", "takes the credentials of a container"),
            ("variables", "AWS_SECRET_ACCESS_KEY, which are not set"),
            (
                "circle",
                "aws configure export-credentials --profile circle",
            ),
            (
                "default",
                "aws configure export-credentials --profile default",
            ),
            ("absent", "profile `absent` is not defined"),
        ] {
            let told = remedy_of(profile, all).await;
            assert!(told.contains(way), "{profile}: {told}");
        }
        let nothing = remedy_of("default", "").await;
        assert!(nothing.starts_with("log in with `aws login`"), "{nothing}");
    }
}
