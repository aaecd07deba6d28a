//! From roots to a [`Project`].

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use smol_str::SmolStr;

use crate::files::FileSystem;

use super::manifest::{self, Manifest, PackageTable};
use super::places::{self, Kind};
use super::targets::{self, Found};
use super::walk::Walk;
use super::workspace::{self, Manifests};
use super::{Exclusion, Package, PackageId, Problem, Project};

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
    let owners = loop {
        let named = named_places(system, &walk, &mut manifests);
        if walk.reopen(|folder| named.iter().any(|place| place.leads_into(system, folder))) {
            continue;
        }
        let owners = owners(system, &single_files, &mut manifests, &mut walk, &mut problems);
        // Cargo also finds targets that no manifest names.
        if !walk.reopen(|folder| owners.roots().any(|root| root.starts_with(folder))) {
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
        package.targets = found.into_iter().map(|found| found.target).collect();
        problems.extend(noticed);
        self.by_folder.insert(folder.to_owned(), Some(package));
    }

    /// The root of every target.
    fn roots(&self) -> impl Iterator<Item = &Path> {
        let packages = self.by_folder.values().flatten();
        packages.flat_map(|package| &package.targets).map(|target| target.root.as_path())
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

/// A text of a manifest that may name a folder with code.
struct Named {
    base: PathBuf,
    text: String,
}

/// What the manifests name; read only when a folder was held back, for nothing else needs it.
fn named_places(system: &FileSystem, walk: &Walk<'_>, manifests: &mut Manifests<'_>) -> Vec<Named> {
    let mut named = Vec::new();
    if !walk.holds_back() {
        return named;
    }
    for path in &walk.manifests {
        let Some(folder) = parent(path) else { continue };
        if is_cargo_toml(path) {
            let Some(Ok(manifest)) = manifests.at(&folder) else { continue };
            let texts = manifest.named.iter().cloned();
            named.extend(texts.map(|text| Named { base: folder.clone(), text }));
        } else if folder.ends_with(".cargo") {
            // The paths of a configuration start beside its folder.
            let base = parent(&folder).unwrap_or_default();
            let texts = manifest::paths_in_config(system, path).into_iter();
            named.extend(texts.map(|text| Named { base: base.clone(), text }));
        }
    }
    named
}

impl Named {
    fn leads_into(&self, system: &FileSystem, folder: &Path) -> bool {
        let place = places::normalise(&self.base.join(&self.text));
        if self.text.contains(['*', '?', '[']) {
            return pattern_leads_into(system, &place, folder);
        }
        place.starts_with(folder)
            || places::resolve(system, &place).is_ok_and(|real| real.starts_with(folder))
    }
}

/// Whether a pattern of `workspace.members` can match the folder or something inside it.
fn pattern_leads_into(system: &FileSystem, pattern: &Path, folder: &Path) -> bool {
    let mut steps = pattern.components();
    for part in folder.components() {
        match steps.next() {
            None => return false,
            Some(step) if step.as_os_str() == "**" => return true,
            Some(step) if !step_matches(step, part) => return false,
            Some(_) => {}
        }
    }
    // `*` matches every folder; only one with a manifest is a member.
    steps.next().is_some() || places::kind(system, &folder.join("Cargo.toml")) == Kind::File
}

fn step_matches(step: Component<'_>, part: Component<'_>) -> bool {
    if step == part {
        return true;
    }
    let text = step.as_os_str().to_string_lossy();
    if !text.contains(['*', '?', '[']) {
        return false;
    }
    // What is no valid pattern may mean anything.
    globset::Glob::new(&text).map_or(true, |glob| glob.compile_matcher().is_match(part.as_os_str()))
}

fn is_cargo_toml(path: impl AsRef<Path>) -> bool {
    path.as_ref().file_name() == Some(OsStr::new("Cargo.toml"))
}

fn parent(path: impl AsRef<Path>) -> Option<PathBuf> {
    path.as_ref().parent().map(Path::to_owned)
}
