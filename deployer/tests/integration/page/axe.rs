//! axe-core, which judges whether everybody can use a page, from npm's registry.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::chromium::{Chromium, notice};

/// Returns axe-core, installing it first as the lock file says; nothing where there is no npm.
#[expect(clippy::disallowed_methods, reason = "whether this is CI")]
pub(crate) fn axe() -> Option<String> {
    let listed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("node");
    fs_err::create_dir_all(&folder).unwrap();
    let lock = fs_err::File::create(folder.join("installing.lock")).unwrap();
    lock.file().lock().unwrap();
    let script = folder.join("node_modules/axe-core/axe.min.js");
    let wanted = fs_err::read(listed.join("package-lock.json")).unwrap();
    let installed = fs_err::read(folder.join("installed.json")).ok();
    if installed.as_ref() != Some(&wanted) {
        for file in ["package.json", "package-lock.json"] {
            fs_err::copy(listed.join(file), folder.join(file)).unwrap();
        }
        let npm = Command::new("npm")
            .args(["ci", "--ignore-scripts", "--silent"])
            .current_dir(&folder)
            .output();
        let Ok(npm) = npm else {
            assert!(std::env::var_os("CI").is_none(), "CI needs `npm`");
            notice("`npm` is not installed, so axe-core does not judge the page");
            return None;
        };
        assert!(npm.status.success(), "{npm:?}");
        fs_err::write(folder.join("installed.json"), wanted).unwrap();
    }
    Some(fs_err::read_to_string(script).unwrap())
}

/// Asserts that the page has no finding that keeps anybody out.
pub(crate) fn judge(browser: &mut Chromium, axe: &str, page: &str) {
    browser.value(&format!("{axe}; true"));
    let found = browser.value(
        "axe.run().then((judged) => judged.violations.filter((each) => ['serious', 'critical'].includes(each.impact)).map((each) => ({ id: each.id, nodes: each.nodes.slice(0, 5).map((node) => node.html) })))",
    );
    assert_eq!(found, Value::Array(Vec::new()), "{page}");
}
