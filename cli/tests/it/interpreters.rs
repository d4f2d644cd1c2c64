//! `everypy interpreters`, with scripts for interpreters.

use crate::sandbox::{Play, Sandbox};

#[test]
fn what_is_below_a_root_is_listed() {
    let sandbox = Sandbox::new();
    let nine = sandbox.interpreter("more/a/bin/python3.9", &Play::default());
    let old = Play { version: "3.6.15", ..Play::default() };
    sandbox.interpreter("more/b/bin/python3.6", &old);
    let run = sandbox.run(&["interpreters", "--root", "more", "--json"]);
    assert_eq!(run.status, Some(0), "{run:#?}");
    let listing: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let named = |list: &str, path: &str| {
        let items = listing[list].as_array().unwrap();
        items.iter().find(|item| item["executable"] == *path).cloned().unwrap()
    };
    let item = named("interpreters", &nine);
    assert_eq!(item["name"], "cp39");
    assert_eq!(item["exact_name"], "cp39-3.9.18");
    assert_eq!(item["source"], "root");
    assert_eq!(item["extension_suffixes"][0], ".so");
    assert!(item["root"].is_null());
    let refused = named("refused", sandbox.path("more/b/bin/python3.6").to_str().unwrap());
    assert_eq!(refused["refused"], "this is CPython 3.6.15");

    let run = sandbox.run(&["interpreters", "--root", "more"]);
    run.prints("\ncp39 ").prints("\nrefused:\n").prints("this is CPython 3.6.15");
}

#[test]
fn roots_that_cannot_be_used_say_why() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(&["interpreters", "--root", "gone"]);
    run.ends(1, "").says("error: cannot read `gone`: ");
    let run = sandbox.run(&["interpreters", "--root", "home"]);
    run.ends(1, "").says("error: no interpreter below `home`\nhint: ");
}
