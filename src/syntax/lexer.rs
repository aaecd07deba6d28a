//! A lexer for what syn does not keep or cannot reach: comments, nesting, and where text that
//! does not parse begins and ends.
//!
//! It is total: every byte belongs to a token, an unterminated literal is a token that runs to
//! the end of the text and says so. It does not check what rustc checks; it only never mistakes
//! a string for code or code for a comment.

use crate::span::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    Whitespace,
    /// `// ...`, also doc comments.
    LineComment,
    BlockComment,
    /// Identifiers, keywords and numbers.
    Word,
    /// String, byte, C and char literals.
    Text,
    Lifetime,
    Open,
    Close,
    Punctuation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub span: Span,
    /// A literal or a comment that the text ends inside of.
    pub unterminated: bool,
}

/// The tokens of `text`, whitespace included, without gaps.
pub fn tokens(text: &str) -> Lexer<'_> {
    let mut lexer = Lexer { bytes: text.as_bytes(), text, at: 0 };
    lexer.at = lexer.shebang();
    lexer
}

pub struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let start = self.at;
        let first = *self.bytes.get(start)?;
        let (kind, end) = match first {
            b' ' | b'\t' | b'\r' | b'\n' => (TokenKind::Whitespace, Some(self.whitespace())),
            b'/' if self.byte(1) == Some(b'/') => {
                let rest = &self.bytes[start..];
                let length = memchr(b'\n', rest).unwrap_or(rest.len());
                (TokenKind::LineComment, Some(start + length))
            }
            b'/' if self.byte(1) == Some(b'*') => (TokenKind::BlockComment, self.block_comment()),
            b'"' => (TokenKind::Text, self.quoted(start + 1, b'"')),
            b'\'' => self.char_or_lifetime(),
            b'(' | b'[' | b'{' => (TokenKind::Open, Some(start + 1)),
            b')' | b']' | b'}' => (TokenKind::Close, Some(start + 1)),
            _ if is_word(first) => self.word(),
            _ => (TokenKind::Punctuation, Some(start + 1)),
        };
        let unterminated = end.is_none();
        self.at = end.unwrap_or(self.bytes.len());
        Some(Token { kind, span: Span::new(start, self.at), unterminated })
    }
}

