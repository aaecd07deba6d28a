//! The places where manifests say that code lies: paths of targets and of dependencies, members
//! of workspaces, vendored sources. A folder that looks like build output is code when one of
//! them leads into it.
//!
//! Both the places and the folders may be many in a tree made to cost time, so no place is
//! compared with every folder.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobMatcher};

use crate::files::FileSystem;

use super::assemble::is_cargo_toml;
use super::manifest;
use super::places::{self, Kind};
use super::workspace::Manifests;

/// Above this, patterns are not tried any more: they may lead anywhere.
const MAX_PATTERNS: usize = 1000;

#[derive(Default)]
pub(super) struct Named {
    /// The manifests whose places are known.
    read: BTreeSet<PathBuf>,
    /// By their text and by their real path.
    places: BTreeSet<PathBuf>,
    patterns: Vec<Vec<Step>>,
}

/// One component of a pattern.
enum Step {
    Text(OsString),
    Pattern(GlobMatcher),
    /// Also for what is no valid pattern.
    Anything,
    /// `**`
    AnyDepth,
}

impl Named {
    /// Adds what manifests name that were not read before.
    pub(super) fn read(
        &mut self,
        system: &FileSystem,
        paths: &BTreeSet<PathBuf>,
        manifests: &mut Manifests<'_>,
    ) {
        for path in paths {
            let Some(folder) = path.parent() else { continue };
            if !self.read.insert(path.clone()) {
                continue;
            }
            if is_cargo_toml(path) {
                let Some(Ok(manifest)) = manifests.at(folder) else { continue };
                manifest.named.iter().for_each(|text| self.add(system, folder, text));
            } else if folder.ends_with(".cargo") {
                // The paths of a configuration start beside its folder.
                let base = folder.parent().unwrap_or(Path::new(""));
                let texts = manifest::paths_in_config(system, path);
                texts.iter().for_each(|text| self.add(system, base, text));
            }
        }
    }

    fn add(&mut self, system: &FileSystem, base: &Path, text: &str) {
        let place = places::normalise(&base.join(text));
        if !text.contains(['*', '?', '[']) {
            self.places.extend(places::resolve(system, &place));
            self.places.insert(place);
        } else if self.patterns.len() <= MAX_PATTERNS {
            // Only the text is a pattern; the folder may have a `[` of its own.
            let fixed = base.components().map(|c| Step::Text(c.as_os_str().to_owned()));
            let inside = place.strip_prefix(base).ok();
            let steps = match inside {
                Some(inside) => fixed.chain(inside.components().map(step)).collect(),
                None => place.components().map(step).collect(),
            };
            self.patterns.push(steps);
        }
    }

    /// Whether a folder, or something inside it, is named.
    pub(super) fn leads_into(&self, system: &FileSystem, folder: &Path) -> bool {
        places::has_below(&self.places, folder)
            || self.patterns.len() > MAX_PATTERNS
            || self.patterns.iter().any(|steps| pattern_leads_into(system, steps, folder))
    }
}

fn step(component: std::path::Component<'_>) -> Step {
    let text = component.as_os_str();
    if text == "**" {
        return Step::AnyDepth;
    }
    match text.to_str() {
        Some(pattern) if pattern.contains(['*', '?', '[']) => {
            Glob::new(pattern).map_or(Step::Anything, |glob| Step::Pattern(glob.compile_matcher()))
        }
        _ => Step::Text(text.to_owned()),
    }
}

/// Whether a pattern of `workspace.members` can match the folder or something inside it.
fn pattern_leads_into(system: &FileSystem, steps: &[Step], folder: &Path) -> bool {
    let mut steps = steps.iter();
    for part in folder.components() {
        let matches = match steps.next() {
            None => false,
            Some(Step::AnyDepth) => return true,
            Some(Step::Anything) => true,
            Some(Step::Text(text)) => text == part.as_os_str(),
            Some(Step::Pattern(glob)) => glob.is_match(part.as_os_str()),
        };
        if !matches {
            return false;
        }
    }
    // `*` matches every folder; only one with a manifest is a member.
    steps.next().is_some() || places::kind(system, &folder.join("Cargo.toml")) == Kind::File
}
