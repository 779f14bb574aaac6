//! Looks into a binary before Lambda would: whether it can run where it is going.

use object::elf::{EM_AARCH64, EM_X86_64, ET_DYN, ET_EXEC, FileHeader64, Machine};
use object::read::elf::FileHeader as _;
use object::{Endianness, FileKind, ReadRef};

use crate::config::{App, Architecture, Target};
use crate::error::{Error, Kind, Result};

/// The glibc of `provided.al2023`.
pub(super) const GLIBC: (u32, u32) = (2, 34);

/// What Lambda takes unzipped, layers included: 250 MB.
const MOST_BYTES: u64 = 250 * 1024 * 1024;

/// Where a binary is to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// On this machine, as what this machine compiles.
    Host,
    /// On Lambda.
    Lambda(Architecture),
}

impl Place {
    /// Returns where the functions of a stage run.
    pub(super) fn of(app: &App) -> Self {
        match app.stage.target {
            Target::Local => Self::Host,
            Target::Aws => Self::Lambda(app.stage.architecture),
        }
    }
}

/// Returns the Rust target of Lambda functions of an architecture.
pub(crate) fn triple(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::Arm64 => "aarch64-unknown-linux-gnu",
        Architecture::X86_64 => "x86_64-unknown-linux-gnu",
    }
}

/// Checks that the binary of `function` can run at `place`; of a file, only what that takes is read.
///
/// # Errors
///
/// What Lambda would refuse or could not start: no 64-bit Linux executable, another architecture, a
/// newer glibc than Lambda has, too many bytes.
pub(super) fn inspect<'data>(
    function: &str,
    binary: impl ReadRef<'data>,
    place: Place,
) -> Result<()> {
    if place == Place::Host && !cfg!(target_os = "linux") {
        return Ok(());
    }
    let problem =
        |text: &str| Error::new(Kind::Build, format!("the binary of `{function}` {text}"));
    let kind = FileKind::parse(binary).ok();
    if !matches!(kind, Some(FileKind::Elf32 | FileKind::Elf64)) {
        return Err(problem("is no Linux executable (ELF)").hint(
            "build on Linux, or for Lambda with `target: aws`, which compiles across systems",
        ));
    }
    let Place::Lambda(architecture) = place else {
        return check_host(binary, problem);
    };
    if kind == Some(FileKind::Elf32) {
        return Err(problem("is a 32-bit executable, and Lambda runs none")
            .hint(format!("compile it for {}", triple(architecture))));
    }
    let parsed =
        parse(binary).map_err(|error| problem("cannot be read as ELF").caused_by(error))?;
    check_machine(&parsed, architecture, problem)?;
    check_glibc(&parsed, problem)?;
    check_size(binary.len().unwrap_or(u64::MAX), problem)
}

/// Checks that a binary is for this machine, if it is one of the two that Lambda has.
fn check_host<'data>(binary: impl ReadRef<'data>, problem: impl Fn(&str) -> Error) -> Result<()> {
    let here = match std::env::consts::ARCH {
        "aarch64" => EM_AARCH64,
        "x86_64" => EM_X86_64,
        _ => return Ok(()),
    };
    let machine = parse(binary).map(|parsed| parsed.machine);
    if machine.as_ref().is_ok_and(|machine| *machine == here) {
        return Ok(());
    }
    let actual = machine.map_or_else(|_| "no 64-bit machine".to_owned(), name);
    let text = format!(
        "is for {actual}, and the local target runs on {}",
        name(here)
    );
    Err(problem(&text).hint(
        "see that neither a linker nor a wrapper in cargo's configuration compiles for another machine",
    ))
}

fn check_machine(
    parsed: &Parsed,
    architecture: Architecture,
    problem: impl Fn(&str) -> Error,
) -> Result<()> {
    if !parsed.executable {
        return Err(problem("is an object file, not an executable"));
    }
    let wanted = match architecture {
        Architecture::Arm64 => EM_AARCH64,
        Architecture::X86_64 => EM_X86_64,
    };
    if parsed.machine == wanted {
        return Ok(());
    }
    let text = format!(
        "is for {}, and the stage's architecture is {}",
        name(parsed.machine),
        name(wanted)
    );
    Err(problem(&text).hint(format!(
        "correct `architecture` in the stage's file, or see that cargo compiles for {}",
        triple(architecture)
    )))
}

fn check_glibc(parsed: &Parsed, problem: impl Fn(&str) -> Error) -> Result<()> {
    let Some((major, minor)) = parsed.glibc.filter(|needed| *needed > GLIBC) else {
        return Ok(());
    };
    let text = format!(
        "needs glibc {major}.{minor}, and Lambda's `provided.al2023` has {}.{}",
        GLIBC.0, GLIBC.1
    );
    Err(problem(&text).hint(
        "a library that is linked in was compiled against a newer one; `deployer doctor` says whether the cross-compiler is there",
    ))
}

fn check_size(bytes: u64, problem: impl Fn(&str) -> Error) -> Result<()> {
    if bytes <= MOST_BYTES {
        return Ok(());
    }
    let text = format!("has {} MB, and Lambda takes 250 MB unzipped", bytes >> 20);
    Err(problem(&text).hint(
        "choose `build_profile: release`, or set `strip = true` in the profile's section of Cargo.toml",
    ))
}

struct Parsed {
    executable: bool,
    machine: Machine,
    /// The newest version of glibc that a symbol asks for; none in a static binary.
    glibc: Option<(u32, u32)>,
}

