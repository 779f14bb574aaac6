//! What executions in flight may still need is asked for, and stays.

use super::difference::Live;
use crate::aws::{Clients, Unfinished, alias, count_unfinished};
use crate::deploy::apply::Request;
use crate::deploy::keep::{kept, needed_no_more, with_kept};
use crate::error::Result;

/// A request, with what was counted for it.
pub(super) struct Kept {
    /// The request, with the resources of the live stack that executions in flight may need.
    pub(super) request: Request,
    /// The executions in flight, where they had to be counted.
    pub(super) unfinished: Option<Unfinished>,
}

impl Kept {
    fn uncounted(request: &Request) -> Self {
        Self {
            request: request.clone(),
            unfinished: None,
        }
    }
}

/// Returns a request with the resources of the live stack that executions in flight may need.
///
/// Executions are counted only where something goes that they may need. Who may not list them deploys all the same.
pub(super) async fn keep_needed(
    clients: &Clients,
    live: Option<&Live>,
    request: &Request,
) -> Result<Kept> {
    let Some((live, function)) = live.and_then(|live| Some((live, live.orchestrator.as_ref()?)))
    else {
        return Ok(Kept::uncounted(request));
    };
    let mut needed = needed_no_more(&live.template, request.template.body());
    if needed.is_empty() {
        return Ok(Kept::uncounted(request));
    }
    let Ok(unfinished) = count_unfinished(clients, function).await else {
        return Ok(Kept::uncounted(request));
    };
    let kept = kept(&live.template);
    needed.retain(|id| may_be_needed(&unfinished, kept.get(id).copied()));
    if needed.is_empty() {
        return Ok(Kept {
            unfinished: Some(unfinished),
            ..Kept::uncounted(request)
        });
    }
    let newest = match &live.alias {
        Some(name) => {
            let alias = alias(&clients.lambda, function, name).await?;
            alias
                .function_version()
                .and_then(|version| version.parse().ok())
        }
        None => None,
    };
    let newest = newest.unwrap_or(u64::MAX);
    let body = with_kept(request.template.body(), &live.template, &needed, newest);
    Ok(Kept {
        request: request.with_template(request.template.with_body(body)),
        unfinished: Some(unfinished),
    })
}

/// Returns whether an execution may need what is kept for versions up to `last`, or for all that there are.
fn may_be_needed(unfinished: &Unfinished, last: Option<u64>) -> bool {
    let is_older = |version: &String| {
        let version: Option<u64> = version.parse().ok();
        // `$LATEST` tells nothing of which code it was.
        version.is_none_or(|version| last.is_none_or(|last| version <= last))
    };
    !unfinished.is_complete || unfinished.by_version.keys().any(is_older)
}

#[cfg(test)]
mod tests {
    use super::may_be_needed;
    use crate::aws::Unfinished;

    fn unfinished(versions: &[&str], is_complete: bool) -> Unfinished {
        Unfinished {
            by_version: versions
                .iter()
                .map(|version| ((*version).to_owned(), 1))
                .collect(),
            is_complete,
            ..Unfinished::default()
        }
    }

    #[test]
    fn what_is_kept_goes_when_no_version_that_may_need_it_goes_on() {
        assert!(may_be_needed(&unfinished(&["7"], true), None));
        assert!(may_be_needed(&unfinished(&["7", "9"], true), Some(7)));
        assert!(!may_be_needed(&unfinished(&["8", "10"], true), Some(7)));
        assert!(may_be_needed(&unfinished(&["$LATEST"], true), Some(7)));
        assert!(!may_be_needed(&unfinished(&[], true), None));
        assert!(
            may_be_needed(&unfinished(&[], false), Some(7)),
            "not all were counted"
        );
    }
}
