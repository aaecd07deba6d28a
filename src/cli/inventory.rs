//! `cargo overt inventory`: what the code does, as tables or as JSON; or every single fact.

use std::collections::BTreeMap;
use std::io::{self, Write};

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use serde::Serialize;

use super::args::{InventoryArgs, ListFormat};
use crate::check::Checked;
use crate::file_error::printable;
use crate::inventory::{Entry, Inventory, Item, Package, Row, Target};
use crate::report::escape;
use crate::report::position::Sources;
use crate::vocab::Section;

/// The widest table, and the narrowest that is tried.
const WIDTHS: std::ops::RangeInclusive<u16> = 40..=100;
/// Places of one item that a table names.
const PLACES: usize = 3;
/// Characters of a name in a table; JSON has it whole.
const NAME: usize = 120;
/// What chooses files or programs at run time, of which so many are named.
const CHOSEN: usize = 4;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    facts: Vec<Row<'a>>,
}

pub(super) fn write(
    checked: &Checked,
    args: &InventoryArgs,
    out: &mut dyn Write,
) -> io::Result<()> {
    match (args.facts, args.format) {
        (true, format) => facts(checked, format, out),
        (false, ListFormat::Human) => tables(checked, args, width(), out),
        (false, ListFormat::Json) => {
            serde_json::to_writer_pretty(&mut *out, &checked.behaviour)?;
            writeln!(out)
        }
    }
}

/// The width of the terminal, within bounds.
fn width() -> u16 {
    let width = terminal_size::terminal_size().map_or(*WIDTHS.end(), |(width, _)| width.0);
    width.clamp(*WIDTHS.start(), *WIDTHS.end())
}

fn heading(section: Section) -> &'static str {
    match section {
        Section::Destination => "Destinations",
        Section::Door => "Doors",
        Section::Collected => "Data collected",
        Section::Sent => "Data sent",
        Section::Program => "Programs",
        Section::File => "Files",
        Section::Variable => "Environment variables",
        Section::NativeCode => "Native code",
    }
}

fn tables(
    checked: &Checked,
    args: &InventoryArgs,
    width: u16,
    out: &mut dyn Write,
) -> io::Result<()> {
    let inventory = &checked.behaviour;
    let mut shown = 0usize;
    for package in &inventory.packages {
        for target in &package.targets {
            let items: Vec<&Item> =
                target.items.iter().filter(|item| args.tests || !item.test).collect();
            if items.is_empty() {
                continue;
            }
            if shown > 0 {
                writeln!(out)?;
            }
            shown += 1;
            writeln!(out, "{}", title(package, target))?;
            for section in Section::ALL {
                let of: Vec<&&Item> = items.iter().filter(|i| i.section == *section).collect();
                if !of.is_empty() {
                    writeln!(out, "\n  {}", heading(*section))?;
                    table(&of, args, width, out)?;
                }
            }
        }
    }
    if shown > 0 {
        writeln!(out)?;
    }
    last_line(checked, inventory, args, width, out)
}

fn title(package: &Package, target: &Target) -> String {
    let kind = target.kind;
    if package.name.is_empty() {
        return escape::line(&format!("{} ({kind}, in no package)", target.name));
    }
    escape::line(&format!("{} {}: {kind} {}", package.name, package.version, target.name))
}

/// One line of a table.
#[derive(Default)]
struct Line {
    what: String,
    how: String,
    places: Vec<String>,
    count: usize,
}

fn table(
    items: &[&&Item],
    args: &InventoryArgs,
    width: u16,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width - 4);
    for line in lines(items) {
        let limit = if args.all_places { usize::MAX } else { PLACES };
        let mut places: Vec<String> = line.places.iter().take(limit).cloned().collect();
        if line.count > places.len() {
            places.push(format!("and {} more", line.count - places.len()));
        }
        // Places stand below, where there is room for paths.
        let below: Vec<String> =
            Some(line.how).filter(|how| !how.is_empty()).into_iter().chain(places).collect();
        table.add_row([line.what, below.join("\n")]);
    }
    if let Some(column) = table.column_mut(0) {
        let most = Width::Fixed((width - 4) * 9 / 20);
        column.set_constraint(ColumnConstraint::UpperBoundary(most));
    }
    for line in table.lines() {
        writeln!(out, "   {}", line.trim_end())?;
    }
    Ok(())
}

