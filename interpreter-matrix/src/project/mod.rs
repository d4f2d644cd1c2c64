//! What a project is called, what its module is called, what its tests need.

mod cargo;
mod pyproject;

use std::path::{Path, PathBuf};

use crate::cancel::Cancel;
use crate::error::{Error, Result};

pub(crate) use cargo::program as cargo_program;

pub use cargo::CargoPackage;
pub use pyproject::{Author, License, MatrixSettings, ProjectTable, PyProject, Readme};

/// A project as its files describe it.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder with `pyproject.toml` or `Cargo.toml`.
    pub dir: PathBuf,
    /// `pyproject.toml`; empty if there is none.
    pub pyproject: PyProject,
    /// What Cargo says about the package that makes the module.
    pub cargo: CargoPackage,
}

impl Project {
    /// Reads the project in `dir`.
    pub fn read(dir: &Path, cancel: &Cancel) -> Result<Self> {
        let dir = &dir.canonicalize().map_err(Error::io("read", dir))?;
        let pyproject = PyProject::read(dir)?;
        let manifest = pyproject.tool.maturin.manifest_path.as_deref();
        let manifest = dir.join(manifest.unwrap_or(Path::new("Cargo.toml")));
        let cargo = CargoPackage::read(dir, &manifest, cancel)?;
        Ok(Self { dir: dir.clone(), pyproject, cargo })
    }

    /// Returns the name of the distribution: `string-sum`.
    pub fn name(&self) -> &str {
        let named = self.pyproject.project.as_ref().map(|project| &project.name);
        named.unwrap_or(&self.cargo.name)
    }

    /// Returns the version of the distribution, as written by its author.
    pub fn version(&self) -> &str {
        let version = self.pyproject.project.as_ref().and_then(|project| project.version.as_ref());
        version.unwrap_or(&self.cargo.version)
    }

    /// Returns the name that Python imports: `string_sum`.
    pub fn module(&self) -> Result<String> {
        let tool = &self.pyproject.tool;
        let named = tool.everypy.module_name.as_ref().or(tool.maturin.module_name.as_ref());
        let module = named.cloned().unwrap_or_else(|| self.cargo.library.replace('-', "_"));
        if module.contains('.') {
            return Err(self.error(
                format!("its module `{module}` is part of a package"),
                Some("packages with Python sources cannot be packed yet; use a top-level module name"),
            ));
        }
        Ok(module)
    }

    pub(crate) fn error(&self, why: String, hint: Option<&'static str>) -> Error {
        Error::Project { dir: self.dir.clone(), why, hint }
    }
}
