//! The files `METADATA` and `WHEEL`.

use std::fmt::Write as _;
use std::path::Path;

use crate::error::{Error, Result};
use crate::project::{Author, Project, ProjectTable, Readme};

/// Returns the text of `WHEEL`.
pub(super) fn wheel(tag: &str) -> String {
    let generator = concat!("everypy ", env!("CARGO_PKG_VERSION"));
    format!("Wheel-Version: 1.0\nGenerator: {generator}\nRoot-Is-Purelib: false\nTag: {tag}\n")
}

/// Returns the text of `METADATA`: what `[project]` of `pyproject.toml` says,
/// and what Cargo says where it is silent.
pub(super) fn metadata(project: &Project, version: &str) -> Result<String> {
    let nothing = ProjectTable::default();
    let table = project.pyproject.project.as_ref().unwrap_or(&nothing);
    let cargo = &project.cargo;
    let mut fields = Fields::default();
    fields.add("Metadata-Version", "2.1");
    fields.add("Name", project.name());
    fields.add("Version", version);
    fields.add_some("Summary", table.description.as_ref().or(cargo.description.as_ref()));
    if !table.keywords.is_empty() {
        fields.add("Keywords", &table.keywords.join(","));
    }
    for author in &table.authors {
        fields.add_author(author);
    }
    if table.authors.is_empty() && !cargo.authors.is_empty() {
        fields.add("Author", &cargo.authors.join(", "));
    }
    fields.add_some("License", license(table).or(cargo.license.as_ref()));
    for classifier in &table.classifiers {
        fields.add("Classifier", classifier);
    }
    for (name, address) in &table.urls {
        fields.add("Project-URL", &format!("{name}, {address}"));
    }
    if let (true, Some(repository)) = (table.urls.is_empty(), &cargo.repository) {
        fields.add("Project-URL", &format!("Repository, {repository}"));
    }
    fields.add("Requires-Python", table.requires_python.as_deref().unwrap_or(">=3.7"));
    for requirement in &table.dependencies {
        fields.add("Requires-Dist", requirement);
    }
    for (extra, requirements) in &table.optional_dependencies {
        fields.add("Provides-Extra", extra);
        for requirement in requirements {
            fields.add("Requires-Dist", &of_extra(requirement, extra));
        }
    }
    let Some((text, content_type)) = description(project, table)? else {
        return Ok(fields.0);
    };
    fields.add("Description-Content-Type", &content_type);
    Ok(format!("{}\n{text}", fields.0))
}

/// Lines of `Name: value`.
#[derive(Default)]
struct Fields(String);

impl Fields {
    /// A value has one line; a line break in it would start another field.
    fn add(&mut self, name: &str, value: &str) {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(self.0, "{name}: {value}");
    }

    fn add_some(&mut self, name: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }

    fn add_author(&mut self, author: &Author) {
        match (&author.name, &author.email) {
            (Some(name), Some(email)) => self.add("Author-email", &format!("{name} <{email}>")),
            (Some(name), None) => self.add("Author", name),
            (None, Some(email)) => self.add("Author-email", email),
            (None, None) => {}
        }
    }
}

fn license(table: &ProjectTable) -> Option<&String> {
    use crate::project::License;
    match table.license.as_ref()? {
        License::Expression(text) => Some(text),
        License::Table { text } => text.as_ref(),
    }
}

/// `mock; python_version < "3.8"` of the extra `test` is
/// `mock; (python_version < "3.8") and extra == "test"`.
fn of_extra(requirement: &str, extra: &str) -> String {
    // In an address a `;` is part of it unless a space stands before it.
    let separator = if requirement.contains('@') { " ;" } else { ";" };
    match requirement.split_once(separator) {
        Some((name, marker)) => {
            format!("{}{separator} ({}) and extra == \"{extra}\"", name.trim(), marker.trim())
        }
        None if requirement.contains('@') => format!("{requirement} ; extra == \"{extra}\""),
        None => format!("{requirement}; extra == \"{extra}\""),
    }
}

/// Returns the long description and what it is written in.
fn description(project: &Project, table: &ProjectTable) -> Result<Option<(String, String)>> {
    let from_file = |file: &Path, content_type: Option<&String>| {
        let path = project.dir.join(file);
        let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        let guessed = || content_type_of(&path).to_owned();
        Ok(Some((text, content_type.cloned().unwrap_or_else(guessed))))
    };
    match (&table.readme, &project.cargo.readme) {
        (Some(Readme::Path(file)), _) => from_file(file, None),
        (Some(Readme::Table { file: Some(file), content_type, .. }), _) => {
            from_file(file, content_type.as_ref())
        }
        (Some(Readme::Table { text: Some(text), content_type, .. }), _) => {
            let plain = || "text/plain".to_owned();
            Ok(Some((text.clone(), content_type.clone().unwrap_or_else(plain))))
        }
        (_, Some(file)) if file.is_file() => from_file(file, None),
        _ => Ok(None),
    }
}

fn content_type_of(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("md") => "text/markdown",
        Some("rst") => "text/x-rst",
        _ => "text/plain",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_of_extras() {
        #[track_caller]
        fn check(requirement: &str, expected: &str) {
            assert_eq!(of_extra(requirement, "test"), expected);
        }
        check("pytest>=7", r#"pytest>=7; extra == "test""#);
        check(
            r#"mock; python_version < "3.8" or os_name == "nt""#,
            r#"mock; (python_version < "3.8" or os_name == "nt") and extra == "test""#,
        );
        check("x @ file:///a;b", r#"x @ file:///a;b ; extra == "test""#);
        check(
            r#"x @ file:///a ; python_version > "3""#,
            r#"x @ file:///a ; (python_version > "3") and extra == "test""#,
        );
    }

    #[test]
    fn a_value_cannot_start_another_field() {
        let mut fields = Fields::default();
        fields.add("Summary", "one\nName: other");
        assert_eq!(fields.0, "Summary: one Name: other\n");
    }
}
