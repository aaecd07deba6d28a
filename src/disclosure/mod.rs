//! What a project says openly: the `[[disclosure]]` tables of `overt.toml`.
//!
//! A disclosure is a promise that the code is held to, in both directions. This module holds
//! what a table says, checked word by word when the configuration is read; it never decides
//! from names alone that something is innocent.

pub mod host;
pub mod jurisdiction;

use globset::GlobMatcher;

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
