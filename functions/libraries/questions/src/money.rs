//! Amounts as people write them.

use crate::languages::Language;

/// Currencies of ISO 4217 whose minor unit is not a hundredth.
const DIGITS: [(&str, usize); 23] = [
    ("BIF", 0),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("ISK", 0),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("PYG", 0),
    ("RWF", 0),
    ("UGX", 0),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
    ("BHD", 3),
    ("IQD", 3),
    ("JOD", 3),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("TND", 3),
];

/// Returns an amount of minor units as a language writes it, with the code of its currency: `USD 6,500.00` in
/// English, `6.500,00 USD` in German, `JPY 6,500` where there are no minor units.
pub fn money(minor_units: u64, currency: &str, language: Language) -> String {
    let digits = DIGITS
        .iter()
        .find_map(|(code, digits)| (*code == currency).then_some(*digits))
        .unwrap_or(2);
    let (group, point) = match language {
        Language::En => (',', '.'),
        Language::De => ('.', ','),
    };
    let padded = format!("{minor_units:0>width$}", width = digits + 1);
    let (whole, fraction) = padded.split_at(padded.len() - digits);
    let mut amount = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            amount.push(group);
        }
        amount.push(digit);
    }
    if digits > 0 {
        amount.push(point);
        amount.push_str(fraction);
    }
    match language {
        Language::En => format!("{currency} {amount}"),
        Language::De => format!("{amount} {currency}"),
    }
}

#[cfg(test)]
mod tests {
    use super::money;
    use crate::languages::Language::{De, En};

    #[test]
    fn amounts_are_written_as_the_language_writes_them() {
        assert_eq!(money(650_000, "USD", En), "USD 6,500.00");
        assert_eq!(money(650_000, "USD", De), "6.500,00 USD");
        assert_eq!(money(5, "EUR", En), "EUR 0.05");
        assert_eq!(money(650_000, "JPY", En), "JPY 650,000");
        assert_eq!(money(123_456_789, "KWD", De), "123.456,789 KWD");
        assert_eq!(money(0, "JPY", De), "0 JPY");
        assert_eq!(money(u64::MAX, "USD", En).matches(',').count(), 5);
    }
}
