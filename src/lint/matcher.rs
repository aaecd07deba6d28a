//! Whether a fact, a value or an attribute is what a lint asks for.

use regex::Regex;
use rustc_hash::FxHashMap;

use super::spec::{CallMatcher, HiddenMatcher, ManifestMatcher, Step, ValueMatcher};
use crate::facts::value::Value;
use crate::facts::{Argument, Fact};
use crate::lint::load::Lint;
use crate::model::class::{HOLE, SYMBOL};
use crate::model::{Models, expand, path_fits};

/// What matching needs: the models, and every regular expression of the lints compiled once.
pub struct Matching<'a> {
    pub models: &'a Models,
    regexes: FxHashMap<String, Regex>,
}

impl<'a> Matching<'a> {
    /// Expressions that do not compile were refused when the lint was loaded.
    pub fn new(models: &'a Models, lints: &[Lint]) -> Self {
        let mut texts = Vec::new();
        for lint in lints {
            let file = &lint.file;
            file.call.iter().for_each(|call| call_regexes(call, &mut texts));
            file.manifest.iter().for_each(|manifest| manifest_regexes(manifest, &mut texts));
            file.all
                .iter()
                .chain(&file.any)
                .chain(&file.flow)
                .for_each(|step| step_regexes(step, &mut texts));
        }
        models.inventory.iter().for_each(|row| call_regexes(&row.call, &mut texts));
        let regexes =
            texts.into_iter().filter_map(|text| Some((text.clone(), Regex::new(&text).ok()?)));
        Self { models, regexes: regexes.collect() }
    }

    /// Whether the fact fulfils every condition of the matcher.
    pub fn call(&self, matcher: &CallMatcher, fact: &Fact) -> bool {
        let effects =
            matcher.effects.is_empty() || matcher.effects.iter().any(|e| fact.effects.contains(e));
        if !effects || !self.paths(&matcher.paths, fact) || !self.data(matcher, fact) {
            return false;
        }
        let has = |mark: &String| fact.marks.contains(mark.as_str());
        if !matcher.marks.iter().all(has) || matcher.without_marks.iter().any(has) {
            return false;
        }
        let args = matcher.args.iter().all(|(role, wanted)| {
            let mut given = fact.args.iter().filter(|arg| arg.role == *role).peekable();
            match given.peek() {
                None => wanted.optional,
                Some(_) => {
                    let others = || fact.args.iter().filter(|arg| arg.role == *role);
                    let mut also = wanted.also.iter();
                    given.any(|arg| self.argument(wanted, arg))
                        && also.all(|other| others().any(|arg| self.argument(other, arg)))
                }
            }
        });
        args && !matcher.except.iter().any(|except| self.call(except, fact))
    }

    fn paths(&self, wanted: &[String], fact: &Fact) -> bool {
        wanted.is_empty()
            || wanted
                .iter()
                .any(|pattern| fact.steps.iter().any(|step| path_fits(pattern, &step.path)))
    }

    /// The data kinds of a fact: its row's, and those of the places that its arguments name.
    fn data(&self, matcher: &CallMatcher, fact: &Fact) -> bool {
        if matcher.data.is_empty() || matcher.data.iter().any(|kind| fact.data.contains(kind)) {
            return true;
        }
        let classes = self
            .models
            .classes
            .iter()
            .filter(|(_, class)| class.data.iter().any(|kind| matcher.data.contains(kind)));
        let names: Vec<&str> = classes.map(|(name, _)| name.as_str()).collect();
        let texts = fact.args.iter().flat_map(|arg| arg.value.texts());
        texts.into_iter().any(|text| names.iter().any(|name| self.class(name, &text)))
    }

    pub fn argument(&self, wanted: &ValueMatcher, arg: &Argument) -> bool {
        let from = wanted.calls.is_empty()
            || arg.from.as_ref().is_some_and(|from| {
                wanted.calls.iter().flat_map(|pattern| expand(pattern)).any(|p| path_fits(&p, from))
            });
        from && hidden(wanted, arg) && self.value(wanted, &arg.value)
    }

