//! Which scenarios are played, and how often.

use std::collections::BTreeMap;

use super::id::MOST_SCENARIOS;
use super::load::load_scenarios;
use super::scenario::Scenario;
use crate::config::App;
use crate::error::{Error, Result};

/// The most names that are told in place of one that there is not.
const MOST_NAMES: usize = 3;
/// How alike a part of a name must be, from 0 to 1, to be meant.
const ALIKE: f64 = 0.65;

/// What the user asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Parts of names, in any case; a scenario is played that has one of them in its name. Without any, all are.
    pub filters: Vec<String>,
    /// How often each scenario is played.
    pub repeat: u32,
    /// Whether executions, rows and messages stay where they are.
    pub keep: bool,
}

impl Default for Wanted {
    /// Every scenario, once.
    fn default() -> Self {
        Self {
            filters: Vec::new(),
            repeat: 1,
            keep: false,
        }
    }
}

/// The scenarios that are played, by workflow, and how.
#[derive(Debug)]
pub struct Choice {
    pub(super) scenarios: BTreeMap<String, Vec<Scenario>>,
    pub(super) repeat: u32,
    pub(super) keep: bool,
}

impl Choice {
    /// Reads the scenarios of the workflows and chooses those that are wanted.
    ///
    /// # Errors
    ///
    /// What is wrong in the files, filters that no name has, and more scenarios than a run can tell apart.
    pub fn of(app: &App, workflows: &[String], wanted: &Wanted) -> Result<Self> {
        let mut scenarios = load_scenarios(app, workflows)?;
        if !wanted.filters.is_empty() {
            filter(&mut scenarios, &wanted.filters)?;
        }
        let count: usize = scenarios.values().map(Vec::len).sum();
        if count.saturating_mul(wanted.repeat as usize) > MOST_SCENARIOS {
            return Err(Error::usage(format!(
                "{count} scenarios {} times are more than the {MOST_SCENARIOS} that a run can tell apart",
                wanted.repeat
            ))
            .hint("choose some with --filter, or lower --repeat"));
        }
        Ok(Self {
            scenarios,
            repeat: wanted.repeat,
            keep: wanted.keep,
        })
    }

    /// Returns the name of a scenario as it is told, in a round from 1.
    pub(super) fn told(&self, name: &str, round: u32) -> String {
        match self.repeat {
            1 => name.to_owned(),
            repeat => format!("{name} ({round} of {repeat})"),
        }
    }
}

/// Keeps the scenarios that have one of the filters in their name, and their workflows.
fn filter(scenarios: &mut BTreeMap<String, Vec<Scenario>>, filters: &[String]) -> Result<()> {
    let filters: Vec<String> = filters.iter().map(|part| part.to_lowercase()).collect();
    let all = scenarios.values().flatten();
    let names: Vec<String> = all.map(|scenario| scenario.name.clone()).collect();
    for scenarios in scenarios.values_mut() {
        scenarios.retain(|scenario| {
            let name = scenario.name.to_lowercase();
            filters.iter().any(|part| name.contains(part))
        });
    }
    scenarios.retain(|_, scenarios| !scenarios.is_empty());
    if !scenarios.is_empty() {
        return Ok(());
    }
    let told = filters.join("` or `");
    let error = Error::usage(format!("no scenario has `{told}` in its name"));
    let near = nearest(&filters, &names);
    Err(if near.is_empty() {
        error.hint("the names of the scenarios are in config/smoke/")
    } else {
        error.hint(format!("did you mean `{}`?", near.join("` or `")))
    })
}

/// Returns the names that have something like one of the filters in them, the most alike first.
fn nearest<'a>(filters: &[String], names: &'a [String]) -> Vec<&'a str> {
    let likeness = |name: &str| {
        let each = filters.iter().map(|filter| likeness(filter, name));
        each.fold(0.0, f64::max)
    };
    let mut near: Vec<(f64, &str)> = names
        .iter()
        .map(|name| (likeness(name), name.as_str()))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .collect();
    // The order of the files decides between equals.
    near.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    near.truncate(MOST_NAMES);
    near.into_iter().map(|(_, name)| name).collect()
}

