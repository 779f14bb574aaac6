//! The table of stack states, a row a test: where a stack is found, `up` gets it ready.

use deployer::config::{Changes, Mode};
use deployer::consent::{Agree, Refuse};
use deployer::error::Kind;
use deployer::stack::deployed_template;

use super::stage::{RESOURCES, STACK, Stage, WITHOUT_DATA, template, whole};
use crate::fake_cloudformation::Phase;

#[tokio::test]
async fn no_stack_is_created() {
    let stage = Stage::new(RESOURCES).await;
    assert_eq!(stage.ready(&Refuse).await.action, "created");
    assert_eq!(stage.status(), "CREATE_COMPLETE");
    assert_eq!(stage.ready(&Refuse).await.action, "unchanged");
}

#[tokio::test]
async fn review_in_progress_is_executed() {
    let stage = Stage::new(RESOURCES).await;
    let call = stage.clients.cloudformation.create_change_set();
    call.stack_name(STACK)
        .change_set_name("of-somebody")
        .change_set_type("CREATE".into())
        .template_body(stage.request.template.text())
        .send()
        .await
        .unwrap();
    assert_eq!(stage.status(), "REVIEW_IN_PROGRESS");
    assert_eq!(stage.ready(&Refuse).await.action, "created");
    assert_eq!(stage.status(), "CREATE_COMPLETE");
    assert!(stage.fake.change_sets(STACK).is_empty());
}

#[tokio::test]
async fn create_failed_with_data_is_deleted_with_consent_only() {
    let stage = Stage::new(RESOURCES).await;
    stage.fake.fail("MainFunction", Phase::Create, "no");
    stage.create_elsewhere(false).await;
    assert_eq!(stage.status(), "CREATE_FAILED");
    stage.fake.mend();
    let refusal = stage.up(&Refuse).await.unwrap_err();
    assert_eq!(refusal.kind(), Kind::ConfirmationNeeded);
    let text = whole(&refusal);
    assert!(
        text.contains("MainTable (AWS::DynamoDB::Table), MainQueue (AWS::SQS::Queue)"),
        "{text}"
    );
    assert_eq!(stage.status(), "CREATE_FAILED");
    assert_eq!(stage.ready(&Agree).await.action, "created");
}

#[tokio::test]
async fn whatever_holds_data_is_deleted_with_consent_only_and_logs_of_nothing_without() {
    for (kind, asks) in [
        ("AWS::DynamoDB::GlobalTable", true),
        ("AWS::KMS::Key", true),
        ("AWS::Kinesis::Stream", true),
        ("AWS::S3::Bucket", true),
        ("AWS::SecretsManager::Secret", true),
        ("AWS::Logs::LogGroup", false),
    ] {
        let resources = format!("  Holder: {{ Type: {kind} }}\n{WITHOUT_DATA}");
        let stage = Stage::new(&resources).await;
        stage.fake.fail("MainFunction", Phase::Create, "no");
        stage.create_elsewhere(false).await;
        stage.fake.mend();
        match stage.up(&Refuse).await {
            Ok(applied) => assert_eq!((applied.action, asks), ("created", false), "{kind}"),
            Err(refusal) => {
                assert_eq!(refusal.kind(), Kind::ConfirmationNeeded, "{kind}");
                let text = whole(&refusal);
                assert!(text.contains(&format!("MainHolder ({kind})")), "{text}");
                assert!(asks, "{kind}");
            }
        }
    }
}

#[tokio::test]
async fn create_failed_without_data_is_deleted_and_created() {
    let stage = Stage::new(WITHOUT_DATA).await;
    stage.fake.fail("MainFunction", Phase::Create, "no");
    stage.create_elsewhere(false).await;
    stage.fake.mend();
    assert_eq!(stage.ready(&Refuse).await.action, "created");
}

#[tokio::test]
async fn rollback_complete_is_deleted_and_created() {
    let stage = Stage::new(RESOURCES).await;
    stage.fake.fail("MainFunction", Phase::Create, "no");
    assert_eq!(
        stage.up(&Refuse).await.unwrap_err().kind(),
        Kind::Deployment
    );
    assert_eq!(stage.status(), "ROLLBACK_COMPLETE");
    stage.fake.mend();
    assert_eq!(stage.ready(&Refuse).await.action, "created");
}

