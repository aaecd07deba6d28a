//! Matches the flows of lints against the flow graph of a unit.
//!
//! For every source the graph is searched once, for all lints together; only the part of it
//! that leads to some sink is visited. Of several sources that reach one sink in one lint, the
//! nearest tells the story and the others are named beside it.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::claim::{self, Claim, Proof, fact_in_place};
use super::engine::{Subject, identity, matches};
use super::load::Lint;
use super::matcher::{Matching, readable};
use super::spec::{Same, Step};
use crate::disclosure::Bounds;
use crate::facts::Fact;
use crate::flow::{Graph, Meaning, Node, Path, Reach, Way};
use crate::names::BodyRef;
use crate::span::{FileId, Place};
use crate::vocab::{Confidence, Effect, Level, Role};

/// Calls and fields that a flow goes through before it is only supposed.
const MAX_CROSSINGS: usize = 16;
/// Labels between source and sink.
const MAX_HOPS: usize = 8;
/// Further sources that a finding names.
const MAX_ALSO: usize = 3;
/// Searches of one unit; sources beyond it are counted as not followed.
const MAX_SEARCHES: usize = 20_000;
/// Ways to fulfil a lint from one source.
const MAX_CHAINS: usize = 200;
/// Writes that one read is linked with.
const MAX_LINKS: usize = 32;
/// Facts that one value ties to another, and texts that one is looked for in.
const MAX_TIED: usize = 1_000;
const MAX_TEXTS: usize = 4_000;
/// Nodes that are looked at for what a connection is held by.
const MAX_HELD: usize = 200;

/// A fact of a crate by number.
type At = (usize, usize);

/// What the search of a unit leaves behind.
#[derive(Debug, Default)]
pub struct Found {
    pub claims: Vec<Claim>,
    /// Searches that were given up before their end, or not begun.
    pub cut: usize,
    /// Nodes, texts and facts that were looked at.
    pub visited: usize,
}

struct Search<'s, 'a, 'm> {
    subjects: &'s [Subject<'a>],
    graph: &'s Graph,
    matching: &'s Matching<'m>,
    useful: Vec<bool>,
    /// What was found from facts in the middle of a flow.
    later: FxHashMap<At, Reach>,
    /// The paths of the functions that bodies belong to.
    names: OnceCell<FxHashMap<BodyRef, SmolStr>>,
    cut: usize,
}

/// One lint's flow with the facts that fulfil each step.
struct Wanted<'l> {
    index: usize,
    lint: &'l Lint,
    steps: Vec<Fulfilled<'l>>,
}

/// The facts that fulfil one step of a flow, and where they are met.
#[derive(Default)]
struct Fulfilled<'l> {
    /// What of each fact fulfils it.
    facts: BTreeMap<At, Vec<&'l Step>>,
    /// The facts that data must reach, by the nodes where it does.
    by_node: FxHashMap<Node, Met>,
    sinks: FxHashMap<At, Vec<Node>>,
    /// The facts that are tied to the one before by what they are given.
    ties: Vec<Ties<'l>>,
}

/// The facts that are met at one node.
#[derive(Default)]
struct Met {
    all: Vec<At>,
    /// Those that hold for one caller alone, by the file and the beginning of its call.
    handed: BTreeMap<(FileId, u32), Vec<At>>,
}

/// The arguments of facts that may be the same as those of an earlier fact.
struct Ties<'l> {
    same: &'l Same,
    by_origin: FxHashMap<Node, Vec<At>>,
    by_text: BTreeMap<String, Vec<At>>,
}

/// A flow that holds: the fact of each step, and the way between each and the next.
#[derive(Clone)]
struct Chain {
    facts: Vec<At>,
    /// The number of the step that each fact fulfils.
    steps: Vec<usize>,
    ways: Vec<Option<Path>>,
}

impl Chain {
    fn rank(&self) -> (bool, usize) {
        let ways = || self.ways.iter().flatten();
        let crossings: usize = ways().map(Path::crossings).sum();
        // A way that nobody can follow proves nothing: a runtime passes everything on.
        let supposed = ways().any(|way| way.supposed) || crossings > MAX_CROSSINGS;
        (supposed, ways().map(|way| way.steps.len()).sum())
    }
}

