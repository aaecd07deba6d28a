//! Which packages form a unit, and what each target can name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use smol_str::SmolStr;

use crate::ir::Name;
use crate::names::{CrateId, CratePlan, Extern, normal};
use crate::project::{DependencyKind, Package, PackageId, Project};
use crate::vocab::TargetKind;

/// The packages of one unit with the sources of each; loose files form units by folder.
#[derive(Debug, Default)]
pub struct Members {
    pub packages: Vec<PackageId>,
    /// The sources of the unit: path, and the package that it lies in.
    pub sources: Vec<(PathBuf, Option<PackageId>)>,
}

/// Groups packages that share a workspace or depend on each other by path, and gives every
/// source to its unit. Loose files belong together with those of the same top folder.
pub fn units(project: &Project) -> Vec<Members> {
    let mut groups: Vec<usize> = (0..project.packages.len()).collect();
    let by_folder: BTreeMap<&Path, usize> =
        project.packages.iter().enumerate().map(|(index, p)| (p.folder.as_path(), index)).collect();
    let mut workspaces: BTreeMap<&Path, usize> = BTreeMap::new();
    for (index, package) in project.packages.iter().enumerate() {
        if let Some(workspace) = &package.workspace {
            let first = *workspaces.entry(workspace).or_insert(index);
            union(&mut groups, first, index);
        }
        for path in package.dependencies.iter().filter_map(|dependency| dependency.path.as_deref())
        {
            if let Some(other) = by_folder.get(normal(path).as_path()) {
                union(&mut groups, *other, index);
            }
        }
    }
    let mut units: BTreeMap<usize, Members> = BTreeMap::new();
    for index in 0..project.packages.len() {
        let root = find(&groups, index);
        let id = PackageId(u32::try_from(index).unwrap_or(u32::MAX));
        units.entry(root).or_default().packages.push(id);
    }
    let mut loose: BTreeMap<PathBuf, Members> = BTreeMap::new();
    for (path, package) in &project.sources {
        let members = match package {
            Some(id) => units.entry(find(&groups, id.0 as usize)).or_default(),
            None => loose.entry(top_folder(project, path)).or_default(),
        };
        members.sources.push((path.clone(), *package));
    }
    units.into_values().chain(loose.into_values()).collect()
}

fn find(groups: &[usize], mut index: usize) -> usize {
    while groups[index] != index {
        index = groups[index];
    }
    index
}

fn union(groups: &mut [usize], a: usize, b: usize) {
    let (a, b) = (find(groups, a), find(groups, b));
    let (low, high) = (a.min(b), a.max(b));
    groups[high] = low;
}

/// The folder right below a root that a loose file lies in.
fn top_folder(project: &Project, path: &Path) -> PathBuf {
    for root in &project.roots {
        if let Ok(rest) = path.strip_prefix(root) {
            let mut parts = rest.components();
            let first = parts.next();
            // A file directly in the root belongs to the root.
            if parts.next().is_some()
                && let Some(first) = first
            {
                return root.join(first);
            }
            return root.clone();
        }
    }
    path.parent().unwrap_or(path).to_owned()
}

/// The targets of a unit: libraries first, because the others can name them.
pub fn targets(
    project: &Project,
    members: &Members,
    exists: impl Fn(&Path) -> bool,
) -> Vec<CratePlan> {
    let mut plans: Vec<(CratePlan, PackageId)> = Vec::new();
    for libraries in [true, false] {
        for id in &members.packages {
            let package = &project.packages[id.0 as usize];
            for target in package.targets.iter().filter(|target| exists(&target.root)) {
                let is_library = matches!(target.kind, TargetKind::Lib | TargetKind::ProcMacro);
                if is_library != libraries {
                    continue;
                }
                let plan = CratePlan {
                    package: Some(*id),
                    kind: target.kind,
                    name: target.name.clone(),
                    edition: target.edition,
                    root: target.root.clone(),
                    externs: Vec::new(),
                };
                plans.push((plan, *id));
            }
        }
    }
    let libraries: BTreeMap<PackageId, (CrateId, Name)> = plans
        .iter()
        .zip(0u32..)
        .filter(|((plan, _), _)| matches!(plan.kind, TargetKind::Lib | TargetKind::ProcMacro))
        .map(|((plan, id), number)| (*id, (CrateId(number), plan.name.clone())))
        .collect();
    plans
        .into_iter()
        .map(|(plan, id)| {
            let externs = externs(project, id, plan.kind, &libraries);
            CratePlan { externs, ..plan }
        })
        .collect()
}

/// What a target of a package can name.
pub fn externs(
    project: &Project,
    id: PackageId,
    kind: TargetKind,
    libraries: &BTreeMap<PackageId, (CrateId, Name)>,
) -> Vec<(Name, Extern)> {
    let package = &project.packages[id.0 as usize];
    let mut names = Vec::new();
    for dependency in &package.dependencies {
        let wanted = match kind {
            TargetKind::BuildScript => dependency.kind == DependencyKind::Build,
            TargetKind::Unreachable => true,
            // `#[cfg(test)]` code stands in every target.
            _ => dependency.kind != DependencyKind::Build,
        };
        if !wanted {
            continue;
        }
        let scanned = dependency
            .path
            .as_deref()
            .and_then(|path| package_at(project, &normal(path)))
            .and_then(|other| libraries.get(&other));
        let meaning = match scanned {
            Some((krate, _)) => Extern::Scanned(*krate),
            None => Extern::Package(SmolStr::from(dependency.package.replace('-', "_"))),
        };
        names.push((dependency.name.clone(), meaning));
    }
    let own = libraries.get(&id);
    if let Some((krate, name)) = own
        && !matches!(kind, TargetKind::Lib | TargetKind::ProcMacro | TargetKind::BuildScript)
    {
        names.push((name.clone(), Extern::Scanned(*krate)));
    }
    names
}

fn package_at(project: &Project, folder: &Path) -> Option<PackageId> {
    let index = project.packages.iter().position(|package: &Package| package.folder == folder)?;
    u32::try_from(index).ok().map(PackageId)
}
