//! Consent: what a disclosure says of the setting that decides whether something is sent.
//!
//! Every path from an entry point to the send has to stand behind a condition that reads the
//! guard; one that does not is shown call by call. A guard that is `opt-in` has to be off until
//! somebody says yes. Tests are no entry points.

mod guard;
mod presumed;
mod reads;

use std::collections::{BTreeSet, VecDeque};

use rustc_hash::FxHashSet;

pub use self::guard::Guard;
pub use self::presumed::presumed;
use self::reads::Reader;
use super::Whole;
use super::endpoints::{End, Ends};
use crate::disclosure::Disclosure;
use crate::facts::Fact;
use crate::lint::claim::{Claim, in_place};
use crate::lint::load::Lint;
use crate::span::{Place, Span};
use crate::vocab::{Effect, Role};

/// Places that are looked at on the way from a send to the entry points.
const MAX_SITES: usize = 4_000;

/// A path from an entry point to a send: the bodies and calls, the send's own first.
type Way = Vec<(usize, usize, Span)>;

pub fn not_checked(whole: &Whole<'_, '_>, index: usize, lint: &Lint, found: &mut Vec<Claim>) {
    for disclosure in whole.disclosures {
        let Some(said) = &disclosure.guard else { continue };
        let guard = Guard::find(whole, &said.value);
        if !guard.is_known() {
            continue;
        }
        let Some(reader) = Reader::new(whole, guard) else { continue };
        let mut seen = BTreeSet::new();
        for (number, fact) in sends(whole, disclosure) {
            let subject = &whole.subjects[number];
            let kind = subject.unit.krate(subject.krate).kind;
            if !in_place(lint, kind, fact.test, false) || seen.contains(&fact.place) {
                continue;
            }
            let Some(way) = unguarded(&reader, number, fact) else { continue };
            seen.insert(fact.place);
            let mut made = subject.claim(index, fact.body, (fact.place, String::new()), &[fact]);
            made.values.insert("name".to_owned(), said.value.clone());
            made.values.insert("disclosure".to_owned(), disclosure.id.value.clone());
            let words = lint.file.words.label.as_deref().unwrap_or("sends without asking");
            made.primary.1 = crate::lint::claim::fill(words, &made.values);
            made.labels = told(whole, &way);
            found.push(made);
        }
    }
}

/// Whether a guard exists in a unit, and the nearest name otherwise; for each disclosure.
pub fn guards(whole: &Whole<'_, '_>) -> Vec<(usize, bool, Option<String>)> {
    let mut found = Vec::new();
    for (number, disclosure) in whole.disclosures.iter().enumerate() {
        let Some(said) = &disclosure.guard else { continue };
        let guard = Guard::find(whole, &said.value);
        let known = guard.is_known();
        let nearest = if known { None } else { guard.nearest(whole) };
        found.push((number, known, nearest));
    }
    found
}

/// A variable by which a person asks not to be counted, and whether the code heeds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOut {
    pub variable: String,
    /// Where it is read.
    pub places: Vec<Place>,
    /// Requests that it decides about, of all requests of the unit.
    pub decides: usize,
    pub requests: usize,
}

/// The opt-out variables that the code of a unit reads.
pub fn opt_outs(whole: &Whole<'_, '_>) -> Vec<OptOut> {
    let Some(first) = whole.subjects.first() else { return Vec::new() };
    let Some(class) = first.resolver.models.classes.get("opt-out-variable") else {
        return Vec::new();
    };
    let mut found: Vec<OptOut> = Vec::new();
    for subject in whole.subjects {
        let reads = subject.facts.facts.iter().filter(|fact| {
            fact.effects.contains(&Effect::EnvRead) && !fact.test && fact.via.is_none()
        });
        for fact in reads {
            let names = fact.args.iter().filter(|arg| arg.role == Role::Variable);
            for variable in names.flat_map(|arg| arg.value.texts()) {
                if !class.holds(&variable) {
                    continue;
                }
                match found.iter_mut().find(|known| known.variable == variable) {
                    Some(known) => known.places.push(fact.place),
                    None => found.push(OptOut {
                        variable,
                        places: vec![fact.place],
                        decides: 0,
                        requests: 0,
                    }),
                }
            }
        }
    }
    for known in &mut found {
        known.places.sort();
        known.places.dedup();
        let Some(reader) = Reader::new(whole, Guard::find(whole, &known.variable)) else {
            continue;
        };
        for (number, subject) in whole.subjects.iter().enumerate() {
            let requests = subject.facts.facts.iter().filter(|fact| {
                fact.effects.contains(&Effect::NetworkSend) && !fact.test && fact.via.is_none()
            });
            for fact in requests {
                known.requests += 1;
                known.decides += usize::from(unguarded(&reader, number, fact).is_none());
            }
        }
    }
    found.sort_by(|a, b| a.variable.cmp(&b.variable));
    found
}

