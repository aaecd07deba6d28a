//! Method calls: lists, iterators, and what has no method of its own kind.

use std::rc::Rc;

use super::change::changes;
use super::datum::MAX_LENGTH;
use super::{Datum, Eval, Machine, NESTING, Stop, known, number};
use crate::ir::*;
use crate::vocab::Disguise;

/// Methods whose result is their receiver, as far as we look.
fn keeps(method: &str) -> bool {
    matches!(
        method,
        "as_deref"
            | "as_mut_slice"
            | "as_mut_str"
            | "as_ref"
            | "as_mut"
            | "as_slice"
            | "as_str"
            | "as_array"
            | "borrow"
            | "by_ref"
            | "clone"
            | "cloned"
            | "copied"
            | "deref"
            | "expect"
            | "flatten"
            | "fuse"
            | "into"
            | "into_boxed_slice"
            | "into_boxed_str"
            | "into_inner"
            | "into_iter"
            | "into_owned"
            | "into_string"
            | "into_vec"
            | "iter"
            | "lock"
            | "map_err"
            | "ok"
            | "ok_or"
            | "ok_or_else"
            | "peekable"
            | "context"
            | "to_owned"
            | "to_string_lossy"
            | "to_str"
            | "to_vec"
            | "try_into"
            | "unwrap"
            | "unwrap_unchecked"
            | "to_path_buf"
            | "as_path"
            | "decode_utf8"
            | "decode_utf8_lossy"
    )
}

impl<'a> Machine<'_, 'a, '_> {
    pub(super) fn method_expr(
        &mut self,
        receiver: ExprId,
        method: &Name,
        args: &'a [ExprId],
        generics: &'a [Type],
    ) -> Eval {
        let hint = self.hint.take();
        let result = self.method_call(receiver, method, args, generics, hint);
        self.hint = hint;
        result
    }

    fn method_call(
        &mut self,
        receiver: ExprId,
        method: &Name,
        args: &'a [ExprId],
        generics: &'a [Type],
        hint: Option<&'a Type>,
    ) -> Eval {
        if changes(method)
            && let Some(place) = self.place(receiver)?
        {
            return self.changing(&place, method, args);
        }
        if matches!(method.as_str(), "iter_mut" | "chars_mut")
            && let Some(place) = self.place(receiver)?
        {
            let references = self.places(&place)?;
            return Ok(Datum::list(references));
        }
        let datum = self.eval(receiver)?;
        // A list of references stays one; a single reference is followed.
        let datum = self.load(datum)?;
        // A fresh value that is changed and looked at.
        if changes(method) && !matches!((method.as_str(), &datum), (_, Datum::Int(..))) {
            let mut temporary = datum;
            let args = self.arguments(args)?;
            return self.apply_change(method, &mut temporary, args);
        }
        // `seal(&mut buffer)` by a method of the scan.
        if let Datum::Struct(def, _) = &datum {
            let def = known(self.member(*def, method))?;
            let mut all = vec![datum];
            for arg in args {
                all.push(match self.eval(*arg) {
                    Err(Stop::GiveUp) => Datum::Unknown,
                    other => other?,
                });
            }
            return self.call_local(def, all);
        }
        let args = self.arguments(args)?;
        self.hint = hint;
        let result = self.method(method, datum, args, generics);
        self.hint = None;
        result
    }

    pub(super) fn arguments(&mut self, args: &'a [ExprId]) -> Eval<Vec<Datum>> {
        args.iter().map(|arg| self.eval(*arg)).collect()
    }

