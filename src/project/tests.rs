//! Whole trees, most of them in memory; links, sockets and rights on the disk.

mod files;
mod links;
mod packages;
mod targets;

use std::path::{Path, PathBuf};

use super::*;
use crate::files::FileSystem;

/// The project of a tree in memory with its root at `/w`.
fn tree(files: &[(&str, &str)]) -> Project {
    from(files, &["/w"])
}

fn from(files: &[(&str, &str)], roots: &[&str]) -> Project {
    let system = FileSystem::memory(files.iter().map(|(path, text)| (*path, *text)));
    let roots: Vec<PathBuf> = roots.iter().map(PathBuf::from).collect();
    discover(&system, &roots, &[])
}

/// One package in `/w` with more keys in its manifest, and empty files.
fn package(keys: &str, files: &[&str]) -> Project {
    let manifest = format!("[package]\nname = \"my-pkg\"\nedition = \"2021\"\n{keys}");
    let mut all = vec![("/w/Cargo.toml".to_owned(), manifest)];
    all.extend(files.iter().map(|file| (format!("/w/{file}"), String::new())));
    discover(&FileSystem::memory(all), &[PathBuf::from("/w")], &[])
}

/// `kind name root`, the root relative to the package.
fn targets(project: &Project) -> Vec<String> {
    let package = project.packages.first().expect("a package");
    let line = |target: &Target| {
        let root = target.root.strip_prefix(&package.folder).unwrap_or(&target.root);
        format!("{} {} {}", target.kind, target.name, root.display())
    };
    package.targets.iter().map(line).collect()
}

fn sources(project: &Project) -> Vec<String> {
    project.sources.iter().map(|(path, _)| path.display().to_string()).collect()
}

fn left_out(project: &Project) -> Vec<String> {
    project.left_out.iter().map(|l| format!("{}: {}", l.path.display(), l.why)).collect()
}

fn problems(project: &Project) -> Vec<String> {
    project.problems.iter().map(|p| format!("{}: {}", p.path.display(), p.why)).collect()
}

/// The name of the package that a source belongs to.
fn owner<'a>(project: &'a Project, path: &str) -> Option<&'a str> {
    let (_, id) = project.sources.iter().find(|(p, _)| p == Path::new(path)).expect("a source");
    id.map(|id| project.packages[id.0 as usize].name.as_str())
}
