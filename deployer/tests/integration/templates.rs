//! The linked templates: golden files for people to review, and cfn-lint's judgment on all of them.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::python;
use crate::sandbox::{Sandbox, repository};

/// Writes the linked templates of a stage into `out/` of the project, and returns the files.
pub(crate) fn synthesize(sandbox: &Sandbox, stage: &str) -> Vec<PathBuf> {
    let folder = sandbox.project().join("out").join(stage);
    let run = sandbox
        .deployer(&["synth", "--stage", stage, "--out", folder.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let mut files: Vec<PathBuf> = fs_err::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

#[test]
fn linked_templates_are_the_golden_ones() {
    let sandbox = Sandbox::with_copy();
    for stage in ["dev", "staging", "prod"] {
        for file in synthesize(&sandbox, stage) {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            // The local target runs the host's own binaries, so the host's architecture is in its template.
            let text = fs_err::read_to_string(&file).unwrap();
            let text = if stage == "dev" {
                text.replace("\"arm64\"", "\"x86_64\"")
            } else {
                text
            };
            insta::with_settings!({ omit_expression => true, snapshot_path => "golden", prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(name, text);
            });
        }
    }
}

/// Has fraud detection ask cardholders on a stage, with everything that can be said of it.
pub(crate) fn let_fraud_detection_ask(sandbox: &Sandbox, stage: &str) {
    let project = sandbox.project();
    let answers = project.join("functions/answers");
    if !answers.exists() {
        fs_err::create_dir_all(&answers).unwrap();
        let manifest = "[package]\nname = \"answers\"\n";
        fs_err::write(answers.join("Cargo.toml"), manifest).unwrap();
    }
    let path = project.join(format!("config/stages/{stage}.yaml"));
    let whole = fs_err::read_to_string(&path).unwrap();
    let asking = "
workflows:
  fraud-detection:
    tables: { contacts: { partition_key: contact_id } }
    questions:
      email_sender: no-reply@example.com
      email_configuration_set: questions
      sms_sender_id: BANK
      remind_after: 12h
      concurrency: 10
";
    fs_err::write(path, whole + asking).unwrap();
}

/// Has a model score transactions on a stage, with everything that can be said of it.
pub(crate) fn let_a_model_score(sandbox: &Sandbox, stage: &str) {
    let table = "transactions: { partition_key: transaction_id";
    let index = ", index: { partition_key: cardholder_id, sort_key: updated_at }";
    sandbox.edit("config/app.yaml", table, &format!("{table}{index}"));
    let path = sandbox
        .project()
        .join(format!("config/stages/{stage}.yaml"));
    let mut whole = fs_err::read_to_string(&path).unwrap();
    if !whole.contains("\n  fraud-detection:\n") {
        whole.push_str("\nworkflows:\n  fraud-detection:\n");
    }
    let model = "    scorer: agent
    model: { id: \"amazon.nova-lite-v1:0\", profile: eu, cost: 0.01USD, input_price: 0.06USD, output_price: 0.24USD }
";
    fs_err::write(path, whole + model).unwrap();
}

fn asking_template(sandbox: &Sandbox) -> PathBuf {
    let_fraud_detection_ask(sandbox, "prod");
    let stage = "config/stages/prod.yaml";
    let everything = "concurrency: 10\n      identity: card-digits";
    sandbox.edit(stage, "concurrency: 10", everything);
    let_a_model_score(sandbox, "prod");
    let mut files = synthesize(sandbox, "prod").into_iter();
    files
        .find(|file| file.to_string_lossy().contains("fraud"))
        .unwrap()
}

#[test]
fn a_workflow_that_asks_and_has_a_model_score_is_the_golden_one() {
    let sandbox = Sandbox::with_copy();
    let file = asking_template(&sandbox);
    let text = fs_err::read_to_string(&file).unwrap();
    insta::with_settings!({ omit_expression => true, snapshot_path => "golden", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("asking-prod-fraud-detection", text);
    });
}

/// Whoever answers may complete the callbacks of one orchestrator, and read no contact; whoever asks may send nothing
/// but texts to numbers, and e-mails from one sender.
#[test]
fn those_who_ask_and_answer_may_do_that_alone() {
    let sandbox = Sandbox::with_copy();
    let file = asking_template(&sandbox);
    let template: Value = serde_json::from_slice(&fs_err::read(file).unwrap()).unwrap();
    let statements = |policy: &str| {
        let document = &template["Resources"][policy]["Properties"]["PolicyDocument"];
        document["Statement"].as_array().unwrap().clone()
    };
    let answers = statements("AnswersCompleteOrchestratorPolicy");
    assert_eq!(answers.len(), 2);
    assert_eq!(
        answers[1]["Action"],
        "lambda:SendDurableExecutionCallbackSuccess"
    );
    assert_eq!(
        answers[1]["Resource"]["Fn::Sub"],
        "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${OrchestratorFunction}:*"
    );
    assert_eq!(
        answers[0]["Resource"],
        json!({ "Fn::GetAtt": ["QuestionsTable", "Arn"] })
    );
    let asks = statements("OrchestratorAsksPolicy");
    let actions: Vec<&Value> = asks.iter().map(|statement| &statement["Action"]).collect();
    assert_eq!(
        actions[1..],
        ["dynamodb:GetItem", "sns:Publish", "ses:SendEmail"]
    );
    assert_eq!(
        asks[3]["Condition"],
        json!({ "StringEquals": { "ses:FromAddress": "no-reply@example.com" } })
    );
    let others = template["Resources"].as_object().unwrap().iter();
    let users = others.filter(|(id, resource)| {
        resource["Type"] == "AWS::IAM::Policy"
            && resource.to_string().contains("ContactsTable")
            && *id != "OrchestratorAsksPolicy"
    });
    assert_eq!(users.count(), 0, "nobody else reads contacts");
}

#[test]
fn a_managed_runtime_and_an_envelope_reach_the_functions_and_their_versions() {
    let sandbox = Sandbox::with_copy();
    let linked = || -> Value {
        let files = synthesize(&sandbox, "prod");
        let orders = files
            .iter()
            .find(|file| file.to_string_lossy().contains("order"));
        serde_json::from_slice(&fs_err::read(orders.unwrap()).unwrap()).unwrap()
    };
    let versions = |template: &Value| -> Vec<String> {
        let resources = template["Resources"].as_object().unwrap().iter();
        let versions = resources.filter(|(id, resource)| {
            resource["Type"] == "AWS::Lambda::Version"
                && (id.starts_with("Orchestrator") || id.starts_with("Intake"))
        });
        versions.map(|(id, _)| id.clone()).collect()
    };
    let before = linked();
    let stage = "config/stages/prod.yaml";
    let whole = fs_err::read_to_string(sandbox.project().join(stage)).unwrap();
    let changed = format!(
        "{whole}\nworkflows:\n  order-processing:\n    orchestrator: {{ runtime: nodejs24.x }}\n    intake: {{ envelope: eventbridge }}\n"
    );
    fs_err::write(sandbox.project().join(stage), changed).unwrap();
    let after = linked();
    let of = |template: &Value, id: &str, path: &str| {
        template["Resources"][id]["Properties"]
            .pointer(path)
            .cloned()
    };
    let wrapper = "/Environment/Variables/AWS_LAMBDA_EXEC_WRAPPER";
    let envelope = "/Environment/Variables/ENVELOPE";
    let function = "OrchestratorFunction";
    assert_eq!(
        of(&before, function, "/Runtime"),
        Some(json!("provided.al2023"))
    );
    assert_eq!(of(&before, function, wrapper), None);
    assert_eq!(of(&after, function, "/Runtime"), Some(json!("nodejs24.x")));
    assert_eq!(
        of(&after, function, wrapper),
        Some(json!("/var/task/bootstrap"))
    );
    assert_eq!(of(&before, "IntakeFunction", envelope), None);
    assert_eq!(
        of(&after, "IntakeFunction", envelope),
        Some(json!("eventbridge"))
    );
    let (before, after) = (versions(&before), versions(&after));
    assert_eq!((before.len(), after.len()), (2, 2));
    assert!(
        before.iter().all(|id| !after.contains(id)),
        "{before:?} {after:?}"
    );
}

#[test]
fn the_same_configuration_links_to_the_same_bytes() {
    let (one, two) = (Sandbox::with_copy(), Sandbox::with_copy());
    for (left, right) in synthesize(&one, "prod")
        .into_iter()
        .zip(synthesize(&two, "prod"))
    {
        assert_eq!(fs_err::read(left).unwrap(), fs_err::read(right).unwrap());
    }
}

#[test]
fn cfn_lint_has_no_finding_in_any_component_or_linked_template() {
    let cfn_lint = python::program("cfn-lint", "cfn-lint");
    let sandbox = Sandbox::with_copy();
    let mut files: Vec<PathBuf> = fs_err::read_dir(repository().join("templates"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    assert!(files.len() >= 9, "every component is there");
    for stage in ["dev", "staging", "prod"] {
        files.extend(synthesize(&sandbox, stage));
    }
    let asking = Sandbox::with_copy();
    files.push(asking_template(&asking));
    let run = Command::new(cfn_lint).args(&files).output().unwrap();
    assert!(
        run.status.success(),
        "{}{}",
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr)
    );
}
