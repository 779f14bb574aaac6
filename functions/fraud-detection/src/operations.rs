//! The names of the durable operations.
//!
//! Executions in flight are replayed by name: renaming one breaks those that started before.

/// Step: the fraud score.
pub const FRAUD_CHECK: &str = "fraud-check";
/// Child context: the work of the agent, where one scores, after `fraud-check`.
pub const AGENT: &str = "agent";
/// Step: the charge of a low-risk transaction.
pub const AUTHORIZE: &str = "authorize";
/// Step: the hand-over of a high-risk transaction.
pub const SEND_TO_FRAUD_DEPARTMENT: &str = "send-to-fraud-department";
/// Step, at most once: the suspension of a medium-risk transaction.
pub const SUSPEND: &str = "suspend";
/// Parallel: one branch a channel, named like it.
pub const VERIFICATION: &str = "verification";
/// Callback in the branch `sms`.
pub const ASK_SMS: &str = "ask-sms";
/// Callback in the branch `email`.
pub const ASK_EMAIL: &str = "ask-email";
/// Step: the charge after an approval.
pub const FINALIZE: &str = "finalize";
/// Step: the end after a refusal.
pub const DECLINE: &str = "decline";
/// Step: the hand-over when nobody answered or the suspension was interrupted.
pub const ESCALATE: &str = "escalate";
