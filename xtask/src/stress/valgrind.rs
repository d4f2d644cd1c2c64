//! The suite under valgrind.

use super::instrumented::{self, Build};

/// All of the suite, on CPython 3.12 and 3.13: some minutes each.
pub(super) fn run(asked: &[String]) -> anyhow::Result<()> {
    let module = Build { package: "everypy-suite", tests: "tests/suite", flags: None }.run()?;
    let known = instrumented::repository().join("tests/suite/valgrind.supp");
    let known = format!("--suppressions={}", known.display());
    let valgrind = [
        "valgrind",
        "--quiet",
        "--error-exitcode=99",
        "--leak-check=full",
        "--show-leak-kinds=definite",
        "--errors-for-leak-kinds=definite",
        "--num-callers=40",
        // Functions that are not optimised need more of it before Python sees that recursion is too deep.
        "--main-stacksize=268435456",
        &known,
    ];
    for interpreter in instrumented::interpreters(asked, &["cp312", "cp313"])? {
        println!("{}:", interpreter.facts.label());
        // Otherwise Python's own allocator hides where an object ends.
        let variables = [("PYTHONMALLOC", "malloc".into())];
        module.run(&valgrind, &interpreter.command, &variables)?;
    }
    Ok(())
}
