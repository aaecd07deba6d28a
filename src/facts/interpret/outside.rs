//! Functions and macros from outside of the scan.

use super::datum::Width;
use super::{Datum, Eval, Machine, NESTING, Stop, decode, known};
use crate::facts::value::{self, Value};
use crate::ir::MacroCall;
use crate::vocab::Disguise;

/// Whether a function is worth a look when its arguments are known.
pub fn knows(path: &str) -> bool {
    let (owner, name) = path.rsplit_once("::").unwrap_or(("", path));
    let owner = owner.rsplit("::").next().unwrap_or(owner);
    match owner {
        "String" => matches!(
            name,
            "from_utf8"
                | "from_utf8_lossy"
                | "from_utf8_unchecked"
                | "from_iter"
                | "from_utf16"
                | "from_utf16_lossy"
                | "from_utf8_lossy_owned"
        ),
        "str" => matches!(name, "from_utf8" | "from_utf8_unchecked"),
        "CStr" | "CString" => matches!(
            name,
            "from_bytes_with_nul"
                | "from_bytes_until_nul"
                | "from_bytes_with_nul_unchecked"
                | "from_vec_unchecked"
        ),
        "char" => matches!(name, "from" | "from_u32" | "from_digit" | "from_u32_unchecked"),
        "iter" => matches!(name, "repeat" | "once" | "zip"),
        "Vec" => matches!(name, "from_iter"),
        "LazyLock" | "LazyCell" | "Lazy" => name == "new",
        _ => Width::named(owner).is_some(),
    }
}

