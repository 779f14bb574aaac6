//! What the policies of a template allow, and what one allows that another did not.

use std::collections::BTreeMap;

use serde_json::Value;

use super::template::Resources;
use crate::resources::type_of;
use crate::stack::{brief, references};

#[derive(Debug, Clone, PartialEq)]
struct Grant {
    /// The resource of the template that says so.
    source: String,
    /// Whether it denies instead.
    denies: bool,
    /// The role, or the principal of a resource's policy.
    subject: String,
    action: String,
    resource: Value,
    condition: Option<Value>,
}

impl Grant {
    /// Returns whether `other` is allowed, or denied, by this one too.
    fn covers(&self, other: &Self) -> bool {
        self.denies == other.denies
            && matches(&self.subject, &other.subject)
            && matches(&self.action.to_lowercase(), &other.action.to_lowercase())
            && covers_resource(&self.resource, &other.resource)
            && (self.condition.is_none() || self.condition == other.condition)
    }

    fn is_wildcard(&self) -> bool {
        self.subject == "*"
            || self.action == "*"
            || self.action.ends_with(":*")
            || self.action.starts_with("everything but")
            || self.resource == Value::String("*".to_owned())
    }
}

/// Returns, by the resource that grants it, what `new` allows and `old` did not; of a template that
/// stands alone, its wildcards.
pub(super) fn widened(
    old: &Resources,
    new: &Resources,
    is_new: bool,
) -> Vec<(String, Vec<String>)> {
    let (before, after) = (grants(old), grants(new));
    let mut found: Vec<(&Grant, bool)> = after
        .iter()
        .filter(|grant| !grant.denies && (!is_new || grant.is_wildcard()))
        .filter(|grant| !before.iter().any(|known| known.covers(grant)))
        .map(|grant| (grant, false))
        .collect();
    let lifted = before.iter().filter(|grant| grant.denies).filter(|grant| {
        let guards_nothing = references(&grant.resource)
            .iter()
            .any(|id| old.contains_key(id) && !new.contains_key(id));
        !guards_nothing && !after.iter().any(|kept| kept.covers(grant))
    });
    found.extend(lifted.map(|grant| (grant, true)));
    tell(&found)
}

/// Puts the actions of a subject on a resource into one text, by the resource that grants them.
fn tell(found: &[(&Grant, bool)]) -> Vec<(String, Vec<String>)> {
    let mut sentences: Vec<Sentence<'_>> = Vec::new();
    for (grant, lifted) in found {
        let sentence = Sentence::of(grant, *lifted);
        match sentences.iter_mut().find(|known| known.is_about(&sentence)) {
            Some(known) => known.actions.extend(sentence.actions),
            None => sentences.push(sentence),
        }
    }
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for Sentence {
        source,
        who,
        actions,
        on,
    } in sentences
    {
        let text = format!("{who} {} {on}", actions.join(", "));
        match told.iter_mut().find(|(known, _)| known == source) {
            Some((_, texts)) => texts.push(text),
            None => told.push((source.to_owned(), vec![text])),
        }
    }
    told
}

struct Sentence<'a> {
    source: &'a str,
    who: String,
    actions: Vec<&'a str>,
    on: String,
}

impl<'a> Sentence<'a> {
    fn of(grant: &'a Grant, lifted: bool) -> Self {
        let may = if lifted { "is no longer denied" } else { "may" };
        let mut on = format!("on {}", brief(&grant.resource));
        if grant.condition.is_some() {
            on.push_str(", under a condition");
        }
        if !lifted && grant.is_wildcard() {
            on.push_str(" (wildcard)");
        }
        Self {
            source: &grant.source,
            who: format!("{} {may}", subject(grant)),
            actions: vec![&grant.action],
            on,
        }
    }

    fn is_about(&self, other: &Self) -> bool {
        self.source == other.source && self.who == other.who && self.on == other.on
    }
}

fn subject(grant: &Grant) -> &str {
    if grant.subject == "*" {
        "everybody"
    } else {
        &grant.subject
    }
}

fn grants(resources: &Resources) -> Vec<Grant> {
    let mut found = Vec::new();
    for (id, resource) in resources {
        let Some(properties) = resource.get("Properties") else {
            continue;
        };
        if type_of(resource) == "AWS::Lambda::Permission" {
            found.extend(permission(id, properties));
            continue;
        }
        for holder in holders(id, properties) {
            for arn in list(properties.get("ManagedPolicyArns")) {
                found.push(Grant {
                    source: id.clone(),
                    denies: false,
                    subject: holder.clone(),
                    action: format!("everything in {}", brief(&arn)),
                    resource: Value::String("what that policy names".to_owned()),
                    condition: None,
                });
            }
            documents(id, &holder, properties, &mut found);
        }
    }
    found
}

