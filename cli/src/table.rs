//! Columns of text.

use console::{Alignment, measure_text_width, pad_str};

/// A table; all rows have as many cells as the head.
pub(crate) struct Table {
    alignments: Vec<Alignment>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Makes a table with this head; a `>` in front puts the column to the right.
    pub(crate) fn new(head: &[&str]) -> Self {
        let alignment = |name: &&str| match name.starts_with('>') {
            true => Alignment::Right,
            false => Alignment::Left,
        };
        let names = head.iter().map(|name| name.trim_start_matches('>').to_owned()).collect();
        Self { alignments: head.iter().map(alignment).collect(), rows: vec![names] }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.alignments.len());
        self.rows.push(cells);
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let width = |column: usize| {
            self.rows.iter().map(|row| measure_text_width(&row[column])).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.alignments.len()).map(width).collect();
        for row in &self.rows {
            let cells = row.iter().zip(&widths).zip(&self.alignments);
            let cells = cells.map(|((cell, width), align)| pad_str(cell, *width, *align, None));
            writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&["name", ">passed", "status"]);
        table.row(["cp39", "7", "passed"].map(str::to_owned).to_vec());
        table.row(["graalpy312", "12345678", "ok"].map(str::to_owned).to_vec());
        let expected = "\
name          passed  status
cp39               7  passed
graalpy312  12345678  ok
";
        assert_eq!(table.to_string(), expected);
    }
}
