//! Each known cause is recognized, and follow-ups are not taken for causes.

use serde_json::json;

use super::{Failures, ResourceFailure, diagnose};
use crate::deploy::link::{Component, Components, Instance, Template, link};

/// A reason as AWS writes it, on what, and a part of the hint.
const KNOWN: [(&str, &str, &str); 41] = [
    (
        "AWS::Lambda::Function",
        "You cannot add a durable configuration to a function that was originally created with no durable configuration (Service: Lambda, Status Code: 400)",
        "durable from its creation",
    ),
    (
        "AWS::Lambda::Function",
        "You can only enable durable execution when creating a function.",
        "durable from its creation",
    ),
    (
        "AWS::Lambda::Function",
        "You cannot remove the durable configuration of a function",
        "stays one",
    ),
    (
        "AWS::Lambda::Function",
        "The runtime provided.al2023 is not supported for durable functions",
        "no durable functions yet",
    ),
    (
        "AWS::Lambda::Function",
        "Durable functions are not available in this Region",
        "no durable functions yet",
    ),
    (
        "AWS::SQS::Queue",
        "Replacement type updates not supported on stack with disable-rollback.",
        "rollback turned off",
    ),
    (
        "AWS::SQS::Queue",
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename q and update the stack again.",
        "fixed name",
    ),
    (
        "AWS::Logs::LogGroup",
        "Resource of type 'AWS::Logs::LogGroup' with identifier '{\"/properties/LogGroupName\":\"/a\"}' already exists.",
        "delete-log-group",
    ),
    (
        "AWS::S3::Bucket",
        "b already exists (Service: S3, Status Code: 409)",
        "all over the world",
    ),
    (
        "AWS::DynamoDB::Table",
        "Resource handler returned message: \"Table already exists: t\" (RequestToken: 1, HandlerErrorCode: AlreadyExists)",
        "something else has that name",
    ),
    (
        "AWS::SQS::Queue",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
        "a minute",
    ),
    (
        "AWS::Lambda::Function",
        "The role defined for the function cannot be assumed by Lambda.",
        "IAM had not spread",
    ),
    (
        "AWS::Lambda::Function",
        "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.",
        "publishes what is missing",
    ),
    (
        "AWS::Lambda::Function",
        "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist",
        "publishes what is missing",
    ),
    (
        "AWS::S3::Bucket",
        "The bucket you tried to delete is not empty (Service: S3, Status Code: 409)",
        "only an empty bucket",
    ),
    (
        "AWS::Lambda::Function",
        "Unzipped size must be smaller than 262144000 bytes",
        "250 MB",
    ),
    (
        "AWS::IAM::Role",
        "Cannot exceed quota for RolesPerAccount: LimitExceeded",
        "Service Quotas",
    ),
    (
        "AWS::Lambda::Function",
        "Code storage limit exceeded.",
        "Service Quotas",
    ),
    (
        "AWS::Lambda::EventSourceMapping",
        "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds",
        "visibility_timeout",
    ),
    (
        "AWS::Events::Rule",
        "Rate exceeded (Service: EventBridge, Status Code: 400)",
        "too often",
    ),
    (
        "AWS::DynamoDB::Table",
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        "protected from deletion",
    ),
    (
        "AWS::SQS::Queue",
        "Properties validation failed for resource Q with message: #: extraneous key [Colour] is not permitted",
        "mend the template",
    ),
    (
        "AWS::SQS::Queue",
        "The following hook(s) failed: [Company::Security::Hook]",
        "hook of the account",
    ),
    (
        "AWS::Lambda::Function",
        "Exceeded attempts to wait",
        "did not become ready",
    ),
    (
        "AWS::Lambda::Function",
        "User: arn:aws:iam::1:user/a is not authorized to perform: lambda:CreateFunction on resource: f because no identity-based policy allows it",
        "allow `lambda:CreateFunction`",
    ),
    (
        "AWS::Lambda::Function",
        "Resource handler returned message: \"You cannot use a managed runtime that does not support a durable configuration (Service: Lambda, Status Code: 400)\" (HandlerErrorCode: InvalidRequest)",
        "us-west-2 or us-east-1",
    ),
    (
        "AWS::Lambda::Function",
        "You cannot invoke a durable function using an unqualified ARN",
        "ends in `:live`",
    ),
    (
        "AWS::Lambda::EventSourceMapping",
        "The function's durable execution timeout is above 15 minutes",
        "let it feed an intermediary",
    ),
    (
        "AWS::Lambda::Function",
        "InvalidParameterValueException: ExecutionTimeout is required",
        "31622400",
    ),
    (
        "AWS::Lambda::Function",
        "RetentionPeriodInDays must be between 1 and 90",
        "1 to 90 days",
    ),
    (
        "AWS::Lambda::Function",
        "State: Deleting, StateReasonCode: DrainingDurableExecutions",
        "when its executions have ended",
    ),
    (
        "AWS::Lambda::Function",
        "Unable to assume the service-linked role. Verify that it exists.",
        "create-service-linked-role",
    ),
    (
        "AWS::SQS::Queue",
        "OptInRequired: The AWS Access Key Id needs a subscription for the service",
        "enable-region",
    ),
    (
        "AWS::SQS::Queue",
        "The security token included in the request is invalid (Service: Sqs, Status Code: 403)",
        "enable-region",
    ),
    (
        "AWS::SQS::Queue",
        "The security token included in the request is expired (Service: Sqs, Status Code: 403)",
        "the credentials ran out",
    ),
    (
        "",
        "DisableRollback cannot be given together with DeploymentConfig",
        "within `DeploymentConfig` only",
    ),
    (
        "AWS::Lambda::Function",
        "Lambda was unable to decrypt the data because KMS access was denied. KMS Exception: KMSAccessDeniedException (Service: Lambda, Status Code: 502)",
        "the KMS key",
    ),
    (
        "AWS::SQS::Queue",
        "NAME_CONFLICT_VALIDATION",
        "something else has that name",
    ),
    (
        "",
        "Member must have length less than or equal to 51200",
        "1 MB, 500 resources",
    ),
    (
        "AWS::SQS::Queue",
        "Action denied by stack policy: Statement [#1] does not allow [Update:Replace] for resource [*]",
        "set-stack-policy",
    ),
    (
        "AWS::Lambda::Function",
        "TooManyRequestsException (Service: Lambda, Status Code: 429)",
        "too often",
    ),
];

