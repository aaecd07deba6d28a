//! What the types of a policy file cannot say: that its name is its id, that its clauses are
//! told apart, that what it refers to exists. All errors of a file are reported.

use std::collections::BTreeSet;

use toml::Spanned;

use super::Policy;
use super::spec::{Clause, place};
use crate::file_error::{FileError, quoted, suggestion};
use crate::lint::load::Lint;
use crate::vocab::{Group, Reach};

/// Words that mean something else where a policy can be named.
const RESERVED: &[&str] = &["use"];

/// The checks that need nothing but the file.
pub(super) fn alone(policy: &Policy, stem: &str) -> Vec<FileError> {
    let mut errors = Vec::new();
    let id = &policy.file.id;
    let kebab = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    if !kebab(id.get_ref()) || RESERVED.contains(&id.get_ref().as_str()) {
        let help = "ids are lower case words joined by `-`";
        let message = format!("{} is no id of a policy", quoted(id.get_ref()));
        errors.push(policy.error(place(id), message).with_help(help));
    } else if id.get_ref() != stem {
        let message = format!("the id {} is not the name of the file", quoted(id.get_ref()));
        let help = format!("name the file `{0}.toml` or `{0}.policy.toml`", id.get_ref());
        errors.push(policy.error(place(id), message).with_help(help));
    }
    twice(policy, "list", policy.file.lists.iter().map(|list| &list.name), &mut errors);
    twice(policy, "clause", policy.file.clauses.iter().map(|clause| &clause.id), &mut errors);
    for clause in &policy.file.clauses {
        self::clause(policy, clause, &mut errors);
    }
    errors
}

fn twice<'a>(
    policy: &Policy,
    what: &str,
    names: impl Iterator<Item = &'a Spanned<String>>,
    errors: &mut Vec<FileError>,
) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name.get_ref()) {
            let message = format!("there is a {what} {} already", quoted(name.get_ref()));
            errors.push(policy.error(place(name), message));
        }
    }
}

fn clause(policy: &Policy, clause: &Clause, errors: &mut Vec<FileError>) {
    if clause.reach != Reach::Checked && clause.why.trim().is_empty() {
        let message = format!("nothing says why clause {} is not checked", quoted(clause.id()));
        let help = "add `why = \"…\"`: what source code cannot show";
        errors.push(policy.error(place(&clause.id), message).with_help(help));
    }
    let lists = || policy.file.lists.iter().map(|list| list.name.get_ref().as_str());
    for need in &clause.needs {
        if !lists().any(|known| known == need.get_ref()) {
            let message = format!("there is no `[[list]]` {}", quoted(need.get_ref()));
            let help = suggestion(need.get_ref(), lists());
            errors.push(FileError { help, ..policy.error(place(need), message) });
        }
    }
}

/// The checks against the lints that exist. `tolerated` are names whose lint is broken.
pub(super) fn beside(policy: &Policy, lints: &[Lint], tolerated: &[String]) -> Vec<FileError> {
    let mut errors = Vec::new();
    let named = policy.file.levels.keys();
    let named = named.chain(policy.file.clauses.iter().flat_map(|clause| &clause.lints));
    for name in named {
        let text = name.get_ref().as_str();
        let known = text.parse::<Group>().is_ok()
            || lints.iter().any(|lint| lint.id() == text)
            || tolerated.iter().any(|broken| broken == text);
        if !known {
            let groups = Group::ALL.iter().map(|group| group.word());
            let help = suggestion(text, lints.iter().map(Lint::id).chain(groups))
                .or_else(|| Some("`cargo overt lints` lists the lints and groups".to_owned()));
            let message = format!("unknown lint or group {}", quoted(text));
            errors.push(FileError { help, ..policy.error(place(name), message) });
        }
    }
    for clause in &policy.file.clauses {
        let looked_for = !policy.lints(clause, lints).is_empty() || !clause.lints.is_empty();
        let id = quoted(clause.id());
        match clause.reach {
            Reach::NotDecidable if looked_for => {
                let message = format!("clause {id} is not decidable, and lints bear on it");
                let help = "write `reach = \"partly\"`, or take the lints out";
                errors.push(policy.error(place(&clause.id), message).with_help(help));
            }
            Reach::Checked | Reach::Partly if !looked_for => {
                let message = format!("no lint bears on clause {id}");
                let help = "name lints, or write `reach = \"not-decidable\"`";
                errors.push(policy.error(place(&clause.id), message).with_help(help));
            }
            _ => {}
        }
    }
    errors.sort_by_key(|error| error.span);
    errors
}
