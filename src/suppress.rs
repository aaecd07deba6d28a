//! Inline allows: `// overt: allow(lint-id) reason`.
//!
//! An allow beside code covers its own line; one that stands alone covers the next line that
//! holds code, or the whole item when it stands directly above one. It never covers what its
//! author did not write down: the lint is named, the reason is required, a forbidden lint stays
//! forbidden, and an allow that covers nothing is itself reported.
//!
//! Everything here is a function of its arguments. Whether allows count at all (they do not in
//! an untrusted scan) is the caller's decision; [`ignored`] then lists them.

use std::path::Path;
use std::sync::Arc;

use crate::config::Levels;
use crate::file_error::{FileError, quoted, suggestion};
use crate::span::Span;
use crate::vocab::{Group, Level};

/// The lint that an unused allow is reported under.
pub const UNUSED_ALLOW: &str = "unused-allow";

/// A file has no use for more allows than this; the time that they take must be bounded.
const MAX_DIRECTIVES: usize = 10_000;

/// How far below a comment the next line with code is looked for.
const MAX_GAP: usize = 100;

/// One comment that speaks to overt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// The comment.
    pub span: Span,
    /// The line that the comment begins on, from 1.
    pub line: u32,
    /// What follows `overt:`.
    pub text: String,
    /// The item (or statement) that the comment stands directly above.
    pub item_span: Option<Span>,
}

/// A finding as this module sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim<'a> {
    pub lint: &'a str,
    pub level: Level,
    /// Its primary label.
    pub span: Span,
}

/// What the allows of one file did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// For each claim in order, the directive that covers it.
    pub suppressed: Vec<Option<usize>>,
    /// What is wrong with directives, to be reported as [`UNUSED_ALLOW`].
    pub notices: Vec<Notice>,
}

/// A directive that does not do what it seems to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub span: Span,
    pub message: String,
    pub help: Option<String>,
}

/// `allow(a, b) reason`, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow<'a> {
    pub lints: Vec<&'a str>,
    pub reason: &'a str,
}

/// Applies the directives of one file to its findings. `text` is the text of the file.
pub fn apply(
    text: &str,
    directives: &[Directive],
    claims: &[Claim<'_>],
    levels: &Levels,
) -> Outcome {
    let mut outcome = Outcome { suppressed: vec![None; claims.len()], notices: Vec::new() };
    let lines = Lines::of(text);
    if let Some(first) = directives.get(MAX_DIRECTIVES) {
        let message = format!("only the first {MAX_DIRECTIVES} allows of a file count");
        outcome.notices.push(Notice { span: first.span, message, help: None });
    }
    for (index, directive) in directives.iter().enumerate().take(MAX_DIRECTIVES) {
        let allow = match parse(&directive.text) {
            Ok(allow) => allow,
            Err((message, help)) => {
                outcome.notices.push(Notice { span: directive.span, message, help });
                continue;
            }
        };
        let reach = Reach::of(directive, &lines);
        for lint in allow.lints {
            let Some(level) = usable(lint, levels) else {
                outcome.notices.push(unusable(directive.span, lint, levels));
                continue;
            };
            if level == Level::Forbid {
                let message = format!("`{lint}` is forbidden and cannot be allowed here");
                outcome.notices.push(Notice { span: directive.span, message, help: None });
                continue;
            }
            let mut used = false;
            for (claim, by) in claims.iter().zip(&mut outcome.suppressed) {
                // A claim can be stricter than its lint; forbidden is forbidden either way.
                if claim.lint == lint && claim.level != Level::Forbid && reach.covers(claim, &lines)
                {
                    by.get_or_insert(index);
                    used = true;
                }
            }
            // A lint that did not run would have found nothing whatever the code does.
            if !used && level != Level::Allow {
                outcome.notices.push(Notice {
                    span: directive.span,
                    message: format!("this allows `{lint}`, which finds nothing here"),
                    help: Some("remove it, so that it cannot hide a later finding".to_owned()),
                });
            }
        }
    }
    outcome
}

/// Lists the directives of a file that is scanned without regard to them.
pub fn ignored(path: &Path, text: &str, directives: &[Directive]) -> Vec<FileError> {
    let text: Arc<str> = Arc::from(text);
    let warn = |directive: &Directive| {
        let message = "the allow was ignored, because the tree is untrusted";
        FileError::at(path, Arc::clone(&text), directive.span, message)
    };
    directives.iter().map(warn).collect()
}

/// Understands what follows `overt:`.
///
/// # Errors
/// What is wrong with it, and advice.
pub fn parse(text: &str) -> Result<Allow<'_>, (String, Option<String>)> {
    const FORM: &str = "write `overt: allow(lint-id) reason`";
    let wrong = |message: String| Err((message, Some(FORM.to_owned())));
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    if word != "allow" {
        return wrong(format!("{} is nothing that a comment can say to overt", quoted(word)));
    }
    let Some(rest) = rest.trim_start().strip_prefix('(') else {
        return wrong("this allows no lint".to_owned());
    };
    let Some((inside, reason)) = rest.split_once(')') else {
        return wrong("the parenthesis is not closed".to_owned());
    };
    let lints: Vec<&str> =
        inside.split(',').map(str::trim).filter(|lint| !lint.is_empty()).collect();
    if lints.is_empty() {
        return wrong("this allows no lint".to_owned());
    }
    let reason = reason
        .trim_start_matches(|c: char| c.is_whitespace() || ":-\u{2013}\u{2014}".contains(c))
        .trim_end();
    if !reason.contains(char::is_alphanumeric) {
        return Err((
            "an allow without a reason does not count".to_owned(),
            Some("say after the parenthesis why this is acceptable".to_owned()),
        ));
    }
    Ok(Allow { lints, reason })
}

