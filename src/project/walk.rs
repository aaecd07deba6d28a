//! Which files lie under the roots: sources and manifests, and what was passed over and why.
//!
//! Every folder is walked, hidden ones too and whatever an ignore file says. Folders that
//! Cargo or version control made are held back at first, and walked after all when a manifest
//! names something inside them: a planted mark must not hide code. Links to folders are never
//! followed, so a loop of links cannot hold up the walk.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::files::FileSystem;

use super::places::{self, Kind};
use super::{Exclusion, LeftOut, Problem};

const BUILD_OUTPUT: &str = "build output made by Cargo";
const VERSION_CONTROL: &str = "version control data";

/// What a walk found; each set is sorted.
pub(super) struct Walk<'a> {
    system: &'a FileSystem,
    /// The folders and files asked for, resolved.
    roots: Vec<PathBuf>,
    exclude: Vec<(&'a Exclusion, PathBuf)>,
    pub sources: BTreeSet<PathBuf>,
    pub manifests: BTreeSet<PathBuf>,
    pub left_out: BTreeSet<LeftOut>,
    pub problems: BTreeSet<Problem>,
    /// Links to `.rs` files inside the roots, and where they lead.
    links: Vec<(PathBuf, PathBuf)>,
    /// Folders passed over as long as no manifest names something in them.
    held_back: BTreeMap<PathBuf, &'static str>,
    /// Whether folders are held back at all.
    holding: bool,
    excluded: BTreeSet<PathBuf>,
}

/// What to do with a folder.
enum Folder {
    Enter,
    Exclude(String),
    HoldBack(&'static str),
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        system: &'a FileSystem,
        roots: Vec<PathBuf>,
        exclude: &'a [Exclusion],
    ) -> Self {
        let resolved =
            |base: &Path| places::resolve(system, base).unwrap_or_else(|_| places::normalise(base));
        Self {
            system,
            roots,
            exclude: exclude.iter().map(|e| (e, resolved(&e.base))).collect(),
            sources: BTreeSet::new(),
            manifests: BTreeSet::new(),
            left_out: BTreeSet::new(),
            problems: BTreeSet::new(),
            links: Vec::new(),
            held_back: BTreeMap::new(),
            holding: true,
            excluded: BTreeSet::new(),
        }
    }

    /// Walks every root. Returns the files that were asked for by name.
    pub(super) fn roots(&mut self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for root in self.roots.clone() {
            if let Some((topmost, why)) = self.exclusion_above(&root) {
                self.leave_excluded(&topmost, why);
                continue;
            }
            match places::kind(self.system, &root) {
                Kind::Folder => self.folder(&root),
                Kind::File if is_manifest(&root) => {
                    self.manifests.insert(root);
                }
                Kind::File => {
                    self.sources.insert(root.clone());
                    files.push(root);
                }
                Kind::Missing => self.problem(&root, "no such file or folder"),
                Kind::Other(what) => self.problem(&root, what),
            }
        }
        files
    }

    /// Walks the folders held back that `named` says hold code, and forgets that they were
    /// held back. Returns whether there was one.
    pub(super) fn reopen(&mut self, named: impl Fn(&Path) -> bool) -> bool {
        let chosen: Vec<PathBuf> =
            self.held_back.keys().filter(|folder| named(folder)).cloned().collect();
        for folder in &chosen {
            self.held_back.remove(folder);
            self.folder(folder);
        }
        !chosen.is_empty()
    }

    /// From now on nothing is held back, and what was is walked.
    pub(super) fn reopen_all(&mut self) {
        self.holding = false;
        self.reopen(|_| true);
    }

    pub(super) fn holds_back(&self) -> bool {
        !self.held_back.is_empty()
    }

    /// Settles what could only be known at the end: links, and the folders held back.
    pub(super) fn finish(&mut self) {
        for (link, leads_to) in std::mem::take(&mut self.links) {
            // Read under its own name unless it is read under its real one.
            if !self.sources.contains(&leads_to) {
                self.sources.insert(link);
            }
        }
        for (path, why) in std::mem::take(&mut self.held_back) {
            self.left_out.insert(LeftOut { path, why: why.to_owned() });
        }
    }

    /// Whether a real path lies in what is looked at.
    pub(super) fn is_inside(&self, real: &Path) -> bool {
        self.roots.iter().any(|root| real.starts_with(root))
    }

    /// Whether the caller's configuration leaves the path out.
    pub(super) fn is_excluded(&self, path: &Path) -> bool {
        path.ancestors().any(|ancestor| self.excluded.contains(ancestor))
            || self.exclusion_above(path).is_some()
    }

    fn folder(&mut self, root: &Path) {
        match self.system {
            FileSystem::Disk => self.folder_on_disk(root),
            FileSystem::Memory(_) => self.folder_in_memory(root),
        }
    }

