//! The stage between lint and report: what is said openly is taken off the findings, and what
//! the disclosures promise is held against the code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::usage::{self, Seen, Unused, Used};
use super::{cover, document, suggest};
use crate::config::Config;
use crate::files::{FileSystem, Files};
use crate::finding::{Disclosure as Outcome, Finding, Label, Missing};
use crate::lint::load::Lint;
use crate::lint::spec::Notice;
use crate::span::{FileId, Place, Span};
use crate::vocab::{DataKind, Level};

/// The largest document that is read.
const MAX_DOCUMENT: usize = 8 * 1024 * 1024;

/// The disclosures of a run with what they are judged by.
pub struct Stage<'a> {
    config: &'a Config,
    /// `overt.toml` among the files of the run.
    file: FileId,
    /// Its folder, absolute.
    base: PathBuf,
    files: &'a Files,
    used: Vec<Used>,
}

/// Something to say about a disclosure, by one of the lints for it.
pub struct Remark {
    pub notice: Notice,
    pub span: Span,
    /// What the words of the lint may name.
    pub values: BTreeMap<String, String>,
}

impl<'a> Stage<'a> {
    /// `None` when there is nothing to judge by.
    pub fn new(config: &'a Config, files: &'a Files) -> Option<Self> {
        let file = files.find(&config.path)?;
        let used = vec![Used::default(); config.disclosures.len()];
        let base = absolute(config.folder());
        (!used.is_empty()).then_some(Self { config, file, base, files, used })
    }

    /// Judges the findings.
    pub fn judge(&mut self, findings: &mut [Finding], lints: &BTreeMap<&str, &Lint>) {
        for finding in findings {
            let how = lints.get(finding.lint.as_str()).and_then(|l| l.file.disclosable.as_ref());
            let Some(how) = how else { continue };
            let file = self.relative(finding.primary.place.file);
            let mut verdict =
                cover::judge(&self.config.disclosures, how, &finding.bounds, file.as_deref());
            for one in &verdict.by {
                self.used[*one].by_finding = true;
                self.used[*one].bounds.extend(finding.bounds.clone());
            }
            let said = |one: &usize| &self.config.disclosures[*one].id;
            if finding.level == Level::Forbid && verdict.outcome == Outcome::Disclosed {
                let ids: Vec<String> =
                    verdict.by.iter().map(|one| format!("`{}`", said(one).value)).collect();
                verdict.outcome = Outcome::Partly;
                verdict.missing = vec![Missing {
                    key: "id",
                    value: String::new(),
                    message: format!("{} does not count: the lint is forbidden", ids.join(", ")),
                }];
            }
            if verdict.outcome == Outcome::Partly
                && let Some(one) = verdict.by.first()
            {
                let place = Place { file: self.file, span: said(one).span };
                finding.disclosure_label =
                    Some(Label { place, message: "this covers a part of it".to_owned() });
            }
            finding.disclosure = verdict.outcome;
            finding.disclosed_by =
                verdict.by.iter().map(|one| said(one).value.as_str().into()).collect();
            finding.missing = verdict.missing;
        }
    }

    /// What is wrong with the disclosures themselves. `whole` says that everything below the
    /// folder of `overt.toml` was scanned; otherwise nothing is called unused.
    pub fn remarks(
        &self,
        seen: &[Seen],
        known: &BTreeSet<DataKind>,
        whole: bool,
        system: &FileSystem,
    ) -> Vec<Remark> {
        let mut cache: BTreeMap<FileId, Option<PathBuf>> = BTreeMap::new();
        let seen: Vec<(Option<PathBuf>, &Seen)> = seen
            .iter()
            .map(|seen| {
                let path = cache.entry(seen.file).or_insert_with(|| self.relative(seen.file));
                (path.clone(), seen)
            })
            .collect();
        let mut remarks = Vec::new();
        for (one, used) in self.config.disclosures.iter().zip(&self.used) {
            let id = &one.id.value;
            let value = |key: &str, text: &str| (key.to_owned(), text.to_owned());
            let unused = if whole { usage::unused(one, used, &seen, known) } else { Vec::new() };
            for unused in unused {
                remarks.push(match unused {
                    Unused::Stale => Remark {
                        notice: Notice::StaleDisclosure,
                        span: one.id.span,
                        values: BTreeMap::from([value("name", id)]),
                    },
                    Unused::Part { key, word, span } => Remark {
                        notice: Notice::OverbroadDisclosure,
                        span,
                        values: BTreeMap::from([
                            value("name", id),
                            value("key", key),
                            value("value", &word),
                        ]),
                    },
                });
            }
            if let Some(documented) = &one.documented_at {
                let text = self.document(&documented.value.file, system);
                if let Some(why) = document::wrong(one, text.as_deref()) {
                    remarks.push(Remark {
                        notice: Notice::UndocumentedDisclosure,
                        span: documented.span,
                        values: BTreeMap::from([value("name", id), value("value", &why)]),
                    });
                }
            }
        }
        remarks
    }

