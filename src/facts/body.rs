//! The pass over one body.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::calls::parse_type;
use super::conceal::Trail;
use super::fold::Folding;
use super::hold::Holding;
use super::objects::Draft;
use super::value::{self, Value};
use super::{Context, Edge, Fact, Handed, eval};
use crate::ir::*;
use crate::names::{BodyRef, Callee, CrateId, Def, ModuleId, Res, Ty};
use crate::span::Place;
use crate::vocab::Confidence;

/// Elements of an array whose values are kept.
const MAX_LISTED: usize = 4_096;

/// What is known so far of the expressions and locals of one body.
pub(super) struct Pass<'a, 'c> {
    pub cx: &'c Context<'a>,
    pub at: (CrateId, ModuleId),
    pub here: BodyRef,
    pub body: &'a Body,
    pub types: Vec<Ty>,
    pub values: Vec<Value>,
    /// The draft of a fact that an expression is about.
    pub objects: Vec<Option<usize>>,
    /// The canonical path of the call that an expression is.
    pub origins: Vec<Option<smol_str::SmolStr>>,
    pub local_types: Vec<Ty>,
    pub local_values: Vec<Value>,
    pub local_objects: Vec<Option<usize>>,
    pub local_origins: Vec<Option<smol_str::SmolStr>>,
    /// The draft that stands for mentioning a function, by the local that holds it.
    pub mentions: Vec<Option<usize>>,
    pub drafts: Vec<Draft>,
    pub edges: Vec<Edge>,
    known_edges: FxHashSet<Edge>,
    /// The facts of helpers as they are for the calls of this body.
    pub handed: Vec<Handed>,
    /// What the parameters get, when one caller is looked at.
    given: Vec<Value>,
    /// How many callers deep that is.
    pub depth: u32,
    pub calls: usize,
    pub unresolved: usize,
    /// Expressions that stand where a function is called.
    pub callees: BTreeSet<ExprId>,
    /// Expressions whose value is used as a function pointer.
    pub functions: BTreeSet<ExprId>,
    /// The type that the context asks of an expression.
    pub wanted: BTreeMap<ExprId, &'a Type>,
    /// How many watched names were seen.
    pub names: usize,
    /// What values that are put together hold.
    pub holds: Holding,
    /// The receiver whose elements a closure's parameter stands for.
    elements: Vec<Option<ExprId>>,
    /// The call that a closure with this parameter is handed to: what is called or worked on, and
    /// the method.
    given_by: FxHashMap<ExprId, (ExprId, Option<&'a Name>)>,
    /// Constants beyond single operators.
    pub fold: Folding<'a>,
    /// The type that the body is declared to have.
    pub declared: Option<&'a Type>,
    /// The closure that a local holds.
    pub closures: FxHashMap<LocalId, ExprId>,
    /// What calls of closures hand in, by parameter: the types and values of all of them.
    handed_in: FxHashMap<ExprId, (Ty, Vec<Value>, Trail)>,
    /// The same, as an earlier pass over the body found it out.
    known_in: FxHashMap<ExprId, (Ty, Vec<Value>, Trail)>,
    /// The types of what parameters get, when one caller is looked at.
    given_types: Vec<Ty>,
    /// What calls, and mentions of constants, lead to.
    pub targets: FxHashMap<ExprId, Target>,
}

/// What an expression leads to, for the flow of data.
#[derive(Debug, Clone)]
pub(super) enum Target {
    Functions(Vec<Def>),
    /// A modelled function by its canonical path.
    Modelled(smol_str::SmolStr),
    /// The transcribers of a macro of the scan.
    Rules(Vec<BodyRef>),
    Constant(Def),
}

impl<'a, 'c> Pass<'a, 'c> {
    pub fn new(cx: &'c Context<'a>, here: BodyRef) -> Self {
        let body = cx.unit.files[&here.file].body(here.body);
        let (exprs, locals) = (body.exprs.len(), body.locals.len());
        Self {
            cx,
            at: (here.krate, here.module),
            here,
            body,
            types: Vec::with_capacity(exprs),
            values: Vec::with_capacity(exprs),
            objects: Vec::with_capacity(exprs),
            origins: Vec::with_capacity(exprs),
            local_types: vec![Ty::Unknown; locals],
            local_values: vec![Value::Unknown; locals],
            local_objects: vec![None; locals],
            local_origins: vec![None; locals],
            mentions: vec![None; locals],
            drafts: Vec::new(),
            edges: Vec::new(),
            known_edges: FxHashSet::default(),
            handed: Vec::new(),
            given: Vec::new(),
            depth: 0,
            calls: 0,
            unresolved: 0,
            callees: BTreeSet::new(),
            functions: BTreeSet::new(),
            wanted: BTreeMap::new(),
            names: 0,
            holds: Holding::new(locals),
            elements: Vec::new(),
            given_by: FxHashMap::default(),
            closures: FxHashMap::default(),
            handed_in: FxHashMap::default(),
            known_in: FxHashMap::default(),
            given_types: Vec::new(),
            targets: FxHashMap::default(),
            fold: Folding::default(),
            declared: None,
        }
    }

