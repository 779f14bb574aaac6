//! Steps through the SDK's own runner: how often a body runs, and what is recorded of it.
#![expect(clippy::panic, reason = "a body that panics is one of the cases")]

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use aws_durable_execution_sdk::BoxError;
use aws_durable_execution_sdk::test_util::{LocalRunner, TestResult};
use steps::{RecordedError, Schedule, at_most_once, guarded, repeatable};

const SCHEDULE: Schedule = Schedule::new(3, Duration::from_mins(1));

#[derive(Debug, Clone, Copy, thiserror::Error)]
enum PaymentError {
    #[error("the gateway is out of reach")]
    Unavailable,
    #[error("the card is blocked")]
    Blocked,
}

impl RecordedError for PaymentError {
    fn error_type(&self) -> &'static str {
        match self {
            Self::Unavailable => "PaymentUnavailable",
            Self::Blocked => "CardBlocked",
        }
    }

    fn is_permanent(&self) -> bool {
        matches!(self, Self::Blocked)
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Repeatable,
    AtMostOnce,
}

/// What the body does when it runs.
#[derive(Clone, Copy)]
enum Body {
    /// It fails so many times, and then succeeds.
    Fails(PaymentError, usize),
    Panics,
}

const SUCCEEDS: Body = Body::Fails(PaymentError::Unavailable, 0);

/// Runs a workflow of one step, and returns how often its body ran.
async fn run(runner: LocalRunner, kind: Kind, body: Body) -> (TestResult<usize>, usize) {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let result = runner
        .run(
            move |(), context| {
                let counted = Arc::clone(&counted);
                async move {
                    let body = async move {
                        let run = counted.fetch_add(1, Ordering::SeqCst) + 1;
                        match body {
                            Body::Panics => panic!("the body has a bug"),
                            Body::Fails(error, times) if run <= times => Err(error),
                            Body::Fails(..) => Ok(run),
                        }
                    };
                    let done = match kind {
                        Kind::Repeatable => repeatable(&context, "pay", SCHEDULE, body).await,
                        Kind::AtMostOnce => at_most_once(&context, "pay", body).await,
                    };
                    done.map_err(BoxError::from)
                }
            },
            (),
        )
        .await;
    (result, runs.load(Ordering::SeqCst))
}

/// Returns a runner that loses the record of what the first run of the body did.
fn interrupted() -> LocalRunner {
    LocalRunner::new().fail_checkpoints_after_retryable(1, 1)
}

#[tokio::test]
async fn an_interruption_runs_a_repeatable_step_again() {
    let (result, runs) = run(interrupted(), Kind::Repeatable, SUCCEEDS).await;
    assert_eq!(result.output(), Some(&2), "{:?}", result.error_message());
    assert_eq!(runs, 2);
}

#[tokio::test]
async fn an_interruption_fails_a_step_that_runs_at_most_once() {
    let (result, runs) = run(interrupted(), Kind::AtMostOnce, SUCCEEDS).await;
    assert!(result.is_failure());
    assert_eq!(runs, 1);
    let (result, runs) = run(LocalRunner::new(), Kind::AtMostOnce, SUCCEEDS).await;
    assert_eq!((result.output(), runs), (Some(&1), 1));
}

#[tokio::test]
async fn an_error_is_tried_again_by_the_schedule_only() {
    for (failures, runs_expected, output) in [(1, 2, Some(2)), (2, 3, Some(3)), (3, 3, None)] {
        let body = Body::Fails(PaymentError::Unavailable, failures);
        let (result, runs) = run(LocalRunner::new(), Kind::Repeatable, body).await;
        assert_eq!(result.output().copied(), output, "{failures} failures");
        assert_eq!(runs, runs_expected, "{failures} failures");
    }
    let body = Body::Fails(PaymentError::Unavailable, 1);
    let (result, runs) = run(LocalRunner::new(), Kind::AtMostOnce, body).await;
    assert_eq!(result.error_type(), Some("PaymentUnavailable"));
    assert_eq!(runs, 1);
}

#[tokio::test]
async fn a_permanent_error_is_not_tried_again() {
    let body = Body::Fails(PaymentError::Blocked, 1);
    let (result, runs) = run(LocalRunner::new(), Kind::Repeatable, body).await;
    assert_eq!(runs, 1);
    assert_eq!(result.error_type(), Some("CardBlocked"));
    let message = result.error_message().unwrap_or_default();
    assert!(message.ends_with("the card is blocked"), "{message}");
}

#[tokio::test]
async fn a_panic_fails_the_step_with_a_type_of_its_own() {
    for (kind, runs_expected) in [(Kind::Repeatable, 3), (Kind::AtMostOnce, 1)] {
        let (result, runs) = run(LocalRunner::new(), kind, Body::Panics).await;
        assert_eq!(result.error_type(), Some("StepPanicked"));
        assert_eq!(runs, runs_expected);
    }
    let buggy = poll_fn(|_| -> Poll<Result<(), PaymentError>> { panic!("the body has a bug") });
    let error = format!("{:#}", guarded(buggy).await.unwrap_err());
    assert_eq!(error, "StepPanicked: a step panicked");
}
