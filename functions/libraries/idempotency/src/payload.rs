//! One hash for all the ways to write the same JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Returns the SHA-256, in hexadecimal, of the canonical form of `payload`.
///
/// The canonical form has no white space and its keys in order, at every depth. `1` and `1.0`
/// stay different, and so do `1` and `"1"`.
pub fn payload_hash(payload: &Value) -> String {
    let mut canonical = String::new();
    write_canonical(payload, &mut canonical);
    let mut hash = String::with_capacity(64);
    for byte in Sha256::digest(canonical.as_bytes()) {
        // Writing to a string cannot fail.
        let _ = write!(hash, "{byte:02x}");
    }
    hash
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                separate(index, out);
                write_canonical(item, out);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let sorted: BTreeMap<_, _> = fields.iter().collect();
            out.push('{');
            for (index, (key, field)) in sorted.into_iter().enumerate() {
                separate(index, out);
                write_canonical(&Value::from(key.as_str()), out);
                out.push(':');
                write_canonical(field, out);
            }
            out.push('}');
        }
        scalar => {
            let _ = write!(out, "{scalar}");
        }
    }
}

fn separate(index: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
}

#[cfg(test)]
mod tests {
    use super::payload_hash;

    fn hash(json: &str) -> String {
        payload_hash(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn order_of_keys_and_white_space_do_not_count() {
        assert_eq!(
            hash(r#"{"b":[1,{"d":null,"c":"x"}],"a":true}"#),
            hash("{ \"a\": true,\n \"b\": [1, {\"c\": \"x\", \"d\": null}] }"),
        );
    }

    #[test]
    fn anything_else_counts() {
        let different = [
            "{}",
            "[]",
            "null",
            r#"{"a":1}"#,
            r#"{"a":1.0}"#,
            r#"{"a":"1"}"#,
            r#"{"a":[1]}"#,
            r#"{"a":[2,1]}"#,
            r#"{"a":[1,2]}"#,
            r#"{"a,\"b\":1":2}"#,
            r#"{"a":1,"b":2}"#,
        ];
        let mut hashes: Vec<String> = different.iter().map(|json| hash(json)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), different.len());
    }

    #[test]
    fn the_hash_is_sha_256_in_hexadecimal() {
        assert_eq!(
            hash("{ }"),
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        );
    }
}
