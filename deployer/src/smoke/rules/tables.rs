//! What items of tables must keep to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::check::Rules;
use crate::config::{Table, nearest};
use crate::error::{Error, Result};
use crate::smoke::scenario::{ExpectedItem, GivenItem, Removal};

impl Rules<'_> {
    pub(super) fn check_tables(&self) -> Result<()> {
        for (index, given) in self.scenario.given.iter().enumerate() {
            self.check_given(given, &format!("given.{index}"))?;
        }
        for (index, item) in self.scenario.expect.items.iter().enumerate() {
            self.check_item(item, &format!("expect.items.{index}"))?;
        }
        for (index, removal) in self.scenario.remove.iter().enumerate() {
            self.check_removal(removal, &format!("remove.{index}"))?;
        }
        Ok(())
    }

    fn check_given(&self, given: &GivenItem, path: &str) -> Result<()> {
        let table = self.table(&given.table, path)?;
        let path = format!("{path}.item");
        let wanted = key_names(table);
        let key: BTreeMap<&str, &Value> = given
            .item
            .iter()
            .map(|(name, value)| (name.as_str(), value))
            .filter(|(name, _)| wanted.contains(name))
            .collect();
        if key.len() < wanted.len() {
            let wanted = wanted.into_iter().collect::<Vec<_>>().join("` and `");
            let text = format!("an item of the table `{}` has `{wanted}`", given.table);
            return self.broken(&path, &text);
        }
        self.check_values(key.values().copied(), &path)?;
        self.check_own(key.values().copied(), &path)
    }

    fn check_item(&self, item: &ExpectedItem, path: &str) -> Result<()> {
        self.check_key(&item.table, &item.key, path)?;
        if item.absent && (item.item.is_some() || !item.without.is_empty()) {
            return self.broken(
                &format!("{path}.absent"),
                "an item that is not there has no attributes",
            );
        }
        Ok(())
    }

    fn check_removal(&self, removal: &Removal, path: &str) -> Result<()> {
        self.check_sent(removal.of, &format!("{path}.of"))?;
        self.check_key(&removal.table, &removal.key, path)?;
        self.check_own(removal.key.values(), &format!("{path}.key"))
    }

    fn check_key(&self, table: &str, key: &BTreeMap<String, Value>, path: &str) -> Result<()> {
        let wanted = key_names(self.table(table, path)?);
        let path = format!("{path}.key");
        let given: BTreeSet<&str> = key.keys().map(String::as_str).collect();
        if wanted != given {
            let wanted = wanted.into_iter().collect::<Vec<_>>().join("` and `");
            return self.broken(
                &path,
                &format!("the key of the table `{table}` is `{wanted}`"),
            );
        }
        self.check_values(key.values(), &path)
    }

    fn check_values<'v>(&self, key: impl Iterator<Item = &'v Value>, path: &str) -> Result<()> {
        let mut key = key;
        if key.any(|value| !value.is_string() && !value.is_number()) {
            return self.broken(path, "a key is a text or a number");
        }
        Ok(())
    }

    /// What is put somewhere or removed blindly must not be what others work with.
    fn check_own<'v>(&self, key: impl Iterator<Item = &'v Value>, path: &str) -> Result<()> {
        let mut texts = key.filter_map(Value::as_str);
        if texts.any(|text| text.contains("{id}")) {
            return Ok(());
        }
        self.broken(
            path,
            "the key needs `{id}`, or the item may be somebody else's",
        )
    }

    fn table(&self, name: &str, path: &str) -> Result<&Table> {
        let tables = &self.workflow.tables;
        tables.get(name).ok_or_else(|| {
            let place = (self.locate)(&format!("{}.{path}.table", self.path));
            let error = Error::usage(format!("{place}: the workflow has no table `{name}`"));
            match nearest(name, tables.keys().map(String::as_str)) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error,
            }
        })
    }
}

fn key_names(table: &Table) -> BTreeSet<&str> {
    std::iter::once(table.partition_key.as_str())
        .chain(table.sort_key.as_deref())
        .collect()
}
