//! The universal wheel: one compiled module and a loader, for every Python.
//!
//! ```text
//! string_sum-0.1.0-py3-none-linux_x86_64.whl
//!     string_sum.py                         the loader, for PyPy
//!     string_sum.so                         the module, for everyone
//!     string_sum-0.1.0.dist-info/METADATA
//!     string_sum-0.1.0.dist-info/WHEEL
//!     string_sum-0.1.0.dist-info/RECORD
//! ```
//!
//! CPython and GraalPy import the `.so` under its plain name and never read
//! the loader. PyPy's import system takes only its own suffix, finds the
//! loader, and the loader loads the same `.so`.

mod archive;
mod loader;
mod metadata;
mod platform;
mod read;

use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use crate::compile::Artifact;
use crate::error::{Error, Result};
use crate::hash;
use crate::project::Project;

pub use loader::loader;
pub use platform::Platform;

/// A wheel, with the one compiled module in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wheel {
    /// The file.
    pub path: PathBuf,
    /// Its own SHA-256.
    pub sha256: String,
    /// The name that Python imports: `string_sum`.
    pub module: String,
    /// The compiled module in it: `string_sum.so`.
    pub module_file: String,
    /// The SHA-256 of that.
    pub module_sha256: String,
}

impl Wheel {
    /// Packs the library that was built for `project` and puts the wheel into
    /// the folder `to`.
    pub fn pack(project: &Project, artifact: &Artifact, to: &Path) -> Result<Self> {
        let module = project.module()?;
        let library = &artifact.library;
        let library = std::fs::read(library).map_err(Error::io("read", library))?;
        check_init_function(project, &module, &library)?;
        let platform = Platform::of_target(&artifact.target)
            .ok_or_else(|| Error::Platform(artifact.target.clone()))?;
        let module_file = format!("{module}.{}", platform.module_suffix());
        let version = pep440_rs::Version::from_str(project.version()).map_err(|_| {
            project.error(format!("`{}` is no version of PEP 440", project.version()), None)
        })?;
        let identity = format!("{}-{version}", file_name_of(project.name()));
        let mut archive = archive::Archive::default();
        archive.add(&format!("{module}.py"), loader(&module, &module_file).into_bytes(), false);
        archive.add(&module_file, library, true);
        let info = format!("{identity}.dist-info");
        let metadata = metadata::metadata(project, &version.to_string())?;
        archive.add(&format!("{info}/METADATA"), metadata.into_bytes(), false);
        let tag = format!("py3-none-{}", platform.tag());
        archive.add(&format!("{info}/WHEEL"), metadata::wheel(&tag).into_bytes(), false);
        let bytes = archive.finish(&format!("{info}/RECORD"));
        std::fs::create_dir_all(to).map_err(Error::io("create", to))?;
        let path = to.join(format!("{identity}-{tag}.whl"));
        std::fs::write(&path, bytes).map_err(Error::io("write", &path))?;
        Self::open(&path)
    }

    /// Reads a wheel that somebody made.
    pub fn open(path: &Path) -> Result<Self> {
        let path = path.canonicalize().map_err(Error::io("read", path))?;
        let bytes = std::fs::read(&path).map_err(Error::io("read", &path))?;
        let module = read::compiled_module(&bytes)
            .map_err(|why| Error::Wheel { path: path.clone(), why })?;
        Ok(Self {
            sha256: hash::of_bytes(&bytes),
            module: module.name,
            module_file: module.file,
            module_sha256: module.sha256,
            path,
        })
    }
}

/// A library without the function that Python looks for would fail on every
/// interpreter; say so once.
fn check_init_function(project: &Project, module: &str, library: &[u8]) -> Result<()> {
    let exports = |prefix: &str| {
        let name = format!("{prefix}_{module}\0");
        library.windows(name.len()).any(|window| window == name.as_bytes())
    };
    if exports("PyInit") || exports("PyModExport") {
        return Ok(());
    }
    let why = format!("its library has no function `PyInit_{module}`");
    let hint = "the #[pymodule] function, the library in Cargo.toml and the module have one name";
    Err(project.error(why, Some(hint)))
}

/// The name of a distribution as it stands in file names: `Word.Count` is
/// `word_count`.
fn file_name_of(name: &str) -> String {
    let words = name.split(['-', '_', '.']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_lowercase()
}

#[cfg(test)]
mod tests;
