//! The words of conditions, and what `#[cfg(..)]` and dates say.

use super::Meaning;
use crate::facts::value::Value;
use crate::ir::{ExprId, ExprKind, Literal};
use crate::span::Place;
use crate::vocab::Gate;

/// Predicates inside of predicates that are read.
const MAX_CFG: usize = 16;
/// Systems that are told one by one.
const MAX_SYSTEMS: usize = 3;

/// What a condition says of the thing that it asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It is there, or it is so.
    Set,
    Unset,
    Is(String),
    IsNot(String),
    After,
    Before,
    /// It decides in a way that is not followed.
    Depends,
}

impl State {
    pub fn negated(self) -> Self {
        match self {
            Self::Set => Self::Unset,
            Self::Unset => Self::Set,
            Self::Is(text) => Self::IsNot(text),
            Self::IsNot(text) => Self::Is(text),
            Self::After => Self::Before,
            Self::Before => Self::After,
            Self::Depends => Self::Depends,
        }
    }

    pub fn when(self, holds: bool) -> Self {
        if holds { self } else { self.negated() }
    }

    /// Whether the thing is there; `None` when that is not said.
    fn there(&self) -> Option<bool> {
        let no = |text: &str| matches!(text, "0" | "false");
        match self {
            Self::Set => Some(true),
            Self::Unset => Some(false),
            Self::Is(text) => Some(!no(text)),
            Self::IsNot(text) => Some(no(text)),
            Self::After | Self::Before | Self::Depends => None,
        }
    }
}

/// `only when the environment variable …`: a condition in words.
pub fn words(meaning: &Meaning) -> String {
    let Meaning { gate, what, state, .. } = meaning;
    let what = what.as_deref().filter(|what| !what.is_empty() && *what != "…");
    let there = state.there();
    let choose = |yes: String, no: String, depends: String| match there {
        Some(true) => yes,
        Some(false) => no,
        None => depends,
    };
    match (gate, what) {
        (Gate::Ci, None) => choose(
            "only on a build server".to_owned(),
            "not on a build server".to_owned(),
            "depending on whether this is a build server".to_owned(),
        ),
        (Gate::Environment, None) => "depending on the environment".to_owned(),
        (Gate::Environment | Gate::Ci, Some(name)) => {
            compared(&format!("the environment variable `{name}`"), state, true)
        }
        (Gate::HostName, _) => compared("the host name", state, false),
        (Gate::UserName, _) => compared("the name of the user", state, false),
        (Gate::Locale, _) => compared("the language or the region", state, false),
        (Gate::Date, Some(date)) => match state {
            State::After => format!("only after {date}"),
            State::Before => format!("only before {date}"),
            _ => format!("depending on the date ({date})"),
        },
        (Gate::Date, None) => "depending on the date".to_owned(),
        (Gate::Clock, _) => "depending on the clock".to_owned(),
        (Gate::Feature, name) => {
            let name = name.unwrap_or("…");
            choose(
                format!("only with the feature `{name}`"),
                format!("only without the feature `{name}`"),
                format!("depending on the feature `{name}`"),
            )
        }
        (Gate::Target, name) => {
            let name = name.unwrap_or("some targets");
            choose(
                format!("only on {name}"),
                format!("not on {name}"),
                format!("depending on whether this is {name}"),
            )
        }
        (Gate::Configuration, name) => {
            let name = name.unwrap_or("…");
            choose(
                format!("only where `cfg({name})` holds"),
                format!("only where `cfg({name})` does not hold"),
                format!("depending on `cfg({name})`"),
            )
        }
        // A text that is compared, such as a line of a status file, says it either way.
        (Gate::Debugger, _) if matches!(state, State::Is(text) | State::IsNot(text) if text.len() > 5) => {
            "depending on whether a debugger is there".to_owned()
        }
        (Gate::Debugger, _) => choose(
            "only when a debugger is there".to_owned(),
            "only when no debugger is there".to_owned(),
            "depending on whether a debugger is there".to_owned(),
        ),
        (Gate::VirtualMachine, _) => choose(
            "only on a virtual machine".to_owned(),
            "not on a virtual machine".to_owned(),
            "depending on whether this is a virtual machine".to_owned(),
        ),
        (Gate::SecurityProduct | Gate::Process, Some(name)) => choose(
            format!("only when the process `{name}` runs"),
            format!("unless the process `{name}` runs"),
            format!("depending on whether the process `{name}` runs"),
        ),
        (Gate::SecurityProduct, None) => {
            "depending on whether a security product is there".to_owned()
        }
        (Gate::Process, None) => "depending on the processes that run".to_owned(),
        (Gate::File, Some(path)) => choose(
            format!("only when the file `{path}` is there"),
            format!("unless the file `{path}` is there"),
            format!("depending on the file `{path}`"),
        ),
        (Gate::File, None) => "depending on a file".to_owned(),
        (Gate::Argument, _) => "depending on the arguments of the program".to_owned(),
        (Gate::Network, _) => "depending on what comes from the network".to_owned(),
        (Gate::Random, _) => "depending on chance".to_owned(),
    }
}

