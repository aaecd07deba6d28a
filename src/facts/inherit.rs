//! What a function gives back to its caller: a value, a type, one of its arguments, or an
//! object whose story began in it and goes on in the caller.

use std::rc::Rc;

use smol_str::SmolStr;

use super::body::Pass;
use super::conceal::Trail;
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
    /// The result is this argument.
    pub param: Option<usize>,
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
        let object = self.object(root).and_then(|object| self.drafts.get(object));
        let object = object.filter(|draft| draft.begins_a_story()).map(|draft| {
            let params = draft.args().iter().map(|arg| self.param(arg.expr)).collect();
            Rc::new(Object { draft: draft.clone(), params })
        });
        Gives {
            value: self.root_value(),
            origin: self.origins[root.0 as usize].clone(),
            trail: self.fold.trail(root),
            ty: self.ty(root).clone(),
            param: self.param(root),
            object,
        }
    }

    /// The parameter that an expression is, in whatever form.
    fn param(&self, expr: ExprId) -> Option<usize> {
        let mut at = expr;
        for _ in 0..MAX_STEPS {
            at = match &self.body.expr(at).kind {
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
                    return self.body.params.iter().position(|param| {
                        matches!(&self.body.expr(*param).kind,
                            ExprKind::Bind { pattern: Pattern::Bind { local: bound, sub: None }, .. }
                                if bound == local)
                    });
                }
                _ => return None,
            };
        }
        None
    }

    /// The call gives what its function does.
    pub fn inherit(&mut self, id: ExprId, span: Span, args: &[ExprId], gives: &Gives) {
        if let Some(arg) = gives.param.and_then(|param| args.get(param)).copied() {
            let ty = self.ty(id).clone();
            self.same(id, arg);
            if *self.ty(id) == Ty::Unknown {
                self.set_type(id, ty);
            }
            return;
        }
        if matches!(self.ty(id), Ty::Unknown | Ty::Bounds(_)) {
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
