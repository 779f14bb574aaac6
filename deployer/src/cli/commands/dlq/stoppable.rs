//! Ctrl-C and SIGTERM while messages are out of sight: they are given back first.

use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use crate::cli::context::Context;
use crate::error::{Error, Kind, Result};
use crate::event::Stop;

/// Does the work, which the first signal has stop at the next place where nothing is half done. A second
/// signal ends it at once.
pub(super) async fn stoppable<T>(
    context: &Context,
    work: impl AsyncFnOnce(&Stop) -> Result<T>,
) -> Result<T> {
    let stop = Stop::default();
    let mut signals = [
        listen(SignalKind::interrupt())?,
        listen(SignalKind::terminate())?,
    ];
    let (sender, second) = oneshot::channel::<()>();
    let listener = tokio::spawn({
        let (stop, keyboard) = (stop.clone(), Arc::clone(&context.keyboard));
        async move {
            next(&mut signals).await;
            stop.request();
            keyboard.interrupt();
            next(&mut signals).await;
            let _ = sender.send(());
        }
    });
    let done = tokio::select! {
        done = work(&stop) => done,
        Ok(()) = second => Err(stopped().hint(
            "messages that were being looked at come back into sight by themselves, within two minutes",
        )),
    };
    listener.abort();
    context.reporter.pause();
    done
}

/// Returns the error of who was stopped.
pub(super) fn stopped() -> Error {
    Error::new(Kind::Aborted, "stopped by Ctrl-C")
}

/// Returns an error where a stop is wished: what was seen is not all.
pub(super) fn unless_stopped(stop: &Stop) -> Result<()> {
    if stop.is_requested() {
        return Err(stopped());
    }
    Ok(())
}

fn listen(kind: SignalKind) -> Result<Signal> {
    signal(kind)
        .map_err(|error| Error::new(Kind::Bug, "signals cannot be listened for").caused_by(error))
}

async fn next([interrupt, terminate]: &mut [Signal; 2]) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
