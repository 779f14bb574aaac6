//! The table of contacts.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;

use super::attributes::{code, string, text};
use crate::contact::Contact;
use crate::contacts::Contacts;
use crate::error::DeliveryError;
use crate::languages::Language;

/// The table of contacts: partition key `contact_id`, and `phone`, `email`, `language` and `identity` as texts.
#[derive(Debug, Clone)]
pub struct ContactsTable {
    client: Client,
    name: String,
}

impl ContactsTable {
    /// Returns the table `name`.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        let name = name.into();
        Self { client, name }
    }
}

#[async_trait]
impl Contacts for ContactsTable {
    async fn find(&self, contact_id: &str) -> Result<Option<Contact>, DeliveryError> {
        let read = self
            .client
            .get_item()
            .table_name(&self.name)
            .key("contact_id", text(contact_id));
        let found = read
            .send()
            .await
            .map_err(|error| DeliveryError::Unavailable {
                what: "contacts",
                code: code(&error),
            })?;
        Ok(found.item.map(|item| Contact {
            phone: string(&item, "phone"),
            email: string(&item, "email"),
            language: string(&item, "language")
                .and_then(|tag| Language::of_tag(&tag))
                .unwrap_or_default(),
            identity: string(&item, "identity"),
        }))
    }
}
