//! The inventory: what a scanned tree can do, for reading and for comparing two versions.
//!
//! It claims nothing and never fails a build. For each package and target it lists the
//! destinations, the data that is collected and sent, the doors, the programs, files, variables
//! and native code, each with its places. What is listed under which heading is data
//! (`lints/models/inventory.toml`); here is only how it is gathered.
//!
//! Promises: the same tree gives the same inventory; it is written and read back as JSON without
//! loss; code that only tests run is listed and marked; what is chosen at run time is listed
//! under what chooses it.

mod facts;
mod gather;
mod native;
mod origin;
mod sent;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

pub use facts::{Entry, Row};
pub use gather::{Listed, gather};
pub use native::packages as of_packages;

use crate::files::Files;
use crate::project::Project;
use crate::report::position::Sources;
use crate::vocab::{DataKind, Section, TargetKind};

/// The version of the JSON form. It grows when a reader of the old form would misread the new.
pub const VERSION: u32 = 1;

/// Texts that one item keeps to be recognised by.
const MAX_DETAILS: usize = 8;

/// What a tree can do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    pub version: u32,
    /// Sorted by name and version. Files outside of any package belong to one without a name.
    pub packages: Vec<Package>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Empty for files outside of any package.
    pub name: SmolStr,
    pub version: SmolStr,
    pub targets: Vec<Target>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub kind: TargetKind,
    pub name: SmolStr,
    /// Sorted by section, name and what chooses it.
    pub items: Vec<Item>,
}

/// One thing that a target does, in all its places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub section: Section,
    /// The host, the program, the path, the variable, the data kind; empty when it is chosen at
    /// run time.
    pub what: String,
    /// What chooses it at run time, in the words of the code: `settings.url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_by: Option<String>,
    /// What is done with it: `sends`, `reads`.
    pub how: BTreeSet<String>,
    /// Whole URLs, arguments, functions: a few texts to recognise it by.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub details: BTreeSet<String>,
    /// Of a destination or a door: the data that reaches it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub data: BTreeSet<DataKind>,
    /// Settings that decide whether it happens: fields and functions that are asked before.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub guards: BTreeSet<String>,
    /// Only tests, benches, examples or `#[cfg(test)]` code do it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
    pub count: usize,
    /// Every place, sorted.
    pub places: Vec<Spot>,
}

/// A place in a file; lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    /// Relative to the working directory, `/` between components.
    pub file: String,
    pub line: usize,
    pub column: usize,
}

/// What items are put together by.
type Key = (Section, String, Option<String>, bool);

/// Puts together what the units of a scan listed.
pub fn assemble(listed: Vec<Listed>, project: &Project, files: &Files) -> Inventory {
    let mut listed = listed;
    // One file after another, so that each is read once.
    listed.sort_by_key(|one| one.place);
    let sources = Sources::new(files);
    let mut packages: BTreeMap<(SmolStr, SmolStr, PathBuf), Targets> = BTreeMap::new();
    for one in listed {
        let package = one.package.and_then(|id| project.packages.get(id.0 as usize));
        let of = package.map_or_else(Default::default, |package| {
            (package.name.clone(), package.version.clone(), package.folder.clone())
        });
        let (start, _) = sources.positions(one.place);
        let file = files.shown(one.place.file).to_owned();
        let spot = Spot { file, line: start.line, column: start.column };
        let targets = packages.entry(of).or_default();
        let items = targets.entry((one.kind, one.target)).or_default();
        let key = (one.section, one.what, one.chosen_by, one.test);
        let item = items.entry(key).or_default();
        item.how.extend(one.how);
        item.data.extend(one.data);
        item.guards = match item.places.is_empty() {
            true => one.guards,
            // What guards one place and not another guards neither.
            false => item.guards.intersection(&one.guards).cloned().collect(),
        };
        item.details.extend(one.detail);
        item.places.insert(spot);
    }
    let packages = packages.into_iter().map(|((name, version, _), targets)| {
        let targets = targets.into_iter().map(|((kind, name), items)| Target {
            kind,
            name,
            items: items.into_iter().map(item).collect(),
        });
        Package { name, version, targets: targets.collect() }
    });
    Inventory { version: VERSION, packages: packages.collect() }
}

type Targets = BTreeMap<(TargetKind, SmolStr), BTreeMap<Key, Parts>>;

/// An item in the making.
#[derive(Default)]
struct Parts {
    how: BTreeSet<String>,
    details: BTreeSet<String>,
    data: BTreeSet<DataKind>,
    guards: BTreeSet<String>,
    places: BTreeSet<Spot>,
}

fn item(((section, what, chosen_by, test), parts): (Key, Parts)) -> Item {
    let Parts { how, details, data, guards, places } = parts;
    let details = details.into_iter().take(MAX_DETAILS).collect();
    let places: Vec<Spot> = places.into_iter().collect();
    let count = places.len();
    Item { section, what, chosen_by, how, details, data, guards, test, count, places }
}

impl Inventory {
    /// Every item with its package and target.
    pub fn items(&self) -> impl Iterator<Item = (&Package, &Target, &Item)> {
        self.packages.iter().flat_map(|package| {
            let targets = package.targets.iter();
            targets.flat_map(move |target| {
                target.items.iter().map(move |item| (package, target, item))
            })
        })
    }

    /// Reads an inventory that was saved as JSON.
    ///
    /// # Errors
    /// What is wrong with the text, or a version that this program does not know.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match read.version {
            VERSION => Ok(read),
            other => Err(format!("an inventory of version {other}; this program reads {VERSION}")),
        }
    }
}

#[cfg(test)]
mod tests;
