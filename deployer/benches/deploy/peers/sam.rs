//! `sam deploy`, which sends local zips and makes a change set.

use std::path::Path;

use serde_json::Value;

use super::tool::Tool;

/// Returns AWS SAM CLI, if it is installed.
pub(super) fn find(folder: &Path) -> Option<Tool> {
    Tool::find(
        "sam",
        "MEASURE_SAM",
        |stack, name, bucket, folder| {
            let template = stack.template(name, |zip| Value::from(zip.to_str().unwrap()));
            let file = folder.join("template.json");
            fs_err::write(&file, template.to_string()).unwrap();
            let mut arguments = vec!["deploy".into(), "--template-file".into(), file.into()];
            let words = ["--stack-name", name, "--s3-bucket", bucket];
            arguments.extend(words.map(Into::into));
            let words = [
                "--no-confirm-changeset",
                "--no-fail-on-empty-changeset",
                "--capabilities",
                "CAPABILITY_IAM",
            ];
            arguments.extend(words.map(Into::into));
            arguments
        },
        folder,
    )
}
