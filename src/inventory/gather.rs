//! From the facts of a unit to the lines of its inventory.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::origin::Origins;
use super::{native, sent};
use crate::facts::value::Value;
use crate::facts::{Argument, Fact};
use crate::flow::Graph;
use crate::lint::engine::Subject;
use crate::lint::matcher::{Matching, readable};
use crate::model::class::{HOLE, SYMBOL, host_of};
use crate::model::spec::InventoryRow;
use crate::project::PackageId;
use crate::span::Place;
use crate::vocab::{DataKind, Role, Section, TargetKind};

/// Characters of a detail.
const MAX_DETAIL: usize = 100;

/// One thing at one place, before it is put together with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub package: Option<PackageId>,
    pub kind: TargetKind,
    pub target: SmolStr,
    pub test: bool,
    pub section: Section,
    pub what: String,
    pub chosen_by: Option<String>,
    pub how: Option<String>,
    pub detail: Option<String>,
    pub data: BTreeSet<DataKind>,
    pub guards: BTreeSet<String>,
    pub place: Place,
}

/// A name as it is listed: what is known, or what chooses it.
type Name = (String, Option<String>);

/// Everything that a unit does.
pub fn gather(subjects: &[Subject<'_>], graph: &Graph, matching: &Matching<'_>) -> Vec<Listed> {
    let rows = &matching.models.inventory;
    let mut listed = Vec::new();
    let reached = sent::reached(subjects, graph, matching);
    let origins = Origins::new(subjects, graph, matching);
    let tests = tests(subjects);
    for (number, subject) in subjects.iter().enumerate() {
        let krate = subject.unit.krate(subject.krate);
        let base = |place: Place, section: Section| Listed {
            package: krate.package,
            kind: krate.kind,
            target: krate.name.clone(),
            test: krate.kind.is_test_like(),
            section,
            what: String::new(),
            chosen_by: None,
            how: None,
            detail: None,
            data: BTreeSet::new(),
            guards: BTreeSet::new(),
            place,
        };
        for (index, fact) in subject.facts.facts.iter().enumerate() {
            for (at, row) in rows.iter().enumerate() {
                // What a fact is for one caller names things that are unknown without it.
                if (fact.via.is_some() && row.names.is_empty()) || !matching.call(&row.call, fact) {
                    continue;
                }
                let data = reached.get(&(number, index, at)).cloned().unwrap_or_default();
                if !row.reached_by.is_empty() && !row.reached_by.iter().any(|k| data.contains(k)) {
                    continue;
                }
                let mut one = base(fact.place, row.section);
                one.test |= fact.test || fact.via.is_some_and(|via| within(&tests, via));
                one.how.clone_from(&row.how);
                one.detail = detail(row.section, fact);
                if matches!(row.section, Section::Destination | Section::Door) {
                    one.data = data.into_iter().chain(row.sends.iter().copied()).collect();
                    one.data.remove(&DataKind::Remote);
                    one.guards = origins.guards(subject, fact);
                }
                if row.section == Section::Collected {
                    let kinds = sent::kinds(fact, matching);
                    listed.extend(
                        kinds
                            .into_iter()
                            .map(|kind| Listed { what: kind.word().to_owned(), ..one.clone() }),
                    );
                    continue;
                }
                for (what, chosen_by) in names(row, fact, subject, &origins) {
                    if row.section == Section::File && inside(krate.kind, &what) {
                        continue;
                    }
                    let one = Listed { what, chosen_by, ..one.clone() };
                    listed.extend(sent_to(&one));
                    listed.push(one);
                }
            }
        }
        listed.extend(native::foreign(subject).into_iter().map(|(place, library, name, test)| {
            let one = base(place, Section::NativeCode);
            Listed {
                what: library,
                how: Some("declares functions of another language".to_owned()),
                detail: Some(name),
                test: one.test || test,
                ..one
            }
        }));
    }
    listed
}

/// The places of code that only tests run.
fn tests(subjects: &[Subject<'_>]) -> Vec<Place> {
    let bodies = subjects.iter().flat_map(|subject| {
        let test = subject.unit.krate(subject.krate).kind.is_test_like();
        let bodies = subject.facts.bodies.iter().map(|body| &body.owner);
        bodies.filter(move |owner| owner.test || test).map(|owner| {
            let span = subject.unit.files[&owner.at.file].item(owner.item).span;
            Place { file: owner.at.file, span }
        })
    });
    let mut places: Vec<Place> = bodies.collect();
    places.sort();
    places.dedup();
    places
}

/// Whether a place lies in one of these, which are sorted.
fn within(places: &[Place], place: Place) -> bool {
    let end = places
        .partition_point(|other| (other.file, other.span.start) <= (place.file, place.span.start));
    let before = places[..end].iter().rev().take_while(|other| other.file == place.file);
    before.take(64).any(|other| other.span.contains(place.span))
}

/// The kinds of data that go to a destination, each as a line of its own.
fn sent_to(one: &Listed) -> Vec<Listed> {
    if one.section != Section::Destination {
        return Vec::new();
    }
    let to = match &one.chosen_by {
        Some(by) => format!("a host chosen by {by}"),
        None => one.what.clone(),
    };
    let kinds = one.data.iter().map(|kind| Listed {
        section: Section::Sent,
        what: kind.word().to_owned(),
        chosen_by: None,
        how: Some(format!("to {to}")),
        detail: None,
        data: BTreeSet::new(),
        ..one.clone()
    });
    kinds.collect()
}

/// The names under which a row lists a fact.
fn names(
    row: &InventoryRow,
    fact: &Fact,
    subject: &Subject<'_>,
    origins: &Origins<'_, '_>,
) -> BTreeSet<Name> {
    if let Some(what) = &row.what
        && row.names.is_empty()
    {
        return BTreeSet::from([(what.clone(), None)]);
    }
    let mut found: BTreeSet<Name> = BTreeSet::new();
    for arg in fact.args.iter().filter(|arg| row.names.contains(&arg.role)) {
        let (known, open) = known(row.section, arg);
        found.extend(known.into_iter().map(|name| (name, None)));
        // What a fact is for one caller has been traced as far as it goes.
        if open && fact.via.is_none() {
            found.insert((String::new(), Some(origins.of(subject, fact, arg))));
        }
    }
    if found.is_empty() && fact.via.is_none() {
        match row.section {
            // What has no name here was opened or asked for elsewhere, and is listed there.
            Section::File | Section::Variable => {}
            Section::Program => {
                found.insert((String::new(), Some("code that prepares the command".to_owned())));
            }
            _ => {
                let calls = fact.steps.first().map_or("code", |step| step.path.as_str());
                found.insert((
                    String::new(),
                    Some(format!("`{}`", calls.trim_start_matches("_::"))),
                ));
            }
        }
    }
    match &row.what {
        // A door is listed under what it is, with where it is.
        Some(what) => found
            .into_iter()
            .map(|(name, by)| match by {
                None if name.is_empty() => (what.clone(), None),
                None => (format!("{what} {name}"), None),
                Some(by) => (what.clone(), Some(by)),
            })
            .collect(),
        None => found,
    }
}

/// The names that are known of an argument, and whether there are others.
fn known(section: Section, arg: &Argument) -> (BTreeSet<String>, bool) {
    let mut open = matches!(&arg.value, Value::Any(parts) if parts.contains(&Value::Unknown));
    let mut names = BTreeSet::new();
    let texts = arg.value.texts();
    open |= texts.is_empty();
    for text in texts {
        let name = match section {
            Section::Destination => {
                // `items` alone is a path below an address that stands elsewhere.
                let part = arg.role == Role::Url
                    && !text.contains("://")
                    && !text.contains(['.', ':', '['])
                    && !text.eq_ignore_ascii_case("localhost");
                let host = host_of(&text.replace(SYMBOL, "")).filter(|host| !host.contains(HOLE));
                host.filter(|_| !part)
            }
            // Where several values come together, an argument can be among them.
            Section::Program if text.starts_with('-') => continue,
            // The part that is known tells one file or program from another.
            _ => says_something(&text).then(|| readable(&text)),
        };
        match name {
            Some(name) => {
                names.insert(name.chars().take(400).collect());
            }
            None => open = true,
        }
    }
    (names, open)
}

fn says_something(text: &str) -> bool {
    text.chars().any(|c| c.is_alphanumeric()) || text.contains(SYMBOL)
}

/// Whether a path lies in the package: what a build script names without a folder does.
fn inside(kind: TargetKind, path: &str) -> bool {
    let outside =
        path.starts_with(['/', '\\', '~', '…']) || path.contains("..") || path.contains(':');
    matches!(kind, TargetKind::BuildScript | TargetKind::ProcMacro) && !path.is_empty() && !outside
}

/// A text to recognise the place by.
fn detail(section: Section, fact: &Fact) -> Option<String> {
    let of = |roles: &[Role]| -> Vec<String> {
        let args = fact.args.iter().filter(|arg| roles.contains(&arg.role));
        args.flat_map(|arg| arg.value.texts()).map(|text| readable(&text)).collect()
    };
    let text = match section {
        // Queries and user names can hold secrets, which an inventory does not spread.
        Section::Destination => {
            let urls = of(&[Role::Url]).into_iter().find(|url| url.contains("://"))?;
            let url = urls.split(['?', '#']).next().unwrap_or_default().to_owned();
            let (scheme, rest) = url.split_once("://")?;
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            format!("{scheme}://{host}/{path}")
        }
        Section::Program => {
            let mut words = of(&[Role::Program]);
            words.truncate(1);
            words.extend(of(&[Role::Argument]));
            words.join(" ")
        }
        Section::Collected | Section::Door | Section::NativeCode => {
            fact.steps.first()?.path.trim_start_matches("_::").to_owned()
        }
        _ => return None,
    };
    let cut: String = text.chars().take(MAX_DETAIL).collect();
    Some(if cut.len() < text.len() { cut + "…" } else { text })
}
