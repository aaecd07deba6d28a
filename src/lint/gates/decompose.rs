//! Takes a condition apart: which things it asks about, and what must be so of each.

use super::body::span_of;
use super::patterns::{PatternState, pattern_state, predicate, texts_of};
use super::slice::Slice;
use super::words::{State, cfg};
use super::{Gates, Looked, MAX_HELPERS, MAX_LEVELS, MAX_MEANINGS, Meaning};
use crate::facts::Fact;
use crate::facts::conditions::{Condition, Test};
use crate::facts::value::Value;
use crate::ir::{ExprId, ExprKind};
use crate::lint::matcher::{Matching, readable};
use crate::model::spec::ConditionRow;
use crate::model::{expand, path_fits};
use crate::span::{Place, Span};
use crate::vocab::{Effect, Gate, Role};

impl<'a> Gates<'a> {
    pub(super) fn condition(
        &self,
        looked: &Looked<'a>,
        condition: &Condition,
        found: &mut Vec<Meaning>,
    ) {
        let place = Place { file: looked.at.file, span: condition.span };
        let from = found.len();
        match &condition.test {
            Test::Configured(list) => cfg(list, condition.holds, place, found),
            Test::Expr(expr) => {
                self.decompose(looked, *expr, condition.holds, MAX_HELPERS, None, found);
            }
            Test::Present(expr) if condition.weak => {
                self.present(looked, *expr, condition.holds, found);
            }
            Test::Returns(expr) => self.guard(looked, *expr, found),
            Test::Present(expr) => {
                let state = if condition.holds { State::Set } else { State::Unset };
                self.leaf(looked, *expr, *expr, state, MAX_HELPERS, None, found);
            }
        }
        for meaning in &mut found[from..] {
            meaning.place = place;
        }
    }

