//! What the conditions that code stands behind ask about.
//!
//! A condition is followed backwards through locals and, a few calls deep, through helpers to
//! the things that it reads; the models say what those are. Bodies are looked at when a claim
//! or a matcher asks for them, once each.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::gate_words::{State, cfg, fixed_date};
use super::matcher::{Matching, readable};
use crate::facts::conditions::{Condition, Conditions, Test};
use crate::facts::value::Value;
use crate::facts::{self, Context, CrateFacts, Fact};
use crate::ir::*;
use crate::model::spec::ConditionRow;
use crate::model::{expand, path_fits};
use crate::names::{BodyRef, Resolver};
use crate::span::{FileId, Place, Span};
use crate::vocab::{Effect, Gate, Role};

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
    context: Context<'a>,
    matching: Matching<'a>,
    facts: &'a CrateFacts,
    /// The facts of each body.
    by_body: OnceCell<Vec<Vec<usize>>>,
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

/// What a condition was followed to.
#[derive(Default)]
struct Slice {
    /// Facts, with the number of locals between them and the condition.
    facts: Vec<(usize, usize)>,
    paths: Vec<SmolStr>,
    /// Methods and fields.
    methods: Vec<Name>,
    texts: Vec<String>,
    date: Option<String>,
    visited: usize,
}

impl<'a> Gates<'a> {
    pub fn new(resolver: Resolver<'a>, facts: &'a CrateFacts) -> Self {
        Self {
            context: Context::new(resolver.unit, resolver.models, resolver.memo),
            matching: Matching::new(resolver.models, &[]),
            facts,
            by_body: OnceCell::new(),
            numbers: OnceCell::new(),
            looked: RefCell::default(),
            level: Cell::new(0),
        }
    }

