//! Every host that code can reach, and what chooses those that are not known.
//!
//! This machine and hosts that exist only in documentation are no endpoints. What the caller
//! of a library chooses is the caller's.

use super::Whole;
use crate::disclosure::host;
use crate::facts::Fact;
use crate::facts::value::Value;
use crate::lint::chosen::{By, Choosers, Chosen};
use crate::lint::claim::{self, Claim, fact_in_place};
use crate::lint::engine::Subject;
use crate::lint::load::Lint;
use crate::lint::matcher::Matching;
use crate::model::class::{HOLE, SYMBOL};
use crate::vocab::{Effect, Role, TargetKind};

const REACHES: &[Effect] = &[Effect::NetworkConnect, Effect::NetworkSend, Effect::NetworkReceive];
/// Nobody else is there.
const NOBODY: &[&str] = &["loopback-host", "any-address-host", "multicast-host"];
const TRANSFER_PROGRAMS: &[&str] = &["downloader", "network-tool"];

/// Where a fact goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Host(String),
    Chosen(Chosen),
}

pub fn undisclosed(whole: &Whole<'_, '_>, index: usize, lint: &Lint, found: &mut Vec<Claim>) {
    each(whole, index, lint, &mut |_| true, found);
}

/// Hosts that no disclosure with a jurisdiction covers.
pub fn undeclared(whole: &Whole<'_, '_>, index: usize, lint: &Lint, found: &mut Vec<Claim>) {
    let stated: Vec<_> = whole.disclosures.iter().filter(|d| d.jurisdiction.is_some()).collect();
    let mut open = |end: &End| match end {
        End::Host(host) => !stated.iter().any(|d| d.to.iter().any(|to| to.value.holds(host))),
        End::Chosen(_) => false,
    };
    each(whole, index, lint, &mut open, found);
}

fn each(
    whole: &Whole<'_, '_>,
    index: usize,
    lint: &Lint,
    wanted: &mut dyn FnMut(&End) -> bool,
    found: &mut Vec<Claim>,
) {
    let Some(ends) = Ends::new(whole) else { return };
    let choosers = Choosers::new(whole.subjects, whole.graph);
    for subject in whole.subjects {
        let kind = subject.unit.krate(subject.krate).kind;
        for fact in &subject.facts.facts {
            let early = subject.before_main.contains(&fact.body);
            if !fact_in_place(lint, kind, fact, early) {
                continue;
            }
            let mut all = ends.hosts(fact);
            all.retain(|end| !ends.is_nobody(end));
            all.extend(ends.chosen(subject, &choosers, fact));
            for end in all.into_iter().filter(|end| wanted(end)) {
                found.push(claim_of(subject, index, lint, fact, &end));
            }
        }
    }
}

fn claim_of(subject: &Subject<'_>, index: usize, lint: &Lint, fact: &Fact, end: &End) -> Claim {
    let told = match end {
        End::Host(host) => host.clone(),
        End::Chosen(chosen) => format!("a destination chosen by {}", chosen.told),
    };
    let mut made = subject.claim(index, fact.body, (fact.place, String::new()), &[fact]);
    made.values.remove("host");
    // The other ends of the same fact are other findings.
    made.bounds.data.clear();
    match end {
        End::Host(host) => {
            made.bounds.hosts.retain(|other| other == host);
            made.bounds.chosen.clear();
        }
        End::Chosen(_) => made.bounds.hosts.clear(),
    }
    match end {
        End::Host(host) => made.values.insert("host".to_owned(), host.clone()),
        End::Chosen(chosen) => made.values.insert("chooser".to_owned(), chosen.told.clone()),
    };
    // A disclosure has to name this end, whatever else the call can reach.
    match end {
        End::Host(host) => {
            made.bounds.hosts = [host.replacen('…', "*", 1)].into();
            made.bounds.chosen.clear();
        }
        End::Chosen(_) => made.bounds.hosts.clear(),
    }
    made.values.insert("destination".to_owned(), told);
    let words = lint.file.words.label.as_deref().unwrap_or("goes to {destination}");
    made.primary.1 = claim::fill(words, &made.values);
    made.labels = claim::later_steps(fact);
    made.labels.extend(claim::disclosed(fact));
    made
}

