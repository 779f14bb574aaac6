//! How long a message that may succeed later stays out of sight.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

const LONGEST_SECONDS: u64 = 900;

/// Returns the wait after a delivery: 4 to the power of its number in seconds, at most 15
/// minutes, less up to half of it.
///
/// The growth is steep because the queue gives up after a few deliveries: five of them should
/// outlast an outage of some minutes. The jitter comes from the message id, so that the messages
/// of one batch come back spread out.
pub(crate) fn delay(receive_count: u32, message_id: &str) -> Duration {
    let longest = 4_u64
        .checked_pow(receive_count.max(1))
        .map_or(LONGEST_SECONDS, |seconds| seconds.min(LONGEST_SECONDS));
    let mut hasher = DefaultHasher::new();
    message_id.hash(&mut hasher);
    let jitter = hasher.finish() % (longest / 2 + 1);
    Duration::from_secs(longest - jitter)
}

#[cfg(test)]
mod tests {
    use super::delay;

    #[test]
    fn the_delay_grows_within_its_bounds() {
        for (receive_count, longest) in [
            (0, 4),
            (1, 4),
            (2, 16),
            (3, 64),
            (4, 256),
            (5, 900),
            (99, 900),
        ] {
            for id in 0..200 {
                let seconds = delay(receive_count, &id.to_string()).as_secs();
                assert!(
                    (longest / 2..=longest).contains(&seconds),
                    "{receive_count}: {seconds}"
                );
            }
        }
    }

    #[test]
    fn messages_of_one_batch_are_spread() {
        let mut delays: Vec<_> = (0..10).map(|id| delay(4, &id.to_string())).collect();
        delays.sort_unstable();
        delays.dedup();
        assert!(delays.len() >= 8, "{delays:?}");
    }
}
