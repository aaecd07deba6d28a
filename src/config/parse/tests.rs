//! Tests of reading a configuration.

use super::*;

/// The errors, one a line: where, what, help.
fn errors(text: &str) -> String {
    let (_, errors) = parse(Path::new("overt.toml"), text);
    let line = |error: &FileError| {
        let at = error.span.map_or("", |span| &text[span.range()]).lines().next();
        let help = error.help.as_deref().map_or(String::new(), |help| format!(" ({help})"));
        format!("{}: {}{help}\n", at.unwrap_or_default(), error.message)
    };
    errors.iter().map(line).collect()
}

#[test]
fn the_example_of_the_manual_is_sound() {
    let (config, errors) = parse(
        Path::new("/p/overt.toml"),
        r#"
        policy = "default"
        [lints]
        reverse-shell = "forbid"
        transfer = "warn"
        lint-paths = ["tools/overt"]
        [scope]
        exclude = [{ path = "vendor/corpus/**", reason = "inputs" }, { path = "gen/", reason = "made" }]
        [[disclosure]]
        id = "crash-reports"
        collects = ["crash", "host-identity"]
        to = ["crash.example.org"]
        purpose = "crash-report"
        consent = "opt-in"
        guard = "settings::crash_reports"
        jurisdiction = "DE"
        where = ["crates/crash/**"]
        documented-at = "docs/privacy.md#crash-reports"
        [[disclosure]]
        id = "self-update"
        remote = "self-update"
        verified = "signature"
        "#,
    );
    assert_eq!(errors, []);
    let names: Vec<&str> = config.levels.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["reverse-shell", "transfer"]);
    assert_eq!(config.lint_paths[0].0, "tools/overt");
    assert_eq!(config.disclosures.len(), 2);
    assert!(config.excluded(Path::new("vendor/corpus/a/b.rs")).is_some());
    assert!(config.excluded(Path::new("gen/a/b.rs")).is_some());
    assert!(config.excluded(Path::new("src/gen/b.rs")).is_none());
}

#[test]
fn every_error_is_reported_with_its_place() {
    let text = r#"
        polcy = "default"
        exclude = []
        [lints]
        a = "dney"
        b = 3
        lint-paths = ["x", 1]
        [scope]
        exclude = [{ path = "a[", reason = " " }, { path = "../x", reason = "r" }, "x", { path = "y" }, { reason = "r", resaon = "" }]
        [[disclosure]]
        collects = ["crahs"]
        consent = "maybe"
        [[disclosure]]
        id = "Crash Reports"
        [[disclosure]]
        id = "crash"
        id2 = "crash"
        [[disclosure]]
        id = "crash"
        to = ["https://a.example.org/x", ".org", "b.example.org"]
        purpose = "crash-reports"
        guard = "settings.crash"
        jurisdiction = "Germany"
        where = ["../x", "src/**"]
        documented-at = "../README.md"
        verified = "yes"
        [[disclosure]]
        id = "crash"
        remote = "self-updates"
        verified = "signature"
        "#;
    insta::assert_snapshot!(errors(text), @r#"
    polcy: unknown key `polcy` (did you mean `policy`?)
    exclude: unknown key `exclude` (`exclude` stands under `[scope]`)
    "dney": unknown level `dney` (did you mean `deny`?)
    3: expected a string, found an integer
    1: expected a string, found an integer
    "a[": not a pattern for paths (unclosed character class; missing ']')
    " ": the reason is empty (what is left out of a scan is shown with its reason)
    "../x": the pattern can match nothing (patterns are relative to the folder of this file and stay below it)
    "x": expected a table `{ path = "…", reason = "…" }`, found a string
    { path = "y" }: an exclusion without a reason (add `reason = "…"`: what is left out of a scan is shown with its reason)
    { reason = "r", resaon = "" }: an exclusion without a path
    resaon: unknown key `resaon` (did you mean `reason`?)
    [[disclosure]]: a disclosure without an id (add `id = "…"`: findings name the disclosure that covers them)
    "crahs": unknown data kind `crahs` (did you mean `crash`?)
    "maybe": unknown consent `maybe` (expected `opt-in`, `opt-out` or `always`)
    "Crash Reports": not an id (an id consists of `a` to `z`, digits and `-`)
    [[disclosure]]: a disclosure that discloses nothing (add `collects = […]`, `to = […]` or `remote = "…"`)
    id2: unknown key `id2` (did you mean `id`?)
    "crash": a second disclosure `crash`
    "https://a.example.org/x": only the host is wanted, without scheme, port or path (write `a.example.org`)
    ".org": too wide: anybody can have a host below it (name a domain that is your own)
    "crash-reports": unknown purpose `crash-reports` (did you mean `crash-report`?)
    "settings.crash": not a path (write the path of a field, function or constant: `settings::crash_reports`)
    "Germany": unknown country or region `Germany` (did you mean `DE`?)
    "../x": the pattern can match nothing (patterns are relative to the folder of this file and stay below it)
    "../README.md": not a document of this project (name a file in this folder or below it: `docs/privacy.md#crash-reports`)
    "yes": unknown way to verify `yes` (expected `none`, `checksum` or `signature`)
    "crash": a second disclosure `crash`
    "self-updates": unknown remote feature `self-updates` (did you mean `self-update`?)
    "#);
    assert!(errors("policy = 3").contains("expected the name of a policy, or a table `[policy]`"));
    assert!(errors("[policy]\nuse = 3").contains("expected a string"));
    assert!(errors("policy = [").contains("unclosed array"));
}

#[test]
fn hostile_text_is_survived() {
    for text in ["\u{0}", "[[[[", &"[".repeat(10_000), &"a=1\n".repeat(10_000), "a.b.c = {"] {
        assert!(!parse(Path::new("overt.toml"), text).1.is_empty(), "{text:.20}");
    }
    let many: String = (0..5000).map(|n| format!("k{n} = 1\n")).collect();
    assert_eq!(parse(Path::new("overt.toml"), &many).1.len(), MAX_ERRORS);
}
