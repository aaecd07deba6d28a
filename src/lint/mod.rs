//! Lints: their files, their matchers, and the findings that they make.
pub mod spec;
