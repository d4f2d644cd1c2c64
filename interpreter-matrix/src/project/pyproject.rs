//! The parts of `pyproject.toml` that are read here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{Error, Result};

/// `pyproject.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PyProject {
    /// `[project]`.
    pub project: Option<ProjectTable>,
    /// `[tool]`.
    pub tool: Tool,
}

/// `[project]`: what becomes the metadata of the wheel.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProjectTable {
    /// The name of the distribution.
    pub name: String,
    /// Its version, unless it is `dynamic`: then Cargo's is taken.
    pub version: Option<String>,
    /// One line.
    pub description: Option<String>,
    /// The long description.
    pub readme: Option<Readme>,
    /// `>=3.7`.
    pub requires_python: Option<String>,
    /// `license = "MIT"` or `license = { text = "…" }`.
    pub license: Option<License>,
    /// Who made it.
    #[serde(default)]
    pub authors: Vec<Author>,
    /// Words to find it by.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// `Programming Language :: Rust`.
    #[serde(default)]
    pub classifiers: Vec<String>,
    /// Names of links and where they lead.
    #[serde(default)]
    pub urls: BTreeMap<String, String>,
    /// What it needs.
    #[serde(default)]
    pub dependencies: Vec<String>,
    /// What it needs for more; `test` names what its tests need.
    #[serde(default)]
    pub optional_dependencies: BTreeMap<String, Vec<String>>,
}

/// The long description.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Readme {
    /// `readme = "README.md"`
    Path(PathBuf),
    /// `readme = { file = "README.txt", content-type = "text/plain" }`
    #[serde(rename_all = "kebab-case")]
    Table {
        /// The file with the text.
        file: Option<PathBuf>,
        /// The text itself.
        text: Option<String>,
        /// `text/markdown`.
        content_type: Option<String>,
    },
}

/// The licence.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum License {
    /// `license = "MIT OR Apache-2.0"`
    Expression(String),
    /// `license = { text = "MIT" }`
    Table {
        /// The text.
        text: Option<String>,
    },
}

/// One of the authors.
#[derive(Clone, Debug, Deserialize)]
pub struct Author {
    /// `Ada Lovelace`.
    pub name: Option<String>,
    /// `ada@example.org`.
    pub email: Option<String>,
}

/// `[tool]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Tool {
    /// `[tool.maturin]`.
    pub maturin: Maturin,
    /// `[tool.everypy]`.
    pub everypy: Everypy,
}

/// `[tool.maturin]`: the engine that most projects have settings for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Maturin {
    /// The name that Python imports.
    pub module_name: Option<String>,
    /// Where `Cargo.toml` is.
    pub manifest_path: Option<PathBuf>,
    /// Cargo features to build with.
    pub features: Vec<String>,
}

/// `[tool.everypy]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Everypy {
    /// The name that Python imports.
    pub module_name: Option<String>,
    /// `[tool.everypy.matrix]`.
    pub matrix: MatrixSettings,
}

/// `[tool.everypy.matrix]`: how the tests of a project are run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct MatrixSettings {
    /// `["{python}", "run_tests.py"]`; `{python}` is the interpreter.
    pub test_command: Option<Vec<String>>,
    /// What to install beside the wheel: `["pytest", "hypothesis"]`.
    pub test_requires: Option<Vec<String>>,
    /// What to copy to where the tests run: `["tests", "run_tests.py"]`.
    pub test_files: Option<Vec<PathBuf>>,
}

impl PyProject {
    /// Reads the file in `dir`; a project without one is an empty one.
    pub fn read(dir: &Path) -> Result<Self> {
        let path = dir.join("pyproject.toml");
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        toml::from_str(&text).map_err(|error| Error::Project {
            dir: dir.to_path_buf(),
            why: format!("its pyproject.toml is wrong: {}", error.to_string().trim_end()),
            hint: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read() {
        let text = r#"
            [build-system]
            requires = ["maturin>=1.9"]
            [project]
            name = "word-count"
            dynamic = ["version"]
            readme = { file = "README.rst", content-type = "text/x-rst" }
            license = { text = "MIT" }
            [project.optional-dependencies]
            test = ["pytest>=7"]
            [tool.maturin]
            features = ["pyo3/extension-module"]
            strip = true
            [tool.everypy]
            module-name = "counting"
            [tool.everypy.matrix]
            test-command = ["{python}", "run_tests.py"]
            [tool.ruff]
            line-length = 100
        "#;
        let pyproject: PyProject = toml::from_str(text).unwrap();
        let project = pyproject.project.unwrap();
        assert_eq!(project.name, "word-count");
        assert!(project.version.is_none());
        assert_eq!(project.optional_dependencies["test"], ["pytest>=7"]);
        assert!(matches!(project.readme, Some(Readme::Table { file: Some(_), .. })));
        assert_eq!(pyproject.tool.maturin.features, ["pyo3/extension-module"]);
        assert_eq!(pyproject.tool.everypy.module_name.as_deref(), Some("counting"));
        let command = pyproject.tool.everypy.matrix.test_command.unwrap();
        assert_eq!(command, ["{python}", "run_tests.py"]);
    }

    #[test]
    fn a_misspelt_setting_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let text = "[tool.everypy.matrix]\ntest-comand = []\n";
        std::fs::write(dir.path().join("pyproject.toml"), text).unwrap();
        let error = PyProject::read(dir.path()).unwrap_err().to_string();
        assert!(error.contains("its pyproject.toml is wrong"), "{error}");
        assert!(error.contains("test-comand"), "{error}");
    }
}
