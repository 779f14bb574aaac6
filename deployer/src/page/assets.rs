//! The files that pages need, in the program itself. There is no way from a path to any other file.

/// A file.
pub(super) struct Asset {
    /// What the browser takes it for.
    pub(super) kind: &'static str,
    /// What is in it.
    pub(super) text: &'static str,
}

/// Returns the file of a name.
pub(super) fn asset(name: &str) -> Option<Asset> {
    let (kind, text) = match name {
        "page.css" => ("text/css; charset=utf-8", include_str!("assets/page.css")),
        "timeline.css" => ("text/css; charset=utf-8", crate::operate::picture::STYLE),
        "live.js" => (
            "text/javascript; charset=utf-8",
            include_str!("assets/live.js"),
        ),
        _ => return None,
    };
    Some(Asset { kind, text })
}

#[cfg(test)]
mod tests {
    use super::asset;

    #[test]
    fn only_what_is_named_is_there() {
        assert!(asset("page.css").is_some());
        for name in [
            "",
            "..",
            "../mod.rs",
            "page.css/",
            "./page.css",
            "PAGE.CSS",
            "/etc/passwd",
            "mod.rs",
            "page.css\0",
        ] {
            assert!(asset(name).is_none(), "{name}");
        }
    }

    #[test]
    fn the_script_stays_small() {
        let script = asset("live.js").unwrap().text;
        assert!(script.lines().count() < 80, "{}", script.lines().count());
    }
}
