//! The pending questions, in place of texts and e-mails.

use async_trait::async_trait;

use super::table::{TransactionsTable, map, number, send, text};
use crate::error::ServiceError;
use crate::notifier::{Notifier, Question};

const SERVICE: &str = "notifier";

#[async_trait]
impl Notifier for TransactionsTable {
    async fn ask(&self, question: &Question) -> Result<(), ServiceError> {
        let transaction_id = question.transaction_id.as_str();
        // A path into a map that is not there is an error, so the map comes first.
        let prepared = self
            .update(transaction_id)
            .update_expression("SET questions = if_not_exists(questions, :none)")
            .expression_attribute_values(":none", map([]));
        send(prepared, SERVICE, transaction_id).await?;

        let asked = self
            .update(transaction_id)
            .update_expression("SET questions.#channel = :question")
            .expression_attribute_names("#channel", question.channel.as_str())
            .expression_attribute_values(
                ":question",
                map([
                    ("channel", text(question.channel.as_str())),
                    ("callback_id", text(&question.callback_id)),
                    ("asked_at", text(&self.now())),
                    (
                        "answer_within_seconds",
                        number(question.answer_within_seconds),
                    ),
                ]),
            );
        send(asked, SERVICE, transaction_id).await?;
        Ok(())
    }
}
