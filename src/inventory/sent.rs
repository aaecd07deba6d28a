//! Which kinds of data reach which facts.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::facts::Fact;
use crate::flow::{Graph, Node};
use crate::lint::engine::Subject;
use crate::lint::flows::held;
use crate::lint::matcher::Matching;
use crate::vocab::{DataKind, Effect, Role, Section};

/// Sources of one unit that are followed.
const MAX_SOURCES: usize = 5_000;

/// Calls and fields that data goes through before that says nothing.
const MAX_CROSSINGS: usize = 16;
/// Ways to one place that are looked at.
const MAX_WAYS: usize = 8;

/// A fact of a crate, and a row of the inventory that it fits.
type At = (usize, usize, usize);

/// The kinds of data that a fact gives: its row's, and those of the places that it names.
pub(super) fn kinds(fact: &Fact, matching: &Matching<'_>) -> BTreeSet<DataKind> {
    let mut kinds = fact.data.clone();
    if fact.args.is_empty() {
        return kinds;
    }
    let texts: Vec<String> = fact.args.iter().flat_map(|arg| arg.value.texts()).collect();
    let reads = [Effect::FsRead, Effect::EnvRead, Effect::FsList, Effect::ProcessSpawn];
    if texts.is_empty() || !reads.iter().any(|effect| fact.effects.contains(effect)) {
        return kinds;
    }
    for (name, class) in &matching.models.classes {
        let news = class.data.iter().any(|kind| !kinds.contains(kind));
        if news && texts.iter().any(|text| matching.class(name, text)) {
            kinds.extend(&class.data);
        }
    }
    kinds
}

/// Whether what a fact gives counts as data that is collected, and not as a part of the program:
/// its version is read from the environment, too.
pub(super) fn is_collected(fact: &Fact, matching: &Matching<'_>) -> bool {
    let rows = matching.models.inventory.iter();
    rows.filter(|row| row.section == Section::Collected).any(|row| matching.call(&row.call, fact))
}

/// The kinds of data that reach each fact whose row says into what.
pub(super) fn reached(
    subjects: &[Subject<'_>],
    graph: &Graph,
    matching: &Matching<'_>,
) -> FxHashMap<At, BTreeSet<DataKind>> {
    let rows = &matching.models.inventory;
    let mut sinks: Vec<(At, Vec<(Node, bool)>)> = Vec::new();
    let mut sources: Vec<(usize, usize, BTreeSet<DataKind>)> = Vec::new();
    for (number, subject) in subjects.iter().enumerate() {
        for (index, fact) in subject.facts.facts.iter().enumerate() {
            if fact.via.is_some() {
                continue;
            }
            for (at, row) in rows.iter().enumerate().filter(|(_, row)| !row.into.is_empty()) {
                if matching.call(&row.call, fact) {
                    sinks.push(((number, index, at), nodes(subject, graph, fact, &row.into)));
                }
            }
            if !is_collected(fact, matching) {
                continue;
            }
            let kinds = kinds(fact, matching);
            if !kinds.is_empty() && sources.len() < MAX_SOURCES {
                sources.push((number, index, kinds));
            }
        }
    }
    let ends = sinks.iter().flat_map(|(_, nodes)| nodes.iter().map(|(node, _)| *node));
    let useful = graph.reaching(ends);
    let useful = |node: Node| useful.get(node.0 as usize).copied().unwrap_or(false);
    let mut reached: FxHashMap<At, BTreeSet<DataKind>> = FxHashMap::default();
    for (number, index, kinds) in sources {
        let subject = &subjects[number];
        let fact = &subject.facts.facts[index];
        let body = subject.facts.bodies[fact.body].owner.at;
        let gives = fact.steps.iter().filter(|step| step.gives);
        let mut exprs: Vec<_> = gives.map(|step| step.expr).collect();
        if exprs.is_empty() {
            exprs.extend(fact.steps.last().map(|step| step.expr));
        }
        let starts: Vec<Node> =
            exprs.into_iter().filter_map(|expr| graph.expr(body, expr)).collect();
        if !starts.iter().any(|node| useful(*node)) {
            continue;
        }
        let reach = graph.forward(&starts, &useful);
        for (at, nodes) in &sinks {
            // What a connection receives does not feed itself.
            let itself = (at.0, at.1) == (number, index);
            if itself {
                continue;
            }
            let reached_by = |node: Node| {
                // A way that nobody can follow proves nothing.
                reach
                    .paths(node)
                    .take(MAX_WAYS)
                    .any(|way| !way.supposed && way.crossings() <= MAX_CROSSINGS)
            };
            for (node, chooses) in nodes {
                let told = kinds.iter().filter(|kind| !chooses || !is_setting(**kind));
                let told: Vec<DataKind> = told.copied().collect();
                if !told.is_empty() && reached_by(*node) {
                    reached.entry(*at).or_default().extend(told);
                }
            }
        }
    }
    reached
}

/// Whether data of this kind, where it goes into an address, is what chooses the address.
fn is_setting(kind: DataKind) -> bool {
    matches!(kind, DataKind::Environment | DataKind::FileContent | DataKind::Remote)
}

/// What of a fact data goes into, and whether that chooses where it goes.
fn nodes(subject: &Subject<'_>, graph: &Graph, fact: &Fact, into: &[Role]) -> Vec<(Node, bool)> {
    let at = subject.facts.bodies[fact.body].owner.at;
    let args = fact.args.iter().filter(|arg| into.contains(&arg.role));
    let chooses = |role: Role| {
        let names = [Role::Url, Role::Host].contains(&role);
        names && !fact.effects.contains(&Effect::DnsLookup)
    };
    let mut nodes: Vec<(Node, bool)> =
        args.filter_map(|arg| Some((graph.expr(at, arg.expr)?, chooses(arg.role)))).collect();
    if into.contains(&Role::Stream) && fact.effects.contains(&Effect::NetworkConnect) {
        let given = fact.steps.iter().filter_map(|step| graph.expr(at, step.expr));
        nodes.extend(held(graph, given).into_iter().map(|node| (node, false)));
    }
    nodes
}
