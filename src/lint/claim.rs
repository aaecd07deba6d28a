//! What the engine hands over: a lint at a place with its witness, before wording,
//! configuration and disclosure.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::load::Lint;
use super::matcher::readable;
use crate::disclosure::Bounds;
use crate::facts::Fact;
use crate::span::Place;
use crate::vocab::{Confidence, Role, TargetKind};

/// A claim in the making.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The index of the lint in the run's list.
    pub lint: usize,
    pub primary: (Place, String),
    pub labels: Vec<(Place, String)>,
    pub values: BTreeMap<String, String>,
    pub confidence: Confidence,
    pub target: TargetKind,
    pub target_name: SmolStr,
    /// When it runs, in words.
    pub trigger: String,
    /// The conditions that it stands behind, at their places.
    pub conditions: Vec<(Place, String)>,
    /// The path of the item that it stands in, for the fingerprint.
    pub owner: SmolStr,
    /// A sentence that belongs to this claim alone.
    pub note: Option<String>,
    pub proof: Proof,
    /// The data that it is about, and where it goes.
    pub bounds: Bounds,
}

/// How well a claim is founded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// By what its steps are, and by the flow between them.
    #[default]
    Proven,
    /// Some step of the flow is only supposed.
    Supposed,
    /// The steps only stand near to each other, where the lint also knows a flow.
    Near,
}

/// The mark of calls into a crate that is made for one service.
const SDK: &str = "telemetry-sdk";

/// The values of facts that words may name, the first of each kind.
pub fn values<'f>(facts: impl IntoIterator<Item = &'f Fact>) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for fact in facts {
        for arg in &fact.args {
            let texts = arg.value.texts();
            let Some(text) = texts.first() else { continue };
            let word = arg.role.word().to_owned();
            match arg.role {
                // A command is told by all of its arguments.
                Role::Argument => {
                    let all = values.entry(word).or_insert_with(String::new);
                    for text in &texts {
                        if !all.is_empty() {
                            all.push(' ');
                        }
                        all.push_str(&readable(text));
                    }
                }
                _ => {
                    values.entry(word).or_insert_with(|| readable(text));
                }
            }
        }
        let mut name = |key: &str, text: String| {
            values.entry(key.to_owned()).or_insert(text);
        };
        if fact.marks.contains(SDK)
            && let Some((krate, _)) = fact.steps.first().and_then(|step| step.path.split_once("::"))
        {
            name("sdk", krate.to_owned());
            name("destination", format!("the service behind `{krate}`"));
        }
        if let Some(step) = fact.steps.first() {
            name("callee", step.path.trim_start_matches("_::").to_owned());
        }
        if let Some(effect) = fact.effects.first() {
            name("effect", effect.word().to_owned());
        }
        if let Some(data) = fact.data.first() {
            name("data", data.word().to_owned());
        }
    }
    let url = values.get("url").or_else(|| values.get("host")).cloned();
    if let Some(host) = url.as_deref().and_then(crate::model::class::host_of) {
        values.insert("destination".to_owned(), host.clone());
        values.insert("host".to_owned(), host);
    }
    values
}

/// Puts values in the place of `{name}`; what is not known is said in general words.
pub fn fill(template: &str, values: &BTreeMap<String, String>) -> String {
    const MAX_VALUE: usize = 120;
    let mut text = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else { break };
        text.push_str(&rest[..open]);
        let name = &rest[open + 1..open + length];
        // `\u{202e}` and code are not placeholders.
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
            text.push_str(&rest[open..=open + length]);
            rest = &rest[open + length + 1..];
            continue;
        }
        match values.get(name) {
            Some(value) if value.chars().count() > MAX_VALUE => {
                text.extend(value.chars().take(MAX_VALUE));
                text.push('…');
            }
            Some(value) => text.push_str(value),
            None => text.push_str(general(name)),
        }
        rest = &rest[open + length + 1..];
    }
    text.push_str(rest);
    text
}

fn general(name: &str) -> &'static str {
    match name {
        "url" | "host" | "destination" => "a destination chosen at run time",
        "program" => "a program chosen at run time",
        "path" => "a path chosen at run time",
        "argument" => "arguments chosen at run time",
        "variable" => "a variable chosen at run time",
        "callee" => "a function",
        "data" => "data",
        "library" => "a library chosen at run time",
        _ => "…",
    }
}

/// The label of a fact: the lint's own words, or what is called.
pub fn label(words: Option<&str>, fact: &Fact) -> String {
    match words {
        Some(words) => fill(words, &values([fact])),
        None => {
            let here = fact.steps.iter().find(|step| step.span == fact.place.span);
            let path = here.or(fact.steps.first()).map_or("this", |step| step.path.as_str());
            format!("calls `{}`", path.trim_start_matches("_::"))
        }
    }
}

/// The later calls of a fact that change what it does, as labels.
pub fn later_steps(fact: &Fact) -> Vec<(Place, String)> {
    let mut labels = Vec::new();
    labels.extend(fact.via.map(|via| (via, "with what is handed in here".to_owned())));
    if let [_, .., last] = fact.steps.as_slice() {
        let place = Place { file: fact.place.file, span: last.span };
        let name = last.path.rsplit("::").next().unwrap_or(&last.path);
        labels.push((place, format!("… up to `{name}` here")));
    }
    labels
}

/// Where the hidden texts of a fact stand, and what they turn out to be.
pub fn disclosed(fact: &Fact) -> Vec<(Place, String)> {
    const MAX_SHOWN: usize = 80;
    let told = fact.args.iter().filter_map(|arg| {
        let hidden = arg.hidden.as_ref()?;
        let how: Vec<&str> = hidden.how.iter().map(|how| how.told()).collect();
        let texts = arg.value.texts();
        let what = match texts.first() {
            Some(text) if text.chars().count() > MAX_SHOWN => {
                format!("`{}…`", readable(&text.chars().take(MAX_SHOWN).collect::<String>()))
            }
            Some(text) => format!("`{}`", readable(text)),
            None => "bytes that are no text".to_owned(),
        };
        Some((hidden.literal?, format!("decodes to {what} ({})", how.join(", "))))
    });
    told.collect()
}

/// Whether the lint looks at what this fact tells, in a crate of this kind.
pub fn fact_in_place(lint: &Lint, kind: TargetKind, fact: &Fact, before_main: bool) -> bool {
    // What a macro writes does not run where the macro is expanded.
    let kind = match kind {
        TargetKind::ProcMacro | TargetKind::BuildScript if fact.quoted => TargetKind::Lib,
        kind => kind,
    };
    in_place(lint, kind, fact.test, before_main)
}

/// Whether the lint looks at code of this kind at all.
pub fn in_place(lint: &Lint, kind: TargetKind, test: bool, before_main: bool) -> bool {
    let place = &lint.file.place;
    if (test || kind.is_test_like()) && !place.tests && !place.kinds.contains(&kind) {
        return false;
    }
    place.kinds.is_empty() || place.kinds.contains(&kind) || (place.before_main && before_main)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_other_braces_stay() {
        let values = BTreeMap::from([("host".to_owned(), "a.example.org".to_owned())]);
        assert_eq!(
            fill("to {host}, `\\u{202e}`, {path}", &values),
            "to a.example.org, `\\u{202e}`, a path chosen at run time"
        );
        assert_eq!(fill("open { brace", &values), "open { brace");
    }
}
