//! A durable execution service in memory.
//!
//! The SDK's own runner does not run chained invokes, so this one drives the same production entry
//! point, `wrap`, through the real Lambda client: it keeps what is checkpointed, runs invokes and
//! lets waits and retry delays be over at once, until the execution ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use aws_durable_execution_sdk::{LambdaClient, Options, wrap};
use axum::Router;
use axum::http::{StatusCode, Uri};
use lambda_runtime::{Context, LambdaEvent};
use order_processing::handle;
use scripted_aws::{sdk_config, serve};
use serde_json::{Map, Value, json};

use crate::world::World;

const MOST_INVOCATIONS: usize = 300;

/// What is known of an execution.
#[derive(Default)]
struct State {
    operations: Vec<Map<String, Value>>,
    inputs: BTreeMap<String, (String, String)>,
    checkpoints: usize,
}

/// An execution that has ended, or that stopped making progress.
pub(crate) struct Ended {
    /// Its result, or its error type and message.
    pub(crate) result: Result<Value, (String, String)>,
    /// The last answer of the handler, byte by byte, and that of one more replay.
    pub(crate) answers: [String; 2],
    /// The operations in the order of their start.
    pub(crate) operations: Vec<Value>,
    /// How often the handler was invoked.
    pub(crate) invocations: usize,
    /// How many checkpoints were asked for.
    pub(crate) checkpoints: usize,
}

/// Which checkpoints are lost, counted from 0.
#[derive(Default, Clone)]
pub(crate) struct Losses {
    /// These are not stored, and the handler is told so.
    pub(crate) requests: BTreeSet<usize>,
    /// These are stored, but the handler is told that they are not.
    pub(crate) answers: BTreeSet<usize>,
}

impl Ended {
    /// Returns the names of the operations of a kind that succeeded, in order.
    pub(crate) fn succeeded(&self) -> Vec<&str> {
        self.with_status("SUCCEEDED")
            .filter(|operation| operation["Type"] != "WAIT")
            .map(|operation| operation["Name"].as_str().unwrap())
            .collect()
    }

    /// Returns how many operations with this name have this status.
    pub(crate) fn count(&self, name: &str, status: &str) -> usize {
        self.with_status(status)
            .filter(|operation| operation["Name"] == name)
            .count()
    }

    /// Returns the type of the error.
    pub(crate) fn error_type(&self) -> &str {
        let (error_type, _) = self.result.as_ref().unwrap_err();
        error_type
    }

    /// Returns the text of the error.
    pub(crate) fn error_message(&self) -> &str {
        let (_, message) = self.result.as_ref().unwrap_err();
        message
    }

    fn with_status(&self, status: &str) -> impl Iterator<Item = &Value> {
        self.operations
            .iter()
            .filter(move |operation| operation["Status"] == status)
    }
}

impl World {
    /// Runs the order, in an execution named after it.
    pub(crate) async fn run(&self, message: &Value) -> Ended {
        let name = message["order_id"].as_str().unwrap_or("unnamed");
        run(self, name, message, Losses::default()).await
    }
}

/// Runs the execution `name` of the workflow to its end.
pub(crate) async fn run(world: &World, name: &str, message: &Value, losses: Losses) -> Ended {
    let state = Arc::new(Mutex::new(State::default()));
    let endpoint = serve_checkpoints(Arc::clone(&state), losses).await;
    let services = world.services();
    let options = Options::builder()
        .lambda_client(LambdaClient::new(&sdk_config(&endpoint)))
        .build()
        .unwrap();
    let service = wrap(
        move |message, context| handle(message, context, Arc::clone(&services)),
        options,
    );
    let mut invocations = 0;
    let mut answers = [String::new(), String::new()];
    while invocations < MOST_INVOCATIONS {
        invocations += 1;
        let event = serde_json::from_value(envelope(&state, name, message)).unwrap();
        // An invocation that fails is repeated, as the real service does.
        let Ok(answer) = service(LambdaEvent::new(event, Context::default())).await else {
            continue;
        };
        let answer = serde_json::to_value(&answer).unwrap();
        if answer["Status"] == "PENDING" {
            advance(&state, world).await;
            continue;
        }
        let text = answer.to_string();
        if answers[0].is_empty() {
            answers[0] = text;
            continue;
        }
        answers[1] = text;
        return ended(&state, &answer, answers, invocations - 1);
    }
    panic!("the execution does not end");
}

