//! `deployer ui`: what runs, as a page in the browser.

use clap::Args;
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::cli::context::Context;
use crate::cli::environment::Environment;
use crate::cli::global::Format;
use crate::cli::moment::now;
use crate::cli::outcome::{Outcome, write_line};
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::operate::picture::Shown;
use crate::page::{Page, PageSettings};
use crate::pipeline::connect;

/// Shows what runs as a page in the browser: executions live, callbacks to answer, dead letters, traces
///
/// The page is on this machine only, and asks for the token in the address that is printed. It sees and does what
/// the commands do, with the same credentials. Ctrl-C ends it.
#[derive(Debug, Args)]
pub(in crate::cli) struct UiArguments {
    /// The port; by default one that is free
    #[arg(
        long,
        value_name = "PORT",
        default_value = "0",
        hide_default_value = true
    )]
    port: u16,
    /// Opens no browser
    #[arg(long)]
    no_open: bool,
    /// Lets the page change things on a protected stage, which it otherwise only shows
    #[arg(long)]
    allow_changes: bool,
    /// Leaves inputs, results, messages and the words of errors out
    #[arg(long)]
    redact: bool,
}

pub(in crate::cli) async fn run(context: &Context, arguments: &UiArguments) -> Result<Outcome> {
    let app = &context.app;
    let clients = connect(app).await?;
    let settings = PageSettings {
        port: arguments.port,
        allow_changes: arguments.allow_changes,
        shown: if arguments.redact {
            Shown::Outline
        } else {
            Shown::Data
        },
        clock: now,
    };
    let page = Page::open(app.clone(), clients, settings).await?;
    let Signals { first, second } = Signals::listen()?;
    tell(context, &page);
    if !arguments.no_open && context.has_person() && !Environment::read().ci {
        open_browser(context, &page);
    }
    let first = async move {
        let _ = first.await;
    };
    tokio::select! {
        served = page.serve(first) => served?,
        _ = second => {}
    }
    Ok(Outcome::done("", Value::Null))
}

fn tell(context: &Context, page: &Page) {
    let (stage, address) = (&context.app.stage_name, page.address());
    let line = match context.format {
        Format::Json => json!({
            "event": "serving",
            "stage": stage,
            "address": address,
            "read_only": page.is_read_only(),
        })
        .to_string(),
        Format::Human => {
            let only = if page.is_read_only() {
                "\nThe stage is protected: the page only shows. `--allow-changes` lets it change things."
            } else {
                ""
            };
            format!("Stage {stage} is shown at {address}{only}\nCtrl-C ends it.")
        }
    };
    write_line(&mut anstream::stdout().lock(), &line);
}

/// Opens the browser; where that does not work, the address was printed.
fn open_browser(context: &Context, page: &Page) {
    if let Err(error) = open::that_detached(page.address_for_once()) {
        let text = format!("no browser could be opened: {error}");
        context.reporter.report(&Event::Note { text });
    }
}

/// The two times that Ctrl-C or SIGTERM come: at the first, what holds messages gives them back.
struct Signals {
    first: oneshot::Receiver<()>,
    second: oneshot::Receiver<()>,
}

impl Signals {
    fn listen() -> Result<Self> {
        let listen = |kind| {
            let failed =
                |error| Error::new(Kind::Bug, "signals cannot be listened for").caused_by(error);
            signal(kind).map_err(failed)
        };
        let mut interrupt = listen(SignalKind::interrupt())?;
        let mut terminate = listen(SignalKind::terminate())?;
        let (tell_first, first) = oneshot::channel();
        let (tell_second, second) = oneshot::channel();
        tokio::spawn(async move {
            for tell in [tell_first, tell_second] {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                let _ = tell.send(());
            }
        });
        Ok(Self { first, second })
    }
}
