//! Something wrong in a file that people write for overt: `overt.toml`, a lint, a model.
//!
//! Every such error can point into its file and is shown with the piece of text that it is
//! about. The file may come from a hostile tree, so whatever is shown of it is made printable
//! first, long lines are not shown, and the number of errors shown is bounded (and said).

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use codespan_reporting::diagnostic::{Diagnostic, Label, Severity as Codespan};
use codespan_reporting::files::SimpleFile;
use codespan_reporting::term::{self, termcolor};

use crate::report::escape;
use crate::span::Span;

/// The largest file of configuration, lint or model that is read, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Lines longer than this are named and not shown.
const MAX_LINE_BYTES: usize = 400;

/// A piece of the file's text inside a message is cut after this many characters.
const MAX_QUOTED: usize = 60;

/// How many errors are shown, at most, before the rest is only counted.
const MAX_SHOWN: usize = 50;

/// One error (or warning) about one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileError {
    /// Empty when the error is about no file, such as a word on the command line.
    pub path: PathBuf,
    /// The file's text, for showing; empty when it could not be read. Shared: a hostile file
    /// can have as many errors as it has bytes.
    pub text: Arc<str>,
    pub span: Option<Span>,
    pub message: String,
    pub help: Option<String>,
}

/// How a [`FileError`] is headed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
}

impl FileError {
    /// An error about no place in particular.
    pub fn plain(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// An error about a file as a whole.
    pub fn whole(path: &Path, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), message: message.into(), ..Self::default() }
    }

    /// An error at a place in a file.
    pub fn at(
        path: &Path,
        text: impl Into<Arc<str>>,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self {
            path: path.to_owned(),
            text: text.into(),
            span: Some(span),
            message: message.into(),
            help: None,
        }
    }

    /// The same with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// From what the TOML parser or serde says.
    pub fn from_toml(path: &Path, text: impl Into<Arc<str>>, error: &toml::de::Error) -> Self {
        let span = error.span().map_or(Span::new(0, 0), |range| Span::new(range.start, range.end));
        let (message, help) = friendlier(error.message());
        Self { help, ..Self::at(path, text, span, message) }
    }

    /// Shows the error as a compiler would.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, severity: Severity, color: bool, out: &mut dyn Write) -> io::Result<()> {
        let name = printable(&crate::files::shown(&self.path));
        let severity = match severity {
            Severity::Error => Codespan::Error,
            Severity::Warning => Codespan::Warning,
        };
        let mut diagnostic =
            Diagnostic::<()>::new(severity).with_message(one_line(&printable(&self.message)));
        match self.span.map(|span| self.excerpt(span)) {
            Some(Excerpt::Shown(span)) => {
                diagnostic = diagnostic.with_label(Label::primary((), span.range()));
            }
            Some(Excerpt::TooLong { line, column }) => {
                diagnostic = diagnostic
                    .with_note(format!("at {name}:{line}:{column} (a line too long to show)"));
            }
            None if !self.path.as_os_str().is_empty() => {
                diagnostic = diagnostic.with_note(format!("in {name}"));
            }
            None => {}
        }
        if let Some(help) = &self.help {
            diagnostic = diagnostic.with_note(format!("help: {}", printable(help)));
        }

        let file = SimpleFile::new(name, printable(&self.text));
        let config = term::Config::default();
        let mut buffer = Vec::new();
        let emitted = if color {
            let mut writer = termcolor::Ansi::new(&mut buffer);
            term::emit_to_write_style(&mut writer, &config, &file, &diagnostic)
        } else {
            term::emit_to_io_write(&mut buffer, &config, &file, &diagnostic)
        };
        if emitted.is_err() {
            // The span does not fit the text; the message alone is still true.
            buffer = format!("error: {}\n", one_line(&printable(&self.message))).into_bytes();
        }
        // The renderer ends with an empty line; callers decide about distance.
        while buffer.ends_with(b"\n\n") {
            buffer.pop();
        }
        out.write_all(&buffer)
    }

    /// The part of the span that is shown: its first line, when that is not too long.
    fn excerpt(&self, span: Span) -> Excerpt {
        let length = self.text.len();
        let start = floor(&self.text, (span.start as usize).min(length));
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[start..].find('\n').map_or(length, |at| start + at);
        if line_end - line_start > MAX_LINE_BYTES {
            return Excerpt::TooLong {
                line: self.text[..start].matches('\n').count() + 1,
                column: self.text[line_start..start].chars().count() + 1,
            };
        }
        let end = floor(&self.text, (span.end as usize).clamp(start, line_end));
        Excerpt::Shown(Span::new(start, end))
    }
}

enum Excerpt {
    Shown(Span),
    TooLong { line: usize, column: usize },
}

/// Shows several, in the order given and an empty line apart, and counts those that are too many to show.
///
/// # Errors
/// What the writer says.
pub fn write_all(
    errors: &[FileError],
    severity: Severity,
    color: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (index, error) in errors.iter().take(MAX_SHOWN).enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        error.write(severity, color, out)?;
    }
    match errors.len().saturating_sub(MAX_SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "\n... and {more} more"),
    }
}

