//! Each rule finds its fault, and only then.

use camino::Utf8PathBuf;
use tempfile::TempDir;

use super::check_application;
use crate::config::{App, load};

const APPLICATION: &str = r#"
name: shop
workflows:
  fraud:
    orchestrator: { function: fraud, execution_timeout: 25h, longest_wait: 24h }
    intake: { execution_name: "{stage}-tx-{id}" }
    tables: { ledger: { partition_key: id } }
    workers: { pay: { tables: [ledger] } }
"#;

/// What a stage says wrongly in its first line, and the rule that finds it.
const FAULTS: [(&str, &str); 55] = [
    ("S001", "target: aws\n"),
    ("S001", "account: \"12\"\n"),
    ("S002", "log_retention: 8d\n"),
    ("S003", "log_retention: 7d\n"),
    ("S004", "build_profile: --help\n"),
    ("S005", "region: mars\n"),
    ("S006", "deployment: { mode: express }\nprotect: true\n"),
    (
        "S009",
        "deployment: { role: \"arn:aws:iam::111122223333:user/ada\" }\n",
    ),
    ("S009", "deployment: { permissions_boundary: limits }\n"),
    (
        "S010",
        "deployment: { mode: express, rollback_on_failure: 5m }\n",
    ),
    ("S010", "deployment: { rollback_on_failure: 4h }\n"),
    ("S010", "deployment: { rollback_on_failure: 90s }\n"),
    (
        "S010",
        "deployment: { rollback_on_failure: 5m }\nalarms: false\n",
    ),
    (
        "S011",
        "deployment: { traffic: { step: 10%, every: 5m, watch: alarms } }\nalarms: false\n",
    ),
    (
        "S007",
        "protect: true\ntarget: aws\naccount: \"111122223333\"\n",
    ),
    ("S007", "alarm_topic: on-call\n"),
    ("S007", "alarm_email: on-call\n"),
    ("S008", "tags: { \"aws:team\": a }\n"),
    (
        "O001",
        "workflows: { fraud: { orchestrator: { timeout: 20m } } }\n",
    ),
    (
        "O001",
        "workflows: { fraud: { orchestrator: { retention: 36h } } }\n",
    ),
    (
        "O001",
        "workflows: { fraud: { workers: { pay: { memory: 64MB } } } }\n",
    ),
    (
        "O002",
        "workflows: { fraud: { orchestrator: { execution_timeout: 24h } } }\n",
    ),
    (
        "O003",
        "workflows: { fraud: { orchestrator: { timeout: 2m, execution_timeout: 1m, longest_wait: 1s } } }\n",
    ),
    (
        "I001",
        "workflows: { fraud: { intake: { max_concurrency: 1 } } }\n",
    ),
    (
        "I002",
        "workflows: { fraud: { intake: { visibility_timeout: 179s } } }\n",
    ),
    (
        "I003",
        "workflows: { fraud: { intake: { dead_letter_retention: 4d } } }\n",
    ),
    (
        "I004",
        "workflows: { fraud: { intake: { function: fraud } } }\n",
    ),
    (
        "I005",
        "workflows: { fraud: { intake: { execution_name: \"tx-{id}\" } } }\n",
    ),
    (
        "I005",
        "workflows: { fraud: { intake: { execution_name: \"{stage}\" } } }\n",
    ),
    (
        "I005",
        "workflows: { fraud: { intake: { execution_name: \"{stage}.{id}\" } } }\n",
    ),
    (
        "I006",
        "workflows: { fraud: { intake: { idempotency_window: 14d } } }\n",
    ),
    (
        "I007",
        "workflows: { fraud: { intake: { max_receive_count: 4 } } }\n",
    ),
    (
        "I008",
        "workflows: { fraud: { intake: { batch_size: 11 } } }\n",
    ),
    (
        "I009",
        "workflows: { fraud: { intake: { starts_per_second: 301 } } }\n",
    ),
    (
        "F001",
        "workflows: { fraud: { orchestrator: { function: frauds } } }\n",
    ),
    (
        "F002",
        "workflows: { fraud: { workers: { pay: { tables: [legder] } } } }\n",
    ),
    (
        "X001",
        "workflows: { fraud: { orchestrator: { environment: { KEY: AKIAIOSFODNN7EXAMPLE } } } }\n",
    ),
    (
        "X001",
        "workflows: { fraud: { workers: { pay: { environment: { DB_PASSWORD: hunter22 } } } } }\n",
    ),
    (
        "X002",
        "tags: { database: \"postgres://app:hunter2@db/orders\" }\n",
    ),
    (
        "Q001",
        "workflows: { fraud: { questions: { channels: [sms], contacts: ledger } } }\n",
    ),
    (
        "Q002",
        "workflows: { fraud: { questions: { channels: [sms, sms] } } }\n",
    ),
    (
        "Q003",
        "workflows: { fraud: { questions: { email_sender: \"Bank <bank@example.com>\" } } }\n",
    ),
    (
        "Q003",
        "workflows: { fraud: { questions: { channels: [sms], sms_sender_id: \"12345\" } } }\n",
    ),
    (
        "Q004",
        "workflows: { fraud: { questions: { remind_after: 24h } } }\n",
    ),
    (
        "Q005",
        "workflows: { fraud: { questions: { concurrency: 0 } } }\n",
    ),
    ("M001", "workflows: { fraud: { scorer: agent } }\n"),
    (
        "M002",
        "workflows: { fraud: { model: { id: eu.amazon.nova-lite-v1:0 } } }\n",
    ),
    (
        "M002",
        "workflows: { fraud: { model: { id: \"arn:aws:bedrock:x:1:inference-profile/y\" } } }\n",
    ),
    (
        "M002",
        "workflows: { fraud: { model: { id: amazon.nova-lite-v1:0, profile: EU } } }\n",
    ),
    (
        "M003",
        "workflows: { fraud: { model: { id: amazon.nova-lite-v1:0, turns: 0 } } }\n",
    ),
    (
        "M003",
        "workflows: { fraud: { model: { id: amazon.nova-lite-v1:0, answer_tokens: 20001 } } }\n",
    ),
    (
        "M004",
        "workflows: { fraud: { model: { id: amazon.nova-lite-v1:0, time: 5m } } }\n",
    ),
    (
        "M005",
        "workflows: { fraud: { model: { id: amazon.nova-lite-v1:0, cost: 1USD } } }\n",
    ),
    (
        "T001",
        "workflows: { fraud: { tables: { ledger: { index: { partition_key: id, sort_key: at } } } } }\n",
    ),
    (
        "N003",
        "workflows: { fraud: { tables: { pay: { partition_key: id } } } }\n",
    ),
];

