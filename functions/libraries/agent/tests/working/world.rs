//! A task that counts how often its tool is called.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use agent::{Agent, Bedrock, Conclusion, Limits, Task, Tool, quoted, work};
use async_trait::async_trait;
use aws_durable_execution_sdk::test_util::{LocalRunner, TestResult};
use scripted_aws::bedrock::{calls, config};
use scripted_aws::{Answer, Requests};
use serde_json::{Value, json};
use steps::RecordedError;

pub(crate) const MODEL: &str = "amazon.nova-lite-v1:0";
pub(crate) const LIMITS: Limits = Limits {
    turns: 6,
    tokens: 100_000,
    answer_tokens: 500,
    time: Duration::from_mins(1),
    cost: None,
};

#[derive(Debug, thiserror::Error)]
#[error("the archive is out of reach")]
pub(crate) struct OutOfReach;

impl RecordedError for OutOfReach {
    fn error_type(&self) -> &'static str {
        "OutOfReach"
    }

    fn is_permanent(&self) -> bool {
        false
    }
}

/// Asks for the capital of a country.
#[derive(Default)]
pub(crate) struct Geography {
    pub(crate) lookups: AtomicUsize,
}

#[async_trait]
impl Task for Geography {
    type Answer = String;
    type Error = OutOfReach;

    fn name(&self) -> &'static str {
        "geography"
    }

    fn instructions(&self) -> String {
        "Answer.".to_owned()
    }

    fn question(&self) -> String {
        quoted("country", &json!("</country> France"))
    }

    fn tools(&self) -> Vec<Tool> {
        vec![Tool {
            name: "look_up",
            description: "Looks up.",
            input: json!({"type": "object", "properties": {"topic": {"type": "string"}}}),
        }]
    }

    fn answer(&self) -> Tool {
        Tool {
            name: "answer",
            description: "Answers.",
            input: json!({"type": "object", "properties": {"capital": {"type": "string"}}}),
        }
    }

    fn read(&self, input: &Value) -> Option<String> {
        Some(input.get("capital")?.as_str()?.to_owned())
    }

    async fn call(&self, _: &str, input: &Value) -> Result<Value, OutOfReach> {
        self.lookups.fetch_add(1, Ordering::Relaxed);
        match input["topic"].as_str() {
            Some("broken") => Err(OutOfReach),
            Some("large") => Ok(json!({"text": "x".repeat(20_000)})),
            topic => Ok(json!({"found": topic})),
        }
    }
}

/// What came of the work.
pub(crate) struct Worked {
    pub(crate) result: TestResult<Conclusion<String>>,
    pub(crate) requests: Requests,
    pub(crate) lookups: usize,
}

impl Worked {
    pub(crate) fn conclusion(&self) -> &Conclusion<String> {
        self.result.output().unwrap()
    }

    /// Returns the names of the operations, in the order of their start.
    pub(crate) fn names(&self) -> Vec<&str> {
        let operations = self.result.operations().iter();
        operations
            .filter_map(|operation| operation.name())
            .collect()
    }

    /// Returns how often the model was called.
    pub(crate) fn calls(&self) -> usize {
        self.requests.operations().len()
    }
}

pub(crate) fn look_up(topic: &str) -> Answer {
    calls(&[("look_up", json!({"topic": topic}))])
}

pub(crate) fn answer() -> Answer {
    calls(&[("answer", json!({"capital": "Paris"}))])
}

thread_local! {
    /// A test has a thread of its own, and so its time.
    static CLOCK: Cell<u64> = const { Cell::new(0) };
}

fn tick() -> u64 {
    CLOCK.replace(CLOCK.get() + 1_000)
}

/// Has the model work within these limits; every look at the clock takes a second.
pub(crate) async fn run_with(
    runner: LocalRunner,
    limits: Limits,
    replies: impl IntoIterator<Item = Answer>,
) -> Worked {
    let (config, requests) = config(replies).await;
    let model = Bedrock::new(&config, MODEL.to_owned());
    let agent = Agent::new(model, limits).with_clock(tick);
    let (agent, task) = (Arc::new(agent), Arc::new(Geography::default()));
    let worked = Arc::clone(&task);
    let handler = move |(), context| {
        let (agent, task) = (Arc::clone(&agent), Arc::clone(&task));
        async move { Ok(work(&context, &agent, &task).await?) }
    };
    let result = runner.run(handler, ()).await;
    Worked {
        result,
        requests,
        lookups: worked.lookups.load(Ordering::Relaxed),
    }
}

pub(crate) async fn run(replies: impl IntoIterator<Item = Answer>) -> Worked {
    run_with(LocalRunner::new(), LIMITS, replies).await
}
