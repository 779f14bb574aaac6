//! What the steps tell while they work. Tags and fields are a promise; texts are not.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::watch;

use crate::stack::Outputs;

/// Something that happened on the way.
#[derive(Debug, Clone, Serialize)]
#[serde(
    tag = "event",
    rename_all = "kebab-case",
    rename_all_fields = "snake_case"
)]
pub enum Event {
    /// A step of the pipeline began; the text is for people.
    StepStarted {
        /// The step: `local`, `build`, `publish`, `apply`, `verify`, `destroy`.
        step: &'static str,
        /// What it does, on what.
        text: String,
    },
    /// A step ended well.
    StepFinished {
        /// The step.
        step: &'static str,
        /// What came out of it.
        text: String,
        /// How long it took, in seconds.
        seconds: f64,
    },
    /// The compiler finished a crate.
    Compiled {
        /// The crate.
        name: String,
    },
    /// A function's zip is ready.
    ArtifactReady {
        /// The function.
        function: String,
        /// The SHA-256 of the zip, in hexadecimal.
        sha256: String,
        /// The size of the zip in bytes.
        bytes: u64,
        /// Whether the zip was sent to the artifact bucket, rather than found there.
        uploaded: bool,
    },
    /// A resource of a stack changed its state.
    ResourceChanged {
        /// The stack.
        stack: String,
        /// The resource's logical id.
        resource: String,
        /// The resource's type.
        resource_type: String,
        /// CloudFormation's status.
        status: String,
        /// CloudFormation's reason, where it gives one.
        reason: Option<String>,
    },
    /// A stack reached the wanted state, or is there already.
    StackReady {
        /// The workflow, or `artifacts`.
        workflow: String,
        /// The stack.
        stack: String,
        /// What was done: `created`, `updated` or `unchanged`.
        action: &'static str,
        /// The outputs of the stack.
        outputs: Outputs,
    },
    /// A deleted stack left a resource in the account, outside of any stack.
    LeftBehind {
        /// The stack.
        stack: String,
        /// The resource's logical id.
        resource: String,
        /// The resource's type.
        resource_type: String,
        /// The resource's physical id.
        id: String,
        /// What can be done with it.
        remedy: &'static str,
    },
    /// Something that the user should know and that does not stop the work.
    Warning {
        /// The warning.
        text: String,
    },
    /// A fact worth a line.
    Note {
        /// The fact.
        text: String,
    },
    /// A smoke scenario ended.
    ScenarioFinished {
        /// The workflow.
        workflow: String,
        /// The scenario.
        name: String,
        /// `passed`, `failed`, `skipped` or `stopped`.
        status: &'static str,
        /// How long it took, in seconds.
        seconds: f64,
    },
}

/// Where events go. The command line implements it; nothing below it prints.
pub trait Reporter: Send + Sync {
    /// Takes one event.
    fn report(&self, event: &Event);

    /// Takes away what moves on the screen, because a question follows.
    fn pause(&self) {}

    /// Takes what CloudFormation is doing with a stack, or nothing once nobody watches that any more,
    /// and returns what the user wants of it.
    fn watching(&self, _stack: &str, _status: Option<&str>) -> Wish {
        Wish::Watch
    }
}

/// What the user wants of an operation that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// It goes on.
    Watch,
    /// It is canceled, where that can be done.
    Cancel,
}

/// The user's wish that work ends before it is done, and takes away what it made.
///
/// Clones share the wish.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Wishes it.
    pub fn request(&self) {
        self.0.send_replace(true);
    }

    /// Returns whether it is wished.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is wished.
    pub async fn requested(&self) {
        // The sender lives as long as this, so the wait never ends without the wish.
        let _ = self.0.subscribe().wait_for(|wished| *wished).await;
    }
}

/// A reporter that drops everything.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Reporter for Silent {
    fn report(&self, _event: &Event) {}
}
