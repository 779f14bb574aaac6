//! The streams of what is live: parts of pages, as they change.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::stream::{self, Stream};
use tokio::sync::watch::Receiver;

use super::fields::Fields;
use super::frame::nowhere;
use super::site::Site;
use super::watches::Look;
use super::{callbacks, execution, executions, inbox, job, overview};
use crate::event::Stop;

/// After how long a tab asks again that lost its stream.
const AGAIN: Duration = Duration::from_secs(2);
/// After how long a tab asks again that nobody sees. It keeps no stream meanwhile: a browser has few for all tabs.
const SELDOM: Duration = Duration::from_secs(30);

/// Returns the stream of a part of a page: of what is watched, from when on somebody listens.
pub(super) async fn stream(
    State(site): State<Arc<Site>>,
    Path(what): Path<String>,
    fields: Fields,
) -> Response {
    let own = Arc::clone(&site);
    let watches = &site.watches;
    let look = match what.as_str() {
        "overview" => watches.listen("overview", |teller| overview::watch(own, teller)),
        "executions" => {
            let asked = executions::asked(&fields);
            watches.listen(&asked.link(&what), |teller| {
                executions::watch(own, asked, teller)
            })
        }
        "execution" => {
            let asked = fields.only(&["arn"]);
            watches.listen(&asked.link(&what), |teller| {
                execution::watch(own, asked, teller)
            })
        }
        "callbacks" => {
            let asked = callbacks::asked(&fields);
            watches.listen(&asked.link(&what), |teller| {
                callbacks::watch(own, asked, teller)
            })
        }
        "inbox" => watches.listen("inbox", |teller| inbox::watch(own, teller)),
        "job" => {
            let asked = fields.only(&["number"]);
            watches.listen(&asked.link(&what), |teller| job::watch(own, asked, teller))
        }
        _ => return nowhere(&site),
    };
    told(&site, &fields, look)
}

/// How far a tab was told.
struct Telling {
    /// The wish that all ends.
    stop: Stop,
    look: Receiver<Look>,
    seen: String,
    trouble: Option<String>,
    is_hidden: bool,
    begun: bool,
    over: bool,
}

/// Returns the stream for one tab, which says what it has seen, and whether anybody sees it.
fn told(site: &Arc<Site>, fields: &Fields, look: Receiver<Look>) -> Response {
    let telling = Telling {
        stop: site.stop.clone(),
        look,
        seen: fields.one("seen").unwrap_or_default().to_owned(),
        trouble: None,
        is_hidden: fields.one("hidden").is_some(),
        begun: false,
        over: false,
    };
    Sse::new(events(telling))
        .keep_alive(KeepAlive::default())
        .into_response()
}

fn events(telling: Telling) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(telling, |mut telling| async move {
        let event = telling.next().await?;
        Some((Ok(event), telling))
    })
}

impl Telling {
    async fn next(&mut self) -> Option<Event> {
        if !self.begun {
            self.begun = true;
            let again = if self.is_hidden { SELDOM } else { AGAIN };
            return Some(Event::default().retry(again).comment("live"));
        }
        while !self.over {
            let look = self.look.borrow_and_update().clone();
            if let Some(event) = self.event(look) {
                return Some(event);
            }
            if self.over {
                break;
            }
            tokio::select! {
                changed = self.look.changed() => changed.ok()?,
                () = self.stop.requested() => return None,
            }
        }
        None
    }

    /// Returns what is new to the tab.
    fn event(&mut self, look: Look) -> Option<Event> {
        if look.trouble != self.trouble {
            self.trouble.clone_from(&look.trouble);
            if let Some(trouble) = look.trouble {
                self.over = self.is_hidden;
                return Some(Event::default().event("trouble").data(one_line(&trouble)));
            }
        }
        let seen = look.seen?;
        if seen.is_last {
            self.over = true;
            self.seen = String::new();
            return Some(
                Event::default()
                    .event("last")
                    .id(seen.id)
                    .data(one_line(&seen.html)),
            );
        }
        self.over = self.is_hidden;
        if seen.id == self.seen {
            return None;
        }
        self.seen.clone_from(&seen.id);
        Some(Event::default().id(seen.id).data(one_line(&seen.html)))
    }
}

/// A carriage return ends a line of a stream, and is none of ours.
fn one_line(text: &str) -> String {
    text.replace('\r', "&#13;")
}

#[cfg(test)]
mod tests {
    use tokio::sync::watch;

    use super::{Look, Stop, Telling, one_line};
    use crate::page::watches::Seen;

    fn telling(look: Look, seen: &str, is_hidden: bool) -> (watch::Sender<Look>, Telling) {
        let (sender, look) = watch::channel(look);
        let telling = Telling {
            stop: Stop::default(),
            look,
            seen: seen.to_owned(),
            trouble: None,
            is_hidden,
            begun: true,
            over: false,
        };
        (sender, telling)
    }

    fn look(html: &str) -> Look {
        Look {
            seen: Some(Seen::now(html.to_owned())),
            trouble: None,
        }
    }

    #[tokio::test]
    async fn a_tab_is_told_what_is_new_to_it_until_the_end() {
        let known = look("one");
        let id = known.seen.as_ref().unwrap().id.clone();
        let (sender, mut telling) = telling(known, &id, false);
        sender.send_replace(look("two"));
        let told = format!("{:?}", telling.next().await.unwrap());
        assert!(told.contains("two"), "{told}");
        let trouble = Some("no answer".to_owned());
        sender.send_replace(Look {
            trouble,
            ..look("two")
        });
        let told = format!("{:?}", telling.next().await.unwrap());
        assert!(told.contains("no answer"), "{told}");
        let seen = Some(Seen::last("three".to_owned()));
        sender.send_replace(Look {
            seen,
            trouble: None,
        });
        let told = format!("{:?}", telling.next().await.unwrap());
        assert!(told.contains("three") && told.contains("last"), "{told}");
        assert!(telling.next().await.is_none());
    }

    #[tokio::test]
    async fn a_hidden_tab_is_told_once_and_keeps_no_stream() {
        let (_sender, mut telling) = telling(look("one"), "", true);
        assert!(telling.next().await.is_some());
        assert!(telling.next().await.is_none());
        let known = look("one");
        let id = known.seen.as_ref().unwrap().id.clone();
        let (_sender, mut telling) = self::telling(known, &id, true);
        assert!(telling.next().await.is_none(), "nothing is new");
    }

    #[tokio::test]
    async fn no_stream_outlives_the_page() {
        let (_sender, mut telling) = telling(Look::default(), "", false);
        telling.stop.request();
        assert!(telling.next().await.is_none());
    }

    #[test]
    fn a_text_ends_no_line_of_the_stream() {
        assert_eq!(one_line("a\rb"), "a&#13;b");
    }
}
