//! Matches lints against the facts of one crate.
//!
//! The engine contains no API name and no wording of a particular lint; both are data.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::claim::{self, Claim, Proof, fact_in_place, in_place};
use super::detect;
use super::gates::Gates;
use super::load::Lint;
use super::matcher::Matching;
use super::spec::{CallMatcher, ItemMatcher, Step, Within};
use super::trigger::{Implementations, Trigger};
use crate::disclosure::Bounds;
use crate::facts::attributes;
use crate::facts::graph::Graph;
use crate::facts::known::Known;
use crate::facts::{Context, CrateFacts, Fact};
use crate::ir::{Attr, ItemKind};
use crate::model::{expand, path_fits};
use crate::names::{CrateId, Def, Noted, Res, Resolver, Unit};
use crate::span::{Place, Span};
use crate::vocab::{Confidence, Level};

/// How many calls deep a function and its helpers are looked at together.
const HELPERS: usize = 2;
/// How far an item's code is followed for what it reaches.
const REACH: usize = 12;

/// One crate as the lints see it.
pub struct Subject<'a> {
    pub unit: &'a Unit,
    pub krate: CrateId,
    pub facts: &'a CrateFacts,
    pub graph: Graph,
    pub context: &'a Context<'a>,
    pub resolver: Resolver<'a>,
    known: RefCell<FxHashMap<usize, Rc<Known>>>,
    /// The bodies that run before `main`.
    pub before_main: FxHashSet<usize>,
    /// What code stands behind.
    pub gates: Gates<'a>,
    /// From where each body is entered, in words.
    pub(super) entries: RefCell<FxHashMap<usize, String>>,
    pub(super) implementations: OnceCell<Implementations>,
}

impl<'a> Subject<'a> {
    pub fn new(
        unit: &'a Unit,
        krate: CrateId,
        facts: &'a CrateFacts,
        context: &'a Context<'a>,
    ) -> Self {
        let graph = Graph::new(facts);
        let mut subject = Self {
            unit,
            krate,
            facts,
            graph,
            context,
            resolver: context.resolver(),
            known: RefCell::default(),
            before_main: FxHashSet::default(),
            gates: Gates::new(context, facts),
            entries: RefCell::default(),
            implementations: OnceCell::new(),
        };
        let roots: Vec<usize> = facts.early.iter().filter_map(|early| early.body).collect();
        subject.before_main = subject.graph.reachable(&roots, REACH).into_keys().collect();
        subject
    }

    /// What is known of the expressions of a body, worked out once for all detectors.
    pub fn known(&self, body: usize) -> Rc<Known> {
        if let Some(known) = self.known.borrow().get(&body) {
            return Rc::clone(known);
        }
        let known = Rc::new(Known::of(self.context, self.facts.bodies[body].owner.at));
        self.known.borrow_mut().insert(body, Rc::clone(&known));
        known
    }

    fn place(&self, def: Def, span: Span) -> Place {
        Place { file: def.file, span }
    }

    pub fn claim(
        &self,
        lint: usize,
        body: usize,
        primary: (Place, String),
        facts: &[&Fact],
    ) -> Claim {
        let krate = self.unit.krate(self.krate);
        let at = facts.iter().find(|fact| fact.place == primary.0);
        let trigger = self.trigger(at.map_or(body, |fact| fact.body), Some(primary.0.span));
        Claim {
            lint,
            primary,
            labels: Vec::new(),
            values: claim::values(facts.iter().copied()),
            confidence: facts.iter().map(|f| f.confidence).min().unwrap_or(Confidence::High),
            target: krate.kind,
            target_name: krate.name.clone(),
            trigger: trigger.text,
            conditions: trigger.labels,
            owner: self.facts.bodies[body].owner.path.clone(),
            note: None,
            proof: Proof::Proven,
            bounds: Bounds::of(facts.iter().copied()),
        }
    }
}

