//! The calls on change sets.

use serde_json::Value;

use super::operations::updatable;
use super::stack::{ChangeSet, Operation, Sent, Stack};
use super::world::{Call, World};
use super::xml::{Answer, element, invalid, list};

const EMPTY: &str = "The submitted information didn't contain changes. Submit different information to create a change set.";

impl World {
    pub(super) fn create_change_set(&mut self, call: &Call) -> Answer {
        let stack_name = call.get("StackName").unwrap_or_default().to_owned();
        let name = call.get("ChangeSetName").unwrap_or_default().to_owned();
        let (rollback, express) = Self::mode(call)?;
        let sent = self.sent(call)?;
        let creates = call.get("ChangeSetType") == Some("CREATE");
        let index = match (self.position(&stack_name), creates) {
            (None, true) => {
                let mut stack = self.new_stack(&stack_name, Sent::nothing());
                stack.turn("REVIEW_IN_PROGRESS", "User Initiated");
                self.stacks.push(stack);
                self.stacks.len() - 1
            }
            (None, false) => return invalid(format!("Stack [{stack_name}] does not exist")),
            (Some(index), true) if self.stacks[index].status != "REVIEW_IN_PROGRESS" => {
                return invalid(format!(
                    "Stack [{stack_name}] already exists and cannot be created again with the changeSet [{name}]."
                ));
            }
            (Some(index), true) => index,
            (Some(index), false) => {
                updatable(&self.stacks[index])?;
                index
            }
        };
        if self.stacks[index]
            .change_sets
            .iter()
            .any(|set| set.name == name)
        {
            return Err((
                "AlreadyExistsException",
                format!("ChangeSet {name} already exists"),
            ));
        }
        let unique = self.next("change");
        let arn =
            format!("arn:aws:cloudformation:us-east-1:000000000000:changeSet/{name}/{unique}");
        let found = self
            .validations
            .iter()
            .find(|(id, ..)| sent.resource(id).is_some())
            .cloned();
        let stack = &mut self.stacks[index];
        let (status, reason) = if let Some((id, path, reason)) = found {
            self.findings.push((arn.clone(), id, path, reason));
            (
                "FAILED",
                "Validation failed. Use the DescribeEvents API to see why.".to_owned(),
            )
        } else if stack.sent.same(&sent) {
            ("FAILED", EMPTY.to_owned())
        } else {
            ("CREATE_COMPLETE", String::new())
        };
        let looked_at = false;
        stack.change_sets.push(ChangeSet {
            name,
            arn: arn.clone(),
            status,
            reason,
            sent,
            rollback,
            express,
            looked_at,
        });
        Ok(element("Id", &arn) + &element("StackId", &stack.arn))
    }

    fn set(&mut self, call: &Call) -> Result<(usize, usize), (&'static str, String)> {
        let name = call.get("ChangeSetName").unwrap_or_default();
        let stack = call.get("StackName");
        for (index, candidate) in self.stacks.iter().enumerate() {
            let ours = stack.is_none_or(|stack| candidate.name == stack || candidate.arn == stack);
            let found = candidate
                .change_sets
                .iter()
                .position(|set| set.arn == name || (ours && stack.is_some() && set.name == name));
            if let Some(set) = found {
                return Ok((index, set));
            }
        }
        Err((
            "ChangeSetNotFound",
            format!("ChangeSet [{name}] does not exist"),
        ))
    }

    pub(super) fn describe_change_set(&mut self, call: &Call) -> Answer {
        let (stack, set) = self.set(call)?;
        let changes = changes(
            &self.stacks[stack],
            &self.stacks[stack].change_sets[set].sent,
            &self.replacing,
        );
        let set = &mut self.stacks[stack].change_sets[set];
        let status = if set.looked_at {
            set.status
        } else {
            "CREATE_IN_PROGRESS"
        };
        set.looked_at = true;
        let execution = if status == "CREATE_COMPLETE" {
            "AVAILABLE"
        } else {
            "UNAVAILABLE"
        };
        let head = [
            element("ChangeSetName", &set.name),
            element("ChangeSetId", &set.arn),
            element("Status", status),
            element("ExecutionStatus", execution),
            element(
                "StatusReason",
                if status == "FAILED" { &set.reason } else { "" },
            ),
        ];
        Ok(head.concat() + &list("Changes", changes))
    }

