//! What a project says openly: the `[[disclosure]]` tables of `overt.toml`.
//!
//! A disclosure is a promise that the code is held to, in both directions. This module holds
//! what a table says, checked word by word when the configuration is read; it never decides
//! from names alone that something is innocent.

pub mod bounds;
pub mod cover;
pub mod document;
pub mod host;
pub mod jurisdiction;
pub mod stage;
pub mod suggest;
pub mod usage;

use std::path::Path;

use globset::GlobMatcher;

pub use bounds::Bounds;
pub use host::HostPattern;
pub use jurisdiction::Jurisdiction;

use crate::span::Span;
use crate::vocab::{Consent, DataKind, Purpose, Remote, Verified};

/// One `[[disclosure]]` table.
#[derive(Debug, Clone)]
pub struct Disclosure {
    /// The header of the table in `overt.toml`.
    pub span: Span,
    pub id: Said<String>,
    /// What is collected. Empty: nothing that is data of the machine or its user.
    pub collects: Vec<Said<DataKind>>,
    /// Where it goes. Empty: nowhere in particular.
    pub to: Vec<Said<HostPattern>>,
    pub purpose: Option<Said<Purpose>>,
    pub consent: Option<Said<Consent>>,
    /// The path of the setting that the send stands behind.
    pub guard: Option<Said<String>>,
    pub jurisdiction: Option<Said<Jurisdiction>>,
    /// `where`: the files that do it. Empty: any.
    pub places: Vec<Said<FilePattern>>,
    pub documented_at: Option<Said<DocumentedAt>>,
    pub remote: Option<Said<Remote>>,
    pub verified: Option<Said<Verified>>,
}

impl Disclosure {
    /// One that says nothing yet.
    pub fn new(id: &str, span: Span) -> Self {
        Self {
            span,
            id: Said { value: id.to_owned(), span },
            collects: Vec::new(),
            to: Vec::new(),
            purpose: None,
            consent: None,
            guard: None,
            jurisdiction: None,
            places: Vec::new(),
            documented_at: None,
            remote: None,
            verified: None,
        }
    }

    /// Whether it speaks of a file, given relative to the folder of `overt.toml`; `None` is a
    /// file outside of that folder.
    pub fn speaks_of(&self, file: Option<&Path>) -> bool {
        self.places.is_empty()
            || file.is_some_and(|file| {
                self.places.iter().any(|pattern| {
                    file.ancestors().any(|path| pattern.value.matcher.is_match(path))
                })
            })
    }

    /// Whether it names a host, in the form that is compared.
    pub fn names(&self, host: &str) -> bool {
        self.to.iter().any(|pattern| pattern.value.holds(host))
    }

    /// Whether it says that somebody else chooses where to.
    pub fn leaves_open(&self) -> bool {
        self.to.iter().any(|pattern| pattern.value == HostPattern::Chosen)
    }

    pub fn collects(&self, kind: DataKind) -> bool {
        self.collects.iter().any(|said| said.value == kind)
    }
}

/// A value with its place in `overt.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said<T> {
    pub value: T,
    pub span: Span,
}

/// A pattern for files, relative to the folder of `overt.toml`.
#[derive(Debug, Clone)]
pub struct FilePattern {
    /// As written.
    pub pattern: String,
    pub matcher: GlobMatcher,
}

/// Where people can read about it: a file and perhaps a heading, `docs/privacy.md#crashes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentedAt {
    /// Relative to the folder of `overt.toml`.
    pub file: String,
    pub anchor: Option<String>,
}

/// The keys of a `[[disclosure]]` table.
pub const KEYS: &[&str] = &[
    "id",
    "collects",
    "to",
    "purpose",
    "consent",
    "guard",
    "jurisdiction",
    "where",
    "documented-at",
    "remote",
    "verified",
];
