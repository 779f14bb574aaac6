//! The picture as an HTML page: a table that reads as one without its colors too.

use durable_history::MOST_OPERATIONS;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::axis::Fold;
use super::scene::{Scene, SceneBar, SceneRow, name};
use super::style::STYLE;
use crate::operate::executions::{OperationView, Waiting};
use crate::span::span;

pub(super) fn render(scene: &Scene) -> String {
    let view = &scene.view;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (view.name) " " (view.status) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    header {
                        h1 { (view.name) " " span.status data-status=(view.status) { (view.status) } }
                        (facts(scene))
                    }
                    (rest(scene))
                }
            }
        }
    };
    page.into_string()
}

/// Returns the execution without a heading of its own, for a page that has one.
pub(super) fn part(scene: &Scene) -> String {
    let part = html! { (facts(scene)) (rest(scene)) };
    part.into_string()
}

fn rest(scene: &Scene) -> Markup {
    let view = &scene.view;
    html! {
        @if !view.waiting_for.is_empty() { h2 { "Waits for" } (waits(&view.waiting_for)) }
        (data(scene))
        h2 { "Timeline" }
        (legend(scene))
        (table(scene))
    }
}

fn facts(scene: &Scene) -> Markup {
    let view = &scene.view;
    let facts = [
        ("Function", view.function.clone()),
        ("Version", view.version.clone()),
        ("Started", view.started_at.0.to_rfc3339()),
        (
            "Ended",
            view.ended_at
                .map_or_else(|| "not yet".to_owned(), |at| at.0.to_rfc3339()),
        ),
        ("Took", span(scene.axis.whole)),
        ("Of that steps worked", span(scene.axis.worked)),
        (
            "Operations",
            format!("{} of {MOST_OPERATIONS}", view.operations_used),
        ),
        ("Bytes written", view.bytes_written.to_string()),
        ("Invocations", view.invocations.to_string()),
    ];
    html! {
        dl.facts { @for (what, value) in facts { div { dt { (what) } dd { (value) } } } }
    }
}

fn waits(waiting: &[Waiting]) -> Markup {
    html! {
        ul {
            @for each in waiting {
                li {
                    strong { (each.operation) } " (" (each.kind) ") since " (each.since.0.to_rfc3339())
                    @if let Some(until) = each.until { ", until " (until.0.to_rfc3339()) }
                }
            }
        }
    }
}

fn data(scene: &Scene) -> Markup {
    let view = &scene.view;
    html! {
        @if let Some(error) = &view.error { p.error role="note" { (scene.error(error)) } }
        @if let Some(input) = scene.value(view.input.as_ref()) { (folded("Input", &input)) }
        @if let Some(result) = scene.value(view.result.as_ref()) { (folded("Result", &result)) }
    }
}

fn folded(what: &str, text: &str) -> Markup {
    html! { details { summary { (what) } pre { (text) } } }
}

/// Returns what the bars mean, for the eye: each bar says it in words, too.
fn legend(scene: &Scene) -> Markup {
    html! {
        ul.legend aria-label="What the bars mean" {
            @for look in scene.looks() {
                li { i aria-hidden="true" class=(look.class()) data-end=[look.end()] {} (look.meaning()) }
            }
            @if scene.axis.is_folded() { li { i.fold aria-hidden="true" {} "time without work, shortened" } }
        }
    }
}

fn table(scene: &Scene) -> Markup {
    let begin = scene.begin.to_rfc3339();
    html! {
        table.timeline style=(folds(scene)) {
            caption {
                "Operations over time, from " (begin)
            }
            thead {
                tr {
                    th scope="col" { "Operation" }
                    th scope="col" { "Status" }
                    th scope="col" { "Time" (axis(scene)) }
                }
            }
            tbody { @for (place, each) in scene.rows.iter().enumerate() { (row(scene, place, each)) } }
        }
    }
}

