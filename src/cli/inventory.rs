//! `cargo overt inventory`: every fact, as a table or as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::args::ListFormat;
use crate::check::Checked;
use crate::file_error::printable;
use crate::inventory::{Entry, Row};
use crate::report::position::Sources;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    facts: Vec<Row<'a>>,
}

pub(super) fn write(checked: &Checked, format: ListFormat, out: &mut dyn Write) -> io::Result<()> {
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
