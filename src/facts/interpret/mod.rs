//! A small interpreter for code that computes a constant.
//!
//! It promises to be pure and bounded: it reads the IR, changes nothing outside of its own
//! frames, gives up on everything that it does not know, and takes a limited number of steps.
//! Nothing of the scanned code is ever run by the machine itself.

mod change;
mod datum;
pub mod decode;
mod expr;
mod list;
mod names;
mod number;
mod outside;
mod place;
mod statement;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

pub use self::change::changes;
pub use self::datum::{Datum, Frame};
pub use self::outside::knows as outside_knows;
use super::Context;
use super::body::Pass;
use super::conceal::{Trail, seams};
use super::value::Value;
use crate::ir::*;
use crate::names::{BodyRef, CrateId, Def, ModuleId};
use crate::span::Place as SourcePlace;
use crate::vocab::Disguise;

/// Steps that one evaluation takes, and all of a crate's together.
const MAX_STEPS: u32 = 100_000;
pub const MAX_STEPS_OF_CRATE: u32 = 2_000_000;
/// Putting a value into another costs so much that none can be deep enough to hurt when it
/// is let go of.
const NESTING: usize = 20;
/// Expressions inside of expressions, calls included.
const MAX_DEPTH: u32 = 160;
/// Expressions of a function that is interpreted.
const MAX_BODY: usize = 1_500;
/// Texts that are remembered to see where a result was joined.
const MAX_PIECES: usize = 64;

/// Why an evaluation does not go on as usual.
#[derive(Debug)]
pub enum Stop {
    GiveUp,
    Return(Datum),
    Break(Datum),
    Continue,
}

pub type Eval<T = Datum> = Result<T, Stop>;

/// What a call needs to see as a value.
pub fn known<T>(value: Option<T>) -> Eval<T> {
    value.ok_or(Stop::GiveUp)
}

/// A call of a function, or the body that is being looked at.
struct Call<'a> {
    id: Frame,
    at: (CrateId, ModuleId),
    here: BodyRef,
    body: &'a Body,
    locals: FxHashMap<LocalId, Datum>,
    /// The length of the arrays that were handed in, for `const N: usize`.
    length: Option<usize>,
}

/// One evaluation.
pub struct Machine<'p, 'a, 'c> {
    cx: &'c Context<'a>,
    pass: &'p Pass<'a, 'c>,
    frames: Vec<Call<'a>>,
    current: usize,
    serials: u32,
    steps: u32,
    depth: u32,
    /// Operands of the expression in question: what the pass knows of them holds.
    direct: bool,
    /// An alternative that is tried in the place of an expression's value.
    instead: Option<(ExprId, Datum)>,
    /// What a `let` says about the value that is being worked out.
    hint: Option<&'a Type>,
    trail: Trail,
    pieces: Vec<String>,
    /// What a call of a decoder gave.
    decoded: Option<Datum>,
}

/// What came out of an evaluation.
pub struct Outcome {
    pub value: Value,
    pub trail: Trail,
    /// The locals of the body that were changed.
    pub changed: BTreeMap<LocalId, Value>,
    pub decoded: Option<Value>,
    /// The type of a number.
    pub ty: Option<&'static str>,
}

impl<'p, 'a, 'c> Machine<'p, 'a, 'c> {
    pub fn new(pass: &'p Pass<'a, 'c>) -> Self {
        let frame = Call {
            id: Frame { at: 0, serial: 0 },
            at: pass.at,
            here: pass.here,
            body: pass.body,
            locals: FxHashMap::default(),
            length: None,
        };
        Self {
            cx: pass.cx,
            pass,
            frames: vec![frame],
            current: 0,
            serials: 0,
            steps: MAX_STEPS.min(pass.cx.steps.get()),
            depth: 0,
            direct: false,
            instead: None,
            hint: None,
            trail: Trail::default(),
            pieces: Vec::new(),
            decoded: None,
        }
    }

    /// A local as it was before the expression changed it.
    pub fn with_local(mut self, local: LocalId, value: &Value, trail: Trail) -> Self {
        if let Some(datum) = Datum::from_value(value) {
            self.frames[0].locals.insert(local, datum);
            self.trail.add(trail);
        }
        self
    }

