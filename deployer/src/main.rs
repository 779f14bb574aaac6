//! The command line: parse, run, print, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    deployer::cli::main()
}
