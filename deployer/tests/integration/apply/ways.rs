//! How changes reach a stack: directly or by change set, in Express mode or not.

use deployer::config::{Changes, Mode, Span};
use deployer::consent::{Agree, Refuse};
use deployer::deploy::apply::current;
use deployer::error::Kind;

use super::stage::{RESOURCES, STACK, Stage, instance, template};
use crate::fake_cloudformation::Phase;

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[tokio::test]
async fn express_keeps_rollback_on_and_says_so_in_its_own_field() {
    let mut stage = Stage::new(RESOURCES)
        .await
        .deployed(Changes::Direct, Mode::Express, false);
    stage.ready(&Refuse).await;
    stage.wants_more();
    stage.fake.fail("MainFunction", Phase::Update, "no");
    stage.up(&Refuse).await.unwrap_err();
    assert_eq!(stage.status(), "UPDATE_ROLLBACK_COMPLETE");
    for action in ["CreateStack", "UpdateStack"] {
        let sent = stage.fake.parameters(action);
        assert!(sent.contains(&pair("DeploymentConfig.Mode", "EXPRESS")));
        assert!(sent.contains(&pair("DeploymentConfig.DisableRollback", "false")));
        assert!(sent.contains(&pair("RetainExceptOnCreate", "true")));
        assert!(
            !sent
                .iter()
                .any(|(name, _)| name == "DisableRollback" || name == "OnFailure")
        );
    }
}

#[tokio::test]
async fn standard_sends_no_mode() {
    let stage = Stage::new(RESOURCES).await;
    stage.ready(&Refuse).await;
    let sent = stage.fake.parameters("CreateStack");
    assert!(
        !sent
            .iter()
            .any(|(name, _)| name.starts_with("DeploymentConfig"))
    );
}

#[tokio::test]
async fn express_by_change_set_is_asked_for_when_it_is_made() {
    let stage = Stage::new(RESOURCES)
        .await
        .deployed(Changes::ChangeSet, Mode::Express, false);
    stage.ready(&Refuse).await;
    let sent = stage.fake.parameters("CreateChangeSet");
    assert!(sent.contains(&pair("DeploymentConfig.DisableRollback", "false")));
    let executed = stage.fake.parameters("ExecuteChangeSet");
    assert!(executed.contains(&pair("RetainExceptOnCreate", "true")));
}

#[tokio::test]
async fn a_change_set_creates_and_updates_and_protects() {
    let mut stage = Stage::new(RESOURCES)
        .await
        .deployed(Changes::ChangeSet, Mode::Standard, true);
    assert_eq!(stage.ready(&Agree).await.action, "created");
    stage.delete_refused().await;
    stage.wants_more();
    stage.fake.replaces("MainQueue");
    assert_eq!(stage.ready(&Agree).await.action, "updated");
    assert!(stage.said("will replace MainQueue (AWS::SQS::Queue)"));
    assert!(stage.said("will modify MainFunction (AWS::Lambda::Function)"));
    assert!(!stage.fake.calls().contains(&"UpdateStack".to_owned()));
}

#[tokio::test]
async fn a_refused_change_set_leaves_nothing_behind() {
    let stage = Stage::new(RESOURCES)
        .await
        .deployed(Changes::ChangeSet, Mode::Standard, true);
    let refusal = stage.up(&Refuse).await.unwrap_err();
    assert_eq!(refusal.kind(), Kind::ConfirmationNeeded);
    assert_eq!(stage.status(), "none");
}

#[tokio::test]
async fn old_change_sets_of_ours_go_and_those_of_others_stay() {
    let mut stage = Stage::new(RESOURCES)
        .await
        .deployed(Changes::ChangeSet, Mode::Standard, true);
    stage.create_elsewhere(true).await;
    stage.wants_more();
    for name in ["deployer-up-0123456789ab", "of-somebody"] {
        let call = stage.clients.cloudformation.create_change_set();
        let call = call.stack_name(STACK).change_set_name(name);
        let call = call.template_body(stage.request.template.text());
        call.send().await.unwrap();
    }
    stage.up(&Refuse).await.unwrap_err();
    assert_eq!(stage.fake.change_sets(STACK), ["of-somebody"]);
}

#[tokio::test]
async fn an_empty_change_set_is_nothing_to_do_and_is_removed() {
    let stage = Stage::new(RESOURCES)
        .await
        .deployed(Changes::ChangeSet, Mode::Standard, false);
    // The same template with other spaces: it reads differently and changes nothing.
    let call = stage.clients.cloudformation.create_stack();
    let call = call.stack_name(STACK).set_tags(Some(stage.tags()));
    let call = call.template_body(stage.request.template.pretty());
    call.send().await.unwrap();
    stage.rest().await;
    assert_eq!(stage.ready(&Refuse).await.action, "unchanged");
    assert!(stage.fake.calls().contains(&"CreateChangeSet".to_owned()));
    assert!(stage.fake.change_sets(STACK).is_empty());
    assert_eq!(stage.status(), "CREATE_COMPLETE");
}

