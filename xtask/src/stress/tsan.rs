//! The threads of `tests/threads` under ThreadSanitizer.

use super::instrumented::{self, Build};

/// 30 s, on CPython 3.13 without the GIL, which is built so that the sanitizer sees what it does.
pub(super) fn run() -> anyhow::Result<()> {
    instrumented::provide("cp313t-tsan.sh")?;
    // The interpreter brings GCC's runtime, which sees `memcpy` and the like itself instead of having functions for them.
    let flags = Some(
        "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer -Cllvm-args=-tsan-instrument-memintrinsics=0",
    );
    let module = Build { package: "everypy-threads", tests: "tests/threads", flags }.run()?;
    let python = instrumented::provided()?.join("cp313t-tsan/bin/python3.13t");
    let known = instrumented::repository().join("tests/threads/tsan.supp");
    // With the longest history, so that what is known is recognised: both accesses have their stacks.
    let options = format!("suppressions={}:exitcode=99:history_size=7", known.display());
    let variables = [
        ("TSAN_OPTIONS", options.into()),
        ("EVERYPY_SECONDS", "30".into()),
        ("EVERYPY_GROWTH", "0".into()),
    ];
    // GCC's runtime ends programs whose memory is laid out more at random than it has been made for.
    module.run(&["setarch", "--addr-no-randomize"], &python, &variables)
}
