//! Asks a candidate what it is, by running it.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::Interpreter;
use super::binary::Machine;
use super::candidates::{Candidate, environment_of};
use super::error::Refusal;
use crate::runtime::{Implementation, Runtime, Version};

/// The script that every candidate runs.
const SCRIPT: &str = include_str!("probe.py");

/// How long an interpreter may take to answer. Most need 50 ms; GraalPy needs 7 seconds on an idle machine, and ten times
/// that on a busy one.
const LIMIT: Duration = Duration::from_secs(120);

/// Asks a candidate. One that cannot be embedded is refused with the reason.
pub(super) fn ask(candidate: &Candidate) -> Result<Interpreter, Refusal> {
    let path = &*candidate.path;
    check_file(path)?;
    let answer = Answer::of(path)?;
    if let Some(reason) = answer.get("refused") {
        let refusal = Refusal::new(path, reason);
        return Err(match answer.get("hint") {
            Some(hint) => refusal.with_hint(hint),
            None => refusal,
        });
    }
    let unknown = |what: &str| Refusal::new(path, format!("it does not say its {what}"));
    let runtime = answer.runtime().map_err(|what| unknown(&what))?;
    let library = answer.path("library").ok_or_else(|| unknown("library"))?;
    if let Some(mismatch) = Machine::mismatch(&library) {
        return Err(wrong_machine(path, &mismatch));
    }
    let bits = usize::BITS.to_string();
    if answer.get("pointer_bits") != Some(&bits) {
        let reason =
            format!("it is {runtime} of another size than the {bits} bits of this program");
        return Err(wrong_machine(path, &reason));
    }
    Ok(Interpreter {
        source: candidate.source,
        executable: Some(answer.path("executable").unwrap_or_else(|| path.to_path_buf())),
        library,
        runtime: Some(runtime),
    })
}

/// Refuses what is known not to start, since the system's own message would not tell why.
fn check_file(path: &Path) -> Result<(), Refusal> {
    if let Some(environment) = environment_of(path)
        && let Some(home) = home_of(&environment)
        && !home.exists()
    {
        let reason = format!(
            "the interpreter that its virtual environment was made from is gone: there is no `{}`",
            home.display()
        );
        return Err(Refusal::new(path, reason).with_hint(make_again(&environment)));
    }
    if !path.exists() {
        let Ok(target) = path.read_link() else {
            return Err(Refusal::new(path, "there is no such file"));
        };
        let reason = format!("it is a link to `{}`, which is not there", target.display());
        let refusal = Refusal::new(path, reason);
        return Err(match environment_of(path) {
            Some(environment) => refusal.with_hint(make_again(&environment)),
            None => refusal,
        });
    }
    match Machine::mismatch(path) {
        Some(mismatch) => Err(wrong_machine(path, &mismatch)),
        None => Ok(()),
    }
}

fn make_again(environment: &Path) -> String {
    format!("make the environment again: python3 -m venv --clear \"{}\"", environment.display())
}

pub(super) fn wrong_machine(path: &Path, reason: &str) -> Refusal {
    Refusal::new(path, reason)
        .with_hint("name a Python that is made for the same processor as the program")
}

/// Where a virtual environment's `pyvenv.cfg` says that its interpreter is.
fn home_of(environment: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(environment.join("pyvenv.cfg")).ok()?;
    let value = |line: &str| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "home").then(|| PathBuf::from(value.trim()))
    };
    text.lines().find_map(value)
}

/// What the script has printed: keys and values.
struct Answer(Vec<(String, Vec<u8>)>);

impl Answer {
    fn of(path: &Path) -> Result<Self, Refusal> {
        let mut command = Command::new(path);
        // -S and -s: sites and users may do anything; -B: leave no bytecode behind.
        command.args(["-S", "-s", "-B", "-c", SCRIPT]);
        // An interpreter that was started by another one on macOS takes itself for that one.
        command.env_remove("__PYVENV_LAUNCHER__").env_remove("PYTHONINSPECT");
        let finished = run(command, LIMIT).map_err(|why| Refusal::new(path, why))?;
        let answer = Self::parse(&finished.stdout);
        if answer.get("end").is_none() {
            let said = said(&String::from_utf8_lossy(&finished.stderr));
            let reason = format!("it does not answer ({}){said}", finished.status);
            let hint = format!(
                "run `\"{}\" -c \"import sys\"` to see what the interpreter says",
                path.display()
            );
            return Err(Refusal::new(path, reason).with_hint(hint));
        }
        Ok(answer)
    }