fn project(application: &str, stage: &str) -> (TempDir, App) {
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    fs_err::create_dir_all(root.join("config/stages")).unwrap();
    for function in ["fraud", "pay", "queue-intermediary"] {
        fs_err::create_dir_all(root.join("functions").join(function)).unwrap();
        let manifest = format!("[package]\nname = \"{function}\"\n");
        fs_err::write(
            root.join("functions").join(function).join("Cargo.toml"),
            manifest,
        )
        .unwrap();
    }
    fs_err::write(root.join("config/app.yaml"), application).unwrap();
    fs_err::write(root.join("config/stages/dev.yaml"), stage).unwrap();
    let app = load(&root, "dev").unwrap();
    (folder, app)
}

#[test]
fn a_coherent_application_has_no_findings() {
    let (_folder, app) = project(APPLICATION, "target: local\n");
    assert_eq!(check_application(&app), []);
}

#[test]
fn each_rule_finds_its_fault_and_names_file_and_line() {
    for (code, stage) in FAULTS {
        let (_folder, app) = project(APPLICATION, stage);
        let findings = check_application(&app);
        assert!(
            findings
                .iter()
                .any(|finding| finding.code == code && finding.place == "config/stages/dev.yaml:1"),
            "{stage} should give {code}, but gave {findings:?}"
        );
    }
}

