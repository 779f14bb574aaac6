//! Looking for something until it is there, or until it can never be.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::aws::{Pace, until_or};
use crate::error::{Error, Kind};

/// What a look found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Look<T> {
    /// It is there.
    Found(T),
    /// It is not there, and may come; why it does not count yet.
    NotYet(String),
    /// It can never come; why.
    Never(String),
}

/// How often to look, and until when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub(super) interval: Duration,
    pub(super) deadline: Instant,
}

impl Patience {
    fn pace(self) -> Pace {
        Pace {
            interval: self.interval,
            deadline: self.deadline.saturating_duration_since(Instant::now()),
        }
    }
}

/// Looks until something is found.
///
/// # Errors
///
/// What was missing at the last look, when the time is up or waiting is of no use.
pub(super) async fn wait<T, F, Fut>(patience: Patience, mut look: F) -> Result<T, String>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Look<T>>,
{
    let missing = Mutex::new(String::new());
    let found = until_or(patience.pace(), || {
        let looking = look();
        async {
            match looking.await {
                Look::Found(found) => Ok(Some(found)),
                Look::Never(reason) => Err(reason),
                Look::NotYet(reason) => {
                    *missing.lock().await = reason;
                    Ok(None)
                }
            }
        }
    });
    match found.await? {
        Some(found) => Ok(found),
        None => Err(format!("time is up: {}", missing.into_inner())),
    }
}

/// Returns what a failed request means for a look: most failures pass, missing permissions do not.
pub(super) fn unseen<T>(error: &Error) -> Look<T> {
    match error.kind() {
        Kind::Service => Look::NotYet(error.in_a_line()),
        _ => Look::Never(error.in_a_line()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Look, Patience, wait};

    fn patience(time: Duration) -> Patience {
        Patience {
            interval: Duration::from_millis(1),
            deadline: Instant::now() + time,
        }
    }

    #[tokio::test]
    async fn it_looks_until_something_is_found() {
        let mut looks = 0;
        let found = wait(patience(Duration::from_mins(1)), || {
            looks += 1;
            let look = if looks == 3 {
                Look::Found(looks)
            } else {
                Look::NotYet("soon".to_owned())
            };
            async { look }
        });
        assert_eq!(found.await, Ok(3));
    }

    #[tokio::test]
    async fn the_last_reason_is_told_when_the_time_is_up() {
        let given_up = wait(patience(Duration::ZERO), || async {
            Look::<()>::NotYet("no cake".to_owned())
        });
        assert_eq!(given_up.await, Err("time is up: no cake".to_owned()));
        let never = wait(patience(Duration::from_mins(1)), || async {
            Look::<()>::Never("eaten".to_owned())
        });
        assert_eq!(never.await, Err("eaten".to_owned()));
    }
}
