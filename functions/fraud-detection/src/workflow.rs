//! The order of the operations.

use std::sync::Arc;

use aws_durable_execution_sdk::{
    BoxError, DurableContext, OperationError, OperationErrorKind, TypedError,
};
use serde_json::value::RawValue;
use steps::{at_most_once, repeatable};

use crate::basis::Basis;
use crate::error::ServiceError;
use crate::ledger::{Assessed, Entry};
use crate::message::Transaction;
use crate::operations;
use crate::payment::{Charge, Receipt};
use crate::retry::BRIEF;
use crate::score::{Risk, Score};
use crate::services::Services;
use crate::status::{EscalationReason, Status};
use crate::verdict::{Outcome, Verdict, Verification, VerificationOutcome};
use crate::verification::verify;

/// Decides about the transaction in `message`.
///
/// The message is taken as raw text: what cannot be read must fail the execution, with every
/// mistake in its error, and not the invocation, which the service would repeat.
pub async fn handle(
    message: Box<RawValue>,
    context: DurableContext,
    services: Arc<Services>,
) -> Result<Verdict, BoxError> {
    let transaction = Transaction::parse(message.get(), services.longest_wait_seconds)
        .map_err(|invalid| TypedError::with_type("InvalidTransaction", invalid))?;
    let mut case = Case {
        context,
        services,
        transaction: Arc::new(transaction),
        basis: None,
    };
    let fraud_score = case.score().await?;
    Ok(case.decide(fraud_score).await?)
}

/// One execution.
struct Case {
    context: DurableContext,
    services: Arc<Services>,
    transaction: Arc<Transaction>,
    /// What the score is based on, where an agent was to give it.
    basis: Option<Basis>,
}

impl Case {
    async fn score(&mut self) -> Result<Score, OperationError> {
        let by_rules = match self.check().await {
            Err(error) if is_step_failure(&error) => return Ok(Score::HIGHEST),
            checked => checked?,
        };
        let Some(agent) = &self.services.agent else {
            return Ok(by_rules);
        };
        if self.transaction.score.is_some() {
            return Ok(by_rules);
        }
        let (score, basis) = agent
            .score(&self.context, &self.transaction, by_rules)
            .await?;
        self.basis = Some(basis);
        Ok(score)
    }

    async fn check(&self) -> Result<Score, OperationError> {
        let services = Arc::clone(&self.services);
        let transaction = Arc::clone(&self.transaction);
        repeatable(&self.context, operations::FRAUD_CHECK, BRIEF, async move {
            match transaction.score {
                Some(score) => Ok(score),
                None => services.scorer.score(&transaction).await,
            }
        })
        .await
    }

    async fn decide(&self, score: Score) -> Result<Verdict, OperationError> {
        match score.risk() {
            Risk::Low => {
                self.charge(operations::AUTHORIZE, score).await?;
                Ok(self.verdict(score, Outcome::Authorized, None))
            }
            Risk::High => {
                let name = operations::SEND_TO_FRAUD_DEPARTMENT;
                self.hand_over(name, score, EscalationReason::HighScore)
                    .await?;
                Ok(self.verdict(score, Outcome::SentToFraudDepartment, None))
            }
            Risk::Medium => match self.suspend(score).await {
                Ok(()) => self.decide_with_cardholder(score).await,
                Err(error) if is_step_failure(&error) => {
                    let reason = EscalationReason::SuspensionInterrupted;
                    self.hand_over(operations::ESCALATE, score, reason).await?;
                    Ok(self.verdict(score, Outcome::SentToFraudDepartment, None))
                }
                Err(error) => Err(error),
            },
        }
    }

