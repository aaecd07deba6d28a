//! overt on itself, and the promise that it runs nothing and connects to nothing.

use std::path::{Path, PathBuf};

use overt::check::{Checked, Options, check};
use overt::vocab::{Effect, TargetKind};

fn on_itself() -> Checked {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let options =
        Options { paths: vec![root], suppressions: true, inventory: true, ..Options::default() };
    check(&options, &|_| {}).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn overt_finds_nothing_in_overt() {
    let checked = on_itself();
    let findings: Vec<String> =
        checked.report.findings.iter().map(|f| format!("{}: {}", f.lint, f.message)).collect();
    assert_eq!(findings, Vec::<String>::new());
    assert_eq!(checked.report.summary.suppressed, 0);
    assert!(checked.report.summary.files > 50);
}

#[test]
fn overt_starts_no_process_and_opens_no_connection() {
    let forbidden = |effect: &Effect| {
        let word = effect.word();
        word.starts_with("network") || word.starts_with("process") || *effect == Effect::DnsLookup
    };
    let checked = on_itself();
    let shipped = checked.inventory.iter().filter(|entry| {
        !entry.test
            && matches!(entry.target, TargetKind::Lib | TargetKind::Bin | TargetKind::BuildScript)
    });
    let bad: Vec<String> = shipped
        .filter(|entry| entry.effects.iter().any(forbidden))
        .map(|entry| format!("{} in {}", entry.calls[0], entry.item))
        .collect();
    assert_eq!(bad, Vec::<String>::new());
}

/// Sees the same thing another way, without relying on overt being right.
#[test]
fn the_words_of_processes_and_sockets_do_not_stand_in_the_source() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in
        walkdir::WalkDir::new(root).into_iter().flatten().filter(|e| e.file_type().is_file())
    {
        let text = std::fs::read_to_string(entry.path()).expect("source is text");
        let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in shipped.lines().filter(|line| !line.trim_start().starts_with("//")) {
            // An address is a value and no socket.
            if line.trim() == "use std::net::IpAddr;" {
                continue;
            }
            let imports = line.trim_start().starts_with("use std::");
            let named = line.contains("std::process::Command") || line.contains("std::net::");
            assert!(
                !(imports && (named || line.contains("net::"))),
                "{}: {line}",
                entry.path().display()
            );
        }
    }
}
