//! Conditions: what each expression of a body stands behind.
//!
//! Only the shape of the code is read here: `if` and `else`, arms and guards, loops, `&&` and
//! `||`, early returns, `let … else`, `?`, closures that are handed to `then` and its kin, and
//! `#[cfg(..)]`. What a condition asks about is for the models to say. Expressions lie in
//! post-order, so a subtree is a range of numbers and one pass finds every condition.

use crate::ir::*;
use crate::span::Span;

/// Something that must be so for a range of expressions to run.
#[derive(Debug, Clone)]
pub struct Condition {
    pub test: Test,
    /// The test must hold, or must not.
    pub holds: bool,
    pub span: Span,
    /// It says something only when it asks the environment or the machine directly: `?` and
    /// `map` are everywhere.
    pub weak: bool,
    first: u32,
    last: u32,
}

#[derive(Debug, Clone)]
pub enum Test {
    /// An expression is true, or the pattern of an `if let` or an arm fits.
    Expr(ExprId),
    /// A value is there: `Some`, `Ok`.
    Present(ExprId),
    /// A helper comes back.
    Returns(ExprId),
    /// What stands in `#[cfg(..)]`.
    Configured(String),
}

impl Condition {
    /// Whether an expression stands behind it.
    pub fn covers(&self, id: ExprId) -> bool {
        self.first <= id.0 && id.0 <= self.last
    }
}

/// The conditions of one body.
#[derive(Debug, Default)]
pub struct Conditions {
    all: Vec<Condition>,
    /// Closures that a local holds: their range, and the only place that names the local.
    held: Vec<(u32, u32, ExprId)>,
}

impl Conditions {
    pub fn of(body: &Body) -> Self {
        let mut found = Self::default();
        for (_, expr) in body.iter() {
            found.expr(body, expr);
        }
        for (id, attr) in &body.cfgs {
            let test = Test::Configured(attr.list.clone());
            found.add(body, *id, test, true, attr.span, false);
        }
        found.hold_closures(body);
        found
    }

    /// What an expression stands behind, the outermost first.
    pub fn behind(&self, id: ExprId) -> Vec<&Condition> {
        let mut found = Vec::new();
        self.collect(id, 4, &mut found);
        found
    }