    /// Asks the cardholder about a transaction that is suspended, and does what the answer says.
    async fn decide_with_cardholder(&self, score: Score) -> Result<Verdict, OperationError> {
        let verification = verify(&self.context, &self.services, &self.transaction).await?;
        let escalate = |reason| self.hand_over(operations::ESCALATE, score, reason);
        let outcome = match verification.outcome {
            VerificationOutcome::Approved => {
                self.charge(operations::FINALIZE, score).await?;
                Outcome::Authorized
            }
            VerificationOutcome::Declined => {
                let entry = self.entry(Status::Declined, score, None);
                self.record(operations::DECLINE, entry).await?;
                Outcome::Declined
            }
            VerificationOutcome::TimedOut => {
                escalate(EscalationReason::TimedOut).await?;
                Outcome::SentToFraudDepartment
            }
            VerificationOutcome::Unreachable => {
                escalate(EscalationReason::Unreachable).await?;
                Outcome::SentToFraudDepartment
            }
        };
        Ok(self.verdict(score, outcome, Some(verification)))
    }

    /// The status is recorded after the charge, so that `authorized` is never said of what is not
    /// charged; it is checked before, so that what was declined is never charged.
    async fn charge(&self, name: &str, score: Score) -> Result<Receipt, OperationError> {
        let services = Arc::clone(&self.services);
        let entry = self.entry(Status::Authorized, score, None);
        repeatable(&self.context, name, BRIEF, async move {
            let charge = Charge {
                idempotency_key: format!("tx-{}", entry.transaction_id),
                transaction_id: entry.transaction_id.clone(),
                amount: entry.amount,
                currency: entry.currency.clone(),
            };
            services
                .ledger
                .permits(&entry.transaction_id, entry.status)
                .await?;
            let receipt = services.gateway.charge(&charge).await?;
            services.ledger.record(&entry).await?;
            log(&entry);
            Ok::<_, ServiceError>(receipt)
        })
        .await
    }

    async fn suspend(&self, score: Score) -> Result<(), OperationError> {
        let services = Arc::clone(&self.services);
        let entry = self.entry(Status::Suspended, score, None);
        at_most_once(&self.context, operations::SUSPEND, async move {
            record_and_log(&services, &entry).await
        })
        .await
    }

    async fn hand_over(
        &self,
        name: &str,
        score: Score,
        reason: EscalationReason,
    ) -> Result<(), OperationError> {
        let entry = self.entry(Status::FraudDepartment, score, Some(reason));
        self.record(name, entry).await
    }

    async fn record(&self, name: &str, entry: Entry) -> Result<(), OperationError> {
        let services = Arc::clone(&self.services);
        repeatable(&self.context, name, BRIEF, async move {
            record_and_log(&services, &entry).await
        })
        .await
    }

    fn verdict(
        &self,
        fraud_score: Score,
        result: Outcome,
        verification: Option<Verification>,
    ) -> Verdict {
        Verdict {
            transaction_id: self.transaction.transaction_id.clone(),
            amount: self.transaction.amount,
            currency: self.transaction.currency.clone(),
            fraud_score,
            result,
            verification,
            scoring: self.basis.clone(),
        }
    }

    fn entry(&self, status: Status, fraud_score: Score, reason: Option<EscalationReason>) -> Entry {
        Entry {
            transaction_id: self.transaction.transaction_id.clone(),
            status,
            amount: self.transaction.amount,
            currency: self.transaction.currency.clone(),
            fraud_score,
            reason,
            assessed: self.basis.clone().map(|basis| Assessed {
                basis,
                cardholder_id: self.transaction.cardholder_id.clone(),
                location: self.transaction.location.clone(),
                vendor: self.transaction.vendor.clone(),
            }),
        }
    }
}

async fn record_and_log(services: &Services, entry: &Entry) -> Result<(), ServiceError> {
    services.ledger.record(entry).await?;
    log(entry);
    Ok(())
}

/// Logs from inside a step, and thus not again on every replay.
fn log(entry: &Entry) {
    tracing::info!(
        transaction_id = entry.transaction_id,
        status = entry.status.as_str(),
        fraud_score = u8::from(entry.fraud_score),
        reason = entry.reason.map(EscalationReason::as_str),
        "status recorded"
    );
}

/// Tells the failure of a step, after its retries, from that of the execution itself.
fn is_step_failure(error: &OperationError) -> bool {
    matches!(error.kind(), OperationErrorKind::Step(_))
}