fn compared(thing: &str, state: &State, can_be_missing: bool) -> String {
    match state {
        State::Set if can_be_missing => format!("only when {thing} is set"),
        State::Unset if can_be_missing => format!("only when {thing} is not set"),
        State::Is(text) => format!("only when {thing} is `{}`", short(text)),
        State::IsNot(text) => format!("unless {thing} is `{}`", short(text)),
        _ => format!("depending on {thing}"),
    }
}

fn short(text: &str) -> String {
    const MAX: usize = 60;
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What stands in `#[cfg(..)]`, taken apart.
pub fn cfg(list: &str, holds: bool, place: Place, found: &mut Vec<Meaning>) {
    let mut rest = list;
    while let Some(part) = predicate(&mut rest, MAX_CFG) {
        part.say(holds, false, place, found);
    }
}

/// A predicate of `#[cfg(..)]`.
enum Predicate {
    Name { name: String, value: Option<String> },
    Of { name: String, parts: Vec<Predicate> },
}

impl Predicate {
    fn say(&self, holds: bool, depends: bool, place: Place, found: &mut Vec<Meaning>) {
        match self {
            Self::Of { name, parts } => {
                let certain = match name.as_str() {
                    "not" => {
                        return parts.iter().for_each(|p| p.say(!holds, depends, place, found));
                    }
                    "all" => holds,
                    _ => !holds,
                };
                let together = (!certain).then(|| systems(parts)).flatten();
                if let Some(what) = together.filter(|_| parts.len() > 1) {
                    let state = if holds { State::Set } else { State::Unset };
                    found.push(Meaning { gate: Gate::Target, what: Some(what), state, place });
                    return;
                }
                let depends = depends || (!certain && parts.len() > 1);
                parts.iter().for_each(|part| part.say(holds, depends, place, found));
            }
            Self::Name { name, value } => {
                let Some((gate, what)) = named(name, value.as_deref()) else { return };
                let state = match (depends, holds) {
                    (true, _) => State::Depends,
                    (false, true) => State::Set,
                    (false, false) => State::Unset,
                };
                found.push(Meaning { gate, what: Some(what), state, place });
            }
        }
    }
}

/// `any(target_os = "linux", windows)`: all of them, as one thing.
fn systems(parts: &[Predicate]) -> Option<String> {
    let names = parts.iter().map(|part| match part {
        Predicate::Name { name, value } => match named(name, value.as_deref())? {
            (Gate::Target, what) => Some(what),
            _ => None,
        },
        Predicate::Of { .. } => None,
    });
    let names: Option<Vec<String>> = names.collect();
    names.map(|names| match names.as_slice() {
        [a, b, _, ..] if names.len() > MAX_SYSTEMS => format!("{a}, {b} or others"),
        names => names.join(" or "),
    })
}

fn named(name: &str, value: Option<&str>) -> Option<(Gate, String)> {
    let system = |name: &str| match name {
        "windows" => "Windows".to_owned(),
        "unix" => "Unix".to_owned(),
        "linux" => "Linux".to_owned(),
        "macos" => "macOS".to_owned(),
        "ios" => "iOS".to_owned(),
        "android" => "Android".to_owned(),
        other => format!("`{other}`"),
    };
    Some(match (name, value) {
        ("test" | "doctest", None) => return None,
        ("feature", Some(feature)) => (Gate::Feature, feature.to_owned()),
        ("windows" | "unix", None) => (Gate::Target, system(name)),
        ("target_os" | "target_family" | "target_vendor" | "target_env", Some(value)) => {
            (Gate::Target, system(value))
        }
        (name, Some(value)) if name.starts_with("target_") => {
            (Gate::Target, format!("`{name} = \"{value}\"`"))
        }
        (name, Some(value)) => (Gate::Configuration, format!("{name} = \"{value}\"")),
        (name, None) => (Gate::Configuration, name.to_owned()),
    })
}

/// Reads one predicate, and the comma behind it.
fn predicate(rest: &mut &str, depth: usize) -> Option<Predicate> {
    let depth = depth.checked_sub(1)?;
    *rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    if end == 0 {
        return None;
    }
    let name = rest[..end].to_owned();
    *rest = rest[end..].trim_start();
    if let Some(inside) = rest.strip_prefix('(') {
        *rest = inside;
        let mut parts = Vec::new();
        while let Some(part) = predicate(rest, depth) {
            parts.push(part);
        }
        *rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        *rest = rest.strip_prefix(')').unwrap_or(rest);
        return Some(Predicate::Of { name, parts });
    }
    let mut value = None;
    if let Some(after) = rest.strip_prefix('=') {
        let after = after.trim_start();
        let text = after.strip_prefix('"').unwrap_or(after);
        let end = text.find('"').unwrap_or(text.len());
        value = Some(text[..end].to_owned());
        *rest = text.get(end + 1..).unwrap_or("");
    }
    Some(Predicate::Name { name, value })
}

/// A fixed date that an expression names, as `2026-03-01`.
pub fn fixed_date(
    kind: &ExprKind,
    value: &Value,
    value_of: impl Fn(ExprId) -> Value,
) -> Option<String> {
    let number = |value: &Value| match value {
        Value::Integer(number) => i64::try_from(*number).ok(),
        _ => None,
    };
    if let ExprKind::Call { args, .. } | ExprKind::MethodCall { args, .. } = kind
        && let [year, month, day, ..] = args.as_slice()
        && let (Some(year), Some(month), Some(day)) =
            (number(&value_of(*year)), number(&value_of(*month)), number(&value_of(*day)))
        && (2000..2200).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
    {
        return Some(format!("{year:04}-{month:02}-{day:02}"));
    }
    match (kind, value) {
        (ExprKind::Literal(Literal::Text(text)), _) => date_text(text),
        (_, value) => since_epoch(number(value)?),
    }
}

/// Seconds or milliseconds since 1970, when they are of our time.
fn since_epoch(number: i64) -> Option<String> {
    let seconds = match number {
        1_262_304_000..=4_102_444_800 => number,
        1_262_304_000_000..=4_102_444_800_000 => number / 1_000,
        _ => return None,
    };
    // Howard Hinnant's `civil_from_days`.
    let days = seconds / 86_400 + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// The date that a text begins with.
fn date_text(text: &str) -> Option<String> {
    let date = text.get(..10)?;
    let fits = date.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    (fits && date.starts_with("20")).then(|| date.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{FileId, Span};

    fn said(list: &str) -> Vec<String> {
        let mut found = Vec::new();
        cfg(list, true, Place { file: FileId(0), span: Span::default() }, &mut found);
        found.iter().map(words).collect()
    }

    #[test]
    fn build_time_conditions_are_taken_apart() {
        assert_eq!(
            said("all (unix , not (target_os = \"macos\") , feature = \"x\")"),
            ["only on Unix", "not on macOS", "only with the feature `x`"]
        );
        assert_eq!(said("any (target_os = \"linux\" , windows)"), ["only on Linux or Windows"]);
        assert_eq!(said("not (any (windows , unix))"), ["not on Windows", "not on Unix"]);
        assert_eq!(
            said("any (feature = \"a\" , unix)"),
            ["depending on the feature `a`", "depending on whether this is Unix"]
        );
        assert_eq!(said("test"), [""; 0]);
        assert_eq!(said("debug_assertions"), ["only where `cfg(debug_assertions)` holds"]);
        assert_eq!(said("((((, = \"").len(), 0);
    }

    #[test]
    fn numbers_and_texts_are_dates_of_our_time() {
        assert_eq!(since_epoch(1_772_323_200).as_deref(), Some("2026-03-01"));
        assert_eq!(since_epoch(1_772_323_200_000).as_deref(), Some("2026-03-01"));
        assert_eq!(since_epoch(86_400), None);
        assert_eq!(date_text("2026-03-01T00:00:00Z").as_deref(), Some("2026-03-01"));
        assert_eq!(date_text("2026/03/01"), None);
    }
}
