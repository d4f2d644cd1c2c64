//! Lists the constants and function types of `everypy-ffi`, since Rust code cannot ask a module for its items.

use std::path::{Path, PathBuf};

fn main() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ffi-limited/src");
    let headers = source.join("headers");
    println!("cargo::rerun-if-changed={}", headers.display());
    let files = std::fs::read_dir(&headers).expect("`ffi-limited` is beside us");
    let constants = files.map(|entry| entry.expect("it can be read").path());
    write_list("constants", names(constants, "pub const "));

    let functions = source.join("types/functions.rs");
    println!("cargo::rerun-if-changed={}", functions.display());
    write_list("function_types", names([functions], "pub type "));
}

/// The names of the items that begin in one way, sorted.
fn names(files: impl IntoIterator<Item = PathBuf>, begin: &str) -> Vec<String> {
    let mut names = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("our sources are text");
        for item in text.lines().filter_map(|line| line.strip_prefix(begin)) {
            let end = item.find([':', ' ']).expect("a name has an end");
            names.push(item[..end].to_owned());
        }
    }
    names.sort();
    names
}

/// Writes a file that passes the names to a macro.
fn write_list(name: &str, names: Vec<String>) {
    let folder = std::env::var_os("OUT_DIR").expect("Cargo sets it");
    let text = format!("{name}! {{\n    {}\n}}\n", names.join("\n    "));
    std::fs::write(Path::new(&folder).join(name).with_extension("rs"), text)
        .expect("it can be written to");
}
