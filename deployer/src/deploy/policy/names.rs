//! The ARNs of what an application has, before it has it.
//!
//! CloudFormation names most resources after their stack and their logical id, and cuts both where the name
//! would be too long. So a pattern begins with the stack's name, or with as much of it as is left for sure.

use std::collections::BTreeSet;

use serde_json::Value;

use super::stack::PolicyStack;
use crate::config::App;
use crate::deploy::apply::CHANGE_SETS;
use crate::resources::{ALARM, LOG_GROUP};

/// How much of a stack's name CloudFormation leaves in a name that it has to cut.
const LEFT_OF_STACK: usize = 24;
/// The dash before the logical id, the dash after it, and the letters that make a name its own.
const AROUND: usize = 2 + 13;

/// Patterns of ARNs.
pub(super) struct Names {
    partition: &'static str,
    region: String,
    account: String,
    pub(super) stacks: BTreeSet<String>,
    pub(super) change_sets: BTreeSet<String>,
    pub(super) functions: BTreeSet<String>,
    pub(super) roles: BTreeSet<String>,
    pub(super) queues: BTreeSet<String>,
    pub(super) tables: BTreeSet<String>,
    pub(super) log_groups: BTreeSet<String>,
    pub(super) alarms: BTreeSet<String>,
    pub(super) rules: BTreeSet<String>,
    pub(super) topics: BTreeSet<String>,
    pub(super) bucket: BTreeSet<String>,
    pub(super) objects: BTreeSet<String>,
    pub(super) mappings: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(app: &App, stacks: &[PolicyStack<'_>]) -> Self {
        let region = &app.stage.region;
        let partition = app.partition();
        let bucket = format!("arn:{partition}:s3:::{}", app.artifact_bucket());
        let mut names = Self {
            partition,
            region: region.clone(),
            account: app.account().to_owned(),
            stacks: BTreeSet::new(),
            change_sets: BTreeSet::new(),
            functions: BTreeSet::new(),
            roles: BTreeSet::new(),
            queues: BTreeSet::new(),
            tables: BTreeSet::new(),
            log_groups: BTreeSet::new(),
            alarms: BTreeSet::new(),
            rules: BTreeSet::new(),
            topics: BTreeSet::new(),
            objects: [format!("{bucket}/*")].into(),
            bucket: [bucket].into(),
            mappings: BTreeSet::new(),
        };
        let change_sets = names.arn("cloudformation", &format!("changeSet/{CHANGE_SETS}*/*"));
        names.change_sets.insert(change_sets);
        for stack in stacks {
            names.add(*stack);
        }
        names
    }

    fn add(&mut self, stack: PolicyStack<'_>) {
        let name = stack.name;
        let arn = self.arn("cloudformation", &format!("stack/{name}/*"));
        self.stacks.insert(arn);
        let resources = stack.template["Resources"].as_object();
        for (id, resource) in resources.into_iter().flatten() {
            let kind = resource["Type"].as_str().unwrap_or_default();
            let called = |longest| begins(name, id, longest);
            match kind {
                "AWS::Lambda::Function" => {
                    let arn = self.arn("lambda", &format!("function:{}", called(64)));
                    self.functions.insert(arn);
                }
                "AWS::Lambda::EventSourceMapping" => {
                    let arn = self.arn("lambda", "event-source-mapping:*");
                    self.mappings.insert(arn);
                }
                "AWS::IAM::Role" => {
                    let (partition, account) = (self.partition, &self.account);
                    let role = called(64);
                    let arn = format!("arn:{partition}:iam::{account}:role/{role}");
                    self.roles.insert(arn);
                }
                "AWS::SQS::Queue" => {
                    let arn = self.arn("sqs", &called(80));
                    self.queues.insert(arn);
                }
                "AWS::DynamoDB::Table" => {
                    let arn = self.arn("dynamodb", &format!("table/{}", called(255)));
                    self.tables.insert(arn);
                }
                ALARM => {
                    let arn = self.arn("cloudwatch", &format!("alarm:{}", called(255)));
                    self.alarms.insert(arn);
                }
                "AWS::Events::Rule" => {
                    let arn = self.arn("events", &format!("rule/{}", called(64)));
                    self.rules.insert(arn);
                }
                "AWS::SNS::Topic" => {
                    let arn = self.arn("sns", &called(256));
                    self.topics.insert(arn);
                }
                LOG_GROUP => {
                    let group = resource.pointer("/Properties/LogGroupName");
                    let group = group.and_then(Value::as_str).unwrap_or_default();
                    // The groups of a workflow share a folder. Most calls name a group with `:*` behind it.
                    let folder = group.rsplit_once('/').map_or(group, |(folder, _)| folder);
                    let arn = self.arn("logs", &format!("log-group:{folder}/*"));
                    self.log_groups.insert(arn);
                }
                _ => {}
            }
        }
    }

    /// Returns the ARN of something in the stage's region and account.
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        let Self {
            partition,
            region,
            account,
            ..
        } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    /// Returns every resource, for actions that know no ARN.
    pub(super) fn everything() -> BTreeSet<String> {
        ["*".to_owned()].into()
    }
}

/// Returns how the name of a resource of `stack` begins, where names have `longest` characters at most.
fn begins(stack: &str, id: &str, longest: usize) -> String {
    if stack.len() + id.len() + AROUND <= longest {
        return format!("{stack}-*");
    }
    let left: String = stack.chars().take(LEFT_OF_STACK).collect();
    format!("{left}*")
}

/// Returns the types of the templates' resources.
pub(super) fn kinds<'a>(stacks: &[PolicyStack<'a>]) -> BTreeSet<&'a str> {
    let resources = stacks
        .iter()
        .filter_map(|stack| stack.template["Resources"].as_object());
    let kinds = resources.flat_map(|resources| resources.values().map(|each| &each["Type"]));
    kinds.filter_map(Value::as_str).collect()
}
