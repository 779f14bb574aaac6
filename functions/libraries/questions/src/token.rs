//! What makes a link somebody's own.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

const BYTES: usize = 16;

/// 128 random bits. Whoever has them may answer, so they are shown by [`Token::reveal`] only.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; BYTES]);

impl Token {
    /// Draws a token.
    ///
    /// # Errors
    ///
    /// The operating system has no randomness.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Returns the 22 letters, digits, `-` and `_` that a link ends with.
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Returns what is stored of the token.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.reveal())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(…)")
    }
}

/// The SHA-256 hash of a token, which does no harm where it is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenHash(String);

impl TokenHash {
    /// Returns the hash of whatever a link ends with, so that what is no token costs the same as one that is unknown.
    pub fn of(text: &str) -> Self {
        Self(hex(text))
    }

    /// Returns the hash in hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the SHA-256 hash of a text in hexadecimal digits.
pub(crate) fn hex(text: &str) -> String {
    hex_of(&Sha256::digest(text.as_bytes()))
}

/// Returns bytes in hexadecimal digits.
pub(crate) fn hex_of(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Token, TokenHash, hex};

    #[test]
    fn tokens_differ_and_are_not_shown_by_accident() {
        let (one, other) = (Token::random().unwrap(), Token::random().unwrap());
        assert_ne!(one, other);
        assert_eq!(format!("{one:?}"), "Token(…)");
        let text = one.reveal();
        assert_eq!(text.len(), 22);
        assert!(!text.contains(['=', '/', '+']));
        assert_eq!(TokenHash::of(&text), one.hash());
        assert!(!one.hash().as_str().contains(&text));
    }

    #[test]
    fn hashes_are_those_of_sha_256() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex("abc"), expected);
    }
}
