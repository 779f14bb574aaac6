//! A process that dies between two calls.

use aws_durable_execution_sdk::test_util::LocalRunner;

use crate::world::{LIMITS, answer, look_up, run_with};

/// Every checkpoint in turn is not stored, and the function ends there.
#[tokio::test]
async fn no_call_that_was_recorded_is_made_again() {
    let mut repeated = 0;
    for lost in 0..12 {
        let runner = LocalRunner::new().fail_checkpoints_after_retryable(lost, 1);
        let replies = [look_up("a"), look_up("b"), answer(), answer()];
        // A call whose reply was lost gets the next reply of the script, so the replies differ from case to case.
        let worked = run_with(runner, LIMITS, replies).await;
        assert!(worked.conclusion().outcome.is_ok(), "lost {lost}");
        let turns = usize::try_from(worked.conclusion().turns).unwrap();
        let again = worked.calls() - turns;
        assert!(again <= 1, "lost {lost}: {again} calls were paid twice");
        repeated += again;
        let recorded = worked.names();
        let recorded = recorded.iter().filter(|name| name.ends_with("look_up"));
        assert!(worked.lookups <= recorded.count() + 1, "lost {lost}");
    }
    assert_eq!(
        repeated, 3,
        "a call is only made again if its own reply was lost"
    );
}
