//! What will happen with messages, and what came of that, in words for people.

use super::queues::{DeadQueue, QueueKind};
use super::reason::Reason;
use super::survey::Surveyed;
use super::work::Worked;
use crate::count::counted;

/// How many messages with which something is wrong are told of one by one.
const TOLD: usize = 20;

/// The reasons for which a message is given up again, whenever it comes.
const HOPELESS: [Reason; 4] = [
    Reason::Unreadable,
    Reason::NoName,
    Reason::TooLarge,
    Reason::NameTaken,
];

impl Surveyed {
    /// Returns what putting them back does.
    pub fn redriving(&self) -> String {
        let workflow = &self.queue.workflow.workflow;
        let (count, reasons) = (self.messages, self.by_reason());
        let messages = counted(count, "message");
        match self.queue.kind {
            QueueKind::Intake => format!("{workflow}: {messages}{reasons} back into its queue"),
            QueueKind::Failed => format!(
                "{workflow}: {}{reasons} run again, each under a new name",
                counted(count, "failed execution")
            ),
            QueueKind::Undelivered => {
                format!("{workflow}: {messages}{reasons} into the queue of failed executions")
            }
        }
    }

    /// Returns how many of them nothing but a change of the message, the configuration or the functions helps.
    pub fn hopeless(&self) -> usize {
        let counts = HOPELESS
            .iter()
            .filter_map(|reason| self.reasons.get(reason));
        counts.sum()
    }

    /// Returns what deleting them does.
    pub fn discarding(&self) -> String {
        let (workflow, role) = (&self.queue.workflow.workflow, self.queue.kind.role());
        let messages = counted(self.messages, "message");
        let reasons = self.by_reason();
        format!("{workflow}, {role}: {messages}{reasons} deleted for good")
    }

    /// Returns how many messages there are of each reason, where that was asked for.
    fn by_reason(&self) -> String {
        let reasons = self.reasons.iter();
        let told: Vec<_> = reasons
            .map(|(reason, count)| format!("{count} {}", reason.as_str()))
            .collect();
        if told.is_empty() {
            String::new()
        } else {
            format!(" ({})", told.join(", "))
        }
    }
}

impl Worked {
    /// Returns what it came to; `verb` is what was done, in the past: `put back`, or `deleted`.
    pub fn in_words(&self, queue: &DeadQueue, verb: &str) -> Vec<String> {
        let (workflow, kind) = (&queue.workflow.workflow, queue.kind);
        let (what, verb) = match (kind, verb) {
            (QueueKind::Failed, "put back") => ("execution", "started again"),
            (_, verb) => ("message", verb),
        };
        let done = counted(self.done, what);
        let copies = match self.copies {
            0 => String::new(),
            1 => ", and deleted 1 further copy of them".to_owned(),
            copies => format!(", and deleted {copies} further copies of them"),
        };
        let role = kind.role();
        let mut lines = vec![format!("{workflow}, {role}: {verb} {done}{copies}")];
        if self.dead_again > 0 {
            let again = counted(self.dead_again, "message");
            lines.push(format!(
                "  {again} came back already: given up again for the same reason as before"
            ));
        }
        let skipped = self.skipped.iter().take(TOLD);
        lines.extend(skipped.map(|(id, why)| format!("  {id} left out: {why}")));
        if self.skipped.len() > TOLD {
            lines.push(format!("  and {} more", self.skipped.len() - TOLD));
        }
        lines
    }
}
