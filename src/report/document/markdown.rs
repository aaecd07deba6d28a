//! The document as Markdown.
//!
//! Text of the scanned tree must neither format the document nor link anywhere: whatever Markdown
//! or GitHub gives a meaning to is escaped, addresses and mentions included.

use std::fmt::{self, Write};

use askama::Template;

use super::Document;

/// Escapes what is put into `templates/*.md`.
#[derive(Debug, Clone, Copy)]
pub struct Escaper;

impl askama::filters::Escaper for Escaper {
    fn write_escaped_str<W: Write>(&self, mut out: W, text: &str) -> fmt::Result {
        for (at, character) in text.char_indices() {
            match character {
                '<' => out.write_str("&lt;")?,
                '>' => out.write_str("&gt;")?,
                '&' => out.write_str("&amp;")?,
                // No mention, no address that a reader could follow by mistake.
                '@' => out.write_str("&#64;")?,
                ':' if text[at..].starts_with("://") => out.write_str("&#58;")?,
                '.' if text[..at].to_ascii_lowercase().ends_with("www") => {
                    out.write_str("&#46;")?
                }
                '\n' | '\r' => out.write_char(' ')?,
                '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '!' | '~' | '$' => {
                    out.write_char('\\')?;
                    out.write_char(character)?;
                }
                _ => out.write_char(character)?,
            }
        }
        Ok(())
    }
}

#[derive(Template)]
#[template(path = "report.md")]
struct Page<'a> {
    document: &'a Document,
}

impl Page<'_> {
    /// Prose in which code stands between backticks.
    fn words(&self, text: &str) -> Result<String, fmt::Error> {
        use askama::filters::Escaper as _;
        let mut out = String::new();
        for (index, piece) in super::pieces(text).into_iter().enumerate() {
            match index % 2 {
                1 if !piece.is_empty() => out.push_str(&self.code(piece)),
                _ => Escaper.write_escaped_str(&mut out, piece)?,
            }
        }
        Ok(out)
    }

    /// A code span that holds the text whatever backticks are in it.
    fn code(&self, text: &str) -> String {
        let text = text.replace(['\n', '\r'], " ");
        let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
        let fence = "`".repeat(longest + 1);
        let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
        // In a table, a bar would end the cell even here.
        format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\u{2502}"))
    }
}

/// The whole document.
///
/// # Errors
/// What the template says; none of it comes from the tree.
pub fn render(document: &Document) -> Result<String, askama::Error> {
    let text = Page { document }.render()?;
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            out.push_str(line);
            out.push('\n');
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use askama::filters::Escaper as _;

    #[test]
    fn nothing_of_the_text_is_markdown() {
        let mut out = String::new();
        let text = "<script>*a*_b_[c](http://d)`e`#1 @f www.g.h|i\n# j ![k](l) $m$ ~~n~~ &o;";
        Escaper.write_escaped_str(&mut out, text).unwrap();
        let events: Vec<pulldown_cmark::Event<'_>> =
            pulldown_cmark::Parser::new_ext(&out, pulldown_cmark::Options::all()).collect();
        let read: String = events
            .iter()
            .filter_map(|event| match event {
                pulldown_cmark::Event::Text(text) => Some(text.as_ref()),
                _ => None,
            })
            .collect();
        assert_eq!(read, text.replace('\n', " "));
        assert!(!out.contains("http:") && !out.contains("www.") && !out.contains('@'), "{out}");
    }

    #[test]
    fn a_code_span_holds_backticks() {
        let document = Document::default();
        let page = Page { document: &document };
        assert_eq!(page.code("a"), "`a`");
        assert_eq!(page.code("``a`"), "``` ``a` ```");
        assert_eq!(page.code("a\n|"), "`a \u{2502}`");
    }
}
