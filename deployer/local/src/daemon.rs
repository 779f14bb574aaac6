//! The daemon: MiniStack, the durable execution service and the router before both.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use serde::{Deserialize, Serialize};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tokio::task::JoinError;

use crate::error::LocalError;
use crate::execution::{ExecutionService, ServiceSettings};
use crate::function_host::FunctionHost;
use crate::lock::FileLock;
use crate::ministack::{self, Launch, MiniStack, MiniStackClient};
use crate::port;
use crate::router::{self, Access, CallFaults, Router, StartLimit};
use crate::settings::{LocalSettings, State};
use crate::status::Status;

/// How long open requests, of which some wait for a message that never comes, hold the end back.
const LAST_REQUESTS: Duration = Duration::from_secs(1);

/// How others find the daemon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DaemonFile {
    pub(crate) pid: u32,
    pub(crate) port: u16,
}

/// Runs the local target in the foreground until SIGTERM, SIGINT or a request to stop.
///
/// Installs MiniStack when it is missing and cleans up after a daemon that was killed.
pub async fn serve(settings: LocalSettings) -> Result<(), LocalError> {
    let state = settings.create_state()?;
    let Some(lock) = FileLock::try_acquire(&state.daemon_lock())? else {
        return Err(LocalError::AlreadyRunning);
    };
    remove_daemon_file(&state)?;
    let remembered = port::remembered(&state.port_file());
    let listener = port::listen(settings.port, remembered)?;
    let port = listener
        .local_addr()
        .map_err(|source| LocalError::Serve { source })?
        .port();
    let python = ministack::ensure_installed(&settings.installations()).await?;

    ministack::rotate(&state.ministack_log())?;
    let launch = Launch {
        python,
        settings: settings.clone(),
        state: state.clone(),
        port,
    };
    ministack::end_orphans(&state).await;
    port::remember(&state.port_file(), port)?;
    let mut ministack = MiniStack::start(launch).await?;
    let result = run(&settings, &state, listener, port, &mut ministack).await;
    ministack.stop().await;
    remove_daemon_file(&state)?;
    drop(lock);
    result
}

async fn run(
    settings: &LocalSettings,
    state: &State,
    listener: TcpListener,
    port: u16,
    ministack: &mut MiniStack,
) -> Result<(), LocalError> {
    let client = MiniStackClient::new(ministack.target());
    let functions = FunctionHost::new(client.clone(), (Ipv4Addr::LOCALHOST, port).into());
    let service = ServiceSettings {
        account: settings.account.clone(),
        region: settings.region.clone(),
    };
    let gateway = Arc::new(functions.clone());
    let executions = ExecutionService::open(&state.executions(), gateway, service).await?;
    let LocalSettings {
        region, account, ..
    } = settings;
    let access = settings
        .enforce_iam
        .then(|| Access::new(client.clone(), executions.clone(), region, account));
    let router = Router {
        ministack: client,
        access,
        functions,
        executions: executions.clone(),
        status: Arc::new(status(settings, state, port)),
        stop: Arc::new(Notify::new()),
        call_faults: CallFaults::default(),
        start_limit: StartLimit::default(),
    };
    let closing = Arc::new(Notify::new());
    let mut server = tokio::spawn(serve_http(listener, router.clone(), closing.clone()));
    write_daemon_file(state, port)?;
    tracing::info!(port, "the local target is ready");

    let result = tokio::select! {
        () = stop_signal(&router.stop) => Ok(()),
        error = ministack.given_up() => Err(error.into()),
        ended = &mut server => Err(LocalError::Serve { source: server_error(ended) }),
    };
    tracing::info!("the local target stops");
    remove_daemon_file(state)?;
    executions.close().await;
    closing.notify_one();
    if !server.is_finished()
        && tokio::time::timeout(LAST_REQUESTS, &mut server)
            .await
            .is_err()
    {
        server.abort();
    }
    result
}

async fn serve_http(listener: TcpListener, router: Router, closing: Arc<Notify>) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    // Head and body of a forwarded answer are written apart, and must not wait for each other.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection cannot be made prompt");
        }
    });
    let service = router::routes(router).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(async move { closing.notified().await })
        .await
}

fn server_error(ended: Result<io::Result<()>, JoinError>) -> io::Error {
    match ended {
        Ok(Ok(())) => io::Error::other("the server ended"),
        Ok(Err(error)) => error,
        Err(error) => io::Error::other(error),
    }
}

/// Returns when a signal or a request says that the daemon should stop.
async fn stop_signal(requested: &Notify) {
    let signals = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    );
    let (Ok(mut terminate), Ok(mut interrupt)) = signals else {
        tracing::warn!("signals cannot be watched");
        return requested.notified().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = requested.notified() => {}
    }
}

fn status(settings: &LocalSettings, state: &State, port: u16) -> Status {
    Status {
        running: true,
        endpoint: Some(endpoint(port)),
        pid: Some(std::process::id()),
        region: settings.region.clone(),
        account: settings.account.clone(),
        state: state.folder().to_owned(),
        enforces_iam: settings.enforce_iam,
        ministack_version: ministack::version().to_owned(),
        executions: None,
    }
}

fn endpoint(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn write_daemon_file(state: &State, port: u16) -> Result<(), LocalError> {
    let file = DaemonFile {
        pid: std::process::id(),
        port,
    };
    let text = serde_json::to_string(&file).unwrap_or_default();
    // A reader sees the whole file or none.
    let path = state.daemon_file();
    let unfinished = path.with_extension("json.new");
    fs_err::write(&unfinished, text).map_err(LocalError::file)?;
    fs_err::rename(&unfinished, &path).map_err(LocalError::file)
}

fn remove_daemon_file(state: &State) -> Result<(), LocalError> {
    match fs_err::remove_file(state.daemon_file()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(LocalError::file(error)),
        _ => Ok(()),
    }
}
