//! The nearest valid name to a mistyped one.

/// Returns the candidate that `name` most likely meant, if any is near.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (similarity(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.65)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

/// Jaro-Winkler knows beginnings but no swapped letters in short names; Damerau-Levenshtein knows those.
fn similarity(name: &str, candidate: &str) -> f64 {
    (strsim::jaro_winkler(name, candidate) - 0.1)
        .max(strsim::normalized_damerau_levenshtein(name, candidate))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_typo_finds_its_name_and_a_stranger_finds_none() {
        let names = ["timeout", "retention", "execution_timeout"];
        assert_eq!(nearest("tiemout", names), Some("timeout"));
        assert_eq!(nearest("Ulr", ["Arn", "Url"]), Some("Url"));
        assert_eq!(nearest("banana", names), None);
    }
}
