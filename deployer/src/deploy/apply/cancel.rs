//! Cancels an update, where the user wishes it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_cloudformation::types::StackStatus;

use crate::aws::{Clients, code_of, failed};
use crate::deploy::diagnose::{Failures, diagnose};
use crate::deploy::link::Template;
use crate::error::{Error, Kind};
use crate::event::{Event, Reporter, Wish};
use crate::stack::LiveStack;

/// What the reporter is told of one operation, and what the user wants of it, until it is dropped.
pub(super) struct Attention<'a> {
    clients: &'a Clients,
    reporter: &'a dyn Reporter,
    stack: OnceLock<String>,
    tried: AtomicBool,
    canceled: AtomicBool,
}

impl<'a> Attention<'a> {
    pub(super) fn new(clients: &'a Clients, reporter: &'a dyn Reporter) -> Self {
        Self {
            clients,
            reporter,
            stack: OnceLock::new(),
            tried: AtomicBool::new(false),
            canceled: AtomicBool::new(false),
        }
    }

    /// Tells what the stack is doing, and cancels that, once, where the user wishes it.
    ///
    /// A refusal is told and no failure: the operation goes on and is watched on.
    pub(super) async fn cancel_if_asked(&self, live: &LiveStack) {
        let stack = self.stack.get_or_init(|| live.name.clone());
        let wish = self.reporter.watching(stack, Some(live.status.as_str()));
        if wish == Wish::Watch || self.tried.swap(true, Ordering::Relaxed) {
            return;
        }
        // CloudFormation cancels updates only, made directly or by change set, in either mode, and
        // never a creation, a deletion, or the clean-up at the end of an update.
        let call = self.clients.cloudformation.cancel_update_stack();
        match call.stack_name(&live.id).send().await {
            Ok(_) => {
                self.canceled.store(true, Ordering::Relaxed);
                self.note(format!(
                    "the update of `{stack}` is canceled; CloudFormation rolls it back"
                ));
            }
            Err(error) if code_of(&error) == Some("ValidationError") => {
                self.note(format!("it is too late to cancel the update of `{stack}`"));
            }
            Err(error) => {
                let what = format!("the update of `{stack}` could not be canceled");
                let error = failed(what)(error);
                let cause = error.causes().into_iter().next().unwrap_or_default();
                self.reporter.report(&Event::Warning {
                    text: format!("{error}, and goes on: {cause}"),
                });
            }
        }
    }

    /// Returns whether CloudFormation has agreed to cancel the operation.
    pub(super) fn is_canceled(&self) -> bool {
        self.canceled.load(Ordering::Relaxed)
    }

    fn note(&self, text: String) {
        self.reporter.report(&Event::Note { text });
    }
}

impl Drop for Attention<'_> {
    fn drop(&mut self) {
        if let Some(stack) = self.stack.get() {
            self.reporter.watching(stack, None);
        }
    }
}

/// Returns what a canceled update came to.
pub(super) fn canceled(live: Option<&LiveStack>, failures: &Failures) -> Error {
    let (name, status) = live.map_or(("", "gone"), |live| (&live.name, live.status.as_str()));
    if live.is_some_and(|live| live.status == StackStatus::UpdateRollbackComplete) {
        return Error::new(
            Kind::Aborted,
            format!("the update of the stack `{name}` was canceled; the stack is as it was before"),
        )
        .hint("run `deployer up` to update it after all");
    }
    let error = Error::new(
        Kind::Deployment,
        format!(
            "the update of the stack `{name}` was canceled, but not rolled back: it is {status}"
        ),
    );
    let reason = live.and_then(|live| live.reason.as_deref());
    diagnose(failures, &Template::default(), reason)
        .explain(error, "run `deployer up`: it goes on from here")
}
