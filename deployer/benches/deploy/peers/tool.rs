//! A tool of somebody else's.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};

use super::super::memory;
use super::super::project::{Project, piped, succeed};
use super::stack::Stack;

const REGION: &str = "us-east-1";
const ACCOUNT: &str = "000000000000";

/// Writes what the tool deploys into the folder, under a stack name, and returns its arguments.
type Prepare = fn(stack: &Stack, name: &str, bucket: &str, folder: &Path) -> Vec<OsString>;

/// A tool of somebody else's.
pub(super) struct Tool {
    /// The name of the program, and how the names of its stacks begin.
    pub(super) name: &'static str,
    pub(super) version: String,
    program: OsString,
    prepare: Prepare,
    /// Where it works, and what it takes for its user's home.
    folder: PathBuf,
}

impl Tool {
    /// Returns the tool, if `variable` or the `PATH` names one that runs; else says so.
    #[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
    pub(super) fn find(
        name: &'static str,
        variable: &str,
        prepare: Prepare,
        folder: &Path,
    ) -> Option<Self> {
        let program = std::env::var_os(variable).unwrap_or_else(|| name.into());
        let folder = folder.join(name);
        fs_err::create_dir_all(&folder).unwrap();
        let mut tool = Self {
            name,
            version: String::new(),
            program,
            prepare,
            folder,
        };
        let output = tool.command(&["--version".into()]).output().ok();
        let words = output.filter(|output| output.status.success());
        let words = words.and_then(|output| String::from_utf8(output.stdout).ok());
        let version = words.as_deref().and_then(version);
        let Some(version) = version else {
            println!(
                "\n{name} is skipped: it is not installed, and {variable} names none that runs"
            );
            return None;
        };
        version.clone_into(&mut tool.version);
        Some(tool)
    }

    fn command(&self, arguments: &[OsString]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("HOME", &self.folder)
            .env("AWS_CONFIG_FILE", self.folder.join("no-config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", self.folder.join("none"))
            .env_remove("AWS_PROFILE")
            .env("AWS_ACCESS_KEY_ID", ACCOUNT)
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .env("AWS_REGION", REGION)
            .env("AWS_DEFAULT_REGION", REGION)
            .env("SAM_CLI_TELEMETRY", "0")
            .env("CDK_DISABLE_CLI_TELEMETRY", "true");
        piped(&mut command);
        command
    }

    fn deploy(&self, project: &Project, stack: &Stack, name: &str) -> Command {
        let folder = self.folder.join(name);
        fs_err::create_dir_all(&folder).unwrap();
        let arguments = (self.prepare)(stack, name, &self.bucket(), &folder);
        let mut command = self.command(&arguments);
        command.env("AWS_ENDPOINT_URL", project.endpoint());
        command
    }

    /// Deploys the stack under a name, and returns how many seconds that took.
    pub(super) fn timed(&self, project: &Project, stack: &Stack, name: &str) -> f64 {
        let mut command = self.deploy(project, stack, name);
        let start = Instant::now();
        let output = command.output().unwrap();
        let seconds = start.elapsed().as_secs_f64();
        succeed(output, &[self.name, name]);
        seconds
    }

    /// Deploys the stack under a name, and returns the most kilobytes that took.
    pub(super) fn peak_memory(&self, project: &Project, stack: &Stack, name: &str) -> Option<u64> {
        let child = self.deploy(project, stack, name).spawn().unwrap();
        let (output, most) = memory::watch(child);
        succeed(output, &[self.name, name]);
        most
    }

    fn bucket(&self) -> String {
        format!("measured-{}", self.name)
    }

    /// Makes the bucket that the tool sends its files to, as its users have done once.
    pub(super) fn make_bucket(&self, endpoint: &str) {
        let credentials = Credentials::new(ACCOUNT, "local", None, None, "local target");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(REGION))
            .credentials_provider(credentials)
            .endpoint_url(endpoint)
            .force_path_style(true)
            .build();
        let client = aws_sdk_s3::Client::from_conf(config);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let call = client.create_bucket().bucket(self.bucket());
        runtime.block_on(call.send()).unwrap();
    }
}

/// Returns the first word that is a version.
fn version(words: &str) -> Option<&str> {
    words
        .split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
}
