//! Deploying over executions that go on, and back again.

use std::process::Stdio;
use std::time::{Duration, Instant};

use aws_config::BehaviorVersion;
use aws_sdk_s3::config::{Credentials, Region};
use serde_json::{Value, json};

use super::Small;
use super::many::crowd;

fn workflow(plan: &Value) -> &Value {
    let stacks = plan["stacks"].as_array().unwrap();
    let found = stacks.iter().find(|stack| stack["workflow"] == "only");
    found.unwrap()
}

fn warnings<'a>(plan: &'a Value, kind: &str) -> Vec<&'a str> {
    let warnings = workflow(plan)["warnings"].as_array().unwrap().iter();
    let of_kind = warnings.filter(|warning| warning["warning"] == kind);
    of_kind
        .map(|warning| warning["resource"].as_str().unwrap())
        .collect()
}

#[test]
fn what_goes_on_is_told_finishes_on_its_version_and_new_work_goes_back_at_once() {
    let small = Small::new();
    small.deployer(&["up"]).assert().success();
    crowd(&small, "1", [200, 5, 0]);
    small.change_function();
    let (_, plan) = small.json(&["plan"]);
    let in_flight = &workflow(&plan)["in_flight"];
    let version = &in_flight["versions"][0];
    assert_eq!(version["version"], "1", "{in_flight}");
    assert_eq!(version["executions"], 200, "{in_flight}");
    assert!(version["oldest"].is_string(), "{in_flight}");
    assert_eq!(in_flight["moves"], true, "{in_flight}");
    let (code, _, stderr) = small.run(&["up"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(
        stderr.contains("only: 200 executions in flight finish on version 1"),
        "{stderr}"
    );
    let (_, plan) = small.json(&["plan"]);
    assert_eq!(plan["changes"], false, "{plan}");

    there_and_back(&small);

    what_they_need_stays_until_they_have_ended(&small);
}

/// A table leaves the configuration. It goes with the first deployment after the executions that may write it.
fn what_they_need_stays_until_they_have_ended(small: &Small) {
    let app = "config/app.yaml";
    let table = "    tables:\n      orders: { partition_key: id }\n";
    small.sandbox.edit(app, table, "");
    let (_, plan) = small.json(&["plan"]);
    let kept = workflow(&plan)["kept"].as_object().unwrap();
    assert!(kept.contains_key("OrdersTable"), "{plan}");
    let policies = kept.keys().filter(|id| id.ends_with("Policy"));
    assert!(
        policies.count() > 0,
        "the role is shared by all versions: {plan}"
    );
    assert_eq!(warnings(&plan, "loses-data").len(), 0, "{plan}");
    for _ in 0..2 {
        let (code, _, stderr) = small.run(&["up"]);
        assert_eq!(code, Some(0), "{stderr}");
        assert!(
            stderr.contains("these stay until they have ended"),
            "{stderr}"
        );
    }
    let (_, plan) = small.json(&["plan"]);
    assert_eq!(plan["changes"], false, "{plan}");

    let stop = ["executions", "stop", "--all", "--yes"];
    small.deployer(&stop).assert().success();
    let (_, plan) = small.json(&["plan"]);
    let resources = workflow(&plan)["resources"].as_array().unwrap();
    let table = resources
        .iter()
        .find(|resource| resource["id"] == "OrdersTable");
    assert_eq!(table.unwrap()["action"], "removed", "{plan}");
    assert_eq!(warnings(&plan, "in-flight-may-need").len(), 0, "{plan}");
    // Its data is lost then, which nobody has agreed to so far.
    let (code, _, stderr) = small.run(&["up"]);
    assert_eq!(code, Some(3), "{stderr}");
    let (code, _, stderr) = small.run(&["up", "--yes"]);
    assert_eq!(code, Some(0), "{stderr}");
    let (_, plan) = small.json(&["plan"]);
    assert_eq!(plan["changes"], false, "{plan}");
}

/// Fifty may still ask a worker that leaves the configuration; it goes with the first deployment after them.
#[test]
fn a_worker_stays_until_those_have_ended_that_may_need_it() {
    let small = Small::new();
    let worker = "functions/small-worker";
    small.write(
        &format!("{worker}/Cargo.toml"),
        "[package]\nname = \"small-worker\"\nedition = \"2024\"\n",
    );
    small.write(&format!("{worker}/src/main.rs"), "fn main() {}\n");
    small.lock();
    let (app, workers) = ("config/app.yaml", "    workers: { small-worker: {} }\n");
    small
        .sandbox
        .edit(app, "    tables:\n", &format!("{workers}    tables:\n"));
    small.deployer(&["up"]).assert().success();
    crowd(&small, "1", [50, 0, 0]);
    small.sandbox.edit(app, workers, "");
    let (_, plan) = small.json(&["plan"]);
    let kept = workflow(&plan)["kept"].as_object().unwrap();
    assert!(kept.contains_key("SmallWorkerFunction"), "{plan}");
    small.deployer(&["up"]).assert().success();
    let is_there = || {
        small
            .functions()
            .iter()
            .any(|name| name.contains("SmallWorker"))
    };
    assert!(is_there(), "{:?}", small.functions());
    let stop = ["executions", "stop", "--all", "--yes"];
    small.deployer(&stop).assert().success();
    let (code, _, stderr) = small.run(&["up", "--yes"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(!is_there(), "{:?}", small.functions());
}

#[test]
fn a_plan_that_was_kept_tells_what_is_in_flight_when_it_is_carried_out() {
    let small = Small::new();
    small.deployer(&["up"]).assert().success();
    small.change_function();
    let file = small.project().join("kept.plan");
    let file = file.to_str().unwrap();
    small.deployer(&["plan", "--out", file]).assert().success();
    crowd(&small, "1", [7, 0, 0]);
    let (code, _, stderr) = small.run(&["up", "--plan", file]);
    assert_eq!(code, Some(0), "{stderr}");
    let told = "only: 7 executions in flight finish on version 1";
    assert!(stderr.contains(told), "{stderr}");
}

fn there_and_back(small: &Small) {
    let (code, back) = small.json(&["rollback"]);
    assert_eq!(code, Some(0), "{back}");
    let moved = json!([back["from"], back["to"], back["in_flight"]]);
    assert_eq!(moved, json!(["2", "1", 0]));
    let (code, _, stderr) = small.run(&["rollback"]);
    assert_eq!(code, Some(4), "{stderr}");
    assert!(stderr.contains("no version before 1"), "{stderr}");
    // The next `up` knows.
    let (_, plan) = small.json(&["plan"]);
    assert_eq!(
        warnings(&plan, "returns-to-left-version").len(),
        1,
        "{plan}"
    );
    let (code, _, stderr) = small.run(&["up"]);
    assert_eq!(code, Some(3), "{stderr}");
    small.write(
        "functions/small-orchestrator/src/main.rs",
        "fn main() { println!(\"mended\") }\n",
    );
    let (code, _, stderr) = small.run(&["up"]);
    assert_eq!(
        code,
        Some(0),
        "what was mended is not what was left: {stderr}"
    );
    let (code, back) = small.json(&["rollback", "only", "--to", "2"]);
    assert_eq!((code, &back["from"]), (Some(0), &json!("3")), "{back}");
    let (code, _, stderr) = small.run(&["up", "--yes"]);
    assert_eq!(code, Some(0), "{stderr}");
    let (_, plan) = small.json(&["plan"]);
    assert_eq!(plan["changes"], false, "{plan}");
}

#[test]
fn a_destroyed_workflow_is_drained_first_and_who_does_not_end_is_named() {
    let small = Small::new();
    let configuration = fs_err::read_to_string(small.project().join("config/app.yaml")).unwrap();
    let (_, only) = configuration.split_once("  only:\n").unwrap();
    let other = only.replace("{stage}-", "other-{stage}-");
    let both = format!("{configuration}  other:\n{other}");
    small.write("config/app.yaml", &both);
    small.deployer(&["up"]).assert().success();
    crowd(&small, "1", [3, 2, 0]);
    let (code, _, stderr) = small.run(&["destroy", "--yes", "--drain=1s"]);
    assert_eq!(code, Some(4), "{stderr}");
    assert!(
        stderr.contains("3 executions of `only` did not end within 1 s"),
        "{stderr}"
    );
    let named = "still in flight: crowd-00000, crowd-00002, crowd-00004";
    assert!(stderr.contains(named), "{stderr}");
    let (_, status) = small.json(&["status"]);
    let stands = |index: usize| status["workflows"][index]["state"] == "CREATE_COMPLETE";
    assert!(stands(0) && stands(1), "nothing is deleted: {status}");
    // Nothing stays closed in silence: `up` opens the intake again.
    let mapping = |small: &Small| small.json(&["status"]).1["workflows"][0]["mapping"].to_string();
    assert!(mapping(&small).contains("Disabled"), "{}", mapping(&small));
    small.deployer(&["up"]).assert().success();
    assert!(mapping(&small).contains("Enabled"), "{}", mapping(&small));

    let mut destroying = small.sandbox.process(&["destroy", "--yes", "--drain"]);
    let mut destroying = destroying.stdout(Stdio::null()).spawn().unwrap();
    let stop = ["executions", "stop", "--all", "--yes"];
    small.deployer(&stop).assert().success();
    assert!(destroying.wait().unwrap().success(), "they have ended");
    let (_, status) = small.json(&["status"]);
    assert!(status["workflows"][0]["state"].is_null(), "{status}");
}

#[test]
fn a_change_waits_for_what_goes_on_where_that_is_asked_for() {
    let small = Small::new();
    small.deployer(&["up"]).assert().success();
    crowd(&small, "1", [2, 0, 0]);
    small.change_function();
    let (code, _, stderr) = small.run(&["up", "--drain=1s"]);
    assert_eq!(code, Some(4), "{stderr}");
    let told = "2 executions of `only` did not end within 1 s; nothing was changed";
    assert!(stderr.contains(told), "{stderr}");
    assert!(
        stderr.contains("still in flight: crowd-00000, crowd-00001"),
        "{stderr}"
    );
    let status = |small: &Small| small.json(&["status"]).1["workflows"][0].clone();
    let mapping = status(&small)["mapping"].to_string();
    assert!(
        mapping.contains("Enabled"),
        "nothing stays closed in silence: {mapping}"
    );
    let (_, plan) = small.json(&["plan"]);
    assert_eq!(workflow(&plan)["in_flight"]["moves"], true, "{plan}");

    let mut changing = small.sandbox.process(&["up", "--drain"]);
    let mut changing = changing.stdout(Stdio::null()).spawn().unwrap();
    let stop = ["executions", "stop", "--all", "--yes"];
    small.deployer(&stop).assert().success();
    assert!(changing.wait().unwrap().success(), "they have ended");
    let mapping = status(&small)["mapping"].to_string();
    assert!(mapping.contains("Enabled"), "{mapping}");
    let (_, plan) = small.json(&["plan"]);
    assert_eq!(plan["changes"], false, "{plan}");
}

#[test]
fn who_goes_on_after_a_drain_is_stopped_where_that_is_asked_for() {
    let small = Small::new();
    small.deployer(&["up"]).assert().success();
    crowd(&small, "1", [3, 0, 0]);
    let all = ["destroy", "--yes", "--drain=1s", "--stop-executions"];
    let (code, _, stderr) = small.run(&all);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("were stopped: 3"), "{stderr}");
}

#[test]
fn a_timeline_is_written_from_the_service_and_from_a_file_alike() {
    let small = Small::new();
    small.deployer(&["up"]).assert().success();
    crowd(&small, "1", [1, 0, 0]);
    let path = |name: &str| small.project().join(name).to_str().unwrap().to_owned();
    let (export, live, later) = (path("export.json"), path("live.html"), path("later.html"));
    let image = path("live.svg");
    for arguments in [
        ["executions", "export", "crowd-00000", "--out", &export],
        ["executions", "show", "crowd-00000", "--html", &live],
        ["executions", "show", "crowd-00000", "--svg", &image],
    ] {
        small.deployer(&arguments).assert().success();
    }
    let offline = ["executions", "show", "--file", &export, "--html", &later];
    small.deployer(&offline).assert().success();
    let page = fs_err::read_to_string(&live).unwrap();
    assert!(
        page.contains("crowd-00000") && page.contains("RUNNING"),
        "{page}"
    );
    assert_eq!(page, fs_err::read_to_string(&later).unwrap());
    assert!(fs_err::read_to_string(&image).unwrap().starts_with("<svg"));
    let both = [
        "executions",
        "show",
        "crowd-00000",
        "--svg",
        &image,
        "--redact",
    ];
    small.deployer(&both).assert().success();
    let (code, _, stderr) = small.run(&["executions", "show", "crowd-00000", "--redact"]);
    assert_eq!(code, Some(2), "{stderr}");
}

/// Another machine's marker: as long as it is renewed it is waited for, and then taken over with consent.
#[test]
fn a_stage_that_another_machine_changes_is_waited_for() {
    let small = Small::new();
    small.deployer(&["up"]).assert().success();
    small.change_function();
    let marker = Marker::of(&small);
    marker.put(0);
    let (code, _, stderr) = small.run(&["up"]);
    assert_eq!(code, Some(3), "{stderr}");
    let waits = "waiting for `deployer up` of ada on another machine, which changes stage `dev`";
    assert!(stderr.contains(waits), "{stderr}");
    let (_, plan) = small.json(&["plan"]);
    assert_eq!(plan["changes"], true, "{plan}");

    let mut waiting = small.sandbox.process(&["up"]);
    let waiting = waiting.stderr(Stdio::piped()).stdout(Stdio::null());
    let mut waiting = waiting.spawn().unwrap();
    // Longer than a marker may stay as it is.
    let begun = Instant::now();
    for renewed in 1.. {
        marker.put(renewed);
        if begun.elapsed() > Duration::from_secs(7) {
            break;
        }
    }
    assert!(waiting.try_wait().unwrap().is_none(), "it is renewed");
    marker.remove();
    assert!(waiting.wait().unwrap().success(), "it is free");

    small.write(
        "functions/small-orchestrator/src/main.rs",
        "fn main() { println!(\"again\") }\n",
    );
    marker.put(0);
    let (code, _, stderr) = small.run(&["up", "--yes"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(!marker.is_there(), "it is given back");
}

struct Marker {
    runtime: tokio::runtime::Runtime,
    s3: aws_sdk_s3::Client,
    bucket: String,
}

impl Marker {
    const KEY: &'static str = "deployer/changing.json";

    fn of(small: &Small) -> Self {
        let (_, status) = small.json(&["local", "status"]);
        let credentials = Credentials::new("000000000000", "anything", None, None, "test");
        let settings = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(status["endpoint"].as_str().unwrap())
            .credentials_provider(credentials)
            .force_path_style(true)
            .build();
        let s3 = aws_sdk_s3::Client::from_conf(settings);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let listed = runtime.block_on(s3.list_buckets().send()).unwrap();
        let bucket = listed.buckets()[0].name().unwrap().to_owned();
        Self {
            runtime,
            s3,
            bucket,
        }
    }

    fn put(&self, renewed: u64) {
        let text = json!({ "who": "ada on another machine", "command": "up", "place": "far", "renewed": renewed });
        let put = self.s3.put_object().bucket(&self.bucket).key(Self::KEY);
        let sent = put.body(text.to_string().into_bytes().into());
        self.runtime.block_on(sent.send()).unwrap();
    }

    fn remove(&self) {
        let removed = self.s3.delete_object().bucket(&self.bucket).key(Self::KEY);
        self.runtime.block_on(removed.send()).unwrap();
    }

    fn is_there(&self) -> bool {
        let head = self.s3.head_object().bucket(&self.bucket).key(Self::KEY);
        self.runtime.block_on(head.send()).is_ok()
    }
}
