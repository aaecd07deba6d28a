//! STAND-IN, to be replaced at the merge by the real reports. It only counts.

use std::io::{self, Write};

use crate::files::Files;
use crate::finding::Report;

/// How a report is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Each finding with its source lines.
    #[default]
    Human,
    /// Each finding on one line.
    Short,
    /// One JSON document, versioned.
    Json,
}

/// What the reader can do and wants.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    pub color: bool,
    pub quiet: bool,
}

/// Writes a report.
///
/// # Errors
/// What `out` says.
pub fn write(
    report: &Report,
    _files: &Files,
    _format: Format,
    _style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{} findings", report.findings.len())
}

/// The bar of a long scan.
pub struct Progress(());

impl Progress {
    pub fn new(_enabled: bool) -> Self {
        Self(())
    }

    pub fn start(&self, _stage: &str, _len: u64) {}

    pub fn step(&self) {}

    pub fn finish(&self) {}
}
