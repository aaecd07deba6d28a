//! The document as one HTML file that needs nothing else: no script, no font, no picture.
//!
//! Everything is escaped by the template engine, and the page forbids the browser to load or run
//! anything, so that text of a hostile tree is text.

use askama::Template;

use super::Document;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    document: &'a Document,
}

/// The whole document.
///
/// # Errors
/// What the template says; none of it comes from the tree.
pub fn render(document: &Document) -> Result<String, askama::Error> {
    Page { document }.render()
}