#[test]
fn a_library_is_no_function() {
    let (folder, app) = project(
        &APPLICATION.replace("function: fraud", "function: frauds"),
        "",
    );
    let crates = folder.path().join("functions");
    fs_err::create_dir_all(crates.join("frauds/src/bin")).unwrap();
    fs_err::write(
        crates.join("frauds/Cargo.toml"),
        "[package]\nname = \"frauds\"\n",
    )
    .unwrap();
    fs_err::write(crates.join("frauds/src/lib.rs"), "").unwrap();
    assert_eq!(check_application(&app), [], "it has a binary too");
    fs_err::remove_dir(crates.join("frauds/src/bin")).unwrap();
    let findings = check_application(&app);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(
        (findings[0].code, findings[0].place.as_str()),
        ("F001", "config/app.yaml:5")
    );
    assert_eq!(
        findings[0].message,
        "the crate functions/frauds is a library and makes no binary; did you mean `fraud`?"
    );
    fs_err::create_dir(crates.join("libraries")).unwrap();
    fs_err::rename(crates.join("frauds"), crates.join("libraries/frauds")).unwrap();
    let findings = check_application(&app);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(
        findings[0].message,
        "the crate functions/libraries/frauds is a library and makes no binary; did you mean `fraud`?"
    );
}

#[test]
fn a_profile_is_one_of_cargos_or_of_the_manifest() {
    let (folder, app) = project(APPLICATION, "build_profile: lambda\n");
    let manifest = folder.path().join("Cargo.toml");
    for (text, wanted) in [
        (
            "[workspace]\n[profile.lambda]\ninherits = \"release\"\n",
            None,
        ),
        (
            "[workspace]\n[profile.lambda.package.\"*\"]\nopt-level = 3\n",
            None,
        ),
        ("[package]\n", None),
        (
            "[workspace]\n[profile]\nlambda = { inherits = \"release\" }\n",
            None,
        ),
        (
            "[workspace]\n[profile.lamda]\ninherits = \"release\"\n",
            Some("did you mean `lamda`?"),
        ),
        (
            "[workspace]\n",
            Some("there are `bench`, `dev`, `release`, `test`"),
        ),
    ] {
        fs_err::write(&manifest, text).unwrap();
        let wanted = wanted.map(|way_out| format!("Cargo.toml has no profile `lambda`; {way_out}"));
        let findings = check_application(&app).into_iter();
        let found: Vec<String> = findings.map(|finding| finding.message).collect();
        assert_eq!(found, Vec::from_iter(wanted), "{text}");
    }
}

#[test]
fn a_stack_has_50_tags_with_the_deployers_own() {
    for (count, expected) in [(47, 0), (48, 1)] {
        let tags: Vec<String> = (0..count).map(|tag| format!("t{tag}: a")).collect();
        let (_project, app) = project(APPLICATION, &format!("tags: {{ {} }}\n", tags.join(", ")));
        let findings = check_application(&app);
        assert_eq!(findings.len(), expected, "{count}: {findings:?}");
    }
}

#[test]
fn names_that_no_stack_can_have_are_found() {
    let (_folder, app) = project(&APPLICATION.replace("name: shop", "name: My Shop"), "");
    assert!(
        check_application(&app)
            .iter()
            .any(|finding| finding.code == "N001" && finding.place == "config/app.yaml:2")
    );
    let (_folder, app) = project(
        &APPLICATION.replace(
            "name: shop",
            "name: a-name-that-is-far-too-long-for-any-bucket",
        ),
        "",
    );
    assert!(
        check_application(&app)
            .iter()
            .any(|finding| finding.code == "N002")
    );
    let (_folder, app) = project(&APPLICATION.replace("  fraud:\n", "  artifacts:\n"), "");
    assert!(app.application.workflows.contains_key("artifacts"));
    assert!(
        check_application(&app)
            .iter()
            .any(|finding| finding.code == "N003")
    );
}

#[test]
fn a_secret_is_refused_without_being_told() {
    for stage in [
        "workflows: { fraud: { orchestrator: { environment: { DB_PASSWORD: hunter22 } } } }\n",
        "tags: { api-token: 9f86d081884c7d659a2feaa0c55ad015 }\n",
    ] {
        let (_folder, app) = project(APPLICATION, stage);
        let told: String = check_application(&app)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert!(
            !told.contains("hunter22") && !told.contains("9f86d081"),
            "{told}"
        );
        assert!(told.contains("X00"), "{told}");
    }
    let (_folder, app) = project(
        APPLICATION,
        "workflows: { fraud: { orchestrator: { environment: { DB_PASSWORD: hunter22 } } } }\n",
    );
    let form = "`{{resolve:secretsmanager:shop/dev/db-password:SecretString}}`";
    assert!(
        check_application(&app)
            .iter()
            .any(|finding| finding.message.contains(form))
    );
}