/// Every claim that the lints with flows make about a unit.
pub fn claims(
    subjects: &[Subject<'_>],
    mut graph: Graph,
    lints: &[(Lint, Level)],
    matching: &Matching<'_>,
) -> Found {
    let mut wanted: Vec<Wanted<'_>> = lints
        .iter()
        .enumerate()
        .filter(|(_, (lint, level))| *level != Level::Allow && !lint.file.flow.is_empty())
        .filter_map(|(index, (lint, _))| wanted(subjects, matching, index, lint))
        .collect();
    if wanted.is_empty() {
        return Found { claims: Vec::new(), cut: graph.cut.get(), visited: graph.visited.get() };
    }
    link_files(subjects, &mut graph);
    let graph = &graph;
    let mut search = Search {
        subjects,
        graph,
        matching,
        useful: Vec::new(),
        later: FxHashMap::default(),
        names: OnceCell::new(),
        cut: 0,
    };
    let mut sinks: Vec<Node> = Vec::new();
    for want in &mut wanted {
        for (step, fulfilled) in want.lint.file.flow.iter().zip(&mut want.steps).skip(1) {
            search.meet(step, fulfilled);
            sinks.extend(fulfilled.by_node.keys());
        }
    }
    search.useful = graph.reaching(sinks);

    let mut sources: BTreeMap<At, Vec<&Wanted<'_>>> = BTreeMap::new();
    for want in &wanted {
        want.steps[0].facts.keys().for_each(|at| sources.entry(*at).or_default().push(want));
    }
    let mut chains: BTreeMap<(usize, At), Vec<Chain>> = BTreeMap::new();
    for (searches, (source, wanted)) in sources.into_iter().enumerate() {
        if searches >= MAX_SEARCHES {
            search.cut += 1;
            continue;
        }
        let reach = search.reach(source);
        for want in wanted {
            let begun = Chain { facts: vec![source], steps: vec![0], ways: Vec::new() };
            for chain in search.follow(want, 1, begun, Some(&reach)) {
                let main = want.lint.file.flow.iter().position(|step| step.primary);
                let main = chain.steps.iter().position(|step| Some(*step) == main);
                let main = chain.facts[main.unwrap_or(chain.facts.len() - 1)];
                chains.entry((want.index, main)).or_default().push(chain);
            }
        }
    }
    let mut claims = Vec::new();
    for ((index, main), chains) in chains {
        let lint = &lints[index].0;
        claims.extend(search.claim(index, lint, main, chains));
    }
    let cut = search.cut + search.graph.cut.get();
    Found { claims, cut, visited: graph.visited.get() }
}

fn wanted<'l>(
    subjects: &[Subject<'_>],
    matching: &Matching<'_>,
    index: usize,
    lint: &'l Lint,
) -> Option<Wanted<'l>> {
    let mut steps = Vec::new();
    for step in &lint.file.flow {
        let mut found = Fulfilled::default();
        for (number, subject) in subjects.iter().enumerate() {
            let kind = subject.unit.krate(subject.krate).kind;
            for (fact, content) in subject.facts.facts.iter().enumerate() {
                let early = subject.before_main.contains(&content.body);
                if !fact_in_place(lint, kind, content, early) {
                    continue;
                }
                let mut fits = Vec::new();
                fulfilled(subject, matching, step, content, &mut fits);
                if !fits.is_empty() {
                    found.facts.insert((number, fact), fits);
                }
            }
        }
        if found.facts.is_empty() && !step.optional {
            return None;
        }
        steps.push(found);
    }
    Some(Wanted { index, lint, steps })
}

/// The alternatives of a step that a fact fulfils.
fn fulfilled<'l>(
    subject: &Subject<'_>,
    matching: &Matching<'_>,
    step: &'l Step,
    fact: &Fact,
    found: &mut Vec<&'l Step>,
) {
    if step.call.as_ref().is_some_and(|call| matches(subject, matching, call, fact)) {
        found.push(step);
    }
    step.any.iter().for_each(|inner| fulfilled(subject, matching, inner, fact, found));
}

