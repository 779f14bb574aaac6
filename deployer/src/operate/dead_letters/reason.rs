//! Why a message is where it is: a small closed list, with names that do not change.

use serde::Serialize;

/// Why a message ended in one of the queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The body is no strict JSON object.
    Unreadable,
    /// The message gives its execution no usable name.
    NoName,
    /// The body is larger than an asynchronous invocation takes.
    TooLarge,
    /// The name is taken by a message with another payload.
    NameTaken,
    /// Nothing is wrong with the message: what it needed was out of reach too often.
    GaveUp,
    /// The execution failed.
    Failed,
    /// The execution timed out.
    TimedOut,
    /// Somebody stopped the execution.
    Stopped,
    /// The failure of an execution did not reach its queue.
    Undelivered,
    /// None that is known.
    Unknown,
}

impl Reason {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 10] = [
        Self::Unreadable,
        Self::NoName,
        Self::TooLarge,
        Self::NameTaken,
        Self::GaveUp,
        Self::Failed,
        Self::TimedOut,
        Self::Stopped,
        Self::Undelivered,
        Self::Unknown,
    ];

    /// Returns the name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NoName => "no-name",
            Self::TooLarge => "too-large",
            Self::NameTaken => "name-taken",
            Self::GaveUp => "gave-up",
            Self::Failed => "failed",
            Self::TimedOut => "timed-out",
            Self::Stopped => "stopped",
            Self::Undelivered => "undelivered",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the reason of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

impl std::str::FromStr for Reason {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::parse(name).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str);
            format!("the reasons are {}", known.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn a_reason_is_read_as_it_is_told() {
        for reason in Reason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
            let told = serde_json::to_value(reason).unwrap();
            assert_eq!(told, reason.as_str());
        }
        let refusal = "dead".parse::<Reason>().unwrap_err();
        assert!(refusal.contains("name-taken"), "{refusal}");
    }
}
