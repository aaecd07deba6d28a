//! The targets of a package, by Cargo's rules: what the manifest says and what the layout of
//! the folders implies. Modelled on Cargo's own `targets.rs`, so that what Cargo compiles is
//! what is read.
//!
//! Where Cargo would refuse the manifest, a [`Problem`] says so and the best guess is kept: a
//! package that does not build today may build tomorrow.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use smol_str::SmolStr;

use crate::files::FileSystem;
use crate::span::Span;
use crate::vocab::TargetKind;

use super::manifest::{Build, Manifest, PackageTable, TargetTable, Text};
use super::places::{self, Kind};
use super::workspace::parse_edition;
use super::{Problem, Target};

/// A target, and where the manifest names it.
pub(super) struct Found {
    pub target: Target,
    pub span: Option<Span>,
}

/// Every target of a package: lib, bins, examples, tests, benches, build scripts, each kind
/// sorted by name. The roots are not checked.
pub(super) fn find(
    system: &FileSystem,
    manifest: &Manifest,
    package: &PackageTable,
    package_name: &str,
    edition: u16,
    problems: &mut Vec<Problem>,
) -> Vec<Found> {
    let mut finder = Finder { system, manifest, edition, problems };
    let mut found: Vec<Found> = Vec::new();
    found.extend(finder.lib(package, package_name));
    let has_lib = !found.is_empty();

    let mut inferred = Vec::new();
    if finder.exists("src/main.rs") {
        inferred.push((package_name.to_owned(), PathBuf::from("src/main.rs")));
    }
    inferred.extend(finder.inferred_in("src/bin"));
    let group = Group { kind: TargetKind::Bin, folder: "src/bin", has_lib };
    found.extend(finder.group(&group, manifest.bins.as_deref(), package.autobins, inferred));

    let others = [
        (TargetKind::Example, "examples", &manifest.examples, package.autoexamples),
        (TargetKind::Test, "tests", &manifest.tests, package.autotests),
        (TargetKind::Bench, "benches", &manifest.benches, package.autobenches),
    ];
    for (kind, folder, tables, automatic) in others {
        let inferred = finder.inferred_in(folder);
        let group = Group { kind, folder, has_lib };
        found.extend(finder.group(&group, tables.as_deref(), automatic, inferred));
    }
    found.extend(finder.build_scripts(package));
    found
}

/// One kind of target with its own folder.
struct Group {
    kind: TargetKind,
    folder: &'static str,
    has_lib: bool,
}

struct Finder<'a> {
    system: &'a FileSystem,
    manifest: &'a Manifest,
    edition: u16,
    problems: &'a mut Vec<Problem>,
}

