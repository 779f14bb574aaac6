//! What a request asks permission for.

use axum::http::{Method, Uri};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::reference::FunctionReference;

/// One permission that a request needs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Question {
    /// The action, such as `lambda:CheckpointDurableExecution`.
    pub(super) action: &'static str,
    /// The ARN of what it is done to.
    pub(super) resource: String,
}

/// Returns what a request to the durable execution service, or an invocation, needs; nothing for what
/// MiniStack answers and checks. `names` are the region and the account; `waiting_for` finds the execution of a
/// callback.
pub(super) fn questions(
    method: &Method,
    uri: &Uri,
    body: &[u8],
    names: (&str, &str),
    waiting_for: impl Fn(&str) -> Option<String>,
) -> Vec<Question> {
    let segments: Vec<String> = uri
        .path()
        .trim_matches('/')
        .split('/')
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let one = |action, resource: &str| {
        vec![Question {
            action,
            resource: resource.to_owned(),
        }]
    };
    match segments.as_slice() {
        ["2025-12-01", "durable-executions", arn, rest @ ..] => {
            let Some(action) = action(method, rest) else {
                return Vec::new();
            };
            let mut asked = one(action, arn);
            asked.extend(invoked(body).map(|function| Question {
                action: "lambda:InvokeFunction",
                resource: function_arn(&function, None, names),
            }));
            asked
        }
        ["2025-12-01", "durable-execution-callbacks", id, answer] => {
            let action = match *answer {
                "succeed" => "lambda:SendDurableExecutionCallbackSuccess",
                "fail" => "lambda:SendDurableExecutionCallbackFailure",
                "heartbeat" => "lambda:SendDurableExecutionCallbackHeartbeat",
                _ => return Vec::new(),
            };
            // Nobody may answer what nobody waits for; the service says so itself.
            waiting_for(id).map_or_else(Vec::new, |execution| one(action, &execution))
        }
        ["2025-12-01", "functions", function, "durable-executions"] => {
            let action = "lambda:ListDurableExecutionsByFunction";
            let arn = function_arn(function, None, names);
            let qualified = format!("{arn}:$LATEST");
            [one(action, &arn), one(action, &qualified)].concat()
        }
        ["2015-03-31", "functions", function, "invocations"] if method == Method::POST => {
            let arn = function_arn(function, qualifier(uri).as_deref(), names);
            one("lambda:InvokeFunction", &arn)
        }
        _ => Vec::new(),
    }
}

fn action(method: &Method, rest: &[&str]) -> Option<&'static str> {
    Some(match (method.as_str(), rest) {
        ("POST", ["checkpoint"]) => "lambda:CheckpointDurableExecution",
        ("GET", ["state"]) => "lambda:GetDurableExecutionState",
        ("GET", []) => "lambda:GetDurableExecution",
        ("GET", ["history"]) => "lambda:GetDurableExecutionHistory",
        ("POST", ["stop"]) => "lambda:StopDurableExecution",
        ("POST", ["pause"]) => "lambda:PauseDurableExecution",
        ("POST", ["resume"]) => "lambda:ResumeDurableExecution",
        ("DELETE", []) => "lambda:DeleteDurableExecution",
        _ => return None,
    })
}

/// Returns the functions that a checkpoint invokes: the service does that in the function's role.
fn invoked(body: &[u8]) -> impl Iterator<Item = String> {
    const MARK: &[u8] = b"CHAINED_INVOKE";
    let marked = body.windows(MARK.len()).any(|part| part == MARK);
    let checkpoint: Value = marked
        .then(|| serde_json::from_slice(body).ok())
        .flatten()
        .unwrap_or_default();
    let updates = checkpoint.get("Updates").and_then(Value::as_array);
    let functions: Vec<String> = updates
        .into_iter()
        .flatten()
        .filter_map(|update| {
            let function = update.pointer("/ChainedInvokeOptions/FunctionName")?;
            function.as_str().map(str::to_owned)
        })
        .collect();
    functions.into_iter()
}

