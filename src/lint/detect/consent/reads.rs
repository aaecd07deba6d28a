//! Whether a condition reads a guard: directly, through locals, helpers and parameters, or by
//! where its value comes from.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::guard::{Guard, receiver_fits};
use crate::facts::conditions::{Condition, Conditions, Test};
use crate::facts::{self, Context, Seen};
use crate::flow::Meaning;
use crate::ir::{Body, BodyId, ExprId, ExprKind, LocalId, Pattern};
use crate::lint::detect::Whole;
use crate::lint::gates::body::{results, sources, span_of, spans};
use crate::names::{BodyRef, Ty};
use crate::span::{FileId, Span};
use crate::vocab::{Effect, Role};

/// Helpers inside of helpers that a condition is followed into.
const MAX_HELPERS: usize = 4;
/// Expressions that one condition is followed to.
const MAX_VISITED: usize = 400;
/// Operators inside of operators that are taken apart.
const MAX_LEVELS: usize = 32;

/// One body with what is known of its expressions.
pub struct Look<'a> {
    pub at: BodyRef,
    pub body: &'a Body,
    pub conditions: Conditions,
    pub seen: Seen,
    sources: Vec<Vec<ExprId>>,
    pub by_span: FxHashMap<Span, ExprId>,
    calls: FxHashMap<Span, Vec<BodyRef>>,
    /// Expressions that read the guard's variable of the environment.
    variables: FxHashSet<ExprId>,
}

/// A crate, the number of a body in it, and the call there.
type Caller = (usize, usize, Span);

/// Looks at the bodies of a unit for one guard.
pub struct Reader<'w, 's, 'a> {
    pub whole: &'w Whole<'s, 'a>,
    pub guard: Guard,
    context: Context<'a>,
    /// Crate and number of each body.
    numbers: FxHashMap<(FileId, BodyId), (usize, usize)>,
    /// Who runs each body, and where.
    callers: FxHashMap<(FileId, BodyId), Vec<Caller>>,
    looked: RefCell<FxHashMap<(FileId, BodyId), Rc<Look<'a>>>>,
}

impl<'w, 's, 'a> Reader<'w, 's, 'a> {
    pub fn new(whole: &'w Whole<'s, 'a>, guard: Guard) -> Option<Self> {
        let resolver = whole.subjects.first()?.resolver;
        let mut numbers = FxHashMap::default();
        let mut callers: FxHashMap<_, Vec<Caller>> = FxHashMap::default();
        for (number, subject) in whole.subjects.iter().enumerate() {
            for (index, body) in subject.facts.bodies.iter().enumerate() {
                let at = body.owner.at;
                numbers.entry((at.file, at.body)).or_insert((number, index));
                if body.owner.test {
                    continue;
                }
                for edge in &body.edges {
                    let sites = callers.entry((edge.target.file, edge.target.body)).or_default();
                    // The path of a call and the call are one place.
                    let same = |site: &&mut (usize, usize, Span)| {
                        (site.0, site.1) == (number, index)
                            && (site.2.start == edge.span.start || site.2.end == edge.span.end)
                    };
                    match sites.iter_mut().find(same) {
                        Some(site) => site.2 = site.2.to(edge.span),
                        None => sites.push((number, index, edge.span)),
                    }
                }
            }
        }
        let context = Context::new(resolver.unit, resolver.models, resolver.memo);
        let looked = RefCell::default();
        Some(Self { whole, guard, context, numbers, callers, looked })
    }

    /// The places from which a body is run, those of tests left out.
    pub fn callers(&self, number: usize, body: usize) -> &[(usize, usize, Span)] {
        let at = self.whole.subjects[number].facts.bodies[body].owner.at;
        self.callers.get(&(at.file, at.body)).map_or(&[], Vec::as_slice)
    }