    pub fn with_instead(mut self, instead: Option<(ExprId, Value)>) -> Self {
        self.instead = instead.and_then(|(id, value)| Some((id, Datum::from_value(&value)?)));
        self
    }

    pub fn with_hint(mut self, hint: Option<&'a Type>) -> Self {
        self.hint = hint;
        self
    }

    /// Works out one expression whose operands the pass has seen.
    pub fn operation(mut self, id: ExprId) -> Option<Outcome> {
        self.direct = true;
        let result = self.operands_known(id);
        self.outcome(result)
    }

    /// Works out an expression, all of it, from what the locals hold now.
    pub fn whole(mut self, id: ExprId) -> Option<Outcome> {
        let result = self.eval(id);
        self.outcome(result)
    }

    fn outcome(mut self, result: Eval) -> Option<Outcome> {
        let used = MAX_STEPS.min(self.cx.steps.get()) - self.steps;
        self.cx.steps.set(self.cx.steps.get().saturating_sub(used));
        let result = result.and_then(|datum| self.load(datum));
        let Ok(datum) = result else {
            if used > 64 {
                self.cx.given_up.set(self.cx.given_up.get() + 1);
            }
            return None;
        };
        let (value, ty) = (datum.to_value(), datum.type_name());
        if let Value::Text(text) = &value {
            self.trail.seams = self.found_seams(text);
        }
        let locals = std::mem::take(&mut self.frames[0].locals);
        let changed = locals.into_iter().map(|(local, datum)| (local, datum.to_value())).collect();
        let decoded = self.decoded.take().map(|datum| datum.to_value());
        Some(Outcome { value, trail: self.trail, changed, decoded, ty })
    }

    /// Where the result was put together from the texts that went into it.
    fn found_seams(&self, text: &str) -> u64 {
        let mut pieces = Vec::new();
        let mut rest = text;
        let mut start = text;
        while !rest.is_empty() && pieces.len() < MAX_PIECES {
            let fits = |piece: &&String| !piece.is_empty() && rest.starts_with(piece.as_str());
            match self.pieces.iter().filter(fits).max_by_key(|piece| piece.len()) {
                Some(piece) => {
                    let before = start.len() - rest.len();
                    if before > 0 {
                        pieces.push((&start[..before], 0));
                    }
                    pieces.push((&rest[..piece.len()], 0));
                    rest = &rest[piece.len()..];
                    start = rest;
                }
                None => {
                    let mut chars = rest.chars();
                    chars.next();
                    rest = chars.as_str();
                }
            }
        }
        seams(pieces)
    }

    fn note_piece(&mut self, datum: &Datum) {
        if let Datum::Text(text) = datum
            && self.pieces.len() < MAX_PIECES
        {
            self.pieces.push(text.to_string());
        }
    }

    pub fn mark(&mut self, disguise: Disguise) {
        self.trail.mark(disguise);
    }

