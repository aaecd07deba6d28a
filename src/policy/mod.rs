//! Policies: named sets of levels, and the clauses of a public text with the lints that bear on
//! them.
//!
//! A policy takes no side. It says what a text asks for in words of its own, how far source code
//! can show it, and which lints look; what a scan found is set beside that (see [`judge`]). No
//! policy brings a list of hosts, countries or vendors: the lists that it works on are the
//! user's, from `[policy.<id>]` in `overt.toml`.

pub mod judge;
pub mod lists;
pub mod load;
pub mod spec;
mod validate;

use std::path::PathBuf;
use std::sync::Arc;

use crate::file_error::FileError;
use crate::lint::load::{Lint, Origin};
use crate::span::Span;

use spec::{Clause, PolicyFile};

/// The policy of a run that names none.
pub const DEFAULT: &str = "default";

/// A policy that passed the checks that need no lints.
#[derive(Debug, Clone)]
pub struct Policy {
    pub file: PolicyFile,
    pub origin: Origin,
    /// The file, for errors that point into it.
    pub path: PathBuf,
    pub text: Arc<str>,
}

impl Policy {
    pub fn id(&self) -> &str {
        self.file.id.get_ref()
    }

    /// The clause of this id.
    pub fn clause(&self, id: &str) -> Option<&Clause> {
        self.file.clauses.iter().find(|clause| clause.id() == id)
    }

    /// The lints that bear on a clause: those that it names, by id or by group, and those that
    /// name it in `maps-to`.
    pub fn lints<'l>(&self, clause: &Clause, lints: &'l [Lint]) -> Vec<&'l Lint> {
        lints.iter().filter(|lint| self.bears(lint, clause)).collect()
    }

    fn bears(&self, lint: &Lint, clause: &Clause) -> bool {
        let named = |name: &str| name == lint.id() || name == lint.group.word();
        clause.lints.iter().any(|name| named(name.get_ref()))
            || lint
                .file
                .maps_to
                .iter()
                .filter_map(|reference| reference.split_once(':'))
                .any(|(policy, id)| policy == self.id() && id == clause.id())
    }

    /// The clauses that a lint bears on, in the order of the policy.
    pub fn clauses(&self, lint: &Lint) -> Vec<&Clause> {
        self.file.clauses.iter().filter(|clause| self.bears(lint, clause)).collect()
    }

    /// Where a clause can be read by itself.
    pub fn link(&self, clause: &Clause) -> Option<String> {
        let link = self.file.link.as_ref()?;
        Some(link.replace("{id}", clause.id()).replace("{path}", &clause.id().replace('.', "/")))
    }

    /// The title with the version.
    pub fn name(&self) -> String {
        format!("{}, {}", self.file.title, self.file.version)
    }

    /// An error that points into the policy's file.
    pub fn error(&self, span: Span, message: impl Into<String>) -> FileError {
        FileError::at(&self.path, Arc::clone(&self.text), span, message)
    }
}

#[cfg(test)]
mod tests;
