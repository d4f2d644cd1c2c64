//! Runs a program to its end, and no longer than it may.
//!
//! Output goes to files, not pipes: a grandchild that keeps a pipe open cannot
//! hold us up. Each program leads a process group of its own, and the group is
//! killed when the program ends, whatever way it ends.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::cancel::Cancel;

/// How much of an output is kept: its last 64 MiB.
const KEPT: u64 = 64 << 20;

/// How a program came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It returned an exit status: `exit status 1`.
    Exited(i32),
    /// A signal ended it: `killed by SIGSEGV`.
    Killed(i32),
    /// It ran longer than it may, and was killed: `timed out after 600 s`.
    TimedOut(Duration),
    /// The user stopped everything: `interrupted`.
    Cancelled,
}

impl Ending {
    /// Tells whether this is exit status 0.
    pub fn is_success(&self) -> bool {
        *self == Self::Exited(0)
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(status) => match windows_exception(*status) {
                Some(name) => write!(out, "killed by {name}"),
                None => write!(out, "exit status {status}"),
            },
            Self::Killed(signal) => match signal_name(*signal) {
                Some(name) => write!(out, "killed by {name}"),
                None => write!(out, "killed by signal {signal}"),
            },
            Self::TimedOut(limit) => write!(out, "timed out after {} s", limit.as_secs_f64()),
            Self::Cancelled => write!(out, "interrupted"),
        }
    }
}

/// What is known about a program that has ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// How it ended.
    pub ending: Ending,
    /// What it wrote to standard output; with [`Capture::Merged`] also what it
    /// wrote to standard error, in the order of writing.
    pub stdout: String,
    /// What it wrote to standard error; empty unless [`Capture::Split`].
    pub stderr: String,
    /// How long it ran.
    pub duration: Duration,
}

/// Where the two outputs of a program go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// Both into one text, as a terminal would show it: a test run.
    Merged,
    /// Each into its own: a probe, whose warnings are not its answer.
    Split,
    /// Standard output is kept, standard error is the user's: a compiler.
    StdoutOnly,
}

/// Runs `command` to its end, with an empty standard input.
///
/// After `limit` it is killed with everything that it started; likewise on
/// cancellation. The error is that of a program that could not be started.
pub fn run(
    mut command: Command,
    capture: Capture,
    limit: Duration,
    cancel: &Cancel,
) -> io::Result<Finished> {
    let mut stdout = tempfile::tempfile()?;
    let mut stderr = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(stdout.try_clone()?);
    match capture {
        Capture::Merged => command.stderr(stdout.try_clone()?),
        Capture::Split => command.stderr(stderr.try_clone()?),
        Capture::StdoutOnly => command.stderr(Stdio::inherit()),
    };
    group::of_its_own(&mut command);
    let started = Instant::now();
    let mut child = spawn(&mut command)?;
    let ending = wait(&mut child, started, limit, cancel)?;
    Ok(Finished {
        ending,
        duration: started.elapsed(),
        stdout: read_end(&mut stdout)?,
        stderr: read_end(&mut stderr)?,
    })
}

/// Starts the program. One that was written a moment ago may still be open for
/// writing in a process that is just being started; it is not for long.
fn spawn(command: &mut Command) -> io::Result<Child> {
    for _ in 0..100 {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(Duration::from_millis(10));
            }
            result => return result,
        }
    }
    command.spawn()
}

fn wait(
    child: &mut Child,
    started: Instant,
    limit: Duration,
    cancel: &Cancel,
) -> io::Result<Ending> {
    let mut pause = Duration::from_millis(1);
    let stopped = loop {
        if group::leader_has_ended(child)? {
            break None;
        }
        if cancel.is_cancelled() {
            break Some(Ending::Cancelled);
        }
        if started.elapsed() >= limit {
            break Some(Ending::TimedOut(limit));
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(25));
    };
    // The leader has not been waited for yet, so its number is still its own.
    group::kill(child);
    let status = child.wait()?;
    Ok(stopped.unwrap_or_else(|| ending_of(status)))
}

/// Returns what was written, at most the last [`KEPT`] bytes of it.
fn read_end(file: &mut File) -> io::Result<String> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(KEPT)))?;
    let mut bytes = Vec::new();
    file.take(KEPT).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(unix)]
fn ending_of(status: ExitStatus) -> Ending {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => Ending::Exited(code),
        (None, signal) => Ending::Killed(signal.unwrap_or_default()),
    }
}

#[cfg(not(unix))]
fn ending_of(status: ExitStatus) -> Ending {
    Ending::Exited(status.code().unwrap_or(-1))
}

