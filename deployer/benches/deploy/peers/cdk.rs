//! `cdk deploy` of a cloud assembly that is ready.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::tool::Tool;

/// The version of the form of cloud assemblies, which every `cdk` of version 2 reads.
const SCHEMA: &str = "36.0.0";

/// Returns AWS CDK, if it is installed.
pub(super) fn find(folder: &Path) -> Option<Tool> {
    Tool::find(
        "cdk",
        "MEASURE_CDK",
        |stack, name, bucket, folder| {
            let key = |zip: &Path| format!("{}.zip", zip.file_stem().unwrap().to_str().unwrap());
            let template =
                stack.template(name, |zip| json!({ "S3Bucket": bucket, "S3Key": key(zip) }));
            let file = format!("{name}.template.json");
            let write = |file: &str, document: &Value| {
                fs_err::write(folder.join(file), document.to_string()).unwrap();
            };
            write(&file, &template);
            let asset = |source: &str, key: String| {
                json!({
                    "source": { "path": source, "packaging": "file" },
                    "destinations": { "here": { "bucketName": bucket, "objectKey": key, "region": "us-east-1" } },
                })
            };
            let zips = stack.zips.values();
            let files: Map<String, Value> = zips
                .map(|zip| (key(zip), asset(zip.to_str().unwrap(), key(zip))))
                .collect();
            let assets = format!("{name}.assets.json");
            write(
                &assets,
                &json!({ "version": SCHEMA, "files": files, "dockerImages": {} }),
            );
            let assets_id = format!("{name}.assets");
            let manifest = json!({
                "version": SCHEMA,
                "artifacts": {
                    &assets_id: { "type": "cdk:asset-manifest", "properties": { "file": assets } },
                    name: {
                        "type": "aws:cloudformation:stack",
                        "environment": "aws://000000000000/us-east-1",
                        "properties": { "templateFile": file, "stackName": name, "validateOnSynth": false },
                        "dependencies": [&assets_id],
                    },
                },
            });
            write("manifest.json", &manifest);
            let mut arguments = vec!["deploy".into(), name.into(), "--app".into(), folder.into()];
            let words = [
                "--method",
                "direct",
                "--require-approval",
                "never",
                "--no-notices",
                "--no-version-reporting",
            ];
            arguments.extend(words.map(Into::into));
            arguments
        },
        folder,
    )
}