    /// Guards that name nothing in the code: whether each is known, and the nearest name.
    pub fn guards(&self, guards: &BTreeMap<usize, (bool, Option<String>)>) -> Vec<Remark> {
        let unknown = guards.iter().filter(|(_, (known, _))| !known);
        let remarks = unknown.filter_map(|(index, (_, nearest))| {
            let one = self.config.disclosures.get(*index)?;
            let guard = one.guard.as_ref()?;
            let nearest = nearest.as_ref().map(|name| format!("; is `{name}` meant?"));
            Some(Remark {
                notice: Notice::UnknownGuard,
                span: guard.span,
                values: BTreeMap::from([
                    ("name".to_owned(), guard.value.clone()),
                    ("disclosure".to_owned(), one.id.value.clone()),
                    ("value".to_owned(), nearest.unwrap_or_default()),
                ]),
            })
        });
        remarks.collect()
    }

    /// The file that remarks are about.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// The text of a document below the folder of the configuration, links followed.
    fn document(&self, file: &str, system: &FileSystem) -> Option<String> {
        let path = self.config.folder().join(file);
        if matches!(system, FileSystem::Disk) {
            let real = std::fs::canonicalize(&path).ok()?;
            if !real.starts_with(std::fs::canonicalize(&self.base).ok()?) {
                return None;
            }
        }
        let bytes = system.read(&path).ok().filter(|bytes| bytes.len() <= MAX_DOCUMENT)?;
        Some(crate::files::decode(bytes).0)
    }

    fn relative(&self, file: FileId) -> Option<PathBuf> {
        below(&self.base, self.files.path(file))
    }
}

/// Puts the block that would disclose a finding into its help, once for each destination.
pub fn suggest(findings: &mut [Finding], lints: &BTreeMap<&str, &Lint>) {
    let mut said = BTreeSet::new();
    for finding in findings.iter_mut().filter(|f| f.disclosure == Outcome::Undisclosed) {
        let how = lints.get(finding.lint.as_str()).and_then(|l| l.file.disclosable.as_ref());
        let Some(block) = how.and_then(|how| suggest::block(&finding.lint, how, &finding.bounds))
        else {
            continue;
        };
        if said.insert(block.clone()) {
            finding
                .help
                .push(format!("to say openly that it is meant, in `overt.toml`:\n\n{block}\n"));
        }
    }
}

fn absolute(path: &Path) -> PathBuf {
    // The folder of `overt.toml` alone is empty, and stands for this one.
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    crate::names::normal(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

/// A path relative to a folder that it lies in, also by way of links.
fn below(base: &Path, path: &Path) -> Option<PathBuf> {
    let path = absolute(path);
    if let Ok(rest) = path.strip_prefix(base) {
        return Some(rest.to_owned());
    }
    let (base, path) = (std::fs::canonicalize(base).ok()?, std::fs::canonicalize(&path).ok()?);
    path.strip_prefix(base).ok().map(Path::to_owned)
}

/// Whether some scanned path holds all that the configuration speaks of.
pub fn is_whole(config: &Config, paths: &[PathBuf]) -> bool {
    let base = absolute(config.folder());
    paths.iter().any(|path| below(path, &base).is_some() || base.starts_with(absolute(path)))
}