impl<'a> Machine<'_, 'a, '_> {
    pub(super) fn call_outside(&mut self, path: &str, args: Vec<Datum>) -> Eval {
        if let Some(kind) = self.cx.models.call(path).and_then(|row| row.decodes.as_deref()) {
            return self.decoded(path, kind, args);
        }
        let mut loaded = Vec::with_capacity(args.len());
        for arg in args {
            loaded.push(self.load(arg)?);
        }
        let (owner, name) = path.rsplit_once("::").unwrap_or(("", path));
        let owner = owner.rsplit("::").next().unwrap_or(owner);
        if let [only] = loaded.as_slice() {
            self.pay(only.len().unwrap_or(0) / 8)?;
        }
        match (owner, name, loaded.as_slice()) {
            ("String", "new", []) | ("String", "with_capacity", [_]) => Ok(Datum::text("")),
            ("String", "default", []) => Ok(Datum::text("")),
            ("Vec" | "VecDeque", "new" | "default", [])
            | ("Vec" | "VecDeque", "with_capacity", [_]) => Ok(Datum::list(Vec::new())),
            ("String" | "str", "from_utf8" | "from_utf8_unchecked", [bytes]) => {
                let text = String::from_utf8(known(bytes.as_bytes())?);
                self.trail.became_text();
                Ok(text.map_or(Datum::Nothing, Datum::text))
            }
            ("String", "from_utf8_lossy" | "from_utf8_lossy_owned", [bytes]) => {
                let bytes = known(bytes.as_bytes())?;
                self.trail.became_text();
                Ok(Datum::text(String::from_utf8_lossy(&bytes)))
            }
            ("String", "from_utf16" | "from_utf16_lossy", [units]) => {
                let units = known(units.elements())?;
                let unit = |unit: &Datum| unit.as_int().and_then(|n| u16::try_from(n).ok());
                let units: Vec<u16> = known(units.iter().map(unit).collect::<Option<_>>())?;
                self.trail.became_text();
                Ok(String::from_utf16(&units).map_or(Datum::Nothing, Datum::text))
            }
            ("CStr" | "CString", _, [bytes]) if name.starts_with("from_") => {
                let bytes = known(bytes.as_bytes())?;
                let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
                self.trail.became_text();
                let text = String::from_utf8(bytes.get(..end).unwrap_or_default().to_vec());
                Ok(text.map_or(Datum::Nothing, Datum::text))
            }
            ("String", "from_iter", [parts]) => {
                let parts = known(parts.elements())?;
                let mut text = String::new();
                for part in &parts {
                    text.push_str(&known(part.as_text())?);
                }
                self.trail.became_text();
                Ok(Datum::text(text))
            }
            ("Vec", "from_iter", [parts]) => known(parts.elements()).map(Datum::list),
            ("char", "from" | "from_u32" | "from_u32_unchecked", [Datum::Int(number, _)]) => {
                self.trail.became_text();
                let c = u32::try_from(*number).ok().and_then(char::from_u32);
                Ok(c.map_or(Datum::Nothing, Datum::Char))
            }
            ("char", "from_digit", [digit, radix]) => {
                let size = |datum: &Datum| datum.as_size().and_then(|n| u32::try_from(n).ok());
                let radix = known(size(radix).filter(|radix| (2..=36).contains(radix)))?;
                let c = char::from_digit(known(size(digit))?, radix);
                Ok(c.map_or(Datum::Nothing, Datum::Char))
            }
            (_, "from_str_radix", [text, radix]) => {
                let width = known(Width::named(owner))?;
                let radix = known(radix.as_size().and_then(|n| u32::try_from(n).ok()))?;
                let radix = known(Some(radix).filter(|radix| (2..=36).contains(radix)))?;
                if radix == 16 {
                    self.mark(Disguise::Hex);
                }
                let number = i128::from_str_radix(&known(text.as_text())?, radix);
                Ok(number.map_or(Datum::Nothing, |number| Datum::Int(number, width)))
            }
            (_, "from_le_bytes" | "from_be_bytes" | "from_ne_bytes", [bytes]) => {
                let width = known(Width::named(owner))?;
                let mut bytes = known(bytes.as_bytes())?;
                if bytes.len() > 8 {
                    return Err(Stop::GiveUp);
                }
                if name == "from_be_bytes" {
                    bytes.reverse();
                }
                let number = bytes.iter().rev().fold(0i128, |n, byte| n << 8 | i128::from(*byte));
                Ok(Datum::Int(width.wrap(number), width))
            }
            ("iter", "repeat", [part]) => Ok(Datum::Cycle(vec![part.clone()].into())),
            ("iter", "once", [part])
                if matches!(part, Datum::Int(..) | Datum::Char(_) | Datum::Text(_)) =>
            {
                Ok(Datum::list(vec![part.clone()]))
            }
            ("iter", "zip", [first, second]) => {
                let (first, second) = (first.clone(), second.clone());
                self.method("zip", first, vec![second], &[])
            }
            ("iter", "empty", []) => Ok(Datum::list(Vec::new())),
            ("LazyLock" | "LazyCell" | "Lazy", "new", [run @ Datum::Closure(..)]) => {
                let run = run.clone();
                self.call(&run, Vec::new())
            }
            ("mem", "take", _) | ("mem", "swap", _) | ("mem", "replace", _) => Err(Stop::GiveUp),
            (_, "Some" | "Ok", [only]) => Ok(only.clone()),
            (_, "Err", [_]) => Ok(Datum::Nothing),
            (_, "black_box" | "identity" | "to_owned" | "to_string" | "clone", [only])
                if !only.eq(&Datum::Unknown) =>
            {
                Ok(only.clone())
            }
            (
                "String" | "Box" | "Rc" | "Arc" | "Cow" | "Vec" | "VecDeque" | "Wrapping" | "Cell"
                | "RefCell" | "Mutex" | "PathBuf" | "OsString" | "num",
                "from" | "new" | "Borrowed" | "Owned" | "from_str" | "Wrapping",
                [only],
            ) => Ok(only.clone()),
            (_, "from" | "try_from", [only]) if Width::named(owner).is_some() => {
                let width = Width::named(owner).unwrap_or_default();
                match only {
                    Datum::Int(number, _) => Ok(Datum::Int(width.wrap(*number), width)),
                    Datum::Char(c) => Ok(Datum::Int(*c as i128, width)),
                    Datum::Bool(boolean) => Ok(Datum::Int(i128::from(*boolean), width)),
                    _ => Err(Stop::GiveUp),
                }
            }
            (_, _, [first, rest @ ..])
                if Width::named(owner).is_some() || matches!(owner, "char" | "str" | "slice") =>
            {
                let (mut first, rest) = (first.clone(), rest.to_vec());
                if let (Datum::Int(number, _), Some(width)) = (&first, Width::named(owner)) {
                    first = Datum::Int(width.wrap(*number), width);
                }
                self.method(name, first, rest, &[])
            }
            _ => {
                // A thing from outside of the scan that has methods which models know.
                let (whole, _) = path.rsplit_once("::").unwrap_or((path, ""));
                if self.cx.models.is_type(whole) {
                    return Ok(Datum::External(whole.into()));
                }
                Err(Stop::GiveUp)
            }
        }
    }

