//! The ways through a body: what it comes to, and what must hold for that.
//!
//! Conditions are taken apart at `&&`, `||`, `!`, `matches!`, `if`, `match`, early returns and
//! the closures of `is_some_and` and its kin, into alternatives of single conditions. The
//! number of alternatives and the depth are bounded; what lies beyond stays one condition.

use crate::ir::{BindOrigin, Body, Expr, ExprId, ExprKind, Literal, LocalId, MacroCall, Pattern};

/// Alternatives that are kept for one outcome.
const MAX_WAYS: usize = 48;
/// Conditions inside of conditions that are taken apart.
const MAX_DEPTH: usize = 24;

/// A single condition, or a pattern that is fulfilled (a [`ExprKind::Bind`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Atom {
    pub expr: ExprId,
    pub holds: bool,
}

/// Conditions that hold together.
pub type Way = Vec<Atom>;

/// What a way through the body comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// `true`, `Ok(())`, `Some(true)`: yes, and nothing but yes.
    Yes,
    /// `Ok(value)`, `Some(value)`.
    Given,
    /// `false`, `Err`, `None`.
    No,
    /// Another value: it can mean anything.
    Other,
    /// What an expression comes to.
    Decided(ExprId),
}

#[derive(Debug, Clone)]
pub struct Outcome {
    pub expr: ExprId,
    pub verdict: Verdict,
}

/// A body with what its arena does not say: who contains whom, and what locals stand for.
pub struct Paths<'a> {
    pub body: &'a Body,
    parents: Vec<Option<ExprId>>,
    /// The one binding of a local.
    binds: Vec<Option<ExprId>>,
    assigned: Vec<bool>,
}

impl<'a> Paths<'a> {
    pub fn new(body: &'a Body) -> Self {
        let mut parents = vec![None; body.exprs.len()];
        let mut open: Vec<ExprId> = Vec::new();
        let mut binds = vec![None; body.locals.len()];
        let mut assigned = vec![false; body.locals.len()];
        for (id, expr) in body.iter() {
            while let Some(last) = open.last().copied()
                && last >= expr.first
            {
                parents[last.0 as usize] = Some(id);
                open.pop();
            }
            open.push(id);
            match &expr.kind {
                ExprKind::Bind { pattern, .. } => {
                    pattern.locals(&mut |local| binds[local.0 as usize] = Some(id));
                }
                ExprKind::Assign { target, .. } => {
                    if let ExprKind::Local(local) = body.expr(*target).kind {
                        assigned[local.0 as usize] = true;
                    }
                }
                _ => {}
            }
        }
        Self { body, parents, binds, assigned }
    }

