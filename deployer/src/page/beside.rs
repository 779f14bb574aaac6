//! The page beside the local target: it is there as long as that runs, of the configuration as it is now.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};

use super::keys::Keys;
use super::serve::{Page, PageSettings};
use crate::aws::Clients;
use crate::config::{App, load};
use crate::error::Result;

/// How often the configuration is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Where the page of a stage's local target says how it is reached: for whoever may read the state folder.
fn file(app: &App) -> Utf8PathBuf {
    let name = format!("page-{}", app.stage_name);
    app.state_directory.join("local").join(name)
}

/// Returns the address of the page beside the local target, where one was served.
pub fn address_beside(app: &App) -> Option<String> {
    fs_err::read_to_string(file(app)).ok()
}

/// Forgets the address of a page that was served once.
pub fn forget_beside(app: &App) {
    let _ = fs_err::remove_file(file(app));
}

/// Serves the page of a stage beside its local target, which answers at `endpoint`, without an end.
///
/// A configuration that changes is taken up under the same address; one that is wrong, once it is mended.
///
/// # Errors
///
/// No port, no randomness, no place for the address.
pub async fn serve_beside(app: App, endpoint: String, settings: PageSettings) -> Result<()> {
    let keys = Arc::new(Keys::random()?);
    let mut settings = settings;
    let mut app = app;
    loop {
        let seen = fingerprint(&app.root);
        let clients = Clients::connect(&app, Some(&endpoint)).await?;
        let page = Page::open_with(app.clone(), clients, settings, Arc::clone(&keys)).await?;
        settings.port = page.port();
        tell(&file(&app), &page.address())?;
        let root = app.root.clone();
        page.serve(async move { changed(&root, &seen).await })
            .await?;
        app = reloaded(&app).await;
    }
}

/// Writes an address that only its owner can read.
fn tell(file: &Utf8Path, address: &str) -> Result<()> {
    let _ = fs_err::remove_file(file);
    let mut options = std::fs::OpenOptions::new();
    let options = options.write(true).create_new(true).mode(0o600);
    options.open(file)?.write_all(address.as_bytes())?;
    Ok(())
}

/// What tells one state of the configuration from another: each file with the time of its last change.
type Fingerprint = Vec<(Utf8PathBuf, Option<SystemTime>)>;

fn fingerprint(root: &Utf8Path) -> Fingerprint {
    let folders = [root.join("config"), root.join("config/stages")];
    let files = folders
        .iter()
        .filter_map(|folder| folder.read_dir_utf8().ok());
    let files = files
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.into_path()));
    let mut found: Fingerprint = files
        .map(|file| {
            let changed = fs_err::metadata(&file).and_then(|metadata| metadata.modified());
            (file, changed.ok())
        })
        .collect();
    found.sort();
    found
}

/// Waits until the configuration is another one.
async fn changed(root: &Utf8Path, seen: &Fingerprint) {
    let mut looks = tokio::time::interval(LOOK);
    while fingerprint(root) == *seen {
        looks.tick().await;
    }
}

/// Returns the application as it is configured now, once that can be read.
async fn reloaded(app: &App) -> App {
    loop {
        let seen = fingerprint(&app.root);
        if let Ok(mut now) = load(&app.root, &app.stage_name) {
            // What the environment of this process has decided.
            now.state_directory.clone_from(&app.state_directory);
            now.stage.local.port = app.stage.local.port;
            return now;
        }
        changed(&app.root, &seen).await;
    }
}
