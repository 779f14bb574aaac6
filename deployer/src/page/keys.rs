//! The secrets of one run of the page, made when it starts and known to nobody afterwards.

use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

use crate::error::{Error, Kind, Result};

/// How many random bytes a secret has.
const BYTES: usize = 32;

/// A secret, which is compared in constant time and never printed.
pub(super) struct Key(String);

impl Key {
    fn random() -> Result<Self> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).map_err(|error| {
            let what = "the system gives no random numbers";
            Error::new(Kind::Bug, what).caused_by(error.to_string())
        })?;
        Ok(Self(BASE64_URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Returns whether it is this one.
    pub(super) fn is(&self, shown: &str) -> bool {
        self.0.as_bytes().ct_eq(shown.as_bytes()).into()
    }

    /// Tells it, to be handed to who is meant to have it.
    pub(super) fn tell(&self) -> &str {
        &self.0
    }
}

/// A secret that counts once: whoever starts a browser shows everybody on the machine what it is to open.
pub(super) struct Once {
    key: Key,
    is_used: AtomicBool,
}

impl Once {
    /// Returns whether it is this one, and was not taken before.
    pub(super) fn take(&self, shown: &str) -> bool {
        self.key.is(shown) && !self.is_used.swap(true, Ordering::SeqCst)
    }

    /// Tells it, to be handed to who is meant to have it.
    pub(super) fn tell(&self) -> &str {
        self.key.tell()
    }
}

/// The secrets of one run.
pub(super) struct Keys {
    /// In the address that is printed; a cookie is got for it.
    pub(super) token: Key,
    /// In the address that the browser is started with.
    pub(super) opener: Once,
    /// In the cookie.
    pub(super) session: Key,
    /// In every form.
    pub(super) form: Key,
}

impl Keys {
    /// Makes new ones.
    pub(super) fn random() -> Result<Self> {
        Ok(Self {
            token: Key::random()?,
            opener: Once {
                key: Key::random()?,
                is_used: AtomicBool::new(false),
            },
            session: Key::random()?,
            form: Key::random()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{BYTES, Key, Keys};

    #[test]
    fn keys_are_long_and_none_is_like_another() {
        let (one, other) = (Keys::random().unwrap(), Keys::random().unwrap());
        let all = [&one.token, &one.session, &one.form, &other.token];
        for (place, key) in all.iter().enumerate() {
            assert!(key.tell().len() * 6 >= BYTES * 8, "{}", key.tell());
            let others = all.iter().enumerate().filter(|(other, _)| *other != place);
            assert!(others.into_iter().all(|(_, other)| !key.is(other.tell())));
        }
    }

    #[test]
    fn what_the_browser_is_started_with_counts_once() {
        let keys = Keys::random().unwrap();
        assert!(!keys.opener.take("another"));
        let opener = keys.opener.tell().to_owned();
        assert!(keys.opener.take(&opener));
        assert!(!keys.opener.take(&opener));
    }

    #[test]
    fn a_key_is_only_itself() {
        let key = Key("abc".to_owned());
        assert!(key.is("abc"));
        for other in ["", "ab", "abcd", "abd", "ABC"] {
            assert!(!key.is(other), "{other}");
        }
    }
}
