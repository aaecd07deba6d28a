//! Inventories of trees in memory.

use std::path::PathBuf;

use super::*;
use crate::check::{self, Options};
use crate::files::FileSystem;

fn inventory(files: &[(&str, &str)]) -> Inventory {
    let options = Options {
        paths: vec![PathBuf::from("/t")],
        system: FileSystem::memory(files.iter().map(|(path, text)| (format!("/t/{path}"), *text))),
        inventory: true,
        threads: Some(1),
        ..Options::default()
    };
    check::check(&options, &|_| {}).unwrap().behaviour
}

/// The items, one a line.
fn told(inventory: &Inventory) -> String {
    let line = |(package, target, item): (&Package, &Target, &Item)| {
        let by = item.chosen_by.as_deref().map_or(String::new(), |by| format!(" <- {by}"));
        let how: Vec<&str> = item.how.iter().map(String::as_str).collect();
        let data: Vec<&str> = item.data.iter().map(|kind| kind.word()).collect();
        let guards: Vec<&str> = item.guards.iter().map(String::as_str).collect();
        format!(
            "{} {} {}: {}{by} | {} | {} | {}{} x{}\n",
            package.name,
            target.kind,
            item.section,
            item.what,
            how.join(", "),
            data.join(", "),
            guards.join(", "),
            if item.test { " (test)" } else { "" },
            item.count
        )
    };
    inventory.items().map(line).collect()
}

const MANIFEST: &str = "[package]\nname = \"p\"\nversion = \"1.0.0\"\nedition = \"2021\"\nlinks = \"z\"\n\
     [dependencies]\nureq = \"3\"\nhostname = \"0.4\"\nlibloading = \"0.8\"\n";

const MAIN: &str = r#"
struct Settings { url: String, crash_reports: bool }
extern "C" { fn deflate(x: i32) -> i32; }
fn settings() -> Settings {
    Settings { url: std::env::var("APP_URL").unwrap(), crash_reports: false }
}
fn main() {
    let settings = settings();
    if settings.crash_reports {
        report();
    }
    let _ = ureq::get(&settings.url).call();
    std::process::Command::new("git").arg("--version").status().unwrap();
    std::fs::write("/var/log/p.log", "x").unwrap();
    let _ = std::net::TcpListener::bind("0.0.0.0:80");
}
fn report() {
    let host = hostname::get().unwrap().to_string_lossy().into_owned();
    let _ = ureq::post("https://Crash.example.org/api?key=1").send(host);
}
fn fetch(address: &str) {
    let _ = ureq::get(address).call();
}
#[cfg(test)]
mod tests {
    #[test]
    fn t() { std::process::Command::new("true").status().unwrap(); }
}
"#;

#[test]
fn a_program_is_told() {
    let build = "fn main() { std::fs::write(\"gen.rs\", \"\").unwrap(); }";
    let files = [("Cargo.toml", MANIFEST), ("src/main.rs", MAIN), ("build.rs", build)];
    let inventory = inventory(&files);
    insta::assert_snapshot!(told(&inventory));
    let json = serde_json::to_string(&inventory).unwrap();
    assert_eq!(Inventory::from_json(&json).unwrap(), inventory);
    let future = json.replacen("\"version\":1", "\"version\":99", 1);
    assert!(Inventory::from_json(&future).unwrap_err().contains("99"));
    let crash = inventory.items().find(|(_, _, item)| item.what == "crash.example.org");
    let place = &crash.expect("the host is listed").2.places[0];
    assert_eq!((place.line, place.column), (19, 13));
}
