//! Data flow: where a value can go, through every function of a unit.
//!
//! Each expression and each local of each body is a node; a field of a type of the scan is one
//! node for all values of that type. Edges say that the value, or something made from it, goes
//! from one node to another. They are gathered in the pass that also gathers the facts (see
//! `facts::edges`), so that names and types are worked out once. The order of statements is
//! not looked at, since loops and threads undo it anyway.
//!
//! Every search is bounded, and what exceeds the bound is counted. A search never goes into a
//! function by one call and out of it by another.

mod build;
mod reach;

pub use build::{Builder, Callable, FieldKey, Indirect};
pub use reach::{Path, Reach};

use std::cell::Cell;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::value::Value;
use crate::ir::{BodyId, ExprId, LocalId};
use crate::names::{BodyRef, CrateId};
use crate::span::FileId;

/// A place where a value can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(pub u32);

/// How a value goes along an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It stays what it is: a binding, a reference, `?`, a clone.
    Same,
    /// It is put into a container, or taken out of one.
    Held,
    /// It is a field of something that is known as a whole.
    Part,
    /// Something is made from it: a format, what a function computes.
    Made,
    /// It is handed to a function of the scan.
    In,
    /// It is given back by a function of the scan.
    Out,
    /// It is written to a file and read again, by anyone.
    Linked,
}

#[derive(Debug, Clone, Copy)]
pub struct Edge {
    pub to: Node,
    pub way: Way,
    /// It is only supposed: the function that it goes through is not known.
    pub supposed: bool,
    /// The call, for [`Way::In`] and [`Way::Out`].
    pub site: Node,
}

/// The edges of a unit.
#[derive(Debug, Default)]
pub struct Graph {
    bodies: Vec<Range>,
    bases: FxHashMap<(CrateId, FileId, BodyId), u32>,
    /// The first node that stands for no expression and no local.
    shared: u32,
    starts: Vec<u32>,
    edges: Vec<Edge>,
    back_starts: Vec<u32>,
    back: Vec<(Node, Way)>,
    fields: Vec<FieldKey>,
    /// The values of statics and constants.
    statics: FxHashSet<Node>,
    /// What is still empty: a new list, a new channel.
    empty: FxHashSet<Node>,
    /// What is known of nodes where values begin.
    values: FxHashMap<Node, Value>,
    /// Edges that were found when the graph was already there: what is written to a file and
    /// read from it again.
    links: FxHashMap<Node, Vec<Edge>>,
    links_back: FxHashMap<Node, Vec<Node>>,
    /// Searches that were given up at their bound; one more when some edges were not kept.
    pub cut: Cell<usize>,
    /// Nodes that searches looked at.
    pub visited: Cell<usize>,
}

/// The nodes of one body.
#[derive(Debug, Clone)]
struct Range {
    base: u32,
    exprs: u32,
    locals: u32,
    at: BodyRef,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning<'g> {
    Expr(BodyRef, ExprId),
    Local(BodyRef, LocalId),
    /// What a body returns; of a constant, its value.
    Result(BodyRef),
    Field(&'g FieldKey),
}

impl Graph {
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// The node of an expression.
    pub fn expr(&self, at: BodyRef, expr: ExprId) -> Option<Node> {
        Some(Node(self.bases.get(&(at.krate, at.file, at.body))? + expr.0))
    }

    pub fn from(&self, node: Node) -> &[Edge] {
        slice(&self.starts, &self.edges, node)
    }

    /// The nodes that a value at `node` can come from, and how.
    pub fn back(&self, node: Node) -> &[(Node, Way)] {
        slice(&self.back_starts, &self.back, node)
    }

    /// Whether the node stands for all functions together: a field, or a static.
    fn is_shared(&self, node: Node) -> bool {
        node.0 >= self.shared || self.statics.contains(&node)
    }

    /// What is known of the value at a node, by where it begins; unknown when nothing is.
    pub fn value(&self, node: Node) -> Value {
        let (found, others) = self.begins(node);
        if found.is_empty() {
            return Value::Unknown;
        }
        let known = found.iter().filter_map(|node| self.values.get(node)).flat_map(|value| {
            match value {
                // Of a list, an element may have been taken.
                Value::List(parts) => parts.to_vec(),
                value => vec![value.clone()],
            }
        });
        Value::any(known.chain(others.then_some(Value::Unknown)))
    }

    /// Data goes from one node to another by way of something outside of the program.
    pub fn link(&mut self, from: Node, to: Node) {
        let edge = Edge { to, way: Way::Linked, supposed: false, site: to };
        self.links.entry(from).or_default().push(edge);
        self.links_back.entry(to).or_default().push(from);
    }

    pub fn meaning(&self, node: Node) -> Option<Meaning<'_>> {
        if node.0 >= self.shared {
            return self.fields.get((node.0 - self.shared) as usize).map(Meaning::Field);
        }
        let index = self.bodies.partition_point(|body| body.base <= node.0).checked_sub(1)?;
        let body = &self.bodies[index];
        let offset = node.0 - body.base;
        Some(if offset < body.exprs {
            Meaning::Expr(body.at, ExprId(offset))
        } else if offset < body.exprs + body.locals {
            Meaning::Local(body.at, LocalId(offset - body.exprs))
        } else {
            Meaning::Result(body.at)
        })
    }
}

fn slice<'v, T>(starts: &[u32], all: &'v [T], node: Node) -> &'v [T] {
    let at = node.0 as usize;
    match (starts.get(at), starts.get(at + 1)) {
        (Some(start), Some(end)) => all.get(*start as usize..*end as usize).unwrap_or_default(),
        _ => &[],
    }
}
