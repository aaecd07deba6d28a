//! Where the data of one body goes: the edges of the flow graph.
//!
//! Read off a finished pass, which knows the types and what each call leads to. What a call
//! does with data is said by the models; where they say nothing, everything that goes into it
//! can come out.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::body::{Pass, Target};
use super::value::Value;
use crate::flow::{Builder, Callable, FieldKey, Indirect, Node};
use crate::ir::*;
use crate::model::spec::{CallRow, Joined, MethodDoes};
use crate::names::{Callee, Def, Res, Ty};
use crate::vocab::Role;

/// Closures and loops that are looked through for the one that a `return` or a `break` leaves.
const MAX_AROUND: usize = 64;
/// Types inside of types that are looked through for types of the scan.
const MAX_TYPE: usize = 4;

/// Adds the edges of a body.
pub(super) fn emit(pass: &Pass<'_, '_>, out: &mut Builder) {
    let Some(base) = out.expr(pass.here, ExprId(0)) else { return };
    let Some(result) = out.result(pass.here) else { return };
    let Some(locals) = out.local(pass.here, LocalId(0)) else { return };
    let mut edges = Edges {
        pass,
        out,
        base: base.0,
        locals: locals.0,
        result,
        closures: Vec::new(),
        loops: Vec::new(),
        held: FxHashMap::default(),
    };
    edges.look_ahead();
    for (id, expr) in pass.body.iter() {
        edges.expr(id, expr);
    }
    if let Some(root) = pass.body.root {
        edges.out.same(edges.node(root), result);
    }
}

struct Edges<'p, 'a, 'c, 'o> {
    pass: &'p Pass<'a, 'c>,
    out: &'o mut Builder,
    base: u32,
    locals: u32,
    result: Node,
    /// Closures and loops by the number of their expression, in order.
    closures: Vec<ExprId>,
    loops: Vec<ExprId>,
    /// The closure that a local holds.
    held: FxHashMap<LocalId, ExprId>,
}