    fn parse(printed: &[u8]) -> Self {
        let lines = printed.split(|&byte| byte == b'\n');
        let fact = |line: &[u8]| {
            let line = line.strip_suffix(b"\r").unwrap_or(line).strip_prefix(b"everypy-embed ")?;
            let equals = line.iter().position(|&byte| byte == b'=')?;
            let key = String::from_utf8_lossy(&line[..equals]).into_owned();
            Some((key, line[equals + 1..].to_vec()))
        };
        Self(lines.filter_map(fact).collect())
    }

    fn bytes(&self, key: &str) -> Option<&[u8]> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| &**value)
    }

    fn get(&self, key: &str) -> Option<&str> {
        std::str::from_utf8(self.bytes(key)?).ok()
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        let bytes = self.bytes(key).filter(|bytes| !bytes.is_empty())?;
        #[cfg(unix)]
        let path = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes);
        #[cfg(not(unix))]
        let path = std::str::from_utf8(bytes).ok()?;
        Some(path.into())
    }

    /// What the interpreter is, or what it does not say.
    fn runtime(&self) -> Result<Runtime, String> {
        let name = self.get("implementation").unwrap_or_default();
        let known =
            |implementation: &Implementation| implementation.to_string().eq_ignore_ascii_case(name);
        let implementation = Implementation::ALL.into_iter().find(known);
        let version = |key: &str| {
            self.get(key).and_then(Version::parse).ok_or_else(|| format!("version (`{key}`)"))
        };
        Ok(Runtime::new(
            implementation
                .ok_or_else(|| format!("implementation by a known name, but `{name}`"))?,
            version("python")?,
            version("release")?,
            self.get("free_threaded") == Some("1"),
            self.get("debug") == Some("1"),
        ))
    }
}

/// The line that tells most of what a program said before it failed.
fn said(stderr: &str) -> String {
    /// Programs that are no Python repeat the whole script.
    const LONGEST: usize = 200;
    let lines = || stderr.lines().map(str::trim).filter(|line| !line.is_empty());
    // The last line of a traceback, or of what Python says when it cannot start; else the first of anything.
    let line = lines().rfind(|line| line.contains("Error: ")).or_else(|| lines().next());
    let Some(line) = line else {
        return String::new();
    };
    let end = if line.chars().count() > LONGEST { " …" } else { "" };
    format!(": {}{end}", line.chars().take(LONGEST).collect::<String>())
}

struct Finished {
    status: String,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

/// Runs a program, and kills it when its time is over.
fn run(mut command: Command, limit: Duration) -> Result<Finished, String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let end = Instant::now() + limit;
    let mut child = command.spawn().map_err(|error| format!("it does not start: {error}"))?;
    let stdout = read(child.stdout.take());
    let stderr = read(child.stderr.take());
    let too_long = |child: &mut Child| {
        let _ = child.kill();
        let _ = child.wait();
        format!("it does not answer within {} seconds", limit.as_secs_f32())
    };
    let left = || end.saturating_duration_since(Instant::now());
    let Ok(stdout) = stdout.recv_timeout(left()) else {
        return Err(too_long(&mut child));
    };
    let Ok(stderr) = stderr.recv_timeout(left()) else {
        return Err(too_long(&mut child));
    };
    // It has closed its output, so this takes no time.
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if !left().is_zero() => std::thread::sleep(Duration::from_millis(1)),
            Ok(None) => return Err(too_long(&mut child)),
            Err(error) => return Err(format!("it cannot be waited for: {error}")),
        }
    };
    Ok(Finished { status: status.to_string(), stdout, stderr })
}

/// Reads all that a program prints, in a thread of its own: what the program has started may keep the pipe open.
fn read(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        // Nobody listens any more if the time is over.
        let _ = sender.send(bytes);
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_found_among_other_output() {
        let printed = b"hello\neverypy-embed python=3.9.18\r\neverypy-embed library=/a=b\xff\nbye";
        let answer = Answer::parse(printed);
        assert_eq!(answer.get("python"), Some("3.9.18"));
        assert_eq!(answer.bytes("library"), Some(&b"/a=b\xff"[..]));
        assert_eq!(answer.get("end"), None);
    }

    #[test]
    fn what_a_program_said() {
        #[track_caller]
        fn check(stderr: &str, expected: &str) {
            assert_eq!(said(stderr), expected);
        }
        check("", "");
        check(
            "\npyenv: python3.7: command not found\n\nNote: see elsewhere\n",
            ": pyenv: python3.7: command not found",
        );
        check(
            "Fatal Python error: init\nModuleNotFoundError: No module named 'encodings'\n\n<no Python frame>",
            ": ModuleNotFoundError: No module named 'encodings'",
        );
        check(&"\u{e9}".repeat(300), &format!(": {} …", "\u{e9}".repeat(200)));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_does_not_end_is_killed() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 60"]);
        let error = run(command, Duration::from_millis(50)).err();
        assert_eq!(error.as_deref(), Some("it does not answer within 0.05 seconds"));
    }
}
