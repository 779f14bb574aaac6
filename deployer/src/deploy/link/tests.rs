//! The linker: what it writes, and what it refuses with file and line.

use serde_json::json;

use super::{Binding, Component, Components, Instance, link};

const QUEUE: &str = "Parameters:
  Delay:
    Type: Number
  Suffix:
    Type: String
    Default: ''
Conditions:
  HasSuffix: !Not [!Equals [!Ref Suffix, '']]
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: !Ref Delay
      QueueName: !If [HasSuffix, !Sub 'q-${Suffix}', !Ref AWS::NoValue]
  Policy:
    Type: AWS::SQS::QueuePolicy
    DependsOn: Queue
    Properties:
      Queues: [!Ref Queue]
      Text: !Sub ${Queue.Arn}/${AWS::Region}/${!literal}/${Delay}
Outputs:
  Url:
    Value: !Ref Queue
  Arn:
    Value: !GetAtt Queue.Arn
";

const READER: &str = "Parameters:
  Source:
    Type: String
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Environment: { Variables: { SOURCE: !Ref Source, BOTH: !Sub 'x-${Source}' } }
  Version:
    Type: AWS::Lambda::Version
    Properties:
      FunctionName: !Ref Function
";

fn components() -> Components {
    Components::from_parsed([
        Component::parse("queue", "templates/queue.yaml", QUEUE).unwrap(),
        Component::parse("reader", "templates/reader.yaml", READER).unwrap(),
    ])
}

#[track_caller]
fn refused(instances: &[Instance], message: &str) {
    let refusal = refusal(instances);
    assert!(
        refusal.contains(message),
        "{refusal} should contain {message}"
    );
}

fn refusal(instances: &[Instance]) -> String {
    let error = link(&components(), instances, "test").unwrap_err();
    format!("{error} | {}", error.way_out().unwrap_or_default())
}

#[test]
fn ids_get_the_instance_in_front_and_every_reference_follows() {
    let template = link(
        &components(),
        &[Instance::new("Jobs", "queue").set("Delay", 5)],
        "test",
    )
    .unwrap();
    assert_eq!(
        template.body()["Resources"],
        json!({
            "JobsQueue": { "Type": "AWS::SQS::Queue", "Properties": { "DelaySeconds": 5 } },
            "JobsPolicy": {
                "Type": "AWS::SQS::QueuePolicy",
                "DependsOn": "JobsQueue",
                "Properties": {
                    "Queues": [{ "Ref": "JobsQueue" }],
                    "Text": { "Fn::Sub": "${JobsQueue.Arn}/${AWS::Region}/${!literal}/5" }
                }
            }
        })
    );
    assert_eq!(
        template.body()["Outputs"]["JobsArn"],
        json!({ "Value": { "Fn::GetAtt": ["JobsQueue", "Arn"] } })
    );
    assert!(template.body().get("Conditions").is_none());
}

#[test]
fn a_decided_condition_leaves_its_branch() {
    let instance = Instance::new("Jobs", "queue")
        .set("Delay", 5)
        .set("Suffix", "a");
    let template = link(&components(), &[instance], "test").unwrap();
    assert_eq!(
        template.body()["Resources"]["JobsQueue"]["Properties"]["QueueName"],
        "q-a"
    );
}

#[test]
fn outputs_of_one_instance_are_expressions_in_another_whatever_the_order() {
    let reader = Instance::new("Reader", "reader")
        .bind("Source", Binding::output("Jobs", "Arn"))
        .after("Function", "Jobs", "Policy");
    let jobs = Instance::new("Jobs", "queue").set("Delay", 5);
    for instances in [[reader.clone(), jobs.clone()], [jobs, reader]] {
        let template = link(&components(), &instances, "test").unwrap();
        let function = &template.body()["Resources"]["ReaderFunction"];
        assert_eq!(
            function["Properties"]["Environment"]["Variables"],
            json!({ "SOURCE": { "Fn::GetAtt": ["JobsQueue", "Arn"] }, "BOTH": { "Fn::Sub": "x-${JobsQueue.Arn}" } })
        );
        assert_eq!(function["DependsOn"], json!(["JobsPolicy"]));
    }
}

#[test]
fn a_version_is_named_by_what_its_function_is() {
    let version_of = |source: &str, extra: &str| {
        let instance = Instance::new("Reader", "reader")
            .set("Source", source)
            .overlay(
                &[
                    "Function",
                    "Properties",
                    "Environment",
                    "Variables",
                    "EXTRA",
                ],
                Binding::literal(extra),
            );
        let template = link(&components(), &[instance], "test").unwrap();
        template
            .resources()
            .find(|(_, kind)| *kind == "AWS::Lambda::Version")
            .map(|(id, _)| id.to_owned())
            .unwrap()
    };
    assert_eq!(version_of("a", "1"), version_of("a", "1"));
    assert_ne!(
        version_of("a", "1"),
        version_of("b", "1"),
        "its code or a parameter changed"
    );
    assert_ne!(
        version_of("a", "1"),
        version_of("a", "2"),
        "what is laid over it changed"
    );
    assert!(version_of("a", "1").starts_with("ReaderVersion"));
}

