//! What the tests over lints share: running one, and reading the marks of expected findings.

#![allow(dead_code)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use overt::check::{self, Checked, Options};
use overt::files::FileSystem;
use overt::vocab::Level;

/// A line of a file where a lint speaks.
pub type Spot = (String, usize);

/// Runs the check with one lint at `warn` at least.
pub fn run(system: FileSystem, path: &Path, lint: &str) -> Checked {
    // A tree in memory has no configuration above it that would have to be kept out.
    let on_disk = matches!(system, FileSystem::Disk);
    let empty = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/common/overt.toml");
    let options = Options {
        paths: vec![path.to_owned()],
        config: on_disk.then_some(empty),
        suppressions: true,
        levels: vec![(lint.to_owned(), Level::Warn)],
        threads: Some(1),
        system,
        ..Options::default()
    };
    check::check(&options, &|_| {}).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Where the lint spoke, with file names relative to `base`.
pub fn spots(checked: &Checked, lint: &str, base: &Path) -> BTreeSet<Spot> {
    let found = checked.report.findings.iter().filter(|finding| finding.lint == lint);
    let spot = |finding: &overt::finding::Finding| {
        let place = finding.primary.place;
        let path = checked.files.path(place.file);
        let text = checked.files.text(place.file);
        let line = text[..place.span.start as usize].matches('\n').count() + 1;
        (path.strip_prefix(base).unwrap_or(path).display().to_string(), line)
    };
    found.map(spot).collect()
}

/// The lines of a text that are marked with `//~` or `#~` for the lint: with its name, or
/// without any.
pub fn marks(file: &str, text: &str, lint: &str) -> BTreeSet<Spot> {
    let mut marked = BTreeSet::new();
    for (index, line) in text.lines().enumerate() {
        let mark = line.split_once("//~").or_else(|| line.split_once("#~"));
        let Some((_, name)) = mark else { continue };
        let names: Vec<&str> = name.split([' ', ',']).filter(|name| !name.is_empty()).collect();
        if names.is_empty() || names.contains(&lint) {
            marked.insert((file.to_owned(), index + 1));
        }
    }
    marked
}
