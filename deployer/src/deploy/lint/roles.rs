//! The role that CloudFormation takes on, and the policy that limits the roles that it makes.

use super::finding::{Findings, Rule};
use crate::config::{App, Target};

const ROLES: Rule = Rule {
    code: "S009",
    reason: "CloudFormation and IAM refuse any other ARN, after everything was built",
    source: "CloudFormation CreateStack RoleARN; IAM iam:PassRole; AWS::IAM::Role PermissionsBoundary",
};

pub(super) fn check(app: &App, findings: &mut Findings<'_>) {
    let deployment = &app.stage.deployment;
    if let Some(arn) = &deployment.role {
        check_arn(app, findings, "role", arn, "role", &[app.account()]);
    }
    if let Some(arn) = &deployment.permissions_boundary {
        // AWS has policies of its own, which belong to no account.
        let owners = [app.account(), "aws"];
        check_arn(
            app,
            findings,
            "permissions_boundary",
            arn,
            "policy",
            &owners,
        );
    }
}

fn check_arn(
    app: &App,
    findings: &mut Findings<'_>,
    key: &str,
    arn: &str,
    kind: &str,
    owners: &[&str],
) {
    let (partition, account) = (app.partition(), app.account());
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let wrong = match parts.as_slice() {
        ["arn", of, "iam", "", owner, name]
            if name
                .strip_prefix(kind)
                .and_then(|name| name.strip_prefix('/'))
                .is_some_and(|name| !name.is_empty() && !name.ends_with('/')) =>
        {
            if *of != partition {
                format!("is of the partition `{of}`, but the region is in `{partition}`")
            } else if app.stage.target == Target::Aws && !owners.contains(owner) {
                format!("is of the account {owner}, but the stage is of {account}")
            } else {
                return;
            }
        }
        _ => format!("is no ARN of a {kind}, such as `arn:{partition}:iam::{account}:{kind}/name`"),
    };
    let message = format!("`{arn}` {wrong}");
    findings.add_stage(ROLES, &format!("deployment.{key}"), message);
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use crate::config::{App, load};
    use crate::deploy::lint::check_application;

    fn found(change: impl FnOnce(&mut App)) -> Vec<String> {
        let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut app = load(root, "prod").unwrap();
        change(&mut app);
        let findings = check_application(&app);
        findings.iter().map(ToString::to_string).collect()
    }

    fn with_role(arn: &str, region: &str) -> Vec<String> {
        found(|app| {
            region.clone_into(&mut app.stage.region);
            app.stage.deployment.role = Some(arn.to_owned());
        })
    }

    #[test]
    fn a_role_is_of_the_stage_s_account_and_partition() {
        for (arn, region) in [
            ("arn:aws:iam::444455556666:role/Stacks", "eu-west-1"),
            ("arn:aws:iam::444455556666:role/ci/Stacks", "eu-west-1"),
            ("arn:aws-cn:iam::444455556666:role/Stacks", "cn-north-1"),
        ] {
            assert_eq!(with_role(arn, region), Vec::<String>::new(), "{arn}");
        }
        for (arn, region, why) in [
            (
                "arn:aws:iam::444455556666:role/Stacks",
                "us-gov-west-1",
                "partition",
            ),
            (
                "arn:aws:iam::111122223333:role/Stacks",
                "eu-west-1",
                "account 111122223333",
            ),
            (
                "arn:aws:iam::444455556666:user/ada",
                "eu-west-1",
                "no ARN of a role",
            ),
            (
                "arn:aws:iam::444455556666:role/",
                "eu-west-1",
                "no ARN of a role",
            ),
            (
                "arn:aws:sts::444455556666:role/Stacks",
                "eu-west-1",
                "no ARN of a role",
            ),
            ("Stacks", "eu-west-1", "no ARN of a role"),
        ] {
            let found = with_role(arn, region);
            assert!(
                found.len() == 1 && found[0].contains(why),
                "{arn}: {found:?}"
            );
        }
    }

    #[test]
    fn a_boundary_may_be_a_policy_of_aws() {
        for (arn, right) in [
            ("arn:aws:iam::444455556666:policy/limits", true),
            ("arn:aws:iam::aws:policy/PowerUserAccess", true),
            ("arn:aws:iam::111122223333:policy/limits", false),
            ("arn:aws:iam::444455556666:role/limits", false),
        ] {
            let found = found(|app| {
                app.stage.deployment.permissions_boundary = Some(arn.to_owned());
            });
            assert_eq!(found.is_empty(), right, "{arn}: {found:?}");
        }
    }
}