/// Every claim that the lints make about a crate.
pub fn claims(
    subject: &Subject<'_>,
    lints: &[(Lint, Level)],
    matching: &Matching<'_>,
) -> Vec<Claim> {
    let mut found = Vec::new();
    let kind = subject.unit.krate(subject.krate).kind;
    for (index, (lint, level)) in lints.iter().enumerate() {
        if *level == Level::Allow || !in_place(lint, kind, false, !subject.before_main.is_empty()) {
            continue;
        }
        let file = &lint.file;
        if let Some(call) = &file.call {
            let alone = Single { call, label: None, beside: &[] };
            single(subject, index, lint, matching, &[alone], &mut found);
        }
        if let Some(item) = &file.item {
            items(subject, index, lint, item, None, &mut found);
        }
        if !file.any.is_empty() {
            let mut calls = Vec::new();
            flatten(&file.any, &mut calls);
            single(subject, index, lint, matching, &calls, &mut found);
            for step in &file.any {
                if let Some(item) = &step.item {
                    items(subject, index, lint, item, step.label.as_deref(), &mut found);
                }
            }
        }
        if !file.all.is_empty() {
            together(subject, index, lint, matching, &mut found);
        }
        if let Some(name) = &file.detector
            && let Some(check) = detect::find(name)
        {
            check(subject, index, lint, &mut found);
        }
    }
    found
}

/// A matcher that one fact is enough for, when what it names stands beside it.
struct Single<'l> {
    call: &'l CallMatcher,
    label: Option<&'l str>,
    beside: &'l [CallMatcher],
}

/// The call matchers of `any`, also of those inside of it, with their labels.
fn flatten<'l>(steps: &'l [Step], calls: &mut Vec<Single<'l>>) {
    for step in steps {
        if let Some(call) = &step.call {
            calls.push(Single { call, label: step.label.as_deref(), beside: &step.beside });
        }
        flatten(&step.any, calls);
    }
}

fn allowed(subject: &Subject<'_>, lint: &Lint, fact: &Fact) -> bool {
    let kind = subject.unit.krate(subject.krate).kind;
    fact_in_place(lint, kind, fact, subject.before_main.contains(&fact.body))
}

/// One claim for each fact that fulfils one of the matchers.
fn single(
    subject: &Subject<'_>,
    index: usize,
    lint: &Lint,
    matching: &Matching<'_>,
    calls: &[Single<'_>],
    found: &mut Vec<Claim>,
) {
    // What stands beside is looked for once, when something fits at all.
    let candidates: Vec<OnceCell<Vec<Vec<&Fact>>>> =
        calls.iter().map(|_| OnceCell::new()).collect();
    for fact in subject.facts.facts.iter().filter(|fact| allowed(subject, lint, fact)) {
        let found_here = calls.iter().zip(&candidates).find_map(|(single, candidates)| {
            if !matches(subject, matching, single.call, fact) {
                return None;
            }
            let find = || fitting(subject, lint, matching, single.beside);
            Some((single.label, beside(subject, candidates.get_or_init(find), fact)?))
        });
        let Some((words, others)) = found_here else { continue };
        let words = words.or(lint.file.words.label.as_deref());
        let primary = (fact.place, claim::label(words, fact));
        let mut involved = vec![fact];
        involved.extend(&others);
        let mut made = subject.claim(index, fact.body, primary, &involved);
        made.labels = claim::later_steps(fact);
        made.labels.extend(others.iter().map(|other| (other.place, claim::label(None, other))));
        made.labels.extend(claim::disclosed(fact));
        found.push(made);
    }
}

/// The facts that fulfil each matcher.
fn fitting<'s>(
    subject: &'s Subject<'_>,
    lint: &Lint,
    matching: &Matching<'_>,
    wanted: &[CallMatcher],
) -> Vec<Vec<&'s Fact>> {
    let fits = |matcher: &CallMatcher| {
        let allowed = subject.facts.facts.iter().filter(|fact| allowed(subject, lint, fact));
        allowed.filter(|fact| matches(subject, matching, matcher, fact)).collect()
    };
    wanted.iter().map(fits).collect()
}

/// One other fact for each matcher, such that some function with its helpers does it all;
/// the nearest such function decides. `candidates`: the facts that fulfil each matcher.
fn beside<'s>(
    subject: &'s Subject<'_>,
    candidates: &[Vec<&'s Fact>],
    fact: &Fact,
) -> Option<Vec<&'s Fact>> {
    if candidates.is_empty() {
        return Some(Vec::new());
    }
    let others = |found: &Vec<&Fact>| found.iter().any(|other| other.place != fact.place);
    if !candidates.iter().all(others) {
        return None;
    }
    let above = subject.graph.reaching(&[fact.body], HELPERS);
    let looks = above.len() * (1 + candidates.iter().map(Vec::len).sum::<usize>());
    subject.context.memo.work(looks);
    let mut above: Vec<(usize, usize)> = above.into_iter().map(|(body, far)| (far, body)).collect();
    above.sort_unstable();
    above.into_iter().find_map(|(_, body)| {
        let near = subject.graph.reachable(&[body], HELPERS);
        let nearest = |found: &Vec<&'s Fact>| {
            let here = found
                .iter()
                .filter(|other| other.place != fact.place && near.contains_key(&other.body));
            here.min_by_key(|other| (near[&other.body], other.place)).copied()
        };
        candidates.iter().map(nearest).collect()
    })
}

