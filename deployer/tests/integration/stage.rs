//! The repository's application, deployed to a local target of its own.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_lambda::config::{Credentials, Region};
use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

const PATIENCE: Duration = Duration::from_mins(2);

/// A stage that is up.
pub(crate) struct Stage {
    sandbox: Sandbox,
    runtime: tokio::runtime::Runtime,
    configuration: SdkConfig,
    outputs: HashMap<String, Value>,
    tables: Vec<String>,
}

/// An execution as the service shows it.
pub(crate) struct Execution {
    pub(crate) arn: String,
    pub(crate) status: String,
    /// As JSON, where it has succeeded.
    pub(crate) result: Value,
    pub(crate) error_message: Option<String>,
}

impl Stage {
    pub(crate) fn up() -> Self {
        Self::of(Sandbox::of_repository(), &[])
    }

    /// Deploys some workflows of a project.
    pub(crate) fn of(sandbox: Sandbox, workflows: &[&str]) -> Self {
        let arguments = [&["up", "--format", "json"], workflows].concat();
        let up = sandbox.deployer(&arguments).output().unwrap();
        let said = String::from_utf8_lossy(&up.stderr);
        assert!(up.status.success(), "{said}");
        let result = last_line(&up.stdout);
        let stacks = result["stacks"].as_array().unwrap().iter();
        let outputs = stacks
            .map(|stack| {
                let workflow = stack["workflow"].as_str().unwrap().to_owned();
                (workflow, stack["outputs"].clone())
            })
            .collect();
        let local = sandbox.deployer(&["local", "status", "--format", "json"]);
        let status = last_line(&{ local }.output().unwrap().stdout);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let configuration = runtime.block_on(
            aws_config::defaults(BehaviorVersion::v2026_01_12())
                .endpoint_url(status["endpoint"].as_str().unwrap())
                .region(Region::new("us-east-1"))
                .credentials_provider(Credentials::new("000000000000", "any", None, None, "test"))
                .load(),
        );
        let dynamodb = aws_sdk_dynamodb::Client::new(&configuration);
        let tables = runtime.block_on(dynamodb.list_tables().send()).unwrap();
        Self {
            sandbox,
            runtime,
            configuration,
            outputs,
            tables: tables.table_names().to_vec(),
        }
    }

    /// Returns the project and its home.
    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Returns where the local target answers, such as `127.0.0.1:4566`.
    pub(crate) fn authority(&self) -> &str {
        let endpoint = self.configuration.endpoint_url().unwrap();
        endpoint.strip_prefix("http://").unwrap()
    }

    /// Runs the program; returns its exit code and all that it said.
    pub(crate) fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.sandbox.deployer(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let said = text(&output.stdout) + &text(&output.stderr);
        (output.status.code().unwrap(), said)
    }

