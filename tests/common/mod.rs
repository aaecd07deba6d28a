//! What the tests over lints share: running one, and reading the marks of expected findings.

#![allow(dead_code)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use overt::check::{self, Checked, Options};
use overt::files::FileSystem;
use overt::lint::spec::Example;
use overt::vocab::Level;

/// A line of a file where a lint speaks.
pub type Spot = (String, usize);

/// Runs the check with one lint at `warn` at least.
pub fn run(system: FileSystem, path: &Path, lint: &str) -> Checked {
    // A tree in memory has no configuration above it that would have to be kept out.
    let on_disk = matches!(system, FileSystem::Disk);
    let own = path.join("overt.toml");
    let empty = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/common/overt.toml");
    let config = if own.is_file() { own } else { empty };
    let options = Options {
        paths: vec![path.to_owned()],
        config: on_disk.then_some(config),
        suppressions: true,
        levels: vec![(lint.to_owned(), Level::Warn)],
        threads: Some(1),
        system,
        ..Options::default()
    };
    check::check(&options, &|_| {}).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The folders in a folder, sorted.
pub fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// The last part of a path.
pub fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
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

/// The files of an example: what it gives, and what it leaves to be made.
pub fn example(example: &Example) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> =
        example.files.iter().map(|(path, text)| (path.clone(), unescape(text))).collect();
    if !example.code.is_empty() {
        texts.push((example.file.clone(), unescape(&example.code)));
    }
    texts.extend(example.config.iter().map(|text| ("overt.toml".to_owned(), text.clone())));
    let has = |texts: &[(String, String)], name: &str| texts.iter().any(|(path, _)| path == name);
    if !has(&texts, "Cargo.toml") {
        let manifest = manifest(&texts);
        texts.push(("Cargo.toml".to_owned(), manifest));
    }
    if !has(&texts, "src/lib.rs") && !has(&texts, "src/main.rs") {
        texts.push(("src/lib.rs".to_owned(), String::new()));
    }
    texts
}

/// A manifest that names every crate that the code seems to use.
fn manifest(texts: &[(String, String)]) -> String {
    let word = regex::Regex::new(
        r"\b([a-z][a-z0-9_]*)(?:::|!)|\bextern crate ([a-z0-9_]+)|\buse ([a-z0-9_]+)",
    )
    .expect("valid");
    let own = ["std", "core", "alloc", "crate", "self", "super", "proc_macro", "test"];
    let mut names = BTreeSet::new();
    for (_, text) in texts.iter().filter(|(path, _)| path.ends_with(".rs")) {
        let found = word.captures_iter(text).filter_map(|c| c.get(1).or(c.get(2)).or(c.get(3)));
        names.extend(
            found.map(|name| name.as_str().to_owned()).filter(|n| !own.contains(&n.as_str())),
        );
    }
    let dependencies: String = names.iter().map(|name| format!("{name} = \"*\"\n")).collect();
    format!(
        "[package]\nname = \"example\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
         [dependencies]\n{dependencies}[build-dependencies]\n{dependencies}"
    )
}

/// Turns `\u{202e}` into the character that it names.
fn unescape(text: &str) -> String {
    let escape = regex::Regex::new(r"\\u\{([0-9a-f]+)\}").expect("valid");
    let replace = |captures: &regex::Captures<'_>| {
        let number = u32::from_str_radix(&captures[1], 16).ok();
        number.and_then(char::from_u32).map_or_else(|| captures[0].to_owned(), String::from)
    };
    escape.replace_all(text, replace).into_owned()
}
