//! An unchanged `up`: no cargo, and nothing built anew.

use std::os::unix::fs::PermissionsExt as _;

use crate::operate::Small;

#[test]
#[expect(clippy::disallowed_methods, reason = "the test is run with it")]
fn cargo_runs_only_for_an_up_that_changes_something() {
    let small = Small::new();
    let real = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let calls = small.write("calls", "");
    let script = format!(
        "#!/bin/sh\necho \"$1\" >> '{}'\nexec '{real}' \"$@\"\n",
        calls.display()
    );
    let cargo = small.write("cargo", &script);
    fs_err::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
    let builds = || {
        let output = small.deployer(&["up"]).env("CARGO", &cargo).output();
        let output = output.unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let calls = fs_err::read_to_string(&calls).unwrap();
        calls.lines().filter(|call| *call == "build").count()
    };
    assert_eq!(builds(), 1, "the first");
    assert_eq!(builds(), 1, "nothing changed");
    small.change_function();
    assert_eq!(builds(), 2, "a changed function");
    assert_eq!(builds(), 2, "nothing changed since");
}
