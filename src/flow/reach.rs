//! Searches in the graph.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Edge, Graph, Node, Way};

/// Nodes that one search visits at most, each counted once for each way of calls that leads
/// to it.
const MAX_VISITED: usize = 12_000;
/// Calls inside of calls that are told apart; deeper ones are not.
const MAX_DEPTH: u8 = 4;
/// Nodes that are looked at to find out whether two values are the same.
const MAX_SAME: usize = 600;

/// The calls that a search is inside of: the innermost, and those around it.
#[derive(Debug, Clone, Copy)]
struct Calls {
    site: Node,
    outer: u32,
    depth: u8,
}

/// No call that we know of: the function may have been called by anyone.
const ANYWHERE: u32 = 0;

/// Deeper than calls are told apart: what comes back out is only supposed to reach a caller.
const LOST: u32 = 1;

#[derive(Debug, Clone, Copy)]
struct Visit {
    node: Node,
    calls: u32,
    /// The visit that it comes from; its own number at a start.
    parent: u32,
    way: Way,
    site: Node,
    supposed: bool,
}

/// Everything that a value can reach.
#[derive(Debug)]
pub struct Reach {
    visits: Vec<Visit>,
    by_node: FxHashMap<Node, Vec<u32>>,
}

/// One way from a source to a node.
#[derive(Debug, Clone)]
pub struct Path {
    /// From the source to the node.
    pub steps: Vec<(Node, Way, Node)>,
    /// Some step is only supposed.
    pub supposed: bool,
}

impl Path {
    /// How often it leaves a function, by a call, a return or a shared place.
    pub fn crossings(&self) -> usize {
        let leaves = |(_, way, _): &&(Node, Way, Node)| {
            matches!(way, Way::In | Way::Out | Way::Linked | Way::Part)
        };
        self.steps.iter().filter(leaves).count()
    }

    /// The calls that the value is handed in by.
    pub fn sites(&self) -> impl Iterator<Item = Node> + '_ {
        self.steps.iter().filter(|(_, way, _)| *way == Way::In).map(|(_, _, site)| *site)
    }
}

impl Graph {
    /// Everything that values at `starts` can reach, nearest first. Only nodes for which
    /// `useful` holds are visited.
    pub fn forward(&self, starts: &[Node], useful: &dyn Fn(Node) -> bool) -> Reach {
        let outermost = |outer| Calls { site: Node(u32::MAX), outer, depth: 0 };
        let mut calls = vec![outermost(ANYWHERE), outermost(LOST)];
        let mut known: FxHashMap<(Node, u32), u32> = FxHashMap::default();
        let mut seen: FxHashSet<(Node, u32)> = FxHashSet::default();
        let mut visits: Vec<Visit> = Vec::new();
        let mut cut = false;
        for start in starts {
            if useful(*start) && seen.insert((*start, ANYWHERE)) {
                let parent = visits.len() as u32;
                let (way, supposed) = (Way::Same, false);
                let site = *start;
                visits.push(Visit { node: *start, calls: ANYWHERE, parent, way, site, supposed });
            }
        }
        let mut at = 0;
        while let Some(visit) = visits.get(at).copied().filter(|_| !cut) {
            let parent = at as u32;
            at += 1;
            let links = self.links.get(&visit.node).map(Vec::as_slice).unwrap_or_default();
            for edge in self.from(visit.node).iter().chain(links) {
                if !useful(edge.to) {
                    continue;
                }
                let next = match enter(&mut calls, &mut known, visit.calls, edge) {
                    Some(_) if self.is_shared(edge.to) => ANYWHERE,
                    Some(next) => next,
                    None => continue,
                };
                if !seen.insert((edge.to, next)) {
                    continue;
                }
                if visits.len() >= MAX_VISITED {
                    cut = true;
                    break;
                }
                let Edge { to, way, supposed, site } = *edge;
                // Which of its callers gets it is not known any more.
                let supposed = supposed || (visit.calls == LOST && way == Way::Out);
                visits.push(Visit { node: to, calls: next, parent, way, site, supposed });
            }
        }
        let mut by_node: FxHashMap<Node, Vec<u32>> = FxHashMap::default();
        for (visit, number) in visits.iter().zip(0u32..) {
            by_node.entry(visit.node).or_default().push(number);
        }
        self.count(visits.len(), cut);
        Reach { visits, by_node }
    }

    /// Every node from which one of `ends` can be reached, whatever the calls.
    pub fn reaching(&self, ends: impl IntoIterator<Item = Node>) -> Vec<bool> {
        let mut seen = vec![false; self.len()];
        let mut todo = Vec::new();
        let mut visit = |node: Node, todo: &mut Vec<Node>| {
            if let Some(known) = seen.get_mut(node.0 as usize)
                && !std::mem::replace(known, true)
            {
                todo.push(node);
            }
        };
        ends.into_iter().for_each(|end| visit(end, &mut todo));
        while let Some(node) = todo.pop() {
            self.back(node).iter().for_each(|(other, _)| visit(*other, &mut todo));
            let links = self.links_back.get(&node).map(Vec::as_slice).unwrap_or_default();
            links.iter().for_each(|other| visit(*other, &mut todo));
        }
        seen
    }

