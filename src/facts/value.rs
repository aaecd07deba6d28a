//! What is known of a value without running anything.
//!
//! A text is known in pieces: unknown parts are holes, so that the host of
//! `format!("https://example.org/{id}")` is known although the path is not. Values are bounded
//! in size; what exceeds the bound is unknown.

use std::sync::Arc;

use crate::model::class::{HOLE, SYMBOL};

/// Bytes of text, and elements of a list, that a value holds at most.
const MAX_TEXT: usize = 64 * 1024;
const MAX_LIST: usize = 4_096;
/// Alternatives that a value keeps at most.
const MAX_ANY: usize = 16;

#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    #[default]
    Unknown,
    /// Text with [`HOLE`]s.
    Text(Arc<str>),
    Bytes(Arc<[u8]>),
    Integer(u128),
    Char(char),
    Bool(bool),
    List(Arc<[Value]>),
    /// One of these, depending on a condition.
    Any(Arc<[Value]>),
}

impl Value {
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.len() > MAX_TEXT {
            return Self::Unknown;
        }
        Self::Text(text.into())
    }

    /// Something of a known kind, such as the home folder.
    pub fn symbol(text: &str) -> Self {
        Self::text(format!("{SYMBOL}{text}"))
    }

    pub fn list(parts: Vec<Value>) -> Self {
        if parts.len() > MAX_LIST {
            return Self::Unknown;
        }
        Self::List(parts.into())
    }

    /// One of several; unknown when there are too many to be of use.
    pub fn any(values: impl IntoIterator<Item = Value>) -> Self {
        let mut known: Vec<Value> = Vec::new();
        for value in values {
            if !known.contains(&value) {
                known.push(value);
            }
            if known.len() > MAX_ANY {
                return Self::Unknown;
            }
        }
        match known.len() {
            0 => Self::Unknown,
            1 => known.remove(0),
            _ if known.iter().all(|value| *value == Self::Unknown) => Self::Unknown,
            _ => Self::Any(known.into()),
        }
    }

    /// The value as text with holes; a hole alone when nothing is known.
    pub fn as_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.to_string()),
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Self::Integer(number) => Some(number.to_string()),
            Self::Char(c) => Some(c.to_string()),
            Self::Bool(boolean) => Some(boolean.to_string()),
            Self::Unknown | Self::List(_) | Self::Any(_) => None,
        }
    }

    /// Every text in the value: itself, or those of a list or of the alternatives.
    pub fn texts(&self) -> Vec<String> {
        match self {
            Self::List(parts) | Self::Any(parts) => parts.iter().flat_map(Value::texts).collect(),
            other => other.as_text().into_iter().collect(),
        }
    }

    /// Whether nothing of it is unknown.
    pub fn is_fixed(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::Text(text) => !text.contains([HOLE, SYMBOL]),
            Self::List(parts) | Self::Any(parts) => parts.iter().all(Value::is_fixed),
            _ => true,
        }
    }

    /// As text in a larger one: a hole when it is unknown.
    pub fn piece(&self) -> String {
        self.as_text().unwrap_or_else(|| HOLE.to_string())
    }
}

/// The pieces after one another, neighbouring holes joined.
pub fn concat<'a>(parts: impl IntoIterator<Item = &'a Value>) -> Value {
    let parts: Vec<&Value> = parts.into_iter().collect();
    // One part that is one of several makes the whole one of several.
    if let Some(at) = parts.iter().position(|part| matches!(part, Value::Any(_)))
        && let Value::Any(choices) = parts[at]
    {
        return Value::any(choices.iter().map(|choice| {
            let mut chosen = parts.clone();
            chosen[at] = choice;
            let chosen = chosen
                .iter()
                .map(|part| if matches!(part, Value::Any(_)) { &UNKNOWN } else { *part });
            concat(chosen.collect::<Vec<_>>())
        }));
    }
    let mut text = String::new();
    for part in parts {
        let piece = part.piece();
        if piece.starts_with(HOLE) && text.ends_with(HOLE) {
            text.push_str(&piece[1..]);
        } else {
            text.push_str(&piece);
        }
        if text.len() > MAX_TEXT {
            return Value::Unknown;
        }
    }
    known(text)
}

static UNKNOWN: Value = Value::Unknown;

/// A path with one more part: an absolute part replaces what came before.
pub fn join(base: &Value, part: &Value) -> Value {
    match (base, part) {
        (_, Value::Any(choices)) => {
            return Value::any(choices.iter().map(|choice| join(base, choice)));
        }
        (Value::Any(choices), _) => {
            return Value::any(choices.iter().map(|choice| join(choice, part)));
        }
        _ => {}
    }
    let part_text = part.piece();
    if part_text.starts_with(['/', SYMBOL]) {
        return part.clone();
    }
    let mut text = base.piece();
    if !text.ends_with(['/', '\\']) {
        text.push('/');
    }
    text.push_str(&part_text);
    known(text)
}

/// The text of a format string with its arguments put in.
pub fn format(template: &str, positional: &[Value], named: impl Fn(&str) -> Value) -> Value {
    let mut text = String::new();
    let mut next = 0usize;
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..at + 1];
        rest = &rest[at + 1..];
        if rest.starts_with(brace) {
            text.push_str(brace);
            rest = &rest[1..];
            continue;
        }
        if brace == "}" {
            continue;
        }
        let Some(end) = rest.find('}') else { break };
        let (name, spec) = rest[..end].split_once(':').unwrap_or((&rest[..end], ""));
        let name = name.trim();
        let value = if name.is_empty() {
            next += 1;
            positional.get(next - 1).cloned().unwrap_or_default()
        } else if let Ok(index) = name.parse::<usize>() {
            positional.get(index).cloned().unwrap_or_default()
        } else {
            named(name)
        };
        let plain = matches!(spec.trim(), "" | "?" | "s");
        text.push_str(&if plain { value.piece() } else { HOLE.to_string() });
        rest = &rest[end + 1..];
        if text.len() > MAX_TEXT {
            return Value::Unknown;
        }
    }
    text.push_str(rest);
    known(text)
}

/// Text of nothing but holes says nothing.
fn known(text: String) -> Value {
    if text.chars().all(|c| c == HOLE) && !text.is_empty() {
        return Value::Unknown;
    }
    Value::text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_keep_what_is_known() {
        let text = format("http://{}s.io{path}/{{}}/{:>8}", &[Value::text("ref")], |name| {
            if name == "path" { Value::text("/x") } else { Value::Unknown }
        });
        assert_eq!(text, Value::text("http://refs.io/x/{}/\u{0}"));
        assert!(!text.is_fixed());
        assert_eq!(format("{}", &[], |_| Value::Unknown), Value::Unknown);
    }

    #[test]
    fn paths_join_like_paths() {
        let home = Value::Unknown;
        let ssh = join(&join(&home, &Value::text(".ssh")), &Value::text("authorized_keys"));
        assert_eq!(ssh, Value::text("\u{0}/.ssh/authorized_keys"));
        assert_eq!(join(&ssh, &Value::text("/etc")), Value::text("/etc"));
    }
}