/// The items as lines. What only the run time decides is one line for each kind of use, where
/// the names would be those of locals.
fn lines(items: &[&&Item]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut chosen: BTreeMap<String, Vec<&Item>> = BTreeMap::new();
    for item in items {
        let many = matches!(item.section, Section::File | Section::Program | Section::Variable);
        if item.chosen_by.is_some() && many {
            chosen.entry(how(item)).or_default().push(item);
            continue;
        }
        lines.push(Line {
            what: name(item),
            how: how(item),
            places: places(item),
            count: item.count,
        });
    }
    for (how, items) in chosen {
        let mut names: Vec<String> = items.iter().filter_map(|i| i.chosen_by.clone()).collect();
        names.dedup();
        let more = names.len().saturating_sub(CHOSEN);
        names.truncate(CHOSEN);
        let mut what = format!("chosen at run time by {}", names.join(", "));
        if more > 0 {
            what += &format!(" and {more} more");
        }
        lines.push(Line {
            what: escape::line(&what),
            how,
            places: items.iter().flat_map(|item| places(item)).collect(),
            count: items.iter().map(|item| item.count).sum(),
        });
    }
    lines
}

fn name(item: &Item) -> String {
    let mut text = match (&item.chosen_by, item.what.as_str()) {
        (Some(by), "") => format!("chosen at run time by {by}"),
        (Some(by), what) => format!("{what}, chosen at run time by {by}"),
        (None, what) => what.to_owned(),
    };
    if text.chars().count() > NAME {
        text = text.chars().take(NAME).chain(['…']).collect();
    }
    if item.test {
        text += " (tests)";
    }
    escape::line(&text)
}

fn how(item: &Item) -> String {
    let mut parts: Vec<String> = item.how.iter().cloned().collect();
    if item.section != Section::Collected && !item.data.is_empty() {
        let kinds: Vec<&str> = item.data.iter().map(|kind| kind.word()).collect();
        parts.push(format!("data: {}", kinds.join(", ")));
    }
    if item.section == Section::Collected {
        parts.extend(item.details.iter().take(2).map(|detail| format!("`{detail}`")));
        if item.details.len() > 2 {
            parts.push("…".to_owned());
        }
    }
    if !item.guards.is_empty() {
        let guards: Vec<String> = item.guards.iter().map(|guard| format!("`{guard}`")).collect();
        parts.push(format!("if {}", guards.join(", ")));
    }
    escape::line(&parts.join(", "))
}

fn places(item: &Item) -> Vec<String> {
    let shown = |spot: &crate::inventory::Spot| {
        format!("{}:{}:{}", escape::path(&spot.file), spot.line, spot.column)
    };
    item.places.iter().map(shown).collect()
}

