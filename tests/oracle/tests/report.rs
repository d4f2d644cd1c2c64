//! Tells what was compared with pyo3-ffi. That the comparison succeeded shows in that this compiles.

use everypy_oracle::{CONSTANTS, FUNCTION_TYPES, Outcome, headers};

fn main() {
    let rows: Vec<Outcome> = headers::ROWS.concat();
    assert_eq!(rows.len(), everypy_ffi::LEN, "not all rows were compared");
    report("rows", &rows);
    report("constants", CONSTANTS);
    report("function types", FUNCTION_TYPES);
}

fn report(what: &str, outcomes: &[Outcome]) {
    let count = |outcome| outcomes.iter().filter(|found| **found == outcome).count();
    println!(
        "{} {what}: {} the same as in pyo3-ffi, {} different for a reason, {} that it lacks",
        outcomes.len(),
        count(Outcome::Same),
        count(Outcome::Different),
        count(Outcome::Lacking),
    );
}
