//! Ctrl-C and SIGTERM. Where CloudFormation is at work and a person is at the terminal, the first
//! Ctrl-C asks what is to become of that. A command that tidies up after itself is told to, by the first
//! of either. Everything else leaves at once, and so does the second.

use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

use super::super::arguments::Command;
use super::super::keyboard::{Answer, Keyboard};
use super::super::report::Attended;
use super::choice::{Choice, Sign, asks, choose, question, updating};
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Reporter as _};

/// Why the program leaves before its work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Leaving {
    /// A signal.
    Sign(Sign),
    /// The user chose to leave what runs running.
    Chosen,
}

/// Listens for signals until it is dropped.
pub(in crate::cli) struct Interrupts {
    listener: JoinHandle<()>,
    leaving: oneshot::Receiver<Leaving>,
    keyboard: Arc<Keyboard>,
}

impl Interrupts {
    /// Starts to listen; `person` says whether somebody is there to be asked.
    pub(in crate::cli) fn listen(
        attended: Arc<Attended>,
        keyboard: Arc<Keyboard>,
        person: bool,
    ) -> Result<Self> {
        let register = |kind| {
            signal(kind).map_err(|error| {
                Error::new(Kind::Bug, "signals cannot be listened for").caused_by(error)
            })
        };
        let signals = Signals {
            interrupt: register(SignalKind::interrupt())?,
            terminate: register(SignalKind::terminate())?,
        };
        let (sender, leaving) = oneshot::channel();
        // A task of its own, because a question of the command's blocks the command's.
        let listener = tokio::spawn({
            let keyboard = Arc::clone(&keyboard);
            async move {
                let why = attend(signals, attended, &keyboard, person).await;
                let _ = sender.send(why);
                keyboard.interrupt();
            }
        });
        Ok(Self {
            listener,
            leaving,
            keyboard,
        })
    }

    /// Waits until the program is to leave, and returns why.
    pub(in crate::cli) async fn leaving(&mut self) -> Leaving {
        match (&mut self.leaving).await {
            Ok(why) => why,
            // The listener never ends without a word.
            Err(_) => std::future::pending().await,
        }
    }

    /// Returns why the program is to leave, where it is.
    pub(in crate::cli) fn left(&mut self) -> Option<Leaving> {
        self.leaving.try_recv().ok()
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.listener.abort();
        self.keyboard.interrupt();
    }
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    async fn next(&mut self) -> Sign {
        tokio::select! {
            _ = self.interrupt.recv() => Sign::Interrupt,
            _ = self.terminate.recv() => Sign::Terminate,
        }
    }
}

/// Waits for signals until one means to leave, and returns why.
async fn attend(
    mut signals: Signals,
    attended: Arc<Attended>,
    keyboard: &Arc<Keyboard>,
    person: bool,
) -> Leaving {
    let sign = signals.next().await;
    if attended.stop() {
        return Leaving::Sign(signals.next().await);
    }
    if !asks(sign, person && !keyboard.is_asking(), &attended.under_way()) {
        return Leaving::Sign(sign);
    }
    let consulted = spawn_blocking({
        let (attended, keyboard) = (Arc::clone(&attended), Arc::clone(keyboard));
        move || consult(&attended, &keyboard)
    });
    tokio::select! {
        choice = consulted => match choice {
            Ok(Choice::Watch | Choice::Cancel) => {}
            Ok(Choice::Leave) | Err(_) => return Leaving::Chosen,
        },
        sign = signals.next() => return Leaving::Sign(sign),
    }
    Leaving::Sign(signals.next().await)
}

/// Asks what is to become of what is under way, and takes care of that.
fn consult(attended: &Attended, keyboard: &Keyboard) -> Choice {
    let _turn = keyboard.turn();
    attended.hold();
    let choice = loop {
        let under_way = attended.under_way();
        if under_way.is_empty() {
            break Choice::Watch;
        }
        match keyboard.ask(&question(&under_way)) {
            Answer::Interrupted => break Choice::Leave,
            Answer::End => break Choice::Watch,
            Answer::Line(line) => {
                if let Some(choice) = choose(&line, &under_way) {
                    break choice;
                }
            }
        }
    };
    let text = match choice {
        Choice::Leave => None,
        Choice::Watch => Some("watching on; Ctrl-C again leaves it running"),
        Choice::Cancel => {
            attended.cancel(updating(&attended.under_way()));
            Some("canceling; Ctrl-C again leaves it to CloudFormation")
        }
    };
    attended.resume();
    if let Some(text) = text {
        let text = text.to_owned();
        attended.report(&Event::Note { text });
    }
    choice
}

/// Returns the error that leaving ends with: what goes on, and how to go on from there.
pub(in crate::cli) fn left(command: &Command, why: Leaving) -> Error {
    let error = Error::new(
        Kind::Aborted,
        match why {
            Leaving::Sign(Sign::Interrupt) => "stopped by Ctrl-C",
            Leaving::Sign(Sign::Terminate) => "stopped by SIGTERM",
            Leaving::Chosen => "left while CloudFormation is at work",
        },
    );
    match command {
        Command::Up(_) | Command::Destroy(_) => error.hint(
            "what CloudFormation has begun goes on by itself; run the same command again to go on from there",
        ),
        Command::SmokeTest(_) => error.hint(
            "executions and messages of the interrupted run stay; the next runs leave them alone",
        ),
        _ => error,
    }
}