    /// A method of a known value.
    pub(super) fn method(
        &mut self,
        name: &str,
        receiver: Datum,
        args: Vec<Datum>,
        generics: &[Type],
    ) -> Eval {
        self.pay(1)?;
        if let Datum::External(owner) = &receiver {
            let path = format!("{owner}::{name}");
            return self.call_outside(&path, args);
        }
        if let Some(kind) = self.cx.models.any_receiver(name).and_then(|row| row.decodes.as_deref())
        {
            return self.decoded(name, kind, vec![receiver]);
        }
        // What may be missing.
        match (name, args.as_slice(), &receiver) {
            ("unwrap_or", [other], Datum::Nothing) => return self.load(other.clone()),
            ("unwrap_or_default", [], Datum::Nothing) => return Err(Stop::GiveUp),
            ("unwrap_or_else", [other], Datum::Nothing) => {
                let args = vec![Datum::Unknown];
                return self.call(other, args);
            }
            ("unwrap_or" | "unwrap_or_default" | "unwrap_or_else", ..) => return Ok(receiver),
            ("is_some" | "is_ok", [], _) => return Ok(Datum::Bool(receiver != Datum::Nothing)),
            ("is_none" | "is_err", [], _) => return Ok(Datum::Bool(receiver == Datum::Nothing)),
            ("unwrap" | "expect" | "unwrap_unchecked", _, Datum::Nothing) => {
                return Err(Stop::GiveUp);
            }
            (
                "map" | "and_then" | "ok" | "map_err" | "filter" | "cloned" | "copied",
                _,
                Datum::Nothing,
            ) => {
                return Ok(Datum::Nothing);
            }
            ("map_or", [other, change], _) => {
                return match receiver {
                    Datum::Nothing => Ok(other.clone()),
                    some => self.call(change, vec![some]),
                };
            }
            ("and_then", [change], _) => return self.call(change, vec![receiver]),
            _ => {}
        }
        // Numbers, characters and texts that are changed as one.
        let of_one = match &receiver {
            Datum::Int(number, width) => {
                let mut plain = Vec::with_capacity(args.len());
                for arg in &args {
                    plain.push(self.load(arg.clone())?);
                }
                let found = number::method(name, *number, *width, &plain)?;
                if found.is_some()
                    && (name.starts_with("wrapping_") || name.starts_with("rotate_"))
                    && *number < 256
                {
                    self.mark(Disguise::Arithmetic);
                }
                found
            }
            Datum::Char(c) => number::character(name, *c, &args)?,
            Datum::Text(text) => {
                let text = Rc::clone(text);
                self.text_method(name, &text, &args, generics)?
            }
            _ => None,
        };
        if let Some(found) = of_one {
            return Ok(found);
        }
        match (name, args.as_slice(), &receiver) {
            ("to_string", [], _) => return known(receiver.as_text()).map(Datum::text),
            ("eq", [other], _) | ("ne", [other], _) => {
                let other = self.load(other.clone())?;
                let same = known(number::compare(&receiver, &other))?.is_eq();
                return Ok(Datum::Bool(same == (name == "eq")));
            }
            ("map", [change], Datum::Int(..) | Datum::Char(_) | Datum::Bool(_)) => {
                return self.call(change, vec![receiver]);
            }
            // `Option<String>`, which looks like a text.
            ("map", [Datum::External(_)], Datum::Text(_)) => {
                let change = args.first().cloned().unwrap_or(Datum::Unit);
                return self.call(&change, vec![receiver]);
            }
            (name, _, _) if keeps(name) => return Ok(receiver),
            _ => {}
        }
        if let Some(def) = self.extension(&receiver, name) {
            let all: Vec<Datum> = [receiver].into_iter().chain(args).collect();
            return self.call_local(def, all);
        }
        self.list_method(name, receiver, args, generics)
    }

