//! Where a secret in a template is found.

use std::collections::BTreeMap;

use serde_json::json;

use super::in_template;
use crate::deploy::link::Template;

#[test]
fn a_secret_in_a_template_is_found_where_it_is_written() {
    let variables = json!({
        "DB_PASSWORD": "hunter22",
        "DATABASE": { "Fn::Sub": "postgres://app:hunter22@${Host}/orders" },
        "LEVEL": "INFO",
    });
    let properties = json!({
        "Environment": { "Variables": variables },
        "Tags": [{ "Key": "api-token", "Value": "9f86d081884c7d659a2feaa0c55ad015" }],
    });
    let body = json!({ "Resources": { "F": { "Type": "AWS::Lambda::Function", "Properties": properties } } });
    let place = "templates/function.yaml:50".to_owned();
    let template = Template::new(body, BTreeMap::from([("F".to_owned(), place.clone())]));
    let found = in_template(&template);
    assert_eq!(found.len(), 3, "{found:?}");
    for finding in found {
        assert_eq!(finding.place, place);
        let told = finding.to_string();
        assert!(
            !told.contains("hunter22") && !told.contains("9f86"),
            "{told}"
        );
    }
}