    /// A decoder that a model names. It reads the first argument that is a text or bytes, and
    /// gives the plain bytes or puts them into a buffer.
    pub(super) fn decoded(&mut self, path: &str, kind: &str, args: Vec<Datum>) -> Eval {
        let mut input = None;
        let mut buffer = None;
        for arg in args {
            if let Datum::Place(place) = &arg {
                buffer = buffer.or(Some(place.clone()));
            }
            if input.is_none() {
                // What is no text, such as an engine, has no bytes.
                let held = self.load(arg).ok();
                input = held.and_then(|datum| match datum {
                    Datum::Text(_) | Datum::Bytes(_) | Datum::List(_) => datum.as_bytes(),
                    _ => None,
                });
            }
        }
        let input = known(input)?;
        self.pay(input.len())?;
        let plain = known(decode::decode(kind, &input))?;
        if let Ok(disguise) = kind.parse::<Disguise>() {
            self.mark(disguise);
        }
        let fills = self.cx.models.call(path).is_some_and(|row| !row.fills.is_empty());
        let datum = match kind {
            "plain" | "sealed" | "percent" | "rot13" => match String::from_utf8(plain) {
                Ok(text) => Datum::text(text),
                Err(error) => Datum::bytes(error.into_bytes()),
            },
            _ => Datum::bytes(plain),
        };
        self.decoded = Some(datum.clone());
        if fills && let Some(place) = buffer {
            self.change(&place, |slot| {
                *slot = datum.clone();
                Ok(())
            })?;
        }
        Ok(datum)
    }

    pub(super) fn macro_expr(&mut self, call: &'a MacroCall) -> Eval {
        let name = known(call.path.last())?.name.as_str();
        let hint = self.hint.take();
        let result = self.macro_call(name, call);
        self.hint = hint;
        result
    }

    fn macro_call(&mut self, name: &str, call: &'a MacroCall) -> Eval {
        match name {
            "println" | "print" | "eprintln" | "eprint" | "assert" | "assert_eq" | "assert_ne"
            | "debug_assert" | "debug_assert_eq" | "trace" | "debug" | "info" | "warn" => {
                return Ok(Datum::Unit);
            }
            "format" | "format_args" | "concat" | "vec" | "dbg" | "c" | "cstr" | "s" | "w"
            | "matches" => {}
            _ => {
                let path = known(self.pass.external_macro(&call.path, name))?;
                let args = call.args.iter().map(|arg| self.value(arg.value));
                let args = args.collect::<Eval<Vec<_>>>()?;
                return match self.cx.models.call(&path).and_then(|row| row.decodes.as_deref()) {
                    Some(kind) => self.decoded(&path, kind, args),
                    None => Err(Stop::GiveUp),
                };
            }
        }
        if name == "matches" {
            return Err(Stop::GiveUp);
        }
        let mut positional = Vec::new();
        let mut named = Vec::new();
        for arg in &call.args {
            let datum = self.value(arg.value)?;
            match &arg.name {
                Some(name) => named.push((name.as_str(), datum)),
                None => positional.push(datum),
            }
        }
        if name == "vec" {
            self.pay(NESTING)?;
            if let ([value], [(";", length)]) = (positional.as_slice(), named.as_slice()) {
                return self.repeated(value.clone(), length);
            }
            return if named.is_empty() { Ok(Datum::list(positional)) } else { Err(Stop::GiveUp) };
        }
        let values: Vec<Value> = positional.iter().map(Datum::to_value).collect();
        let value = match name {
            "concat" => value::concat(values.iter()),
            "format" | "format_args" => {
                let Some((Value::Text(template), rest)) = values.split_first() else {
                    return Err(Stop::GiveUp);
                };
                value::format(template, rest, |name| {
                    let found = named.iter().find(|(known, _)| *known == name);
                    found.map(|(_, datum)| datum.to_value()).unwrap_or_default()
                })
            }
            _ => values.into_iter().next().unwrap_or_default(),
        };
        known(Datum::from_value(&value))
    }
}
