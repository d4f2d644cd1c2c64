//! The environment variables that interpreters and tests get.
//!
//! The caller's environment passes through, so `EVERYPY_FAST=0 everypy matrix`
//! reaches the tests. What would let a run find other modules than the ones
//! installed for it is left out.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::place::Place;

/// Would show an interpreter modules that were not installed into its
/// environment, or make another program of it.
const UNSEALING: &[&str] = &[
    "CONDA_DEFAULT_ENV",
    "CONDA_PREFIX",
    "PIP_PREFIX",
    "PIP_PYTHON",
    "PIP_ROOT",
    "PIP_TARGET",
    "PIP_USER",
    "PYENV_VERSION",
    "PYTHONCASEOK",
    "PYTHONEXECUTABLE",
    "PYTHONHOME",
    "PYTHONINSPECT",
    "PYTHONPATH",
    "PYTHONPLATLIBDIR",
    "PYTHONPYCACHEPREFIX",
    "PYTHONSTARTUP",
    "PYTHONUSERBASE",
    "VIRTUAL_ENV",
    "VIRTUAL_ENV_PROMPT",
    "__PYVENV_LAUNCHER__",
];

/// Speaks of this machine's own file system or user: means nothing in a root.
const OF_THIS_MACHINE: &[&str] = &[
    "CARGO", "CONDA_", "HOME", "LANG", "LC_", "LD_", "OLDPWD", "PATH", "PWD", "PYENV_", "RUSTUP_",
    "SHELL", "TEMP", "TMP", "XDG_",
];

/// Where programs are in a root file system.
const ROOT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Environment variables for one program.
#[derive(Clone, Debug)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
}

impl Environment {
    /// Returns the caller's variables, as far as they make sense in `place`.
    pub fn of_caller(place: &Place) -> Self {
        Self::from_variables(std::env::vars_os(), place)
    }

    /// As [`Environment::of_caller`], for the given variables.
    pub fn from_variables(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        place: &Place,
    ) -> Self {
        let variables = variables
            .into_iter()
            .filter(|(name, _)| !UNSEALING.iter().any(|unsealing| name == unsealing))
            .filter(|(name, value)| *place == Place::Host || reaches_root(name, value, place))
            .collect();
        let mut environment = Self { variables };
        if let Place::Root(_) = place {
            let home = Path::new("/root");
            let home = if place.on_host(home).is_dir() { home } else { Path::new("/") };
            environment.set("PATH", ROOT_PATH);
            environment.set("HOME", home);
            environment.set("LANG", "C.UTF-8");
        }
        // Bytecode beside the sources would outlive the run.
        environment.set("PYTHONDONTWRITEBYTECODE", "1");
        environment.set("PYTHONNOUSERSITE", "1");
        environment
    }

    /// Sets one variable.
    pub fn set(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) {
        self.variables.insert(name.into(), value.into());
    }

    /// Returns the value of one variable.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// Puts `folder` in front of `PATH`.
    pub fn search_first(&mut self, folder: &Path) {
        let mut path = folder.as_os_str().to_owned();
        if let Some(rest) = self.get("PATH") {
            path.push(if cfg!(windows) { ";" } else { ":" });
            path.push(rest);
        }
        self.set("PATH", path);
    }

    /// Returns all variables, for [`Place::command`].
    pub fn variables(&self) -> impl Iterator<Item = (OsString, OsString)> + '_ {
        self.variables.iter().map(|(name, value)| (name.clone(), value.clone()))
    }
}

/// A variable reaches a root unless it speaks of this machine, or names a path
/// that is not there, such as a certificate file.
fn reaches_root(name: &OsStr, value: &OsStr, place: &Place) -> bool {
    let name = name.to_string_lossy();
    if OF_THIS_MACHINE.iter().any(|prefix| name.starts_with(prefix)) {
        return false;
    }
    let value = Path::new(value);
    !value.is_absolute() || place.on_host(value).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(place: &Place, given: &[(&str, &str)]) -> Environment {
        let given = given.iter().map(|(name, value)| (name.into(), value.into()));
        Environment::from_variables(given, place)
    }

    #[test]
    fn what_unseals_is_left_out_and_the_rest_passes() {
        let given = [("PYTHONPATH", "/src"), ("EVERYPY_FAST", "0"), ("PYTHONHASHSEED", "1")];
        let environment = variables(&Place::Host, &given);
        assert_eq!(environment.get("PYTHONPATH"), None);
        assert_eq!(environment.get("EVERYPY_FAST"), Some(OsStr::new("0")));
        assert_eq!(environment.get("PYTHONHASHSEED"), Some(OsStr::new("1")));
    }

    #[test]
    fn a_root_has_its_own_path_and_only_files_that_it_has() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("etc/ssl")).unwrap();
        let place = Place::Root(root.path().to_path_buf());
        let given = [
            ("PATH", "/home/me/bin"),
            ("LD_LIBRARY_PATH", "/opt/lib"),
            ("PIP_CERT", "/nowhere/certificates"),
            ("SSL_CERT_DIR", "/etc/ssl"),
            ("PIP_DEFAULT_TIMEOUT", "180"),
            ("https_proxy", "http://localhost:1"),
        ];
        let environment = variables(&place, &given);
        assert_eq!(environment.get("PATH"), Some(OsStr::new(ROOT_PATH)));
        assert_eq!(environment.get("LD_LIBRARY_PATH"), None);
        assert_eq!(environment.get("PIP_CERT"), None);
        for kept in ["SSL_CERT_DIR", "PIP_DEFAULT_TIMEOUT", "https_proxy"] {
            assert!(environment.get(kept).is_some(), "{kept}");
        }
    }

    #[test]
    fn a_folder_goes_in_front_of_the_path() {
        let mut environment = variables(&Place::Host, &[("PATH", "/usr/bin")]);
        environment.search_first(Path::new("/venv/bin"));
        assert_eq!(environment.get("PATH"), Some(OsStr::new("/venv/bin:/usr/bin")));
    }
}
