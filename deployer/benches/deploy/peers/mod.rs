//! The same stack, deployed by other tools to the same endpoint in the same run.
//!
//! Each at its best: nothing is built for any; the zips are those of the deployer; `sam` packages them
//! as its users do; `cdk` gets a cloud assembly that is ready, so that neither TypeScript nor synthesis
//! counts; both find their buckets there, where the deployer's first `up` makes its own.

mod cdk;
mod sam;
mod stack;
mod tool;

use std::path::Path;

use self::stack::Stack;
use self::tool::Tool;
use super::memory;
use super::project::{Project, Run};
use super::report::{median, row};
use super::{CHANGES, REPEATS};

/// What was measured of one tool.
#[derive(Default)]
struct Figures {
    first: Vec<f64>,
    unchanged: Vec<f64>,
    changed: Vec<f64>,
    memory: Option<u64>,
}

type Times = fn(&Figures) -> &[f64];

/// Measures `up`, `sam deploy` and `cdk deploy` and prints them side by side.
pub(crate) fn compare(project: &Project, folder: &Path) {
    let tools = [sam::find(folder), cdk::find(folder)];
    if tools.iter().all(Option::is_none) {
        return;
    }
    project.run(&["local", "start"]);
    for tool in tools.iter().flatten() {
        tool.make_bucket(&project.endpoint());
    }
    let mut ours = Figures::default();
    let mut theirs = [Figures::default(), Figures::default()];
    measure_first(project, &tools, &mut ours, &mut theirs);
    measure_unchanged(project, &tools, &mut ours, &mut theirs);
    measure_changed(project, &tools, &mut ours, &mut theirs);
    project.run(&["destroy", "--yes"]);
    print(&tools, &ours, &theirs);
}

fn measure_first(
    project: &Project,
    tools: &[Option<Tool>; 2],
    ours: &mut Figures,
    theirs: &mut [Figures; 2],
) {
    for round in 0..CHANGES {
        if round > 0 {
            project.run(&["destroy", "--yes"]);
        }
        let run = project.timed(&["up", "--format", "json", stack::WORKFLOW]);
        ours.first.push(without_build(&run));
        let stack = Stack::of(project);
        for (tool, figures) in tools.iter().zip(&mut *theirs) {
            let Some(tool) = tool else { continue };
            // Not the name that the other rounds and the other measurements have.
            let name = format!("{}-{round}", tool.name);
            figures.first.push(tool.timed(project, &stack, &name));
        }
    }
}

fn measure_unchanged(
    project: &Project,
    tools: &[Option<Tool>; 2],
    ours: &mut Figures,
    theirs: &mut [Figures; 2],
) {
    let stack = Stack::of(project);
    for _ in 0..REPEATS {
        let run = project.timed(&["up", stack::WORKFLOW]);
        ours.unchanged.push(run.seconds);
        for (tool, figures) in tools.iter().zip(&mut *theirs) {
            let Some(tool) = tool else { continue };
            let name = format!("{}-0", tool.name);
            figures.unchanged.push(tool.timed(project, &stack, &name));
        }
    }
    ours.memory = project.peak_memory_unchanged(&[stack::WORKFLOW]);
    for (tool, figures) in tools.iter().zip(theirs) {
        let Some(tool) = tool else { continue };
        let name = format!("{}-0", tool.name);
        figures.memory = tool.peak_memory(project, &stack, &name);
    }
}

fn measure_changed(
    project: &Project,
    tools: &[Option<Tool>; 2],
    ours: &mut Figures,
    theirs: &mut [Figures; 2],
) {
    for _ in 0..CHANGES {
        let run = project.change_and_deploy(&[stack::WORKFLOW]);
        ours.changed.push(without_build(&run));
        let stack = Stack::of(project);
        for (tool, figures) in tools.iter().zip(&mut *theirs) {
            let Some(tool) = tool else { continue };
            let name = format!("{}-0", tool.name);
            figures.changed.push(tool.timed(project, &stack, &name));
        }
    }
}

fn without_build(run: &Run) -> f64 {
    run.seconds - run.build_seconds()
}

fn print(tools: &[Option<Tool>; 2], ours: &Figures, theirs: &[Figures; 2]) {
    let [sam, cdk] = tools.each_ref().map(|tool| {
        let Some(tool) = tool else {
            return "not installed".to_owned();
        };
        format!("{} deploy {}", tool.name, tool.version)
    });
    println!("\nOne workflow, the same stack and zips, nothing built, medians\n");
    row("", ["deployer up", &sam, &cdk]);
    let lines: [(&str, Times); 3] = [
        ("unchanged", |figures| &figures.unchanged),
        ("one function changed", |figures| &figures.changed),
        ("first", |figures| &figures.first),
    ];
    for (what, times) in lines {
        let own = median(times(ours).iter().copied());
        let [sam, cdk] = theirs.each_ref().map(|figures| {
            if times(figures).is_empty() {
                return "-".to_owned();
            }
            let other = median(times(figures).iter().copied());
            format!("{other:.2} s ({:.1} x ours)", other / own)
        });
        row(what, [&format!("{own:.2} s"), &sam, &cdk]);
    }
    let [sam, cdk] = theirs
        .each_ref()
        .map(|figures| memory::text(figures.memory));
    row(
        "memory, unchanged",
        [&memory::text(ours.memory), &sam, &cdk],
    );
    println!("\nsam packages the zips itself. cdk has a cloud assembly that is ready, so that");
    println!("no synthesis counts, and `--method direct`. Both have their buckets already.");
    println!("Goals: unchanged 10 x, one function changed 3 x.");
}
