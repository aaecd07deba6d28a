//! Expressions.

use std::rc::Rc;

use super::datum::{MAX_LENGTH, Width};
use super::{Datum, Eval, MAX_DEPTH, Machine, NESTING, Stop, known, number};
use crate::facts::conceal::Trail;
use crate::ir::*;
use crate::vocab::Disguise;

/// Numbers or characters that make an array a text that nobody reads.
const MIN_ARRAY: usize = 4;

pub(super) fn literal(literal: &Literal) -> Eval {
    Ok(match literal {
        Literal::Text(text) => Datum::text(text.as_str()),
        Literal::Bytes(bytes) => Datum::bytes(bytes.clone()),
        Literal::Char(c) => Datum::Char(*c),
        Literal::Integer(Some(number)) => {
            Datum::Int(known(i128::try_from(*number).ok())?, Width::default())
        }
        Literal::Bool(boolean) => Datum::Bool(*boolean),
        Literal::Integer(None) | Literal::Float => return Err(Stop::GiveUp),
    })
}

impl<'a> Machine<'_, 'a, '_> {
    /// The value of an expression, references followed.
    pub(super) fn value(&mut self, id: ExprId) -> Eval {
        let datum = self.eval(id)?;
        self.load(datum)
    }

    pub(super) fn bool(&mut self, id: ExprId) -> Eval<bool> {
        match self.value(id)? {
            Datum::Bool(boolean) => Ok(boolean),
            _ => Err(Stop::GiveUp),
        }
    }

