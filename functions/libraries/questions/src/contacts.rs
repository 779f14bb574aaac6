//! Whom we know.

use async_trait::async_trait;

use crate::contact::Contact;
use crate::error::DeliveryError;

/// Knows how people are reached.
#[async_trait]
pub trait Contacts: Send + Sync {
    /// Returns the contact of this id, if there is one.
    async fn find(&self, contact_id: &str) -> Result<Option<Contact>, DeliveryError>;
}
