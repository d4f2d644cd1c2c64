//! `cargo xtask msrv`: the stated Rust version is the lowest that the dependencies allow.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail, ensure};
use serde_json::Value;

/// Checks that the workspace's `rust-version` is the highest that any dependency asks for.
#[derive(clap::Args)]
pub(crate) struct Arguments {}

/// A version without its patch number.
type Version = (u64, u64);

pub(crate) fn run(_: &Arguments) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1"])
        .current_dir(root)
        .output()
        .context("cannot run cargo metadata")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().context("no packages in the metadata")?;

    let mut stated = None;
    let mut needed: Option<(Version, String)> = None;
    for package in packages {
        let Some(version) = package["rust_version"].as_str() else { continue };
        let version = parse(version)?;
        // Packages without a source are the workspace's own.
        if package["source"].is_null() {
            if *stated.get_or_insert(version) != version {
                bail!("{} states another Rust version than the rest", package["name"]);
            }
        } else if needed.as_ref().is_none_or(|(highest, _)| version > *highest) {
            needed = Some((version, format!("{} {}", package["name"], package["version"])));
        }
    }
    let (stated, (needed, by)) =
        stated.zip(needed).context("neither the workspace nor a dependency states a version")?;
    let text = |(major, minor): Version| format!("{major}.{minor}");
    ensure!(
        stated == needed,
        "the workspace states Rust {}, but its dependencies need {} ({by})",
        text(stated),
        text(needed)
    );
    println!("Rust {} is stated, and needed by {by}", text(stated));
    Ok(())
}

fn parse(version: &str) -> anyhow::Result<Version> {
    let mut numbers = version.split('.').map(str::parse);
    let (major, minor) = numbers.next().zip(numbers.next()).context("a version has two numbers")?;
    Ok((major?, minor?))
}
