//! What of the disclosures is used: a promise about something that the code does not do is
//! wrong as well, and hides what a later change brings.
//!
//! Judged by facts, not by findings alone: a lint that is switched off, or that is content,
//! does not make a disclosure stale.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Bounds, Disclosure, HostPattern};
use crate::facts::Fact;
use crate::span::{FileId, Span};
use crate::vocab::{DataKind, Effect, Remote};

/// What one fact does that a disclosure can be about.
#[derive(Debug, Clone)]
pub struct Seen {
    pub file: FileId,
    pub bounds: Bounds,
    pub listens: bool,
}

impl Seen {
    /// Nothing where the fact is of no interest, or part of a test.
    pub fn of(fact: &Fact) -> Option<Self> {
        let bounds = Bounds { marks: BTreeSet::new(), ..Bounds::of([fact]) };
        let listens = fact.effects.contains(&Effect::NetworkListen);
        let is_something = listens || bounds != Bounds::default();
        (is_something && !fact.test).then_some(Self { file: fact.place.file, bounds, listens })
    }
}

/// What is wrong with one disclosure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unused {
    /// All of it.
    Stale,
    /// A host or a kind of data: its key, its word, its place.
    Part { key: &'static str, word: String, span: Span },
}

/// What the code uses of one disclosure.
#[derive(Debug, Clone, Default)]
pub struct Used {
    /// A finding is covered by it, wholly or in part.
    pub by_finding: bool,
    /// Kinds of data and hosts of those findings.
    pub bounds: Bounds,
}

/// What nothing uses. `seen` are the facts with their files relative to the folder of
/// `overt.toml`; `known` are the kinds of data that overt can recognise at all.
pub fn unused(
    one: &Disclosure,
    used: &Used,
    seen: &[(Option<PathBuf>, &Seen)],
    known: &BTreeSet<DataKind>,
) -> Vec<Unused> {
    let here = |file: &Option<PathBuf>| one.speaks_of(file.as_deref().map(Path::new));
    let mut bounds = used.bounds.clone();
    let mut listens = false;
    for (_, seen) in seen.iter().filter(|(file, _)| here(file)) {
        bounds.extend(seen.bounds.clone());
        listens |= seen.listens;
    }
    let goes = |pattern: &HostPattern| match pattern {
        HostPattern::Chosen => !bounds.chosen.is_empty(),
        pattern => bounds.hosts.iter().any(|host| pattern.holds(host)),
    };
    let hosts: Vec<bool> = one.to.iter().map(|said| goes(&said.value)).collect();
    let takes = |kind: DataKind| bounds.data.contains(&kind) || !known.contains(&kind);
    let kinds: Vec<bool> = one.collects.iter().map(|said| takes(said.value)).collect();

    let sends = !bounds.hosts.is_empty() || !bounds.chosen.is_empty();
    let door = match one.remote.as_ref().map(|said| said.value) {
        Some(Remote::Listener) => listens,
        Some(_) => sends && hosts.is_empty(),
        None => false,
    };
    // Data alone, without a host, is collected and goes nowhere that overt has to know.
    let alone = hosts.is_empty() && kinds.contains(&true);
    if !used.by_finding && !hosts.contains(&true) && !door && !alone {
        return vec![Unused::Stale];
    }
    let hosts = one.to.iter().zip(hosts).filter(|(_, used)| !used);
    let hosts = hosts.map(|(said, _)| ("to", said.value.to_string(), said.span));
    let kinds = one.collects.iter().zip(kinds).filter(|(_, used)| !used);
    let kinds = kinds.map(|(said, _)| ("collects", said.value.word().to_owned(), said.span));
    kinds.chain(hosts).map(|(key, word, span)| Unused::Part { key, word, span }).collect()
}
