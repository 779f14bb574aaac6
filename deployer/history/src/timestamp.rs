//! Points in time.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time with the millisecond precision of the API.
///
/// Its serialized form is the API's: seconds since 1970 with a fraction. RFC 3339 is read too, because it is
/// what the AWS CLI makes of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Makes a timestamp of milliseconds since 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Returns the point `seconds` later.
    #[must_use]
    pub fn plus_seconds(self, seconds: u64) -> Self {
        let millis = i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }

    /// Returns the point `duration` later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }

    /// Returns how far this point lies after `earlier`; zero when it does not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Returns the point in RFC 3339 with milliseconds, in UTC: as texts, too, points have their order.
    pub fn to_rfc3339(self) -> String {
        let second = self.to_rfc3339_seconds();
        let millis = self.0.rem_euclid(1000);
        format!("{}.{millis:03}Z", second.trim_end_matches('Z'))
    }

    /// Returns the point in RFC 3339 to the second, in UTC.
    pub fn to_rfc3339_seconds(self) -> String {
        OffsetDateTime::from_unix_timestamp(self.0.div_euclid(1000))
            .ok()
            .and_then(|point| point.format(&Rfc3339).ok())
            .unwrap_or_default()
    }

    /// Reads what AWS clients put into a query: RFC 3339 or seconds since 1970.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(seconds) = text.parse::<f64>() {
            return Some(Self::from_seconds(seconds));
        }
        let point = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        // Clients send back what a float made of a timestamp, a few nanoseconds off.
        let millis = (point.unix_timestamp_nanos() + 500_000).div_euclid(1_000_000);
        i64::try_from(millis).ok().map(Self)
    }

    fn from_seconds(seconds: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "milliseconds of any date fit, and the cast saturates"
        )]
        Self((seconds * 1000.0).round() as i64)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds stay exact in an f64 for 285 thousand years"
        )]
        serializer.serialize_f64(self.0 as f64 / 1000.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Told {
            Seconds(f64),
            Text(String),
        }
        match Told::deserialize(deserializer)? {
            Told::Seconds(seconds) => Ok(Self::from_seconds(seconds)),
            Told::Text(text) => Self::parse(&text)
                .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no point in time"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_survives_its_wire_form() {
        let point = Timestamp::from_millis(1_767_225_600_123);
        let text = serde_json::to_string(&point).unwrap();
        assert_eq!(text, "1767225600.123");
        assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), point);
    }

    #[test]
    fn what_the_aws_cli_writes_is_read() {
        let read = |text: &str| serde_json::from_str::<Timestamp>(text);
        let point = Timestamp::from_millis(1_767_225_600_123);
        let told = r#""2026-01-01T01:00:00.123000+01:00""#;
        assert_eq!(read(told).unwrap(), point);
        let whole = Timestamp::from_millis(1_767_225_600_000);
        assert_eq!(read("1767225600").unwrap(), whole);
        let error = read(r#""yesterday""#).unwrap_err().to_string();
        assert!(error.starts_with("`yesterday` is no point in time"));
    }

    #[test]
    fn both_query_forms_are_read() {
        let point = Timestamp::from_millis(1_767_225_600_000);
        assert_eq!(Timestamp::parse("2026-01-01T00:00:00Z"), Some(point));
        assert_eq!(Timestamp::parse("1767225600"), Some(point));
        assert_eq!(
            Timestamp::parse("2025-12-31T23:59:59.999999762Z"),
            Some(point)
        );
        assert_eq!(Timestamp::parse("yesterday"), None);
        assert_eq!(point.to_rfc3339(), "2026-01-01T00:00:00.000Z");
        assert_eq!(point.to_rfc3339_seconds(), "2026-01-01T00:00:00Z");
    }

    #[test]
    fn points_have_their_order_as_texts_too() {
        let texts = [-1, 0, 1, 410, 411, 1_000, 1_767_225_600_000]
            .map(|millis| Timestamp::from_millis(millis).to_rfc3339());
        assert!(texts.is_sorted(), "{texts:?}");
        assert_eq!(texts[3], "1970-01-01T00:00:00.410Z");
    }
}
