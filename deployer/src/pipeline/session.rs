//! What every run of the pipeline is given.

use crate::config::App;
use crate::consent::Consent;
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
