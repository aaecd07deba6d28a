//! Methods that change what they are called on.

use std::rc::Rc;

use super::datum::{MAX_LENGTH, Place};
use super::{Datum, Eval, Machine, NESTING, Stop, known, number, text};
use crate::ir::ExprId;
use crate::vocab::Disguise;

/// Methods that change what they are called on.
pub fn changes(method: &str) -> bool {
    matches!(
        method,
        "push"
            | "push_str"
            | "push_back"
            | "write_str"
            | "write_char"
            | "insert"
            | "insert_str"
            | "pop"
            | "pop_front"
            | "pop_back"
            | "remove"
            | "clear"
            | "truncate"
            | "extend"
            | "extend_from_slice"
            | "append"
            | "swap"
            | "reverse"
            | "retain"
            | "fill"
            | "next"
            | "next_back"
            | "sort"
            | "sort_unstable"
            | "dedup"
            | "copy_from_slice"
            | "clone_from_slice"
            | "resize"
            | "take"
            | "rotate_left"
            | "rotate_right"
            | "make_ascii_lowercase"
            | "make_ascii_uppercase"
            | "reserve"
            | "set"
            | "drain"
            | "split_off"
            | "zeroize"
    )
}

impl<'a> Machine<'_, 'a, '_> {
    /// A method that changes what a place holds.
    pub(super) fn changing(&mut self, place: &Place, method: &str, args: &'a [ExprId]) -> Eval {
        let mut args = self.arguments(args)?;
        for arg in &mut args {
            let datum = std::mem::replace(arg, Datum::Unit);
            *arg = self.load(datum)?;
        }
        let mut held = Datum::Unknown;
        self.change(place, |slot| {
            std::mem::swap(slot, &mut held);
            Ok(())
        })?;
        // Only lists and texts are changed by these names; a number is turned.
        if let Datum::Int(number, width) = held {
            self.change(place, |slot| {
                *slot = held;
                Ok(())
            })?;
            return known(number::method(method, number, width, &args)?);
        }
        let result = self.apply_change(method, &mut held, args)?;
        self.change(place, |slot| {
            *slot = held;
            Ok(())
        })?;
        Ok(result)
    }

    pub(super) fn apply_change(
        &mut self,
        method: &str,
        held: &mut Datum,
        args: Vec<Datum>,
    ) -> Eval {
        let mut args = args;
        for arg in &mut args {
            let datum = std::mem::replace(arg, Datum::Unit);
            *arg = self.load(datum)?;
            self.note_piece(arg);
            self.pay(arg.len().unwrap_or(0))?;
        }
        if let Datum::External(_) | Datum::Struct(..) | Datum::Unknown | Datum::Closure(..) = held {
            return Err(Stop::GiveUp);
        }
        if let (Datum::Text(text), "push" | "push_str" | "write_str" | "write_char", [part]) =
            (&mut *held, method, args.as_slice())
        {
            if let Datum::Int(..) = part {
                *held =
                    Datum::list(known(Datum::Bytes(Rc::new(text.as_bytes().to_vec())).elements())?);
            } else {
                text::push(text, part)?;
                return Ok(Datum::Unit);
            }
        }
        match (method, args.as_slice()) {
            ("reserve" | "zeroize", _) => return Ok(Datum::Unit),
            ("clear", []) => {
                *held = match held {
                    Datum::Text(_) => Datum::text(""),
                    _ => Datum::list(Vec::new()),
                };
                return Ok(Datum::Unit);
            }
            ("take", []) => return Ok(std::mem::replace(held, Datum::Nothing)),
            ("take", [_]) => {
                let datum = std::mem::replace(held, Datum::Unknown);
                return self.method("take", datum, args, &[]);
            }
            ("next", []) => match held {
                Datum::From(number, width) => {
                    let datum = Datum::Int(*number, *width);
                    *number += 1;
                    return Ok(datum);
                }
                Datum::Cycle(parts) => {
                    let parts = Rc::make_mut(parts);
                    let datum = known(parts.first().cloned())?;
                    self.pay(parts.len() / 16)?;
                    parts.rotate_left(1);
                    return Ok(datum);
                }
                _ => {}
            },
            ("extend" | "push_str" | "append" | "extend_from_slice", [part])
                if matches!(held, Datum::Text(_)) =>
            {
                let Datum::Text(text) = held else { return Err(Stop::GiveUp) };
                match part {
                    Datum::List(parts) => {
                        for part in parts.iter() {
                            text::push(text, part)?;
                        }
                    }
                    part => text::push(text, part)?,
                }
                return Ok(Datum::Unit);
            }
            ("insert_str" | "insert", [at, part]) if matches!(held, Datum::Text(_)) => {
                let Datum::Text(text) = held else { return Err(Stop::GiveUp) };
                let (at, part) = (known(at.as_size())?, known(part.as_text())?);
                if !text.is_char_boundary(at) || text.len() + part.len() > MAX_LENGTH {
                    return Err(Stop::GiveUp);
                }
                Rc::make_mut(text).insert_str(at, &part);
                return Ok(Datum::Unit);
            }
            ("make_ascii_lowercase" | "make_ascii_uppercase", []) => {
                let text = known(held.as_text())?;
                let lower = method == "make_ascii_lowercase";
                *held = Datum::text(if lower {
                    text.to_ascii_lowercase()
                } else {
                    text.to_ascii_uppercase()
                });
                return Ok(Datum::Unit);
            }
            _ => {}
        }
        let was_text = matches!(held, Datum::Text(_));
        let was_bytes = matches!(held, Datum::Bytes(_));
        if !matches!(held, Datum::List(_)) {
            *held = Datum::list(known(held.elements())?);
        }
        let Datum::List(parts) = held else { return Err(Stop::GiveUp) };
        self.pay(1 + if matches!(method, "push" | "pop") { 0 } else { parts.len() / 16 })?;
        let parts = Rc::make_mut(parts);
        let result = self.change_list(method, parts, &args)?;
        if parts.len() > MAX_LENGTH {
            return Err(Stop::GiveUp);
        }
        if was_text {
            let texts: Option<Vec<String>> = parts.iter().map(Datum::as_text).collect();
            if let Some(texts) = texts {
                *held = Datum::text(texts.concat());
            }
        } else if was_bytes && let Some(bytes) = held.as_bytes() {
            *held = Datum::bytes(bytes);
        }
        Ok(result)
    }

