//! What every change of a stack is made with.

use crate::aws::Clients;
use crate::consent::{Consent, ask};
use crate::error::Result;
use crate::event::{Event, Reporter};

/// Brings stacks to the wanted state: the services of a stage, and the two ways to the user.
#[derive(Clone, Copy)]
pub struct Applier<'a> {
    /// The services.
    pub clients: &'a Clients,
    /// Who is asked before anything may be lost.
    pub consent: &'a dyn Consent,
    /// Where events go.
    pub reporter: &'a dyn Reporter,
    /// The role that CloudFormation takes on, as an ARN, where it does not act for the caller.
    ///
    /// CloudFormation keeps the role of a stack's last operation, but a stack that was made before the
    /// stage named one has none, and the role that it keeps may be gone. So every operation names it.
    pub role: Option<&'a str>,
}

impl Applier<'_> {
    /// Says that `what` needs consent, and asks for it.
    pub(crate) fn ask(&self, what: &str) -> Result<()> {
        ask(self.consent, self.reporter, what)
    }

    /// Tells a fact worth a line.
    pub(crate) fn note(&self, text: impl Into<String>) {
        let text = text.into();
        self.reporter.report(&Event::Note { text });
    }

    /// Tells what the user should know and that does not stop the work.
    pub(crate) fn warn(&self, text: impl Into<String>) {
        let text = text.into();
        self.reporter.report(&Event::Warning { text });
    }
}
