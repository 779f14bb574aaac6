//! `deployer local`: the local target by hand.

use std::time::{Duration, UNIX_EPOCH};

use clap::{Args, Subcommand};
use durable_local::{Letter, LocalSettings};
use serde_json::json;

use super::super::confirm::confirm;
use super::super::context::Context;
use super::super::outcome::Outcome;
use super::super::plain::plain;
use crate::cli::moment::now;
use crate::config::App;
use crate::count::counted;
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::operate::picture::Shown;
use crate::page::{PageSettings, forget_beside, serve_beside};
use crate::pipeline::{local_settings, start_local};

/// How often to look whether the local target runs.
const LOOK: Duration = Duration::from_millis(200);

/// Starts, stops and asks the local target, which otherwise starts by itself
#[derive(Debug, Args)]
pub(in crate::cli) struct LocalArguments {
    #[command(subcommand)]
    pub(in crate::cli) action: LocalAction,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum LocalAction {
    /// Starts it in the background
    Start,
    /// Stops it; its state stays
    Stop,
    /// Says whether it runs, and where
    Status,
    /// Shows the texts and e-mails that were sent, the newest first, with links that work here
    Inbox,
    /// Stops it and forgets its state: stacks, tables, messages, executions; asks first
    Reset,
    /// Runs it in the foreground, until Ctrl-C
    Run,
}

pub(in crate::cli) async fn run(context: &Context, arguments: &LocalArguments) -> Result<Outcome> {
    let app = &context.app;
    if !app.uses_local_target() {
        return Err(Error::usage(format!(
            "stage `{}` does not live on the local target",
            app.stage_name
        ))
        .hint("choose a stage with `target: local`, such as `--stage dev`"));
    }
    let settings = local_settings(app);
    match arguments.action {
        LocalAction::Start => {
            start_local(app, context.reporter.as_ref()).await?;
            status(context).await
        }
        LocalAction::Stop => {
            let was_running = durable_local::stop(&settings).await?;
            let text = if was_running {
                "The local target is stopped; its state stays."
            } else {
                "The local target was not running."
            };
            Ok(Outcome::done(
                text,
                json!({ "running": false, "was_running": was_running }),
            ))
        }
        LocalAction::Status => status(context).await,
        LocalAction::Inbox => inbox(&settings).await,
        LocalAction::Reset => reset(context, &settings).await,
        LocalAction::Run => {
            let page = Box::pin(page(context.app.clone(), settings.clone()));
            let beside = async {
                page.await;
                std::future::pending::<()>().await;
            };
            tokio::select! {
                served = durable_local::serve(settings.clone()) => served?,
                () = beside => {}
            }
            Ok(Outcome::done(String::new(), json!({ "running": false })))
        }
    }
}

/// Serves the page beside the local target, as soon as that runs; without it the local target works all the same.
async fn page(app: App, settings: LocalSettings) {
    forget_beside(&app);
    let mut looks = tokio::time::interval(LOOK);
    let endpoint = loop {
        looks.tick().await;
        let status = durable_local::status(&settings).await;
        if let Ok(status) = status
            && let Some(endpoint) = status.endpoint.filter(|_| status.running)
        {
            break endpoint;
        }
    };
    let page = PageSettings {
        port: 0,
        allow_changes: false,
        shown: Shown::Data,
        clock: now,
    };
    if let Err(error) = serve_beside(app, endpoint, page).await {
        tracing::warn!(%error, "the page is not served");
    }
}

async fn reset(context: &Context, settings: &LocalSettings) -> Result<Outcome> {
    let status = durable_local::status(settings).await?;
    if !status.state.exists() {
        return Ok(Outcome::done(
            "There is nothing to forget: the local target has no state.",
            json!({ "running": false, "forgotten": false }),
        ));
    }
    let executions = match status.executions {
        Some(known) if known.running > 0 => {
            let total = counted(known.total, "execution");
            format!("{total}, {} of them running", known.running)
        }
        Some(known) => counted(known.total, "execution"),
        None => "executions".to_owned(),
    };
    let text = format!(
        "will forget all that the local target keeps: stacks, tables with their items, messages, {executions}"
    );
    context.reporter.report(&Event::Note { text });
    confirm(context, "forgetting the local target's state")?;
    durable_local::reset(settings).await?;
    Ok(Outcome::done(
        format!(
            "The local target is stopped and its state is gone. Next: deployer up --stage {}",
            context.app.stage_name
        ),
        json!({ "running": false, "forgotten": true }),
    ))
}

async fn inbox(settings: &LocalSettings) -> Result<Outcome> {
    let status = durable_local::status(settings).await?;
    let port = status
        .endpoint
        .as_deref()
        .and_then(|endpoint| endpoint.rsplit_once(':')?.1.parse().ok());
    let Some(port) = port.filter(|_| status.running) else {
        return Err(
            Error::new(Kind::WrongState, "the local target is not running")
                .hint("start it with `deployer local start`; what was sent before is there again"),
        );
    };
    let letters = durable_local::inbox(port).await?;
    let text = if letters.is_empty() {
        "Nothing was sent to anybody.".to_owned()
    } else {
        let letters: Vec<String> = letters.iter().map(told).collect();
        letters.join("\n\n")
    };
    Ok(Outcome::done(text, json!({ "messages": letters })))
}

fn told(letter: &Letter) -> String {
    let sent_at = UNIX_EPOCH + Duration::try_from_secs_f64(letter.sent_at).unwrap_or_default();
    let mut lines = vec![format!(
        "{} to {}, {}",
        letter.channel,
        plain(&letter.to),
        humantime::format_rfc3339_seconds(sent_at)
    )];
    let subject = letter
        .subject
        .as_deref()
        .map(|subject| plain(subject).into_owned());
    lines.extend(subject);
    let text = letter.text.trim_end().lines();
    lines.extend(text.map(|line| plain(line).into_owned()));
    lines.join("\n  ").replace("\n  \n", "\n\n")
}

async fn status(context: &Context) -> Result<Outcome> {
    let settings = local_settings(&context.app);
    durable_local::check_room(&settings)?;
    let status = durable_local::status(&settings).await?;
    let text = match &status.endpoint {
        Some(endpoint) if status.running => {
            let executions = status.executions.map_or(String::new(), |executions| {
                let total = counted(executions.total, "execution");
                format!(", {} of {total} running", executions.running)
            });
            format!("The local target answers at {endpoint}{executions}.")
        }
        _ => "The local target is not running. It starts with `deployer up` or `deployer local start`.".to_owned(),
    };
    let document = serde_json::to_value(&status).unwrap_or_default();
    Ok(Outcome::done(text, document))
}
