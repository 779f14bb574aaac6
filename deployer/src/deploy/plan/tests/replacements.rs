//! Each property that replaces, and neighbors that do not.

use serde_json::{Value, json};

use super::{actions, plan, resource};
use crate::deploy::plan::{Action, Loss, Warning};

/// Properties for which a resource is always replaced, by type.
const REPLACE: [(&str, &str); 24] = [
    ("AWS::CloudWatch::Alarm", "AlarmName"),
    ("AWS::CloudWatch::Dashboard", "DashboardName"),
    (
        "AWS::DynamoDB::Table",
        "TableName KeySchema ImportSourceSpecification",
    ),
    ("AWS::Events::Archive", "ArchiveName SourceArn"),
    ("AWS::Events::Rule", "Name"),
    (
        "AWS::IAM::ManagedPolicy",
        "ManagedPolicyName Description Path",
    ),
    ("AWS::IAM::Role", "RoleName Path"),
    ("AWS::IAM::RolePolicy", "PolicyName RoleName"),
    ("AWS::KMS::Alias", "AliasName"),
    ("AWS::Lambda::Alias", "Name FunctionName"),
    ("AWS::Lambda::EventInvokeConfig", "FunctionName Qualifier"),
    (
        "AWS::Lambda::EventSourceMapping",
        "EventSourceArn StartingPosition StartingPositionTimestamp SelfManagedEventSource",
    ),
    (
        "AWS::Lambda::Function",
        "FunctionName PackageType TenancyConfig",
    ),
    (
        "AWS::Lambda::Permission",
        "FunctionName FunctionUrlAuthType InvokedViaFunctionUrl SourceAccount SourceArn Principal \
         PrincipalOrgID Action EventSourceToken",
    ),
    ("AWS::Lambda::Url", "TargetFunctionArn Qualifier"),
    (
        "AWS::Lambda::Version",
        "FunctionName Description CodeSha256 ProvisionedConcurrencyConfig RuntimePolicy",
    ),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::Logs::MetricFilter", "FilterName LogGroupName"),
    (
        "AWS::S3::Bucket",
        "BucketName BucketNamePrefix BucketNamespace",
    ),
    ("AWS::OpenSearchService::Domain", "DomainName"),
    ("AWS::S3::BucketPolicy", "Bucket"),
    ("AWS::SNS::Topic", "TopicName FifoTopic"),
    ("AWS::SQS::Queue", "QueueName FifoQueue"),
    ("AWS::SSM::Parameter", "Name"),
];

/// Properties that are changed in place, by type.
const IN_PLACE: [(&str, &str); 16] = [
    ("AWS::CloudWatch::Alarm", "Threshold AlarmActions"),
    (
        "AWS::DynamoDB::Table",
        "BillingMode TimeToLiveSpecification DeletionProtectionEnabled",
    ),
    (
        "AWS::Events::Archive",
        "Description EventPattern RetentionDays KmsKeyIdentifier",
    ),
    ("AWS::Events::Rule", "EventPattern Targets"),
    ("AWS::IAM::Policy", "PolicyName PolicyDocument Roles"),
    (
        "AWS::IAM::Role",
        "Policies AssumeRolePolicyDocument ManagedPolicyArns",
    ),
    ("AWS::KMS::Key", "KeyPolicy"),
    ("AWS::Lambda::Alias", "FunctionVersion"),
    (
        "AWS::Lambda::EventSourceMapping",
        "FunctionName BatchSize Enabled",
    ),
    (
        "AWS::Lambda::Function",
        "Code MemorySize Timeout Environment Role Architectures Runtime",
    ),
    ("AWS::Logs::LogGroup", "RetentionInDays"),
    (
        "AWS::S3::Bucket",
        "VersioningConfiguration LifecycleConfiguration",
    ),
    (
        "AWS::OpenSearchService::Domain",
        "ClusterConfig EBSOptions AccessPolicies",
    ),
    ("AWS::S3::BucketPolicy", "PolicyDocument"),
    (
        "AWS::SQS::Queue",
        "VisibilityTimeout RedrivePolicy MessageRetentionPeriod",
    ),
    ("AWS::SQS::QueuePolicy", "Queues PolicyDocument"),
];

/// Properties for which a resource may be replaced, by type.
const MAY_REPLACE: [(&str, &str); 4] = [
    ("AWS::DynamoDB::Table", "LocalSecondaryIndexes"),
    ("AWS::Events::Rule", "EventBusName"),
    (
        "AWS::OpenSearchService::Domain",
        "EncryptionAtRestOptions AdvancedSecurityOptions EngineVersion",
    ),
    ("AWS::Unheard::Of", "Anything"),
];

fn change(kind: &str, property: &str, before: &Value, after: &Value) -> (Action, bool) {
    let with = |value: &Value| {
        let mut properties = json!({ "Constant": 1 });
        if !value.is_null() {
            properties[property] = value.clone();
        }
        json!({ "It": resource(kind, &properties) })
    };
    let plan = plan(Some(&with(before)), &with(after));
    let changed = actions(&plan);
    assert_eq!(changed.len(), 1, "{kind} {property}");
    (changed[0].1, plan.resources[0].reason.is_some())
}

