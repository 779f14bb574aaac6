//! The calls of this program, by what they are done to.
//!
//! A test reads the sources for calls that are not here.

use std::collections::BTreeSet;

use super::document::Document;
use super::names::Names;
use crate::config::App;

const STACKS: [&str; 17] = [
    "CancelUpdateStack",
    "ContinueUpdateRollback",
    "CreateChangeSet",
    "CreateStack",
    "DeleteChangeSet",
    "DeleteStack",
    "DescribeChangeSet",
    "DescribeEvents",
    "DescribeStackEvents",
    "DescribeStacks",
    "ExecuteChangeSet",
    "GetTemplate",
    "ListChangeSets",
    "ListStackResources",
    "RollbackStack",
    "UpdateStack",
    "UpdateTerminationProtection",
];
/// What the stacks of a stage are looked for with: without a name, `DescribeStacks` needs `ListStacks` too.
///
/// Source: `DescribeStacks` in the AWS CloudFormation API Reference.
const ALL_STACKS: [&str; 2] = ["DescribeStacks", "ListStacks"];
/// Tags of a stack, which it hands on to its resources.
const STACK_TAGS: [&str; 2] = ["TagResource", "UntagResource"];
const CHANGE_SETS: [&str; 2] = ["DescribeEvents", "TagResource"];
const FUNCTIONS: [&str; 11] = [
    "DeleteFunction",
    "GetAlias",
    "GetDurableExecution",
    "GetFunctionConfiguration",
    "ListAliases",
    "ListDurableExecutionsByFunction",
    "ListVersionsByFunction",
    "PauseDurableExecution",
    "ResumeDurableExecution",
    "StopDurableExecution",
    "GetDurableExecutionHistory",
];
const TABLES: [&str; 3] = ["DeleteTable", "DescribeTable", "UpdateTable"];
const OBJECTS: [&str; 4] = [
    "DeleteObject",
    "DeleteObjectVersion",
    "GetObject",
    "PutObject",
];
const BUCKET: [&str; 2] = ["ListBucket", "ListBucketVersions"];
const QUEUES: [&str; 2] = ["GetQueueAttributes", "GetQueueUrl"];

const OPERATED_FUNCTIONS: [&str; 13] = [
    "DeleteDurableExecution",
    "DeleteFunction",
    "GetAlias",
    "GetDurableExecution",
    "GetDurableExecutionHistory",
    "GetFunctionConfiguration",
    "InvokeFunction",
    "ListAliases",
    "ListDurableExecutionsByFunction",
    "ListVersionsByFunction",
    "PauseDurableExecution",
    "ResumeDurableExecution",
    "StopDurableExecution",
];
const ANSWERS: [&str; 3] = [
    "SendDurableExecutionCallbackFailure",
    "SendDurableExecutionCallbackHeartbeat",
    "SendDurableExecutionCallbackSuccess",
];
const MESSAGES: [&str; 6] = [
    "ChangeMessageVisibility",
    "DeleteMessage",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ReceiveMessage",
    "SendMessage",
];
const ITEMS: [&str; 4] = ["BatchGetItem", "DeleteItem", "GetItem", "PutItem"];

/// Allows the calls of `up`, `plan`, `status` and `destroy`.
pub(super) fn deploy(app: &App, names: &Names, document: &mut Document) {
    let everything = Names::everything();
    document.allow("Stacks", "cloudformation", &STACKS, &names.stacks, None);
    document.allow("Stacks", "cloudformation", &STACK_TAGS, &names.stacks, None);
    // What a change set failed of is asked by its ARN, and it has the stack's tags.
    document.allow(
        "ChangeSets",
        "cloudformation",
        &CHANGE_SETS,
        &names.change_sets,
        None,
    );
    document.allow("Functions", "lambda", &FUNCTIONS, &names.functions, None);
    document.allow(
        "ReadMappings",
        "lambda",
        &["GetEventSourceMapping"],
        &names.mappings,
        None,
    );
    let ours = ("ArnLike", "lambda:FunctionArn", &names.functions);
    let change = ["UpdateEventSourceMapping"];
    document.allow(
        "ChangeMappings",
        "lambda",
        &change,
        &names.mappings,
        Some(ours),
    );
    document.allow("Tables", "dynamodb", &TABLES, &names.tables, None);
    document.allow("Queues", "sqs", &QUEUES, &names.queues, None);
    document.allow(
        "Alarms",
        "cloudwatch",
        &["DescribeAlarms"],
        &names.alarms,
        None,
    );
    document.allow(
        "LogGroups",
        "logs",
        &["DeleteLogGroup"],
        &names.log_groups,
        None,
    );
    // What is left behind is looked for by name, which these two know no ARN for.
    document.allow("Lists", "dynamodb", &["ListTables"], &everything, None);
    document.allow("Lists", "logs", &["DescribeLogGroups"], &everything, None);
    document.allow("Lists", "cloudformation", &ALL_STACKS, &everything, None);
    document.allow("Artifacts", "s3", &OBJECTS, &names.objects, None);
    document.allow("Bucket", "s3", &BUCKET, &names.bucket, None);
    if let Some(role) = &app.stage.deployment.role {
        let service = BTreeSet::from(["cloudformation.amazonaws.com".to_owned()]);
        let only = ("StringEquals", "iam:PassedToService", &service);
        let role = BTreeSet::from([role.clone()]);
        document.allow("PassServiceRole", "iam", &["PassRole"], &role, Some(only));
    }
}

/// Allows the calls of all that operates: executions, callbacks, dead letters, traces, logs, `prune`, `gc`,
/// and the smoke test.
pub(super) fn operate(names: &Names, document: &mut Document) {
    let everything = Names::everything();
    let reads = [
        "DescribeStacks",
        "GetTemplate",
        "ListChangeSets",
        "DescribeChangeSet",
        "ListStackResources",
    ];
    document.allow("ReadStacks", "cloudformation", &reads, &names.stacks, None);
    document.allow(
        "Operate",
        "lambda",
        &OPERATED_FUNCTIONS,
        &names.functions,
        None,
    );
    document.allow("Answer", "lambda", &ANSWERS, &names.functions, None);
    document.allow(
        "ReadMappings",
        "lambda",
        &["GetEventSourceMapping"],
        &names.mappings,
        None,
    );
    document.allow("Messages", "sqs", &MESSAGES, &names.queues, None);
    document.allow("Items", "dynamodb", &ITEMS, &names.tables, None);
    document.allow(
        "Logs",
        "logs",
        &["FilterLogEvents"],
        &names.log_groups,
        None,
    );
    document.allow("Lists", "logs", &["DescribeLogGroups"], &everything, None);
    document.allow("Lists", "cloudformation", &ALL_STACKS, &everything, None);
    document.allow("Artifacts", "s3", &OBJECTS, &names.objects, None);
    document.allow("Bucket", "s3", &BUCKET, &names.bucket, None);
}
