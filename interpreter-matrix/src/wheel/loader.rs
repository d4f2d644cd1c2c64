//! The Python file that loads the module where the import system does not.

/// The loader, for a module called `MODULE` in the file `MODULE_FILE`.
const TEMPLATE: &str = include_str!("loader.py");

/// Returns the loader of the module `module` in the file `module_file` beside it.
pub fn loader(module: &str, module_file: &str) -> String {
    TEMPLATE.replace("MODULE_FILE", module_file).replace("MODULE", module)
}
