//! Values with units: `5m`, `14d`, `512MB`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time, written with its unit: `30s`, `5m`, `25h`, `14d`, `1h 30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(Duration);

/// Months and years have no length of their own, and `2M` is easily meant as minutes.
const UNITS: [&str; 5] = ["s", "m", "h", "d", "w"];

impl Span {
    /// Returns a span of whole seconds.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// Returns it as the standard library has it.
    pub const fn duration(self) -> Duration {
        self.0
    }

    /// Returns the whole seconds in it.
    pub const fn seconds(self) -> u64 {
        self.0.as_secs()
    }

    /// Returns the days in it, where it is a whole number of days.
    pub const fn whole_days(self) -> Option<u64> {
        const DAY: u64 = 86_400;
        if self.seconds().is_multiple_of(DAY) {
            Some(self.seconds() / DAY)
        } else {
            None
        }
    }
}

impl fmt::Display for Span {
    /// Writes the largest unit that divides it: 90,000 seconds are `25h`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
        let seconds = self.seconds();
        for (length, unit) in UNITS {
            if seconds >= length && seconds.is_multiple_of(length) {
                return write!(formatter, "{}{unit}", seconds / length);
            }
        }
        formatter.write_str("0s")
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = text
            .split(|letter: char| !letter.is_alphabetic())
            .find(|unit| !unit.is_empty() && !UNITS.contains(unit));
        if let Some(unit) = unknown {
            return Err(format!(
                "`{text}` has the unit `{unit}`; the units of time are `{}`",
                UNITS.join("`, `")
            ));
        }
        let span = humantime::parse_duration(text).map_err(|_| {
            format!(
                "`{text}` is not a length of time with its unit, such as `30s`, `5m`, `25h` or `14d`"
            )
        })?;
        if span.subsec_nanos() != 0 {
            return Err(format!("`{text}` is not a whole number of seconds"));
        }
        Ok(Self(span))
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SpanVisitor;
        impl Visitor<'_> for SpanVisitor {
            type Value = Span;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(
                    "a length of time with its unit, such as `30s`, `5m`, `25h` or `14d`",
                )
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Span, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(SpanVisitor)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "a length of time with its unit: 30s, 5m, 25h, 14d",
            "pattern": "^([0-9]+ ?[smhdw] ?)+$"
        })
    }
}

/// An amount of memory, written with its unit: `512MB`, `1GB`. A megabyte is 1,048,576 bytes, as in Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Memory {
    megabytes: u64,
}

impl Memory {
    /// Returns the megabytes in it.
    pub const fn megabytes(self) -> u64 {
        self.megabytes
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}MB", self.megabytes)
    }
}

impl<'de> Deserialize<'de> for Memory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let split = text.find(|character: char| !character.is_ascii_digit());
        let parsed = split
            .and_then(|at| text.split_at_checked(at))
            .and_then(|(number, unit)| {
                let number: u64 = number.parse().ok()?;
                match unit.trim() {
                    "MB" | "MiB" => Some(number),
                    "GB" | "GiB" => number.checked_mul(1024),
                    _ => None,
                }
            });
        parsed.map(|megabytes| Self { megabytes }).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is not an amount of memory with its unit, such as `512MB` or `1GB`"
            ))
        })
    }
}

impl Serialize for Memory {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Memory {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Memory".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "an amount of memory with its unit: 512MB, 1GB",
            "pattern": "^[0-9]+ ?(MB|MiB|GB|GiB)$"
        })
    }
}

/// A share, written with its sign: `10%`. It is neither nothing nor all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share {
    percent: u32,
}

impl Share {
    /// Returns the hundredths in it, 1 to 99.
    pub const fn percent(self) -> u32 {
        self.percent
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let percent = text
            .strip_suffix('%')
            .and_then(|number| number.parse().ok());
        percent
            .filter(|percent| (1..100).contains(percent))
            .map(|percent| Self { percent })
            .ok_or_else(|| D::Error::custom(format!("`{text}` is no share from `1%` to `99%`")))
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}%", self.percent))
    }
}

impl JsonSchema for Share {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "a share with its sign: 10%",
            "pattern": "^[1-9][0-9]?%$"
        })
    }
}

/// An amount of US dollars, written with its currency: `0.06USD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dollars {
    billionths: u64,
}

impl Dollars {
    /// Returns the billionths of a dollar in it.
    pub const fn billionths(self) -> u64 {
        self.billionths
    }