    /// Looks at the body for one caller.
    pub fn given(mut self, values: Vec<Value>, trails: Vec<Trail>, depth: u32) -> Self {
        self.given = values;
        self.fold.give(trails);
        self.depth = depth;
        self
    }

    /// The types of what parameters get, for one caller.
    pub fn given_types(mut self, types: Vec<Ty>) -> Self {
        self.given_types = types;
        self
    }

    /// A closure stands before its calls: where one hands something in, the body is looked at
    /// once more.
    pub fn run(self) -> Self {
        let again = (self.given.clone(), self.given_types.clone(), self.fold.given());
        let (cx, here, depth, declared) = (self.cx, self.here, self.depth, self.declared);
        let first = self.run_once();
        if first.handed_in.values().all(|(ty, values, _)| {
            *ty == Ty::Unknown && values.iter().all(|value| *value == Value::Unknown)
        }) {
            return first;
        }
        let (given, types, trails) = again;
        let mut second = Self::new(cx, here).given(given, trails, depth).given_types(types);
        second.declared = declared;
        second.known_in = first.handed_in;
        second.run_once()
    }

    fn run_once(mut self) -> Self {
        self.cx.memo.work(self.body.exprs.len());
        self.look_ahead();
        self.prepare_folding();
        for (id, expr) in self.body.iter() {
            // What an arm leaves unset is unknown.
            self.types.push(Ty::Unknown);
            self.values.push(Value::Unknown);
            self.objects.push(None);
            self.origins.push(None);
            self.holds.next();
            self.before(id, expr);
            self.expr(id, expr);
            self.hold(id, expr);
            self.fold(id, expr);
        }
        self
    }

    pub fn finish(self) -> (Vec<Fact>, Vec<Edge>, Vec<Handed>) {
        let facts = self.drafts.into_iter().filter_map(Draft::finish);
        (facts.collect(), self.edges, self.handed)
    }

    fn look_ahead(&mut self) {
        self.elements = vec![None; self.body.exprs.len()];
        for (id, expr) in self.body.iter() {
            match &expr.kind {
                ExprKind::Loop { .. } => self.holds.add_loop(expr.first, id),
                ExprKind::Call { callee, args } => {
                    for param in args.iter().filter_map(|arg| last_parameter(self.body, *arg)) {
                        self.given_by.insert(param, (*callee, None));
                    }
                    self.callees.insert(*callee);
                    self.used_as_function(*callee);
                }
                ExprKind::Bind { value: Some(value), ty: Some(ty), .. }
                | ExprKind::Cast { value, ty }
                    if matches!(ty, Type::Function { .. } | Type::Path(_)) =>
                {
                    if matches!(ty, Type::Path(_)) {
                        self.wanted.insert(self.inner_call(*value), ty);
                    }
                    if self.is_function_type(ty) {
                        self.used_as_function(*value);
                    }
                }
                ExprKind::MethodCall { receiver, method, args, .. } => {
                    for param in args.iter().filter_map(|arg| last_parameter(self.body, *arg)) {
                        self.elements[param.0 as usize] = Some(*receiver);
                        self.given_by.insert(param, (*receiver, Some(method)));
                    }
                }
                ExprKind::Bind {
                    pattern: Pattern::Bind { local, sub: None },
                    value: Some(value),
                    ..
                } if matches!(self.body.expr(*value).kind, ExprKind::Closure { .. }) => {
                    self.closures.insert(*local, *value);
                }
                _ => {}
            }
        }
    }

