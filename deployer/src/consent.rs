//! Consent, where something may be lost.

use crate::error::{Error, Kind, Result};
use crate::event::{Event, Reporter};

/// How the user is asked. The command line asks, or takes `--yes`.
pub trait Consent: Send + Sync {
    /// Asks whether `what` may be done, after the user was told what that means.
    ///
    /// # Errors
    ///
    /// The user does not agree, or nobody is there to answer; `what` is then not done.
    fn confirm(&self, what: &str) -> Result<()>;
}

/// Says that `what` needs consent, and asks for it: it has come up on the way.
///
/// # Errors
///
/// As [`Consent::confirm`].
pub fn ask(consent: &dyn Consent, reporter: &dyn Reporter, what: &str) -> Result<()> {
    let text = format!("{what} needs your consent");
    reporter.report(&Event::Warning { text });
    consent.confirm(what)
}

/// Agrees to everything.
#[derive(Debug, Clone, Copy)]
pub struct Agree;

impl Consent for Agree {
    fn confirm(&self, _what: &str) -> Result<()> {
        Ok(())
    }
}

/// Agrees to nothing.
#[derive(Debug, Clone, Copy)]
pub struct Refuse;

impl Consent for Refuse {
    fn confirm(&self, what: &str) -> Result<()> {
        Err(Error::new(
            Kind::ConfirmationNeeded,
            format!("{what} needs a confirmation"),
        ))
    }
}
