//! The suite under AddressSanitizer.

use super::instrumented::{self, Build};

/// All of the suite, on CPython 3.13.
pub(super) fn run(asked: &[String]) -> anyhow::Result<()> {
    let flags = Some("-Zsanitizer=address");
    let module = Build { package: "everypy-suite", tests: "tests/suite", flags }.run()?;
    let runtime = instrumented::runtime("libasan.so")?;
    for interpreter in instrumented::interpreters(asked, &["cp313"])? {
        println!("{}:", interpreter.facts.label());
        let variables = [
            ("LD_PRELOAD", runtime.clone().into()),
            // Otherwise Python's own allocator hides where an object ends. Leaks are what valgrind looks for, and knows
            // those that are meant; here Python's would be in front of all.
            ("PYTHONMALLOC", "malloc".into()),
            // Tests ask for more memory than there is.
            (
                "ASAN_OPTIONS",
                "detect_leaks=0:detect_stack_use_after_return=1:allocator_may_return_null=1".into(),
            ),
        ];
        // Functions that are checked need more of it before Python sees that recursion is too deep.
        let with_stack = ["prlimit", "--stack=268435456"];
        module.run(&with_stack, &interpreter.command, &variables)?;
    }
    Ok(())
}
