//! What looks like a secret, and what only sounds like one.

use serde_json::json;

use super::{is_secret_name, redact_data, suspicion};

#[test]
fn what_looks_like_a_secret_is_found() {
    for (name, value) in [
        ("ANYTHING", "AKIAIOSFODNN7EXAMPLE"),
        ("ANYTHING", "key ASIAIOSFODNN7EXAMPLE here"),
        ("ANYTHING", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("CERTIFICATE", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"),
        ("CERTIFICATE", "-----BEGIN PRIVATE KEY-----"),
        ("DATABASE", "postgres://app:hunter2@db.internal:5432/orders"),
        ("DATABASE", "redis://:hunter2@cache:6379"),
        ("DATABASE", "Server=db;User=app;Password=hunter2;"),
        ("ANYTHING", "ghp_0123456789abcdefghijABCDEFGHIJ012345"),
        ("PAYMENTS", "sk_live_0123456789abcdefABCD"),
        (
            "ANYTHING",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
        ),
        ("DB_PASSWORD", "hunter22"),
        ("dbPassword", "correct horse"),
        ("API_KEY", "9f86d081884c7d659a2feaa0c55ad015"),
        ("SESSION_TOKEN", "Zm9vYmFyMTIzNDU2Nzg5MA"),
        ("WebhookSecret", "whsec0123456789abcdefXYZ"),
        (
            "DATABASE",
            "postgres://app:hunter2@{{resolve:ssm:host}}/orders",
        ),
    ] {
        assert!(suspicion(name, value).is_some(), "{name}={value}");
    }
}

#[test]
fn what_only_sounds_like_one_passes() {
    for (name, value) in [
        ("LOG_LEVEL", "INFO"),
        (
            "DB_PASSWORD",
            "{{resolve:secretsmanager:shop/dev/db:SecretString:password}}",
        ),
        (
            "DATABASE",
            "postgres://app:{{resolve:secretsmanager:db}}@db.internal/orders",
        ),
        (
            "DB_PASSWORD_ARN",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf",
        ),
        (
            "API_KEY",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:api-AbCdEf12",
        ),
        ("SECRET_NAME", "shop/dev/payments-2026-01"),
        ("TOKEN_TABLE", "durable-dev-TokensTable-ABC123456789"),
        ("TOKEN_TTL", "3600"),
        ("MAX_TOKENS", "4096"),
        ("IDEMPOTENCY_KEY", "transaction_id"),
        ("PARTITION_KEY", "order_id"),
        ("SECRET", "none"),
        ("TOKEN", "disabled"),
        ("PASSWORD", ""),
        ("ENDPOINT", "https://api.example.com:8443/v1"),
        ("ENDPOINT", "https://api.example.com/users/@me"),
        ("REVISION", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        (
            "DIGEST",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        ("owner", "payments team <payments@example.com>"),
        (
            "QUEUE",
            "https://sqs.eu-west-1.amazonaws.com/111122223333/orders",
        ),
        ("PUBLIC_KEY", "-----BEGIN PUBLIC KEY-----"),
        ("COMPASS", "north-by-northwest"),
    ] {
        assert_eq!(suspicion(name, value), None, "{name}={value}");
    }
}

#[test]
fn names_announce_secrets_or_only_point_to_them() {
    for name in [
        "DB_PASSWORD",
        "apiKey",
        "API_KEY",
        "clientSecret",
        "x-api-key",
        "AUTH_TOKEN",
    ] {
        assert!(is_secret_name(name), "{name}");
    }
    for name in [
        "SECRET_ARN",
        "TOKEN_URL",
        "MAX_TOKENS",
        "PARTITION_KEY",
        "S3Key",
        "Key",
    ] {
        assert!(!is_secret_name(name), "{name}");
    }
}

#[test]
fn data_of_others_hides_what_a_template_could_show() {
    for (data, expected) in [
        // No template: what looks like one of its functions is somebody's data.
        (
            json!({ "password": { "Ref": "hunter2" } }),
            json!({ "password": { "Ref": "(hidden)" } }),
        ),
        (
            json!({ "password": 123_456, "token": [7, true], "token_count": 9 }),
            json!({ "password": "(hidden)", "token": ["(hidden)", true], "token_count": 9 }),
        ),
        (
            json!({ "Body": r#"{"id":1,"password":"hunter2"}"# }),
            json!({ "Body": r#"{"id":1,"password":"(hidden)"}"# }),
        ),
        (
            json!(r#"[{"Name":"api key","Value":"abc"}]"#),
            json!(r#"[{"Name":"api key","Value":"(hidden)"}]"#),
        ),
    ] {
        let mut redacted = data.clone();
        assert!(redact_data(&mut redacted, false, ""), "{data}");
        assert_eq!(redacted, expected, "{data}");
    }
    // What has no secret stays as it was written, its spaces too.
    let data = json!({ "Body": r#"{ "id": 1 }"#, "ok": [null, 1.5, "x"] });
    let mut same = data.clone();
    assert!(!redact_data(&mut same, false, ""));
    assert_eq!(same, data);
}