/// Returns how alike a filter is to so many words of a name as it has itself.
fn likeness(filter: &str, name: &str) -> f64 {
    let name = name.to_lowercase();
    let words: Vec<&str> = name.split_whitespace().collect();
    let length = filter
        .split_whitespace()
        .count()
        .clamp(1, words.len().max(1));
    words
        .windows(length)
        .map(|part| {
            let part = part.join(" ");
            strsim::normalized_damerau_levenshtein(filter.trim(), part.trim_matches([':', ',']))
        })
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::{Choice, Scenario, filter};
    use crate::error::Kind;

    fn scenarios(names: &[(&str, &[&str])]) -> BTreeMap<String, Vec<Scenario>> {
        let scenario = |name: &&str| {
            let value = json!({ "name": name, "send": [], "expect": {} });
            serde_json::from_value(value).unwrap()
        };
        names
            .iter()
            .map(|(workflow, names)| ((*workflow).to_owned(), names.iter().map(scenario).collect()))
            .collect()
    }

    fn sample() -> BTreeMap<String, Vec<Scenario>> {
        scenarios(&[
            (
                "fraud",
                &["Medium risk: by SMS", "low risk", "medium risk: by e-mail"],
            ),
            ("orders", &["one item", "killed after the payment"]),
        ])
    }

    fn filtered(filters: &[&str]) -> Vec<String> {
        let mut scenarios = sample();
        let filters: Vec<String> = filters.iter().map(|&part| part.to_owned()).collect();
        filter(&mut scenarios, &filters).unwrap();
        let names = scenarios.into_values().flatten();
        names.map(|scenario| scenario.name).collect()
    }

    #[test]
    fn a_filter_is_a_part_of_a_name_in_any_case_and_one_of_several_is_enough() {
        assert_eq!(
            filtered(&["mEdium"]),
            ["Medium risk: by SMS", "medium risk: by e-mail"]
        );
        assert_eq!(
            filtered(&["nothing", "low", "the pay"]),
            ["low risk", "killed after the payment"]
        );
        assert_eq!(filtered(&[""]).len(), 5);
    }

    #[test]
    fn a_workflow_that_plays_nothing_need_not_be_deployed() {
        let mut scenarios = sample();
        filter(&mut scenarios, &["item".to_owned()]).unwrap();
        assert_eq!(scenarios.keys().collect::<Vec<_>>(), ["orders"]);
    }

    #[test]
    fn filters_that_no_name_has_are_refused_with_the_nearest_names() {
        let refused = |filters: &[&str]| {
            let filters: Vec<String> = filters.iter().map(|&part| part.to_owned()).collect();
            filter(&mut sample(), &filters).unwrap_err()
        };
        let error = refused(&["medum", "x"]);
        assert_eq!(error.kind(), Kind::Usage);
        assert_eq!(
            error.to_string(),
            "no scenario has `medum` or `x` in its name"
        );
        assert_eq!(
            error.way_out(),
            Some("did you mean `Medium risk: by SMS` or `medium risk: by e-mail`?")
        );
        let near = refused(&["teh payment"]);
        assert_eq!(
            near.way_out(),
            Some("did you mean `killed after the payment`?")
        );
        let strange = refused(&["banana"]);
        assert_eq!(
            strange.way_out(),
            Some("the names of the scenarios are in config/smoke/")
        );
    }

    #[test]
    fn repetitions_are_numbered_and_a_single_one_is_not() {
        let choice = |repeat| Choice {
            scenarios: BTreeMap::new(),
            repeat,
            keep: false,
        };
        assert_eq!(choice(1).told("low risk", 1), "low risk");
        assert_eq!(choice(3).told("low risk", 2), "low risk (2 of 3)");
    }
}
