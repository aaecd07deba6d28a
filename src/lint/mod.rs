//! Lints: their files, their matchers, and the findings that they make.
pub mod load;
pub mod spec;
mod validate;

/// The names of the Rust functions that a lint file may call for with `detector = "…"`.
pub fn detectors() -> &'static [&'static str] {
    &[]
}
