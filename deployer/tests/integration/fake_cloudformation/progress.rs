//! How operations come to their end.

use super::Phase;
use super::stack::{Operation, Resource, Sent, Stack};
use super::world::World;

const EXPRESS: &str = "Resource operation completed using Express Mode. It may continue becoming available in the background.";

impl World {
    /// Brings what is under way on a stack to its end, or to the beginning of its rollback.
    pub(super) fn progress(&mut self, index: usize) {
        if self.held.contains(&self.stacks[index].name) {
            return;
        }
        let mut stack = self.stacks.remove(index);
        match stack.pending.take() {
            None => {}
            Some(Operation::Create) => self.create(&mut stack),
            Some(Operation::RollBackCreate) => self.roll_back_create(&mut stack),
            Some(Operation::Update) => self.update(&mut stack),
            Some(Operation::RollBackUpdate { skip, force }) => {
                self.roll_back_update(&mut stack, &skip, force);
            }
            Some(Operation::Delete { retain, force }) => self.delete(&mut stack, &retain, force),
        }
        self.stacks.insert(index, stack);
    }

    fn create(&mut self, stack: &mut Stack) {
        let wanted = stack.sent.resources();
        if let Some(failed) = self.refused(stack) {
            return self.fall(stack, "CREATE", &[failed]);
        }
        for (position, (id, _)) in wanted.iter().enumerate() {
            if !self.make(stack, id) {
                if let Some((next, _)) = wanted.get(position + 1) {
                    self.place(stack, next);
                    stack.record(next, "CREATE_IN_PROGRESS", "");
                    stack.record(next, "CREATE_FAILED", "Resource creation cancelled");
                    stack.resources.last_mut().unwrap().physical.clear();
                }
                return self.fall(stack, "CREATE", std::slice::from_ref(id));
            }
        }
        stack.stable = Some(stack.sent.clone());
        stack.turn("CREATE_COMPLETE", "");
    }

    /// Records that an operation failed, and starts its rollback where there is one.
    fn fall(&mut self, stack: &mut Stack, operation: &str, failed: &[String]) {
        let verb = operation.to_lowercase();
        let reason = format!(
            "The following resource(s) failed to {verb}: [{}]. ",
            failed.join(", ")
        );
        if !stack.rollback {
            return stack.turn(&format!("{operation}_FAILED"), &reason);
        }
        let reason = format!("{reason}Rollback requested by user.");
        stack.operation = self.next("operation");
        if operation == "CREATE" {
            stack.turn("ROLLBACK_IN_PROGRESS", &reason);
            stack.pending = Some(Operation::RollBackCreate);
        } else {
            stack.turn("UPDATE_ROLLBACK_IN_PROGRESS", &reason);
            let (skip, force) = (Vec::new(), false);
            stack.pending = Some(Operation::RollBackUpdate { skip, force });
        }
    }

    /// Validates before anything is provisioned; returns the resource that is refused.
    fn refused(&mut self, stack: &Stack) -> Option<String> {
        let operation = stack.operation.clone();
        let found = self
            .validations
            .iter()
            .find(|(id, _, _)| stack.sent.resource(id).is_some());
        let (id, path, reason) = found.cloned()?;
        self.findings.push((operation, id.clone(), path, reason));
        Some(id)
    }

    fn place(&mut self, stack: &mut Stack, id: &str) {
        let kind = stack
            .sent
            .resource(id)
            .and_then(|resource| resource["Type"].as_str());
        let kind = kind.unwrap_or_default().to_owned();
        let physical = self.next(&format!("{}-{id}", stack.name));
        stack.resources.retain(|resource| resource.id != id);
        let (id, status) = (id.to_owned(), String::new());
        stack.resources.push(Resource {
            id,
            kind,
            physical,
            status,
        });
    }

