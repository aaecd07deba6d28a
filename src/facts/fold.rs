//! Constants beyond single operators: where the pass over a body asks the interpreter.
//!
//! The pass gives every expression a value as it goes. This part carries beside it where the
//! value comes from ([`Trail`]), and hands calls, loops and closures whose operands are known
//! to [`super::interpret`]. It decides early: code without constants costs a look at a name.

mod calls;

use rustc_hash::FxHashMap;

use super::Argument;
use super::body::Pass;
use super::conceal::{Hidden, Trail, seams};
use super::interpret::{Datum, Machine, Outcome, changes};
use super::value::Value;
use crate::ir::*;
use crate::names::Ty;
use crate::span::Place;
use crate::vocab::Role;

/// Numbers or characters that make an array a text that nobody reads.
const MIN_ARRAY: usize = 4;

/// What the pass knows of values beside their types.
#[derive(Default)]
pub struct Folding<'a> {
    trails: Vec<Trail>,
    locals: Vec<Trail>,
    /// What the parameters bring, when one caller is looked at.
    given: Vec<Trail>,
    /// Closures that locals hold.
    pub closures: FxHashMap<LocalId, ExprId>,
    /// Loops, and calls whose closures change something, by their first expression: they are
    /// worked out before the pass walks through them. The next ones stand at the end.
    early: Vec<(ExprId, ExprId)>,
    done: FxHashMap<ExprId, Outcome>,
    hints: FxHashMap<ExprId, &'a Type>,
    /// The local that an expression changes, as it was before.
    prior: Option<(LocalId, Value)>,
}

impl Folding<'_> {
    pub fn trail(&self, id: ExprId) -> Trail {
        self.trails.get(id.0 as usize).copied().unwrap_or_default()
    }

    pub fn local(&self, local: LocalId) -> Trail {
        self.locals.get(local.0 as usize).copied().unwrap_or_default()
    }

    pub fn set(&mut self, id: ExprId, trail: Trail) {
        if let Some(slot) = self.trails.get_mut(id.0 as usize) {
            *slot = trail;
        }
    }

    pub fn set_local(&mut self, local: LocalId, trail: Trail) {
        if let Some(slot) = self.locals.get_mut(local.0 as usize) {
            *slot = trail;
        }
    }

    /// What the parameters bring.
    pub fn given(&self) -> Vec<Trail> {
        self.given.clone()
    }

    pub fn give(&mut self, trails: Vec<Trail>) {
        self.given = trails;
    }

    pub fn hidden(&self, id: ExprId, value: &Value) -> Option<Hidden> {
        let trail = self.trail(id);
        if trail.is_empty() {
            return None;
        }
        // What is calculated with an unknown part was not written by whoever hides something;
        // a URL is hidden as soon as its beginning is.
        let texts = value.texts();
        let text = texts.first()?;
        if !value.is_fixed() && !text.contains("://") {
            return None;
        }
        trail.hidden(Some(text))
    }
}

