//! The one shape of every failure: what failed, on what, the cause, and the way out.

use std::error::Error as StdError;
use std::fmt;
use std::io::ErrorKind;

use durable_local::LocalError;

/// What an error means for the caller; it fixes the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A defect of this program.
    Bug,
    /// The command line, the configuration or a template is wrong.
    Usage,
    /// Consent is needed; nothing was changed.
    ConfirmationNeeded,
    /// Something is missing or in a state that does not allow the request.
    WrongState,
    /// AWS, the local target or the network failed.
    Service,
    /// Credentials are missing, or do not permit the request.
    Permission,
    /// The user stopped the program.
    Aborted,
    /// A function could not be built.
    Build,
    /// CloudFormation could not bring a stack to the wanted state.
    Deployment,
    /// The deployment does not do what it should.
    Verification,
}

impl Kind {
    /// Returns the process exit code, documented in the README.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Bug => 1,
            Self::Usage => 2,
            Self::ConfirmationNeeded => 3,
            Self::WrongState => 4,
            Self::Service => 5,
            Self::Permission => 6,
            Self::Aborted => 7,
            Self::Build => 8,
            Self::Deployment => 9,
            Self::Verification => 10,
        }
    }
}

/// A failure with its cause and its way out.
///
/// `Display` writes one frame and never the text of its source; the renderer walks the chain.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    details: Vec<String>,
    hint: Option<String>,
    went_well: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The result of every step.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Returns an error of `kind` that says what failed, on what.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            details: Vec::new(),
            hint: None,
            went_well: None,
            source: None,
        }
    }

    /// Returns an error about the command line, the configuration or a template.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Adds what the user can do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds a line of evidence, such as one finding of many or an event of a stack.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// Adds the results of what went well beside it, for people; programs hear of them by events.
    #[must_use]
    pub fn beside(mut self, went_well: impl Into<String>) -> Self {
        self.went_well = Some(went_well.into());
        self
    }

    /// Returns the results of what went well beside it.
    pub fn went_well(&self) -> Option<&str> {
        self.went_well.as_deref()
    }

    /// Returns what the error means for the caller.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the way out, where there is one.
    pub fn way_out(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Returns the lines of evidence.
    pub fn details(&self) -> &[String] {
        &self.details
    }

    /// Returns one error for what stopped several things, each with its causes and its way out.
    ///
    /// `summary` says how many failed. A single error stays as it is, and there is none without one.
    pub fn several(mut errors: Vec<Self>, summary: impl Fn(usize) -> String) -> Option<Self> {
        if errors.len() < 2 {
            return errors.pop();
        }
        let first = errors.first().map_or(Kind::Deployment, Self::kind);
        let alike = errors.iter().all(|error| error.kind() == first);
        let kind = if alike { first } else { Kind::Deployment };
        let whole = Self::new(kind, summary(errors.len()));
        Some(errors.iter().map(Self::frames).fold(whole, Self::detail))
    }

    /// Returns the error with its causes, in one line.
    pub fn in_a_line(&self) -> String {
        let frames = std::iter::once(self.to_string()).chain(self.causes());
        frames.collect::<Vec<_>>().join(": ")
    }

    /// Returns the error with its causes and its way out, a line each.
    pub fn frames(&self) -> String {
        let causes = self.causes().into_iter();
        let mut lines = vec![self.to_string()];
        lines.extend(causes.map(|cause| format!("  caused by: {cause}")));
        lines.extend(self.way_out().map(|hint| format!("  hint: {hint}")));
        lines.join("\n")
    }

    /// Returns the texts of the causes, the nearest first, without repetitions.
    pub fn causes(&self) -> Vec<String> {
        let mut causes: Vec<String> = Vec::new();
        let mut next = self.source();
        while let Some(cause) = next {
            let text = cause.to_string();
            if causes.last() != Some(&text) {
                causes.push(text);
            }
            next = cause.source();
        }
        causes
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::new(Kind::Usage, "a file could not be read or written").caused_by(error)
    }
}

impl From<LocalError> for Error {
    fn from(error: LocalError) -> Self {
        let kind = match &error {
            LocalError::File { source } if source.kind() == ErrorKind::StorageFull => Kind::Service,
            LocalError::PortTaken { .. }
            | LocalError::PortOfOtherProject { .. }
            | LocalError::File { .. }
            | LocalError::Install(_)
            | LocalError::AlreadyRunning => Kind::WrongState,
            _ => Kind::Service,
        };
        let mut made = Self::new(kind, error.to_string());
        made.hint = error.hint();
        if error.source().is_some() {
            made.source = Some(Box::new(CauseOf(error)));
        }
        made
    }
}

/// The cause of an error whose own frame is told already.
#[derive(Debug)]
struct CauseOf(LocalError);

impl fmt::Display for CauseOf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .source()
            .map_or(Ok(()), |cause| write!(formatter, "{cause}"))
    }
}

impl StdError for CauseOf {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source().and_then(StdError::source)
    }
}
