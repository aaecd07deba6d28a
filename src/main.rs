//! `cargo overt`: see [`overt::cli`].
use std::process::ExitCode;

fn main() -> ExitCode {
    overt::cli::run(std::env::args_os())
}
