//! JSON on the command line: as it is, in a file, or from the standard input.

use std::io::{IsTerminal as _, Read as _};

use serde::de::IgnoredAny;

use crate::error::{Error, Result};

/// How such an argument is given.
const HINT: &str =
    "give JSON in quotes of the shell, such as '{\"id\":\"7\"}', the path of a file, or `-`";

/// Returns the JSON that an argument of the command line means: `-` is the standard input; what begins
/// like an object, a list or a text, or is JSON, is taken as it is; all else is a file's path, with or
/// without an `@` in front.
///
/// # Errors
///
/// It is not JSON, which is told with its line and column; the file cannot be read.
pub(super) fn read_json(what: &str, argument: &str) -> Result<String> {
    let text = read_text(what, argument)?;
    match serde_json::from_str::<IgnoredAny>(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(Error::usage(format!("{what} is not JSON")).caused_by(error)),
    }
}

/// As [`read_json`], and leaves it to the caller what the text is.
pub(super) fn read_text(what: &str, argument: &str) -> Result<String> {
    if argument == "-" {
        return read_stdin(what);
    }
    if argument.trim().is_empty() {
        return Err(Error::usage(format!("{what} is empty")).hint(HINT));
    }
    let begins = argument.trim_start().starts_with(['{', '[', '"']);
    if begins || serde_json::from_str::<IgnoredAny>(argument).is_ok() {
        return Ok(argument.to_owned());
    }
    let path = argument.strip_prefix('@').unwrap_or(argument);
    fs_err::read_to_string(path).map_err(|error| {
        Error::usage(format!(
            "{what} is neither JSON nor a file that can be read"
        ))
        .caused_by(error)
        .hint(HINT)
    })
}

fn read_stdin(what: &str) -> Result<String> {
    let mut stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Err(Error::usage(format!(
            "{what} is `-`, and nothing is piped in"
        )));
    }
    let mut text = String::new();
    let failed = |error| Error::usage(format!("{what} could not be read")).caused_by(error);
    stdin.read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::read_json;

    #[test]
    fn json_is_taken_as_it_is_and_all_else_is_a_file() {
        for json in ["{\"a\":1}", " [1] ", "\"x\"", "-1.5", "true", "null", "12"] {
            assert_eq!(read_json("the result", json).unwrap(), json);
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("true.json");
        fs_err::write(&file, "{\n}\n").unwrap();
        let path = file.to_str().unwrap();
        assert_eq!(read_json("the result", path).unwrap(), "{\n}\n");
        assert_eq!(
            read_json("the result", &format!("@{path}")).unwrap(),
            "{\n}\n"
        );
    }

    #[test]
    fn nothing_is_neither_json_nor_a_file() {
        let error = read_json("the result", " ").unwrap_err();
        assert_eq!(error.kind().exit_code(), 2);
        assert_eq!(error.to_string(), "the result is empty");
    }

    #[test]
    fn what_is_not_json_is_told_with_its_place() {
        let error = read_json("the result", "{\"a\":\n  x}").unwrap_err();
        assert_eq!(error.kind().exit_code(), 2);
        let told = error.in_a_line();
        assert!(told.starts_with("the result is not JSON"), "{told}");
        assert!(told.contains("line 2 column 3"), "{told}");
        let error = read_json("the result", "approved").unwrap_err();
        let told = error.in_a_line();
        assert!(told.contains("neither JSON nor a file"), "{told}");
    }
}
