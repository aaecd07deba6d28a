//! A first `overt.toml`, drafted from what the code does now.
//!
//! One `[[disclosure]]` for each destination and each door, filled in as far as the code says;
//! `TODO` stands where a person must answer, and the comments are the manual. What is
//! denied gets a comment and no block: hardly any of it can be disclosed away. The names come from the
//! scanned tree, which is not trusted: they are quoted as TOML and cannot leave their string or
//! their comment.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::check::Checked;
use crate::disclosure::HostPattern;
use crate::file_error::printable;
use crate::inventory::{Item, Spot};
use crate::report::escape;
use crate::report::position::Sources;
use crate::vocab::{DataKind, Level, Section, TargetKind};

/// The schema that editors read.
pub const SCHEMA: &str =
    "https://raw.githubusercontent.com/cargo-overt/cargo-overt/main/schemas/overt.json";

/// What a person must still answer.
pub const TODO: &str = "TODO";

/// Files of one block that are named one by one.
const MAX_FILES: usize = 4;
/// Places that a comment names.
const MAX_PLACES: usize = 3;
/// What chooses hosts, of which so many are named.
const MAX_CHOOSERS: usize = 8;
/// Findings that the last comment names.
const MAX_ATTACKS: usize = 20;

const MANUAL: &str = "\
# What this project does openly. `cargo overt` holds the code to it, in both directions: what the
# code does and this file does not say is reported, and so is what this file says and the code
# does not do. This draft lists what the code does now.
#
#   1. Answer every TODO, or delete the block and the code.
#   2. Put blocks that serve one purpose together: `to` and `collects` are lists.
#   3. Run `cargo overt`.
#
# The keys of a block:
#   id             a name of your own; findings refer to it
#   collects       kinds of data that are sent: usage, crash, host-identity, environment, ...
#   to             exact hosts; \".example.org\": all hosts below example.org; \"*\": chosen at run time
#   purpose        crash-report, usage-statistics, update-check, feature, account, operation, ...
#   consent        opt-in | opt-out | always
#   guard          the setting that everything is sent behind: \"settings::crash_reports\"
#   where          the files that may do it
#   documented-at  where users read about it; the text must name the host: \"README.md#privacy\"
#   jurisdiction   country or region of the receiver, if you state it: \"DE\"
#   remote         a way in: self-update | remote-config | plugin-download | listener | ...
#   verified       how what comes in is checked: none | checksum | signature
# `cargo overt explain LINT` explains a finding.
";

/// The draft and what is left to do in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub text: String,
    pub disclosures: usize,
    pub todos: usize,
    /// Findings that no disclosure covers.
    pub attacks: usize,
}

/// What one block is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Host(String),
    /// All of a package whose host only the run time knows: the code cannot tell one purpose
    /// from another.
    Chosen(String),
    /// A way in: the word of `remote`.
    Door(&'static str),
}

#[derive(Debug, Default)]
struct Block {
    collects: BTreeSet<DataKind>,
    how: BTreeSet<String>,
    guards: Option<BTreeSet<String>>,
    /// What chooses the host.
    choosers: BTreeSet<String>,
    details: BTreeSet<String>,
    places: BTreeSet<Spot>,
}

/// Drafts the configuration of a folder from a scan of it that kept the inventory.
pub fn draft(checked: &Checked, folder: &Path) -> Draft {
    let attacks = attacks(checked);
    let mut blocks: BTreeMap<About, Block> = BTreeMap::new();
    let kept = |item: &&Item| {
        // The block would be about nothing but the attack.
        !item.test
            && !item
                .places
                .iter()
                .all(|spot| attacks.spots.contains(&(spot.file.clone(), spot.line)))
    };
    let shipped = checked.behaviour.items().filter(|(_, target, _)| !target.kind.is_test_like());
    for (package, target, item) in shipped.filter(|(_, _, item)| kept(item)) {
        let Some(about) = about(&package.name, target.kind, item) else { continue };
        let block = blocks.entry(about).or_default();
        block.collects.extend(item.data.iter().filter(|kind| **kind != DataKind::Remote));
        block.choosers.extend(item.chosen_by.iter().cloned());
        block.how.extend(item.how.iter().cloned());
        match item.section {
            Section::Door => block.details.insert(item.what.clone()),
            _ => false,
        };
        block.details.extend(item.details.iter().cloned());
        block.places.extend(item.places.iter().cloned());
        block.guards = Some(match block.guards.take() {
            None => item.guards.clone(),
            Some(known) => known.intersection(&item.guards).cloned().collect(),
        });
    }
    let mut text = format!("#:schema {SCHEMA}\n\n{MANUAL}");
    if blocks.is_empty() {
        text += "\n# The code sends nothing and opens nothing that a disclosure is for: this file can stay empty.\n";
    }
    let mut ids = BTreeSet::new();
    for (about, block) in &blocks {
        text.push('\n');
        write_block(about, block, folder, &mut ids, &mut text);
    }
    text += &attacks.text;
    let todos = text.lines().filter(|l| !l.starts_with('#') && l.contains(&quoted(TODO))).count();
    Draft { text, disclosures: blocks.len(), todos, attacks: attacks.count }
}

