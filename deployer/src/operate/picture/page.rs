//! The picture as an HTML page: a table that reads as one without its colors too.

use durable_history::MOST_OPERATIONS;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::axis::Fold;
use super::scene::{Scene, SceneBar, SceneRow, name};
use super::style::STYLE;
use crate::operate::executions::{OperationView, Waiting};
use crate::span::span;

/// The least part of the axis that is drawn.
const LEAST_WIDTH: f64 = 0.003;

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
                    h1 { (view.name) " " span.status data-status=(view.status) { (view.status) } }
                    (body(scene))
                }
            }
        }
    };
    page.into_string()
}

/// Returns all but the heading. It has no style of its own in it, which a page with a strict policy would drop.
pub(super) fn body(scene: &Scene) -> Markup {
    html! {
        (facts(scene))
        (waits(&scene.view.waiting_for))
        (data(scene))
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
        @if !waiting.is_empty() {
            h2 { "Waits for" }
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

fn table(scene: &Scene) -> Markup {
    let begin = scene.begin.to_rfc3339();
    html! {
        (folds(scene))
        table.timeline {
            caption {
                "Operations over time, from " (begin) ". "
                @if scene.axis.is_folded() {
                    "Where nothing works the axis is folded (shaded)."
                }
            }
            thead {
                tr {
                    th scope="col" { "Operation" }
                    th scope="col" { "Status" }
                    th scope="col" { "Time" (axis(scene)) }
                }
            }
            tbody { @for each in &scene.rows { (row(scene, each)) } }
        }
    }
}

/// Returns the shades of folded spans, once for all rows.
fn folds(scene: &Scene) -> Markup {
    html! {
        svg.shades aria-hidden="true" {
            g #folds {
                @for fold in scene.axis.folds() {
                    rect.fold x=(percent(fold.start)) width=(percent(fold.end - fold.start)) {}
                }
            }
        }
    }
}

fn axis(scene: &Scene) -> Markup {
    let folds = scene.axis.folds();
    let middle = |fold: &Fold| f64::midpoint(fold.start, fold.end);
    html! {
        svg.axis {
            @for fold in folds.iter().filter(|fold| fold.has_room()) {
                text x=(percent(middle(fold))) y="70%" { (span(fold.length)) }
            }
        }
    }
}

fn percent(part: f64) -> String {
    format!("{:.2}%", part * 100.0)
}

fn row(scene: &Scene, row: &SceneRow) -> Markup {
    let operation = &row.operation;
    let result = scene.value(operation.result.as_ref());
    let told = result.is_some() || operation.execution.is_some() || operation.attempts.len() > 1;
    html! {
        tr {
            th scope="row" class=[depth(operation.depth)] {
                (name(operation)) " " small { (operation.sub_type.as_deref().unwrap_or(operation.kind)) }
                @if let Some(error) = &operation.error { div.error { (scene.error(error)) } }
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
            td.lane { svg { use href="#folds" {} @for each in &row.bars { (bar(each)) } } }
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

/// Returns how far a row is set in.
fn depth(depth: usize) -> Option<String> {
    (depth > 0).then(|| format!("d{}", depth.min(12)))
}

fn bar(bar: &SceneBar) -> Markup {
    html! {
        rect class=(bar.look.class()) x=(percent(bar.start)) width=(percent((bar.end - bar.start).max(LEAST_WIDTH))) {
            title { (bar.words) }
        }
    }
}
