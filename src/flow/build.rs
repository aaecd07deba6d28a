//! Gathers nodes and edges, and makes the graph of them.

use std::cell::Cell;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{Edge, Graph, Node, Range, Way};
use crate::facts::value::Value;
use crate::ir::{BodyId, ExprId, ItemId, LocalId};
use crate::names::{BodyRef, CrateId, Def, Unit};
use crate::span::FileId;

/// Types that have a field of one name, before the name says nothing any more.
const MAX_BY_NAME: usize = 3;
/// Nodes that are looked at to find out which function a value is.
const MAX_TRACED: usize = 400;
/// Functions that one call by value may mean, before each of them is only supposed.
const MAX_CERTAIN: usize = 4;
/// Rounds of finding out which functions are called by their values.
const ROUNDS: usize = 3;
/// Edges of one unit, 16 bytes each while they are gathered. What exceeds it is not followed
/// and counted.
const MAX_EDGES: usize = 60_000_000;

/// A field of a struct, or of a variant of an enum.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldKey {
    pub file: FileId,
    pub item: ItemId,
    /// Empty for a struct.
    pub variant: SmolStr,
    /// Empty for all fields together.
    pub field: SmolStr,
}

/// A function as a value.
#[derive(Debug, Clone)]
pub enum Callable {
    Function(Def),
    Closure { params: Vec<Node>, result: Node },
}

/// A call of a function that is only known as a value.
#[derive(Debug, Clone)]
pub struct Indirect {
    pub call: Node,
    pub callee: Node,
    pub args: Vec<Node>,
}

struct Raw {
    from: Node,
    edge: Edge,
}

/// The graph in the making.
pub struct Builder {
    bodies: Vec<Range>,
    bases: FxHashMap<(CrateId, FileId, BodyId), u32>,
    shared: u32,
    fields: FxHashMap<FieldKey, Node>,
    keys: Vec<FieldKey>,
    statics: FxHashSet<Node>,
    empty: FxHashSet<Node>,
    values: FxHashMap<Node, Value>,
    edges: Vec<Raw>,
    callables: FxHashMap<Node, Callable>,
    indirect: Vec<Indirect>,
    /// Fields that are read from something whose type is not known.
    unknown_reads: Vec<(SmolStr, Node)>,
    unknown_writes: Vec<(SmolStr, Node)>,
    /// Searches that were given up; one more when some edges were not kept.
    cut: usize,
    full: bool,
    visited: usize,
}

impl Builder {
    /// Numbers the expressions and locals of every body of the unit.
    pub fn new(unit: &Unit) -> Self {
        let mut bodies = Vec::new();
        let mut bases = FxHashMap::default();
        let mut next = 0u32;
        for owner in unit.crates.iter().flat_map(|krate| &krate.bodies) {
            let at = owner.at;
            let body = unit.files[&at.file].body(at.body);
            let exprs = u32::try_from(body.exprs.len()).unwrap_or(u32::MAX);
            let locals = u32::try_from(body.locals.len()).unwrap_or(u32::MAX);
            // More than fits into 32 bits is more than any machine holds.
            let Some(end) = next.checked_add(exprs).and_then(|n| n.checked_add(locals)) else {
                break;
            };
            if bases.insert((at.krate, at.file, at.body), next).is_none() {
                bodies.push(Range { base: next, exprs, locals, at });
                next = end.saturating_add(1);
            }
        }
        Self {
            bodies,
            bases,
            shared: next,
            fields: FxHashMap::default(),
            keys: Vec::new(),
            statics: FxHashSet::default(),
            empty: FxHashSet::default(),
            values: FxHashMap::default(),
            edges: Vec::new(),
            callables: FxHashMap::default(),
            indirect: Vec::new(),
            unknown_reads: Vec::new(),
            unknown_writes: Vec::new(),
            cut: 0,
            full: false,
            visited: 0,
        }
    }

    fn range(&self, at: BodyRef) -> Option<&Range> {
        let base = self.bases.get(&(at.krate, at.file, at.body))?;
        let index = self.bodies.binary_search_by_key(base, |body| body.base).ok()?;
        self.bodies.get(index)
    }

    pub fn expr(&self, at: BodyRef, expr: ExprId) -> Option<Node> {
        Some(Node(self.range(at)?.base + expr.0))
    }

    pub fn local(&self, at: BodyRef, local: LocalId) -> Option<Node> {
        let body = self.range(at)?;
        Some(Node(body.base + body.exprs + local.0))
    }

    /// What the body returns.
    pub fn result(&self, at: BodyRef) -> Option<Node> {
        let body = self.range(at)?;
        Some(Node(body.base + body.exprs + body.locals))
    }

    /// The value of a static or a constant.
    pub fn constant(&mut self, at: BodyRef) -> Option<Node> {
        let node = self.result(at)?;
        self.statics.insert(node);
        Some(node)
    }

    /// The node of a field, and whether it is new.
    pub fn field(&mut self, key: FieldKey) -> (Node, bool) {
        if let Some(node) = self.fields.get(&key) {
            return (*node, false);
        }
        let number = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        let node = Node(self.shared.saturating_add(number));
        self.keys.push(key.clone());
        self.fields.insert(key, node);
        (node, true)
    }

