//! Asking the cardholder through every channel at once.

use std::sync::Arc;
use std::time::Duration;

use aws_durable_execution_sdk::builders::map_parallel::CompletionConfig;
use aws_durable_execution_sdk::{
    BoxError, Branch, CallbackErrorKind, DurableContext, OperationError, OperationErrorKind,
    TypedError,
};
use serde::{Deserialize, Serialize};
use steps::guarded;

use crate::answer::{Answer, Channel, Decision};
use crate::error::ServiceError;
use crate::message::Transaction;
use crate::notifier::Question;
use crate::operations;
use crate::retry::BRIEF;
use crate::services::Services;
use crate::verdict::{Verification, VerificationOutcome};

const TIMED_OUT: &str = "VerificationTimedOut";
const UNREACHABLE: &str = "ChannelUnreachable";

/// What a branch succeeds with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Reply {
    channel: Channel,
    decision: Decision,
}

/// Asks, and waits for the first answer or for the end of all channels.
pub(crate) async fn verify(
    context: &DurableContext,
    services: &Arc<Services>,
    transaction: &Arc<Transaction>,
) -> Result<Verification, OperationError> {
    let branches = Channel::ALL.map(|channel| {
        let services = Arc::clone(services);
        let transaction = Arc::clone(transaction);
        Branch::new(channel.as_str(), move |context| {
            ask(context, services, transaction, channel)
        })
    });
    let batch = context
        .parallel(branches)
        .name(operations::VERIFICATION)
        .max_concurrency(Channel::ALL.len())
        .completion(CompletionConfig::with_min_successful(1))
        .await_batch()
        .await?;
    let replies = batch.items.iter().filter_map(|item| item.result).collect();
    let failures: Vec<&str> = batch
        .items
        .iter()
        .filter_map(|item| item.error_type.as_deref())
        .collect();
    Ok(conclude(replies, &failures))
}

async fn ask(
    context: DurableContext,
    services: Arc<Services>,
    transaction: Arc<Transaction>,
    channel: Channel,
) -> Result<Reply, BoxError> {
    let timeout = Duration::from_secs(transaction.answer_within_seconds.into());
    context
        .wait_for_callback(move |_, callback_id| async move {
            let question = Question {
                transaction_id: transaction.transaction_id.clone(),
                channel,
                callback_id,
                answer_within_seconds: transaction.answer_within_seconds,
            };
            guarded(services.notifier.ask(&question)).await
        })
        .name(channel.operation())
        .timeout(timeout)
        .submitter_retry(BRIEF.strategy::<ServiceError>())
        .await
        .map(|Answer { decision }| Reply { channel, decision })
        .map_err(|error| TypedError::with_type(failure_type(&error), error).into())
}

/// Classifies the failure of a channel. This must be done inside the branch: beyond it, all that
/// is left of an error is its type and its text.
fn failure_type(error: &OperationError) -> &'static str {
    match error.kind() {
        OperationErrorKind::Callback(callback)
            if matches!(callback.kind(), CallbackErrorKind::TimedOut { .. }) =>
        {
            TIMED_OUT
        }
        _ => UNREACHABLE,
    }
}

/// Draws the conclusion. The batch does not tell which of two answers was first when both were
/// there at once, and then a refusal outweighs an approval.
fn conclude(mut replies: Vec<Reply>, failures: &[&str]) -> Verification {
    replies.sort_by_key(|reply| reply.decision == Decision::Approved);
    match replies.first() {
        Some(reply) => Verification {
            outcome: match reply.decision {
                Decision::Approved => VerificationOutcome::Approved,
                Decision::Declined => VerificationOutcome::Declined,
            },
            channel: Some(reply.channel),
        },
        None => Verification {
            outcome: if failures.contains(&TIMED_OUT) {
                VerificationOutcome::TimedOut
            } else {
                VerificationOutcome::Unreachable
            },
            channel: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Reply, TIMED_OUT, UNREACHABLE, conclude};
    use crate::answer::{Channel, Decision};
    use crate::verdict::VerificationOutcome as Outcome;

    #[test]
    fn the_conclusion_is_as_documented() {
        let yes = |channel| Reply {
            channel,
            decision: Decision::Approved,
        };
        let no = |channel| Reply {
            channel,
            decision: Decision::Declined,
        };
        let (sms, email) = (Channel::Sms, Channel::Email);
        let cases = [
            (vec![yes(sms)], vec![], Outcome::Approved, Some(sms)),
            (
                vec![yes(email)],
                vec![TIMED_OUT],
                Outcome::Approved,
                Some(email),
            ),
            (
                vec![no(email)],
                vec![UNREACHABLE],
                Outcome::Declined,
                Some(email),
            ),
            (
                vec![yes(sms), no(email)],
                vec![],
                Outcome::Declined,
                Some(email),
            ),
            (
                vec![no(sms), yes(email)],
                vec![],
                Outcome::Declined,
                Some(sms),
            ),
            (
                vec![yes(sms), yes(email)],
                vec![],
                Outcome::Approved,
                Some(sms),
            ),
            (vec![], vec![TIMED_OUT, TIMED_OUT], Outcome::TimedOut, None),
            (
                vec![],
                vec![UNREACHABLE, TIMED_OUT],
                Outcome::TimedOut,
                None,
            ),
            (
                vec![],
                vec![UNREACHABLE, UNREACHABLE],
                Outcome::Unreachable,
                None,
            ),
            (vec![], vec![], Outcome::Unreachable, None),
        ];
        for (replies, failures, outcome, channel) in cases {
            let verification = conclude(replies.clone(), &failures);
            assert_eq!(
                (verification.outcome, verification.channel),
                (outcome, channel),
                "{replies:?} {failures:?}"
            );
        }
    }
}