/// What a block for this item is about, if it needs one.
fn about(package: &str, kind: TargetKind, item: &Item) -> Option<About> {
    match (item.section, &item.chosen_by) {
        (Section::Destination, Some(_)) => Some(About::Chosen(package.to_owned())),
        (Section::Destination, None) => {
            needs_disclosure(&item.what).then(|| About::Host(item.what.clone()))
        }
        (Section::Door, _) => {
            let (door, host) = item.what.split_once(' ').unwrap_or((&item.what, ""));
            match door {
                // A program that talks to itself is no door for others.
                "listener" if !host.is_empty() && !needs_disclosure(host) => None,
                "listener" => Some(About::Door("listener")),
                "self-update" => Some(About::Door("self-update")),
                "remote-code" if kind != TargetKind::BuildScript => {
                    Some(About::Door("plugin-download"))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether a host is another machine.
fn needs_disclosure(host: &str) -> bool {
    let Some(host) = crate::disclosure::host::normal(host) else { return true };
    let local = host == "localhost" || host.ends_with(".localhost");
    let loopback = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    !local && !loopback
}

fn write_block(
    about: &About,
    block: &Block,
    folder: &Path,
    ids: &mut BTreeSet<String>,
    text: &mut String,
) {
    let how: Vec<&str> = block.how.iter().map(String::as_str).collect();
    let what = match about {
        About::Host(host) => format!("{}: {host}", how.join(", ")),
        About::Chosen(_) => format!("{}: hosts that are chosen at run time", how.join(", ")),
        About::Door(door) => format!("{door}: {}", how.join(", ")),
    };
    comment(&what, text);
    if let About::Chosen(_) = about {
        for chooser in block.choosers.iter().take(MAX_CHOOSERS) {
            comment(&format!("  by {chooser}"), text);
        }
        if block.choosers.len() > MAX_CHOOSERS {
            comment(&format!("  and {} more", block.choosers.len() - MAX_CHOOSERS), text);
        }
    } else {
        block
            .details
            .iter()
            .take(MAX_PLACES)
            .for_each(|detail| comment(&format!("  {detail}"), text));
    }
    comment(&format!("  in {}", places(&block.places)), text);
    text.push_str("[[disclosure]]\n");
    let mut key = |name: &str, value: String, note: &str| {
        let note = if note.is_empty() { String::new() } else { format!("  # {note}") };
        let _ = writeln!(text, "{name:13} = {value}{note}");
    };
    let word = match about {
        About::Host(host) => host.as_str(),
        About::Chosen(package) => &format!("chosen-at-run-time-{package}"),
        About::Door(door) => door,
    };
    key("id", quoted(&id(word, ids)), "");
    if let About::Door(door) = about {
        key("remote", quoted(door), "");
    }
    if !block.collects.is_empty() {
        let kinds = block.collects.iter().map(|kind| quoted(kind.word()));
        key("collects", list(kinds), "");
    }
    match about {
        About::Host(host) if HostPattern::parse(host).is_ok() => {
            key("to", list([quoted(host)]), "")
        }
        About::Chosen(_) => key("to", list([quoted("*")]), "any host: it is chosen at run time"),
        About::Host(_) => key("to", list([quoted(TODO)]), "the host"),
        About::Door("listener") => {}
        About::Door(_) => key("to", list([quoted("*")]), "any host: it does not stand in the code"),
    }
    match about {
        About::Door("listener") => {}
        About::Door(_) => key("verified", quoted(TODO), "none | checksum | signature"),
        _ => {
            let sends = |kind: DataKind| block.collects.contains(&kind);
            let likely = match (sends(DataKind::Crash), sends(DataKind::Usage)) {
                (true, _) => "perhaps crash-report",
                (false, true) => "perhaps usage-statistics",
                (false, false) => "",
            };
            key("purpose", quoted(TODO), likely);
            key("consent", quoted(TODO), "opt-in | opt-out | always");
        }
    }
    for guard in block.guards.iter().flatten().take(1) {
        key("guard", quoted(guard), "");
    }
    let files = files(&block.places, folder);
    if !files.is_empty() {
        key("where", list(files.iter().map(|file| quoted(file))), "");
    }
    key("documented-at", quoted(TODO), "");
}

/// A line that nothing in it can leave.
fn comment(line: &str, text: &mut String) {
    let line = escape::line(line);
    let _ = writeln!(text, "# {}", line.trim_end());
}

fn quoted(text: &str) -> String {
    toml::Value::String(printable(text).replace('\n', " ")).to_string()
}

fn list(texts: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", texts.into_iter().collect::<Vec<_>>().join(", "))
}

/// A name that no other block has: `crash-example-org`.
fn id(word: &str, ids: &mut BTreeSet<String>) -> String {
    let mut base = String::new();
    for c in word.to_lowercase().chars().take(60) {
        match c {
            'a'..='z' | '0'..='9' => base.push(c),
            _ if base.ends_with('-') || base.is_empty() => {}
            _ => base.push('-'),
        }
    }
    let base = match base.trim_end_matches('-') {
        "" => "destination",
        base => base,
    };
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    let mut names = std::iter::once(base.to_owned()).chain(numbered);
    let name = names.find(|name| !ids.contains(name)).unwrap_or_default();
    ids.insert(name.clone());
    name
}

fn places(spots: &BTreeSet<Spot>) -> String {
    let shown = |spot: &Spot| format!("{}:{}", spot.file, spot.line);
    let named: Vec<String> = spots.iter().take(MAX_PLACES).map(shown).collect();
    match spots.len().saturating_sub(MAX_PLACES) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// The files of a block as patterns, relative to the folder of the configuration; nothing when
/// one lies elsewhere.
fn files(spots: &BTreeSet<Spot>, folder: &Path) -> Vec<String> {
    let base = absolute(folder);
    let mut found: BTreeSet<PathBuf> = BTreeSet::new();
    for spot in spots {
        let path = absolute(Path::new(&spot.file));
        let Ok(below) = path.strip_prefix(&base) else { return Vec::new() };
        found.insert(below.to_owned());
    }
    let shown = |path: &Path| {
        let parts = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
        parts.map(|part| globset::escape(&part)).collect::<Vec<_>>().join("/")
    };
    if found.len() <= MAX_FILES {
        return found.iter().map(|path| shown(path)).collect();
    }
    let folders: BTreeSet<&Path> = found.iter().filter_map(|path| path.parent()).collect();
    // The folder of the configuration itself would allow everything, which says nothing.
    if folders.iter().any(|folder| folder.as_os_str().is_empty()) {
        return Vec::new();
    }
    let top = |path: &&Path| !folders.iter().any(|other| other != path && path.starts_with(other));
    folders.iter().filter(|path| top(path)).map(|path| format!("{}/**", shown(path))).collect()
}

fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    crate::names::normal(&path)
}

/// What looks like an attack.
struct Attacks {
    count: usize,
    text: String,
    /// The lines that are part of one.
    spots: BTreeSet<(String, usize)>,
}

fn attacks(checked: &Checked) -> Attacks {
    let sources = Sources::new(&checked.files);
    let mut lines = Vec::new();
    let mut spots = BTreeSet::new();
    for finding in &checked.report.findings {
        if finding.level < Level::Deny {
            continue;
        }
        for label in std::iter::once(&finding.primary).chain(&finding.labels) {
            let (start, _) = sources.positions(label.place);
            spots.insert((checked.files.shown(label.place.file).to_owned(), start.line));
        }
        let (start, _) = sources.positions(finding.primary.place);
        let file = checked.files.shown(finding.primary.place.file);
        lines.push(format!("  {}: {file}:{}: {}", finding.lint, start.line, finding.message));
    }
    let count = lines.len();
    let mut text = String::new();
    if count > 0 {
        text.push('\n');
        comment(
            "Not drafted, because it is denied. Look at it with `cargo overt`; most of it cannot be disclosed.",
            &mut text,
        );
        lines.iter().take(MAX_ATTACKS).for_each(|line| comment(line, &mut text));
        if count > MAX_ATTACKS {
            comment(&format!("  and {} more", count - MAX_ATTACKS), &mut text);
        }
    }
    Attacks { count, text, spots }
}

#[cfg(test)]
mod tests;