fn ended(state: &Mutex<State>, answer: &Value, answers: [String; 2], invocations: usize) -> Ended {
    let text = |pointer: &str| {
        let value = answer.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    let result = if answer["Status"] == "SUCCEEDED" {
        Ok(serde_json::from_str(&text("/Result")).unwrap())
    } else {
        Err((text("/Error/ErrorType"), text("/Error/ErrorMessage")))
    };
    let state = lock(state);
    Ended {
        result,
        answers,
        operations: state
            .operations
            .iter()
            .cloned()
            .map(Value::Object)
            .collect(),
        invocations,
        checkpoints: state.checkpoints,
    }
}

fn envelope(state: &Mutex<State>, name: &str, message: &Value) -> Value {
    let mut operations = vec![json!({
        "Id": "execution",
        "Type": "EXECUTION",
        "Status": "STARTED",
        "ExecutionDetails": {"InputPayload": message.to_string()},
    })];
    let state = lock(state);
    operations.extend(state.operations.iter().cloned().map(Value::Object));
    let function = "arn:aws:lambda:eu-west-1:000000000000:function:order-processing:1";
    json!({
        "DurableExecutionArn": format!("{function}/durable-execution/{name}/1"),
        "CheckpointToken": "token",
        "InitialExecutionState": {"Operations": operations},
    })
}

/// Does what the execution waits for.
async fn advance(state: &Mutex<State>, world: &World) {
    let mut invokes = Vec::new();
    for operation in &mut lock(state).operations {
        match (operation["Type"].as_str(), operation["Status"].as_str()) {
            (Some("WAIT"), Some("STARTED")) => {
                operation.insert("Status".to_owned(), json!("SUCCEEDED"));
            }
            (Some("STEP"), Some("PENDING")) => {
                operation.insert("Status".to_owned(), json!("READY"));
            }
            (Some("CHAINED_INVOKE"), Some("STARTED")) => {
                invokes.push(operation["Id"].as_str().unwrap().to_owned());
            }
            _ => {}
        }
    }
    for id in invokes {
        let (function, input) = lock(state).inputs.get(&id).unwrap().clone();
        let answer = world.invoke(&function, &input).await;
        let (status, details) = match answer {
            Ok(text) => ("SUCCEEDED", json!({"Result": text})),
            Err((error_type, message)) => (
                "FAILED",
                json!({"Error": {"ErrorType": error_type, "ErrorMessage": message}}),
            ),
        };
        let mut state = lock(state);
        let operation = find(&mut state.operations, &id).unwrap();
        operation.insert("Status".to_owned(), json!(status));
        operation.insert("ChainedInvokeDetails".to_owned(), details);
    }
}

async fn serve_checkpoints(state: Arc<Mutex<State>>, losses: Losses) -> String {
    let router = Router::new().fallback(async move |uri: Uri, body: String| {
        assert!(uri.path().ends_with("/checkpoint"), "{uri}");
        let body: Value = serde_json::from_str(&body).unwrap();
        checkpoint(&state, &losses, &body)
    });
    serve(router).await
}

fn checkpoint(state: &Mutex<State>, losses: &Losses, body: &Value) -> (StatusCode, String) {
    let mut state = lock(state);
    let number = state.checkpoints;
    state.checkpoints += 1;
    let lost = (StatusCode::INTERNAL_SERVER_ERROR, "{}".to_owned());
    if losses.requests.contains(&number) {
        return lost;
    }
    let updates = body["Updates"].as_array().cloned().unwrap_or_default();
    let changed: Vec<Value> = updates
        .iter()
        .map(|update| Value::Object(apply(&mut state, update)))
        .collect();
    if losses.answers.contains(&number) {
        return lost;
    }
    let answer = json!({
        "CheckpointToken": "token",
        "NewExecutionState": {"Operations": changed},
    });
    (StatusCode::OK, answer.to_string())
}

fn apply(state: &mut State, update: &Value) -> Map<String, Value> {
    let id = update["Id"].as_str().unwrap();
    if find(&mut state.operations, id).is_none() {
        let mut operation = Map::new();
        for field in ["Id", "ParentId", "Name", "Type", "SubType"] {
            if let Some(value) = update.get(field) {
                operation.insert(field.to_owned(), value.clone());
            }
        }
        operation.insert("StartTimestamp".to_owned(), json!(0));
        state.operations.push(operation);
    }
    if let Some(function) = update.pointer("/ChainedInvokeOptions/FunctionName") {
        let input = update["Payload"].as_str().unwrap().to_owned();
        let function = function.as_str().unwrap().to_owned();
        state.inputs.insert(id.to_owned(), (function, input));
    }
    let operation = find(&mut state.operations, id).unwrap();
    let attempt = operation
        .get("StepDetails")
        .and_then(|details| details["Attempt"].as_u64())
        .unwrap_or_default();
    let (status, attempt) = match update["Action"].as_str().unwrap() {
        "START" => ("STARTED", attempt),
        "SUCCEED" => ("SUCCEEDED", attempt),
        "FAIL" => ("FAILED", attempt),
        "RETRY" => ("PENDING", attempt + 1),
        other => panic!("unexpected action {other}"),
    };
    operation.insert("Status".to_owned(), json!(status));
    if update["Type"] == "STEP" {
        let mut details = json!({"Attempt": attempt});
        for (field, source) in [("Result", "Payload"), ("Error", "Error")] {
            if let Some(value) = update.get(source) {
                details[field] = value.clone();
            }
        }
        operation.insert("StepDetails".to_owned(), details);
    }
    operation.clone()
}

fn find<'a>(
    operations: &'a mut [Map<String, Value>],
    id: &str,
) -> Option<&'a mut Map<String, Value>> {
    operations
        .iter_mut()
        .find(|operation| operation["Id"] == id)
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap()
}