    fn collect<'s>(&'s self, id: ExprId, depth: usize, found: &mut Vec<&'s Condition>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for (first, last, used) in &self.held {
            if *first <= id.0 && id.0 <= *last && used.0 > *last {
                self.collect(*used, depth, found);
            }
        }
        found.extend(self.all.iter().filter(|c| c.covers(id)));
    }

    fn add(
        &mut self,
        body: &Body,
        behind: ExprId,
        test: Test,
        holds: bool,
        span: Span,
        weak: bool,
    ) {
        let first = body.expr(behind).first.0;
        self.all.push(Condition { test, holds, span, weak, first, last: behind.0 });
    }

    fn add_range(&mut self, (first, last): (u32, u32), test: Test, holds: bool, span: Span) {
        if first <= last {
            self.all.push(Condition { test, holds, span, weak: false, first, last });
        }
    }

    fn expr(&mut self, body: &Body, expr: &Expr) {
        match &expr.kind {
            ExprKind::If { condition, then, otherwise } => {
                let (test, span) = (Test::Expr(*condition), body.expr(*condition).span);
                self.add(body, *then, test.clone(), true, span, false);
                if let Some(otherwise) = otherwise {
                    self.add(body, *otherwise, test, false, span, false);
                }
            }
            ExprKind::Match { value, arms } => self.arms(body, *value, arms),
            ExprKind::Loop { condition: Some(condition), body: inside }
                if !is_for(body, *condition) =>
            {
                let span = body.expr(*condition).span;
                self.add(body, *inside, Test::Expr(*condition), true, span, false);
            }
            ExprKind::Binary { op, left, right } if op == "&&" || op == "||" => {
                let span = body.expr(*left).span;
                self.add(body, *right, Test::Expr(*left), op == "&&", span, false);
            }
            ExprKind::MethodCall { receiver, method, args, .. } => {
                self.combinator(body, *receiver, method, args);
            }
            ExprKind::Block { statements, tail, .. } => {
                self.sequence(body, expr, statements, *tail);
            }
            _ => {}
        }
    }

    fn arms(&mut self, body: &Body, value: ExprId, arms: &[Arm]) {
        let span = body.expr(value).span;
        for (at, arm) in arms.iter().enumerate() {
            // `_` stands behind everything that came before it not being so.
            match (is_open(body, arm), at.checked_sub(1)) {
                (true, Some(before)) if arm.guard.is_none() => {
                    for earlier in arms[..=before].iter().filter(|a| a.guard.is_none()) {
                        self.add(body, arm.body, Test::Expr(earlier.bind), false, span, false);
                    }
                }
                (true, _) => {}
                (false, _) => self.add(body, arm.body, Test::Expr(arm.bind), true, span, false),
            }
            if let Some(guard) = arm.guard {
                let span = body.expr(guard).span;
                self.add(body, arm.body, Test::Expr(guard), true, span, false);
            }
        }
    }

    /// A closure that runs only when something is there, or only when it is not.
    fn combinator(&mut self, body: &Body, receiver: ExprId, method: &str, args: &[ExprId]) {
        let span = body.expr(receiver).span;
        let closures: Vec<ExprId> = args
            .iter()
            .copied()
            .filter(|arg| {
                matches!(body.expr(*arg).kind, ExprKind::Closure { .. } | ExprKind::Path(_))
            })
            .collect();
        let Some(last) = closures.last().copied() else { return };
        let present = Test::Present(receiver);
        match method {
            "then" => self.add(body, last, Test::Expr(receiver), true, span, false),
            "map" | "and_then" | "is_some_and" | "is_ok_and" | "inspect" | "map_or" => {
                self.add(body, last, present, true, span, true);
            }
            "unwrap_or_else" | "or_else" | "ok_or_else" | "get_or_insert_with" => {
                self.add(body, last, present, false, span, true);
            }
            "map_or_else" if closures.len() == 2 => {
                self.add(body, closures[0], present.clone(), false, span, true);
                self.add(body, last, present, true, span, true);
            }
            _ => {}
        }
    }

    /// What follows a statement that leaves the block stands behind its condition.
    fn sequence(&mut self, body: &Body, block: &Expr, statements: &[ExprId], tail: Option<ExprId>) {
        let parts: Vec<ExprId> = statements.iter().copied().chain(tail).collect();
        let Some(end) = parts.last().map(|last| last.0) else { return };
        for (at, id) in parts.iter().enumerate() {
            let start = id.0 + 1;
            // What the statement itself asks on its way: `value()?`.
            self.questions(body, *id, at + 1 < parts.len(), end.max(block.first.0));
            if at + 1 == parts.len() {
                break;
            }
            let rest = (start, end);
            match &body.expr(*id).kind {
                ExprKind::If { condition, then, otherwise } => {
                    let span = body.expr(*condition).span;
                    let leaves =
                        (diverges(body, *then), otherwise.is_some_and(|o| diverges(body, o)));
                    let test = Test::Expr(*condition);
                    match leaves {
                        (true, false) => self.add_range(rest, test, false, span),
                        (false, true) => self.add_range(rest, test, true, span),
                        _ => {}
                    }
                }
                ExprKind::Match { value, arms } => {
                    let span = body.expr(*value).span;
                    let (gone, stay): (Vec<&Arm>, Vec<&Arm>) =
                        arms.iter().partition(|arm| diverges(body, arm.body));
                    if let ([_, ..], [only]) = (gone.as_slice(), stay.as_slice())
                        && is_open(body, only)
                    {
                        for arm in gone.iter().filter(|arm| arm.guard.is_none()) {
                            self.add_range(rest, Test::Expr(arm.bind), false, span);
                        }
                    } else if let ([_, ..], [only]) = (gone.as_slice(), stay.as_slice()) {
                        self.add_range(rest, Test::Expr(only.bind), true, span);
                    } else if let ([only], [_, ..]) = (gone.as_slice(), stay.as_slice()) {
                        self.add_range(rest, Test::Expr(only.bind), false, span);
                    }
                }
                ExprKind::Loop { condition: Some(condition), .. } if !is_for(body, *condition) => {
                    let span = body.expr(*condition).span;
                    self.add_range(rest, Test::Expr(*condition), false, span);
                }
                ExprKind::Loop { condition: None, body: inside } => {
                    if let Some(condition) = way_out(body, *inside) {
                        let span = body.expr(condition).span;
                        self.add_range(rest, Test::Expr(condition), true, span);
                    }
                }
                ExprKind::Call { .. } | ExprKind::MethodCall { .. } => {
                    self.add_range(rest, Test::Returns(*id), true, body.expr(*id).span);
                }
                // `let … else`: the block that leaves stands between the value and the binding.
                ExprKind::Bind { value: Some(value), origin: BindOrigin::Let, .. }
                    if value.0 + 1 < id.0 =>
                {
                    self.add_range(rest, Test::Expr(*id), true, body.expr(*value).span);
                }
                _ => {}
            }
        }
    }

    /// `?` in a statement: what follows runs only when the value was there.
    fn questions(&mut self, body: &Body, statement: ExprId, more: bool, end: u32) {
        let mut at = statement;
        for _ in 0..16 {
            let expr = body.expr(at);
            match &expr.kind {
                ExprKind::Try(value) => {
                    let condition = Condition {
                        test: Test::Present(*value),
                        holds: true,
                        span: body.expr(*value).span,
                        weak: true,
                        first: at.0 + 1,
                        last: end,
                    };
                    if more && condition.first <= end {
                        self.all.push(condition);
                    }
                    at = *value;
                }
                ExprKind::Bind { value: Some(value), .. }
                | ExprKind::Await(value)
                | ExprKind::Ref { value, .. }
                | ExprKind::MethodCall { receiver: value, .. }
                | ExprKind::Assign { value, .. } => at = *value,
                _ => return,
            }
        }
    }

    /// A closure that a local holds runs where the local is named.
    fn hold_closures(&mut self, body: &Body) {
        for (_, expr) in body.iter() {
            let ExprKind::Bind {
                pattern: Pattern::Bind { local, sub: None },
                value: Some(value),
                ..
            } = &expr.kind
            else {
                continue;
            };
            if !matches!(body.expr(*value).kind, ExprKind::Closure { .. }) {
                continue;
            }
            let named =
                body.iter().filter(|(_, e)| matches!(e.kind, ExprKind::Local(l) if l == *local));
            let uses: Vec<ExprId> = named.map(|(id, _)| id).take(2).collect();
            if let [only] = uses[..] {
                self.held.push((body.expr(*value).first.0, value.0, only));
            }
        }
    }
}

