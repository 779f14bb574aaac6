//! What a policy is made from.

use serde_json::Value;

/// A stack and its template.
#[derive(Debug, Clone, Copy)]
pub struct PolicyStack<'a> {
    /// The stack's name.
    pub name: &'a str,
    /// Its linked template.
    pub template: &'a Value,
}
