//! What is done when a scenario is over.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::Value;

use super::look::Look;
use super::play::Play;
use super::report::{LeftItem, Removed};
use super::tally::ending;
use super::{copies, history, item};
use crate::config::Table;
use crate::error::{Error, Kind, Result};

/// The most items that are deleted at the same time.
const MOST_DELETIONS: usize = 8;
/// How often it is looked at most for what was written after a stop.
const MOST_LOOKS: usize = 10;
/// The most histories that are shown of executions that are counted.
const MOST_HISTORIES: usize = 3;

/// An item by its table's real name and its key.
type Place = (String, BTreeMap<String, Value>);

impl Play<'_> {
    /// Returns the histories of the scenario's executions, for people; of those that are counted and ended,
    /// only how they ended.
    pub(super) async fn histories(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let tallied = self.tallied_names();
        for name in self.names().difference(&tallied) {
            lines.extend(self.history_of(name).await);
        }
        let mut running = Vec::new();
        for name in tallied {
            match self.ended.lock().await.get(name) {
                Some(seen) => lines.push(ending(name, seen)),
                None => running.push(name),
            }
        }
        for name in running.into_iter().take(MOST_HISTORIES) {
            lines.extend(self.history_of(name).await);
        }
        lines
    }

    async fn history_of(&self, name: &str) -> Vec<String> {
        match self.find(name).await {
            Look::Found(arn) => {
                let mut lines = vec![format!("execution `{name}`:")];
                match self.setting.executions.history(&arn).await {
                    Ok(history) => lines.extend(history::lines(&history)),
                    Err(error) => lines.push(error.in_a_line()),
                }
                lines
            }
            Look::NotYet(reason) | Look::Never(reason) => vec![reason],
        }
    }

    /// Stops what still runs, and deletes the items and idempotency records that the scenario made.
    ///
    /// A function that is at work while its execution is stopped may still write. So after a stop, this is done
    /// again until nothing new has come.
    #[expect(
        clippy::disallowed_methods,
        reason = "nobody can ask for what is still to be written"
    )]
    pub(super) async fn clean_up(&self) -> Result<Removed> {
        let places = self.places()?;
        let mut removed = self.remove(&places).await?;
        if removed.executions == 0 && !self.setting.run.stop.is_requested() {
            return Ok(removed);
        }
        for _ in 0..MOST_LOOKS {
            tokio::time::sleep(self.setting.pace.last_writes).await;
            let late = self.remove(&places).await?;
            if late == Removed::default() {
                break;
            }
            removed += late;
        }
        Ok(removed)
    }

    async fn remove(&self, places: &[Place]) -> Result<Removed> {
        let executions = self.stop_running().await?;
        let deletions = places.iter().map(|(table, key)| {
            let dynamodb = &self.setting.clients.dynamodb;
            item::delete(dynamodb, table, key)
        });
        let deleted: Vec<bool> = stream::iter(deletions)
            .buffer_unordered(MOST_DELETIONS)
            .try_collect()
            .await?;
        Ok(Removed {
            executions,
            items: deleted.into_iter().filter(|was_there| *was_there).count(),
            messages: 0,
        })
    }

    /// Returns the items of [`Self::places`] that are there.
    pub(super) async fn items_left(&self) -> Result<Vec<LeftItem>> {
        let places = self.places()?;
        let looks = places.into_iter().map(async |(table, key)| {
            let dynamodb = &self.setting.clients.dynamodb;
            let item = item::read(dynamodb, &table, &key).await?;
            Ok::<_, Error>(item.map(|_| LeftItem { table, key }))
        });
        let left: Vec<Option<LeftItem>> = stream::iter(looks)
            .buffered(MOST_DELETIONS)
            .try_collect()
            .await?;
        Ok(left.into_iter().flatten().collect())
    }

    /// Stops what still runs, and returns how many that were.
    async fn stop_running(&self) -> Result<usize> {
        let names = self.names();
        let left: BTreeSet<&str> = {
            let ended = self.ended.lock().await;
            names
                .into_iter()
                .filter(|name| !ended.contains_key(*name))
                .collect()
        };
        if left.is_empty() {
            return Ok(0);
        }
        let mut stopped = 0;
        // One listing for all: an execution has the scenario's id in its name.
        let executions = &self.setting.executions;
        let started = executions
            .started_since(self.setting.since, self.id)
            .await?;
        let running = started
            .iter()
            .filter(|started| !started.ended && left.contains(started.name.as_str()));
        for execution in running {
            // It may have ended since it was listed, or end right now.
            if executions.outcome(&execution.arn).await?.ended {
                continue;
            }
            match executions.stop(&execution.arn).await {
                Ok(()) => stopped += 1,
                Err(_) if executions.outcome(&execution.arn).await?.ended => {}
                Err(error) => return Err(error),
            }
        }
        Ok(stopped)
    }

    /// Returns every item that the scenario put somewhere, or made a function put somewhere.
    fn places(&self) -> Result<Vec<Place>> {
        let mut places: Vec<Place> = Vec::new();
        for name in self.names() {
            let table = self.setting.idempotency_table.clone();
            places.push((table, [("id".to_owned(), Value::from(name))].into()));
        }
        for given in &self.scenario.given {
            let key = self
                .setting
                .tables
                .get(&given.table)
                .map(|table| key_of(table, &given.item));
            places.extend(key.map(|key| (self.table(&given.table).to_owned(), key)));
        }
        for expected in &self.scenario.expect.items {
            let table = self.table(&expected.table).to_owned();
            places.push((table, expected.key.clone()));
        }
        for removal in &self.scenario.remove {
            let times = self.messages.get(removal.of).map_or(0, Vec::len);
            for key in numbered_keys(&removal.key, times)? {
                places.push((self.table(&removal.table).to_owned(), key));
            }
        }
        Ok(places)
    }
}

