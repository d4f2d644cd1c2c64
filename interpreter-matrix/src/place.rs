//! The file system that an interpreter lives in.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which file system an interpreter sees.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// This machine's own.
    Host,
    /// A root file system that is entered with `chroot`: `/srv/sid`.
    Root(PathBuf),
}

/// Changes the folder and becomes the program: `chroot` alone starts in `/`.
const ENTER: &str = r#"cd "$0" && exec "$@""#;

impl Place {
    /// Returns where this machine sees `inside`, a path of this place.
    pub fn on_host(&self, inside: &Path) -> PathBuf {
        match self {
            Self::Host => inside.to_path_buf(),
            Self::Root(root) => root.join(inside.strip_prefix("/").unwrap_or(inside)),
        }
    }

    /// Returns the command that runs `program` here, in the folder `folder`,
    /// with exactly the given environment.
    pub fn command(
        &self,
        program: &Path,
        folder: &Path,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Command {
        let mut command = match self {
            Self::Host => {
                let mut command = Command::new(program);
                command.current_dir(folder);
                command
            }
            Self::Root(root) => {
                let mut command = Command::new(chroot());
                command.arg(root).args(["/bin/sh", "-c", ENTER]);
                command.arg(folder).arg(program);
                command
            }
        };
        command.env_clear().envs(variables);
        command
    }

    /// Tells whether this process may run programs here.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Host => true,
            Self::Root(_) => is_superuser(),
        }
    }
}

#[cfg(unix)]
fn is_superuser() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_superuser() -> bool {
    false
}

/// The command `chroot`, which the search path of a login often lacks.
fn chroot() -> PathBuf {
    let usual = ["/usr/sbin/chroot", "/usr/bin/chroot", "/sbin/chroot"];
    let found = usual.iter().map(Path::new).find(|path| path.is_file());
    found.unwrap_or(Path::new("chroot")).to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_a_root_are_below_it() {
        let root = Place::Root(PathBuf::from("/srv/sid"));
        let inside = Path::new("/usr/bin/python3.15");
        assert_eq!(root.on_host(inside), Path::new("/srv/sid/usr/bin/python3.15"));
        assert_eq!(Place::Host.on_host(inside), inside);
    }

    #[test]
    fn a_root_is_entered_with_chroot() {
        let root = Place::Root(PathBuf::from("/srv/sid"));
        let command = root.command(Path::new("/usr/bin/pypy3"), Path::new("/tmp/x"), []);
        let program = Path::new(command.get_program());
        assert_eq!(program.file_name().unwrap(), "chroot");
        let arguments: Vec<_> = command.get_args().map(|a| a.to_str().unwrap()).collect();
        assert_eq!(arguments[0], "/srv/sid");
        assert_eq!(arguments[4..], ["/tmp/x", "/usr/bin/pypy3"]);
    }
}