    /// The type of what a modelled call hands to the closure with this parameter.
    fn handed_type(&self, param: ExprId) -> Option<Ty> {
        let (of, method) = *self.given_by.get(&param)?;
        let path = match (self.ty(of), method) {
            (Ty::External(owner, _), Some(method)) => {
                smol_str::SmolStr::from(format!("{owner}::{method}"))
            }
            (Ty::Function(Callee::External(path)), None) => path.clone(),
            _ => return None,
        };
        self.cx.models.call(&path)?.gives.as_deref().map(parse_type)
    }

    /// Notes the calls that give the value of an expression.
    fn used_as_function(&mut self, id: ExprId) {
        self.functions.insert(self.inner_call(id));
    }

    /// The call that gives the value of an expression.
    fn inner_call(&self, mut id: ExprId) -> ExprId {
        while let ExprKind::Block { tail: Some(inner), .. }
        | ExprKind::Cast { value: inner, .. }
        | ExprKind::Try(inner) = &self.body.expr(id).kind
        {
            id = *inner;
        }
        id
    }

    pub fn ty(&self, id: ExprId) -> &Ty {
        &self.types[id.0 as usize]
    }

    pub fn value(&self, id: ExprId) -> &Value {
        &self.values[id.0 as usize]
    }

    pub fn object(&self, id: ExprId) -> Option<usize> {
        self.objects[id.0 as usize]
    }

    pub fn set_type(&mut self, id: ExprId, ty: Ty) {
        self.types[id.0 as usize] = ty;
    }

    pub fn set_value(&mut self, id: ExprId, value: Value) {
        self.values[id.0 as usize] = value;
    }

    pub fn set_object(&mut self, id: ExprId, object: Option<usize>) {
        self.objects[id.0 as usize] = object;
    }

    /// The expression is the other one under another form.
    pub fn same(&mut self, id: ExprId, other: ExprId) {
        let (to, from) = (id.0 as usize, other.0 as usize);
        self.types[to] = self.types[from].clone();
        self.values[to] = self.values[from].clone();
        self.objects[to] = self.objects[from];
        self.origins[to] = self.origins[from].clone();
        self.holds.same(id, other);
    }

