//! Models: what APIs do and what words name, read from `lints/models/`.
pub mod spec;
