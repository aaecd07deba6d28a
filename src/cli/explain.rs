//! `cargo overt explain LINT`: the documentation of a lint, or of a policy, as plain text, for a
//! pager.

use crate::config::Setup;
use crate::file_error::{FileError, printable, quoted, suggestion};
use crate::lint::load::{Lint, Origin};
use crate::lint::spec::Example;
use crate::policy::load::Missing;
use crate::policy::{self, Policy};
use crate::vocab::{Group, Level};

pub(super) const WIDTH: usize = 80;
pub(super) const INDENT: &str = "  ";

/// What is said about a lint that does not exist.
fn unknown(name: &str, setup: &Setup) -> FileError {
    if let Ok(group) = name.parse::<Group>() {
        return FileError::plain(format!("`{name}` is a group of lints"))
            .with_help(format!("`cargo overt lints --group {group}` lists them"));
    }
    let help = suggestion(name, setup.lints.iter().map(Lint::id))
        .unwrap_or_else(|| "`cargo overt lints` lists them".to_owned());
    FileError::plain(format!("unknown lint {}", quoted(name))).with_help(help)
}

/// The page about a lint or a policy.
///
/// # Errors
/// There is neither, or the policies cannot be read.
pub(super) fn page(name: &str, setup: &Setup) -> Result<String, Vec<FileError>> {
    if let Some(lint) = setup.lints.iter().find(|lint| lint.id() == name) {
        let mut policies = policy::load::all_built_in()?;
        policies.extend(setup.policies.iter().chain(&setup.policy).cloned());
        policies.sort_by(|left, right| left.id().cmp(right.id()));
        policies.dedup_by(|left, right| left.id() == right.id());
        return Ok(about_lint(lint, setup.level(lint), &policies));
    }
    let chosen = setup.policy.iter().find(|policy| policy.id() == name).cloned();
    match chosen.map_or_else(|| policy::load::named(name, &setup.policies), Ok) {
        Ok(policy) => Ok(super::policies::page(&policy, &setup.lints)),
        Err(Missing::Broken(errors)) => Err(errors),
        Err(Missing::Unknown { .. }) => Err(vec![unknown(name, setup)]),
    }
}

/// The whole page of a lint.
fn about_lint(lint: &Lint, level: Level, policies: &[Policy]) -> String {
    let file = &lint.file;
    let mut page = format!("{}\n", lint.id());
    page += &wrap(&format!("This code {}.", file.summary.trim_end_matches('.')), "");
    page += &format!("\nLevel       {level}");
    if level != file.level {
        page += &format!(" here, {} by default", file.level);
    }
    page += &format!("\nGroup       {}\nConfidence  {}\n", lint.group, file.confidence);
    page += &match &lint.origin {
        Origin::BuiltIn => format!("Since       {}\n", file.since),
        Origin::User(path) => format!("File        {}\n", crate::files::shown(path)),
    };
    section(&mut page, "What it finds", &file.docs.finds);
    section(&mut page, "Why it matters", &file.docs.why);
    for example in &file.examples {
        page += &shown(example);
    }
    section(&mut page, "What to do", &file.words.help);
    let never = "No disclosure covers this. Where it is meant, allow the place with a reason.";
    match file.disclosable {
        Some(_) => section(&mut page, "How to disclose", &file.docs.disclose),
        // What overt says about the configuration itself cannot be allowed at a place.
        None if lint.group == Group::Disclosure => {}
        None => section(&mut page, "How to disclose", &format!("{never} {}", file.docs.disclose)),
    }
    section(&mut page, "Limits", &file.docs.limits);
    let references = references(lint, policies);
    if !references.is_empty() {
        page += "\nReferences\n";
        page += &references;
    }
    printable(&page)
}

pub(super) fn section(page: &mut String, title: &str, text: &str) {
    if !text.trim().is_empty() {
        *page += &format!("\n{title}\n{}", wrap(textwrap::dedent(text).trim(), INDENT));
    }
}

/// One example under a heading that says what the lint makes of it.
fn shown(example: &Example) -> String {
    let (title, because) = match (example.flagged, &example.todo) {
        (Some(true), _) => ("Flagged", None),
        (Some(false), _) => ("Not flagged", example.because.as_deref()),
        (None, todo) => ("Missed so far", todo.as_deref()),
    };
    let mut text = match because {
        Some(because) => format!("\n{}", wrap(&format!("{title}: {because}"), "")),
        None => format!("\n{title}\n"),
    };
    let main = (example.file.as_str(), example.code.as_str());
    let config = example.config.iter().map(|text| ("overt.toml", text.as_str()));
    let others = example.files.iter().map(|(path, code)| (path.as_str(), code.as_str()));
    let others = others.chain(config);
    let files: Vec<_> =
        std::iter::once(main).chain(others).filter(|(_, code)| !code.trim().is_empty()).collect();
    for (index, (path, code)) in files.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        if files.len() > 1 || *path != "src/lib.rs" {
            text += &format!("{INDENT}{path}:\n");
        }
        text += &listing(code);
    }
    text
}