impl<'a> Pass<'a, '_> {
    /// Notes what has to be known before the pass begins.
    pub(super) fn prepare_folding(&mut self) {
        self.fold.locals = vec![Trail::default(); self.body.locals.len()];
        self.fold.trails = Vec::with_capacity(self.body.exprs.len());
        // In ascending order, as they are met.
        let mut changing: Vec<ExprId> = Vec::new();
        for (id, expr) in self.body.iter() {
            let early = match &expr.kind {
                ExprKind::Assign { .. } => {
                    changing.push(id);
                    false
                }
                ExprKind::MethodCall { method, args, .. } => {
                    if changes(method) {
                        changing.push(id);
                    }
                    args.iter().any(|arg| {
                        let closure = self.body.expr(*arg);
                        let from = changing.partition_point(|at| *at < closure.first);
                        matches!(closure.kind, ExprKind::Closure { .. })
                            && changing.get(from).is_some_and(|at| at <= arg)
                    })
                }
                ExprKind::Loop { .. } => true,
                ExprKind::Bind { value: Some(value), ty: Some(ty), .. } => {
                    self.fold.hints.insert(*value, ty);
                    false
                }
                _ => false,
            };
            if early {
                self.fold.early.push((expr.first, id));
            }
        }
        self.fold.early.sort_by_key(|(first, id)| (std::cmp::Reverse(*first), *id));
        if let Some(root) = self.body.root
            && let Some(ty) = self.declared
        {
            self.fold.hints.insert(root, ty);
        }
    }

    /// Before the pass looks at an expression.
    pub(super) fn before(&mut self, id: ExprId, expr: &'a Expr) {
        self.fold.trails.push(Trail::default());
        // The outermost first.
        while let Some((_, whole)) = self.fold.early.pop_if(|(first, _)| *first == id) {
            let skip = match &expr.kind {
                ExprKind::Local(local) => {
                    self.local_values[local.0 as usize] == Value::Unknown
                        && !self.fold.closures.contains_key(local)
                }
                _ => false,
            };
            if !skip && let Some(outcome) = Machine::new(self).whole(whole) {
                self.fold.done.insert(whole, outcome);
            }
        }
        self.fold.prior = match &expr.kind {
            ExprKind::Assign { target, .. } => self.root_local(*target),
            ExprKind::MethodCall { receiver, method, .. } if changes(method) => {
                self.root_local(*receiver)
            }
            _ => None,
        }
        .map(|local| (local, self.local_values[local.0 as usize].clone()));
    }

    /// The local that is changed when this is.
    fn root_local(&self, mut id: ExprId) -> Option<LocalId> {
        loop {
            match &self.body.expr(id).kind {
                ExprKind::Local(local) => return Some(*local),
                ExprKind::Index { base: inner, .. }
                | ExprKind::Field { base: inner, .. }
                | ExprKind::Ref { value: inner, .. }
                | ExprKind::Unary { op: '*', value: inner } => id = *inner,
                _ => return None,
            }
        }
    }

    /// After the pass has looked at an expression.
    pub(super) fn fold(&mut self, id: ExprId, expr: &'a Expr) {
        if !self.fold.done.is_empty()
            && let Some(outcome) = self.fold.done.remove(&id)
        {
            self.accept(id, outcome);
            return;
        }
        match &expr.kind {
            ExprKind::Literal(Literal::Text(text)) => {
                let place = Place { file: self.here.file, span: expr.span };
                self.fold.set(id, Trail::literal(place, text.len()));
            }
            ExprKind::Literal(Literal::Bytes(bytes)) => {
                let place = Place { file: self.here.file, span: expr.span };
                self.fold.set(id, Trail::literal(place, bytes.len()));
            }
            ExprKind::Local(local) => self.fold.set(id, self.fold.local(*local)),
            // A field of a constant structure.
            ExprKind::Field { base, .. }
                if *self.value(id) == Value::Unknown
                    && matches!(self.body.expr(*base).kind, ExprKind::Path(_))
                    && matches!(self.ty(*base), Ty::Local(..)) =>
            {
                self.operation(id, &[]);
            }
            ExprKind::Ref { value, .. }
            | ExprKind::Try(value)
            | ExprKind::Await(value)
            | ExprKind::Field { base: value, .. }
            | ExprKind::Unary { op: '*', value }
            | ExprKind::Block { tail: Some(value), .. } => {
                self.fold.set(id, self.fold.trail(*value));
            }
            ExprKind::Unary { value, .. } if self.promising(*value) => {
                self.operation(id, &[*value]);
            }
            ExprKind::Index { base, index } => {
                self.fold.set(id, self.fold.trail(*base));
                if self.promising(*base) && self.promising(*index) {
                    self.operation(id, &[*base, *index]);
                }
            }
            ExprKind::Cast { value, .. } => {
                self.fold.set(id, self.fold.trail(*value));
                if matches!(self.value(*value), Value::Integer(_) | Value::Char(_)) {
                    self.operation(id, &[*value]);
                }
            }
            ExprKind::If { condition, then, otherwise } => {
                self.union(id, [Some(*then), *otherwise].into_iter().flatten());
                if matches!(self.value(*condition), Value::Bool(_)) {
                    self.operation(id, &[]);
                }
            }
            ExprKind::Match { value, arms } => {
                self.union(id, arms.iter().map(|arm| arm.body));
                if self.value(*value).is_fixed() {
                    self.operation(id, &[*value]);
                }
            }
            ExprKind::Tuple(parts) => self.union(id, parts.iter().copied()),
            ExprKind::Array(parts) => {
                self.union(id, parts.iter().copied());
                let plain =
                    |part: &ExprId| matches!(self.value(*part), Value::Integer(_) | Value::Char(_));
                if parts.len() >= MIN_ARRAY && parts.iter().all(plain) {
                    let place = Place { file: self.here.file, span: expr.span };
                    self.fold.set(id, Trail::array(place, parts.len()));
                }
            }
            ExprKind::Repeat { value, length }
                if self.promising(*value) && self.promising(*length) =>
            {
                self.operation(id, &[]);
            }
            ExprKind::Struct { fields, .. } => {
                self.union(id, fields.iter().map(|(_, value)| *value));
            }
            ExprKind::Binary { op, left, right } => {
                if op == "+" && matches!(self.value(id), Value::Text(_)) {
                    self.joined(id, &[*left, *right]);
                } else if self.promising(*left) && self.promising(*right) {
                    self.operation(id, &[*left, *right]);
                }
            }
            ExprKind::Assign { op, target, value } => {
                self.fold_assign(id, op.is_some(), *target, *value)
            }
            ExprKind::Bind { pattern, value, ty, origin } => {
                self.fold_bind(id, pattern, *value, ty.as_ref(), *origin);
            }
            ExprKind::Call { callee, args } => self.fold_call(id, *callee, args),
            ExprKind::MethodCall { receiver, method, args, .. } => {
                self.fold_method_call(id, *receiver, method, args);
            }
            ExprKind::Macro(call) => self.fold_macro(id, call),
            ExprKind::Loop { .. } => self.forget_changed(expr.first, id),
            _ => {}
        }
    }

    /// What a loop changes that could not be worked out. Of a text, the beginning stays.
    fn forget_changed(&mut self, first: ExprId, last: ExprId) {
        for number in first.0..last.0 {
            let changed = match &self.body.expr(ExprId(number)).kind {
                ExprKind::Assign { op: Some(_), target, .. } => self.root_local(*target),
                ExprKind::MethodCall { receiver, method, .. } if changes(method) => {
                    self.root_local(*receiver)
                }
                // `s = s.clone() + &s`
                ExprKind::Assign { op: None, target, value } => {
                    match self.body.expr(*target).kind {
                        ExprKind::Local(local) if self.mentions(*value, local) => {
                            self.local_values[local.0 as usize] = Value::Unknown;
                            None
                        }
                        _ => None,
                    }
                }
                _ => None,
            };
            if let Some(local) = changed
                && !matches!(self.local_values[local.0 as usize], Value::Text(_))
            {
                self.local_values[local.0 as usize] = Value::Unknown;
            }
        }
    }

    fn mentions(&self, id: ExprId, local: LocalId) -> bool {
        let first = self.body.expr(id).first;
        (first.0..=id.0).any(|at| {
            matches!(self.body.expr(ExprId(at)).kind, ExprKind::Local(other) if other == local)
        })
    }

    fn union(&mut self, id: ExprId, parts: impl IntoIterator<Item = ExprId>) {
        let mut trail = self.fold.trail(id);
        for part in parts {
            trail.add(self.fold.trail(part));
        }
        self.fold.set(id, trail);
    }

    /// Texts behind one another.
    fn joined(&mut self, id: ExprId, parts: &[ExprId]) {
        self.union(id, parts.iter().copied());
        let texts: Vec<(String, u64)> = parts
            .iter()
            .map(|part| (self.value(*part).piece(), self.fold.trail(*part).seams))
            .collect();
        let mut trail = self.fold.trail(id);
        trail.seams = seams(texts.iter().map(|(text, seams)| (text.as_str(), *seams)));
        self.fold.set(id, trail);
    }

    /// Whether the interpreter will find something known here.
    fn promising(&self, id: ExprId) -> bool {
        match self.value(id) {
            Value::Unknown => {}
            value => return value.is_fixed(),
        }
        match &self.body.expr(id).kind {
            ExprKind::Closure { .. } => true,
            ExprKind::Range { start, end, .. } => {
                [start, end].into_iter().flatten().all(|bound| self.promising(*bound))
            }
            ExprKind::Ref { value, .. } | ExprKind::Unary { value, .. } => self.promising(*value),
            ExprKind::Local(local) => {
                self.fold.closures.contains_key(local) || self.is_thing(self.ty(id))
            }
            ExprKind::Path(_) => {
                matches!(self.ty(id), Ty::Function(_)) || self.is_thing(self.ty(id))
            }
            // A range that is stepped through, or turned around.
            ExprKind::MethodCall { receiver, method, args, .. } => {
                matches!(
                    method.as_str(),
                    "rev" | "step_by" | "cycle" | "chars" | "zip" | "skip" | "take"
                ) && self.promising(*receiver)
                    && args.iter().all(|arg| self.promising(*arg))
            }
            _ => false,
        }
    }

    /// A value of which only the type matters.
    fn is_thing(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Local(..) => true,
            Ty::External(path, _) => self.cx.models.is_type(path),
            _ => false,
        }
    }

    /// Asks the interpreter; for each alternative when an operand is one of several.
    fn operation(&mut self, id: ExprId, operands: &[ExprId]) -> bool {
        let several = operands.iter().find_map(|operand| match self.value(*operand) {
            Value::Any(choices) => Some((*operand, choices.clone())),
            _ => None,
        });
        let hint = self.fold.hints.get(&id).copied();
        let Some((operand, choices)) = several else {
            let mut machine = Machine::new(self).with_hint(hint);
            if let Some((local, value)) = &self.fold.prior {
                machine = machine.with_local(*local, value, self.fold.local(*local));
            }
            return match machine.operation(id) {
                Some(outcome) => {
                    self.accept(id, outcome);
                    true
                }
                None => false,
            };
        };
        let mut values = Vec::new();
        let mut trail = Trail::default();
        for choice in choices.iter() {
            let machine = Machine::new(self).with_hint(hint);
            match machine.with_instead(Some((operand, choice.clone()))).operation(id) {
                Some(outcome) => {
                    trail.add(outcome.trail);
                    values.push(outcome.value);
                }
                None => values.push(Value::Unknown),
            }
        }
        let value = Value::any(values);
        if value == Value::Unknown {
            return false;
        }
        self.set_value(id, value);
        self.fold.set(id, trail);
        true
    }

    fn accept(&mut self, id: ExprId, outcome: Outcome) {
        let Outcome { value, trail, changed, decoded, ty } = outcome;
        for (local, value) in changed {
            let at = local.0 as usize;
            let mut now = self.fold.locals[at];
            now.add(trail);
            now.seams = 0;
            self.fold.locals[at] = now;
            self.local_values[at] = value;
        }
        if value != Value::Unknown {
            self.set_value(id, value);
        }
        if let (Some(ty), Ty::Unknown) = (ty, self.ty(id)) {
            self.set_type(id, Ty::external(ty));
        }
        self.fold.set(id, trail);
        if let (Some(decoded), Some(object)) = (decoded, self.object(id)) {
            let hidden = trail.hidden(None);
            let span = self.body.expr(id).span;
            let argument =
                Argument { role: Role::Plain, span, expr: id, value: decoded, from: None, hidden };
            self.drafts[object].add_argument(argument);
        }
    }

    fn fold_assign(&mut self, id: ExprId, operator: bool, target: ExprId, value: ExprId) {
        let whole = match self.body.expr(target).kind {
            ExprKind::Local(local) => Some(local),
            _ => None,
        };
        if let Some(local) = whole {
            let mut trail = self.fold.trail(value);
            if operator {
                let before = self.fold.prior.as_ref().map(|(_, v)| v.piece()).unwrap_or_default();
                let mut now = self.fold.local(local);
                let pieces = [(before.as_str(), now.seams), ("\u{1}", 0)];
                let seams = seams(pieces);
                now.add(trail);
                now.seams = seams;
                trail = now;
            }
            self.fold.locals[local.0 as usize] = trail;
            if !operator {
                return;
            }
        }
        let known = self.fold.prior.as_ref().is_some_and(|(_, value)| value.is_fixed());
        let text = whole.is_some_and(|local| {
            matches!(self.local_values[local.0 as usize], Value::Text(_))
                && self.fold.prior.as_ref().is_some_and(|(_, v)| matches!(v, Value::Text(_)))
        });
        if text {
            return;
        }
        let folded = known && self.promising(value) && self.operation(id, &[]);
        if !folded && let Some((local, _)) = self.fold.prior {
            // A part of it is not known any more.
            self.local_values[local.0 as usize] = Value::Unknown;
        }
    }

    fn fold_bind(
        &mut self,
        id: ExprId,
        pattern: &'a Pattern,
        value: Option<ExprId>,
        ty: Option<&'a Type>,
        origin: BindOrigin,
    ) {
        let trail = match value {
            Some(value) => self.fold.trail(value),
            None => {
                let position = self.body.params.iter().position(|param| *param == id);
                let given = position.and_then(|at| self.fold.given.get(at));
                given.copied().unwrap_or_default()
            }
        };
        if !trail.is_empty() {
            pattern.locals(&mut |local| self.fold.locals[local.0 as usize] = trail);
        }
        if let (Pattern::Bind { local, sub: None }, Some(value), BindOrigin::Let) =
            (pattern, value, origin)
        {
            if matches!(self.body.expr(value).kind, ExprKind::Closure { .. }) {
                self.fold.closures.insert(*local, value);
            }
            let at = local.0 as usize;
            if let Some(ty) = ty
                && matches!(self.local_values[at], Value::List(_) | Value::Text(_))
            {
                self.local_values[at] = typed(&self.local_values[at], ty);
            }
        }
        if let (BindOrigin::For, Some(value), Pattern::Bind { local, .. }) =
            (origin, value, pattern)
            && let Value::Bytes(_) = self.value(value)
        {
            self.local_values[local.0 as usize] = Value::Unknown;
        }
    }
}

/// A value as something that is declared to be of this type.
pub fn typed(value: &Value, ty: &Type) -> Value {
    match value {
        Value::List(_) => match Datum::from_value(value) {
            Some(datum) => datum.coerced(ty).to_value(),
            None => value.clone(),
        },
        _ => value.clone(),
    }
}

/// Functions without arguments that were worked out, and what came of it.
pub type Tried = FxHashMap<crate::names::Def, (Value, Trail)>;
