//! The files that configure cargo: below `.cargo` here, in every folder above, and in cargo's home.

use camino::Utf8PathBuf;

/// Returns every such file in the order in which cargo asks them, there or not; nothing where their
/// places have names that cannot be told.
#[expect(clippy::disallowed_methods, reason = "what cargo itself reads")]
pub(super) fn files() -> Option<Vec<Utf8PathBuf>> {
    let here = folder()?;
    let cargo_home = match std::env::var_os("CARGO_HOME") {
        Some(home) => Utf8PathBuf::from_os_string(home).ok()?,
        None => Utf8PathBuf::from_os_string(std::env::var_os("HOME")?)
            .ok()?
            .join(".cargo"),
    };
    let homes = here.ancestors().map(|folder| folder.join(".cargo"));
    Some(
        homes
            .chain([cargo_home])
            .flat_map(|home| ["config", "config.toml"].map(|name| home.join(name)))
            .collect(),
    )
}

/// Returns the folder in which cargo is run.
pub(super) fn folder() -> Option<Utf8PathBuf> {
    Utf8PathBuf::from_path_buf(std::env::current_dir().ok()?).ok()
}
