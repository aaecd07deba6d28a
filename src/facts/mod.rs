//! Facts: what each piece of code was seen to do.
//!
//! One pass over the expressions of a body, operands first, gives every expression a type, a
//! value and a callee as far as local evidence goes. Calls that a model speaks of become
//! facts; a builder with everything that is called on it is one fact. Facts are an inventory:
//! they claim nothing and never fail a build.

pub mod attributes;
mod body;
mod calls;
mod eval;
pub mod graph;
mod objects;
pub mod value;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use self::value::Value;
use crate::ir::{ItemId, ItemKind};
use crate::model::Models;
use crate::names::{BodyRef, CrateId, Def, Memo, Owned, Resolver, Ty, Unit};
use crate::span::{FileId, Place, Span};
use crate::vocab::{Confidence, DataKind, Effect, Role};

/// Expressions of a function whose result is worked out for its callers.
const MAX_FOLDED_BODY: usize = 200;

/// Bodies worked out for the sake of bodies before we stop.
const MAX_NESTED: u32 = 32;

/// One observed thing.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Where it begins: the first call.
    pub place: Place,
    pub effects: BTreeSet<Effect>,
    pub data: BTreeSet<DataKind>,
    pub marks: BTreeSet<SmolStr>,
    /// Its calls, in the order of the source.
    pub steps: Vec<Step>,
    pub args: Vec<Argument>,
    pub confidence: Confidence,
    /// The index of its body in [`CrateFacts::bodies`].
    pub body: usize,
    pub test: bool,
}

/// One call of a fact.
#[derive(Debug, Clone)]
pub struct Step {
    pub span: Span,
    /// The canonical path; `_::method` when only the name is known.
    pub path: SmolStr,
}

/// One argument of a fact.
#[derive(Debug, Clone)]
pub struct Argument {
    pub role: Role,
    pub span: Span,
    pub value: Value,
    /// The canonical path of the call that the argument is the result of.
    pub from: Option<SmolStr>,
}

/// What one body does, and which other bodies it can run.
#[derive(Debug, Clone)]
pub struct BodyFacts {
    pub owner: Owned,
    pub edges: Vec<Edge>,
}

/// A call of, or another reference to, code of the scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    pub span: Span,
    pub target: BodyRef,
}

/// Everything seen in one crate.
#[derive(Debug, Default)]
pub struct CrateFacts {
    pub facts: Vec<Fact>,
    pub bodies: Vec<BodyFacts>,
    numbers: FxHashMap<(FileId, ItemId), usize>,
    /// The items that run before `main`.
    pub early: Vec<attributes::Early>,
    pub calls: usize,
    pub unresolved: usize,
}

impl CrateFacts {
    /// The number of the body of an item.
    pub fn body_number(&self, def: Def) -> Option<usize> {
        self.numbers.get(&(def.file, def.item)).copied()
    }
}

/// What the passes over the bodies of a unit share.
pub struct Context<'a> {
    pub unit: &'a Unit,
    pub models: &'a Models,
    pub memo: &'a Memo,
    constants: RefCell<FxHashMap<Def, Value>>,
    outputs: RefCell<FxHashMap<Def, Ty>>,
    results: RefCell<FxHashMap<Def, (Value, Option<SmolStr>)>>,
    /// Bodies that are being worked out for the sake of others.
    nested: Cell<u32>,
}

impl<'a> Context<'a> {
    pub fn new(unit: &'a Unit, models: &'a Models, memo: &'a Memo) -> Self {
        let (constants, outputs, results, nested) = Default::default();
        Self { unit, models, memo, constants, outputs, results, nested }
    }

    pub fn resolver(&self) -> Resolver<'a> {
        Resolver { unit: self.unit, models: self.models, memo: self.memo }
    }

    /// The declared result of a function of the scan.
    fn output(&self, def: Def) -> Ty {
        if let Some(known) = self.outputs.borrow().get(&def) {
            return known.clone();
        }
        let output = match &self.unit.item(def).kind {
            ItemKind::Function(function) => function.output.as_ref(),
            _ => None,
        };
        let at = (def.krate, def.module);
        let ty = output.map(|output| self.resolver().ty(at, output)).unwrap_or_default();
        self.outputs.borrow_mut().insert(def, ty.clone());
        ty
    }

    /// What a small function of the scan returns whatever it is given, and the call that its
    /// result comes from; unknown while it is being worked out.
    fn result(&self, def: Def) -> (Value, Option<SmolStr>) {
        if let Some(known) = self.results.borrow().get(&def) {
            return known.clone();
        }
        let Some(body) = self.unit.body_of(def) else { return Default::default() };
        self.results.borrow_mut().insert(def, Default::default());
        if self.unit.files[&body.file].body(body.body).exprs.len() > MAX_FOLDED_BODY {
            return Default::default();
        }
        let result = self.nested(body);
        self.results.borrow_mut().insert(def, result.clone());
        result
    }

    /// Works out another body, unless that goes too deep.
    fn nested(&self, body: BodyRef) -> (Value, Option<SmolStr>) {
        let depth = self.nested.get();
        if depth >= MAX_NESTED {
            return Default::default();
        }
        self.nested.set(depth + 1);
        let result = body::Pass::new(self, body).run().result();
        self.nested.set(depth);
        result
    }

    /// The value of a constant of the scan; unknown while it is being worked out.
    fn constant(&self, def: Def) -> Value {
        if let Some(value) = self.constants.borrow().get(&def) {
            return value.clone();
        }
        let Some(body) = self.unit.body_of(def) else { return Value::Unknown };
        self.constants.borrow_mut().insert(def, Value::Unknown);
        let (value, _) = self.nested(body);
        self.constants.borrow_mut().insert(def, value.clone());
        value
    }
}

/// Collects the facts of one crate.
pub fn collect(context: &Context<'_>, krate: CrateId) -> CrateFacts {
    let mut all = CrateFacts::default();
    for (index, owner) in context.unit.krate(krate).bodies.iter().enumerate() {
        let outcome = body::Pass::new(context, owner.at).run();
        all.calls += outcome.calls;
        all.unresolved += outcome.unresolved;
        let (facts, edges) = outcome.finish();
        all.facts.extend(facts.into_iter().map(|fact| Fact {
            body: index,
            test: owner.test,
            ..fact
        }));
        all.numbers.entry((owner.at.file, owner.item)).or_insert(index);
        all.bodies.push(BodyFacts { owner: owner.clone(), edges });
    }
    attributes::early(context, krate, &mut all);
    all
}
