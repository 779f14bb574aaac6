//! What the terminal can draw.

use std::io::IsTerminal as _;

use super::environment::Environment;

/// Returns how many columns there are to draw in with more than ASCII; nothing in a pipe, and where the terminal
/// does not say that it knows such letters.
pub(super) fn columns() -> Option<usize> {
    let terminal = std::io::stdout()
        .is_terminal()
        .then(console::Term::stdout)?;
    let (_, columns) = terminal.size_checked()?;
    draws(&Environment::read()).then_some(usize::from(columns))
}

fn draws(environment: &Environment) -> bool {
    let letters = environment.letters.as_deref().unwrap_or_default();
    let letters = letters.to_ascii_lowercase().replace('-', "");
    letters.contains("utf8") && environment.terminal.as_deref() != Some("dumb")
}

#[cfg(test)]
mod tests {
    use super::{Environment, draws};

    #[test]
    fn a_terminal_draws_where_it_says_that_it_knows_the_letters() {
        let of = |letters: &str, terminal: &str| {
            draws(&Environment {
                letters: Some(letters.to_owned()),
                terminal: Some(terminal.to_owned()),
                ..Environment::default()
            })
        };
        assert!(of("en_US.UTF-8", "xterm"));
        assert!(of("C.utf8", "xterm"));
        assert!(!of("C", "xterm"));
        assert!(!of("C.UTF-8", "dumb"));
        assert!(!draws(&Environment::default()));
    }
}
