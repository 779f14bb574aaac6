//! An execution once more: under a name that says of which it is a rerun, and kept in the account.

mod difference;
mod name;
mod record;
mod run;

pub use difference::{Difference, differences};
pub use name::next_name;
pub use run::{Rerun, RerunOptions, rerun};