    /// Runs the program, which must succeed, and returns what it answered.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let output = self.sandbox.deployer(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let said = text(&output.stderr);
        assert!(
            output.status.success(),
            "{arguments:?}: {}{said}",
            text(&output.stdout)
        );
        text(&output.stdout)
    }

    /// Runs the program and returns its lines as JSON.
    pub(crate) fn lines(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.sandbox.deployer(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let stdout = String::from_utf8_lossy(&output.stdout);
        let lines = stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    }

    pub(crate) fn wait_for_callbacks(&self, execution: &str, count: usize) {
        let list = ["callbacks", "list", "--format", "json"];
        eventually(&format!("{execution} waits"), || {
            let open = self.lines(&list);
            let of = open.iter().filter(|open| open["execution"] == execution);
            (of.count() == count).then_some(())
        });
    }

    /// Sends messages into the queue of a workflow.
    pub(crate) fn send(&self, workflow: &str, messages: &[String]) {
        let sqs = aws_sdk_sqs::Client::new(&self.configuration);
        let url = self.outputs[workflow]["IntakeQueueUrl"].as_str().unwrap();
        for batch in messages.chunks(10) {
            let entries = batch.iter().enumerate().map(|(index, message)| {
                SendMessageBatchRequestEntry::builder()
                    .id(index.to_string())
                    .message_body(message)
                    .build()
                    .unwrap()
            });
            let sent = sqs.send_message_batch().queue_url(url);
            let sent = sent.set_entries(Some(entries.collect())).send();
            let sent = self.runtime.block_on(sent).unwrap();
            assert_eq!(sent.failed().len(), 0, "{sent:?}");
        }
    }

    /// Puts an input into the queue of failed executions, as Lambda keeps it.
    pub(crate) fn keep_input(&self, workflow: &str, message: &str) {
        let sqs = aws_sdk_sqs::Client::new(&self.configuration);
        let url = self.outputs[workflow]["OrchestratorFailureQueueUrl"].as_str();
        let request = MessageAttributeValue::builder().data_type("String");
        let request = request.string_value("3e3f").build().unwrap();
        let send = sqs
            .send_message()
            .queue_url(url.unwrap())
            .message_body(message)
            .message_attributes("RequestID", request);
        self.runtime.block_on(send.send()).unwrap();
    }

    /// Lets the local target start so many executions a second.
    pub(crate) fn limit_starts(&self, per_second: Option<u32>) {
        let address = self.authority();
        let body = json!({ "per_second": per_second }).to_string();
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!(
            "POST /_local/start-limit HTTP/1.0\r\nhost: {address}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
    }

    /// Returns an execution by its name.
    pub(crate) fn execution(&self, workflow: &str, name: &str) -> Execution {
        self.look(workflow, name).unwrap()
    }

    /// Returns an execution once it has ended.
    pub(crate) fn ended(&self, workflow: &str, name: &str) -> Execution {
        eventually(&format!("{name} ends"), || {
            let found = self.look(workflow, name)?;
            (found.status != "RUNNING").then_some(found)
        })
    }

    /// Runs the execution of an order once more, and returns the rerun once it has ended.
    pub(crate) fn rerun_of(&self, workflow: &str, order: &Value) -> Execution {
        let name = format!("dev-order-{}", order["order_id"].as_str().unwrap());
        let (code, said) = self.run(&["executions", "rerun", &name]);
        assert_eq!(code, 0, "{said}");
        self.ended(workflow, &format!("{name}-r2"))
    }

    fn look(&self, workflow: &str, name: &str) -> Option<Execution> {
        let lambda = aws_sdk_lambda::Client::new(&self.configuration);
        let function = self.outputs[workflow]["OrchestratorFunctionName"].as_str();
        self.runtime.block_on(async {
            let listed = lambda
                .list_durable_executions_by_function()
                .function_name(function.unwrap())
                .durable_execution_name(name)
                .send()
                .await
                .unwrap();
            let arn = listed.durable_executions().first()?.durable_execution_arn();
            let read = lambda.get_durable_execution().durable_execution_arn(arn);
            let read = read.send().await.unwrap();
            let error = read.error();
            Some(Execution {
                arn: arn.to_owned(),
                status: read.status().as_str().to_owned(),
                result: read
                    .result()
                    .and_then(|result| serde_json::from_str(result).ok())
                    .unwrap_or_default(),
                error_message: error
                    .and_then(|error| error.error_message())
                    .map(str::to_owned),
            })
        })
    }

    fn table(&self, part: &str) -> &str {
        let mut found = self.tables.iter().filter(|table| table.contains(part));
        found.next().unwrap()
    }

    fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.configuration)
    }

    /// Returns an item; null where there is none.
    pub(crate) fn item(&self, table: &str, key: &str, id: &str) -> Value {
        let get = self.dynamodb().get_item().table_name(self.table(table));
        let get = get.key(key, AttributeValue::S(id.to_owned()));
        let read = self
            .runtime
            .block_on(get.consistent_read(true).send())
            .unwrap();
        read.item.map_or(Value::Null, |item| from_attributes(&item))
    }

    /// Puts an item of texts and numbers.
    pub(crate) fn put(&self, table: &str, item: &Value) {
        let attributes = item.as_object().unwrap().iter().map(|(name, value)| {
            let attribute = match value.as_str() {
                Some(text) => AttributeValue::S(text.to_owned()),
                None => AttributeValue::N(value.to_string()),
            };
            (name.clone(), attribute)
        });
        let put = self.dynamodb().put_item().table_name(self.table(table));
        let put = put.set_item(Some(attributes.collect()));
        self.runtime.block_on(put.send()).unwrap();
    }

    /// Sets a text of an item.
    pub(crate) fn set(&self, table: &str, key: (&str, &str), set: (&str, &str)) {
        let update = self.dynamodb().update_item().table_name(self.table(table));
        let update = update
            .key(key.0, AttributeValue::S(key.1.to_owned()))
            .update_expression("SET #name = :value")
            .expression_attribute_names("#name", set.0)
            .expression_attribute_values(":value", AttributeValue::S(set.1.to_owned()));
        self.runtime.block_on(update.send()).unwrap();
    }
}

fn last_line(stdout: &[u8]) -> Value {
    let text = String::from_utf8_lossy(stdout);
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

fn from_attributes(item: &HashMap<String, AttributeValue>) -> Value {
    let fields = item
        .iter()
        .map(|(name, value)| (name.clone(), from_attribute(value)));
    Value::Object(fields.collect())
}

fn from_attribute(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!(text),
        AttributeValue::N(number) => serde_json::from_str(number).unwrap(),
        AttributeValue::Bool(value) => json!(value),
        AttributeValue::M(fields) => from_attributes(fields),
        AttributeValue::L(items) => items.iter().map(from_attribute).collect(),
        _ => Value::Null,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks, with a deadline"
)]
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "{what} within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(200));
    }
}
