//! What a look came to.

/// What was found, and what should have been and was not, or could not be read.
#[derive(Debug)]
pub(super) struct Seen<T> {
    /// What was found.
    pub(super) found: Vec<T>,
    /// What was not, in words.
    pub(super) problems: Vec<String>,
}

impl<T> FromIterator<Result<T, String>> for Seen<T> {
    fn from_iter<I: IntoIterator<Item = Result<T, String>>>(looks: I) -> Self {
        let mut seen = Self {
            found: Vec::new(),
            problems: Vec::new(),
        };
        for look in looks {
            match look {
                Ok(found) => seen.found.push(found),
                Err(problem) => seen.problems.push(problem),
            }
        }
        seen
    }
}