    fn expr(&mut self, id: ExprId, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(id, literal),
            ExprKind::Path(path) => self.path(id, path),
            ExprKind::Local(local) => self.read_local(id, *local),
            ExprKind::Call { callee, args } => self.call(id, *callee, args),
            ExprKind::MethodCall { receiver, method, method_span, args, generics } => {
                self.method_call(id, *receiver, method, *method_span, args, generics);
            }
            ExprKind::Macro(call) => self.macro_call(id, call),
            ExprKind::Field { base, name } => {
                self.watched_field(id, name);
                let ty = self.cx.resolver().field(self.ty(*base), name);
                // A part of something from elsewhere belongs to its story: a child's stdin.
                if matches!((self.ty(*base), &ty), (Ty::External(..), Ty::External(..))) {
                    self.set_object(id, self.object(*base));
                }
                self.set_type(id, ty);
                // The number inside of a constant's own type.
                if name == "0" && matches!(self.value(*base), Value::Integer(_)) {
                    self.set_value(id, self.value(*base).clone());
                }
            }
            ExprKind::Index { base, index } => self.index(id, *base, *index),
            ExprKind::Unary { op: '*', value } => self.same(id, *value),
            ExprKind::Unary { value, .. } => self.set_type(id, self.ty(*value).clone()),
            ExprKind::Binary { op, left, right } => {
                let value = eval::binary(op, self.value(*left), self.value(*right));
                self.set_value(id, value);
                if op == "+" {
                    self.set_type(id, self.ty(*left).clone());
                }
            }
            ExprKind::Assign { op, target, value } => self.assign(op.as_deref(), *target, *value),
            ExprKind::Ref { value, .. } => self.same(id, *value),
            ExprKind::Cast { value, ty } => {
                self.same(id, *value);
                let ty = self.cx.resolver().ty(self.at, ty);
                if ty != Ty::Unknown && !matches!(self.ty(id), Ty::Function(_)) {
                    self.set_type(id, ty);
                }
            }
            ExprKind::Try(value) | ExprKind::Await(value) => {
                self.same(id, *value);
                let peeled = self.ty(id).peeled().clone();
                if matches!(expr.kind, ExprKind::Try(_)) {
                    self.set_type(id, peeled);
                }
            }
            ExprKind::Block { tail: Some(tail), .. } => self.same(id, *tail),
            ExprKind::If { then, otherwise: Some(otherwise), .. } => {
                self.either(id, &[*then, *otherwise]);
            }
            ExprKind::Match { arms, .. } => {
                let bodies: Vec<ExprId> = arms.iter().map(|arm| arm.body).collect();
                self.either(id, &bodies);
            }
            ExprKind::Bind { pattern, value, ty, origin } => {
                self.bind(id, pattern, *value, ty.as_ref(), *origin);
            }
            ExprKind::Struct { path, .. } => {
                let found = self.cx.resolver().ty(self.at, &Type::Path(path.clone()));
                self.set_type(id, found);
            }
            ExprKind::Tuple(parts) => {
                let types = parts.iter().map(|part| self.ty(*part).clone()).collect();
                self.set_type(id, Ty::Tuple(types));
                let values = parts.iter().map(|part| self.value(*part).clone()).collect();
                self.set_value(id, Value::list(values));
            }
            ExprKind::Array(parts) => {
                let first = parts.first().map(|part| self.ty(*part).clone()).unwrap_or_default();
                self.set_type(id, Ty::External("slice".into(), vec![first]));
                if parts.len() <= MAX_LISTED {
                    let values = parts.iter().map(|part| self.value(*part).clone()).collect();
                    self.set_value(id, Value::list(values));
                }
            }
            ExprKind::Repeat { value, .. } => {
                let element = self.ty(*value).clone();
                self.set_type(id, Ty::External("slice".into(), vec![element]));
            }
            _ => {}
        }
    }

    fn literal(&mut self, id: ExprId, literal: &Literal) {
        self.watched(id, literal);
        let (ty, value) = match literal {
            // The mark that ends a text for C is no part of it.
            Literal::Text(text) => ("str", Value::text(text.trim_end_matches('\0'))),
            Literal::Bytes(bytes) => ("slice", Value::Bytes(bytes.as_slice().into())),
            Literal::Char(c) => ("char", Value::Char(*c)),
            Literal::Integer(number) => ("integer", number.map(Value::Integer).unwrap_or_default()),
            Literal::Float => ("float", Value::Unknown),
            Literal::Bool(boolean) => ("bool", Value::Bool(*boolean)),
        };
        self.set_type(id, Ty::external(ty));
        self.set_value(id, value);
    }

    fn read_local(&mut self, id: ExprId, local: LocalId) {
        let (to, from) = (id.0 as usize, local.0 as usize);
        self.types[to] = self.local_types[from].clone();
        self.values[to] = self.local_values[from].clone();
        self.objects[to] = self.local_objects[from];
        self.origins[to] = self.local_origins[from].clone();
        self.holds.read_local(id, local);
    }

