//! The source lines of one finding, as the renderer of snippets gets them.
//!
//! The renderer is not shown the file itself but a small text made of the lines that it will
//! print: escaped (see [`super::escape`]), with long lines cropped to what surrounds the labels,
//! and without the inside of a long span. Labels are translated to that text; line and column
//! numbers stay those of the file. So the work and the output depend on the number of labels and
//! not on what the scanned tree holds.

use std::collections::BTreeSet;
use std::ops::Range;

use codespan_reporting::files::{Error, Files, Location};

use super::escape;
use super::position::{Source, Sources};
use crate::span::{FileId, Place};

/// The lines that the renderer shows after the start of a span of several lines, and before its
/// end. Its configuration is made of these, see [`super::human`].
pub const START_CONTEXT: usize = 3;
pub const END_CONTEXT: usize = 1;

/// Lines up to this many columns are shown whole.
const WHOLE: usize = 200;

/// On longer lines, the columns shown on each side of a label's two ends.
const AROUND: usize = 50;

/// The excerpts of the files that a finding's labels lie in.
pub struct Excerpts(Vec<Excerpt>);

struct Excerpt {
    name: String,
    text: String,
    lines: Vec<Line>,
    /// Where each label starts: in the text, and in the file.
    starts: Vec<(usize, Location)>,
}

struct Line {
    /// The number in the file.
    number: usize,
    /// The bytes in the excerpt's text.
    range: Range<usize>,
    /// The bytes of the file that are shown, each with where it begins in the excerpt's text.
    kept: Vec<(Range<usize>, usize)>,
}

/// A label's range in a file, and the lines it touches.
struct Mark {
    range: Range<usize>,
    first: usize,
    last: usize,
}

impl Excerpts {
    /// The excerpts for some places, and each place's file and range in them.
    pub fn new(sources: &Sources<'_>, places: &[Place]) -> (Self, Vec<(usize, Range<usize>)>) {
        let mut order: Vec<FileId> = Vec::new();
        for place in places {
            if !order.contains(&place.file) {
                order.push(place.file);
            }
        }
        let mut excerpts = Vec::new();
        let mut ranges = vec![(0, 0..0); places.len()];
        for (number, file) in order.into_iter().enumerate() {
            let source = sources.get(file);
            let here = || places.iter().enumerate().filter(|(_, place)| place.file == file);
            let marks: Vec<Mark> =
                here().map(|(_, place)| Mark::new(&source, place.span.range())).collect();
            let mut excerpt = Excerpt::new(sources.name(file), &source, &marks);
            for ((index, _), mark) in here().zip(&marks) {
                let range = excerpt.translate(&source, mark);
                let position = source.position(mark.range.start);
                let location =
                    Location { line_number: position.line, column_number: position.column };
                excerpt.starts.push((range.start, location));
                ranges[index] = (number, range);
            }
            excerpts.push(excerpt);
        }
        (Self(excerpts), ranges)
    }

    fn excerpt(&self, file: usize) -> Result<&Excerpt, Error> {
        self.0.get(file).ok_or(Error::FileMissing)
    }

    fn line(&self, file: usize, index: usize) -> Result<&Line, Error> {
        let lines = &self.excerpt(file)?.lines;
        lines.get(index).ok_or(Error::LineTooLarge { given: index, max: lines.len() })
    }
}

impl Mark {
    fn new(source: &Source, range: Range<usize>) -> Self {
        let start = source.floor(range.start);
        let mut end = source.floor(range.end).max(start);
        // A span that takes its last line's end with it would point into the next line.
        while end > start && matches!(source.text().as_bytes()[end - 1], b'\n' | b'\r') {
            end -= 1;
        }
        let first = source.line_index(start);
        let last = source.line_index(end);
        Self { range: start..end, first, last }
    }

    /// The lines that the renderer prints for it.
    fn shown_lines(&self) -> impl Iterator<Item = usize> {
        let head_end = self.last.min(self.first + START_CONTEXT);
        let tail = self.last.saturating_sub(END_CONTEXT).max(self.first);
        (self.first..=head_end).chain(tail..=self.last)
    }
}