/// Whether a fact fulfils a step.
fn fulfils(subject: &Subject<'_>, matching: &Matching<'_>, step: &Step, fact: &Fact) -> bool {
    step.call.as_ref().is_some_and(|call| matches(subject, matching, call, fact))
        || step.any.iter().any(|inner| fulfils(subject, matching, inner, fact))
}

/// Whether a fact fulfils a matcher, and stands behind what the matcher asks for.
pub fn matches(
    subject: &Subject<'_>,
    matching: &Matching<'_>,
    call: &CallMatcher,
    fact: &Fact,
) -> bool {
    matching.call(call, fact)
        && (call.behind.is_empty()
            || subject.behind(fact).iter().any(|meaning| call.behind.contains(&meaning.gate)))
}

/// Every step of `all`, near to each other.
fn together(
    subject: &Subject<'_>,
    index: usize,
    lint: &Lint,
    matching: &Matching<'_>,
    found: &mut Vec<Claim>,
) {
    let facts = &subject.facts.facts;
    let steps = &lint.file.all;
    let matches: Vec<Vec<usize>> = steps
        .iter()
        .map(|step| {
            let fits = facts.iter().enumerate().filter(|(_, fact)| {
                allowed(subject, lint, fact) && fulfils(subject, matching, step, fact)
            });
            fits.map(|(number, _)| number).collect()
        })
        .collect();
    if steps.iter().zip(&matches).any(|(step, found)| !step.absent && found.is_empty()) {
        return;
    }
    for scope in scopes(subject, lint, steps, &matches) {
        if let Some(claim) = witness(subject, index, lint, &scope, &matches) {
            found.push(claim);
        }
    }
}

/// The facts that count as near to each other, and the body that the claim is about.
struct Scope {
    body: usize,
    facts: BTreeSet<usize>,
}

fn scopes(
    subject: &Subject<'_>,
    lint: &Lint,
    steps: &[Step],
    matches: &[Vec<usize>],
) -> Vec<Scope> {
    let facts = &subject.facts.facts;
    let all = || matches.iter().flatten().copied();
    match lint.file.within {
        Within::Target => {
            let Some(first) = all().next() else { return Vec::new() };
            vec![Scope { body: facts[first].body, facts: all().collect() }]
        }
        Within::File => {
            let files: BTreeSet<_> = all().map(|fact| facts[fact].place.file).collect();
            let in_file =
                |file| all().filter(move |fact| facts[*fact].place.file == file).collect();
            let scope = |file| {
                let facts_here: BTreeSet<usize> = in_file(file);
                let first = *facts_here.first()?;
                Some(Scope { body: facts[first].body, facts: facts_here })
            };
            files.into_iter().filter_map(scope).collect()
        }
        Within::Function => {
            let mut common: Option<BTreeSet<usize>> = None;
            for (step, found) in steps.iter().zip(matches) {
                if step.absent {
                    continue;
                }
                let bodies: Vec<usize> = found.iter().map(|fact| facts[*fact].body).collect();
                let near: BTreeSet<usize> =
                    subject.graph.reaching(&bodies, HELPERS).into_keys().collect();
                common = Some(match common {
                    Some(common) => common.intersection(&near).copied().collect(),
                    None => near,
                });
            }
            let common = common.unwrap_or_default();
            // The innermost: none of its helpers does it all.
            let innermost = |body: &&usize| {
                let below = subject.graph.reachable(&[**body], HELPERS);
                !below.keys().any(|other| {
                    let back = subject.graph.callees[*other].contains(body);
                    other != *body && common.contains(other) && !(back && other > *body)
                })
            };
            let matched: FxHashSet<usize> = all().collect();
            let scope = |body: &usize| {
                let near = subject.graph.reachable(&[*body], HELPERS);
                subject.context.memo.work(near.len());
                let here =
                    near.keys().flat_map(|body| subject.facts.of_body(*body).iter().copied());
                let here = here.filter(|fact| matched.contains(fact));
                Scope { body: *body, facts: here.collect() }
            };
            common.iter().filter(innermost).map(scope).collect()
        }
    }
}

