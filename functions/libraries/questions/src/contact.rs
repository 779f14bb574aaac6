//! Whom a message goes to.

use std::fmt;

use crate::languages::Language;

/// A phone number in the form of E.164: `+` and the country's code first, 7 to 15 digits in all.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

/// An address that mail can be sent to, and nothing more: no name, no second address, no line break.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

/// A contact that no message is sent to. Says what is wrong, never what the contact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidContact {
    /// No number of E.164.
    #[error("the phone number does not begin with `+` and a country, or is not of 7 to 15 digits")]
    PhoneNumber,
    /// No address.
    #[error("the e-mail address is not one address of the form `name@domain`")]
    EmailAddress,
}

impl PhoneNumber {
    /// Reads a number; spaces, hyphens, dots and brackets between its digits are left out.
    pub fn parse(text: &str) -> Result<Self, InvalidContact> {
        let digits = text.strip_prefix('+').ok_or(InvalidContact::PhoneNumber)?;
        let number: String = digits
            .chars()
            .filter(|character| !matches!(character, ' ' | '-' | '.' | '(' | ')'))
            .collect();
        let countries = number.starts_with(|first| ('1'..='9').contains(&first));
        let whole = number.bytes().all(|byte| byte.is_ascii_digit());
        if countries && whole && (7..=15).contains(&number.len()) {
            Ok(Self(format!("+{number}")))
        } else {
            Err(InvalidContact::PhoneNumber)
        }
    }

    /// Returns the number, for whoever sends to it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl EmailAddress {
    /// Reads an address. What could end a header, start another or name a second recipient is refused, and a domain
    /// with letters beyond ASCII, which SES takes in its Punycode form only.
    pub fn parse(text: &str) -> Result<Self, InvalidContact> {
        let invalid = InvalidContact::EmailAddress;
        let (name, domain) = text.rsplit_once('@').ok_or(invalid)?;
        let of_name =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
        let of_label = |label: &str| {
            let fits = (1..=63).contains(&label.len());
            let hyphen = label.starts_with('-') || label.ends_with('-');
            let letters = label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            fits && letters && !hyphen
        };
        let dots = name.starts_with('.') || name.ends_with('.') || name.contains("..");
        let named = (1..=64).contains(&name.len()) && name.bytes().all(of_name) && !dots;
        let placed = domain.contains('.') && domain.split('.').all(of_label);
        if named && placed && text.len() <= 254 {
            Ok(Self(text.to_owned()))
        } else {
            Err(invalid)
        }
    }

    /// Returns the address, for whoever sends to it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PhoneNumber(…)")
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EmailAddress(…)")
    }
}

/// How somebody is reached, as it was stored; what is wrong with a part fails the channel that needs it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// The phone number.
    pub phone: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The language that the person reads.
    pub language: Language,
    /// What the person knows besides, where questions ask for it: see [`Identity`](crate::Identity).
    pub identity: Option<String>,
}

impl fmt::Debug for Contact {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Contact(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{EmailAddress, PhoneNumber};

    #[test]
    fn numbers_have_a_country() {
        for good in ["+12025550123", "+44 20 7946-0958", "+49 (30) 123.456"] {
            assert!(PhoneNumber::parse(good).is_ok(), "{good}");
        }
        let number = PhoneNumber::parse("+44 20 7946-0958").unwrap();
        assert_eq!(number.reveal(), "+442079460958");
        assert_eq!(format!("{number:?}"), "PhoneNumber(…)");
        for bad in [
            "",
            "+",
            "2025550123",
            "0049301234567",
            "+0301234567",
            "+1202555012345678",
            "+123456",
            "+1202555٠١٢٣",
            "+12025550123\n",
            "+1202555x123",
            " +12025550123",
        ] {
            assert!(PhoneNumber::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn addresses_are_one_address() {
        for good in [
            "a@example.com",
            "first.last+tag@mail.example.co.uk",
            "o'neil@x.org",
        ] {
            assert!(EmailAddress::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "@example.com",
            "a@example",
            "a@.com",
            "a@example..com",
            "a@-example.com",
            ".a@example.com",
            "a@example.com\r\nBcc: b@example.com",
            "a@example.com\n",
            "a@example.com, b@example.com",
            "a@b@example.com",
            "Name <a@example.com>",
            "a b@example.com",
            "a@exämple.com",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?}");
        }
        assert!(EmailAddress::parse(&format!("{}@example.com", "a".repeat(65))).is_err());
    }
}
