//! A new version that comes by shares: an alarm takes it back, and so does whoever goes on after a kill.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use aws_sdk_cloudwatch::types::StateValue;
use serde_json::{Value, json};

use super::many::crowd;
use super::{Small, in_runtime};

const PATIENCE: Duration = Duration::from_mins(2);

impl Small {
    /// Lets new versions come by shares, each watched for so long.
    fn by_shares(&self, every: &str) {
        let traffic = format!("{{ step: 50%, every: {every}, watch: alarms }}");
        self.write(
            "config/stages/dev.yaml",
            &format!("target: local\nbuild_profile: dev\ndeployment: {{ traffic: {traffic} }}\n"),
        );
    }

    /// Returns the version that takes the work, and the shares of others.
    fn standing(&self) -> (Value, Value) {
        let (_, status) = self.json(&["status"]);
        let functions = status["workflows"][0]["functions"].as_array().unwrap();
        let mut functions = functions.iter();
        let orchestrator = functions.find(|function| function["function"] == "small-orchestrator");
        let orchestrator = orchestrator.unwrap();
        (
            orchestrator["version"].clone(),
            orchestrator["shares"].clone(),
        )
    }

    /// Begins an `up` and returns it once the new version has a share.
    fn shifting(&self, arguments: &[&str]) -> Child {
        let mut up = self.process(&[&["up"], arguments].concat());
        let up = up.stdout(Stdio::piped()).stderr(Stdio::piped());
        let up = up.spawn().unwrap();
        let deadline = Instant::now() + PATIENCE;
        while self.standing().1.is_null() {
            assert!(Instant::now() < deadline, "{:?}", self.standing());
        }
        up
    }
}

/// The alarms of the stack, with CloudWatch to set them off.
struct Alarms {
    cloudwatch: aws_sdk_cloudwatch::Client,
    names: Vec<String>,
}

impl Alarms {
    fn of(small: &Small) -> Self {
        let cloudwatch = aws_sdk_cloudwatch::Client::new(&small.configuration());
        let listed = in_runtime(cloudwatch.describe_alarms().send()).unwrap();
        let names = listed.metric_alarms().iter();
        let names = names.filter_map(|alarm| alarm.alarm_name());
        Self {
            names: names.map(str::to_owned).collect(),
            cloudwatch,
        }
    }

    fn turn(&self, id: &str, state: StateValue) {
        let name = self.names.iter().find(|name| name.contains(id));
        let name = name.unwrap_or_else(|| unreachable!("{id} in {:?}", self.names));
        let call = self.cloudwatch.set_alarm_state().alarm_name(name);
        let call = call.state_value(state).state_reason("set by hand");
        in_runtime(call.send()).unwrap();
    }
}

#[test]
fn an_alarm_that_goes_off_takes_a_new_version_back() {
    let small = Small::new();
    small.by_shares("1m");
    small.deployer(&["up"]).assert().success();
    let alarms = Alarms::of(&small);
    // One that was on before tells nothing of the new version, however often it is looked at.
    alarms.turn("AlarmThrottles", StateValue::Alarm);
    small.change_function();
    let up = small.shifting(&[]);
    assert_eq!(small.standing(), (json!("1"), json!({ "2": 0.5 })));
    alarms.turn("AlarmFailedExecutions", StateValue::Alarm);
    let output = up.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(10), "{said}");
    let told = "the alarm AlarmFailedExecutions of `only` went off while version 2 came; new executions start on version 1 again";
    assert!(said.contains(told), "{said}");
    assert!(said.contains(": set by hand"), "{said}");
    assert_eq!(small.standing(), (json!("1"), Value::Null));
}

#[test]
fn a_failing_version_is_taken_back_whenever_its_deployment_was_killed() {
    let small = Small::new();
    small.by_shares("1m");
    small.deployer(&["up"]).assert().success();
    let alarms = Alarms::of(&small);
    small.change_function();
    // Killed while the first share is watched.
    kill(small.shifting(&[]));
    assert_eq!(small.standing(), (json!("1"), json!({ "2": 0.5 })));
    // An alarm of the time in between speaks against the version too.
    alarms.turn("AlarmFailedExecutions", StateValue::Alarm);
    let (code, _, said) = small.run(&["up"]);
    assert_eq!(code, Some(10), "{said}");
    assert_eq!(small.standing(), (json!("1"), Value::Null));
    alarms.turn("AlarmFailedExecutions", StateValue::Ok);

    // The same by its executions, of which one in three fails.
    kill(small.shifting(&["--yes"]));
    crowd(&small, "2", [0, 2, 1]);
    // Killed at its next beginning, and then while it is taken back, or after that.
    for _ in 0..2 {
        let mut up = small.process(&["up", "--yes"]);
        let up = up.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut up = up.spawn().unwrap();
        told(&mut up, "new executions");
        kill(up);
    }
    let (code, _, said) = small.run(&["up"]);
    assert!([Some(10), Some(3)].contains(&code), "{said}");
    assert_eq!(small.standing(), (json!("1"), Value::Null));
    let (_, plan) = small.json(&["plan"]);
    assert_eq!(plan["changes"], true, "the code is not deployed: {plan}");
}

pub(super) fn kill(mut process: Child) {
    process.kill().unwrap();
    process.wait().unwrap();
}

/// Waits until a process says something.
pub(super) fn told(process: &mut Child, words: &str) {
    let errors = process.stderr.take().unwrap();
    let mut lines = BufReader::new(errors).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains(words)), "{words}");
}
