//! The folder of one interpreter: environment, tests, temporary files.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::{Error, Result};
use crate::place::Place;

/// A folder of its own in the file system of an interpreter, removed at the
/// end with everything in it.
pub(super) struct Workspace {
    /// The folder, as the interpreter sees it.
    pub(super) inside: PathBuf,
    place: Place,
    folder: TempDir,
}

impl Workspace {
    pub(super) fn new(place: &Place, name: &str) -> Result<Self> {
        let parent = match place {
            Place::Host => std::env::temp_dir(),
            Place::Root(root) => root.join("tmp"),
        };
        let prefix = format!("everypy-{name}-");
        let folder = tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir_in(&parent)
            .map_err(Error::io("create a folder in", &parent))?;
        let inside = match place {
            // Without links: what a module says of its file has none either.
            Place::Host => {
                folder.path().canonicalize().map_err(Error::io("read", folder.path()))?
            }
            Place::Root(_) => {
                Path::new("/tmp").join(folder.path().file_name().expect("made with a name"))
            }
        };
        Ok(Self { inside, place: place.clone(), folder })
    }

    /// Returns where the interpreter finds `file`, a file of this machine.
    pub(super) fn bring(&self, file: &Path) -> Result<PathBuf> {
        if self.place == Place::Host {
            return Ok(file.to_path_buf());
        }
        let name = file.file_name().unwrap_or_default();
        std::fs::copy(file, self.folder.path().join(name)).map_err(Error::io("copy", file))?;
        Ok(self.inside.join(name))
    }

    /// Leaves the folder there and returns it.
    pub(super) fn keep(self) -> PathBuf {
        self.folder.keep()
    }
}
