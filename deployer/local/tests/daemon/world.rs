//! A project in a temporary folder with its local target, and AWS clients for it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Debug;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aws_sdk_cloudformation::types::{Parameter, StackStatus};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{EventType, Execution, ExecutionStatus, InvocationType};
use durable_local::{LocalError, LocalSettings, Status};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Tells the test binary, run as the daemon, which project it is for.
pub const PROJECT: &str = "DURABLE_LOCAL_TEST_PROJECT";
pub const PORT: &str = "DURABLE_LOCAL_TEST_PORT";
pub const STACK: &str = "stack";
const BUCKET: &str = "artifacts";
const PATIENCE: Duration = Duration::from_mins(1);

/// Makes a client of one service for an endpoint.
macro_rules! client {
    ($service:ident, $endpoint:expr) => {
        $service::Client::from_conf(
            $service::Config::builder()
                .behavior_version($service::config::BehaviorVersion::latest())
                .region($service::config::Region::new("us-east-1"))
                .credentials_provider($service::config::Credentials::new(
                    "test", "test", None, None, "test",
                ))
                .endpoint_url($endpoint)
                .build(),
        )
    };
}

/// A project. Its local target is killed when the test forgets to stop it.
pub struct World {
    pub settings: LocalSettings,
    _folder: TempDir,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // All projects of the tests share one installation of MiniStack.
        let shared = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ministack");
        std::fs::create_dir_all(&shared).unwrap();
        let own = folder.path().join(".deployer");
        std::fs::create_dir_all(&own).unwrap();
        std::os::unix::fs::symlink(shared, own.join("ministack")).unwrap();
        let settings = settings(folder.path(), 0);
        Self {
            settings,
            _folder: folder,
        }
    }

    pub async fn start(&self) -> Result<Status, LocalError> {
        let (program, args) = daemon(&self.settings);
        durable_local::start(&self.settings, &program, &args, &|_| {}).await
    }

    pub async fn running(&self) -> Aws {
        let status = self.start().await.unwrap();
        Aws::at(&status.endpoint.unwrap())
    }

    pub async fn stop(&self) {
        assert!(durable_local::stop(&self.settings).await.unwrap());
    }

    /// Returns the processes that run MiniStack: one, but for the moment in which it saves.
    pub fn ministacks(&self) -> Vec<u32> {
        let launcher = self.settings.state_folder().canonicalize().unwrap();
        let launcher = launcher.join("launcher");
        let listing = std::process::Command::new("ps")
            .args(["-A", "-o", "pid=,args="])
            .output();
        String::from_utf8_lossy(&listing.unwrap().stdout)
            .lines()
            .filter(|line| line.ends_with(launcher.to_str().unwrap()))
            .map(|line| line.split_whitespace().next().unwrap().parse().unwrap())
            .collect()
    }

    /// Returns the command lines of the processes that run inside this project's state.
    pub fn processes(&self) -> Vec<String> {
        let state = self.settings.state_folder().canonicalize().unwrap();
        let listing = std::process::Command::new("ps")
            .args(["-A", "-o", "args="])
            .output();
        String::from_utf8_lossy(&listing.unwrap().stdout)
            .lines()
            .filter(|line| line.contains(state.to_str().unwrap()))
            .map(str::to_owned)
            .collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let file = self.settings.state_folder().join("daemon.json");
        let Ok(text) = std::fs::read_to_string(file) else {
            return;
        };
        let pid = serde_json::from_str::<serde_json::Value>(&text).unwrap()["pid"].to_string();
        let _ = std::process::Command::new("kill")
            .args(["-TERM", &pid])
            .status();
    }
}

pub fn settings(project: &Path, port: u16) -> LocalSettings {
    LocalSettings {
        project: project.to_owned(),
        port,
        region: "us-east-1".to_owned(),
        account: "000000000000".to_owned(),
        enforce_iam: false,
    }
}

