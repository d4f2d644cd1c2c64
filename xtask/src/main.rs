//! `cargo xtask`: the maintenance tasks, the same ones at a desk and in CI.

mod bench;
mod bindgen;
mod msrv;
mod stress;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The maintenance tasks of everypy")]
enum Task {
    Bench(bench::Arguments),
    Bindgen(bindgen::Arguments),
    Msrv(msrv::Arguments),
    Stress(stress::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Bindgen(arguments) => bindgen::run(&arguments),
        Task::Msrv(arguments) => msrv::run(&arguments),
        Task::Stress(arguments) => stress::run(&arguments),
    }
}
