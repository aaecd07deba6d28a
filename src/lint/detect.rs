//! What data cannot say: detectors, each a function that a lint file names.

mod accept_all_verifier;
mod access;
mod hidden_credential;
mod kill_switch;
mod magic_trigger;
mod named_report;
mod open_authentication;

use super::claim::Claim;
use super::engine::Subject;
use super::load::Lint;

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

/// The names that a lint file may use.
pub const NAMES: &[&str] = &[
    "accept-all-verifier",
    "hidden-credential",
    "magic-trigger",
    "named-report",
    "open-authentication",
    "remote-kill-switch",
];

pub fn find(name: &str) -> Option<Check> {
    DETECTORS.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_those_of_the_table() {
        assert!(super::DETECTORS.iter().map(|(name, _)| *name).eq(super::NAMES.iter().copied()));
    }
}
