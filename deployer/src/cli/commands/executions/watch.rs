//! `deployer executions watch`: one execution, until it ends.

use std::time::Duration;

use clap::Args;

use super::screen::Screen;
use super::show;
use super::tree::{Canvas, tree};
use crate::aws::Clients;
use crate::cli::context::Context;
use crate::cli::moment::now;
use crate::cli::outcome::Outcome;
use crate::error::{Error, Kind, Result};
use crate::operate::deployed::deployed;
use crate::operate::executions::{ExecutionView, Follow, find};
use crate::pipeline::connect;

/// Shows one execution while it goes on, until it ends
///
/// On a terminal the tree is drawn in place; elsewhere every event is a line. Exit code 0 when it succeeded,
/// 4 when it ended otherwise. Ctrl-C leaves, and changes nothing.
#[derive(Debug, Args)]
pub(in crate::cli) struct WatchArguments {
    /// The execution, by its name or its ARN
    #[arg(value_name = "NAME|ARN")]
    execution: String,
    /// Only of this workflow; may be given again
    #[arg(long)]
    workflow: Vec<String>,
    /// Ends as soon as it waits for something, with exit code 0
    #[arg(long)]
    until_waiting: bool,
}

pub(in crate::cli) async fn run(context: &Context, arguments: &WatchArguments) -> Result<Outcome> {
    let app = &context.app;
    let workflows = app.select(&arguments.workflow)?;
    let clients = connect(app).await?;
    let deployed = deployed(app, &clients, &workflows).await?;
    let found = find(app, &clients, &deployed, &arguments.execution).await?;
    let watching = watch(
        context,
        &clients,
        &found.execution.arn,
        arguments.until_waiting,
    );
    tokio::select! {
        watched = watching => watched,
        _ = tokio::signal::ctrl_c() => Err(Error::new(
            Kind::Aborted,
            "stopped watching; the execution goes on",
        )),
    }
}

/// Shows an execution until it ends, or waits.
#[expect(
    clippy::disallowed_methods,
    reason = "who watches asks again, until it ends"
)]
pub(super) async fn watch(
    context: &Context,
    clients: &Clients,
    arn: &str,
    until_waiting: bool,
) -> Result<Outcome> {
    let pause = if clients.is_near() {
        Duration::from_millis(100)
    } else {
        Duration::from_secs(2)
    };
    let mut follow = Follow::of(clients, arn);
    let mut screen = Screen::of(context);
    loop {
        let news = follow.next().await?;
        let record = follow.record();
        let view = ExecutionView::of(record);
        screen.show(record, &news);
        let waits = until_waiting && !view.waiting_for.is_empty();
        if view.is_finished() || waits {
            screen.clear();
            let text = tree(record, context.verbose, Canvas::of_stdout(Some(now()))).text();
            let well = waits || view.status == "SUCCEEDED";
            return Ok(Outcome {
                exit_code: if well {
                    0
                } else {
                    Kind::WrongState.exit_code()
                },
                ..Outcome::done(text, show::document(&view))
            });
        }
        tokio::time::sleep(pause).await;
    }
}
