//! What a disclosure must cover: the data that a claim is about, and where it goes.
//!
//! Taken from the facts of a claim, whole: every kind of data that reaches the place, every host
//! that the code can name. A destination that is not in the source is kept as the place that
//! chooses it; it is never taken for a host.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::host;
use crate::facts::Fact;
use crate::lint::spec::Disclosable;
use crate::span::Place;
use crate::vocab::{DataKind, Effect, Role};

/// Kinds that say where something was read and not what it is.
const MANNERS: &[DataKind] = &[DataKind::FileContent, DataKind::FileListing, DataKind::Environment];

/// Data and destinations of a claim or a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounds {
    pub data: BTreeSet<DataKind>,
    /// Hosts in the form that is compared.
    pub hosts: BTreeSet<String>,
    /// Where a destination is chosen that the source does not tell.
    pub chosen: BTreeSet<Place>,
    /// What the models mark its calls with: a service is for crash reports, whatever is sent.
    pub marks: BTreeSet<SmolStr>,
}

impl Bounds {
    pub fn of<'f>(facts: impl IntoIterator<Item = &'f Fact>) -> Self {
        let mut bounds = Self::default();
        for fact in facts {
            // What comes in is not collected.
            bounds.data.extend(fact.data.iter().filter(|kind| **kind != DataKind::Remote));
            if leaves(fact) {
                bounds.marks.extend(fact.marks.iter().cloned());
                bounds.destinations(fact);
            }
        }
        bounds
    }

    fn destinations(&mut self, fact: &Fact) {
        let mut said = false;
        for arg in fact.args.iter().filter(|arg| matches!(arg.role, Role::Url | Role::Host)) {
            said = true;
            let texts = arg.value.texts();
            let hosts: Vec<Option<String>> =
                texts.iter().map(|text| host::normal(text).or_else(|| host::below(text))).collect();
            if hosts.is_empty() || hosts.contains(&None) {
                self.chosen.insert(Place { file: fact.place.file, span: arg.span });
            }
            self.hosts.extend(hosts.into_iter().flatten());
        }
        if !said {
            self.chosen.insert(fact.place);
        }
    }

    /// The same claim from another place of the same thing.
    pub fn extend(&mut self, other: Self) {
        self.data.extend(other.data);
        self.hosts.extend(other.hosts);
        self.chosen.extend(other.chosen);
        self.marks.extend(other.marks);
    }

    /// What a finding of a lint is about: the kinds that the lint names are among the data, and
    /// how something was read (from a file, out of the environment) is not asked for beside
    /// what it is.
    #[must_use]
    pub fn of_lint(mut self, how: Option<&Disclosable>) -> Self {
        let named: &[DataKind] = how.map_or(&[], |how| &how.data);
        self.data.extend(named);
        let by_mark = how.into_iter().flat_map(|how| &how.marks);
        self.data
            .extend(by_mark.filter(|(mark, _)| self.marks.contains(*mark)).map(|(_, kind)| kind));
        let is_manner = |kind: &DataKind| MANNERS.contains(kind) && !named.contains(kind);
        if self.data.iter().any(|kind| !is_manner(kind)) {
            self.data.retain(|kind| !is_manner(kind));
        }
        if self.data.is_empty() {
            self.data.extend(how.into_iter().flat_map(|how| &how.otherwise));
        }
        self
    }

    /// The hosts that somebody must say something about.
    pub fn public_hosts(&self) -> impl Iterator<Item = &String> {
        self.hosts.iter().filter(|host| !host::needs_none(host))
    }
}

/// Whether a fact sends something to, or asks something of, another machine.
fn leaves(fact: &Fact) -> bool {
    use Effect::{DnsLookup, NetworkConnect, NetworkListen, NetworkReceive, NetworkSend};
    let is = |effect| fact.effects.contains(&effect);
    [NetworkSend, NetworkConnect, NetworkReceive, DnsLookup].into_iter().any(is)
        && !is(NetworkListen)
        && !fact.marks.contains("local-socket")
}