/// One fact for each step, no fact twice; `None` when a step has none left.
fn witness(
    subject: &Subject<'_>,
    index: usize,
    lint: &Lint,
    scope: &Scope,
    matches: &[Vec<usize>],
) -> Option<Claim> {
    let facts = &subject.facts.facts;
    let steps = &lint.file.all;
    let here =
        |step: usize| matches[step].iter().copied().filter(|fact| scope.facts.contains(fact));
    if (0..steps.len()).any(|step| steps[step].absent && here(step).next().is_some()) {
        return None;
    }
    let mut order: Vec<usize> = (0..steps.len()).filter(|step| !steps[*step].absent).collect();
    // The step with the least choice chooses first.
    order.sort_by_key(|step| here(*step).count());
    let mut chosen: Vec<(usize, usize)> = Vec::new();
    for step in order {
        // One place is one thing, also when several callers hand in several values.
        let mut places: BTreeSet<Place> =
            chosen.iter().map(|(_, taken)| facts[*taken].place).collect();
        let free = here(step).filter(|fact| places.insert(facts[*fact].place));
        let mut kinds = BTreeSet::new();
        let distinct = free.filter(|fact| kinds.insert(identity(&facts[*fact])));
        let picked: Vec<usize> = distinct.take(steps[step].distinct.max(1)).collect();
        if picked.len() < steps[step].distinct.max(1) {
            return None;
        }
        chosen.extend(picked.into_iter().map(|fact| (step, fact)));
    }
    chosen.sort();
    let last = steps.iter().rposition(|step| !step.absent)?;
    let main_step = steps.iter().position(|step| step.primary).unwrap_or(last);
    let main = chosen.iter().position(|(step, _)| *step == main_step)?;
    let words = |step: usize| {
        let own = steps[step].label.as_deref();
        if step == main_step { own.or(lint.file.words.label.as_deref()) } else { own }
    };
    let (step, fact) = chosen[main];
    let primary = (facts[fact].place, claim::label(words(step), &facts[fact]));
    let involved: Vec<&Fact> = chosen.iter().map(|(_, fact)| &facts[*fact]).collect();
    let mut made = subject.claim(index, scope.body, primary, &involved);
    if !lint.file.flow.is_empty() {
        made.proof = Proof::Near;
    }
    for (at, (step, fact)) in chosen.iter().enumerate() {
        if at != main {
            made.labels.push((facts[*fact].place, claim::label(words(*step), &facts[*fact])));
        }
        made.labels.extend(hops(subject, scope.body, facts[*fact].body));
    }
    for fact in &involved {
        made.labels.extend(claim::disclosed(fact));
    }
    let mut seen = BTreeSet::new();
    made.labels.retain(|(place, _)| seen.insert(*place));
    Some(made)
}

/// What makes two facts of one step different: the function, or what it is given.
pub fn identity(fact: &Fact) -> (Option<SmolStr>, Vec<String>) {
    let path = fact.steps.first().map(|step| step.path.clone());
    (path, fact.args.iter().flat_map(|arg| arg.value.texts()).collect())
}

/// The calls that lead from a function to a helper.
fn hops(subject: &Subject<'_>, from: usize, to: usize) -> Vec<(Place, String)> {
    hops_within(subject, from, to, HELPERS)
}

/// As `hops`, over at most so many calls.
pub fn hops_within(
    subject: &Subject<'_>,
    from: usize,
    to: usize,
    calls: usize,
) -> Vec<(Place, String)> {
    let mut labels = Vec::new();
    let mut at = from;
    let back = subject.graph.reaching(&[to], calls);
    while at != to {
        let Some(distance) = back.get(&at) else { break };
        let next =
            subject.graph.callees[at].iter().find(|n| back.get(n).is_some_and(|d| d < distance));
        let Some(next) = next else { break };
        let target = &subject.facts.bodies[*next].owner;
        let body = &subject.facts.bodies[at];
        let edge = body
            .edges
            .iter()
            .find(|edge| (edge.target.file, edge.target.body) == (target.at.file, target.at.body));
        if let Some(edge) = edge {
            let place = Place { file: body.owner.at.file, span: edge.span };
            labels.push((place, format!("by way of `{}`", target.path)));
        }
        at = *next;
    }
    labels
}

