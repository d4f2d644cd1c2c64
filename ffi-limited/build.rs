//! Tells which form the stubs have.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(everypy_sled)");
    let target = |key| std::env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    if target("ARCH") == "x86_64" && target("POINTER_WIDTH") == "64" && target("FAMILY") == "unix" {
        println!("cargo::rustc-cfg=everypy_sled");
    }
}