fn parse<'data>(binary: impl ReadRef<'data>) -> object::Result<Parsed> {
    let header = FileHeader64::<Endianness>::parse(binary)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, binary)?;
    let mut glibc = None;
    if let Some((mut libraries, link)) = sections.gnu_verneed(endian, binary)? {
        let strings = sections.strings(endian, binary, link)?;
        while let Some((_, mut versions)) = libraries.next()? {
            while let Some(version) = versions.next()? {
                glibc = glibc.max(glibc_version(version.name(endian, strings)?));
            }
        }
    }
    let kind = header.e_type(endian);
    Ok(Parsed {
        executable: kind == ET_EXEC || kind == ET_DYN,
        machine: header.e_machine(endian),
        glibc,
    })
}

/// Returns the version in a name such as `GLIBC_2.2.5`.
fn glibc_version(name: &[u8]) -> Option<(u32, u32)> {
    let version = std::str::from_utf8(name).ok()?.strip_prefix("GLIBC_")?;
    let mut numbers = version.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn name(machine: Machine) -> String {
    match machine {
        EM_AARCH64 => "arm64".to_owned(),
        EM_X86_64 => "x86_64".to_owned(),
        Machine(other) => format!("another machine (ELF number {other})"),
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_BYTES, Place, check_size, glibc_version, inspect};
    use crate::config::Architecture;
    use crate::error::{Error, Kind};

    const HOST: Architecture = if cfg!(target_arch = "aarch64") {
        Architecture::Arm64
    } else {
        Architecture::X86_64
    };
    const OTHER: Architecture = if cfg!(target_arch = "aarch64") {
        Architecture::X86_64
    } else {
        Architecture::Arm64
    };

    /// Returns this test program with the first number of the glibc it asks for replaced.
    fn asking_for_glibc(major: u8) -> Vec<u8> {
        let mut binary = fs_err::read(std::env::current_exe().unwrap()).unwrap();
        let places: Vec<usize> = binary
            .windows(8)
            .enumerate()
            .filter(|(_, window)| *window == b"GLIBC_2.")
            .map(|(place, _)| place)
            .collect();
        assert!(!places.is_empty(), "this program is linked against glibc");
        for place in places {
            binary[place + 6] = major;
        }
        binary
    }

    fn refusal(binary: &[u8], architecture: Architecture) -> Error {
        let error = inspect("orders", binary, Place::Lambda(architecture)).unwrap_err();
        assert_eq!(error.kind(), Kind::Build);
        error
    }

    #[test]
    fn a_binary_for_lambdas_own_machine_and_glibc_is_taken() {
        let binary = asking_for_glibc(b'1');
        inspect("orders", binary.as_slice(), Place::Lambda(HOST)).unwrap();
        inspect("orders", binary.as_slice(), Place::Host).unwrap();
    }

    #[test]
    fn a_newer_glibc_is_refused_on_lambda_only() {
        let binary = asking_for_glibc(b'9');
        let error = refusal(&binary, HOST);
        assert!(error.to_string().contains("needs glibc 9."), "{error}");
        assert!(error.way_out().unwrap().contains("doctor"));
        inspect("orders", binary.as_slice(), Place::Host).unwrap();
    }

    #[test]
    fn what_is_compiled_for_another_machine_does_not_run_here() {
        // Where ELF says the machine.
        const MACHINE: usize = 18;
        let mut binary = asking_for_glibc(b'1');
        binary[MACHINE] = if HOST == Architecture::Arm64 { 62 } else { 183 };
        let error = inspect("orders", binary.as_slice(), Place::Host).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("arm64") && text.contains("x86_64"), "{text}");
    }

    #[test]
    fn another_architecture_names_both() {
        let error = refusal(&asking_for_glibc(b'1'), OTHER).to_string();
        assert!(
            error.contains("arm64") && error.contains("x86_64"),
            "{error}"
        );
    }

    #[test]
    fn what_is_no_64_bit_executable_is_refused() {
        let whole = asking_for_glibc(b'1');
        let with = |place: usize, byte: u8| {
            let mut binary = whole.clone();
            binary[place] = byte;
            binary
        };
        for (binary, text) in [
            (
                b"#!/bin/sh\necho a script, not a program\n".to_vec(),
                "no Linux executable",
            ),
            (b"\x7fELF".to_vec(), "no Linux executable"),
            (with(4, 1), "32-bit"),
            (with(16, 1), "object file"),
            (with(18, 8), "another machine (ELF number 8)"),
            (whole[..4096].to_vec(), "cannot be read as ELF"),
        ] {
            let error = refusal(&binary, HOST).to_string();
            assert!(error.contains(text), "{error} should contain {text}");
        }
        let script = inspect("orders", b"#!/bin/sh".as_slice(), Place::Host).unwrap_err();
        assert!(
            script.to_string().contains("no Linux executable"),
            "{script}"
        );
    }

    #[test]
    fn the_size_limit_is_lambdas() {
        let problem = |text: &str| Error::new(Kind::Build, text);
        check_size(MOST_BYTES, problem).unwrap();
        let error = check_size(MOST_BYTES + (1 << 20), problem).unwrap_err();
        assert_eq!(
            error.to_string(),
            "has 251 MB, and Lambda takes 250 MB unzipped"
        );
    }

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(glibc_version(b"GLIBC_2.2.5"), Some((2, 2)));
        assert!(glibc_version(b"GLIBC_2.34") > glibc_version(b"GLIBC_2.4"));
        assert_eq!(glibc_version(b"GLIBC_PRIVATE"), None);
        assert_eq!(glibc_version(b"GCC_3.0"), None);
    }
}
