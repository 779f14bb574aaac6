//! How far a list of executions was read, as the text that the caller sends back.
//!
//! A marker names a place in the order of the list and not an execution that must still be there,
//! so that it stays good while executions come and go.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use durable_history::Timestamp;

use crate::execution::api::ApiError;
use crate::execution::service::Place;

/// How long the service takes a marker.
const LIFE: Duration = Duration::from_hours(24);

/// Makes the marker of a place.
pub(crate) fn write(place: &Place, now: Timestamp) -> String {
    let (started_at, id) = place;
    URL_SAFE_NO_PAD.encode(format!("{}:{}:{id}", now.millis(), started_at.millis()))
}

/// Returns the place of a marker.
pub(crate) fn read(marker: &str, now: Timestamp) -> Result<Place, ApiError> {
    let (made_at, place) =
        parse(marker).ok_or_else(|| ApiError::invalid(format!("Invalid Marker: {marker}")))?;
    if made_at.plus(LIFE) <= now {
        return Err(ApiError::invalid(format!(
            "Invalid Marker: {marker} has expired"
        )));
    }
    Ok(place)
}

fn parse(marker: &str) -> Option<(Timestamp, Place)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(marker).ok()?).ok()?;
    let mut parts = text.splitn(3, ':');
    let made_at = parts.next()?.parse().ok()?;
    let started_at = parts.next()?.parse().ok()?;
    let id = parts.next().filter(|id| !id.is_empty())?;
    Some((
        Timestamp::from_millis(made_at),
        (Timestamp::from_millis(started_at), id.to_owned()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_leads_back_to_its_place_for_a_day() {
        let now = Timestamp::from_millis(5_000);
        let place = (Timestamp::from_millis(1_234), "a:b-1".to_owned());
        let marker = write(&place, now);
        let day = 24 * 60 * 60 * 1000;
        let last = Timestamp::from_millis(5_000 + day - 1);
        assert_eq!(read(&marker, last).unwrap(), place);
        let late = Timestamp::from_millis(5_000 + day);
        let refused = format!("{:?}", read(&marker, late).unwrap_err());
        assert!(
            refused.contains(&format!("{marker} has expired")),
            "{refused}"
        );
    }

    #[test]
    fn what_is_no_marker_is_refused_by_name() {
        let now = Timestamp::from_millis(0);
        for wrong in ["nonsense", "ä", "MTox", "MToxOg"] {
            let refused = format!("{:?}", read(wrong, now).unwrap_err());
            assert!(
                refused.contains(&format!("Invalid Marker: {wrong}")),
                "{refused}"
            );
        }
    }
}
