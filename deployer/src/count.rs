//! Numbers with their nouns.

use std::fmt::Display;

/// Returns a number with its noun: `1 workflow`, `2 workflows`.
pub(crate) fn counted<N: Copy + Display + From<u8> + PartialEq>(count: N, noun: &str) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// The most that are named where there may be any number.
const MOST_NAMED: usize = 20;

/// Names things, the first of many with how many more there are.
pub(crate) fn named(names: &[String]) -> String {
    let mut told: Vec<String> = names.iter().take(MOST_NAMED).cloned().collect();
    if names.len() > MOST_NAMED {
        told.push(format!("and {} more", names.len() - MOST_NAMED));
    }
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn only_one_is_singular() {
        assert_eq!(counted(0_usize, "function"), "0 functions");
        assert_eq!(counted(1_usize, "function"), "1 function");
        assert_eq!(counted(2_u64, "message"), "2 messages");
    }
}
