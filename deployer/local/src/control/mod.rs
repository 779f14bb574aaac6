//! Starting, stopping and asking the daemon, from the command line's side.

mod probe;
mod reset;
mod start;
mod status;
mod stop;

pub use reset::reset;
pub use start::{Progress, start};
pub use status::status;
pub use stop::stop;
