//! Follows a condition backwards to the facts, paths and texts that it is made of.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::body::{results, span_of};
use super::words::fixed_date;
use super::{Gates, Looked, MAX_HOPS, MAX_VISITED};
use crate::facts::conditions::Test;
use crate::ir::{ExprId, ExprKind, Literal, Name};
use crate::model::{expand, path_fits};
use crate::span::Span;

/// What a condition was followed to.
#[derive(Default)]
pub(super) struct Slice {
    /// Facts, with the number of locals between them and the condition.
    pub(super) facts: Vec<(usize, usize)>,
    pub(super) paths: Vec<SmolStr>,
    /// Methods and fields.
    pub(super) methods: Vec<Name>,
    pub(super) texts: Vec<String>,
    pub(super) date: Option<String>,
    visited: usize,
}

impl<'a> Gates<'a> {
    /// The facts that a value is, under another form.
    pub(super) fn direct(
        &self,
        looked: &Looked<'a>,
        mut expr: ExprId,
        via: Option<Span>,
    ) -> Vec<usize> {
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
    pub(super) fn for_call<'f>(
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
    pub(super) fn slice(
        &self,
        looked: &Looked<'a>,
        expr: ExprId,
        depth: usize,
        via: Option<Span>,
    ) -> Slice {
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