/// The locals and fields that hold what a fact gives: what goes into them goes into it.
pub(crate) fn held(graph: &Graph, given: impl Iterator<Item = Node>) -> Vec<Node> {
    let mut todo: Vec<Node> = given.collect();
    let mut seen: FxHashSet<Node> = todo.iter().copied().collect();
    let (mut held, mut cut) = (Vec::new(), false);
    while let Some(node) = todo.pop() {
        match graph.meaning(node) {
            Some(Meaning::Local(..)) => held.push(node),
            // What a field holds elsewhere may be another thing of its type.
            Some(Meaning::Field(_)) => {
                held.push(node);
                continue;
            }
            _ => {}
        }
        for edge in graph.from(node) {
            // A parameter that many calls fill holds something else for each of them.
            let alone = || graph.back(edge.to).iter().filter(|(_, w)| *w == Way::In).count() <= 2;
            let follows = edge.way == Way::Same || (edge.way == Way::In && alone());
            if !follows || cut || seen.contains(&edge.to) {
                continue;
            }
            cut = seen.len() >= MAX_HELD;
            if !cut {
                seen.insert(edge.to);
                todo.push(edge.to);
            }
        }
    }
    graph.count(seen.len(), cut);
    held.sort();
    held
}

/// What is written to a file comes out where the same file is read: the same path by its text,
/// or by where it comes from.
fn link_files(subjects: &[Subject<'_>], graph: &mut Graph) {
    let mut by_text: FxHashMap<String, Vec<Node>> = FxHashMap::default();
    let mut by_origin: FxHashMap<Node, Vec<Node>> = FxHashMap::default();
    let facts = |effect: Effect| {
        subjects.iter().flat_map(move |subject| {
            let facts = subject.facts.facts.iter().filter(move |f| f.via.is_none());
            facts
                .filter(move |fact| fact.effects.contains(&effect))
                .map(|fact| (subject.facts.bodies[fact.body].owner.at, fact))
        })
    };
    let mut links = Vec::new();
    for (at, fact) in facts(Effect::FsWrite) {
        let bodies = fact.args.iter().filter(|arg| matches!(arg.role, Role::Body | Role::Input));
        let mut content: Vec<Node> = bodies.filter_map(|arg| graph.expr(at, arg.expr)).collect();
        content.extend(held(graph, fact.steps.iter().filter_map(|s| graph.expr(at, s.expr))));
        for arg in fact.args.iter().filter(|arg| arg.role == Role::Path) {
            for text in arg.value.texts().into_iter().filter(|text| says_enough(text)) {
                by_text.entry(text).or_default().extend(&content);
            }
            let node = graph.expr(at, arg.expr);
            for origin in node.into_iter().flat_map(|node| graph.origins(node, false)) {
                by_origin.entry(origin).or_default().extend(&content);
            }
        }
    }
    if by_origin.is_empty() {
        return;
    }
    for (at, fact) in facts(Effect::FsRead) {
        let gives = fact.steps.iter().filter(|step| step.gives);
        let results: Vec<Node> = gives.filter_map(|step| graph.expr(at, step.expr)).collect();
        for arg in fact.args.iter().filter(|arg| arg.role == Role::Path) {
            let mut written: FxHashSet<Node> = FxHashSet::default();
            for text in arg.value.texts() {
                written.extend(by_text.get(&text).into_iter().flatten());
            }
            let node = graph.expr(at, arg.expr);
            for origin in node.into_iter().flat_map(|node| graph.origins(node, false)) {
                written.extend(by_origin.get(&origin).into_iter().flatten());
            }
            let mut written: Vec<Node> = written.into_iter().collect();
            written.sort();
            written.truncate(MAX_LINKS);
            links.extend(
                written.into_iter().flat_map(|from| results.iter().map(move |to| (from, *to))),
            );
        }
    }
    links.sort();
    links.dedup();
    links.into_iter().for_each(|(from, to)| graph.link(from, to));
}

/// Takes out what stands near to each other where the flow is proven.
pub fn retain_unproven(near: &mut Vec<Claim>, proven: &[Claim]) {
    let told: FxHashSet<(usize, Place)> = proven
        .iter()
        .flat_map(|claim| {
            let places = claim.labels.iter().map(|(place, _)| *place);
            places.chain([claim.primary.0]).map(|place| (claim.lint, place))
        })
        .collect();
    near.retain(|claim| {
        claim.proof != Proof::Near || !told.contains(&(claim.lint, claim.primary.0))
    });
}

impl Search<'_, '_, '_> {
    fn fact(&self, at: At) -> &Fact {
        &self.subjects[at.0].facts.facts[at.1]
    }

    fn node(&self, at: At, expr: crate::ir::ExprId) -> Option<Node> {
        let facts = self.subjects[at.0].facts;
        self.graph.expr(facts.bodies[facts.facts[at.1].body].owner.at, expr)
    }

    /// Where what a fact gives is to be found.
    fn sources(&self, at: At) -> Vec<Node> {
        let fact = self.fact(at);
        let gives = fact.steps.iter().filter(|step| step.gives);
        let mut exprs: Vec<_> = gives.map(|step| step.expr).collect();
        if exprs.is_empty() {
            exprs.extend(fact.steps.last().map(|step| step.expr));
        }
        exprs.into_iter().filter_map(|expr| self.node(at, expr)).collect()
    }

    /// The nodes of a fact that data must reach.
    fn sinks(&self, at: At, steps: &[&Step]) -> Vec<Node> {
        let fact = self.fact(at);
        let wants = |role: Role| {
            let fed = steps.iter().filter(|step| step.same.is_none());
            fed.into_iter().any(|step| step.into.is_empty() || step.into.contains(&role))
        };
        let args = fact.args.iter().filter(|arg| wants(arg.role));
        let mut nodes: Vec<Node> = args.filter_map(|arg| self.node(at, arg.expr)).collect();
        let holds = fact.marks.contains("accepts")
            || [Effect::NetworkConnect, Effect::FsWrite].iter().any(|e| fact.effects.contains(e));
        if holds && wants(Role::Stream) {
            nodes.extend(held(self.graph, fact.steps.iter().filter_map(|s| self.node(at, s.expr))));
        }
        nodes
    }

    fn reach(&self, at: At) -> Reach {
        let useful = |node: Node| self.useful.get(node.0 as usize).copied().unwrap_or(false);
        self.graph.forward(&self.sources(at), &useful)
    }

    /// Every way to fulfil the steps from `step` on.
    fn follow(
        &mut self,
        want: &Wanted<'_>,
        step: usize,
        chain: Chain,
        reach: Option<&Reach>,
    ) -> Vec<Chain> {
        let Some(fulfilled) = want.steps.get(step) else { return vec![chain] };
        let Some(last) = chain.facts.last().copied() else { return Vec::new() };
        let mut found = Vec::new();
        if want.lint.file.flow[step].optional {
            found.extend(self.follow(want, step + 1, chain.clone(), reach));
        }
        let mut next: Vec<(At, Option<Path>)> =
            self.tied(last, &fulfilled.ties).into_iter().map(|at| (at, None)).collect();
        if !fulfilled.by_node.is_empty() {
            if reach.is_none() && !self.later.contains_key(&last) {
                let found = self.reach(last);
                self.later.insert(last, found);
            }
            let reach = match reach {
                Some(reach) => reach,
                None => &self.later[&last],
            };
            let reached = self.reached(reach, fulfilled);
            let looks = reached.len() + reach.nodes().len().min(fulfilled.by_node.len());
            self.graph.count(looks, false);
            for at in reached {
                // A fact does not feed itself, unless by way of a loop, which says nothing.
                let same_place = self.fact(at).place == self.fact(last).place;
                let way = || self.way(reach, at, &fulfilled.sinks[&at]);
                next.extend((!same_place).then(way).flatten().map(|way| (at, Some(way))));
            }
        }
        self.prefer_handed(&mut next);
        for (at, way) in next {
            let mut longer = chain.clone();
            longer.facts.push(at);
            longer.steps.push(step);
            longer.ways.push(way);
            if found.len() >= MAX_CHAINS {
                self.cut += 1;
                break;
            }
            found.extend(self.follow(want, step + 1, longer, None));
        }
        found
    }

    /// The shortest way to an argument of a fact. What a fact is for one caller counts for
    /// ways through that call alone.
    fn way(&self, reach: &Reach, at: At, nodes: &[Node]) -> Option<Path> {
        let via = self.fact(at).via;
        let fits = |path: &Path| {
            via.is_none_or(|via| {
                path.sites().any(|site| {
                    self.place(site).is_some_and(|place| {
                        place.file == via.file
                            && place.span.start <= via.span.start
                            && via.span.end <= place.span.end
                    })
                })
            })
        };
        let reached = nodes.iter().filter(|node| reach.is_reached(**node));
        let ways = reached.filter_map(|node| reach.paths(*node).find(|path| fits(path)));
        ways.min_by_key(|path| (path.supposed, path.steps.len()))
    }

    /// Where the fact for one caller is known, the one for all callers is no news.
    fn prefer_handed(&self, next: &mut Vec<(At, Option<Path>)>) {
        let handed: FxHashSet<Place> = next
            .iter()
            .filter(|(at, _)| self.fact(*at).via.is_some())
            .map(|(at, _)| self.fact(*at).place)
            .collect();
        next.retain(|(at, _)| {
            let fact = self.fact(*at);
            fact.via.is_some() || !handed.contains(&fact.place)
        });
    }

    /// The facts of a step that data reaches; of those that hold for one caller, the ones whose
    /// call it goes through.
    fn reached(&self, reach: &Reach, fulfilled: &Fulfilled<'_>) -> BTreeSet<At> {
        let by_node = &fulfilled.by_node;
        let mut met: Vec<&Met> = Vec::new();
        if by_node.len() < reach.nodes().len() {
            let nodes = by_node.iter().filter(|(node, _)| reach.is_reached(**node));
            met.extend(nodes.map(|(_, met)| met));
        } else {
            met.extend(reach.nodes().filter_map(|node| by_node.get(&node)));
        }
        let mut found: BTreeSet<At> = met.iter().flat_map(|met| &met.all).copied().collect();
        if met.iter().all(|met| met.handed.is_empty()) {
            return found;
        }
        let sites: BTreeSet<Place> = reach.sites().filter_map(|site| self.place(site)).collect();
        for Place { file, span } in sites {
            for met in &met {
                let calls = met.handed.range((file, span.start)..=(file, span.end));
                found.extend(calls.flat_map(|(_, facts)| facts));
            }
        }
        found
    }

    /// Finds out where the facts of a step are met.
    fn meet<'l>(&self, step: &'l Step, fulfilled: &mut Fulfilled<'l>) {
        let whole = step.same.as_ref();
        for (at, fits) in &fulfilled.facts {
            for same in fits.iter().filter_map(|fit| fit.same.as_ref().or(whole)) {
                let known = fulfilled.ties.iter().position(|ties| std::ptr::eq(ties.same, same));
                let known = known.unwrap_or_else(|| {
                    let (by_origin, by_text) = Default::default();
                    fulfilled.ties.push(Ties { same, by_origin, by_text });
                    fulfilled.ties.len() - 1
                });
                self.tie(*at, &mut fulfilled.ties[known]);
            }
            if whole.is_some() || fits.iter().all(|fit| fit.same.is_some()) {
                continue;
            }
            let nodes = self.sinks(*at, fits);
            for node in &nodes {
                let met = fulfilled.by_node.entry(*node).or_default();
                match self.fact(*at).via {
                    Some(via) => {
                        let key = (via.file, via.span.start);
                        met.handed.entry(key).or_default().push(*at);
                    }
                    None => met.all.push(*at),
                }
            }
            fulfilled.sinks.insert(*at, nodes);
        }
    }

    /// Notes what the arguments of a fact are, for those that may be the same.
    fn tie(&self, at: At, ties: &mut Ties<'_>) {
        for arg in self.fact(at).args.iter().filter(|arg| ties.same.as_.contains(&arg.role)) {
            for text in arg.value.texts() {
                ties.by_text.entry(text).or_default().push(at);
            }
            let node = self.node(at, arg.expr);
            for origin in node.into_iter().flat_map(|node| self.graph.origins(node, true)) {
                ties.by_origin.entry(origin).or_default().push(at);
            }
        }
    }

    /// The facts of which an argument is an argument of the given one: the same text, the same
    /// value, or made from it.
    fn tied(&mut self, first: At, ties: &[Ties<'_>]) -> BTreeSet<At> {
        let mut found = BTreeSet::new();
        let mut cut = false;
        for ties in ties {
            let args = self.fact(first).args.iter().filter(|arg| ties.same.of.contains(&arg.role));
            for arg in args {
                for text in arg.value.texts().iter().filter(|text| says_enough(text)) {
                    found.extend(ties.by_text.get(text).into_iter().flatten());
                    // An unknown part may be anything.
                    if text.contains(crate::model::class::HOLE) {
                        continue;
                    }
                    cut |= ties.by_text.len() > MAX_TEXTS;
                    let texts = ties.by_text.iter().take(MAX_TEXTS);
                    self.graph.count(texts.len(), false);
                    let holding = texts.filter(|(other, _)| other.contains(text.as_str()));
                    found.extend(holding.flat_map(|(_, at)| at));
                }
                let node = self.node(first, arg.expr);
                for origin in node.into_iter().flat_map(|node| self.graph.origins(node, false)) {
                    let tied = ties.by_origin.get(&origin).map(Vec::as_slice).unwrap_or_default();
                    cut |= tied.len() > MAX_TIED;
                    found.extend(tied.iter().take(MAX_TIED));
                }
            }
        }
        self.cut += usize::from(cut);
        self.graph.count(found.len(), false);
        found
    }

    fn place(&self, node: Node) -> Option<Place> {
        let unit = self.subjects.first()?.unit;
        match self.graph.meaning(node)? {
            Meaning::Expr(at, expr) => {
                let span = unit.files[&at.file].body(at.body).exprs.get(expr.0 as usize)?.span;
                Some(Place { file: at.file, span })
            }
            Meaning::Local(at, local) => {
                let span = unit.files[&at.file].body(at.body).locals.get(local.0 as usize)?.span;
                Some(Place { file: at.file, span })
            }
            Meaning::Result(_) | Meaning::Field(_) => None,
        }
    }

    /// One claim for everything that reaches one fact.
    fn claim(&self, index: usize, lint: &Lint, main: At, chains: Vec<Chain>) -> Option<Claim> {
        let mut chains = chains;
        chains.sort_by_key(|chain| (chain.rank(), chain.facts.clone()));
        let best = chains.first()?;
        let steps = &lint.file.flow;
        if !self.is_enough(&steps[0], &chains) {
            return None;
        }
        let position = best.facts.iter().position(|at| *at == main)?;
        let label_of = |step: usize, at: At| -> String {
            let own = steps[step].label.as_deref().or_else(|| {
                let mut fits = Vec::new();
                let subject = &self.subjects[at.0];
                fulfilled(subject, self.matching, &steps[step], self.fact(at), &mut fits);
                fits.first().and_then(|inner| inner.label.as_deref())
            });
            let own = if step == best.steps[position] {
                own.or(lint.file.words.label.as_deref())
            } else {
                own
            };
            claim::label(own, self.fact(at))
        };
        let subject = &self.subjects[main.0];
        let fact = self.fact(main);
        let involved: Vec<&Fact> = best.facts.iter().map(|at| self.fact(*at)).collect();
        let primary = (fact.place, label_of(best.steps[position], main));
        let mut made = subject.claim(index, fact.body, primary, &involved);
        if best.rank().0 {
            made.confidence = made.confidence.min(Confidence::Medium);
            made.proof = Proof::Supposed;
        }
        for (number, at) in best.facts.iter().enumerate() {
            if *at != main {
                made.labels.push((self.fact(*at).place, label_of(best.steps[number], *at)));
            }
            if let Some(Some(way)) = best.ways.get(number) {
                made.labels.extend(self.hops(way));
            }
        }
        let mut told: FxHashSet<Place> = best.facts.iter().map(|at| self.fact(*at).place).collect();
        let mut also: Vec<At> = chains.iter().skip(1).map(|chain| chain.facts[0]).collect();
        also.retain(|at| told.insert(self.fact(*at).place));
        made.bounds.extend(Bounds::of(also.iter().map(|at| self.fact(*at))));
        for at in also.iter().take(MAX_ALSO) {
            made.labels.push((self.fact(*at).place, label_of(0, *at)));
        }
        if also.len() > MAX_ALSO {
            made.note = Some(format!("{} further sources reach this place", also.len() - MAX_ALSO));
        }
        let mut seen: FxHashSet<Place> = FxHashSet::from_iter([made.primary.0]);
        made.labels.retain(|(place, _)| seen.insert(*place));
        Some(made)
    }

    /// Whether as many different sources reach a place as the first step asks for.
    fn is_enough(&self, first: &Step, chains: &[Chain]) -> bool {
        if first.distinct <= 1 {
            return true;
        }
        let mut fits = Vec::new();
        let mut different = FxHashSet::default();
        for at in chains.iter().map(|chain| chain.facts[0]) {
            let subject = &self.subjects[at.0];
            fulfilled(subject, self.matching, first, self.fact(at), &mut fits);
            different.insert(identity(self.fact(at)));
        }
        different.len() >= first.distinct || fits.iter().any(|step| step.enough)
    }

    /// What happens to the data on its way, as labels.
    fn hops(&self, path: &Path) -> Vec<(Place, String)> {
        let mut hops: Vec<(u8, Place, String)> = Vec::new();
        let mut before: Option<Node> = None;
        for (node, way, site) in &path.steps {
            let hop = match (way, self.graph.meaning(*node)) {
                (Way::In, Some(Meaning::Expr(at, _))) => self
                    .place(*site)
                    .map(|place| (0, place, format!("handed to `{}` here", self.name(at)))),
                (Way::Out, _) => {
                    self.place(*site).map(|place| (1, place, "given back here".to_owned()))
                }
                (Way::Linked, _) => self
                    .place(*node)
                    .map(|place| (0, place, "read back from the file here".to_owned())),
                (_, Some(Meaning::Field(key))) if !key.field.is_empty() => before
                    .and_then(|node| self.place(node))
                    .map(|place| (0, place, format!("kept in the field `{}` here", key.field))),
                (_, Some(Meaning::Local(at, local))) => {
                    let unit = self.subjects[0].unit;
                    let local = unit.files[&at.file].body(at.body).locals.get(local.0 as usize);
                    local.filter(|local| local.name != "self").and_then(|local| {
                        let words = format!("held in `{}`", readable(&local.name));
                        Some((2, self.place(*node)?, words))
                    })
                }
                _ => None,
            };
            before = Some(*node);
            hops.extend(hop);
        }
        // Calls and fields say more than locals.
        for least in [2, 1] {
            while hops.len() > MAX_HOPS
                && let Some(at) = hops.iter().position(|(rank, ..)| *rank == least)
            {
                hops.remove(at);
            }
        }
        hops.truncate(MAX_HOPS);
        hops.into_iter().map(|(_, place, words)| (place, words)).collect()
    }

    /// The path of the function that a body belongs to.
    fn name(&self, at: BodyRef) -> SmolStr {
        let names = self.names.get_or_init(|| {
            let bodies = self.subjects.iter().flat_map(|subject| &subject.facts.bodies);
            // Of several, the first.
            let named = bodies.rev().map(|body| (body.owner.at, body.owner.path.clone()));
            named.collect()
        });
        names.get(&at).cloned().unwrap_or_else(|| "a function".into())
    }
}

/// Whether the known part of a path tells it from others.
fn says_enough(text: &str) -> bool {
    use crate::model::class::{HOLE, SYMBOL};
    const ENOUGH: usize = 4;
    text.chars().filter(|c| ![HOLE, SYMBOL, '/', '.', '~'].contains(c)).count() >= ENOUGH
}
