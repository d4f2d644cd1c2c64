//! The search, with programs that only play interpreters.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use super::*;
use crate::facts::{Facts, example};

/// Writes a program that answers the probe with `facts`, or does `instead`.
fn interpreter(path: &Path, facts: &Facts, instead: Option<&str>) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let answer = format!("cat <<'END'\n{}\nEND\n", serde_json::to_string(facts).unwrap());
    let script = format!("#!/bin/sh\n{}\n", instead.unwrap_or(&answer));
    std::fs::write(path, script).unwrap();
    std::fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
}

/// What a search finds in a home with some interpreters of pyenv.
fn search(home: &Path, configure: impl FnOnce(&mut Search)) -> Found {
    let machine = Machine { home: Some(home.to_path_buf()), ..Machine::default() };
    let mut search = Search {
        paths: Vec::new(),
        roots: Vec::new(),
        machine: Some(machine),
        graalpy: true,
        limit: Duration::from_secs(600),
    };
    configure(&mut search);
    search.run(&Cancel::new()).unwrap()
}

fn names(found: &Found) -> Vec<&str> {
    found.interpreters.iter().map(|i| &*i.name).collect()
}

#[test]
fn what_answers_is_found_and_what_does_not_is_told() {
    let home = tempfile::tempdir().unwrap();
    let versions = home.path().join(".pyenv/versions");
    interpreter(&versions.join("a/bin/python3.9"), &example("cpython 3.9.18"), None);
    symlink("python3.9", versions.join("a/bin/python")).unwrap();
    let mut old = example("cpython 3.6.15");
    old.refused = Some("too old".to_owned());
    interpreter(&versions.join("b/bin/python3.6"), &old, None);
    interpreter(&versions.join("c/bin/pypy3"), &old, Some("echo no library >&2; exit 127"));
    interpreter(&versions.join("d/bin/graalpy"), &old, Some("kill -SEGV $$"));
    let found = search(home.path(), |_| {});
    assert_eq!(names(&found), ["cp39"]);
    assert_eq!(found.interpreters[0].source, Source::Pyenv);
    assert_eq!(found.interpreters[0].command, versions.join("a/bin/python3.9"));
    assert_eq!(found.refused[0].name, "cp36-3.6.15");
    let reasons: Vec<_> = found.unusable.iter().map(|unusable| &*unusable.reason).collect();
    let expected = [
        "the probe printed no JSON (exit status 127): no library",
        "the probe printed no JSON (killed by SIGSEGV)",
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn one_that_hangs_is_given_up() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join(".pyenv/versions/x/bin/python3");
    interpreter(&path, &example("cpython 3.9.18"), Some("sleep 1000"));
    let found = search(home.path(), |search| search.limit = Duration::from_millis(200));
    assert_eq!(found.unusable[0].reason, "the probe printed no JSON (timed out after 0.2 s)");
}

#[test]
fn a_virtual_environment_leads_to_its_base() {
    let home = tempfile::tempdir().unwrap();
    let base = home.path().join("base/bin/python3.9");
    let facts = example("cpython 3.9.18");
    interpreter(&base, &facts, None);
    let environment = home.path().join("venv/bin/python");
    let mut virtual_facts = facts.clone();
    virtual_facts.virtual_environment = true;
    virtual_facts.prefix = home.path().join("venv");
    virtual_facts.base_executable = Some(base.clone());
    interpreter(&environment, &virtual_facts, None);
    let found = search(home.path(), |search| {
        let machine = search.machine.as_mut().unwrap();
        machine.variables.insert("VIRTUAL_ENV".to_owned(), home.path().join("venv").into());
        machine.variables.insert("PATH".to_owned(), base.parent().unwrap().into());
    });
    assert_eq!(names(&found), ["cp39"]);
    assert_eq!(found.interpreters[0].command, base);
    assert_eq!(found.interpreters[0].source, Source::ActiveEnvironment);
    assert!(found.shadowed.is_empty());

    let found = search(home.path(), |search| {
        search.machine = None;
        search.paths.push(environment.clone());
    });
    assert_eq!(found.interpreters[0].command, environment);
}

#[test]
fn a_folder_given_as_root_holds_interpreters() {
    let home = tempfile::tempdir().unwrap();
    let root = home.path().join("more");
    interpreter(&root.join("bin/python3.14"), &example("cpython 3.14.0"), None);
    interpreter(&root.join("gp/bin/graalpy"), &example("graalpy 25.0.2 3.12.8"), None);
    let found = search(home.path(), |search| search.roots.push(root.clone()));
    assert_eq!(names(&found), ["cp314", "graalpy312"]);
    assert!(found.interpreters.iter().all(|i| i.source == Source::Root));
    let found = search(home.path(), |search| {
        search.roots.push(root.clone());
        search.graalpy = false;
    });
    assert_eq!(names(&found), ["cp314"]);
}

#[test]
fn roots_that_cannot_be_used_are_errors() {
    let home = tempfile::tempdir().unwrap();
    let error = |root: &Path| {
        let (paths, roots) = (Vec::new(), vec![root.to_path_buf()]);
        let search = Search { paths, roots, machine: None, ..Search::default() };
        search.run(&Cancel::new()).unwrap_err().to_string()
    };
    assert!(error(&home.path().join("gone")).starts_with("cannot read"));
    assert!(error(home.path()).starts_with("no interpreter below"));
    for folder in ["sid/usr/bin", "sid/etc"] {
        std::fs::create_dir_all(home.path().join(folder)).unwrap();
    }
    let is_open = Place::Root(home.path().join("sid")).is_open();
    let expected =
        if is_open { "no interpreter below" } else { "cannot enter the root file system" };
    assert!(error(&home.path().join("sid")).starts_with(expected));
}

#[test]
fn a_cancelled_search_ends() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("bin/python3");
    interpreter(&path, &example("cpython 3.9.18"), Some("sleep 1000"));
    let cancel = Cancel::new();
    cancel.cancel();
    let (paths, roots) = (vec![path], Vec::new());
    let search = Search { paths, roots, machine: None, ..Search::default() };
    assert!(matches!(search.run(&cancel), Err(Error::Cancelled)));
}
