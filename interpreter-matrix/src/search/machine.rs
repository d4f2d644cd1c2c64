//! The places of a machine where interpreters are.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::source::Source;

use super::roots::{RootKind, classify};

/// What the search needs to know of the machine; tests make one of their own.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// Environment variables: `PATH`, `PYENV_ROOT`, `CONDA_PREFIX`, ….
    pub variables: BTreeMap<String, OsString>,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// Folders of programs that systems use, and their installations `*/bin`.
    pub usual: Vec<PathBuf>,
}

/// Where conda is installed when no variable tells.
const CONDA_HOMES: &[&str] =
    &["miniconda3", "miniforge3", "mambaforge", "anaconda3", "micromamba", ".conda"];

impl Machine {
    /// Returns this machine.
    pub fn this() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .collect();
        let mut usual: Vec<PathBuf> =
            ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].map(PathBuf::from).to_vec();
        usual.extend(below(Path::new("/opt"), "bin"));
        usual.extend(below(Path::new("/Library/Frameworks/Python.framework/Versions"), "bin"));
        if cfg!(windows) {
            let programs = |variable: &str, rest: &str| {
                std::env::var_os(variable).map(|folder| PathBuf::from(folder).join(rest))
            };
            usual.extend(
                [
                    programs("LOCALAPPDATA", r"Programs\Python"),
                    programs("ProgramFiles", ""),
                    programs("SystemDrive", r"\"),
                ]
                .into_iter()
                .flatten()
                .flat_map(|folder| below(&folder, ""))
                .filter(|folder| folder.join("python.exe").is_file()),
            );
        }
        Self { variables, home: std::env::home_dir(), usual }
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        self.variables.get(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    /// The folder below the home folder with the given name.
    fn in_home(&self, name: &str) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join(name))
    }

    /// Returns every folder that may hold interpreters, in the order of
    /// [`Source`].
    pub(super) fn folders(&self) -> Vec<(Source, PathBuf)> {
        let groups = [
            (Source::ActiveEnvironment, self.active()),
            (Source::Pyenv, self.pyenv()),
            (Source::Uv, self.uv()),
            (Source::Conda, self.conda()),
            (Source::Provided, self.provided().map_or_else(Vec::new, |dir| installations(&dir))),
            (Source::SearchPath, self.search_path()),
            (Source::UsualPlace, self.usual.clone()),
        ];
        let folders = groups
            .into_iter()
            .flat_map(|(source, folders)| folders.into_iter().map(move |folder| (source, folder)));
        folders.collect()
    }

    fn active(&self) -> Vec<PathBuf> {
        let scripts = if cfg!(windows) { "Scripts" } else { "bin" };
        self.path("VIRTUAL_ENV").map(|dir| dir.join(scripts)).into_iter().collect()
    }

    /// `PATH`, without the shims of pyenv: their interpreters are listed by
    /// themselves, all of them.
    fn search_path(&self) -> Vec<PathBuf> {
        let Some(path) = self.variables.get("PATH") else {
            return Vec::new();
        };
        std::env::split_paths(path)
            .filter(|folder| folder.is_absolute() && pyenv_of_shims(folder).is_none())
            .collect()
    }

    fn pyenv(&self) -> Vec<PathBuf> {
        let mut roots: Vec<PathBuf> = Vec::new();
        roots.extend(self.path("PYENV_ROOT"));
        if let Some(path) = self.variables.get("PATH") {
            roots.extend(std::env::split_paths(path).filter_map(|folder| pyenv_of_shims(&folder)));
        }
        roots.extend(self.in_home(".pyenv"));
        let mut folders = Vec::new();
        for root in roots {
            folders.extend(below(&root.join("versions"), "bin"));
            // pyenv-win has `python.exe` in the version's own folder.
            folders.extend(below(&root.join("pyenv-win").join("versions"), ""));
        }
        folders
    }

    fn uv(&self) -> Vec<PathBuf> {
        let data = self.path("XDG_DATA_HOME").or_else(|| self.in_home(".local/share"));
        let folders = [
            self.path("UV_PYTHON_INSTALL_DIR"),
            data.map(|data| data.join("uv").join("python")),
            self.path("APPDATA").map(|data| data.join("uv").join("data").join("python")),
        ];
        let in_installation = if cfg!(windows) { "" } else { "bin" };
        folders.into_iter().flatten().flat_map(|folder| below(&folder, in_installation)).collect()
    }

    fn conda(&self) -> Vec<PathBuf> {
        let mut environments: Vec<PathBuf> = Vec::new();
        environments.extend(self.path("CONDA_PREFIX"));
        let mut bases: Vec<PathBuf> = Vec::new();
        bases.extend(self.path("CONDA_ROOT").or_else(|| self.path("MAMBA_ROOT_PREFIX")));
        // …/miniforge3/bin/conda
        let program = self.path("CONDA_EXE").or_else(|| self.path("MAMBA_EXE"));
        bases.extend(program.and_then(|exe| Some(exe.parent()?.parent()?.to_path_buf())));
        bases.extend(CONDA_HOMES.iter().filter_map(|name| self.in_home(name)));
        bases.extend(["/opt/conda", "/opt/miniconda3", "/opt/miniforge3"].map(PathBuf::from));
        for base in bases.iter().filter(|base| base.is_dir()) {
            environments.push(base.clone());
            environments.extend(below(&base.join("envs"), ""));
        }
        if let Some(list) = self.in_home(".conda/environments.txt")
            && let Ok(list) = std::fs::read_to_string(list)
        {
            environments
                .extend(list.lines().map(str::trim).filter(|l| !l.is_empty()).map(PathBuf::from));
        }
        let in_environment = if cfg!(windows) { "" } else { "bin" };
        environments.iter().map(|environment| environment.join(in_environment)).collect()
    }

    /// Our own folder of interpreters.
    fn provided(&self) -> Option<PathBuf> {
        self.path("EVERYPY_INTERPRETERS").or_else(|| self.in_home(".cache/everypy/interpreters"))
    }

    /// Returns the root file systems in our own folder.
    pub(super) fn provided_roots(&self) -> Vec<PathBuf> {
        let Some(folder) = self.provided() else {
            return Vec::new();
        };
        let mut roots = below(&folder, "");
        roots.retain(|dir| matches!(classify(dir), Ok(RootKind::FileSystem)));
        roots
    }
}

