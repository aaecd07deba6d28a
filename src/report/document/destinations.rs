//! The hosts that code can reach, and the places where a destination is chosen at run time.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::Checked;
use crate::config::Config;
use crate::disclosure::host::{needs_none, normal};
use crate::inventory::Entry;
use crate::vocab::Effect;

/// How many places of one thing are listed.
const MAX_PLACES: usize = 5;

/// A host that stands in the source.
#[derive(Debug, Clone, Default)]
pub struct Destination {
    pub host: String,
    /// The disclosures that name it.
    pub by: Vec<String>,
    /// Whether nothing has to be said about it: this machine, or a name for examples.
    pub exempt: bool,
    pub places: Vec<String>,
    pub more: usize,
}

/// A place where the source does not say where data goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chosen {
    pub call: String,
    pub places: Vec<String>,
    pub more: usize,
}

/// Both, from what the scan saw outside of tests.
pub fn gather(checked: &Checked, config: Option<&Config>) -> (Vec<Destination>, Vec<Chosen>) {
    let mut hosts: BTreeMap<String, BTreeSet<(String, usize)>> = BTreeMap::new();
    let mut chosen: BTreeMap<String, BTreeSet<(String, usize)>> = BTreeMap::new();
    let sources = crate::report::position::Sources::new(&checked.files);
    for entry in checked.inventory.iter().filter(|entry| leaves(entry)) {
        let (start, _) = sources.positions(entry.place);
        let place = || (checked.files.shown(entry.place.file).to_owned(), start.line);
        let mut named = false;
        for text in ["url", "host"].iter().filter_map(|role| entry.args.get(role)).flatten() {
            if let Some(host) = normal(text) {
                hosts.entry(host).or_default().insert(place());
                named = true;
            }
        }
        // A client that only receives or sends further on has its destination elsewhere.
        let begins = entry.args.contains_key("url") || entry.args.contains_key("host");
        if !named && begins {
            let call = entry.calls.first().map(|call| call.trim_start_matches("_::"));
            chosen.entry(call.unwrap_or_default().to_owned()).or_default().insert(place());
        }
    }
    let destinations = hosts.into_iter().map(|(host, places)| {
        let (places, more) = shown(&places);
        let by = config.map_or_else(Vec::new, |config| disclosed_by(config, &host));
        Destination { exempt: needs_none(&host), host, by, places, more }
    });
    let chosen = chosen.into_iter().map(|(call, places)| {
        let (places, more) = shown(&places);
        Chosen { call, places, more }
    });
    (destinations.collect(), chosen.collect())
}

/// Whether it talks to another machine, in code that is shipped.
fn leaves(entry: &Entry) -> bool {
    let network =
        [Effect::NetworkConnect, Effect::NetworkSend, Effect::NetworkReceive, Effect::DnsLookup];
    !entry.test
        && !entry.target.is_test_like()
        && entry.effects.iter().any(|effect| network.contains(effect))
        && !entry.effects.contains(&Effect::NetworkListen)
        && !entry.marks.iter().any(|mark| mark == "local-socket")
}

fn disclosed_by(config: &Config, host: &str) -> Vec<String> {
    config
        .disclosures
        .iter()
        .filter(|one| one.names(host))
        .map(|one| one.id.value.clone())
        .collect()
}

/// The first places as `file:line`, and how many there are besides.
pub(super) fn shown(places: &BTreeSet<(String, usize)>) -> (Vec<String>, usize) {
    let first = places.iter().take(MAX_PLACES).map(|(file, line)| format!("{file}:{line}"));
    (first.collect(), places.len().saturating_sub(MAX_PLACES))
}
