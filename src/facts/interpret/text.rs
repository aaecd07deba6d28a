//! Methods of texts.

use std::rc::Rc;

use super::datum::{MAX_LENGTH, Width};
use super::{Datum, Eval, Machine, Stop, known};
use crate::ir::Type;
use crate::vocab::Disguise;

/// A text times what is put into it, at most.
const MAX_REPLACED: usize = 1 << 20;

impl Machine<'_, '_, '_> {
    /// A method of a text; `None` when it is none, or one of its characters.
    pub(super) fn text_method(
        &mut self,
        name: &str,
        text: &str,
        args: &[Datum],
        generics: &[Type],
    ) -> Eval<Option<Datum>> {
        self.pay(text.len() / 8)?;
        let whole = |text: &str| Ok(Some(Datum::text(text)));
        let list = |parts: Vec<Datum>| Ok(Some(Datum::list(parts)));
        let texts =
            |parts: Vec<&str>| Ok(Some(Datum::list(parts.into_iter().map(Datum::text).collect())));
        Ok(Some(match (name, args) {
            ("as_bytes" | "into_bytes" | "to_bytes" | "into_boxed_bytes", []) => {
                Datum::bytes(text.as_bytes().to_vec())
            }
            ("bytes", []) => Datum::list(text.bytes().map(Datum::byte).collect()),
            ("to_bytes_with_nul" | "as_bytes_with_nul", []) => {
                Datum::bytes(text.bytes().chain([0]).collect())
            }
            ("chars", []) => Datum::list(text.chars().map(Datum::Char).collect()),
            ("char_indices", []) => {
                let pair = |(at, c)| Datum::list(vec![Datum::size(at), Datum::Char(c)]);
                Datum::list(text.char_indices().map(pair).collect())
            }
            ("encode_utf16", []) => {
                let width = Width { bits: 16, signed: false };
                let unit = |unit| Datum::Int(i128::from(unit), width);
                Datum::list(text.encode_utf16().map(unit).collect())
            }
            ("is_empty", []) => Datum::Bool(text.is_empty()),
            ("len", []) => Datum::size(text.len()),
            ("is_ascii", []) => Datum::Bool(text.is_ascii()),
            ("trim", []) => return whole(text.trim()),
            ("trim_start" | "trim_left", []) => return whole(text.trim_start()),
            ("trim_end" | "trim_right", []) => return whole(text.trim_end()),
            ("to_lowercase" | "to_ascii_lowercase", []) => Datum::text(text.to_lowercase()),
            ("to_uppercase" | "to_ascii_uppercase", []) => Datum::text(text.to_uppercase()),
            ("lines", []) => return texts(text.lines().collect()),
            ("split_whitespace" | "split_ascii_whitespace", []) => {
                return texts(text.split_whitespace().collect());
            }
            ("repeat", [times]) => {
                let times = known(times.as_size())?;
                if text.len().saturating_mul(times) > MAX_LENGTH {
                    return Err(Stop::GiveUp);
                }
                Datum::text(text.repeat(times))
            }
            ("replace" | "replacen", [from, to, rest @ ..]) => {
                let (patterns, to) = (self.patterns(from)?, known(to.as_text())?);
                if patterns.iter().any(|p| p.chars().count() == 1) {
                    self.mark(Disguise::Replaced);
                }
                let times = match rest {
                    [times] => known(times.as_size())?,
                    _ => usize::MAX,
                };
                if text.len().saturating_mul(to.len()) > MAX_REPLACED {
                    return Err(Stop::GiveUp);
                }
                let mut result = text.to_owned();
                for pattern in patterns.iter().filter(|pattern| !pattern.is_empty()) {
                    result = result.replacen(pattern.as_str(), &to, times);
                    if result.len() > MAX_LENGTH {
                        return Err(Stop::GiveUp);
                    }
                }
                Datum::text(result)
            }
            ("contains", [part]) => {
                Datum::Bool(self.patterns(part)?.iter().any(|p| text.contains(p.as_str())))
            }
            ("starts_with", [part]) => {
                Datum::Bool(self.patterns(part)?.iter().any(|p| text.starts_with(p.as_str())))
            }
            ("ends_with", [part]) => {
                Datum::Bool(self.patterns(part)?.iter().any(|p| text.ends_with(p.as_str())))
            }
            ("eq_ignore_ascii_case", [other]) => {
                Datum::Bool(text.eq_ignore_ascii_case(&known(other.as_text())?))
            }
            ("find" | "rfind", [part]) if !matches!(part, Datum::Closure(..)) => {
                let patterns = self.patterns(part)?;
                let found = if name == "find" {
                    patterns.iter().filter_map(|p| text.find(p.as_str())).min()
                } else {
                    patterns.iter().filter_map(|p| text.rfind(p.as_str())).max()
                };
                found.map_or(Datum::Nothing, Datum::size)
            }
            ("strip_prefix", [part]) => self.stripped(text, part, true)?,
            ("strip_suffix", [part]) => self.stripped(text, part, false)?,
            ("trim_matches" | "trim_start_matches" | "trim_end_matches", [part])
                if !matches!(part, Datum::Closure(..)) =>
            {
                let patterns = self.patterns(part)?;
                let mut rest = text;
                for pattern in patterns.iter().filter(|pattern| !pattern.is_empty()) {
                    if name != "trim_end_matches" {
                        rest = rest.trim_start_matches(pattern.as_str());
                    }
                    if name != "trim_start_matches" {
                        rest = rest.trim_end_matches(pattern.as_str());
                    }
                }
                Datum::text(rest)
            }
            ("split" | "split_terminator" | "rsplit", [part])
                if !matches!(part, Datum::Closure(..)) =>
            {
                let mut parts = self.split(text, part)?;
                if name == "split_terminator" {
                    parts.pop_if(|last| last.len() == Some(0));
                }
                if name == "rsplit" {
                    parts.reverse();
                }
                return list(parts);
            }
            ("splitn", [times, part]) => {
                let (times, pattern) = (known(times.as_size())?, known(part.as_text())?);
                return texts(text.splitn(times, pattern.as_str()).collect());
            }
            ("split_once" | "rsplit_once", [part]) => {
                let pattern = known(part.as_text())?;
                let halves = match name {
                    "split_once" => text.split_once(pattern.as_str()),
                    _ => text.rsplit_once(pattern.as_str()),
                };
                match halves {
                    Some((a, b)) => return texts(vec![a, b]),
                    None => Datum::Nothing,
                }
            }
            ("split_at", [at]) => match text.split_at_checked(known(at.as_size())?) {
                Some((a, b)) => return texts(vec![a, b]),
                None => return Err(Stop::GiveUp),
            },
            ("parse", []) => {
                let Some(ty) = generics.first().or(self.hint) else { return whole(text) };
                let Type::Path(path) = ty else { return whole(text) };
                let name = path.last().map_or("", |segment| segment.name.as_str());
                match Width::named(name) {
                    Some(width) => {
                        text.parse().map_or(Datum::Nothing, |number| Datum::Int(number, width))
                    }
                    None if matches!(name, "f32" | "f64") => return Err(Stop::GiveUp),
                    None => return whole(text),
                }
            }
            ("cmp", _) => return Err(Stop::GiveUp),
            _ => return Ok(None),
        }))
    }

    /// The texts that a pattern stands for: a text, a character, several characters.
    fn patterns(&mut self, pattern: &Datum) -> Eval<Vec<String>> {
        match pattern {
            Datum::List(parts) => parts.iter().map(|part| known(part.as_text())).collect(),
            Datum::Closure(..) => Err(Stop::GiveUp),
            other => Ok(vec![known(other.as_text())?]),
        }
    }

    fn split(&mut self, text: &str, pattern: &Datum) -> Eval<Vec<Datum>> {
        Ok(match pattern {
            Datum::List(_) => {
                let any = self.patterns(pattern)?.concat();
                text.split(|c| any.contains(c)).map(Datum::text).collect()
            }
            other => {
                let pattern = known(other.as_text())?;
                text.split(pattern.as_str()).map(Datum::text).collect()
            }
        })
    }

    fn stripped(&mut self, text: &str, part: &Datum, start: bool) -> Eval {
        let pattern = known(part.as_text())?;
        let rest = if start {
            text.strip_prefix(pattern.as_str())
        } else {
            text.strip_suffix(pattern.as_str())
        };
        Ok(rest.map_or(Datum::Nothing, Datum::text))
    }
}

/// Puts a character or a text at the end.
pub(super) fn push(text: &mut Rc<String>, part: &Datum) -> Eval<()> {
    match part {
        Datum::Char(c) => Rc::make_mut(text).push(*c),
        other => Rc::make_mut(text).push_str(&known(other.as_text())?),
    }
    if text.len() > MAX_LENGTH { Err(Stop::GiveUp) } else { Ok(()) }
}
