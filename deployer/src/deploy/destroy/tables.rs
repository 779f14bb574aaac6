//! The tables of a stack: what becomes of the data in them.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_cloudformation::types::{Capability, StackStatus};
use aws_sdk_dynamodb::types::TableDescription;
use serde::Serialize;
use serde_json::Value;

use crate::aws::{Clients, Pace, failed, is_missing, until};
use crate::deploy::apply::Applier;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Reporter};
use crate::resources::TABLE;
use crate::stack::{Standing, deployed_template, describe, resources, standing};

/// The largest template that a call may carry.
const LARGEST_BODY: usize = 51_200;

const PATIENCE: Duration = Duration::from_mins(10);

/// What the user wants of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Data {
    /// A protected stage keeps its tables, another one deletes them.
    AsDeployed,
    /// All tables stay.
    Keep,
    /// All tables go.
    Purge,
}

/// A table of a stack.
#[derive(Debug, Clone, Serialize)]
pub struct TableSurvey {
    /// Its name.
    pub name: String,
    /// Roughly how many items it has, where it says so; DynamoDB counts every six hours.
    pub items: Option<i64>,
    /// Whether it outlives its stack, by the template that is deployed.
    pub retained: bool,
}

impl TableSurvey {
    /// Returns the table with its size, for people.
    pub fn described(&self) -> String {
        match self.items {
            Some(1) => format!("the table {} with about one item", self.name),
            Some(items) => format!("the table {} with about {items} items", self.name),
            None => format!("the table {}", self.name),
        }
    }

    /// Returns whether the table will still be there afterwards.
    pub fn stays(&self, data: Data) -> bool {
        match data {
            Data::AsDeployed => self.retained,
            Data::Keep => true,
            Data::Purge => false,
        }
    }
}

pub(super) async fn survey(clients: &Clients, stack: &str) -> Result<Vec<TableSurvey>> {
    let found = resources(clients, stack).await?;
    let mut tables = found
        .into_iter()
        .filter(|resource| resource.kind == TABLE && resource.exists())
        .peekable();
    if tables.peek().is_none() {
        return Ok(Vec::new());
    }
    let retained = retained(&deployed_template(clients, stack).await?);
    let looks = tables.filter_map(|table| {
        let retained = retained.contains(&table.logical_id);
        Some(look(clients, table.physical_id?, retained))
    });
    let found = futures::future::join_all(looks).await;
    Ok(found.into_iter().flatten().collect())
}

/// Returns the tables of these stacks, which may be gone, that no live stack owns.
pub(super) async fn orphans(
    clients: &Clients,
    stacks: &[String],
    owned: &[&TableSurvey],
) -> Result<Vec<TableSurvey>> {
    let mut pages = clients
        .dynamodb
        .list_tables()
        .into_paginator()
        .items()
        .send();
    let mut names = Vec::new();
    while let Some(name) = pages.next().await {
        let name = name.map_err(failed("the tables could not be listed"))?;
        let of_stack = stacks.iter().any(|stack| is_table_of(&name, stack));
        if of_stack && !owned.iter().any(|table| table.name == name) {
            names.push(name);
        }
    }
    let looks = names.into_iter().map(|name| look(clients, name, true));
    let found = futures::future::join_all(looks).await;
    Ok(found.into_iter().flatten().collect())
}

/// Returns whether CloudFormation made this name for a table of the stack: `STACK-IDTable-RANDOM`.
fn is_table_of(name: &str, stack: &str) -> bool {
    let rest = name
        .strip_prefix(stack)
        .and_then(|rest| rest.strip_prefix('-'));
    let parts = rest.and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(id, random)| id.ends_with("Table") && !random.contains('-'))
}

async fn look(clients: &Clients, name: String, retained: bool) -> Option<TableSurvey> {
    let described = clients.dynamodb.describe_table().table_name(&name);
    let items = match described.send().await {
        Ok(described) => described.table().and_then(TableDescription::item_count),
        Err(error) if is_missing(&error) => return None,
        // The count only informs.
        Err(_) => None,
    };
    Some(TableSurvey {
        name,
        items,
        retained,
    })
}

/// Returns the logical ids of the tables that outlive their stack.
fn retained(template: &Value) -> BTreeSet<String> {
    let resources = template.get("Resources").and_then(Value::as_object);
    let tables = resources
        .into_iter()
        .flatten()
        .filter(|(_, resource)| resource.get("Type").and_then(Value::as_str) == Some(TABLE));
    tables
        .filter(|(_, table)| {
            let policy = table.get("DeletionPolicy").and_then(Value::as_str);
            policy.is_some_and(|policy| policy.starts_with("Retain"))
        })
        .map(|(id, _)| id.clone())
        .collect()
}

/// Returns the template with every table outliving its stack; nothing where it is so already.
fn with_tables_retained(mut template: Value) -> Option<Value> {
    let mut changed = false;
    let resources = template
        .get_mut("Resources")
        .and_then(Value::as_object_mut)?;
    for (_, resource) in resources.iter_mut() {
        if resource.get("Type").and_then(Value::as_str) == Some(TABLE)
            && let Some(fields) = resource.as_object_mut()
        {
            let before = fields.insert("DeletionPolicy".to_owned(), "Retain".into());
            changed |= before != Some("Retain".into());
        }
    }
    changed.then_some(template)
}

