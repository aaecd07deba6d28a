//! Facts: what each piece of code was seen to do.
//!
//! One pass over the expressions of a body, operands first, gives every expression a type, a
//! value and a callee as far as local evidence goes. Calls that a model speaks of become
//! facts; a builder with everything that is called on it is one fact. Facts are an inventory:
//! they claim nothing and never fail a build.

pub mod attributes;
mod body;
mod calls;
pub mod conceal;
pub mod conditions;
mod edges;
mod eval;
mod fold;
pub mod graph;
mod hold;
mod inherit;
mod interpret;
pub mod known;
mod lookup;
mod objects;
pub mod value;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use self::conceal::Trail;
use self::inherit::Gives;
pub use self::interpret::decode;
use self::value::Value;
use crate::flow::{Builder, Graph, Node};
use crate::ir::{BodyId, ExprId, ItemId, ItemKind, Type};
use crate::model::Models;
use crate::names::{BodyRef, CrateId, Def, Memo, Owned, Resolver, Ty, Unit};
use crate::span::{FileId, Place, Span};
use crate::vocab::{Confidence, DataKind, Effect, Role};

/// Expressions of a function whose result is worked out for its callers.
const MAX_FOLDED_BODY: usize = 200;

/// Helpers of helpers that arguments are followed into.
const MAX_HANDED: u32 = 3;
/// Facts for single callers that one crate keeps.
const MAX_HANDED_FACTS: usize = 20_000;

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
    /// Whether its code is written into another program: see [`crate::names::Owned::quoted`].
    pub quoted: bool,
    /// The call that hands in what the arguments are, when the fact is about that call alone.
    pub via: Option<Place>,
}

/// One call of a fact.
#[derive(Debug, Clone)]
pub struct Step {
    pub span: Span,
    /// The canonical path; `_::method` when only the name is known.
    pub path: SmolStr,
    /// The call in its body.
    pub expr: ExprId,
    /// Its result, or what it fills, is the fact's data.
    pub gives: bool,
}

/// One argument of a fact.
#[derive(Debug, Clone)]
pub struct Argument {
    pub role: Role,
    pub span: Span,
    /// The expression in the fact's body.
    pub expr: ExprId,
    pub value: Value,
    /// The canonical path of the call that the argument is the result of.
    pub from: Option<SmolStr>,
    /// How its text was kept out of sight.
    pub hidden: Option<conceal::Hidden>,
}

/// A fact as it is for one caller of a helper, whose body is not numbered yet.
#[derive(Debug, Clone)]
struct Handed {
    body: BodyRef,
    fact: Fact,
}

/// What one call hands to a function of the scan.
struct Call {
    values: Vec<Value>,
    types: Vec<Ty>,
    trails: Vec<Trail>,
    /// How many calls deep that is.
    depth: u32,
    via: Place,
}

/// What one body does, and which other bodies it can run.
#[derive(Debug, Clone)]
pub struct BodyFacts {
    pub owner: Owned,
    pub edges: Vec<Edge>,
}

/// A call of, or another reference to, code of the scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    by_body: OnceCell<Vec<Vec<usize>>>,
    /// The items that run before `main`.
    pub early: Vec<attributes::Early>,
    pub calls: usize,
    pub unresolved: usize,
    /// Evaluations of constants that were given up after some work.
    pub given_up: usize,
}

impl CrateFacts {
    /// Adds what is true for single callers, behind what is true for all.
    fn add_handed(&mut self, handed: Vec<Handed>) {
        let at = |body: &BodyFacts| (body.owner.at.file, body.owner.at.body);
        let numbers: FxHashMap<(FileId, BodyId), usize> =
            self.bodies.iter().enumerate().map(|(number, body)| (at(body), number)).collect();
        for Handed { body, fact } in handed {
            // A helper in another crate is that crate's to report.
            let Some(number) = numbers.get(&(body.file, body.body)) else { continue };
            let test = self.bodies[*number].owner.test;
            self.facts.push(Fact { body: *number, test, ..fact });
        }
    }

    /// Looks in the graph for the values of arguments that their own function does not know:
    /// those that come out of fields, containers and channels.
    pub fn trace(&mut self, graph: &Graph) {
        // A helper has the same arguments for each of its callers.
        let mut known: FxHashMap<Node, Value> = FxHashMap::default();
        for fact in &mut self.facts {
            let at = self.bodies[fact.body].owner.at;
            for arg in fact.args.iter_mut().filter(|arg| is_named(arg.role)) {
                if arg.value == Value::Unknown
                    && let Some(node) = graph.expr(at, arg.expr)
                {
                    arg.value = known.entry(node).or_insert_with(|| graph.value(node)).clone();
                }
            }
        }
    }

