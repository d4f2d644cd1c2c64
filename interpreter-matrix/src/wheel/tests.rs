//! Wheels, taken apart again.

use std::io::{Cursor, Read as _};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use super::*;
use crate::project::{CargoPackage, PyProject};

const LIBRARY: &[u8] = b"\x7fELF\0PyInit_string_sum\0";

/// A project with this `pyproject.toml`, and a library built for it.
fn project(pyproject: &str) -> (tempfile::TempDir, Project, Artifact) {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    std::fs::write(path("README.md"), "# Sums\n").unwrap();
    std::fs::write(path("libstring_sum.so"), LIBRARY).unwrap();
    std::fs::write(path("pyproject.toml"), pyproject).unwrap();
    let project = Project {
        dir: dir.path().to_path_buf(),
        pyproject: PyProject::read(dir.path()).unwrap(),
        cargo: CargoPackage {
            manifest: path("Cargo.toml"),
            name: "string-sum".to_owned(),
            version: "0.1.0-alpha.2".to_owned(),
            description: Some("Sums, as text".to_owned()),
            license: Some("MIT OR Apache-2.0".to_owned()),
            authors: vec!["Ada".to_owned()],
            readme: Some(path("README.md")),
            repository: None,
            library: "string_sum".to_owned(),
            target_directory: path("target"),
        },
    };
    let library = path("libstring_sum.so");
    let artifact = Artifact { library, target: "x86_64-unknown-linux-gnu".to_owned() };
    (dir, project, artifact)
}

fn pack(pyproject: &str) -> (tempfile::TempDir, Wheel) {
    let (dir, project, artifact) = project(pyproject);
    let wheel = Wheel::pack(&project, &artifact, &dir.path().join("wheels")).unwrap();
    (dir, wheel)
}

fn open(wheel: &Wheel) -> ZipArchive<Cursor<Vec<u8>>> {
    ZipArchive::new(Cursor::new(std::fs::read(&wheel.path).unwrap())).unwrap()
}

fn text(wheel: &Wheel, name: &str) -> String {
    let mut text = String::new();
    open(wheel).by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

const INFO: &str = "string_sum-0.1.0a2.dist-info";

#[test]
fn a_cargo_project_needs_no_more() {
    let (_dir, wheel) = pack("");
    let name = wheel.path.file_name().unwrap();
    assert_eq!(name, "string_sum-0.1.0a2-py3-none-linux_x86_64.whl");
    assert_eq!((&*wheel.module, &*wheel.module_file), ("string_sum", "string_sum.so"));
    assert_eq!(wheel.module_sha256, hash::of_bytes(LIBRARY));
    let expected = "Metadata-Version: 2.1\n\
        Name: string-sum\n\
        Version: 0.1.0a2\n\
        Summary: Sums, as text\n\
        Author: Ada\n\
        License: MIT OR Apache-2.0\n\
        Requires-Python: >=3.7\n\
        Description-Content-Type: text/markdown\n\n# Sums\n";
    assert_eq!(text(&wheel, &format!("{INFO}/METADATA")), expected);
    let expected = format!(
        "Wheel-Version: 1.0\nGenerator: everypy {}\nRoot-Is-Purelib: false\n\
         Tag: py3-none-linux_x86_64\n",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(text(&wheel, &format!("{INFO}/WHEEL")), expected);
}

#[test]
fn pyproject_speaks_first() {
    let (_dir, wheel) = pack(
        r#"
        [project]
        name = "String.Sum"
        version = "2.0"
        description = "Text"
        requires-python = ">=3.8"
        license = { text = "MIT" }
        authors = [{ name = "Grace", email = "grace@example.org" }, { name = "Ada" }]
        keywords = ["sum", "text"]
        classifiers = ["Programming Language :: Rust"]
        dependencies = ["six"]
        readme = { text = "long", content-type = "text/x-rst" }
        [project.urls]
        Home = "https://example.org"
        [project.optional-dependencies]
        test = ["pytest>=7"]
        "#,
    );
    let name = wheel.path.file_name().unwrap();
    assert_eq!(name, "string_sum-2.0-py3-none-linux_x86_64.whl");
    let expected = "Metadata-Version: 2.1\n\
        Name: String.Sum\n\
        Version: 2.0\n\
        Summary: Text\n\
        Keywords: sum,text\n\
        Author-email: Grace <grace@example.org>\n\
        Author: Ada\n\
        License: MIT\n\
        Classifier: Programming Language :: Rust\n\
        Project-URL: Home, https://example.org\n\
        Requires-Python: >=3.8\n\
        Requires-Dist: six\n\
        Provides-Extra: test\n\
        Requires-Dist: pytest>=7; extra == \"test\"\n\
        Description-Content-Type: text/x-rst\n\nlong";
    assert_eq!(text(&wheel, "string_sum-2.0.dist-info/METADATA"), expected);
}

#[test]
fn the_record_lists_every_file_with_its_hash() {
    let (_dir, wheel) = pack("");
    let mut archive = open(&wheel);
    let mut expected = String::new();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let record = format!("{INFO}/RECORD");
    let mut sorted = names.clone();
    sorted.sort_by_key(|name| (name.contains("dist-info"), *name == record, name.clone()));
    assert_eq!(names, sorted);
    for name in &names {
        let mut bytes = Vec::new();
        archive.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        expected += &match *name == record {
            true => format!("{name},,\n"),
            false => {
                let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(&bytes));
                format!("{name},sha256={digest},{}\n", bytes.len())
            }
        };
    }
    assert_eq!(names.len(), 5);
    assert_eq!(text(&wheel, &record), expected);
}

#[test]
fn files_have_their_permissions_and_no_time_of_their_own() {
    let (_dir, wheel) = pack("");
    let mut archive = open(&wheel);
    for index in 0..archive.len() {
        let file = archive.by_index(index).unwrap();
        let expected = if file.name().unwrap().ends_with(".so") { 0o755 } else { 0o644 };
        assert_eq!(file.unix_mode().unwrap() & 0o777, expected);
        assert_eq!(file.last_modified().unwrap().year(), 1980);
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (_one, first) = pack("");
    let (_two, second) = pack("");
    assert_eq!(first.sha256, second.sha256);
    let (_three, other) = pack("[tool.everypy]\nmodule-name = 'string_sum'\n[project]\nname='x'\n");
    assert_ne!(first.sha256, other.sha256);
}

#[test]
fn what_cannot_be_packed_says_why() {
    #[track_caller]
    fn check(pyproject: &str, target: &str, expected: &str) {
        let (dir, project, mut artifact) = project(pyproject);
        artifact.target = target.to_owned();
        let error = Wheel::pack(&project, &artifact, dir.path()).unwrap_err();
        assert!(error.to_string().ends_with(expected), "{error}");
    }
    let linux = "x86_64-unknown-linux-gnu";
    let other = "[tool.maturin]\nmodule-name = 'other'\n";
    check(other, linux, "its library has no function `PyInit_other`");
    let dotted = "[tool.maturin]\nmodule-name = 'a.b'\n";
    check(dotted, linux, "its module `a.b` is part of a package");
    let version = "[project]\nname = 'x'\nversion = 'one'\n";
    check(version, linux, "`one` is no version of PEP 440");
    check("", "wasm32-wasip1", "its platform tag is not known");
}

#[test]
fn the_loader_names_the_module_and_its_file() {
    let text = loader("string_sum", "string_sum.so");
    assert!(!text.contains("MODULE"), "{text}");
    assert!(text.contains("\"string_sum.so\""), "{text}");
}