    fn folder_on_disk(&mut self, root: &Path) {
        let mut entries = WalkDir::new(root).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(root).to_owned();
                    let why = error
                        .io_error()
                        .map_or_else(|| "cannot be read".to_owned(), places::unreadable);
                    self.problem(&path, &why);
                    continue;
                }
            };
            let path = entry.path();
            if entry.path_is_symlink() {
                self.link(path);
                continue;
            }
            match places::kind_of(entry.file_type()) {
                Kind::Folder if entry.depth() > 0 && !self.enter(path) => {
                    entries.skip_current_dir();
                }
                Kind::Folder => {}
                kind => self.file(path, kind),
            }
        }
    }

    fn folder_in_memory(&mut self, root: &Path) {
        let FileSystem::Memory(files) = self.system else { return };
        let mut entered = BTreeSet::new();
        let mut skipped: Option<PathBuf> = None;
        for path in places::below(files, root) {
            let Ok(inside) = path.strip_prefix(root) else { continue };
            if skipped.as_ref().is_some_and(|folder| path.starts_with(folder)) {
                continue;
            }
            let mut folder = root.to_owned();
            let parts: Vec<_> = inside.components().collect();
            let folders = parts.split_last().map_or(&[][..], |(_, folders)| folders);
            let barred = folders.iter().find_map(|part| {
                folder.push(part);
                let fresh = entered.insert(folder.clone());
                (fresh && !self.enter(&folder)).then(|| folder.clone())
            });
            match barred {
                Some(folder) => skipped = Some(folder),
                None => self.file(path, Kind::File),
            }
        }
    }

    /// Whether a folder below the root is to be walked; when not, that is noted.
    fn enter(&mut self, path: &Path) -> bool {
        match self.judge(path) {
            Folder::Enter => true,
            Folder::Exclude(why) => {
                self.leave_excluded(path, why);
                false
            }
            Folder::HoldBack(why) => {
                // One that was asked for by name is walked on its own account.
                if !self.roots.iter().any(|root| root == path) {
                    self.held_back.insert(path.to_owned(), why);
                }
                false
            }
        }
    }

    fn judge(&self, path: &Path) -> Folder {
        if let Some(why) = self.exclusion_of(path, true) {
            return Folder::Exclude(why);
        }
        if !self.holding {
            return Folder::Enter;
        }
        if path.file_name() == Some(OsStr::new(".git")) {
            return Folder::HoldBack(VERSION_CONTROL);
        }
        if self.is_build_output(path) {
            return Folder::HoldBack(BUILD_OUTPUT);
        }
        Folder::Enter
    }

    /// Cargo's own folder: its name, its place beside a manifest, and a mark that Cargo
    /// leaves. Each of them alone is found in other folders too.
    fn is_build_output(&self, path: &Path) -> bool {
        let is_file = |path: PathBuf| places::kind(self.system, &path) == Kind::File;
        path.file_name() == Some(OsStr::new("target"))
            && path.parent().is_some_and(|parent| is_file(parent.join("Cargo.toml")))
            && ["CACHEDIR.TAG", ".rustc_info.json"].iter().any(|mark| is_file(path.join(mark)))
    }

    fn file(&mut self, path: &Path, kind: Kind) {
        if !is_source(path) && !is_manifest(path) {
            return;
        }
        if let Some(why) = self.exclusion_of(path, false) {
            self.leave_excluded(path, why);
            return;
        }
        match kind {
            Kind::Other(what) => self.problem(path, what),
            _ if is_manifest(path) => {
                self.manifests.insert(path.to_owned());
            }
            _ => {
                self.sources.insert(path.to_owned());
            }
        }
    }

    fn link(&mut self, path: &Path) {
        let kind = places::kind(self.system, path);
        if let Some(why) = self.exclusion_of(path, kind == Kind::Folder) {
            if kind == Kind::Folder || is_source(path) || is_manifest(path) {
                self.leave_excluded(path, why);
            }
            return;
        }
        if kind != Kind::Folder && !is_source(path) && !is_manifest(path) {
            return;
        }
        let Ok(leads_to) = places::resolve(self.system, path) else {
            self.leave_out(path, "symbolic link to nothing");
            return;
        };
        if let Kind::Other(what) = kind {
            self.problem(path, what);
        } else if !self.is_inside(&leads_to) {
            self.leave_out(path, "symbolic link out of the root");
        } else if kind == Kind::Folder {
            self.leave_out(path, "symbolic link");
        } else if is_manifest(path) {
            self.manifests.insert(path.to_owned());
        } else {
            self.links.push((path.to_owned(), leads_to));
        }
    }

    /// The reason of the exclusion that matches a path itself.
    fn exclusion_of(&self, path: &Path, is_folder: bool) -> Option<String> {
        self.exclude.iter().find_map(|(exclusion, base)| {
            let relative = path.strip_prefix(base).ok()?;
            // `vendor/**` is meant to leave out `vendor`, and says so only of what is in it.
            let matched = exclusion.glob.is_match(relative)
                || is_folder && exclusion.glob.is_match(relative.join(""));
            matched.then(|| format!("excluded in overt.toml: {}", exclusion.reason))
        })
    }

    /// The topmost folder on the way to a path, or itself, that is excluded.
    fn exclusion_above(&self, path: &Path) -> Option<(PathBuf, String)> {
        if self.exclude.is_empty() {
            return None;
        }
        let mut way: Vec<&Path> = path.ancestors().collect();
        way.reverse();
        way.into_iter().find_map(|step| {
            let is_folder = step != path || places::kind(self.system, step) == Kind::Folder;
            Some((step.to_owned(), self.exclusion_of(step, is_folder)?))
        })
    }

    fn leave_excluded(&mut self, path: &Path, why: String) {
        self.excluded.insert(path.to_owned());
        self.left_out.insert(LeftOut { path: path.to_owned(), why });
    }

    fn leave_out(&mut self, path: &Path, why: &str) {
        self.left_out.insert(LeftOut { path: path.to_owned(), why: why.to_owned() });
    }

    pub(super) fn problem(&mut self, path: &Path, why: &str) {
        let why = why.to_owned();
        self.problems.insert(Problem { path: path.to_owned(), span: None, why });
    }
}

fn is_source(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("rs"))
}

/// Whether a file configures a build: a manifest, Cargo's configuration, a choice of toolchain.
pub(super) fn is_manifest(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(OsStr::to_str) else { return false };
    match name {
        "Cargo.toml" | "rust-toolchain.toml" | "rust-toolchain" => true,
        "config.toml" | "config" => {
            path.parent().and_then(Path::file_name) == Some(OsStr::new(".cargo"))
        }
        _ => false,
    }
}
