//! Waiting for a condition of this machine: whoever waits looks again and again.

use std::time::Duration;

use tokio::time::Instant;

/// The time between two looks.
const INTERVAL: Duration = Duration::from_millis(30);

/// What a look found.
pub(crate) enum Look<T, W> {
    /// It is there.
    Found(T),
    /// It is not there yet; what was seen instead.
    NotYet(W),
}

/// Looks until something is found; what the last look saw instead, where the time is up.
///
/// # Errors
///
/// The first error of `look`: there is no use in waiting.
pub(crate) async fn within<T, W, E>(
    time: Duration,
    mut look: impl AsyncFnMut() -> Result<Look<T, W>, E>,
) -> Result<Look<T, W>, E> {
    let deadline = Instant::now() + time;
    loop {
        match look().await? {
            Look::NotYet(_) if Instant::now() < deadline => pause().await,
            end => return Ok(end),
        }
    }
}

/// Looks until something is found, without end.
///
/// # Errors
///
/// The first error of `look`: there is no use in waiting.
pub(crate) async fn until<T, E, F, Fut>(mut look: F) -> Result<T, E>
where
    // Not an asynchronous closure: the compiler cannot tell that it may be sent to another thread.
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<Option<T>, E>>,
{
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        pause().await;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the wait for a condition"
)]
async fn pause() {
    tokio::time::sleep(INTERVAL).await;
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::ready;
    use std::time::Duration;

    use super::{Look, until, within};

    #[tokio::test]
    async fn what_comes_is_found_and_what_does_not_is_told_of() {
        let mut looks = 0;
        let third = until(|| {
            looks += 1;
            ready(Ok::<_, Infallible>((looks == 3).then_some(looks)))
        });
        assert_eq!(third.await, Ok(3));
        let never = within(Duration::ZERO, async || {
            Ok::<Look<(), _>, Infallible>(Look::NotYet("no cake"))
        });
        assert!(matches!(never.await, Ok(Look::NotYet("no cake"))));
        let refused = within(Duration::from_mins(1), async || {
            Err::<Look<(), ()>, _>("eaten")
        });
        assert!(matches!(refused.await, Err("eaten")));
    }
}
