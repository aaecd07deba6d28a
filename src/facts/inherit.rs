//! What a function gives back to its caller: a value, a type, one of its arguments, or an
//! object whose story began in it and goes on in the caller.

use std::rc::Rc;

use smol_str::SmolStr;

use super::body::Pass;
use super::conceal::Trail;
use super::hold::Source;
use super::objects::Draft;
use super::value::Value;
use crate::ir::*;
use crate::names::Ty;
use crate::span::{Place, Span};

/// References, conversions and blocks that are seen through.
const MAX_STEPS: usize = 32;

/// What a call of a function of the scan gives.
#[derive(Debug, Clone, Default)]
pub struct Gives {
    pub value: Value,
    /// The call that the result comes from.
    pub origin: Option<SmolStr>,
    pub trail: Trail,
    pub ty: Ty,
    /// The result is this argument, or a field of it, through fields of fields.
    pub param: Option<(usize, Vec<Name>)>,
    /// What the result was put together of.
    pub parts: Rc<[(Name, Source)]>,
    pub object: Option<Rc<Object>>,
}

/// An object that a function made, and which of its arguments the caller handed in.
#[derive(Debug)]
pub struct Object {
    draft: Draft,
    params: Vec<Option<usize>>,
}

impl Pass<'_, '_> {
    /// What the body gives.
    pub fn gives(&self) -> Gives {
        let Some(root) = self.body.root else { return Gives::default() };
        self.gives_of(root, true)
    }

    /// What an expression would give, if the body ended with it.
    pub(super) fn gives_of(&self, root: ExprId, parts: bool) -> Gives {
        let object = self.object(root).and_then(|object| self.drafts.get(object));
        let object = object.filter(|draft| draft.begins_a_story()).map(|draft| {
            let whole = |expr| self.param(expr).filter(|(_, path)| path.is_empty());
            let params = draft.args().iter().map(|arg| Some(whole(arg.expr)?.0)).collect();
            Rc::new(Object { draft: draft.clone(), params })
        });
        Gives {
            value: self.value(root).clone(),
            origin: self.origins[root.0 as usize].clone(),
            trail: self.fold.trail(root),
            ty: self.ty(root).clone(),
            param: self.param(root),
            parts: if parts { self.parts(root) } else { Rc::default() },
            object,
        }
    }

    /// The parameter that an expression is, in whatever form, or whose field it is.
    pub(super) fn param(&self, expr: ExprId) -> Option<(usize, Vec<Name>)> {
        let mut at = expr;
        let mut path = Vec::new();
        for _ in 0..MAX_STEPS {
            at = match &self.body.expr(at).kind {
                ExprKind::Field { base, name } => {
                    path.push(name.clone());
                    *base
                }
                ExprKind::Ref { value, .. }
                | ExprKind::Unary { value, .. }
                | ExprKind::Cast { value, .. }
                | ExprKind::Try(value)
                | ExprKind::Await(value)
                | ExprKind::Block { tail: Some(value), .. } => *value,
                ExprKind::MethodCall { receiver, method, .. }
                    if self.cx.models.method(method).keeps =>
                {
                    *receiver
                }
                ExprKind::Local(local) => {
                    let param = self.body.params.iter().position(|param| {
                        matches!(&self.body.expr(*param).kind,
                            ExprKind::Bind { pattern: Pattern::Bind { local: bound, sub: None }, .. }
                                if bound == local)
                    })?;
                    path.reverse();
                    return Some((param, path));
                }
                _ => return None,
            };
        }
        None
    }

    /// The call gives what its function does.
    pub fn inherit(&mut self, id: ExprId, span: Span, args: &[ExprId], gives: &Gives) {
        if let Some((param, path)) = &gives.param
            && let Some(arg) = args.get(*param).copied()
        {
            let ty = self.ty(id).clone();
            if path.is_empty() {
                self.same(id, arg);
                if *self.ty(id) == Ty::Unknown {
                    self.set_type(id, ty);
                }
                return;
            }
            if self.inherit_field(id, arg, path) {
                return;
            }
        }
        self.inherit_parts(id, span, args, &gives.parts);
        if is_vague(self.ty(id)) && gives.ty != Ty::Unknown {
            self.set_type(id, gives.ty.clone());
        }
        let Some(object) = &gives.object else { return };
        let place = Place { file: self.here.file, span };
        let exprs: Vec<ExprId> = object
            .params
            .iter()
            .map(|param| param.and_then(|param| args.get(param)).copied().unwrap_or(id))
            .collect();
        let mut draft = object.draft.inherited(place, id, &exprs);
        // What the caller knows of its own arguments counts.
        let known: Vec<(Value, Span)> = exprs
            .iter()
            .map(|expr| (self.value(*expr).clone(), self.body.expr(*expr).span))
            .collect();
        for (index, (value, span)) in known.into_iter().enumerate() {
            draft.fill(index, (exprs[index] != id).then_some(value), span);
        }
        self.drafts.push(draft);
        self.set_object(id, Some(self.drafts.len() - 1));
    }
}

/// A type that says less than what is made: `impl Write`, `Box<dyn Write>`.
fn is_vague(ty: &Ty) -> bool {
    match ty {
        Ty::Unknown | Ty::Bounds(_) => true,
        Ty::External(_, args) => matches!(args.as_slice(), [Ty::Bounds(_)]),
        _ => false,
    }
}