fn function_arn(
    reference: &str,
    qualifier: Option<&str>,
    (region, account): (&str, &str),
) -> String {
    let FunctionReference {
        name,
        qualifier: inside,
    } = FunctionReference::parse(reference);
    let arn = match reference.split(':').collect::<Vec<_>>().as_slice() {
        ["arn", partition, "lambda", region, account, ..] => {
            format!("arn:{partition}:lambda:{region}:{account}:function:{name}")
        }
        _ => format!("arn:aws:lambda:{region}:{account}:function:{name}"),
    };
    match inside.as_deref().or(qualifier) {
        Some(qualifier) => format!("{arn}:{qualifier}"),
        None => arn,
    }
}

fn qualifier(uri: &Uri) -> Option<String> {
    form_urlencoded::parse(uri.query()?.as_bytes())
        .find(|(key, _)| key == "Qualifier")
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &Method, path: &str, body: &str) -> Vec<(&'static str, String)> {
        let uri = path.parse().unwrap();
        let asked = questions(method, &uri, body.as_bytes(), ("r", "a"), |id| {
            (id == "open").then(|| EXECUTION.to_owned())
        });
        let asked = asked.into_iter();
        asked
            .map(|question| (question.action, question.resource))
            .collect()
    }

    const EXECUTION: &str = "arn:aws:lambda:r:a:function:f:3/durable-execution/n/id";
    const IN_PATH: &str = "/2025-12-01/durable-executions/arn%3Aaws%3Alambda%3Ar%3Aa%3Afunction%3Af%3A3%2Fdurable-execution%2Fn%2Fid";

    #[test]
    fn an_execution_is_asked_for_by_its_arn() {
        for (method, rest, action) in [
            (
                Method::POST,
                "/checkpoint",
                "lambda:CheckpointDurableExecution",
            ),
            (Method::GET, "/state", "lambda:GetDurableExecutionState"),
            (Method::GET, "", "lambda:GetDurableExecution"),
            (Method::GET, "/history", "lambda:GetDurableExecutionHistory"),
            (Method::POST, "/stop", "lambda:StopDurableExecution"),
            (Method::DELETE, "", "lambda:DeleteDurableExecution"),
        ] {
            let path = format!("{IN_PATH}{rest}");
            assert_eq!(asked(&method, &path, ""), [(action, EXECUTION.to_owned())]);
        }
        assert_eq!(asked(&Method::PUT, IN_PATH, ""), []);
    }

    #[test]
    fn what_a_checkpoint_invokes_is_asked_for_too() {
        let body = r#"{"Updates":[{"Type":"CHAINED_INVOKE","ChainedInvokeOptions":{"FunctionName":"arn:aws:lambda:r:a:function:w:live"}}]}"#;
        let all = asked(&Method::POST, &format!("{IN_PATH}/checkpoint"), body);
        let invoked = (
            "lambda:InvokeFunction",
            "arn:aws:lambda:r:a:function:w:live".to_owned(),
        );
        assert_eq!(all.get(1), Some(&invoked));
    }

    #[test]
    fn an_answer_is_asked_for_by_the_execution_that_waits() {
        let answer = |id: &str| {
            let path = format!("/2025-12-01/durable-execution-callbacks/{id}/succeed");
            asked(&Method::POST, &path, "")
        };
        let action = "lambda:SendDurableExecutionCallbackSuccess";
        assert_eq!(answer("open"), [(action, EXECUTION.to_owned())]);
        assert_eq!(answer("unknown"), []);
    }

    #[test]
    fn a_list_needs_both_resources_and_an_invocation_the_name_it_gives() {
        let list = asked(
            &Method::GET,
            "/2025-12-01/functions/f/durable-executions",
            "",
        );
        let resources: Vec<&str> = list.iter().map(|(_, resource)| resource.as_str()).collect();
        assert_eq!(
            resources,
            [
                "arn:aws:lambda:r:a:function:f",
                "arn:aws:lambda:r:a:function:f:$LATEST"
            ]
        );
        let path = "/2015-03-31/functions/f/invocations?Qualifier=live";
        let invocation = asked(&Method::POST, path, "");
        assert_eq!(
            invocation,
            [(
                "lambda:InvokeFunction",
                "arn:aws:lambda:r:a:function:f:live".to_owned()
            )]
        );
        assert_eq!(asked(&Method::POST, "/", ""), []);
    }
}
