//! Text of the scanned tree, made safe to show.
//!
//! Source code and file names can hold characters that act on a terminal (ESC, BEL, CR, the C1
//! controls), that reorder the line (bidi controls) or that show nothing. Every string of a
//! report passes through here, so that none of these reaches the reader raw: each is shown as
//! the escape that Rust has for it, `\u{202e}`. What is visible stays as it is, in any script.
//!
//! Each character becomes one piece of the escaped text, so offsets translate: a boundary before
//! a character is the boundary before its escape (see [`source_len`]).

use std::fmt::Write;

/// Ranges of characters that act, reorder or show nothing: the controls, Unicode's bidi controls,
/// its Default_Ignorable_Code_Point property, line separators, and the few blank ones besides.
const HIDDEN: &[(u32, u32)] = &[
    (0x00, 0x1f),       // C0
    (0x7f, 0x9f),       // DEL and C1
    (0xad, 0xad),       // soft hyphen
    (0x34f, 0x34f),     // combining grapheme joiner
    (0x61c, 0x61c),     // Arabic letter mark
    (0x115f, 0x1160),   // Hangul fillers
    (0x17b4, 0x17b5),   // Khmer inherent vowels
    (0x180b, 0x180f),   // Mongolian selectors and vowel separator
    (0x200b, 0x200f),   // zero-width characters, direction marks
    (0x2028, 0x202e),   // line separators, bidi embeddings and overrides
    (0x2060, 0x206f),   // word joiner, invisible operators, bidi isolates
    (0x2800, 0x2800),   // braille blank
    (0x3164, 0x3164),   // Hangul filler
    (0xfe00, 0xfe0f),   // variation selectors
    (0xfeff, 0xfeff),   // byte order mark
    (0xffa0, 0xffa0),   // halfwidth Hangul filler
    (0xfff0, 0xfffb),   // reserved, interlinear annotation
    (0x1bca0, 0x1bca3), // shorthand format controls
    (0x1d159, 0x1d159), // musical null notehead
    (0x1d173, 0x1d17a), // musical format controls
    (0xe0000, 0xe0fff), // tags, more variation selectors
];

/// Whether a character must not be shown raw.
pub fn is_hidden(character: char) -> bool {
    let code = u32::from(character);
    // Printable ASCII is nearly everything.
    if (0x20..0x7f).contains(&code) {
        return false;
    }
    let next = HIDDEN.partition_point(|(start, _)| *start <= code);
    next > 0 && code <= HIDDEN[next - 1].1
}

/// Appends a character as it is shown.
pub fn push(out: &mut String, character: char) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if is_hidden(character) => {
            write!(out, "\\u{{{:x}}}", u32::from(character)).expect("a string takes all");
        }
        _ => out.push(character),
    }
}

/// Appends a part of a source line. Tabs stay: the renderer of snippets expands them, and knows
/// the column that they reach.
pub fn push_source(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '\t' => out.push('\t'),
            _ => push(out, character),
        }
    }
}

/// How many bytes [`push_source`] appends: the translation of offsets.
pub fn source_len(text: &str) -> usize {
    text.chars().map(|character| shown_len(character, 1)).sum()
}

/// Roughly how many columns a character of a source line takes.
pub fn source_columns(character: char) -> usize {
    if character.is_ascii() || is_hidden(character) { shown_len(character, 4) } else { 1 }
}

fn shown_len(character: char, tab: usize) -> usize {
    match character {
        '\t' => tab,
        '\n' | '\r' => 2,
        _ if is_hidden(character) => {
            let digits = (u32::from(character).max(1).ilog2() / 4 + 1) as usize;
            "\\u{}".len() + digits
        }
        _ => character.len_utf8(),
    }
}

/// The most that is shown of a message or a path. Nothing that a lint says comes near; a decoded
/// value can.
const LINE_LIMIT: usize = 500;

/// The same for a line of a note, which may be a block to paste.
const NOTE_LIMIT: usize = 2000;

/// A string for one line of output.
pub fn line(text: &str) -> String {
    limited(text, LINE_LIMIT)
}

/// A path. It is shown whole: a path that is cut leads nowhere.
pub fn path(text: &str) -> String {
    limited(text, usize::MAX)
}

/// The lines of a text of several. Tabs become spaces.
pub fn lines(text: &str) -> impl Iterator<Item = String> {
    text.trim_end().lines().map(|line| limited(&line.replace('\t', "    "), NOTE_LIMIT))
}

fn limited(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(limit));
    for (shown, character) in text.chars().enumerate() {
        if shown >= limit {
            out.push('…');
            break;
        }
        push(&mut out, character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_disjoint() {
        assert!(HIDDEN.iter().all(|(start, end)| start <= end));
        assert!(HIDDEN.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn what_acts_reorders_or_hides_is_escaped() {
        let hidden = "\0\x07\x1b\x7f\u{85}\u{9b}\u{ad}\u{200b}\u{200d}\u{200e}\u{200f}\u{2028}\
                      \u{202a}\u{202e}\u{2060}\u{2066}\u{2069}\u{61c}\u{feff}\u{fe0f}\u{3164}\
                      \u{e0041}\u{e01ef}";
        for character in hidden.chars() {
            assert!(is_hidden(character), "{:x}", u32::from(character));
        }
        assert_eq!(line("a\x1b[2K\r\n\t\u{202e}b"), "a\\u{1b}[2K\\r\\n\\t\\u{202e}b");
    }

    #[test]
    fn what_is_visible_stays() {
        let text = "fn naïve() { \"日本語 עברית 𝄞 ⚠\" } ~";
        assert_eq!(line(text), text);
    }

    #[test]
    fn lengths_are_those_of_what_is_appended() {
        for text in ["", "a\tb", "\0", "\x10", "\u{7f}", "é\u{202e}日", "\u{e0100}\r", "\u{feff}"]
        {
            let mut out = String::new();
            push_source(&mut out, text);
            assert_eq!(source_len(text), out.len(), "{out}");
        }
    }

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(line(&"x".repeat(1_000_000)).chars().count(), LINE_LIMIT + 1);
        assert_eq!(lines("a\r\n\tb\n").collect::<Vec<_>>(), ["a", "    b"]);
    }
}
