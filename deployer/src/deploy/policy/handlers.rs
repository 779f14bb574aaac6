//! What CloudFormation calls to create, change, read and delete resources: a row a type.
//!
//! Source: `handlers.*.permissions` of the resource type schemas that CloudFormation publishes for
//! us-east-1, without what only properties need that the components do not have.

use std::collections::BTreeSet;

use super::document::Document;
use super::names::{Names, kinds};
use super::stack::PolicyStack;

/// A type, and what its handlers call.
type Row = (&'static str, Group, &'static [&'static str]);

/// What a row is done to.
#[derive(Clone, Copy)]
enum Group {
    Functions,
    Roles,
    Queues,
    Tables,
    LogGroups,
    Alarms,
    Rules,
    Topics,
    Bucket,
    Mappings,
}

const ROWS: [Row; 15] = [
    (
        "AWS::CloudWatch::Alarm",
        Group::Alarms,
        &[
            "DeleteAlarms",
            "DescribeAlarms",
            "ListTagsForResource",
            "PutMetricAlarm",
            "TagResource",
            "UntagResource",
        ],
    ),
    (
        "AWS::DynamoDB::Table",
        Group::Tables,
        &[
            "CreateTable",
            "DeleteTable",
            "DescribeContinuousBackups",
            "DescribeContributorInsights",
            "DescribeKinesisStreamingDestination",
            "DescribeTable",
            "DescribeTimeToLive",
            "GetResourcePolicy",
            "ListTagsOfResource",
            "TagResource",
            "UntagResource",
            "UpdateContinuousBackups",
            "UpdateTable",
            "UpdateTimeToLive",
        ],
    ),
    (
        "AWS::Events::Rule",
        Group::Rules,
        &[
            "DeleteRule",
            "DescribeRule",
            "ListTagsForResource",
            "ListTargetsByRule",
            "PutRule",
            "PutTargets",
            "RemoveTargets",
            "TagResource",
            "UntagResource",
        ],
    ),
    (
        "AWS::IAM::Policy",
        Group::Roles,
        &["DeleteRolePolicy", "GetRolePolicy", "PutRolePolicy"],
    ),
    (
        "AWS::IAM::Role",
        Group::Roles,
        &[
            "AttachRolePolicy",
            "CreateRole",
            "DeleteRole",
            "DeleteRolePermissionsBoundary",
            "DeleteRolePolicy",
            "DetachRolePolicy",
            "GetRole",
            "GetRolePolicy",
            "ListAttachedRolePolicies",
            "ListRolePolicies",
            "PutRolePermissionsBoundary",
            "PutRolePolicy",
            "TagRole",
            "UntagRole",
            "UpdateAssumeRolePolicy",
            "UpdateRole",
            "UpdateRoleDescription",
        ],
    ),
    (
        "AWS::Lambda::Alias",
        Group::Functions,
        &[
            "CreateAlias",
            "DeleteAlias",
            "GetAlias",
            "GetProvisionedConcurrencyConfig",
            "UpdateAlias",
        ],
    ),
    (
        "AWS::Lambda::EventSourceMapping",
        Group::Mappings,
        &[
            "CreateEventSourceMapping",
            "DeleteEventSourceMapping",
            "GetEventSourceMapping",
            "ListTags",
            "TagResource",
            "UntagResource",
            "UpdateEventSourceMapping",
        ],
    ),
    (
        "AWS::Lambda::Function",
        Group::Functions,
        &[
            "CreateFunction",
            "DeleteFunction",
            "DeleteFunctionConcurrency",
            "GetFunction",
            "GetFunctionCodeSigningConfig",
            "GetFunctionConfiguration",
            "GetFunctionRecursionConfig",
            "GetRuntimeManagementConfig",
            "ListTags",
            "PutFunctionConcurrency",
            "TagResource",
            "UntagResource",
            "UpdateFunctionCode",
            "UpdateFunctionConfiguration",
        ],
    ),
    (
        "AWS::Lambda::Version",
        Group::Functions,
        &[
            "DeleteFunction",
            "GetFunctionConfiguration",
            "GetProvisionedConcurrencyConfig",
            "ListVersionsByFunction",
            "PublishVersion",
        ],
    ),
    (
        "AWS::Logs::LogGroup",
        Group::LogGroups,
        &[
            "CreateLogGroup",
            "DeleteLogGroup",
            "DescribeIndexPolicies",
            "DescribeLogGroups",
            "GetDataProtectionPolicy",
            "ListTagsForResource",
            "PutRetentionPolicy",
            "TagResource",
            "UntagResource",
        ],
    ),
    (
        "AWS::S3::Bucket",
        Group::Bucket,
        &[
            "CreateBucket",
            "DeleteBucket",
            "GetBucketOwnershipControls",
            "GetBucketPublicAccessBlock",
            "GetBucketTagging",
            "GetBucketVersioning",
            "GetEncryptionConfiguration",
            "GetLifecycleConfiguration",
            "ListBucket",
            "PutBucketOwnershipControls",
            "PutBucketPublicAccessBlock",
            "PutBucketTagging",
            "PutBucketVersioning",
            "PutEncryptionConfiguration",
            "PutLifecycleConfiguration",
        ],
    ),
    (
        "AWS::S3::BucketPolicy",
        Group::Bucket,
        &["DeleteBucketPolicy", "GetBucketPolicy", "PutBucketPolicy"],
    ),
    (
        "AWS::SNS::Topic",
        Group::Topics,
        &[
            "CreateTopic",
            "DeleteTopic",
            "GetDataProtectionPolicy",
            "GetTopicAttributes",
            "ListSubscriptionsByTopic",
            "ListTagsForResource",
            "SetTopicAttributes",
            "Subscribe",
            "TagResource",
            "Unsubscribe",
            "UntagResource",
        ],
    ),
    (
        "AWS::SQS::Queue",
        Group::Queues,
        &[
            "CreateQueue",
            "DeleteQueue",
            "GetQueueAttributes",
            "GetQueueUrl",
            "ListQueueTags",
            "SetQueueAttributes",
            "TagQueue",
            "UntagQueue",
        ],
    ),
    (
        "AWS::SQS::QueuePolicy",
        Group::Queues,
        &["GetQueueAttributes", "SetQueueAttributes"],
    ),
];

/// Allows what CloudFormation does to the resources of the templates.
pub(super) fn resources(names: &Names, stacks: &[PolicyStack<'_>], document: &mut Document) {
    let kinds = kinds(stacks);
    for kind in &kinds {
        let Some((_, group, actions)) = ROWS.iter().find(|(name, ..)| name == kind) else {
            document.does_not_know(kind);
            continue;
        };
        allow(names, *group, actions, document);
    }
    if kinds.contains("AWS::Lambda::Function") {
        let service = BTreeSet::from(["lambda.amazonaws.com".to_owned()]);
        let only = ("StringEquals", "iam:PassedToService", &service);
        document.allow("PassRoles", "iam", &["PassRole"], &names.roles, Some(only));
        document.allow(
            "ReadCode",
            "s3",
            &["GetObject", "GetObjectVersion"],
            &names.objects,
            None,
        );
    }
}

fn allow(names: &Names, group: Group, actions: &[&str], document: &mut Document) {
    let (sid, prefix, resources) = match group {
        Group::Functions => ("ChangeFunctions", "lambda", &names.functions),
        Group::Roles => ("ChangeRoles", "iam", &names.roles),
        Group::Queues => ("ChangeQueues", "sqs", &names.queues),
        Group::Tables => ("ChangeTables", "dynamodb", &names.tables),
        Group::LogGroups => ("ChangeLogGroups", "logs", &names.log_groups),
        Group::Alarms => ("ChangeAlarms", "cloudwatch", &names.alarms),
        Group::Rules => ("ChangeRules", "events", &names.rules),
        Group::Topics => ("ChangeTopics", "sns", &names.topics),
        Group::Bucket => ("ChangeBucket", "s3", &names.bucket),
        Group::Mappings => return mappings(names, actions, document),
    };
    document.allow(sid, prefix, actions, resources, None);
}

/// A mapping has no name of ours, so it is known by the function that it feeds.
fn mappings(names: &Names, actions: &[&str], document: &mut Document) {
    let ours = ("ArnLike", "lambda:FunctionArn", &names.functions);
    // The condition does not reach what only reads and names tags.
    let (reads, changes): (Vec<&str>, Vec<&str>) = actions.iter().partition(|action| {
        matches!(
            **action,
            "GetEventSourceMapping" | "ListTags" | "TagResource" | "UntagResource"
        )
    });
    document.allow("ReadMappings", "lambda", &reads, &names.mappings, None);
    document.allow(
        "ChangeMappings",
        "lambda",
        &changes,
        &Names::everything(),
        Some(ours),
    );
}
