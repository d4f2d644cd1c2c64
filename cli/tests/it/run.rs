//! `everypy run`, with the Python of this machine.

use std::process::{Command, Output};

use crate::sandbox::Sandbox;

/// A folder with a script in it, and a Python to run it: the first on `PATH` that can be embedded.
struct Launcher {
    sandbox: Sandbox,
    python: String,
}

impl Launcher {
    fn new() -> Option<Self> {
        let sandbox = Sandbox::new();
        sandbox
            .file("a script \u{e9}.py", "import sys\nprint(sys.argv[1:], __name__)\nsys.exit(5)\n");
        let python = crate::real_python::python();
        let launcher = Self { sandbox, python: python.to_str().unwrap().to_owned() };
        let said = launcher.run(&["-c", "pass"]);
        if !said.status.success() {
            // Said on the terminal itself: the harness would swallow it.
            let said = String::from_utf8_lossy(&said.stderr).into_owned();
            let note = format!("NOT TESTED: everypy run: {said}");
            assert!(std::env::var_os("EVERYPY_TEST_ALL").is_none_or(|v| v != "1"), "{note}");
            drop(std::io::Write::write_all(&mut std::io::stderr(), note.as_bytes()));
            return None;
        }
        Some(launcher)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.sandbox.command(&["run", "--python", &self.python]);
        command.args(arguments).env("LC_ALL", "C.UTF-8");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    #[track_caller]
    fn check(&self, arguments: &[&str], status: i32, stdout: &str) {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), stdout, "{arguments:?}");
    }
}

#[test]
fn it_is_the_interpreter_s_own_command_line() {
    let Some(launcher) = Launcher::new() else {
        return;
    };
    launcher.check(&["-c", "print(1)"], 0, "1");
    let arguments = "import sys; print(sys.argv)";
    launcher.check(
        &["-c", arguments, "a", "--help", "--python", "x"],
        0,
        "['-c', 'a', '--help', '--python', 'x']",
    );
    launcher.check(&["a script \u{e9}.py", "-c", "a"], 5, "['-c', 'a'] __main__");
    launcher.check(&["-m", "this_module_is_not_there"], 1, "");
    launcher.check(&["-c", "raise SystemExit('no')"], 1, "");
    launcher.check(&["-c", "import os; os._exit(77)"], 77, "");
    // Options of the interpreter itself.
    launcher.check(&["-O", "-c", "assert False; print(__debug__)"], 0, "False");
    let failed = launcher.run(&["-c", "1 / 0"]);
    assert_eq!(failed.status.code(), Some(1));
    let said = String::from_utf8_lossy(&failed.stderr);
    assert!(said.starts_with("Traceback ") && said.contains("ZeroDivisionError"), "{said}");
}

/// The variable counts where no option is given, and nothing of the machine is asked otherwise.
#[test]
fn the_variable_chooses() {
    let Some(launcher) = Launcher::new() else {
        return;
    };
    let mut command = launcher.sandbox.command(&["run", "-c", "print(2)"]);
    let output = command.env("EVERYPY_PYTHON", &launcher.python).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "2");
    let mut command = launcher.command(&["-c", "print(3)"]);
    let output = command.env("EVERYPY_PYTHON", "/nonexistent/python").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "3");
}

#[test]
fn what_cannot_be_embedded_is_refused() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(&["run", "--python", "/nonexistent/python", "-c", "pass"]);
    assert_eq!((run.status, &*run.stdout), (Some(1), ""));
    let mut lines = run.stderr.lines();
    let expected = "error: cannot embed `/nonexistent/python`: there is no such file";
    assert_eq!(lines.next(), Some(expected));
    assert!(lines.next().is_some_and(|line| line.starts_with("hint: ")), "{}", run.stderr);
    assert_eq!(lines.next(), None);
}
