//! What one package does in many places for one end is one finding.
//!
//! A lint says by which value (`once-per = ["host"]`). The best founded claim comes first, the
//! other places stand beside it as labels, so none of them is lost.

use std::collections::BTreeMap;

use super::claim::Claim;
use super::load::Lint;
use crate::span::Place;
use crate::vocab::Level;

/// Further places that a finding shows; the rest is counted.
const MAX_PLACES: usize = 12;

/// Puts claims of one lint together that have the value in common which the lint names.
/// `package` tells the packages of files apart.
pub fn gather<'p>(
    claims: Vec<Claim>,
    lints: &[(Lint, Level)],
    package: &dyn Fn(&Claim) -> Option<&'p str>,
) -> Vec<Claim> {
    let mut alone = Vec::new();
    let mut groups: BTreeMap<(usize, Option<&'p str>, String), Vec<Claim>> = BTreeMap::new();
    for claim in claims {
        let names = &lints[claim.lint].0.file.once_per;
        match names.iter().find_map(|name| claim.values.get(name).cloned()) {
            Some(value) => {
                groups.entry((claim.lint, package(&claim), value)).or_default().push(claim);
            }
            None => alone.push(claim),
        }
    }
    alone.extend(groups.into_values().filter_map(join));
    alone
}

fn join(mut claims: Vec<Claim>) -> Option<Claim> {
    claims.sort_by_key(|claim| (claim.proof, claim.target, claim.primary.0));
    let mut claims = claims.into_iter();
    let mut first = claims.next()?;
    let mut places: Vec<(Place, String)> = Vec::new();
    for mut claim in claims {
        first.bounds.extend(std::mem::take(&mut claim.bounds));
        let known = |place: &Place| {
            *place == first.primary.0 || places.iter().any(|(other, _)| other == place)
        };
        if !known(&claim.primary.0) {
            places.push(claim.primary);
        }
        // Where one of them knows the host, the finding does.
        if !first.values.contains_key("host") {
            for key in ["host", "destination"] {
                let known = claim.values.get(key).map(|value| (key.to_owned(), value.clone()));
                first.values.extend(known);
            }
        }
    }
    // What is handed to an SDK goes where the SDK was told to send it.
    if first.values.contains_key("sdk") && !first.bounds.hosts.is_empty() {
        first.bounds.chosen.clear();
    }
    let more = places.len().saturating_sub(MAX_PLACES);
    places.truncate(MAX_PLACES);
    for (place, words) in places {
        if !first.labels.iter().any(|(other, _)| *other == place) {
            first.labels.push((place, format!("also here: {words}")));
        }
    }
    if more > 0 {
        first.note = Some(format!("There are {more} more places that do the same."));
    }
    Some(first)
}
