//! The command, run as a user runs it.
#![cfg(unix)]

mod interpreters;
mod matrix;
mod real;
mod run;
mod sandbox;

#[path = "../../../interpreter-matrix/tests/support/mod.rs"]
mod real_python;