    fn list_method(
        &mut self,
        name: &str,
        receiver: Datum,
        args: Vec<Datum>,
        generics: &[Type],
    ) -> Eval {
        if let Datum::Cycle(parts) = &receiver {
            return match (name, args.as_slice()) {
                ("take", [count]) => {
                    let count = known(count.as_size().filter(|count| *count <= MAX_LENGTH))?;
                    self.pay(count)?;
                    Ok(Datum::list(parts.iter().cycle().take(count).cloned().collect()))
                }
                ("skip", [count]) if !parts.is_empty() => {
                    let mut parts = parts.to_vec();
                    let count = known(count.as_size())? % parts.len();
                    parts.rotate_left(count);
                    Ok(Datum::Cycle(Rc::new(parts)))
                }
                ("map", [change]) => {
                    let mut changed = Vec::new();
                    for part in parts.iter() {
                        changed.push(self.call(change, vec![part.clone()])?);
                    }
                    Ok(Datum::Cycle(Rc::new(changed)))
                }
                _ => Err(Stop::GiveUp),
            };
        }
        if let Datum::From(start, width) = &receiver {
            let count = args.first().and_then(Datum::as_size).filter(|n| *n <= MAX_LENGTH);
            return match (name, count) {
                ("take", Some(count)) => {
                    self.pay(count)?;
                    let numbers = (*start..).take(count).map(|n| Datum::Int(n, *width));
                    Ok(Datum::list(numbers.collect()))
                }
                ("zip", None) => {
                    let other = known(args.first().and_then(Datum::elements))?;
                    self.pay(other.len())?;
                    let pairs = (*start..)
                        .zip(other)
                        .map(|(n, part)| Datum::list(vec![Datum::Int(n, *width), part]));
                    Ok(Datum::list(pairs.collect()))
                }
                _ => Err(Stop::GiveUp),
            };
        }
        let parts = known(receiver.elements())?;
        let wraps = matches!(name, "enumerate" | "zip" | "chunks" | "windows" | "split_at");
        self.pay(1 + parts.len() / 4 + if wraps { NESTING } else { 0 })?;
        let count = || known(args.first().and_then(Datum::as_size));
        let length = parts.len();
        let part = |part: Option<&Datum>| Ok(part.cloned().unwrap_or(Datum::Nothing));
        Ok(match (name, args.as_slice()) {
            ("len" | "count", []) => Datum::size(length),
            ("is_empty", []) => Datum::Bool(length == 0),
            ("rev", []) => {
                self.mark_reversed(&parts);
                Datum::list(parts.into_iter().rev().collect())
            }
            ("first" | "peek", []) => return part(parts.first()),
            ("last", []) => return part(parts.last()),
            ("nth" | "get", [Datum::List(range)]) => {
                let first = range.first().and_then(Datum::as_size).unwrap_or(0);
                let end = first.saturating_add(range.len()).min(length);
                return super::expr::part_of(&receiver, first.min(end), end);
            }
            ("nth" | "get" | "get_unchecked", [at]) => {
                return part(parts.get(known(at.as_size())?));
            }
            ("skip", [_]) => Datum::list(parts.into_iter().skip(count()?).collect()),
            ("take", [_]) => Datum::list(parts.into_iter().take(count()?).collect()),
            ("step_by", [_]) => {
                let by = count()?;
                if by == 0 {
                    return Err(Stop::GiveUp);
                }
                Datum::list(parts.into_iter().step_by(by).collect())
            }
            ("cycle", []) => Datum::Cycle(Rc::new(parts)),
            ("enumerate", []) => {
                let pair = |(at, part)| Datum::list(vec![Datum::size(at), part]);
                Datum::list(parts.into_iter().enumerate().map(pair).collect())
            }
            ("zip", [other]) => self.zipped(parts, other)?,
            ("chain", [other]) => {
                let other = self.load(other.clone())?;
                let more = known(other.elements())?;
                Datum::list(parts.into_iter().chain(more).collect())
            }
            ("chunks" | "chunks_exact" | "array_chunks" | "windows", [_]) => {
                let size = count()?;
                if size == 0 {
                    return Err(Stop::GiveUp);
                }
                self.pay(if name == "windows" { length.saturating_mul(size) } else { length })?;
                let group = |group: &[Datum]| match &receiver {
                    Datum::Bytes(_) => {
                        Datum::list(group.to_vec()).as_bytes().map_or(Datum::Unknown, Datum::bytes)
                    }
                    _ => Datum::list(group.to_vec()),
                };
                let groups: Vec<Datum> = match name {
                    "chunks" => parts.chunks(size).map(group).collect(),
                    "windows" => parts.windows(size).map(group).collect(),
                    _ => parts.chunks_exact(size).map(group).collect(),
                };
                Datum::list(groups)
            }
            ("split_at", [_]) => {
                let at = count()?.min(length);
                let halves = [&parts[..at], &parts[at..]].map(|half| Datum::list(half.to_vec()));
                Datum::list(halves.to_vec())
            }
            ("split_first" | "split_last", []) if length == 0 => Datum::Nothing,
            ("split_first", []) => {
                Datum::list(vec![parts[0].clone(), Datum::list(parts[1..].to_vec())])
            }
            ("contains", [wanted]) => {
                let wanted = self.load(wanted.clone())?;
                let same = |part: &Datum| number::compare(part, &wanted).is_some_and(|o| o.is_eq());
                Datum::Bool(parts.iter().any(same))
            }
            ("starts_with" | "ends_with", [wanted]) => {
                let (all, part) = (known(receiver.as_bytes())?, known(wanted.as_bytes())?);
                let is = if name == "starts_with" {
                    all.starts_with(&part)
                } else {
                    all.ends_with(&part)
                };
                Datum::Bool(is)
            }
            ("concat", []) => self.joined(&parts, "")?,
            ("join", [separator]) => {
                let separator = self.load(separator.clone())?;
                let separator = known(separator.as_text())?;
                self.joined(&parts, &separator)?
            }
            ("repeat", [_]) => {
                let times = count()?;
                if length.saturating_mul(times) > MAX_LENGTH {
                    return Err(Stop::GiveUp);
                }
                self.pay(length * times)?;
                Datum::list(parts.iter().cycle().take(length * times).cloned().collect())
            }
            ("collect" | "from_iter", []) => self.collected(parts, generics)?,
            ("to_ascii_lowercase" | "to_ascii_uppercase", []) => {
                let bytes = known(receiver.as_bytes())?;
                Datum::bytes(if name == "to_ascii_lowercase" {
                    bytes.to_ascii_lowercase()
                } else {
                    bytes.to_ascii_uppercase()
                })
            }
            ("sum" | "product", []) => {
                let mut total =
                    Datum::Int(i128::from(name == "product"), super::datum::Width::default());
                for part in parts {
                    let part = self.load(part)?;
                    total = number::binary(if name == "sum" { "+" } else { "*" }, &total, &part)?;
                }
                total
            }
            ("min" | "max", []) => {
                let mut best: Option<Datum> = None;
                for part in parts {
                    let better = match &best {
                        None => true,
                        Some(best) => {
                            let order = known(number::compare(&part, best))?;
                            if name == "min" { order.is_lt() } else { order.is_ge() }
                        }
                    };
                    if better {
                        best = Some(part);
                    }
                }
                best.unwrap_or(Datum::Nothing)
            }
            (_, [first, ..]) if matches!(name, "fold" | "try_fold") => {
                let change = known(args.get(1).cloned())?;
                let mut state = self.load(first.clone())?;
                for part in parts {
                    state = self.call(&change, vec![state, part])?;
                }
                state
            }
            (_, [change @ (Datum::Closure(..) | Datum::Function(_) | Datum::External(_))]) => {
                return self.with_closure(name, parts, change);
            }
            _ => return Err(Stop::GiveUp),
        })
    }

