//! The attributes that the orchestrator writes.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue;

use super::table::{Attributes, Tables, Updated, malformed, text, to_value};
use crate::error::StoreError;
use crate::journal::{Closing, Journal, Opening, PROCESSING, first_run, runs_of};

const FREE_OR_OURS: &str = "attribute_not_exists(#execution) OR #execution = :execution";
/// What the order was given up for is not forgotten: only one that is open is taken over. What is ordered
/// must be the same: the workers refuse another request, and what they did for the first would stay.
const OPEN_IN_A_RUN_BEFORE: &str = "(#status = :status AND #customer_id = :customer_id \
     AND #payment_method = :payment_method AND #items = :items \
     AND (contains(#execution, :first_run) OR contains(#execution, :reruns)))";

#[async_trait]
impl Journal for Tables {
    async fn open(&self, opening: &Opening, now: &str) -> Result<String, StoreError> {
        let order_id = opening.order_id.as_str();
        let mut fields = vec![
            ("execution", text(&opening.execution)),
            ("status", text(PROCESSING)),
        ];
        if let Some(customer_id) = &opening.customer_id {
            fields.push(("customer_id", text(customer_id)));
        }
        if let Some(payment_method) = &opening.payment_method {
            fields.push(("payment_method", text(payment_method)));
        }
        if let Some(items) = &opening.items {
            fields.push(("items", to_value(order_id, "items", items)?));
        }
        let update = self.update_order(order_id);
        // An order that is not valid reaches no worker, and has nothing that could be taken over.
        let first = first_run(&opening.execution).filter(|_| opening.is_whole());
        let update = match first {
            None => update.condition_expression(FREE_OR_OURS),
            Some(first) => {
                let [first, reruns] = runs_of(first);
                update
                    .condition_expression(format!("{FREE_OR_OURS} OR {OPEN_IN_A_RUN_BEFORE}"))
                    .expression_attribute_values(":first_run", text(&first))
                    .expression_attribute_values(":reruns", text(&reruns))
            }
        };
        let update = fields.into_iter().fold(update, |update, (name, value)| {
            update
                .expression_attribute_names(format!("#{name}"), name)
                .expression_attribute_values(format!(":{name}"), value)
        });
        self.write(order_id, update, "received_at", now).await
    }

    async fn close(&self, closing: &Closing, now: &str) -> Result<String, StoreError> {
        let order_id = closing.order_id.as_str();
        let outcome = to_value(order_id, "outcome", &closing.outcome)?;
        let update = self
            .update_order(order_id)
            .condition_expression("#execution = :execution")
            .expression_attribute_names("#execution", "execution")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#outcome", "outcome")
            .expression_attribute_values(":execution", text(&closing.execution))
            .expression_attribute_values(":status", text(closing.status))
            .expression_attribute_values(":outcome", outcome);
        self.write(order_id, update, "finished_at", now).await
    }
}

impl Tables {
    /// Sets every value that `update` has under its name, and two times: `first`, which stays as
    /// it was written first, and `updated_at`. Returns the former.
    async fn write(
        &self,
        order_id: &str,
        update: UpdateItemFluentBuilder,
        first: &'static str,
        now: &str,
    ) -> Result<String, StoreError> {
        let names = update.get_expression_attribute_names().clone();
        let mut assignments: Vec<String> = names
            .unwrap_or_default()
            .into_keys()
            .map(|name| format!("{name} = :{}", name.trim_start_matches('#')))
            .collect();
        assignments.sort_unstable();
        let expression = format!(
            "SET {}, #first = if_not_exists(#first, :now), #updated_at = :now",
            assignments.join(", ")
        );
        let update = update
            .update_expression(expression)
            .expression_attribute_names("#first", first)
            .expression_attribute_names("#updated_at", "updated_at")
            .expression_attribute_values(":now", text(now))
            .return_values(ReturnValue::AllNew);
        match self.send(order_id, update).await? {
            Updated::Applied(item) => {
                string(item.as_ref(), first).ok_or_else(|| malformed(order_id, first, "no text"))
            }
            Updated::Refused(item) => Err(StoreError::Taken {
                order_id: order_id.to_owned(),
                execution: string(item.as_ref(), "execution").unwrap_or_default(),
            }),
        }
    }
}

fn string(item: Option<&Attributes>, name: &str) -> Option<String> {
    item?.get(name)?.as_s().ok().cloned()
}
