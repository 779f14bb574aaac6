//! Ids of a run and of its scenarios, short because the names of executions may have 64 characters.

use std::time::{SystemTime, UNIX_EPOCH};

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// How many digits tell a scenario from the others of its run.
const SCENARIO_DIGITS: usize = 3;
/// The most scenarios that ids tell apart.
pub(super) const MOST_SCENARIOS: usize = 36 * 36 * 36;

/// Returns an id that no other run has; the labels and the execution names of a run contain it.
#[expect(
    clippy::disallowed_methods,
    reason = "the run is told from others by its time"
)]
pub(super) fn run_id() -> String {
    let milliseconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis();
    format!(
        "smoke-{}{}",
        base36(milliseconds),
        base36(u128::from(std::process::id()))
    )
}

/// Returns the id of a scenario of the run. All have the same length, so none is the beginning of another.
pub(super) fn scenario_id(run: &str, number: usize) -> String {
    let number = base36(number as u128);
    format!("{run}-{number:0>SCENARIO_DIGITS$}")
}

fn base36(mut number: u128) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = usize::try_from(number % 36)
            .ok()
            .and_then(|place| DIGITS.get(place));
        digits.extend(digit.map(|digit| char::from(*digit)));
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_SCENARIOS, base36, run_id, scenario_id};
    use crate::smoke::rules::SAMPLE_ID;

    #[test]
    fn run_ids_are_short_and_fit_into_names() {
        let id = run_id();
        assert!(id.len() <= 22, "{id}");
        assert!(
            id.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{id}"
        );
        for (number, text) in [
            (0, "0"),
            (35, "z"),
            (36, "10"),
            (1_700_000_000_000, "loyw3v28"),
        ] {
            assert_eq!(base36(number), text);
        }
    }

    #[test]
    fn every_scenario_has_an_id_of_the_same_length_that_the_rules_have_measured() {
        assert_eq!(scenario_id("smoke-1", 0), "smoke-1-000");
        assert_eq!(scenario_id("smoke-1", 46), "smoke-1-01a");
        assert_eq!(scenario_id("smoke-1", MOST_SCENARIOS - 1), "smoke-1-zzz");
        // The process of the highest id that Linux gives.
        let longest = format!("smoke-{}{}", base36(1_800_000_000_000), base36(4_194_304));
        let id = scenario_id(&longest, MOST_SCENARIOS - 1);
        assert!(id.len() <= SAMPLE_ID.len(), "{id}");
    }
}