impl Excerpt {
    fn new(name: &str, source: &Source, marks: &[Mark]) -> Self {
        let mut excerpt = Self {
            name: escape::path(name),
            text: String::new(),
            lines: Vec::new(),
            starts: Vec::new(),
        };
        let shown: BTreeSet<usize> = marks.iter().flat_map(Mark::shown_lines).collect();
        let mut previous = None;
        for index in shown {
            // The renderer prints a gap of one line as that line and a longer one as a break, so
            // two empty lines stand for any longer one.
            match previous.map(|previous| index - previous - 1) {
                None | Some(0) => {}
                Some(1) => excerpt.push_line(source, marks, index - 1),
                Some(_) => {
                    excerpt.push_gap(index - 2);
                    excerpt.push_gap(index - 1);
                }
            }
            excerpt.push_line(source, marks, index);
            previous = Some(index);
        }
        excerpt
    }

    fn push_gap(&mut self, index: usize) {
        let end = self.text.len();
        self.lines.push(Line { number: index + 1, range: end..end, kept: Vec::new() });
    }

    fn push_line(&mut self, source: &Source, marks: &[Mark], index: usize) {
        let line = source.line(index);
        let start = self.text.len();
        let mut kept = Vec::new();
        let mut shown_to = line.start;
        for range in windows(source.text(), &line, marks, index) {
            if range.start > shown_to {
                self.text.push('…');
            }
            kept.push((range.clone(), self.text.len()));
            escape::push_source(&mut self.text, &source.text()[range.clone()]);
            shown_to = range.end;
        }
        if shown_to < line.end {
            self.text.push('…');
        }
        self.text.push('\n');
        self.lines.push(Line { number: index + 1, range: start..self.text.len(), kept });
    }

    /// A label's range in this text.
    fn translate(&self, source: &Source, mark: &Mark) -> Range<usize> {
        let start = self.offset(source, mark.first, mark.range.start);
        start..self.offset(source, mark.last, mark.range.end).max(start)
    }

    /// Where an offset of the file, on a line that is shown, lies in this text.
    fn offset(&self, source: &Source, index: usize, offset: usize) -> usize {
        let Ok(line) = self.lines.binary_search_by_key(&(index + 1), |line| line.number) else {
            return 0;
        };
        let kept = &self.lines[line].kept;
        let at_or_before = kept.partition_point(|(range, _)| range.start <= offset);
        let Some((range, at)) = kept.get(at_or_before.saturating_sub(1)) else {
            return self.lines[line].range.start;
        };
        // What lies in the line's end counts as the end of the line.
        let offset = offset.clamp(range.start, range.end);
        at + escape::source_len(&source.text()[range.start..offset])
    }
}

/// The parts of a line that are shown: all of it, or what surrounds the ends of the labels, or
/// its beginning when it is only passed through. In order, apart from each other, at least one.
fn windows(text: &str, line: &Range<usize>, marks: &[Mark], index: usize) -> Vec<Range<usize>> {
    let head = forward(text, line, line.start, WHOLE);
    if head == line.end {
        return vec![line.clone()];
    }
    let starts = marks.iter().filter(|mark| mark.first == index).map(|mark| mark.range.start);
    let ends = marks.iter().filter(|mark| mark.last == index).map(|mark| mark.range.end);
    let mut points: Vec<usize> = starts.chain(ends).map(|point| point.min(line.end)).collect();
    points.sort_unstable();
    let mut windows: Vec<Range<usize>> = Vec::new();
    for point in points {
        let window = backward(text, line, point, AROUND)..forward(text, line, point, AROUND);
        match windows.last_mut() {
            // A gap of a few bytes is no longer than the sign for it.
            Some(last) if window.start <= last.end + '…'.len_utf8() => last.end = window.end,
            _ => windows.push(window),
        }
    }
    if windows.is_empty() {
        windows.push(line.start..head);
    }
    windows
}

/// The offset that is about `columns` after another, on its line.
fn forward(text: &str, line: &Range<usize>, from: usize, columns: usize) -> usize {
    let rest = &text[from..line.end];
    let mut reached = 0;
    rest.char_indices()
        .find(|(_, character)| {
            reached += escape::source_columns(*character);
            reached > columns
        })
        .map_or(line.end, |(at, _)| from + at)
}

