//! What is rewritten: the packages under `fixtures/` and the examples in the lint files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use overt::check::{self, Options};
use overt::files::FileSystem;
use overt::vocab::Level;

/// The files of a package, by their paths inside of it.
pub type Package = BTreeMap<String, Vec<u8>>;

/// A package and what a lint has to say about it.
pub struct Case {
    pub lint: String,
    pub name: String,
    pub flagged: bool,
    pub package: Package,
}

/// Every case, in a fixed order.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let lints = overt::lint::load::built_in(overt::lint::detectors()).expect("lints load");
    for lint in &lints {
        for (kind, flagged) in [("flagged", true), ("quiet", false), ("old-false-alarms", false)] {
            for folder in folders(&root.join(lint.id()).join(kind)) {
                let name = format!("{kind}/{}", last(&folder));
                let package = read(&folder);
                cases.push(Case { lint: lint.id().to_owned(), name, flagged, package });
            }
        }
        for (index, example) in lint.file.examples.iter().enumerate() {
            let Some(flagged) = example.flagged else { continue };
            let texts = crate::common::example(example);
            let package = texts.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
            let name = format!("example {}", index + 1);
            cases.push(Case { lint: lint.id().to_owned(), name, flagged, package });
        }
    }
    // What depends on a configuration would need a run of its own for each rewriting.
    cases.retain(|case| !case.package.contains_key("overt.toml"));
    cases
}

/// Which of the packages the lint of each speaks about. They share one run, because most of a
/// run over a small package is the loading of lints and models.
pub fn spoken(packages: &[(&str, Package)]) -> Vec<bool> {
    if packages.is_empty() {
        return Vec::new();
    }
    let folder = |index: usize| PathBuf::from(format!("/m/{index:05}"));
    let files = packages.iter().enumerate().flat_map(|(index, (_, package))| {
        package.iter().map(move |(path, bytes)| (folder(index).join(path), bytes.clone()))
    });
    let lints: BTreeSet<&str> = packages.iter().map(|(lint, _)| *lint).collect();
    let options = Options {
        paths: (0..packages.len()).map(folder).collect(),
        suppressions: true,
        levels: lints.iter().map(|lint| ((*lint).to_owned(), Level::Warn)).collect(),
        threads: Some(1),
        system: FileSystem::memory(files),
        ..Options::default()
    };
    let checked = check::check(&options, &|_| {}).unwrap_or_else(|error| panic!("{error}"));
    let mut spoken = vec![false; packages.len()];
    for finding in &checked.report.findings {
        let path = checked.files.path(finding.primary.place.file);
        let number = path.components().nth(2).and_then(|part| part.as_os_str().to_str());
        let Some(index) = number.and_then(|number| number.parse::<usize>().ok()) else { continue };
        if packages.get(index).is_some_and(|(lint, _)| *lint == finding.lint) {
            spoken[index] = true;
        }
    }
    spoken
}

pub fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

pub fn read(folder: &Path) -> Package {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    let files = entries.filter(|entry| entry.file_type().is_file());
    let files = files.map(|entry| {
        let relative = entry.path().strip_prefix(folder).expect("below the folder");
        let name = relative.to_string_lossy().replace('\\', "/");
        (name, std::fs::read(entry.path()).expect("fixtures are readable"))
    });
    files.collect()
}

fn last(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
