//! Tests of inline allows over small texts. `@x` in a text is where lint `x` finds something.

use super::*;

fn levels() -> Levels {
    Levels::of([
        ("leak", Level::Deny),
        ("shell", Level::Warn),
        ("off", Level::Allow),
        ("never", Level::Forbid),
        (UNUSED_ALLOW, Level::Warn),
    ])
}

/// Applies the directives in a text; one line each for what is suppressed and noticed.
fn outcome(text: &str) -> String {
    let mut directives = Vec::new();
    for (at, _) in text.match_indices("// overt:") {
        let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        // The caller's part: a comment alone on its line directly above an item covers it.
        let next = text[end..].trim_start_matches('\n').trim_start();
        let start = text.len() - next.len();
        let item_span = next
            .starts_with("fn ")
            .then(|| Span::new(start, start + next.find("\n}").unwrap_or(next.len())));
        directives.push(Directive {
            span: Span::new(at, end),
            line: u32::try_from(text[..at].matches('\n').count()).unwrap() + 1,
            text: text[at + "// overt:".len()..end].to_owned(),
            item_span,
        });
    }
    let mut claims = Vec::new();
    for (at, _) in text.match_indices('@') {
        let word = text[at + 1..].split(|c: char| !c.is_alphanumeric()).next().unwrap();
        let level = levels().get(word).unwrap();
        claims.push(Claim { lint: word, level, span: Span::new(at, at + 1) });
    }
    let outcome = apply(text, &directives, &claims, &levels());
    let mut shown = String::new();
    for (claim, by) in claims.iter().zip(outcome.suppressed) {
        shown += &format!("{} {}\n", claim.lint, if by.is_some() { "allowed" } else { "stands" });
    }
    for notice in outcome.notices {
        let help = notice.help.map_or(String::new(), |help| format!(" ({help})"));
        shown += &format!("{}{help}\n", notice.message);
    }
    shown
}

#[test]
fn beside_code_it_covers_its_own_line_only() {
    assert_eq!(outcome("@leak // overt: allow(leak) fine\n@leak"), "leak allowed\nleak stands\n");
}

#[test]
fn alone_it_covers_the_next_line_with_code() {
    let text = "// overt: allow(leak) fine\n\n// more\n/* and\n more */\n@leak\n@leak";
    assert_eq!(outcome(text), "leak allowed\nleak stands\n");
    assert_eq!(
        outcome("/* x */ // overt: allow(leak) fine\n@leak"),
        "leak stands\n\
        this allows `leak`, which finds nothing here (remove it, so that it cannot hide a later finding)\n"
    );
}

#[test]
fn several_comments_stack() {
    let text = "// overt: allow(leak) one\n// overt: allow(shell) two\n@leak @shell";
    assert_eq!(outcome(text), "leak allowed\nshell allowed\n");
    assert_eq!(
        outcome("// overt: allow(leak, shell): both\n@leak @shell"),
        "leak allowed\nshell allowed\n"
    );
}

#[test]
fn above_an_item_it_covers_the_item() {
    let text = "// overt: allow(leak) fine\nfn f() {\n  a\n  @leak\n}\n@leak";
    assert_eq!(outcome(text), "leak allowed\nleak stands\n");
}

#[test]
fn a_reason_is_required() {
    for text in ["allow(leak)", "allow(leak) --", "allow(leak):  "] {
        let shown = outcome(&format!("// overt: {text}\n@leak"));
        assert!(shown.starts_with("leak stands\nan allow without a reason"), "{shown}");
    }
    assert_eq!(parse("allow(a) \u{2014} why").unwrap().reason, "why");
}

#[test]
fn what_is_not_understood_is_said() {
    insta::assert_snapshot!(outcome("// overt: alow(leak) x\n// overt: allow leak\n// overt: allow() x\n// overt: allow(leak x\n//"), @r"
    `alow` is nothing that a comment can say to overt (write `overt: allow(lint-id) reason`)
    this allows no lint (write `overt: allow(lint-id) reason`)
    this allows no lint (write `overt: allow(lint-id) reason`)
    the parenthesis is not closed (write `overt: allow(lint-id) reason`)
    ");
}

#[test]
fn names_are_checked() {
    insta::assert_snapshot!(outcome("@shell // overt: allow(lek, transfer, unused-allow) why"), @r"
    shell stands
    this allows `lek`, which is no lint (did you mean `leak`?)
    `transfer` is not a lint but many (name the lints that are allowed here)
    `unused-allow` cannot be allowed by what it is about (remove the comment that allows nothing)
    ");
}

#[test]
fn forbidden_stays_forbidden() {
    assert_eq!(
        outcome("@never // overt: allow(never) please"),
        "never stands\n`never` is forbidden and cannot be allowed here\n"
    );
}

#[test]
fn unused_is_reported_only_when_the_lint_ran() {
    assert!(outcome("x // overt: allow(leak) why").contains("finds nothing here"));
    assert_eq!(outcome("x // overt: allow(off) why"), "");
}

#[test]
fn spans_beyond_the_text_are_survived() {
    let span = Span::new(90, 99);
    let directive = Directive { span, line: 7, text: "allow(leak) x".into(), item_span: None };
    let claim = Claim { lint: "leak", level: Level::Deny, span };
    for text in ["", "ä\n"] {
        apply(text, std::slice::from_ref(&directive), &[claim], &levels());
    }
}