/// The offset that is about `columns` before another, on its line.
fn backward(text: &str, line: &Range<usize>, from: usize, columns: usize) -> usize {
    let before = &text[line.start..from];
    let mut reached = 0;
    before
        .char_indices()
        .rev()
        .find(|(_, character)| {
            reached += escape::source_columns(*character);
            reached > columns
        })
        .map_or(line.start, |(at, character)| line.start + at + character.len_utf8())
}

impl<'a> Files<'a> for Excerpts {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, file: usize) -> Result<&'a str, Error> {
        Ok(&self.excerpt(file)?.name)
    }

    fn source(&'a self, file: usize) -> Result<&'a str, Error> {
        Ok(&self.excerpt(file)?.text)
    }

    fn line_index(&'a self, file: usize, offset: usize) -> Result<usize, Error> {
        // An empty line stands for a gap and starts where the next one does, which is found.
        let lines = &self.excerpt(file)?.lines;
        Ok(lines.partition_point(|line| line.range.start <= offset).saturating_sub(1))
    }

    fn line_number(&'a self, file: usize, index: usize) -> Result<usize, Error> {
        self.line(file, index).map(|line| line.number)
    }

    fn line_range(&'a self, file: usize, index: usize) -> Result<Range<usize>, Error> {
        self.line(file, index).map(|line| line.range.clone())
    }

    /// The position in the file: the renderer asks for those of labels only.
    fn location(&'a self, file: usize, offset: usize) -> Result<Location, Error> {
        let known = self.excerpt(file)?.starts.iter().find(|(start, _)| *start == offset);
        match known {
            Some((_, Location { line_number, column_number })) => {
                Ok(Location { line_number: *line_number, column_number: *column_number })
            }
            None => Err(Error::IndexTooLarge { given: offset, max: 0 }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{
        drawn, drawn_at, find, finding, label, place, report, snippet, tree,
    };

    #[test]
    fn hidden_characters_are_shown_and_carets_stay_right() {
        let text =
            "\tlet level = \"user\u{202e} \u{2066}// admin\u{2069} é\x1b[31m\"; connect();\r\n";
        let drawn = drawn_at(text, |file| find(file, text, "connect()"));
        insta::assert_snapshot!(snippet(&drawn), @r#"
          ┌─ src/main.rs:1:41
          │
        1 │     let level = "user\u{202e} \u{2066}// admin\u{2069} é\u{1b}[31m"; connect();
          │                                                                      ^^^^^^^^^ connects here
          │
        "#);
        let drawn = drawn_at(text, |file| find(file, text, "\u{2066}// admin\u{2069}"));
        insta::assert_snapshot!(snippet(&drawn), @r#"
          ┌─ src/main.rs:1:21
          │
        1 │     let level = "user\u{202e} \u{2066}// admin\u{2069} é\u{1b}[31m"; connect();
          │                               ^^^^^^^^^^^^^^^^^^^^^^^^ connects here
          │
        "#);
    }

    #[test]
    fn a_line_of_100_kb_is_cropped() {
        let text = format!("{}connect(1);{}", "let a=\"é\";".repeat(10_000), "b();".repeat(9_000));
        let drawn = drawn_at(&text, |file| find(file, &text, "connect(1)"));
        insta::assert_snapshot!(snippet(&drawn), @r#"
          ┌─ src/main.rs:1:100001
          │
        1 │ …let a="é";let a="é";let a="é";let a="é";let a="é";connect(1);b();b();b();b();b();b();b();b();b();b();b();b();b…
          │                                                    ^^^^^^^^^^ connects here
          │
        "#);
    }

    #[test]
    fn a_span_of_100_kb_shows_both_ends() {
        let text = format!("x = [{}];", "1, ".repeat(33_000));
        let drawn = drawn_at(&text, |file| place(file, 4..text.len() - 1));
        insta::assert_snapshot!(snippet(&drawn), @r#"
          ┌─ src/main.rs:1:5
          │
        1 │ x = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1… 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ];
          │     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ connects here
          │
        "#);
        let hidden = "\u{202e}".repeat(30_000);
        let drawn = drawn_at(&hidden, |file| place(file, 30_000..30_003));
        assert!(snippet(&drawn).chars().count() < 600);
    }

    #[test]
    fn a_span_of_several_lines() {
        let text = "fn main() {\n    Command::new(\"sh\")\n        .arg(\"-c\")\n        .arg(a)\n        .arg(b)\n        .arg(c)\n        .arg(d)\n        .spawn();\n}\n";
        let drawn = drawn_at(text, |file| {
            let start = text.find("Command").unwrap();
            place(file, start..text.find(';').unwrap())
        });
        insta::assert_snapshot!(snippet(&drawn), @r#"
          ┌─ src/main.rs:2:5
          │
        2 │ ╭     Command::new("sh")
        3 │ │         .arg("-c")
        4 │ │         .arg(a)
        5 │ │         .arg(b)
        6 │ │         .arg(c)
        7 │ │         .arg(d)
        8 │ │         .spawn();
          │ ╰────────────────^ connects here
          │
        "#);
    }

    #[test]
    fn a_span_of_a_million_lines_is_two_ends() {
        let text = "x\n".repeat(1_000_000);
        let drawn = drawn_at(&text, |file| place(file, 0..text.len()));
        insta::assert_snapshot!(snippet(&drawn), @r#"
                ┌─ src/main.rs:1:1
                │
              1 │ ╭ x
              2 │ │ x
              3 │ │ x
              4 │ │ x
                · │
         999999 │ │ x
        1000000 │ │ x
                │ ╰─^ connects here
                │
        "#);
    }

    #[test]
    fn gaps_between_steps_are_breaks() {
        let text = "a();\n\nb();\n\n\n\n\nc();\n";
        let (files, [file]) = tree([("a.rs", text)]);
        let mut finding = finding(find(file, text, "c()"));
        finding.labels =
            vec![label(find(file, text, "a()"), "first"), label(find(file, text, "b()"), "then")];
        insta::assert_snapshot!(snippet(&drawn(&report(vec![finding]), &files)), @r#"
          ┌─ a.rs:8:1
          │
        1 │ a();
          │ --- first
        2 │
        3 │ b();
          │ --- then
          ·
        8 │ c();
          │ ^^^ connects here
          │
        "#);
    }

    #[test]
    fn a_file_that_has_changed_is_still_reported() {
        for range in [0..0, 5..900, 900..1000, 1..2, 0..u32::MAX as usize] {
            for text in ["", "é", "\r\n", "\n\n", "ab\ncd"] {
                let drawn = drawn_at(text, |file| place(file, range.clone()));
                assert!(drawn.contains("┌─ src/main.rs:"), "{text:?} {range:?}: {drawn}");
            }
        }
    }

    #[test]
    fn a_file_that_is_not_known_is_still_reported() {
        let drawn = drawn_at("a", |_| place(FileId(7), 0..1));
        assert!(drawn.contains("┌─ <unknown file>:1:1"), "{drawn}");
    }

    /// Many texts and spans from a fixed sequence: none may fall back to a drawing without
    /// source lines, lose a label or let a character through.
    #[test]
    fn any_labels_on_any_text_are_drawn() {
        let mut state = 1_u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as usize % below
        };
        let pieces =
            ["a", "\n", "\r\n", "\t", "é", "\u{202e}", "日", "\u{1b}", "\n\n\n\n", "xxxxxxxxx"];
        for _ in 0..3000 {
            let length = next(400);
            let weight = 1 + next(pieces.len());
            let text: String =
                (0..length).map(|_| pieces[next(10) * weight / pieces.len()]).collect();
            let (files, [file]) = tree([("a.rs", text.as_str())]);
            let mut span = || {
                let start = next(text.len() + 3);
                place(file, start..start + next(text.len() + 3))
            };
            let mut finding = finding(span());
            finding.labels = (0..4).map(|_| label(span(), "step")).collect();
            let drawn = drawn(&report(vec![finding]), &files);
            assert!(drawn.contains('┌'), "{text:?}");
            assert_eq!(drawn.matches("step").count(), 4, "{text:?}\n{drawn}");
            assert!(drawn.chars().all(|c| c == '\n' || !escape::is_hidden(c)), "{text:?}");
        }
    }
}
