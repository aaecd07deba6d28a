//! What the conditions that code stands behind ask about.
//!
//! A condition is followed backwards through locals and, a few calls deep, through helpers to
//! the things that it reads; the models say what those are. Bodies are looked at when a claim
//! or a matcher asks for them, once each.

pub(in crate::lint) mod body;
mod decompose;
mod patterns;
mod slice;
pub mod words;

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use self::body::{sources, spans};
use self::words::{State, cfg};
use super::matcher::Matching;
use crate::facts::conditions::{Conditions, Test};
use crate::facts::value::Value;
use crate::facts::{self, Context, CrateFacts};
use crate::ir::{Attr, Body, BodyId, ExprId};
use crate::names::BodyRef;
use crate::span::{FileId, Place, Span};
use crate::vocab::Gate;

/// Calls that a condition is followed through.
const MAX_HELPERS: usize = 3;
/// Expressions that one condition is followed to.
const MAX_VISITED: usize = 400;
/// Assignments from local to local that one condition is followed through.
const MAX_HOPS: usize = 3;
/// Calls before a place that are asked whether they end the process.
const MAX_GUARDS: usize = 32;
/// Conditions inside of conditions that are taken apart.
const MAX_LEVELS: u32 = 64;
/// Conditions that one place is said to stand behind.
const MAX_MEANINGS: usize = 12;

/// One thing that must be so for some code to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    pub gate: Gate,
    /// The variable, the file, the feature: its name, where it has one.
    pub what: Option<String>,
    pub state: State,
    pub place: Place,
}

/// Answers what code of one crate stands behind.
pub struct Gates<'a> {
    context: &'a Context<'a>,
    matching: Matching<'a>,
    facts: &'a CrateFacts,
    numbers: OnceCell<FxHashMap<(FileId, BodyId), usize>>,
    looked: RefCell<FxHashMap<(FileId, BodyId), Rc<Looked<'a>>>>,
    /// Conditions inside of conditions that are being taken apart.
    level: Cell<u32>,
}

/// One body with what is known of its expressions.
struct Looked<'a> {
    at: BodyRef,
    number: Option<usize>,
    body: &'a Body,
    conditions: Conditions,
    paths: Vec<Option<SmolStr>>,
    values: Vec<Value>,
    by_span: FxHashMap<Span, ExprId>,
    /// What each local may hold.
    sources: Vec<Vec<ExprId>>,
    facts: FxHashMap<ExprId, Vec<usize>>,
}

impl<'a> Gates<'a> {
    pub fn new(context: &'a Context<'a>, facts: &'a CrateFacts) -> Self {
        Self {
            context,
            matching: Matching::new(context.models, &[]),
            facts,
            numbers: OnceCell::new(),
            looked: RefCell::default(),
            level: Cell::new(0),
        }
    }

    fn look(&self, at: BodyRef) -> Rc<Looked<'a>> {
        let key = (at.file, at.body);
        if let Some(known) = self.looked.borrow().get(&key) {
            return Rc::clone(known);
        }
        let numbers = self.numbers.get_or_init(|| {
            let bodies = self.facts.bodies.iter().enumerate();
            bodies.map(|(n, body)| ((body.owner.at.file, body.owner.at.body), n)).collect()
        });
        let number = numbers.get(&key).copied();
        let body = self.context.unit.files[&at.file].body(at.body);
        let seen = facts::look(self.context, at);
        let by_span = spans(body);
        let mut on: FxHashMap<ExprId, Vec<usize>> = FxHashMap::default();
        for index in number.map_or(&[][..], |number| self.facts.of_body(number)) {
            for step in &self.facts.facts[*index].steps {
                if let Some(expr) = by_span.get(&step.span) {
                    on.entry(*expr).or_default().push(*index);
                }
            }
        }
        let looked = Rc::new(Looked {
            at,
            number,
            body,
            conditions: Conditions::of(body),
            paths: seen.paths,
            values: seen.values,
            by_span,
            sources: sources(body),
            facts: on,
        });
        self.looked.borrow_mut().insert(key, Rc::clone(&looked));
        looked
    }

    /// What the code at a place of a body stands behind inside of that body, the outermost
    /// condition first.
    pub fn inside(&self, body: usize, span: Span) -> Vec<Meaning> {
        let Some(body) = self.facts.bodies.get(body) else { return Vec::new() };
        let looked = self.look(body.owner.at);
        let Some(expr) = looked.by_span.get(&span) else { return Vec::new() };
        let mut found = Vec::new();
        let mut guards = 0;
        for condition in looked.conditions.behind(*expr) {
            guards += usize::from(matches!(condition.test, Test::Returns(_)));
            if guards > MAX_GUARDS && matches!(condition.test, Test::Returns(_)) {
                continue;
            }
            self.condition(&looked, condition, &mut found);
            if found.len() >= MAX_MEANINGS {
                break;
            }
        }
        found
    }

    /// What the build must be like for a body to exist.
    pub fn configured(&self, body: usize) -> Vec<Meaning> {
        let Some(body) = self.facts.bodies.get(body) else { return Vec::new() };
        let BodyRef { krate, module, file, .. } = body.owner.at;
        let unit = self.context.unit;
        let mut attrs: Vec<(FileId, &Attr)> = Vec::new();
        let item = unit.files[&file].item(body.owner.item);
        let own = item.attrs.iter().filter(|a| a.path.single().is_some_and(|n| n == "cfg"));
        attrs.extend(own.map(|attr| (file, attr)));
        let mut at = Some(module);
        for _ in 0..64 {
            let Some(id) = at else { break };
            let module = unit.module(krate, id);
            attrs.extend(module.cfgs.iter().map(|(file, attr)| (*file, attr)));
            at = module.parent;
        }
        let mut found = Vec::new();
        for (file, attr) in attrs.into_iter().rev() {
            cfg(&attr.list, true, Place { file, span: attr.span }, &mut found);
        }
        found
    }

    /// The code of the crate that the expression with this span runs.
    fn targets(&self, looked: &Looked<'a>, span: Span) -> Vec<BodyRef> {
        let Some(number) = looked.number else { return Vec::new() };
        let edges = self.facts.bodies[number].edges.iter().filter(|edge| edge.span == span);
        let mut targets: Vec<BodyRef> = edges.map(|edge| edge.target).take(3).collect();
        targets.dedup();
        targets
    }
}

/// Adds a meaning, unless another says as much of the same thing.
pub fn add(found: &mut Vec<Meaning>, meaning: Meaning) {
    let mut about = found.iter_mut().filter(|m| m.gate == meaning.gate && m.what == meaning.what);
    let vague = matches!(meaning.state, State::Set | State::Depends);
    match about.next() {
        Some(known) if known.state == meaning.state || (vague && known.state != State::Unset) => {
            if known.state == State::Depends {
                *known = meaning;
            }
        }
        Some(known) if known.state == State::Depends => *known = meaning,
        _ => found.push(meaning),
    }
}
