//! What a run says: findings, what was not analysed, and the counts.
//!
//! Every format renders these types and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use smol_str::SmolStr;

use crate::span::Place;
use crate::vocab::{Confidence, Group, Level, TargetKind};

/// One claim at one place, with its witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub lint: SmolStr,
    pub group: Group,
    /// After configuration: `warn`, `deny` or `forbid`.
    pub level: Level,
    pub confidence: Confidence,
    pub message: String,
    /// The package's name and version, when the file lies in one.
    pub package: Option<SmolStr>,
    pub target: TargetKind,
    /// The target's crate name; empty for loose files.
    pub target_name: SmolStr,
    /// When the code runs, as a phrase: "at build", "before main", "when `x` is called".
    pub trigger: String,
    pub primary: Label,
    /// The steps before and beside it, in the order of the story.
    pub labels: Vec<Label>,
    /// Why it matters.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
    /// Decoded values by name: `host`, `program`, `path`, ...
    pub values: BTreeMap<String, String>,
    pub disclosure: Disclosure,
    /// Stable across unrelated edits: made of the lint, the path in the package, the item and
    /// the text of the primary span.
    pub fingerprint: String,
}

/// A labelled place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub place: Place,
    pub message: String,
}

/// Whether the project says openly what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disclosure {
    Undisclosed,
    Partly,
    Disclosed,
}

impl Disclosure {
    pub fn word(self) -> &'static str {
        match self {
            Self::Undisclosed => "undisclosed",
            Self::Partly => "partly",
            Self::Disclosed => "disclosed",
        }
    }
}

/// Something that was not, or not wholly, analysed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanalysed {
    /// The path as it is shown.
    pub file: String,
    /// Where, when it is a part of a file.
    pub place: Option<Place>,
    pub why: String,
}

/// The result of one run.
#[derive(Debug, Default)]
pub struct Report {
    /// Sorted by file, place and lint.
    pub findings: Vec<Finding>,
    pub unanalysed: Vec<Unanalysed>,
    /// What was left out on purpose: path as shown, and why.
    pub left_out: Vec<(String, String)>,
    pub summary: Summary,
}

/// The counts of the last line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub denied: usize,
    pub warned: usize,
    pub disclosed: usize,
    /// Findings that an `overt: allow` comment or the configuration suppressed.
    pub suppressed: usize,
    /// Files that were not, or not wholly, analysed.
    pub unanalysed: usize,
    pub left_out: usize,
    pub packages: usize,
    pub files: usize,
    /// Files of packages that no target reaches; they are among `files`.
    pub unreachable: usize,
    pub lines: usize,
    /// Facts seen; the inventory's size.
    pub facts: usize,
    /// Calls whose callee could not be named.
    pub unresolved_calls: usize,
    /// Searches for where data goes, and evaluations of constants, that exceeded their bounds.
    pub cut_short: usize,
    /// Expressions, names, nodes and facts that the analysis looked at, again each time. It is
    /// not shown: tests tell by it that the work grows with the code and no faster.
    pub work: usize,
    pub calls: usize,
    pub elapsed: Duration,
}
