//! The environment variables of our own, read in one place. AWS's are the SDK's.

/// What the environment says.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// `DEPLOYER_LOCAL_PORT`: the port of the local target.
    pub(super) local_port: Option<String>,
    /// `DEPLOYER_HOME`: the folder that `.deployer` is made in.
    pub(super) home: Option<String>,
    /// `VISUAL`, or else `EDITOR`: the editor that people want, a command for a shell.
    pub(super) editor: Option<String>,
    /// `LC_ALL`, or else `LC_CTYPE`, or else `LANG`: which letters the terminal knows.
    pub(super) letters: Option<String>,
    /// `TERM`: what the terminal is.
    pub(super) terminal: Option<String>,
    /// Whether `CI` says that no person is there.
    pub(super) ci: bool,
}

impl Environment {
    #[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
    pub(super) fn read() -> Self {
        let read = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            local_port: read("DEPLOYER_LOCAL_PORT"),
            home: read("DEPLOYER_HOME"),
            editor: read("VISUAL").or_else(|| read("EDITOR")),
            letters: read("LC_ALL")
                .or_else(|| read("LC_CTYPE"))
                .or_else(|| read("LANG")),
            terminal: read("TERM"),
            ci: read("CI").is_some_and(|value| value != "false"),
        }
    }
}