    fn parse(text: &str) -> Option<Self> {
        let number = text.strip_suffix("USD")?.trim_end();
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if part.is_empty() || part.len() > 9 || !digits(whole) || !digits(part) {
            return None;
        }
        let whole: u64 = whole.parse().ok()?;
        let part: u64 = format!("{part:0<9}").parse().ok()?;
        let billionths = whole.checked_mul(1_000_000_000)?.checked_add(part)?;
        Some(Self { billionths })
    }
}

impl<'de> Deserialize<'de> for Dollars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is no amount of dollars with its currency, such as `0.06USD`"
            ))
        })
    }
}

impl Serialize for Dollars {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (whole, part) = (
            self.billionths / 1_000_000_000,
            self.billionths % 1_000_000_000,
        );
        serializer.collect_str(&format_args!("{whole}.{part:09}USD"))
    }
}

impl JsonSchema for Dollars {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Dollars".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "an amount of US dollars with its currency: 0.06USD",
            "pattern": "^[0-9]+(\\.[0-9]{1,9})? ?USD$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Dollars, Memory, Share, Span};

    #[test]
    fn dollars_carry_their_currency() {
        for (text, billionths) in [
            ("0.06USD", Some(60_000_000)),
            ("3 USD", Some(3_000_000_000)),
            ("0.000000001USD", Some(1)),
            ("0.0000000001USD", None),
            ("0.06", None),
            ("$0.06", None),
            (".5USD", None),
            ("1.USD", None),
            ("-1USD", None),
            ("99999999999999USD", None),
        ] {
            let dollars = serde_json::from_value::<Dollars>(text.into()).ok();
            assert_eq!(dollars.map(Dollars::billionths), billionths, "{text}");
            if let Some(dollars) = dollars {
                let again = serde_json::to_value(dollars).and_then(serde_json::from_value);
                assert_eq!(again.ok(), Some(dollars), "{text}");
            }
        }
    }

    #[test]
    fn a_share_is_neither_nothing_nor_all() {
        for (text, percent) in [
            ("1%", Some(1)),
            ("99%", Some(99)),
            ("0%", None),
            ("100%", None),
            ("10", None),
        ] {
            let share = serde_json::from_value::<Share>(text.into()).ok();
            assert_eq!(share.map(Share::percent), percent, "{text}");
        }
    }

    #[test]
    fn spans_carry_their_unit_and_come_back_as_written() {
        for (text, seconds) in [
            ("30s", 30),
            ("5m", 300),
            ("25h", 90_000),
            ("61s", 61),
            ("0s", 0),
            ("14d", 1_209_600),
            ("365d", 31_536_000),
        ] {
            let span: Span = serde_json::from_value(text.into()).unwrap();
            assert_eq!(span.seconds(), seconds, "{text}");
            let again: Span = serde_json::from_value(span.to_string().into()).unwrap();
            assert_eq!(again, span, "{span}");
            assert_eq!(span.to_string(), text);
        }
        for wrong in [
            serde_json::json!(30),
            "30".into(),
            "5 parsecs".into(),
            "-5s".into(),
            "300ms".into(),
            "5 s 3".into(),
        ] {
            assert!(
                serde_json::from_value::<Span>(wrong.clone()).is_err(),
                "{wrong}"
            );
        }
        let weeks: Span = serde_json::from_value("1w 1d 2h".into()).unwrap();
        assert_eq!(weeks.seconds(), 698_400);
    }

    #[test]
    fn units_that_may_be_mistaken_are_refused_with_those_that_may_not() {
        for (wrong, unit) in [
            ("2M", "M"),
            ("1y", "y"),
            ("3 months", "months"),
            ("30S", "S"),
        ] {
            let error = serde_json::from_value::<Span>(wrong.into()).unwrap_err();
            let wanted = format!(
                "`{wrong}` has the unit `{unit}`; the units of time are `s`, `m`, `h`, `d`, `w`"
            );
            assert_eq!(error.to_string(), wanted);
        }
    }

    #[test]
    fn memory_carries_its_unit() {
        let memory: Memory = serde_json::from_value("1GB".into()).unwrap();
        assert_eq!(memory.megabytes(), 1024);
        for wrong in [
            "512",
            "MB",
            "512 kB",
            "99999999999999999999MB",
            "18446744073709551615GB",
        ] {
            assert!(
                serde_json::from_value::<Memory>(wrong.into()).is_err(),
                "{wrong}"
            );
        }
    }
}
