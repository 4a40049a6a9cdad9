//! The program: hands the command line to `cli` and its exit code to the system.
//!
//! Holds the allocator, because only a binary can; knows nothing of what is done.

use std::alloc::System;
use std::process::ExitCode;

use cap::Cap;
use huibian::{cli, worker};

/// Unlimited, until the process finds that it is a worker.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == worker::SUBCOMMAND) {
        // Setting a limit fails only when more than that is already in use, which at this point is
        // a few kilobytes.
        if ALLOCATOR.set_limit(worker::MEMORY_LIMIT).is_err() {
            return ExitCode::from(2);
        }
    }
    cli::run()
}
