//! Matches keys of TOML files: what a build or a tool is told to do.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::matcher::Matching;
use super::spec::ManifestMatcher;
use crate::facts::value::Value;
use crate::model::class::glob;
use crate::span::Span;

/// Tables inside of tables that are looked into.
const MAX_DEPTH: usize = 16;

/// A key that a lint asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Dotted.
    pub key: String,
    pub span: Span,
    /// The value, as far as it is text.
    pub value: String,
}

/// The keys of a file that the matcher asks for. `None` when the file is not TOML.
pub fn hits(
    matcher: &ManifestMatcher,
    path: &Path,
    text: &str,
    matching: &Matching<'_>,
) -> Option<Vec<Hit>> {
    let shown = path.to_string_lossy().replace('\\', "/");
    let wanted = matcher.files.iter().any(|file| {
        shown.strip_suffix(file.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    });
    if !wanted {
        return Some(Vec::new());
    }
    let table = DeTable::parse(text).ok()?;
    let mut all = Vec::new();
    collect(table.get_ref(), &mut Vec::new(), &mut all);
    let fits = |entry: &&Entry| {
        let keys = matcher.keys.iter().any(|pattern| key_fits(pattern, &entry.key));
        keys && matcher.value.as_ref().is_none_or(|wanted| matching.value(wanted, &entry.value))
            && !matcher.except.iter().any(|except| matching.value(except, &entry.value))
    };
    let hit = |entry: &Entry| Hit {
        key: entry.key.join("."),
        span: entry.span,
        value: entry.value.texts().join(" "),
    };
    Some(all.iter().filter(fits).map(hit).collect())
}

struct Entry {
    key: Vec<String>,
    span: Span,
    value: Value,
}

fn collect(table: &DeTable<'_>, prefix: &mut Vec<String>, all: &mut Vec<Entry>) {
    if prefix.len() > MAX_DEPTH {
        return;
    }
    for (key, value) in table {
        prefix.push(key.get_ref().to_string());
        let span = Span::new(key.span().start, value.span().end.max(key.span().end));
        all.push(Entry { key: prefix.clone(), span, value: known(value) });
        match value.get_ref() {
            DeValue::Table(inner) => collect(inner, prefix, all),
            DeValue::Array(items) => {
                for item in items {
                    if let DeValue::Table(inner) = item.get_ref() {
                        collect(inner, prefix, all);
                    }
                }
            }
            _ => {}
        }
        prefix.pop();
    }
}

fn known(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::text(text.to_string()),
        DeValue::Boolean(boolean) => Value::Bool(*boolean),
        DeValue::Integer(number) => {
            number.to_string().parse().map(Value::Integer).unwrap_or_default()
        }
        DeValue::Array(items) => Value::list(items.iter().map(known).collect()),
        DeValue::Table(table) => Value::list(table.iter().map(|(_, value)| known(value)).collect()),
        _ => Value::Unknown,
    }
}

/// `*` is one whole key, or a part of one.
fn key_fits(pattern: &str, key: &[String]) -> bool {
    let wanted: Vec<&str> = pattern.split('.').collect();
    wanted.len() == key.len() && wanted.iter().zip(key).all(|(wanted, key)| glob(wanted, key))
}