/// The nearest of `words` as advice, or all of them when there are few.
pub fn suggestion<'a>(text: &str, words: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let words: Vec<&str> = words.into_iter().collect();
    // The distance costs length times length, and nobody misspells at such length.
    let near =
        if text.len() <= 80 { crate::vocab::nearest(text, words.iter().copied()) } else { None };
    match near {
        Some(word) => Some(format!("did you mean `{word}`?")),
        None if (1..=12).contains(&words.len()) => Some(format!("expected {}", one_of(&words))),
        None => None,
    }
}

/// A piece of a file between backticks, cut when it is long.
pub fn quoted(text: &str) -> String {
    if text.chars().count() > MAX_QUOTED {
        let cut: String = text.chars().take(MAX_QUOTED).collect();
        return format!("`{cut}...`");
    }
    format!("`{text}`")
}

/// "`a`, `b` or `c`".
pub fn one_of(words: &[&str]) -> String {
    let mut text = String::new();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            text.push_str(if index + 1 == words.len() { " or " } else { ", " });
        }
        text.push_str(&format!("`{word}`"));
    }
    text
}

/// The text without anything that a terminal obeys or a reader cannot see. Each character is
/// replaced by as many bytes as it had, so that offsets stay those of the file.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let harmless = match c {
            '\n' | '\t' => true,
            '\r' => chars.peek() == Some(&'\n'),
            _ => !escape::is_hidden(c),
        };
        match (harmless, c.len_utf8()) {
            (true, _) => out.push(c),
            (false, 1) => out.push('?'),
            (false, 2) => out.push('\u{b7}'),
            (false, 3) => out.push(char::REPLACEMENT_CHARACTER),
            (false, _) => out.extend([char::REPLACEMENT_CHARACTER, '?']),
        }
    }
    out
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// The nearest character boundary at or below `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Serde's sentences in the words of a person, with a suggestion where there is one.
fn friendlier(message: &str) -> (String, Option<String>) {
    for (start, what) in [("unknown field `", "key"), ("unknown variant `", "word")] {
        let Some(rest) = message.strip_prefix(start) else { continue };
        let Some((word, expected)) = rest.split_once('`') else { continue };
        let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        return (format!("unknown {what} {}", quoted(word)), suggestion(word, known));
    }
    if let Some(word) = message.strip_prefix("unknown role `").and_then(|m| m.strip_suffix('`')) {
        let roles = crate::vocab::Role::ALL.iter().map(|role| role.word());
        return (format!("unknown role {}", quoted(word)), suggestion(word, roles));
    }
    if let Some(key) = message.strip_prefix("missing field `").and_then(|m| m.strip_suffix('`')) {
        return (format!("the key {} is missing", quoted(key)), None);
    }
    (message.to_owned(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(error: &FileError) -> String {
        let mut out = Vec::new();
        error.write(Severity::Error, false, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn it_points_into_the_file() {
        let error = FileError::at(Path::new("overt.toml"), "a = 1\nb = 2\n", Span::new(6, 7), "no")
            .with_help("write `c`");
        insta::assert_snapshot!(render(&error), @r"
        error: no
          ┌─ overt.toml:2:1
          │
        2 │ b = 2
          │ ^
          │
          = help: write `c`
        ");
    }

    #[test]
    fn nothing_in_it_reaches_the_terminal() {
        let text = "a = '\u{1b}[2J\u{202e}\u{e0041}\u{85}'";
        let error = FileError::at(Path::new("o\u{1b}.toml"), text, Span::new(0, 1), "\u{1b}\nx");
        let shown = render(&error);
        assert!(!shown.contains(|c: char| c != '\n' && escape::is_hidden(c)), "{shown}");
        assert_eq!(printable(text).len(), text.len());
    }

    #[test]
    fn impossible_spans_and_long_lines_are_survived() {
        for span in [Span::new(1, 2), Span::new(900, 9000), Span::new(2, 2)] {
            assert!(render(&FileError::at(Path::new("x"), "ä", span, "no")).contains("no"));
        }
        let long = "x".repeat(100_000);
        let shown = render(&FileError::at(Path::new("x"), long, Span::new(50, 60), "no"));
        assert!(shown.len() < 200 && shown.contains("x:1:51"), "{shown}");
    }

    #[test]
    fn a_flood_is_counted() {
        let mut out = Vec::new();
        let errors = vec![FileError::plain("no"); 60];
        write_all(&errors, Severity::Error, false, &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().ends_with("\n\n... and 10 more\n"));
    }

    #[test]
    fn serde_speaks_like_a_person() {
        let (message, help) = friendlier("unknown variant `dney`, expected one of `allow`, `deny`");
        assert_eq!(message, "unknown word `dney`");
        assert_eq!(help.as_deref(), Some("did you mean `deny`?"));
        let (_, help) = friendlier("unknown field `zzzzz`, expected `id` or `level`");
        assert_eq!(help.as_deref(), Some("expected `id` or `level`"));
    }
}
