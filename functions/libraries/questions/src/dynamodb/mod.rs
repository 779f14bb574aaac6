//! The tables.

mod attributes;
mod contacts;
mod questions;

pub use contacts::ContactsTable;
pub use questions::QuestionsTable;
