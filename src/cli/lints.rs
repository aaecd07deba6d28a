//! `cargo overt lints`: every lint with the level that it has here.

use std::io::{self, Write};

use serde::Serialize;

use super::args::{LintsArgs, ListFormat};
use crate::config::Setup;
use crate::file_error::printable;
use crate::lint::load::{Lint, Origin};
use crate::policy::{DEFAULT, Policy};
use crate::vocab::{Group, Level};

/// One lint in JSON.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    group: Group,
    /// Here, after the configuration.
    level: Level,
    /// Of the lint itself.
    default_level: Level,
    summary: &'a str,
    since: &'a str,
    maps_to: &'a [String],
    /// The file of a user's lint.
    file: Option<String>,
}

#[derive(Serialize)]
struct List<'a> {
    version: u32,
    /// The policy that the levels come from.
    policy: Option<&'a str>,
    lints: Vec<Row<'a>>,
}

pub(super) fn write(setup: &Setup, args: &LintsArgs, out: &mut dyn Write) -> io::Result<()> {
    let lints: Vec<&Lint> = setup
        .lints
        .iter()
        .filter(|lint| args.group.is_none_or(|group| lint.group == group))
        .filter(|lint| args.level.is_none_or(|level| setup.level(lint) == level))
        .collect();
    match args.format {
        ListFormat::Human => table(setup, lints, out),
        ListFormat::Json => json(setup, &lints, out),
    }
}

fn table(setup: &Setup, mut lints: Vec<&Lint>, out: &mut dyn Write) -> io::Result<()> {
    lints.sort_by_key(|lint| (lint.group, lint.id()));
    let width = |text: fn(&Lint) -> &str| lints.iter().map(|lint| text(lint).len()).max();
    let id = width(Lint::id).unwrap_or(0);
    let group = width(|lint| lint.group.word()).unwrap_or(0);
    for lint in &lints {
        let level = setup.level(lint);
        let summary = printable(&lint.file.summary).replace('\n', " ");
        writeln!(out, "{:id$}  {:group$}  {level:6}  {summary}", lint.id(), lint.group)?;
    }
    let by = match &setup.policy {
        Some(policy) if policy.id() != DEFAULT => format!(" by policy `{}`", policy.id()),
        _ => String::new(),
    };
    match lints.len() {
        1 => writeln!(out, "1 lint{by}"),
        count => writeln!(out, "{count} lints{by}"),
    }
}

fn json(setup: &Setup, lints: &[&Lint], out: &mut dyn Write) -> io::Result<()> {
    let rows = lints.iter().map(|lint| Row {
        id: lint.id(),
        group: lint.group,
        level: setup.level(lint),
        default_level: lint.file.level,
        summary: &lint.file.summary,
        since: &lint.file.since,
        maps_to: &lint.file.maps_to,
        file: match &lint.origin {
            Origin::BuiltIn => None,
            Origin::User(path) => Some(crate::files::shown(path)),
        },
    });
    let policy = setup.policy.as_ref().map(Policy::id);
    let list = List { version: 1, policy, lints: rows.collect() };
    serde_json::to_writer_pretty(&mut *out, &list)?;
    writeln!(out)
}
