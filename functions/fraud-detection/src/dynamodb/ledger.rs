//! The status attribute.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

use super::table::{Attributes, TransactionsTable, Updated, number, send, text, unavailable};
use crate::basis::Basis;
use crate::error::ServiceError;
use crate::ledger::{Entry, Ledger};
use crate::status::Status;

const SERVICE: &str = "ledger";

#[async_trait]
impl Ledger for TransactionsTable {
    async fn permits(&self, transaction_id: &str, status: Status) -> Result<(), ServiceError> {
        let item = self.read(SERVICE, transaction_id).await?;
        match stored_status(transaction_id, item.as_ref())? {
            Some(current) if !status.may_follow(Some(current)) => {
                Err(conflict(transaction_id, current, status))
            }
            _ => Ok(()),
        }
    }

    async fn record(&self, entry: &Entry) -> Result<(), ServiceError> {
        let transaction_id = entry.transaction_id.as_str();
        let mut expression = "SET #status = :status, updated_at = :updated_at, amount = :amount, \
             currency = :currency, fraud_score = :fraud_score"
            .to_owned();
        let mut update = self.update(transaction_id);
        for (name, value) in further(entry) {
            // Some of the names are words of the language.
            expression = format!("{expression}, #{name} = :{name}");
            update = update
                .expression_attribute_names(format!("#{name}"), name)
                .expression_attribute_values(format!(":{name}"), value);
        }
        let update = update
            .update_expression(expression)
            .condition_expression(
                "attribute_not_exists(#status) OR #status = :suspended OR #status = :status",
            )
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":status", text(entry.status.as_str()))
            .expression_attribute_values(":updated_at", text(&self.now()))
            .expression_attribute_values(":amount", number(entry.amount))
            .expression_attribute_values(":currency", text(&entry.currency))
            .expression_attribute_values(":fraud_score", number(u8::from(entry.fraud_score)))
            .expression_attribute_values(":suspended", text(Status::Suspended.as_str()));
        match send(update, SERVICE, transaction_id).await? {
            Updated::Applied => Ok(()),
            Updated::Refused(item) => {
                let item = match item {
                    Some(item) => Some(item),
                    None => self.read(SERVICE, transaction_id).await?,
                };
                Err(match stored_status(transaction_id, item.as_ref())? {
                    Some(current) => conflict(transaction_id, current, entry.status),
                    None => unavailable(SERVICE, transaction_id, "the item changed meanwhile"),
                })
            }
        }
    }
}

/// Returns the attributes that only some entries have.
fn further(entry: &Entry) -> Vec<(&'static str, AttributeValue)> {
    let mut attributes = Vec::new();
    if let Some(reason) = entry.reason {
        attributes.push(("reason", text(reason.as_str())));
    }
    if let Some(assessed) = &entry.assessed {
        attributes.push(("scoring", scoring(&assessed.basis)));
        attributes.push(("location", text(&assessed.location)));
        attributes.push(("vendor", text(&assessed.vendor)));
        if let Some(cardholder_id) = &assessed.cardholder_id {
            attributes.push(("cardholder_id", text(cardholder_id)));
        }
    }
    attributes
}

fn scoring(basis: &Basis) -> AttributeValue {
    let mut scoring = Attributes::from([
        ("decided_by".to_owned(), text(basis.decided_by.as_str())),
        (
            "rules_score".to_owned(),
            number(u8::from(basis.rules_score)),
        ),
    ]);
    if let Some(agent) = &basis.agent {
        let score = number(u8::from(agent.score));
        scoring.insert("agent_score".to_owned(), score);
        scoring.insert("agent_reason".to_owned(), text(&agent.reason));
    }
    if let Some(failure) = basis.failure {
        scoring.insert("agent_failure".to_owned(), text(failure.as_str()));
    }
    AttributeValue::M(scoring)
}

fn stored_status(
    transaction_id: &str,
    item: Option<&Attributes>,
) -> Result<Option<Status>, ServiceError> {
    let Some(value) = item.and_then(|item| item.get("status")) else {
        return Ok(None);
    };
    value
        .as_s()
        .ok()
        .and_then(|status| Status::parse(status))
        .map(Some)
        .ok_or_else(|| unavailable(SERVICE, transaction_id, "the stored status is unknown"))
}

fn conflict(transaction_id: &str, current: Status, wanted: Status) -> ServiceError {
    ServiceError::StatusConflict {
        transaction_id: transaction_id.to_owned(),
        current,
        wanted,
    }
}