/// Returns who a policy belongs to: the roles it names, or the resource itself.
fn holders(id: &str, properties: &Value) -> Vec<String> {
    let named: Vec<String> = ["Roles", "Users", "Groups", "RoleName"]
        .iter()
        .filter(|key| **key != "RoleName" || properties.get("PolicyDocument").is_some())
        .flat_map(|key| list(properties.get(*key)))
        .map(|holder| brief(&holder))
        .collect();
    if named.is_empty() {
        vec![id.to_owned()]
    } else {
        named
    }
}

fn documents(id: &str, holder: &str, value: &Value, found: &mut Vec<Grant>) {
    match value {
        Value::Object(fields) => {
            for statement in list(fields.get("Statement")) {
                found.extend(statement_grants(id, holder, &statement));
            }
            for (key, inner) in fields {
                if key != "Statement" {
                    documents(id, holder, inner, found);
                }
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| documents(id, holder, item, found)),
        _ => {}
    }
}

fn statement_grants(id: &str, holder: &str, statement: &Value) -> Vec<Grant> {
    let negated = |key: &str| {
        list(statement.get(key))
            .iter()
            .map(|value| format!("everything but {}", brief(value)))
            .collect::<Vec<_>>()
    };
    let mut subjects = principals(statement.get("Principal"));
    subjects.extend(
        principals(statement.get("NotPrincipal"))
            .iter()
            .map(|name| format!("everybody but {name}")),
    );
    if subjects.is_empty() {
        subjects.push(holder.to_owned());
    }
    let mut actions: Vec<String> = list(statement.get("Action")).iter().map(brief).collect();
    actions.extend(negated("NotAction"));
    let mut targets = list(statement.get("Resource"));
    targets.extend(negated("NotResource").into_iter().map(Value::String));
    if targets.is_empty() {
        // Who may assume a role is said without a resource: it is the role.
        targets.push(Value::String(id.to_owned()));
    }
    let mut found = Vec::new();
    for subject in &subjects {
        for action in &actions {
            for resource in &targets {
                found.push(Grant {
                    source: id.to_owned(),
                    denies: statement.get("Effect").and_then(Value::as_str) == Some("Deny"),
                    subject: subject.clone(),
                    action: action.clone(),
                    resource: resource.clone(),
                    condition: statement.get("Condition").cloned(),
                });
            }
        }
    }
    found
}

fn permission(id: &str, properties: &Value) -> Option<Grant> {
    let conditions: BTreeMap<&str, &Value> = [
        "SourceArn",
        "SourceAccount",
        "PrincipalOrgID",
        "EventSourceToken",
        "FunctionUrlAuthType",
    ]
    .into_iter()
    .filter_map(|key| Some((key, properties.get(key)?)))
    .collect();
    Some(Grant {
        source: id.to_owned(),
        denies: false,
        subject: brief(properties.get("Principal")?),
        action: brief(properties.get("Action")?),
        resource: properties.get("FunctionName")?.clone(),
        condition: (!conditions.is_empty()).then(|| serde_json::json!(conditions)),
    })
}

fn principals(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Object(kinds))
            if !crate::stack::is_intrinsic(&Value::Object(kinds.clone())) =>
        {
            kinds
                .values()
                .flat_map(|names| list(Some(names)))
                .map(|name| brief(&name))
                .collect()
        }
        other => list(other).iter().map(brief).collect(),
    }
}

fn list(value: Option<&Value>) -> Vec<Value> {
    match value {
        None => Vec::new(),
        Some(Value::Array(items)) => items.clone(),
        Some(single) => vec![single.clone()],
    }
}

fn covers_resource(pattern: &Value, other: &Value) -> bool {
    match (pattern.as_str(), other.as_str()) {
        (Some("*"), _) => true,
        (Some(pattern), Some(other)) => matches(pattern, other),
        _ => pattern == other,
    }
}

/// Returns whether `pattern`, with `*` and `?`, takes all that `text` takes.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let mut reachable = vec![false; text.len() + 1];
    if let Some(start) = reachable.first_mut() {
        *start = true;
    }
    for symbol in pattern {
        let mut next = vec![false; text.len() + 1];
        let mut open = false;
        for (index, cell) in next.iter_mut().enumerate() {
            let here = reachable.get(index).copied().unwrap_or_default();
            let before = index.checked_sub(1);
            let stepped = before.is_some_and(|before| {
                reachable.get(before).copied().unwrap_or_default()
                    && text
                        .get(before)
                        .is_some_and(|letter| *letter == symbol || symbol == '?')
            });
            open |= here;
            *cell = if symbol == '*' { open } else { stepped };
        }
        reachable = next;
    }
    reachable.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn wildcards_take_what_iam_lets_them_take() {
        for (pattern, text, expected) in [
            ("sqs:*", "sqs:SendMessage", true),
            ("sqs:Send*", "sqs:SendMessage", true),
            ("sqs:Send*", "sqs:*", false),
            ("*", "", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*:live", "function:live", true),
            ("sqs:SendMessage", "sqs:SendMessage", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} and {text}");
        }
    }
}
