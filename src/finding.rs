//! What a run says: findings, what was not analysed, and the counts.
//!
//! Every format renders these types and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::disclosure::Bounds;
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
    /// The disclosures that cover it, or a part of it, by id.
    pub disclosed_by: Vec<SmolStr>,
    /// Of what is disclosed in part: the nearest disclosure.
    pub disclosure_label: Option<Label>,
    /// Of what is disclosed in part: what is not.
    pub missing: Vec<Missing>,
    /// The data that it is about, and where it goes.
    pub bounds: Bounds,
    /// Stable across unrelated edits: made of the lint, the path in the package, the item and
    /// the text of the primary span.
    pub fingerprint: String,
}

/// The findings at one place: what they tell together.
#[derive(Debug, Clone)]
pub struct Story<'r> {
    pub strongest: &'r Finding,
    /// The others, in the order of the report.
    pub also: Vec<&'r Finding>,
}

/// Brings together the findings whose primary labels are the same place, in the order of the
/// report. The strongest has the highest level, then the highest confidence, then the longest
/// witness. What is said of the project's own statements stays by itself, and so does what the
/// project discloses: an open behaviour is no part of a hidden one.
pub fn stories(findings: &[Finding]) -> Vec<Story<'_>> {
    let mut stories: Vec<Story<'_>> = Vec::new();
    let mut at: FxHashMap<Place, usize> = FxHashMap::default();
    for finding in findings {
        let alone =
            finding.group == Group::Disclosure || finding.disclosure == Disclosure::Disclosed;
        let known = if alone { None } else { at.get(&finding.primary.place).copied() };
        let Some(known) = known else {
            if !alone {
                at.insert(finding.primary.place, stories.len());
            }
            stories.push(Story { strongest: finding, also: Vec::new() });
            continue;
        };
        let story = &mut stories[known];
        let strength = |f: &Finding| (f.level, f.confidence, f.labels.len());
        if strength(finding) > strength(story.strongest) {
            story.also.insert(0, std::mem::replace(&mut story.strongest, finding));
        } else {
            story.also.push(finding);
        }
    }
    stories
}

/// A labelled place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub place: Place,
    pub message: String,
}

/// Something about a finding that the nearest disclosure does not say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The key of the disclosure that would have to say it: `collects`, `to`, `where`, ...
    pub key: &'static str,
    /// What it would have to say.
    pub value: String,
    /// The sentence for people.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{finding, place};
    use crate::span::FileId;

    #[test]
    fn the_strongest_at_a_place_tells_of_the_others() {
        let at = |lint: &str, level, start: usize| Finding {
            lint: lint.into(),
            level,
            ..finding(place(FileId(0), start..start + 4))
        };
        let mut open = at("open", Level::Deny, 0);
        open.disclosure = Disclosure::Disclosed;
        let notice = Finding { group: Group::Disclosure, ..at("notice", Level::Warn, 0) };
        let findings = [
            at("weak", Level::Warn, 0),
            at("strong", Level::Deny, 0),
            at("sure", Level::Deny, 0),
            open,
            notice,
            at("elsewhere", Level::Warn, 2),
        ];
        let stories = stories(&findings);
        let told: Vec<(&str, Vec<&str>)> = stories
            .iter()
            .map(|s| (s.strongest.lint.as_str(), s.also.iter().map(|f| f.lint.as_str()).collect()))
            .collect();
        assert_eq!(
            told,
            [
                ("strong", vec!["weak", "sure"]),
                ("open", vec![]),
                ("notice", vec![]),
                ("elsewhere", vec![])
            ]
        );
    }
}
