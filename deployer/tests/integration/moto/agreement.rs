//! Holds what a service has against what a template asks for, property by property.

use serde_json::Value;

/// What moto takes without a word and does not show, so that it rests on another witness.
///
/// A property that does show must be taken out of this list.
const PASSED_OVER: [(&str, &str); 13] = [
    ("AWS::Lambda::EventSourceMapping", "FunctionName"),
    ("AWS::Lambda::EventSourceMapping", "Tags"),
    ("AWS::Lambda::Function", "Architectures"),
    ("AWS::Lambda::Function", "Code"),
    ("AWS::Lambda::Function", "DeadLetterConfig"),
    ("AWS::Lambda::Function", "DurableConfig"),
    ("AWS::Lambda::Function", "LoggingConfig"),
    ("AWS::Lambda::Function", "Tags"),
    ("AWS::Lambda::Url", "Qualifier"),
    ("AWS::S3::Bucket", "LifecycleConfiguration"),
    ("AWS::S3::Bucket", "OwnershipControls"),
    ("AWS::SNS::Topic", "Subscription"),
    ("AWS::SNS::Topic", "Tags"),
];

/// Returns where a stack of the inventory is not what its template asks for, in words.
pub(super) fn differences(stack: &Value) -> Vec<String> {
    let live = Live(&stack["Resources"]);
    let wanted = stack["Template"]["Resources"].as_object().unwrap();
    assert!(!wanted.is_empty());
    let mut differences: Vec<String> = wanted
        .iter()
        .flat_map(|(id, wanted)| live.differences(id, wanted))
        .collect();
    let outputs = stack["Template"]["Outputs"].as_object();
    for (name, output) in outputs.into_iter().flatten() {
        let got = &stack["Outputs"][name];
        if !live.agrees(&output["Value"], got) {
            differences.push(format!("output {name} is {got}"));
        }
    }
    differences
}

/// The resources of a stack, by logical id.
struct Live<'a>(&'a Value);

impl Live<'_> {
    fn differences(&self, id: &str, wanted: &Value) -> Vec<String> {
        let kind = wanted["Type"].as_str().unwrap();
        let live = &self.0[id];
        if live["Type"] != kind {
            return vec![format!("{id} is missing")];
        }
        if kind == "AWS::IAM::Policy" {
            let there = self.has_policy(&wanted["Properties"]);
            return (!there)
                .then(|| format!("{id} is not with its role"))
                .into_iter()
                .collect();
        }
        let mut differences = Vec::new();
        for (name, wanted) in wanted["Properties"].as_object().unwrap() {
            let got = &live["Properties"][name];
            if PASSED_OVER.contains(&(kind, name)) {
                if !got.is_null() {
                    differences.push(format!("{kind} shows {name}: take it out of PASSED_OVER"));
                }
            } else if !self.agrees(wanted, got) {
                differences.push(format!("{id}.{name} is {got}, not {wanted}"));
            }
        }
        differences
    }

    /// Returns whether the policy is among those of its role.
    fn has_policy(&self, policy: &Value) -> bool {
        let role = policy["Roles"][0]["Ref"].as_str().unwrap();
        let policies = self.0[role]["Properties"]["Policies"].as_array().unwrap();
        policies.iter().any(|live| {
            ["PolicyName", "PolicyDocument"]
                .iter()
                .all(|part| self.agrees(&policy[part], &live[part]))
        })
    }

    /// Returns whether `got` has all that is `wanted`, references resolved.
    fn agrees(&self, wanted: &Value, got: &Value) -> bool {
        match wanted {
            Value::Object(fields) => match fields.iter().next() {
                Some((name, wanted)) if name == "Ref" => {
                    let wanted = wanted.as_str().unwrap();
                    wanted.starts_with("AWS::") || *got == self.0[wanted]["Id"]
                }
                Some((name, wanted)) if name == "Fn::GetAtt" => {
                    let live = &self.0[wanted[0].as_str().unwrap()];
                    let attribute = &live["Properties"][wanted[1].as_str().unwrap()];
                    if attribute.is_string() {
                        return attribute == got;
                    }
                    let id = live["Id"].as_str();
                    let name = id.and_then(|id| id.rsplit(['/', ':']).next());
                    got.as_str()
                        .zip(name)
                        .is_some_and(|(got, name)| got.ends_with(name))
                }
                Some((name, _)) if name.starts_with("Fn::") => got
                    .as_str()
                    .is_some_and(|got| !got.is_empty() && !got.contains("${")),
                _ => fields
                    .iter()
                    .all(|(name, wanted)| self.agrees(wanted, &got[name])),
            },
            Value::Array(elements) => elements.iter().all(|wanted| {
                let got = got.as_array().into_iter().flatten();
                got.into_iter().any(|got| self.agrees(wanted, got))
            }),
            Value::Number(wanted) => wanted.as_f64() == got.as_f64(),
            scalar => scalar == got,
        }
    }
}