#[tokio::test]
async fn a_first_try_that_fails_takes_even_retained_tables_with_it() {
    let retained = RESOURCES.replace("Policy: Delete", "Policy: Retain");
    let stage = Stage::new(&retained).await;
    stage.fake.fail("MainFunction", Phase::Create, "no");
    stage.up(&Refuse).await.unwrap_err();
    let table = &stage.fake.resources(STACK)[0];
    assert_eq!(
        *table,
        ("MainTable".to_owned(), "DELETE_COMPLETE".to_owned())
    );
}

#[tokio::test]
async fn rollback_complete_of_a_protected_stage_is_created_anew_and_protected() {
    let stage = Stage::new(RESOURCES)
        .await
        .deployed(Changes::ChangeSet, Mode::Standard, true);
    stage.fake.fail("MainFunction", Phase::Create, "no");
    stage.create_elsewhere(true).await;
    assert_eq!(stage.status(), "ROLLBACK_COMPLETE");
    stage.fake.mend();
    assert_eq!(stage.ready(&Agree).await.action, "created");
    stage.delete_refused().await;
}

/// A stack with letters that are not ASCII, one of them outside of the basic plane.
const LETTERS: &str =
    "  Function: { Type: AWS::Lambda::Function, Properties: { Description: Prüfung “für” 検 🦀 } }
";

#[tokio::test]
async fn letters_that_cloudformation_does_not_give_back_are_no_change() {
    for changes in [Changes::Direct, Changes::ChangeSet] {
        let stage = Stage::new(LETTERS)
            .await
            .deployed(changes, Mode::Standard, false);
        assert_eq!(stage.ready(&Agree).await.action, "created");
        let template = deployed_template(&stage.clients, STACK).await.unwrap();
        let function = &template["Resources"]["MainFunction"]["Properties"];
        assert_eq!(function["Description"], "Prüfung “für” 検 🦀");
        assert_eq!(stage.ready(&Agree).await.action, "unchanged");
    }
}

/// A stack with a table that is kept, and guarded from deletion.
const GUARDED: &str = "  Table: { Type: AWS::DynamoDB::Table, DeletionPolicy: Retain, Properties: { DeletionProtectionEnabled: true } }
  Function: { Type: AWS::Lambda::Function, Properties: { MemorySize: 128 } }
";

#[tokio::test]
async fn a_table_is_guarded_once_its_stack_is_there() {
    for changes in [Changes::Direct, Changes::ChangeSet] {
        let stage = Stage::new(GUARDED)
            .await
            .deployed(changes, Mode::Standard, true);
        stage.fake.fail("MainFunction", Phase::Create, "no");
        stage.up(&Agree).await.unwrap_err();
        assert_eq!(stage.status(), "ROLLBACK_COMPLETE", "nothing is left");
        stage.fake.mend();
        assert_eq!(stage.ready(&Agree).await.action, "created");
        let template = deployed_template(&stage.clients, STACK).await.unwrap();
        let table = &template["Resources"]["MainTable"]["Properties"];
        assert_eq!(table["DeletionProtectionEnabled"], true);
        assert_eq!(stage.ready(&Agree).await.action, "unchanged");
    }
}

#[tokio::test]
async fn what_a_deletion_skips_is_told_with_what_to_do() {
    let stage = Stage::new(GUARDED).await;
    stage.fake.fail("MainFunction", Phase::Create, "no");
    stage.create_elsewhere(true).await;
    assert_eq!(stage.status(), "ROLLBACK_FAILED");
    stage.fake.mend();
    assert_eq!(stage.ready(&Agree).await.action, "created");
    assert!(stage.said("MainTable (AWS::DynamoDB::Table) stays as"));
}

