//! How long a function needs from its start until it asks for work.

use std::io::Read as _;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::project::target;

const ALIAS: &str = "arn:aws:lambda:us-east-1:000000000000:function:measured:live";

/// Starts the function as Lambda does and waits until it asks for work.
pub(crate) fn to_first_poll(function: &str) -> f64 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let start = Instant::now();
    let mut child = Command::new(target().join("debug").join(function))
        .env(
            "AWS_LAMBDA_RUNTIME_API",
            listener.local_addr().unwrap().to_string(),
        )
        .envs([
            ("AWS_LAMBDA_FUNCTION_NAME", function),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ])
        .envs([
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/measured"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "measured"),
            ("AWS_REGION", "us-east-1"),
        ])
        .envs([
            ("AWS_ACCESS_KEY_ID", "measured"),
            ("AWS_SECRET_ACCESS_KEY", "measured"),
            ("TRANSACTIONS_TABLE", "measured"),
        ])
        .envs([
            ("LONGEST_WAIT_SECONDS", "60"),
            ("EXECUTION_NAME", "m-{id}"),
            ("IDEMPOTENCY_TABLE", "measured"),
        ])
        .envs([
            ("IDEMPOTENCY_WINDOW_SECONDS", "60"),
            ("QUEUE_URL", "http://127.0.0.1:1/0/q"),
            ("MAX_RECEIVE_COUNT", "5"),
        ])
        .envs(
            [
                "ORCHESTRATOR",
                "AUTHORIZE_PAYMENT_FUNCTION",
                "ALLOCATE_INVENTORY_FUNCTION",
                "FULFILL_ORDER_FUNCTION",
            ]
            .map(|name| (name, ALIAS)),
        )
        .envs([("ORDERS_TABLE", "measured"), ("CATALOG_TABLE", "measured")])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (mut poll, _) = listener.accept().unwrap();
    let mut head = [0_u8; 16];
    poll.read_exact(&mut head).unwrap();
    let seconds = start.elapsed().as_secs_f64();
    child.kill().unwrap();
    child.wait().unwrap();
    seconds
}
