//! overt reads Rust source and reports what it does covertly.
pub mod check;
pub mod cli;
pub mod config;
pub mod facts;
pub mod file_error;
pub mod files;
pub mod finding;
pub mod ir;
pub mod lint;
pub mod model;
pub mod names;
pub mod project;
pub mod report;
pub mod span;
pub mod suppress;
pub mod syntax;
pub mod vocab;
