//! The project: which packages and targets a tree holds, and which files are to be read.
//!
//! Manifests are read as TOML by Cargo's rules; no process is started, so nothing that the
//! tree configures is ever run. Whatever is not read is recorded in [`Project::left_out`] or
//! [`Project::problems`]: nothing is dropped in silence. Symbolic links are not followed out
//! of the root, and only regular files are opened. The tree may be hostile: no manifest and no
//! layout of folders stops the scan, and a mark planted in a folder hides no code in it that
//! a manifest names.
//!
//! One way through: `walk` lists the files, `manifest` reads each `Cargo.toml`, `named` says
//! which folders are code against all appearance, `workspace` adds what is inherited,
//! `targets` finds what Cargo would compile, and `assemble` joins them.

mod assemble;
mod manifest;
mod named;
mod places;
mod targets;
#[cfg(test)]
mod tests;
mod walk;
mod workspace;

pub use assemble::discover;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::span::Span;
use crate::vocab::TargetKind;

/// What the caller wants left out, already with its reason.
#[derive(Debug, Clone)]
pub struct Exclusion {
    /// Matched against the path relative to `base`.
    pub glob: globset::GlobMatcher,
    pub base: PathBuf,
    /// Shown after "excluded in overt.toml:".
    pub reason: String,
}

/// An index into [`Project::packages`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PackageId(pub u32);

/// Everything that one run looks at.
#[derive(Debug, Default)]
pub struct Project {
    /// The folders and files that were asked for: absolute and free of links on the disk. All
    /// other paths begin with one of them.
    pub roots: Vec<PathBuf>,
    pub packages: Vec<Package>,
    /// Every `.rs` file under the roots and every root of a target, whatever its name, with
    /// the package that it lies in (the innermost one), sorted by path.
    pub sources: Vec<(PathBuf, Option<PackageId>)>,
    /// Every TOML file that configures a build or a tool: manifests, `.cargo/config.toml`
    /// (and `.cargo/config`), `rust-toolchain.toml`, sorted by path.
    pub manifests: Vec<(PathBuf, Option<PackageId>)>,
    /// What was not looked at, and why; shown to the user and counted.
    pub left_out: Vec<LeftOut>,
    /// What could not be read or understood; shown to the user and counted.
    pub problems: Vec<Problem>,
}

/// A folder or a file that was left out on purpose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    pub path: PathBuf,
    /// A phrase: "build output made by Cargo", "excluded in overt.toml: generated inputs".
    pub why: String,
}

/// Something that should have been read and could not be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub path: PathBuf,
    /// Where in the file, when that is known.
    pub span: Option<Span>,
    /// A phrase: "not valid TOML: expected `]`", "a named pipe, not a regular file".
    pub why: String,
}

/// A package, or a workspace's root without one is no package.
#[derive(Debug, Clone)]
pub struct Package {
    pub name: SmolStr,
    pub version: SmolStr,
    /// The folder of its manifest.
    pub folder: PathBuf,
    pub manifest: PathBuf,
    /// `2015`, `2018`, `2021`, `2024`.
    pub edition: u16,
    pub targets: Vec<Target>,
    pub dependencies: Vec<Dependency>,
    /// The folder of its workspace's root manifest, when it has one.
    pub workspace: Option<PathBuf>,
    /// The native library that it links, and where that is said.
    pub links: Option<(SmolStr, Span)>,
}

/// One of Cargo's targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub kind: TargetKind,
    /// The crate name: `-` is replaced with `_`.
    pub name: SmolStr,
    /// The root source file, as Cargo names it: where it is a link, the modules lie beside
    /// the link. It exists when the manifest was read, unless a problem says so.
    pub root: PathBuf,
    pub edition: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DependencyKind {
    Normal,
    Dev,
    Build,
}

/// A dependency as the code sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The name in the code, `-` replaced with `_`: the key of the table.
    pub name: SmolStr,
    /// The real package: `package = "…"`, or the key.
    pub package: SmolStr,
    pub kind: DependencyKind,
    /// The folder of a path dependency, joined to the folder of the manifest.
    pub path: Option<PathBuf>,
    pub optional: bool,
    /// Where it stands in the manifest.
    pub span: Span,
}
