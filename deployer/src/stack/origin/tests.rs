use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Deployed, Origin, REVISION_TAG, mark, revision_of};

fn origin(revision: &str) -> Origin {
    Origin {
        revision: Some(revision.to_owned()),
        deployed_by: Some("ada".to_owned()),
    }
}

fn function(memory: u32) -> Value {
    json!({ "Type": "AWS::Lambda::Function", "Properties": { "MemorySize": memory } })
}

fn template(resources: &Value) -> Value {
    json!({ "Description": "one", "Resources": resources })
}

/// Marks a template over what an earlier marking deployed.
fn over(deployed: &Value, wanted: &Value, origin: &Origin) -> Value {
    let tags = BTreeMap::new();
    let deployed = Deployed {
        template: deployed,
        tags: &tags,
    };
    mark(wanted, &tags, Some(deployed), origin)
}

fn new(wanted: &Value, origin: &Origin) -> Value {
    mark(wanted, &BTreeMap::new(), None, origin)
}

fn revision<'a>(template: &'a Value, id: &str) -> Option<&'a str> {
    revision_of(&template["Resources"][id])
}

#[test]
fn what_is_new_carries_the_revision_and_only_where_its_type_has_tags() {
    let wanted = template(&json!({
        "Function": function(128),
        "Role": { "Type": "AWS::IAM::Role" },
        "Policy": { "Type": "AWS::IAM::Policy", "Properties": {} },
        "Version": { "Type": "AWS::Lambda::Version" },
    }));
    let marked = new(&wanted, &origin("one"));
    assert_eq!(revision(&marked, "Function"), Some("one"));
    assert_eq!(revision(&marked, "Role"), Some("one"));
    for untaggable in ["Policy", "Version"] {
        assert_eq!(
            marked["Resources"][untaggable],
            wanted["Resources"][untaggable]
        );
    }
    assert_eq!(Origin::of_template(&marked), origin("one"));
}

#[test]
fn a_commit_that_changes_nothing_leaves_every_byte() {
    let wanted =
        template(&json!({ "Function": function(128), "Role": { "Type": "AWS::IAM::Role" } }));
    let deployed = new(&wanted, &origin("one"));
    let again = over(&deployed, &wanted, &origin("two"));
    assert_eq!(again.to_string(), deployed.to_string());
    let unknown = over(&deployed, &wanted, &Origin::default());
    assert_eq!(unknown.to_string(), deployed.to_string());
}

#[test]
fn what_changes_carries_the_new_revision_and_the_rest_its_own() {
    let wanted = |memory, more: Value| {
        let mut resources = json!({ "One": function(128), "Other": function(memory) });
        resources
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        template(&resources)
    };
    let deployed = new(&wanted(128, json!({})), &origin("one"));
    let queue = json!({ "Queue": { "Type": "AWS::SQS::Queue" } });
    let changed = over(&deployed, &wanted(256, queue.clone()), &origin("two-dirty"));
    assert_eq!(revision(&changed, "One"), Some("one"));
    assert_eq!(revision(&changed, "Other"), Some("two-dirty"));
    assert_eq!(revision(&changed, "Queue"), Some("two-dirty"));
    assert_eq!(Origin::of_template(&changed), origin("two-dirty"));
    let more = over(&changed, &wanted(512, queue), &origin("three"));
    assert_eq!(revision(&more, "One"), Some("one"));
    assert_eq!(revision(&more, "Other"), Some("three"));
    assert_eq!(revision(&more, "Queue"), Some("two-dirty"));
}

#[test]
fn a_stack_from_before_gets_no_tag_for_what_stays() {
    let wanted = |memory| template(&json!({ "One": function(128), "Other": function(memory) }));
    let deployed = wanted(128);
    assert_eq!(over(&deployed, &deployed, &origin("one")), deployed);
    let changed = over(&deployed, &wanted(256), &origin("one"));
    assert_eq!(changed["Resources"]["One"], function(128));
    assert_eq!(revision(&changed, "Other"), Some("one"));
}

#[test]
fn without_a_revision_what_changes_has_no_tag_and_what_stays_keeps_its_own() {
    let wanted = |memory| template(&json!({ "One": function(128), "Other": function(memory) }));
    let deployed = new(&wanted(128), &origin("one"));
    let nobody = Origin::default();
    let changed = over(&deployed, &wanted(256), &nobody);
    assert_eq!(revision(&changed, "One"), Some("one"));
    assert_eq!(changed["Resources"]["Other"], function(256));
    assert_eq!(changed.get("Metadata"), None);
    assert_eq!(new(&wanted(128), &nobody), wanted(128));
}

#[test]
fn the_tags_of_a_component_stay_as_they_are() {
    let tagged = |team: &str, memory: u32| {
        let tags = json!([{ "Key": "team", "Value": team }]);
        template(&json!({ "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": { "Tags": tags, "MemorySize": memory },
        } }))
    };
    let tags = |team: &str, revision: &str| json!([{ "Key": "team", "Value": team }, { "Key": REVISION_TAG, "Value": revision }]);
    let deployed = new(&tagged("orders", 128), &origin("one"));
    let pointer = "/Resources/Function/Properties/Tags";
    assert_eq!(deployed.pointer(pointer), Some(&tags("orders", "one")));
    let same = over(&deployed, &tagged("orders", 128), &origin("two"));
    assert_eq!(same.to_string(), deployed.to_string());
    let retagged = over(&deployed, &tagged("stock", 128), &origin("two"));
    assert_eq!(retagged.pointer(pointer), Some(&tags("stock", "two")));
}

#[test]
fn tags_that_a_function_makes_are_left_to_it() {
    let made = template(&json!({ "Function": {
        "Type": "AWS::Lambda::Function",
        "Properties": { "Tags": { "Fn::If": ["Big", [], []] } },
    } }));
    let marked = new(&made, &origin("one"));
    assert_eq!(marked["Resources"], made["Resources"]);
}

#[test]
fn who_deployed_last_is_who_changed_anything_the_tags_of_the_stack_included() {
    let wanted = template(&json!({ "Policy": { "Type": "AWS::IAM::Policy" } }));
    let deployed = new(&wanted, &origin("one"));
    let mut described = wanted.clone();
    described["Description"] = json!("two");
    let changed = over(&deployed, &described, &origin("two"));
    assert_eq!(Origin::of_template(&changed), origin("two"));
    let (before, after) = (
        BTreeMap::new(),
        BTreeMap::from([("team".to_owned(), "orders".to_owned())]),
    );
    let deployed = Deployed {
        template: &deployed,
        tags: &before,
    };
    let retagged = mark(&wanted, &after, Some(deployed), &origin("two"));
    assert_eq!(Origin::of_template(&retagged), origin("two"));
}

#[test]
fn metadata_of_the_template_itself_stays() {
    let mut wanted = template(&json!({ "Role": { "Type": "AWS::IAM::Role" } }));
    wanted["Metadata"] = json!({ "License": "MIT" });
    let deployed = new(&wanted, &origin("one"));
    assert_eq!(deployed["Metadata"]["License"], "MIT");
    let again = over(&deployed, &wanted, &origin("two"));
    assert_eq!(again.to_string(), deployed.to_string());
}