/// Returns the command that runs this binary's own `the_daemon` as the daemon of a project.
fn daemon(settings: &LocalSettings) -> (PathBuf, Vec<OsString>) {
    let mut project = OsString::from(format!("{PROJECT}="));
    project.push(&settings.project);
    let port = OsString::from(format!("{PORT}={}", settings.port));
    let binary = std::env::current_exe().unwrap();
    let words = ["--exact", "the_daemon", "--ignored", "--nocapture"].map(OsString::from);
    let args = [project, port, binary.into_os_string()]
        .into_iter()
        .chain(words);
    (PathBuf::from("/usr/bin/env"), args.collect())
}

/// Waits until a condition yields something.
#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks, with a deadline"
)]
pub async fn eventually<T, F>(what: &str, mut condition: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = condition().await {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// An ordinary client of AWS.
pub struct Aws {
    pub endpoint: String,
    pub cloudformation: aws_sdk_cloudformation::Client,
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub lambda: aws_sdk_lambda::Client,
    pub s3: aws_sdk_s3::Client,
    pub sqs: aws_sdk_sqs::Client,
}

/// The outputs of the stack.
pub type Outputs = BTreeMap<String, String>;

impl Aws {
    pub fn at(endpoint: &str) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            cloudformation: client!(aws_sdk_cloudformation, endpoint),
            dynamodb: client!(aws_sdk_dynamodb, endpoint),
            lambda: client!(aws_sdk_lambda, endpoint),
            s3: client!(aws_sdk_s3, endpoint),
            sqs: client!(aws_sdk_sqs, endpoint),
        }
    }

    pub async fn deploy(&self) -> Outputs {
        self.s3.create_bucket().bucket(BUCKET).send().await.unwrap();
        self.put("code.zip", code()).await;
        let parameter = Parameter::builder()
            .parameter_key("Bucket")
            .parameter_value(BUCKET)
            .build();
        let create = self.cloudformation.create_stack().stack_name(STACK);
        let create = create
            .template_body(include_str!("template.json"))
            .parameters(parameter);
        create.send().await.unwrap();
        eventually("stack", || async {
            (self.stack_status().await == StackStatus::CreateComplete).then_some(())
        })
        .await;
        self.outputs().await
    }

    /// Makes a stack of a function whose one variable has so many letters; returns how that ends.
    pub async fn create_function_with(&self, stack: &str, letters: usize) -> StackStatus {
        let properties = serde_json::json!({
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
            "Role": "arn:aws:iam::000000000000:role/test",
            "Code": { "S3Bucket": BUCKET, "S3Key": "code.zip" },
            "Environment": { "Variables": { "NAME": "x".repeat(letters) } },
        });
        let function = serde_json::json!({
            "Type": "AWS::Lambda::Function", "Properties": properties,
        });
        let template = serde_json::json!({ "Resources": { "Function": function } });
        let create = self.cloudformation.create_stack().stack_name(stack);
        let create = create.template_body(template.to_string());
        create.send().await.unwrap();
        eventually("end of the creation", || async {
            let stacks = self.cloudformation.describe_stacks().stack_name(stack);
            let stacks = stacks.send().await.unwrap();
            let status = stacks.stacks()[0].stack_status().unwrap().clone();
            (!status.as_str().ends_with("_IN_PROGRESS")).then_some(status)
        })
        .await
    }

    pub async fn outputs(&self) -> Outputs {
        let stacks = self.cloudformation.describe_stacks().stack_name(STACK);
        let stacks = stacks.send().await.unwrap();
        let pairs = stacks.stacks()[0].outputs().iter().map(|output| {
            let text = |value: Option<&str>| value.unwrap().to_owned();
            (text(output.output_key()), text(output.output_value()))
        });
        pairs.collect()
    }

    pub async fn put(&self, key: &str, body: Vec<u8>) {
        let put = self
            .s3
            .put_object()
            .bucket(BUCKET)
            .key(key)
            .body(body.into());
        put.send().await.unwrap();
    }

    pub async fn get(&self, key: &str) -> Vec<u8> {
        let object = self
            .s3
            .get_object()
            .bucket(BUCKET)
            .key(key)
            .send()
            .await
            .unwrap();
        object.body.collect().await.unwrap().to_vec()
    }

    pub async fn send(&self, queue: &str, body: &str) {
        let send = self.sqs.send_message().queue_url(queue).message_body(body);
        send.send().await.unwrap();
    }

    /// Waits for a message and takes it off its queue.
    pub async fn receive(&self, queue: &str) -> String {
        eventually("message", || async {
            let receive = self
                .sqs
                .receive_message()
                .queue_url(queue)
                .wait_time_seconds(1);
            let message = receive
                .send()
                .await
                .unwrap()
                .messages
                .unwrap_or_default()
                .pop()?;
            let delete = self.sqs.delete_message().queue_url(queue);
            let delete = delete.receipt_handle(message.receipt_handle.unwrap());
            delete.send().await.unwrap();
            message.body
        })
        .await
    }

    /// Starts an execution asynchronously and returns its ARN.
    pub async fn start_execution(&self, function: &str, name: &str, order: &str) -> String {
        let invoke = self.lambda.invoke().function_name(function);
        let invoke = invoke
            .invocation_type(InvocationType::Event)
            .durable_execution_name(name);
        let answer = invoke.payload(Blob::new(order)).send().await.unwrap();
        answer.durable_execution_arn.unwrap()
    }

    /// Waits until the execution of that name is in that status.
    pub async fn execution(
        &self,
        function: &str,
        name: &str,
        status: ExecutionStatus,
    ) -> Execution {
        eventually(&format!("execution {name} {status}"), || async {
            let list = self.lambda.list_durable_executions_by_function();
            let list = list.function_name(function).durable_execution_name(name);
            let found = list
                .send()
                .await
                .unwrap()
                .durable_executions
                .unwrap_or_default()
                .pop()?;
            (found.status == status).then_some(found)
        })
        .await
    }

    /// Waits until the execution has opened a callback and returns its id.
    pub async fn callback_of(&self, arn: &str) -> String {
        eventually("callback", || async {
            let history = self
                .lambda
                .get_durable_execution_history()
                .durable_execution_arn(arn);
            let events = history.send().await.unwrap().events;
            let started = EventType::CallbackStarted;
            let event = events
                .into_iter()
                .find(|event| event.event_type() == Some(&started))?;
            Some(event.callback_started_details?.callback_id)
        })
        .await
    }

    pub async fn result(&self, arn: &str) -> serde_json::Value {
        let execution = self
            .lambda
            .get_durable_execution()
            .durable_execution_arn(arn);
        let result = execution.send().await.unwrap().result.unwrap();
        serde_json::from_str(&result).unwrap()
    }

    async fn stack_status(&self) -> StackStatus {
        let stacks = self.cloudformation.describe_stacks().stack_name(STACK);
        let stacks = stacks.send().await.unwrap();
        stacks.stacks()[0].stack_status().unwrap().clone()
    }
}

/// Asserts that an error says something somewhere.
pub fn assert_says(error: &impl Debug, text: &str) {
    let said = format!("{error:?}");
    assert!(said.contains(text), "`{text}` is not in {said}");
}

/// Kills a process the hard way.
pub fn kill(pid: u32) {
    let status = std::process::Command::new("kill")
        .args(["-9", &pid.to_string()])
        .status();
    assert!(status.unwrap().success());
}

/// Posts a request that no AWS client knows.
pub async fn post(address: &str, path: &str, body: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn code() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().unix_permissions(0o755);
    zip.start_file("bootstrap", options).unwrap();
    zip.write_all(include_bytes!("bootstrap.py")).unwrap();
    zip.finish().unwrap().into_inner()
}
