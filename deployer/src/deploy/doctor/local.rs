//! What the local target needs: Python, MiniStack and a port.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, TcpListener};

use durable_local::LocalSettings;

use super::check::Check;
use super::rust::first_line;
use crate::config::App;

pub(super) async fn checks(app: &App, settings: &LocalSettings) -> Vec<Check> {
    if let Some(endpoint) = &app.stage.endpoint {
        return vec![Check::ok("endpoint", format!("{endpoint}, run by hand"))];
    }
    let installed = durable_local::is_installed(settings);
    let version = durable_local::ministack_version();
    let ministack = if installed {
        Check::ok("MiniStack", version)
    } else {
        Check::warning(
            "MiniStack",
            format!("{version} is not installed yet"),
            "`deployer up` installs it into .deployer/, or `deployer doctor --fix` now",
        )
    };
    vec![python(installed).await, ministack, port(settings).await]
}

/// Checks Python; what is installed already needs none.
pub(super) async fn python(installed: bool) -> Check {
    let missing = |found: String, remedy: String| {
        if installed {
            Check::warning("Python", found, remedy)
        } else {
            Check::missing("Python", found, remedy)
        }
    };
    let program = match durable_local::find_python().await {
        Ok(program) => program,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            let found = cause.unwrap_or_else(|| error.to_string());
            return missing(found, error.hint().unwrap_or_default());
        }
    };
    let name = first_line(&program, &["--version"]).await;
    let name = name.unwrap_or_else(|| program.to_string_lossy().into_owned());
    if has_venv(&program).await {
        return Check::ok("Python", format!("{name} with venv"));
    }
    missing(
        format!("{name} without its venv module"),
        "install it (Debian, Ubuntu: `apt install python3-venv`), or name another interpreter in DEPLOYER_PYTHON".to_owned(),
    )
}

async fn has_venv(program: &OsStr) -> bool {
    first_line(program, &["-c", "import venv, ensurepip; print('there')"])
        .await
        .is_some()
}

async fn port(settings: &LocalSettings) -> Check {
    if let Ok(status) = durable_local::status(settings).await
        && let Some(endpoint) = status.endpoint.filter(|_| status.running)
    {
        return Check::ok("port", format!("the local target answers at {endpoint}"));
    }
    let wanted = settings.port;
    match TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)) {
        Ok(_) if wanted == 0 => Check::ok("port", "any free one is taken"),
        Ok(_) => Check::ok("port", format!("{wanted} is free")),
        Err(_) => Check::missing(
            "port",
            format!("{wanted} is taken by another program"),
            "set `local.port` in the stage's file or DEPLOYER_LOCAL_PORT to a free port",
        ),
    }
}