/// The names of the signals that end programs; the numbers differ by system.
#[cfg(unix)]
fn signal_name(number: i32) -> Option<&'static str> {
    use rustix::process::Signal;
    let names = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::ALARM, "SIGALRM"),
        (Signal::TERM, "SIGTERM"),
        (Signal::SYS, "SIGSYS"),
        (Signal::XCPU, "SIGXCPU"),
    ];
    names.iter().find(|(signal, _)| signal.as_raw() == number).map(|(_, name)| *name)
}

#[cfg(not(unix))]
fn signal_name(_: i32) -> Option<&'static str> {
    None
}

/// Windows has no signals; a crash is an exit status of its own kind.
fn windows_exception(status: i32) -> Option<&'static str> {
    if !cfg!(windows) {
        return None;
    }
    match status as u32 {
        0xC000_0005 => Some("an access violation (0xC0000005)"),
        0xC000_0374 => Some("heap corruption (0xC0000374)"),
        0xC000_0409 => Some("a fast fail (0xC0000409)"),
        0xC000_00FD => Some("a stack overflow (0xC00000FD)"),
        _ => None,
    }
}

/// A program together with everything that it starts.
#[cfg(unix)]
mod group {
    use std::io;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command};

    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

    pub(super) fn of_its_own(command: &mut Command) {
        command.process_group(0);
    }

    /// Tells whether the program has ended, and leaves it unwaited for: as
    /// long as it is a zombie no other process can get its number.
    pub(super) fn leader_has_ended(child: &mut Child) -> io::Result<bool> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(WaitId::Pid(Pid::from_child(child)), options)?.is_some())
    }

    pub(super) fn kill(child: &mut Child) {
        // Both fail when nobody is left, which is what is wanted.
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
        let _ = child.kill();
    }
}

/// A program together with everything that it starts.
#[cfg(not(unix))]
mod group {
    use std::io;
    use std::process::{Child, Command, Stdio};

    pub(super) fn of_its_own(_: &mut Command) {}

    pub(super) fn leader_has_ended(child: &mut Child) -> io::Result<bool> {
        Ok(child.try_wait()?.is_some())
    }

    pub(super) fn kill(child: &mut Child) {
        if matches!(child.try_wait(), Ok(Some(_))) {
            return;
        }
        let _ = Command::new("taskkill")
            .args(["/T", "/F", "/PID", &child.id().to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let _ = child.kill();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    fn sh(script: &str, capture: Capture, limit: Duration) -> Finished {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run(command, capture, limit, &Cancel::new()).unwrap()
    }

    #[track_caller]
    fn check(script: &str, message: &str) {
        let finished = sh(script, Capture::Merged, LONG);
        assert_eq!(finished.ending.to_string(), message);
    }

    #[test]
    fn endings_say_what_happened() {
        check("exit 0", "exit status 0");
        check("exit 7", "exit status 7");
        check("kill -SEGV $$", "killed by SIGSEGV");
        check("kill -ABRT $$", "killed by SIGABRT");
        check("kill -KILL $$", "killed by SIGKILL");
    }

    #[test]
    fn outputs_are_merged_or_split() {
        let script = "echo one; echo two >&2; echo three";
        let merged = sh(script, Capture::Merged, LONG);
        assert_eq!(merged.stdout, "one\ntwo\nthree\n");
        let split = sh(script, Capture::Split, LONG);
        assert_eq!((&*split.stdout, &*split.stderr), ("one\nthree\n", "two\n"));
    }

    /// Waits until the process is gone; a zombie that nobody waits for counts.
    #[track_caller]
    fn wait_until_gone(pid: &str) {
        for _ in 0..6000 {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            if status.is_empty() || status.contains("State:\tZ") {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("process {pid} is still there");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_time_out_kills_grandchildren_too() {
        let script = "sleep 1000 & echo $!; wait";
        let finished = sh(script, Capture::Merged, Duration::from_millis(300));
        assert_eq!(finished.ending.to_string(), "timed out after 0.3 s");
        wait_until_gone(finished.stdout.trim());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_a_program_leaves_behind_is_killed() {
        let finished = sh("sleep 1000 & echo $!", Capture::Merged, LONG);
        assert_eq!(finished.ending, Ending::Exited(0));
        wait_until_gone(finished.stdout.trim());
    }

    #[test]
    fn cancelling_ends_it() {
        let cancel = Cancel::new();
        cancel.cancel();
        let mut command = Command::new("sleep");
        command.arg("1000");
        let finished = run(command, Capture::Merged, LONG, &cancel).unwrap();
        assert_eq!(finished.ending, Ending::Cancelled);
    }
}
