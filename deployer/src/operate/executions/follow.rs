//! One execution while it goes on.

use durable_history::{HistoryEvent, Record};

use super::read::describe_execution;
use crate::aws::{Clients, history_after};
use crate::error::Result;

/// An execution that is looked at again and again.
#[derive(Debug)]
pub struct Follow<'a> {
    clients: &'a Clients,
    arn: String,
    record: Record,
}

impl<'a> Follow<'a> {
    /// Begins before the first event.
    pub fn of(clients: &'a Clients, arn: &str) -> Self {
        Self {
            clients,
            arn: arn.to_owned(),
            record: Record::default(),
        }
    }

    /// Looks again, and returns the events that nobody was told of yet.
    pub async fn next(&mut self) -> Result<Vec<HistoryEvent>> {
        // Described first: an execution that has ended by then has its last event, too.
        let described = describe_execution(self.clients, &self.arn).await?;
        let last = self.record.events.last().map_or(0, |event| event.event_id);
        let news = history_after(self.clients, &self.arn, last).await?;
        self.record.execution = described;
        self.record.events.extend(news.iter().cloned());
        Ok(news)
    }

    /// Returns all that was told so far.
    pub fn record(&self) -> &Record {
        &self.record
    }
}
