//! Numbers with their nouns.

use std::fmt::Display;

/// Returns a number with its noun: `1 workflow`, `2 workflows`.
pub(crate) fn counted<N: Copy + Display + From<u8> + PartialEq>(count: N, noun: &str) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{plural}")
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