/// Returns the key of an item.
fn key_of(table: &Table, item: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let is_key =
        |name: &str| name == table.partition_key || table.sort_key.as_deref() == Some(name);
    let key = item.iter().filter(|(name, _)| is_key(name));
    key.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Returns the key for each of so many copies of a message.
fn numbered_keys(
    key: &BTreeMap<String, Value>,
    times: usize,
) -> Result<Vec<BTreeMap<String, Value>>> {
    let defect = |error| Error::new(Kind::Bug, "a key could not be numbered").caused_by(error);
    let text = serde_json::to_string(key).map_err(defect)?;
    let times = u32::try_from(times).unwrap_or(u32::MAX);
    let keys = copies::numbered(&text, times);
    keys.iter()
        .map(|key| serde_json::from_str(key).map_err(defect))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::{key_of, numbered_keys};

    fn fields(value: Value) -> BTreeMap<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_key_of_an_item_is_what_the_table_says() {
        let item = fields(json!({ "item": "x", "place": 7, "count": 3 }));
        let table = |table: &str| serde_json::from_str(table).unwrap();
        let both = r#"{ "partition_key": "item", "partition_key_type": "S", "sort_key": "place", "sort_key_type": "N" }"#;
        assert_eq!(
            key_of(&table(both), &item),
            fields(json!({ "item": "x", "place": 7 }))
        );
        let one = r#"{ "partition_key": "item", "partition_key_type": "S", "sort_key_type": "S" }"#;
        assert_eq!(key_of(&table(one), &item), fields(json!({ "item": "x" })));
    }

    #[test]
    fn a_numbered_key_is_one_for_each_copy() {
        let key = fields(json!({ "id": "a-{n}", "place": 7 }));
        let keys = numbered_keys(&key, 3).unwrap();
        assert_eq!(keys.len(), 3);
        assert_eq!(keys[2], fields(json!({ "id": "a-2", "place": 7 })));
        let same = fields(json!({ "id": "a" }));
        assert_eq!(numbered_keys(&same, 3).unwrap(), [same]);
    }
}