    /// A path that is read, or that stands where a function is called.
    fn path(&mut self, id: ExprId, path: &Path) {
        let called = self.callees.contains(&id);
        let span = self.body.expr(id).span;
        for meaning in self.cx.resolver().path(self.at, path) {
            let ty = match &meaning {
                Res::Def(def) => self.definition(id, *def, span),
                Res::Variant(def, _) => Ty::Function(Callee::Constructor(*def)),
                // Nothing, of whatever type.
                Res::External(path) if path == "std::option::Option::None" => continue,
                Res::External(path) => {
                    self.set_value(id, eval::constant(path));
                    if self.cx.models.call(path).is_none() && self.cx.models.is_type(path) {
                        Ty::External(path.clone(), Vec::new())
                    } else {
                        Ty::Function(Callee::External(path.clone()))
                    }
                }
                Res::Assoc(ty, name) => self.associated(id, ty, name, span),
                Res::Module(..) => continue,
            };
            let modelled = matches!(&ty, Ty::Function(Callee::External(path)) if self.cx.models.call(path).is_some());
            if *self.ty(id) == Ty::Unknown || modelled {
                self.set_type(id, ty);
            }
            if modelled {
                break;
            }
        }
        self.windows_name(id, path);
        let outside = !matches!(
            self.ty(id),
            Ty::Local(..) | Ty::Function(Callee::Local(_) | Callee::Constructor(_))
        );
        if *self.value(id) == Value::Unknown
            && outside
            && let Some(number) =
                path.last().and_then(|segment| self.cx.models.constant(&segment.name))
        {
            self.set_value(id, Value::Integer(u128::from(number)));
        }
        if let Ty::Function(Callee::External(path)) = self.ty(id).clone()
            && !called
        {
            self.mention(id, &path, span);
        }
    }

    /// The functions of the Windows API have names that nothing else in Rust has, and reach a
    /// program through many crates and generated bindings: the name is enough.
    fn windows_name(&mut self, id: ExprId, path: &Path) {
        let models = self.cx.models;
        let known = match self.ty(id) {
            Ty::Unknown => false,
            Ty::Function(Callee::External(path)) => models.call(path).is_some(),
            _ => true,
        };
        let Some(name) = path.last().map(|segment| &segment.name) else { return };
        if known || path.self_type.is_some() || !name.starts_with(char::is_uppercase) {
            return;
        }
        let home = smol_str::SmolStr::from(format!("windows::{name}"));
        if models.call(&home).is_some() {
            self.set_type(id, Ty::Function(Callee::External(home)));
        }
    }

    fn definition(&mut self, id: ExprId, def: Def, span: crate::span::Span) -> Ty {
        let unit = self.cx.unit;
        match &unit.item(def).kind {
            ItemKind::Function(_) => {
                if let Some(callee) = self.foreign(def) {
                    return Ty::Function(callee);
                }
                self.edge(def, span);
                Ty::Function(Callee::Local(def))
            }
            ItemKind::Constant { ty, .. } => {
                self.edge(def, span);
                self.targets.insert(id, Target::Constant(def));
                let (value, trail) = self.cx.constant(def);
                self.set_value(id, value);
                self.fold.set(id, trail);
                let declared = self.cx.resolver().ty((def.krate, def.module), ty);
                match (&declared, self.constant_function(def)) {
                    (Ty::Unknown, Some(callee)) => Ty::Function(callee),
                    _ => declared,
                }
            }
            ItemKind::Struct { .. } if self.callees.contains(&id) => {
                Ty::Function(Callee::Constructor(def))
            }
            // A unit struct is its own value.
            ItemKind::Struct { .. } => Ty::Local(def, Vec::new()),
            _ => Ty::Unknown,
        }
    }

    /// `static F: fn(..) = path;` is that function.
    fn constant_function(&self, def: Def) -> Option<Callee> {
        let body = self.cx.unit.body_of(def)?;
        let content = self.cx.unit.files[&body.file].body(body.body);
        let mut root = content.expr(content.root?);
        while let ExprKind::Cast { value, .. } | ExprKind::Ref { value, .. } = &root.kind {
            root = content.expr(*value);
        }
        let ExprKind::Path(path) = &root.kind else { return None };
        self.cx.resolver().path((body.krate, body.module), path).into_iter().find_map(|res| {
            match res {
                Res::External(path) => Some(Callee::External(path)),
                Res::Def(def) => Some(Callee::Local(def)),
                _ => None,
            }
        })
    }