#[tokio::test]
async fn rollback_failed_is_deleted_with_consent_where_data_is_left() {
    let stage = Stage::new(RESOURCES).await;
    stage.fake.fail("MainFunction", Phase::Create, "no");
    stage.fake.fail("MainTable", Phase::Delete, "not now");
    stage.create_elsewhere(true).await;
    assert_eq!(stage.status(), "ROLLBACK_FAILED");
    stage.fake.mend();
    assert_eq!(
        stage.up(&Refuse).await.unwrap_err().kind(),
        Kind::ConfirmationNeeded
    );
    assert_eq!(stage.ready(&Agree).await.action, "created");
}

#[tokio::test]
async fn update_failed_is_rolled_back_and_updated() {
    let mut stage = Stage::new(RESOURCES).await;
    stage.create_elsewhere(true).await;
    stage.wants_more();
    stage.fake.fail("MainFunction", Phase::Update, "no");
    stage.update_elsewhere(false).await;
    assert_eq!(stage.status(), "UPDATE_FAILED");
    stage.fake.mend();
    stage.fake.forget_calls();
    assert_eq!(stage.ready(&Refuse).await.action, "updated");
    assert!(stage.fake.calls().contains(&"RollbackStack".to_owned()));
    let sent = stage.fake.parameters("RollbackStack");
    assert!(sent.contains(&("RetainExceptOnCreate".to_owned(), "true".to_owned())));
}

#[tokio::test]
async fn update_failed_that_cannot_be_rolled_back_is_updated_from_where_it_is() {
    let mut stage = Stage::new(RESOURCES).await;
    stage.create_elsewhere(true).await;
    stage.wants_more();
    stage.fake.fail("MainFunction", Phase::Update, "no");
    stage.update_express_without_rollback().await;
    assert_eq!(stage.status(), "UPDATE_FAILED");
    stage.fake.mend();
    let larger = RESOURCES.replace("128", "512");
    stage.wants(template(&larger));
    assert_eq!(stage.ready(&Refuse).await.action, "updated");
    assert!(stage.said("it cannot be rolled back"));
}

/// Returns a stage whose stack is in `UPDATE_ROLLBACK_FAILED` because of `queue`.
async fn half_rolled_back(phase: Phase) -> Stage {
    let mut stage = Stage::new(RESOURCES).await;
    stage.create_elsewhere(true).await;
    stage.wants_more();
    stage.fake.fail("MainFunction", Phase::Update, "no");
    stage.fake.fail("MainQueue", phase, "the queue is gone");
    stage.update_elsewhere(true).await;
    assert_eq!(stage.status(), "UPDATE_ROLLBACK_FAILED");
    stage
}

#[tokio::test]
async fn update_rollback_failed_goes_on_once_the_cause_is_mended() {
    let stage = half_rolled_back(Phase::Rollback).await;
    stage.fake.mend();
    assert_eq!(stage.ready(&Refuse).await.action, "updated");
    let calls = stage.fake.calls();
    let continued = calls
        .iter()
        .filter(|call| *call == "ContinueUpdateRollback");
    assert_eq!(continued.count(), 1);
}

#[tokio::test]
async fn update_rollback_failed_goes_on_without_the_resource_that_fails_and_names_it() {
    let stage = half_rolled_back(Phase::Rollback).await;
    stage.up(&Refuse).await.unwrap_err();
    assert!(stage.said("leaving as it is MainQueue (AWS::SQS::Queue): the queue is gone"));
    let sent = stage.fake.parameters("ContinueUpdateRollback");
    let skipped = (
        "ResourcesToSkip.member.1".to_owned(),
        "MainQueue".to_owned(),
    );
    assert!(sent.contains(&skipped), "{sent:?}");
    assert!(!sent.iter().any(|(name, _)| name == "ForceRollback"));
}

#[tokio::test]
async fn update_rollback_failed_is_forced_as_the_last_resort_with_consent() {
    let stage = half_rolled_back(Phase::SkippedRollback).await;
    let refusal = stage.up(&Refuse).await.unwrap_err();
    assert_eq!(refusal.kind(), Kind::ConfirmationNeeded);
    assert_eq!(stage.status(), "UPDATE_ROLLBACK_FAILED");
    stage.fake.forget_calls();
    let error = stage.up(&Agree).await.unwrap_err();
    let sent = stage.fake.parameters("ContinueUpdateRollback");
    assert!(sent.contains(&("ForceRollback".to_owned(), "true".to_owned())));
    // The update itself fails still; its rollback is stuck again, and that is what is told.
    assert!(whole(&error).contains("MainFunction"), "{}", whole(&error));
}