    fn frame(&self) -> &Call<'a> {
        &self.frames[self.current]
    }

    fn node(&self, id: ExprId) -> &'a Expr {
        let body: &'a Body = self.frame().body;
        body.expr(id)
    }

    fn source(&self, span: crate::span::Span) -> SourcePlace {
        SourcePlace { file: self.frame().here.file, span }
    }

    /// Pays for work.
    fn pay(&mut self, steps: usize) -> Eval<()> {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => {
                self.steps = 0;
                Err(Stop::GiveUp)
            }
        }
    }

    /// Calls a function of the scan.
    fn call_local(&mut self, def: Def, args: Vec<Datum>) -> Eval {
        let ItemKind::Function(function) = &self.cx.unit.item(def).kind else {
            return Err(Stop::GiveUp);
        };
        let here = known(self.cx.body_of(def))?;
        let body = self.cx.unit.files[&here.file].body(here.body);
        if body.exprs.len() > MAX_BODY || body.params.len() != args.len() {
            return Err(Stop::GiveUp);
        }
        let root = known(body.root)?;
        let receiver = usize::from(function.receiver);
        let args = args.into_iter().enumerate().map(|(at, arg)| {
            match at.checked_sub(receiver).and_then(|at| function.params.get(at)) {
                Some(ty) if !matches!(arg, Datum::Place(_)) => arg.coerced(ty),
                _ => arg,
            }
        });
        let args: Vec<Datum> = args.collect();
        let arrays =
            args.iter().skip(receiver).zip(&function.params).filter(|(_, ty)| is_array(ty));
        let mut lengths: Vec<usize> = arrays.filter_map(|(arg, _)| arg.len()).collect();
        lengths.dedup();
        let hint = self.hint.take();
        let before = self.enter(here, body)?;
        if let ([length], Some(frame)) = (lengths.as_slice(), self.frames.last_mut()) {
            frame.length = Some(*length);
        }
        for (param, arg) in body.params.iter().zip(args) {
            let ExprKind::Bind { pattern, .. } = &body.expr(*param).kind else {
                return Err(Stop::GiveUp);
            };
            self.matches(pattern, arg)?;
        }
        self.hint = function.output.as_ref();
        let result = match self.eval(root) {
            Err(Stop::Return(datum)) => Ok(datum),
            Err(Stop::Break(_) | Stop::Continue) => Err(Stop::GiveUp),
            other => other,
        };
        let result = result.and_then(|datum| self.load(datum));
        self.leave(before);
        self.hint = hint;
        let result = result?;
        Ok(match &function.output {
            Some(ty) => result.coerced(ty),
            None => result,
        })
    }

    fn enter(&mut self, here: BodyRef, body: &'a Body) -> Eval<(usize, bool)> {
        self.pay(1)?;
        self.depth += 4;
        if self.depth > MAX_DEPTH {
            return Err(Stop::GiveUp);
        }
        self.serials += 1;
        let id = Frame { at: self.frames.len(), serial: self.serials };
        let before = (self.current, self.direct);
        self.current = id.at;
        self.direct = false;
        let at = (here.krate, here.module);
        self.frames.push(Call { id, at, here, body, locals: FxHashMap::default(), length: None });
        Ok(before)
    }

    fn leave(&mut self, (current, direct): (usize, bool)) {
        self.frames.pop();
        self.current = current;
        self.direct = direct;
        self.depth -= 4;
    }

    /// Calls whatever can be called.
    fn call(&mut self, callee: &Datum, args: Vec<Datum>) -> Eval {
        match callee {
            Datum::Function(def) => self.call_local(*def, args),
            Datum::External(path) => {
                let path = path.clone();
                self.call_outside(&path, args)
            }
            Datum::Closure(frame, id) => self.call_closure(*frame, *id, args),
            _ => Err(Stop::GiveUp),
        }
    }

    fn call_closure(&mut self, frame: Frame, id: ExprId, args: Vec<Datum>) -> Eval {
        if self.frames.get(frame.at).is_none_or(|call| call.id != frame) {
            return Err(Stop::GiveUp);
        }
        self.pay(1)?;
        let before = (self.current, self.direct, self.hint.take());
        self.current = frame.at;
        self.direct = false;
        let result = self.closure_body(id, args);
        (self.current, self.direct, self.hint) = before;
        result
    }

    fn closure_body(&mut self, id: ExprId, args: Vec<Datum>) -> Eval {
        let ExprKind::Closure { params, body } = &self.node(id).kind else {
            return Err(Stop::GiveUp);
        };
        if params.len() > args.len() {
            return Err(Stop::GiveUp);
        }
        for (param, arg) in params.iter().zip(args) {
            let ExprKind::Bind { pattern, ty, .. } = &self.node(*param).kind else {
                return Err(Stop::GiveUp);
            };
            let arg = match ty {
                Some(ty) if !matches!(arg, Datum::Place(_)) => arg.coerced(ty),
                _ => arg,
            };
            if !self.matches(pattern, arg)? {
                return Err(Stop::GiveUp);
            }
        }
        match self.eval(*body) {
            Err(Stop::Return(datum)) => Ok(datum),
            other => other,
        }
    }
}

fn is_array(ty: &Type) -> bool {
    match ty {
        Type::Slice(_) => true,
        Type::Ref(inner) => is_array(inner),
        _ => false,
    }
}
