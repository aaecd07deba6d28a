//! Which workspace a package belongs to, and what it inherits from there.
//!
//! The root is found as Cargo finds it: the package's own `[workspace]`, the folder that
//! `package.workspace` names, or the nearest folder above whose manifest has a `[workspace]`
//! that does not exclude the package. Only for this are manifests above the roots read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use smol_str::SmolStr;

use crate::files::FileSystem;
use crate::span::Span;

use super::manifest::{self, Inherited, Manifest, PackageTable, Text};
use super::places::{self, Kind};
use super::{Dependency, Problem};

/// Every manifest read so far, by folder; each is read once.
pub(super) struct Manifests<'a> {
    system: &'a FileSystem,
    read: BTreeMap<PathBuf, Option<Result<Rc<Manifest>, Problem>>>,
}

impl<'a> Manifests<'a> {
    pub(super) fn new(system: &'a FileSystem) -> Self {
        Self { system, read: BTreeMap::new() }
    }

    /// The manifest of a folder, `None` when it has none.
    pub(super) fn at(&mut self, folder: &Path) -> Option<Result<Rc<Manifest>, Problem>> {
        if let Some(known) = self.read.get(folder) {
            return known.clone();
        }
        let path = folder.join("Cargo.toml");
        // Something else of that name is a manifest that cannot be read; a folder is neither.
        let exists = !matches!(places::kind(self.system, &path), Kind::Missing | Kind::Folder);
        let found = exists.then(|| manifest::read(self.system, &path).map(Rc::new));
        self.read.insert(folder.to_owned(), found.clone());
        found
    }

    fn readable(&mut self, folder: &Path) -> Option<Rc<Manifest>> {
        self.at(folder)?.ok()
    }
}

/// The manifest with the `[workspace]` that a package belongs to.
pub(super) fn of(
    manifests: &mut Manifests<'_>,
    member: &Rc<Manifest>,
    problems: &mut Vec<Problem>,
) -> Option<Rc<Manifest>> {
    if member.workspace.is_some() {
        return Some(Rc::clone(member));
    }
    if let Some(pointer) = member.package.as_ref().and_then(|package| package.workspace.as_ref()) {
        let root = pointed_at(manifests, member, pointer);
        if root.is_none() {
            let why = format!("`{}` is not the folder of a workspace", pointer.text);
            problems.push(problem(member, Some(pointer.span), why));
        }
        return root;
    }
    for folder in member.folder.ancestors().skip(1) {
        // A package that `cargo package` unpacked stands alone.
        if folder.ends_with("target/package") {
            return None;
        }
        let Some(above) = manifests.readable(folder) else { continue };
        if above.workspace.is_some() {
            if !excludes(&above, &member.path) {
                return Some(above);
            }
            continue;
        }
        if let Some(pointer) = above.package.as_ref().and_then(|package| package.workspace.as_ref())
        {
            return pointed_at(manifests, &above, pointer);
        }
    }
    None
}

fn pointed_at(
    manifests: &mut Manifests<'_>,
    from: &Manifest,
    pointer: &Text,
) -> Option<Rc<Manifest>> {
    let folder = places::normalise(&from.folder.join(&pointer.text));
    manifests.readable(&folder).filter(|root| root.workspace.is_some())
}

/// Cargo's own rule: a folder below `exclude` that `members` does not name by its text.
fn excludes(root: &Manifest, member: &Path) -> bool {
    let Some(workspace) = &root.workspace else { return false };
    let holds = |folders: &BTreeSet<PathBuf>| member.ancestors().any(|f| folders.contains(f));
    holds(&workspace.exclude) && !holds(&workspace.members)
}

/// The edition of a package.
pub(super) fn edition(
    member: &Manifest,
    package: &PackageTable,
    root: Option<&Manifest>,
    problems: &mut Vec<Problem>,
) -> u16 {
    match &package.edition {
        None => 2015,
        Some(Inherited::Here(text)) => parse_edition(member, text, problems),
        Some(Inherited::FromWorkspace(span)) => {
            let inherited = root.and_then(|r| Some((r, r.workspace.as_ref()?.edition.as_ref()?)));
            match inherited {
                Some((root, text)) => parse_edition(root, text, problems),
                None => {
                    problems.push(not_inherited(member, *span, "edition", root));
                    LATEST_EDITION
                }
            }
        }
    }
}

const LATEST_EDITION: u16 = 2024;

/// One of Cargo's editions. An unknown one is likely newer than this program and most like the
/// latest that it knows.
pub(super) fn parse_edition(of: &Manifest, text: &Text, problems: &mut Vec<Problem>) -> u16 {
    match text.text.as_str() {
        "2015" => 2015,
        "2018" => 2018,
        "2021" => 2021,
        "2024" => LATEST_EDITION,
        other => {
            let why = format!("unknown edition `{other}`, read as {LATEST_EDITION}");
            problems.push(problem(of, Some(text.span), why));
            LATEST_EDITION
        }
    }
}

/// The version of a package; `0.0.0` as Cargo has it where none is said.
pub(super) fn version(
    member: &Manifest,
    package: &PackageTable,
    root: Option<&Manifest>,
    problems: &mut Vec<Problem>,
) -> SmolStr {
    match &package.version {
        None => SmolStr::new_static("0.0.0"),
        Some(Inherited::Here(text)) => SmolStr::new(&text.text),
        Some(Inherited::FromWorkspace(span)) => {
            match root.and_then(|r| r.workspace.as_ref()?.version.as_ref()) {
                Some(text) => SmolStr::new(&text.text),
                None => {
                    problems.push(not_inherited(member, *span, "version", root));
                    SmolStr::new_static("0.0.0")
                }
            }
        }
    }
}

/// The dependencies of a package with what the workspace says of them.
pub(super) fn dependencies(
    member: &Manifest,
    root: Option<&Manifest>,
    problems: &mut Vec<Problem>,
) -> Vec<Dependency> {
    let shared = root.and_then(|root| Some((root, &root.workspace.as_ref()?.dependencies)));
    let mut found = Vec::with_capacity(member.dependencies.len());
    for entry in &member.dependencies {
        let mut source = (entry, member.folder.as_path());
        if entry.inherits {
            match shared.and_then(|(root, all)| Some((all.get(&entry.key)?, &*root.folder))) {
                Some(inherited) => source = inherited,
                None => problems.push(not_inherited(member, entry.span, &entry.key, root)),
            }
        }
        let (said, base) = source;
        found.push(Dependency {
            name: SmolStr::new(entry.key.replace('-', "_")),
            package: SmolStr::new(said.package.as_deref().unwrap_or(&entry.key)),
            kind: entry.kind,
            path: said.path.as_ref().map(|path| places::normalise(&base.join(path))),
            optional: entry.optional,
            span: entry.span,
        });
    }
    found
}

fn not_inherited(member: &Manifest, span: Span, key: &str, root: Option<&Manifest>) -> Problem {
    let why = match root {
        None => format!("`{key}` is inherited, but no workspace was found"),
        Some(_) => format!("`{key}` is inherited, but the workspace does not define it"),
    };
    problem(member, Some(span), why)
}

fn problem(of: &Manifest, span: Option<Span>, why: String) -> Problem {
    Problem { path: of.path.clone(), span, why }
}