#[test]
fn each_property_does_what_its_schema_says() {
    let tables = [
        (REPLACE.as_slice(), Action::Replaced),
        (IN_PLACE.as_slice(), Action::Changed),
        (MAY_REPLACE.as_slice(), Action::MayBeReplaced),
    ];
    for (table, expected) in tables {
        for (kind, properties) in table {
            for property in properties.split_whitespace() {
                let is_explained = expected != Action::Changed;
                for before in [json!("one"), Value::Null] {
                    assert_eq!(
                        change(kind, property, &before, &json!("two")),
                        (expected, is_explained),
                        "{kind} {property} from {before}"
                    );
                }
            }
        }
    }
}

#[test]
fn some_properties_replace_for_some_of_their_values() {
    let attribute =
        |name: &str, kind: &str| json!({ "AttributeName": name, "AttributeType": kind });
    let durable = |seconds: u32| json!({ "ExecutionTimeout": seconds });
    for (kind, property, before, after, expected) in [
        (
            "AWS::DynamoDB::Table",
            "AttributeDefinitions",
            json!([attribute("id", "S")]),
            json!([attribute("id", "N")]),
            Action::Replaced,
        ),
        (
            "AWS::DynamoDB::Table",
            "AttributeDefinitions",
            json!([attribute("id", "S")]),
            json!([attribute("id", "S"), attribute("day", "N")]),
            Action::Changed,
        ),
        (
            "AWS::Lambda::Function",
            "DurableConfig",
            Value::Null,
            durable(60),
            Action::Replaced,
        ),
        (
            "AWS::Lambda::Function",
            "DurableConfig",
            durable(60),
            Value::Null,
            Action::Replaced,
        ),
        (
            "AWS::Lambda::Function",
            "DurableConfig",
            durable(60),
            durable(90),
            Action::Changed,
        ),
    ] {
        let (action, _) = change(kind, property, &before, &after);
        assert_eq!(action, expected, "{kind} {property} {before} → {after}");
    }
}

#[test]
fn another_type_under_the_same_id_is_refused_in_words() {
    let before = json!({ "It": resource("AWS::SQS::Queue", &json!({})) });
    let after = json!({ "It": resource("AWS::SNS::Topic", &json!({})) });
    let plan = plan(Some(&before), &after);
    assert_eq!(actions(&plan), [("It", Action::Replaced)]);
    let reason = plan.resources[0].reason.as_deref().unwrap();
    assert!(reason.contains("refuses another type"), "{reason}");
}

#[test]
fn a_resource_that_keeps_its_name_cannot_be_replaced() {
    let table = |name: Option<&str>, key: &str| {
        let mut properties = json!({ "KeySchema": [{ "AttributeName": key, "KeyType": "HASH" }] });
        if let Some(name) = name {
            properties["TableName"] = json!(name);
        }
        json!({ "Orders": resource("AWS::DynamoDB::Table", &properties) })
    };
    let refused = |before: &Value, after: &Value| {
        let plan = plan(Some(before), after);
        assert_eq!(actions(&plan), [("Orders", Action::Replaced)]);
        plan.warnings.into_iter().any(
            |warning| matches!(warning, Warning::CannotBeReplaced { name, .. } if name == "orders"),
        )
    };
    let named = table(Some("orders"), "id");
    assert!(refused(&named, &table(Some("orders"), "key")));
    assert!(!refused(&named, &table(Some("orders-2"), "key")));
    assert!(!refused(&table(None, "id"), &table(None, "key")));
}

#[test]
fn an_archive_and_a_search_domain_hold_data() {
    for (kind, name, in_place) in [
        ("AWS::Events::Archive", "ArchiveName", "RetentionDays"),
        (
            "AWS::OpenSearchService::Domain",
            "DomainName",
            "ClusterConfig",
        ),
    ] {
        let with = |property: &str, value: &str| {
            let properties = json!({ "Constant": 1, property: value });
            json!({ "It": resource(kind, &properties) })
        };
        let losses = |before: &Value, after: &Value| {
            let plan = plan(Some(before), after);
            let losses = plan.warnings.iter().filter_map(|warning| match warning {
                Warning::LosesData { loss, .. } => Some(*loss),
                _ => None,
            });
            losses.collect::<Vec<_>>()
        };
        let one = with(name, "one");
        let renamed = losses(&one, &with(name, "two"));
        assert_eq!(renamed, [Loss::ReplacedByEmpty], "{kind}");
        assert_eq!(losses(&one, &json!({})), [Loss::Deleted], "{kind}");
        let changed = losses(&with(in_place, "one"), &with(in_place, "two"));
        assert_eq!(changed, [], "{kind}");
    }
}
