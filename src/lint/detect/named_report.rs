//! Code that says by its own names that it reports: telemetry, crash reports, update checks.
//!
//! The words are classes of the models. A name alone is nothing: the function has to reach a
//! request. Of several named functions on one way the innermost speaks.

use rustc_hash::FxHashMap;

use crate::facts::Fact;
use crate::lint::claim::{self, Claim};
use crate::lint::engine::{Subject, hops_within};
use crate::lint::load::Lint;
use crate::lint::matcher::Matching;
use crate::vocab::{Effect, Role};

/// Calls between the function and its request.
const MAX_CALLS: usize = 6;
/// Names of modules and functions, and what such code does.
const NAMES: &[(&str, &str)] = &[
    ("telemetry-name", "reports from here"),
    ("update-check-name", "asks for a newer version from here"),
];
/// Where nobody else listens.
const NEAR: &[&str] = &["loopback-host", "private-host", "any-address-host", "metadata-host"];

pub fn check(subject: &Subject<'_>, index: usize, lint: &Lint, found: &mut Vec<Claim>) {
    let matching = Matching::new(subject.resolver.models, &[]);
    let sends = requests(subject, &matching);
    if sends.is_empty() {
        return;
    }
    let bodies: Vec<usize> = sends.keys().copied().collect();
    let above = subject.graph.reaching(&bodies, MAX_CALLS);
    let mut named: FxHashMap<usize, &str> = FxHashMap::default();
    for body in above.keys() {
        let owner = &subject.facts.bodies[*body].owner;
        if !owner.test
            && let Some(words) = words(&matching, &owner.path)
        {
            named.insert(*body, words);
        }
    }
    let mut order: Vec<(usize, &str)> = named.iter().map(|(body, words)| (*body, *words)).collect();
    order.sort_unstable();
    for (body, words) in order {
        let below = subject.graph.reachable(&[body], MAX_CALLS);
        let inner = |other: &usize| {
            let back = subject.graph.reachable(&[*other], MAX_CALLS);
            *other != body && named.contains_key(other) && !back.contains_key(&body)
        };
        if below.keys().any(inner) {
            continue;
        }
        let mut near: Vec<usize> =
            below.keys().copied().filter(|other| sends.contains_key(other)).collect();
        near.sort_by_key(|other| (below[other], *other));
        let Some(nearest) = near.first() else { continue };
        let hops = hops_within(subject, body, *nearest, MAX_CALLS);
        let fact = best(&sends[nearest], hops.last().map(|(place, _)| *place));
        let label = claim::label(Some("this is sent to {url}"), fact);
        let (primary, mut labels) = match hops.split_first() {
            Some((first, rest)) => {
                let mut labels = rest.to_vec();
                labels.push((fact.place, label));
                ((first.0, words.to_owned()), labels)
            }
            None => ((fact.place, words.to_owned()), Vec::new()),
        };
        labels.dedup();
        let mut made = subject.claim(index, body, primary, &[fact]);
        made.labels = labels;
        made.values.entry("name".to_owned()).or_insert_with(|| {
            subject.facts.bodies[body].owner.path.rsplit("::").next().unwrap_or("").to_owned()
        });
        made.confidence = made.confidence.min(lint.file.confidence);
        found.push(made);
    }
}

/// What code under this path does by its names.
fn words<'w>(matching: &Matching<'_>, path: &str) -> Option<&'w str> {
    let parts: Vec<&str> = path.split("::").collect();
    let function = parts.last().copied().unwrap_or(path);
    let fits = |class: &str| match class {
        // What a module is called counts for how it is used, not for what it looks up.
        "update-check-name" => matching.class(class, function),
        _ => parts.iter().any(|part| matching.class(class, part)),
    };
    NAMES.iter().find(|(class, _)| fits(class)).map(|(_, words)| *words)
}

/// The requests of a crate by body, those of tests and to this machine left out.
fn requests<'s>(
    subject: &'s Subject<'_>,
    matching: &Matching<'_>,
) -> FxHashMap<usize, Vec<&'s Fact>> {
    let mut found: FxHashMap<usize, Vec<&Fact>> = FxHashMap::default();
    for fact in &subject.facts.facts {
        let near = fact.args.iter().filter(|arg| matches!(arg.role, Role::Url | Role::Host));
        let near = near
            .flat_map(|arg| arg.value.texts())
            .any(|text| NEAR.iter().any(|class| matching.class(class, &text)));
        if fact.effects.contains(&Effect::NetworkSend)
            && !fact.test
            && !near
            && !fact.marks.contains("local-socket")
        {
            found.entry(fact.body).or_default().push(fact);
        }
    }
    found
}

/// Of the facts of one body, the one for the call that was followed, or one whose end is known.
fn best<'f>(facts: &[&'f Fact], via: Option<crate::span::Place>) -> &'f Fact {
    let known = |fact: &&&Fact| {
        let mut ends = fact.args.iter().filter(|arg| arg.role == Role::Url);
        ends.any(|arg| !arg.value.texts().is_empty())
    };
    let own = facts.iter().find(|fact| via.is_some() && fact.via == via);
    own.or_else(|| facts.iter().filter(|fact| fact.via.is_none()).find(known)).unwrap_or(&facts[0])
}
