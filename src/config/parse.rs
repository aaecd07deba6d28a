//! Reads the text of a configuration, with every error and its place.
//!
//! Written by hand over the parsed TOML and not through serde, which stops at the first error.
//! Names of lints are checked later, when the user's own lints are known.

use std::path::Path;
use std::sync::Arc;

use globset::GlobBuilder;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Config, Entry, Exclude};
use crate::file_error::{FileError, quoted, suggestion};
use crate::span::Span;
use crate::vocab::Level;

pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// The keys at the top of the file.
pub(super) const KEYS: &[&str] = &["policy", "lints", "scope", "disclosure"];
/// The keys of `[scope]`.
pub(super) const SCOPE_KEYS: &[&str] = &["exclude"];
/// The keys of an exclusion.
pub(super) const EXCLUDE_KEYS: &[&str] = &["path", "reason"];

/// Errors beyond this many are not collected; nobody reads them.
const MAX_ERRORS: usize = 1000;

/// Reads a configuration. What is wrong is left out of it and reported.
pub(super) fn parse(path: &Path, text: &str) -> (Config, Vec<FileError>) {
    let config = Config { path: path.to_owned(), text: Arc::from(text), ..Config::default() };
    let mut reader = Reader { config, errors: Vec::new() };
    let (root, broken) = DeTable::parse_recoverable(text);
    if broken.is_empty() {
        reader.root(root.get_ref());
    } else {
        // What a broken file seems to say besides is not worth an error.
        let shared = Arc::clone(&reader.config.text);
        reader.errors = broken
            .iter()
            .take(MAX_ERRORS)
            .map(|error| FileError::from_toml(path, Arc::clone(&shared), error))
            .collect();
    }
    reader.config.levels.sort_by_key(|entry| entry.span);
    reader.errors.sort_by_key(|error| error.span);
    (reader.config, reader.errors)
}

pub(super) struct Reader {
    pub(super) config: Config,
    errors: Vec<FileError>,
}

impl Reader {
    pub(super) fn error(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        if self.errors.len() < MAX_ERRORS {
            let error = self.config.error(span, message);
            self.errors.push(FileError { help, ..error });
        }
    }

    pub(super) fn unknown_key(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, known: &[&str]) {
        let name: &str = key.get_ref();
        let help = match name {
            // A common slip, and the nearest word would mislead.
            "lint-paths" => Some("`lint-paths` stands under `[lints]`".to_owned()),
            "exclude" => Some("`exclude` stands under `[scope]`".to_owned()),
            _ => suggestion(name, known.iter().copied()),
        };
        self.error(place(key), format!("unknown key {}", quoted(name)), help);
    }

    pub(super) fn wrong_type(&mut self, value: &Value<'_>, expected: &str) {
        let message = format!("expected {expected}, found {}", kind(value.get_ref()));
        self.error(place(value), message, None);
    }

    pub(super) fn table<'a>(
        &mut self,
        value: &'a Value<'a>,
        expected: &str,
    ) -> Option<&'a DeTable<'a>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(value, expected);
        }
        table
    }

    pub(super) fn text<'a>(&mut self, value: &'a Value<'a>) -> Option<&'a str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(value, "a string");
        }
        text
    }

    pub(super) fn texts<'a>(&mut self, value: &'a Value<'a>) -> Vec<(&'a str, Span)> {
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(value, "an array of strings");
            return Vec::new();
        };
        array.iter().filter_map(|one| Some((self.text(one)?, place(one)))).collect()
    }

    pub(super) fn word(&mut self, word: &str, span: Span, what: &str, known: &[&str]) -> bool {
        let good = known.contains(&word);
        if !good {
            let message = format!("unknown {what} {}", quoted(word));
            self.error(span, message, suggestion(word, known.iter().copied()));
        }
        good
    }

    fn root(&mut self, root: &DeTable<'_>) {
        for (key, value) in root {
            match key.get_ref().as_ref() {
                "policy" => self.policy(value),
                "lints" => {
                    if let Some(table) = self.table(value, "a table of levels") {
                        self.lints(table);
                    }
                }
                "scope" => {
                    if let Some(table) = self.table(value, "a table") {
                        self.scope(table);
                    }
                }
                "disclosure" => self.disclosures(value),
                _ => self.unknown_key(key, KEYS),
            }
        }
    }

    fn lints(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            if key.get_ref() == "lint-paths" {
                let paths = self.texts(value);
                self.config.lint_paths =
                    paths.into_iter().map(|(path, span)| (path.to_owned(), span)).collect();
                continue;
            }
            let Some(word) = self.text(value) else { continue };
            let words: Vec<&str> = Level::ALL.iter().map(|level| level.word()).collect();
            if self.word(word, place(value), "level", &words)
                && let Ok(level) = word.parse()
            {
                let name = key.get_ref().as_ref().to_owned();
                self.config.levels.push(Entry { name, level, span: place(key) });
            }
        }
    }

    fn scope(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            if key.get_ref() != "exclude" {
                self.unknown_key(key, SCOPE_KEYS);
                continue;
            }
            let Some(array) = value.get_ref().as_array() else {
                self.wrong_type(value, "an array of `{ path = \"…\", reason = \"…\" }`");
                continue;
            };
            for one in array {
                self.exclude(one);
            }
        }
    }

    fn exclude(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "a table `{ path = \"…\", reason = \"…\" }`")
        else {
            return;
        };
        for (key, _) in table {
            if !EXCLUDE_KEYS.contains(&key.get_ref().as_ref()) {
                self.unknown_key(key, EXCLUDE_KEYS);
            }
        }
        let why = "what is left out of a scan is shown with its reason";
        let reason = match table.get("reason") {
            Some(reason) => match self.text(reason) {
                Some(text) if text.trim().is_empty() => {
                    self.error(place(reason), "the reason is empty", Some(why.to_owned()));
                    None
                }
                other => other,
            },
            None => {
                let help = format!("add `reason = \"…\"`: {why}");
                self.error(place(value), "an exclusion without a reason", Some(help));
                None
            }
        };
        let Some(path) = table.get("path") else {
            self.error(place(value), "an exclusion without a path", None);
            return;
        };
        let Some(pattern) = self.text(path) else { return };
        let Some(matcher) = self.glob(pattern, place(path)) else { return };
        if let Some(reason) = reason {
            self.config.exclude.push(Exclude {
                pattern: pattern.to_owned(),
                reason: reason.to_owned(),
                span: place(path),
                matcher,
            });
        }
    }

    pub(super) fn glob(&mut self, pattern: &str, span: Span) -> Option<globset::GlobMatcher> {
        let outside =
            pattern.starts_with('/') || pattern.split(['/', '\\']).any(|part| part == "..");
        if pattern.is_empty() || outside {
            let help = "patterns are relative to the folder of this file and stay below it";
            self.error(span, "the pattern can match nothing", Some(help.to_owned()));
            return None;
        }
        let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
        match GlobBuilder::new(pattern).literal_separator(true).build() {
            Ok(glob) => Some(glob.compile_matcher()),
            Err(error) => {
                self.error(span, "not a pattern for paths", Some(error.kind().to_string()));
                None
            }
        }
    }
}

pub(super) fn place<T>(value: &Spanned<T>) -> Span {
    Span::new(value.span().start, value.span().end)
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

mod policy;
#[cfg(test)]
mod tests;