    fn zipped(&mut self, parts: Vec<Datum>, other: &Datum) -> Eval {
        let other = match other {
            Datum::Cycle(_) | Datum::From(..) => other.clone(),
            Datum::Place(place) => {
                // A reference to a list gives references when they are changed, which is rare.
                let place = Rc::clone(place);
                self.load(Datum::Place(place))?
            }
            other => other.clone(),
        };
        self.pay(parts.len())?;
        let second: Vec<Datum> = match &other {
            Datum::Cycle(again) => again.iter().cycle().take(parts.len()).cloned().collect(),
            Datum::From(start, width) => {
                (*start..).take(parts.len()).map(|n| Datum::Int(n, *width)).collect()
            }
            other => known(other.elements())?,
        };
        let pairs = parts.into_iter().zip(second).map(|(a, b)| Datum::list(vec![a, b]));
        Ok(Datum::list(pairs.collect()))
    }

    fn joined(&mut self, parts: &[Datum], separator: &str) -> Eval {
        let bytes = |part: &Datum| matches!(part, Datum::Bytes(_) | Datum::List(_));
        if separator.is_empty() && parts.iter().all(bytes) {
            let mut all = Vec::new();
            for part in parts {
                self.pay(part.len().unwrap_or(0))?;
                all.extend(known(part.elements())?);
            }
            return Ok(Datum::list(all));
        }
        let mut text = String::new();
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                text.push_str(separator);
            }
            let part = self.load(part.clone())?;
            self.note_piece(&part);
            text.push_str(&known(part.as_text())?);
            if text.len() > MAX_LENGTH {
                return Err(Stop::GiveUp);
            }
        }
        self.pay(text.len() / 8)?;
        Ok(Datum::text(text))
    }

    /// `collect()`, into what the types say, else into a text where that makes sense.
    pub(super) fn collected(&mut self, parts: Vec<Datum>, generics: &[Type]) -> Eval {
        let mut loaded = Vec::with_capacity(parts.len());
        for part in parts {
            if part == Datum::Nothing {
                return Ok(Datum::Nothing);
            }
            loaded.push(self.load(part)?);
        }
        let mut ty = generics.first().or(self.hint);
        // `Result<Vec<_>, _>`: what is inside.
        while let Some(Type::Path(path)) = ty
            && let Some(last) = path.last()
            && matches!(last.name.as_str(), "Result" | "Option" | "Box" | "Cow")
            && let Some(inner) = last.args.first()
        {
            ty = Some(inner);
        }
        let target = match ty {
            Some(Type::Path(path)) => path.last().map(|segment| segment.name.as_str()),
            _ => None,
        };
        let textual = |part: &Datum| matches!(part, Datum::Text(_) | Datum::Char(_));
        let text = match target {
            Some("String" | "PathBuf" | "str") => true,
            Some("_") | None => loaded.iter().all(textual) && !loaded.is_empty(),
            Some(_) => false,
        };
        if text {
            if loaded.iter().any(|part| matches!(part, Datum::Char(_))) && loaded.len() > 3 {
                self.trail.became_text();
            }
            return self.joined(&loaded, "");
        }
        let list = Datum::list(loaded);
        Ok(match ty {
            Some(ty) => list.coerced(ty),
            None => list,
        })
    }

    fn with_closure(&mut self, name: &str, parts: Vec<Datum>, change: &Datum) -> Eval {
        let mut result = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            self.pay(1)?;
            let given = self.call(change, vec![part.clone()])?;
            let given = self.load(given)?;
            match (name, given) {
                ("map" | "map_while", Datum::Nothing) if name == "map_while" => break,
                ("map" | "map_while", given) => result.push(given),
                ("inspect", _) => result.push(part.clone()),
                ("for_each", _) => {}
                ("filter", Datum::Bool(keep)) => {
                    if keep {
                        result.push(part.clone());
                    } else {
                        self.mark(Disguise::Replaced);
                    }
                }
                ("filter_map", Datum::Nothing) => {}
                ("filter_map", given) => result.push(given),
                ("flat_map", given) => {
                    self.pay(given.len().unwrap_or(0))?;
                    result.extend(known(given.elements())?);
                }
                ("take_while", Datum::Bool(true)) => result.push(part.clone()),
                ("take_while", Datum::Bool(false)) => break,
                ("skip_while", Datum::Bool(true)) => {}
                ("skip_while", Datum::Bool(false)) => {
                    return Ok(Datum::list(parts[at..].to_vec()));
                }
                ("position", Datum::Bool(true)) => return Ok(Datum::size(at)),
                ("find", Datum::Bool(true)) => return Ok(part.clone()),
                ("find_map", given) if given != Datum::Nothing => return Ok(given),
                ("any", Datum::Bool(true)) => return Ok(Datum::Bool(true)),
                ("all", Datum::Bool(false)) => return Ok(Datum::Bool(false)),
                ("position" | "find" | "any", Datum::Bool(false))
                | ("all", Datum::Bool(true))
                | ("find_map", _) => {}
                _ => return Err(Stop::GiveUp),
            }
        }
        Ok(match name {
            "for_each" => Datum::Unit,
            "position" | "find" | "find_map" => Datum::Nothing,
            "any" => Datum::Bool(false),
            "all" => Datum::Bool(true),
            _ => Datum::list(result),
        })
    }
}
