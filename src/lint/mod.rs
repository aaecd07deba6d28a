//! Lints: their files, their matchers, and the claims that they make.

pub mod chosen;
pub mod claim;
pub mod detect;
pub mod engine;
pub mod excuse;
pub mod flows;
pub mod gates;
pub mod gather;
pub mod load;
pub mod manifest;
pub mod matcher;
pub mod spec;
pub mod trigger;
mod validate;

/// The names of the Rust functions that a lint file may call for with `detector = "…"`.
pub fn detectors() -> &'static [&'static str] {
    detect::NAMES
}
