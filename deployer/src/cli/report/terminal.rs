//! A terminal: finished things as lines, and one line below them that moves.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::human::line;
use crate::event::{Event, Reporter};

/// How often the moving line moves.
const TICK: Duration = Duration::from_millis(120);

/// Shows live progress.
pub(super) struct Terminal {
    bar: ProgressBar,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    compiled: usize,
    resources: BTreeMap<(String, String), String>,
}

impl Terminal {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self {
            bar,
            progress: Mutex::default(),
        }
    }

    /// Returns what the moving line says after an event.
    fn message(&self, event: &Event) -> Option<String> {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::StepStarted { text, .. } => Some(text.clone()),
            Event::Compiled { name } => {
                progress.compiled += 1;
                Some(format!(
                    "{} crates compiled, last {name}",
                    progress.compiled
                ))
            }
            Event::ResourceChanged {
                stack,
                resource,
                status,
                ..
            } => {
                progress
                    .resources
                    .insert((stack.clone(), resource.clone()), status.clone());
                let busy = progress
                    .resources
                    .values()
                    .filter(|status| status.ends_with("_IN_PROGRESS"))
                    .count();
                let all = progress.resources.len();
                Some(format!(
                    "{stack}: {} of {all} resources at rest, last {resource} {status}",
                    all - busy
                ))
            }
            _ => None,
        }
    }
}

impl Reporter for Terminal {
    fn report(&self, event: &Event) {
        if let Some(message) = self.message(event) {
            if self.bar.is_finished() {
                self.bar.reset();
                self.bar.enable_steady_tick(TICK);
            }
            self.bar.set_message(message);
        }
        if let Some(line) = line(event).filter(|_| !matches!(event, Event::StepStarted { .. })) {
            // Above the moving line, or both would be torn.
            self.bar.suspend(|| {
                super::super::outcome::write_line(&mut anstream::stderr().lock(), &line);
            });
        }
    }

    fn pause(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
