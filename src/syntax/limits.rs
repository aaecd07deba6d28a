//! Finds what is nested or chained too deep to be parsed safely, before syn sees it.
//!
//! syn, the lowering and the destructors of the tree recurse with the nesting of the source,
//! and a stack overflow cannot be caught. The limits below leave a wide margin on the stack of
//! [`super::STACK_BYTES`]; what exceeds them is blanked out and reported, never tried.

use super::lexer::{self, Token, TokenKind};
use crate::ir::Gap;
use crate::span::Span;

/// Nested delimiters. Hand-written code stays below 30; generated tables reach about 100.
const MAX_DEPTH: usize = 256;
/// Tokens of one expression, type or pattern without a separator at its own level: each can
/// be one level of the tree (`a.b().c()`, `&&&x`, `1 + 1 + 1`).
const MAX_RUN: u32 = 20_000;
/// Links of one `else if` chain.
const MAX_ELSE: u32 = 2_000;

/// One open delimiter.
struct Level {
    open: usize,
    run: u32,
    run_start: usize,
    elses: u32,
    too_long: Option<&'static str>,
}

impl Level {
    fn new(open: usize, inside: usize) -> Self {
        Self { open, run: 0, run_start: inside, elses: 0, too_long: None }
    }

    fn restart(&mut self, at: usize) {
        self.run = 0;
        self.run_start = at;
    }
}

/// The parts of `text` that must not be parsed, each the inside of a delimiter (or, at the
/// top of the file, one run of tokens).
pub fn too_deep(text: &str) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut levels = vec![Level::new(0, 0)];
    // How many delimiters deeper than the limit we are.
    let mut beyond = 0usize;
    let mut after_brace = false;
    for token in lexer::tokens(text) {
        let Token { kind, span, .. } = token;
        let (start, end) = (span.start as usize, span.end as usize);
        match kind {
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment => continue,
            TokenKind::Open if levels.len() > MAX_DEPTH => beyond += 1,
            TokenKind::Open => levels.push(Level::new(start, end)),
            TokenKind::Close if beyond > 0 => {
                beyond -= 1;
                if beyond == 0
                    && let Some(level) = levels.last()
                {
                    gaps.push(gap(level.open + 1, end, "nested deeper than 256 delimiters"));
                }
            }
            TokenKind::Close if levels.len() > 1 => {
                if let Some(level) = levels.pop()
                    && let Some(why) = level.too_long
                {
                    gaps.push(gap(level.open + 1, start, why));
                }
            }
            _ => {}
        }
        let top = levels.len() == 1;
        let Some(level) = levels.last_mut() else { continue };
        let piece = &text[span.range()];
        if std::mem::take(&mut after_brace) {
            if piece == "else" {
                level.elses += 1;
            } else {
                level.elses = 0;
                if !continues(piece) {
                    level.restart(start);
                }
            }
        }
        after_brace = piece == "}";
        if matches!(piece, ";" | ",") {
            level.restart(end);
        } else if beyond == 0 {
            level.run += 1;
        }
        let why = if level.run > MAX_RUN {
            "an expression of more than 20,000 tokens"
        } else if level.elses > MAX_ELSE {
            "more than 2,000 branches of one `if`"
        } else {
            continue;
        };
        if !top {
            level.too_long = Some(why);
        } else {
            let start = level.run_start;
            level.restart(end);
            level.elses = 0;
            gaps.push(gap(start, end, why));
        }
    }
    // What is still open at the end of the text.
    if beyond > 0 {
        let open = levels.last().map_or(0, |level| level.open + 1);
        gaps.push(gap(open, text.len(), "nested deeper than 256 delimiters"));
    }
    gaps
}

/// Whether a token after `}` goes on with the same expression.
fn continues(piece: &str) -> bool {
    matches!(
        piece,
        "." | "?" | "as" | "+" | "-" | "*" | "/" | "%" | "^" | "|" | "&" | "=" | "<" | ">" | "!"
    )
}

fn gap(start: usize, end: usize, why: &str) -> Gap {
    Gap { span: Span::new(start, end), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_code_has_no_gap() {
        let many = "fn f(a: u8) -> u8 { if a == 1 { 2 } else { g(a).h(a) } }\n".repeat(20_000);
        assert_eq!(too_deep(&many), []);
    }

    #[test]
    fn each_way_to_nest_is_seen() {
        let parens =
            format!("fn f() {{ {}1{} }} fn g() {{}}", "(".repeat(9_000), ")".repeat(9_000));
        assert_eq!(too_deep(&parens).len(), 1);
        let chain = format!("fn f() {{ x{} }}", ".y(1, 2)".repeat(30_000));
        assert_eq!(too_deep(&chain)[0].span, Span::new(8, chain.len() - 1));
        let prefix = format!("static X: {}u8 = 1;", "&".repeat(50_000));
        assert!(!too_deep(&prefix).is_empty());
        let elses = format!("fn f() {{ if a {{}} {} }}", "else if a {}".repeat(5_000));
        assert_eq!(too_deep(&elses).len(), 1);
        assert_eq!(too_deep(&"(".repeat(1_000)).len(), 1);
        assert_eq!(too_deep(&")".repeat(1_000)), []);
    }
}
