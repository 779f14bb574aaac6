//! What AWS takes of a linked template: its size, what is in it, and how long names may be.

use serde_json::Value;

use super::finding::{Finding, Rule};
use crate::deploy::link::Template;
use crate::resources::FUNCTION;

const SIZE: Rule = Rule {
    code: "L001",
    reason: "CloudFormation reads no larger template",
    source: "AWS CloudFormation: quotas",
};
const COUNT: Rule = Rule {
    code: "L002",
    reason: "CloudFormation takes no more of them in one template",
    source: "AWS CloudFormation: quotas",
};
const ENVIRONMENT: Rule = Rule {
    code: "L003",
    reason: "Lambda takes 4 KB of environment variables for each function, names and values together",
    source: "AWS Lambda: quotas",
};
const NAME: Rule = Rule {
    code: "L004",
    reason: "a name that a service does not take fails the deployment after everything was built",
    source: "the API reference of each service",
};

/// The largest template that CloudFormation reads from a bucket, in bytes.
pub(crate) const LARGEST_TEMPLATE: usize = 1_000_000;

/// The most that a template may have of each section.
const SECTIONS: [(&str, &str, usize); 4] = [
    ("Resources", "resources", 500),
    ("Outputs", "outputs", 200),
    ("Parameters", "parameters", 200),
    ("Mappings", "mappings", 200),
];

/// The largest environment of a function, in bytes of its JSON.
const LARGEST_ENVIRONMENT: usize = 4096;

/// The names that a template may give: the type, the property, the longest, and what else than
/// letters and digits is taken.
const NAMES: [(&str, &str, usize, &str); 7] = [
    ("AWS::CloudWatch::Alarm", "AlarmName", 255, ""),
    ("AWS::DynamoDB::Table", "TableName", 255, "_.-"),
    ("AWS::IAM::Role", "RoleName", 64, "_+=,.@-"),
    ("AWS::Lambda::Function", "FunctionName", 64, "_-"),
    ("AWS::Logs::LogGroup", "LogGroupName", 512, "_-/.#"),
    ("AWS::S3::Bucket", "BucketName", 63, ".-"),
    ("AWS::SQS::Queue", "QueueName", 80, "_-."),
];

/// Returns what of a template is more than AWS takes.
pub(super) fn exceeded(template: &Template) -> Vec<Finding> {
    let mut found = whole(template);
    let resources = template.body().get("Resources").and_then(Value::as_object);
    for (id, resource) in resources.into_iter().flatten() {
        let properties = resource.get("Properties").unwrap_or(&Value::Null);
        let kind = resource.get("Type").and_then(Value::as_str);
        let mut add = |rule: Rule, message: String| {
            let place = template.place(id).unwrap_or(id).to_owned();
            found.push(finding(rule, place, message));
        };
        if let Some(bytes) = too_large(properties).filter(|_| kind == Some(FUNCTION)) {
            let message = format!(
                "the environment variables of `{id}` have {bytes} bytes, which is more than {LARGEST_ENVIRONMENT}; read long values from a secret or a parameter at run time"
            );
            add(ENVIRONMENT, message);
        }
        for (_, property, longest, others) in NAMES.iter().filter(|name| kind == Some(name.0)) {
            let name = properties.get(property).and_then(Value::as_str);
            if let Some(wrong) = name.and_then(|name| wrong(name, *longest, others)) {
                add(NAME, format!("`{property}` of `{id}` {wrong}"));
            }
        }
    }
    found
}

/// Returns what the template as a whole has too much of.
fn whole(template: &Template) -> Vec<Finding> {
    let mut found = Vec::new();
    let place = || "templates/".to_owned();
    let bytes = template.text().len();
    if bytes > LARGEST_TEMPLATE {
        let message = format!(
            "the linked template has {bytes} bytes; CloudFormation takes {LARGEST_TEMPLATE}; split the workflow in two"
        );
        found.push(finding(SIZE, place(), message));
    }
    for (section, noun, most) in SECTIONS {
        let entries = template.body().get(section).and_then(Value::as_object);
        let count = entries.map_or(0, serde_json::Map::len);
        if count > most {
            let message = format!(
                "the linked template has {count} {noun}; CloudFormation takes {most}; split the workflow in two"
            );
            found.push(finding(COUNT, place(), message));
        }
    }
    found
}

/// Returns the bytes of an environment that is too large for certain: what is known only when it is
/// deployed counts as nothing.
fn too_large(properties: &Value) -> Option<usize> {
    let variables = properties.pointer("/Environment/Variables")?.as_object()?;
    let known = variables.iter().map(|(name, value)| {
        let known = if value.is_object() {
            &Value::Null
        } else {
            value
        };
        let text = known.as_str().map_or_else(String::new, str::to_owned);
        (name.clone(), Value::String(text))
    });
    let bytes = Value::Object(known.collect()).to_string().len();
    (bytes > LARGEST_ENVIRONMENT).then_some(bytes)
}

