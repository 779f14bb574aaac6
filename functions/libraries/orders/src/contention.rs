//! Waiting for others who write to the same items.

use std::future::Future;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use crate::error::StoreError;

/// How often a write is tried in all.
const ATTEMPTS: u32 = 7;
/// The pause before the second attempt; it doubles from there.
const FIRST_PAUSE: Duration = Duration::from_millis(25);

/// Repeats `write` while others get in its way, for about two seconds.
///
/// That suffices where a few dozen orders want one product at once. Where it does not, the
/// failure goes to the orchestrator, which waits for seconds instead.
#[expect(clippy::disallowed_methods, reason = "the pause before the next try")]
pub async fn retry_contended<T, F>(
    order_id: &str,
    mut write: impl FnMut() -> F,
) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut attempt = 1;
    loop {
        match write().await {
            Err(StoreError::Contended { .. }) if attempt < ATTEMPTS => {
                tokio::time::sleep(pause(order_id, attempt)).await;
                attempt += 1;
            }
            written => return written,
        }
    }
}

/// Returns between a half and the whole of the attempt's longest pause. Which it is depends on the
/// order, so that orders that met once do not meet again.
fn pause(order_id: &str, attempt: u32) -> Duration {
    let longest = FIRST_PAUSE * 2_u32.pow(attempt - 1);
    let mut hasher = DefaultHasher::new();
    (order_id, attempt).hash(&mut hasher);
    let share = u32::try_from(hasher.finish() % 1_000).unwrap_or_default();
    longest / 2 + longest * share / 2_000
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::{ATTEMPTS, FIRST_PAUSE, pause, retry_contended};
    use crate::error::StoreError;

    fn contended() -> Result<u32, StoreError> {
        Err(StoreError::Contended {
            order_id: "o".to_owned(),
        })
    }

    async fn after(conflicts: u32) -> (Result<u32, StoreError>, u32) {
        let calls = Cell::new(0);
        let result = retry_contended("o", || {
            calls.set(calls.get() + 1);
            let call = calls.get();
            async move {
                if call > conflicts {
                    Ok(call)
                } else {
                    contended()
                }
            }
        })
        .await;
        (result, calls.get())
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_is_repeated_while_others_are_in_its_way_and_not_for_ever() {
        for conflicts in [0, 1, ATTEMPTS - 1] {
            let (result, calls) = after(conflicts).await;
            assert_eq!(result.unwrap(), conflicts + 1);
            assert_eq!(calls, conflicts + 1);
        }
        let (result, calls) = after(ATTEMPTS).await;
        assert!(matches!(result, Err(StoreError::Contended { .. })));
        assert_eq!(calls, ATTEMPTS);
    }

    #[test]
    fn pauses_double_and_differ_between_orders() {
        let mut all: Vec<Duration> = (0..50)
            .map(|order| pause(&format!("order-{order}"), 4))
            .collect();
        let longest = FIRST_PAUSE * 8;
        assert!(
            all.iter()
                .all(|pause| (longest / 2..=longest).contains(pause))
        );
        all.sort_unstable();
        all.dedup();
        assert!(all.len() > 25, "{all:?}");
    }
}
