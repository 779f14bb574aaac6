//! The names of reruns.

/// Returns the name of an execution's rerun: `X-r2` is the rerun of `X`, and `X-r3` that of `X-r2`.
pub fn next_name(name: &str) -> String {
    let (first, run) = split(name);
    format!("{first}-r{}", run.saturating_add(1))
}

/// Returns the name of the first run, and which run a name is.
fn split(name: &str) -> (&str, u32) {
    let numbered = || {
        let (first, number) = name.rsplit_once("-r")?;
        let run: u32 = number.parse().ok()?;
        let is_ours = !first.is_empty() && run >= 2 && number == run.to_string();
        is_ours.then_some((first, run))
    };
    numbered().unwrap_or((name, 1))
}

#[cfg(test)]
mod tests {
    use super::next_name;

    #[test]
    fn reruns_are_counted_from_the_first_run() {
        for (name, next) in [
            ("dev-tx-1", "dev-tx-1-r2"),
            ("dev-tx-1-r2", "dev-tx-1-r3"),
            ("dev-tx-1-r9", "dev-tx-1-r10"),
            ("dev-tx-1-r1", "dev-tx-1-r1-r2"),
            ("dev-tx-1-r02", "dev-tx-1-r02-r2"),
            ("dev-tx-1-r+3", "dev-tx-1-r+3-r2"),
            ("dev-tx-1-red", "dev-tx-1-red-r2"),
            ("-r2", "-r2-r2"),
        ] {
            assert_eq!(next_name(name), next);
        }
    }
}