    fn index(&mut self, id: ExprId, base: ExprId, index: ExprId) {
        let element = match (self.value(base), self.value(index)) {
            (Value::List(parts), Value::Integer(at)) => {
                usize::try_from(*at).ok().and_then(|at| parts.get(at)).cloned()
            }
            _ => None,
        };
        self.set_value(id, element.unwrap_or_default());
        let is_range = matches!(self.body.expr(index).kind, ExprKind::Range { .. });
        let ty = if is_range { self.ty(base).clone() } else { self.ty(base).element().clone() };
        self.set_type(id, ty);
        if is_range {
            self.set_object(id, self.object(base));
        }
    }

    /// The receiver whose elements a closure's parameter stands for.
    pub fn element_of(&self, id: ExprId) -> Option<ExprId> {
        self.elements[id.0 as usize]
    }

    fn assign(&mut self, op: Option<&str>, target: ExprId, value: ExprId) {
        let ExprKind::Local(local) = self.body.expr(target).kind else { return };
        let at = local.0 as usize;
        if op.is_some() {
            let joined = match op {
                Some("+") => value::concat([&self.local_values[at], self.value(value)]),
                _ => Value::Unknown,
            };
            self.local_values[at] = joined;
            return;
        }
        self.local_values[at] = self.value(value).clone();
        self.local_origins[at] = self.origins[value.0 as usize].clone();
        if self.local_types[at] == Ty::Unknown {
            self.local_types[at] = self.ty(value).clone();
        }
        if let Some(object) = self.object(value) {
            self.local_objects[at] = Some(object);
        }
    }

    /// Notes what a call hands to a closure.
    pub fn hand_to_closure(&mut self, closure: ExprId, args: &[ExprId]) {
        let ExprKind::Closure { params, .. } = &self.body.expr(closure).kind else { return };
        for (param, arg) in params.iter().zip(args) {
            let (ty, value, trail) =
                (self.ty(*arg).clone(), self.value(*arg).clone(), self.fold.trail(*arg));
            let (known, values, trails) = self.handed_in.entry(*param).or_default();
            if *known == Ty::Unknown {
                *known = ty;
            }
            values.push(value);
            trails.add(trail);
        }
    }

    /// Whether control never comes out at the end of an expression.
    fn diverges(&self, id: ExprId) -> bool {
        let mut at = id;
        loop {
            match &self.body.expr(at).kind {
                ExprKind::Return(_) | ExprKind::Break(_) | ExprKind::Continue => return true,
                ExprKind::Macro(call) => {
                    let name = call.path.last().map(|segment| segment.name.as_str());
                    return matches!(
                        name,
                        Some("panic" | "unreachable" | "todo" | "unimplemented" | "bail")
                    );
                }
                ExprKind::Call { callee, .. } => {
                    return matches!(self.ty(*callee), Ty::Function(Callee::External(path))
                        if matches!(path.as_str(), "std::process::exit" | "std::process::abort"));
                }
                ExprKind::Block { tail: Some(tail), .. } => at = *tail,
                ExprKind::Block { statements, tail: None, .. } => match statements.last() {
                    Some(last) => at = *last,
                    None => return false,
                },
                _ => return false,
            }
        }
    }

    pub fn either(&mut self, id: ExprId, branches: &[ExprId]) {
        // A branch that ends elsewhere gives nothing.
        let ending = branches.iter().copied().filter(|branch| !self.diverges(*branch));
        let branches: Vec<ExprId> = ending.collect();
        let ty = branches.iter().map(|b| self.ty(*b)).find(|ty| **ty != Ty::Unknown).cloned();
        self.set_type(id, ty.unwrap_or_default());
        let object = branches.iter().find_map(|branch| self.object(*branch));
        self.set_object(id, object);
        let values = branches.iter().map(|branch| self.value(*branch).clone());
        self.set_value(id, Value::any(values));
        if let [only] = branches[..] {
            self.origins[id.0 as usize] = self.origins[only.0 as usize].clone();
        }
    }