    pub(super) fn list_change_sets(&mut self, call: &Call) -> Answer {
        let stack = self.stack(call)?;
        let sets = stack.change_sets.iter().map(|set| {
            element("ChangeSetName", &set.name)
                + &element("ChangeSetId", &set.arn)
                + &element("Status", set.status)
        });
        Ok(list("Summaries", sets.collect::<Vec<_>>()))
    }

    pub(super) fn delete_change_set(&mut self, call: &Call) -> Answer {
        let (stack, set) = self.set(call)?;
        self.stacks[stack].change_sets.remove(set);
        Ok(String::new())
    }

    pub(super) fn execute_change_set(&mut self, call: &Call) -> Answer {
        let (index, set) = self.set(call)?;
        let stack = &mut self.stacks[index];
        let creates = stack.status == "REVIEW_IN_PROGRESS";
        if !creates {
            updatable(stack)?;
        }
        let set = stack.change_sets[set].clone();
        if set.status != "CREATE_COMPLETE" {
            return Err((
                "InvalidChangeSetStatus",
                format!(
                    "ChangeSet [{}] cannot be executed in its current status of [{}]",
                    set.arn, set.status
                ),
            ));
        }
        stack.change_sets.clear();
        stack.sent = set.sent;
        (stack.rollback, stack.express) = (set.rollback, set.express);
        stack.retain_except_on_create = call.says("RetainExceptOnCreate");
        if creates {
            self.begin(index, Operation::Create, "CREATE_IN_PROGRESS");
        } else {
            self.begin(index, Operation::Update, "UPDATE_IN_PROGRESS");
        }
        Ok(String::new())
    }
}

fn changes(stack: &Stack, sent: &Sent, replacing: &[String]) -> Vec<String> {
    let mut changes = Vec::new();
    for (id, definition) in sent.resources() {
        let kind = definition["Type"].as_str().unwrap_or_default().to_owned();
        match stack.sent.resource(&id) {
            None => changes.push(change("Add", &id, &kind, "", String::new())),
            Some(before) if *before != definition => {
                let replaced = replacing.contains(&id);
                let details = details(before, &definition, replaced);
                let replacement = element("Replacement", if replaced { "True" } else { "False" });
                changes.push(change("Modify", &id, &kind, &replacement, details));
            }
            Some(_) => {}
        }
    }
    for (id, definition) in stack.sent.resources() {
        if sent.resource(&id).is_none() {
            let kind = definition["Type"].as_str().unwrap_or_default().to_owned();
            changes.push(change("Remove", &id, &kind, "", String::new()));
        }
    }
    changes
}

fn change(action: &str, id: &str, kind: &str, replacement: &str, details: String) -> String {
    let inside = [
        element("Action", action),
        element("LogicalResourceId", id),
        element("ResourceType", kind),
        replacement.to_owned(),
        details,
    ];
    element("Type", "Resource") + "<ResourceChange>" + &inside.concat() + "</ResourceChange>"
}

fn details(before: &Value, after: &Value, replaced: bool) -> String {
    let (old, new) = (&before["Properties"], &after["Properties"]);
    let mut names: Vec<&String> = [old, new]
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(serde_json::Map::keys)
        .collect();
    names.sort();
    names.dedup();
    let changed = names
        .into_iter()
        .filter(|name| old[name.as_str()] != new[name.as_str()]);
    let details = changed.map(|name| {
        let recreation = if replaced { "Always" } else { "Never" };
        let target = [
            element("Attribute", "Properties"),
            element("Name", name),
            element("RequiresRecreation", recreation),
            element("Path", &format!("/Properties/{name}")),
            element("BeforeValue", &written(&old[name.as_str()])),
            element("AfterValue", &written(&new[name.as_str()])),
        ];
        format!(
            "<Target>{}</Target><Evaluation>Static</Evaluation>",
            target.concat()
        )
    });
    list("Details", details.collect::<Vec<_>>())
}

fn written(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
