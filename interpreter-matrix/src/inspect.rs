//! Which file an interpreter really loads when it imports the module.

use std::path::PathBuf;

use serde::Deserialize;

use crate::process::Finished;

/// The script that imports the module in the environment of the tests.
pub const SCRIPT: &str = include_str!("inspect.py");

#[derive(Deserialize)]
struct Answer {
    file: Option<PathBuf>,
}

/// Returns the file that a run of [`SCRIPT`] names, or why there is none.
pub fn loaded_file(finished: &Finished) -> Result<PathBuf, String> {
    let answer = finished.stdout.lines().rev().find(|line| line.starts_with('{'));
    let answer = answer.and_then(|line| serde_json::from_str::<Answer>(line).ok());
    let file = match answer {
        Some(Answer { file: Some(file) }) if finished.ending.is_success() => file,
        Some(_) if finished.ending.is_success() => {
            return Err("the module does not know its file".to_owned());
        }
        _ => {
            let said = finished.stderr.lines().rev().find(|line| !line.trim().is_empty());
            let said = said.map(|line| format!(": {}", line.trim())).unwrap_or_default();
            return Err(format!("importing the module: {}{said}", finished.ending));
        }
    };
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("so" | "pyd" | "dylib" | "dll") => Ok(file),
        _ => Err(format!("the module was loaded from `{}`, which is not compiled", file.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Ending;
    use std::time::Duration;

    #[track_caller]
    fn check(stdout: &str, stderr: &str, ending: Ending, expected: Result<&str, &str>) {
        let finished = Finished {
            ending,
            stdout: stdout.to_owned(),
            stderr: stderr.to_owned(),
            duration: Duration::ZERO,
        };
        let file = loaded_file(&finished);
        let file = file.as_ref().map(|file| file.to_str().unwrap()).map_err(|why| &**why);
        assert_eq!(file, expected);
    }

    #[test]
    fn answers() {
        let ok = Ending::Exited(0);
        check("hello\n{\"file\": \"/v/spam.so\"}\n", "", ok.clone(), Ok("/v/spam.so"));
        let not_compiled = "the module was loaded from `/v/spam.py`, which is not compiled";
        check("{\"file\": \"/v/spam.py\"}", "", ok.clone(), Err(not_compiled));
        check("{\"file\": null}", "", ok, Err("the module does not know its file"));
        let stderr = "Traceback …\nImportError: no spam\n";
        let message = "importing the module: exit status 1: ImportError: no spam";
        check("", stderr, Ending::Exited(1), Err(message));
        check("", "", Ending::Killed(11), Err("importing the module: killed by SIGSEGV"));
    }
}