    pub fn look(&self, at: BodyRef) -> Rc<Look<'a>> {
        let key = (at.file, at.body);
        if let Some(known) = self.looked.borrow().get(&key) {
            return Rc::clone(known);
        }
        let body = self.context.unit.files[&at.file].body(at.body);
        let mut calls: FxHashMap<Span, Vec<BodyRef>> = FxHashMap::default();
        let by_span = spans(body);
        let mut variables = FxHashSet::default();
        if let Some((number, index)) = self.numbers.get(&key) {
            let facts = self.whole.subjects[*number].facts;
            for edge in &facts.bodies[*index].edges {
                calls.entry(edge.span).or_default().push(edge.target);
            }
            let own = facts
                .facts
                .iter()
                .filter(|fact| fact.body == *index && fact.effects.contains(&Effect::EnvRead));
            for fact in own {
                let mut names = fact.args.iter().filter(|arg| arg.role == Role::Variable);
                if names.any(|arg| arg.value.texts().iter().any(|text| text == &self.guard.name)) {
                    variables.extend(fact.steps.iter().map(|step| step.expr));
                }
            }
        }
        let look = Rc::new(Look {
            at,
            body,
            conditions: Conditions::of(body),
            seen: facts::look(&self.context, at),
            sources: sources(body),
            by_span,
            calls,
            variables,
        });
        self.looked.borrow_mut().insert(key, Rc::clone(&look));
        look
    }

    /// Whether the code at a place of a body runs only when the guard says so.
    pub fn is_guarded(&self, number: usize, body: usize, span: Span) -> bool {
        let at = self.whole.subjects[number].facts.bodies[body].owner.at;
        let look = self.look(at);
        let expr = look.by_span.get(&span).copied().or_else(|| {
            let inside = look.body.iter().filter(|(_, e)| e.span.contains(span));
            inside.min_by_key(|(_, e)| e.span.end - e.span.start).map(|(id, _)| id)
        });
        let Some(expr) = expr else { return false };
        look.conditions.behind(expr).into_iter().any(|condition| self.asks(&look, condition))
    }

    fn asks(&self, look: &Look<'a>, condition: &Condition) -> bool {
        match &condition.test {
            Test::Expr(expr) => self.holds(look, *expr, condition.holds, MAX_LEVELS),
            Test::Present(expr) | Test::Returns(expr) => self.reads(look, *expr, MAX_HELPERS),
            Test::Configured(_) => false,
        }
    }

    /// Whether an expression that is so (or is not so) means that the guard was asked: of
    /// `a || b` that is so, each side has to.
    fn holds(&self, look: &Look<'a>, expr: ExprId, so: bool, levels: usize) -> bool {
        let Some(levels) = levels.checked_sub(1) else { return false };
        match &look.body.expr(expr).kind {
            ExprKind::Unary { op: '!', value } => self.holds(look, *value, !so, levels),
            ExprKind::Block { tail: Some(value), .. } | ExprKind::Ref { value, .. } => {
                self.holds(look, *value, so, levels)
            }
            ExprKind::Binary { op, left, right } if op == "&&" || op == "||" => {
                let sides = [*left, *right];
                let mut asks = sides.iter().map(|side| self.holds(look, *side, so, levels));
                if (op == "&&") == so { asks.any(|is| is) } else { asks.all(|is| is) }
            }
            ExprKind::Bind { value: Some(value), pattern, .. } => {
                !matches!(pattern, Pattern::Wild) && self.reads(look, *value, MAX_HELPERS)
            }
            _ => self.reads(look, expr, MAX_HELPERS),
        }
    }

    /// Whether a value depends on the guard.
    pub fn reads(&self, look: &Look<'a>, expr: ExprId, helpers: usize) -> bool {
        let mut visited: FxHashSet<ExprId> = FxHashSet::default();
        let mut work = vec![expr];
        while let Some(id) = work.pop() {
            if visited.len() > MAX_VISITED || !visited.insert(id) {
                continue;
            }
            if self.is_guard(look, id) || self.comes_from(look, id) {
                return true;
            }
            let expr = look.body.expr(id);
            if let Some(helpers) = helpers.checked_sub(1) {
                for target in look.calls.get(&span_of(expr)).into_iter().flatten().take(3) {
                    let inner = self.look(*target);
                    if results(inner.body).into_iter().any(|id| self.reads(&inner, id, helpers)) {
                        return true;
                    }
                }
            }
            match &expr.kind {
                ExprKind::Local(local) => work.extend(&look.sources[local.0 as usize]),
                // What a block gives, and what decides it.
                ExprKind::Block { tail, .. } => work.extend(tail),
                ExprKind::Loop { .. } => {}
                kind => kind.operands(&mut |id| work.push(id)),
            }
        }
        false
    }

    /// The expression names the guard.
    pub fn is_guard(&self, look: &Look<'a>, id: ExprId) -> bool {
        let guard = &self.guard;
        if look.variables.contains(&id) {
            return true;
        }
        let expr = look.body.expr(id);
        let calls = |set: &FxHashSet<(FileId, BodyId)>| {
            let targets = look.calls.get(&span_of(expr)).into_iter().flatten();
            targets.into_iter().any(|at| set.contains(&(at.file, at.body)))
        };
        match &expr.kind {
            ExprKind::Field { base, name } if name == guard.name.as_str() => {
                !guard.types.is_empty() && self.base_fits(look, *base)
            }
            ExprKind::Call { .. } | ExprKind::MethodCall { .. } if calls(&guard.functions) => true,
            // A function that is handed over: `.filter(enabled)`.
            ExprKind::Path(path) => {
                let named = path.last().is_some_and(|last| last.name == guard.name.as_str());
                named && (guard.is_constant || !guard.functions.is_empty())
            }
            ExprKind::Local(local) => self.taken_apart(look, *local),
            _ => false,
        }
    }

    fn base_fits(&self, look: &Look<'a>, base: ExprId) -> bool {
        if self.guard.only {
            return true;
        }
        match look.seen.types.get(base.0 as usize).map(Ty::peeled) {
            Some(Ty::Local(def, _)) => return self.guard.types.contains(&(def.file, def.item)),
            Some(Ty::External(..)) => {}
            _ => {}
        }
        let mut at = base;
        for _ in 0..8 {
            let name = match &look.body.expr(at).kind {
                ExprKind::Local(local) => look.body.locals[local.0 as usize].name.clone(),
                ExprKind::Field { name, .. } => name.clone(),
                ExprKind::MethodCall { receiver, method, .. } => {
                    if receiver_fits(&self.guard, method) {
                        return true;
                    }
                    at = *receiver;
                    continue;
                }
                ExprKind::Path(path) => match path.last() {
                    Some(last) => last.name.clone(),
                    None => return false,
                },
                ExprKind::Try(value)
                | ExprKind::Await(value)
                | ExprKind::Ref { value, .. }
                | ExprKind::Unary { value, .. } => {
                    at = *value;
                    continue;
                }
                _ => return false,
            };
            return receiver_fits(&self.guard, &name);
        }
        false
    }

    /// `let Settings { crash_reports, .. } = settings`
    fn taken_apart(&self, look: &Look<'a>, local: LocalId) -> bool {
        if self.guard.types.is_empty() {
            return false;
        }
        look.body.exprs.iter().any(|expr| {
            let ExprKind::Bind { pattern: Pattern::Struct { fields, .. }, .. } = &expr.kind else {
                return false;
            };
            let named = fields.iter().filter(|(name, _)| name == self.guard.name.as_str());
            let mut found = false;
            for (_, pattern) in named {
                pattern.locals(&mut |bound| found |= bound == local);
            }
            found
        })
    }

    /// The value was the guard's before it got here, unchanged.
    fn comes_from(&self, look: &Look<'a>, id: ExprId) -> bool {
        let leaf = matches!(
            look.body.expr(id).kind,
            ExprKind::Field { .. } | ExprKind::Local(_) | ExprKind::MethodCall { .. }
        );
        let graph = self.whole.graph;
        let Some(node) = graph.expr(look.at, id).filter(|_| leaf) else { return false };
        graph.origins(node, false).into_iter().any(|origin| match graph.meaning(origin) {
            Some(Meaning::Field(key)) => {
                key.field == self.guard.name.as_str()
                    && self.guard.types.contains(&(key.file, key.item))
            }
            Some(Meaning::Expr(at, expr)) if (at.file, at.body) != (look.at.file, look.at.body) => {
                let known = self.looked.borrow().get(&(at.file, at.body)).cloned();
                let other = known.unwrap_or_else(|| self.look(at));
                self.is_guard(&other, expr)
            }
            Some(Meaning::Result(at)) => {
                let key = (at.file, at.body);
                self.guard.functions.contains(&key) || self.guard.constants.contains(&key)
            }
            _ => false,
        })
    }
}