    fn facts_of(&self, body: usize) -> &[usize] {
        let by_body = self.by_body.get_or_init(|| {
            let mut by_body = vec![Vec::new(); self.facts.bodies.len()];
            for (index, fact) in self.facts.facts.iter().enumerate() {
                by_body[fact.body].push(index);
            }
            by_body
        });
        by_body.get(body).map_or(&[], Vec::as_slice)
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
        let seen = facts::look(&self.context, at);
        let by_span = spans(body);
        let mut on: FxHashMap<ExprId, Vec<usize>> = FxHashMap::default();
        for index in number.map_or(&[][..], |number| self.facts_of(number)) {
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

    fn condition(&self, looked: &Looked<'a>, condition: &Condition, found: &mut Vec<Meaning>) {
        let place = Place { file: looked.at.file, span: condition.span };
        let from = found.len();
        match &condition.test {
            Test::Configured(list) => cfg(list, condition.holds, place, found),
            Test::Expr(expr) => {
                self.decompose(looked, *expr, condition.holds, MAX_HELPERS, None, found);
            }
            Test::Present(expr) if condition.weak => {
                self.present(looked, *expr, condition.holds, found);
            }
            Test::Returns(expr) => self.guard(looked, *expr, found),
            Test::Present(expr) => {
                let state = if condition.holds { State::Set } else { State::Unset };
                self.leaf(looked, *expr, *expr, state, MAX_HELPERS, None, found);
            }
        }
        for meaning in &mut found[from..] {
            meaning.place = place;
        }
    }

    /// Takes a condition apart: what it says of the things that it asks about.
    fn decompose(
        &self,
        looked: &Looked<'a>,
        expr: ExprId,
        holds: bool,
        depth: usize,
        via: Option<Span>,
        found: &mut Vec<Meaning>,
    ) {
        if found.len() >= MAX_MEANINGS || self.level.get() >= MAX_LEVELS {
            return;
        }
        let again = |expr, holds, found: &mut Vec<Meaning>| {
            self.level.set(self.level.get() + 1);
            self.decompose(looked, expr, holds, depth, via, found);
            self.level.set(self.level.get().saturating_sub(1));
        };
        let set = |holds| if holds { State::Set } else { State::Unset };
        match &looked.body.expr(expr).kind {
            ExprKind::Unary { op: '!', value } => again(*value, !holds, found),
            ExprKind::Ref { value, .. }
            | ExprKind::Await(value)
            | ExprKind::Unary { op: '*', value } => again(*value, holds, found),
            ExprKind::Block { tail: Some(tail), .. } => again(*tail, holds, found),
            ExprKind::Binary { op, left, right } => match op.as_str() {
                "&&" | "||" if (op == "&&") == holds => {
                    again(*left, holds, found);
                    again(*right, holds, found);
                }
                "==" | "!=" => {
                    let equal = (op == "==") == holds;
                    let (value, other) = match text_of(looked, *left) {
                        Some(_) => (*right, *left),
                        None => (*left, *right),
                    };
                    let state = match (text_of(looked, other), &looked.values[other.0 as usize]) {
                        (_, Value::Bool(wanted)) => return again(value, *wanted == equal, found),
                        (Some(text), _) if equal => State::Is(text),
                        (Some(text), _) => State::IsNot(text),
                        (None, _) => State::Depends,
                    };
                    self.leaf(looked, value, expr, state, depth, via, found);
                }
                "<" | "<=" | ">" | ">=" => {
                    let clock = |id| {
                        let slice = self.slice(looked, id, depth, via);
                        !slice.paths.is_empty()
                    };
                    let greater = op.starts_with('>') == holds;
                    let state = if clock(*left) != clock(*right) && clock(*right) != greater {
                        State::After
                    } else {
                        State::Before
                    };
                    self.leaf(looked, expr, expr, state, depth, via, found);
                }
                _ => self.leaf(looked, expr, expr, State::Depends, depth, via, found),
            },
            ExprKind::Bind { pattern, value: Some(value), .. } => match pattern_state(pattern) {
                Some(PatternState::Bool(wanted)) => again(*value, wanted == holds, found),
                Some(PatternState::State(state)) => {
                    let state = if holds { state } else { state.negated() };
                    self.leaf(looked, *value, *value, state, depth, via, found);
                }
                None => self.leaf(looked, *value, *value, State::Depends, depth, via, found),
            },
            ExprKind::MethodCall { receiver, method, args, .. } => {
                let text = args.first().and_then(|arg| text_of(looked, *arg));
                let state = match (method.as_str(), text) {
                    ("is_ok" | "is_some" | "exists" | "is_file" | "is_dir", _) => set(holds),
                    ("is_err" | "is_none", _) => set(!holds),
                    ("eq" | "eq_ignore_ascii_case", Some(text)) => State::Is(text).when(holds),
                    ("ne", Some(text)) => State::IsNot(text).when(holds),
                    ("contains", Some(text)) => State::Is(format!("…{text}…")).when(holds),
                    ("starts_with", Some(text)) => State::Is(format!("{text}…")).when(holds),
                    ("ends_with", Some(text)) => State::Is(format!("…{text}")).when(holds),
                    ("any" | "all" | "is_some_and" | "is_ok_and", _) => {
                        if let Some(ExprKind::Closure { body: inside, .. }) =
                            args.last().map(|arg| &looked.body.expr(*arg).kind)
                        {
                            let before = found.len();
                            again(*inside, holds, found);
                            if found.len() > before {
                                return;
                            }
                        }
                        State::Depends
                    }
                    ("unwrap_or" | "unwrap_or_default" | "unwrap_or_else", _) => {
                        return again(*receiver, holds, found);
                    }
                    _ => State::Depends,
                };
                if state == State::Depends && self.helper(looked, expr, holds, depth, found) {
                    return;
                }
                let value = if state == State::Depends { expr } else { *receiver };
                // `path.exists()` is the question itself.
                let value = if looked.facts.contains_key(&expr) { expr } else { value };
                self.leaf(looked, value, expr, state, depth, via, found);
            }
            ExprKind::Macro(call) if call.path.single().is_some_and(|name| name == "cfg") => {
                let place = Place { file: looked.at.file, span: looked.body.expr(expr).span };
                let list: Vec<String> =
                    call.args.iter().map(|arg| predicate(looked.body, arg, 8)).collect();
                cfg(&list.join(", "), holds, place, found);
            }
            ExprKind::Local(local) => match looked.sources[local.0 as usize].as_slice() {
                [only] if *only < expr => again(*only, holds, found),
                _ => self.leaf(looked, expr, expr, State::Depends, depth, via, found),
            },
            _ if self.helper(looked, expr, holds, depth, found) => {}
            _ => {
                let state = set(holds);
                self.leaf(looked, expr, expr, state, depth, via, found);
            }
        }
    }

    /// The condition is what a helper, or a constant, gives.
    fn helper(
        &self,
        looked: &Looked<'a>,
        expr: ExprId,
        holds: bool,
        depth: usize,
        found: &mut Vec<Meaning>,
    ) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let before = found.len();
        let key = span_of(looked.body.expr(expr));
        let [target] = self.targets(looked, key)[..] else { return false };
        let inner = self.look(target);
        let returns = inner.body.exprs.iter().any(|e| matches!(e.kind, ExprKind::Return(Some(_))));
        if let (Some(root), false) = (inner.body.root, returns) {
            self.decompose(&inner, root, holds, depth, Some(key), found);
        }
        found.len() > before
    }

    /// The code of the crate that the expression with this span runs.
    fn targets(&self, looked: &Looked<'a>, span: Span) -> Vec<BodyRef> {
        let Some(number) = looked.number else { return Vec::new() };
        let edges = self.facts.bodies[number].edges.iter().filter(|edge| edge.span == span);
        let mut targets: Vec<BodyRef> = edges.map(|edge| edge.target).take(3).collect();
        targets.dedup();
        targets
    }

    /// A helper that ends the process unless something is so.
    fn guard(&self, looked: &Looked<'a>, call: ExprId, found: &mut Vec<Meaning>) {
        let [target] = self.targets(looked, span_of(looked.body.expr(call)))[..] else { return };
        if target == looked.at || self.level.get() >= MAX_LEVELS {
            return;
        }
        let inner = self.look(target);
        let from = found.len();
        for exit in self.ends(&inner) {
            let behind = inner.conditions.behind(exit);
            let Some(condition) = behind.iter().rfind(|c| !matches!(c.test, Test::Returns(_)))
            else {
                continue;
            };
            if let Test::Expr(expr) = condition.test {
                let via = Some(span_of(looked.body.expr(call)));
                self.decompose(&inner, expr, !condition.holds, MAX_HELPERS - 1, via, found);
            }
        }
        let mut index = 0;
        found.retain(|meaning| {
            index += 1;
            index <= from || meaning.gate.is_deliberate()
        });
    }

    /// Where a body ends the process, or its caller.
    fn ends(&self, looked: &Looked<'a>) -> Vec<ExprId> {
        let ends = |index: &usize| self.facts.facts[*index].effects.contains(&Effect::ProcessExit);
        let on = looked.facts.iter().filter(|(_, facts)| facts.iter().any(ends));
        let mut found: Vec<ExprId> = on.map(|(id, _)| *id).collect();
        // `return Err(..)` and `return None` are for the `?` of the caller.
        found.extend(looked.body.iter().filter_map(|(id, expr)| {
            let ExprKind::Return(Some(value)) = expr.kind else { return None };
            let path = match &looked.body.expr(value).kind {
                ExprKind::Call { callee, .. } => match &looked.body.expr(*callee).kind {
                    ExprKind::Path(path) => path,
                    _ => return None,
                },
                ExprKind::Path(path) => path,
                _ => return None,
            };
            path.last().is_some_and(|last| last.name == "Err" || last.name == "None").then_some(id)
        }));
        found.sort();
        found.truncate(4);
        found
    }

    /// `?` and its kin: only what the value itself comes from counts.
    fn present(&self, looked: &Looked<'a>, expr: ExprId, holds: bool, found: &mut Vec<Meaning>) {
        let from = found.len();
        let mut at = expr;
        for _ in 0..24 {
            let state = if holds { State::Set } else { State::Unset };
            if looked.facts.contains_key(&at) {
                self.leaf(looked, at, at, state, 0, None, found);
                break;
            }
            match &looked.body.expr(at).kind {
                ExprKind::MethodCall { receiver, .. } => {
                    if !self.targets(looked, span_of(looked.body.expr(at))).is_empty() {
                        self.leaf(looked, at, at, State::Depends, MAX_HELPERS, None, found);
                        found.retain(|m| m.gate != Gate::Environment);
                        break;
                    }
                    at = *receiver;
                }
                ExprKind::Try(value) | ExprKind::Await(value) | ExprKind::Ref { value, .. } => {
                    at = *value;
                }
                ExprKind::Call { .. } => {
                    let before = found.len();
                    self.guard(looked, at, found);
                    if found.len() > before {
                        break;
                    }
                    self.leaf(looked, at, at, State::Depends, MAX_HELPERS, None, found);
                    let mut index = 0;
                    found.retain(|m| {
                        index += 1;
                        index <= before || m.gate != Gate::Environment
                    });
                    break;
                }
                _ => break,
            }
        }
        let mut index = 0;
        found.retain(|meaning| {
            index += 1;
            index <= from || meaning.gate.is_deliberate() || meaning.gate == Gate::Environment
        });
    }

    /// Something that is asked as a whole: `value` is what the state speaks of, `whole` the
    /// condition around it.
    #[expect(clippy::too_many_arguments)]
    fn leaf(
        &self,
        looked: &Looked<'a>,
        value: ExprId,
        whole: ExprId,
        state: State,
        depth: usize,
        via: Option<Span>,
        found: &mut Vec<Meaning>,
    ) {
        let slice = self.slice(looked, whole, depth, via);
        let direct = self.direct(looked, value, via);
        let mut meanings: Vec<(Gate, Option<String>, bool)> = Vec::new();
        for (index, hops) in &slice.facts {
            let fact = &self.facts.facts[*index];
            let Some(row) = self.row(fact, &slice) else { continue };
            let is_direct = direct.contains(index);
            let near = is_direct || *hops == 0;
            if matches!(row.asks, Gate::Environment | Gate::File) && !near {
                continue;
            }
            meanings.push((row.asks, name(row, fact, &slice, &self.matching), is_direct));
        }
        let rows = self.context.models.conditions.iter().filter(|row| row.call.is_none());
        for row in rows {
            if self.fits(row, &slice) {
                let what = if row.asks == Gate::Date { slice.date.clone() } else { None };
                meanings.push((row.asks, what, true));
                break;
            }
        }
        let many = meanings.len() > 1;
        for (gate, what, direct) in meanings {
            let state = match gate {
                Gate::Date if !matches!(state, State::After | State::Before) => State::Depends,
                Gate::Date => state.clone(),
                _ if many && !matches!(state, State::Is(_) | State::IsNot(_)) && !direct => {
                    State::Depends
                }
                _ if direct || !matches!(gate, Gate::Environment | Gate::File) => state.clone(),
                _ => State::Depends,
            };
            let place = Place { file: looked.at.file, span: looked.body.expr(whole).span };
            let meaning = Meaning { gate, what, state, place };
            let same = |m: &Meaning| {
                m.gate == meaning.gate && m.what == meaning.what && m.state == meaning.state
            };
            if !found.iter().any(same) {
                found.push(meaning);
            }
        }
    }

    /// The row that says what a fact of a condition is about.
    fn row(&self, fact: &Fact, slice: &Slice) -> Option<&'a ConditionRow> {
        let rows = self.context.models.conditions.iter();
        rows.into_iter().find(|row| {
            row.call.as_ref().is_some_and(|call| self.matching.call(call, fact))
                && self.fits(row, slice)
        })
    }

