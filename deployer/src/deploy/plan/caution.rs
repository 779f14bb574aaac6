//! Warnings in words.

use super::model::{Loss, Warning};
use crate::resources::resource_type;

/// Returns what a warning says: its headline, and what there is to know beside it.
pub(super) fn words(warning: &Warning) -> (String, Vec<String>) {
    match warning {
        Warning::LosesData {
            resource,
            kind,
            loss,
            holds,
        } => {
            let unit = resource_type(kind).map_or("entries", |known| known.unit);
            let count = holds.map(|holds| format!("it holds about {holds} {unit}"));
            let headline = format!("LOSES DATA: {resource} {}", fate(*loss));
            (headline, count.into_iter().collect())
        }
        Warning::CannotBeReplaced { resource, name, .. } => (
            format!("CANNOT BE REPLACED: {resource} keeps the name `{name}`"),
            vec![
                "AWS refuses to make the new one while the old one has the name; give it another \
                 name, or none"
                    .to_owned(),
            ],
        ),
        Warning::WidensPermissions { resource, grants } => {
            (format!("WIDENS PERMISSIONS: {resource}"), grants.clone())
        }
        Warning::InFlightMayNeed {
            resource,
            executions,
            ..
        } => (
            format!("EXECUTIONS IN FLIGHT MAY NEED {resource}"),
            vec![format!(
                "{executions} started before this and keep their code; take it away when they \
                 have ended (`deployer executions list --status running`)"
            )],
        ),
        Warning::ReturnsToLeftVersion { resource } => (
            format!("RETURNS TO WHAT A ROLLBACK LEFT: {resource}"),
            vec!["code and configuration are those that `deployer rollback` took away".to_owned()],
        ),
        Warning::TogglesDurability {
            resource,
            becomes_durable,
            running_executions,
        } => toggled(resource, *becomes_durable, *running_executions),
    }
}

fn fate(loss: Loss) -> &'static str {
    match loss {
        Loss::Deleted => "is deleted with all that it holds",
        Loss::ReplacedByEmpty => "is deleted with all that it holds; an empty one takes its place",
        Loss::LeftBehind => {
            "is replaced by an empty one; the old one stays in the account, outside the stack"
        }
    }
}

fn toggled(
    resource: &str,
    becomes_durable: bool,
    running_executions: Option<u64>,
) -> (String, Vec<String>) {
    let becomes = if becomes_durable {
        "becomes durable"
    } else {
        "is durable no more"
    };
    let headline =
        format!("REPLACES A FUNCTION: {resource} {becomes}, which cannot be changed in place");
    if becomes_durable {
        return (headline, Vec::new());
    }
    let running = match running_executions {
        Some(0) => "no execution is running on it now".to_owned(),
        Some(1) => "1 execution is running on it now".to_owned(),
        Some(count) => format!("{count} executions are running on it now"),
        None => "how many executions are running on it is not known".to_owned(),
    };
    let fate = "the new function does not go on with executions of the old one, whose deletion \
                waits for them, up to an hour";
    (headline, vec![running, fate.to_owned()])
}