/// Code, indented, with the marks of the tests turned into words.
fn listing(code: &str) -> String {
    let mut text = String::new();
    for line in textwrap::dedent(code).trim_start_matches('\n').trim_end().lines() {
        let line = match line.split_once("//~") {
            Some((code, _)) => format!("{}  // <- reported", code.trim_end()),
            None => line.trim_end().to_owned(),
        };
        if line.is_empty() {
            text.push('\n');
        } else {
            text += &format!("{INDENT}{INDENT}{line}\n");
        }
    }
    text
}

/// Paragraphs filled to the width. Lists and indented code keep their lines.
pub(super) fn wrap(text: &str, indent: &str) -> String {
    let mut out = String::new();
    let mut paragraph = String::new();
    let flush = |paragraph: &mut String, out: &mut String| {
        if !paragraph.is_empty() {
            let item = if paragraph.starts_with("- ") { "  " } else { "" };
            let below = format!("{indent}{item}");
            let options = textwrap::Options::new(WIDTH)
                .break_words(false)
                .word_splitter(textwrap::WordSplitter::NoHyphenation)
                .initial_indent(indent)
                .subsequent_indent(&below);
            *out += &textwrap::fill(paragraph, options);
            out.push('\n');
            paragraph.clear();
        }
    };
    let mut fenced = false;
    for line in text.lines() {
        let fence = line.trim_start().starts_with("```");
        if fenced || fence || line.starts_with("    ") {
            flush(&mut paragraph, &mut out);
            if !fence {
                out += format!("{indent}{line}").trim_end();
                out.push('\n');
            }
            fenced ^= fence;
        } else if line.trim().is_empty() {
            flush(&mut paragraph, &mut out);
            out.push('\n');
        } else {
            let line = line.trim();
            if line.starts_with("- ") {
                flush(&mut paragraph, &mut out);
            }
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph += line;
        }
    }
    flush(&mut paragraph, &mut out);
    out
}

/// The clauses of policies that the lint bears on, and the references that no policy knows.
fn references(lint: &Lint, policies: &[Policy]) -> String {
    let mut text = String::new();
    for policy in policies {
        let clauses = policy.clauses(lint);
        if clauses.is_empty() {
            continue;
        }
        text += &format!("{INDENT}{}\n", policy.name());
        for clause in clauses {
            let words: Vec<&str> = clause.text.split_whitespace().collect();
            let line = format!("{:9} {}", clause.id(), words.join(" "));
            let deeper = format!("{INDENT}{INDENT}");
            let further = format!("{deeper}{:10}", "");
            let options = textwrap::Options::new(WIDTH).initial_indent(&deeper);
            text += &textwrap::fill(&line, options.subsequent_indent(&further));
            text.push('\n');
            if let Some(link) = policy.link(clause) {
                text += &format!("{further}{link}\n");
            }
        }
    }
    for reference in &lint.file.maps_to {
        let known = reference.split_once(':').is_some_and(|(id, clause)| {
            policies.iter().any(|policy| policy.id() == id && policy.clause(clause).is_some())
        });
        if !known {
            text += &format!("{INDENT}{reference}\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_part() {
        let file = toml::from_str(
            r#"
            id = "shell-started"
            summary = "starts a shell"
            level = "deny"
            since = "0.1.0"
            maps-to = ["cwe:506", "attack:T1552.001", "gids:3", "own:1"]
            text = { kind = "bidi" }
            words = { headline = "h", note = "n", help = "Call what is needed." }
            [docs]
            finds = """
            A long line that has to be filled, because eighty columns are all that a reader has to \
            look at and no more.

            - one
            - two which is so long that it goes on in the next line, where it has to be indented too

                kept   as it is
            """
            why = "It can \u001b[2J do anything."
            limits = "None known."
            [[example]]
            flagged = true
            file = "build.rs"
            code = '''

            fn main() {
                shell(); //~

            }
            '''
            [[example]]
            flagged = false
            because = "it is a comment"
            code = "// shell"
            [[example]]
            todo = "macros"
            code = "shell!()"
            "#,
        );
        let lint =
            Lint { file: file.unwrap(), group: Group::RemoteAccess, origin: Origin::BuiltIn };
        let policies = policy::load::all_built_in().unwrap();
        insta::assert_snapshot!(about_lint(&lint, Level::Warn, &policies));
    }
}
