//! All rendering of a run's result: one file per format, behind [`write()`].
//!
//! Promises: the same report and files give the same bytes; nothing of the scanned tree reaches
//! the reader unescaped; what was not analysed is counted in every format; a reader that goes
//! away (a closed pipe) is an error and no panic.
//!
//! It never decides what is a finding, never sorts and never leaves one out.

use std::io::{self, BufWriter, Write};

use codespan_reporting::diagnostic::Severity;
use codespan_reporting::term::termcolor::{Buffer, Color, ColorSpec, WriteColor};

use crate::files::Files;
use crate::finding::{Disclosure, Finding, Report};
use crate::vocab::Level;

mod counts;
pub mod document;
pub(crate) mod escape;
mod excerpt;
mod human;
mod json;
mod notes;
pub(crate) mod position;
mod progress;
mod short;
#[cfg(test)]
pub(crate) mod testing;

pub use position::Position;
pub use progress::Progress;

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
    /// Use ANSI colours.
    pub color: bool,
    /// Leave the lists of what was not analysed and left out to their counts.
    pub quiet: bool,
}

impl Style {
    /// What coloured text is written into.
    fn buffer(&self) -> Buffer {
        if self.color { Buffer::ansi() } else { Buffer::no_color() }
    }

    fn write_bold(&self, text: &str, color: Color, out: &mut dyn Write) -> io::Result<()> {
        let mut buffer = self.buffer();
        buffer.set_color(ColorSpec::new().set_fg(Some(color)).set_bold(true))?;
        buffer.write_all(text.as_bytes())?;
        buffer.reset()?;
        out.write_all(buffer.as_slice())
    }
}

/// Writes a report.
///
/// # Errors
/// What `out` says, a closed pipe too.
pub fn write(
    report: &Report,
    files: &Files,
    format: Format,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        Format::Human => human::write(report, files, style, &mut out)?,
        Format::Short => short::write(report, files, style, &mut out)?,
        Format::Json => json::write(report, files, &mut out)?,
    }
    out.flush()
}

/// How severe a finding looks. Errors and warnings are those that the last line counts as such,
/// so a disclosed finding, which is shown on request only, is neither.
/// The word and the colour of a severity.
fn word(severity: Severity) -> (&'static str, Color) {
    match severity {
        Severity::Error | Severity::Bug => ("error", Color::Red),
        Severity::Warning => ("warning", Color::Yellow),
        Severity::Note | Severity::Help => ("note", Color::Green),
    }
}

fn severity(finding: &Finding) -> Severity {
    match (finding.disclosure, finding.level) {
        (Disclosure::Disclosed, _) | (_, Level::Allow) => Severity::Note,
        (_, Level::Warn) => Severity::Warning,
        (_, Level::Deny | Level::Forbid) => Severity::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{finding, place, tree};

    /// A reader that has gone away.
    struct ClosedPipe;

    impl Write for ClosedPipe {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_closed_pipe_is_an_error() {
        let (files, ids) = tree([("src/main.rs", "fn main() {}\n")]);
        let findings = vec![finding(place(ids[0], 0..2)); 500];
        let report = Report { findings, ..Report::default() };
        for format in [Format::Human, Format::Short, Format::Json] {
            for color in [false, true] {
                let style = Style { color, quiet: false };
                let error = write(&report, &files, format, &style, &mut ClosedPipe).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
            }
        }
    }
}