    pub fn edge(&mut self, from: Node, edge: Edge) {
        if from == edge.to {
            return;
        }
        if self.edges.len() >= MAX_EDGES {
            self.full = true;
            return;
        }
        self.edges.push(Raw { from, edge });
    }

    pub fn same(&mut self, from: Node, to: Node) {
        self.edge(from, Edge { to, way: Way::Same, supposed: false, site: to });
    }

    pub fn made(&mut self, from: Node, to: Node) {
        self.edge(from, Edge { to, way: Way::Made, supposed: false, site: to });
    }

    pub fn held(&mut self, from: Node, to: Node) {
        self.edge(from, Edge { to, way: Way::Held, supposed: false, site: to });
    }

    pub fn part(&mut self, from: Node, to: Node) {
        self.edge(from, Edge { to, way: Way::Part, supposed: false, site: to });
    }

    /// Something that holds nothing yet.
    pub fn empty(&mut self, node: Node) {
        self.empty.insert(node);
    }

    /// A value that begins here and is known.
    pub fn value(&mut self, node: Node, value: Value) {
        self.values.insert(node, value);
    }

    pub fn supposed(&mut self, from: Node, to: Node) {
        self.edge(from, Edge { to, way: Way::Made, supposed: true, site: to });
    }

    pub fn callable(&mut self, node: Node, callable: Callable) {
        self.callables.insert(node, callable);
    }

    pub fn indirect(&mut self, call: Indirect) {
        self.indirect.push(call);
    }

    pub fn unknown_read(&mut self, name: &str, node: Node) {
        self.unknown_reads.push((name.into(), node));
    }

    pub fn unknown_write(&mut self, name: &str, node: Node) {
        self.unknown_writes.push((name.into(), node));
    }

    /// A call of a function of the scan with what goes in and out; `places` are the nodes that
    /// change when the function changes a parameter.
    pub fn call(&mut self, unit: &Unit, site: Node, def: Def, args: &[Node], places: &[Vec<Node>]) {
        let Some(at) = unit.body_of(def) else { return };
        self.call_body(unit, site, at, args, places);
    }

    /// How many edges there are, for [`Self::suppose_since`].
    pub fn mark(&self) -> usize {
        self.edges.len()
    }

    /// What was added since is only supposed.
    pub fn suppose_since(&mut self, mark: usize) {
        let added = self.edges.iter_mut().skip(mark);
        added.for_each(|raw| raw.edge.supposed = true);
    }

    /// A call of a macro of the scan by one of its rules.
    pub fn transcribe(
        &mut self,
        unit: &Unit,
        site: Node,
        rule: BodyRef,
        args: &[Node],
        places: &[Vec<Node>],
        certain: bool,
    ) {
        let first = self.edges.len();
        self.call_body(unit, site, rule, args, places);
        self.edges[first..].iter_mut().for_each(|raw| raw.edge.supposed |= !certain);
    }

    fn call_body(
        &mut self,
        unit: &Unit,
        site: Node,
        at: BodyRef,
        args: &[Node],
        places: &[Vec<Node>],
    ) {
        let Some(result) = self.result(at) else { return };
        let body = unit.files[&at.file].body(at.body);
        for (index, (param, arg)) in body.params.iter().zip(args).enumerate() {
            let Some(node) = self.expr(at, *param) else { continue };
            self.edge(*arg, Edge { to: node, way: Way::In, supposed: false, site });
            let changed = places.get(index).map(Vec::as_slice).unwrap_or_default();
            if changed.is_empty() {
                continue;
            }
            let crate::ir::ExprKind::Bind { pattern, .. } = &body.expr(*param).kind else {
                continue;
            };
            let mut locals = Vec::new();
            pattern.locals(&mut |local| locals.push(local));
            let locals: Vec<Node> =
                locals.into_iter().filter_map(|local| self.local(at, local)).collect();
            for local in locals {
                for place in changed {
                    let edge = Edge { to: *place, way: Way::Out, supposed: false, site };
                    self.edge(local, edge);
                }
            }
        }
        self.edge(result, Edge { to: site, way: Way::Out, supposed: false, site });
    }

    /// The graph, once the functions behind the values that are called are found.
    pub fn finish(mut self, unit: &Unit) -> Graph {
        self.link_by_name();
        let mut done: FxHashSet<(Node, Node)> = FxHashSet::default();
        let mut given_up: FxHashSet<Node> = FxHashSet::default();
        let indirect = std::mem::take(&mut self.indirect);
        for _ in 0..ROUNDS {
            if indirect.is_empty() || self.callables.is_empty() {
                break;
            }
            let (starts, back) = self.backward();
            let mut found = Vec::new();
            for call in &indirect {
                let (nodes, seen, cut) = trace(&starts, &back, &self.callables, call.callee);
                self.visited += seen;
                if cut {
                    given_up.insert(call.call);
                }
                let many = nodes.len() > MAX_CERTAIN;
                for node in nodes {
                    if done.insert((call.call, node)) {
                        found.push((call, node, many));
                    }
                }
            }
            if found.is_empty() {
                break;
            }
            for (call, node, many) in found {
                let Some(callable) = self.callables.get(&node).cloned() else { continue };
                let first = self.edges.len();
                self.invoke(unit, call.call, &callable, &call.args);
                // Where anything is run, as in a pool of threads, nothing certain is.
                self.edges[first..].iter_mut().for_each(|raw| raw.edge.supposed |= many);
            }
        }
        self.cut += given_up.len();
        self.graph()
    }

