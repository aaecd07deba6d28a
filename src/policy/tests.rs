//! Tests of the loader and its checks, and of the policies that are built in.

use std::path::Path;

use super::*;
use crate::file_error::{Severity, write_all};
use crate::lint::load::built_in;
use crate::vocab::{ListKind, Reach};

const SOUND: &str = r#"
id = "ours"
title = "Ours"
version = "1"
summary = "s"
[levels]
transfer = "deny"
[[list]]
name = "partners"
holds = "hosts"
about = "a"
[[clause]]
id = "1"
text = "t"
reach = "partly"
lints = ["reverse-shell"]
needs = ["partners"]
why = "w"
"#;

fn lints() -> Vec<Lint> {
    built_in(crate::lint::detectors()).unwrap()
}

fn errors(text: &str) -> String {
    let wrong = match load::parse(Path::new("ours.toml"), text, Origin::User("ours.toml".into())) {
        Ok(policy) => load::check(&policy, &lints(), &["broken".to_owned()]),
        Err(errors) => errors,
    };
    let mut out = Vec::new();
    write_all(&wrong, Severity::Error, false, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The errors of a sound policy after one change.
fn broken(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from), "{from}");
    errors(&SOUND.replacen(from, to, 1))
}

#[test]
fn a_sound_policy_has_no_errors() {
    assert_eq!(errors(SOUND), "");
    assert_eq!(broken("reverse-shell", "broken"), "", "what is wrong with it is said elsewhere");
}

#[test]
fn every_error_points_into_the_file() {
    for (from, to, message, help) in [
        ("transfer =", "trasfer =", "unknown lint or group `trasfer`", "did you mean `transfer`?"),
        ("reverse-shell", "reverse-shel", "unknown lint or group", "did you mean `reverse-shell`?"),
        ("\"deny\"", "\"dney\"", "unknown word `dney`", "did you mean `deny`?"),
        ("\"partly\"", "\"party\"", "unknown word `party`", "did you mean `partly`?"),
        ("[\"partners\"]", "[\"partner\"]", "there is no `[[list]]`", "did you mean `partners`?"),
        ("why = \"w\"", "", "nothing says why clause `1` is not checked", "add `why"),
        ("why =", "whi =", "unknown key `whi`", "did you mean `why`?"),
        ("\"partly\"", "\"not-decidable\"", "and lints bear on it", "take the lints out"),
        ("lints = [\"reverse-shell\"]", "", "no lint bears on clause `1`", "name lints"),
        ("id = \"ours\"", "id = \"other\"", "is not the name of the file", "`other.toml`"),
        ("id = \"ours\"", "id = \"use\"", "is no id of a policy", "joined by `-`"),
        ("title = \"Ours\"", "", "the key `title` is missing", ""),
    ] {
        let shown = broken(from, to);
        assert!(shown.contains(message) && shown.contains(help), "{to}: {shown}");
        assert!(shown.contains("ours.toml:"), "{to}: {shown}");
    }
    let twice = format!("{SOUND}[[clause]]\nid = \"1\"\ntext = \"t\"\nreach = \"checked\"\n");
    assert!(errors(&twice).contains("there is a clause `1` already"));
}

#[test]
fn a_file_among_lints_may_be_called_a_policy() {
    let path = Path::new("tools/ours.policy.toml");
    assert!(load::parse(path, SOUND, Origin::User(path.into())).is_ok());
}

#[test]
fn a_name_that_is_none_gets_a_suggestion() {
    let Err(load::Missing::Unknown { help, .. }) = load::named("strickt", &[]) else { panic!() };
    assert_eq!(help.as_deref(), Some("did you mean `strict`?"));
    assert!(load::is_path("ours.toml") && load::is_path("./ours") && !load::is_path("gids"));
}

#[test]
fn the_built_in_policies_are_sound() {
    let lints = lints();
    let policies = load::all_built_in().unwrap_or_else(|errors| panic!("{errors:?}"));
    let ids: Vec<&str> = policies.iter().map(Policy::id).collect();
    assert_eq!(ids, ["asvs", "attack", "clean-network", "cwe", "default", "gids", "strict"]);
    for policy in &policies {
        assert_eq!(load::check(policy, &lints, &[]), [], "{}", policy.id());
    }
}

/// What a lint maps to exists, and what a catalogue lists is mapped to: in both directions no
/// reference is idle. A user's clause that names no lint is an error in the same way.
#[test]
fn lints_and_clauses_know_each_other() {
    let lints = lints();
    let policies = load::all_built_in().unwrap();
    let mut wrong = Vec::new();
    for lint in &lints {
        for reference in &lint.file.maps_to {
            let known = reference.split_once(':').and_then(|(policy, clause)| {
                policies.iter().find(|known| known.id() == policy)?.clause(clause)
            });
            if known.is_none() {
                wrong.push(format!("{}: no policy has the clause `{reference}`", lint.id()));
            }
        }
    }
    for policy in &policies {
        for clause in &policy.file.clauses {
            let none = policy.lints(clause, &lints).is_empty();
            if none != (clause.reach == Reach::NotDecidable) {
                wrong.push(format!("{}:{}: no lint bears on it", policy.id(), clause.id()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The policies take no side: no list of theirs holds anything, because they cannot.
#[test]
fn the_lists_are_the_users() {
    let policy = load::named("clean-network", &[]).unwrap();
    assert_eq!(policy.file.lists.len(), 3);
    let error = |span, message: String| FileError::at(Path::new("c"), "", span, message);
    let given = |name: &str, entry: &str| lists::Given {
        policy: "clean-network".to_owned(),
        policy_span: Span::default(),
        name: name.to_owned(),
        span: Span::default(),
        entries: vec![(entry.to_owned(), Span::default())],
    };
    let check = |name, entry| lists::check(&policy, &[given(name, entry)], &error);
    let (found, wrong) = check("clouds", ".Storage.example.net");
    assert_eq!(wrong, []);
    assert_eq!(found[0].entry("https://eu.storage.example.net/x"), Some(".Storage.example.net"));
    assert_eq!(found[0].entry("notstorage.example.net"), None);
    assert!(lists::model(&found).is_some() && lists::model(&[]).is_none());
    let (countries, wrong) = check("jurisdictions", "AQ");
    assert_eq!((countries[0].holds, wrong.len()), (ListKind::Jurisdictions, 0));
    assert!(countries[0].entry("AQ").is_some() && lists::model(&countries).is_none());
    assert!(check("clouds", "https://a.example/").1[0].message.contains("is no host"));
    assert!(
        check("jurisdictions", "nowhere").1[0].message.contains("no code of a country or a region")
    );
    let unknown = &check("cloud", "a.example").1[0];
    assert_eq!(unknown.help.as_deref(), Some("did you mean `clouds`?"));
}
