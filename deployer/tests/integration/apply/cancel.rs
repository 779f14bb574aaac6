//! What becomes of an operation that the user wants canceled.

use std::sync::Mutex;

use deployer::consent::Refuse;
use deployer::deploy::apply::{Applied, Applier, bring_up, remove};
use deployer::error::{Kind, Result};
use deployer::event::{Event, Reporter, Wish};
use insta::assert_snapshot;

use super::stage::{RESOURCES, STACK, Stage, whole};
use crate::fake_cloudformation::Phase;

/// A user who wants every operation canceled that is seen in one state.
struct Impatient<'a> {
    stage: &'a Stage,
    seen_in: &'static str,
    /// What was watched, and how it was seen last.
    watched: Mutex<Vec<(String, Option<String>)>>,
}

impl Reporter for Impatient<'_> {
    fn report(&self, event: &Event) {
        self.stage.report(event);
    }

    fn watching(&self, stack: &str, status: Option<&str>) -> Wish {
        let seen = (stack.to_owned(), status.map(str::to_owned));
        self.watched.lock().unwrap().push(seen);
        if status == Some(self.seen_in) {
            // A creation and a deletion go on by themselves, and are refused to be canceled first.
            if self.seen_in != "UPDATE_IN_PROGRESS" {
                self.stage.fake.release(STACK);
            }
            return Wish::Cancel;
        }
        Wish::Watch
    }
}

impl<'a> Impatient<'a> {
    fn of(stage: &'a Stage, seen_in: &'static str) -> Self {
        let watched = Mutex::default();
        Self {
            stage,
            seen_in,
            watched,
        }
    }

    async fn up(&self) -> Result<Applied> {
        let stage = self.stage;
        let applier = Applier {
            clients: &stage.clients,
            consent: &Refuse,
            reporter: self,
            role: None,
        };
        bring_up(&applier, &stage.request).await
    }
}

#[tokio::test]
async fn an_update_is_canceled_and_watched_to_the_end_of_its_rollback() {
    let mut stage = Stage::new(RESOURCES).await;
    stage.ready(&Refuse).await;
    stage.wants_more();
    stage.fake.hold(STACK);
    let user = Impatient::of(&stage, "UPDATE_IN_PROGRESS");
    let error = user.up().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Aborted);
    assert_snapshot!(whole(&error), @r"
    the update of the stack `durable-dev-orders` was canceled; the stack is as it was before
    hint: run `deployer up` to update it after all
    ");
    assert_eq!(stage.status(), "UPDATE_ROLLBACK_COMPLETE");
    assert!(stage.said("the update of `durable-dev-orders` is canceled"));
    let last = user.watched.lock().unwrap().pop();
    assert_eq!(last, Some((STACK.to_owned(), None)), "nothing is under way");
    assert_eq!(stage.ready(&Refuse).await.action, "updated");
}

#[tokio::test]
async fn a_rollback_that_fails_after_the_cancel_is_a_failure_with_its_cause() {
    let mut stage = Stage::new(RESOURCES).await;
    stage.ready(&Refuse).await;
    stage.wants_more();
    stage.fake.hold(STACK);
    stage.fake.fail("MainQueue", Phase::Rollback, "it is gone");
    let error = Impatient::of(&stage, "UPDATE_IN_PROGRESS").up().await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), Kind::Deployment);
    let text = whole(&error);
    assert!(text.starts_with("the update of the stack `durable-dev-orders` was canceled, but not rolled back: it is UPDATE_ROLLBACK_FAILED\ncaused by: MainQueue (AWS::SQS::Queue): it is gone\n"), "{text}");
}

#[tokio::test]
async fn the_update_of_somebody_else_is_canceled_and_not_followed_by_another() {
    let mut stage = Stage::new(RESOURCES).await;
    stage.ready(&Refuse).await;
    stage.wants_more();
    stage.fake.hold(STACK);
    stage.start_update_elsewhere(true).await;
    stage.fake.forget_calls();
    let error = Impatient::of(&stage, "UPDATE_IN_PROGRESS").up().await;
    assert_eq!(error.unwrap_err().kind(), Kind::Aborted);
    assert!(!stage.fake.calls().contains(&"UpdateStack".to_owned()));
}

#[tokio::test]
async fn a_cancel_that_comes_too_late_hides_no_success() {
    let stage = Stage::new(RESOURCES).await;
    stage.fake.hold(STACK);
    let applied = Impatient::of(&stage, "CREATE_IN_PROGRESS").up().await;
    assert_eq!(applied.unwrap().action, "created");
    assert!(stage.said("it is too late to cancel the update of `durable-dev-orders`"));
    let cancels = stage.fake.calls();
    let cancels = cancels.iter().filter(|call| *call == "CancelUpdateStack");
    assert_eq!(cancels.count(), 1);
}

#[tokio::test]
async fn a_cancel_that_is_not_permitted_is_told_and_the_update_goes_on() {
    let mut stage = Stage::new(RESOURCES).await;
    stage.ready(&Refuse).await;
    stage.wants_more();
    stage.fake.deny("CancelUpdateStack");
    let applied = Impatient::of(&stage, "UPDATE_IN_PROGRESS").up().await;
    assert_eq!(applied.unwrap().action, "updated");
    assert!(stage.said("could not be canceled, and goes on: AccessDenied"));
}

#[tokio::test]
async fn a_deletion_is_told_of_and_goes_on() {
    let stage = Stage::new(RESOURCES).await;
    stage.ready(&Refuse).await;
    stage.fake.hold(STACK);
    let user = Impatient::of(&stage, "DELETE_IN_PROGRESS");
    let applier = Applier {
        clients: &stage.clients,
        consent: &Refuse,
        reporter: &user,
        role: None,
    };
    remove(&applier, STACK).await.unwrap();
    assert_eq!(stage.status(), "none");
    let deleting = (STACK.to_owned(), Some("DELETE_IN_PROGRESS".to_owned()));
    assert!(user.watched.lock().unwrap().contains(&deleting));
}
