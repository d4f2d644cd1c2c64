//! Folders given with `--root DIR`.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// What a folder given with `--root` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootKind {
    /// A root file system, entered with `chroot`: it has `usr/bin` and `etc`.
    FileSystem,
    /// A folder of interpreters that run here: `DIR/bin/…`, `DIR/*/bin/…`.
    Folder,
}

/// Tells what `root` is.
pub fn classify(root: &Path) -> Result<RootKind> {
    root.read_dir().map_err(Error::io("read", root))?;
    let system = root.join("usr/bin").is_dir() && root.join("etc").is_dir();
    Ok(if system { RootKind::FileSystem } else { RootKind::Folder })
}

/// Returns the folders below `root` that may hold interpreters. On Windows
/// `python.exe` lies in the installation folder itself.
pub(super) fn program_folders(root: &Path) -> Vec<PathBuf> {
    let mut folders = vec![root.join("bin")];
    folders.extend(super::machine::installations(root));
    if cfg!(windows) {
        folders.push(root.to_path_buf());
        folders.extend(super::machine::below(root, ""));
    }
    folders
}
