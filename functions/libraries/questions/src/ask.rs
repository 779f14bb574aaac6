//! Asking through every channel at once.

use std::sync::Arc;
use std::time::Duration;

use aws_durable_execution_sdk::builders::map_parallel::CompletionConfig;
use aws_durable_execution_sdk::{
    BoxError, Branch, CallbackErrorKind, DurableContext, OperationError, OperationErrorKind,
    TypedError,
};
use serde::{Deserialize, Serialize};
use steps::{Schedule, guarded, repeatable};

use crate::channel::Channel;
use crate::courier::{Courier, Delivery};
use crate::question::Question;

/// Four attempts, one, two and four seconds apart.
const BRIEF: Schedule = Schedule::new(4, Duration::from_secs(4));

const UNREACHABLE: &str = "ChannelUnreachable";

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The first answer.
    Answered {
        /// Through which channel it came.
        channel: Channel,
        /// Which of the choices it is.
        choice: String,
    },
    /// At least one channel was waited for to the end.
    TimedOut,
    /// No channel was there to be waited for.
    Unreachable,
}

/// The result of a callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Answer {
    decision: String,
}

/// What a branch succeeds with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reply {
    channel: Channel,
    decision: String,
}

/// Asks a question, and waits for the first answer or for the end of all channels.
///
/// In the history it is a parallel operation with the name of the question, and in it a branch for every channel, named
/// like it, with a callback `ask-<channel>`; with a reminder, a step of that name, the callback, and `remind-<channel>`.
/// An answer is the callback's result: `{"decision": "<choice>"}`. A branch fails with the type [`Question::timed_out`]
/// or `ChannelUnreachable`: when the question cannot be sent, when its callback is completed with a failure, or when its
/// answer is none of the choices, since a callback takes one answer only. What is answered later is refused by the
/// service.
pub async fn ask<C: Courier>(
    context: &DurableContext,
    courier: &Arc<C>,
    question: &Arc<Question>,
) -> Result<Outcome, OperationError> {
    let branches = question.channels.iter().map(|channel| {
        let asking = Asking {
            courier: Arc::clone(courier),
            question: Arc::clone(question),
            channel: *channel,
        };
        Branch::new(channel.as_str(), move |context| asking.run(context))
    });
    let batch = context
        .parallel(branches.collect::<Vec<_>>())
        .name(&question.name)
        .max_concurrency(question.channels.len().max(1))
        .completion(CompletionConfig::with_min_successful(1))
        .await_batch()
        .await?;
    let replies = batch.items.iter().filter_map(|item| item.result.clone());
    let timed_out = question.timed_out();
    let waited = batch
        .items
        .iter()
        .any(|item| item.error_type.as_deref() == Some(&timed_out));
    Ok(conclude(replies.collect(), &question.choices, waited))
}

/// Draws the conclusion. The batch does not tell which of two answers was first when both were there at once.
fn conclude(replies: Vec<Reply>, choices: &[String], waited: bool) -> Outcome {
    let caution = |reply: &Reply| choices.iter().position(|choice| *choice == reply.decision);
    let mut decisive: Option<Reply> = None;
    for reply in replies {
        if decisive
            .as_ref()
            .is_none_or(|first| caution(&reply) > caution(first))
        {
            decisive = Some(reply);
        }
    }
    match decisive {
        Some(Reply { channel, decision }) => Outcome::Answered {
            channel,
            choice: decision,
        },
        None if waited => Outcome::TimedOut,
        None => Outcome::Unreachable,
    }
}

/// A question on one channel.
struct Asking<C> {
    courier: Arc<C>,
    question: Arc<Question>,
    channel: Channel,
}

impl<C> Clone for Asking<C> {
    fn clone(&self) -> Self {
        Self {
            courier: Arc::clone(&self.courier),
            question: Arc::clone(&self.question),
            channel: self.channel,
        }
    }
}