#[tokio::test]
async fn a_template_that_is_too_large_for_a_call_goes_through_the_bucket() {
    let mut stage = Stage::new(RESOURCES).await;
    let description = "x".repeat(60_000);
    let large = RESOURCES.replace(
        "DelaySeconds: 1",
        &format!("DelaySeconds: 1, Note: {description}"),
    );
    stage.wants(template(&large));
    assert_eq!(stage.ready(&Refuse).await.action, "created");
    let sent = stage.fake.parameters("CreateStack");
    assert!(!sent.iter().any(|(name, _)| name == "TemplateBody"));
    let keys = stage.fake.keys(&stage.request.bucket);
    assert!(
        keys.len() == 1 && keys[0].starts_with("templates/"),
        "{keys:?}"
    );
    assert_eq!(stage.ready(&Refuse).await.action, "unchanged");
}

#[tokio::test]
async fn an_unchanged_stack_costs_two_calls_and_a_disturbed_one_is_found_by_them() {
    let stage = Stage::new(RESOURCES).await;
    stage.ready(&Refuse).await;
    stage.fake.forget_calls();
    let requests = [stage.request.clone()];
    let found = current(&stage.clients, &requests).await.unwrap();
    assert_eq!(
        found[0].as_ref().map(|applied| applied.action),
        Some("unchanged")
    );
    assert_eq!(stage.fake.calls(), ["DescribeStacks", "GetTemplate"]);
    // What `destroy` leaves when it is interrupted.
    deployer::stack::set_protection(&stage.clients, STACK, true)
        .await
        .unwrap();
    let found = current(&stage.clients, &requests).await.unwrap();
    assert!(found[0].is_none());
}

#[tokio::test]
async fn what_an_update_cannot_remove_is_a_warning_and_no_failure() {
    let mut stage = Stage::new(RESOURCES).await;
    stage.ready(&Refuse).await;
    let (fewer, _) = RESOURCES.split_once("  Function").unwrap();
    stage.wants(template(fewer));
    stage
        .fake
        .fail("MainFunction", Phase::Delete, "still draining");
    assert_eq!(stage.ready(&Refuse).await.action, "updated");
    assert!(stage.said(
        "left behind, outside of any stack: MainFunction (AWS::Lambda::Function): still draining"
    ));
}

#[tokio::test]
async fn alarms_that_are_there_and_stay_roll_an_update_back_until_the_stage_says_otherwise() {
    const ALARMS: &str =
        "  AlarmErrors: { Type: AWS::CloudWatch::Alarm, Properties: { Threshold: 1 } }
  AlarmOther: { Type: AWS::CloudWatch::Alarm, Properties: { Threshold: 1 } }
";
    for changes in [Changes::Direct, Changes::ChangeSet] {
        let (created, updated) = match changes {
            Changes::Direct => ("CreateStack", "UpdateStack"),
            Changes::ChangeSet => ("CreateChangeSet", "CreateChangeSet"),
        };
        let mut stage = Stage::new(ALARMS)
            .await
            .deployed(changes, Mode::Standard, false);
        stage.wants(instance("Orchestrator", ALARMS));
        stage.rolled_back_by_alarms(Some(Span::from_seconds(600)));
        stage.ready(&Agree).await;
        let triggers = |action: &str| -> Vec<(String, String)> {
            let sent = stage.fake.parameters(action).into_iter();
            sent.filter(|(name, _)| name.starts_with("RollbackConfiguration"))
                .collect()
        };
        assert!(triggers(created).is_empty(), "there is no alarm yet");
        stage.wants(instance(
            "Orchestrator",
            &ALARMS.replace("old: 1", "old: 2"),
        ));
        stage.ready(&Agree).await;
        let triggers = |action: &str| -> Vec<(String, String)> {
            let sent = stage.fake.parameters(action).into_iter();
            sent.filter(|(name, _)| name.starts_with("RollbackConfiguration"))
                .collect()
        };
        let sent = triggers(updated);
        let first = "RollbackConfiguration.RollbackTriggers.member";
        assert!(
            sent.contains(&pair("RollbackConfiguration.MonitoringTimeInMinutes", "10")),
            "{sent:?}"
        );
        assert!(
            sent.contains(&pair(&format!("{first}.1.Type"), "AWS::CloudWatch::Alarm")),
            "{sent:?}"
        );
        let arn = sent
            .iter()
            .find(|(name, _)| *name == format!("{first}.1.Arn"));
        assert!(
            arn.unwrap().1.contains(":cloudwatch:us-east-1:"),
            "{sent:?}"
        );
        assert!(
            !sent
                .iter()
                .any(|(name, _)| name.starts_with(&format!("{first}.2"))),
            "{sent:?}"
        );
    }
}