    /// Whether everything that a row asks beside its call is in the condition.
    fn fits(&self, row: &ConditionRow, slice: &Slice) -> bool {
        let path = |wanted: &String| {
            expand(wanted).iter().any(|w| slice.paths.iter().any(|path| path_fits(w, path)))
        };
        let class = |name: &String| slice.texts.iter().any(|t| self.matching.class(name, t));
        (row.paths.is_empty() || row.paths.iter().any(path))
            && (row.methods.is_empty()
                || row.methods.iter().any(|m| slice.methods.iter().any(|method| method == m)))
            && (row.text.is_empty() || row.text.iter().any(class))
            && (!row.fixed_date || slice.date.is_some())
    }

    /// The facts that a value is, under another form.
    fn direct(&self, looked: &Looked<'a>, mut expr: ExprId, via: Option<Span>) -> Vec<usize> {
        for _ in 0..24 {
            if let Some(facts) = looked.facts.get(&expr) {
                return self.for_call(facts, via).collect();
            }
            match &looked.body.expr(expr).kind {
                ExprKind::MethodCall { receiver, method, .. }
                    if !matches!(
                        method.as_str(),
                        "join" | "parent" | "get" | "split" | "lines"
                    ) =>
                {
                    expr = *receiver;
                }
                ExprKind::Try(value)
                | ExprKind::Await(value)
                | ExprKind::Ref { value, .. }
                | ExprKind::Unary { value, .. }
                | ExprKind::Bind { value: Some(value), .. }
                | ExprKind::Block { tail: Some(value), .. } => expr = *value,
                ExprKind::Local(local) => match looked.sources[local.0 as usize].as_slice() {
                    [only] if *only < expr => expr = *only,
                    _ => return Vec::new(),
                },
                _ => return Vec::new(),
            }
        }
        Vec::new()
    }