    /// Creates a resource; returns whether that went well.
    fn make(&mut self, stack: &mut Stack, id: &str) -> bool {
        self.place(stack, id);
        stack.record(id, "CREATE_IN_PROGRESS", "");
        if let Some(reason) = self.scripted(stack, id, Phase::Create) {
            stack.record(id, "CREATE_FAILED", &reason);
            stack.resources.last_mut().unwrap().physical.clear();
            return false;
        }
        stack.record(
            id,
            "CREATE_COMPLETE",
            if stack.express { EXPRESS } else { "" },
        );
        true
    }

    /// Deletes a resource; returns whether that went well.
    fn unmake(&mut self, stack: &mut Stack, id: &str, phase: Phase) -> bool {
        stack.record(id, "DELETE_IN_PROGRESS", "");
        let guarded = stack
            .sent
            .resource(id)
            .is_some_and(|resource| resource["Properties"]["DeletionProtectionEnabled"] == true);
        let guarded = guarded.then(|| {
            "Resource cannot be deleted as it is currently protected against deletion".to_owned()
        });
        if let Some(reason) = guarded.or_else(|| self.scripted(stack, id, phase)) {
            stack.record(id, "DELETE_FAILED", &reason);
            return false;
        }
        stack.record(id, "DELETE_COMPLETE", "");
        true
    }

    fn roll_back_create(&mut self, stack: &mut Stack) {
        let mut failed = Vec::new();
        for resource in standing(stack) {
            let retained = stack
                .sent
                .resource(&resource)
                .is_some_and(|resource| resource["DeletionPolicy"] == "Retain");
            if retained && !stack.retain_except_on_create {
                stack.record(&resource, "DELETE_SKIPPED", "");
            } else if !self.unmake(stack, &resource, Phase::Delete) {
                failed.push(resource);
            }
        }
        if failed.is_empty() {
            stack.turn("ROLLBACK_COMPLETE", "");
        } else {
            let reason = format!(
                "The following resource(s) failed to delete: [{}]. ",
                failed.join(", ")
            );
            stack.turn("ROLLBACK_FAILED", &reason);
        }
    }