fn is_for(body: &Body, condition: ExprId) -> bool {
    matches!(body.expr(condition).kind, ExprKind::Bind { origin: BindOrigin::For, .. })
}

/// Whether an arm fits everything.
fn is_open(body: &Body, arm: &Arm) -> bool {
    matches!(
        &body.expr(arm.bind).kind,
        ExprKind::Bind { pattern: Pattern::Wild | Pattern::Bind { sub: None, .. }, .. }
    )
}

/// Whether nothing that follows the expression runs after it.
fn diverges(body: &Body, mut id: ExprId) -> bool {
    for _ in 0..32 {
        match &body.expr(id).kind {
            ExprKind::Return(_) | ExprKind::Break(_) | ExprKind::Continue => return true,
            ExprKind::Block { statements, tail, is_async: false } => {
                match tail.or(statements.last().copied()) {
                    Some(last) => id = last,
                    None => return false,
                }
            }
            ExprKind::Call { callee, .. } => {
                let ExprKind::Path(path) = &body.expr(*callee).kind else { return false };
                return path
                    .last()
                    .is_some_and(|last| matches!(last.name.as_str(), "exit" | "abort" | "_exit"));
            }
            ExprKind::Macro(call) => {
                return call.path.last().is_some_and(|last| {
                    matches!(
                        last.name.as_str(),
                        "panic"
                            | "unreachable"
                            | "todo"
                            | "unimplemented"
                            | "bail"
                            | "abort"
                            | "compile_error"
                    )
                });
            }
            ExprKind::If { then, otherwise: Some(otherwise), .. } => {
                if !diverges_block(body, *then) {
                    return false;
                }
                id = *otherwise;
            }
            _ => return false,
        }
    }
    false
}

/// As [`diverges`], without looking into further branches.
fn diverges_block(body: &Body, mut id: ExprId) -> bool {
    for _ in 0..32 {
        match &body.expr(id).kind {
            ExprKind::Return(_) | ExprKind::Break(_) | ExprKind::Continue => return true,
            ExprKind::Block { statements, tail, .. } => match tail.or(statements.last().copied()) {
                Some(last) => id = last,
                None => return false,
            },
            _ => return false,
        }
    }
    false
}

/// The condition of the only `if … { break }` at the top of a loop.
fn way_out(body: &Body, inside: ExprId) -> Option<ExprId> {
    let ExprKind::Block { statements, tail, .. } = &body.expr(inside).kind else { return None };
    let mut ways = statements.iter().chain(tail).filter_map(|id| match &body.expr(*id).kind {
        ExprKind::If { condition, then, .. } => {
            let ExprKind::Block { statements, tail, .. } = &body.expr(*then).kind else {
                return None;
            };
            let last = tail.or(statements.last().copied())?;
            matches!(body.expr(last).kind, ExprKind::Break(_)).then_some(*condition)
        }
        _ => None,
    });
    ways.next().filter(|_| ways.next().is_none())
}
