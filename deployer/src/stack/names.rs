//! How the parts of a workflow are named in its stack.

/// Returns `fraud-detection` as `FraudDetection`, the form of logical ids.
pub(crate) fn pascal_case(name: &str) -> String {
    name.split(['-', '_'])
        .filter_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect::<String>())
        })
        .collect()
}
