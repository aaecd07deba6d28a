//! Facts.
pub mod value;
