//! Messages to the user, on standard error.

use std::fmt::Display;

use console::style;

/// Prints an error, and the advice that goes with it on a line of its own.
pub(crate) fn error(error: impl Display, advice: Option<String>) {
    eprintln!("{}: {error}", style("error").red().bold().for_stderr());
    if let Some(advice) = advice {
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
