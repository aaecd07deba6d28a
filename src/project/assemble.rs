//! From roots to a [`Project`].

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use smol_str::SmolStr;

use crate::files::FileSystem;

use super::manifest::{Manifest, PackageTable};
use super::named::Named;
use super::places::{self, Kind};
use super::targets::{self, Found};
use super::walk::Walk;
use super::workspace::{self, Manifests};
use super::{Exclusion, Package, PackageId, Problem, Project};

/// How often folders held back are looked at anew. A manifest in one can name the next; a tree
/// where that goes on was made to cost time, and is walked whole.
const MAX_ROUNDS: u32 = 16;

/// Finds the packages, the targets and the files under the roots.
///
/// A root is a folder (a workspace, a package, a folder of unrelated packages), a `Cargo.toml`
/// (its folder), or a single file. A single file is read alone, as part of the package that it
/// lies in: such a package has no other target than the files asked for.
///
/// Nothing that the roots hold can make this fail; see [`Project::problems`].
pub fn discover(system: &FileSystem, roots: &[PathBuf], exclude: &[Exclusion]) -> Project {
    let mut problems = BTreeSet::new();
    let roots = resolved(system, roots, &mut problems);
    let mut walk = Walk::new(system, roots.clone(), exclude);
    let mut manifests = Manifests::new(system);

    let single_files = walk.roots();
    let mut named = Named::default();
    let mut rounds = 0;
    let owners = loop {
        if walk.holds_back() && rounds == MAX_ROUNDS {
            walk.reopen_all();
        }
        rounds += 1;
        if walk.holds_back() {
            named.read(system, &walk.manifests, &mut manifests);
            if walk.reopen(|folder| named.leads_into(system, folder)) {
                continue;
            }
        }
        let owners = owners(system, &single_files, &mut manifests, &mut walk, &mut problems);
        // Cargo also finds targets that no manifest names.
        if !walk.reopen(|folder| owners.has_root_in(folder)) {
            break owners;
        }
    };
    walk.finish();

    problems.append(&mut walk.problems);
    let (packages, ids) = owners.numbered();
    let owned = |paths: BTreeSet<PathBuf>| {
        paths
            .into_iter()
            .map(|path| {
                let id = owner(&ids, &path);
                (path, id)
            })
            .collect()
    };
    Project {
        roots,
        sources: owned(walk.sources),
        manifests: owned(walk.manifests),
        packages,
        left_out: walk.left_out.into_iter().collect(),
        problems: problems.into_iter().collect(),
    }
}

/// The roots by their real paths, sorted, each once; a manifest stands for its folder.
fn resolved(
    system: &FileSystem,
    roots: &[PathBuf],
    problems: &mut BTreeSet<Problem>,
) -> Vec<PathBuf> {
    let mut found = BTreeSet::new();
    for root in roots {
        // Before links are followed: a link to `Cargo.toml` stands for where it lies.
        let is_manifest = is_cargo_toml(root) && places::kind(system, root) == Kind::File;
        let asked = match root.parent() {
            Some(parent) if is_manifest => parent,
            _ => root,
        };
        match places::resolve(system, asked) {
            Ok(real) => {
                found.insert(real);
            }
            Err(error) => {
                let why = match error.kind() {
                    std::io::ErrorKind::NotFound => "no such file or folder".to_owned(),
                    _ => places::unreadable(&error),
                };
                problems.insert(Problem { path: root.clone(), span: None, why });
            }
        }
    }
    found.into_iter().collect()
}

/// The packages under the roots, and those that the single files lie in.
fn owners(
    system: &FileSystem,
    single_files: &[PathBuf],
    manifests: &mut Manifests<'_>,
    walk: &mut Walk<'_>,
    problems: &mut BTreeSet<Problem>,
) -> Owners {
    let mut owners = Owners::default();
    let folders: Vec<PathBuf> =
        walk.manifests.iter().filter(|path| is_cargo_toml(path)).filter_map(parent).collect();
    for folder in &folders {
        owners.add(folder, None, system, manifests, walk, problems);
    }
    for file in single_files {
        let Some(folder) = folder_of_package(file, manifests) else { continue };
        if !owners.by_folder.contains_key(&folder) {
            owners.add(&folder, Some(single_files), system, manifests, walk, problems);
        }
    }
    owners
}

/// Who owns the files of a folder. A folder whose manifest cannot be used owns its files for
/// nobody: they are read as loose files.
#[derive(Default)]
struct Owners {
    by_folder: BTreeMap<PathBuf, Option<Package>>,
    target_roots: BTreeSet<PathBuf>,
}