/// One claim for each item that fulfils the matcher.
fn items(
    subject: &Subject<'_>,
    index: usize,
    lint: &Lint,
    matcher: &ItemMatcher,
    words: Option<&str>,
    found: &mut Vec<Claim>,
) {
    let kind = subject.unit.krate(subject.krate).kind;
    for noted in &subject.unit.krate(subject.krate).items {
        let def = noted.def;
        let item = subject.unit.item(def);
        let early = subject.facts.early.iter().any(|early| early.item.def == def);
        if !in_place(lint, kind, noted.test, early)
            || (matcher.before_main && !early)
            || (matcher.data && !matches!(item.kind, ItemKind::Constant { .. }))
            || (!matcher.attributes.is_empty() && !has_attribute(subject, def, &matcher.attributes))
            || (!matcher.implements.is_empty() && !implements(subject, def, &matcher.implements))
            || (!matcher.names.is_empty()
                && !matcher.names.iter().any(|name| crate::model::class::glob(name, &item.name)))
        {
            continue;
        }
        let body = subject.facts.body_number(def);
        let mut labels = Vec::new();
        let mut reached: Vec<&Fact> = Vec::new();
        if !matcher.reaches.is_empty() {
            let Some(body) = body else { continue };
            let near = subject.graph.reachable(&[body], REACH);
            subject.context.memo.work(near.len());
            let mut bodies: Vec<usize> = near.keys().copied().collect();
            bodies.sort_unstable();
            let numbers = bodies.iter().flat_map(|body| subject.facts.of_body(*body));
            let mut facts: Vec<&Fact> = numbers
                .map(|number| &subject.facts.facts[*number])
                .filter(|fact| matcher.reaches.iter().any(|e| fact.effects.contains(e)))
                .collect();
            facts.sort_by_key(|fact| (near[&fact.body], fact.place));
            if facts.is_empty() {
                continue;
            }
            for fact in facts.iter().take(4) {
                labels.extend(hops(subject, body, fact.body));
                labels.push((fact.place, claim::label(None, fact)));
            }
            reached = facts;
        }
        let attr = item.attrs.iter().find(|attr| attribute_means_something(subject, def, attr));
        let span = attr.map_or(item.name_span, |attr| attr.span);
        let words = words.or(lint.file.words.label.as_deref()).unwrap_or("declared here");
        let mut values = claim::values(reached.iter().copied());
        values.insert("item".to_owned(), item_name(subject, noted));
        let primary = (subject.place(def, span), claim::fill(words, &values));
        let krate = subject.unit.krate(subject.krate);
        let unused = || Trigger { text: "when it is used".to_owned(), labels: Vec::new() };
        let trigger = body.map_or_else(unused, |body| subject.trigger(body, None));
        let mut seen = BTreeSet::new();
        labels.retain(|(place, _)| seen.insert(*place));
        found.push(Claim {
            lint: index,
            primary,
            labels,
            values,
            confidence: reached.iter().map(|f| f.confidence).max().unwrap_or(Confidence::High),
            target: krate.kind,
            target_name: krate.name.clone(),
            trigger: trigger.text,
            conditions: trigger.labels,
            owner: noted.path.clone(),
            note: None,
            proof: Proof::Proven,
            bounds: Bounds::of(reached.iter().copied()),
        });
    }
}

fn item_name(subject: &Subject<'_>, noted: &Noted) -> String {
    let item = subject.unit.item(noted.def);
    match (&item.kind, noted.path.is_empty()) {
        (_, true) => item.name.to_string(),
        (ItemKind::Function(_) | ItemKind::Constant { .. }, _)
            if !noted.path.ends_with(item.name.as_str()) =>
        {
            format!("{}::{}", noted.path, item.name)
        }
        _ => noted.path.to_string(),
    }
}

fn attribute_means_something(subject: &Subject<'_>, def: Def, attr: &Attr) -> bool {
    let value = attributes::value(attr);
    attributes::paths(&subject.resolver, def, attr)
        .iter()
        .any(|path| subject.resolver.models.attribute(path, value).is_some())
}

/// `path`, or `name = "part of the value"`.
fn has_attribute(subject: &Subject<'_>, def: Def, wanted: &[String]) -> bool {
    subject.unit.item(def).attrs.iter().any(|attr| {
        let paths = attributes::paths(&subject.resolver, def, attr);
        wanted.iter().any(|wanted| {
            let (path, value) = wanted.split_once('=').unwrap_or((wanted, ""));
            let value = value.trim().trim_matches('"');
            paths.iter().any(|p| p == path.trim()) && attributes::value(attr).contains(value)
        })
    })
}

fn implements(subject: &Subject<'_>, def: Def, wanted: &[String]) -> bool {
    let ItemKind::Impl { trait_: Some(path), .. } = &subject.unit.item(def).kind else {
        return false;
    };
    subject.resolver.path((def.krate, def.module), path).into_iter().any(|res| match res {
        Res::External(path) => wanted.iter().flat_map(|w| expand(w)).any(|w| path_fits(&w, &path)),
        _ => false,
    })
}