impl Finder<'_> {
    fn lib(&mut self, package: &PackageTable, package_name: &str) -> Option<Found> {
        const DEFAULT: &str = "src/lib.rs";
        let manifest = self.manifest;
        let Some(table) = &manifest.lib else {
            let found = package.autolib != Some(false) && self.exists(DEFAULT);
            return found
                .then(|| self.found(TargetKind::Lib, package_name, Path::new(DEFAULT), None));
        };
        let kind = if table.proc_macro { TargetKind::ProcMacro } else { TargetKind::Lib };
        let name = table.name.as_ref().map_or(package_name, |name| &name.text);
        let path = match &table.path {
            Some(path) => path.text.clone(),
            None => {
                let legacy = format!("src/{}.rs", name.replace('-', "_"));
                let by_name = self.edition == 2015 && !self.exists(DEFAULT) && self.exists(&legacy);
                if by_name { legacy } else { DEFAULT.to_owned() }
            }
        };
        Some(self.found(kind, name, Path::new(&path), Some(table)))
    }

    /// The targets that the manifest lists, and those that the folders imply beside them.
    fn group(
        &mut self,
        group: &Group,
        tables: Option<&[TargetTable]>,
        automatic: Option<bool>,
        inferred: Vec<(String, PathBuf)>,
    ) -> Vec<Found> {
        let mut found: Vec<(String, Found)> = Vec::new();
        let mut names = BTreeSet::new();
        let mut paths = BTreeSet::new();
        let mut by_name: BTreeMap<&str, Vec<&PathBuf>> = BTreeMap::new();
        for (name, path) in &inferred {
            by_name.entry(name).or_default().push(path);
        }
        for table in tables.unwrap_or_default() {
            let name = self.name_of(group, table);
            if !names.insert(name.clone()) {
                let why = format!("a second {} target with the name `{name}`", group.kind);
                self.problem(Some(table.span), why);
            }
            if let Some(path) = &table.path {
                paths.insert(self.absolute(Path::new(&path.text)));
            }
            for path in self.paths_of(group, table, &name, &by_name) {
                found.push((name.clone(), self.found(group.kind, &name, &path, Some(table))));
            }
        }
        // In the edition of 2015 a list in the manifest is the whole list, unless it says more.
        let infers = automatic.unwrap_or(tables.is_none() || self.edition != 2015);
        if infers {
            for (name, path) in inferred {
                if !names.contains(&name) && !paths.contains(&self.absolute(&path)) {
                    let target = self.found(group.kind, &name, &path, None);
                    found.push((name, target));
                }
            }
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        found.into_iter().map(|(_, found)| found).collect()
    }

    fn name_of(&mut self, group: &Group, table: &TargetTable) -> String {
        if let Some(name) = &table.name
            && !name.text.trim().is_empty()
        {
            return name.text.clone();
        }
        self.problem(Some(table.span), format!("{} target without a name", group.kind));
        let stem = table.path.as_ref().and_then(|path| Path::new(&path.text).file_stem());
        stem.map_or_else(|| "unnamed".to_owned(), |stem| stem.to_string_lossy().into_owned())
    }

    /// The root of a listed target: as said, or where its name leads. Two files of that name
    /// are an error for Cargo; both are kept, so that neither can hide behind the other.
    fn paths_of(
        &mut self,
        group: &Group,
        table: &TargetTable,
        name: &str,
        inferred: &BTreeMap<&str, Vec<&PathBuf>>,
    ) -> Vec<PathBuf> {
        if let Some(path) = &table.path {
            return vec![PathBuf::from(&path.text)];
        }
        let mut matching: Vec<PathBuf> =
            inferred.get(name).into_iter().flatten().map(|path| path.to_path_buf()).collect();
        if matching.len() == 1 {
            return matching;
        }
        if self.edition == 2015
            && let Some(path) = self.legacy_path(group, name)
        {
            return vec![path];
        }
        if matching.is_empty() {
            // Named as missing when the roots are checked.
            return vec![Path::new(group.folder).join(format!("{name}.rs"))];
        }
        let why = format!("more than one file could be the {} target `{name}`", group.kind);
        self.problem(Some(table.span), why);
        matching.sort();
        matching
    }

    /// Places that Cargo once took by mistake and still takes in the edition of 2015.
    fn legacy_path(&self, group: &Group, name: &str) -> Option<PathBuf> {
        let candidates = match group.kind {
            TargetKind::Bin => {
                let own = (!group.has_lib).then(|| format!("src/{name}.rs"));
                let shared = ["src/main.rs", "src/bin/main.rs"].map(str::to_owned);
                own.into_iter().chain(shared).collect()
            }
            TargetKind::Bench if name == "bench" => vec!["src/bench.rs".to_owned()],
            _ => Vec::new(),
        };
        candidates.into_iter().find(|path| self.exists(path)).map(PathBuf::from)
    }

    /// `folder/name.rs` and `folder/name/main.rs`, relative to the package.
    fn inferred_in(&self, folder: &str) -> Vec<(String, PathBuf)> {
        let base = Path::new(folder);
        let mut inferred = Vec::new();
        for child in places::children(self.system, &self.absolute(base)) {
            let Some(name) = child.name.to_str().filter(|name| !name.starts_with('.')) else {
                continue;
            };
            let path = base.join(name);
            if child.is_folder {
                let main = path.join("main.rs");
                if places::kind(self.system, &self.absolute(&main)) != Kind::Missing {
                    inferred.push((name.to_owned(), main));
                }
            } else if path.extension() == Some(OsStr::new("rs"))
                && places::kind(self.system, &self.absolute(&path)) != Kind::Folder
                && let Some(stem) = path.file_stem().and_then(OsStr::to_str)
            {
                inferred.push((stem.to_owned(), path));
            }
        }
        inferred
    }

    fn build_scripts(&mut self, package: &PackageTable) -> Vec<Found> {
        const DEFAULT: &str = "build.rs";
        match &package.build {
            Build::None => Vec::new(),
            Build::Unsaid if !self.exists(DEFAULT) => Vec::new(),
            Build::Unsaid => vec![self.build_script(DEFAULT, None)],
            Build::Default(span) => vec![self.build_script(DEFAULT, Some(*span))],
            Build::Scripts(scripts) => scripts
                .iter()
                .map(|Text { text, span }| self.build_script(text, Some(*span)))
                .collect(),
        }
    }

    fn build_script(&self, path: &str, span: Option<Span>) -> Found {
        let stem = Path::new(path).file_stem().unwrap_or(OsStr::new("build")).to_string_lossy();
        Found {
            target: Target {
                kind: TargetKind::BuildScript,
                name: crate_name(&format!("build-script-{stem}")),
                root: self.absolute(Path::new(path)),
                edition: self.edition,
            },
            span,
        }
    }

    fn found(
        &mut self,
        kind: TargetKind,
        name: &str,
        path: &Path,
        table: Option<&TargetTable>,
    ) -> Found {
        let manifest = self.manifest;
        let edition = match table.and_then(|table| table.edition.as_ref()) {
            Some(text) => parse_edition(manifest, text, self.problems),
            None => self.edition,
        };
        let span = table.map(|table| table.path.as_ref().map_or(table.span, |path| path.span));
        let target = Target { kind, name: crate_name(name), root: self.absolute(path), edition };
        Found { target, span }
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        places::normalise(&self.manifest.folder.join(path))
    }

    fn exists(&self, path: &str) -> bool {
        // A pipe or a device there is Cargo's root all the same, and a problem later on.
        !matches!(
            places::kind(self.system, &self.absolute(Path::new(path))),
            Kind::Missing | Kind::Folder
        )
    }

    fn problem(&mut self, span: Option<Span>, why: String) {
        self.problems.push(Problem { path: self.manifest.path.clone(), span, why });
    }
}

fn crate_name(name: &str) -> SmolStr {
    SmolStr::new(name.replace('-', "_"))
}
