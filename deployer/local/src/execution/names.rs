//! Names of executions, and the ARNs made of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

/// The most characters that an execution name has.
const LONGEST_NAME: usize = 64;

/// Returns whether AWS takes the text as the name of an execution.
pub(crate) fn is_execution_name(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Returns whether AWS takes the text as the id of an operation.
pub(crate) fn is_operation_id(text: &str) -> bool {
    is_execution_name(text)
}

/// Makes the ARN of an execution.
pub(crate) fn execution_arn(function_arn: &str, version: &str, name: &str, id: &str) -> String {
    format!("{function_arn}:{version}/durable-execution/{name}/{id}")
}

/// Returns the id at the end of an execution's ARN; `None` when the text is no such ARN.
pub(crate) fn execution_id(arn: &str) -> Option<&str> {
    let (function, execution) = arn.split_once("/durable-execution/")?;
    let (name, id) = execution.split_once('/')?;
    let well_formed = function.starts_with("arn:") && !name.is_empty() && !id.contains('/');
    (well_formed && !id.is_empty()).then_some(id)
}

/// Splits what a caller names a function by into the bare name and the qualifier in it.
pub(crate) fn function_name(reference: &str) -> (&str, Option<&str>) {
    let rest = match reference.split_once(":function:") {
        Some((_, rest)) => rest,
        None => reference.strip_prefix("function:").unwrap_or(reference),
    };
    match rest.split_once(':') {
        Some((name, qualifier)) => (name, Some(qualifier)),
        None => (rest, None),
    }
}

/// Makes an identifier that nobody else has.
pub(crate) fn unique() -> String {
    Uuid::new_v4().to_string()
}

/// Makes a checkpoint token of an execution.
pub(crate) fn checkpoint_token(execution_id: &str) -> String {
    STANDARD.encode(format!("{execution_id}:{}", Uuid::new_v4().simple()))
}

/// Makes the callback id of an operation, from which both can be had back.
pub(crate) fn callback_id(execution_id: &str, operation_id: &str) -> String {
    STANDARD.encode(format!("{execution_id}:{operation_id}"))
}

/// Returns the execution id and operation id in a callback id; `None` when it is not one of ours.
pub(crate) fn callback_target(callback_id: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(callback_id).ok()?).ok()?;
    let (execution, operation) = text.split_once(':')?;
    Some((execution.to_owned(), operation.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let longest = "a".repeat(64);
        let too_long = "a".repeat(65);
        for (text, expected) in [
            ("tx-1", true),
            ("A_b-9", true),
            (longest.as_str(), true),
            (too_long.as_str(), false),
            ("", false),
            ("a b", false),
            ("a/b", false),
            ("a.b", false),
            ("ä", false),
        ] {
            assert_eq!(is_execution_name(text), expected, "{text:?}");
        }
    }

    #[test]
    fn arns() {
        let arn = execution_arn(
            "arn:aws:lambda:us-east-1:000000000000:function:f",
            "$LATEST",
            "n",
            "i",
        );
        assert_eq!(
            arn,
            "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST/durable-execution/n/i"
        );
        assert_eq!(execution_id(&arn), Some("i"));
        for wrong in [
            "",
            "arn:x",
            "arn:x/durable-execution/n",
            "x/durable-execution/n/i",
        ] {
            assert_eq!(execution_id(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn functions() {
        for (text, expected) in [
            ("f", ("f", None)),
            ("f:live", ("f", Some("live"))),
            ("function:f:3", ("f", Some("3"))),
            ("1:function:f", ("f", None)),
            (
                "arn:aws:lambda:us-east-1:1:function:f:$LATEST",
                ("f", Some("$LATEST")),
            ),
        ] {
            assert_eq!(function_name(text), expected);
        }
    }

    #[test]
    fn a_callback_id_leads_back() {
        let id = callback_id("execution", "operation");
        assert_eq!(
            callback_target(&id),
            Some(("execution".to_owned(), "operation".to_owned()))
        );
        assert_eq!(callback_target("not base64!"), None);
    }
}
