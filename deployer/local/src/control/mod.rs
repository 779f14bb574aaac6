//! Starting, stopping and asking the daemon, from the command line's side.

mod inbox;
mod install;
mod probe;
mod reset;
mod start;
mod status;
mod stop;

pub use inbox::{Letter, inbox};
pub use install::{find_python, install, is_installed, ministack_version};
pub use reset::reset;
pub use start::{Progress, start};
pub use status::status;
pub use stop::stop;
