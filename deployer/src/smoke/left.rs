//! What a run left where it is, because that was asked for.

use std::collections::BTreeSet;

use super::performance::Played;
use super::report::{Left, LeftMessages};
use super::setting::Setting;
use crate::error::Result;
use crate::stack::outputs::queue_role;

/// Returns what is left of the scenarios of a workflow.
pub(super) async fn of(setting: &Setting<'_>, played: &[Played<'_>]) -> Result<Left> {
    let run = &setting.run.id;
    let started = setting.executions.started_since(setting.since, run).await?;
    let executions: BTreeSet<String> = started.into_iter().map(|started| started.name).collect();
    let own = played
        .iter()
        .filter(|played| std::ptr::eq(played.setting, setting));
    let items = own.flat_map(|played| played.aftermath.left.iter().cloned());
    let queues = setting.mailboxes().into_iter().zip([
        "IntakeDeadLetter",
        "OrchestratorFailure",
        "OrchestratorUndelivered",
    ]);
    let queues = queues.filter(|(mailbox, _)| mailbox.count() > 0);
    Ok(Left {
        workflow: setting.workflow.to_owned(),
        name_prefixes: prefixes(&executions, run),
        items: items.collect(),
        queues: queues
            .map(|(mailbox, output)| LeftMessages {
                role: queue_role(output).to_owned(),
                url: mailbox.url.clone(),
                messages: mailbox.count(),
            })
            .collect(),
        executions: executions.into_iter().collect(),
    })
}

/// Returns what the names begin with, up to the id of the run and with it.
fn prefixes(names: &BTreeSet<String>, run: &str) -> Vec<String> {
    let prefixes = names.iter().filter_map(|name| {
        let end = name.find(run)? + run.len();
        name.get(..end).map(str::to_owned)
    });
    prefixes.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::prefixes;

    #[test]
    fn the_executions_of_a_run_are_found_by_what_their_names_begin_with() {
        let names = [
            "dev-tx-smoke-1-000",
            "dev-tx-smoke-1-00a-x",
            "dev-2-smoke-1-001",
        ];
        let names = names.map(str::to_owned).into();
        assert_eq!(
            prefixes(&names, "smoke-1"),
            ["dev-2-smoke-1", "dev-tx-smoke-1"]
        );
    }
}
