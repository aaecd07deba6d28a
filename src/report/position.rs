//! Offsets to lines and columns, and the text of the files while a report is rendered.
//!
//! Lines end at `\n` alone, as in rustc; a `\r` before it belongs to the line's end. Lines and
//! columns are 1-based and columns count characters (Unicode scalar values), not bytes and not
//! cells of the terminal.
//!
//! An offset past the end, or inside a character, is moved to the nearest place before it: a
//! file can change between the scan and the report, and that must not end the report.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::files::Files;
use crate::span::{FileId, Place};

/// A line and a column, both 1-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// Characters are counted in blocks of this many bytes, so that a column on a line of 100 MB is
/// as cheap as on any other.
const BLOCK: usize = 4096;

/// A text with its table of lines.
#[derive(Debug)]
pub struct Source {
    text: String,
    /// Where each line starts.
    lines: Vec<u32>,
    /// How many characters start before each block.
    characters: Vec<u32>,
}

impl Source {
    pub fn new(text: String) -> Self {
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(starts.map(|(at, _)| narrow(at + 1))).collect();
        let mut before = 0;
        let mut characters = Vec::with_capacity(text.len().div_ceil(BLOCK));
        for block in text.as_bytes().chunks(BLOCK) {
            characters.push(before);
            before += narrow(count(block));
        }
        Self { text, lines, characters }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The boundary at or before an offset.
    pub fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    pub fn position(&self, offset: usize) -> Position {
        let offset = self.floor(offset);
        let index = self.line_index(offset);
        let start = self.lines[index] as usize;
        let column = self.characters_before(offset) - self.characters_before(start) + 1;
        Position { line: index + 1, column }
    }

    /// The 0-based line of an offset.
    pub fn line_index(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start as usize <= offset) - 1
    }

    /// The bytes of a 0-based line, without its end. A line that is not there is empty.
    pub fn line(&self, index: usize) -> Range<usize> {
        let length = self.text.len();
        let start = self.lines.get(index).map_or(length, |start| *start as usize);
        let end = self.lines.get(index + 1).map_or(length, |next| *next as usize);
        let line = &self.text[start..end];
        let line = line.strip_suffix('\n').map_or(line, |l| l.strip_suffix('\r').unwrap_or(l));
        start..start + line.len()
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        match self.characters.get(block) {
            Some(before) => *before as usize + count(&self.text.as_bytes()[block * BLOCK..offset]),
            // The end of a text that fills its last block.
            None => count(self.text.as_bytes()),
        }
    }
}

/// The characters that start in these bytes.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count()
}

/// Offsets fit: larger files are not read (see [`crate::files::MAX_FILE_BYTES`]).
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// How much text is kept at once. Findings are sorted by file, so it is enough to keep what is
/// near; a report on a large tree must not hold the tree.
const KEPT_BYTES: usize = 256 << 20;

/// The texts of the files, each read when first needed.
pub struct Sources<'a> {
    files: &'a Files,
    kept: RefCell<Kept>,
}

#[derive(Default)]
struct Kept {
    bytes: usize,
    sources: FxHashMap<FileId, Rc<Source>>,
}

impl<'a> Sources<'a> {
    pub fn new(files: &'a Files) -> Self {
        Self { files, kept: RefCell::default() }
    }

    /// The path as it is shown, unescaped.
    pub fn name(&self, file: FileId) -> &'a str {
        if self.knows(file) { self.files.shown(file) } else { "<unknown file>" }
    }

    /// The text; empty when it cannot be read any more.
    pub fn get(&self, file: FileId) -> Rc<Source> {
        let kept = &mut *self.kept.borrow_mut();
        if let Some(source) = kept.sources.get(&file) {
            return Rc::clone(source);
        }
        let text = if self.knows(file) { self.files.text(file) } else { String::new() };
        if kept.bytes + text.len() > KEPT_BYTES {
            *kept = Kept::default();
        }
        kept.bytes += text.len();
        let source = Rc::new(Source::new(text));
        kept.sources.insert(file, Rc::clone(&source));
        source
    }

    /// Where a place starts, and where it ends (the position after its last character).
    pub fn positions(&self, place: Place) -> (Position, Position) {
        let source = self.get(place.file);
        let range = place.span.range();
        (source.position(range.start), source.position(range.end.max(range.start)))
    }

    fn knows(&self, file: FileId) -> bool {
        self.files.contains(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: usize) -> (usize, usize) {
        let position = Source::new(text.to_owned()).position(offset);
        (position.line, position.column)
    }

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        assert_eq!(at("", 0), (1, 1));
        assert_eq!(at("ab\ncd", 3), (2, 1));
        assert_eq!(at("é𝄞x", 6), (1, 3));
        assert_eq!(at("a\n", 2), (2, 1));
    }

    #[test]
    fn offsets_past_the_end_or_inside_a_character_move_back() {
        assert_eq!(at("ab\ncd", 4_000_000_000), (2, 3));
        assert_eq!(at("é𝄞x", 4), (1, 2));
        assert_eq!(at("", 7), (1, 1));
    }

    #[test]
    fn a_line_has_no_end() {
        let source = Source::new("ab\r\n\ncd\r\r\n".to_owned());
        assert_eq!(source.line(0), 0..2);
        assert_eq!(source.line(1), 4..4);
        assert_eq!(source.line(2), 5..8);
        assert_eq!(source.line(3), 10..10);
        assert_eq!(source.line(99), 10..10);
        assert_eq!(source.position(5), Position { line: 3, column: 1 });
    }

    #[test]
    fn columns_are_right_on_both_sides_of_a_block() {
        let text = "é".repeat(BLOCK) + "x";
        for character in [0, BLOCK / 2 - 1, BLOCK / 2, BLOCK / 2 + 1, BLOCK] {
            assert_eq!(at(&text, 2 * character), (1, character + 1));
        }
        let full = "a".repeat(BLOCK);
        assert_eq!(at(&full, BLOCK), (1, BLOCK + 1));
    }
}
