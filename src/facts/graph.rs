//! Which code can run which other code, inside of one crate.

use rustc_hash::FxHashMap;

use super::CrateFacts;
use crate::names::BodyRef;

/// The bodies of a crate by number, as in [`CrateFacts::bodies`], and who refers to whom.
pub struct Graph {
    pub callees: Vec<Vec<usize>>,
    pub callers: Vec<Vec<usize>>,
}

impl Graph {
    pub fn new(facts: &CrateFacts) -> Self {
        let key = |at: BodyRef| (at.file, at.body);
        let mut numbers = FxHashMap::default();
        for (index, body) in facts.bodies.iter().enumerate() {
            numbers.entry(key(body.owner.at)).or_insert(index);
        }
        let mut graph = Self {
            callees: vec![Vec::new(); facts.bodies.len()],
            callers: vec![Vec::new(); facts.bodies.len()],
        };
        // The body that each was last found to be called by.
        let mut last = vec![usize::MAX; facts.bodies.len()];
        for (from, body) in facts.bodies.iter().enumerate() {
            for edge in &body.edges {
                let Some(to) = numbers.get(&key(edge.target)) else { continue };
                if *to != from && std::mem::replace(&mut last[*to], from) != from {
                    graph.callees[from].push(*to);
                    graph.callers[*to].push(from);
                }
            }
        }
        graph
    }

    /// The bodies that can run one of `targets`, themselves included, and how far away they
    /// are; at most `depth` calls.
    pub fn reaching(&self, targets: &[usize], depth: usize) -> FxHashMap<usize, usize> {
        walk(&self.callers, targets, depth)
    }

    /// The bodies that `start` can run, itself included, and how far away they are.
    pub fn reachable(&self, start: &[usize], depth: usize) -> FxHashMap<usize, usize> {
        walk(&self.callees, start, depth)
    }
}

fn walk(edges: &[Vec<usize>], start: &[usize], depth: usize) -> FxHashMap<usize, usize> {
    let mut distance: FxHashMap<usize, usize> = start.iter().map(|body| (*body, 0)).collect();
    let mut current: Vec<usize> = start.to_vec();
    for step in 1..=depth {
        let mut next = Vec::new();
        for body in current {
            for other in &edges[body] {
                if !distance.contains_key(other) {
                    distance.insert(*other, step);
                    next.push(*other);
                }
            }
        }
        if next.is_empty() {
            break;
        }
        current = next;
    }
    distance
}
