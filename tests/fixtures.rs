//! Every fixture package: marked lines are flagged, no others are, quiet packages are quiet.

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::{folders, name};
use overt::files::FileSystem;

/// Folders that belong to other tests.
const OTHERS: [&str; 3] = ["attacks", "demo", "disclosures"];

#[test]
fn fixtures_say_what_their_marks_say() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut wrong = Vec::new();
    let mut packages = 0;
    for lint in folders(&root).into_iter().filter(|folder| !OTHERS.contains(&name(folder).as_str()))
    {
        let id = name(&lint);
        for kind in folders(&lint) {
            let flagged = match name(&kind).as_str() {
                "flagged" => true,
                "quiet" | "old-false-alarms" => false,
                other => panic!("{}: unknown kind `{other}`", lint.display()),
            };
            for package in folders(&kind) {
                packages += 1;
                compare(&package, &id, flagged, &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {packages} packages:\n{}", wrong.len(), wrong.join("\n"));
    assert!(packages > 0);
}

fn compare(package: &Path, lint: &str, flagged: bool, wrong: &mut Vec<String>) {
    let checked = common::run(FileSystem::Disk, package, lint);
    let package = std::fs::canonicalize(package).expect("the package exists");
    let found = common::spots(&checked, lint, &package);
    let mut expected = BTreeSet::new();
    for file in files(&package) {
        let bytes = std::fs::read(&file).expect("fixtures are readable");
        let relative = file.strip_prefix(&package).expect("below").display().to_string();
        expected.extend(common::marks(&relative, &String::from_utf8_lossy(&bytes), lint));
    }
    if flagged && expected.is_empty() {
        wrong.push(format!("{}: flagged, and nothing is marked", package.display()));
    }
    if !flagged && !expected.is_empty() {
        wrong.push(format!("{}: quiet, and something is marked", package.display()));
    }
    if found != expected {
        let missed: Vec<_> = expected.difference(&found).collect();
        let extra: Vec<_> = found.difference(&expected).collect();
        wrong.push(format!("{}: missed {missed:?}, not expected {extra:?}", package.display()));
    }
}

#[test]
fn every_lint_has_fixtures_and_every_fixture_a_lint() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let have: BTreeSet<String> =
        folders(&root).iter().map(|f| name(f)).filter(|n| !OTHERS.contains(&n.as_str())).collect();
    let lints = overt::lint::load::built_in(overt::lint::detectors()).expect("lints load");
    let want: BTreeSet<String> = lints.iter().map(|lint| lint.id().to_owned()).collect();
    assert_eq!(have, want);
    for lint in &want {
        for kind in ["flagged", "quiet"] {
            assert!(
                !folders(&root.join(lint).join(kind)).is_empty(),
                "{lint} has no {kind} package"
            );
        }
    }
}

fn files(path: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(path).sort_by_file_name().into_iter().flatten();
    entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}
