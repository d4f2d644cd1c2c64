//! What the integration tests here and in `cli/tests` share.

use std::path::PathBuf;

/// The one real Python that tests need: `EVERYPY_TEST_PYTHON`, else the first
/// `python3` or `python` on the search path.
pub(crate) fn python() -> PathBuf {
    if let Some(python) = std::env::var_os("EVERYPY_TEST_PYTHON") {
        return PathBuf::from(python);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let named = |name: &str| folders.iter().map(|f| f.join(name)).find(|file| file.is_file());
    named("python3").or_else(|| named("python")).expect("a Python on the search path")
}