/// Changes a stack so that its tables outlive it.
pub(super) async fn retain(applier: &Applier<'_>, stack: &str) -> Result<()> {
    let Applier {
        clients,
        reporter,
        role,
        ..
    } = *applier;
    let Some(template) = with_tables_retained(deployed_template(clients, stack).await?) else {
        return Ok(());
    };
    reporter.report(&Event::Note {
        text: format!("telling the stack `{stack}` to leave its tables behind"),
    });
    let text = template.to_string();
    let refused = || {
        Error::new(
            Kind::Deployment,
            format!("the stack `{stack}` could not be told to leave its tables behind"),
        )
        .hint("set `protect: true` in the stage's file, run `deployer up`, then `deployer destroy` again")
    };
    if text.len() > LARGEST_BODY {
        return Err(refused().caused_by("its template is too large to be changed on the way out"));
    }
    clients
        .cloudformation
        .update_stack()
        .stack_name(stack)
        .template_body(text)
        .capabilities(Capability::CapabilityIam)
        .set_role_arn(role.map(str::to_owned))
        .send()
        .await
        .map_err(|error| refused().caused_by(failed("the update was refused")(error)))?;
    let pace = Pace::of(clients.endpoint.as_deref(), PATIENCE);
    let rest = until(pace, || async {
        let live = describe(clients, stack).await?;
        Ok(live.filter(|live| standing(Some(&live.status)) != Standing::Busy))
    })
    .await?;
    match rest {
        Some(live) if live.status == StackStatus::UpdateComplete => Ok(()),
        Some(live) => Err(refused().caused_by(format!("it is {}", live.status))),
        None => Err(refused().caused_by("its update takes more than ten minutes")),
    }
}

/// Deletes a table that outlived its stack, its protection first.
pub(super) async fn purge(clients: &Clients, table: &str, reporter: &dyn Reporter) -> Result<()> {
    reporter.report(&Event::Note {
        text: format!("deleting the table `{table}` and what is in it"),
    });
    unprotect(clients, table).await?;
    let pace = Pace::of(clients.endpoint.as_deref(), PATIENCE);
    let gone = until(pace, || async {
        // DynamoDB takes a deletion only when the change before it is through.
        match clients
            .dynamodb
            .delete_table()
            .table_name(table)
            .send()
            .await
        {
            Ok(_) => Ok(None),
            Err(error) if is_missing(&error) => Ok(Some(())),
            Err(error) if is_busy(&error) => Ok(None),
            Err(error) => Err(failed(format!("the table `{table}` could not be deleted"))(
                error,
            )),
        }
    })
    .await?;
    gone.ok_or_else(|| {
        Error::new(
            Kind::Service,
            format!("the table `{table}` was not deleted within ten minutes"),
        )
    })
}

/// Turns the deletion protection of a table off, unless it says that it is.
async fn unprotect(clients: &Clients, table: &str) -> Result<()> {
    let described = clients.dynamodb.describe_table().table_name(table);
    let described = described.send().await.ok();
    let described = described.as_ref().and_then(|described| described.table());
    if described.and_then(TableDescription::deletion_protection_enabled) == Some(false) {
        return Ok(());
    }
    let update = clients.dynamodb.update_table().table_name(table);
    match update.deletion_protection_enabled(false).send().await {
        Ok(_) => Ok(()),
        Err(error) if is_missing(&error) => Ok(()),
        Err(error) => Err(failed(format!(
            "the deletion protection of the table `{table}` could not be turned off"
        ))(error)),
    }
}

fn is_busy<R>(
    error: &aws_smithy_runtime_api::client::result::SdkError<
        aws_sdk_dynamodb::operation::delete_table::DeleteTableError,
        R,
    >,
) -> bool {
    error.as_service_error().is_some_and(
        aws_sdk_dynamodb::operation::delete_table::DeleteTableError::is_resource_in_use_exception,
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Data, TableSurvey, is_table_of, retained, with_tables_retained};

    #[test]
    fn the_template_decides_unless_the_user_does() {
        let table = |retained| TableSurvey {
            name: "orders".to_owned(),
            items: Some(3),
            retained,
        };
        for (data, of_protected, of_other) in [
            (Data::AsDeployed, true, false),
            (Data::Keep, true, true),
            (Data::Purge, false, false),
        ] {
            assert_eq!(table(true).stays(data), of_protected, "{data:?}");
            assert_eq!(table(false).stays(data), of_other, "{data:?}");
        }
    }

    #[test]
    fn a_tables_name_tells_its_stack() {
        let stack = "app-dev-orders";
        assert!(is_table_of("app-dev-orders-LedgerTable-1ABC", stack));
        for other in [
            "app-dev-orders-eu-LedgerTable-1ABC",
            "app-dev-orders",
            "app-dev-orders-Ledger-1ABC",
            "app-dev-ordersLedgerTable-1ABC",
            "app-prod-orders-LedgerTable-1ABC",
        ] {
            assert!(!is_table_of(other, stack), "{other}");
        }
    }

    #[test]
    fn only_tables_are_told_to_stay_and_only_once() {
        let template = json!({ "Resources": {
            "Orders": { "Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Delete" },
            "Ledger": { "Type": "AWS::DynamoDB::Table", "DeletionPolicy": "RetainExceptOnCreate" },
            "Queue": { "Type": "AWS::SQS::Queue", "DeletionPolicy": "Delete" },
        }});
        assert_eq!(retained(&template), ["Ledger".to_owned()].into());
        let changed = with_tables_retained(template).unwrap();
        assert_eq!(changed["Resources"]["Orders"]["DeletionPolicy"], "Retain");
        assert_eq!(changed["Resources"]["Queue"]["DeletionPolicy"], "Delete");
        assert_eq!(with_tables_retained(changed), None);
    }
}
