//! Messages put back or deleted: what that will do, and the form that does it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::answer::elsewhere;
use super::apart::apart;
use super::ask::{consented, form, may_change};
use super::fields::Fields;
use super::frame::{Place, answer};
use super::job;
use super::jobs::Working;
use super::letters::{NAMED, queue_of, selection};
use super::site::Site;
use crate::aws::Limiter;
use crate::error::{Error, Kind, Result};
use crate::event::Stop;
use crate::operate::dead_letters::{
    DeadQueue, QueueKind, Selection, Surveyed, Work, Worked, discard, redrive, survey,
};

/// What is done with messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Task {
    Redrive,
    Discard,
}

impl Task {
    fn path(self) -> &'static str {
        match self {
            Self::Redrive => "/letters/redrive",
            Self::Discard => "/letters/discard",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Redrive => "Put messages back",
            Self::Discard => "Discard messages",
        }
    }

    /// What was done, in the past.
    fn verb(self) -> &'static str {
        match self {
            Self::Redrive => "put back",
            Self::Discard => "deleted",
        }
    }
}

pub(super) async fn ask_redrive(State(site): State<Arc<Site>>, fields: Fields) -> Response {
    ask(&site, fields, Task::Redrive).await
}

pub(super) async fn ask_discard(State(site): State<Arc<Site>>, fields: Fields) -> Response {
    ask(&site, fields, Task::Discard).await
}

pub(super) async fn redrive_them(State(site): State<Arc<Site>>, form: Fields) -> Response {
    begin(site, &form, Task::Redrive).await
}

pub(super) async fn discard_them(State(site): State<Arc<Site>>, form: Fields) -> Response {
    begin(site, &form, Task::Discard).await
}

/// Returns the messages that are meant: all of them only where that is said.
fn chosen(fields: &Fields) -> Result<Selection> {
    let chosen = selection(fields, None)?;
    if chosen.ids.is_empty() && chosen.reasons.is_empty() && fields.one("all").is_none() {
        return Err(Error::usage("it is not said which messages"));
    }
    Ok(chosen)
}

async fn ask(site: &Arc<Site>, fields: Fields, task: Task) -> Response {
    let made = apart(site, fields, async move |site, fields| {
        question(site, fields, task).await
    });
    answer(site, Place::Letters, task.title(), made.await)
}

async fn question(site: &Site, fields: &Fields, task: Task) -> Result<Markup> {
    may_change(site)?;
    let (chosen, queue) = (chosen(fields)?, queue_of(site, fields).await?);
    let (surveyed, _) = surveyed(site, &queue, &chosen, &site.stop).await?;
    let hopeless = surveyed.hopeless();
    let will = match task {
        Task::Redrive => surveyed.redriving(),
        Task::Discard => surveyed.discarding(),
    };
    Ok(html! {
        h1 { (task.title()) }
        p.notice { (will) }
        @match task {
            Task::Redrive if hopeless > 0 => p { (hopeless) " of them will be given up again unless the configuration or the functions changed since." },
            Task::Redrive if queue.kind == QueueKind::Failed => p { "Each runs once more with the same input. Who asks again finds that run, so none is started twice." },
            Task::Redrive => p { "A message keeps the name of its execution, so nothing runs twice." },
            Task::Discard => p { strong { "They cannot be had back. " } "`deployer dlq export --out FILE` keeps a copy first." },
        }
        (form(site, task.path(), &fields.only(&NAMED), &html! {}, task.title()))
        p { a href=(fields.only(&["workflow", "queue"]).link("/letters/queue")) { "Leave them" } }
    })
}

async fn surveyed(
    site: &Site,
    queue: &DeadQueue,
    chosen: &Selection,
    stop: &Stop,
) -> Result<(Surveyed, Selection)> {
    let queues = [queue.clone()];
    let (found, selection) =
        survey(&site.clients, &site.app.stage_name, &queues, chosen, stop).await?;
    let found = found.into_iter().next().ok_or_else(|| {
        Error::new(Kind::WrongState, "there are no such messages in sight")
            .hint("what somebody else looks at comes back into sight within two minutes")
    })?;
    Ok((found, selection))
}

async fn begin(site: Arc<Site>, form: &Fields, task: Task) -> Response {
    let ready = async {
        consented(&site, form)?;
        Ok((chosen(form)?, queue_of(&site, form).await?))
    };
    let (chosen, queue) = match ready.await {
        Ok(ready) => ready,
        Err(error) => return answer(&site, Place::Letters, task.title(), Err(error)),
    };
    let what = format!("{}: {}", task.title(), queue.workflow.workflow);
    let working = Arc::clone(&site);
    let number = site.jobs.begin(what, move |told, stop| async move {
        carry_out(&working, &queue, &chosen, task, &told, &stop).await
    });
    elsewhere(&job::link(number, "/job"))
}

/// Does it, and returns what was done and what could not be.
async fn carry_out(
    site: &Site,
    queue: &DeadQueue,
    chosen: &Selection,
    task: Task,
    told: &Working,
    stop: &Stop,
) -> (Vec<String>, Vec<String>) {
    let (surveyed, selection) = match surveyed(site, queue, chosen, stop).await {
        Ok(surveyed) => surveyed,
        Err(error) => return (Vec::new(), vec![error.in_a_line()]),
    };
    let progress = |done: usize| told.tell(format!("{done} of about {}", surveyed.messages));
    let rate = Limiter::unlimited();
    let work = Work {
        clients: &site.clients,
        stage: &site.app.stage_name,
        queue,
        selection: &selection,
        rate: &rate,
        stop,
    };
    let worked = match task {
        Task::Redrive => redrive(work, site.now(), None, &progress).await,
        Task::Discard => discard(work, &progress).await,
    };
    came_of(queue, &worked, task)
}

fn came_of(queue: &DeadQueue, worked: &Worked, task: Task) -> (Vec<String>, Vec<String>) {
    let failed = worked.failed.iter().map(|(id, why)| format!("{id}: {why}"));
    let error = worked.error.as_ref().map(Error::in_a_line);
    (
        worked.in_words(queue, task.verb()),
        failed.chain(error).collect(),
    )
}