    /// The numbers of the facts of a body. Asked once all facts are there.
    pub fn of_body(&self, body: usize) -> &[usize] {
        let by_body = self.by_body.get_or_init(|| {
            let mut by_body = vec![Vec::new(); self.bodies.len()];
            for (number, fact) in self.facts.iter().enumerate() {
                by_body[fact.body].push(number);
            }
            by_body
        });
        by_body.get(body).map_or(&[], Vec::as_slice)
    }

    /// The number of the body of an item.
    pub fn body_number(&self, def: Def) -> Option<usize> {
        self.numbers.get(&(def.file, def.item)).copied()
    }
}

/// Roles whose values lints ask about.
fn is_named(role: Role) -> bool {
    matches!(
        role,
        Role::Url
            | Role::Host
            | Role::HeaderName
            | Role::Program
            | Role::Argument
            | Role::Path
            | Role::Target
            | Role::Code
            | Role::Library
            | Role::Variable
            | Role::Key
            | Role::Name
    )
}

/// What the passes over the bodies of a unit share.
pub struct Context<'a> {
    pub unit: &'a Unit,
    pub models: &'a Models,
    pub memo: &'a Memo,
    constants: RefCell<FxHashMap<Def, (Value, Trail)>>,
    outputs: RefCell<FxHashMap<Def, Ty>>,
    results: RefCell<FxHashMap<Def, Gives>>,
    transcribed: RefCell<FxHashMap<(FileId, BodyId), Gives>>,
    /// Whether a body has facts of its own, before anything is handed in.
    factual: RefCell<FxHashMap<(FileId, BodyId), bool>>,
    /// Bodies that are being worked out for the sake of others.
    nested: Cell<u32>,
    /// Steps that the interpreter may still take.
    steps: Cell<u32>,
    /// Evaluations that it gave up after some work.
    given_up: Cell<usize>,
    tried: RefCell<fold::Tried>,
}

impl<'a> Context<'a> {
    pub fn new(unit: &'a Unit, models: &'a Models, memo: &'a Memo) -> Self {
        let (constants, outputs, results, transcribed, factual, nested) = Default::default();
        let (given_up, tried) = Default::default();
        let steps = Cell::new(interpret::MAX_STEPS_OF_CRATE);
        Self {
            unit,
            models,
            memo,
            constants,
            outputs,
            results,
            transcribed,
            factual,
            nested,
            steps,
            given_up,
            tried,
        }
    }

