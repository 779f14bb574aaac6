//! Consent, where something may be lost on the way out of a bad state.

use crate::error::{Error, Kind, Result};

/// How the user is asked. The command line asks, or takes `--yes`.
pub trait Consent: Send + Sync {
    /// Asks whether `what` may be done.
    ///
    /// # Errors
    ///
    /// The user does not agree, or nobody is there to answer; `what` is then not done.
    fn ask(&self, what: &str) -> Result<()>;
}

/// Agrees to everything.
#[derive(Debug, Clone, Copy)]
pub struct Agree;

impl Consent for Agree {
    fn ask(&self, _what: &str) -> Result<()> {
        Ok(())
    }
}

/// Agrees to nothing.
#[derive(Debug, Clone, Copy)]
pub struct Refuse;

impl Consent for Refuse {
    fn ask(&self, what: &str) -> Result<()> {
        Err(Error::new(
            Kind::ConfirmationNeeded,
            format!("{what} needs a confirmation"),
        ))
    }
}
