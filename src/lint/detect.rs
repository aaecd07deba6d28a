//! What data cannot say: detectors, each a function that a lint file names.

mod accept_all_verifier;
mod access;
pub mod consent;
pub mod endpoints;
mod hidden_credential;
mod kill_switch;
mod magic_trigger;
mod named_report;
mod open_authentication;

use std::path::PathBuf;

use super::claim::Claim;
use super::engine::Subject;
use super::load::Lint;
use crate::disclosure::Disclosure;
use crate::flow::Graph;
use crate::span::FileId;
use crate::vocab::Level;

/// Looks at a crate and adds claims for the lint with this number.
pub type Check = fn(&Subject<'_>, usize, &Lint, &mut Vec<Claim>);

const DETECTORS: &[(&str, Check)] = &[
    ("accept-all-verifier", accept_all_verifier::check),
    ("hidden-credential", hidden_credential::check),
    ("magic-trigger", magic_trigger::check),
    ("named-report", named_report::check),
    ("open-authentication", open_authentication::check),
    ("remote-kill-switch", kill_switch::check),
];

/// All crates of a unit together, and what the project says openly.
pub struct Whole<'s, 'a> {
    pub subjects: &'s [Subject<'a>],
    pub graph: &'s Graph,
    pub disclosures: &'s [Disclosure],
    /// A file relative to the folder of `overt.toml`; `None` when it does not lie below it.
    pub below: &'s dyn Fn(FileId) -> Option<PathBuf>,
}

impl Whole<'_, '_> {
    /// Whether a disclosure speaks of a file.
    pub fn stands_in(&self, disclosure: &Disclosure, file: FileId) -> bool {
        disclosure.places.is_empty()
            || (self.below)(file).is_some_and(|path| {
                disclosure.places.iter().any(|place| place.value.matcher.is_match(&path))
            })
    }
}

/// As [`Check`], for what one crate alone does not show.
pub type CheckWhole = fn(&Whole<'_, '_>, usize, &Lint, &mut Vec<Claim>);

const OF_UNITS: &[(&str, CheckWhole)] = &[
    ("consent-not-checked", consent::not_checked),
    ("consent-presumed", consent::presumed),
    ("undeclared-jurisdiction", endpoints::undeclared),
    ("undisclosed-endpoint", endpoints::undisclosed),
];

/// The claims of the detectors that look at a unit as a whole.
pub fn whole(unit: &Whole<'_, '_>, lints: &[(Lint, Level)]) -> Vec<Claim> {
    let mut found = Vec::new();
    for (index, (lint, level)) in lints.iter().enumerate() {
        let named = OF_UNITS.iter().find(|(name, _)| lint.file.detector.as_deref() == Some(*name));
        if let Some((_, check)) = named
            && *level != Level::Allow
        {
            check(unit, index, lint, &mut found);
        }
    }
    found
}

/// The names that a lint file may use.
pub const NAMES: &[&str] = &[
    "accept-all-verifier",
    "consent-not-checked",
    "consent-presumed",
    "hidden-credential",
    "magic-trigger",
    "named-report",
    "open-authentication",
    "remote-kill-switch",
    "undeclared-jurisdiction",
    "undisclosed-endpoint",
];

pub fn find(name: &str) -> Option<Check> {
    DETECTORS.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_those_of_the_table() {
        let of_crates = super::DETECTORS.iter().map(|(name, _)| *name);
        let all = of_crates.chain(super::OF_UNITS.iter().map(|(name, _)| *name));
        let mut all: Vec<&str> = all.collect();
        all.sort_unstable();
        assert_eq!(all, super::NAMES);
    }
}
