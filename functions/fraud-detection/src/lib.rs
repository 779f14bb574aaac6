//! Decides about a card transaction: authorize it, decline it, or give it to the fraud department.
//!
//! A durable function. The cardholder may take a day to answer, and until then nothing runs and
//! nothing is lost: what is done is recorded, and the function goes on from there.
//!
//! ```text
//!                 ┌─ score 1–2 ──▶ authorize ─────────────────────────────▶ authorized
//! fraud-check ────┼─ score 5 ────▶ send-to-fraud-department ──────────────▶ sent_to_fraud_department
//!                 └─ score 3–4 ──▶ suspend ─▶ verification (sms ∥ email)
//!                                     │           ├─ approved ─▶ finalize ─▶ authorized
//!                                     │           ├─ declined ─▶ decline ──▶ declined
//!                                     │           └─ no answer ─▶ escalate ▶ sent_to_fraud_department
//!                                     └─ interrupted ──────────▶ escalate ─▶ sent_to_fraud_department
//! ```
//!
//! # Message
//!
//! ```json
//! {"transaction_id": "1001", "amount": 650000, "currency": "USD",
//!  "location": "New York, NY", "vendor": "Example Store",
//!  "score": 3, "answer_within_seconds": 5}
//! ```
//!
//! | field | rule |
//! |---|---|
//! | `transaction_id` | 1 to 64 letters, digits, `-` and `_` |
//! | `amount` | whole minor units (cents), 1 to 100,000,000,000 |
//! | `currency` | three capital letters |
//! | `location`, `vendor` | text of 1 to 200 characters |
//! | `score` | optional, 1 to 5: takes the place of the scorer's |
//! | `answer_within_seconds` | optional, 1 to `LONGEST_WAIT_SECONDS`, which is also its default |
//! | `cardholder_id` | optional, like `transaction_id`: who is written to, where the workflow writes to people |
//!
//! Any other field, and any field given twice, is a mistake: a misspelt optional field would
//! change the decision in silence. A message with mistakes fails the execution with the error
//! type `InvalidTransaction`, and the error's text lists all of them.
//!
//! # Result
//!
//! ```json
//! {"transaction_id": "1001", "amount": 650000, "currency": "USD", "fraud_score": 3,
//!  "result": "authorized", "verification": {"outcome": "approved", "channel": "sms"}}
//! ```
//!
//! `result` is `authorized`, `declined` or `sent_to_fraud_department`. `verification` is `null`
//! when the cardholder was not asked; its `outcome` is `approved`, `declined`, `timed_out` or
//! `unreachable`, and its `channel` is `sms`, `email`, or `null` when nobody answered.
//!
//! Where an agent scores, there is `scoring` besides: `decided_by` (`rules` or `agent`), `rules_score`, and either `agent` with
//! its `score` and `reason`, or the `failure` for which it gave none.
//!
//! # Letting a model score
//!
//! With `SCORER=agent` a model works after `fraud-check`, in the child context `agent` ([`agent`]): it looks at the
//! cardholder's past transactions, if the message says whose card it is and the table has an index, and gives a score and a
//! reason. From the amount `AGENT_DECIDES_BELOW` on it can only make the score of the rules higher. What the message says is
//! quoted for it as data, no tool takes an id from it, and its answer is of a strict schema. Without one the rules decide. A
//! score that came with the message stays as it is.
//!
//! # Asking the cardholder
//!
//! Both channels are asked at once, each with a callback of its own, and the first answer decides.
//! An answer is the callback's result: `{"decision": "approved"}` or `{"decision": "declined"}`;
//! more fields do no harm. A channel fails when its question cannot be sent, when its callback is
//! completed with a failure, or when its answer is something else, since a callback takes only
//! one answer. The other channel then decides alone. Nobody is left: `timed_out` if at least one
//! channel was waited for to the end, else `unreachable`. Later answers are refused by the service.
//!
//! Where the workflow's `questions` are configured and the message says whose card it is, the cardholder gets a text
//! and an e-mail with a link each, in the language of the contact ([`questions`]). What cannot be sent fails its
//! channel. Else the question is only in the table, and whoever reads it there answers.
//!
//! When both answers arrive before the function wakes up for the first one, nobody tells it which
//! was first. The branch that is recorded first decides then, and if both are recorded, a refusal
//! outweighs an approval.
//!
//! # Nothing happens twice
//!
//! - Charges carry the idempotency key `tx-<transaction_id>`: `authorize` and `finalize` may run
//!   again after an interruption, and the gateway gives the first charge's receipt.
//! - `suspend` runs at most once. When it fails or is interrupted, nobody can tell whether the
//!   transaction is suspended, so it is neither repeated nor failed: a person in the fraud
//!   department decides (`escalate`), and the cardholder is not asked.
//! - A final status is never overwritten: `suspended` may become anything, `authorized`,
//!   `declined` and `fraud_department` stay. A charge is only made when the status may still
//!   become `authorized`.
//!
//! # When a step fails
//!
//! Steps are tried four times, one, two and four seconds apart, unless the error is final. Then
//! the execution fails with the type of the error:
//!
//! | error type | meaning |
//! |---|---|
//! | `InvalidTransaction` | the message has mistakes |
//! | `ServiceUnavailable` | the ledger, the gateway or the scorer did not answer |
//! | `StatusConflict` | the transaction has another final status already |
//! | `ChargeConflict` | the idempotency key was used for another amount |
//! | `StepPanicked` | a bug; it fails the step, not the process |
//!
//! A transaction that cannot be scored is not failed but counts as score 5. Inside the branches
//! of `verification`, the error types are `VerificationTimedOut` and `ChannelUnreachable`.
//!
//! # The transactions table
//!
//! Partition key `transaction_id` (S). Every other attribute is written by steps:
//!
//! | attribute | type | meaning |
//! |---|---|---|
//! | `status` | S | `authorized`, `suspended`, `declined` or `fraud_department` |
//! | `updated_at` | S | when the status was written, RFC 3339 in UTC |
//! | `amount`, `currency`, `fraud_score` | N, S, N | as decided on |
//! | `reason` | S | only with `fraud_department`: `high_score`, `timed_out`, `unreachable` or `suspension_interrupted` |
//! | `questions` | M | by channel: `channel`, `callback_id`, `asked_at`, `answer_within_seconds` |
//! | `charges` | M | by idempotency key: `amount`, `currency`, `charged_at` |
//! | `charge_attempts` | N | how often the gateway was called |
//! | `scoring` | M | where an agent scores: `decided_by`, `rules_score`, `agent_score`, `agent_reason`, `agent_failure` |
//! | `cardholder_id`, `location`, `vendor` | S | where an agent scores: as in the message |
//!
//! `charges` stands for the books of a real payment gateway: [`PaymentGateway`] is where that goes.
//!
//! # Environment
//!
//! | variable | meaning |
//! |---|---|
//! | `TRANSACTIONS_TABLE` | the table above |
//! | `LONGEST_WAIT_SECONDS` | how long the cardholder is waited for at most |
//! | `SCORER` | optional: `rules` or `agent` |
//! | `AGENT_DECIDES_BELOW` | optional: below which amount an agent may score lower than the rules; by default never |
//! | `TRANSACTIONS_INDEX` | optional: the index with the keys `cardholder_id` and `updated_at` |
//!
//! An agent needs the variables of [`agent`] too. Writing to cardholders needs those of [`questions`] too.
//!
//! Logs are JSON lines. `AWS_LAMBDA_LOG_LEVEL` sets the level of this crate and of the durable
//! SDK, or else `RUST_LOG` the whole filter.
//!
//! # Needs
//!
//! `dynamodb:GetItem` and `UpdateItem` on the table, with an agent `Query` on its index and what [`agent`] needs; `lambda:CheckpointDurableExecution` and
//! `lambda:GetDurableExecutionState` on the function with any qualifier.

mod answer;
mod assessment;
mod basis;
mod dynamodb;
mod error;
mod history;
mod ledger;
mod message;
mod notifier;
pub mod operations;
mod payment;
mod retry;
mod score;
mod scoring;
mod services;
mod settings;
mod status;
mod verdict;
mod verification;
mod wording;
mod workflow;
mod writer;

pub use answer::{Answer, Channel, Decision};
pub use assessment::AgentScorer;
pub use basis::{Basis, Opinion, ScorerKind};
pub use dynamodb::{CardholderIndex, TransactionsTable};
pub use error::ServiceError;
pub use history::{History, Past};
pub use ledger::{Assessed, Entry, Ledger};
pub use message::{InvalidTransaction, Transaction};
pub use notifier::{Notifier, Question};
pub use payment::{Charge, PaymentGateway, Receipt};
pub use score::{Risk, Score};
pub use scoring::{RuleScorer, Scorer};
pub use services::Services;
pub use settings::{Settings, SettingsError};
pub use status::{EscalationReason, Status};
pub use verdict::{Outcome, Verdict, Verification, VerificationOutcome};
pub use workflow::handle;
pub use writer::Writer;