/// Puts what several units say of the same variables together.
pub fn together(all: Vec<OptOut>) -> Vec<OptOut> {
    let mut found: Vec<OptOut> = Vec::new();
    for one in all {
        match found.iter_mut().find(|known| known.variable == one.variable) {
            Some(known) => {
                known.places.extend(one.places);
                known.decides += one.decides;
                known.requests += one.requests;
            }
            None => found.push(one),
        }
    }
    found.sort_by(|a, b| a.variable.cmp(&b.variable));
    found
}

/// The facts that a disclosure speaks of.
fn sends<'s>(whole: &Whole<'s, '_>, disclosure: &Disclosure) -> Vec<(usize, &'s Fact)> {
    let Some(ends) = Ends::new(whole) else { return Vec::new() };
    let mut found = Vec::new();
    let mut sdks: FxHashSet<&str> = FxHashSet::default();
    for (number, subject) in whole.subjects.iter().enumerate() {
        for fact in subject.facts.facts.iter().filter(|fact| !fact.test) {
            let covers = |end: &End| match end {
                End::Host(host) => disclosure.to.iter().any(|to| to.value.holds(host)),
                End::Chosen(_) => false,
            };
            let named = ends.hosts(fact).iter().any(covers);
            let open = (disclosure.to.is_empty()
                || (disclosure.leaves_open() && ends.hosts(fact).is_empty()))
                && [Effect::NetworkSend, Effect::NetworkConnect]
                    .iter()
                    .any(|effect| fact.effects.contains(effect));
            if (named || open) && whole.stands_in(disclosure, fact.place.file) {
                found.push((number, fact));
                if let Some(krate) = sdk(fact) {
                    sdks.insert(krate);
                }
            }
        }
    }
    // What is handed to the SDK of a disclosed host goes there too.
    for (number, subject) in whole.subjects.iter().enumerate() {
        for fact in subject.facts.facts.iter().filter(|fact| !fact.test) {
            if sdk(fact).is_some_and(|krate| sdks.contains(krate))
                && ends.hosts(fact).is_empty()
                && whole.stands_in(disclosure, fact.place.file)
            {
                found.push((number, fact));
            }
        }
    }
    found.sort_by_key(|(number, fact)| (fact.place, *number, fact.via));
    found
}

fn sdk(fact: &Fact) -> Option<&str> {
    let step = fact.steps.first().filter(|_| fact.marks.contains("telemetry-sdk"))?;
    step.path.split_once("::").map(|(krate, _)| krate)
}

/// A way from an entry point to a fact on which nothing reads the guard, the shortest.
fn unguarded(reader: &Reader<'_, '_, '_>, number: usize, fact: &Fact) -> Option<Way> {
    let span = fact.place.span;
    if reader.is_guarded(number, fact.body, span) {
        return None;
    }
    let mut todo: VecDeque<Way> = VecDeque::from([vec![(number, fact.body, span)]]);
    let mut seen: FxHashSet<(usize, usize)> = FxHashSet::from_iter([(number, fact.body)]);
    let mut sites = 0;
    let mut own = fact.via;
    while let Some(way) = todo.pop_front() {
        let (number, body, _) = *way.last()?;
        let all = reader.callers(number, body);
        // What one caller hands in is sent for that caller alone.
        let via = own.take();
        let file = |site: &(usize, usize, Span)| {
            reader.whole.subjects[site.0].facts.bodies[site.1].owner.at.file
        };
        let handed = |site: &&(usize, usize, Span)| {
            via.is_none_or(|via| file(site) == via.file && site.2.contains(via.span))
        };
        let mut here: Vec<&(usize, usize, Span)> = all.iter().filter(handed).collect();
        if here.is_empty() {
            here = all.iter().collect();
        }
        if here.is_empty() {
            return Some(way);
        }
        for site in here {
            sites += 1;
            if sites > MAX_SITES {
                return None;
            }
            if seen.contains(&(site.0, site.1)) || reader.is_guarded(site.0, site.1, site.2) {
                continue;
            }
            seen.insert((site.0, site.1));
            let mut longer = way.clone();
            longer.push(*site);
            todo.push_back(longer);
        }
    }
    None
}

/// The calls of a way, from the entry point on.
fn told(whole: &Whole<'_, '_>, way: &Way) -> Vec<(Place, String)> {
    let owner = |at: &(usize, usize, Span)| &whole.subjects[at.0].facts.bodies[at.1].owner;
    let mut labels = Vec::new();
    for pair in way.windows(2).rev() {
        let [inner, outer] = pair else { continue };
        let place = Place { file: owner(outer).at.file, span: outer.2 };
        let words = format!("`{}` calls `{}`", owner(outer).path, owner(inner).path);
        labels.push((place, words));
    }
    labels
}
