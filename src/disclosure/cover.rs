//! Which disclosure covers a finding, wholly or in part, and what is missing.
//!
//! Nothing is covered by being near: every kind of data to every host has to be said, by one
//! disclosure or by several that each speak of the file.

use std::path::Path;

use super::{Bounds, Disclosure};
use crate::finding::{self, Missing};
use crate::lint::spec::{Disclosable, DisclosedBy};
use crate::vocab::DataKind;

/// What the disclosures say about one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub outcome: finding::Disclosure,
    /// The indices of the disclosures that cover it; of what is covered in part, the nearest.
    pub by: Vec<usize>,
    pub missing: Vec<Missing>,
}

impl Verdict {
    fn undisclosed() -> Self {
        Self { outcome: finding::Disclosure::Undisclosed, by: Vec::new(), missing: Vec::new() }
    }
}

/// A finding as far as a disclosure can cover it.
struct Asked<'a> {
    how: &'a Disclosable,
    data: Vec<DataKind>,
    hosts: Vec<&'a str>,
    /// Whether some destination does not stand in the source.
    chosen: bool,
    file: Option<&'a Path>,
}

/// Judges one finding by the bounds that it has for its lint. `file` is relative to the folder of `overt.toml`.
pub fn judge(
    disclosures: &[Disclosure],
    how: &Disclosable,
    bounds: &Bounds,
    file: Option<&Path>,
) -> Verdict {
    let data: Vec<DataKind> = bounds.data.iter().copied().collect();
    if how.by == DisclosedBy::Data && data.is_empty() && !how.host_alone {
        // Nobody can say openly what overt itself does not know.
        return Verdict::undisclosed();
    }
    let asked = Asked {
        how,
        data: if how.by == DisclosedBy::Data { data } else { Vec::new() },
        hosts: bounds.public_hosts().map(String::as_str).collect(),
        chosen: !bounds.chosen.is_empty(),
        file,
    };
    let touched = disclosures.iter().enumerate().filter(|(_, one)| asked.is_touched_by(one));
    let mut near: Vec<(Vec<Missing>, usize)> =
        touched.map(|(index, one)| (asked.missing(one), index)).collect();
    near.sort_by_key(|(missing, index)| (missing.len(), *index));
    let Some((missing, nearest)) = near.first() else { return Verdict::undisclosed() };
    if missing.is_empty() {
        let outcome = finding::Disclosure::Disclosed;
        return Verdict { outcome, by: vec![*nearest], missing: Vec::new() };
    }
    let indices: Vec<usize> = near.iter().map(|(_, index)| *index).collect();
    if let Some(by) = asked.together(disclosures, &indices) {
        return Verdict { outcome: finding::Disclosure::Disclosed, by, missing: Vec::new() };
    }
    let missing = missing.clone();
    Verdict { outcome: finding::Disclosure::Partly, by: vec![*nearest], missing }
}

impl Asked<'_> {
    /// Whether a disclosure says anything about it.
    fn is_touched_by(&self, one: &Disclosure) -> bool {
        let named = self.hosts.iter().any(|host| one.names(host));
        // Where neither data nor host is known, what is left is that somebody else chooses.
        let open = self.chosen && self.hosts.is_empty() && one.leaves_open();
        // A disclosure that names the file speaks of what is done there.
        let here = !one.places.is_empty() && one.speaks_of(self.file);
        match self.how.by {
            DisclosedBy::Remote => {
                one.remote.as_ref().is_some_and(|said| self.how.remote.contains(&said.value))
            }
            DisclosedBy::Data if !self.data.is_empty() => {
                named || here || self.data.iter().any(|kind| one.collects(*kind))
            }
            DisclosedBy::Data | DisclosedBy::Host => named || open || here,
        }
    }

    /// What a disclosure does not say.
    fn missing(&self, one: &Disclosure) -> Vec<Missing> {
        let id = &one.id.value;
        let does = if self.chosen || !self.hosts.is_empty() { "sends" } else { "takes" };
        let mut missing = Vec::new();
        for kind in self.data.iter().filter(|kind| !one.collects(**kind)) {
            missing.push(Missing {
                key: "collects",
                value: kind.word().to_owned(),
                message: format!("also {does} `{kind}`, not listed in `{id}`"),
            });
        }
        for host in self.hosts.iter().filter(|host| !one.names(host)) {
            missing.push(Missing {
                key: "to",
                value: (*host).to_owned(),
                message: format!("goes to `{host}`, not listed in `{id}`"),
            });
        }
        if self.chosen && !one.leaves_open() {
            missing.push(Missing {
                key: "to",
                value: "*".to_owned(),
                message: format!(
                    "goes to a destination chosen at run time, which `{id}` does not say (`\"*\"`)"
                ),
            });
        }
        if !one.speaks_of(self.file) {
            missing.push(Missing {
                key: "where",
                value: self.file.map(shown).unwrap_or_default(),
                message: format!("stands in a file that `{id}` does not speak of"),
            });
        }
        if let Some(seen) = self.how.verified
            && one.verified.as_ref().is_none_or(|said| said.value != seen)
        {
            let said = match &one.verified {
                Some(said) => format!("`{id}` promises `{}`", said.value),
                None => format!("`{id}` does not say how it is verified"),
            };
            missing.push(Missing {
                key: "verified",
                value: seen.word().to_owned(),
                message: format!("{said}, and overt sees `{seen}`"),
            });
        }
        missing
    }

    /// The disclosures that cover it together: for each kind of data and each host one.
    fn together(&self, disclosures: &[Disclosure], near: &[usize]) -> Option<Vec<usize>> {
        if self.how.by == DisclosedBy::Remote {
            return None;
        }
        let speaking: Vec<usize> =
            near.iter().copied().filter(|one| disclosures[*one].speaks_of(self.file)).collect();
        let data: Vec<Option<DataKind>> = match self.data.as_slice() {
            [] => vec![None],
            kinds => kinds.iter().copied().map(Some).collect(),
        };
        let mut ends: Vec<Option<&str>> = self.hosts.iter().copied().map(Some).collect();
        if self.chosen || ends.is_empty() {
            ends.push(None);
        }
        let mut by = Vec::new();
        for kind in &data {
            for end in &ends {
                let covers = |one: &&usize| {
                    let one = &disclosures[**one];
                    let goes = match end {
                        Some(host) => one.names(host),
                        None => !self.chosen || one.leaves_open(),
                    };
                    goes && kind.is_none_or(|kind| one.collects(kind))
                };
                by.push(*speaking.iter().find(covers)?);
            }
        }
        by.sort_unstable();
        by.dedup();
        Some(by)
    }
}

/// A path as `overt.toml` writes it.
pub fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests;
