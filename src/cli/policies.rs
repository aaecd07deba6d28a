//! A policy as plain text: what it is, which levels it sets, clause by clause which lints look.

use super::explain::{INDENT, WIDTH, section, wrap};
use crate::file_error::printable;
use crate::lint::load::{Lint, Origin};
use crate::policy::Policy;
use crate::policy::spec::Clause;
use crate::vocab::{Level, Reach};

/// The whole page.
pub(super) fn page(policy: &Policy, lints: &[Lint]) -> String {
    let file = &policy.file;
    let mut page = format!("{}\n{}\n", policy.id(), file.title);
    page += &format!("\nVersion     {}\n", file.version);
    if let Some(source) = &file.source {
        page += &format!("Source      {source}\n");
    }
    if let Origin::User(path) = &policy.origin {
        page += &format!("File        {}\n", crate::files::shown(path));
    }
    page.push('\n');
    page += &wrap(file.summary.trim(), "");
    if !file.levels.is_empty() {
        page += "\nLevels\n";
        for (name, level) in &file.levels {
            page += &format!("{INDENT}{level:6}  {}\n", name.get_ref());
        }
        if file.unproven != Level::Warn {
            page += &format!("{INDENT}{:6}  what is not proven, at most\n", file.unproven);
        }
    }
    if !file.lists.is_empty() {
        page += &format!("\nYour own lists, under [policy.{}] in overt.toml\n", policy.id());
        for list in &file.lists {
            page += &wrap(&format!("- `{}`: {}", list.name.get_ref(), list.about), INDENT);
        }
    }
    for clause in &file.clauses {
        page += &about(policy, clause, lints);
    }
    printable(&page)
}

fn about(policy: &Policy, clause: &Clause, lints: &[Lint]) -> String {
    let words = clause.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let hanging = textwrap::Options::new(WIDTH).subsequent_indent(INDENT);
    let mut text = format!("\n{}\n", textwrap::fill(&format!("{}  {words}", clause.id()), hanging));
    let reach = match clause.reach {
        Reach::Checked => "checked by",
        Reach::Partly => "partly checked by",
        Reach::NotDecidable => "not decidable from source",
    };
    let ids: Vec<&str> = policy.lints(clause, lints).iter().map(|lint| lint.id()).collect();
    let line = match ids.is_empty() {
        true => reach.to_owned(),
        false => format!("{reach} {}", ids.join(", ")),
    };
    text += &wrap(&line, INDENT);
    if !clause.needs.is_empty() {
        let needs: Vec<&str> = clause.needs.iter().map(|need| need.get_ref().as_str()).collect();
        text += &wrap(&format!("by your own lists {}", needs.join(", ")), INDENT);
    }
    section(&mut text, "", &clause.why);
    text.replace("\n\n", "\n")
}
