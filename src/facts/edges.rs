//! Where the data of one body goes: the edges of the flow graph.
//!
//! Read off a finished pass, which knows the types and what each call leads to. What a call
//! does with data is said by the models; where they say nothing, everything that goes into it
//! can come out.

mod calls;
mod fields;
mod patterns;
mod places;

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
                // What a closure returns is what its body gives.
                let to = match self.around(&self.closures, id).map(|closure| self.kind(closure)) {
                    Some(ExprKind::Closure { body, .. }) => self.node(*body),
                    _ => self.result,
                };
                self.out.same(self.node(*value), to);
            }
            ExprKind::Break(Some(value)) => {
                match self.around(&self.loops, id) {
                    Some(around) => self.same(*value, around),
                    // `break 'label value` leaves some block that it stands in.
                    None => {
                        for block in self.blocks_around(id) {
                            self.same(*value, block);
                        }
                    }
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

    /// The blocks that an expression stands in, innermost first.
    fn blocks_around(&self, id: ExprId) -> Vec<ExprId> {
        let after = self.pass.body.iter().skip(id.0 as usize + 1);
        let around = after
            .filter(|(_, expr)| expr.first <= id && matches!(expr.kind, ExprKind::Block { .. }));
        around.map(|(block, _)| block).take(MAX_AROUND).collect()
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
