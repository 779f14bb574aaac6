//! Messages of others, as they are shown.

use maud::{Markup, html};
use serde_json::Value;

use crate::operate::picture::Shown;
use crate::secrets::redact_data;

/// The most letters of a message.
const LONGEST: usize = 20_000;

/// Returns a message without what looks like a secret; nothing of it where no data is shown.
pub(super) fn message(shown: Shown, text: &str) -> Markup {
    if shown == Shown::Outline {
        return html! { p.quiet { "Its body is not shown." } };
    }
    let text = hidden(text);
    let cut = text.char_indices().nth(LONGEST).map(|(place, _)| place);
    html! {
        details {
            summary { "Message" }
            pre tabindex="0" { (text.get(..cut.unwrap_or(text.len())).unwrap_or_default()) @if cut.is_some() { "… (" (text.len()) " bytes in all)" } }
        }
    }
}

/// Returns a text without what looks like a secret, laid out where it is JSON.
fn hidden(text: &str) -> String {
    let mut value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    redact_data(&mut value, false, "");
    match value {
        Value::String(text) => text,
        other => serde_json::to_string_pretty(&other).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Shown, hidden, message};

    #[test]
    fn a_message_is_never_markup_and_tells_no_secret() {
        let evil = "</pre><script>alert(1)</script>";
        let shown = message(Shown::Data, evil).into_string();
        assert!(
            shown.contains("&lt;script&gt;") && !shown.contains("<script"),
            "{shown}"
        );
        let secret = "{\"password\":\"hunter2hunter2\",\"id\":7}";
        let told = hidden(secret);
        assert!(!told.contains("hunter2") && told.contains('7'), "{told}");
        assert!(
            !message(Shown::Outline, "private")
                .into_string()
                .contains("private")
        );
    }
}