/// Returns the shades of folded spans, once for all rows.
fn folds(scene: &Scene) -> String {
    let mut stops = vec!["transparent 0".to_owned()];
    for fold in scene.axis.folds() {
        let (start, end) = (fold.start * 100.0, fold.end * 100.0);
        stops.push(format!("transparent {start:.2}%,var(--fold) {start:.2}%,var(--fold) {end:.2}%,transparent {end:.2}%"));
    }
    stops.push("transparent 100%".to_owned());
    format!("--folds:linear-gradient(90deg,{})", stops.join(","))
}

fn axis(scene: &Scene) -> Markup {
    let fold = |fold: &Fold| {
        let (left, width) = (fold.start * 100.0, (fold.end - fold.start) * 100.0);
        format!("left:{left:.2}%;width:{width:.2}%")
    };
    html! {
        div.axis {
            @for tick in scene.axis.ticks() {
                b data-last[tick.is_last()] style=(format!("left:{:.2}%", tick.place * 100.0)) { (tick.label) }
            }
            @for (each, label) in scene.axis.folds().iter().filter_map(|fold| Some((fold, fold.label()?))) {
                span style=(fold(each)) title=(format!("{label} without work")) { (label) }
            }
        }
    }
}

fn row(scene: &Scene, place: usize, row: &SceneRow) -> Markup {
    let operation = &row.operation;
    let result = scene.value(operation.result.as_ref());
    let told = result.is_some() || operation.execution.is_some() || operation.attempts.len() > 1;
    html! {
        tr {
            th scope="row" style=(format!("--depth:{}", operation.depth.min(12))) {
                (name(operation)) " " small { (operation.sub_type.as_deref().unwrap_or(operation.kind)) }
                @if let Some(error) = scene.error_at(place) { div.error { (error) } }
                @if told {
                    details {
                        summary { "More" }
                        @if let Some(function) = &operation.function { p { "Invokes " (function) } }
                        @if let Some(execution) = &operation.execution { p { "Execution " (execution) } }
                        @if operation.attempts.len() > 1 {
                            ul {
                                @for (words, times) in attempts(scene, operation) {
                                    li { (words) @if times > 1 { " (" (times) " times)" } }
                                }
                            }
                        }
                        @if let Some(result) = result { pre { (result) } }
                    }
                }
            }
            td.status data-status=(operation.status) { (operation.status) }
            td.lane { @for each in &row.bars { (bar(each)) } }
        }
        @if let Some(inner) = operation.execution.as_ref().and_then(|arn| scene.inner.get(arn)) {
            tr.inner { td colspan="3" { (chained(inner)) } }
        }
    }
}

/// Returns an execution inside of the one that started it.
fn chained(scene: &Scene) -> Markup {
    let view = &scene.view;
    html! {
        details {
            summary {
                "Execution " (view.name) " "
                span.status data-status=(view.status) { (view.status) }
                ", took " (span(scene.axis.whole))
            }
            @if !view.waiting_for.is_empty() { p { "Waits for" } (waits(&view.waiting_for)) }
            (data(scene))
            (table(scene))
        }
    }
}

/// Returns how the attempts ended, in order; those that ended alike one after the other are told once.
fn attempts(scene: &Scene, operation: &OperationView) -> Vec<(String, usize)> {
    let mut told: Vec<(String, usize)> = Vec::new();
    for attempt in &operation.attempts {
        let words = attempt.error.as_ref().map(|error| scene.error(error));
        let words = words.unwrap_or_else(|| "succeeded or goes on".to_owned());
        match told.last_mut() {
            Some((last, times)) if *last == words => *times += 1,
            _ => told.push((words, 1)),
        }
    }
    told
}

fn bar(bar: &SceneBar) -> Markup {
    let (left, width) = (bar.start * 100.0, (bar.end - bar.start) * 100.0);
    html! {
        i class=(bar.look.class()) role="img" title=(bar.words) data-end=[bar.look.end()]
            style=(format!("left:{left:.2}%;width:{width:.2}%")) {}
    }
}
