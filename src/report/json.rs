//! The format for programs: one JSON document, versioned.
//!
//! Lines and columns are 1-based. Columns count characters (Unicode scalar values) from the
//! start of the line, not bytes and not UTF-16 units; a tab is one. `end_line` and `end_column`
//! are the position after the last character. `file` is relative to the working directory.
//! `labels` are the steps of the finding in their order; where the finding itself is, is in its
//! own `file`, `line` and so on.
//!
//! Strings are those of the scanned tree, whole; the characters that act on a terminal or hide
//! are written as `\uXXXX`, so that the document is safe to print.
//!
//! Fields can be added under the same version. One that is renamed, is removed or changes its
//! meaning makes a new version.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};

use super::escape;
use super::position::Sources;
use crate::disclosure::Bounds;
use crate::files::Files;
use crate::finding::{self, Report};
use crate::span::Place;

const VERSION: u32 = 1;

pub fn write(report: &Report, files: &Files, out: &mut dyn Write) -> io::Result<()> {
    let sources = Sources::new(files);
    let document = Document::new(report, &sources);
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Escaping::default());
    document.serialize(&mut serializer)?;
    writeln!(out)
}

/// By the fingerprint of a finding, that of the stronger one at its place.
type Parts<'a> = BTreeMap<&'a str, &'a str>;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: Vec<Finding<'a>>,
    unanalysed: Vec<Unanalysed<'a>>,
    left_out: Vec<LeftOut<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Finding<'a> {
    lint: &'a str,
    group: &'static str,
    level: &'static str,
    confidence: &'static str,
    message: &'a str,
    package: Option<&'a str>,
    target: &'static str,
    trigger: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    labels: Vec<Label<'a>>,
    values: &'a BTreeMap<String, String>,
    disclosure: &'static str,
    /// The disclosures that cover it, or a part of it.
    disclosed_by: &'a [smol_str::SmolStr],
    /// What the nearest disclosure does not say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<Missing<'a>>,
    /// What it is about, and where it goes, as a disclosure would have to say it.
    data: Vec<&'static str>,
    hosts: Vec<&'a str>,
    fingerprint: &'a str,
    /// The fingerprint of the strongest finding at the same place, if that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    part_of: Option<&'a str>,
}

#[derive(Serialize)]
struct Missing<'a> {
    key: &'static str,
    value: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Label<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    message: &'a str,
}

#[derive(Serialize)]
struct Unanalysed<'a> {
    file: &'a str,
    why: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

#[derive(Serialize)]
struct LeftOut<'a> {
    file: &'a str,
    why: &'a str,
}

#[derive(Serialize)]
struct Summary {
    denied: usize,
    warned: usize,
    disclosed: usize,
    suppressed: usize,
    unanalysed: usize,
    left_out: usize,
    packages: usize,
    files: usize,
    unreachable: usize,
    lines: usize,
    facts: usize,
    calls: usize,
    unresolved_calls: usize,
    cut_short: usize,
    elapsed_ms: u64,
}

impl<'a> Document<'a> {
    fn new(report: &'a Report, sources: &Sources<'a>) -> Self {
        let stories = finding::stories(&report.findings);
        let parts: Parts<'_> = stories
            .iter()
            .flat_map(|story| {
                let whole = story.strongest.fingerprint.as_str();
                story.also.iter().map(move |part| (part.fingerprint.as_str(), whole))
            })
            .collect();
        Self {
            version: VERSION,
            findings: report.findings.iter().map(|f| Finding::new(f, &parts, sources)).collect(),
            unanalysed: report.unanalysed.iter().map(|u| Unanalysed::new(u, sources)).collect(),
            left_out: report.left_out.iter().map(|(file, why)| LeftOut { file, why }).collect(),
            summary: Summary::new(&report.summary),
        }
    }
}

impl<'a> Missing<'a> {
    fn new(missing: &'a finding::Missing) -> Self {
        Self { key: missing.key, value: &missing.value, message: &missing.message }
    }
}

/// The hosts, with `*` for what is chosen at run time.
fn hosts(bounds: &Bounds) -> Vec<&str> {
    let open = (!bounds.chosen.is_empty()).then_some("*");
    bounds.hosts.iter().map(String::as_str).chain(open).collect()
}

