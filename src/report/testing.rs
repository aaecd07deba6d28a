//! Findings and trees for the tests of the formats.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use super::{Format, Style, write};
use crate::disclosure::Bounds;
use crate::files::{FileSystem, Files};
use crate::finding::{Disclosure, Finding, Label, Report};
use crate::span::{FileId, Place, Span};
use crate::vocab::{Confidence, Group, Level, TargetKind};

/// A tree in memory, and its files in the order given.
pub fn tree<const N: usize>(content: [(&str, &str); N]) -> (Files, [FileId; N]) {
    let mut files = Files::new(FileSystem::memory(content.map(|(p, t)| (p, t.as_bytes()))));
    let ids = content.map(|(path, _)| files.id(Path::new(path)));
    (files, ids)
}

pub fn place(file: FileId, range: Range<usize>) -> Place {
    Place { file, span: Span::new(range.start, range.end) }
}

/// Where a piece of text first occurs.
pub fn find(file: FileId, text: &str, piece: &str) -> Place {
    let start = text.find(piece).expect("the piece is there");
    place(file, start..start + piece.len())
}

pub fn label(place: Place, message: &str) -> Label {
    Label { place, message: message.to_owned() }
}

/// A finding of a build script, at high confidence, without notes.
pub fn finding(place: Place) -> Finding {
    Finding {
        lint: "build-network".into(),
        group: Group::BuildTime,
        level: Level::Deny,
        confidence: Confidence::High,
        message: "the build connects to 203.0.113.9".to_owned(),
        package: Some("demo 1.2.3".into()),
        target: TargetKind::BuildScript,
        target_name: "build-script-build".into(),
        trigger: "at build".to_owned(),
        primary: label(place, "connects here"),
        labels: Vec::new(),
        notes: Vec::new(),
        help: Vec::new(),
        values: BTreeMap::new(),
        disclosure: Disclosure::Undisclosed,
        disclosed_by: Vec::new(),
        disclosure_label: None,
        missing: Vec::new(),
        bounds: Bounds::default(),
        fingerprint: "0123456789abcdef".to_owned(),
    }
}

pub fn report(findings: Vec<Finding>) -> Report {
    let mut report = Report { findings, ..Report::default() };
    report.summary.denied = report.findings.len();
    report
}

/// A report as text, without colour.
pub fn rendered(report: &Report, files: &Files, format: Format) -> String {
    let mut out = Vec::new();
    write(report, files, format, &Style::default(), &mut out).expect("a vector takes all");
    String::from_utf8(out).expect("reports are UTF-8")
}

/// A report for people, as text.
pub fn drawn(report: &Report, files: &Files) -> String {
    rendered(report, files, Format::Human)
}

/// One finding at one place of one file.
pub fn drawn_at(text: &str, at: impl Fn(FileId) -> Place) -> String {
    let (files, [file]) = tree([("src/main.rs", text)]);
    drawn(&report(vec![finding(at(file))]), &files)
}

/// The lines of source and carets.
pub fn snippet(drawn: &str) -> String {
    let lines = drawn.lines().skip_while(|line| !line.contains('┌'));
    lines.take_while(|line| !line.contains(" = when")).collect::<Vec<_>>().join("\n")
}
