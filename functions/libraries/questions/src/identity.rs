//! What a person has to know besides having the link.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::token::hex_of;

/// How often the identity may be wrong, for each link: of ten thousand combinations a stranger with the messages of
/// both channels and their reminders can try twenty.
pub const MOST_TRIES: u32 = 5;

const DIGITS: usize = 4;

/// What is asked for before an answer is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The last four digits of the person's card.
    CardDigits,
}

impl Identity {
    /// Returns the spelling in the environment and in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CardDigits => "card-digits",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        (text == Self::CardDigits.as_str()).then_some(Self::CardDigits)
    }

    /// Reads what somebody typed, or what the contact has; nothing where it cannot be right.
    pub fn read(self, text: &str) -> Option<String> {
        let typed: String = text
            .chars()
            .filter(|typed| !typed.is_whitespace())
            .collect();
        let digits = typed.len() == DIGITS && typed.bytes().all(|byte| byte.is_ascii_digit());
        digits.then_some(typed)
    }
}

/// What a link keeps of the identity of whoever got it: a code of it under a key that only the message has, its token.
/// So whoever reads the table cannot try the few identities that there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What is asked for.
    pub identity: Identity,
    /// HMAC-SHA-256 under the token, in hexadecimal digits.
    pub code: String,
    /// How often it was tried.
    pub tries: u32,
}

impl Check {
    /// Returns the check of an identity for the link of a token.
    pub fn of(identity: Identity, token: &str, known: &str) -> Self {
        let code = keyed(token, known).map(|mac| hex_of(&mac.finalize().into_bytes()));
        Self {
            identity,
            code: code.unwrap_or_default(),
            tries: 0,
        }
    }

    /// Whether this is the identity; how long that takes does not tell how near it is.
    pub fn is_met_by(&self, token: &str, typed: &str) -> bool {
        let digit = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let code: Option<Vec<u8>> = self.code.as_bytes().chunks(2).map(digit).collect();
        let mac = keyed(token, typed);
        code.zip(mac)
            .is_some_and(|(code, mac)| mac.verify_slice(&code).is_ok())
    }

    /// Whether no try is left.
    pub fn is_used_up(&self) -> bool {
        self.tries >= MOST_TRIES
    }
}

fn keyed(token: &str, identity: &str) -> Option<Hmac<Sha256>> {
    let mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).ok()?;
    Some(mac.chain_update(identity.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{Check, Identity};

    #[test]
    fn four_digits_are_read_as_people_type_them() {
        let read = |text| Identity::CardDigits.read(text);
        assert_eq!(read(" 12 34\n").as_deref(), Some("1234"));
        for wrong in ["", "123", "12345", "12a4", "١٢٣٤", "-123", "12.4"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_identity_is_met_under_its_own_token_only() {
        let check = Check::of(Identity::CardDigits, "token", "1234");
        assert!(check.is_met_by("token", "1234"));
        assert!(!check.is_met_by("token", "1235") && !check.is_met_by("other", "1234"));
        assert!(!check.code.contains("1234"));
        for code in ["", "0", "zz"] {
            let unreadable = Check {
                code: code.to_owned(),
                ..check.clone()
            };
            assert!(!unreadable.is_met_by("token", "1234"), "{code}");
        }
    }
}
