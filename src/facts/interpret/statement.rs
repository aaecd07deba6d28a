//! Assignments and loops.

use std::rc::Rc;

use super::{Datum, Eval, Machine, Stop, known};
use crate::ir::*;

impl Machine<'_, '_, '_> {
    pub(super) fn assign_expr(&mut self, op: Option<&str>, target: ExprId, value: ExprId) -> Eval {
        let value = self.value(value)?;
        if let ExprKind::Tuple(parts) = &self.node(target).kind {
            if op.is_some() {
                return Err(Stop::GiveUp);
            }
            let values = known(value.elements())?;
            for (part, value) in parts.iter().zip(values) {
                let place = known(self.place(*part)?)?;
                self.change(&place, |slot| {
                    *slot = value;
                    Ok(())
                })?;
            }
            return Ok(Datum::Unit);
        }
        if op.is_none()
            && let ExprKind::Local(local) = self.node(target).kind
            && !matches!(self.frame().locals.get(&local), Some(Datum::Place(_)))
        {
            self.set_local(local, value);
            return Ok(Datum::Unit);
        }
        if let ExprKind::Path(path) = &self.node(target).kind {
            return match path.single() {
                Some(name) if name == "_" => Ok(Datum::Unit),
                _ => Err(Stop::GiveUp),
            };
        }
        let place = known(self.place(target)?)?;
        let Some(op) = op else {
            self.change(&place, |slot| {
                *slot = value;
                Ok(())
            })?;
            return Ok(Datum::Unit);
        };
        // Taken out and put back, so that a text grows without being copied.
        let held = if place.path.is_empty() {
            let mut held = Datum::Unknown;
            self.change(&place, |slot| {
                std::mem::swap(slot, &mut held);
                Ok(())
            })?;
            held
        } else {
            self.load(Datum::Place(Rc::new(place.clone())))?
        };
        let result = self.binary_op(op, held, &value)?;
        self.change(&place, |slot| {
            *slot = result;
            Ok(())
        })?;
        Ok(Datum::Unit)
    }

    pub(super) fn loop_expr(&mut self, condition: Option<ExprId>, body: ExprId) -> Eval {
        let for_pattern = condition.and_then(|id| match &self.node(id).kind {
            ExprKind::Bind { pattern, value: Some(value), origin: BindOrigin::For, .. } => {
                Some((pattern, *value))
            }
            _ => None,
        });
        if let Some((pattern, over)) = for_pattern {
            let over = self.eval(over)?;
            let over = match over {
                Datum::Place(place) => Datum::list(self.places(&place)?),
                other => other,
            };
            if let Datum::From(start, width) = over {
                for number in start.. {
                    self.pay(1)?;
                    self.matches(pattern, Datum::Int(number, width))?;
                    if let Some(datum) = self.turn(body)? {
                        return Ok(datum);
                    }
                }
            }
            for element in known(over.elements())? {
                if !self.matches(pattern, element)? {
                    return Err(Stop::GiveUp);
                }
                if let Some(datum) = self.turn(body)? {
                    return Ok(datum);
                }
            }
            return Ok(Datum::Unit);
        }
        loop {
            self.pay(1)?;
            if let Some(condition) = condition
                && !self.bool(condition)?
            {
                return Ok(Datum::Unit);
            }
            if let Some(datum) = self.turn(body)? {
                return Ok(datum);
            }
        }
    }

    /// One turn of a loop; its value when it ended.
    fn turn(&mut self, body: ExprId) -> Eval<Option<Datum>> {
        match self.eval(body) {
            Ok(_) | Err(Stop::Continue) => Ok(None),
            Err(Stop::Break(datum)) => Ok(Some(datum)),
            Err(stop) => Err(stop),
        }
    }
}
