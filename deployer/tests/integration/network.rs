//! The networks and credentials that companies have: authorities of their own, proxies, profiles.

mod server;

use serde_json::Value;

use crate::sandbox::Sandbox;
use server::{Proxy, Secured};

/// Asks `doctor` about the credentials for a stage at AWS, in an environment of the test's own.
fn credentials(sandbox: &Sandbox, environment: &[(&str, &str)]) -> Value {
    let mut command = sandbox.deployer(&["--format", "json", "doctor", "--stage", "staging"]);
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ] {
        command.env_remove(name);
    }
    let output = command
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/nowhere/config")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials")
        .env("AWS_MAX_ATTEMPTS", "1")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.stdout.is_empty(), "{stderr}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = document["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == "credentials");
    check.unwrap().clone()
}

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "000000000000"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
];

#[test]
fn an_authority_of_the_company_is_trusted_when_it_is_named() {
    let (sandbox, server) = (Sandbox::with_copy(), Secured::start());
    let authorities = sandbox.project().join("authorities.pem");
    fs_err::write(&authorities, &server.authority).unwrap();
    let empty = sandbox.project().join("empty.pem");
    fs_err::write(&empty, "nobody\n").unwrap();
    let endpoint = format!("https://127.0.0.1:{}", server.port);
    let with = |bundle: &str| {
        let endpoint = ("AWS_ENDPOINT_URL", endpoint.as_str());
        credentials(
            &sandbox,
            &[&KEYS[..], &[endpoint, ("AWS_CA_BUNDLE", bundle)]].concat(),
        )
    };

    let trusted = with(authorities.to_str().unwrap());
    assert_eq!(trusted["verdict"], "ok", "{trusted}");
    assert_eq!(
        trusted["found"], "arn:aws:iam::111122223333:user/ada",
        "{trusted}"
    );

    let stranger = with("");
    assert_eq!(stranger["verdict"], "missing", "{stranger}");
    assert!(
        stranger["remedy"]
            .as_str()
            .unwrap()
            .contains("AWS_CA_BUNDLE"),
        "{stranger}"
    );

    let nobody = with(empty.to_str().unwrap());
    let found = nobody["found"].as_str().unwrap();
    assert!(
        found.contains("empty.pem") && found.contains("no certificate"),
        "{nobody}"
    );
}

#[test]
fn the_authority_may_stand_in_the_profile() {
    let (sandbox, server) = (Sandbox::with_copy(), Secured::start());
    let authorities = sandbox.project().join("authorities.pem");
    fs_err::write(&authorities, &server.authority).unwrap();
    let profiles = sandbox.project().join("profiles");
    let text = format!(
        "[profile firm]\nca_bundle = {}\naws_access_key_id = key\naws_secret_access_key = test\n",
        authorities.display()
    );
    fs_err::write(&profiles, text).unwrap();
    let answer = credentials(
        &sandbox,
        &[
            ("AWS_CONFIG_FILE", profiles.to_str().unwrap()),
            ("AWS_PROFILE", "firm"),
            (
                "AWS_ENDPOINT_URL",
                &format!("https://127.0.0.1:{}", server.port),
            ),
        ],
    );
    assert_eq!(answer["verdict"], "ok", "{answer}");
}

#[test]
fn the_proxy_is_asked_but_for_what_goes_past_it() {
    let (sandbox, server) = (Sandbox::with_copy(), Secured::start());
    let authorities = sandbox.project().join("authorities.pem");
    fs_err::write(&authorities, &server.authority).unwrap();
    let proxy = Proxy::before(server.port);
    let address = format!("http://127.0.0.1:{}", proxy.port);
    let with = |endpoint: &str, past: &str| {
        let variables = [
            ("AWS_CA_BUNDLE", authorities.to_str().unwrap()),
            ("AWS_ENDPOINT_URL", endpoint),
            ("HTTPS_PROXY", &address),
            ("NO_PROXY", past),
        ];
        credentials(&sandbox, &[&KEYS[..], &variables].concat())
    };

    let through = with("https://sts.test", "");
    assert_eq!(through["verdict"], "ok", "{through}");
    assert_eq!(proxy.targets(), ["CONNECT sts.test:443 HTTP/1.1"]);

    let past = with(&format!("https://127.0.0.1:{}", server.port), "127.0.0.1");
    assert_eq!(past["verdict"], "ok", "{past}");
    assert_eq!(proxy.targets().len(), 1);
}

#[test]
fn a_profile_that_cannot_work_says_how_to_come_to_one() {
    let sandbox = Sandbox::with_copy();
    let profiles = sandbox.project().join("profiles");
    fs_err::write(
        &profiles,
        "[profile console]\nlogin_session = arn:aws:iam::111122223333:user/ada\nregion = eu-west-1\n\
         [profile single]\nsso_session = firm\nsso_account_id = 111122223333\nsso_role_name = Deploy\n\
         [sso-session firm]\nsso_start_url = https://firm.awsapps.com/start\nsso_region = eu-west-1\n",
    )
    .unwrap();
    for (profile, way) in [
        ("console", "aws login --profile console"),
        ("single", "aws sso login --profile single"),
        ("absent", "profile `absent` is not defined"),
    ] {
        let answer = credentials(
            &sandbox,
            &[
                ("AWS_CONFIG_FILE", profiles.to_str().unwrap()),
                ("AWS_PROFILE", profile),
                ("HOME", sandbox.project().to_str().unwrap()),
            ],
        );
        let said = answer.to_string();
        assert_eq!(answer["verdict"], "missing", "{said}");
        assert!(answer["remedy"].as_str().unwrap().contains(way), "{said}");
        assert!(!said.contains("feature"), "{said}");
    }
}