    /// Whether a value fulfils every condition; one of several texts is enough for each.
    pub fn value(&self, wanted: &ValueMatcher, value: &Value) -> bool {
        if wanted.fixed.is_some_and(|fixed| fixed != value.is_fixed()) {
            return false;
        }
        if wanted.bits.is_some_and(|bits| !has_bits(value, u128::from(bits))) {
            return false;
        }
        if !wanted.begins.is_empty() && !begins(value, &wanted.begins) {
            return false;
        }
        if wanted.size.is_some_and(|size| length(value) < size) {
            return false;
        }
        let texts = value.texts();
        let some = |holds: &dyn Fn(&str) -> bool| texts.iter().any(|text| holds(text));
        let in_class = |text: &str| wanted.class.iter().any(|name| self.class(name, text));
        let in_other = |text: &str| wanted.not_class.iter().any(|name| self.class(name, text));
        (wanted.class.is_empty() || some(&in_class))
            && (wanted.not_class.is_empty() || !some(&in_other))
            && (wanted.literal.is_empty() || some(&|text| wanted.literal.iter().any(|l| l == text)))
            && wanted.matches.as_ref().is_none_or(|text| {
                self.regexes.get(text).is_some_and(|regex| some(&|text| regex.is_match(text)))
            })
    }

    /// Whether a text belongs to a class and to none of the classes that it excepts.
    pub fn class(&self, name: &str, text: &str) -> bool {
        let Some(class) = self.models.classes.get(name) else { return false };
        class.holds(text) && !class.except.iter().any(|other| self.class(other, text))
    }
}

fn hidden(wanted: &ValueMatcher, arg: &Argument) -> bool {
    match (&wanted.hidden, &arg.hidden) {
        (None, _) => true,
        (Some(HiddenMatcher::Any(is)), hidden) => *is == hidden.is_some(),
        (Some(HiddenMatcher::How(how)), Some(hidden)) => how.iter().any(|h| hidden.how.contains(h)),
        (Some(HiddenMatcher::How(_)), None) => false,
    }
}

/// Whether the bytes of a value begin with one of these, written in hexadecimal.
fn begins(value: &Value, with: &[String]) -> bool {
    let bytes = match value {
        Value::Bytes(bytes) => bytes,
        Value::Any(values) => return values.iter().any(|value| begins(value, with)),
        _ => return false,
    };
    with.iter().any(|text| {
        data_encoding::HEXLOWER_PERMISSIVE
            .decode(text.as_bytes())
            .is_ok_and(|begin| bytes.starts_with(&begin))
    })
}

fn length(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(parts) => parts.len(),
        Value::Any(values) => values.iter().map(length).max().unwrap_or(0),
        _ => 0,
    }
}

fn has_bits(value: &Value, bits: u128) -> bool {
    match value {
        Value::Integer(number) => number & bits == bits,
        Value::Any(values) => values.iter().any(|value| has_bits(value, bits)),
        _ => false,
    }
}

/// An argument's text for people: `…` for what is unknown.
pub fn readable(text: &str) -> String {
    text.replace(SYMBOL, "").replace(HOLE, "…")
}

fn call_regexes(call: &CallMatcher, texts: &mut Vec<String>) {
    let values = call.args.values().flat_map(|value| [value].into_iter().chain(&value.also));
    texts.extend(values.filter_map(|value| value.matches.clone()));
    call.except.iter().for_each(|except| call_regexes(except, texts));
}

fn manifest_regexes(manifest: &ManifestMatcher, texts: &mut Vec<String>) {
    let values = manifest.value.iter().chain(&manifest.except);
    texts.extend(values.filter_map(|value| value.matches.clone()));
}

fn step_regexes(step: &Step, texts: &mut Vec<String>) {
    step.call.iter().chain(&step.beside).for_each(|call| call_regexes(call, texts));
    step.manifest.iter().for_each(|manifest| manifest_regexes(manifest, texts));
    step.any.iter().for_each(|step| step_regexes(step, texts));
}
