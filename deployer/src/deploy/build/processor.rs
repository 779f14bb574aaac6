//! Whether a binary would ask more of a processor than every machine of Lambda's has.
//!
//! Nothing in a binary tells, and it dies of it only where it happens to run: so flags for other processors
//! are refused, rather than put aside. Whoever set them should know that they do not hold.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::str::FromStr as _;

use camino::Utf8PathBuf;
use cargo_metadata::cargo_platform::{Cfg, Platform};
use toml::Value;

use super::configuration;
use super::inspect::triple;
use crate::config::{App, Architecture};
use crate::error::{Error, Kind, Result};

/// What every machine of Lambda's has: AVX2 on `x86_64`, as its Developer Guide says, and Graviton2 on arm64.
const PROCESSORS: [(Architecture, &[&str]); 2] = [
    (
        Architecture::X86_64,
        &["generic", "x86-64", "x86-64-v2", "x86-64-v3", "haswell"],
    ),
    (Architecture::Arm64, &["generic", "neoverse-n1"]),
];

/// Features that ask nothing of a processor.
const HARMLESS: [&str; 1] = ["crt-static"];

/// A flag of the compiler's, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Flag {
    text: String,
    place: String,
}

type Environment = BTreeMap<OsString, OsString>;

/// Refuses flags that are in force for a build for Lambda and ask for another processor.
///
/// # Errors
///
/// The first such flag, with the variable or the file that it stands in.
pub(super) fn check_processor(app: &App) -> Result<()> {
    let architecture = app.stage.architecture;
    let files: Vec<_> = configuration::files()
        .into_iter()
        .flatten()
        .filter_map(|file| Some((fs_err::read_to_string(&file).ok()?, file)))
        .map(|(text, file)| (file, text))
        .collect();
    #[expect(clippy::disallowed_methods, reason = "what cargo itself reads")]
    let environment = std::env::vars_os().collect();
    refuse(architecture, &in_force(architecture, &environment, &files))
}

fn refuse(architecture: Architecture, flags: &[Flag]) -> Result<()> {
    let allowed = PROCESSORS.iter().find(|(each, _)| *each == architecture);
    let allowed = allowed.map_or(&[][..], |(_, allowed)| allowed);
    for (option, place) in options(flags) {
        let problem = match option.split_once('=') {
            Some(("target-cpu", processor)) if !allowed.contains(&processor) => option.clone(),
            Some(("target-feature", features)) => {
                let mut asked = features.split(',').map(str::trim);
                let asked = asked.find(|feature| {
                    let name = feature.strip_prefix('+');
                    name.is_some_and(|name| !HARMLESS.contains(&name))
                });
                match asked {
                    Some(feature) => format!("target-feature={feature}"),
                    None => continue,
                }
            }
            _ => continue,
        };
        return Err(Error::new(
            Kind::Build,
            format!("the functions would be compiled with `-C {problem}`, which not every machine of Lambda's has"),
        )
        .detail(format!("it stands in {place}"))
        .hint(format!(
            "take it away for this build, for instance with RUSTFLAGS=; `-C target-cpu` may be one of {}",
            allowed.join(", ")
        )));
    }
    Ok(())
}

/// Returns the codegen options among flags, such as `target-cpu=native`, each with its place.
fn options(flags: &[Flag]) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    let mut flags = flags.iter();
    while let Some(flag) = flags.next() {
        let text = flag.text.as_str();
        let option = match text {
            "-C" | "--codegen" => flags.next().map(|next| next.text.as_str()),
            _ => text
                .strip_prefix("--codegen=")
                .or_else(|| text.strip_prefix("-C")),
        };
        if let Some(option) = option {
            found.push((option.trim().to_owned(), flag.place.as_str()));
        }
    }
    found
}

/// Returns the flags that cargo gives to the compiler, by its own order of precedence: the first of
/// `CARGO_ENCODED_RUSTFLAGS`, `RUSTFLAGS`, all of `target.*.rustflags`, and `build.rustflags` that is there.
fn in_force(
    architecture: Architecture,
    environment: &Environment,
    files: &[(Utf8PathBuf, String)],
) -> Vec<Flag> {
    let variable = |name: &str, separator: char| {
        let value = environment.get(&OsString::from(name))?.to_str()?;
        let flags = value.split(separator).map(str::trim);
        let flags = flags.filter(|flag| !flag.is_empty()).map(|flag| Flag {
            text: flag.to_owned(),
            place: format!("the variable {name}"),
        });
        Some(flags.collect::<Vec<_>>())
    };
    if let Some(flags) = variable("CARGO_ENCODED_RUSTFLAGS", '\u{1f}') {
        return flags;
    }
    if let Some(flags) = variable("RUSTFLAGS", ' ') {
        return flags;
    }
    let triple = triple(architecture);
    let of_target = triple.to_uppercase().replace('-', "_");
    let mut targets = variable(&format!("CARGO_TARGET_{of_target}_RUSTFLAGS"), ' ');
    let mut builds = variable("CARGO_BUILD_RUSTFLAGS", ' ');
    for (file, text) in files {
        let Ok(table) = text.parse::<toml::Table>() else {
            continue;
        };
        let all = table.get("target").and_then(Value::as_table);
        for (name, target) in all.into_iter().flatten() {
            if concerns(name, architecture)
                && let Some(flags) = target.get("rustflags")
            {
                let known = targets.get_or_insert_default();
                known.extend(listed(
                    flags,
                    &format!("`target.{name}.rustflags` of {file}"),
                ));
            }
        }
        if let Some(flags) = table.get("build").and_then(|build| build.get("rustflags")) {
            let known = builds.get_or_insert_default();
            known.extend(listed(flags, &format!("`build.rustflags` of {file}")));
        }
    }
    targets
        .filter(|flags| !flags.is_empty())
        .or(builds)
        .unwrap_or_default()
}