/// What was looked at, and what the tables leave out.
fn last_line(
    checked: &Checked,
    inventory: &Inventory,
    args: &InventoryArgs,
    width: u16,
    out: &mut dyn Write,
) -> io::Result<()> {
    let items: Vec<&Item> = inventory.items().map(|(_, _, item)| item).collect();
    let tests = items.iter().filter(|item| item.test).count();
    let shown = if args.tests { items.len() } else { items.len() - tests };
    let summary = &checked.report.summary;
    let mut text = format!("{shown} things in {} files", summary.files);
    if tests > 0 && !args.tests {
        text += &format!("; {tests} in tests and examples not shown (`--tests` shows them)");
    }
    if summary.unanalysed > 0 {
        text += &format!(
            "; {} files not, or not wholly, analysed (`cargo overt` lists them)",
            summary.unanalysed
        );
    }
    textwrap::wrap(&text, usize::from(width)).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// Every fact by itself.
fn facts(checked: &Checked, format: ListFormat, out: &mut dyn Write) -> io::Result<()> {
    let sources = Sources::new(&checked.files);
    let rows = checked.inventory.iter().map(|entry| row(checked, &sources, entry));
    match format {
        ListFormat::Human => rows.into_iter().try_for_each(|row| line(&row, out)),
        ListFormat::Json => {
            let document = Document { version: 1, facts: rows.collect() };
            serde_json::to_writer_pretty(&mut *out, &document)?;
            writeln!(out)
        }
    }
}
fn row<'a>(checked: &'a Checked, sources: &Sources<'a>, entry: &'a Entry) -> Row<'a> {
    let (start, _) = sources.positions(entry.place);
    Row {
        file: checked.files.shown(entry.place.file),
        line: start.line,
        column: start.column,
        package: checked.package(entry.place.file),
        target: entry.target,
        item: &entry.item,
        effects: &entry.effects,
        data: &entry.data,
        marks: &entry.marks,
        calls: &entry.calls,
        args: &entry.args,
        confidence: entry.confidence,
        test: entry.test,
    }
}

/// `file:line:column: effects: call role="text"`.
fn line(row: &Row<'_>, out: &mut dyn Write) -> io::Result<()> {
    let effects: Vec<&str> = row.effects.iter().map(|effect| effect.word()).collect();
    let call = row.calls.first().map_or("", |call| call.as_str());
    let mut text =
        format!("{}:{}:{}: {}: {call}", row.file, row.line, row.column, effects.join(" "));
    for (role, texts) in row.args {
        text.push_str(&format!(" {role}={:?}", texts.join(" ")));
    }
    writeln!(out, "{}", printable(&text))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use textwrap::core::display_width;

    use super::*;
    use crate::check::{self, Options};
    use crate::files::FileSystem;

    fn shown(width: u16, tests: bool) -> String {
        let code = r#"
            fn main() {
                let _ = ureq::get("https://\u{1b}[2J\u{202e}a-rather-long-name-of-a-host.with-many-parts.example.org/").call();
                std::process::Command::new("/opt/日本語/a b").arg("x").status().unwrap();
                std::fs::write(std::env::var("SOMEWHERE").unwrap(), "x").unwrap();
            }
            #[cfg(test)]
            mod tests { #[test] fn t() { std::process::Command::new("only-a-test").status().unwrap(); } }
        "#;
        let manifest = "[package]\nname = \"p\"\nversion = \"1.0.0\"\n[dependencies]\nureq = \"3\"\n\
                        [[bin]]\nname = \"b\"\npath = \"src/a\u{9b}0m.rs\"\n";
        let files = [("/t/Cargo.toml", manifest), ("/t/src/a\u{9b}0m.rs", code)];
        let options = Options {
            paths: vec![PathBuf::from("/t")],
            system: FileSystem::memory(files),
            inventory: true,
            threads: Some(1),
            ..Options::default()
        };
        let checked = check::check(&options, &|_| {}).unwrap();
        let args = InventoryArgs {
            paths: Vec::new(),
            format: ListFormat::Human,
            tests,
            all_places: false,
            facts: false,
            threads: None,
        };
        let mut out = Vec::new();
        tables(&checked, &args, width, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn tables_fit_and_hide_nothing_from_the_reader() {
        for width in [40, 60, 80, 100] {
            let text = shown(width, false);
            let wide = text.lines().find(|line| display_width(line) > usize::from(width));
            assert_eq!(wide, None, "{width}");
            assert!(!text.contains(|c: char| c != '\n' && escape::is_hidden(c)), "{text:?}");
        }
        let wide = shown(100, false);
        assert!(wide.contains("SOMEWHERE") && wide.contains("/opt/日本語/a b"), "{wide}");
    }

    #[test]
    fn what_only_tests_do_is_shown_when_it_is_asked_for() {
        let without = shown(100, false);
        assert!(!without.contains("only-a-test") && without.contains("--tests"), "{without}");
        assert!(shown(100, true).contains("only-a-test"));
    }
}