/// The level of a lint that a comment can name.
fn usable(lint: &str, levels: &Levels) -> Option<Level> {
    if lint == UNUSED_ALLOW { None } else { levels.get(lint) }
}

fn unusable(span: Span, lint: &str, levels: &Levels) -> Notice {
    if lint == UNUSED_ALLOW {
        let message = format!("`{lint}` cannot be allowed by what it is about");
        let help = Some("remove the comment that allows nothing".to_owned());
        return Notice { span, message, help };
    }
    if lint.parse::<Group>().is_ok() || lint == crate::config::WARNINGS {
        let message = format!("`{lint}` is not a lint but many");
        let help = Some("name the lints that are allowed here".to_owned());
        return Notice { span, message, help };
    }
    let message = format!("this allows {}, which is no lint", quoted(lint));
    Notice { span, message, help: suggestion(lint, levels.ids()) }
}

/// What a directive covers.
#[derive(Debug, Default)]
struct Reach {
    /// A line, from 0.
    line: Option<usize>,
    item: Option<Span>,
}

impl Reach {
    fn of(directive: &Directive, lines: &Lines<'_>) -> Self {
        // Not `directive.line`: the two would disagree one day, and offsets decide elsewhere.
        let own = lines.at(directive.span.start);
        let before = lines.before(directive.span.start);
        if !before.trim().is_empty() {
            return Self { line: Some(own), item: None };
        }
        let last = lines.at(directive.span.end.saturating_sub(1).max(directive.span.start));
        let after = lines.after(directive.span.end);
        // `/* overt: allow(x) r */ code();`
        let line = if is_code(after) { Some(last) } else { lines.next_code(last) };
        Self { line, item: directive.item_span }
    }

    fn covers(&self, claim: &Claim<'_>, lines: &Lines<'_>) -> bool {
        let first = lines.at(claim.span.start);
        let last = lines.at(claim.span.end.saturating_sub(1).max(claim.span.start));
        self.line.is_some_and(|line| (first..=last).contains(&line))
            || self.item.is_some_and(|item| item.contains(claim.span))
    }
}

fn is_code(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with("//")
}

/// The lines of a text.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// The number of the line, from 0, that holds an offset.
    fn at(&self, offset: u32) -> usize {
        self.starts.partition_point(|start| *start <= offset as usize).saturating_sub(1)
    }

    /// The part of the line before an offset.
    fn before(&self, offset: u32) -> &'a str {
        let start = self.starts[self.at(offset)];
        self.text.get(start..offset as usize).unwrap_or_default()
    }

    /// The part of the line from an offset on.
    fn after(&self, offset: u32) -> &'a str {
        let rest = self.text.get(offset as usize..).unwrap_or_default();
        rest.split('\n').next().unwrap_or_default()
    }

    /// The next line below `line` that is neither empty nor a comment.
    fn next_code(&self, line: usize) -> Option<usize> {
        let mut in_comment = false;
        for (number, start) in self.starts.iter().enumerate().skip(line + 1).take(MAX_GAP) {
            let text = self.text[*start..].split('\n').next().unwrap_or_default().trim();
            if in_comment || text.starts_with("/*") {
                in_comment = !text.contains("*/");
                let rest = text.split_once("*/").map_or("", |(_, rest)| rest);
                if !is_code(rest) {
                    continue;
                }
            }
            if is_code(text) {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
