//! A tree on a screen that is too small for it: what goes on and what failed stays.

use std::collections::BTreeSet;

use super::shape::{Row, Tree};

/// The most lines of a heading on a screen that is too small, before what is waited for.
const HEADING: usize = 5;
/// The most lines of a row on such a screen: of many attempts the last tell most.
const ROW: usize = 3;

impl Tree {
    /// Returns the lines that a screen has room for. A line that is too long is cut, because one that wraps would
    /// be two.
    pub(in crate::cli::commands::executions) fn within(
        &self,
        rows: usize,
        columns: usize,
    ) -> Vec<String> {
        let cut = |line: &str| console::truncate_str(line, columns, "…").into_owned();
        let text = self.text();
        let room = rows.saturating_sub(2).max(HEADING + 2);
        let whole = text.lines().count();
        if whole <= room {
            return text.lines().map(cut).collect();
        }
        let mut lines = self.short_heading(room / 3);
        // With this little room the words below are less than the operations.
        let left = room.saturating_sub(lines.len() + self.above.len());
        lines.extend(self.above.iter().cloned());
        lines.extend(chosen(&self.rows, left));
        lines.iter().map(|line| cut(line)).collect()
    }

    fn short_heading(&self, waits: usize) -> Vec<String> {
        let most = HEADING + waits;
        let mut lines: Vec<String> = self.heading.iter().take(most).cloned().collect();
        if self.heading.len() > most {
            lines.truncate(most - 1);
            let more = self.heading.len() - lines.len();
            lines.push(format!("  ⋮ {more} more lines"));
        }
        lines
    }
}

/// Returns the rows that matter most, in their order, in so many lines; what is left out between is a line.
fn chosen(rows: &[Row], room: usize) -> Vec<String> {
    let mut by_worth: Vec<(usize, &Row)> = rows.iter().enumerate().collect();
    by_worth.sort_by_key(|(place, row)| std::cmp::Reverse((row.stands, *place)));
    let mut kept = BTreeSet::new();
    for (place, _) in by_worth {
        kept.insert(place);
        if lines_of(rows, &kept) > room {
            kept.remove(&place);
            // One line at the least: below that no other row fits either.
            if room.saturating_sub(lines_of(rows, &kept)) <= 1 {
                break;
            }
        }
    }
    told(rows, &kept)
}

fn lines_of(rows: &[Row], kept: &BTreeSet<usize>) -> usize {
    let mut next = 0;
    let mut lines = 0;
    for place in kept {
        lines += usize::from(*place > next);
        lines += rows.get(*place).map_or(0, |row| row.lines.len().min(ROW));
        next = place + 1;
    }
    lines + usize::from(next < rows.len())
}

fn told(rows: &[Row], kept: &BTreeSet<usize>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut left_out = 0;
    let gap = |lines: &mut Vec<String>, left_out: &mut usize| {
        if *left_out > 0 {
            lines.push(format!("  ⋮ {}", crate::count::counted(*left_out, "row")));
        }
        *left_out = 0;
    };
    for (place, row) in rows.iter().enumerate() {
        if kept.contains(&place) {
            gap(&mut lines, &mut left_out);
            lines.extend(short(&row.lines));
        } else {
            left_out += 1;
        }
    }
    gap(&mut lines, &mut left_out);
    lines
}

/// Returns a row's own line and the last of those that belong to it.
fn short(lines: &[String]) -> Vec<String> {
    let skipped = lines.len().saturating_sub(ROW);
    let own = lines.first().cloned();
    own.into_iter()
        .chain(lines.iter().skip(1 + skipped).cloned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Row, Tree};
    use crate::cli::commands::executions::tree::shape::Stands;

    fn tree(rows: Vec<(Stands, &str)>) -> Tree {
        let rows = rows.into_iter().map(|(stands, text)| Row {
            stands,
            lines: vec![text.to_owned()],
        });
        Tree {
            heading: vec!["heading".to_owned()],
            rows: rows.collect(),
            ..Tree::default()
        }
    }

    #[test]
    fn a_small_screen_keeps_what_goes_on_and_what_failed() {
        let mut rows: Vec<(Stands, &str)> = vec![(Stands::Over, "over"); 100];
        rows[10] = (Stands::GoesOn, "goes on");
        rows[50] = (Stands::Failed, "failed");
        let shown = tree(rows).within(12, 80);
        assert_eq!(
            shown,
            [
                "heading",
                "  ⋮ 10 rows",
                "goes on",
                "  ⋮ 39 rows",
                "failed",
                "  ⋮ 45 rows",
                "over",
                "over",
                "over",
                "over",
            ]
        );
    }

    #[test]
    fn a_screen_that_is_large_enough_shows_all_and_cuts_what_is_too_long() {
        let rows = vec![(Stands::Over, "a long row")];
        assert_eq!(tree(rows).within(24, 4), ["hea…", "", "a l…"]);
    }

    #[test]
    fn more_goes_on_than_there_is_room_for_and_it_still_fits() {
        let rows = vec![(Stands::GoesOn, "goes on"); 60];
        let shown = tree(rows).within(24, 80);
        assert!(shown.len() <= 22, "{shown:?}");
        assert!(shown.iter().filter(|line| *line == "goes on").count() >= 18);
    }
}