#[tokio::test]
async fn delete_failed_is_deleted_and_created_once_the_cause_is_mended() {
    let stage = Stage::new(WITHOUT_DATA).await;
    stage.create_elsewhere(true).await;
    stage.fake.fail("MainRole", Phase::Delete, "in use");
    stage.delete_elsewhere().await;
    stage.rest().await;
    assert_eq!(stage.status(), "DELETE_FAILED");
    stage.fake.mend();
    assert_eq!(stage.ready(&Refuse).await.action, "created");
}

#[tokio::test]
async fn delete_failed_is_deleted_without_what_cannot_go_named_and_with_consent() {
    let stage = Stage::new(WITHOUT_DATA).await;
    stage.create_elsewhere(true).await;
    stage.fake.fail("MainRole", Phase::Delete, "in use");
    stage.delete_elsewhere().await;
    stage.rest().await;
    let refusal = stage.up(&Refuse).await.unwrap_err();
    assert_eq!(refusal.kind(), Kind::ConfirmationNeeded);
    let text = whole(&refusal);
    assert!(
        text.contains("without MainRole (AWS::IAM::Role), which stays"),
        "{text}"
    );
    assert!(text.contains("MainRole (AWS::IAM::Role): in use"), "{text}");
    assert_eq!(stage.ready(&Agree).await.action, "created");
    let retained = stage.fake.parameters("DeleteStack");
    assert!(retained.contains(&("RetainResources.member.1".to_owned(), "MainRole".to_owned())));
    assert!(stage.said("left behind, outside of any stack: MainRole"));
}

#[tokio::test]
async fn a_creation_under_way_is_watched_and_nothing_is_done_twice() {
    let stage = Stage::new(RESOURCES).await;
    stage.start_elsewhere(true).await;
    assert_eq!(stage.ready(&Refuse).await.action, "unchanged");
    assert!(stage.said("is in CREATE_IN_PROGRESS: watching it to its end first"));
}

#[tokio::test]
async fn an_update_under_way_is_watched_and_then_updated_to_what_is_wanted() {
    let mut stage = Stage::new(RESOURCES).await;
    stage.create_elsewhere(true).await;
    stage.wants_more();
    stage.start_update_elsewhere(true).await;
    assert_eq!(stage.status(), "UPDATE_IN_PROGRESS");
    stage.wants(template(&RESOURCES.replace("128", "512")));
    assert_eq!(stage.ready(&Refuse).await.action, "updated");
    assert!(stage.said("is in UPDATE_IN_PROGRESS: watching it to its end first"));
}

#[tokio::test]
async fn a_rollback_under_way_is_watched_then_the_stack_is_created() {
    let stage = Stage::new(RESOURCES).await;
    stage.fake.fail("MainFunction", Phase::Create, "no");
    stage.start_elsewhere(true).await;
    let call = stage.clients.cloudformation.describe_stacks();
    call.stack_name(STACK).send().await.unwrap();
    assert_eq!(stage.status(), "ROLLBACK_IN_PROGRESS");
    stage.fake.mend();
    assert_eq!(stage.ready(&Refuse).await.action, "created");
}

#[tokio::test]
async fn a_deletion_under_way_is_watched_then_the_stack_is_created() {
    let stage = Stage::new(RESOURCES).await;
    stage.create_elsewhere(true).await;
    stage.delete_elsewhere().await;
    assert_eq!(stage.status(), "DELETE_IN_PROGRESS");
    assert_eq!(stage.ready(&Refuse).await.action, "created");
}

#[tokio::test]
async fn an_operation_that_began_in_between_is_no_failure() {
    let mut stage = Stage::new(RESOURCES).await;
    stage.fake.collide();
    assert_eq!(stage.ready(&Refuse).await.action, "created");
    stage.wants_more();
    stage.fake.collide();
    assert_eq!(stage.ready(&Refuse).await.action, "updated");
}
