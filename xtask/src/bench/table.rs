//! Tables that read well as text and as Markdown.

/// A table; all rows have as many cells as the head.
pub(super) struct Table {
    right: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Makes a table with this head; a `>` in front puts the column to the right.
    pub(super) fn new(head: &[impl AsRef<str>]) -> Self {
        let head = || head.iter().map(AsRef::as_ref);
        Self {
            right: head().map(|name| name.starts_with('>')).collect(),
            rows: vec![head().map(|name| name.trim_start_matches('>').to_owned()).collect()],
        }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.right.len());
        self.rows.push(cells);
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let width = |column: usize| {
            self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).max(3)
        };
        let widths: Vec<usize> = (0..self.right.len()).map(width).collect();
        for (index, row) in self.rows.iter().enumerate() {
            for ((cell, &width), &right) in row.iter().zip(&widths).zip(&self.right) {
                if right { write!(f, "| {cell:>width$} ")? } else { write!(f, "| {cell:width$} ")? }
            }
            writeln!(f, "|")?;
            if index == 0 {
                for (&width, &right) in widths.iter().zip(&self.right) {
                    let line = "-".repeat(width + 1);
                    write!(f, "|{line}{}", if right { ':' } else { '-' })?;
                }
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&["operation", ">C"]);
        table.row(["a longer name", "1.5"].map(str::to_owned).to_vec());
        let expected = "\
| operation     |   C |
|---------------|----:|
| a longer name | 1.5 |
";
        assert_eq!(table.to_string(), expected);
    }
}
