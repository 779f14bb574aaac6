//! Executables made by hand: enough for what looks into them before they are sent, and no more.

/// Returns an arm64 executable without code that asks for `GLIBC_{glibc}` of the C library.
///
/// `content` follows it, so that every function has a binary of its own.
pub(super) fn executable(glibc: &str, content: &str) -> Vec<u8> {
    const HEADER: u64 = 64;
    const SECTION: u16 = 64;
    let strings = format!("\0libc.so.6\0GLIBC_{glibc}\0").into_bytes();
    let needs = needs();
    let needs_at = HEADER + strings.len() as u64;
    let sections_at = needs_at + needs.len() as u64;

    let mut elf = b"\x7fELF\x02\x01\x01".to_vec();
    elf.resize(16, 0);
    number(&mut elf, 2, 3_u16); // a position-independent executable
    number(&mut elf, 2, 183_u16); // arm64
    number(&mut elf, 4, 1_u16);
    number(&mut elf, 8, 0_u16); // where it starts
    number(&mut elf, 8, 0_u16); // no program headers
    number(&mut elf, 8, sections_at);
    number(&mut elf, 4, 0_u16);
    for field in [64, 56, 0, SECTION, 3, 1] {
        number(&mut elf, 2, field);
    }
    elf.extend(&strings);
    elf.extend(&needs);
    section(&mut elf, [0; 5]);
    // Kind, offset, size, and for the second one where its strings are and how many libraries it has.
    section(&mut elf, [3, HEADER, strings.len() as u64, 0, 0]);
    section(&mut elf, [0x6fff_fffe, needs_at, needs.len() as u64, 1, 1]);
    elf.extend(content.as_bytes());
    elf
}

/// Returns the content of `.gnu.version_r`: one library, one version of it.
fn needs() -> Vec<u8> {
    const LIBRARY: u16 = 1;
    const VERSION: u16 = 11;
    let mut needs = Vec::new();
    number(&mut needs, 2, 1_u16);
    number(&mut needs, 2, 1_u16);
    number(&mut needs, 4, LIBRARY);
    number(&mut needs, 4, 16_u16);
    number(&mut needs, 4, 0_u16);
    number(&mut needs, 4, 0_u16);
    number(&mut needs, 4, 0_u16);
    number(&mut needs, 4, VERSION);
    number(&mut needs, 4, 0_u16);
    needs
}

fn section(elf: &mut Vec<u8>, [kind, offset, size, link, info]: [u64; 5]) {
    number(elf, 4, 0_u16);
    number(elf, 4, kind);
    number(elf, 8, 0_u16);
    number(elf, 8, 0_u16);
    number(elf, 8, offset);
    number(elf, 8, size);
    number(elf, 4, link);
    number(elf, 4, info);
    number(elf, 8, 1_u16);
    number(elf, 8, 0_u16);
}

/// Appends a number in as many bytes, the smallest first.
fn number(bytes: &mut Vec<u8>, width: usize, number: impl Into<u64>) {
    bytes.extend(&number.into().to_le_bytes()[..width]);
}