    /// Of the facts at a place, those for the caller that is looked at, or for everyone.
    fn for_call<'f>(
        &'f self,
        facts: &'f [usize],
        via: Option<Span>,
    ) -> impl Iterator<Item = usize> + 'f {
        let span = move |index: &usize| self.facts.facts[*index].via.map(|via| via.span);
        let handed = via.is_some() && facts.iter().any(|index| span(index) == via);
        facts.iter().copied().filter(move |index| {
            let of = span(index);
            if handed { of == via } else { of.is_none() }
        })
    }

    /// Follows an expression backwards.
    fn slice(&self, looked: &Looked<'a>, expr: ExprId, depth: usize, via: Option<Span>) -> Slice {
        let mut slice = Slice::default();
        self.follow(looked, vec![(expr, 0)], depth, via, &mut slice);
        slice
    }

    fn follow(
        &self,
        looked: &Looked<'a>,
        mut work: Vec<(ExprId, usize)>,
        depth: usize,
        via: Option<Span>,
        slice: &mut Slice,
    ) {
        let mut visited: FxHashSet<ExprId> = FxHashSet::default();
        while let Some((id, hops)) = work.pop() {
            if !visited.insert(id) || slice.visited > MAX_VISITED {
                continue;
            }
            slice.visited += 1;
            let expr = looked.body.expr(id);
            if let Some(facts) = looked.facts.get(&id) {
                let mut known = false;
                for index in self.for_call(facts, via) {
                    let fact = &self.facts.facts[index];
                    slice.texts.extend(fact.args.iter().flat_map(|arg| arg.value.texts()));
                    slice.facts.push((index, hops));
                    known |= self.context.models.conditions.iter().any(|row| {
                        row.call.as_ref().is_some_and(|call| self.matching.call(call, fact))
                    });
                }
                if known {
                    continue;
                }
            }
            if let Some(path) = &looked.paths[id.0 as usize] {
                let asked = self.context.models.conditions.iter().any(|row| {
                    row.paths.iter().flat_map(|w| expand(w)).any(|w| path_fits(&w, path))
                });
                if asked {
                    slice.paths.push(path.clone());
                }
            }
            let value = &looked.values[id.0 as usize];
            if slice.date.is_none() {
                slice.date =
                    fixed_date(&expr.kind, value, |id| looked.values[id.0 as usize].clone());
            }
            match &expr.kind {
                ExprKind::Literal(Literal::Text(text)) => slice.texts.push(text.clone()),
                ExprKind::Path(_) if slice.texts.len() < MAX_VISITED => {
                    slice.texts.extend(value.texts());
                }
                _ => {}
            }
            if let Some(depth) = depth.checked_sub(1) {
                for target in self.targets(looked, span_of(expr)) {
                    let inner = self.look(target);
                    let work = results(inner.body).into_iter().map(|id| (id, hops)).collect();
                    self.follow(&inner, work, depth, Some(span_of(expr)), slice);
                }
            }
            match &expr.kind {
                ExprKind::Local(local) if hops < MAX_HOPS => {
                    for source in &looked.sources[local.0 as usize] {
                        work.push((*source, hops + 1));
                        // A flag that is set behind a condition asks what that asks.
                        if matches!(looked.body.expr(*source).kind, ExprKind::Literal(_)) {
                            let tests = looked.conditions.behind(*source);
                            let own = tests.iter().filter(|c| !c.covers(id));
                            work.extend(own.filter_map(|c| match c.test {
                                Test::Expr(id) => Some((id, hops)),
                                _ => None,
                            }));
                        }
                    }
                }
                ExprKind::Block { tail, .. } => work.extend(tail.map(|tail| (tail, hops))),
                ExprKind::Loop { .. } => {}
                ExprKind::MethodCall { method, .. } | ExprKind::Field { name: method, .. } => {
                    slice.methods.push(method.clone());
                    expr.kind.operands(&mut |id| work.push((id, hops)));
                }
                kind => kind.operands(&mut |id| work.push((id, hops))),
            }
        }
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

/// What is asked, by name.
fn name(row: &ConditionRow, fact: &Fact, slice: &Slice, matching: &Matching<'_>) -> Option<String> {
    let text = |role: Role| {
        let arg = fact.args.iter().find(|arg| arg.role == role)?;
        arg.value.texts().first().map(|text| readable(text))
    };
    if !row.text.is_empty() {
        let fits = |t: &&String| row.text.iter().any(|class| matching.class(class, t));
        return slice.texts.iter().find(fits).map(|text| readable(text));
    }
    match row.asks {
        Gate::Environment | Gate::Ci | Gate::HostName | Gate::UserName | Gate::Locale => {
            text(Role::Variable)
        }
        Gate::File => text(Role::Path),
        _ => None,
    }
}

/// Every expression that facts, edges and claims name by its place.
fn spans(body: &Body) -> FxHashMap<Span, ExprId> {
    let mut spans = FxHashMap::default();
    for (id, expr) in body.iter() {
        let called = matches!(
            expr.kind,
            ExprKind::Call { .. } | ExprKind::MethodCall { .. } | ExprKind::Macro(_)
        );
        if called {
            spans.insert(span_of(expr), id);
        } else {
            spans.entry(expr.span).or_insert(id);
        }
    }
    spans
}

/// The span by which facts and edges name an expression.
fn span_of(expr: &Expr) -> Span {
    match &expr.kind {
        ExprKind::MethodCall { method_span, .. } => {
            Span { start: method_span.start, end: expr.span.end }
        }
        _ => expr.span,
    }
}

/// What each local may hold: what it is bound to, assigned, and handed to for filling.
fn sources(body: &Body) -> Vec<Vec<ExprId>> {
    let mut sources = vec![Vec::new(); body.locals.len()];
    for (id, expr) in body.iter() {
        match &expr.kind {
            ExprKind::Bind { pattern, value: Some(value), .. } => {
                pattern.locals(&mut |local| sources[local.0 as usize].push(*value));
            }
            ExprKind::Assign { target, value, .. } => {
                if let ExprKind::Local(local) = body.expr(*target).kind {
                    sources[local.0 as usize].push(*value);
                }
            }
            ExprKind::Call { args, .. } | ExprKind::MethodCall { args, .. } => {
                for arg in args {
                    if let ExprKind::Ref { mutable: true, value } = body.expr(*arg).kind
                        && let ExprKind::Local(local) = body.expr(value).kind
                    {
                        sources[local.0 as usize].push(id);
                    }
                }
                // The parameter of a closure is what the method is called on.
                if let ExprKind::MethodCall { receiver, .. } = &expr.kind {
                    for arg in args {
                        let ExprKind::Closure { params, .. } = &body.expr(*arg).kind else {
                            continue;
                        };
                        for param in params {
                            if let ExprKind::Bind { pattern, .. } = &body.expr(*param).kind {
                                pattern.locals(&mut |local| {
                                    sources[local.0 as usize].push(*receiver);
                                });
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    sources
}

/// What a body gives back, and the conditions that decide it.
fn results(body: &Body) -> Vec<ExprId> {
    let mut results: Vec<ExprId> = body.root.into_iter().collect();
    for (_, expr) in body.iter() {
        match &expr.kind {
            ExprKind::Return(Some(value)) => results.push(*value),
            ExprKind::If { condition, then, .. } => {
                let inside = body.expr(*then).first.0..=then.0;
                let mut kinds = body.exprs.iter().zip(0u32..);
                if kinds
                    .any(|(e, id)| inside.contains(&id) && matches!(e.kind, ExprKind::Return(_)))
                {
                    results.push(*condition);
                }
            }
            _ => {}
        }
        if results.len() > 32 {
            break;
        }
    }
    results
}

fn text_of(looked: &Looked<'_>, id: ExprId) -> Option<String> {
    let text = looked.values[id.0 as usize].as_text()?;
    (!text.is_empty()).then(|| readable(&text))
}

enum PatternState {
    Bool(bool),
    State(State),
}

/// What it says of a value that a pattern fits it.
fn pattern_state(pattern: &Pattern) -> Option<PatternState> {
    let state = match pattern {
        Pattern::Literal(Literal::Bool(wanted)) => return Some(PatternState::Bool(*wanted)),
        Pattern::Literal(Literal::Text(text)) => State::Is(text.clone()),
        Pattern::Or(parts) => {
            let texts: Vec<String> = parts
                .iter()
                .filter_map(|part| match pattern_state(part)? {
                    PatternState::State(State::Is(text)) => Some(text),
                    _ => None,
                })
                .take(4)
                .collect();
            if texts.is_empty() {
                return None;
            }
            State::Is(texts.join("` or `"))
        }
        Pattern::Variant { path, fields } => {
            match (path.last()?.name.as_str(), fields.as_slice()) {
                ("Ok" | "Some", [field]) => match field {
                    Pattern::Wild | Pattern::Bind { sub: None, .. } => State::Set,
                    other => return pattern_state(other),
                },
                ("Err", _) => State::Unset,
                _ => return None,
            }
        }
        Pattern::Path(path) if path.last().is_some_and(|last| last.name == "None") => State::Unset,
        _ => return None,
    };
    Some(PatternState::State(state))
}

/// The arguments of `cfg!(..)` as they are written in `#[cfg(..)]`.
fn predicate(body: &Body, arg: &MacroArg, depth: usize) -> String {
    let value = predicate_expr(body, arg.value, depth);
    match &arg.name {
        Some(name) => format!("{name} = {value}"),
        None => value,
    }
}

fn predicate_expr(body: &Body, id: ExprId, depth: usize) -> String {
    let Some(depth) = depth.checked_sub(1) else { return String::new() };
    match &body.expr(id).kind {
        ExprKind::Literal(Literal::Text(text)) => format!("{text:?}"),
        ExprKind::Path(path) => path.text(),
        ExprKind::Local(local) => body.locals[local.0 as usize].name.to_string(),
        ExprKind::Assign { target, value, .. } => {
            let (name, value) =
                (predicate_expr(body, *target, depth), predicate_expr(body, *value, depth));
            format!("{name} = {value}")
        }
        ExprKind::Call { callee, args } => {
            let parts: Vec<String> =
                args.iter().map(|arg| predicate_expr(body, *arg, depth)).collect();
            format!("{}({})", predicate_expr(body, *callee, depth), parts.join(", "))
        }
        _ => String::new(),
    }
}