/// Says where facts go.
pub struct Ends<'a> {
    matching: Matching<'a>,
}

impl<'a> Ends<'a> {
    pub fn new(whole: &Whole<'_, 'a>) -> Option<Self> {
        let models = whole.subjects.first()?.resolver.models;
        Some(Self { matching: Matching::new(models, &[]) })
    }

    /// Whether the fact connects to, or sends to, others: itself, or by another program.
    fn reaches(&self, fact: &Fact) -> (bool, bool) {
        if fact.marks.contains("local-socket") {
            return (false, false);
        }
        let itself = REACHES.iter().any(|effect| fact.effects.contains(effect));
        let mut programs = fact.args.iter().filter(|arg| arg.role == Role::Program);
        let transfers =
            |text: &String| TRANSFER_PROGRAMS.iter().any(|class| self.matching.class(class, text));
        let spawns = fact.effects.contains(&Effect::ProcessSpawn)
            && programs.any(|arg| arg.value.texts().iter().any(transfers));
        (itself, spawns)
    }

    /// The hosts that are known.
    pub fn hosts(&self, fact: &Fact) -> Vec<End> {
        let (itself, spawns) = self.reaches(fact);
        let wanted = |role| match role {
            Role::Url | Role::Host => itself,
            Role::Argument => spawns,
            _ => false,
        };
        let mut found: Vec<End> = Vec::new();
        for arg in fact.args.iter().filter(|arg| wanted(arg.role)) {
            for text in arg.value.texts() {
                if let Some(host) = host_in(&text, arg.role)
                    && !found.contains(&End::Host(host.clone()))
                {
                    found.push(End::Host(host));
                }
            }
        }
        found
    }

    /// Whether nobody else is there.
    fn is_nobody(&self, end: &End) -> bool {
        let End::Host(host) = end else { return false };
        host::needs_none(host) || NOBODY.iter().any(|class| self.matching.class(class, host))
    }

    /// What chooses the others. What only the caller of a library chooses is left out.
    fn chosen(&self, subject: &Subject<'_>, choosers: &Choosers<'_, '_>, fact: &Fact) -> Vec<End> {
        let (itself, _) = self.reaches(fact);
        let at = subject.facts.bodies[fact.body].owner.at;
        let library = subject.unit.krate(subject.krate).kind == TargetKind::Lib;
        let open = fact.args.iter().filter(|arg| {
            let named = matches!(arg.role, Role::Url | Role::Host);
            named && itself && fact.via.is_none() && is_open(&arg.value)
        });
        let chosen = open.filter_map(|arg| choosers.of(at, arg.expr));
        let told =
            chosen.filter(|chosen| !(library && matches!(chosen.by, By::Parameter | By::Field)));
        told.map(End::Chosen).collect()
    }
}

/// Whether the host is not, or not wholly, known.
fn is_open(value: &Value) -> bool {
    match value {
        Value::Unknown => true,
        Value::Any(parts) => parts.contains(&Value::Unknown),
        Value::Text(text) => {
            let rest = text.split_once("://").map_or(&**text, |(_, rest)| rest);
            rest.starts_with([HOLE, SYMBOL])
        }
        _ => false,
    }
}

/// The host that a text names, with `…` for what is not known of it.
fn host_in(text: &str, role: Role) -> Option<String> {
    let whole = text.contains("://");
    if text.len() > 2_000 || (role != Role::Host && !whole) {
        return None;
    }
    if let Some(host) = host::normal(text) {
        // A name alone is a neighbour: a container, a service of the same network.
        let public = host.contains('.') || host.contains(':');
        return public.then_some(host);
    }
    // `https://….example.org/`: the domain is known.
    host::below(text)
}
