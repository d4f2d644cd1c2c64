//! What the compiler says when a macro is misused: each file in `ui` beside the message for it.
//!
//! After a change of a message, `TRYBUILD=overwrite cargo test --test ui` writes the new ones, to be read before they
//! are committed.

#[test]
fn messages() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
    cases.compile_fail("tests/ui/classes/*.rs");
}
