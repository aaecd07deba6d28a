//! Checks on the raw text, which hold also for files that do not lex.

use crate::ir::TextMark;
use crate::lint::spec::TextKind;
use crate::span::Span;

/// Characters that reorder or hide what a reader sees, neighbours of one kind joined.
///
/// Sources: Unicode's UAX 9 (explicit formatting characters) and the list that rustc's
/// `text_direction_codepoint_in_literal` denies; Default_Ignorable_Code_Point without
/// variation selectors after emoji and joiners between letters, which have an honest use.
pub fn marks(text: &str) -> Vec<TextMark> {
    if text.is_ascii() {
        return Vec::new();
    }
    let mut marks: Vec<TextMark> = Vec::new();
    let mut previous = '\0';
    let mut selectors = 0usize;
    for (at, character) in text.char_indices() {
        let before = std::mem::replace(&mut previous, character);
        selectors = if is_selector(character) { selectors + 1 } else { 0 };
        let next = text[at + character.len_utf8()..].chars().next().unwrap_or('\0');
        let joins_script = matches!(character, '\u{200c}' | '\u{200d}') && !next.is_ascii();
        let Some(kind) = kind(character, before, at, selectors).filter(|_| !joins_script) else {
            continue;
        };
        // A character literal of nothing else is data, and hides nothing.
        let after = at + character.len_utf8();
        if before == '\'' && text[after..].starts_with('\'') {
            continue;
        }
        let span = Span::new(at, at + character.len_utf8());
        match marks.last_mut() {
            Some(last) if last.kind == kind && last.span.end == span.start => {
                last.span.end = span.end
            }
            _ => marks.push(TextMark { kind, span, character }),
        }
    }
    marks
}

fn kind(character: char, before: char, at: usize, selectors: usize) -> Option<TextKind> {
    match character {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some(TextKind::Bidi),
        // A byte order mark at the beginning is one.
        '\u{feff}' => (at != 0).then_some(TextKind::Invisible),
        // Joiners shape words of many scripts and build emoji.
        '\u{200c}' | '\u{200d}' => before.is_ascii().then_some(TextKind::Invisible),
        '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' => {
            Some(TextKind::Invisible)
        }
        '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{2060}'..='\u{2065}' => Some(TextKind::Invisible),
        '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{ffa0}' => Some(TextKind::Invisible),
        // Variation selectors choose a glyph of the character before; behind a letter, or in a
        // run, they carry hidden data. Careless editors double one.
        '\u{fe00}'..='\u{fe0f}' => {
            (before.is_ascii_alphabetic() || selectors > 2).then_some(TextKind::Invisible)
        }
        '\u{e0100}'..='\u{e01ef}' => {
            (before.is_ascii() || selectors > 1).then_some(TextKind::Invisible)
        }
        // Tags spell the flags of regions after one emoji, and hidden text anywhere else.
        '\u{e0000}'..='\u{e007f}' => {
            (before != '\u{1f3f4}' && !is_tag(before)).then_some(TextKind::Invisible)
        }
        _ => None,
    }
}

fn is_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_tag(character: char) -> bool {
    matches!(character, '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(TextKind, std::ops::Range<usize>)> {
        marks(text).into_iter().map(|mark| (mark.kind, mark.span.range())).collect()
    }

    #[test]
    fn controls_are_found_and_honest_text_is_not() {
        assert_eq!(found("// \u{202e}\u{2066} x"), [(TextKind::Bidi, 3..9)]);
        assert_eq!(found("a\u{200b}b"), [(TextKind::Invisible, 1..4)]);
        assert_eq!(found("\u{feff}fn ['\u{3164}', '\u{200b}'] ☢\u{fe0f}\u{fe0f}"), []);
        assert_eq!(found("\"👩\u{200d}💻 ❤\u{fe0f} می\u{200c}خواهم Wi-Fi\u{200c}ها\" é"), []);
    }

    #[test]
    fn hidden_data_in_tags_and_selectors_is_found_once() {
        assert_eq!(found("x\u{e0041}\u{e0042}").len(), 1);
        assert_eq!(found("😀\u{e0101}\u{e0102}\u{e0103}").len(), 1);
    }
}
