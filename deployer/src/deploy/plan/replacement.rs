//! Which properties of a resource can only be set when it is created.
//!
//! Source: `createOnlyProperties` and `conditionalCreateOnlyProperties` of the resource type schemas
//! that CloudFormation publishes for us-east-1.

use serde_json::Value;

use super::model::Replacement;

/// The types that are known, with the properties for which a resource is replaced.
const CREATE_ONLY: [(&str, &[&str]); 24] = [
    ("AWS::CloudWatch::Alarm", &["AlarmName"]),
    ("AWS::CloudWatch::Dashboard", &["DashboardName"]),
    (
        "AWS::DynamoDB::Table",
        &["TableName", "KeySchema", "ImportSourceSpecification"],
    ),
    ("AWS::Events::Rule", &["Name"]),
    (
        "AWS::IAM::ManagedPolicy",
        &["ManagedPolicyName", "Description", "Path"],
    ),
    ("AWS::IAM::Policy", &[]),
    ("AWS::IAM::Role", &["RoleName", "Path"]),
    ("AWS::IAM::RolePolicy", &["PolicyName", "RoleName"]),
    ("AWS::KMS::Alias", &["AliasName"]),
    ("AWS::KMS::Key", &[]),
    ("AWS::Lambda::Alias", &["Name", "FunctionName"]),
    (
        "AWS::Lambda::EventInvokeConfig",
        &["FunctionName", "Qualifier"],
    ),
    (
        "AWS::Lambda::EventSourceMapping",
        &[
            "EventSourceArn",
            "StartingPosition",
            "StartingPositionTimestamp",
            "SelfManagedEventSource",
        ],
    ),
    (
        "AWS::Lambda::Function",
        &["FunctionName", "PackageType", "TenancyConfig"],
    ),
    (
        "AWS::Lambda::Permission",
        &[
            "FunctionName",
            "FunctionUrlAuthType",
            "InvokedViaFunctionUrl",
            "SourceAccount",
            "SourceArn",
            "Principal",
            "PrincipalOrgID",
            "Action",
            "EventSourceToken",
        ],
    ),
    (
        "AWS::Lambda::Version",
        &[
            "FunctionName",
            "Description",
            "CodeSha256",
            "ProvisionedConcurrencyConfig",
            "RuntimePolicy",
        ],
    ),
    ("AWS::Logs::LogGroup", &["LogGroupName"]),
    ("AWS::Logs::MetricFilter", &["FilterName", "LogGroupName"]),
    (
        "AWS::S3::Bucket",
        &["BucketName", "BucketNamePrefix", "BucketNamespace"],
    ),
    ("AWS::S3::BucketPolicy", &["Bucket"]),
    ("AWS::SNS::Topic", &["TopicName", "FifoTopic"]),
    ("AWS::SQS::Queue", &["QueueName", "FifoQueue"]),
    ("AWS::SQS::QueuePolicy", &[]),
    ("AWS::SSM::Parameter", &["Name"]),
];

/// The properties for which a resource is sometimes replaced, beside those with a rule of their own below.
const CONDITIONAL: [(&str, &str); 2] = [
    ("AWS::Events::Rule", "EventBusName"),
    ("AWS::DynamoDB::Table", "LocalSecondaryIndexes"),
];

/// The types whose resources hold what cannot be made again.
const DATA: [&str; 8] = [
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
];

/// Returns whether a resource of the type holds what cannot be made again.
pub(super) fn holds_data(kind: &str) -> bool {
    DATA.contains(&kind)
}

/// Returns whether it is known what replaces a resource of the type.
pub(super) fn is_known(kind: &str) -> bool {
    CREATE_ONLY.iter().any(|(known, _)| *known == kind)
}

/// Returns whether a resource is replaced when its property `property` becomes another one.
pub(super) fn judge(
    kind: &str,
    property: &str,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Replacement {
    match (kind, property) {
        // The presence is fixed at the creation; the values are not.
        ("AWS::Lambda::Function", "DurableConfig") if before.is_some() != after.is_some() => {
            Replacement::Certain
        }
        ("AWS::DynamoDB::Table", "AttributeDefinitions") if retypes(before, after) => {
            Replacement::Certain
        }
        _ if CONDITIONAL.contains(&(kind, property)) => Replacement::Possible,
        _ => match CREATE_ONLY.iter().find(|(known, _)| *known == kind) {
            Some((_, properties)) if properties.contains(&property) => Replacement::Certain,
            Some(_) => Replacement::Never,
            None => Replacement::Possible,
        },
    }
}

/// Returns whether an attribute that stays gets another type.
fn retypes(before: Option<&Value>, after: Option<&Value>) -> bool {
    let types = |definitions: Option<&Value>| -> Vec<(String, String)> {
        let text = |definition: &Value, key: &str| definition.get(key)?.as_str().map(str::to_owned);
        definitions
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|definition| {
                Some((
                    text(definition, "AttributeName")?,
                    text(definition, "AttributeType")?,
                ))
            })
            .collect()
    };
    let after = types(after);
    types(before).iter().any(|(name, kind)| {
        after
            .iter()
            .any(|(other, other_kind)| name == other && kind != other_kind)
    })
}
