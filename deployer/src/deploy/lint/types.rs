//! The types of resources, as far as they can be judged without asking AWS.

use super::finding::{Finding, Rule};
use crate::deploy::link::Template;
use crate::resources::usual_types;

const FORM: Rule = Rule {
    code: "T001",
    reason: "CloudFormation finds a resource's provider by a name of three parts",
    source: "AWS CloudFormation: resource types",
};
const NEAR: Rule = Rule {
    code: "T002",
    reason: "CloudFormation refuses a type that it does not know, after everything was built",
    source: "AWS CloudFormation: resource types",
};

/// Returns the resources whose type cannot be one.
pub(super) fn malformed(template: &Template) -> Vec<Finding> {
    let resources = template.resources();
    resources
        .filter(|(_, kind)| !is_well_formed(kind))
        .map(|(id, kind)| {
            let message = match nearly(kind) {
                _ if kind.is_empty() => format!("the resource `{id}` has no type"),
                Some(near) => format!("`{kind}` is no resource type; did you mean `{near}`?"),
                None => format!("`{kind}` is no resource type, such as `AWS::SQS::Queue`"),
            };
            finding(FORM, template, id, message)
        })
        .collect()
}

/// Returns the resources whose type is nearly a usual one: most likely mistyped, but nobody here can be sure.
pub(super) fn doubtful(template: &Template) -> Vec<Finding> {
    let resources = template.resources();
    resources
        .filter(|(_, kind)| is_well_formed(kind) && !usual_types().any(|usual| usual == *kind))
        .filter_map(|(id, kind)| {
            let near = nearly(kind)?;
            let message = format!(
                "the deployer does not know the resource type `{kind}`; did you mean `{near}`?"
            );
            Some(finding(NEAR, template, id, message))
        })
        .collect()
}

fn finding(rule: Rule, template: &Template, id: &str, message: String) -> Finding {
    Finding {
        code: rule.code,
        place: template.place(id).unwrap_or(id).to_owned(),
        message,
        reason: rule.reason,
        source: rule.source,
    }
}

/// `Provider::Service::Resource`, a module's with `MODULE` behind it, or `Custom::Anything`.
fn is_well_formed(kind: &str) -> bool {
    let parts: Vec<&str> = kind.split("::").collect();
    let named = |part: &&str| {
        let mut letters = part.chars();
        !part.is_empty()
            && letters.all(|letter| letter.is_ascii_alphanumeric() || "_@-".contains(letter))
    };
    let enough = match parts.first() {
        Some(&"Custom") => parts.len() == 2,
        _ => parts.len() == 3 || (parts.len() == 4 && parts.last() == Some(&"MODULE")),
    };
    enough && parts.iter().all(named)
}

/// Returns the usual type that differs in a letter or two only.
fn nearly(kind: &str) -> Option<&'static str> {
    usual_types()
        .map(|usual| (strsim::osa_distance(kind, usual), usual))
        .filter(|(distance, usual)| *distance <= 2 || kind.eq_ignore_ascii_case(usual))
        .min()
        .map(|(_, usual)| usual)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::{Finding, doubtful, malformed};
    use crate::deploy::link::Template;

    fn template(kind: &str) -> Template {
        let body = json!({ "Resources": { "R": { "Type": kind } } });
        let place = ("R".to_owned(), "templates/a.yaml:7".to_owned());
        Template::new(body, BTreeMap::from([place]))
    }

    #[track_caller]
    fn one(found: &[Finding]) -> String {
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].place, "templates/a.yaml:7");
        found[0].message.clone()
    }

    #[test]
    fn what_cannot_be_a_type_is_found_with_the_nearest() {
        for kind in [
            "AWS:SQS::Queue",
            "AWS::SQS:Queue",
            "AWS::SQS::Queue ",
            "aws.sqs.queue",
        ] {
            let message = one(&malformed(&template(kind)));
            assert!(
                message.contains(&format!("`{kind}` is no resource type")),
                "{message}"
            );
            assert_eq!(doubtful(&template(kind)), [], "{kind}");
        }
        assert!(
            one(&malformed(&template("AWS:SQS::Queue")))
                .ends_with("did you mean `AWS::SQS::Queue`?")
        );
        assert_eq!(
            one(&malformed(&template(""))),
            "the resource `R` has no type"
        );
    }

    #[test]
    fn a_type_that_is_nearly_a_usual_one_is_doubted_and_not_refused() {
        for (kind, near) in [
            ("AWS::SQS::Quue", "AWS::SQS::Queue"),
            ("AWS::DynamoDb::Table", "AWS::DynamoDB::Table"),
            ("AWS::Lambda::Funciton", "AWS::Lambda::Function"),
            ("AWS::Log::LogGroup", "AWS::Logs::LogGroup"),
        ] {
            assert_eq!(malformed(&template(kind)), [], "{kind}");
            let message = one(&doubtful(&template(kind)));
            assert!(
                message.ends_with(&format!("did you mean `{near}`?")),
                "{message}"
            );
        }
    }

    #[test]
    fn types_that_exist_are_neither_refused_nor_doubted() {
        for kind in [
            "AWS::SQS::Queue",
            "AWS::SQS::QueueInlinePolicy",
            "AWS::MediaConvert::Queue",
            "AWS::IAM::Group",
            "AWS::IAM::User",
            "AWS::Cognito::UserPool",
            "AWS::EC2::VPCGatewayAttachment",
            "AWS::Scheduler::Schedule",
            "AWS::SES::Template",
            "AWS::S3Express::DirectoryBucket",
            "AWS::Lambda::LayerVersionPermission",
            "Alexa::ASK::Skill",
            "Custom::Anything-at_all",
            "Acme::Shop::Till::MODULE",
        ] {
            assert_eq!(malformed(&template(kind)), [], "{kind}");
            assert_eq!(doubtful(&template(kind)), [], "{kind}");
        }
    }
}
