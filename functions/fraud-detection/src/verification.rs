//! Asking the cardholder through every channel at once.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_durable_execution_sdk::{DurableContext, OperationError};
use questions::{Courier, Delivery, Outcome, Who, ask};

use crate::answer::Decision;
use crate::error::ServiceError;
use crate::message::Transaction;
use crate::notifier::Question;
use crate::operations;
use crate::services::Services;
use crate::verdict::{Verification, VerificationOutcome};
use crate::wording::wordings;

/// Asks, and waits for the first answer or for the end of all channels.
pub(crate) async fn verify(
    context: &DurableContext,
    services: &Arc<Services>,
    transaction: &Arc<Transaction>,
) -> Result<Verification, OperationError> {
    let cardholder = transaction.cardholder_id.clone().unwrap_or_default();
    let question = Arc::new(questions::Question {
        name: operations::VERIFICATION.to_owned(),
        who: Who::Known(cardholder),
        wordings: wordings(transaction),
        choices: Decision::ALL
            .map(|decision| decision.as_str().to_owned())
            .into(),
        channels: services.notifier.channels(),
        answer_within: Duration::from_secs(transaction.answer_within_seconds.into()),
        remind_after: services.notifier.remind_after(),
    });
    let cardholder = Arc::new(Cardholder {
        services: Arc::clone(services),
        transaction: Arc::clone(transaction),
    });
    Ok(conclude(ask(context, &cardholder, &question).await?))
}

fn conclude(outcome: Outcome) -> Verification {
    let (outcome, channel) = match outcome {
        Outcome::Answered { channel, choice } => {
            let approved = choice == Decision::Approved.as_str();
            let outcome = if approved {
                VerificationOutcome::Approved
            } else {
                VerificationOutcome::Declined
            };
            (outcome, Some(channel))
        }
        Outcome::TimedOut => (VerificationOutcome::TimedOut, None),
        Outcome::Unreachable => (VerificationOutcome::Unreachable, None),
    };
    Verification { outcome, channel }
}

/// The way to the cardholder of one transaction.
struct Cardholder {
    services: Arc<Services>,
    transaction: Arc<Transaction>,
}

#[async_trait]
impl Courier for Cardholder {
    type Error = ServiceError;

    async fn deliver(&self, delivery: &Delivery<'_>) -> Result<(), ServiceError> {
        let (notifier, transaction) = (&self.services.notifier, &self.transaction);
        if !delivery.is_reminder {
            let question = Question {
                transaction_id: transaction.transaction_id.clone(),
                channel: delivery.channel,
                callback_id: delivery.callback_id.to_owned(),
                answer_within_seconds: transaction.answer_within_seconds,
            };
            notifier.ask(&question).await?;
        }
        if transaction.cardholder_id.is_none() {
            return Ok(());
        }
        notifier.write(&transaction.transaction_id, delivery).await
    }
}

#[cfg(test)]
mod tests {
    use questions::Channel;

    use super::operations;

    #[test]
    fn executions_in_flight_find_their_callbacks() {
        assert_eq!(Channel::Sms.operation(), operations::ASK_SMS);
        assert_eq!(Channel::Email.operation(), operations::ASK_EMAIL);
    }
}
