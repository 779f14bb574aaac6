//! Which behavior rests on which witness, since there is no account at hand to ask.
//!
//! No witness is right about everything: each is asked for what it does as AWS does it.

use std::collections::BTreeSet;
use std::process::Command;

use Witness::{
    CfnLint, Checkov, FakeCloudFormation, LocalTarget, Moto, NoneNeeded, ServiceAuthorization,
};

enum Witness {
    /// What runs: executions, messages, versions, logs. Its own yardstick are AWS's conformance
    /// histories, in `deployer/local/tests/conformance/`.
    LocalTarget,
    /// States, events and errors that no emulator has. Its specification is its `mod.rs`.
    FakeCloudFormation,
    /// The linked templates of every stage, applied by an implementation that is not ours.
    Moto,
    /// AWS's own description of the properties of every resource type.
    CfnLint,
    /// Other people's rules of what is safe.
    Checkov,
    /// AWS's own list of actions, with the resources and the conditions that each knows.
    ServiceAuthorization,
    /// Behavior that no service has a part in.
    NoneNeeded,
}

/// Every behavior with its witness and the tests, or modules of tests, that ask it.
const TABLE: &[(&str, Witness, &[&str])] = &[
    (
        "a message becomes one execution, which waits, is answered, and outlives a restart",
        LocalTarget,
        &[
            "end_to_end::the_commands_of_the_readme_do_what_it_says",
            "own_workflow::the_walk_through_of_the_readme_makes_a_workflow_that_works",
        ],
    ),
    (
        "a model scores within its rights and the rules, and no call of it is paid twice",
        LocalTarget,
        &["agents"],
    ),
    (
        "people are asked, answer by links, and nothing of that is left behind",
        LocalTarget,
        &["asking"],
    ),
    (
        "a smoke test that is stopped leaves nothing of what it made",
        LocalTarget,
        &["end_to_end::the_commands_of_the_readme_do_what_it_says"],
    ),
    (
        "a changed function has a new version, which the alias points to, beside the old one",
        Moto,
        &["moto::life::a_protected_stage_is_planned_made_changed_and_destroyed"],
    ),
    (
        "dead letters are put back, none lost and none handled twice, whenever that is interrupted",
        LocalTarget,
        &["dead_letters"],
    ),
    (
        "what was planned is what runs, and nothing else does",
        LocalTarget,
        &["plan::on_the_local_target::what_was_planned_is_what_runs_and_nothing_else_does"],
    ),
    (
        "executions that wait are answered, stopped and run again, and nothing is charged twice",
        LocalTarget,
        &["change::what_waits_is_answered_stopped_and_run_again_and_nothing_is_charged_twice"],
    ),
    (
        "status, logs, gc and destroy ask the services and tell what is there",
        LocalTarget,
        &["operate"],
    ),
    (
        "a new version goes back where an alarm goes off, and nothing stays paused after a change or a kill",
        LocalTarget,
        &["operate::shifts", "operate::held"],
    ),
    (
        "a stack that is closed for a change is opened again by whoever comes next",
        FakeCloudFormation,
        &[
            "fake_account::a_drained_stack_is_opened_by_another_machine_wherever_its_change_was_killed",
            "fake_account::a_drained_stack_whose_change_fails_is_opened_again",
        ],
    ),
    (
        "a function that waits for its executions is told of while its stack is deleted",
        FakeCloudFormation,
        &["fake_account::a_deletion_that_waits_for_executions_is_explained"],
    ),
    (
        "a trace names the right end of a message, and where its track is lost",
        LocalTarget,
        &["trace"],
    ),
    (
        "the page shows what runs, does what is asked on it, and refuses whom it does not know",
        LocalTarget,
        &["page"],
    ),
    (
        "who has the printed policies and nothing else can deploy, look, change and destroy",
        Moto,
        &["moto::permissions"],
    ),
    (
        "a printed policy allows actions that there are, on resources that they can be allowed on",
        ServiceAuthorization,
        &["policies"],
    ),
    (
        "a service role is named by every operation of a stack",
        FakeCloudFormation,
        &["apply::roles"],
    ),
    (
        "every state of a stack has a way out",
        FakeCloudFormation,
        &["apply::states"],
    ),
    (
        "a failure is told by its first real cause, in its place",
        FakeCloudFormation,
        &[
            "apply::causes",
            "fake_account::a_failed_deployment_is_told_with_its_first_real_cause",
        ],
    ),
    (
        "Express keeps rollback on, and an unexecuted change set leaves nothing",
        FakeCloudFormation,
        &["apply::ways"],
    ),
    (
        "a resource carries the revision that it comes from, and a commit alone changes none",
        FakeCloudFormation,
        &["apply::origin"],
    ),
    (
        "a lost network and Ctrl-C leave the operation running, or cancel it where that is asked",
        FakeCloudFormation,
        &["apply::network", "apply::cancel", "fake_account::interrupt"],
    ),
    (
        "an unchanged stage costs two calls a stack",
        FakeCloudFormation,
        &[
            "fake_account::an_unchanged_stage_costs_two_calls_a_stack",
            "plan::on_the_fake::an_unchanged_stack_is_seen_with_two_calls",
        ],
    ),
    (
        "a plan calls nothing that writes",
        FakeCloudFormation,
        &["plan::on_the_fake::planning_reads_and_does_nothing_else"],
    ),
    (
        "what the cross-compiler makes passes for Lambda's",
        FakeCloudFormation,
        &["cross_compiler"],
    ),
    (
        "every linked template of every stage makes all of its resources, as it asks for them",
        Moto,
        &["moto::stages"],
    ),
    (
        "a stage in an account is planned by property, made, changed and destroyed, and nothing is left",
        Moto,
        &["moto::life::a_protected_stage_is_planned_made_changed_and_destroyed"],
    ),
    (
        "the tags of a template reach the resources",
        Moto,
        &["moto::stages"],
    ),
    (
        "properties are what CloudFormation takes",
        CfnLint,
        &["templates::cfn_lint_has_no_finding_in_any_component_or_linked_template"],
    ),
    (
        "what is deployed is encrypted, private, and recoverable",
        Checkov,
        &["checkov"],
    ),
    (
        "the same input gives the same bytes",
        NoneNeeded,
        &[
            "templates::linked_templates_are_the_golden_ones",
            "templates::the_same_configuration_links_to_the_same_bytes",
            "schemas",
        ],
    ),
    (
        "templates keep the practices that reviews ask for",
        NoneNeeded,
        &["practices"],
    ),
    (
        "what is wrong is found and told before anything is touched",
        NoneNeeded,
        &["command_line", "doctor"],
    ),
    (
        "what runs here is built for here, however cargo is set up",
        NoneNeeded,
        &["builds"],
    ),
    (
        "a company's authorities, proxies and profiles are honoured",
        NoneNeeded,
        &["network"],
    ),
    (
        "cargo runs only where something changed",
        NoneNeeded,
        &["artifacts"],
    ),
    (
        "this table names tests that there are",
        NoneNeeded,
        &["witnesses"],
    ),
];

#[test]
fn every_behavior_rests_on_tests_that_there_are_and_every_module_on_a_witness() {
    let tests = tests();
    let mut missing: BTreeSet<&str> = tests.iter().map(|test| module(test)).collect();
    for (behavior, _, names) in TABLE {
        for name in *names {
            let is_of = |test: &String| {
                let rest = test.strip_prefix(name);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            };
            assert!(tests.iter().any(is_of), "{behavior}: there is no {name}");
            missing.remove(module(name));
        }
    }
    assert!(missing.is_empty(), "on which witness rest {missing:?}?");
}

fn module(test: &str) -> &str {
    test.split("::").next().unwrap_or(test)
}

/// Returns the names of all tests of this program.
fn tests() -> Vec<String> {
    let program = std::env::current_exe().unwrap();
    let listed = Command::new(program).arg("--list").output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let names = listed
        .lines()
        .filter_map(|line| line.strip_suffix(": test"));
    names.map(str::to_owned).collect()
}