impl Lexer<'_> {
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// The length of a `#!` line that is not an attribute.
    fn shebang(&self) -> usize {
        let Some(rest) = self.text.strip_prefix("#!") else { return 0 };
        let next = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if next.starts_with('[') {
            return 0;
        }
        self.text.find('\n').unwrap_or(self.text.len())
    }

    fn whitespace(&self) -> usize {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|b| !b.is_ascii_whitespace() && *b != 0x0b);
        self.at + length.unwrap_or(rest.len()).max(1)
    }

    fn block_comment(&self) -> Option<usize> {
        let mut depth = 0usize;
        let mut at = self.at;
        while at + 1 < self.bytes.len() {
            match (self.bytes[at], self.bytes[at + 1]) {
                (b'/', b'*') => {
                    depth += 1;
                    at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    at += 2;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => at += 1,
            }
        }
        None
    }

    /// The end of a literal with escapes whose content begins at `from`.
    fn quoted(&self, from: usize, quote: u8) -> Option<usize> {
        let mut at = from;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'\\' => at += 2,
                byte if *byte == quote => return Some(at + 1),
                _ => at += 1,
            }
        }
        None
    }

    /// The end of `r"..."` or `r#"..."#` whose hashes begin at `from`; `None` twice over when
    /// it is no raw string at all.
    fn raw(&self, from: usize) -> Option<Option<usize>> {
        let hashes = self.bytes[from..].iter().take_while(|b| **b == b'#').count();
        let open = from + hashes;
        if self.bytes.get(open) != Some(&b'"') {
            return None;
        }
        let mut at = open + 1;
        while let Some(next) = memchr(b'"', &self.bytes[at..]) {
            at += next + 1;
            let closing = self.bytes[at..].iter().take(hashes).take_while(|b| **b == b'#').count();
            if closing == hashes {
                return Some(Some(at + hashes));
            }
        }
        Some(None)
    }

    fn char_or_lifetime(&self) -> (TokenKind, Option<usize>) {
        let mut rest = self.text[self.at + 1..].chars();
        let Some(first) = rest.next() else { return (TokenKind::Punctuation, Some(self.at + 1)) };
        if first == '\\' {
            return (TokenKind::Text, self.quoted(self.at + 1, b'\''));
        }
        let after = self.at + 1 + first.len_utf8();
        if self.bytes.get(after) == Some(&b'\'') {
            return (TokenKind::Text, Some(after + 1));
        }
        if first == '_' || first.is_alphabetic() {
            return (TokenKind::Lifetime, Some(self.word_end(self.at + 1)));
        }
        (TokenKind::Punctuation, Some(self.at + 1))
    }

    fn word(&self) -> (TokenKind, Option<usize>) {
        let end = self.word_end(self.at);
        let word = &self.text[self.at..end];
        match (word, self.bytes.get(end)) {
            ("r" | "br" | "cr", Some(b'"' | b'#')) => match self.raw(end) {
                Some(end) => (TokenKind::Text, end),
                None => (TokenKind::Word, Some(end)),
            },
            ("b" | "c", Some(b'"')) => (TokenKind::Text, self.quoted(end + 1, b'"')),
            ("b", Some(b'\'')) => (TokenKind::Text, self.quoted(end + 1, b'\'')),
            _ => (TokenKind::Word, Some(end)),
        }
    }

    fn word_end(&self, from: usize) -> usize {
        let length = self.text[from..].char_indices().find(|(_, c)| !is_word_char(*c));
        length.map_or(self.text.len(), |(offset, _)| from + offset)
    }
}

fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80
}

fn is_word_char(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii()
}

fn memchr(needle: u8, haystack: &[u8]) -> Option<usize> {
    haystack.iter().position(|byte| *byte == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(TokenKind, &str)> {
        tokens(text)
            .filter(|token| token.kind != TokenKind::Whitespace)
            .map(|token| (token.kind, &text[token.span.range()]))
            .collect()
    }

    #[test]
    fn strings_are_not_comments_and_comments_are_not_strings() {
        use TokenKind::*;
        assert_eq!(
            kinds(r####"a("//", r#"/* " "#, b'"', '"') // "x"####),
            [
                (Word, "a"),
                (Open, "("),
                (Text, "\"//\""),
                (Punctuation, ","),
                (Text, "r#\"/* \" \"#"),
                (Punctuation, ","),
                (Text, "b'\"'"),
                (Punctuation, ","),
                (Text, "'\"'"),
                (Close, ")"),
                (LineComment, "// \"x"),
            ]
        );
        assert_eq!(kinds("/* /* */ \" */x")[1], (Word, "x"));
        assert_eq!(
            kinds("'a, 'b' r#type"),
            [
                (Lifetime, "'a"),
                (Punctuation, ","),
                (Text, "'b'"),
                (Word, "r"),
                (Punctuation, "#"),
                (Word, "type"),
            ]
        );
    }

    #[test]
    fn every_byte_is_in_a_token_whatever_the_text() {
        for text in [
            "\"abc",
            "/* x",
            "r##\"x\"#",
            "'",
            "b'",
            "é'é'",
            "#!/bin/sh\nfn",
            "\\\u{0}\u{b}",
            "'\\",
        ] {
            let mut end = if text.starts_with("#!") { 9 } else { 0 };
            for token in tokens(text) {
                assert_eq!(token.span.start as usize, end, "{text:?}");
                end = token.span.end as usize;
            }
            assert_eq!(end, text.len(), "{text:?}");
        }
        assert!(tokens("/* x").next().unwrap().unterminated);
    }
}
