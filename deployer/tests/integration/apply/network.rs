//! A network that is lost, and a service that is busy, while an operation is watched.

use std::sync::Arc;

use deployer::consent::Refuse;
use deployer::deploy::apply::{Applied, Applier, bring_up};
use deployer::error::Kind;
use deployer::event::{Event, Reporter};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::stage::{RESOURCES, STACK, Stage};

/// Tells when a warning comes.
struct Warned {
    text: &'static str,
    notify: Arc<Notify>,
}

impl Reporter for Warned {
    fn report(&self, event: &Event) {
        if let Event::Warning { text } = event
            && text.contains(self.text)
        {
            self.notify.notify_one();
        }
    }
}

#[tokio::test]
async fn an_endpoint_that_goes_away_and_comes_back_is_waited_for() {
    let mut stage = Stage::new(RESOURCES).await;
    stage.fake.hold(STACK);
    stage.start_elsewhere(true).await;
    let (up, warned) = watching(&stage, "AWS does not answer for now");
    // Watched, then out of reach, then there again.
    stage.fake.called("DescribeStackEvents").await;
    stage.fake.go_away();
    warned.notified().await;
    stage.fake.come_back();
    stage.fake.release(STACK);
    assert_eq!(up.await.unwrap().unwrap().action, "unchanged");
}

#[tokio::test]
async fn a_service_that_is_asked_too_often_while_it_is_watched_is_asked_again() {
    let stage = Stage::new(RESOURCES).await;
    stage.fake.hold(STACK);
    stage.start_elsewhere(true).await;
    let (up, warned) = watching(&stage, "(Throttling: Rate exceeded");
    stage.fake.called("DescribeStackEvents").await;
    // More often than the SDK itself tries again.
    stage.fake.throttle(0, usize::MAX);
    warned.notified().await;
    stage.fake.throttle(0, 0);
    stage.fake.release(STACK);
    assert_eq!(up.await.unwrap().unwrap().action, "unchanged");
}

/// Brings the stage up beside the test, and tells when a warning with `text` comes.
fn watching(
    stage: &Stage,
    text: &'static str,
) -> (JoinHandle<deployer::error::Result<Applied>>, Arc<Notify>) {
    let warned = Warned {
        text,
        notify: Arc::default(),
    };
    let notify = Arc::clone(&warned.notify);
    let (clients, request) = (stage.clients.clone(), stage.request.clone());
    let up = tokio::spawn(async move {
        let applier = Applier {
            clients: &clients,
            consent: &Refuse,
            reporter: &warned,
            role: None,
        };
        bring_up(&applier, &request).await
    });
    (up, notify)
}

#[tokio::test]
async fn throttled_calls_are_tried_again_by_the_sdk() {
    let stage = Stage::new(RESOURCES).await;
    stage.fake.throttle(0, 2);
    assert_eq!(stage.ready(&Refuse).await.action, "created");
    let calls = stage.fake.calls();
    assert_eq!(calls[..3], ["DescribeStacks"; 3]);
}

#[tokio::test]
async fn credentials_that_run_out_leave_the_operation_to_the_next_up() {
    let stage = Stage::new(RESOURCES).await;
    stage.fake.hold(STACK);
    let (up, _) = watching(&stage, "nothing");
    // A stack that is created is asked for its events only while it is watched.
    stage.fake.called("DescribeStackEvents").await;
    stage.fake.expire();
    let error = up.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), Kind::Permission);
    let hint = error.way_out().unwrap_or_default();
    assert!(hint.contains("goes on by itself"), "{hint}");
    stage.fake.renew();
    stage.fake.release(STACK);
    assert_eq!(stage.ready(&Refuse).await.action, "unchanged");
    let creations = stage.fake.calls();
    let creations = creations
        .iter()
        .filter(|call| call.as_str() == "CreateStack");
    assert_eq!(creations.count(), 1);
}
