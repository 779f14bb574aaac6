//! What CloudFormation calls to create, change, read and delete resources: a row a type.
//!
//! Source: `handlers.*.permissions` of the resource type schemas that CloudFormation publishes for
//! us-east-1 (August 2026), without what only properties need that the components do not have, and
//! without `list`, which only finds resources that are in no stack.

use std::collections::BTreeSet;

use super::document::Document;
use super::names::{Names, kinds};
use super::stack::PolicyStack;
use crate::config::App;

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

const ROWS: [Row; 17] = [
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
            "GetFunctionScalingConfig",
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
        "AWS::Lambda::Permission",
        Group::Functions,
        &["AddPermission", "GetPolicy", "RemovePermission"],
    ),
    (
        "AWS::Lambda::Url",
        Group::Functions,
        &[
            "CreateFunctionUrlConfig",
            "DeleteFunctionUrlConfig",
            "GetFunctionUrlConfig",
            "UpdateFunctionUrlConfig",
        ],
    ),
    (
        "AWS::Lambda::Version",
        Group::Functions,
        &[
            "DeleteFunction",
            "GetFunctionConfiguration",
            "GetFunctionScalingConfig",
            "GetProvisionedConcurrencyConfig",
            "GetRuntimeManagementConfig",
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
            "DescribeResourcePolicies",
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
            "ListTagsForResource",
            "PutBucketOwnershipControls",
            "PutBucketPublicAccessBlock",
            "PutBucketTagging",
            "PutBucketVersioning",
            "PutEncryptionConfiguration",
            "PutLifecycleConfiguration",
            "TagResource",
            "UntagResource",
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

/// What has no ARN to be allowed on, by the service authorization reference.
const WITHOUT_ARN: [(&str, &str); 4] = [
    ("logs", "DescribeIndexPolicies"),
    ("logs", "DescribeLogGroups"),
    ("logs", "DescribeResourcePolicies"),
    ("sns", "Unsubscribe"),
];

/// What gives a role rights; with a boundary it is allowed only where the role has that.
const GIVES_RIGHTS: [&str; 4] = [
    "AttachRolePolicy",
    "CreateRole",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
];

/// What sets or lifts a boundary. Who is to stay within one may not lift it.
const BOUNDARIES: [&str; 2] = [
    "DeleteRolePermissionsBoundary",
    "PutRolePermissionsBoundary",
];

/// Allows what CloudFormation does to the resources of the templates.
pub(super) fn resources(
    app: &App,
    names: &Names,
    stacks: &[PolicyStack<'_>],
    document: &mut Document,
) {
    let kinds = kinds(stacks);
    for kind in &kinds {
        let Some((_, group, actions)) = ROWS.iter().find(|(name, ..)| name == kind) else {
            document.does_not_know(kind);
            continue;
        };
        match group {
            Group::Roles => roles(app, names, actions, document),
            Group::Mappings => mappings(names, actions, document),
            group => allow(names, *group, actions, document),
        }
    }
    if kinds.contains("AWS::Lambda::Function") {
        let service = BTreeSet::from(["lambda.amazonaws.com".to_owned()]);
        let only = ("StringEquals", "iam:PassedToService", &service);
        document.allow("PassRoles", "iam", &["PassRole"], &names.roles, Some(only));
        document.allow("ReadCode", "s3", &["GetObject"], &names.objects, None);
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
        Group::Mappings => ("ReadMappings", "lambda", &names.mappings),
    };
    let everything = Names::everything();
    let (without, with): (Vec<&str>, Vec<&str>) = actions
        .iter()
        .partition(|action| WITHOUT_ARN.contains(&(prefix, action)));
    document.allow(sid, prefix, &with, resources, None);
    let (lists, changes): (Vec<&str>, Vec<&str>) = without
        .iter()
        .partition(|action| action.starts_with("Describe"));
    document.allow("Lists", prefix, &lists, &everything, None);
    document.allow("Unsubscribe", prefix, &changes, &everything, None);
}

/// Roles are made and given rights only within the stage's boundary, where it names one.
fn roles(app: &App, names: &Names, actions: &[&str], document: &mut Document) {
    let Some(boundary) = &app.stage.deployment.permissions_boundary else {
        let all = actions.iter().copied();
        let unlimited: Vec<&str> = all.filter(|action| !BOUNDARIES.contains(action)).collect();
        return allow(names, Group::Roles, &unlimited, document);
    };
    let (gives, others): (Vec<&str>, Vec<&str>) = actions
        .iter()
        .filter(|action| **action != "DeleteRolePermissionsBoundary")
        .partition(|action| GIVES_RIGHTS.contains(action));
    let boundary = BTreeSet::from([boundary.clone()]);
    let within = ("StringEquals", "iam:PermissionsBoundary", &boundary);
    document.allow("LimitRoles", "iam", &gives, &names.roles, Some(within));
    allow(names, Group::Roles, &others, document);
}

/// A mapping has no name of ours, so it is known by the function that it feeds.
fn mappings(names: &Names, actions: &[&str], document: &mut Document) {
    let ours = ("ArnLike", "lambda:FunctionArn", &names.functions);
    for action in actions {
        match *action {
            // It has no ARN yet.
            "CreateEventSourceMapping" => {
                let everything = Names::everything();
                let sid = "MakeMappings";
                document.allow(sid, "lambda", &[action], &everything, Some(ours));
            }
            "DeleteEventSourceMapping" | "UpdateEventSourceMapping" => {
                let sid = "ChangeMappings";
                document.allow(sid, "lambda", &[action], &names.mappings, Some(ours));
            }
            // Who asks for one that is gone is to be told that, and tags have no such condition.
            _ => allow(names, Group::Mappings, &[action], document),
        }
    }
}
