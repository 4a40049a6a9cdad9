//! The same binary, started as a worker.
