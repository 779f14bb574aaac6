//! What every run of the pipeline is given.

use crate::aws::Clients;
use crate::config::App;
use crate::consent::Consent;
use crate::deploy::apply::Applier;
use crate::event::Reporter;

/// The application, and the two ways to the user: telling, and asking.
#[derive(Clone, Copy)]
pub struct Session<'a> {
    /// The application, resolved for the stage.
    pub app: &'a App,
    /// Where events go.
    pub reporter: &'a dyn Reporter,
    /// Who is asked before anything may be lost.
    pub consent: &'a dyn Consent,
}

impl<'a> Session<'a> {
    /// Returns what changes of stacks are made with.
    pub fn applier(&self, clients: &'a Clients) -> Applier<'a> {
        Applier {
            clients,
            consent: self.consent,
            reporter: self.reporter,
            role: self.app.stage.deployment.role.as_deref(),
        }
    }
}
