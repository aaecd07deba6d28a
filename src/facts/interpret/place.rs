//! References through which something is changed, and patterns.

use std::rc::Rc;

use super::datum::{Part, Place};
use super::{Datum, Eval, Machine, Stop, known};
use crate::ir::*;

impl Machine<'_, '_, '_> {
    /// What a reference refers to.
    pub(super) fn load(&mut self, datum: Datum) -> Eval {
        let Datum::Place(place) = datum else { return Ok(datum) };
        self.read(&place)
    }

    fn read(&mut self, place: &Place) -> Eval {
        let mut datum = self.local(place.frame.at, place.frame.serial, place.local)?;
        for part in &place.path {
            datum = match (&datum, part) {
                (Datum::Place(inner), _) => {
                    let mut inner = (**inner).clone();
                    inner.path.push(part.clone());
                    self.read(&inner)?
                }
                (Datum::List(parts), Part::Index(at)) => known(parts.get(*at).cloned())?,
                (Datum::Bytes(bytes), Part::Index(at)) => Datum::byte(*known(bytes.get(*at))?),
                (Datum::Text(text), Part::Index(at)) => Datum::Char(known(text.chars().nth(*at))?),
                (Datum::Struct(_, fields), Part::Field(name)) => {
                    let found = fields.iter().find(|(known, _)| known == name);
                    known(found.map(|(_, datum)| datum.clone()))?
                }
                (Datum::List(parts), Part::Field(name)) => {
                    let at: usize = name.parse().map_err(|_| Stop::GiveUp)?;
                    known(parts.get(at).cloned())?
                }
                _ => return Err(Stop::GiveUp),
            };
        }
        match datum {
            Datum::Place(inner) => self.read(&inner),
            other => Ok(other),
        }
    }

    /// A local of a frame; in the body that the pass looks at, what the pass knows.
    pub(super) fn local(&mut self, at: usize, serial: u32, local: LocalId) -> Eval {
        let frame = known(self.frames.get(at).filter(|frame| frame.id.serial == serial))?;
        if let Some(datum) = frame.locals.get(&local) {
            return Ok(datum.clone());
        }
        if at > 0 {
            return Err(Stop::GiveUp);
        }
        if let Some(closure) = self.pass.fold.closures.get(&local) {
            return Ok(Datum::Closure(frame.id, *closure));
        }
        let index = local.0 as usize;
        let datum = match Datum::from_value(&self.pass.local_values[index]) {
            Some(datum) => datum.of_type(&self.pass.local_types[index]),
            None => match &self.pass.local_types[index] {
                crate::names::Ty::External(path, _) if self.cx.models.is_type(path) => {
                    return Ok(Datum::External(path.clone()));
                }
                crate::names::Ty::Local(def, _) => {
                    return Ok(Datum::Struct(*def, Vec::new().into()));
                }
                _ => return Err(Stop::GiveUp),
            },
        };
        self.trail.add(self.pass.fold.local(local));
        self.pay(datum.len().unwrap_or(0) / 16)?;
        Ok(datum)
    }

    /// Changes what a place holds.
    pub(super) fn change<T>(
        &mut self,
        place: &Place,
        change: impl FnOnce(&mut Datum) -> Eval<T>,
    ) -> Eval<T> {
        // References are followed to what they refer to.
        let mut place = place.clone();
        for _ in 0..8 {
            let held = self.local(place.frame.at, place.frame.serial, place.local)?;
            let Datum::Place(inner) = held else { break };
            let mut path = inner.path.clone();
            path.append(&mut place.path);
            place = Place { frame: inner.frame, local: inner.local, path };
        }
        let frame = known(self.frames.get_mut(place.frame.at))?;
        let slot = match frame.locals.entry(place.local) {
            std::collections::hash_map::Entry::Occupied(slot) => slot.into_mut(),
            std::collections::hash_map::Entry::Vacant(_) => {
                let datum = self.local(place.frame.at, place.frame.serial, place.local)?;
                self.frames[place.frame.at].locals.entry(place.local).or_insert(datum)
            }
        };
        at_path(slot, &place.path, change)
    }

    /// The place that an expression names, if it names one.
    pub(super) fn place(&mut self, id: ExprId) -> Eval<Option<Place>> {
        Ok(match &self.node(id).kind {
            ExprKind::Local(local) => {
                let frame = self.frame().id;
                match self.frames[frame.at].locals.get(local) {
                    Some(Datum::Place(place)) => Some((**place).clone()),
                    _ => Some(Place { frame, local: *local, path: Vec::new() }),
                }
            }
            ExprKind::Unary { op: '*', value } | ExprKind::Ref { value, .. } => {
                self.place(*value)?
            }
            ExprKind::Field { base, name } => match self.place(*base)? {
                Some(mut place) => {
                    place.path.push(Part::Field(name.clone()));
                    Some(place)
                }
                None => None,
            },
            ExprKind::Index { base, index } => match self.place(*base)? {
                Some(mut place) => match self.value(*index)?.as_size() {
                    Some(at) => {
                        place.path.push(Part::Index(at));
                        Some(place)
                    }
                    None => None,
                },
                None => None,
            },
            ExprKind::MethodCall { receiver, method, .. }
                if matches!(
                    method.as_str(),
                    "as_mut_slice" | "as_mut" | "by_ref" | "borrow_mut" | "get_mut" | "iter_mut"
                ) =>
            {
                self.place(*receiver)?
            }
            _ => None,
        })
    }

    /// A reference to each element.
    pub(super) fn places(&mut self, place: &Place) -> Eval<Vec<Datum>> {
        let length = known(self.read(place)?.len())?;
        self.pay(length)?;
        let element = |at| {
            let mut place = place.clone();
            place.path.push(Part::Index(at));
            Datum::Place(Rc::new(place))
        };
        Ok((0..length).map(element).collect())
    }

    pub(super) fn set_local(&mut self, local: LocalId, datum: Datum) {
        let current = self.current;
        self.frames[current].locals.insert(local, datum);
    }

    /// Takes a value apart; whether it fits.
    pub(super) fn matches(&mut self, pattern: &Pattern, datum: Datum) -> Eval<bool> {
        Ok(match pattern {
            Pattern::Wild => true,
            Pattern::Bind { local, sub } => {
                if let Some(sub) = sub
                    && !self.matches(sub, datum.clone())?
                {
                    return Ok(false);
                }
                if datum == Datum::Nothing {
                    self.set_local(*local, Datum::Nothing);
                    return Ok(true);
                }
                self.set_local(*local, datum);
                true
            }
            Pattern::Tuple(parts) | Pattern::Slice(parts) => {
                let datum = self.load(datum)?;
                if datum == Datum::Unit && parts.is_empty() {
                    return Ok(true);
                }
                let elements = known(datum.elements())?;
                if elements.len() != parts.len() {
                    return Ok(false);
                }
                for (part, element) in parts.iter().zip(elements) {
                    if !self.matches(part, element)? {
                        return Ok(false);
                    }
                }
                true
            }
            Pattern::Variant { path, fields } => {
                let name = path.last().map_or("", |segment| segment.name.as_str());
                match (name, fields.as_slice()) {
                    ("Some" | "Ok", [field]) => {
                        !matches!(datum, Datum::Nothing) && self.matches(field, datum)?
                    }
                    ("Err", _) => matches!(datum, Datum::Nothing),
                    _ => return Err(Stop::GiveUp),
                }
            }
            Pattern::Path(path) => {
                if path.last().is_some_and(|segment| segment.name == "None") {
                    return Ok(matches!(datum, Datum::Nothing));
                }
                let constant = self.path(path)?;
                let datum = self.load(datum)?;
                known(super::number::compare(&datum, &constant))?.is_eq()
            }
            Pattern::Or(parts) => {
                for part in parts {
                    if self.matches(part, datum.clone())? {
                        return Ok(true);
                    }
                }
                false
            }
            Pattern::Literal(literal) => {
                let datum = self.load(datum)?;
                let literal = super::expr::literal(literal)?;
                known(super::number::compare(&datum, &literal))?.is_eq()
            }
            Pattern::Range { start, end, inclusive } => {
                let datum = self.load(datum)?;
                let bound = |literal: &Option<Literal>| {
                    literal.as_ref().map(super::expr::literal).transpose()
                };
                let (start, end) = (bound(start)?, bound(end)?);
                let above = match start {
                    Some(start) => known(super::number::compare(&datum, &start))?.is_ge(),
                    None => true,
                };
                let below = match end {
                    Some(end) => {
                        let order = known(super::number::compare(&datum, &end))?;
                        order.is_lt() || (*inclusive && order.is_eq())
                    }
                    None => true,
                };
                above && below
            }
            Pattern::Struct { .. } | Pattern::Other => return Err(Stop::GiveUp),
        })
    }
}

