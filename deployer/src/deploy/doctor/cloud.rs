//! What a stage in an AWS account needs: the cross-compiler, a Rust target, credentials.

use std::process::Stdio;

use tokio::process::Command;

use super::check::Check;
use super::local::python;
use super::rust::first_line;
use crate::aws::{Caller, caller, settings};
use crate::config::App;
use crate::deploy::build::{Toolchain, triple};
use crate::error::{Error, Kind, Result};

pub(super) async fn checks(app: &App) -> Vec<Check> {
    let (mut checks, target, credentials) =
        tokio::join!(compiler(app), target(app), credentials(app));
    checks.push(target);
    checks.extend(credentials);
    checks
}

async fn compiler(app: &App) -> Vec<Check> {
    const NAME: &str = "cross-compiler";
    let toolchain = Toolchain::of(app);
    if toolchain.is_installed() {
        return vec![Check::ok(NAME, Toolchain::name())];
    }
    let of_system = first_line("cargo-zigbuild", &["--version"]).await;
    let remedy = format!(
        "run `deployer doctor --stage {} --fix`, which installs {} into .deployer/",
        app.stage_name,
        Toolchain::name()
    );
    match of_system {
        Some(version) => vec![Check::warning(
            NAME,
            format!("{version} of this system, which nobody has tried with this deployer"),
            remedy,
        )],
        None => vec![
            python(false).await,
            Check::missing(NAME, "is not installed", remedy),
        ],
    }
}

async fn target(app: &App) -> Check {
    const NAME: &str = "Rust target";
    let target = triple(app.stage.architecture);
    match missing_target(app).await {
        None => Check::ok(NAME, target),
        Some(_) => Check::missing(
            NAME,
            format!("{target} is not there"),
            format!(
                "run `rustup target add {target}`, or `deployer doctor --fix --stage {}`, which asks first",
                app.stage_name
            ),
        ),
    }
}

/// Returns the target of the stage if the compiler has no standard library for it.
pub(super) async fn missing_target(app: &App) -> Option<&'static str> {
    let target = triple(app.stage.architecture);
    let folder = first_line("rustc", &["--print", "target-libdir", "--target", target]).await?;
    (!std::path::Path::new(&folder).is_dir()).then_some(target)
}

pub(super) async fn add_target(target: &str) -> Result<()> {
    let failed = || {
        Error::new(
            Kind::WrongState,
            format!("the target `{target}` could not be added"),
        )
    };
    let mut command = Command::new("rustup");
    command
        .args(["target", "add", target])
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = command
        .output()
        .await
        .map_err(|error| failed().caused_by(error).hint("install Rust with rustup, or the target's standard library with your system's packages"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed().detail(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// Asks AWS who the caller is; that answers for the region too.
async fn credentials(app: &App) -> Vec<Check> {
    const NAME: &str = "credentials";
    let region = &app.stage.region;
    match identity(app).await {
        Ok(Caller { account, arn }) => vec![
            Check::ok(NAME, arn),
            judge_account(app, &account),
            Check::ok("region", format!("{region} answers")),
        ],
        Err(error) => {
            let frames: Vec<String> = std::iter::once(error.to_string())
                .chain(error.causes())
                .collect();
            let remedy = error.way_out().unwrap_or("check the network").to_owned();
            vec![Check::missing(NAME, frames.join(": "), remedy)]
        }
    }
}

fn judge_account(app: &App, actual: &str) -> Check {
    const NAME: &str = "account";
    let file = format!("config/stages/{}.yaml", app.stage_name);
    match &app.stage.account {
        Some(expected) if expected == actual => Check::ok(NAME, actual),
        Some(expected) => Check::missing(
            NAME,
            format!("the credentials are of {actual}, and the stage belongs to {expected}"),
            format!("choose the right profile with AWS_PROFILE, or correct `account` in {file}"),
        ),
        None => Check::missing(
            NAME,
            format!("the stage names none; the credentials are of {actual}"),
            format!("write `account: \"{actual}\"` into {file} if that is the one"),
        ),
    }
}

async fn identity(app: &App) -> Result<Caller> {
    caller(&settings(app, None).await?).await
}
