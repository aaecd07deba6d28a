//! Tests of coverage: what is excused, and what never is.

use std::path::Path;

use super::*;
use crate::config::testing::disclosures;
use crate::finding::Disclosure as Outcome;

fn how(text: &str) -> Disclosable {
    toml::from_str(text).unwrap()
}

fn bounds(data: &[DataKind], hosts: &[&str]) -> Bounds {
    Bounds {
        data: data.iter().copied().collect(),
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        ..Bounds::default()
    }
}

const CRASH: &str = r#"
    [[disclosure]]
    id = "crash-reports"
    collects = ["crash", "host-identity"]
    to = ["crash.invalid", ".eu.invalid"]
    where = ["crates/crash/**"]
"#;

/// The outcome, and what is missing, one a line.
fn judged(config: &str, how_: &str, bounds: &Bounds, file: &str) -> (Outcome, String) {
    let verdict = judge(&disclosures(config), &how(how_), bounds, Some(Path::new(file)));
    let missing: Vec<String> = verdict.missing.into_iter().map(|m| m.message).collect();
    (verdict.outcome, missing.join("\n"))
}

const HERE: &str = "crates/crash/src/lib.rs";

#[test]
fn all_of_it_must_be_said() {
    use DataKind::{Crash, Credential, HostIdentity};
    let data = |kinds: &[DataKind], hosts: &[&str], file| {
        judged(CRASH, "by = 'data'", &bounds(kinds, hosts), file)
    };
    let (outcome, missing) = data(&[Crash, HostIdentity], &["crash.invalid", "a.eu.invalid"], HERE);
    assert_eq!((outcome, missing.as_str()), (Outcome::Disclosed, ""));
    // An attack is not excused by what stands beside it.
    let (outcome, missing) = data(&[Crash, Credential], &["crash.invalid"], HERE);
    assert_eq!(outcome, Outcome::Partly);
    assert_eq!(missing, "also sends `credential`, not listed in `crash-reports`");
    let (outcome, missing) = data(&[Crash], &["crash.invalid", "evil.invalid"], HERE);
    assert_eq!(outcome, Outcome::Partly);
    assert_eq!(missing, "goes to `evil.invalid`, not listed in `crash-reports`");
    let (outcome, missing) = data(&[Crash], &["crash.invalid"], "src/main.rs");
    assert_eq!(outcome, Outcome::Partly);
    assert_eq!(missing, "stands in a file that `crash-reports` does not speak of");
    assert_eq!(data(&[Credential], &["evil.invalid"], "src/main.rs").0, Outcome::Undisclosed);
    // Nobody is told anything by these.
    assert_eq!(data(&[Crash], &["localhost", "192.0.2.1"], HERE).0, Outcome::Disclosed);
}

#[test]
fn what_is_chosen_at_run_time_has_to_be_said() {
    let mut open = bounds(&[DataKind::Crash], &[]);
    let span = crate::span::Span::new(0, 1);
    open.chosen.insert(crate::span::Place { file: crate::span::FileId(0), span });
    let (outcome, missing) = judged(CRASH, "by = 'data'", &open, HERE);
    assert_eq!(outcome, Outcome::Partly);
    assert!(missing.contains("a destination chosen at run time"), "{missing}");
    let config = CRASH.replace("[\"crash.invalid\", ", "[\"*\", ");
    assert_eq!(judged(&config, "by = 'data'", &open, HERE).0, Outcome::Disclosed);
    // A host that stands in the code is not chosen by anybody.
    let fixed = bounds(&[DataKind::Crash], &["evil.invalid"]);
    assert_eq!(judged(&config, "by = 'data'", &fixed, HERE).0, Outcome::Partly);
}

#[test]
fn several_disclosures_cover_together_and_only_with_their_own_hosts() {
    let config = r#"
        [[disclosure]]
        id = "crash-reports"
        collects = ["crash"]
        to = ["a.invalid"]
        [[disclosure]]
        id = "statistics"
        collects = ["usage"]
        to = ["a.invalid", "b.invalid"]
    "#;
    let both = [DataKind::Crash, DataKind::Usage];
    let judged = |hosts: &[&str]| judged(config, "by = 'data'", &bounds(&both, hosts), HERE).0;
    assert_eq!(judged(&["a.invalid"]), Outcome::Disclosed);
    assert_eq!(judged(&["b.invalid"]), Outcome::Partly, "crashes go to `a` alone");
}

#[test]
fn what_is_not_known_is_not_excused_by_its_host() {
    let judged = |how: &str| judged(CRASH, how, &bounds(&[], &["crash.invalid"]), HERE).0;
    assert_eq!(judged("by = 'data'"), Outcome::Undisclosed);
    assert_eq!(judged("by = 'data'\nhost-alone = true"), Outcome::Disclosed);
}

#[test]
fn a_manner_of_reading_is_asked_for_alone_only() {
    use DataKind::{Credential, Environment, FileContent, HostIdentity};
    let told = |data: &[DataKind], how_: &str| {
        let told = bounds(data, &[]).of_lint(Some(&how(how_)));
        told.data.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(told(&[FileContent], "by = 'data'"), [FileContent]);
    assert_eq!(told(&[FileContent, HostIdentity], "by = 'data'"), [HostIdentity]);
    assert_eq!(told(&[FileContent], "by = 'data'\ndata = ['credential']"), [Credential]);
    assert_eq!(
        told(&[Credential], "by = 'data'\ndata = ['environment']"),
        [Environment, Credential]
    );
    assert_eq!(told(&[], "by = 'data'\notherwise = ['host-identity']"), [HostIdentity]);
}

#[test]
fn a_host_is_enough_where_only_the_host_is_asked_for() {
    let judged = |hosts: &[&str]| judged(CRASH, "by = 'host'", &bounds(&[], hosts), HERE).0;
    assert_eq!(judged(&["crash.invalid"]), Outcome::Disclosed);
    assert_eq!(judged(&["crash.invalid", "x.invalid"]), Outcome::Partly);
    // The file is named, and the host is not.
    assert_eq!(judged(&["x.invalid"]), Outcome::Partly);
    let elsewhere = judge(
        &disclosures(CRASH),
        &how("by = 'host'"),
        &bounds(&[], &["x.invalid"]),
        Some(Path::new("src/lib.rs")),
    );
    assert_eq!(elsewhere.outcome, Outcome::Undisclosed);
}

#[test]
fn a_door_is_the_door_that_is_named() {
    let update = "by = 'remote'\nremote = ['self-update']\nverified = 'none'";
    let door = |remote: &str, verified: &str| {
        let config = format!(
            "[[disclosure]]\nid = 'x'\nremote = '{remote}'\n{verified}\nto = ['r.invalid']"
        );
        judged(&config, update, &bounds(&[], &["r.invalid"]), HERE)
    };
    assert_eq!(door("self-update", "verified = 'none'").0, Outcome::Disclosed);
    assert_eq!(door("listener", "").0, Outcome::Undisclosed);
    let (outcome, missing) = door("self-update", "verified = 'signature'");
    assert_eq!(outcome, Outcome::Partly);
    assert_eq!(missing, "`x` promises `signature`, and overt sees `none`");
    assert!(door("self-update", "").1.contains("does not say how it is verified"));
}
