//! The user's own lists for a policy, from `[policy.<id>]` in `overt.toml`.
//!
//! They become a class of the models, `listed-host`, so that lints can ask for what is on them,
//! and are set beside destinations and disclosures when the clauses are judged.

use super::Policy;
use crate::disclosure::Jurisdiction;
use crate::file_error::{FileError, quoted, suggestion};
use crate::model::class::{host_fits, host_of};
use crate::model::spec::{ClassOf, ClassRow, ModelFile};
use crate::span::Span;
use crate::vocab::ListKind;

/// The class of values that holds every host of the user's lists.
pub const LISTED_HOST: &str = "listed-host";

/// A list as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    pub name: String,
    pub holds: ListKind,
    pub entries: Vec<String>,
}

impl List {
    /// The entry that fits a host, or the entry that this country or region lies in.
    pub fn entry(&self, value: &str) -> Option<&str> {
        let fits = |entry: &&String| match self.holds {
            ListKind::Hosts => {
                host_of(value).is_some_and(|host| host_fits(&entry.to_lowercase(), &host))
            }
            ListKind::Jurisdictions => {
                let read = Jurisdiction::parse;
                read(entry).zip(read(value)).is_some_and(|(listed, other)| listed.holds(&other))
            }
        };
        self.entries.iter().find(fits).map(String::as_str)
    }
}

/// A list as the configuration holds it, with its places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub policy: String,
    pub policy_span: Span,
    pub name: String,
    pub span: Span,
    pub entries: Vec<(String, Span)>,
}

/// Checks the lists that were given for a policy. `error` points into the configuration.
pub fn check(
    policy: &Policy,
    given: &[Given],
    error: &dyn Fn(Span, String) -> FileError,
) -> (Vec<List>, Vec<FileError>) {
    let mut lists = Vec::new();
    let mut errors = Vec::new();
    for list in given.iter().filter(|list| list.policy == policy.id()) {
        let known = policy.file.lists.iter().find(|spec| *spec.name.get_ref() == list.name);
        let Some(spec) = known else {
            let message = format!("policy `{}` has no list {}", policy.id(), quoted(&list.name));
            let names = policy.file.lists.iter().map(|spec| spec.name.get_ref().as_str());
            let help = suggestion(&list.name, names);
            errors.push(FileError { help, ..error(list.span, message) });
            continue;
        };
        for (entry, span) in &list.entries {
            if let Some(wrong) = wrong(spec.holds, entry) {
                let message = format!("{} {wrong}", quoted(entry));
                let help = match spec.holds {
                    ListKind::Hosts => "write `a.example`, or `.example` with all that is below",
                    ListKind::Jurisdictions => "write the code of ISO 3166, such as `DE`",
                };
                errors.push(error(*span, message).with_help(help));
            }
        }
        let entries = list.entries.iter().map(|(entry, _)| entry.clone()).collect();
        lists.push(List { name: list.name.clone(), holds: spec.holds, entries });
    }
    (lists, errors)
}

fn wrong(holds: ListKind, entry: &str) -> Option<&'static str> {
    let plain = entry.strip_prefix('.').unwrap_or(entry);
    let host = !plain.is_empty()
        && !plain.starts_with('.')
        && plain.chars().all(|c| c.is_alphanumeric() || "-._:".contains(c));
    match holds {
        ListKind::Hosts if !host => Some("is no host"),
        ListKind::Jurisdictions if Jurisdiction::parse(entry).is_none() => {
            Some("is no code of a country or a region")
        }
        _ => None,
    }
}

/// The hosts of the lists as a model. None when there are none.
pub fn model(lists: &[List]) -> Option<ModelFile> {
    let hosts = lists.iter().filter(|list| list.holds == ListKind::Hosts);
    let any: Vec<String> = hosts.flat_map(|list| list.entries.iter().cloned()).collect();
    if any.is_empty() {
        return None;
    }
    let class = ClassRow {
        name: LISTED_HOST.to_owned(),
        of: ClassOf::Host,
        data: Vec::new(),
        any,
        matches: Vec::new(),
        watched: false,
        except: Vec::new(),
        about: None,
    };
    Some(ModelFile { class: vec![class], ..ModelFile::default() })
}
