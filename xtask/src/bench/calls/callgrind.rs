//! Reads what callgrind writes.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;

/// The instructions of one part of a run.
#[derive(Debug, Default, PartialEq)]
pub(in crate::bench) struct Part {
    /// All of them.
    pub(in crate::bench) total: u64,
    /// Those in each function, with what was inlined into it: `libpython3.13.so.1.0: PyLong_FromLong`.
    pub(in crate::bench) functions: BTreeMap<String, u64>,
}

impl Part {
    /// Reads a file that was written with `--compress-strings=no`.
    pub(in crate::bench) fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("callgrind has not written `{}`", file.display()))?;
        Self::parse(&text)
            .with_context(|| format!("`{}` is not what callgrind writes", file.display()))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut part = Self::default();
        let mut total = None;
        let (mut object, mut function) = ("", String::new());
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(rest) = line.strip_prefix("summary: ") {
                total = rest.parse().ok();
            } else if let Some(path) = line.strip_prefix("ob=") {
                object = path.rsplit('/').next().unwrap_or(path);
            } else if let Some(name) = line.strip_prefix("fn=") {
                function = format!("{object}: {}", plain(name));
            } else if line.starts_with("calls=") {
                // The next line is what the called function took.
                lines.next();
            } else if line.starts_with(|first: char| first.is_ascii_digit())
                && let Some((_, instructions)) = line.split_once(' ')
            {
                *part.functions.entry(function.clone()).or_default() +=
                    instructions.parse::<u64>().ok()?;
            }
        }
        part.total = total?;
        Some(part)
    }
}

/// A function's name without callgrind's mark of recursion: `eval'2`.
fn plain(name: &str) -> &str {
    match name.rsplit_once('\'') {
        Some((plain, level)) if level.bytes().all(|byte| byte.is_ascii_digit()) => plain,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn called_functions_do_not_count_twice() {
        let text = "\
version: 1
positions: line
events: Ir
summary: 60

ob=/usr/lib/libpython3.13.so.1.0
fl=longobject.c
fn=PyLong_FromLong'2
30 10
31 20
cob=/tmp/module.so
cfn=other
calls=1 5
31 30

ob=/tmp/module.so
fn=other
5 29
fi=inlined.h
7 1
totals: 60
";
        let functions = [("libpython3.13.so.1.0: PyLong_FromLong", 30), ("module.so: other", 30)];
        let functions = functions.map(|(name, count)| (name.to_owned(), count)).into();
        assert_eq!(Part::parse(text), Some(Part { total: 60, functions }));
        assert_eq!(Part::parse("fn=f\n5 29\n"), None);
    }
}
