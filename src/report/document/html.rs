//! The document as one HTML file that needs nothing else: no script, no font, no picture.
//!
//! Everything is escaped by the template engine, and the page forbids the browser to load or run
//! anything, so that text of a hostile tree is text.

use askama::Template;
use askama::filters::{Escaper as _, Html};

use super::Document;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    document: &'a Document,
}

impl Page<'_> {
    /// Prose in which code stands between backticks.
    fn words(&self, text: &str) -> Result<String, std::fmt::Error> {
        let mut out = String::new();
        for (index, piece) in super::pieces(text).into_iter().enumerate() {
            let code = index % 2 == 1;
            out.push_str(if code { "<code>" } else { "" });
            Html.write_escaped_str(&mut out, piece)?;
            out.push_str(if code { "</code>" } else { "" });
        }
        Ok(out)
    }
}

/// The whole document.
///
/// # Errors
/// What the template says; none of it comes from the tree.
pub fn render(document: &Document) -> Result<String, askama::Error> {
    Page { document }.render()
}
