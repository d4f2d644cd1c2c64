//! In which functions the instructions are.

use std::collections::BTreeMap;
use std::fmt;

use everypy_matrix::found::Interpreter;

use super::form::Form;
use crate::bench::table::Table;

/// Instructions of one round by function, for each operation and interpreter.
#[derive(Default)]
pub(super) struct Profile(BTreeMap<(String, String), BTreeMap<String, BTreeMap<Form, f64>>>);

impl Profile {
    /// Adds those of one form.
    pub(super) fn add(
        &mut self,
        operation: &str,
        form: Form,
        interpreter: &Interpreter,
        functions: BTreeMap<String, f64>,
    ) {
        let table = self.0.entry((operation.to_owned(), interpreter.name.clone())).or_default();
        for (function, instructions) in functions {
            table.entry(function).or_default().insert(form, instructions);
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((operation, interpreter), functions) in &self.0 {
            writeln!(f, "## {operation} on {interpreter}, instructions by function\n")?;
            let most = |forms: &BTreeMap<Form, f64>| forms.values().copied().fold(0.0, f64::max);
            // Not what happens now and then only.
            let mut rows: Vec<_> =
                functions.iter().filter(|(_, forms)| most(forms) >= 0.5).collect();
            rows.sort_by(|a, b| most(b.1).total_cmp(&most(a.1)));
            let mut head = Form::ALL.map(|form| format!(">{form}")).to_vec();
            head.push("function".to_owned());
            let mut table = Table::new(&head);
            for (function, forms) in rows {
                let cell =
                    |form| forms.get(&form).map_or_else(String::new, |count| format!("{count:.1}"));
                let mut cells: Vec<String> = Form::ALL.map(cell).into();
                cells.push(function.clone());
                table.row(cells);
            }
            writeln!(f, "{table}")?;
        }
        Ok(())
    }
}