impl Owners {
    /// Adds the package of a folder, its targets cut down to `only` when that is given.
    fn add(
        &mut self,
        folder: &Path,
        only: Option<&[PathBuf]>,
        system: &FileSystem,
        manifests: &mut Manifests<'_>,
        walk: &mut Walk<'_>,
        problems: &mut BTreeSet<Problem>,
    ) {
        let manifest = match manifests.at(folder) {
            Some(Ok(manifest)) => manifest,
            Some(Err(problem)) => {
                problems.insert(problem);
                self.by_folder.insert(folder.to_owned(), None);
                return;
            }
            None => return,
        };
        problems.extend(manifest.problems.iter().cloned());
        let Some(table) = &manifest.package else {
            // The root of a workspace without a package owns nothing and hides nothing.
            if manifest.workspace.is_none() {
                self.by_folder.insert(folder.to_owned(), None);
            }
            return;
        };
        let mut noticed = Vec::new();
        let (mut package, mut found) = package(system, &manifest, table, manifests, &mut noticed);
        if let Some(only) = only {
            found.retain(|found| only.contains(&found.target.root));
        }
        found.retain(|found| is_read(system, &manifest, found, walk, &mut noticed));
        self.target_roots.extend(found.iter().map(|found| found.target.root.clone()));
        package.targets = found.into_iter().map(|found| found.target).collect();
        problems.extend(noticed);
        self.by_folder.insert(folder.to_owned(), Some(package));
    }

    fn has_root_in(&self, folder: &Path) -> bool {
        places::has_below(&self.target_roots, folder)
    }

    /// The packages by folder, and which of them owns what.
    fn numbered(self) -> (Vec<Package>, BTreeMap<PathBuf, Option<PackageId>>) {
        let mut packages = Vec::new();
        let mut ids = BTreeMap::new();
        for (folder, package) in self.by_folder {
            let id = package.map(|package| {
                let id = PackageId(u32::try_from(packages.len()).unwrap_or(u32::MAX));
                packages.push(package);
                id
            });
            ids.insert(folder, id);
        }
        (packages, ids)
    }
}

fn owner(ids: &BTreeMap<PathBuf, Option<PackageId>>, path: &Path) -> Option<PackageId> {
    path.ancestors().skip(1).find_map(|folder| ids.get(folder)).copied().flatten()
}

fn package(
    system: &FileSystem,
    manifest: &Rc<Manifest>,
    table: &PackageTable,
    manifests: &mut Manifests<'_>,
    problems: &mut Vec<Problem>,
) -> (Package, Vec<Found>) {
    let root = workspace::of(manifests, manifest, problems);
    let root = root.as_deref();
    let name = match &table.name {
        Some(name) => name.text.clone(),
        None => {
            let why = "`[package]` has no name".to_owned();
            problems.push(Problem { path: manifest.path.clone(), span: None, why });
            let folder = manifest.folder.file_name().unwrap_or(OsStr::new("unnamed"));
            folder.to_string_lossy().into_owned()
        }
    };
    let edition = workspace::edition(manifest, table, root, problems);
    let found = targets::find(system, manifest, table, &name, edition, problems);
    let package = Package {
        name: SmolStr::new(&name),
        version: workspace::version(manifest, table, root, problems),
        folder: manifest.folder.clone(),
        manifest: manifest.path.clone(),
        edition,
        targets: Vec::new(),
        dependencies: workspace::dependencies(manifest, root, problems),
        workspace: root.map(|root| root.folder.clone()),
        links: table.links.as_ref().map(|links| (SmolStr::new(&links.text), links.span)),
    };
    (package, found)
}

/// Whether a target stays, and its root among the sources. One that leads out of the roots
/// does not: a manifest must not make the scan open whatever it names.
fn is_read(
    system: &FileSystem,
    manifest: &Manifest,
    found: &Found,
    walk: &mut Walk<'_>,
    problems: &mut Vec<Problem>,
) -> bool {
    let root = &found.target.root;
    if walk.is_excluded(root) {
        return false;
    }
    let mut problem = |what: String| {
        let why = format!("{} target `{}`: {what}", found.target.kind, found.target.name);
        problems.push(Problem { path: manifest.path.clone(), span: found.span, why });
    };
    let shown = root.strip_prefix(&manifest.folder).unwrap_or(root).display();
    let real = places::resolve(system, root);
    if !walk.is_inside(real.as_deref().unwrap_or(root)) {
        problem(format!("`{shown}` lies outside of what is scanned"));
        return false;
    }
    match places::kind(system, root) {
        Kind::File => {
            walk.sources.insert(root.clone());
        }
        Kind::Missing => problem(format!("no file `{shown}`")),
        Kind::Folder => problem(format!("`{shown}` is a folder")),
        Kind::Other(what) => problem(format!("`{shown}` is {what}")),
    }
    true
}

/// The folder of the nearest manifest above a file, when that is of a package or broken.
fn folder_of_package(file: &Path, manifests: &mut Manifests<'_>) -> Option<PathBuf> {
    file.ancestors().skip(1).find_map(|folder| match manifests.at(folder)? {
        Ok(manifest) if manifest.package.is_none() && manifest.workspace.is_some() => None,
        _ => Some(folder.to_owned()),
    })
}

pub(super) fn is_cargo_toml(path: impl AsRef<Path>) -> bool {
    path.as_ref().file_name() == Some(OsStr::new("Cargo.toml"))
}

fn parent(path: impl AsRef<Path>) -> Option<PathBuf> {
    path.as_ref().parent().map(Path::to_owned)
}