/// Returns what is wrong with a name.
fn wrong(name: &str, longest: usize, others: &str) -> Option<String> {
    let length = name.chars().count();
    if length > longest {
        return Some(format!(
            "has {length} characters; at most {longest} are taken"
        ));
    }
    let taken = |letter: &char| letter.is_ascii_alphanumeric() || others.contains(*letter);
    // Alarms take any letter.
    let odd = name.chars().find(|letter| !taken(letter))?;
    (!others.is_empty())
        .then(|| format!("has the character `{odd}`; letters, digits and `{others}` are taken"))
}

fn finding(rule: Rule, place: String, message: String) -> Finding {
    Finding {
        code: rule.code,
        place,
        message,
        reason: rule.reason,
        source: rule.source,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Map, Value, json};

    use super::{Finding, exceeded};
    use crate::deploy::link::Template;

    fn template(body: Value) -> Template {
        let place = ("R".to_owned(), "templates/a.yaml:7".to_owned());
        Template::new(body, BTreeMap::from([place]))
    }

    fn resource(kind: &str, properties: &Value) -> Template {
        template(json!({ "Resources": { "R": { "Type": kind, "Properties": properties } } }))
    }

    fn codes(found: &[Finding]) -> Vec<&str> {
        found.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn a_template_has_a_million_bytes_at_most() {
        let empty = template(json!({ "Description": "" })).text().len();
        for (letters, expected) in [(1_000_000, &[][..]), (1_000_001, &["L001"][..])] {
            let text = "x".repeat(letters - empty);
            let found = exceeded(&template(json!({ "Description": text })));
            assert_eq!(codes(&found), expected, "{letters}");
        }
    }

    #[test]
    fn each_section_has_a_limit() {
        for (section, most) in [
            ("Resources", 500),
            ("Outputs", 200),
            ("Parameters", 200),
            ("Mappings", 200),
        ] {
            for (count, expected) in [(most, &[][..]), (most + 1, &["L002"][..])] {
                let entries = (0..count).map(|number| (format!("E{number}"), json!({})));
                let entries: Map<String, Value> = entries.collect();
                let found = exceeded(&template(json!({ section: entries })));
                assert_eq!(codes(&found), expected, "{count} {section}");
            }
        }
    }

    #[test]
    fn an_environment_has_4_kb_at_most() {
        // `{"NAME":"` and `"}` are eleven bytes.
        for (letters, expected) in [(4085, &[][..]), (4086, &["L003"][..])] {
            let variables = json!({ "NAME": "x".repeat(letters) });
            let environment = json!({ "Environment": { "Variables": variables } });
            let found = exceeded(&resource("AWS::Lambda::Function", &environment));
            assert_eq!(codes(&found), expected, "{letters}");
            assert!(
                found
                    .iter()
                    .all(|finding| finding.place == "templates/a.yaml:7")
            );
        }
        let unknown = json!({ "NAME": { "Fn::Sub": "x".repeat(5000) } });
        let environment = json!({ "Environment": { "Variables": unknown } });
        assert_eq!(
            exceeded(&resource("AWS::Lambda::Function", &environment)),
            []
        );
    }

    #[test]
    fn names_are_as_each_service_takes_them() {
        for (kind, property, longest, wrong) in [
            ("AWS::Lambda::Function", "FunctionName", 64, "a.b"),
            ("AWS::SQS::Queue", "QueueName", 80, "a/b"),
            ("AWS::DynamoDB::Table", "TableName", 255, "a b"),
            ("AWS::IAM::Role", "RoleName", 64, "a/b"),
            ("AWS::S3::Bucket", "BucketName", 63, "a_b"),
        ] {
            let found = |name: &str| exceeded(&resource(kind, &json!({ property: name })));
            assert_eq!(found(&"x".repeat(longest)), [], "{kind}");
            assert_eq!(codes(&found(&"x".repeat(longest + 1))), ["L004"], "{kind}");
            assert_eq!(codes(&found(wrong)), ["L004"], "{kind}");
        }
        let alarm = json!({ "AlarmName": "Störung: zu viele" });
        assert_eq!(exceeded(&resource("AWS::CloudWatch::Alarm", &alarm)), []);
        let composed = json!({ "FunctionName": { "Fn::Sub": "${AWS::StackName}/x" } });
        assert_eq!(exceeded(&resource("AWS::Lambda::Function", &composed)), []);
    }
}