    fn change_list(&mut self, method: &str, parts: &mut Vec<Datum>, args: &[Datum]) -> Eval {
        let size = |at: usize| known(args.get(at).and_then(Datum::as_size));
        let within =
            |at: usize, length: usize| if at < length { Ok(at) } else { Err(Stop::GiveUp) };
        let length = parts.len();
        match (method, args) {
            ("push" | "push_back", [part]) => {
                if matches!(part, Datum::List(_) | Datum::Struct(..)) {
                    self.pay(NESTING)?;
                }
                parts.push(part.clone());
            }
            ("pop" | "pop_back" | "next_back", []) => {
                return Ok(parts.pop().unwrap_or(Datum::Nothing));
            }
            ("pop_front" | "next", []) => {
                let gone = if parts.is_empty() { Datum::Nothing } else { parts.remove(0) };
                return self.load(gone);
            }
            ("remove", [_]) => return Ok(parts.remove(within(size(0)?, length)?)),
            ("insert", [_, part]) => {
                let at = within(size(0)?, length + 1)?;
                parts.insert(at, part.clone());
            }
            ("truncate", [_]) => parts.truncate(size(0)?),
            ("extend" | "extend_from_slice" | "append", [more]) => {
                let more = known(more.elements())?;
                for part in more {
                    let part = self.load(part)?;
                    parts.push(part);
                }
            }
            ("swap", [_, _]) => {
                let (a, b) = (within(size(0)?, length)?, within(size(1)?, length)?);
                parts.swap(a, b);
            }
            ("reverse", []) => {
                self.mark_reversed(parts);
                parts.reverse();
            }
            ("retain", [test]) => {
                let mut kept = Vec::new();
                for part in std::mem::take(parts) {
                    if self.call(test, vec![part.clone()])? == Datum::Bool(true) {
                        kept.push(part);
                    }
                }
                *parts = kept;
                self.mark(Disguise::Replaced);
            }
            ("fill", [with]) => parts.fill(with.clone()),
            ("resize", [_, with]) => {
                let length = size(0)?;
                if length > MAX_LENGTH {
                    return Err(Stop::GiveUp);
                }
                self.pay(length)?;
                parts.resize(length, with.clone());
            }
            ("sort" | "sort_unstable", []) => {
                self.pay(length * 8)?;
                parts.sort_by(|a, b| number::compare(a, b).unwrap_or(std::cmp::Ordering::Equal));
            }
            ("dedup", []) => parts.dedup(),
            ("copy_from_slice" | "clone_from_slice", [from]) => {
                let from = known(from.elements())?;
                if from.len() != length {
                    return Err(Stop::GiveUp);
                }
                *parts = from;
            }
            ("rotate_left" | "rotate_right", [_]) => {
                let by = size(0)?;
                if by > length {
                    return Err(Stop::GiveUp);
                }
                if method == "rotate_left" { parts.rotate_left(by) } else { parts.rotate_right(by) }
            }
            ("drain", [range]) => {
                let range = known(range.elements())?;
                let first = range.first().and_then(Datum::as_size).unwrap_or(0);
                let gone = range.len().min(length.saturating_sub(first));
                return Ok(Datum::list(
                    parts.drain(first.min(length)..first.min(length) + gone).collect(),
                ));
            }
            ("split_off", [_]) => {
                let at = within(size(0)?, length + 1)?;
                return Ok(Datum::list(parts.split_off(at)));
            }
            _ => return Err(Stop::GiveUp),
        }
        Ok(Datum::Unit)
    }

    pub(super) fn mark_reversed(&mut self, parts: &[Datum]) {
        let single = |part: &Datum| matches!(part, Datum::Char(_) | Datum::Int(..));
        if parts.len() > 3 && parts.iter().all(single) {
            self.mark(Disguise::Reversed);
        }
    }
}