    fn bind(
        &mut self,
        id: ExprId,
        pattern: &'a Pattern,
        value: Option<ExprId>,
        declared: Option<&Type>,
        origin: BindOrigin,
    ) {
        let mut ty = declared.map(|ty| self.cx.resolver().ty(self.at, ty)).unwrap_or_default();
        let Some(value) = value else {
            if let Some((known, values, trail)) = self.known_in.get(&id).cloned() {
                if ty == Ty::Unknown {
                    ty = known;
                }
                if let Some(local) = only_local(pattern) {
                    self.local_values[local.0 as usize] = Value::any(values);
                    self.fold.set_local(local, trail);
                }
            }
            if ty == Ty::Unknown
                && let Some(handed) = self.handed_type(id)
            {
                ty = handed;
            }
            if ty == Ty::Unknown
                && let Some(receiver) = self.elements[id.0 as usize]
            {
                ty = self.ty(receiver).element().clone();
                let object = self.object(receiver);
                pattern.locals(&mut |local| self.local_objects[local.0 as usize] = object);
            }
            if let (Some(receiver), Some(local)) =
                (self.elements[id.0 as usize], only_local(pattern))
            {
                self.local_values[local.0 as usize] = match self.value(receiver) {
                    Value::List(parts) => Value::any(parts.iter().cloned()),
                    value if self.is_element_like(receiver, receiver) => value.clone(),
                    _ => Value::Unknown,
                };
            }
            let position = self.body.params.iter().position(|param| *param == id);
            if let (Some(value), Some(local)) =
                (position.and_then(|at| self.given.get(at)), only_local(pattern))
            {
                self.local_values[local.0 as usize] = value.clone();
            }
            if position.is_some() {
                self.received(id, &ty);
            }
            let given = position.and_then(|at| self.given_types.get(at));
            match given {
                Some(function @ Ty::Function(_)) => ty = function.clone(),
                Some(given) if matches!(ty, Ty::Unknown | Ty::Bounds(_)) => ty = given.clone(),
                _ => {}
            }
            return self.bind_type(pattern, &ty);
        };
        let inferred = match origin {
            BindOrigin::For => self.ty(value).element().clone(),
            _ => self.ty(value).clone(),
        };
        ty = completed(ty, &inferred);
        // A function pointer's type says less than the function that is put in.
        if ty == Ty::Unknown || matches!(inferred, Ty::Function(_)) {
            ty = inferred;
        }
        self.bind_type(pattern, &ty);
        let (object, from) = (self.object(value), self.origins[value.0 as usize].clone());
        if let Some(local) = only_local(pattern) {
            let at = local.0 as usize;
            let known = match origin {
                BindOrigin::For => match self.value(value) {
                    Value::List(parts) => Value::any(parts.iter().cloned()),
                    known if self.is_element_like(value, value) => known.clone(),
                    _ => Value::Unknown,
                },
                _ => self.value(value).clone(),
            };
            self.local_values[at] = known;
            self.local_objects[at] = object;
            self.local_origins[at] = from;
            if matches!(self.ty(value), Ty::Function(_)) {
                let source = self.source_of(value);
                self.mentions[at] =
                    self.drafts.iter().rposition(|draft| draft.mention == Some(source));
            }
            return;
        }
        pattern.locals(&mut |local| self.local_objects[local.0 as usize] = object);
        if let Pattern::Tuple(parts) = pattern {
            let whole = self.value(value).clone();
            for (index, part) in parts.iter().enumerate() {
                if let Some(local) = only_local(part) {
                    self.local_values[local.0 as usize] = element(&whole, index);
                }
            }
        }
    }

    /// A parameter that is filled by whoever sends a request is a fact by itself.
    fn received(&mut self, id: ExprId, ty: &Ty) {
        let Ty::External(path, _) = ty else { return };
        if !self.cx.models.type_info(path).received {
            return;
        }
        let place = Place { file: self.here.file, span: self.body.expr(id).span };
        self.drafts.push(Draft::received(place, path.clone(), id));
    }

