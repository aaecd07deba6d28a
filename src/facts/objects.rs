//! Facts in the making: a call begins one, and what is called on its result joins it.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::body::Pass;
use super::value::{Value, concat, join};
use super::{Argument, Fact, Step};
use crate::ir::{ExprId, ExprKind};
use crate::model::spec::{CallRow, Joined};
use crate::span::{Place, Span};
use crate::vocab::{Confidence, DataKind, Effect, Role};

/// Arguments that one fact keeps at most.
const MAX_ARGS: usize = 256;

/// A fact in the making.
#[derive(Debug, Clone)]
pub struct Draft {
    place: Place,
    effects: BTreeSet<Effect>,
    data: BTreeSet<DataKind>,
    marks: BTreeSet<SmolStr>,
    steps: Vec<Step>,
    args: Vec<Argument>,
    confidence: Confidence,
    /// The expression, when a function is only mentioned and not called.
    pub mention: Option<ExprId>,
    /// The mention turned out to be called, as a fact of its own.
    pub dropped: bool,
    /// The steps that stand in the function which gave the object back; without further ones
    /// it is that function's fact alone.
    inherited: usize,
}

impl Draft {
    pub fn new(place: Place, confidence: Confidence) -> Self {
        Self {
            place,
            effects: BTreeSet::new(),
            data: BTreeSet::new(),
            marks: BTreeSet::new(),
            steps: Vec::new(),
            args: Vec::new(),
            confidence,
            mention: None,
            dropped: false,
            inherited: 0,
        }
    }

    /// A parameter of a handler, which comes from another machine.
    pub fn received(place: Place, path: SmolStr, expr: ExprId) -> Self {
        let mut draft = Self::new(place, Confidence::Medium);
        draft.effects.insert(Effect::NetworkReceive);
        draft.data.insert(DataKind::Remote);
        draft.marks.insert("handler".into());
        draft.steps.push(Step { span: place.span, path, expr, gives: true });
        draft
    }

    /// Whether it is an object that a caller can go on with.
    pub fn begins_a_story(&self) -> bool {
        self.mention.is_none() && !self.dropped && !self.steps.is_empty()
    }

    pub fn args(&self) -> &[Argument] {
        &self.args
    }

    /// The same object where a call gives it back: the call stands for all of its steps.
    pub fn inherited(&self, place: Place, call: ExprId, exprs: &[ExprId]) -> Self {
        let mut draft = self.clone();
        draft.place = place;
        draft.inherited = draft.steps.len();
        for step in &mut draft.steps {
            step.span = place.span;
            step.expr = call;
        }
        for (arg, expr) in draft.args.iter_mut().zip(exprs) {
            arg.expr = *expr;
            arg.span = place.span;
        }
        draft
    }

    /// Puts what the caller knows in the place of an argument that it handed in.
    pub fn fill(&mut self, index: usize, value: Option<Value>, span: Span) {
        let Some(arg) = self.args.get_mut(index) else { return };
        let Some(value) = value else { return };
        arg.span = span;
        if value != Value::Unknown && arg.value == Value::Unknown {
            arg.value = value;
        }
    }

    /// Adds what a row says; without effects when its switch is off.
    pub fn add_row(&mut self, row: &CallRow, path: &str, span: Span, expr: ExprId, on: bool) {
        let gives = !row.data.is_empty();
        self.steps.push(Step { span, path: path.into(), expr, gives });
        if !on {
            return;
        }
        // A fact stands where it first does something.
        if self.effects.is_empty() && !row.effects.is_empty() {
            self.place.span = span;
        }
        self.effects.extend(&row.effects);
        self.data.extend(&row.data);
        self.marks.extend(row.marks.iter().map(SmolStr::new));
    }

    /// Makes it the fact that a name stands here.
    pub fn mentions(&mut self, effect: Effect, name: Argument) {
        self.effects.insert(effect);
        self.args.push(name);
    }

    pub fn argument(&mut self, argument: Argument) {
        self.args.push(argument);
    }

    pub fn mark(&mut self, marks: &[String]) {
        self.marks.extend(marks.iter().map(SmolStr::new));
    }

    pub fn add_argument(&mut self, argument: Argument) {
        if self.args.len() < MAX_ARGS {
            self.args.push(argument);
        }
    }