    pub(super) fn eval(&mut self, id: ExprId) -> Eval {
        self.pay(1)?;
        if self.direct && self.current == 0 {
            if let Some((instead, datum)) = &self.instead
                && *instead == id
            {
                let datum = datum.clone();
                self.trail.add(self.pass.fold.trail(id));
                return Ok(datum);
            }
            let lent = matches!(self.node(id).kind, ExprKind::Ref { mutable: true, .. });
            let at = id.0 as usize;
            if !lent && let Some(datum) = Datum::from_value(&self.pass.values[at]) {
                let datum = datum.of_type(&self.pass.types[at]);
                self.trail.add(self.pass.fold.trail(id));
                self.note_piece(&datum);
                self.pay(datum.len().unwrap_or(0) / 16)?;
                return Ok(datum);
            }
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Stop::GiveUp);
        }
        let result = self.operands_known(id);
        self.depth -= 1;
        result
    }

    /// Runs something that is not an operand of the expression in question.
    fn inside<T>(&mut self, run: impl FnOnce(&mut Self) -> Eval<T>) -> Eval<T> {
        let direct = std::mem::replace(&mut self.direct, false);
        let result = run(self);
        self.direct = direct;
        result
    }

    /// The expression itself, whatever the pass thinks of it.
    pub(super) fn operands_known(&mut self, id: ExprId) -> Eval {
        let expr = self.node(id);
        match &expr.kind {
            ExprKind::Literal(content) => {
                let datum = literal(content)?;
                if let Some(length) = datum.len() {
                    let place = self.source(expr.span);
                    self.trail.add(Trail::literal(place, length));
                    self.note_piece(&datum);
                }
                Ok(datum)
            }
            ExprKind::Path(path) => self.path(path),
            ExprKind::Local(local) => {
                let frame = self.frame().id;
                self.local(frame.at, frame.serial, *local)
            }
            ExprKind::Call { callee, args } => self.call_expr(*callee, args),
            ExprKind::MethodCall { receiver, method, args, generics, .. } => {
                self.method_expr(*receiver, method, args, generics)
            }
            ExprKind::Macro(call) => self.macro_expr(call),
            ExprKind::Field { base, name } => {
                let base = self.value(*base)?;
                match &base {
                    Datum::Struct(_, fields) => {
                        let found = fields.iter().find(|(known, _)| known == name);
                        known(found.map(|(_, datum)| datum.clone()))
                    }
                    Datum::List(parts) => {
                        let at: usize = name.parse().map_err(|_| Stop::GiveUp)?;
                        known(parts.get(at).cloned())
                    }
                    // The number inside of a wrapper, as in `Wrapping(7).0`.
                    Datum::Int(..) if name == "0" => Ok(base),
                    _ => Err(Stop::GiveUp),
                }
            }
            ExprKind::Index { base, index } => {
                let (base, index) = (*base, *index);
                if let ExprKind::Range { start, end, inclusive } = &self.node(index).kind {
                    let base = self.value(base)?;
                    return self.slice(&base, *start, *end, *inclusive);
                }
                let base = self.value(base)?;
                let index = self.value(index)?;
                self.element(&base, known(index.as_size())?)
            }
            ExprKind::Unary { op, value } => {
                let value = self.value(*value)?;
                match (op, value) {
                    ('*', value) => Ok(value),
                    ('!', Datum::Bool(boolean)) => Ok(Datum::Bool(!boolean)),
                    ('!', Datum::Int(number, width)) => {
                        self.mark(Disguise::Xor);
                        let width = width.or_of(&[number]);
                        Ok(Datum::Int(width.wrap(!number), width))
                    }
                    ('-', Datum::Int(number, width)) => {
                        Ok(Datum::Int(known(number.checked_neg())?, width))
                    }
                    _ => Err(Stop::GiveUp),
                }
            }
            ExprKind::Binary { op, left, right } => self.binary_expr(op, *left, *right),
            ExprKind::Assign { op, target, value } => {
                self.assign_expr(op.as_deref(), *target, *value)
            }
            ExprKind::Ref { mutable: true, value } => match self.place(*value)? {
                Some(place) => Ok(Datum::Place(Rc::new(place))),
                None => self.eval(*value),
            },
            ExprKind::Ref { value, .. } => self.value(*value),
            ExprKind::Cast { value, ty } => {
                let datum = self.value(*value)?;
                self.cast(*value, datum, ty)
            }
            ExprKind::Try(value) => match self.value(*value)? {
                Datum::Nothing => Err(Stop::Return(Datum::Nothing)),
                datum => Ok(datum),
            },
            ExprKind::Block { is_async: true, .. } => Err(Stop::GiveUp),
            ExprKind::Block { statements, tail, .. } => self.inside(|this| {
                for statement in statements {
                    let hint = this.hint.take();
                    this.eval(*statement)?;
                    this.hint = hint;
                }
                tail.map_or(Ok(Datum::Unit), |tail| this.eval(tail))
            }),
            ExprKind::If { condition, then, otherwise } => {
                let hint = self.hint.take();
                let holds = self.bool(*condition)?;
                self.hint = hint;
                self.inside(|this| match (holds, otherwise) {
                    (true, _) => this.eval(*then),
                    (false, Some(otherwise)) => this.eval(*otherwise),
                    (false, None) => Ok(Datum::Unit),
                })
            }
            ExprKind::Match { value, arms } => {
                let hint = self.hint.take();
                let value = self.value(*value)?;
                for arm in arms {
                    let ExprKind::Bind { pattern, .. } = &self.node(arm.bind).kind else {
                        return Err(Stop::GiveUp);
                    };
                    if !self.matches(pattern, value.clone())? {
                        continue;
                    }
                    if let Some(guard) = arm.guard
                        && !self.inside(|this| this.bool(guard))?
                    {
                        continue;
                    }
                    self.hint = hint;
                    return self.inside(|this| this.eval(arm.body));
                }
                Err(Stop::GiveUp)
            }
            ExprKind::Loop { condition, body } => {
                let (condition, body) = (*condition, *body);
                self.inside(|this| this.loop_expr(condition, body))
            }
            ExprKind::Closure { .. } => Ok(Datum::Closure(self.frame().id, id)),
            ExprKind::Bind { pattern, value, ty, origin } => {
                let Some(value) = value else {
                    return match origin {
                        BindOrigin::Let => Ok(Datum::Unit),
                        _ => Err(Stop::GiveUp),
                    };
                };
                let before = std::mem::replace(&mut self.hint, ty.as_ref());
                let datum = self.eval(*value);
                self.hint = before;
                let datum = match (datum?, ty) {
                    (place @ Datum::Place(_), _) => place,
                    (datum, Some(ty)) => datum.coerced(ty),
                    (datum, None) => datum,
                };
                let fits = self.matches(pattern, datum)?;
                match origin {
                    BindOrigin::Condition => Ok(Datum::Bool(fits)),
                    _ if fits => Ok(Datum::Unit),
                    _ => Err(Stop::GiveUp),
                }
            }
            ExprKind::Return(value) => {
                let datum = value.map_or(Ok(Datum::Unit), |value| self.value(value))?;
                Err(Stop::Return(datum))
            }
            ExprKind::Break(value) => {
                let datum = value.map_or(Ok(Datum::Unit), |value| self.value(value))?;
                Err(Stop::Break(datum))
            }
            ExprKind::Continue => Err(Stop::Continue),
            ExprKind::Struct { path, fields, base: None } => {
                self.pay(NESTING)?;
                let at = self.frame().at;
                let ty = self.cx.resolver().ty(at, &Type::Path(path.clone()));
                let crate::names::Ty::Local(def, _) = ty else { return Err(Stop::GiveUp) };
                let mut known = Vec::with_capacity(fields.len());
                for (name, value) in fields {
                    // A field that nobody reads need not be known.
                    let datum = match self.value(*value) {
                        Err(Stop::GiveUp) => Datum::Unknown,
                        other => other?,
                    };
                    known.push((name.clone(), datum));
                }
                Ok(Datum::Struct(def, Rc::new(known)))
            }
            ExprKind::Array(parts) => {
                self.pay(NESTING)?;
                let datums: Vec<Datum> = self.values(parts)?;
                let plain = |datum: &Datum| matches!(datum, Datum::Int(..) | Datum::Char(_));
                if datums.len() >= MIN_ARRAY && datums.iter().all(plain) {
                    let place = self.source(expr.span);
                    self.trail.add(Trail::array(place, datums.len()));
                }
                Ok(Datum::list(datums))
            }
            ExprKind::Tuple(parts) if parts.is_empty() => Ok(Datum::Unit),
            ExprKind::Tuple(parts) => {
                self.pay(NESTING)?;
                let datums = parts.iter().map(|part| self.eval(*part)).collect::<Eval<_>>()?;
                Ok(Datum::list(datums))
            }
            ExprKind::Repeat { value, length } => {
                let value = self.value(*value)?;
                let length = self.value(*length)?;
                self.repeated(value, &length)
            }
            ExprKind::Range { start, end, inclusive } => {
                let start = match start {
                    Some(start) => self.value(*start)?,
                    None => Datum::Int(0, Width::default()),
                };
                let end = end.map(|end| self.value(end)).transpose()?;
                self.range(&start, end.as_ref(), *inclusive)
            }
            ExprKind::Await(_) | ExprKind::Struct { .. } | ExprKind::Other => Err(Stop::GiveUp),
        }
    }

    pub(super) fn values(&mut self, ids: &[ExprId]) -> Eval<Vec<Datum>> {
        ids.iter().map(|id| self.value(*id)).collect()
    }

    pub(super) fn repeated(&mut self, value: Datum, length: &Datum) -> Eval {
        let length = known(length.as_size().filter(|length| *length <= MAX_LENGTH))?;
        self.pay(length.saturating_add(NESTING))?;
        Ok(Datum::list(vec![value; length]))
    }

    fn range(&mut self, start: &Datum, end: Option<&Datum>, inclusive: bool) -> Eval {
        let (first, last) = match (start, end) {
            (Datum::Int(start, width), None) => return Ok(Datum::From(*start, *width)),
            (Datum::Char(start), Some(Datum::Char(end))) => (*start as i128, *end as i128),
            (start, Some(end)) => (known(start.as_int())?, known(end.as_int())?),
            _ => return Err(Stop::GiveUp),
        };
        let end = last.saturating_add(i128::from(inclusive));
        let length = known(usize::try_from(end.saturating_sub(first).max(0)).ok())?;
        if length > MAX_LENGTH {
            return Err(Stop::GiveUp);
        }
        self.pay(length)?;
        let width = match (start, end_width(end, start)) {
            (Datum::Int(_, width), _) if width.bits != 0 => *width,
            (_, width) => width,
        };
        let part = |number: i128| match start {
            Datum::Char(_) => u32::try_from(number).ok().and_then(char::from_u32).map(Datum::Char),
            _ => Some(Datum::Int(number, width)),
        };
        Ok(Datum::list((first..end).filter_map(part).collect()))
    }

    pub(super) fn slice(
        &mut self,
        base: &Datum,
        start: Option<ExprId>,
        end: Option<ExprId>,
        inclusive: bool,
    ) -> Eval {
        let length = known(base.len())?;
        let mut bound = |id: Option<ExprId>, otherwise: usize| match id {
            Some(id) => known(self.value(id)?.as_size()),
            None => Ok(otherwise),
        };
        let (start, mut end) = (bound(start, 0)?, bound(end, length)?);
        if inclusive {
            end = end.saturating_add(1);
        }
        self.pay(length / 16)?;
        part_of(base, start, end)
    }

    pub(super) fn element(&mut self, base: &Datum, at: usize) -> Eval {
        match base {
            Datum::Bytes(bytes) => known(bytes.get(at)).map(|byte| Datum::byte(*byte)),
            Datum::List(parts) => {
                let datum = known(parts.get(at).cloned())?;
                self.load(datum)
            }
            Datum::Text(text) => known(text.chars().nth(at)).map(Datum::Char),
            _ => Err(Stop::GiveUp),
        }
    }

    fn binary_expr(&mut self, op: &str, left: ExprId, right: ExprId) -> Eval {
        let a = self.value(left)?;
        match (op, &a) {
            ("&&", Datum::Bool(false)) | ("||", Datum::Bool(true)) => return Ok(a),
            _ => {}
        }
        let b = self.value(right)?;
        self.binary_op(op, a, &b)
    }

    pub(super) fn binary_op(&mut self, op: &str, a: Datum, b: &Datum) -> Eval {
        if let (Datum::Int(x, w), Datum::Int(y, _)) = (&a, b) {
            match op {
                "^" => self.mark(Disguise::Xor),
                "+" | "-" if (*x | *y) < 256 && w.bits <= 8 && self.trail.array => {
                    self.mark(Disguise::Arithmetic);
                }
                _ => {}
            }
        }
        match (op, a) {
            ("+", Datum::Text(mut text)) => {
                let b = known(b.as_text())?;
                if text.len() + b.len() > MAX_LENGTH {
                    return Err(Stop::GiveUp);
                }
                self.pay(b.len() / 16)?;
                Rc::make_mut(&mut text).push_str(&b);
                Ok(Datum::Text(text))
            }
            (op, a) => number::binary(op, &a, b),
        }
    }

    pub(super) fn cast(&mut self, from: ExprId, datum: Datum, ty: &Type) -> Eval {
        let Type::Path(path) = ty else { return Ok(datum) };
        let Some(name) = path.last().map(|segment| segment.name.as_str()) else {
            return Ok(datum);
        };
        let number = match &datum {
            Datum::Int(number, _) => *number,
            Datum::Char(c) => *c as i128,
            Datum::Bool(boolean) => i128::from(*boolean),
            _ => return if name == "_" { Ok(datum) } else { Err(Stop::GiveUp) },
        };
        if name == "char" {
            let from = &self.node(from).kind;
            if matches!(from, ExprKind::Binary { op, .. } if op == "+" || op == "-") {
                self.mark(Disguise::Arithmetic);
            }
            self.trail.became_text();
            let c = u32::try_from(number).ok().and_then(char::from_u32);
            return known(c).map(Datum::Char);
        }
        match Width::named(name) {
            Some(width) => Ok(Datum::Int(width.wrap(number), width)),
            None if name == "_" => Ok(datum),
            // An alias such as `c_char`, or a float.
            None if name.starts_with("c_") => Ok(datum),
            None => Err(Stop::GiveUp),
        }
    }

    fn call_expr(&mut self, callee: ExprId, args: &'a [ExprId]) -> Eval {
        let target = match &self.node(callee).kind {
            ExprKind::Path(path) => self.path(path)?,
            _ => self.value(callee)?,
        };
        let mut datums = Vec::with_capacity(args.len());
        for arg in args {
            // What a function does not look at need not be known.
            let datum = match self.eval(*arg) {
                Err(Stop::GiveUp) if matches!(target, Datum::Function(_)) && self.steps > 0 => {
                    Datum::Unknown
                }
                other => other?,
            };
            datums.push(datum);
        }
        self.call(&target, datums)
    }
}

fn end_width(_: i128, start: &Datum) -> Width {
    match start {
        Datum::Int(_, width) => *width,
        _ => Width::default(),
    }
}

/// The elements or bytes from `start` up to `end`.
pub(super) fn part_of(base: &Datum, start: usize, end: usize) -> Eval {
    if start > end {
        return Err(Stop::GiveUp);
    }
    Ok(match base {
        Datum::Text(text) => Datum::text(known(text.get(start..end))?),
        Datum::Bytes(bytes) => Datum::bytes(known(bytes.get(start..end))?.to_vec()),
        Datum::List(parts) => Datum::list(known(parts.get(start..end))?.to_vec()),
        _ => return Err(Stop::GiveUp),
    })
}
