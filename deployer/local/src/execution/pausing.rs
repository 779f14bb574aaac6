//! Whether an execution is paused, and what its pauses come to.

use std::time::Duration;

use durable_history::Timestamp;
use serde::{Deserialize, Serialize};

/// How long the service takes a repeated client token for the request that it saw before.
const TOKEN_LIFE: Duration = Duration::from_mins(15);

/// All that is known of the pauses of an execution.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pausing {
    /// The pause that was asked for last; nothing once the execution goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pause: Option<Pause>,
    /// The milliseconds by which pauses that are over put the execution's timeout off.
    #[serde(default)]
    pub(crate) put_off_millis: u64,
    /// The requests with a client token, for as long as they may come again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    asked: Vec<Asked>,
}

/// One pause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pause {
    pub(crate) requested_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Whether the time of the pause does not count for the execution's timeout.
    pub(crate) stops_timeout: bool,
    /// When it began; nothing while an invocation is on its way to its next checkpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<Timestamp>,
}

/// What somebody wants of an execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Wish {
    Pause {
        reason: Option<String>,
        stops_timeout: bool,
    },
    Resume {
        reason: Option<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    token: String,
    at: Timestamp,
    wish: Wish,
}

impl Pausing {
    /// Returns whether the same was asked for lately with the same token.
    pub(crate) fn was_asked(&self, token: Option<&str>, wish: &Wish, now: Timestamp) -> bool {
        self.asked.iter().any(|asked| {
            Some(asked.token.as_str()) == token
                && asked.wish == *wish
                && now < asked.at.plus(TOKEN_LIFE)
        })
    }

    /// Remembers a request with a token, and forgets those that are too old to come again.
    pub(crate) fn remember(&mut self, token: Option<&str>, wish: Wish, now: Timestamp) {
        self.asked.retain(|asked| now < asked.at.plus(TOKEN_LIFE));
        self.asked.extend(token.map(|token| Asked {
            token: token.to_owned(),
            at: now,
            wish,
        }));
    }
}