/// Returns whether the name of a `[target.NAME]` means what is compiled for Lambda.
fn concerns(name: &str, architecture: Architecture) -> bool {
    let machine = match architecture {
        Architecture::Arm64 => "aarch64",
        Architecture::X86_64 => "x86_64",
    };
    let known = [
        ("target_arch", machine),
        ("target_os", "linux"),
        ("target_family", "unix"),
        ("target_env", "gnu"),
        ("target_endian", "little"),
        ("target_pointer_width", "64"),
        ("target_vendor", "unknown"),
    ];
    let unix = Cfg::from_str("unix").ok();
    let known = known.map(|(name, value)| Cfg::from_str(&format!("{name}=\"{value}\"")).ok());
    let known: Vec<Cfg> = known.into_iter().chain([unix]).flatten().collect();
    Platform::from_str(name).is_ok_and(|platform| platform.matches(triple(architecture), &known))
}

/// Reads a list of flags, or flags in one text.
fn listed(flags: &Value, place: &str) -> Vec<Flag> {
    let texts: Vec<&str> = match flags {
        Value::String(text) => text.split_whitespace().collect(),
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let flags = texts.into_iter().map(|text| Flag {
        text: text.to_owned(),
        place: place.to_owned(),
    });
    flags.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(variables: &[(&str, &str)], files: &[&str]) -> Result<()> {
        let environment = variables
            .iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)))
            .collect();
        let files: Vec<_> = files
            .iter()
            .enumerate()
            .map(|(at, text)| (Utf8PathBuf::from(format!("/{at}.toml")), (*text).to_owned()))
            .collect();
        refuse(
            Architecture::X86_64,
            &in_force(Architecture::X86_64, &environment, &files),
        )
    }

    #[test]
    fn flags_for_another_processor_are_refused_with_their_place() {
        let native = "[build]\nrustflags = [\"-C\", \"target-cpu=native\"]\n";
        for (variables, files, place) in [
            (
                vec![("RUSTFLAGS", "-Ctarget-cpu=native")],
                vec![],
                "the variable RUSTFLAGS",
            ),
            (
                vec![("CARGO_ENCODED_RUSTFLAGS", "-C\u{1f}target-cpu=znver5")],
                vec![],
                "the variable CARGO_ENCODED_RUSTFLAGS",
            ),
            (
                vec![("CARGO_BUILD_RUSTFLAGS", "--codegen=target-cpu=native")],
                vec![],
                "the variable CARGO_BUILD_RUSTFLAGS",
            ),
            (
                vec![(
                    "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS",
                    "-C target-cpu=native",
                )],
                vec![],
                "the variable CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS",
            ),
            (vec![], vec!["", native], "`build.rustflags` of /1.toml"),
            (
                vec![],
                vec![
                    "[target.x86_64-unknown-linux-gnu]\nrustflags = \"-C target-feature=+crt-static,+avx512f\"\n",
                ],
                "`target.x86_64-unknown-linux-gnu.rustflags` of /0.toml",
            ),
            (
                vec![],
                vec![
                    "[target.'cfg(all(unix, target_os = \"linux\"))']\nrustflags = [\"-Ctarget-cpu=native\"]\n",
                ],
                "`target.cfg(all(unix, target_os = \"linux\")).rustflags` of /0.toml",
            ),
        ] {
            let refusal = judged(&variables, &files).unwrap_err();
            assert_eq!(refusal.kind(), Kind::Build);
            assert_eq!(refusal.details(), [format!("it stands in {place}")]);
            assert!(refusal.to_string().contains("`-C target-"), "{refusal}");
        }
    }

    #[test]
    fn flags_that_do_no_harm_or_do_not_hold_are_let_through() {
        let native = "[build]\nrustflags = [\"-Ctarget-cpu=native\"]\n";
        for (variables, files) in [
            (
                vec![(
                    "RUSTFLAGS",
                    "-C target-cpu=x86-64-v3 -C target-feature=-avx,+crt-static",
                )],
                vec![],
            ),
            // A variable is all that holds, even where it is empty.
            (vec![("RUSTFLAGS", "")], vec![native]),
            (
                vec![],
                vec![
                    native,
                    "[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-g\"]\n",
                ],
            ),
            (
                vec![],
                vec!["[target.'cfg(windows)']\nrustflags = [\"-Ctarget-cpu=native\"]\n"],
            ),
            (
                vec![],
                vec!["[target.aarch64-apple-darwin]\nrustflags = [\"-Ctarget-cpu=native\"]\n"],
            ),
            (vec![], vec!["no toml ["]),
        ] {
            judged(&variables, &files).unwrap();
        }
    }
}
