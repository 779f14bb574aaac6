//! Which revision a resource carries, and who deployed last, through every way of changing a stack.

use deployer::config::{Changes, Mode};
use deployer::consent::Refuse;
use deployer::deploy::apply::current;
use deployer::stack::{Origin, deployed_template, revision_of};
use serde_json::Value;

use super::stage::{RESOURCES, STACK, Stage, template};
use crate::fake_cloudformation::Phase;

/// The resources of the stage, all of types that have tags.
const ALL: [&str; 3] = ["MainTable", "MainQueue", "MainFunction"];

fn origin(revision: &str) -> Origin {
    Origin {
        revision: Some(revision.to_owned()),
        deployed_by: Some(format!("the author of {revision}")),
    }
}

impl Stage {
    /// Deploys what is wanted as it stands in a revision; returns what became of the stack.
    async fn deploy_from(&mut self, revision: &str) -> &'static str {
        self.request = self.request.clone().with_origin(&origin(revision));
        self.ready(&Refuse).await.action
    }

    fn wants_resources(&mut self, resources: &str) {
        self.wants(template(resources));
    }

    async fn live_template(&self) -> Value {
        deployed_template(&self.clients, STACK).await.unwrap()
    }

    async fn revisions(&self) -> Vec<String> {
        let deployed = self.live_template().await;
        let revisions = ALL.iter().map(|id| {
            let revision = revision_of(&deployed["Resources"][id]);
            revision.unwrap_or("none").to_owned()
        });
        revisions.collect()
    }
}

#[tokio::test]
async fn a_commit_that_changes_nothing_changes_no_stack() {
    let mut stage = Stage::new(RESOURCES).await;
    assert_eq!(stage.deploy_from("one").await, "created");
    assert_eq!(stage.revisions().await, ["one", "one", "one"]);
    stage.fake.forget_calls();
    assert_eq!(stage.deploy_from("two").await, "unchanged");
    let requests = [stage.request.clone()];
    let found = current(&stage.clients, &requests).await.unwrap();
    assert!(found[0].is_some());
    let calls = ["DescribeStacks", "GetTemplate"];
    assert_eq!(stage.fake.calls(), [calls, calls].concat());
    assert_eq!(
        Origin::of_template(&stage.live_template().await),
        origin("one")
    );
}

#[tokio::test]
async fn only_what_changes_carries_the_new_revision() {
    for changes in [Changes::Direct, Changes::ChangeSet] {
        let mut stage = Stage::new(RESOURCES)
            .await
            .deployed(changes, Mode::Standard, false);
        stage.deploy_from("one").await;
        stage.wants_resources(&RESOURCES.replace("128", "256"));
        assert_eq!(stage.deploy_from("two-dirty").await, "updated");
        assert_eq!(stage.revisions().await, ["one", "one", "two-dirty"]);
        let deployed = stage.live_template().await;
        assert_eq!(Origin::of_template(&deployed), origin("two-dirty"));
        assert_eq!(stage.deploy_from("three").await, "unchanged");
    }
}

#[tokio::test]
async fn a_stack_that_is_created_anew_is_all_of_the_new_revision() {
    for changes in [Changes::Direct, Changes::ChangeSet] {
        let mut stage = Stage::new(RESOURCES)
            .await
            .deployed(changes, Mode::Standard, false);
        stage.fake.fail("MainFunction", Phase::Create, "no");
        stage.request = stage.request.clone().with_origin(&origin("one"));
        stage.up(&Refuse).await.unwrap_err();
        assert_eq!(stage.status(), "ROLLBACK_COMPLETE");
        stage.fake.mend();
        assert_eq!(stage.deploy_from("two").await, "created");
        assert_eq!(stage.revisions().await, ["two", "two", "two"]);
    }
}

#[tokio::test]
async fn an_update_that_was_rolled_back_leaves_no_trace_of_its_revision() {
    let mut stage = Stage::new(RESOURCES).await;
    stage.deploy_from("one").await;
    stage.wants_resources(&RESOURCES.replace("128", "256"));
    stage.fake.fail("MainFunction", Phase::Update, "no");
    stage.request = stage.request.clone().with_origin(&origin("two"));
    stage.up(&Refuse).await.unwrap_err();
    stage.fake.mend();
    stage.wants_resources(&RESOURCES.replace(": 1 }", ": 2 }"));
    assert_eq!(stage.deploy_from("three").await, "updated");
    assert_eq!(stage.revisions().await, ["one", "three", "one"]);
}

#[tokio::test]
async fn an_update_that_stopped_half_way_is_gone_on_with() {
    let mut stage = Stage::new(RESOURCES).await;
    stage.deploy_from("one").await;
    stage.wants_more();
    stage.fake.fail("MainFunction", Phase::Update, "no");
    stage.update_express_without_rollback().await;
    assert_eq!(stage.status(), "UPDATE_FAILED");
    stage.fake.mend();
    stage.wants_resources(&RESOURCES.replace("128", "512"));
    assert_eq!(stage.deploy_from("two").await, "updated");
    let revisions = stage.revisions().await;
    assert_eq!(revisions[2], "two", "{revisions:?}");
}

#[tokio::test]
async fn the_tags_of_a_component_stay_beside_ours() {
    let tagged = |memory: &str, team: &str| {
        let tags = format!("Tags: [{{ Key: team, Value: {team} }}]");
        RESOURCES.replace("MemorySize: 128", &format!("MemorySize: {memory}, {tags}"))
    };
    let mut stage = Stage::new(&tagged("128", "orders")).await;
    stage.deploy_from("one").await;
    let tags = async |stage: &Stage| {
        let deployed = stage.live_template().await;
        let tags = deployed["Resources"]["MainFunction"]["Properties"]["Tags"].clone();
        let tags = tags.as_array().unwrap().iter();
        tags.map(|tag| tag["Value"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(tags(&stage).await, ["orders", "one"]);
    stage.wants_resources(&tagged("128", "stock"));
    assert_eq!(stage.deploy_from("two").await, "updated");
    assert_eq!(tags(&stage).await, ["stock", "two"]);
}
