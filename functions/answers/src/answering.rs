//! Showing questions, and taking answers.

use std::time::Duration;

use questions::{
    Answered, Asked, Check, Decision, Language, MOST_TRIES, Records, RecordsError, Taken, TokenHash,
};

use crate::callbacks::{CallbackError, Callbacks};
use crate::page::{self, Again};
use crate::request::Request;
use crate::response::Response;
use crate::words::words;

/// How often is looked for what another request notes, and how long apart.
const LOOKS: u32 = 10;
const LOOK: Duration = Duration::from_millis(100);

/// The page behind every link.
pub struct Answering {
    /// Remembers what was asked.
    pub records: Box<dyn Records>,
    /// Tells the workflow.
    pub callbacks: Box<dyn Callbacks>,
    /// The seconds since 1970.
    pub now: fn() -> u64,
}

/// What a request could not be answered for.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Records(#[from] RecordsError),
    #[error(transparent)]
    Callback(CallbackError),
}

/// Whether somebody is who the question is for.
enum Identified {
    Known,
    /// Nothing was typed that could be an identity.
    Nobody,
    Wrong {
        left: u32,
    },
}

impl Answering {
    /// Answers a request.
    pub async fn handle(&self, request: &Request) -> Response {
        let answer = match request.method() {
            "GET" => self.show(request).await,
            "HEAD" => self.show(request).await.map(Response::without_body),
            "POST" => self.take(request).await,
            _ => {
                let language = Language::accepted(request.languages());
                let notice = page::notice(language, &words(language).method);
                return Response::page(405, notice).with_header("allow", "GET, HEAD, POST");
            }
        };
        answer.unwrap_or_else(|error| {
            tracing::error!(%error, "a question could not be shown or answered");
            let language = Language::accepted(request.languages());
            let notice = page::notice(language, &words(language).unavailable);
            Response::page(503, notice).with_header("retry-after", "5")
        })
    }

    async fn show(&self, request: &Request) -> Result<Response, Failure> {
        match self.find(request).await? {
            Some(asked) => self.current(&asked).await,
            None => Ok(unknown(request)),
        }
    }

    async fn take(&self, request: &Request) -> Result<Response, Failure> {
        let Some(asked) = self.find(request).await? else {
            return Ok(unknown(request));
        };
        if self.is_over(&asked) {
            return self.current(&asked).await;
        }
        let again = |status, why| Ok(Response::page(status, page::question(&asked, Some(why))));
        let choice = request.field("choice").filter(|choice| {
            let mut choices = asked.choices.iter();
            choices.any(|known| known.value == *choice)
        });
        let Some(choice) = choice else {
            return again(400, Again::NoChoice);
        };
        if let Some(check) = &asked.check {
            // Nobody has to tell who they are to hear that a question is answered.
            if let Some(settled) = self.settled(&asked).await? {
                return Ok(settled);
            }
            match self.identify(request, check).await? {
                Identified::Known => {}
                Identified::Nobody => return again(400, Again::NoIdentity),
                Identified::Wrong { left: 0 } => return Ok(locked(&asked)),
                Identified::Wrong { left } => return again(403, Again::WrongIdentity(left)),
            }
        }
        let Taken {
            mut decision,
            is_new,
        } = self.records.decide(&asked, &choice).await?;
        if decision.answered == Answered::Taken {
            let noted = if is_new {
                None
            } else {
                self.noted(&asked).await?
            };
            decision.answered = match noted {
                Some(noted) => noted,
                None => self.deliver(&decision).await?,
            };
            self.settle(&asked, decision.answered).await;
        }
        Ok(decided(&asked, &decision))
    }

    async fn find(&self, request: &Request) -> Result<Option<Asked>, Failure> {
        Ok(self.records.find(&TokenHash::of(request.token())).await?)
    }

