//! The command `everypy`.
//!
//! Everything that it does is in the libraries `everypy-matrix` and, for
//! `everypy run`, `everypy`; here are the options, the progress lines and the
//! tables.

#![forbid(unsafe_code)]

mod arguments;
mod interpreters;
mod matrix;
mod progress;
mod run;
mod say;
mod table;

use std::process::ExitCode;

use clap::Parser as _;
use everypy_matrix::Error;
use everypy_matrix::cancel::Cancel;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let cancel = Cancel::new();
    let result = match &arguments.command {
        // What an interpreter does on Ctrl-C is its own affair.
        Command::Run(options) => return run::run(options),
        Command::Interpreters(options) => {
            stop_on_signals(&cancel);
            interpreters::run(options, &cancel)
        }
        Command::Matrix(options) => {
            stop_on_signals(&cancel);
            matrix::run(options, &cancel)
        }
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            say::error(&error, error.hint());
            match error {
                // What a shell reports for a program ended by SIGINT.
                Error::Cancelled => ExitCode::from(130),
                Error::BadRequest(_) => ExitCode::from(2),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

/// On the first Ctrl-C everything is asked to stop: children are killed and
/// folders removed on the way out. The second one does not wait for that.
fn stop_on_signals(cancel: &Cancel) {
    let cancel = cancel.clone();
    let handler = move || {
        if cancel.is_cancelled() {
            std::process::exit(130);
        }
        cancel.cancel();
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        say::note(&format!("Ctrl-C will not clean up: {error}"));
    }
}