    /// The nodes where a value begins, seen through bindings, fields, containers and what
    /// functions give back: those that are known, and whether there are others.
    pub(super) fn begins(&self, node: Node) -> (Vec<Node>, bool) {
        let mut seen = FxHashSet::from_iter([node]);
        let mut todo = vec![node];
        let (mut found, mut others, mut cut, mut edges) = (Vec::new(), false, false, 0);
        let mut at = 0;
        while let Some(node) = todo.get(at).copied() {
            at += 1;
            if self.values.contains_key(&node) {
                found.push(node);
                continue;
            }
            let all = self.back(node);
            // What is filled from more places than these may be anything.
            let back = &all[..all.len().min(MAX_SAME)];
            edges += back.len();
            if back.len() < all.len() {
                (others, cut) = (true, true);
            }
            let follows = |way: &Way| matches!(way, Way::Same | Way::Held | Way::Out);
            let mut followed = false;
            for (other, way) in back {
                if !follows(way) {
                    // Something else is put in, unless it is what is followed anyway.
                    let covered = others
                        || *way == Way::Part
                        || back.iter().any(|(same, way)| same == other && follows(way));
                    others |= !covered;
                    continue;
                }
                followed = true;
                if seen.len() >= MAX_SAME {
                    (others, cut) = (true, true);
                } else if seen.insert(*other) {
                    todo.push(*other);
                }
            }
            others |= !followed && !self.empty.contains(&node);
        }
        found.sort();
        self.count(edges, cut);
        (found, others)
    }

    /// The nodes that a value comes from without being changed; with `made`, also those of
    /// its parts.
    pub fn origins(&self, node: Node, made: bool) -> FxHashSet<Node> {
        let mut seen = FxHashSet::from_iter([node]);
        let mut todo = vec![node];
        let (mut at, mut cut) = (0, false);
        while let Some(node) = todo.get(at).copied().filter(|_| !cut) {
            at += 1;
            for (other, way) in self.back(node) {
                let follows = made || !matches!(way, Way::Made | Way::Held | Way::Part);
                if !follows || seen.contains(other) {
                    continue;
                }
                if seen.len() >= MAX_SAME {
                    cut = true;
                    break;
                }
                seen.insert(*other);
                todo.push(*other);
            }
        }
        self.count(seen.len(), cut);
        seen
    }

    /// Counts a search, and whether it was given up.
    pub fn count(&self, visited: usize, cut: bool) {
        self.visited.set(self.visited.get() + visited);
        self.cut.set(self.cut.get() + usize::from(cut));
    }
}

/// The calls that an edge leads into; `None` when it leaves a function by another call than
/// the one that led into it.
fn enter(
    calls: &mut Vec<Calls>,
    known: &mut FxHashMap<(Node, u32), u32>,
    now: u32,
    edge: &Edge,
) -> Option<u32> {
    let inside = calls[now as usize];
    match edge.way {
        Way::Same | Way::Held | Way::Part | Way::Made => Some(now),
        Way::Linked => Some(ANYWHERE),
        Way::Out if now == ANYWHERE || now == LOST => Some(now),
        Way::Out => (inside.site == edge.site).then_some(inside.outer),
        Way::In => {
            if inside.depth >= MAX_DEPTH {
                return Some(LOST);
            }
            // A function that calls itself stays inside of its first call.
            if inside.site == edge.site {
                return Some(now);
            }
            let next = *known.entry((edge.site, now)).or_insert_with(|| {
                calls.push(Calls { site: edge.site, outer: now, depth: inside.depth + 1 });
                (calls.len() - 1) as u32
            });
            Some(next)
        }
    }
}

impl Reach {
    /// The calls that the search went into, in no order.
    pub fn sites(&self) -> impl Iterator<Item = Node> + '_ {
        self.visits.iter().filter(|visit| visit.way == Way::In).map(|visit| visit.site)
    }

    /// The nodes that are reached, in no order.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = Node> + '_ {
        self.by_node.keys().copied()
    }

    pub fn is_reached(&self, node: Node) -> bool {
        self.by_node.contains_key(&node)
    }

    /// The ways to a node, the shortest first.
    pub fn paths(&self, node: Node) -> impl Iterator<Item = Path> + '_ {
        let visits = self.by_node.get(&node).map(Vec::as_slice).unwrap_or_default();
        visits.iter().map(|visit| self.path(*visit))
    }

    fn path(&self, visit: u32) -> Path {
        let mut steps = Vec::new();
        let mut supposed = false;
        let mut at = visit;
        loop {
            let Visit { node, parent, way, site, supposed: here, .. } = self.visits[at as usize];
            steps.push((node, way, site));
            supposed |= here;
            if parent == at {
                break;
            }
            at = parent;
        }
        steps.reverse();
        Path { steps, supposed }
    }
}
