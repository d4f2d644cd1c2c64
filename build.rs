//! Emits the cfgs that conditional code knows: `Py_LIMITED_API`, and `Py_3_7` up to the floor that the features
//! `abi3-py37` … `abi3-py315` state.
//!
//! They tell of the oldest Python that the code is written for. Which one it runs on is known when it runs.

/// The oldest and the newest version that there is a feature for.
const MINORS: std::ops::RangeInclusive<u8> = 7..=15;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(Py_LIMITED_API)");
    for minor in MINORS {
        println!("cargo::rustc-check-cfg=cfg(Py_3_{minor})");
    }
    println!("cargo::rustc-cfg=Py_LIMITED_API");
    for minor in *MINORS.start()..=floor() {
        println!("cargo::rustc-cfg=Py_3_{minor}");
    }
}

/// The lowest of the versions that features ask for, since crates that ask for another may share this one; 3.7 if none
/// does.
fn floor() -> u8 {
    let asked = |minor: &u8| std::env::var_os(format!("CARGO_FEATURE_ABI3_PY3{minor}")).is_some();
    MINORS.into_iter().find(asked).unwrap_or(*MINORS.start())
}
