//! Trees that are broken or hostile: each has its stated outcome, and nothing is lost.

use std::fs;
use std::path::{Path, PathBuf};

use overt::check::{Checked, Error, Options, check};
use overt::files::FileSystem;

/// A folder of its own for a test, empty.
fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("overt-test-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(path.join("src")).expect("a temporary folder");
    path
}

fn run(path: &Path) -> Result<Checked, Error> {
    let config = Some(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/common/overt.toml"));
    check(
        &Options { paths: vec![path.to_owned()], config, inventory: true, ..Options::default() },
        &|_| {},
    )
}

fn memory(files: &[(&str, &str)]) -> Checked {
    let files = files.iter().map(|(path, text)| (format!("/tree/{path}"), *text));
    let options = Options {
        paths: vec!["/tree".into()],
        system: FileSystem::memory(files),
        inventory: true,
        ..Options::default()
    };
    check(&options, &|_| {}).unwrap_or_else(|error| panic!("{error}"))
}

fn reasons(checked: &Checked) -> String {
    checked.report.unanalysed.iter().map(|u| format!("{}: {}\n", u.file, u.why)).collect()
}

#[test]
fn nothing_to_scan_is_an_error() {
    assert!(matches!(run(Path::new("/no/such/path")), Err(Error::Io { .. })));
    let empty = folder("empty");
    assert!(matches!(run(&empty), Err(Error::NothingScanned(_))));
}

#[test]
fn a_broken_manifest_loses_no_source() {
    let tree = folder("manifest");
    fs::write(tree.join("Cargo.toml"), "[package\nname =").expect("write");
    fs::write(tree.join("src/main.rs"), "fn main() { std::fs::read(\"p\"); }").expect("write");
    let checked = run(&tree).expect("it is scanned");
    assert!(reasons(&checked).contains("Cargo.toml: not valid TOML"), "{}", reasons(&checked));
    assert_eq!(checked.inventory.len(), 1);
}

#[test]
fn invalid_utf8_is_said_and_the_rest_is_read() {
    let tree = folder("utf8");
    fs::write(tree.join("src/a.rs"), b"fn a() { std::fs::read(\"p\"); } // \xff\xfe\n")
        .expect("write");
    let checked = run(&tree).expect("it is scanned");
    assert!(reasons(&checked).contains("not valid UTF-8"));
    assert_eq!(checked.inventory.len(), 1);
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_opened() {
    let tree = folder("socket");
    let _listener =
        std::os::unix::net::UnixListener::bind(tree.join("src/x.rs")).expect("a socket");
    fs::write(tree.join("src/a.rs"), "fn a() {}").expect("write");
    let checked = run(&tree).expect("it is scanned");
    assert!(reasons(&checked).contains("x.rs"), "{}", reasons(&checked));
}

#[cfg(unix)]
#[test]
fn links_that_loop_or_lead_outside_are_not_followed() {
    let outside = folder("outside");
    fs::write(outside.join("src/secret.rs"), "fn s() { std::fs::read(\"p\"); }").expect("write");
    let tree = folder("links");
    fs::write(tree.join("src/lib.rs"), "#[path = \"../away/src/secret.rs\"] mod secret;")
        .expect("write");
    fs::write(tree.join("Cargo.toml"), "[package]\nname = \"a\"\nversion = \"0.1.0\"")
        .expect("write");
    std::os::unix::fs::symlink(&tree, tree.join("loop")).expect("a link");
    std::os::unix::fs::symlink(&outside, tree.join("away")).expect("a link");
    let checked = run(&tree).expect("it is scanned");
    assert!(checked.inventory.is_empty());
    assert!(reasons(&checked).contains("outside of the scanned folders"), "{}", reasons(&checked));
    assert!(!checked.report.left_out.is_empty());
}

#[test]
fn modules_that_contain_themselves_are_cut() {
    let checked = memory(&[
        ("Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\""),
        ("src/lib.rs", "mod a;\ninclude!(\"lib.rs\");\nmod missing;"),
        ("src/a.rs", "#[path = \"a.rs\"] mod again; fn f() { std::fs::read(\"p\"); }"),
    ]);
    let reasons = reasons(&checked);
    for part in
        ["module `again` contains itself", "`lib.rs` includes itself", "`missing` was not found"]
    {
        assert!(reasons.contains(part), "{part} in {reasons}");
    }
    assert_eq!(checked.inventory.len(), 1);
}

#[test]
fn aliases_and_imports_that_go_in_circles_end() {
    let many: String =
        (0..60).map(|i| format!("pub mod m{i} {{ pub use super::*; {} }}\n", globs(i))).collect();
    let checked = memory(&[(
        "a.rs",
        &format!(
            "type A = B; type B = A; type S = Self; use x::y as x; use x as y; use y as x;\n\
             {many}\nfn f(a: A, s: S) {{ x::y(); nowhere(); std::fs::read(\"p\"); }}"
        ),
    )]);
    assert_eq!(checked.inventory.len(), 1);
}

fn globs(except: usize) -> String {
    (0..60).filter(|i| *i != except).map(|i| format!("pub use super::m{i}::*;")).collect()
}

#[test]
fn syntax_that_syn_passes_on_as_tokens_is_searched_once() {
    let text = "fn f() { let x = builtin # offset_of(A, b); become g(std::fs::read(\"p\")); }";
    assert_eq!(memory(&[("a.rs", text)]).inventory.len(), 1);
}

#[test]
fn deep_nesting_of_every_kind_is_survived() {
    let deep = 20_000;
    let cases = [
        format!("fn f() {{ {}1{} }}", "(".repeat(deep), ")".repeat(deep)),
        format!("fn f() {{ {}{} }}", "{".repeat(deep), "}".repeat(deep)),
        format!("fn f() {{ let x = {}1{}; }}", "[".repeat(deep), "]".repeat(deep)),
        format!("type T = {}u8;", "&".repeat(deep * 3)),
        format!("type T = {}u8{};", "Vec<".repeat(deep), ">".repeat(deep)),
        format!("fn f() {{ x{} }}", ".y()".repeat(deep)),
        format!("fn f() {{ 1{} }}", " + 1".repeat(deep)),
        format!("fn f() {{ {}x }}", "!".repeat(deep)),
        format!("fn f() {{ {}1 }}", "|a| ".repeat(deep)),
        format!("fn f() {{ {}1 }}", "return ".repeat(deep)),
        format!("fn f() {{ if a {{}} {} }}", "else if a {}".repeat(deep)),
        format!("fn f() {{ m!{{ {}1{} }} }}", "(".repeat(deep), ")".repeat(deep)),
        format!("{}{}", "mod m {".repeat(deep), "}".repeat(deep)),
        format!("use {}x{};", "a::{".repeat(deep), "}".repeat(deep)),
        format!("fn f() {{ let {}x = 1; }}", "&".repeat(deep)),
        format!("fn f() {{ match x {{ {} => 1 }} }}", vec!["a"; deep].join(" | ")),
        "(".repeat(deep * 10),
        "}".repeat(deep * 10),
    ];
    for (number, case) in cases.iter().enumerate() {
        let tail = "\nfn g() { std::fs::read(\"p\"); }";
        let checked = memory(&[("a.rs", &format!("{case}{tail}")), ("b.rs", tail)]);
        assert!(!checked.inventory.is_empty(), "case {number}");
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let json = |threads| {
        let config = Some(root.join("tests/common/overt.toml"));
        let paths = vec![root.join("fixtures"), root.join("tests/names")];
        let options = Options { paths, config, threads: Some(threads), ..Options::default() };
        let mut checked = check(&options, &|_| {}).unwrap_or_else(|error| panic!("{error}"));
        checked.report.summary.elapsed = std::time::Duration::ZERO;
        let mut out = Vec::new();
        let style = overt::report::Style::default();
        overt::report::write(
            &checked.report,
            &checked.files,
            overt::report::Format::Json,
            &style,
            &mut out,
        )
        .expect("memory takes everything");
        String::from_utf8(out).expect("JSON is text")
    };
    let one = json(1);
    assert!(one == json(2) && one == json(8));
}