fn template() -> Template {
    let queue =
        "Resources:\n  Dead:\n    Type: AWS::SQS::Queue\n  Queue:\n    Type: AWS::SQS::Queue\n";
    let component = Component::parse("intake", "templates/intake.yaml", queue).unwrap();
    let components = Components::from_parsed([component]);
    link(&components, &[Instance::new("Intake", "intake")], "test").unwrap()
}

fn failure(resource: &str, resource_type: &str, reason: &str, operation: &str) -> ResourceFailure {
    ResourceFailure {
        operation: Some(operation.to_owned()),
        resource: resource.to_owned(),
        resource_type: resource_type.to_owned(),
        status: "CREATE_FAILED".to_owned(),
        reason: Some(reason.to_owned()),
    }
}

#[test]
fn every_known_cause_has_its_hint() {
    for (resource_type, reason, expected) in KNOWN {
        let hint = diagnose(
            &Failures::from(vec![failure("A", resource_type, reason, "1")]),
            &template(),
            None,
        )
        .hint;
        let hint = hint.unwrap_or_default();
        assert!(hint.contains(expected), "{reason}: {hint}");
    }
    let unknown = failure("A", "AWS::SQS::Queue", "The moon is in the way", "1");
    assert_eq!(
        diagnose(&Failures::from(vec![unknown]), &template(), None).hint,
        None
    );
}

#[test]
fn the_first_real_cause_names_component_and_line_and_joins_the_operations() {
    let queue = "AWS::SQS::Queue";
    let failures = Failures::from(vec![
        failure("IntakeDead", queue, "Resource creation cancelled", "update"),
        failure(
            "IntakeQueue",
            queue,
            "Resource handler returned message: \"No, thanks\" (RequestToken: 1, HandlerErrorCode: X)",
            "update",
        ),
        failure(
            "stack",
            "AWS::CloudFormation::Stack",
            "The following resource(s) failed to create: [IntakeQueue].",
            "update",
        ),
        failure("IntakeDead", queue, "Access denied", "rollback"),
    ]);
    let diagnosis = diagnose(&failures, &template(), Some("unused"));
    assert_eq!(
        json!([diagnosis.cause, diagnosis.others, diagnosis.operations]),
        json!([
            "IntakeQueue (AWS::SQS::Queue, templates/intake.yaml:4): No, thanks",
            ["IntakeDead (AWS::SQS::Queue, templates/intake.yaml:2): Access denied"],
            ["update", "rollback"]
        ])
    );
}

#[test]
fn without_a_resource_the_stack_speaks() {
    let diagnosis = diagnose(
        &Failures::default(),
        &template(),
        Some("Template format error"),
    );
    assert_eq!(diagnosis.cause.as_deref(), Some("Template format error"));
}