    pub fn kind(&self, id: ExprId) -> &'a ExprKind {
        &self.body.expr(id).kind
    }

    pub fn parent(&self, id: ExprId) -> Option<ExprId> {
        self.parents[id.0 as usize]
    }

    /// The binding that a local comes from.
    pub fn bind(&self, local: LocalId) -> Option<ExprId> {
        self.binds[local.0 as usize]
    }

    /// `let name = value;` of a local that is never assigned again.
    fn stands_for(&self, local: LocalId) -> Option<ExprId> {
        let bind = self.bind(local).filter(|_| !self.assigned[local.0 as usize])?;
        match self.kind(bind) {
            ExprKind::Bind {
                pattern: Pattern::Bind { sub: None, .. },
                value: Some(value),
                origin: BindOrigin::Let,
                ..
            } => Some(*value),
            _ => None,
        }
    }

    /// Everything that the body can come to. `decides`: its result is a truth value.
    pub fn outcomes(&self, decides: bool) -> Vec<Outcome> {
        let mut roots: Vec<ExprId> = self.body.root.into_iter().collect();
        for (id, expr) in self.body.iter() {
            match &expr.kind {
                // What a closure says to `is_some_and` is a condition, not an answer.
                ExprKind::Closure { .. } if self.is_asked(id) => {}
                ExprKind::Return(Some(value)) => roots.push(*value),
                // An async block or a boxed one is the body of its function.
                ExprKind::Closure { body, .. } => roots.push(*body),
                ExprKind::Block { is_async: true, tail: Some(tail), .. } => roots.push(*tail),
                _ => {}
            }
        }
        let mut leaves = Vec::new();
        for root in roots {
            self.leaves(root, 0, &mut leaves);
        }
        leaves.sort();
        leaves.dedup();
        let outcome = |expr| Outcome { expr, verdict: self.verdict(expr, decides) };
        leaves.into_iter().map(outcome).collect()
    }

    fn is_asked(&self, closure: ExprId) -> bool {
        let parent = self.parent(closure).map(|parent| self.kind(parent));
        matches!(parent, Some(ExprKind::MethodCall { method, .. }) if matches!(
            method.as_str(),
            "is_some_and" | "is_ok_and" | "is_none_or" | "any" | "all" | "filter" | "find" | "retain"
                | "position" | "take_while" | "skip_while"
        ))
    }

    /// What one expression can come to.
    pub fn leaves_of(&self, id: ExprId) -> Vec<ExprId> {
        let mut leaves = Vec::new();
        self.leaves(id, 0, &mut leaves);
        leaves
    }

    fn leaves(&self, id: ExprId, depth: usize, found: &mut Vec<ExprId>) {
        if depth > MAX_DEPTH {
            return;
        }
        match self.kind(id) {
            ExprKind::Block { tail: Some(tail), .. } => self.leaves(*tail, depth + 1, found),
            ExprKind::Block { statements, tail: None, .. } => {
                // `return x;` is found by itself; `if .. { return a } else { return b };` too.
                if let Some(last) = statements.last()
                    && matches!(self.kind(*last), ExprKind::If { .. } | ExprKind::Match { .. })
                {
                    self.leaves(*last, depth + 1, found);
                }
            }
            ExprKind::If { then, otherwise, .. } => {
                self.leaves(*then, depth + 1, found);
                if let Some(otherwise) = otherwise {
                    self.leaves(*otherwise, depth + 1, found);
                }
            }
            ExprKind::Match { arms, .. } => {
                arms.iter().for_each(|arm| self.leaves(arm.body, depth + 1, found));
            }
            ExprKind::Return(_) | ExprKind::Break(_) | ExprKind::Continue => {}
            _ => found.push(id),
        }
    }

    fn verdict(&self, id: ExprId, decides: bool) -> Verdict {
        match self.kind(id) {
            ExprKind::Literal(Literal::Bool(true)) => Verdict::Yes,
            ExprKind::Literal(Literal::Bool(false)) => Verdict::No,
            ExprKind::Path(path) if path.last().is_some_and(|s| s.name == "None") => Verdict::No,
            ExprKind::Call { callee, args } => {
                let name = match self.kind(*callee) {
                    ExprKind::Path(path) => path.last().map_or("", |s| s.name.as_str()),
                    _ => "",
                };
                match (name, args.as_slice()) {
                    ("Ok" | "Some", [inner]) => match self.kind(*inner) {
                        ExprKind::Literal(Literal::Bool(false)) => Verdict::No,
                        ExprKind::Literal(Literal::Bool(true)) => Verdict::Yes,
                        ExprKind::Tuple(parts) if parts.is_empty() => Verdict::Yes,
                        ExprKind::Binary { op, .. }
                            if matches!(op.as_str(), "==" | "!=" | "&&" | "||") =>
                        {
                            Verdict::Decided(*inner)
                        }
                        _ => Verdict::Given,
                    },
                    ("Err", _) => Verdict::No,
                    _ if decides => Verdict::Decided(id),
                    _ => Verdict::Other,
                }
            }
            ExprKind::Macro(call) if call.path.last().is_some_and(|s| s.name == "bail") => {
                Verdict::No
            }
            ExprKind::Binary { op, .. } if matches!(op.as_str(), "==" | "!=" | "&&" | "||") => {
                Verdict::Decided(id)
            }
            _ if decides => Verdict::Decided(id),
            _ => Verdict::Other,
        }
    }

    /// The ways that lead to an outcome and, when it decides, to its being true.
    pub fn ways(&self, outcome: &Outcome) -> Vec<Way> {
        let ways = self.ways_to(outcome.expr);
        match outcome.verdict {
            Verdict::Decided(expr) => cross(&ways, &self.when(expr, true, 0)),
            _ => ways,
        }
    }

    /// The ways that lead to an expression.
    pub fn ways_to(&self, target: ExprId) -> Vec<Way> {
        let mut ways = vec![Vec::new()];
        let mut child = target;
        while let Some(parent) = self.parent(child) {
            match self.kind(parent) {
                ExprKind::If { condition, then, otherwise } => {
                    if *then == child {
                        ways = cross(&ways, &self.when(*condition, true, 0));
                    } else if *otherwise == Some(child) {
                        ways = cross(&ways, &self.when(*condition, false, 0));
                    }
                }
                ExprKind::Match { arms, .. } => {
                    if let Some(arm) = arms.iter().find(|arm| arm.body == child) {
                        ways = cross(&ways, &[vec![Atom { expr: arm.bind, holds: true }]]);
                        if let Some(guard) = arm.guard {
                            ways = cross(&ways, &self.when(guard, true, 0));
                        }
                    }
                }
                ExprKind::Block { statements, .. } => {
                    let before = statements.iter().take_while(|statement| **statement < child);
                    for statement in before {
                        ways = cross(&ways, &self.passed(*statement));
                    }
                }
                _ => {}
            }
            child = parent;
        }
        ways
    }

    /// The alternatives under which a condition holds.
    pub fn whenever(&self, condition: ExprId) -> Vec<Way> {
        self.when(condition, true, 0)
    }

    /// What holds behind a statement: an early return was not taken, `?` did not leave.
    fn passed(&self, statement: ExprId) -> Vec<Way> {
        if let ExprKind::If { condition, then, otherwise } = self.kind(statement) {
            let (leaves, others) =
                (self.diverges(*then), otherwise.is_some_and(|o| self.diverges(o)));
            return match (leaves, others) {
                (true, false) => self.when(*condition, false, 0),
                (false, true) => self.when(*condition, true, 0),
                _ => vec![Vec::new()],
            };
        }
        let first = self.body.expr(statement).first;
        let inside = (first.0..=statement.0).map(ExprId);
        let tried = inside.filter(|id| matches!(self.kind(*id), ExprKind::Try(_)));
        vec![tried.take(8).map(|expr| Atom { expr, holds: true }).collect()]
    }

    fn diverges(&self, id: ExprId) -> bool {
        match self.kind(id) {
            ExprKind::Return(_) | ExprKind::Break(_) | ExprKind::Continue => true,
            ExprKind::Block { statements, tail, .. } => {
                tail.or(statements.last().copied()).is_some_and(|last| self.diverges(last))
            }
            ExprKind::Macro(call) => {
                let name = call.path.last().map_or("", |s| s.name.as_str());
                matches!(name, "bail" | "panic" | "unreachable" | "todo" | "unimplemented")
            }
            _ => false,
        }
    }

    /// The alternatives under which an expression is `want`.
    fn when(&self, id: ExprId, want: bool, depth: usize) -> Vec<Way> {
        let single = || vec![vec![Atom { expr: id, holds: want }]];
        if depth > MAX_DEPTH {
            return single();
        }
        let when = |expr: ExprId, want: bool| self.when(expr, want, depth + 1);
        match self.kind(id) {
            ExprKind::Literal(Literal::Bool(value)) => {
                if *value == want {
                    vec![Vec::new()]
                } else {
                    Vec::new()
                }
            }
            ExprKind::Binary { op, left, right } => match (op.as_str(), want) {
                ("&&" | "&", true) | ("||" | "|", false) => {
                    cross(&when(*left, want), &when(*right, want))
                }
                ("&&" | "&", false) | ("||" | "|", true) => {
                    either(when(*left, want), when(*right, want))
                }
                ("==", _) if self.is_bool(*right) => when(*left, self.bool_is(*right) == want),
                ("!=", _) if self.is_bool(*right) => when(*left, self.bool_is(*right) != want),
                // `a.ct_eq(b).unwrap_u8() == 1`
                ("==", _) if self.is_bit(*left) => when(*left, want),
                _ => single(),
            },
            ExprKind::Unary { op: '!', value } => when(*value, !want),
            ExprKind::Unary { op: '*', value }
            | ExprKind::Ref { value, .. }
            | ExprKind::Cast { value, .. } => when(*value, want),
            ExprKind::Block { tail: Some(tail), .. } => when(*tail, want),
            ExprKind::Local(local) => match self.stands_for(*local) {
                Some(value) if self.is_condition(value) => when(value, want),
                _ => single(),
            },
            ExprKind::If { condition, then, otherwise: Some(otherwise) } => either(
                cross(&when(*condition, true), &when(*then, want)),
                cross(&when(*condition, false), &when(*otherwise, want)),
            ),
            ExprKind::Match { arms, .. } => {
                let mut all = Vec::new();
                for arm in arms {
                    let mut ways = vec![vec![Atom { expr: arm.bind, holds: true }]];
                    if let Some(guard) = arm.guard {
                        ways = cross(&ways, &when(guard, true));
                    }
                    all = either(all, cross(&ways, &when(arm.body, want)));
                }
                all
            }
            ExprKind::MethodCall { receiver, method, args, .. } => {
                self.asked(id, *receiver, method, args, want, depth)
            }
            ExprKind::Call { callee, args } => match (self.kind(*callee), args.as_slice()) {
                (ExprKind::Path(path), [only])
                    if path.segments.len() > 1
                        && path.last().is_some_and(|s| s.name == "from")
                        && path.segments[0].name == "bool" =>
                {
                    when(*only, want)
                }
                _ => single(),
            },
            _ => single(),
        }
    }

    /// Methods that pass a truth value on, or ask a closure.
    fn asked(
        &self,
        id: ExprId,
        receiver: ExprId,
        method: &str,
        args: &[ExprId],
        want: bool,
        depth: usize,
    ) -> Vec<Way> {
        let closure = args.iter().find_map(|arg| match self.kind(*arg) {
            ExprKind::Closure { body, .. } => Some(*body),
            _ => None,
        });
        let single = vec![vec![Atom { expr: id, holds: want }]];
        match (method, closure) {
            (
                "is_some_and" | "is_ok_and" | "any" | "map_or" | "map" | "filter" | "and_then",
                Some(body),
            ) if self.is_condition(body) => {
                let there = vec![vec![Atom { expr: receiver, holds: true }]];
                let ways = self.when(body, want, depth + 1);
                if want { cross(&there, &ways) } else { ways }
            }
            ("unwrap_or" | "unwrap_or_default" | "unwrap" | "expect" | "into" | "unwrap_u8", _)
            | ("is_some" | "is_ok" | "unwrap_or_else", _)
                if matches!(
                    self.kind(receiver),
                    ExprKind::MethodCall { .. } | ExprKind::Call { .. }
                ) && self.goes_on(receiver) =>
            {
                self.when(receiver, want, depth + 1)
            }
            ("is_none" | "is_err", _) if self.goes_on(receiver) => {
                self.when(receiver, !want, depth + 1)
            }
            _ => single,
        }
    }

    /// Whether a receiver is itself a question.
    fn goes_on(&self, id: ExprId) -> bool {
        match self.kind(id) {
            ExprKind::MethodCall { method, args, .. } => {
                let asks = matches!(method.as_str(), "map" | "filter" | "and_then");
                !asks
                    || args.iter().any(|arg| match self.kind(*arg) {
                        ExprKind::Closure { body, .. } => self.is_condition(*body),
                        _ => false,
                    })
            }
            ExprKind::Call { .. } => true,
            _ => false,
        }
    }

    /// Whether an expression reads like a truth value.
    fn is_condition(&self, id: ExprId) -> bool {
        match self.kind(id) {
            ExprKind::Binary { op, .. } => {
                matches!(op.as_str(), "==" | "!=" | "&&" | "||" | "<" | ">" | "<=" | ">=")
            }
            ExprKind::Unary { op: '!', .. } => true,
            ExprKind::Literal(Literal::Bool(_)) => true,
            ExprKind::Macro(MacroCall { path, .. }) => {
                path.last().is_some_and(|s| s.name == "matches")
            }
            ExprKind::Unary { value, .. } | ExprKind::Ref { value, .. } => {
                self.is_condition(*value)
            }
            ExprKind::Block { tail: Some(tail), .. } => self.is_condition(*tail),
            ExprKind::If { then, otherwise: Some(otherwise), .. } => {
                self.is_condition(*then) || self.is_condition(*otherwise)
            }
            ExprKind::Match { arms, .. } => arms.iter().any(|arm| self.is_condition(arm.body)),
            ExprKind::MethodCall { method, receiver, .. } => {
                matches!(
                    method.as_str(),
                    "eq" | "ne"
                        | "contains"
                        | "contains_key"
                        | "starts_with"
                        | "ends_with"
                        | "is_some_and"
                        | "is_ok_and"
                        | "any"
                        | "ct_eq"
                        | "eq_ignore_ascii_case"
                        | "load"
                        | "is_some"
                        | "is_ok"
                        | "is_none"
                        | "is_err"
                ) || matches!(method.as_str(), "unwrap_or" | "unwrap_or_default" | "into" | "clone")
                    && self.is_condition(*receiver)
                    || method == "map_or"
                    || method == "map" && self.goes_on(id)
            }
            ExprKind::Call { .. } | ExprKind::Path(_) => false,
            _ => false,
        }
    }

    fn is_bool(&self, id: ExprId) -> bool {
        matches!(self.kind(id), ExprKind::Literal(Literal::Bool(_)))
    }

    fn bool_is(&self, id: ExprId) -> bool {
        matches!(self.kind(id), ExprKind::Literal(Literal::Bool(true)))
    }

    fn is_bit(&self, id: ExprId) -> bool {
        matches!(self.kind(id), ExprKind::MethodCall { method, .. } if method == "unwrap_u8")
    }

    /// Every expression inside of another, itself included.
    pub fn inside(&self, id: ExprId) -> impl Iterator<Item = (ExprId, &'a Expr)> + '_ {
        let first = self.body.expr(id).first.0;
        (first..=id.0).map(|at| (ExprId(at), self.body.expr(ExprId(at))))
    }
}

fn cross(left: &[Way], right: &[Way]) -> Vec<Way> {
    let mut all = Vec::new();
    for a in left {
        for b in right {
            if all.len() >= MAX_WAYS {
                return all;
            }
            let mut way = a.clone();
            way.extend(b.iter().filter(|atom| !a.contains(atom)));
            all.push(way);
        }
    }
    all
}

fn either(mut left: Vec<Way>, right: Vec<Way>) -> Vec<Way> {
    left.extend(right);
    left.truncate(MAX_WAYS);
    left
}
