//! The whole way, with a real module on the Python of this machine: built by
//! Cargo, packed, installed by pip, imported.

use crate::sandbox::{Sandbox, json};

const TESTS: &str = "
import sys, tiny
passed = failed = 0
for check in (tiny.answer == 42, tiny.__spec__.origin.startswith(sys.prefix)):
    passed += bool(check)
    failed += not check
print(tiny.__spec__.origin, sys.prefix)
print('%d passed, %d failed' % (passed, failed))
sys.exit(failed > 0)
";

#[test]
fn a_module_without_any_binding() {
    let sandbox = Sandbox::new();
    let tiny = concat!(env!("CARGO_MANIFEST_DIR"), "/../interpreter-matrix/tests/tiny");
    let read = |name: &str| std::fs::read_to_string(format!("{tiny}/{name}")).unwrap();
    sandbox.file("project/Cargo.toml", &read("Cargo.toml.txt"));
    sandbox.file("project/src/lib.rs", &read("lib.rs"));
    sandbox.file("project/check.py", TESTS);
    let python = crate::real_python::python();
    let run = sandbox.run(&[
        "matrix",
        "project",
        "--python",
        python.to_str().unwrap(),
        "--json",
        "report.json",
        "--",
        "{python}",
        "check.py",
    ]);
    run.ends(0, "2 passed, 0 failed");
    let report = json(&sandbox.path("report.json"));
    let wheel = report["wheel"].as_str().unwrap();
    assert!(wheel.contains("/tiny_module-0.1.0-py3-none-"), "{wheel}");
    let row = &report["interpreters"][0];
    let library = sandbox.path("project/target/release").join("libtiny.so");
    if library.exists() {
        let hash = everypy_matrix::hash::of_file(&library).unwrap();
        assert_eq!(row["module_sha256"], *hash);
    }
    assert_eq!(sandbox.left_behind(), [""; 0]);
}
