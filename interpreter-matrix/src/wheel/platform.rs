//! The platform that a wheel is for.

/// The platform of a wheel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Platform {
    /// `linux_x86_64`, `linux_aarch64`.
    Linux(&'static str),
    /// `win_amd64`, `win32`.
    Windows(&'static str),
    /// `macosx_11_0_arm64`.
    MacOs(&'static str),
}

/// Rust's names of processors and the ones that wheels use.
const LINUX: &[(&str, &str)] = &[
    ("x86_64", "linux_x86_64"),
    ("aarch64", "linux_aarch64"),
    ("i586", "linux_i686"),
    ("i686", "linux_i686"),
    ("armv7", "linux_armv7l"),
    ("arm", "linux_armv6l"),
    ("powerpc64le", "linux_ppc64le"),
    ("powerpc64", "linux_ppc64"),
    ("s390x", "linux_s390x"),
    ("riscv64gc", "linux_riscv64"),
    ("loongarch64", "linux_loongarch64"),
];

const WINDOWS: &[(&str, &str)] =
    &[("x86_64", "win_amd64"), ("i686", "win32"), ("aarch64", "win_arm64")];

/// With the oldest system that Rust builds for by default.
const MAC_OS: &[(&str, &str)] =
    &[("x86_64", "macosx_10_12_x86_64"), ("aarch64", "macosx_11_0_arm64")];

impl Platform {
    /// Returns the platform of a Rust target: `x86_64-unknown-linux-gnu`.
    pub fn of_target(target: &str) -> Option<Self> {
        let (processor, system) = target.split_once('-')?;
        let tag = |table: &[(&str, &'static str)]| {
            table.iter().find(|(name, _)| *name == processor).map(|(_, tag)| *tag)
        };
        if system.contains("linux") && !system.contains("android") {
            tag(LINUX)
                .or_else(|| processor.starts_with("armv7").then_some("linux_armv7l"))
                .map(Self::Linux)
        } else if system.contains("windows") {
            tag(WINDOWS).map(Self::Windows)
        } else if system.contains("apple-darwin") {
            tag(MAC_OS).map(Self::MacOs)
        } else {
            None
        }
    }

    /// Returns the last part of the wheel's tag.
    pub fn tag(&self) -> &'static str {
        match self {
            Self::Linux(tag) | Self::Windows(tag) | Self::MacOs(tag) => tag,
        }
    }

    /// Returns the suffix that every import system of the platform takes.
    pub fn module_suffix(&self) -> &'static str {
        match self {
            Self::Linux(_) | Self::MacOs(_) => "so",
            Self::Windows(_) => "pyd",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(target: &str, expected: &str) {
        let platform = Platform::of_target(target);
        let text =
            platform.map_or_else(String::new, |p| format!("{} {}", p.tag(), p.module_suffix()));
        assert_eq!(text, expected, "{target}");
    }

    #[test]
    fn targets() {
        check("x86_64-unknown-linux-gnu", "linux_x86_64 so");
        check("aarch64-unknown-linux-musl", "linux_aarch64 so");
        check("armv7-unknown-linux-gnueabihf", "linux_armv7l so");
        check("i686-unknown-linux-gnu", "linux_i686 so");
        check("riscv64gc-unknown-linux-gnu", "linux_riscv64 so");
        check("x86_64-pc-windows-msvc", "win_amd64 pyd");
        check("x86_64-pc-windows-gnu", "win_amd64 pyd");
        check("aarch64-apple-darwin", "macosx_11_0_arm64 so");
        check("x86_64-apple-darwin", "macosx_10_12_x86_64 so");
        check("wasm32-wasip1", "");
        check("aarch64-linux-android", "");
    }
}
