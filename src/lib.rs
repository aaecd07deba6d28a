//! overt reads Rust source and reports what it does covertly.
pub mod files;
pub mod finding;
pub mod ir;
pub mod lint;
pub mod model;
pub mod project;
pub mod span;
pub mod syntax;
pub mod vocab;
