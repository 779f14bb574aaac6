//! The person at the terminal: one question at a time, and Ctrl-C ends it.

use std::io::{BufRead as _, Write as _};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What came of a question.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A line, without its end.
    Line(String),
    /// The end of the input.
    End,
    /// Something else decided meanwhile.
    Interrupted,
}

/// Reads answers from the terminal.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    turn: Mutex<()>,
    asking: Mutex<Option<Sender<Answer>>>,
}

impl Keyboard {
    /// Waits until no other question stands; none is asked until the guard is dropped.
    pub(super) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks, and waits for the answer; to be called by who has the turn.
    pub(super) fn ask(&self, question: &str) -> Answer {
        let (sender, receiver) = channel();
        *self.asking() = Some(sender.clone());
        let mut stderr = anstream::stderr().lock();
        let _ = write!(stderr, "{question}");
        let _ = stderr.flush();
        drop(stderr);
        // A read cannot be called off, so it has a thread of its own, which the program does not wait for.
        std::thread::spawn(move || sender.send(read()));
        let answer = receiver.recv().unwrap_or(Answer::Interrupted);
        *self.asking() = None;
        answer
    }

    /// Returns whether a question stands.
    pub(super) fn is_asking(&self) -> bool {
        self.asking().is_some()
    }

    /// Ends the question that stands, and its line.
    pub(super) fn interrupt(&self) {
        if let Some(sender) = self.asking().take() {
            let _ = writeln!(anstream::stderr().lock());
            let _ = sender.send(Answer::Interrupted);
        }
    }

    fn asking(&self) -> MutexGuard<'_, Option<Sender<Answer>>> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read() -> Answer {
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(0) | Err(_) => Answer::End,
        Ok(_) => Answer::Line(line.trim().to_owned()),
    }
}