    /// Connects what is handed to a function value with what it does.
    pub fn invoke(&mut self, unit: &Unit, call: Node, callable: &Callable, args: &[Node]) {
        match callable {
            Callable::Function(def) => self.call(unit, call, *def, args, &[]),
            Callable::Closure { params, result } => {
                let pairs: Vec<(Node, Node)> =
                    args.iter().copied().zip(params.iter().copied()).collect();
                for (arg, param) in pairs {
                    self.held(arg, param);
                }
                self.same(*result, call);
            }
        }
    }

    fn link_by_name(&mut self) {
        if self.unknown_reads.is_empty() && self.unknown_writes.is_empty() {
            return;
        }
        let mut by_name: FxHashMap<SmolStr, Vec<Node>> = FxHashMap::default();
        for (key, node) in &self.fields {
            by_name.entry(key.field.clone()).or_default().push(*node);
        }
        let known = |name: &SmolStr| {
            let nodes = by_name.get(name).map(Vec::as_slice).unwrap_or_default();
            let mut nodes = if nodes.len() <= MAX_BY_NAME { nodes.to_vec() } else { Vec::new() };
            nodes.sort();
            nodes
        };
        for (name, to) in std::mem::take(&mut self.unknown_reads) {
            known(&name).into_iter().for_each(|field| self.supposed(field, to));
        }
        for (name, from) in std::mem::take(&mut self.unknown_writes) {
            known(&name).into_iter().for_each(|field| self.supposed(from, field));
        }
    }

    fn nodes(&self) -> usize {
        self.shared as usize + self.keys.len()
    }

    fn backward(&self) -> (Vec<u32>, Vec<(Node, Way)>) {
        let ends = self.edges.iter().map(|raw| raw.edge.to);
        let starts = counted(self.nodes(), ends);
        let mut next = starts.clone();
        let mut back = vec![(Node(0), Way::Same); self.edges.len()];
        for raw in &self.edges {
            place(&mut next, &mut back, raw.edge.to, (raw.from, raw.edge.way));
        }
        (starts, back)
    }

    fn graph(self) -> Graph {
        let (back_starts, back) = self.backward();
        let starts = counted(self.nodes(), self.edges.iter().map(|raw| raw.from));
        let mut next = starts.clone();
        let blank = Edge { to: Node(0), way: Way::Same, supposed: false, site: Node(0) };
        let mut edges = vec![blank; self.edges.len()];
        for raw in &self.edges {
            place(&mut next, &mut edges, raw.from, raw.edge);
        }
        let Self {
            bodies, bases, shared, keys, statics, empty, values, cut, full, visited, ..
        } = self;
        Graph {
            bodies,
            bases,
            shared,
            starts,
            edges,
            back_starts,
            back,
            fields: keys,
            statics,
            empty,
            values,
            cut: Cell::new(cut + usize::from(full)),
            visited: Cell::new(visited),
            ..Graph::default()
        }
    }
}

/// Where the edges of each node begin, when they stand in the order of the nodes.
fn counted(nodes: usize, ends: impl Iterator<Item = Node>) -> Vec<u32> {
    let mut starts = vec![0u32; nodes + 1];
    for node in ends {
        if let Some(count) = starts.get_mut(node.0 as usize + 1) {
            *count += 1;
        }
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    starts
}

fn place<T>(next: &mut [u32], all: &mut [T], node: Node, value: T) {
    let Some(at) = next.get_mut(node.0 as usize) else { return };
    if let Some(slot) = all.get_mut(*at as usize) {
        *slot = value;
        *at += 1;
    }
}

/// The functions that a value can be, how many were looked at, and whether the search was
/// given up.
fn trace(
    starts: &[u32],
    back: &[(Node, Way)],
    callables: &FxHashMap<Node, Callable>,
    from: Node,
) -> (Vec<Node>, usize, bool) {
    let mut seen = FxHashSet::from_iter([from]);
    let mut todo = vec![from];
    let (mut found, mut cut) = (Vec::new(), false);
    let mut at = 0;
    while let Some(node) = todo.get(at).copied() {
        at += 1;
        // Also what was found before the bound counts.
        if callables.contains_key(&node) {
            found.push(node);
            continue;
        }
        for (other, _) in super::slice(starts, back, node) {
            if cut {
                break;
            }
            if seen.contains(other) {
                continue;
            }
            cut = seen.len() >= MAX_TRACED;
            if !cut {
                seen.insert(*other);
                todo.push(*other);
            }
        }
    }
    (found, seen.len(), cut)
}
