//! What can be done with a stack in a given state: one table.

use aws_sdk_cloudformation::types::StackStatus;

/// What the state of a stack allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is no stack: create it.
    Absent,
    /// A change set was made for a stack that does not exist yet: make one of ours and execute it.
    Reviewed,
    /// The stack is whole: update it.
    Ready,
    /// An operation is under way: watch it, then look again.
    Busy,
    /// The first creation never came to an end: delete what is left of it, with consent where that
    /// is data, then create.
    NeverCompleted,
    /// An update stopped half-way: roll it back, then look again; where that is refused, update it.
    HalfUpdated,
    /// A rollback stopped half-way: go on with it, at first as it is, then without the resources
    /// that stop it, named, and at last by force, with consent.
    HalfRolledBack,
    /// A deletion stopped half-way: end it; what cannot be deleted stays, named, with consent.
    HalfDeleted,
}

/// Returns what the state of a stack allows.
pub fn standing(status: Option<&StackStatus>) -> Standing {
    use StackStatus as S;
    match status {
        None | Some(S::DeleteComplete) => Standing::Absent,
        Some(
            S::CreateComplete
            | S::UpdateComplete
            | S::UpdateRollbackComplete
            | S::ImportComplete
            | S::ImportRollbackComplete,
        ) => Standing::Ready,
        Some(S::ReviewInProgress) => Standing::Reviewed,
        Some(S::CreateFailed | S::RollbackComplete | S::RollbackFailed) => Standing::NeverCompleted,
        Some(S::UpdateFailed) => Standing::HalfUpdated,
        Some(S::UpdateRollbackFailed | S::ImportRollbackFailed) => Standing::HalfRolledBack,
        Some(S::DeleteFailed) => Standing::HalfDeleted,
        Some(_) => Standing::Busy,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudformation::types::StackStatus;

    use super::{Standing, standing};

    #[test]
    fn every_state_has_a_way_on() {
        assert_eq!(standing(None), Standing::Absent);
        for (status, expected) in [
            ("CREATE_COMPLETE", Standing::Ready),
            ("UPDATE_COMPLETE", Standing::Ready),
            ("UPDATE_ROLLBACK_COMPLETE", Standing::Ready),
            ("REVIEW_IN_PROGRESS", Standing::Reviewed),
            ("CREATE_FAILED", Standing::NeverCompleted),
            ("ROLLBACK_COMPLETE", Standing::NeverCompleted),
            ("ROLLBACK_FAILED", Standing::NeverCompleted),
            ("UPDATE_FAILED", Standing::HalfUpdated),
            ("UPDATE_ROLLBACK_FAILED", Standing::HalfRolledBack),
            ("DELETE_FAILED", Standing::HalfDeleted),
            ("DELETE_COMPLETE", Standing::Absent),
            ("CREATE_IN_PROGRESS", Standing::Busy),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Standing::Busy),
            ("ROLLBACK_IN_PROGRESS", Standing::Busy),
            ("DELETE_IN_PROGRESS", Standing::Busy),
        ] {
            assert_eq!(
                standing(Some(&StackStatus::from(status))),
                expected,
                "{status}"
            );
        }
    }
}
