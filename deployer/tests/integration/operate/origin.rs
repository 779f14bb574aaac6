//! What a deployment tells of where it comes from: the tags of its resources, and `status`.

use std::collections::HashMap;

use super::{Small, in_runtime};
use crate::commit::commit;

impl Small {
    /// Returns the revisions that `status` tells of the orchestrator and the intermediary.
    fn revisions(&self) -> Vec<Option<String>> {
        let (code, status) = self.json(&["status"]);
        assert_eq!(code, Some(0), "{status}");
        let functions = status["workflows"][0]["functions"].as_array().unwrap();
        let revisions = functions.iter().map(|function| &function["revision"]);
        revisions
            .map(|revision| revision.as_str().map(str::to_owned))
            .collect()
    }

    /// Returns the tags that Lambda has of the function in an output.
    fn tags(&self, output: &str) -> HashMap<String, String> {
        let configuration = self.configuration();
        let cloudformation = aws_sdk_cloudformation::Client::new(&configuration);
        let lambda = aws_sdk_lambda::Client::new(&configuration);
        in_runtime(async {
            let described = cloudformation
                .describe_stacks()
                .stack_name("small-dev-only");
            let described = described.send().await.unwrap();
            let mut outputs = described.stacks()[0].outputs().iter();
            let name = outputs
                .find(|found| found.output_key() == Some(output))
                .unwrap();
            let function = lambda
                .get_function()
                .function_name(name.output_value().unwrap());
            let function = function.send().await.unwrap().configuration.unwrap();
            let listed = lambda.list_tags().resource(function.function_arn.unwrap());
            listed.send().await.unwrap().tags.unwrap()
        })
    }
}

#[test]
fn what_is_deployed_tells_who_deployed_it_and_what_each_function_comes_from() {
    let small = Small::new();
    let component = "templates/durable-function.yaml";
    let text = fs_err::read_to_string(small.project().join(component)).unwrap();
    let runtime = "Runtime: !Ref Runtime\n";
    let tagged = format!("{runtime}      Tags:\n        - {{ Key: team, Value: orders }}\n");
    small.write(component, &text.replacen(runtime, &tagged, 1));
    let one = commit(small.project());
    let (code, _, stderr) = small.run(&["up"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(small.revisions(), [Some(one.clone()), Some(one.clone())]);
    assert_eq!(small.tags("OrchestratorFunctionName")["team"], "orders");

    commit(small.project());
    let (code, stdout, stderr) = small.run(&["up"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("Nothing changed"), "{stdout}");
    assert_eq!(small.revisions(), [Some(one.clone()), Some(one.clone())]);

    small.change_function();
    let three = commit(small.project());
    let (code, _, stderr) = small.run(&["up"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(small.revisions(), [Some(three.clone()), Some(one)]);
    let tags = small.tags("OrchestratorFunctionName");
    assert_eq!(tags["deployer:revision"], three);
    assert_eq!(tags["deployer:workflow"], "only");
    assert_eq!(tags["team"], "orders");

    let user = whoami::username().unwrap();
    let (_, status) = small.json(&["status"]);
    let deployment = &status["workflows"][0]["last_deployment"];
    assert_eq!(deployment["revision"], three);
    assert_eq!(deployment["by"], user);
    assert_eq!(deployment["at"], status["workflows"][0]["changed_at"]);
    let (_, stdout, _) = small.run(&["status"]);
    let told = format!(", by {user}, revision {three}\n");
    assert!(stdout.contains(&told), "{stdout}");
}