    pub fn finish(self) -> Option<Fact> {
        let foreign = self.inherited > 0 && self.steps.len() == self.inherited;
        if (self.effects.is_empty() && self.marks.is_empty()) || self.dropped || foreign {
            return None;
        }
        let Self { place, effects, data, marks, steps, args, confidence, .. } = self;
        Some(Fact {
            place,
            effects,
            data,
            marks,
            steps,
            args,
            confidence,
            body: 0,
            test: false,
            quoted: false,
            via: None,
        })
    }
}

/// A call as the models see it.
pub struct Applied<'r> {
    pub row: &'r CallRow,
    pub path: &'r str,
    pub span: Span,
    pub expr: ExprId,
    pub receiver: Option<ExprId>,
    pub args: &'r [ExprId],
    pub confidence: Confidence,
}

impl Pass<'_, '_> {
    /// Adds a call to the fact that it belongs to; the fact that its result is about.
    pub fn apply(&mut self, call: &Applied<'_>) -> Option<usize> {
        let Applied { row, path, span, expr, receiver, args, confidence } = *call;
        let off =
            row.on_true && args.first().is_some_and(|arg| *self.value(*arg) == Value::Bool(false));
        let joined = match row.joins {
            Some(Joined::Receiver) => receiver,
            Some(Joined::Argument(index)) => Some(*args.get(index)?),
            None => None,
        };
        let object = match joined {
            Some(expr) => self.object_of(expr, span, confidence),
            None => self.new_draft(span, confidence),
        };
        let mut arguments = Vec::new();
        if let (Some(role), Some(receiver)) = (row.receiver, receiver) {
            arguments.push(self.argument(role, receiver));
        }
        for (index, arg) in args.iter().enumerate() {
            let role = match row.args.get(index) {
                Some(role) => role.0,
                None if row.variadic => row.args.last().and_then(|role| role.0),
                None => None,
            };
            if let Some(role) = role {
                arguments.push(self.argument(role, *arg));
            }
        }
        let draft = &mut self.drafts[object];
        draft.add_row(row, path, span, expr, !off);
        draft.confidence = draft.confidence.min(confidence);
        if draft.args.len() < MAX_ARGS {
            draft.args.extend(arguments);
        }
        Some(object)
    }

    /// Of an entry of a folder that was listed: where it lies, as far as the folder is known.
    pub(super) fn entry(&self, object: usize) -> Value {
        let draft = &self.drafts[object];
        if !draft.effects.contains(&Effect::FsList) {
            return Value::Unknown;
        }
        let folder = draft.args.iter().find(|arg| arg.role == Role::Path).map(|arg| &arg.value);
        match folder {
            // A pattern: what stands before the first star.
            Some(Value::Text(text)) if text.contains('*') => {
                let known = text.split('*').next().unwrap_or_default();
                join(&Value::text(known), &Value::Unknown)
            }
            Some(Value::Unknown) | None => Value::Unknown,
            Some(folder) => join(folder, &Value::Unknown),
        }
    }

    fn argument(&self, role: Role, expr: ExprId) -> Argument {
        // `(host, port)` is an address as much as `"host:port"`.
        let value = match (role, self.value(expr)) {
            (Role::Host, Value::List(parts)) if parts.len() == 2 => {
                concat([&parts[0], &Value::text(":"), &parts[1]])
            }
            (Role::Path, Value::Unknown) => {
                self.object(expr).map(|object| self.entry(object)).unwrap_or_default()
            }
            (_, value) => value.clone(),
        };
        Argument {
            role,
            span: self.body.expr(expr).span,
            expr,
            value,
            from: self.origins[expr.0 as usize].clone(),
            hidden: self.fold.hidden(expr, self.value(expr)),
        }
    }

    fn new_draft(&mut self, span: Span, confidence: Confidence) -> usize {
        self.drafts.push(Draft::new(Place { file: self.here.file, span }, confidence));
        self.drafts.len() - 1
    }

    /// The draft that an expression is about; a new one, remembered for its local, when it
    /// came from elsewhere (a parameter, a field).
    fn object_of(&mut self, expr: ExprId, span: Span, confidence: Confidence) -> usize {
        if let Some(object) = self.object(expr) {
            return object;
        }
        let object = self.new_draft(span, confidence);
        self.set_object(expr, Some(object));
        let mut inner = expr;
        while let ExprKind::Ref { value, .. } | ExprKind::Try(value) | ExprKind::Await(value) =
            &self.body.expr(inner).kind
        {
            inner = *value;
        }
        if let ExprKind::Local(local) = self.body.expr(inner).kind {
            self.local_objects[local.0 as usize] = Some(object);
        }
        object
    }
}
