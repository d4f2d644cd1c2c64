//! Other programs.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::process::{Command, Output};

use anyhow::{anyhow, bail};
use everypy_matrix::found::Interpreter;

/// How to get a program that is not there.
const PACKAGES: [(&str, &str); 4] = [
    ("valgrind", "install valgrind; Debian's package is `valgrind`"),
    ("cc", "install a C compiler, or name one in `CC`; Debian's package is `gcc`"),
    ("strip", "install binutils; Debian's package is `binutils`"),
    ("size", "install binutils; Debian's package is `binutils`"),
];

/// The C compiler: `CC`, else `cc`.
pub(super) fn c_compiler() -> Command {
    let named = std::env::var_os("CC").filter(|name| !name.is_empty());
    Command::new(named.unwrap_or_else(|| OsString::from("cc")))
}

/// An interpreter that reads nothing but its standard library: what the user's environment and folders hold would
/// change what is measured.
pub(super) fn python(interpreter: &Interpreter) -> Command {
    let mut command = Command::new(&interpreter.command);
    command.args(["-S", "-E", "-s", "-B"]);
    command
}

/// Runs a program to its end and returns what it printed. What it says on standard error is shown if it fails.
pub(super) fn output(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let Output { status, stdout, stderr } = command.output().map_err(|error| {
        let hint = PACKAGES.iter().find(|(program, _)| *program == name);
        match hint {
            Some((_, hint)) if error.kind() == ErrorKind::NotFound => {
                anyhow!("cannot run `{name}`: {error}\nhint: {hint}")
            }
            _ => anyhow!("cannot run `{name}`: {error}"),
        }
    })?;
    if !status.success() {
        let said = String::from_utf8_lossy(&stderr);
        bail!("{command:?} failed: {status}\n{}", said.trim_end());
    }
    Ok(String::from_utf8_lossy(&stdout).into_owned())
}
