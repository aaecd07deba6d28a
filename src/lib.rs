//! overt reads Rust source and reports what it does covertly.
pub mod check;
pub mod cli;
pub mod config;
pub mod file_error;
pub mod files;
pub mod finding;
pub mod lint;
pub mod model;
pub mod project;
pub mod report;
pub mod span;
pub mod suppress;
pub mod vocab;