impl<C: Courier> Asking<C> {
    async fn run(self, context: DurableContext) -> Result<Reply, BoxError> {
        let (channel, question) = (self.channel, Arc::clone(&self.question));
        let answered = match question.remind_after {
            Some(after) if after < question.answer_within => self.remind(&context, after).await,
            _ => self.wait(&context).await,
        };
        match answered {
            Ok(Answer { decision }) if question.choices.contains(&decision) => {
                Ok(Reply { channel, decision })
            }
            Ok(_) => Err(TypedError::with_type(UNREACHABLE, NoChoice).into()),
            // This must be told here: beyond the branch all that is left of an error is its type and its text.
            Err(error) if is_timeout(&error) => {
                Err(TypedError::with_type(question.timed_out(), error).into())
            }
            Err(error) => Err(TypedError::with_type(UNREACHABLE, error).into()),
        }
    }

    async fn wait(self, context: &DurableContext) -> Result<Answer, OperationError> {
        let execution = context.execution_arn().to_owned();
        let (name, timeout) = (self.channel.operation(), self.question.answer_within);
        context
            .wait_for_callback(move |_, callback_id| async move {
                guarded(self.deliver(&execution, &callback_id, false)).await
            })
            .name(name)
            .timeout(timeout)
            .submitter_retry(BRIEF.strategy::<C::Error>())
            .await
    }

    /// Waits with a reminder, which goes out beside the waiting and ends with it.
    async fn remind(
        self,
        context: &DurableContext,
        after: Duration,
    ) -> Result<Answer, OperationError> {
        let execution = context.execution_arn().to_owned();
        let channel = self.channel;
        let callback = context
            .create_callback::<Answer>()
            .timeout(self.question.answer_within)
            .await?;
        let callback_id = callback.id().to_owned();
        let (first, second) = (self.clone(), self);
        let (sent_in, sent_to) = (execution.clone(), callback_id.clone());
        repeatable(context, channel.operation(), BRIEF, async move {
            first.deliver(&sent_in, &sent_to, false).await
        })
        .await?;
        let reminder = context
            .run_in_child_context(move |context| async move {
                context.wait(after).name("remind-after").await?;
                let name = format!("remind-{channel}");
                let reminded = repeatable(&context, &name, BRIEF, async move {
                    second.deliver(&execution, &callback_id, true).await
                });
                // Who could not be reminded can answer all the same.
                reminded.await.or_else(|error| match error.kind() {
                    OperationErrorKind::Step(_) => Ok(()),
                    _ => Err(error),
                })?;
                Ok(())
            })
            .name("reminder")
            .spawn();
        let answered = callback.result().await;
        drop(reminder);
        answered
    }

    async fn deliver(
        &self,
        execution: &str,
        callback_id: &str,
        is_reminder: bool,
    ) -> Result<(), C::Error> {
        let delivery = Delivery {
            question: &self.question,
            channel: self.channel,
            execution,
            callback_id,
            is_reminder,
        };
        self.courier.deliver(&delivery).await
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the answer is none of the choices")]
struct NoChoice;

fn is_timeout(error: &OperationError) -> bool {
    matches!(error.kind(), OperationErrorKind::Callback(callback)
        if matches!(callback.kind(), CallbackErrorKind::TimedOut { .. }))
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Reply, conclude};
    use crate::channel::Channel::{self, Email, Sms};

    #[test]
    fn of_two_answers_at_once_the_more_cautious_one_decides() {
        let choices = ["approved", "declined"].map(str::to_owned);
        let reply = |channel: Channel, decision: &str| Reply {
            channel,
            decision: decision.to_owned(),
        };
        let answered = |channel, choice: &str| Outcome::Answered {
            channel,
            choice: choice.to_owned(),
        };
        let cases = [
            (
                vec![reply(Sms, "approved")],
                true,
                answered(Sms, "approved"),
            ),
            (
                vec![reply(Email, "declined")],
                true,
                answered(Email, "declined"),
            ),
            (
                vec![reply(Sms, "approved"), reply(Email, "declined")],
                false,
                answered(Email, "declined"),
            ),
            (
                vec![reply(Sms, "declined"), reply(Email, "approved")],
                false,
                answered(Sms, "declined"),
            ),
            (
                vec![reply(Sms, "approved"), reply(Email, "approved")],
                false,
                answered(Sms, "approved"),
            ),
            (vec![], true, Outcome::TimedOut),
            (vec![], false, Outcome::Unreachable),
        ];
        for (replies, waited, expected) in cases {
            assert_eq!(
                conclude(replies.clone(), &choices, waited),
                expected,
                "{replies:?}"
            );
        }
    }
}
