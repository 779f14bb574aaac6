//! Which executions are asked for.

use durable_history::Timestamp;

/// Which executions are asked for; what is not said takes all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The statuses, in the service's own words.
    pub statuses: Vec<String>,
    /// Only those that started after this.
    pub since: Option<Timestamp>,
    /// Only those that started before this.
    pub until: Option<Timestamp>,
    /// How their names begin.
    pub name: Option<String>,
    /// The version that they are pinned to.
    pub version: Option<String>,
    /// The operation that they wait for now, or one around it.
    pub waiting_for: Option<String>,
    /// How many at the most.
    pub limit: Option<usize>,
    /// Which come first.
    pub order: Order,
}

/// Which executions come first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Those that started last.
    #[default]
    NewestFirst,
    /// Those that started first.
    OldestFirst,
}

impl Filter {
    /// All statuses, in the service's own words.
    pub const STATUSES: [&str; 7] = [
        "RUNNING",
        "PAUSING",
        "PAUSED",
        "SUCCEEDED",
        "FAILED",
        "TIMED_OUT",
        "STOPPED",
    ];

    /// Returns a status as the service names it.
    ///
    /// # Errors
    ///
    /// There is no such status; says which there are.
    pub fn status(text: &str) -> Result<String, String> {
        let status = text.to_uppercase().replace('-', "_");
        if Self::STATUSES.contains(&status.as_str()) {
            Ok(status)
        } else {
            let known = Self::STATUSES.map(|known| known.to_lowercase().replace('_', "-"));
            Err(format!("the statuses are {}", known.join(", ")))
        }
    }

    /// Returns whether the service alone can choose, so that a page has nothing in it that is not asked for.
    pub(super) fn is_the_services(&self) -> bool {
        self.name.is_none() && self.waiting_for.is_none()
    }
}
