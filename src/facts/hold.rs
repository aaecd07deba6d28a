//! What stands in a value that was put together: the fields of a tuple, a struct or a variant,
//! the elements of a list, a map, a channel or a cell.
//!
//! What is taken out is what was put in, with everything that is known of it: its type and
//! value, the call that it comes from, and the fact that it belongs to. Only values that one
//! body puts together are seen, and those that a function of the scan gives back to it; fields
//! of what comes from elsewhere are the flow graph's. Nothing is concluded from what is absent.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::body::Pass;
use super::conceal::Trail;
use super::inherit::Gives;
use super::value::Value;
use crate::ir::*;
use crate::names::{Callee, Ty};
use crate::span::Span;

/// Parts that one value is known to have.
const MAX_PARTS: usize = 64;

/// Something that was put in.
#[derive(Debug, Clone)]
pub struct Part {
    what: What,
    /// It is put in again and again: what is known of its value holds for the first time only.
    varies: bool,
}

#[derive(Debug, Clone)]
enum What {
    /// An expression of this body.
    Here(ExprId),
    /// What a function of the scan put in, the arguments that it was handed, and the call.
    Given(Rc<Gives>, Rc<[ExprId]>, Span),
}

impl Part {
    fn here(expr: ExprId) -> Self {
        Self { what: What::Here(expr), varies: false }
    }
}

#[derive(Debug, Clone)]
enum Held {
    /// By name; one that is set anew stands there twice.
    Fields(Vec<(Name, Part)>),
    Elements(Vec<Part>),
}

/// What the expressions and locals of one body hold; two names of one list share a number.
#[derive(Debug, Default)]
pub struct Holding {
    all: Vec<Held>,
    exprs: Vec<Option<usize>>,
    locals: Vec<Option<usize>>,
    /// Expressions and locals that are another expression, which was put in somewhere.
    taken: FxHashMap<ExprId, ExprId>,
    taken_locals: FxHashMap<LocalId, ExprId>,
    /// First and last expression of each loop.
    loops: Vec<(ExprId, ExprId)>,
}

impl Holding {
    pub fn new(locals: usize) -> Self {
        Self { locals: vec![None; locals], ..Self::default() }
    }

    pub fn next(&mut self) {
        self.exprs.push(None);
    }

    pub fn add_loop(&mut self, first: ExprId, last: ExprId) {
        self.loops.push((first, last));
    }

    /// The expression is the other one under another form.
    pub fn same(&mut self, id: ExprId, other: ExprId) {
        self.exprs[id.0 as usize] = self.exprs[other.0 as usize];
    }

    pub fn read_local(&mut self, id: ExprId, local: LocalId) {
        self.exprs[id.0 as usize] = self.locals[local.0 as usize];
    }

    /// The expression that an expression, or a local, was before it was put in and taken out.
    pub fn taken(&self, id: ExprId) -> Option<ExprId> {
        self.taken.get(&id).copied()
    }

    pub fn taken_local(&self, local: LocalId) -> Option<ExprId> {
        self.taken_locals.get(&local).copied()
    }

    /// What the local holds is not known any more.
    pub fn forget(&mut self, local: LocalId) {
        let at = local.0 as usize;
        if let Some(number) = self.locals[at]
            && matches!(self.all[number], Held::Fields(_))
        {
            self.locals[at] = None;
        }
    }

    fn of(&self, id: ExprId) -> Option<&Held> {
        self.exprs[id.0 as usize].map(|number| &self.all[number])
    }

    fn set(&mut self, id: ExprId, held: Held) {
        self.exprs[id.0 as usize] = Some(self.all.len());
        self.all.push(held);
    }

    fn elements(&self, id: ExprId) -> Option<&[Part]> {
        match self.of(id) {
            Some(Held::Elements(parts)) => Some(parts),
            _ => None,
        }
    }