fn at_path<T>(
    datum: &mut Datum,
    path: &[Part],
    change: impl FnOnce(&mut Datum) -> Eval<T>,
) -> Eval<T> {
    let Some((part, rest)) = path.split_first() else { return change(datum) };
    match (datum, part) {
        (Datum::List(parts), Part::Index(at)) => {
            at_path(known(Rc::make_mut(parts).get_mut(*at))?, rest, change)
        }
        (Datum::List(parts), Part::Field(name)) => {
            let at: usize = name.parse().map_err(|_| Stop::GiveUp)?;
            at_path(known(Rc::make_mut(parts).get_mut(at))?, rest, change)
        }
        (Datum::Bytes(bytes), Part::Index(at)) if rest.is_empty() => {
            let slot = known(Rc::make_mut(bytes).get_mut(*at))?;
            let mut datum = Datum::byte(*slot);
            let result = change(&mut datum)?;
            let number = known(datum.as_int())?;
            *slot = known(u8::try_from(super::datum::BYTE.wrap(number)).ok())?;
            Ok(result)
        }
        (Datum::Struct(_, fields), Part::Field(name)) => {
            let found = Rc::make_mut(fields).iter_mut().find(|(known, _)| known == name);
            at_path(known(found.map(|(_, datum)| datum))?, rest, change)
        }
        // A vector of characters.
        (datum @ Datum::Text(_), Part::Index(_)) => {
            *datum = Datum::list(known(datum.elements())?);
            at_path(datum, path, change)
        }
        _ => Err(Stop::GiveUp),
    }
}
