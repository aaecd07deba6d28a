//! What is known to fail, and the table of all results.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Deserialize;

use super::{ALL, REPRINT};

/// The cases of a lint under a mutation.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub flagged: usize,
    pub missed: Vec<String>,
    pub quiet: usize,
    pub falsely: Vec<String>,
}

/// Results by mutation and lint.
pub type Results = BTreeMap<(&'static str, String), Tally>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    mutation: String,
    why: String,
    /// How many flagged cases of a lint are not flagged any more.
    #[serde(default)]
    missed: BTreeMap<String, usize>,
    /// How many quiet cases of a lint are flagged.
    #[serde(default)]
    falsely: BTreeMap<String, usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    known: Vec<Entry>,
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/mutations/known.toml")
}

/// Everything in which the results differ from what is known.
pub fn differences(results: &Results) -> Vec<String> {
    let text = std::fs::read_to_string(path()).unwrap_or_default();
    let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("known.toml: {error}"));
    let mut wrong = Vec::new();
    let mut missed: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut falsely = missed.clone();
    for entry in &file.known {
        if entry.why.trim().len() < 10 {
            wrong.push(format!("{}: say why it fails", entry.mutation));
        }
        if !ALL.iter().any(|mutation| mutation.id == entry.mutation) {
            wrong.push(format!("{}: there is no such mutation", entry.mutation));
        }
        for (from, to) in [(&entry.missed, &mut missed), (&entry.falsely, &mut falsely)] {
            for (lint, count) in from {
                if to.insert((entry.mutation.clone(), lint.clone()), *count).is_some() {
                    wrong.push(format!("{} {lint}: stands there twice", entry.mutation));
                }
            }
        }
    }
    for ((mutation, lint), tally) in results {
        let key = ((*mutation).to_owned(), lint.clone());
        let before = (missed.remove(&key), falsely.remove(&key));
        compare(&key, "not flagged any more", before.0, &tally.missed, &mut wrong);
        compare(&key, "flagged falsely", before.1, &tally.falsely, &mut wrong);
    }
    for (mutation, lint) in missed.keys().chain(falsely.keys()) {
        wrong.push(format!("{mutation} {lint}: known to fail, and there is no such case"));
    }
    wrong
}

fn compare(
    (mutation, lint): &(String, String),
    what: &str,
    known: Option<usize>,
    now: &[String],
    wrong: &mut Vec<String>,
) {
    let (before, count) = (known.unwrap_or(0), now.len());
    if count > before {
        let cases = now.join(", ");
        wrong.push(format!("{mutation} {lint}: {count} {what}, {before} known: {cases}"));
    } else if count < before {
        wrong.push(format!(
            "{mutation} {lint}: only {count} {what}, {before} known. Well done: \
             lower the number in tests/mutations/known.toml or take it out"
        ));
    } else if known == Some(0) {
        wrong.push(format!("{mutation} {lint}: a count of 0 says nothing"));
    }
}

/// The results as a table in Markdown.
pub fn table(results: &Results) -> String {
    let mut text = String::from(
        "| rewritten as | flagged cases | still flagged | quiet cases | flagged falsely |\n\
         |---|--:|--:|--:|--:|\n",
    );
    let mut sum = (0, 0, 0, 0);
    for mutation in ALL {
        let of = results.iter().filter(|((id, _), _)| *id == mutation.id).map(|(_, tally)| tally);
        let row = of.fold((0, 0, 0, 0), |row, tally| {
            let still = tally.flagged - tally.missed.len();
            (row.0 + tally.flagged, row.1 + still, row.2 + tally.quiet, row.3 + tally.falsely.len())
        });
        let (flagged, still, quiet, falsely) = row;
        let says = mutation.says.replace('|', "\\|");
        let _ = writeln!(text, "| {says} | {flagged} | {still} | {quiet} | {falsely} |");
        if mutation.id != REPRINT {
            sum = (sum.0 + flagged, sum.1 + still, sum.2 + quiet, sum.3 + falsely);
        }
    }
    let (flagged, still, quiet, falsely) = sum;
    let _ = writeln!(text, "| all but the first | {flagged} | {still} | {quiet} | {falsely} |");
    text
}

/// The file of what is known as it would have to be now; reasons are kept.
pub fn rewritten(results: &Results) -> String {
    let old = std::fs::read_to_string(path()).unwrap_or_default();
    let header: String = old
        .lines()
        .take_while(|line| line.starts_with('#') || line.is_empty())
        .map(|line| format!("{line}\n"))
        .collect();
    let file: File = toml::from_str(&old).unwrap_or(File { known: Vec::new() });
    let mut text = header;
    for mutation in ALL {
        // Lints by the reason that is given for them.
        let mut whys: Vec<(String, [BTreeMap<&str, usize>; 2])> = Vec::new();
        for ((_, lint), tally) in results.iter().filter(|((id, _), _)| *id == mutation.id) {
            for (kind, failed) in [&tally.missed, &tally.falsely].into_iter().enumerate() {
                if failed.is_empty() {
                    continue;
                }
                let mut same = file.known.iter().filter(|entry| entry.mutation == mutation.id);
                let first = same.clone().next();
                let had =
                    same.find(|entry| [&entry.missed, &entry.falsely][kind].contains_key(lint));
                let why = had.or(first).map(|entry| entry.why.clone()).unwrap_or_default();
                let at = whys.iter().position(|(known, _)| *known == why).unwrap_or_else(|| {
                    whys.push((why, Default::default()));
                    whys.len() - 1
                });
                whys[at].1[kind].insert(lint.as_str(), failed.len());
            }
        }
        for (why, counts) in whys {
            let _ = writeln!(text, "[[known]]\nmutation = \"{}\"\nwhy = {why:?}", mutation.id);
            for (kind, name) in ["missed", "falsely"].into_iter().enumerate() {
                if !counts[kind].is_empty() {
                    let _ = writeln!(text, "[known.{name}]");
                    for (lint, count) in &counts[kind] {
                        let _ = writeln!(text, "{lint} = {count}");
                    }
                }
            }
            text.push('\n');
        }
    }
    text.trim_end().to_owned() + "\n"
}

/// Writes [`rewritten`] to its place.
pub fn rewrite(results: &Results) {
    std::fs::write(path(), rewritten(results)).expect("the source tree can be written to");
}
