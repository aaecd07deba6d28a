//! The committed JSON Schemas are current, they accept every file that overt itself accepts,
//! and they refuse the keys and words that its reader refuses.
//!
//! `OVERT_SCHEMAS_ACCEPT=1` writes them anew.

use std::path::{Path, PathBuf};

use overt::config::{self, Request};
use overt::files::FileSystem;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn validator(name: &str) -> jsonschema::Validator {
    let files = overt::schema::files();
    let (_, text) = files.iter().find(|(file, _)| *file == name).expect("a schema of that name");
    let schema: serde_json::Value = serde_json::from_str(text).expect("it is JSON");
    jsonschema::validator_for(&schema).expect("it is a schema")
}

/// What the schema has to say against a text.
fn errors(validator: &jsonschema::Validator, text: &str) -> Vec<String> {
    let value: serde_json::Value = toml::from_str(text).expect("it is TOML");
    validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

/// The TOML files below a folder.
fn toml_files(folder: &str) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(root().join(folder)).sort_by_file_name();
    let files = walk.into_iter().map(|entry| entry.expect("it can be listed").into_path());
    files.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect()
}

#[test]
fn the_committed_schemas_are_current() {
    let accept = std::env::var_os("OVERT_SCHEMAS_ACCEPT").is_some();
    for (name, text) in overt::schema::files() {
        let path = root().join("schemas").join(name);
        if accept {
            std::fs::create_dir_all(root().join("schemas")).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "schemas/{name} is out of date: OVERT_SCHEMAS_ACCEPT=1");
    }
}

#[test]
fn every_built_in_file_fits_its_schema() {
    let (lint, model) = (validator("lint.json"), validator("model.json"));
    let policy = validator("policy.json");
    let mut seen = 0;
    for path in toml_files("lints") {
        let below = path.strip_prefix(root()).unwrap();
        let schema = match below.components().nth(1).and_then(|part| part.as_os_str().to_str()) {
            Some("models") => &model,
            Some("policies") => &policy,
            _ => &lint,
        };
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(errors(schema, &text), Vec::<String>::new(), "{}", below.display());
        seen += 1;
    }
    assert!(seen > 60, "only {seen} files");
}

/// The pieces of TOML in a document that configure overt.
fn examples(document: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(document)).unwrap();
    let blocks = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.map(str::to_owned).collect()
}

/// The documents for users, by their path.
fn documents() -> Vec<String> {
    let entries = std::fs::read_dir(root().join("docs")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let docs = names.filter(|name| name.ends_with(".md")).map(|name| format!("docs/{name}"));
    docs.chain(["README.md".to_owned()]).collect()
}

#[test]
fn the_examples_of_the_documents_fit() {
    let (overt, lint) = (validator("overt.json"), validator("lint.json"));
    let policy = validator("policy.json");
    let mut seen = 0;
    for document in documents() {
        for text in examples(&document) {
            let schema = match &text {
                text if text.contains("\n[words]") => &lint,
                text if text.contains("\n[[clause]]") => &policy,
                _ => &overt,
            };
            assert_eq!(errors(schema, &text), Vec::<String>::new(), "{document}: {text}");
            seen += 1;
        }
    }
    assert!(seen >= 2, "only {seen} examples");
    let own = std::fs::read_to_string(root().join("overt.toml")).unwrap();
    assert_eq!(errors(&overt, &own), Vec::<String>::new());
}

/// Whether overt's own reader takes a configuration.
fn is_read(text: &str) -> Result<(), String> {
    let system = FileSystem::memory([("/t/overt.toml", text), ("/t/src/lib.rs", "")]);
    let request = Request {
        paths: &[PathBuf::from("/t")],
        config: None,
        policy: None,
        untrusted: false,
        levels: &[],
        deny_warnings: false,
        system: &system,
    };
    let said = |errors: Vec<overt::file_error::FileError>| {
        errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join("; ")
    };
    config::setup(&request).map(|_| ()).map_err(said)
}

/// Every word that some key accepts, from the vocabularies.
fn words() -> Vec<(&'static str, Vec<&'static str>)> {
    use overt::vocab::{Consent, DataKind, Purpose, Remote, Verified};
    vec![
        ("collects", DataKind::ALL.iter().map(|word| word.word()).collect()),
        ("purpose", Purpose::ALL.iter().map(|word| word.word()).collect()),
        ("consent", Consent::ALL.iter().map(|word| word.word()).collect()),
        ("remote", Remote::ALL.iter().map(|word| word.word()).collect()),
        ("verified", Verified::ALL.iter().map(|word| word.word()).collect()),
    ]
}

#[test]
fn reader_and_schema_agree() {
    let schema = validator("overt.json");
    let block = |line: &str| {
        let remote = if line.starts_with("remote") { "" } else { "remote = 'listener'\n" };
        format!("[[disclosure]]\nid = 'x'\nto = ['a.example.org']\n{remote}{line}\n")
    };
    let mut cases: Vec<(bool, String)> = Vec::new();
    for (key, words) in words() {
        let line = |word: &str| match key {
            "collects" => format!("{key} = ['{word}']"),
            _ => format!("{key} = '{word}'"),
        };
        cases.extend(words.iter().map(|word| (true, block(&line(word)))));
        cases.push((false, block(&line("nonsense"))));
        cases.push((false, block(&format!("{key} = 3"))));
    }
    for line in [
        "guard = 'a::b'",
        "jurisdiction = 'DE'",
        "where = ['src/**']",
        "documented-at = 'README.md#x'",
    ] {
        let key = line.split(' ').next().unwrap_or_default();
        cases.push((true, block(line)));
        cases.push((false, block(&format!("{key} = 3"))));
        cases.push((false, block(&line.replacen(key, &format!("{key}s"), 1))));
    }
    for (good, text) in [
        (true, ""),
        (true, "policy = 'default'"),
        (false, "polcy = 'default'"),
        (false, "policy = 1"),
        (true, "[policy]\nuse = 'strict'\n[policy.clean-network]\nclouds = ['.example.org']"),
        (false, "[policy]\nuse = 3"),
        (false, "[policy.clean-network]\nclouds = [3]"),
        (true, "[lints]\ntransfer = 'deny'\nreverse-shell = 'forbid'"),
        (false, "[lints]\ntransfer = 'dney'"),
        (false, "[lints]\nlint-paths = 'x'"),
        (false, "lints = 3"),
        (true, "[scope]\nexclude = [{ path = 'a/**', reason = 'r' }]"),
        (false, "[scope]\nexclude = [{ path = 'a/**' }]"),
        (false, "[scope]\nexclude = [{ path = 'a/**', reason = ' ' }]"),
        (false, "[scope]\nexclude = [{ path = 'a/**', reason = 'r', why = 'x' }]"),
        (false, "[scope]\nexclude = 'a'"),
        (false, "[scope]\ninclude = []"),
        (false, "[[disclosure]]\nto = ['a.example.org']"),
        (false, "[[disclosure]]\nid = 'A B'\nto = ['a.example.org']"),
        (false, "[disclosure]\nid = 'a'"),
    ] {
        cases.push((good, text.to_owned()));
    }
    for (good, text) in cases {
        let read = is_read(&text);
        let against = errors(&schema, &text);
        assert_eq!(read.is_ok(), good, "the reader on {text:?}: {read:?}");
        assert_eq!(against.is_empty(), good, "the schema on {text:?}: {against:?}");
    }
}
