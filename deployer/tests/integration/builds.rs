//! Builds on machines whose cargo is set up in other ways.

use std::os::unix::fs::PermissionsExt as _;

use crate::operate::Small;

const OTHER: &str = if cfg!(target_arch = "aarch64") {
    "x86_64-unknown-linux-gnu"
} else {
    "aarch64-unknown-linux-gnu"
};

#[test]
fn what_runs_here_is_built_for_here_however_cargo_is_set_up() {
    let small = Small::new();
    let wrapper = small.write("a wrapper \u{f6}", "#!/bin/sh\nexec \"$@\"\n");
    fs_err::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755)).unwrap();
    let up = |variables: &[(&str, &str)]| {
        // So that each of them has something to build.
        small.write(
            "functions/small-orchestrator/src/main.rs",
            &format!("// {variables:?}\nfn main() {{}}\n"),
        );
        let mut command = small.deployer(&["up"]);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    };
    for variables in [
        &[("CARGO_BUILD_TARGET", OTHER)][..],
        &[("RUSTFLAGS", "-Ctarget-cpu=native")],
        &[("CARGO_TARGET_DIR", "a relative \u{f6}")],
        &[
            ("CARGO_BUILD_BUILD_DIR", "intermediate"),
            ("CARGO_INCREMENTAL", "0"),
        ],
        &[("RUSTC_WRAPPER", wrapper.to_str().unwrap())],
    ] {
        let (code, said) = up(variables);
        assert_eq!(code, Some(0), "{variables:?}: {said}");
    }
    let (code, said) = up(&[("RUSTC_WRAPPER", "/nowhere/wrapper")]);
    assert_eq!(code, Some(8), "{said}");
    assert!(
        said.contains("/nowhere/wrapper") && said.contains("hint: RUSTC"),
        "{said}"
    );
    small.write(
        ".cargo/config.toml",
        &format!("[build]\ntarget = \"{OTHER}\"\n"),
    );
    let (code, said) = up(&[]);
    assert_eq!(code, Some(0), "{said}");
}