    /// Takes a condition apart: what it says of the things that it asks about.
    fn decompose(
        &self,
        looked: &Looked<'a>,
        expr: ExprId,
        holds: bool,
        depth: usize,
        via: Option<Span>,
        found: &mut Vec<Meaning>,
    ) {
        if found.len() >= MAX_MEANINGS || self.level.get() >= MAX_LEVELS {
            return;
        }
        let again = |expr, holds, found: &mut Vec<Meaning>| {
            self.level.set(self.level.get() + 1);
            self.decompose(looked, expr, holds, depth, via, found);
            self.level.set(self.level.get().saturating_sub(1));
        };
        let set = |holds| if holds { State::Set } else { State::Unset };
        match &looked.body.expr(expr).kind {
            ExprKind::Unary { op: '!', value } => again(*value, !holds, found),
            ExprKind::Ref { value, .. }
            | ExprKind::Await(value)
            | ExprKind::Unary { op: '*', value } => again(*value, holds, found),
            ExprKind::Block { tail: Some(tail), .. } => again(*tail, holds, found),
            ExprKind::Binary { op, left, right } => match op.as_str() {
                "&&" | "||" if (op == "&&") == holds => {
                    again(*left, holds, found);
                    again(*right, holds, found);
                }
                "==" | "!=" => {
                    let equal = (op == "==") == holds;
                    let (value, other) = match texts_of(looked, *left) {
                        Some(_) => (*right, *left),
                        None => (*left, *right),
                    };
                    let state = match (texts_of(looked, other), &looked.values[other.0 as usize]) {
                        (_, Value::Bool(wanted)) => return again(value, *wanted == equal, found),
                        (Some(text), _) if equal => State::Is(text),
                        (Some(text), _) => State::IsNot(text),
                        (None, _) => State::Depends,
                    };
                    self.leaf(looked, value, expr, state, depth, via, found);
                }
                "<" | "<=" | ">" | ">=" => {
                    let clock = |id| {
                        let slice = self.slice(looked, id, depth, via);
                        !slice.paths.is_empty()
                    };
                    let greater = op.starts_with('>') == holds;
                    let state = if clock(*left) != clock(*right) && clock(*right) != greater {
                        State::After
                    } else {
                        State::Before
                    };
                    self.leaf(looked, expr, expr, state, depth, via, found);
                }
                _ => self.leaf(looked, expr, expr, State::Depends, depth, via, found),
            },
            ExprKind::Bind { pattern, value: Some(value), .. } => match pattern_state(pattern) {
                Some(PatternState::Bool(wanted)) => again(*value, wanted == holds, found),
                Some(PatternState::State(state)) => {
                    let state = if holds { state } else { state.negated() };
                    self.leaf(looked, *value, *value, state, depth, via, found);
                }
                None => self.leaf(looked, *value, *value, State::Depends, depth, via, found),
            },
            ExprKind::MethodCall { receiver, method, args, .. } => {
                let text = args.first().and_then(|arg| texts_of(looked, *arg));
                // `["a", "b"].contains(&name)` asks about the name.
                if let ("contains", [arg], None) = (method.as_str(), args.as_slice(), &text)
                    && let Some(list) = texts_of(looked, *receiver)
                {
                    let state = State::Is(list).when(holds);
                    self.leaf(looked, *arg, expr, state, depth, via, found);
                    return;
                }
                let state = match (method.as_str(), text) {
                    ("is_ok" | "is_some" | "exists" | "is_file" | "is_dir", _) => set(holds),
                    ("is_err" | "is_none", _) => set(!holds),
                    ("eq" | "eq_ignore_ascii_case", Some(text)) => State::Is(text).when(holds),
                    ("ne", Some(text)) => State::IsNot(text).when(holds),
                    ("contains", Some(text)) => State::Is(format!("…{text}…")).when(holds),
                    ("starts_with", Some(text)) => State::Is(format!("{text}…")).when(holds),
                    ("ends_with", Some(text)) => State::Is(format!("…{text}")).when(holds),
                    ("any" | "all" | "is_some_and" | "is_ok_and", _) => {
                        if let Some(ExprKind::Closure { body: inside, .. }) =
                            args.last().map(|arg| &looked.body.expr(*arg).kind)
                        {
                            let before = found.len();
                            again(*inside, holds, found);
                            if found.len() > before {
                                return;
                            }
                        }
                        State::Depends
                    }
                    ("unwrap_or" | "unwrap_or_default" | "unwrap_or_else", _) => {
                        return again(*receiver, holds, found);
                    }
                    _ => State::Depends,
                };
                if state == State::Depends && self.helper(looked, expr, holds, depth, found) {
                    return;
                }
                let value = if state == State::Depends { expr } else { *receiver };
                // `path.exists()` is the question itself.
                let value = if looked.facts.contains_key(&expr) { expr } else { value };
                self.leaf(looked, value, expr, state, depth, via, found);
            }
            ExprKind::Macro(call) if call.path.single().is_some_and(|name| name == "cfg") => {
                let place = Place { file: looked.at.file, span: looked.body.expr(expr).span };
                let list: Vec<String> =
                    call.args.iter().map(|arg| predicate(looked.body, arg, 8)).collect();
                cfg(&list.join(", "), holds, place, found);
            }
            ExprKind::Local(local) => match looked.sources[local.0 as usize].as_slice() {
                [only] if *only < expr => again(*only, holds, found),
                _ => self.leaf(looked, expr, expr, State::Depends, depth, via, found),
            },
            _ if self.helper(looked, expr, holds, depth, found) => {}
            _ => {
                let state = set(holds);
                self.leaf(looked, expr, expr, state, depth, via, found);
            }
        }
    }

