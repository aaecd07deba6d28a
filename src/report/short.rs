//! One line for each finding, `path:line:column: error[lint]: message`, as editors and `grep`
//! understand it, then the counts.

use std::io::{self, Write};

use super::position::Sources;
use super::{Style, counts, escape, severity, word};
use crate::files::Files;
use crate::finding::{Finding, Report};

pub fn write(report: &Report, files: &Files, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let sources = Sources::new(files);
    for finding in &report.findings {
        write_line(finding, &sources, style, out)?;
    }
    counts::write(&report.summary, style, out)
}

pub fn write_line(
    finding: &Finding,
    sources: &Sources<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let place = finding.primary.place;
    let (start, _) = sources.positions(place);
    let (severity, color) = word(severity(finding));
    write!(out, "{}:{}:{}: ", escape::path(sources.name(place.file)), start.line, start.column)?;
    style.write_bold(&format!("{severity}[{}]", escape::line(&finding.lint)), color, out)?;
    writeln!(out, ": {}", escape::line(&finding.message))
}

#[cfg(test)]
mod tests {
    use crate::finding::{Disclosure, Summary};
    use crate::report::testing::{find, finding, rendered, report, tree};
    use crate::report::{Format, Style, write};
    use crate::vocab::Level;

    #[test]
    fn one_line_each_then_the_counts() {
        let text = "// é\nfn main() { let é = 1; connect(); }\n";
        let (files, [main, odd]) = tree([("src/main.rs", text), ("src/\u{202e}sr.\x1b[2J", "a")]);
        let mut warning = finding(find(odd, "a", "a"));
        warning.level = Level::Warn;
        warning.message = "two\nlines\u{200b}".to_owned();
        let mut disclosed = warning.clone();
        disclosed.disclosure = Disclosure::Disclosed;
        let mut report =
            report(vec![finding(find(main, text, "connect")), warning, disclosed.clone()]);
        report.summary =
            Summary { denied: 1, warned: 1, disclosed: 1, files: 2, ..Summary::default() };
        insta::assert_snapshot!(rendered(&report, &files, Format::Short), @r#"
        src/main.rs:2:24: error[build-network]: the build connects to 203.0.113.9
        src/\u{202e}sr.\u{1b}[2J:1:1: warning[build-network]: two\nlines\u{200b}
        src/\u{202e}sr.\u{1b}[2J:1:1: note[build-network]: two\nlines\u{200b}
        1 error, 1 warning · 1 disclosed · 0 suppressed · 0 not analysed · 0 left out · 2 files in 0 packages, 0 lines, 0 facts, no calls · 0.00 s
        "#);
    }

    #[test]
    fn colour_is_ansi() {
        let (files, [main]) = tree([("a.rs", "x")]);
        let report = report(vec![finding(find(main, "x", "x"))]);
        let mut out = Vec::new();
        let style = Style { color: true, quiet: false };
        write(&report, &files, Format::Short, &style, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.starts_with("a.rs:1:1: \x1b[0m\x1b[1m\x1b[31merror[build-network]\x1b[0m: "));
    }
}