    fn update(&mut self, stack: &mut Stack) {
        let before = stack.stable.clone().unwrap_or_else(|| stack.sent.clone());
        if let Some(failed) = self.refused(stack) {
            return self.fall(stack, "UPDATE", &[failed]);
        }
        for (id, definition) in stack.sent.resources() {
            let went_well = match before.resource(&id) {
                None => self.make(stack, &id),
                Some(old) if *old == definition => true,
                Some(_) => self.change(stack, &id),
            };
            if !went_well {
                return self.fall(stack, "UPDATE", &[id]);
            }
        }
        stack.turn("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "");
        self.clean_up(stack);
        stack.stable = Some(stack.sent.clone());
        stack.turn("UPDATE_COMPLETE", "");
    }

    fn change(&mut self, stack: &mut Stack, id: &str) -> bool {
        stack.record(id, "UPDATE_IN_PROGRESS", "");
        let refused = !stack.rollback && self.replacing.iter().any(|replacing| replacing == id);
        let refusal = refused.then(|| {
            "Replacement type updates not supported on stack with disable-rollback.".to_owned()
        });
        if let Some(reason) = refusal.or_else(|| self.scripted(stack, id, Phase::Update)) {
            stack.record(id, "UPDATE_FAILED", &reason);
            return false;
        }
        stack.record(
            id,
            "UPDATE_COMPLETE",
            if stack.express { EXPRESS } else { "" },
        );
        true
    }

    /// Removes what is not in the template any more; a failure is no failure of the update.
    fn clean_up(&mut self, stack: &mut Stack) {
        for id in standing(stack) {
            if stack.sent.resource(&id).is_none() {
                let retained = stack
                    .stable
                    .as_ref()
                    .and_then(|old| old.resource(&id))
                    .is_some_and(|resource| resource["DeletionPolicy"] == "Retain");
                if retained {
                    stack.record(&id, "DELETE_SKIPPED", "");
                } else {
                    self.unmake(stack, &id, Phase::Delete);
                }
                stack.resources.retain(|resource| resource.id != id);
            }
        }
    }

    fn roll_back_update(&mut self, stack: &mut Stack, skip: &[String], force: bool) {
        let back: Sent = stack.stable.clone().unwrap_or_else(|| stack.sent.clone());
        let mut failed = Vec::new();
        for (id, definition) in back.resources() {
            if stack.sent.resource(&id) == Some(&definition) {
                continue;
            }
            let skipped = force || skip.contains(&id);
            stack.record(&id, "UPDATE_IN_PROGRESS", "");
            let refusal = self
                .scripted(stack, &id, Phase::Rollback)
                .filter(|_| !skipped);
            let stubborn = self
                .scripted(stack, &id, Phase::SkippedRollback)
                .filter(|_| !force);
            match refusal.or(stubborn) {
                Some(reason) => {
                    stack.record(&id, "UPDATE_FAILED", &reason);
                    failed.push(id);
                    break;
                }
                None => stack.record(&id, "UPDATE_COMPLETE", ""),
            }
        }
        if !failed.is_empty() {
            let reason = format!(
                "The following resource(s) failed to update: [{}]. ",
                failed.join(", ")
            );
            return stack.turn("UPDATE_ROLLBACK_FAILED", &reason);
        }
        stack.sent = back;
        stack.turn("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "");
        self.clean_up(stack);
        stack.turn("UPDATE_ROLLBACK_COMPLETE", "");
    }

    fn delete(&mut self, stack: &mut Stack, retain: &[String], force: bool) {
        if self.drains(stack) {
            let retain = retain.to_vec();
            stack.pending = Some(Operation::Delete { retain, force });
            return;
        }
        let mut failed = Vec::new();
        for id in standing(stack) {
            let full = !self.objects.is_empty() && stack.is_bucket(&id);
            if full && !force && !retain.contains(&id) {
                stack.record(
                    &id,
                    "DELETE_FAILED",
                    "The bucket you tried to delete is not empty",
                );
                failed.push(id);
                continue;
            }
            let kept = stack
                .sent
                .resource(&id)
                .is_some_and(|resource| resource["DeletionPolicy"] == "Retain");
            if kept || retain.contains(&id) {
                stack.record(&id, "DELETE_SKIPPED", "");
            } else if !self.unmake(stack, &id, Phase::Delete) && !force {
                failed.push(id);
            }
        }
        if failed.is_empty() {
            stack.turn("DELETE_COMPLETE", "");
        } else {
            let reason = format!(
                "The following resource(s) failed to delete: [{}]. ",
                failed.join(", ")
            );
            stack.turn("DELETE_FAILED", &reason);
        }
    }
}

impl World {
    /// Returns whether a durable function of a stack that is deleted still waits for its executions.
    fn drains(&mut self, stack: &mut Stack) -> bool {
        let durable = standing(stack).into_iter().find(|id| {
            let resource = stack.sent.resource(id);
            resource.is_some_and(|resource| resource["Properties"]["DurableConfig"].is_object())
        });
        let (Some(id), true) = (durable, self.draining > 0) else {
            self.drained = None;
            return false;
        };
        if self.drained.is_none() {
            stack.record(&id, "DELETE_IN_PROGRESS", "");
            let mut resources = stack.resources.iter();
            let function = resources.find(|resource| resource.id == id);
            self.drained = function.map(|function| function.physical.clone());
        }
        self.draining -= 1;
        true
    }
}

/// Returns the resources that are there, the last first.
fn standing(stack: &Stack) -> Vec<String> {
    let there = stack.resources.iter().rev();
    there
        .filter(|resource| {
            !resource.physical.is_empty()
                && !["DELETE_COMPLETE", "DELETE_SKIPPED"].contains(&resource.status.as_str())
        })
        .map(|resource| resource.id.clone())
        .collect()
}
