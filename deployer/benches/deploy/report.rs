//! What is printed: lines and a table of at most 80 columns.

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// It only informs.
    None,
    /// At most so many seconds.
    Seconds(f64),
}

/// Prints a time.
pub(crate) fn seconds(what: &str, seconds: f64, goal: Goal) {
    let goal = match goal {
        Goal::None => String::new(),
        Goal::Seconds(most) => format!("  goal {most}"),
    };
    println!("{what:<54} {seconds:>9.3} s{goal}");
}

/// Prints anything else.
pub(crate) fn fact(what: &str, figure: &str) {
    println!("{what:<54} {figure:>11}");
}

/// Returns the value in the middle.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Prints a row: a word and three cells.
pub(crate) fn row(what: &str, cells: [&str; 3]) {
    let [ours, sam, cdk] = cells;
    println!("{what:<22}{ours:>12}{sam:>23}{cdk:>23}");
}
