//! Which versions of a function can go. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// What is known of the versions of one function.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// All versions with a number.
    pub(super) versions: BTreeSet<u64>,
    /// Those that an alias sends work to.
    pub(super) aliased: BTreeSet<u64>,
    /// Those that the stack has a hold of.
    pub(super) in_stack: BTreeSet<u64>,
    /// How many executions on each are unfinished; why that is not known, where it is not.
    pub(super) unfinished: BTreeMap<u64, Result<usize, String>>,
}

/// A version, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// The number of the version.
    pub version: u64,
    /// Why it stays; nothing where it can go.
    pub kept: Option<Kept>,
}

/// Why a version stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", content = "detail", rename_all = "kebab-case")]
pub enum Kept {
    /// An alias sends work to it.
    Alias,
    /// The stack has a hold of it.
    Stack,
    /// So many executions on it are unfinished, or that many at the least.
    Unfinished(usize),
    /// It is one of the newest.
    Newest,
    /// Whether it is needed could not be asked.
    Unsure(String),
}

/// Judges the versions of a function, the newest first; the `keep` newest stay whatever else is true.
pub(super) fn judge(known: &Known, keep: usize) -> Vec<Judged> {
    let versions = known.versions.iter().rev().enumerate();
    let judged = versions.map(|(place, version)| Judged {
        version: *version,
        kept: reason(known, *version, place < keep),
    });
    judged.collect()
}

fn reason(known: &Known, version: u64, is_new: bool) -> Option<Kept> {
    if known.aliased.contains(&version) {
        return Some(Kept::Alias);
    }
    if known.in_stack.contains(&version) {
        return Some(Kept::Stack);
    }
    match known.unfinished.get(&version) {
        Some(Ok(0)) | None => is_new.then_some(Kept::Newest),
        Some(Ok(count)) => Some(Kept::Unfinished(*count)),
        Some(Err(problem)) => Some(Kept::Unsure(problem.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::{Judged, Kept, Known, judge};

    fn kept(judged: &[Judged]) -> Vec<(u64, Option<&Kept>)> {
        let judged = judged.iter();
        judged
            .map(|judged| (judged.version, judged.kept.as_ref()))
            .collect()
    }

    #[test]
    fn what_nothing_needs_and_is_not_new_can_go() {
        let known = Known {
            versions: (1..=8).collect(),
            aliased: [2, 8].into(),
            in_stack: [3, 8].into(),
            unfinished: [
                (1, Ok(0)),
                (4, Ok(12)),
                (5, Err("throttled".to_owned())),
                (6, Ok(0)),
                (7, Ok(0)),
            ]
            .into(),
        };
        let unsure = Kept::Unsure("throttled".to_owned());
        assert_eq!(
            kept(&judge(&known, 2)),
            [
                (8, Some(&Kept::Alias)),
                (7, Some(&Kept::Newest)),
                (6, None),
                (5, Some(&unsure)),
                (4, Some(&Kept::Unfinished(12))),
                (3, Some(&Kept::Stack)),
                (2, Some(&Kept::Alias)),
                (1, None),
            ]
        );
    }

    #[test]
    fn no_number_to_keep_is_larger_than_what_there_is() {
        let known = Known {
            versions: [1, 2].into(),
            ..Known::default()
        };
        assert!(judge(&known, 9).iter().all(|judged| judged.kept.is_some()));
        assert!(judge(&known, 0).iter().all(|judged| judged.kept.is_none()));
        assert!(judge(&Known::default(), 3).is_empty());
    }
}
