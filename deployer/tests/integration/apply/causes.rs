//! What a failed operation says.

use deployer::config::{Changes, Mode};
use deployer::consent::Refuse;
use insta::assert_snapshot;

use super::stage::{RESOURCES, Stage, whole};
use crate::fake_cloudformation::Phase;

#[tokio::test]
async fn a_failed_creation_names_resource_place_reason_and_way_out() {
    let stage = Stage::new(RESOURCES).await;
    let reason = "Resource handler returned message: \"Queue already exists\" (RequestToken: 1, HandlerErrorCode: AlreadyExists)";
    stage.fake.fail("MainQueue", Phase::Create, reason);
    let error = stage.up(&Refuse).await.unwrap_err();
    assert_snapshot!(whole(&error), @r"
    the stack `durable-dev-orders` was not created: it is ROLLBACK_COMPLETE
    caused by: MainQueue (AWS::SQS::Queue, templates/orders.yaml:3): Queue already exists
    operations: operation-0002
    hint: something else has that name: delete it, or give the application or the stage another name
    ");
}

#[tokio::test]
async fn a_failed_rollback_is_told_with_what_it_rolls_back() {
    let mut stage = Stage::new(RESOURCES).await;
    stage.ready(&Refuse).await;
    stage.wants_more();
    stage.fake.fail("MainFunction", Phase::Update, "You cannot add a durable configuration to a function that was originally created with no durable configuration");
    stage
        .fake
        .fail("MainQueue", Phase::Rollback, "The queue is gone");
    let error = stage.up(&Refuse).await.unwrap_err();
    let text = whole(&error);
    assert!(text.contains("caused by: MainFunction (AWS::Lambda::Function, templates/orders.yaml:4): You cannot add"), "{text}");
    assert!(
        text.contains(
            "failed too: MainQueue (AWS::SQS::Queue, templates/orders.yaml:3): The queue is gone"
        ),
        "{text}"
    );
    assert!(
        text.contains("give the orchestrator's function another name"),
        "{text}"
    );
    let operations = text.lines().find(|line| line.starts_with("operations: "));
    assert_eq!(
        operations.unwrap().matches("operation-").count(),
        2,
        "{text}"
    );
}

#[tokio::test]
async fn an_operation_that_was_begun_elsewhere_is_explained_from_its_beginning() {
    let stage = Stage::new(RESOURCES).await;
    stage.fake.fail("MainTable", Phase::Create, "Access denied");
    stage.start_elsewhere(true).await;
    let error = stage.up(&Refuse).await.unwrap_err();
    assert!(
        whole(&error)
            .contains("MainTable (AWS::DynamoDB::Table, templates/orders.yaml:2): Access denied")
    );
}

#[tokio::test]
async fn a_validation_is_told_where_only_its_own_events_tell() {
    let stage = Stage::new(RESOURCES)
        .await
        .deployed(Changes::ChangeSet, Mode::Standard, false);
    stage.fake.invalid(
        "MainQueue",
        "/Properties/DelaySeconds",
        "1 is less than it may be",
    );
    let error = stage.up(&Refuse).await.unwrap_err();
    assert_snapshot!(whole(&error), @r"
    CloudFormation refuses the change set of the stack `durable-dev-orders`; nothing was changed
    caused by: MainQueue (AWS::SQS::Queue, templates/orders.yaml:3): validation failed at /Properties/DelaySeconds: 1 is less than it may be
    hint: mend the template; `deployer validate` and cfn-lint find most of this before it is sent
    ");
    assert_eq!(stage.status(), "none");
}

#[tokio::test]
async fn a_validation_of_a_direct_creation_is_told_too() {
    let stage = Stage::new(RESOURCES).await;
    stage.fake.invalid(
        "MainQueue",
        "/Properties/DelaySeconds",
        "1 is less than it may be",
    );
    let text = whole(&stage.up(&Refuse).await.unwrap_err());
    assert!(
        text.contains("templates/orders.yaml:3): validation failed at /Properties/DelaySeconds"),
        "{text}"
    );
}

#[tokio::test]
async fn events_that_may_not_be_read_hide_nothing_else() {
    let stage = Stage::new(RESOURCES).await;
    stage.fake.deny("DescribeEvents");
    stage
        .fake
        .fail("MainQueue", Phase::Create, "limit exceeded");
    let text = whole(&stage.up(&Refuse).await.unwrap_err());
    assert!(
        text.contains("MainQueue (AWS::SQS::Queue, templates/orders.yaml:3): limit exceeded"),
        "{text}"
    );
    assert!(text.contains("Service Quotas"), "{text}");
    assert!(
        text.contains("events of validations and hooks could not be read")
            && text.contains("allow `cloudformation:DescribeEvents`"),
        "{text}"
    );
}

#[tokio::test]
async fn a_service_that_does_not_answer_for_a_while_is_waited_for() {
    let stage = Stage::new(RESOURCES).await;
    stage.start_elsewhere(true).await;
    // The state and the events so far are read; then the look fails, and its two retries.
    stage.fake.unavailable(2, 4);
    assert_eq!(stage.ready(&Refuse).await.action, "unchanged");
    assert!(stage.said("AWS does not answer for now (ServiceUnavailable: Service is unable to handle request.); still watching"));
}
