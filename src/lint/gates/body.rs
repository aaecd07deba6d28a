//! What the code of one body says of itself, without names and models.

use rustc_hash::FxHashMap;

use crate::ir::{Body, Expr, ExprId, ExprKind};
use crate::span::Span;

/// Every expression that facts, edges and claims name by its place.
pub(in crate::lint) fn spans(body: &Body) -> FxHashMap<Span, ExprId> {
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
pub(in crate::lint) fn span_of(expr: &Expr) -> Span {
    match &expr.kind {
        ExprKind::MethodCall { method_span, .. } => {
            Span { start: method_span.start, end: expr.span.end }
        }
        _ => expr.span,
    }
}

/// What each local may hold: what it is bound to, assigned, and handed to for filling.
pub(in crate::lint) fn sources(body: &Body) -> Vec<Vec<ExprId>> {
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
pub(in crate::lint) fn results(body: &Body) -> Vec<ExprId> {
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
