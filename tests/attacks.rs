//! Known shapes of attacks, re-created without anything that works, and a harmless twin of each.
//!
//! `fixtures/attacks/NAME/expected.toml` says which lints have to speak about `attack/`; about
//! `quiet/` none may. What fails today stands with its reason in `tests/attacks.toml`, which the
//! test keeps true in both directions. `OVERT_ATTACKS_ACCEPT=1` brings that file up to date.

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use common::{folders, name as last};
use overt::check::{self, Checked, Options};
use overt::vocab::Level;
use serde::Deserialize;

/// What an attack folder says about itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// What the code does, in one sentence.
    what: String,
    speaks: Vec<Speaks>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Speaks {
    lint: String,
    /// What the trigger of one of its findings has to contain.
    #[serde(default)]
    trigger: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Todos {
    #[serde(default)]
    todo: Vec<Todo>,
}

/// A known failure.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Todo {
    attack: String,
    lint: String,
    /// Set where the lint speaks about the harmless twin.
    #[serde(default)]
    falsely: bool,
    why: String,
}

/// An attack, a lint, and whether it is the twin that is spoken about.
type Failure = (String, String, bool);

#[test]
fn attacks_are_seen_and_their_twins_are_not() {
    let attacks = folders(&root().join("fixtures/attacks"));
    assert!(attacks.len() >= 30, "only {} attacks", attacks.len());
    let mut paths = Vec::new();
    for attack in &attacks {
        paths.extend([attack.join("attack"), attack.join("quiet")]);
    }
    let common = root().join("tests/common/overt.toml");
    let own = |path: &Path| path.join("overt.toml");
    let (disclosed, plain): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.into_iter().partition(|path| own(path).is_file());
    let mut runs = vec![run(plain, &common)];
    for path in disclosed {
        let config = own(&path);
        runs.push(run(vec![path], &config));
    }
    let mut failures: BTreeMap<Failure, String> = BTreeMap::new();
    let mut count = 0;
    for attack in &attacks {
        let name = last(attack);
        let text = std::fs::read_to_string(attack.join("expected.toml")).expect("expected.toml");
        let expected: Expected =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(expected.what.len() > 20 && !expected.speaks.is_empty(), "{name} says too little");
        let found = spoken(&runs, &attack.join("attack"));
        for speaks in &expected.speaks {
            count += 1;
            let triggers = found.get(&speaks.lint);
            let wanted = speaks.trigger.as_deref().unwrap_or_default();
            if !triggers.is_some_and(|given| given.iter().any(|one| one.contains(wanted))) {
                let given = triggers.map(|given| format!("only with trigger {given:?}"));
                let seen = found.keys().cloned().collect::<Vec<_>>().join(", ");
                let told = given.unwrap_or_else(|| format!("silent; spoken: {seen}"));
                failures.insert((name.clone(), speaks.lint.clone(), false), told);
            }
        }
        for lint in spoken(&runs, &attack.join("quiet")).into_keys() {
            failures.insert((name.clone(), lint, true), "speaks about the twin".to_owned());
        }
    }
    println!("{} of {count} claims", count - failures.keys().filter(|f| !f.2).count());
    if std::env::var_os("OVERT_ATTACKS_ACCEPT").is_some() {
        rewrite(&failures);
    }
    compare(&failures);
}

/// What is written in the attacks cannot be used: every host and address is reserved.
#[test]
fn attacks_name_only_reserved_hosts() {
    let host = regex::Regex::new(r"://([A-Za-z0-9.\-\[\]:]+)").expect("valid");
    let address = regex::Regex::new(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b").expect("valid");
    let reserved = [".invalid", ".test", ".example", "example.org", "example.com", "localhost"];
    // Services that are useless without a token, and no token stands here.
    let services = ["api.telegram.org", "discord.com"];
    let documentation =
        ["192.0.2.", "198.51.100.", "203.0.113.", "127.0.0.1", "0.0.0.0", "169.254.169.254"];
    let mut wrong = Vec::new();
    for entry in walkdir::WalkDir::new(root().join("fixtures/attacks")).into_iter().flatten() {
        let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
        for found in host.captures_iter(&text) {
            let name = found[1].split(':').next().unwrap_or_default().trim_end_matches('.');
            let fine = reserved.iter().any(|end| name.ends_with(end))
                || services.contains(&name)
                || !name.contains('.');
            if !fine && !address.is_match(name) {
                wrong.push(format!("{}: {name}", entry.path().display()));
            }
        }
        for found in address.find_iter(&text) {
            if !documentation.iter().any(|start| found.as_str().starts_with(start)) {
                wrong.push(format!("{}: {}", entry.path().display(), found.as_str()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn run(paths: Vec<PathBuf>, config: &Path) -> Checked {
    let options = Options {
        paths,
        config: Some(config.to_owned()),
        suppressions: true,
        threads: Some(2),
        ..Options::default()
    };
    check::check(&options, &|_| {}).unwrap_or_else(|error| panic!("{error}"))
}

/// The lints that warn or deny below a folder, each with the triggers of its findings.
fn spoken(runs: &[Checked], folder: &Path) -> BTreeMap<String, Vec<String>> {
    let mut spoken: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for checked in runs {
        for finding in checked.report.findings.iter().filter(|f| f.level >= Level::Warn) {
            if checked.files.path(finding.primary.place.file).starts_with(folder) {
                spoken.entry(finding.lint.to_string()).or_default().push(finding.trigger.clone());
            }
        }
    }
    spoken
}

fn todos() -> Vec<Todo> {
    let text = std::fs::read_to_string(root().join("tests/attacks.toml")).unwrap_or_default();
    let todos: Todos =
        toml::from_str(&text).unwrap_or_else(|error| panic!("attacks.toml: {error}"));
    todos.todo
}

fn compare(failures: &BTreeMap<Failure, String>) {
    let mut wrong = Vec::new();
    let mut known: BTreeMap<Failure, String> = BTreeMap::new();
    for todo in todos() {
        let key = (todo.attack, todo.lint, todo.falsely);
        if todo.why.trim().len() < 10 {
            wrong.push(format!("{} {}: say why it fails", key.0, key.1));
        }
        known.insert(key, todo.why);
    }
    for (key, told) in failures.iter().filter(|(key, _)| !known.contains_key(*key)) {
        wrong.push(format!("{} {}: {told}", key.0, key.1));
    }
    for key in known.keys().filter(|key| !failures.contains_key(*key)) {
        let done = "does not fail any more. Well done: take it out of tests/attacks.toml";
        wrong.push(format!("{} {}: {done}", key.0, key.1));
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// Writes what fails now; reasons are kept.
fn rewrite(failures: &BTreeMap<Failure, String>) {
    let path = root().join("tests/attacks.toml");
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    let header = old.lines().take_while(|line| line.starts_with('#'));
    let mut text: String = header.map(|line| format!("{line}\n")).collect();
    let known = todos();
    for (attack, lint, falsely) in failures.keys() {
        let same =
            |todo: &&Todo| todo.attack == *attack && todo.lint == *lint && todo.falsely == *falsely;
        let why = known.iter().find(same).map(|todo| todo.why.as_str()).unwrap_or_default();
        let _ = writeln!(text, "\n[[todo]]\nattack = \"{attack}\"\nlint = \"{lint}\"");
        if *falsely {
            text.push_str("falsely = true\n");
        }
        let _ = writeln!(text, "why = {why:?}");
    }
    std::fs::write(path, text).expect("the source tree can be written to");
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