    /// The condition is what a helper, or a constant, gives.
    fn helper(
        &self,
        looked: &Looked<'a>,
        expr: ExprId,
        holds: bool,
        depth: usize,
        found: &mut Vec<Meaning>,
    ) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let before = found.len();
        let key = span_of(looked.body.expr(expr));
        let [target] = self.targets(looked, key)[..] else { return false };
        let inner = self.look(target);
        let returns = inner.body.exprs.iter().any(|e| matches!(e.kind, ExprKind::Return(Some(_))));
        if let (Some(root), false) = (inner.body.root, returns) {
            self.decompose(&inner, root, holds, depth, Some(key), found);
        }
        found.len() > before
    }

    /// A helper that ends the process unless something is so.
    fn guard(&self, looked: &Looked<'a>, call: ExprId, found: &mut Vec<Meaning>) {
        let [target] = self.targets(looked, span_of(looked.body.expr(call)))[..] else { return };
        if target == looked.at || self.level.get() >= MAX_LEVELS {
            return;
        }
        let inner = self.look(target);
        let from = found.len();
        for exit in self.ends(&inner) {
            let behind = inner.conditions.behind(exit);
            let Some(condition) = behind.iter().rfind(|c| !matches!(c.test, Test::Returns(_)))
            else {
                continue;
            };
            if let Test::Expr(expr) = condition.test {
                let via = Some(span_of(looked.body.expr(call)));
                self.decompose(&inner, expr, !condition.holds, MAX_HELPERS - 1, via, found);
            }
        }
        let mut index = 0;
        found.retain(|meaning| {
            index += 1;
            index <= from || meaning.gate.is_deliberate()
        });
    }

    /// Where a body ends the process, or its caller.
    fn ends(&self, looked: &Looked<'a>) -> Vec<ExprId> {
        let ends = |index: &usize| self.facts.facts[*index].effects.contains(&Effect::ProcessExit);
        let on = looked.facts.iter().filter(|(_, facts)| facts.iter().any(ends));
        let mut found: Vec<ExprId> = on.map(|(id, _)| *id).collect();
        // `return Err(..)` and `return None` are for the `?` of the caller.
        found.extend(looked.body.iter().filter_map(|(id, expr)| {
            let ExprKind::Return(Some(value)) = expr.kind else { return None };
            let path = match &looked.body.expr(value).kind {
                ExprKind::Call { callee, .. } => match &looked.body.expr(*callee).kind {
                    ExprKind::Path(path) => path,
                    _ => return None,
                },
                ExprKind::Path(path) => path,
                _ => return None,
            };
            path.last().is_some_and(|last| last.name == "Err" || last.name == "None").then_some(id)
        }));
        found.sort();
        found.truncate(4);
        found
    }

    /// `?` and its kin: only what the value itself comes from counts.
    fn present(&self, looked: &Looked<'a>, expr: ExprId, holds: bool, found: &mut Vec<Meaning>) {
        let from = found.len();
        let mut at = expr;
        for _ in 0..24 {
            let state = if holds { State::Set } else { State::Unset };
            if looked.facts.contains_key(&at) {
                self.leaf(looked, at, at, state, 0, None, found);
                break;
            }
            match &looked.body.expr(at).kind {
                ExprKind::MethodCall { receiver, .. } => {
                    if !self.targets(looked, span_of(looked.body.expr(at))).is_empty() {
                        self.leaf(looked, at, at, State::Depends, MAX_HELPERS, None, found);
                        found.retain(|m| m.gate != Gate::Environment);
                        break;
                    }
                    at = *receiver;
                }
                ExprKind::Try(value) | ExprKind::Await(value) | ExprKind::Ref { value, .. } => {
                    at = *value;
                }
                ExprKind::Call { .. } => {
                    let before = found.len();
                    self.guard(looked, at, found);
                    if found.len() > before {
                        break;
                    }
                    self.leaf(looked, at, at, State::Depends, MAX_HELPERS, None, found);
                    let mut index = 0;
                    found.retain(|m| {
                        index += 1;
                        index <= before || m.gate != Gate::Environment
                    });
                    break;
                }
                _ => break,
            }
        }
        let mut index = 0;
        found.retain(|meaning| {
            index += 1;
            index <= from || meaning.gate.is_deliberate() || meaning.gate == Gate::Environment
        });
    }

    /// Something that is asked as a whole: `value` is what the state speaks of, `whole` the
    /// condition around it.
    #[expect(clippy::too_many_arguments)]
    fn leaf(
        &self,
        looked: &Looked<'a>,
        value: ExprId,
        whole: ExprId,
        state: State,
        depth: usize,
        via: Option<Span>,
        found: &mut Vec<Meaning>,
    ) {
        let slice = self.slice(looked, whole, depth, via);
        let direct = self.direct(looked, value, via);
        let mut meanings: Vec<(Gate, Option<String>, bool)> = Vec::new();
        for (index, hops) in &slice.facts {
            let fact = &self.facts.facts[*index];
            let Some(row) = self.row(fact, &slice) else { continue };
            let is_direct = direct.contains(index);
            let near = is_direct || *hops == 0;
            if matches!(row.asks, Gate::Environment | Gate::File) && !near {
                continue;
            }
            meanings.push((row.asks, name(row, fact, &slice, &self.matching), is_direct));
        }
        let rows = self.context.models.conditions.iter().filter(|row| row.call.is_none());
        for row in rows {
            if self.fits(row, &slice) {
                let what = if row.asks == Gate::Date { slice.date.clone() } else { None };
                meanings.push((row.asks, what, true));
                break;
            }
        }
        let many = meanings.len() > 1;
        for (gate, what, direct) in meanings {
            let state = match gate {
                Gate::Date if !matches!(state, State::After | State::Before) => State::Depends,
                Gate::Date => state.clone(),
                _ if many && !matches!(state, State::Is(_) | State::IsNot(_)) && !direct => {
                    State::Depends
                }
                _ if direct || !matches!(gate, Gate::Environment | Gate::File) => state.clone(),
                _ => State::Depends,
            };
            // Whether somebody may do everything is a question of rights, not of who it is.
            if let (Gate::UserName, State::Is(text) | State::IsNot(text)) = (gate, &state)
                && self.matching.class("privileged-account", text)
            {
                continue;
            }
            let place = Place { file: looked.at.file, span: looked.body.expr(whole).span };
            let meaning = Meaning { gate, what, state, place };
            let same = |m: &Meaning| {
                m.gate == meaning.gate && m.what == meaning.what && m.state == meaning.state
            };
            if !found.iter().any(same) {
                found.push(meaning);
            }
        }
    }

    /// The row that says what a fact of a condition is about.
    fn row(&self, fact: &Fact, slice: &Slice) -> Option<&'a ConditionRow> {
        let rows = self.context.models.conditions.iter();
        rows.into_iter().find(|row| {
            row.call.as_ref().is_some_and(|call| self.matching.call(call, fact))
                && self.fits(row, slice)
        })
    }

    /// Whether everything that a row asks beside its call is in the condition.
    fn fits(&self, row: &ConditionRow, slice: &Slice) -> bool {
        let path = |wanted: &String| {
            expand(wanted).iter().any(|w| slice.paths.iter().any(|path| path_fits(w, path)))
        };
        let class = |name: &String| slice.texts.iter().any(|t| self.matching.class(name, t));
        (row.paths.is_empty() || row.paths.iter().any(path))
            && (row.methods.is_empty()
                || row.methods.iter().any(|m| slice.methods.iter().any(|method| method == m)))
            && (row.text.is_empty() || row.text.iter().any(class))
            && (!row.fixed_date || slice.date.is_some())
    }
}

/// What is asked, by name.
fn name(row: &ConditionRow, fact: &Fact, slice: &Slice, matching: &Matching<'_>) -> Option<String> {
    let text = |role: Role| {
        let arg = fact.args.iter().find(|arg| arg.role == role)?;
        arg.value.texts().first().map(|text| readable(text))
    };
    if !row.text.is_empty() {
        let fits = |t: &&String| row.text.iter().any(|class| matching.class(class, t));
        return slice.texts.iter().find(fits).map(|text| readable(text));
    }
    match row.asks {
        Gate::Environment | Gate::Ci | Gate::HostName | Gate::UserName | Gate::Locale => {
            text(Role::Variable)
        }
        Gate::File => text(Role::Path),
        _ => None,
    }
}