/// Returns our own folder of interpreters on this machine.
pub fn provided_folder() -> Option<PathBuf> {
    Machine::this().provided()
}

/// If `folder` holds pyenv's shims, returns the pyenv that they belong to.
fn pyenv_of_shims(folder: &Path) -> Option<PathBuf> {
    let root = folder.parent()?;
    let is_pyenv = folder.file_name()? == "shims"
        && (root.join("versions").is_dir() || folder.join("pyenv").exists());
    if is_pyenv {
        return Some(root.to_path_buf());
    }
    // Plugins have shims that lead to pyenv as well; the text tells where.
    let shim = std::fs::read(folder.join("python")).ok()?;
    let text = String::from_utf8(shim).ok()?;
    let line = text.lines().find_map(|line| line.trim().strip_prefix("export PYENV_ROOT="))?;
    Some(PathBuf::from(line.trim_matches('"')))
}

/// Returns `folder/*/bin`, without those of root file systems: what is in them
/// does not run here.
pub(super) fn installations(folder: &Path) -> Vec<PathBuf> {
    let mut installations = below(folder, "");
    installations.retain(|dir| !matches!(classify(dir), Ok(RootKind::FileSystem)));
    let programs = installations.into_iter().map(|dir| dir.join("bin"));
    programs.filter(|programs| programs.is_dir()).collect()
}