impl<'a> Finding<'a> {
    fn new(finding: &'a finding::Finding, parts: &Parts<'a>, sources: &Sources<'a>) -> Self {
        let Label { file, line, column, end_line, end_column, .. } =
            Label::new(finding.primary.place, "", sources);
        let label = |label: &'a finding::Label| Label::new(label.place, &label.message, sources);
        Self {
            lint: &finding.lint,
            group: finding.group.word(),
            level: finding.level.word(),
            confidence: finding.confidence.word(),
            message: &finding.message,
            package: finding.package.as_deref(),
            target: finding.target.word(),
            trigger: &finding.trigger,
            file,
            line,
            column,
            end_line,
            end_column,
            labels: finding.labels.iter().map(label).collect(),
            values: &finding.values,
            disclosure: finding.disclosure.word(),
            disclosed_by: &finding.disclosed_by,
            missing: finding.missing.iter().map(Missing::new).collect(),
            data: finding.bounds.data.iter().map(|kind| kind.word()).collect(),
            hosts: hosts(&finding.bounds),
            fingerprint: &finding.fingerprint,
            part_of: parts.get(finding.fingerprint.as_str()).copied(),
        }
    }
}

impl<'a> Label<'a> {
    fn new(place: Place, message: &'a str, sources: &Sources<'a>) -> Self {
        let (start, end) = sources.positions(place);
        Self {
            file: sources.name(place.file),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            message,
        }
    }
}

impl<'a> Unanalysed<'a> {
    fn new(unanalysed: &'a finding::Unanalysed, sources: &Sources<'_>) -> Self {
        let start = unanalysed.place.map(|place| sources.positions(place).0);
        Self {
            file: &unanalysed.file,
            why: &unanalysed.why,
            line: start.map(|start| start.line),
            column: start.map(|start| start.column),
        }
    }
}

