//! How much of an execution is shown.

/// What of an execution's data is in its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Inputs, results and errors, without what looks like a secret.
    Data,
    /// None of them: names, times and kinds of errors only.
    Outline,
}
