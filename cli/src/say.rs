//! Messages to the user, on standard error.

use console::style;
use everypy_matrix::Error;

/// Prints an error, and the advice that goes with it on a line of its own.
pub(crate) fn error(error: &Error) {
    eprintln!("{}: {error}", style("error").red().bold().for_stderr());
    if let Some(advice) = error.hint() {
        hint(&advice);
    }
}

/// Prints something to know.
pub(crate) fn note(text: &str) {
    eprintln!("{}: {text}", style("note").cyan().for_stderr());
}

/// Prints advice.
pub(crate) fn hint(text: &str) {
    eprintln!("{}: {text}", style("hint").green().for_stderr());
}