    /// Judges who answers. A try is counted before it is judged, so that many at once are not judged for one.
    async fn identify(&self, request: &Request, check: &Check) -> Result<Identified, Failure> {
        let typed = request.field("identity").unwrap_or_default();
        let Some(typed) = check.identity.read(&typed) else {
            return Ok(Identified::Nobody);
        };
        let token = request.token();
        let Some(tries) = self.records.count_try(&TokenHash::of(token)).await? else {
            return Ok(Identified::Wrong { left: 0 });
        };
        if check.is_met_by(token, &typed) {
            return Ok(Identified::Known);
        }
        let left = MOST_TRIES.saturating_sub(tries);
        tracing::warn!(left, "a wrong identity");
        Ok(Identified::Wrong { left })
    }

    /// Returns what a link shows.
    async fn current(&self, asked: &Asked) -> Result<Response, Failure> {
        if let Some(settled) = self.settled(asked).await? {
            return Ok(settled);
        }
        Ok(if self.is_over(asked) {
            let word = &words(asked.language).expired;
            Response::page(410, page::notice(asked.language, word))
        } else if asked.check.as_ref().is_some_and(Check::is_used_up) {
            locked(asked)
        } else {
            Response::page(200, page::question(asked, None))
        })
    }

    /// Returns what a link shows whose question the workflow has an answer to, or does not wait for any more.
    async fn settled(&self, asked: &Asked) -> Result<Option<Response>, Failure> {
        let decision = self.records.decision(&asked.question).await?;
        let settled = decision.filter(|decision| decision.answered != Answered::Taken);
        Ok(settled.map(|decision| decided(asked, &decision)))
    }

    fn is_over(&self, asked: &Asked) -> bool {
        (self.now)() >= asked.answer_until
    }

    async fn deliver(&self, decision: &Decision) -> Result<Answered, Failure> {
        let sent = self
            .callbacks
            .succeed(&decision.callback_id, &decision.choice)
            .await;
        match sent {
            Ok(()) => {
                tracing::info!(channel = %decision.channel, "answered");
                Ok(Answered::Delivered)
            }
            Err(CallbackError::Closed) => {
                tracing::info!(channel = %decision.channel, "answered after the question was closed");
                Ok(Answered::Closed)
            }
            Err(error) => Err(Failure::Callback(error)),
        }
    }

    /// Gives whoever took the answer the time to deliver it, and returns what they note. Who delivers it once more finds
    /// a callback that is answered, which looks as one that is closed.
    async fn noted(&self, asked: &Asked) -> Result<Option<Answered>, Failure> {
        let mut looks = tokio::time::interval(LOOK);
        for _ in 0..LOOKS {
            looks.tick().await;
            let decision = self.records.decision(&asked.question).await?;
            let answered = decision.map(|decision| decision.answered);
            if answered.is_some_and(|answered| answered != Answered::Taken) {
                return Ok(answered);
            }
        }
        Ok(None)
    }

    /// Notes what became of the answer. Where that fails, the next one who presses is told that the question is
    /// closed, which it is.
    async fn settle(&self, asked: &Asked, answered: Answered) {
        if let Err(error) = self.records.settle(&asked.question, answered).await {
            tracing::warn!(%error, "what became of an answer was not noted");
        }
    }
}

fn decided(asked: &Asked, decision: &Decision) -> Response {
    let words = words(asked.language);
    let notice = |word| page::notice(asked.language, word);
    match decision.answered {
        Answered::Closed => Response::page(410, notice(&words.closed)),
        _ if decision.channel != asked.channel => Response::page(410, notice(&words.elsewhere)),
        _ => Response::page(200, page::answered(asked, &decision.choice)),
    }
}

fn locked(asked: &Asked) -> Response {
    let word = &words(asked.language).locked;
    Response::page(410, page::notice(asked.language, word))
}

fn unknown(request: &Request) -> Response {
    let language = Language::accepted(request.languages());
    Response::page(404, page::notice(language, &words(language).unknown))
}
