//! From text to a syn tree, whatever the text.
//!
//! Where something does not lex or parse, the smallest block around it is overwritten with
//! spaces and parsing starts again, so that one bad place costs one block and every offset
//! stays that of the file. Each block lost is a gap with the parser's reason.

use proc_macro2::TokenStream;

use super::lexer::{self, TokenKind};
use super::limits;
use crate::ir::Gap;
use crate::span::Span;

/// How often a block is given up before the rest of the file is.
const MAX_ATTEMPTS: usize = 40;

/// A tree, what is missing from it, and the parts whose tokens are still worth a look.
pub struct Parsed {
    pub file: syn::File,
    pub gaps: Vec<Gap>,
    pub salvage: Vec<Span>,
}

pub fn parse(text: &str) -> Parsed {
    let mut work = Work { bytes: text.as_bytes().to_vec(), gaps: Vec::new(), salvage: Vec::new() };
    work.blank_preamble(text);
    for gap in limits::too_deep(text) {
        work.blank(gap.span);
        work.gaps.push(gap);
    }
    for _ in 0..MAX_ATTEMPTS {
        // The tables behind spans hold a copy of every text that was parsed.
        proc_macro2::extra::invalidate_current_thread_spans();
        let current = work.text();
        let error = match syn::parse_str::<syn::File>(&current) {
            Ok(file) => return work.done(file),
            Err(error) => error,
        };
        let progressed = if current.parse::<TokenStream>().is_err() {
            work.blank_unlexable(&current)
        } else {
            work.blank_around(&current, &error)
        };
        if !progressed {
            break;
        }
    }
    let why = "too many errors to go on in this file".to_owned();
    let whole = Span::new(0, text.len());
    work.gaps.push(Gap { span: whole, why });
    work.salvage.push(whole);
    let nothing =
        syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items: Vec::new() };
    work.done(nothing)
}

struct Work {
    /// The text with the lost parts overwritten; always UTF-8.
    bytes: Vec<u8>,
    gaps: Vec<Gap>,
    salvage: Vec<Span>,
}

impl Work {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    fn done(self, file: syn::File) -> Parsed {
        Parsed { file, gaps: self.gaps, salvage: self.salvage }
    }

    /// Overwrites with spaces, line ends kept; whether anything changed.
    fn blank(&mut self, span: Span) -> bool {
        let end = (span.end as usize).min(self.bytes.len());
        let mut changed = false;
        for byte in &mut self.bytes[(span.start as usize).min(end)..end] {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                *byte = b' ';
                changed = true;
            }
        }
        changed
    }

    /// A byte order mark and a `#!` line are not tokens.
    fn blank_preamble(&mut self, text: &str) {
        let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
        self.blank(Span::new(0, mark));
        if let Some(first) = lexer::tokens(&text[mark..]).next() {
            self.blank(Span::new(mark, mark + first.span.start as usize));
        }
    }

    /// Gives up the items that do not lex on their own.
    fn blank_unlexable(&mut self, current: &str) -> bool {
        let mut progressed = false;
        for chunk in chunks(current) {
            if current[chunk.range()].parse::<TokenStream>().is_err() && self.blank(chunk) {
                progressed = true;
                let why = "does not lex: an unterminated literal or an unbalanced delimiter";
                self.gaps.push(Gap { span: chunk, why: why.to_owned() });
                self.salvage.push(chunk);
            }
        }
        progressed
    }

    /// Gives up the innermost block around the error that still holds something.
    fn blank_around(&mut self, current: &str, error: &syn::Error) -> bool {
        let at = error.span().byte_range().start;
        let mut around = blocks_around(current, at);
        around.extend(chunks(current).into_iter().find(|chunk| chunk.end as usize > at));
        for span in around {
            if self.blank(span) {
                self.gaps.push(Gap { span, why: format!("does not parse: {error}") });
                self.salvage.push(span);
                return true;
            }
        }
        false
    }
}

/// The insides of the braces that hold offset `at`, innermost first.
fn blocks_around(text: &str, at: usize) -> Vec<Span> {
    let mut open: Vec<usize> = Vec::new();
    let mut around = Vec::new();
    for token in lexer::tokens(text) {
        let (start, end) = (token.span.start as usize, token.span.end as usize);
        match &text[token.span.range()] {
            "{" => open.push(end),
            "}" => {
                if let Some(inside) = open.pop()
                    && inside <= at
                    && at <= start
                {
                    around.push(Span::new(inside, start));
                }
            }
            _ => {}
        }
    }
    around
}

/// The pieces that a file falls into at its top level: a piece ends with `;` or `}` outside of
/// any delimiter, and where a line begins in its first column with an item's first word even
/// though a delimiter is still open.
pub fn chunks(text: &str) -> Vec<Span> {
    let mut chunks = Vec::new();
    let mut start = 0usize;
    let mut depth = 0usize;
    let mut has_code = false;
    for token in lexer::tokens(text) {
        let at = token.span.start as usize;
        let piece = &text[token.span.range()];
        let first_column = at == 0 || text.as_bytes()[at - 1] == b'\n';
        if depth > 0 && first_column && begins_item(piece) {
            chunks.push(Span::new(start, at));
            (start, depth) = (at, 0);
        }
        let ends = match token.kind {
            TokenKind::Open => {
                depth += 1;
                false
            }
            TokenKind::Close => {
                depth = depth.saturating_sub(1);
                depth == 0 && piece == "}"
            }
            _ => depth == 0 && piece == ";",
        };
        has_code |= !matches!(
            token.kind,
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment
        );
        if ends {
            chunks.push(Span::new(start, token.span.end as usize));
            start = token.span.end as usize;
            has_code = false;
        }
    }
    if has_code {
        chunks.push(Span::new(start, text.len()));
    }
    chunks
}

fn begins_item(word: &str) -> bool {
    matches!(
        word,
        "fn" | "pub"
            | "struct"
            | "enum"
            | "union"
            | "impl"
            | "trait"
            | "mod"
            | "use"
            | "static"
            | "type"
            | "extern"
            | "macro_rules"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> (Vec<String>, usize) {
        let parsed = parse(text);
        let names = parsed.file.items.iter().filter_map(|item| match item {
            syn::Item::Fn(function) => Some(function.sig.ident.to_string()),
            _ => None,
        });
        (names.collect(), parsed.gaps.len())
    }

    #[test]
    fn one_bad_body_costs_one_body() {
        let (found, gaps) = names("fn a() { let x = ; } fn b() { 1 } fn c() { ok() }");
        assert_eq!((found, gaps), (vec!["a".into(), "b".into(), "c".into()], 1));
    }

    #[test]
    fn what_does_not_lex_costs_its_item() {
        let (found, gaps) = names("fn a() {}\nfn b() { ( }\nfn c() {}\n");
        assert_eq!((found, gaps), (vec!["a".into(), "c".into()], 1));
        let (found, _) = names("fn a() {}\nfn b() { \"unterminated }\n");
        assert_eq!(found, ["a"]);
    }

    #[test]
    fn a_bad_item_between_items_is_left_out() {
        let (found, gaps) = names("fn a() {} fn 12 bad; fn c() {}");
        assert_eq!((found, gaps), (vec!["a".into(), "c".into()], 1));
    }

    #[test]
    fn preambles_keep_offsets() {
        let parsed = parse("\u{feff}#!/usr/bin/env x\nfn a() {}");
        let syn::Item::Fn(function) = &parsed.file.items[0] else { panic!() };
        assert_eq!(function.sig.ident.span().byte_range(), 23..24);
        assert!(parsed.gaps.is_empty());
    }
}
