//! Types of resources: what replaces them, what they hold, which can be tagged, what they cost idle. One table for everybody.

mod kind;
mod lookup;
mod names;
pub mod prices;
mod table;

pub use kind::{Holds, ResourceType};
pub use lookup::{holds, resource_type, type_of, usual_types};
pub use names::{ALARM, ALIAS, FUNCTION, LOG_GROUP, MAPPING, POLICY, QUEUE, STACK, TABLE, VERSION};
