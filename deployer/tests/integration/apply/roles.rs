//! The service role: every operation names it, those of the ways out too.

use deployer::config::{Changes, Mode};
use deployer::consent::{Agree, Refuse};
use deployer::deploy::apply::remove;

use super::stage::{RESOURCES, STACK, Stage};
use crate::fake_cloudformation::Phase;
use crate::practices::sources;
use crate::sandbox::repository;

const ROLE: &str = "arn:aws:iam::000000000000:role/cloudformation";

/// Returns a stage whose caller may do nothing but by the role.
async fn stage() -> Stage {
    Stage::new(RESOURCES).await.with_role(ROLE)
}

#[tokio::test]
async fn a_stack_is_made_changed_and_removed_by_the_role() {
    for changes in [Changes::Direct, Changes::ChangeSet] {
        let mut stage = stage().await.deployed(changes, Mode::Standard, false);
        stage.fake.only_by(ROLE);
        assert_eq!(stage.ready(&Refuse).await.action, "created");
        stage.wants_more();
        assert_eq!(stage.ready(&Refuse).await.action, "updated");
        remove(&stage.applier(&Refuse), STACK).await.unwrap();
        assert_eq!(stage.status(), "none");
    }
}

#[tokio::test]
async fn an_empty_stack_of_a_refused_change_set_goes_by_the_role() {
    let stage = stage()
        .await
        .deployed(Changes::ChangeSet, Mode::Standard, true);
    stage.fake.only_by(ROLE);
    stage.up(&Refuse).await.unwrap_err();
    assert_eq!(stage.status(), "none");
}

#[tokio::test]
async fn what_failed_to_be_made_without_the_role_is_cleared_by_it() {
    let stage = stage().await;
    stage.fake.fail("MainFunction", Phase::Create, "no");
    stage.create_elsewhere(true).await;
    stage.fake.mend();
    stage.fake.only_by(ROLE);
    assert_eq!(stage.ready(&Agree).await.action, "created");
}

#[tokio::test]
async fn a_failed_update_is_rolled_back_by_the_role() {
    let mut stage = stage().await;
    stage.create_elsewhere(true).await;
    stage.wants_more();
    stage.fake.fail("MainFunction", Phase::Update, "no");
    stage.update_elsewhere(false).await;
    stage.fake.mend();
    stage.fake.only_by(ROLE);
    assert_eq!(stage.ready(&Refuse).await.action, "updated");
    assert!(stage.fake.calls().contains(&"RollbackStack".to_owned()));
}

#[tokio::test]
async fn a_rollback_that_failed_goes_on_by_the_role() {
    let mut stage = stage().await;
    stage.create_elsewhere(true).await;
    stage.wants_more();
    stage.fake.fail("MainFunction", Phase::Update, "no");
    stage.fake.fail("MainQueue", Phase::Rollback, "it is gone");
    stage.update_elsewhere(true).await;
    stage.fake.mend();
    stage.fake.only_by(ROLE);
    assert_eq!(stage.ready(&Refuse).await.action, "updated");
    let calls = stage.fake.calls();
    assert!(calls.contains(&"ContinueUpdateRollback".to_owned()));
}

#[tokio::test]
async fn no_role_is_sent_where_the_stage_names_none() {
    let stage = Stage::new(RESOURCES).await;
    stage.ready(&Refuse).await;
    remove(&stage.applier(&Refuse), STACK).await.unwrap();
    for action in ["CreateStack", "DeleteStack"] {
        let sent = stage.fake.parameters(action);
        assert!(!sent.iter().any(|(name, _)| name == "RoleARN"), "{action}");
    }
}

/// Every operation that takes a role, wherever it is written.
#[test]
fn no_operation_in_the_sources_leaves_the_role_out() {
    let operations = [
        "continue_update_rollback()",
        "create_change_set()",
        "create_stack()",
        "delete_stack()",
        "rollback_stack()",
        "update_stack()",
    ];
    let mut seen = 0;
    for path in sources(&repository().join("deployer/src")) {
        let text = fs_err::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let count = |what: &str| code.matches(what).count();
        let begun: usize = operations
            .iter()
            .map(|call| count(&format!(".{call}")))
            .sum();
        assert_eq!(count(".set_role_arn("), begun, "{}", path.display());
        seen += begun;
    }
    assert!(seen >= 7, "{seen}");
}
