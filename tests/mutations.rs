//! What a lint finds, it still finds when the same is written differently, and what it lets
//! pass, it lets pass.
//!
//! Every fixture package and every example is rewritten in many mechanical ways. What fails is
//! in `mutations/known.toml`; the test fails when more does and when less does. Three variables
//! of the environment help: `OVERT_MUTATION_TABLE=FILE` writes the results as Markdown,
//! `OVERT_MUTATION_ACCEPT=1` brings `known.toml` up to date, and `OVERT_MUTATION_DUMP=FOLDER`
//! writes every rewritten package that fails.

mod common;
#[path = "mutations/mod.rs"]
mod rewrites;

use std::path::Path;

use rayon::prelude::*;

use rewrites::cases::{self, Case, Package};
use rewrites::known::{self, Results};
use rewrites::{ALL, Mutation, REPRINT, apply};

#[test]
fn rewritten_code_is_seen_as_the_code_that_it_was() {
    let mut cases = cases::all();
    assert!(cases.len() > 300, "only {} cases", cases.len());
    let (first, rest) = ALL.split_first().expect("there are mutations");
    assert_eq!(first.id, REPRINT);
    let (mut results, failed) = run(first, &cases);
    // What does not survive that cannot be rewritten any further.
    let mut failed = failed.into_iter();
    cases.retain(|_| !failed.next().unwrap_or(false));
    let rest: Vec<Results> = rest.par_iter().map(|mutation| run(mutation, &cases).0).collect();
    results.extend(rest.into_iter().flatten());
    if let Some(path) = std::env::var_os("OVERT_MUTATION_TABLE") {
        std::fs::write(path, known::table(&results)).expect("the table can be written");
    }
    if std::env::var_os("OVERT_MUTATION_ACCEPT").is_some() {
        known::rewrite(&results);
    }
    let wrong = known::differences(&results);
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// Runs one mutation over all cases; for each case, whether it failed.
fn run(mutation: &'static Mutation, cases: &[Case]) -> (Results, Vec<bool>) {
    let mut results = Results::new();
    let rewritten: Vec<Option<Package>> =
        cases.iter().map(|case| apply(mutation, &case.package)).collect();
    let packages: Vec<(&str, Package)> = cases
        .iter()
        .zip(&rewritten)
        .filter_map(|(case, new)| Some((case.lint.as_str(), new.clone()?)))
        .collect();
    let mut spoken = cases::spoken(&packages).into_iter();
    let mut failures = vec![false; cases.len()];
    for ((case, new), failure) in cases.iter().zip(&rewritten).zip(&mut failures) {
        let Some(new) = new else { continue };
        let spoke = spoken.next().expect("an answer for every package");
        let tally = results.entry((mutation.id, case.lint.clone())).or_default();
        let (count, failed) = if case.flagged {
            (&mut tally.flagged, &mut tally.missed)
        } else {
            (&mut tally.quiet, &mut tally.falsely)
        };
        *count += 1;
        if spoke != case.flagged {
            *failure = true;
            failed.push(case.name.clone());
            dump(mutation, case, new);
        }
    }
    (results, failures)
}

fn dump(mutation: &Mutation, case: &Case, package: &Package) {
    let Some(folder) = std::env::var_os("OVERT_MUTATION_DUMP") else { return };
    let name = case.name.replace(['/', ' '], "-");
    let kind = if case.flagged { "flagged" } else { "quiet" };
    let folder = Path::new(&folder).join(mutation.id).join(&case.lint).join(kind).join(name);
    for (path, bytes) in package {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a file lies in a folder"))
            .and_then(|()| std::fs::write(&path, bytes))
            .expect("the folder can be written to");
    }
}
