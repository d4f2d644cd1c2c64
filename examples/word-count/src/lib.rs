use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use pyo3::exceptions::PyUnicodeDecodeError;
use pyo3::prelude::*;
use rayon::prelude::*;

/// Counts how often a word occurs in a text file, on all cores.
///
/// A word is what `str.split()` finds; it has to be equal to `needle` as a whole. Other Python threads run meanwhile.
#[pyfunction]
fn search(py: Python<'_>, path: PathBuf, needle: &str) -> PyResult<usize> {
    py.detach(|| {
        let text = read(&path)?;
        Ok(text.par_split(is_separator).filter(|word| is_word(word) && *word == needle).count())
    })
}

/// Counts how often a word occurs in a text file, on one core.
///
/// Other Python threads wait meanwhile, as they do for most functions.
#[pyfunction]
fn search_sequential(path: PathBuf, needle: &str) -> PyResult<usize> {
    count_one_by_one(&path, needle)
}

/// Counts how often a word occurs in a text file, on one core.
///
/// Other Python threads run meanwhile.
#[pyfunction]
fn search_sequential_detached(py: Python<'_>, path: PathBuf, needle: &str) -> PyResult<usize> {
    py.detach(|| count_one_by_one(&path, needle))
}

/// Counts all words of a text file on all cores, and returns a dict of them.
///
/// Other Python threads run meanwhile.
#[pyfunction]
fn count(py: Python<'_>, path: PathBuf) -> PyResult<HashMap<String, usize>> {
    py.detach(|| {
        let text = read(&path)?;
        let counts = text
            .par_split(is_separator)
            .filter(is_word)
            .fold(HashMap::new, with_word)
            .reduce(HashMap::new, with_counts);
        Ok(with_own_words(counts))
    })
}

/// Counts all words of a text file on one core, and returns a dict of them.
///
/// Other Python threads run meanwhile.
#[pyfunction]
fn count_sequential(py: Python<'_>, path: PathBuf) -> PyResult<HashMap<String, usize>> {
    py.detach(|| {
        let text = read(&path)?;
        let counts = text.split(is_separator).filter(is_word).fold(HashMap::new(), with_word);
        Ok(with_own_words(counts))
    })
}

fn count_one_by_one(path: &Path, needle: &str) -> PyResult<usize> {
    let text = read(path)?;
    Ok(text.split(is_separator).filter(|word| is_word(word) && *word == needle).count())
}

/// Reads a file of UTF-8. What cannot be read raises what `open` raises, and what is not UTF-8 what decoding it raises.
fn read(path: &Path) -> PyResult<String> {
    String::from_utf8(fs::read(path)?).map_err(|error| {
        let wrong = error.utf8_error();
        let start = wrong.valid_up_to();
        let (end, reason) = match wrong.error_len() {
            Some(length) => (start + length, "invalid UTF-8"),
            None => (error.as_bytes().len(), "unexpected end of data"),
        };
        PyUnicodeDecodeError::new_err(("utf-8", error.into_bytes(), start, end, reason))
    })
}

/// Whether `str.split()` splits there: at Unicode's white space and at the four separators of ASCII.
fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\x1c'..='\x1f')
}

/// Between two separators in a row there is no word.
fn is_word(word: &&str) -> bool {
    !word.is_empty()
}

fn with_word<'a>(mut counts: HashMap<&'a str, usize>, word: &'a str) -> HashMap<&'a str, usize> {
    *counts.entry(word).or_default() += 1;
    counts
}

/// Adds the smaller to the larger.
fn with_counts<'a>(
    left: HashMap<&'a str, usize>,
    right: HashMap<&'a str, usize>,
) -> HashMap<&'a str, usize> {
    let (mut large, small) = if left.len() < right.len() { (right, left) } else { (left, right) };
    for (word, count) in small {
        *large.entry(word).or_default() += count;
    }
    large
}

fn with_own_words(counts: HashMap<&str, usize>) -> HashMap<String, usize> {
    counts.into_iter().map(|(word, count)| (word.to_owned(), count)).collect()
}

/// Counts words of text files.
#[pymodule]
fn word_count(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(search, m)?)?;
    m.add_function(wrap_pyfunction!(search_sequential, m)?)?;
    m.add_function(wrap_pyfunction!(search_sequential_detached, m)?)?;
    m.add_function(wrap_pyfunction!(count, m)?)?;
    m.add_function(wrap_pyfunction!(count_sequential, m)?)?;
    Ok(())
}
