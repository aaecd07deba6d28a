//! `cargo overt report`: the disclosure document, as Markdown or HTML.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::DocumentFormat;
use crate::check::Checked;
use crate::report::document::{document, html, markdown};

pub(super) fn write(
    checked: &Checked,
    paths: &[PathBuf],
    format: Option<DocumentFormat>,
    output: Option<&Path>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = document(checked, &title(checked, paths));
    let text = match format.unwrap_or_else(|| by_name(output)) {
        DocumentFormat::Markdown => markdown::render(&document),
        DocumentFormat::Html => html::render(&document),
    };
    out.write_all(text.map_err(io::Error::other)?.as_bytes())
}

/// What the document is about: the package, or the folder of several.
fn title(checked: &Checked, paths: &[PathBuf]) -> String {
    let mut packages = checked.packages();
    if let (Some(package), None) = (packages.next(), packages.next()) {
        return package.to_owned();
    }
    let named = |path: &PathBuf| {
        let name = path.file_name().map(ToOwned::to_owned);
        let name = name.or_else(|| Some(path.canonicalize().ok()?.file_name()?.to_owned()));
        name.map_or_else(|| crate::files::shown(path), |name| name.to_string_lossy().into_owned())
    };
    let names: Vec<String> = paths.iter().map(named).collect();
    names.join(", ")
}

fn by_name(output: Option<&Path>) -> DocumentFormat {
    let extension = output.and_then(Path::extension).and_then(|extension| extension.to_str());
    match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("html" | "htm") => DocumentFormat::Html,
        _ => DocumentFormat::Markdown,
    }
}
