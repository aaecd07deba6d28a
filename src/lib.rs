//! overt reads Rust source and reports what it does covertly.
pub mod files;
pub mod finding;
pub mod lint;
pub mod model;
pub mod project;
pub mod report;
pub mod span;
pub mod vocab;
