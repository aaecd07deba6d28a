//! Comments addressed to overt.
//!
//! Only comments count: the same words in a string are data of the scanned program. Doc
//! comments do not count either, they address the reader of the documentation.

use super::lexer::{self, TokenKind};
use crate::ir::{Directive, FileIr};
use crate::span::Span;

pub fn directives(text: &str, ir: &FileIr) -> Vec<Directive> {
    if !text.contains("overt:") {
        return Vec::new();
    }
    let mut found: Vec<Directive> = Vec::new();
    for token in lexer::tokens(text) {
        let comment = &text[token.span.range()];
        let inner = match token.kind {
            TokenKind::LineComment => comment.trim_start_matches('/'),
            TokenKind::BlockComment => comment.trim_start_matches("/*").trim_end_matches("*/"),
            _ => continue,
        };
        if comment.starts_with("///") {
            continue;
        }
        let Some(rest) = inner.trim_start().strip_prefix("overt:") else { continue };
        let item = item_below(text, ir, token.span);
        found.push(Directive { span: token.span, text: rest.trim().to_owned(), item });
    }
    found
}

/// The item directly below a comment that has its line to itself.
fn item_below(text: &str, ir: &FileIr, comment: Span) -> Option<Span> {
    let before = &text[..comment.start as usize];
    let line = before.rsplit('\n').next().unwrap_or_default();
    if !line.trim().is_empty() {
        return None;
    }
    let next = lexer::tokens(&text[comment.end as usize..]).find(|token| {
        !matches!(
            token.kind,
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment
        )
    })?;
    let at = comment.end + next.span.start;
    // Of a nested item that begins at the same place, the outer one.
    ir.items
        .iter()
        .map(|item| item.span)
        .filter(|span| span.start == at)
        .max_by_key(|span| span.end)
}

#[cfg(test)]
mod tests {
    use crate::syntax::read;

    #[test]
    fn comments_count_and_strings_and_docs_do_not() {
        let text = r#"
// overt: allow(a) because
#[inline]
pub fn f() {
    g(); // overt: allow(b) so
    let s = "// overt: allow(c) no";
    /* overt: allow(d) yes */
}
/// overt: allow(e) documentation
fn h() {}
"#;
        let ir = read(text.as_bytes().to_vec());
        let found: Vec<_> =
            ir.directives.iter().map(|d| (d.text.as_str(), d.item.is_some())).collect();
        assert_eq!(
            found,
            [("allow(a) because", true), ("allow(b) so", false), ("allow(d) yes", false)]
        );
        let item = ir.directives[0].item.unwrap();
        assert!(text[item.range()].starts_with("#[inline]") && text[item.range()].ends_with('}'));
    }
}