impl<'a> Edges<'_, 'a, '_, '_> {
    fn node(&self, id: ExprId) -> Node {
        Node(self.base + id.0)
    }

    fn local(&self, local: LocalId) -> Node {
        Node(self.locals + local.0)
    }

    fn kind(&self, id: ExprId) -> &'a ExprKind {
        &self.pass.body.expr(id).kind
    }

    fn same(&mut self, from: ExprId, to: ExprId) {
        self.out.same(self.node(from), self.node(to));
    }

    fn made(&mut self, from: ExprId, to: ExprId) {
        self.out.made(self.node(from), self.node(to));
    }

    fn held(&mut self, from: ExprId, to: ExprId) {
        self.out.held(self.node(from), self.node(to));
    }

    /// What begins here and is known; calls and operators only where their result is.
    fn begin(&mut self, id: ExprId, expr: &ExprKind) {
        let begins = matches!(
            expr,
            ExprKind::Literal(_)
                | ExprKind::Path(_)
                | ExprKind::Macro(_)
                | ExprKind::Call { .. }
                | ExprKind::MethodCall { .. }
                | ExprKind::Binary { .. }
                | ExprKind::Array(_)
        );
        // What a loop computes is not what its first round does.
        let literal = matches!(expr, ExprKind::Literal(_) | ExprKind::Path(_));
        let begins = begins && (literal || self.around(&self.loops, id).is_none());
        let value = self.pass.value(id);
        let says = match value {
            Value::Text(_) | Value::Bytes(_) | Value::Any(_) => true,
            // A list that is known in parts is seen through.
            Value::List(parts) => {
                parts.iter().all(|part| matches!(part, Value::Text(_) | Value::Any(_)))
            }
            _ => false,
        };
        if begins && says {
            self.out.value(self.node(id), value.clone());
        }
        if let ExprKind::Call { callee, args } = expr
            && matches!(self.pass.ty(*callee), Ty::Function(Callee::External(_)))
            && args
                .iter()
                .all(|arg| matches!(self.kind(*arg), ExprKind::Literal(Literal::Integer(_))))
        {
            self.out.empty(self.node(id));
        }
    }

    fn look_ahead(&mut self) {
        for (id, expr) in self.pass.body.iter() {
            match &expr.kind {
                ExprKind::Closure { params, body } => {
                    self.closures.push(id);
                    let params = params.iter().map(|param| self.node(*param)).collect();
                    let callable = Callable::Closure { params, result: self.node(*body) };
                    self.out.callable(self.node(id), callable);
                }
                ExprKind::Loop { .. } => self.loops.push(id),
                ExprKind::Bind {
                    pattern: Pattern::Bind { local, sub: None },
                    value: Some(value),
                    ..
                } if matches!(self.kind(*value), ExprKind::Closure { .. }) => {
                    self.held.insert(*local, *value);
                }
                _ => {}
            }
        }
    }

    fn expr(&mut self, id: ExprId, expr: &'a Expr) {
        self.begin(id, &expr.kind);
        match &expr.kind {
            ExprKind::Local(local) => self.out.same(self.local(*local), self.node(id)),
            ExprKind::Path(_) => self.path(id),
            ExprKind::Call { callee, args } => self.call(id, *callee, args),
            ExprKind::MethodCall { receiver, method, args, .. } => {
                self.method(id, *receiver, method, args);
            }
            ExprKind::Macro(call) => self.macro_call(id, call),
            ExprKind::Field { base, name } => self.read_field(id, *base, name),
            ExprKind::Index { base, .. } => self.held(*base, id),
            ExprKind::Unary { op: '*', value }
            | ExprKind::Ref { value, .. }
            | ExprKind::Cast { value, .. }
            | ExprKind::Try(value)
            | ExprKind::Await(value)
            | ExprKind::Block { tail: Some(value), .. } => self.same(*value, id),
            ExprKind::Unary { value, .. } => self.made(*value, id),
            ExprKind::Binary { op, left, right } if !compares(op) => {
                self.made(*left, id);
                self.made(*right, id);
            }
            ExprKind::Assign { op, target, value } => {
                let from = self.node(*value);
                for place in self.places(*target) {
                    match op {
                        None => self.out.same(from, place),
                        Some(_) => self.out.made(from, place),
                    }
                    self.owned_too(*value, place);
                }
            }
            ExprKind::If { then, otherwise, .. } => {
                self.same(*then, id);
                if let Some(otherwise) = otherwise {
                    self.same(*otherwise, id);
                }
            }
            ExprKind::Match { arms, .. } => arms.iter().for_each(|arm| self.same(arm.body, id)),
            ExprKind::Bind { pattern, value, origin, .. } => {
                self.bind(id, pattern, *value, *origin);
            }
            ExprKind::Closure { body, .. } => self.held(*body, id),
            ExprKind::Return(Some(value)) => {
                let to = match self.around(&self.closures, id) {
                    Some(closure) => self.node(closure),
                    None => self.result,
                };
                self.out.same(self.node(*value), to);
            }
            ExprKind::Break(Some(value)) => {
                if let Some(around) = self.around(&self.loops, id) {
                    self.same(*value, around);
                }
            }
            ExprKind::Struct { path, fields, base } => self.structure(id, path, fields, *base),
            ExprKind::Tuple(parts) | ExprKind::Array(parts) => {
                let parts = match parts.as_slice() {
                    [name, _] if self.is_login(*name) => &parts[..1],
                    parts => parts,
                };
                parts.iter().for_each(|part| self.held(*part, id));
            }
            ExprKind::Repeat { value, .. } => self.held(*value, id),
            _ => {}
        }
    }

    /// The innermost of the expressions that an expression stands in.
    fn around(&self, all: &[ExprId], id: ExprId) -> Option<ExprId> {
        let from = all.partition_point(|other| *other <= id);
        let outer = all[from..].iter().take(MAX_AROUND);
        outer.copied().find(|other| self.pass.body.expr(*other).first <= id)
    }

    fn path(&mut self, id: ExprId) {
        if let Some(Target::Constant(def)) = self.pass.targets.get(&id)
            && let Some(node) =
                self.pass.cx.unit.body_of(*def).and_then(|body| self.out.constant(body))
        {
            self.out.same(node, self.node(id));
        }
        if let Ty::Function(Callee::Local(def)) = self.pass.ty(id)
            && !self.pass.callees.contains(&id)
        {
            self.out.callable(self.node(id), Callable::Function(*def));
        }
    }

    // Calls

    fn call(&mut self, id: ExprId, callee: ExprId, args: &[ExprId]) {
        let targets = &self.pass.targets;
        if let Ty::Function(Callee::Constructor(def)) = self.pass.ty(callee) {
            return self.constructor(id, callee, *def, args);
        }
        match targets.get(&id).or_else(|| targets.get(&callee)) {
            Some(Target::Functions(defs)) => {
                let defs = defs.clone();
                return self.functions(id, &defs, args);
            }
            Some(Target::Modelled(path)) => {
                let path = path.clone();
                return self.modelled(id, &path, None, args);
            }
            _ => {}
        }
        if let Ty::Function(Callee::External(path)) = self.pass.ty(callee) {
            let name = path.rsplit("::").next().unwrap_or(path);
            let of_type =
                path.rsplit("::").nth(1).is_some_and(|s| s.starts_with(char::is_uppercase));
            let keeps =
                matches!(name, "new" | "from" | "Some" | "Ok" | "clone" | "pin" | "identity");
            let passes = self.pass.cx.models.method(name).passes;
            let known = path.starts_with("std::") || of_type || passes;
            let does = MethodDoes { keeps, ..Default::default() };
            return self.unmodelled(id, None, args, does, !known);
        }
        // A closure, a parameter, a field: called by its value.
        self.out.indirect(Indirect {
            call: self.node(id),
            callee: self.node(callee),
            args: args.iter().map(|arg| self.node(*arg)).collect(),
        });
        if !matches!(self.kind(callee), ExprKind::Local(local) if self.held.contains_key(local)) {
            args.iter().for_each(|arg| self.suppose(*arg, id));
        }
    }

    fn suppose(&mut self, from: ExprId, to: ExprId) {
        self.out.supposed(self.node(from), self.node(to));
    }

    fn functions(&mut self, id: ExprId, defs: &[Def], args: &[ExprId]) {
        let nodes: Vec<Node> = args.iter().map(|arg| self.node(*arg)).collect();
        let places: Vec<Vec<Node>> = args.iter().map(|arg| self.places(*arg)).collect();
        for def in defs {
            self.out.call(self.pass.cx.unit, self.node(id), *def, &nodes, &places);
            self.filled(*def, args, &places);
        }
    }

    /// What a function puts into a `&mut` argument is of the type that it declares, which the
    /// caller may not know: `let mut found = vec![]; gather(&mut found)`.
    fn filled(&mut self, def: Def, args: &[ExprId], places: &[Vec<Node>]) {
        let ItemKind::Function(function) = &self.pass.cx.unit.item(def).kind else { return };
        let skipped = usize::from(function.receiver);
        let pairs = function.params.iter().zip(args.iter().zip(places).skip(skipped));
        for (param, (arg, places)) in pairs {
            if !matches!(self.kind(*arg), ExprKind::Ref { mutable: true, .. }) {
                continue;
            }
            let declared = self.pass.cx.resolver().ty((def.krate, def.module), param);
            let known = scanned(self.pass.ty(*arg), MAX_TYPE);
            for inner in scanned(&declared, MAX_TYPE) {
                if known.contains(&inner) {
                    continue;
                }
                let whole = self.whole(inner);
                places.iter().for_each(|place| self.out.made(whole, *place));
            }
        }
    }

    fn method(&mut self, id: ExprId, receiver: ExprId, method: &Name, args: &[ExprId]) {
        match self.pass.targets.get(&id) {
            Some(Target::Functions(defs)) => {
                let defs = defs.clone();
                let with_receiver: Vec<ExprId> =
                    [receiver].into_iter().chain(args.iter().copied()).collect();
                return self.functions(id, &defs, &with_receiver);
            }
            Some(Target::Modelled(path)) => {
                let path = path.clone();
                let plain = self.row(&path).is_none_or(CallRow::is_plain);
                if !plain {
                    return self.modelled(id, &path, Some(receiver), args);
                }
            }
            _ => {}
        }
        let does = self.pass.cx.models.method(method);
        let known = does != MethodDoes::default() || *self.pass.ty(receiver) != Ty::Unknown;
        self.unmodelled(id, Some(receiver), args, does, !known);
    }

    fn row(&self, path: &str) -> Option<&'a CallRow> {
        let models = self.pass.cx.models;
        match path.strip_prefix("_::") {
            Some(method) => models.any_receiver(method),
            None => models.call(path),
        }
    }

    /// A call that a row speaks of.
    fn modelled(&mut self, id: ExprId, path: &str, receiver: Option<ExprId>, args: &[ExprId]) {
        let Some(row) = self.row(path) else { return };
        let name = path.rsplit("::").next().unwrap_or(path);
        let does = self.pass.cx.models.method(name);
        if row.is_plain() {
            let keeps = does.keeps || (row.returns.is_some() && args.len() == 1);
            let does = MethodDoes { keeps, ..does };
            return self.unmodelled(id, receiver, args, does, false);
        }
        let passes = |input: Joined| match &row.passes {
            Some(inputs) => inputs.contains(&input),
            // What gives data of its own gives that and nothing else.
            None => row.data.is_empty(),
        };
        let inputs = receiver.map(|receiver| (Joined::Receiver, receiver)).into_iter();
        let inputs: Vec<(Joined, ExprId)> = inputs
            .chain(args.iter().enumerate().map(|(at, arg)| (Joined::Argument(at), *arg)))
            .collect();
        for (which, input) in &inputs {
            self.collapse(*input, &self.pass.ty(id).clone());
            if passes(*which) {
                self.made(*input, id);
            }
            if *which == Joined::Receiver && does.keeps {
                self.same(*input, id);
            }
        }
        // `Writer::new(file)` is the file in another form.
        let of_type = path.rsplit("::").nth(1).is_some_and(|s| s.starts_with(char::is_uppercase));
        if let (None, "new" | "with_capacity" | "from", [first, ..]) = (receiver, name, args)
            && of_type
            && passes(Joined::Argument(0))
        {
            self.same(*first, id);
        }
        self.callbacks(id, receiver, args, passes(Joined::Receiver));
        if does.changes
            && let Some(receiver) = receiver
        {
            self.change(receiver, args);
        }
        // A builder keeps what it is given.
        if row.joins.is_some()
            && row.data.is_empty()
            && row.passes.is_none()
            && let Some(receiver) = receiver
        {
            self.change(receiver, args);
        }
        // A callback is given what the call takes in.
        let callbacks = row
            .args
            .iter()
            .enumerate()
            .filter(|(_, role)| role.0 == Some(Role::Callback) && !row.data.is_empty());
        let filled = row.fills.iter().copied().chain(callbacks.map(|(index, _)| index));
        for index in filled {
            let Some(filled) = args.get(index) else { continue };
            self.fill(id, *filled);
            if let Some(receiver) = receiver {
                self.change_to(receiver, *filled);
            }
        }
        if row.fills.is_empty() && row.passes.is_none() {
            self.borrowed(receiver, args);
        }
    }

    /// What the call gives stands in one of its arguments; in the parameters of a callback.
    fn fill(&mut self, id: ExprId, filled: ExprId) {
        let node = self.node(id);
        for place in self.places(filled) {
            self.out.made(node, place);
        }
        if let ExprKind::Closure { params, .. } = self.kind(filled) {
            params.iter().for_each(|param| self.made(id, *param));
        }
        if let Some(def) = self.function_value(filled) {
            let count = self.parameters(def);
            let args = vec![node; count];
            self.out.call(self.pass.cx.unit, node, def, &args, &[]);
        }
    }

    fn parameters(&self, def: Def) -> usize {
        match &self.pass.cx.unit.item(def).kind {
            ItemKind::Function(function) => function.params.len() + usize::from(function.receiver),
            _ => 0,
        }
    }

    fn function_value(&self, id: ExprId) -> Option<Def> {
        match self.pass.ty(id) {
            Ty::Function(Callee::Local(def)) => Some(*def),
            _ => None,
        }
    }

    /// A call that no row speaks of, or of which a row only says the type.
    fn unmodelled(
        &mut self,
        id: ExprId,
        receiver: Option<ExprId>,
        args: &[ExprId],
        does: MethodDoes,
        supposed: bool,
    ) {
        if does.keeps {
            match (receiver, args) {
                (Some(receiver), _) => self.same(receiver, id),
                (None, [first, ..]) => self.same(*first, id),
                _ => {}
            }
        }
        if let Some(receiver) = receiver.filter(|_| does.takes) {
            self.held(receiver, id);
        }
        if !does.forgets {
            for input in receiver.iter().chain(args) {
                if self.consumes(id) && !does.keeps {
                    self.collapse(*input, &self.pass.ty(id).clone());
                }
                if supposed { self.suppose(*input, id) } else { self.made(*input, id) }
            }
        }
        self.callbacks(id, receiver, args, true);
        if let Some(receiver) = receiver.filter(|_| does.changes) {
            self.change(receiver, args);
        }
        self.borrowed(receiver, args);
    }

    /// Whether a call makes something else of the values that it is given: its result is of
    /// another type, or its name says that it writes them out.
    fn consumes(&self, id: ExprId) -> bool {
        if *self.pass.ty(id) != Ty::Unknown {
            return true;
        }
        let name = match self.kind(id) {
            ExprKind::MethodCall { method, .. } => Some(method),
            ExprKind::Call { callee, .. } => match self.kind(*callee) {
                ExprKind::Path(path) => path.last().map(|segment| &segment.name),
                _ => None,
            },
            _ => None,
        };
        name.is_some_and(|name| {
            ["to_", "into_", "as_", "serialize", "encode", "write", "fmt"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
        })
    }

    /// The arguments stay in the receiver.
    fn change(&mut self, receiver: ExprId, args: &[ExprId]) {
        let places = self.places(receiver);
        let args = match args {
            [name, _] if self.is_login(*name) => &args[..1],
            _ => args,
        };
        // At the other end of a channel the type may not be known any more.
        let shared = self.is_shared_type(self.pass.ty(receiver), MAX_TYPE);
        let kept = if shared { Ty::external("") } else { self.pass.ty(receiver).clone() };
        for arg in args {
            if kept != Ty::Unknown {
                self.collapse(*arg, &kept);
            }
            let from = self.node(*arg);
            for place in &places {
                self.out.held(from, *place);
                self.owned_too(*arg, *place);
            }
        }
    }

    /// Whether an expression names a header that is made for a credential: what stands beside
    /// the name is a log-in, and not data that is sent.
    fn is_login(&self, name: ExprId) -> bool {
        let texts = self.pass.value(name).texts();
        let class = self.pass.cx.models.classes.get("authorization-header");
        class.is_some_and(|class| texts.iter().any(|text| class.holds(text)))
    }

    fn change_to(&mut self, from: ExprId, to: ExprId) {
        let node = self.node(from);
        for place in self.places(to) {
            self.out.made(node, place);
        }
    }

    /// What is given as `&mut` can be filled from everything else.
    fn borrowed(&mut self, receiver: Option<ExprId>, args: &[ExprId]) {
        for filled in args {
            if !matches!(self.kind(*filled), ExprKind::Ref { mutable: true, .. }) {
                continue;
            }
            for input in receiver.iter().chain(args) {
                if input != filled {
                    self.change_to(*input, *filled);
                }
            }
        }
    }

    /// Closures and functions among the arguments get what the call works on.
    fn callbacks(&mut self, id: ExprId, receiver: Option<ExprId>, args: &[ExprId], passes: bool) {
        for callback in args {
            let inputs: Vec<ExprId> = receiver
                .into_iter()
                .chain(args.iter().copied().filter(|a| a != callback))
                .collect();
            if let ExprKind::Closure { params, .. } = self.kind(*callback) {
                for param in params {
                    for input in inputs.iter().filter(|_| passes) {
                        self.held(*input, *param);
                    }
                    // `.with(|list| list.push(x))`
                    if let (Some(receiver), ExprKind::Bind { pattern, .. }) =
                        (receiver, self.kind(*param))
                    {
                        let places = self.places(receiver);
                        let mut locals = Vec::new();
                        pattern.locals(&mut |local| locals.push(local));
                        for (local, place) in
                            locals.into_iter().flat_map(|l| places.iter().map(move |p| (l, *p)))
                        {
                            self.out.made(self.local(local), place);
                        }
                    }
                }
            } else if let Some(def) = self.function_value(*callback) {
                let nodes: Vec<Node> = inputs.iter().map(|input| self.node(*input)).collect();
                let args = match nodes.as_slice() {
                    [only] => vec![*only; self.parameters(def)],
                    _ => nodes,
                };
                self.out.call(self.pass.cx.unit, self.node(id), def, &args, &[]);
            }
        }
    }

    fn macro_call(&mut self, id: ExprId, call: &MacroCall) {
        let args: Vec<ExprId> = call.args.iter().map(|arg| arg.value).collect();
        let name = call.path.last().map_or("", |segment| segment.name.as_str());
        match self.pass.targets.get(&id) {
            Some(Target::Rules(rules)) => {
                let nodes: Vec<Node> = args.iter().map(|arg| self.node(*arg)).collect();
                let places: Vec<Vec<Node>> = args.iter().map(|arg| self.places(*arg)).collect();
                for rule in rules.clone() {
                    // Which argument is which metavariable is certain only where all are.
                    let body = self.pass.cx.unit.files[&rule.file].body(rule.body);
                    let certain = body.params.len() == nodes.len();
                    let site = self.node(id);
                    self.out.transcribe(self.pass.cx.unit, site, rule, &nodes, &places, certain);
                }
            }
            Some(Target::Modelled(path)) => {
                let path = path.clone();
                self.modelled(id, &path, None, &args);
            }
            _ => {
                for arg in &args {
                    if name == "vec" {
                        self.held(*arg, id);
                    } else {
                        self.collapse(*arg, &Ty::Unknown);
                        self.made(*arg, id);
                    }
                }
            }
        }
        if let ("write" | "writeln", [target, rest @ ..]) = (name, args.as_slice()) {
            self.change(*target, rest);
        }
    }

    // Fields

    fn key(def: Def, variant: &str, field: &str) -> FieldKey {
        FieldKey { file: def.file, item: def.item, variant: variant.into(), field: field.into() }
    }

    /// A field's node; all fields of a type together come from each.
    fn field(&mut self, def: Def, variant: &str, field: &str) -> Node {
        let (node, new) = self.out.field(Self::key(def, variant, field));
        if new && !field.is_empty() {
            let whole = self.whole(def);
            self.out.made(node, whole);
        }
        node
    }

    /// All fields of a type together, and those of the types in its fields.
    fn whole(&mut self, def: Def) -> Node {
        let (node, new) = self.out.field(Self::key(def, "", ""));
        if !new {
            return node;
        }
        let item = self.pass.cx.unit.item(def);
        let types: Vec<&Type> = match &item.kind {
            ItemKind::Struct { fields } => fields.iter().map(|field| &field.ty).collect(),
            ItemKind::Enum { variants } => {
                variants.iter().flat_map(|v| &v.fields).map(|field| &field.ty).collect()
            }
            _ => Vec::new(),
        };
        let at = (def.krate, def.module);
        let types: Vec<Ty> =
            types.into_iter().map(|ty| self.pass.cx.resolver().ty(at, ty)).collect();
        for inner in types.iter().flat_map(|ty| scanned(ty, MAX_TYPE)) {
            let inner = self.whole(inner);
            self.out.made(inner, node);
        }
        node
    }

    /// A value of a type of the scan goes where its fields are no longer told apart: into
    /// something whose type, as far as it is known, does not hold it.
    fn collapse(&mut self, id: ExprId, into: &Ty) {
        let kept = scanned(into, MAX_TYPE);
        for def in scanned(self.pass.ty(id), MAX_TYPE) {
            if kept.contains(&def) {
                continue;
            }
            let whole = self.whole(def);
            self.out.made(whole, self.node(id));
        }
    }

    /// What a path that constructs or takes apart names: the type, and the variant.
    fn constructed(&self, path: &Path) -> Option<(Def, SmolStr)> {
        let resolver = self.pass.cx.resolver();
        let found = resolver.path(self.pass.at, path).into_iter().find_map(|res| match res {
            Res::Variant(def, variant) => Some((def, variant)),
            Res::Def(def) => match self.pass.cx.unit.item(def).kind {
                ItemKind::Struct { .. } => Some((def, SmolStr::default())),
                _ => None,
            },
            _ => None,
        });
        found.or_else(|| match resolver.ty(self.pass.at, &Type::Path(path.clone())) {
            Ty::Local(def, _) => Some((def, SmolStr::default())),
            _ => None,
        })
    }

    fn constructor(&mut self, id: ExprId, callee: ExprId, def: Def, args: &[ExprId]) {
        let variant = match self.kind(callee) {
            ExprKind::Path(path) => self.constructed(path).map(|(_, variant)| variant),
            _ => None,
        };
        let variant = variant.unwrap_or_default();
        for (index, arg) in args.iter().enumerate() {
            let field = self.field(def, &variant, &index.to_string());
            self.store(*arg, field);
        }
        // A wrapper is as good as what it wraps.
        if let [only] = args {
            self.held(*only, id);
        }
    }

    fn structure(
        &mut self,
        id: ExprId,
        path: &Path,
        fields: &[(Name, ExprId)],
        base: Option<ExprId>,
    ) {
        match self.constructed(path) {
            Some((def, variant)) => {
                for (name, value) in fields {
                    let field = self.field(def, &variant, name);
                    self.store(*value, field);
                }
            }
            None => fields.iter().for_each(|(_, value)| self.held(*value, id)),
        }
        if let Some(base) = base {
            self.same(base, id);
        }
    }

    fn store(&mut self, value: ExprId, field: Node) {
        self.out.same(self.node(value), field);
        self.owned_too(value, field);
    }

    fn read_field(&mut self, id: ExprId, base: ExprId, name: &Name) {
        match self.pass.ty(base) {
            Ty::Tuple(_) | Ty::Unknown => self.held(base, id),
            _ => self.out.part(self.node(base), self.node(id)),
        }
        match scanned_first(self.pass.ty(base)) {
            Some(def) => {
                let field = self.field(def, "", name);
                self.out.same(field, self.node(id));
            }
            None if *self.pass.ty(base) == Ty::Unknown => {
                self.out.unknown_read(name, self.node(id));
            }
            None => {}
        }
    }

    // Places

    /// The nodes that change when what an expression names is changed.
    fn places(&mut self, id: ExprId) -> Vec<Node> {
        let mut places = vec![self.node(id)];
        let mut at = id;
        loop {
            match self.kind(at) {
                ExprKind::Local(local) => {
                    places.push(self.local(*local));
                    return places;
                }
                ExprKind::Path(_) => {
                    if let Some(Target::Constant(def)) = self.pass.targets.get(&at)
                        && let Some(body) = self.pass.cx.unit.body_of(*def)
                    {
                        places.extend(self.out.constant(body));
                    }
                    return places;
                }
                ExprKind::Field { base, name } => match scanned_first(self.pass.ty(*base)) {
                    Some(def) => {
                        places.push(self.field(def, "", name));
                        return places;
                    }
                    None => {
                        if *self.pass.ty(*base) == Ty::Unknown {
                            self.out.unknown_write(name, self.node(at));
                        }
                        at = *base;
                    }
                },
                ExprKind::Index { base: inner, .. }
                | ExprKind::Unary { value: inner, .. }
                | ExprKind::Ref { value: inner, .. }
                | ExprKind::Cast { value: inner, .. }
                | ExprKind::Try(inner)
                | ExprKind::Await(inner)
                | ExprKind::Block { tail: Some(inner), .. } => at = *inner,
                ExprKind::MethodCall { receiver, method, .. }
                    if self.pass.cx.models.method(method).keeps =>
                {
                    at = *receiver;
                }
                // `Arc::clone(&x)`, `Some(x)`
                ExprKind::Call { callee, args } => match (self.pass.ty(*callee), args.as_slice()) {
                    (Ty::Function(Callee::External(path)), [only]) if is_wrapping(path) => {
                        at = *only;
                    }
                    _ => return places,
                },
                _ => return places,
            }
        }
    }

    /// Whether what an expression gives has several owners, or borrows to change.
    fn is_shared(&self, id: ExprId) -> bool {
        if self.is_shared_type(self.pass.ty(id), MAX_TYPE) {
            return true;
        }
        let mut at = id;
        loop {
            match self.kind(at) {
                ExprKind::Ref { mutable: true, .. } => return true,
                ExprKind::Call { callee, .. } => {
                    return matches!(self.pass.ty(*callee), Ty::Function(Callee::External(path))
                        if path.ends_with("Arc::clone") || path.ends_with("Rc::clone"));
                }
                ExprKind::MethodCall { receiver, method, .. } => {
                    if method.ends_with("_mut")
                        || matches!(method.as_str(), "lock" | "entry" | "write" | "get_or_init")
                    {
                        return true;
                    }
                    if !self.pass.cx.models.method(method).keeps {
                        return false;
                    }
                    at = *receiver;
                }
                ExprKind::Try(inner)
                | ExprKind::Await(inner)
                | ExprKind::Unary { value: inner, .. } => {
                    at = *inner;
                }
                _ => return false,
            }
        }
    }

    fn is_shared_type(&self, ty: &Ty, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        match ty {
            Ty::External(path, args) => {
                self.pass.cx.models.type_info(path).shared
                    || args.iter().any(|arg| self.is_shared_type(arg, depth))
            }
            _ => false,
        }
    }

    /// What is put somewhere is changed from there, when it has several owners.
    fn owned_too(&mut self, value: ExprId, place: Node) {
        if self.is_shared(value) {
            for owner in self.places(value) {
                self.out.same(place, owner);
            }
        }
    }

    // Patterns

    fn bind(
        &mut self,
        id: ExprId,
        pattern: &'a Pattern,
        value: Option<ExprId>,
        origin: BindOrigin,
    ) {
        let Some(value) = value else {
            return self.take_apart(self.node(id), pattern, false);
        };
        match origin {
            BindOrigin::For => self.held(value, id),
            _ => self.same(value, id),
        }
        // A tuple that is made here is taken apart part by part.
        if let (Pattern::Tuple(patterns), ExprKind::Tuple(parts)) = (pattern, self.kind(value))
            && patterns.len() == parts.len()
        {
            for (pattern, part) in patterns.iter().zip(parts) {
                self.take_apart(self.node(*part), pattern, false);
            }
            return;
        }
        self.take_apart(self.node(id), pattern, false);
        let mut locals = Vec::new();
        pattern.locals(&mut |local| locals.push(local));
        // The two ends of a channel.
        if let (Pattern::Tuple(_), ExprKind::Call { callee, .. }) = (pattern, self.kind(value))
            && !matches!(self.pass.ty(*callee), Ty::Function(Callee::Local(_)))
        {
            for pair in locals.windows(2) {
                let (a, b) = (self.local(pair[0]), self.local(pair[1]));
                self.out.same(a, b);
                self.out.same(b, a);
            }
        }
        if self.is_shared(value) {
            let places = self.places(value);
            for local in locals {
                for place in &places {
                    self.out.held(self.local(local), *place);
                }
            }
        }
    }

    /// `from` goes into the locals of a pattern.
    fn take_apart(&mut self, from: Node, pattern: &Pattern, part: bool) {
        match pattern {
            Pattern::Bind { local, sub } => {
                let to = self.local(*local);
                if part {
                    self.out.made(from, to)
                } else {
                    self.out.same(from, to)
                }
                if let Some(sub) = sub {
                    self.take_apart(from, sub, part);
                }
            }
            // Each part is as good as the whole: the ends of a connection, a name and a value.
            Pattern::Tuple(parts) => {
                parts.iter().for_each(|inner| self.take_apart(from, inner, part));
            }
            Pattern::Slice(parts) => {
                parts.iter().for_each(|inner| self.take_apart(from, inner, true));
            }
            Pattern::Or(parts) => parts.iter().for_each(|inner| self.take_apart(from, inner, part)),
            Pattern::Variant { path, fields } => {
                let known = self.constructed(path);
                for (index, inner) in fields.iter().enumerate() {
                    if let Some((def, variant)) = &known {
                        let field = self.field(*def, variant, &index.to_string());
                        self.take_apart(field, inner, false);
                    }
                    let wrapper = known.is_none() && fields.len() == 1;
                    self.take_apart(from, inner, part || !wrapper);
                }
            }
            Pattern::Struct { path, fields } => {
                let known = self.constructed(path);
                for (name, inner) in fields {
                    if let Some((def, variant)) = &known {
                        let field = self.field(*def, variant, name);
                        self.take_apart(field, inner, false);
                    }
                    self.take_apart(from, inner, true);
                }
            }
            Pattern::Wild
            | Pattern::Literal(_)
            | Pattern::Range { .. }
            | Pattern::Path(_)
            | Pattern::Other => {}
        }
    }
}

/// Operators whose result says next to nothing about what is compared.
fn compares(op: &str) -> bool {
    matches!(op, "==" | "!=" | "<" | ">" | "<=" | ">=" | "&&" | "||")
}

/// Functions whose result is their argument in another form.
fn is_wrapping(path: &str) -> bool {
    let name = path.rsplit("::").next().unwrap_or(path);
    matches!(name, "clone" | "new" | "Some" | "Ok" | "from" | "pin")
}

/// The types of the scan in a type.
fn scanned(ty: &Ty, depth: usize) -> Vec<Def> {
    let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
    match ty {
        Ty::Local(def, args) => {
            [*def].into_iter().chain(args.iter().flat_map(|arg| scanned(arg, depth))).collect()
        }
        Ty::External(_, args) | Ty::Tuple(args) => {
            args.iter().flat_map(|arg| scanned(arg, depth)).collect()
        }
        _ => Vec::new(),
    }
}

/// The type of the scan that a value is, behind pointers and wrappers.
fn scanned_first(ty: &Ty) -> Option<Def> {
    match ty {
        Ty::Local(def, _) => Some(*def),
        Ty::External(_, args) => args.first().and_then(scanned_first),
        _ => None,
    }
}
