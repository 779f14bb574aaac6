//! Functions in this process, behind the seam of the service.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use durable_local::gateway::{
    DurableFunction, FunctionGateway, FunctionVersion, GatewayError, InvokeOutcome, Qualification,
    StatusChange,
};
use tokio::sync::Notify;

type Answer = Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send>>;

/// Lets a handler end its own process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Crash(Arc<Notify>);

impl Crash {
    /// Ends the process; does not return.
    pub(crate) async fn now<T>(&self) -> T {
        self.0.notify_waiters();
        std::future::pending().await
    }
}

/// A function with its configuration.
#[derive(Clone)]
struct Function {
    run: Arc<dyn Fn(Vec<u8>) -> Answer + Send + Sync>,
    crash: Crash,
    durable: bool,
    execution_timeout_seconds: u64,
}

/// Functions by name, and what the service told of them.
#[derive(Default)]
pub(crate) struct TestGateway {
    functions: Mutex<BTreeMap<String, Function>>,
    pub(crate) changes: Mutex<Vec<StatusChange>>,
    /// Whether publishing fails.
    pub(crate) refuse_changes: AtomicBool,
    /// Whether publishing takes for ever.
    pub(crate) hold_changes: AtomicBool,
    pub(crate) killed: AtomicUsize,
    /// Invocations of one function that ran at the same time, at most, by payload's execution.
    running: Mutex<BTreeMap<String, usize>>,
    pub(crate) overlaps: AtomicUsize,
}

impl TestGateway {
    /// Adds a durable function.
    pub(crate) fn insert<F>(&self, name: &str, run: F) -> Crash
    where
        F: Fn(Vec<u8>) -> Answer + Send + Sync + 'static,
    {
        let crash = Crash::default();
        let function = Function {
            run: Arc::new(run),
            crash: crash.clone(),
            durable: true,
            execution_timeout_seconds: 300,
        };
        self.functions
            .lock()
            .unwrap()
            .insert(name.to_owned(), function);
        crash
    }

    /// Adds a function that is not durable.
    pub(crate) fn insert_plain<F>(&self, name: &str, run: F)
    where
        F: Fn(Vec<u8>) -> Result<Vec<u8>, String> + Send + Sync + 'static,
    {
        self.insert(name, move |payload| {
            let answer = run(payload);
            Box::pin(async move { answer })
        });
        self.functions
            .lock()
            .unwrap()
            .get_mut(name)
            .unwrap()
            .durable = false;
    }

    /// Sets the execution timeout of a function.
    pub(crate) fn set_timeout(&self, name: &str, seconds: u64) {
        self.functions
            .lock()
            .unwrap()
            .get_mut(name)
            .unwrap()
            .execution_timeout_seconds = seconds;
    }

    /// Ends all functions that run.
    pub(crate) fn abort_all(&self) {
        for function in self.functions.lock().unwrap().values() {
            function.crash.0.notify_waiters();
        }
    }

    fn function(&self, name: &str) -> Result<Function, GatewayError> {
        let found = self.functions.lock().unwrap().get(name).cloned();
        found.ok_or_else(|| GatewayError::NotFound {
            function: name.to_owned(),
        })
    }

    async fn run(&self, name: &str, payload: Vec<u8>) -> Result<InvokeOutcome, GatewayError> {
        let function = self.function(name)?;
        let answer = (function.run)(payload);
        let failure = |error_type: &str, message: String| InvokeOutcome::FunctionError {
            error_type: error_type.to_owned(),
            message,
            payload: Vec::new(),
        };
        Ok(tokio::select! {
            answer = answer => match answer {
                Ok(payload) => InvokeOutcome::Returned(payload),
                Err(message) => failure("Error", message),
            },
            () = function.crash.0.notified() => {
                failure("Runtime.ExitError", "Runtime exited with error".to_owned())
            }
        })
    }
}

fn split(function: &str) -> (String, Option<String>) {
    let rest = function
        .rsplit_once(":function:")
        .map_or(function, |(_, rest)| rest);
    match rest.split_once(':') {
        Some((name, qualifier)) => (name.to_owned(), Some(qualifier.to_owned())),
        None => (rest.to_owned(), None),
    }
}

#[async_trait::async_trait]
impl FunctionGateway for TestGateway {
    async fn resolve(
        &self,
        function: &str,
        qualifier: Option<&str>,
    ) -> Result<Option<DurableFunction>, GatewayError> {
        let (name, inline) = split(function);
        let known = self.function(&name)?;
        let qualifier = qualifier.map(str::to_owned).or(inline);
        let (version, qualified_by) = match qualifier.as_deref() {
            None => ("$LATEST", Qualification::Unqualified),
            Some("$LATEST") => ("$LATEST", Qualification::Latest),
            Some("live") => ("7", Qualification::Alias("live".to_owned())),
            Some(version) => (version, Qualification::Version),
        };
        Ok(known.durable.then(|| DurableFunction {
            version: FunctionVersion {
                name: name.clone(),
                version: version.to_owned(),
            },
            arn: format!("arn:aws:lambda:us-east-1:000000000000:function:{name}"),
            qualified_by,
            execution_timeout_seconds: known.execution_timeout_seconds,
            retention_days: 1,
            timeout_seconds: 60,
        }))
    }

    async fn version(&self, function: &str) -> Result<String, GatewayError> {
        let (name, qualifier) = split(function);
        self.function(&name)?;
        Ok(match qualifier.as_deref() {
            None => "$LATEST".to_owned(),
            Some("live") => "7".to_owned(),
            Some(version) => version.to_owned(),
        })
    }

    async fn invoke(
        &self,
        function: &FunctionVersion,
        payload: Vec<u8>,
    ) -> Result<InvokeOutcome, GatewayError> {
        let envelope: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        let execution = envelope["DurableExecutionArn"].as_str().unwrap().to_owned();
        let before = {
            let mut running = self.running.lock().unwrap();
            let count = running.entry(execution.clone()).or_default();
            *count += 1;
            *count
        };
        if before > 1 {
            self.overlaps.fetch_add(1, Ordering::SeqCst);
        }
        let outcome = self.run(&function.name, payload).await;
        *self.running.lock().unwrap().entry(execution).or_default() -= 1;
        outcome
    }

    async fn invoke_plain(
        &self,
        function: &str,
        payload: Vec<u8>,
    ) -> Result<InvokeOutcome, GatewayError> {
        self.run(&split(function).0, payload).await
    }

    async fn publish_status_change(&self, change: &StatusChange) -> Result<(), GatewayError> {
        if self.refuse_changes.load(Ordering::SeqCst) {
            return Err(GatewayError::Unavailable {
                target: "events".to_owned(),
                source: None,
            });
        }
        if self.hold_changes.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        self.changes.lock().unwrap().push(change.clone());
        Ok(())
    }

    async fn kill_peer(&self, _peer: SocketAddr) -> Result<(), GatewayError> {
        self.killed.fetch_add(1, Ordering::SeqCst);
        self.abort_all();
        Ok(())
    }
}