impl Summary {
    fn new(summary: &finding::Summary) -> Self {
        // Taken apart without `..`, so that a new count cannot be forgotten here.
        let finding::Summary {
            denied,
            warned,
            disclosed,
            suppressed,
            unanalysed,
            left_out,
            packages,
            files,
            unreachable,
            lines,
            facts,
            unresolved_calls,
            cut_short,
            calls,
            elapsed,
            work: _,
        } = *summary;
        Self {
            denied,
            warned,
            disclosed,
            suppressed,
            unanalysed,
            left_out,
            packages,
            files,
            unreachable,
            lines,
            facts,
            calls,
            unresolved_calls,
            cut_short,
            elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// serde_json's pretty layout, with hidden characters as `\uXXXX`. serde_json itself escapes
/// only what JSON asks for: C0, quotes and backslashes.
#[derive(Default)]
struct Escaping(PrettyFormatter<'static>);

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, character)) = rest.char_indices().find(|(_, c)| escape::is_hidden(*c)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + character.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::finding::{Report, Summary, Unanalysed};
    use crate::report::Format;
    use crate::report::testing::{find, finding, label, rendered, report, tree};
    use crate::vocab::{Confidence, Level};

    #[test]
    fn an_empty_report() {
        let (files, []) = tree([]);
        insta::assert_snapshot!(rendered(&Report::default(), &files, Format::Json), @r#"
        {
          "version": 1,
          "findings": [],
          "unanalysed": [],
          "left_out": [],
          "summary": {
            "denied": 0,
            "warned": 0,
            "disclosed": 0,
            "suppressed": 0,
            "unanalysed": 0,
            "left_out": 0,
            "packages": 0,
            "files": 0,
            "unreachable": 0,
            "lines": 0,
            "facts": 0,
            "calls": 0,
            "unresolved_calls": 0,
            "cut_short": 0,
            "elapsed_ms": 0
          }
        }
        "#);
    }

    #[test]
    fn every_field_of_the_format() {
        let main = "fn main() {\n    let é𝄞 = key(); send(é𝄞);\n}\n";
        let other = "\tpub fn key(\n) {}";
        let (files, [a, b]) = tree([("src/main.rs", main), ("src/é.rs", other)]);
        let mut finding = finding(find(a, main, "send(é𝄞)"));
        finding.level = Level::Forbid;
        finding.confidence = Confidence::Medium;
        finding.labels = vec![
            label(find(b, other, "key(\n)"), "the key is read here"),
            label(find(a, main, "é𝄞"), "and kept here"),
        ];
        finding.values.insert("host".to_owned(), "ex\u{202e}ample.org".to_owned());
        finding.disclosure = crate::finding::Disclosure::Partly;
        finding.disclosed_by = vec!["statistics".into()];
        finding.missing = vec![crate::finding::Missing {
            key: "collects",
            value: "environment".to_owned(),
            message: "also sends `environment`".to_owned(),
        }];
        finding.bounds.data.insert(crate::vocab::DataKind::Environment);
        finding.bounds.hosts.insert("stats.invalid".to_owned());
        finding.bounds.chosen.insert(find(a, main, "send"));
        let mut report = report(vec![finding]);
        report.unanalysed = vec![
            Unanalysed { file: "a.rs".to_owned(), place: None, why: "not UTF-8".to_owned() },
            Unanalysed {
                file: "src/main.rs".to_owned(),
                place: Some(find(a, main, "send")),
                why: "nested too deeply".to_owned(),
            },
        ];
        report.left_out = vec![("fuzz".to_owned(), "generated inputs".to_owned())];
        report.summary = Summary {
            denied: 1,
            unanalysed: 2,
            left_out: 1,
            packages: 1,
            files: 2,
            lines: 5,
            facts: 2,
            calls: 2,
            elapsed: Duration::from_millis(1_234),
            ..Summary::default()
        };
        insta::assert_snapshot!(rendered(&report, &files, Format::Json), @r#"
        {
          "version": 1,
          "findings": [
            {
              "lint": "build-network",
              "group": "build-time",
              "level": "forbid",
              "confidence": "medium",
              "message": "the build connects to 203.0.113.9",
              "package": "demo 1.2.3",
              "target": "build-script",
              "trigger": "at build",
              "file": "src/main.rs",
              "line": 2,
              "column": 21,
              "end_line": 2,
              "end_column": 29,
              "labels": [
                {
                  "file": "src/é.rs",
                  "line": 1,
                  "column": 9,
                  "end_line": 2,
                  "end_column": 2,
                  "message": "the key is read here"
                },
                {
                  "file": "src/main.rs",
                  "line": 2,
                  "column": 9,
                  "end_line": 2,
                  "end_column": 11,
                  "message": "and kept here"
                }
              ],
              "values": {
                "host": "ex\u202eample.org"
              },
              "disclosure": "partly",
              "disclosed_by": [
                "statistics"
              ],
              "missing": [
                {
                  "key": "collects",
                  "value": "environment",
                  "message": "also sends `environment`"
                }
              ],
              "data": [
                "environment"
              ],
              "hosts": [
                "stats.invalid",
                "*"
              ],
              "fingerprint": "0123456789abcdef"
            }
          ],
          "unanalysed": [
            {
              "file": "a.rs",
              "why": "not UTF-8"
            },
            {
              "file": "src/main.rs",
              "why": "nested too deeply",
              "line": 2,
              "column": 21
            }
          ],
          "left_out": [
            {
              "file": "fuzz",
              "why": "generated inputs"
            }
          ],
          "summary": {
            "denied": 1,
            "warned": 0,
            "disclosed": 0,
            "suppressed": 0,
            "unanalysed": 2,
            "left_out": 1,
            "packages": 1,
            "files": 2,
            "unreachable": 0,
            "lines": 5,
            "facts": 2,
            "calls": 2,
            "unresolved_calls": 0,
            "cut_short": 0,
            "elapsed_ms": 1234
          }
        }
        "#);
    }

    #[test]
    fn hidden_characters_are_escaped_and_read_back() {
        let (files, [file]) = tree([("a.rs", "x")]);
        let mut finding = finding(find(file, "x", "x"));
        let text = "\x1b[2J\u{7f}\u{9b}\u{200b}\u{202e}\u{e0041}\"\\\n日本語";
        finding.message = text.to_owned();
        finding.values.insert(text.to_owned(), text.to_owned());
        let json = rendered(&report(vec![finding]), &files, Format::Json);
        assert!(json.chars().all(|c| c == '\n' || !super::escape::is_hidden(c)));
        assert!(json.contains(r#"\u001b[2J\u007f\u009b\u200b\u202e\udb40\udc41\"\\\n日本語"#));
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["findings"][0]["message"], text);
        assert_eq!(read["findings"][0]["values"][text], text);
    }
}
