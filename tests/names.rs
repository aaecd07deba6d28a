//! What paths, types and methods mean, as data: each case in `tests/names/` is a file or a
//! package whose lines are marked with the calls that must be seen there, `//= path`. A line
//! without a mark must have none.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use overt::check::{Options, check};

type Seen = BTreeMap<(String, usize), BTreeSet<String>>;

#[test]
fn calls_have_the_names_that_the_cases_say() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/names");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&root)
        .expect("cases")
        .map(|entry| entry.expect("entry").path())
        .collect();
    cases.sort();
    let mut wrong = Vec::new();
    for case in &cases {
        let (seen, wanted) = (seen(case), wanted(case));
        for place in seen.keys().chain(wanted.keys()).collect::<BTreeSet<_>>() {
            let (have, want) = (seen.get(place), wanted.get(place));
            if have != want {
                wrong.push(format!("{}:{}: seen {have:?}, marked {want:?}", place.0, place.1));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases.len() >= 5);
}

fn seen(case: &Path) -> Seen {
    let options = Options {
        paths: vec![case.to_owned()],
        config: Some(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/common/overt.toml")),
        inventory: true,
        ..Options::default()
    };
    let checked =
        check(&options, &|_| {}).unwrap_or_else(|error| panic!("{}: {error}", case.display()));
    let mut seen = Seen::new();
    for entry in &checked.inventory {
        let text = checked.files.text(entry.place.file);
        let line = text[..entry.place.span.start as usize].matches('\n').count() + 1;
        let file = checked.files.path(entry.place.file).display().to_string();
        let calls = entry.calls.first().map(ToString::to_string);
        seen.entry((file, line)).or_default().extend(calls);
    }
    seen
}

fn wanted(case: &Path) -> Seen {
    let mut wanted = Seen::new();
    let files =
        walkdir::WalkDir::new(case).into_iter().flatten().filter(|e| e.file_type().is_file());
    for file in files {
        let text = std::fs::read_to_string(file.path()).expect("cases are text");
        for (index, line) in text.lines().enumerate() {
            let Some((_, marks)) = line.split_once("//=") else { continue };
            let file = std::fs::canonicalize(file.path()).expect("exists").display().to_string();
            let paths = marks.split(',').map(|path| path.trim().to_owned());
            wanted.entry((file, index + 1)).or_default().extend(paths);
        }
    }
    wanted
}
