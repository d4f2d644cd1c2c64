//! What is in a wheel.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use crate::hash;

/// The compiled module of a wheel.
pub(super) struct CompiledModule {
    /// The name that Python imports.
    pub(super) name: String,
    /// The file in the wheel.
    pub(super) file: String,
    /// Its SHA-256.
    pub(super) sha256: String,
}

/// Finds the compiled module in the bytes of a wheel.
pub(super) fn compiled_module(wheel: &[u8]) -> Result<CompiledModule, String> {
    let mut archive = ZipArchive::new(Cursor::new(wheel))
        .map_err(|error| format!("it is no zip archive: {error}"))?;
    let names = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned()));
    let mut modules: Vec<String> = names.filter(|name| is_compiled(name)).collect();
    modules.sort();
    let file = match &modules[..] {
        [] => return Err("it holds no compiled module".to_owned()),
        [one] => one.clone(),
        several => {
            return Err(format!("it holds several compiled modules: {}", several.join(", ")));
        }
    };
    let mut bytes = Vec::new();
    archive
        .by_name(&file)
        .map_err(|error| error.to_string())
        .and_then(|mut entry| entry.read_to_end(&mut bytes).map_err(|error| error.to_string()))
        .map_err(|error| format!("cannot read `{file}` in it: {error}"))?;
    Ok(CompiledModule { name: module_name(&file), sha256: hash::of_bytes(&bytes), file })
}

fn is_compiled(name: &str) -> bool {
    // Libraries that a wheel brings along lie in NAME.libs.
    (name.ends_with(".so") || name.ends_with(".pyd")) && !name.contains(".libs/")
}

/// `package/spam.cpython-311-x86_64-linux-gnu.so` is `package.spam`.
fn module_name(file: &str) -> String {
    let (folder, file) = file.rsplit_once('/').map_or(("", file), |(folder, file)| (folder, file));
    let stem = file.split('.').next().unwrap_or(file);
    let parts = folder.split('/').filter(|part| !part.is_empty()).chain([stem]);
    parts.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_modules() {
        assert_eq!(module_name("spam.so"), "spam");
        assert_eq!(module_name("spam.abi3.so"), "spam");
        assert_eq!(module_name("a/b/_spam.cpython-311-x86_64-linux-gnu.so"), "a.b._spam");
        assert!(!is_compiled("spam.libs/libgomp.so"));
    }

    #[test]
    fn what_is_no_universal_wheel() {
        let message = |wheel: &[u8]| compiled_module(wheel).err().unwrap();
        assert!(message(b"no zip").starts_with("it is no zip archive"));
        let wheel = |names: &[&str]| {
            let mut archive = super::super::archive::Archive::default();
            for name in names {
                archive.add(name, Vec::new(), false);
            }
            archive.finish("x.dist-info/RECORD")
        };
        assert_eq!(message(&wheel(&["x.py"])), "it holds no compiled module");
        let several = message(&wheel(&["a.so", "b.so"]));
        assert_eq!(several, "it holds several compiled modules: a.so, b.so");
    }
}