    /// Lets those who look at bodies again do so with what is known, and with as many steps as
    /// the first pass had. What is not known because those were used up is worked out again.
    pub fn renew(&self) {
        if self.steps.get() == 0 {
            self.constants.borrow_mut().clear();
            self.results.borrow_mut().clear();
            self.transcribed.borrow_mut().clear();
            self.tried.borrow_mut().clear();
        }
        self.steps.set(interpret::MAX_STEPS_OF_CRATE);
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

    /// What a small function of the scan gives back whatever it is given; unknown while it is being worked out.
    fn result(&self, def: Def) -> Gives {
        if let Some(known) = self.results.borrow().get(&def) {
            return known.clone();
        }
        let Some(body) = self.body_of(def) else { return Default::default() };
        self.results.borrow_mut().insert(def, Default::default());
        if self.unit.files[&body.file].body(body.body).exprs.len() > MAX_FOLDED_BODY {
            return Default::default();
        }
        let declared = match &self.unit.item(def).kind {
            ItemKind::Function(function) => function.output.as_ref(),
            _ => None,
        };
        let result = self.nested(body, declared);
        self.results.borrow_mut().insert(def, result.clone());
        result
    }

    /// The facts of a helper as they are for one caller, and what it gives back to it. Only
    /// facts that say more than they do for everyone are kept.
    fn handed(&self, body: BodyRef, call: Call) -> (Vec<Handed>, Option<Gives>) {
        let key = (body.file, body.body);
        let content = self.unit.files[&body.file].body(body.body);
        if call.depth >= MAX_HANDED || content.exprs.len() > MAX_FOLDED_BODY {
            return Default::default();
        }
        let known = self.factual.borrow().get(&key).copied();
        let factual = known.unwrap_or_else(|| {
            // While it is being worked out, nothing is handed in again.
            self.factual.borrow_mut().insert(key, false);
            let run = body::Pass::new(self, body).run();
            let factual = !run.drafts.is_empty() || !run.edges.is_empty();
            self.factual.borrow_mut().insert(key, factual);
            factual
        });
        let functions = call.types.iter().any(|ty| matches!(ty, Ty::Function(_)));
        if !factual && !functions {
            return Default::default();
        }
        let Call { values, types, trails, depth, via } = call;
        let pass = body::Pass::new(self, body).given(values, trails, depth + 1);
        let outcome = pass.given_types(types).run();
        let gives = outcome.gives();
        let (facts, _, mut handed) = outcome.finish();
        let facts =
            facts.into_iter().map(|fact| Handed { body, fact: Fact { via: Some(via), ..fact } });
        handed.extend(facts.filter(|handed| !handed.fact.args.is_empty()));
        (handed, Some(gives))
    }

    /// What a rule of a macro gives, whatever it is given.
    fn transcribed(&self, rule: BodyRef) -> Gives {
        let key = (rule.file, rule.body);
        if let Some(known) = self.transcribed.borrow().get(&key) {
            return known.clone();
        }
        self.transcribed.borrow_mut().insert(key, Gives::default());
        if self.unit.files[&rule.file].body(rule.body).exprs.len() > MAX_FOLDED_BODY {
            return Gives::default();
        }
        let gives = self.nested(rule, None);
        self.transcribed.borrow_mut().insert(key, gives.clone());
        gives
    }

    /// The body of a function or a constant, with the module that its names mean.
    fn body_of(&self, def: Def) -> Option<BodyRef> {
        let body = self.unit.body_of(def)?;
        Some(self.memo.home(self.unit, body))
    }

    /// Works out another body, unless that goes too deep.
    fn nested(&self, body: BodyRef, declared: Option<&'a Type>) -> Gives {
        let depth = self.nested.get();
        if depth >= MAX_NESTED {
            return Default::default();
        }
        self.nested.set(depth + 1);
        let mut pass = body::Pass::new(self, body);
        pass.declared = declared;
        let result = pass.run().gives();
        self.nested.set(depth);
        result
    }

    /// The value of a constant of the scan; unknown while it is being worked out.
    fn constant(&self, def: Def) -> (Value, Trail) {
        if let Some(value) = self.constants.borrow().get(&def) {
            return value.clone();
        }
        let Some(body) = self.body_of(def) else { return Default::default() };
        self.constants.borrow_mut().insert(def, Default::default());
        let declared = match &self.unit.item(def).kind {
            ItemKind::Constant { ty, .. } => Some(ty),
            _ => None,
        };
        let Gives { value, trail, .. } = self.nested(body, declared);
        let value = declared.map_or(Value::Unknown, |ty| fold::typed(&value, ty));
        self.constants.borrow_mut().insert(def, (value.clone(), trail));
        (value, trail)
    }
}

/// What the pass over a body found out of its expressions.
pub struct Seen {
    /// The canonical path of the call, or of the function or constant that is named.
    pub paths: Vec<Option<SmolStr>>,
    pub values: Vec<Value>,
    pub types: Vec<Ty>,
}

/// Looks at one body again, for what its facts alone do not say.
pub fn look(context: &Context<'_>, body: BodyRef) -> Seen {
    let pass = body::Pass::new(context, body).run();
    let paths = pass.origins.into_iter().zip(&pass.types).map(|(origin, ty)| match ty {
        Ty::Function(crate::names::Callee::External(path)) => origin.or_else(|| Some(path.clone())),
        _ => origin,
    });
    Seen { paths: paths.collect(), values: pass.values, types: pass.types }
}

/// Collects the facts of one crate, and where its data goes.
pub fn collect(context: &Context<'_>, krate: CrateId, flow: &mut Builder) -> CrateFacts {
    let mut all = CrateFacts::default();
    let mut handed: Vec<Handed> = Vec::new();
    for (index, owner) in context.unit.krate(krate).bodies.iter().enumerate() {
        let outcome = body::Pass::new(context, owner.at).run();
        all.calls += outcome.calls;
        all.unresolved += outcome.unresolved;
        // What a test stands in for its subject is no way that data takes.
        if !owner.test {
            edges::emit(&outcome, flow);
        }
        let (facts, edges, more) = outcome.finish();
        handed.extend(more.into_iter().take(MAX_HANDED_FACTS - handed.len().min(MAX_HANDED_FACTS)));
        all.facts.extend(facts.into_iter().map(|fact| Fact {
            body: index,
            test: owner.test,
            quoted: owner.quoted,
            ..fact
        }));
        all.numbers.entry((owner.at.file, owner.item)).or_insert(index);
        all.bodies.push(BodyFacts { owner: owner.clone(), edges });
    }
    all.given_up = context.given_up.replace(0);
    attributes::early(context, krate, &mut all);
    all.add_handed(handed);
    all
}