    fn bind_type(&mut self, pattern: &Pattern, ty: &Ty) {
        match pattern {
            Pattern::Bind { local, sub } => {
                self.local_types[local.0 as usize] = ty.clone();
                if let Some(sub) = sub {
                    self.bind_type(sub, ty);
                }
            }
            Pattern::Tuple(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    let part_type = match ty {
                        Ty::Tuple(types) => types.get(index).cloned().unwrap_or_default(),
                        // `accept()` gives the stream and the address; models name the stream.
                        Ty::External(..) if index == 0 => ty.clone(),
                        _ => Ty::Unknown,
                    };
                    self.bind_type(part, &part_type);
                }
            }
            Pattern::Slice(parts) => {
                parts.iter().for_each(|part| self.bind_type(part, ty.element()))
            }
            Pattern::Or(parts) => parts.iter().for_each(|part| self.bind_type(part, ty)),
            Pattern::Variant { path, fields } => {
                let name = path.last().map(|segment| segment.name.as_str());
                if let (Some("Ok" | "Some" | "Ready"), [field]) = (name, fields.as_slice()) {
                    return self.bind_type(field, &ty.peeled().clone());
                }
                for (index, field) in fields.iter().enumerate() {
                    let field_type = self.variant_field(path, ty, &index.to_string());
                    self.bind_type(field, &field_type);
                }
            }
            Pattern::Struct { path, fields } => {
                for (name, field) in fields {
                    let field_type = self.variant_field(path, ty, name);
                    self.bind_type(field, &field_type);
                }
            }
            Pattern::Wild
            | Pattern::Literal(_)
            | Pattern::Range { .. }
            | Pattern::Path(_)
            | Pattern::Other => {}
        }
    }

    fn variant_field(&self, path: &Path, ty: &Ty, field: &str) -> Ty {
        let resolver = self.cx.resolver();
        for meaning in resolver.path(self.at, path) {
            match meaning {
                Res::Variant(def, variant) => return resolver.variant_field(def, &variant, field),
                Res::Def(def) => return resolver.field(&Ty::Local(def, Vec::new()), field),
                _ => {}
            }
        }
        resolver.field(ty, field)
    }

    /// A modelled function as a value: it may be called where we do not see it.
    fn mention(&mut self, id: ExprId, path: &str, span: crate::span::Span) {
        let Some(row) = self.cx.models.call(path) else { return };
        if row.effects.is_empty() || row.joins.is_some() {
            return;
        }
        let place = Place { file: self.here.file, span };
        let mut draft = Draft::new(place, Confidence::High);
        draft.add_row(row, path, span, id, true);
        draft.mention = Some(id);
        self.drafts.push(draft);
    }

    pub fn edge(&mut self, def: Def, span: crate::span::Span) {
        if let Some(target) = self.cx.unit.body_of(def) {
            let edge = Edge { span, target };
            if self.known_edges.insert(edge) {
                self.edges.push(edge);
            }
        }
    }
}

/// A type that is declared with a blank: `Result<_, Error>`, `Vec<_>`.
fn completed(mut declared: Ty, inferred: &Ty) -> Ty {
    if let Ty::External(path, args) = &mut declared
        && let [first, ..] = args.as_mut_slice()
        && *first == Ty::Unknown
    {
        *first = match inferred {
            Ty::External(same, inner) if same == path => inner.first().cloned().unwrap_or_default(),
            other => other.element().clone(),
        };
    }
    declared
}

/// A part of a tuple, also of one of several.
fn element(whole: &Value, index: usize) -> Value {
    match whole {
        Value::List(parts) => parts.get(index).cloned().unwrap_or_default(),
        Value::Any(choices) => Value::any(choices.iter().map(|choice| element(choice, index))),
        _ => Value::Unknown,
    }
}

/// The local of a pattern that binds the whole value.
pub fn only_local(pattern: &Pattern) -> Option<LocalId> {
    match pattern {
        Pattern::Bind { local, sub: None } => Some(*local),
        // `Ok(x)`, `Some(x)`: the value, unwrapped.
        Pattern::Variant { path, fields } => {
            let name = path.last().map(|segment| segment.name.as_str());
            match (name, fields.as_slice()) {
                (Some("Ok" | "Some"), [field]) => only_local(field),
                _ => None,
            }
        }
        _ => None,
    }
}

fn last_parameter(body: &Body, id: ExprId) -> Option<ExprId> {
    match &body.expr(id).kind {
        ExprKind::Closure { params, .. } => params.last().copied(),
        _ => None,
    }
}
