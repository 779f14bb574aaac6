//! The record of one piece of work, and the right to finish it.

/// What is stored about one piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What makes two messages the same piece of work.
    pub id: String,
    /// How far the work is.
    pub status: Status,
    /// When the record stops counting, in epoch seconds.
    pub expiration: i64,
    /// When the holder's invocation is over for certain, in epoch milliseconds.
    pub in_progress_expiration: Option<i64>,
    /// The result of the work.
    pub data: Option<String>,
    /// The hash of the payload that the work is about.
    pub validation: Option<String>,
}

impl Record {
    /// Returns whether somebody may take the record at `now_millis`, whatever it says.
    pub fn can_be_taken(&self, now_millis: i64) -> bool {
        let abandoned = self.status == Status::InProgress
            && self
                .in_progress_expiration
                .is_some_and(|expiration| expiration < now_millis);
        abandoned || self.expiration < now_millis.div_euclid(1000)
    }
}

/// How far a piece of work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Somebody is at it.
    InProgress,
    /// It is done, and its result is in the record.
    Completed,
}

impl Status {
    /// Returns the stored spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "INPROGRESS",
            Self::Completed => "COMPLETED",
        }
    }

    /// Reads the stored spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::InProgress, Self::Completed]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// The right to finish a piece of work, got by acquiring its record.
///
/// `in_progress_expiration` tells holders apart: who takes an abandoned record always gets a
/// later one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub(crate) id: String,
    pub(crate) in_progress_expiration: i64,
}

impl Lease {
    /// Returns the id of the work.
    pub fn id(&self) -> &str {
        &self.id
    }
}