#[test]
fn a_version_is_named_by_what_replaces_the_resources_that_its_function_refers_to() {
    let version_of = |suffix: &str, delay: u32| {
        let jobs = Instance::new("Jobs", "queue")
            .set("Delay", delay)
            .set("Suffix", suffix);
        let reader =
            Instance::new("Reader", "reader").bind("Source", Binding::output("Jobs", "Arn"));
        let template = link(&components(), &[jobs, reader], "test").unwrap();
        let version = template
            .resources()
            .find(|(_, kind)| *kind == "AWS::Lambda::Version");
        version.map(|(id, _)| id.to_owned()).unwrap()
    };
    assert_ne!(
        version_of("a", 1),
        version_of("b", 1),
        "the queue is another one, and the function's text is the same"
    );
    assert_eq!(
        version_of("a", 1),
        version_of("a", 2),
        "the queue is changed in place"
    );
}

#[test]
fn what_is_bound_wrongly_is_refused_with_file_and_line() {
    refused(
        &[Instance::new("Jobs", "queue")],
        "templates/queue.yaml:2: the parameter `Delay` of instance `Jobs` has no value and no default",
    );
    refused(
        &[Instance::new("Jobs", "queue").set("Dealy", 5)],
        "templates/queue.yaml:1: there is no parameter `Dealy` in this component | did you mean `Delay`?",
    );
    let wrong_output =
        Instance::new("Reader", "reader").bind("Source", Binding::output("Jobs", "Ulr"));
    let jobs = Instance::new("Jobs", "queue").set("Delay", 5);
    refused(
        &[wrong_output, jobs.clone()],
        "templates/queue.yaml:21: there is no output `Ulr` in this component | did you mean `Url`?",
    );
    let nowhere = Instance::new("Reader", "reader").bind("Source", Binding::output("Jbos", "Url"));
    refused(
        &[nowhere, jobs],
        "the instance `Jbos`, which does not exist",
    );
}

#[test]
fn a_template_that_refers_to_nothing_is_refused_with_file_and_line() {
    let broken = QUEUE.replace("Queues: [!Ref Queue]", "Queues: [!Ref Qeueu]");
    let components =
        Components::from_parsed([
            Component::parse("queue", "templates/queue.yaml", &broken).unwrap()
        ]);
    let error = link(
        &components,
        &[Instance::new("Jobs", "queue").set("Delay", 5)],
        "test",
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "templates/queue.yaml:19: there is no parameter or resource `Qeueu` in this component"
    );
    assert_eq!(error.way_out(), Some("did you mean `Queue`?"));
}

#[test]
fn two_instances_that_need_each_other_are_refused() {
    let one = Instance::new("One", "reader").bind("Source", Binding::output("Two", "Url"));
    let two = Instance::new("Two", "queue").bind("Delay", Binding::output("One", "Url"));
    refused(&[one, two], "need each other's outputs");
}

#[test]
fn an_id_that_two_instances_claim_is_refused() {
    let broad = "Resources:\n  JobsQueue:\n    Type: AWS::SQS::Queue\n";
    let components = Components::from_parsed([
        Component::parse("queue", "templates/queue.yaml", QUEUE).unwrap(),
        Component::parse("broad", "templates/broad.yaml", broad).unwrap(),
    ]);
    let instances = [
        Instance::new("Jobs", "queue").set("Delay", 5),
        Instance::new("", "broad"),
    ];
    let error = link(&components, &instances, "test").unwrap_err();
    assert_eq!(
        error.to_string(),
        "templates/broad.yaml:2: the logical id `JobsQueue` is taken by another instance"
    );
}

#[test]
fn sections_that_the_linker_would_drop_are_refused() {
    let error = Component::parse("x", "templates/x.yaml", "Resuorces:\n  A: {}\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "templates/x.yaml:1: the linker does not know the section `Resuorces`"
    );
    assert_eq!(error.way_out(), Some("did you mean `Resources`?"));
}

#[test]
fn a_key_that_is_there_already_is_refused_with_its_own_line() {
    let text = "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Type: AWS::SNS::Topic\n";
    let error = Component::parse("queue", "templates/queue.yaml", text).unwrap_err();
    let wanted = "templates/queue.yaml:4: the key `Type` is there already";
    assert_eq!(error.to_string(), wanted);
}
