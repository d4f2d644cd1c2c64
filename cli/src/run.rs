//! `everypy run`

use std::process::ExitCode;

use everypy::embed::{Error, Interpreter, Request};

use crate::arguments::RunOptions;
use crate::say;

/// Does what the interpreter's own program does. Returns only if there is none.
pub(crate) fn run(options: &RunOptions) -> ExitCode {
    match run_in_interpreter(options) {
        // Not an `ExitCode`: that has 8 bits, and statuses on Windows have 32.
        Ok(status) => std::process::exit(status),
        Err(error) => {
            say::error(&error, Some(error.hint()));
            ExitCode::FAILURE
        }
    }
}

fn run_in_interpreter(options: &RunOptions) -> Result<i32, Error> {
    let request = match &options.python {
        Some(text) => Request::parse(text)?,
        None => Request::from_environment()?,
    };
    Interpreter::find(&request)?.run_command_line(options.arguments.clone())
}
