//! What files may say of tables.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A DynamoDB table, billed by request.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The attribute of the partition key.
    pub partition_key: String,
    /// Its type.
    pub partition_key_type: KeyType,
    /// The attribute of the sort key.
    #[serde(default)]
    pub sort_key: Option<String>,
    /// Its type.
    pub sort_key_type: KeyType,
    /// The attribute that holds when an item expires, in seconds since 1970.
    #[serde(default)]
    pub time_to_live: Option<String>,
    /// Another way to find items: an index, whose name those that use the table read as `<TABLE>_INDEX`.
    #[serde(default)]
    pub index: Option<Index>,
}

/// An index of a table, with all that the items have. Items without both attributes, as texts, are not in it.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// The attribute of its partition key.
    pub partition_key: String,
    /// The attribute that items of one partition key are sorted by.
    pub sort_key: String,
}

impl Index {
    /// Returns its name.
    pub fn name(&self) -> String {
        format!("by-{}", self.partition_key)
    }
}

/// The type of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum KeyType {
    /// Text.
    S,
    /// A number.
    N,
    /// Bytes.
    B,
}
