//! Finds the Python interpreters of a machine and runs one built wheel on all
//! of them.
//!
//! The parts, in the order in which `everypy matrix` uses them:
//!
//! | module | what it does |
//! |---|---|
//! | [`search`] | looks for interpreters in all the usual places |
//! | [`probe`] | asks one of them what it is, by running it |
//! | [`found`] | merges duplicates and gives every interpreter its own name |
//! | [`request`] | `cp313t`, `pypy39-7.3.11`, `./bin/python`: picks from what was found |
//! | [`project`] | reads `Cargo.toml` and `pyproject.toml` |
//! | [`compile`] | `cargo build --release`, once |
//! | [`wheel`] | packs the universal wheel `NAME-VERSION-py3-none-PLATFORM.whl` |
//! | [`suite`] | which tests a project has and how they are run |
//! | [`matrix`] | environment, installation, tests, inspection, per interpreter |
//! | [`report`] | the rows, their JSON and their sums |
//!
//! Every program is run by [`process`], which kills whatever it started when
//! the time is over or the user presses Ctrl-C.

#![forbid(unsafe_code)]

pub mod cancel;
pub mod compile;
pub mod counts;
pub mod environment;
pub mod error;
pub mod facts;
pub mod found;
pub mod hash;
pub mod inspect;
pub mod install;
pub mod matrix;
pub mod name;
pub mod parallel;
pub mod place;
pub mod probe;
pub mod process;
pub mod project;
pub mod report;
pub mod request;
pub mod search;
pub mod source;
pub mod suite;
pub mod wheel;

pub use error::{Error, Result};
