//! How long deploying to the local target takes, beside `sam deploy` and `cdk deploy`:
//! `cargo bench -p deployer`.
//!
//! Works on a copy of the project, with dependencies that are compiled already. The other tools are
//! found on the `PATH`, or named by `MEASURE_SAM` and `MEASURE_CDK`; one that is not there is skipped.
//! With `MEASURE_FRESH_CLONE=1` a fresh clone is timed to the end of its first `up`, which compiles
//! everything. Figures of one run compare with each other; machines are noisy.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measurement that cannot go on has failed, and its figures go to stdout"
)]

mod calls;
mod clone;
mod memory;
mod peers;
mod project;
mod report;
mod start;

use self::project::{Project, Run};
use self::report::{Goal, fact, median, seconds};

const REPEATS: usize = 5;
/// Each of these compiles.
const CHANGES: usize = 3;

#[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
fn main() {
    let folder = tempfile::tempdir().unwrap();
    let project = Project::copy(folder.path());
    project.run(&["up"]);
    project.run(&["destroy", "--yes"]);
    project.run(&["local", "stop"]);
    measure_two_workflows(&project);
    peers::compare(&project, folder.path());
    project.run(&["local", "stop"]);
    if std::env::var_os("MEASURE_FRESH_CLONE").is_some() {
        let whole = clone::to_the_first_up();
        seconds(
            "fresh clone to the end of the first `up`",
            whole,
            Goal::None,
        );
    }
}

fn measure_two_workflows(project: &Project) {
    println!("Two workflows with six functions, profile dev, medians\n");
    let first = project.timed(&["up", "--format", "json"]);
    let first_without_build = first.seconds - first.build_seconds();
    let what = "`up`, first, local target stopped, without building";
    seconds(what, first_without_build, Goal::None);
    let unchanged = (0..REPEATS).map(|_| project.timed(&["up"]).seconds);
    seconds("`up`, unchanged", median(unchanged), Goal::Seconds(0.3));
    let changed: Vec<Run> = (0..CHANGES)
        .map(|_| project.change_and_deploy(&[]))
        .collect();
    let without_build = changed.iter().map(|run| run.seconds - run.build_seconds());
    let what = "`up`, one function of both changed, without building";
    seconds(what, median(without_build), Goal::Seconds(1.5));
    let build = median(changed.iter().map(Run::build_seconds));
    seconds("  and building it", build, Goal::None);
    let unchanged = project.peak_memory_unchanged(&[]);
    memory::fact("memory at most, `up`, unchanged", unchanged);
    let changed = project.peak_memory_changed();
    memory::fact("memory at most, `up`, one function changed", changed);
    let calls = calls::of_unchanged_up(project);
    fact(
        "API calls of an unchanged `up`, 2 stacks",
        &calls.to_string(),
    );
    let smoke = project.timed(&["smoke-test"]).seconds;
    seconds("`smoke-test`", smoke, Goal::None);
    for (function, bytes) in first.zips() {
        let starts = (0..REPEATS).map(|_| start::to_first_poll(&function));
        let start = 1000.0 * median(starts);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a zip has fewer than 2^52 bytes"
        )]
        let megabytes = bytes as f64 / 1e6;
        let figures = format!("{megabytes:.1} MB, {start:.0} ms");
        fact(
            &format!("zip of {function}, start to its first poll"),
            &figures,
        );
    }
    project.run(&["destroy", "--yes"]);
}