/// Returns `folder/*/name` for every folder there, sorted by name.
pub(super) fn below(folder: &Path, name: &str) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else {
        return Vec::new();
    };
    let mut folders: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| if name.is_empty() { entry.path() } else { entry.path().join(name) })
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn machine(home: &Path, variables: &[(&str, &Path)]) -> Machine {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_os_str().to_owned()));
        Machine {
            variables: variables.collect(),
            home: Some(home.to_path_buf()),
            usual: Vec::new(),
        }
    }

    /// Makes the folder `made` in a home and tells where the search goes then.
    #[track_caller]
    fn check(made: &str, variable: Option<(&str, &str)>, source: Source, expected: &str) {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        std::fs::create_dir_all(home.join(made)).unwrap();
        let value = variable.map(|(name, value)| (name, home.join(value)));
        let variables: Vec<(&str, &Path)> = value.iter().map(|(n, v)| (*n, &**v)).collect();
        let folders = machine(home, &variables).folders();
        let expected = (source, home.join(expected));
        assert!(folders.contains(&expected), "{expected:?} is not in {folders:?}");
    }

    #[test]
    fn every_source_has_its_folders() {
        let none = None;
        check("v/bin", Some(("VIRTUAL_ENV", "v")), Source::ActiveEnvironment, "v/bin");
        check(".pyenv/versions/3.9.1/bin", none, Source::Pyenv, ".pyenv/versions/3.9.1/bin");
        check(
            "p/versions/3.9.1/bin",
            Some(("PYENV_ROOT", "p")),
            Source::Pyenv,
            "p/versions/3.9.1/bin",
        );
        check(".local/share/uv/python/a/bin", none, Source::Uv, ".local/share/uv/python/a/bin");
        check("u/a/bin", Some(("UV_PYTHON_INSTALL_DIR", "u")), Source::Uv, "u/a/bin");
        check("miniforge3/envs/x/bin", none, Source::Conda, "miniforge3/envs/x/bin");
        check("c", Some(("CONDA_PREFIX", "c")), Source::Conda, "c/bin");
        check("c/envs/e", Some(("CONDA_EXE", "c/bin/conda")), Source::Conda, "c/envs/e/bin");
        let ours = ".cache/everypy/interpreters/cp313t/bin";
        check(ours, none, Source::Provided, ours);
        check("i/gp/bin", Some(("EVERYPY_INTERPRETERS", "i")), Source::Provided, "i/gp/bin");
        check("bin", Some(("PATH", "bin")), Source::SearchPath, "bin");
    }

    #[test]
    fn shims_lead_to_the_interpreters_of_pyenv() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("somewhere");
        std::fs::create_dir_all(root.join("shims")).unwrap();
        std::fs::create_dir_all(root.join("versions/3.9.1/bin")).unwrap();
        let plugin = home.path().join("plugin-shims");
        std::fs::create_dir_all(&plugin).unwrap();
        std::fs::write(
            plugin.join("python"),
            format!("#!/bin/sh\nexport PYENV_ROOT=\"{}\"\n", root.display()),
        )
        .unwrap();
        for shims in [root.join("shims"), plugin] {
            let folders = machine(Path::new("/nonexistent"), &[("PATH", &shims)]).folders();
            assert_eq!(folders, [(Source::Pyenv, root.join("versions/3.9.1/bin"))]);
        }
    }

    #[test]
    fn root_file_systems_in_our_folder_are_told_from_interpreters() {
        let home = tempfile::tempdir().unwrap();
        for folder in ["sid/usr/bin", "sid/etc", "sid/bin", "cp313t/bin", "uv/bin"] {
            std::fs::create_dir_all(home.path().join(folder)).unwrap();
        }
        let machine = machine(Path::new("/nonexistent"), &[("EVERYPY_INTERPRETERS", home.path())]);
        assert_eq!(machine.provided_roots(), [home.path().join("sid")]);
        let folders = ["cp313t/bin", "uv/bin"].map(|f| (Source::Provided, home.path().join(f)));
        assert_eq!(machine.folders(), folders);
    }
}
