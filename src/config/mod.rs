//! `overt.toml`: levels, own lints, what is left out of the scan.
//!
//! The file is searched upward from what is scanned, or named with `--config`. Everything in
//! it is checked, and every error is reported at once and points into the file: a misspelt
//! lint must not become a lint that stays silent. A file that was *found* belongs to the
//! scanned tree, so it cannot make overt read anything outside its own folder, and an
//! untrusted scan does not read it at all.

mod disclosures;
mod find;
mod levels;
mod parse;
mod policy;
pub mod schema;
mod setup;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobMatcher;

use crate::disclosure::Disclosure;
use crate::file_error::FileError;
use crate::lint::spec::Declared;
use crate::policy::lists::Given;
use crate::span::Span;
use crate::vocab::Level;

pub use find::{FILE_NAME, Found, find};
pub use levels::{Levels, WARNINGS};
pub use setup::{Request, Setup, setup};

/// One configuration file.
#[derive(Debug, Clone, Default)]
pub struct Config {
    pub path: PathBuf,
    pub text: Arc<str>,
    /// The name or the path of a policy, as written.
    pub policy: Option<(String, Span)>,
    /// The lists in the tables `[policy.<id>]`.
    pub policy_lists: Vec<Given>,
    /// The table `[lints]`, in the order of the file.
    pub levels: Vec<Entry>,
    /// Folders and files with lints and models, as written.
    pub lint_paths: Vec<(String, Span)>,
    pub exclude: Vec<Exclude>,
    /// The `[[disclosure]]` tables, in the order of the file.
    pub disclosures: Vec<Disclosure>,
    /// The disclosures with open questions.
    pub unanswered: Vec<Unanswered>,
}

/// A disclosure in which something is still to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    pub id: String,
    pub keys: Vec<String>,
    /// The first place.
    pub span: Span,
}

/// One line of `[lints]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// A lint or a group.
    pub name: String,
    pub level: Level,
    /// The place of the name.
    pub span: Span,
}

/// One entry of `[scope] exclude`.
#[derive(Debug, Clone)]
pub struct Exclude {
    /// As written.
    pub pattern: String,
    pub reason: String,
    pub span: Span,
    matcher: GlobMatcher,
}

impl Config {
    /// The folder that the paths in the file are relative to.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// An error that points into the file.
    pub fn error(&self, span: Span, message: impl Into<String>) -> FileError {
        FileError::at(&self.path, Arc::clone(&self.text), span, message)
    }

    /// What is still to be answered, as one warning.
    fn open_questions(&self) -> Option<FileError> {
        let first = self.unanswered.first()?;
        let told = |one: &Unanswered| format!("`{}` ({})", one.id, one.keys.join(", "));
        let all: Vec<String> = self.unanswered.iter().map(told).collect();
        let help = format!(
            "write the answer in the place of each `{}`, or remove the key",
            crate::draft::TODO
        );
        let message = format!("disclosures with open questions: {}", all.join(", "));
        Some(self.error(first.span, message).with_help(help))
    }

    /// Whether the project has declared this much.
    pub fn declares(&self, what: Declared) -> bool {
        match what {
            Declared::Disclosures => !self.disclosures.is_empty(),
            Declared::Jurisdictions => {
                self.disclosures.iter().any(|disclosure| disclosure.jurisdiction.is_some())
            }
        }
    }

    /// The first entry that leaves the path out. The path is relative to [`Self::folder`].
    pub fn excluded(&self, path: &Path) -> Option<&Exclude> {
        self.exclude.iter().find(|entry| entry.matches(path))
    }
}

impl Exclude {
    pub fn glob(&self) -> &GlobMatcher {
        &self.matcher
    }

    /// Whether the path, or a folder that it lies in, fits the pattern. The path is relative
    /// to the folder of the configuration.
    pub fn matches(&self, path: &Path) -> bool {
        path.ancestors()
            .filter(|path| !path.as_os_str().is_empty())
            .any(|path| self.matcher.is_match(path))
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// The disclosures of a configuration without errors.
    pub fn disclosures(text: &str) -> Vec<Disclosure> {
        let (config, errors) = parse::parse(Path::new("overt.toml"), text);
        assert_eq!(errors, []);
        config.disclosures
    }
}