    fn field(&self, id: ExprId, name: &str) -> Vec<Part> {
        match self.of(id) {
            Some(Held::Fields(fields)) => {
                let named = fields.iter().filter(|(field, _)| field == name);
                named.map(|(_, part)| part.clone()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A field of one of several things that the same value can be.
    fn fields(&self, parts: &[Part], name: &str) -> Vec<Part> {
        let here = parts.iter().filter_map(|part| match part.what {
            What::Here(expr) => Some(expr),
            What::Given(..) => None,
        });
        here.flat_map(|expr| self.field(expr, name)).collect()
    }

    fn put(&mut self, number: usize, expr: ExprId) {
        let varies = self.loops.iter().any(|(first, last)| *first <= expr && expr <= *last);
        if let Some(Held::Elements(parts)) = self.all.get_mut(number)
            && parts.len() < MAX_PARTS
        {
            parts.push(Part { what: What::Here(expr), varies });
        }
    }
}

/// Where a part of what a function gives back comes from.
#[derive(Debug, Clone)]
pub enum Source {
    Param(usize),
    Made(Rc<Gives>),
}

impl<'a> Pass<'a, '_> {
    /// After the pass has looked at an expression: what it holds, or what it takes out.
    pub(super) fn hold(&mut self, id: ExprId, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Tuple(parts) => {
                let parts = parts.iter().enumerate().take(MAX_PARTS);
                let fields =
                    parts.map(|(at, part)| (Name::from(at.to_string()), Part::here(*part)));
                let fields = fields.collect();
                self.holds.set(id, Held::Fields(fields));
            }
            ExprKind::Struct { fields, base, .. } => {
                let named = fields.iter().map(|(name, part)| (name.clone(), Part::here(*part)));
                let mut all: Vec<(Name, Part)> = named.take(MAX_PARTS).collect();
                if let Some(Held::Fields(others)) = base.and_then(|base| self.holds.of(base)) {
                    let kept = |(name, _): &&(Name, Part)| !fields.iter().any(|(n, _)| n == name);
                    let room = MAX_PARTS.saturating_sub(all.len());
                    all.extend(others.iter().filter(kept).take(room).cloned());
                }
                self.holds.set(id, Held::Fields(all));
            }
            ExprKind::Array(parts) => {
                let parts = parts.iter().take(MAX_PARTS).map(|part| Part::here(*part)).collect();
                self.holds.set(id, Held::Elements(parts));
            }
            ExprKind::Macro(call) if call.path.single().is_some_and(|name| name == "vec") => {
                let args = call.args.iter().filter(|arg| arg.name.is_none());
                let parts = args.take(MAX_PARTS).map(|arg| Part::here(arg.value)).collect();
                self.holds.set(id, Held::Elements(parts));
            }
            ExprKind::Call { callee, args } => self.hold_call(id, *callee, args),
            ExprKind::MethodCall { receiver, method, .. }
                if self.holds.exprs[id.0 as usize].is_none() =>
            {
                let does = self.cx.models.method(method);
                if does.keeps || does.walks {
                    self.holds.same(id, *receiver);
                }
                // What is chosen of several is one of them.
                if does.walks
                    && *self.value(id) == Value::Unknown
                    && matches!(self.value(*receiver), Value::Text(_) | Value::Any(_))
                {
                    self.set_value(id, self.value(*receiver).clone());
                }
                if does.runs
                    && let ExprKind::MethodCall { args, .. } = &expr.kind
                {
                    self.hold_run(id, args);
                }
            }
            ExprKind::Field { base, name } => {
                let parts = self.holds.field(*base, name);
                self.stand_for(id, &parts);
            }
            ExprKind::Index { base, index }
                if !matches!(self.body.expr(*index).kind, ExprKind::Range { .. }) =>
            {
                if let Some(parts) = self.holds.elements(*base) {
                    let parts = parts.to_vec();
                    self.stand_for(id, &parts);
                }
            }
            ExprKind::If { then, otherwise: Some(otherwise), .. } => {
                self.hold_either(id, &[*then, *otherwise]);
            }
            ExprKind::Match { arms, .. } => {
                let bodies: Vec<ExprId> = arms.iter().map(|arm| arm.body).collect();
                self.hold_either(id, &bodies);
            }
            ExprKind::Assign { op: None, target, value } => self.hold_assigned(*target, *value),
            ExprKind::Bind { pattern, value, origin, .. } => {
                self.hold_bound(id, pattern, *value, *origin);
            }
            _ => {}
        }
    }

    fn hold_call(&mut self, id: ExprId, callee: ExprId, args: &[ExprId]) {
        match self.ty(callee) {
            Ty::Function(Callee::Constructor(_)) => {
                let parts = args.iter().enumerate().take(MAX_PARTS);
                let fields =
                    parts.map(|(at, part)| (Name::from(at.to_string()), Part::here(*part)));
                let fields = fields.collect();
                self.holds.set(id, Held::Fields(fields));
            }
            Ty::Function(Callee::External(path)) => {
                let path = path.clone();
                let name = path.rsplit("::").next().unwrap_or(&path);
                let number = |arg: &ExprId| {
                    matches!(self.body.expr(*arg).kind, ExprKind::Literal(Literal::Integer(_)))
                };
                if args.iter().all(number) {
                    // A new list, a new channel.
                    self.holds.set(id, Held::Elements(Vec::new()));
                } else if self.cx.models.method(name).runs {
                    self.hold_run(id, args);
                } else if self.cx.models.method(name).wraps {
                    let parts = args.iter().take(1).map(|part| Part::here(*part)).collect();
                    self.holds.set(id, Held::Elements(parts));
                } else if let [only] = args
                    && (self.is_plain_wrapper(&path) || matches!(name, "Some" | "Ok" | "from"))
                {
                    self.holds.same(id, *only);
                }
            }
            _ => {}
        }
    }

    /// What is run gives what its closure or its future gives, by way of a handle or at once.
    fn hold_run(&mut self, id: ExprId, args: &[ExprId]) {
        let Some(last) = args.last().copied() else { return };
        let run = match self.body.expr(last).kind {
            ExprKind::Closure { body, .. } if body < id => body,
            _ => last,
        };
        if self.object(id).is_none() {
            self.stand_for(id, &[Part::here(run)]);
        }
        self.holds.set(id, Held::Elements(vec![Part::here(run)]));
    }

    /// Whether a function from elsewhere gives its first argument in another form.
    pub(super) fn is_plain_wrapper(&self, path: &str) -> bool {
        let row = self.cx.models.call(path);
        row.is_some_and(|row| {
            row.is_plain()
                && row.returns.as_deref().is_some_and(|r| r.starts_with('$') || r == "Self")
        })
    }

    /// Both arms of a branch give something of the same kind.
    fn hold_either(&mut self, id: ExprId, branches: &[ExprId]) {
        let mut all: Option<Held> = None;
        for branch in branches {
            let Some(held) = self.holds.of(*branch) else { continue };
            match (&mut all, held) {
                (Some(Held::Fields(fields)), Held::Fields(more)) => {
                    let room = MAX_PARTS.saturating_sub(fields.len());
                    fields.extend(more.iter().take(room).cloned());
                }
                (Some(Held::Elements(parts)), Held::Elements(more)) => {
                    let room = MAX_PARTS.saturating_sub(parts.len());
                    parts.extend(more.iter().take(room).cloned());
                }
                (Some(_), _) => {}
                (None, held) => all = Some(held.clone()),
            }
        }
        if let Some(held) = all {
            self.holds.set(id, held);
        }
    }

    fn hold_assigned(&mut self, target: ExprId, value: ExprId) {
        match &self.body.expr(target).kind {
            ExprKind::Local(local) => {
                if let Some(number) = self.holds.exprs[value.0 as usize] {
                    self.holds.locals[local.0 as usize] = Some(number);
                }
            }
            ExprKind::Field { base, name } => {
                if let Some(number) = self.holds.exprs[base.0 as usize]
                    && let Held::Fields(fields) = &mut self.holds.all[number]
                    && fields.len() < MAX_PARTS
                {
                    fields.push((name.clone(), Part::here(value)));
                }
            }
            ExprKind::Index { base, .. } => {
                if let Some(number) = self.holds.exprs[base.0 as usize] {
                    self.holds.put(number, value);
                }
            }
            _ => {}
        }
    }

    fn hold_bound(
        &mut self,
        id: ExprId,
        pattern: &'a Pattern,
        value: Option<ExprId>,
        origin: BindOrigin,
    ) {
        let receiver = self.element_of(id);
        let Some(value) = value.or(receiver) else { return };
        let elements = receiver.is_some() || origin == BindOrigin::For;
        if !elements {
            if let Pattern::Bind { local, .. } = pattern {
                self.holds.locals[local.0 as usize] = self.holds.exprs[value.0 as usize];
                return;
            }
            // Two names of a new channel: what goes in by the one comes out by the other.
            if let (Pattern::Tuple(_), Some([])) = (pattern, self.holds.elements(value)) {
                let number = self.holds.exprs[value.0 as usize];
                pattern.locals(&mut |local| self.holds.locals[local.0 as usize] = number);
                return;
            }
            return self.bind_parts(id, pattern, &[Part::here(value)], true);
        }
        match self.holds.elements(value) {
            Some(parts) => {
                let parts = parts.to_vec();
                self.bind_parts(id, pattern, &parts, false);
            }
            // `Some((a, b)).map(|(a, b)| ..)`
            None if !matches!(pattern, Pattern::Bind { .. }) => {
                self.bind_parts(id, pattern, &[Part::here(value)], true);
            }
            None => {}
        }
    }

    /// The parts go into the locals of a pattern. `whole`: they are what the pass has already
    /// bound as a whole.
    fn bind_parts(&mut self, id: ExprId, pattern: &Pattern, parts: &[Part], whole: bool) {
        if parts.is_empty() {
            return;
        }
        match pattern {
            Pattern::Bind { local, sub } => {
                if whole {
                    if let [Part { what: What::Here(expr), .. }] = parts {
                        let number = self.holds.exprs[expr.0 as usize];
                        self.holds.locals[local.0 as usize] = number;
                    }
                } else {
                    self.local_stands_for(id, *local, parts);
                }
                if let Some(sub) = sub {
                    self.bind_parts(id, sub, parts, whole);
                }
            }
            Pattern::Variant { path, fields } => {
                let name = path.last().map(|segment| segment.name.as_str());
                if let (Some("Ok" | "Some" | "Ready"), [field]) = (name, fields.as_slice()) {
                    return self.bind_parts(id, field, parts, whole);
                }
                for (at, field) in fields.iter().enumerate() {
                    let inner = self.holds.fields(parts, &at.to_string());
                    self.bind_parts(id, field, &inner, false);
                }
            }
            Pattern::Tuple(patterns) => {
                for (at, field) in patterns.iter().enumerate() {
                    let inner = self.holds.fields(parts, &at.to_string());
                    self.bind_parts(id, field, &inner, false);
                }
            }
            Pattern::Struct { fields, .. } => {
                for (name, field) in fields {
                    let inner = self.holds.fields(parts, name);
                    self.bind_parts(id, field, &inner, false);
                }
            }
            Pattern::Slice(patterns) => {
                let [Part { what: What::Here(expr), .. }] = parts else { return };
                let Some(elements) = self.holds.elements(*expr) else { return };
                let elements = elements.to_vec();
                let exact = elements.len() == patterns.len();
                for (at, inner) in patterns.iter().enumerate() {
                    let parts = if exact { &elements[at..=at] } else { &elements[..] };
                    self.bind_parts(id, inner, parts, false);
                }
            }
            Pattern::Or(patterns) => {
                patterns.iter().for_each(|inner| self.bind_parts(id, inner, parts, whole));
            }
            Pattern::Wild
            | Pattern::Literal(_)
            | Pattern::Range { .. }
            | Pattern::Path(_)
            | Pattern::Other => {}
        }
    }

    /// A local is one of the parts; `scratch` is an expression that has no value of its own.
    fn local_stands_for(&mut self, scratch: ExprId, local: LocalId, parts: &[Part]) {
        let (from, to) = (scratch.0 as usize, local.0 as usize);
        self.stand_for(scratch, parts);
        let ty = std::mem::take(&mut self.types[from]);
        if matches!(self.local_types[to], Ty::Unknown | Ty::Bounds(_))
            || matches!(ty, Ty::Function(_))
        {
            self.local_types[to] = ty;
        }
        let value = std::mem::take(&mut self.values[from]);
        if value != Value::Unknown {
            self.local_values[to] = value;
            self.fold.set_local(local, self.fold.trail(scratch));
        }
        self.local_objects[to] = self.objects[from].take();
        self.local_origins[to] = self.origins[from].take();
        self.holds.locals[to] = self.holds.exprs[from].take();
        self.fold.set(scratch, Trail::default());
        if let Some(expr) = self.holds.taken.remove(&scratch) {
            self.holds.taken_locals.insert(local, expr);
        }
    }

    /// An expression is one of the parts.
    fn stand_for(&mut self, id: ExprId, parts: &[Part]) {
        let at = id.0 as usize;
        let (ty, value) = (self.types[at].clone(), self.values[at].clone());
        match parts {
            [] => return,
            [Part { what: What::Here(expr), .. }] => {
                self.same(id, *expr);
                self.fold.set(id, self.fold.trail(*expr));
                self.holds.taken.insert(id, *expr);
            }
            [Part { what: What::Given(gives, args, span), .. }] => {
                self.values[at] = gives.value.clone();
                self.origins[at] = gives.origin.clone();
                self.fold.set(id, gives.trail);
                self.inherit(id, *span, args, gives);
            }
            several => {
                let here = several.iter().filter_map(|part| match part.what {
                    What::Here(expr) => Some(expr),
                    What::Given(..) => None,
                });
                let here: Vec<ExprId> = here.collect();
                if here.is_empty() {
                    return;
                }
                self.either(id, &here);
                self.hold_either(id, &here);
                let mut trail = Trail::default();
                here.iter().for_each(|expr| trail.add(self.fold.trail(*expr)));
                self.fold.set(id, trail);
                if here.len() < several.len() {
                    self.values[at] = Value::Unknown;
                }
            }
        }
        if parts.iter().any(|part| part.varies) {
            self.values[at] = Value::Unknown;
        }
        if value != Value::Unknown {
            self.values[at] = value;
        }
        let says_more =
            matches!(ty, Ty::Unknown | Ty::Bounds(_)) || matches!(self.types[at], Ty::Function(_));
        if !says_more || self.types[at] == Ty::Unknown {
            self.types[at] = ty;
        }
    }

    /// A method that puts something into what it is called on, or takes it out; whether it is
    /// the latter, and nothing more has to be known about the call.
    pub(super) fn hold_method(
        &mut self,
        id: ExprId,
        receiver: ExprId,
        method: &Name,
        args: &[ExprId],
    ) -> bool {
        let Some(number) = self.holds.exprs[receiver.0 as usize] else { return false };
        let does = self.cx.models.method(method);
        if does.changes
            && let Some(last) = args.last()
        {
            self.holds.put(number, *last);
        }
        let Some(parts) = self.holds.elements(receiver) else { return false };
        if !does.takes || does.walks || parts.is_empty() {
            return false;
        }
        // What a model says about the call counts more.
        if let Ty::External(owner, _) = self.ty(receiver)
            && self.cx.models.call(&format!("{owner}::{method}")).is_some_and(|row| !row.is_plain())
        {
            return false;
        }
        let parts = parts.to_vec();
        self.stand_for(id, &parts);
        true
    }

    /// The expressions that a field of a value is, when all of them are known.
    pub(super) fn part_exprs(&self, base: ExprId, name: &str) -> Option<Vec<ExprId>> {
        let parts = self.holds.field(base, name);
        let exprs = parts.iter().map(|part| match part.what {
            What::Here(expr) => Some(expr),
            What::Given(..) => None,
        });
        let exprs: Option<Vec<ExprId>> = exprs.collect();
        exprs.filter(|exprs| !exprs.is_empty())
    }

    /// The elements that come out of `map` and its kin are what its closure gives.
    pub(super) fn hold_mapped(&mut self, id: ExprId, receiver: ExprId, callback: ExprId) {
        if self.holds.elements(receiver).is_none() {
            return;
        }
        let part = match self.body.expr(callback).kind {
            ExprKind::Closure { body, .. } if body < id => body,
            _ => id,
        };
        self.holds.set(id, Held::Elements(vec![Part::here(part)]));
    }

    /// A field of an argument, through fields of fields.
    pub(super) fn inherit_field(&mut self, id: ExprId, arg: ExprId, path: &[Name]) -> bool {
        let mut parts = vec![Part::here(arg)];
        for name in path {
            parts = self.holds.fields(&parts, name);
        }
        self.stand_for(id, &parts);
        !parts.is_empty()
    }

    /// What the value of an expression is put together of, for the callers of the body.
    pub(super) fn parts(&self, root: ExprId) -> Rc<[(Name, Source)]> {
        let Some(Held::Fields(fields)) = self.holds.of(root) else { return Rc::default() };
        let sources = fields.iter().filter_map(|(name, part)| {
            let What::Here(expr) = part.what else { return None };
            let source = match self.param(expr) {
                Some((param, path)) if path.is_empty() => Source::Param(param),
                Some(_) => return None,
                None => Source::Made(Rc::new(self.gives_of(expr, false))),
            };
            Some((name.clone(), source))
        });
        sources.collect()
    }

    /// A call gives something that its function put together.
    pub(super) fn inherit_parts(
        &mut self,
        id: ExprId,
        span: Span,
        args: &[ExprId],
        parts: &[(Name, Source)],
    ) {
        if parts.is_empty() {
            return;
        }
        let handed: Rc<[ExprId]> = args.into();
        let fields = parts.iter().filter_map(|(name, source)| {
            let what = match source {
                Source::Param(param) => What::Here(*args.get(*param)?),
                Source::Made(gives) => What::Given(gives.clone(), handed.clone(), span),
            };
            Some((name.clone(), Part { what, varies: false }))
        });
        let fields = fields.collect();
        self.holds.set(id, Held::Fields(fields));
    }
}
