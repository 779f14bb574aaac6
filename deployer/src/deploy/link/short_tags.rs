//! Lowers the short tags of YAML templates (`!Ref`, `!GetAtt a.b`, `!Sub`) to their long form.

use serde_json::{Map, Value, json};
use serde_yaml::Value as Yaml;

/// Returns the JSON of a YAML value, its tags lowered; an error says what has no JSON form.
pub(super) fn lower(value: Yaml) -> Result<Value, String> {
    Ok(match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(flag) => Value::Bool(flag),
        Yaml::Number(number) => serde_json::to_value(number).map_err(|error| error.to_string())?,
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => {
            Value::Array(items.into_iter().map(lower).collect::<Result<_, _>>()?)
        }
        Yaml::Mapping(entries) => {
            let mut fields = Map::new();
            for (key, value) in entries {
                let Yaml::String(key) = key else {
                    return Err(format!("the key {key:?} is no text; put it in quotes"));
                };
                fields.insert(key, lower(value)?);
            }
            Value::Object(fields)
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let inner = lower(tagged.value)?;
            long_form(tag.trim_start_matches('!'), inner)?
        }
    })
}

fn long_form(tag: &str, inner: Value) -> Result<Value, String> {
    const FUNCTIONS: [&str; 14] = [
        "And",
        "Base64",
        "Cidr",
        "Equals",
        "FindInMap",
        "GetAZs",
        "GetAtt",
        "If",
        "ImportValue",
        "Join",
        "Not",
        "Or",
        "Select",
        "Split",
    ];
    match (tag, inner) {
        ("Ref" | "Condition", inner) => Ok(json!({ tag: inner })),
        ("Sub", inner) => Ok(json!({ "Fn::Sub": inner })),
        ("GetAtt", Value::String(text)) => match text.split_once('.') {
            Some((resource, attribute)) => Ok(json!({ "Fn::GetAtt": [resource, attribute] })),
            None => Err(format!(
                "`!GetAtt {text}` names no attribute; write `!GetAtt resource.attribute`"
            )),
        },
        (tag, inner) if FUNCTIONS.contains(&tag) => Ok(json!({ format!("Fn::{tag}"): inner })),
        (tag, _) => Err(format!(
            "`!{tag}` is no function of CloudFormation that the linker knows"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::lower;
    use serde_json::json;

    #[test]
    fn short_tags_become_long_forms() {
        let yaml = serde_yaml::from_str(
            "a: !Ref X\nb: !GetAtt Y.Arn.Deep\nc: !If [C, !Sub 'x-${Z}', 060]",
        )
        .unwrap();
        assert_eq!(
            lower(yaml).unwrap(),
            json!({
                "a": {"Ref": "X"},
                "b": {"Fn::GetAtt": ["Y", "Arn.Deep"]},
                "c": {"Fn::If": ["C", {"Fn::Sub": "x-${Z}"}, "060"]}
            })
        );
    }

    #[test]
    fn an_unknown_tag_is_refused() {
        let yaml = serde_yaml::from_str("a: !Reff X").unwrap();
        assert!(lower(yaml).unwrap_err().contains("`!Reff`"));
    }
}
