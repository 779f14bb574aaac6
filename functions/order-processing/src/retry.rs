//! When an operation is tried again.

use std::time::Duration;

use steps::Schedule;

/// Returns the schedule of the way forward: better to give an order up than to keep its customer
/// waiting.
pub(crate) fn brief(longest_wait: Duration) -> Schedule {
    Schedule::new(5, longest_wait)
}

/// Returns the schedule of the way back and of the last record: nobody else does these.
pub(crate) fn patient(longest_wait: Duration) -> Schedule {
    Schedule::new(10, longest_wait)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use steps::Schedule;

    use super::{brief, patient};

    fn waits(schedule: Schedule) -> Vec<u64> {
        (1..)
            .map_while(|attempt| schedule.wait_after(attempt))
            .map(|wait| wait.as_secs())
            .collect()
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let minute = Duration::from_mins(1);
        assert_eq!(waits(brief(minute)), [1, 2, 4, 8]);
        assert_eq!(waits(patient(minute)), [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(waits(brief(Duration::from_secs(2))), [1, 2, 2, 2]);
    }
}
