//! One run from beginning to end: configuration, project, scan, wording, suppression, report.
//!
//! It starts no process and opens no connection. A run that read nothing is an error, never a
//! clean result.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rustc_hash::FxHashMap;

use crate::config::{self, Request, Setup};
use crate::disclosure::usage::Seen;
use crate::disclosure::{self, Bounds};
use crate::file_error::FileError;
use crate::files::{FileSystem, Files};
use crate::finding::{Disclosure, Finding, Label, Report, Summary, Unanalysed};
use crate::inventory::{self, Entry, Inventory};
use crate::lint::claim::{self, Claim, Proof};
use crate::lint::detect::consent::{self, OptOut};
use crate::lint::gather::gather;
use crate::lint::load::Lint;
use crate::lint::manifest;
use crate::lint::matcher::Matching;
use crate::lint::spec::Notice;
use crate::model::{self, Models};
use crate::project::{self, Exclusion, Project};
use crate::report::position::Sources;
use crate::scan::{self, Gap, Outcome, Scan};
use crate::span::{FileId, Place, Span};
use crate::suppress;
use crate::vocab::{Confidence, Level, TargetKind};

/// What the caller wants.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub paths: Vec<PathBuf>,
    pub config: Option<PathBuf>,
    pub untrusted: bool,
    pub suppressions: bool,
    /// The command line's, in order; ids, groups and `warnings`.
    pub levels: Vec<(String, Level)>,
    pub deny_warnings: bool,
    /// The name or the path of a policy, instead of the configuration's.
    pub policy: Option<String>,
    pub threads: Option<usize>,
    pub system: FileSystem,
    /// Whether the facts are kept and put together, for [`Checked::inventory`] and
    /// [`Checked::behaviour`].
    pub inventory: bool,
    /// Whether findings that are disclosed are shown too.
    pub show_disclosed: bool,
}

/// A finished run.
#[derive(Debug)]
pub struct Checked {
    pub report: Report,
    pub files: Files,
    pub warnings: Vec<FileError>,
    /// Every fact, sorted by place, when it was asked for.
    pub inventory: Vec<Entry>,
    /// What the run went by.
    pub setup: Setup,
    /// What the tree can do, when it was asked for.
    pub behaviour: Inventory,
    /// The variables by which a person asks not to be counted, as far as the code reads them.
    pub opt_outs: Vec<OptOut>,
    packages: Vec<(PathBuf, smol_str::SmolStr)>,
}

impl Checked {
    /// Every package of the run: its name and version, sorted.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        let mut names: Vec<&str> = self.packages.iter().map(|(_, name)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter()
    }

    /// The innermost package that holds a file: its name and version.
    pub fn package(&self, file: FileId) -> Option<smol_str::SmolStr> {
        innermost(&self.packages, self.files.path(file)).map(|(_, package)| package.clone())
    }
}

/// Of the folders that hold a path, the innermost.
fn innermost<'p>(
    packages: &'p [(PathBuf, smol_str::SmolStr)],
    path: &Path,
) -> Option<&'p (PathBuf, smol_str::SmolStr)> {
    let holds = packages.iter().filter(|(folder, _)| path.starts_with(folder));
    holds.max_by_key(|(folder, _)| folder.components().count())
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A stage of so many steps begins.
    Begin(&'static str, u64),
    /// A step is done.
    Step,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the configuration is wrong")]
    Config(Vec<FileError>),
    #[error("nothing was scanned: {0}")]
    NothingScanned(String),
    #[error("{path}: {source}", path = crate::files::shown(.path))]
    Io { path: PathBuf, source: io::Error },
    #[error("the system gives no threads: {0}")]
    Threads(String),
}

/// Scans.
///
/// # Errors
/// See [`Error`].
pub fn check(options: &Options, progress: &(dyn Fn(Stage) + Sync)) -> Result<Checked, Error> {
    let begun = Instant::now();
    if matches!(options.system, FileSystem::Disk) {
        for path in &options.paths {
            std::fs::symlink_metadata(path)
                .map_err(|source| Error::Io { path: path.clone(), source })?;
        }
    }
    let setup = config::setup(&Request {
        paths: &options.paths,
        config: options.config.as_deref(),
        untrusted: options.untrusted,
        levels: &options.levels,
        deny_warnings: options.deny_warnings,
        policy: options.policy.as_deref(),
        system: &options.system,
    })
    .map_err(Error::Config)?;
    let models = model::load::load(setup.models.clone())
        .map_err(|errors| Error::Config(errors.into_iter().map(FileError::plain).collect()))?;
    let expanded = models
        .expand(&setup.lints)
        .map_err(|errors| Error::Config(errors.into_iter().map(FileError::plain).collect()))?;
    let matching = Matching::new(&models, &expanded);
    let lints: Vec<(Lint, Level)> = expanded
        .into_iter()
        .map(|lint| {
            let level = setup.level(&lint);
            (lint, level)
        })
        .collect();
    let exclusions = exclusions(&setup, &options.paths);
    let project = project::discover(&options.system, &options.paths, &exclusions);
    if project.sources.is_empty() && project.manifests.is_empty() {
        return Err(nothing(&project, options));
    }
    let mut files = Files::new(options.system.clone());
    for (path, _) in project.sources.iter().chain(&project.manifests) {
        files.id(path);
    }
    // Diagnostics about disclosures point into it.
    let disclosing = setup.config.as_ref().filter(|config| !config.disclosures.is_empty());
    if let Some(config) = disclosing {
        files.id(&config.path);
    }
    progress(Stage::Begin("reading", u64::try_from(project.sources.len()).unwrap_or(u64::MAX)));
    let pool = scan::pool(options.threads).map_err(|error| Error::Threads(error.to_string()))?;
    let step = || progress(Stage::Step);
    let folder = setup.config.as_ref().map(config::Config::folder);
    let base = folder.and_then(|folder| std::path::absolute(folder).ok());
    let base = base.map(|folder| crate::names::normal(&folder));
    let scan = Scan {
        system: &options.system,
        project: &project,
        files: &files,
        models: &models,
        lints: &lints,
        matching: &matching,
        disclosures: setup.config.as_ref().map_or(&[], |config| &config.disclosures),
        base: base.as_deref(),
        step: &step,
        inventory: options.inventory,
    };
    let outcomes = pool.install(|| scan::scan(&scan));
    let manifest_claims = manifests(&scan, &matching);
    let packages = project.packages.iter().map(|package| {
        (package.folder.clone(), format!("{} {}", package.name, package.version).into())
    });
    let packages: Vec<(PathBuf, smol_str::SmolStr)> = packages.collect();
    let mut outcomes = outcomes;
    let mut inventory: Vec<Entry> =
        outcomes.iter_mut().flat_map(|outcome| std::mem::take(&mut outcome.inventory)).collect();
    let mut listed: Vec<inventory::Listed> = Vec::new();
    if options.inventory {
        listed.extend(outcomes.iter_mut().flat_map(|o| std::mem::take(&mut o.listed)));
        listed.extend(inventory::of_packages(&project, &files));
    }
    let mut run = Run {
        project: &project,
        packages: &packages,
        lints: &lints,
        setup: &setup,
        files,
        options,
        models: &models,
        opt_outs: Vec::new(),
        ignored: Vec::new(),
    };
    let mut report = run.report(outcomes, manifest_claims);
    if report.summary.files == 0 && report.findings.is_empty() {
        return Err(nothing(&project, options));
    }
    report.summary.elapsed = begun.elapsed();
    let Run { files, ignored, opt_outs, .. } = run;
    let warnings = setup.warnings.iter().cloned().chain(ignored).collect();
    inventory.sort_by_cached_key(|entry| {
        (files.shown(entry.place.file).to_owned(), entry.place.span, entry.target)
    });
    inventory.dedup_by_key(|entry| (entry.place, entry.calls.clone()));
    let behaviour = inventory::assemble(listed, &project, &files);
    let opt_outs = consent::together(opt_outs);
    Ok(Checked { report, files, warnings, inventory, behaviour, setup, opt_outs, packages })
}

/// What the configuration leaves out, except where that is what was asked for by name.
fn exclusions(setup: &Setup, roots: &[PathBuf]) -> Vec<Exclusion> {
    let Some(config) = &setup.config else { return Vec::new() };
    let base = std::path::absolute(config.folder()).unwrap_or_else(|_| config.folder().to_owned());
    let below = |root: &PathBuf| {
        let root = crate::names::normal(&std::path::absolute(root).ok()?);
        root.strip_prefix(crate::names::normal(&base)).ok().map(Path::to_owned)
    };
    let roots: Vec<PathBuf> = roots.iter().filter_map(below).collect();
    let wanted = |entry: &&config::Exclude| !roots.iter().any(|root| entry.matches(root));
    let entries = config.exclude.iter().filter(wanted).map(|entry| Exclusion {
        glob: entry.glob().clone(),
        base: base.clone(),
        reason: entry.reason.clone(),
    });
    entries.collect()
}

fn nothing(project: &Project, options: &Options) -> Error {
    if let Some(problem) = project.problems.first() {
        let path = crate::files::shown(&problem.path);
        return Error::NothingScanned(format!("{path}: {}", problem.why));
    }
    let paths: Vec<String> = options.paths.iter().map(|path| crate::files::shown(path)).collect();
    Error::NothingScanned(format!("there is no Rust source in {}", paths.join(", ")))
}

/// Claims about TOML files, each file read once for all lints.
fn manifests(scan: &Scan<'_>, matching: &Matching<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (path, _) in &scan.project.manifests {
        let Ok(bytes) = scan.system.read(path) else { continue };
        let Some(file) = scan.files.find(path) else { continue };
        let (text, _) = crate::files::decode(bytes);
        for (index, (lint, level)) in scan.lints.iter().enumerate() {
            if *level == Level::Allow {
                continue;
            }
            let inner =
                lint.file.any.iter().map(|step| (step.manifest.as_ref(), step.label.as_deref()));
            let matchers = inner.chain([(lint.file.manifest.as_ref(), None)]);
            for (matcher, words) in matchers.filter_map(|(m, words)| Some((m?, words))) {
                let hits = manifest::hits(matcher, path, &text, matching).unwrap_or_default();
                claims.extend(
                    hits.into_iter().map(|hit| manifest_claim(index, lint, words, file, hit)),
                );
            }
        }
    }
    claims
}

fn manifest_claim(
    index: usize,
    lint: &Lint,
    words: Option<&str>,
    file: FileId,
    hit: manifest::Hit,
) -> Claim {
    let mut values =
        BTreeMap::from([("key".to_owned(), hit.key.clone()), ("name".to_owned(), hit.key)]);
    for role in ["program", "path", "argument", "url"] {
        values.insert(role.to_owned(), hit.value.clone());
    }
    let words = words.or(lint.file.words.label.as_deref()).unwrap_or("`{key}` is set here");
    let place = Place { file, span: hit.span };
    Claim {
        lint: index,
        primary: (place, claim::fill(words, &values)),
        labels: Vec::new(),
        values,
        confidence: Confidence::High,
        target: TargetKind::Loose,
        target_name: Default::default(),
        trigger: "when Cargo or an editor works in this folder".to_owned(),
        conditions: Vec::new(),
        owner: Default::default(),
        note: None,
        proof: Proof::Proven,
        bounds: Bounds::default(),
    }
}

/// Whether each guard is known to some unit, and the nearest name.
type Guards = BTreeMap<usize, (bool, Option<String>)>;

/// The comments addressed to overt by file, with the kind of target that the file is in.
type Directives = FxHashMap<FileId, (TargetKind, Vec<crate::ir::Directive>)>;

/// What turns outcomes into a report.
struct Run<'a> {
    project: &'a Project,
    packages: &'a [(PathBuf, smol_str::SmolStr)],
    lints: &'a [(Lint, Level)],
    setup: &'a Setup,
    files: Files,
    options: &'a Options,
    models: &'a Models,
    opt_outs: Vec<OptOut>,
    /// Allows that did not count, because the tree is not trusted.
    ignored: Vec<FileError>,
}

impl Run<'_> {
    fn report(&mut self, outcomes: Vec<Outcome>, manifest_claims: Vec<Claim>) -> Report {
        let mut summary = Summary { packages: self.project.packages.len(), ..Summary::default() };
        let mut claims = manifest_claims;
        let mut directives: Directives = FxHashMap::default();
        let mut seen = Vec::new();
        let mut guards = Guards::new();
        let mut unanalysed = Vec::new();
        for outcome in outcomes {
            summary.files += outcome.files;
            summary.unreachable += outcome.unreachable;
            summary.lines += outcome.lines;
            summary.facts += outcome.facts;
            summary.calls += outcome.calls;
            summary.unresolved_calls += outcome.unresolved;
            summary.cut_short += outcome.cut;
            summary.work += outcome.work;
            for (id, path) in &outcome.met {
                self.files.add(*id, path);
            }
            claims.extend(outcome.claims);
            for (index, known, nearest) in outcome.guards {
                let (was, name): &mut (bool, Option<String>) = guards.entry(index).or_default();
                *was |= known;
                *name = name.take().or(nearest);
            }
            self.opt_outs.extend(outcome.opt_outs);
            seen.extend(outcome.seen);
            let given =
                outcome.directives.into_iter().map(|(file, kind, given)| (file, (kind, given)));
            directives.extend(given);
            unanalysed.extend(outcome.gaps.into_iter().map(|gap| self.gap(gap)));
            for (path, why) in outcome.unread {
                unanalysed.push(Unanalysed { file: crate::files::shown(&path), place: None, why });
            }
        }
        for problem in &self.project.problems {
            let file = crate::files::shown(&problem.path);
            let place = problem
                .span
                .and_then(|span| self.files.find(&problem.path).map(|file| Place { file, span }));
            unanalysed.push(Unanalysed { file, place, why: problem.why.clone() });
        }
        let mut findings = self.findings(claims);
        let remarks = self.disclose(&mut findings, &seen, &guards);
        // What is said openly needs no allow.
        let open = |finding: &Finding| finding.disclosure == Disclosure::Disclosed;
        let mut disclosed: Vec<Finding> = findings.extract_if(.., |one| open(one)).collect();
        // A lint that waits for disclosures says where they are missing, and here is one.
        let by_id = self.by_id();
        disclosed.retain(|one| by_id[one.lint.as_str()].file.only_with.is_none());
        summary.disclosed = disclosed.len();
        let (suppressed, notices) = self.suppress(&mut findings, &directives);
        findings.extend(self.findings(notices));
        findings.extend(remarks);
        if !self.options.untrusted {
            disclosure::stage::suggest(&mut findings, &self.by_id());
        }
        if self.options.show_disclosed {
            findings.extend(disclosed);
        }
        let key = |finding: &Finding| {
            let Place { file, span } = finding.primary.place;
            (self.files.shown(file).to_owned(), span, finding.lint.clone())
        };
        findings.sort_by_cached_key(key);
        unanalysed.sort_by(|a, b| (&a.file, a.place, &a.why).cmp(&(&b.file, b.place, &b.why)));
        unanalysed.dedup();
        let mut left_out: Vec<(String, String)> = self
            .project
            .left_out
            .iter()
            .map(|left| (crate::files::shown(&left.path), left.why.clone()))
            .collect();
        left_out.sort();
        let counts = findings.iter().filter(|finding| !open(finding));
        summary.denied = counts.clone().filter(|finding| finding.level >= Level::Deny).count();
        summary.warned = counts.filter(|finding| finding.level == Level::Warn).count();
        summary.suppressed = suppressed;
        summary.unanalysed =
            unanalysed.iter().map(|u| u.file.as_str()).collect::<BTreeSet<_>>().len();
        summary.left_out = left_out.len();
        Report { findings, unanalysed, left_out, summary }
    }

    fn gap(&self, gap: Gap) -> Unanalysed {
        let file = self.files.shown(gap.place.file).to_owned();
        Unanalysed { file, place: Some(gap.place), why: gap.why }
    }

    /// Words and fingerprints; the same claim from several targets is made once.
    fn findings(&self, claims: Vec<Claim>) -> Vec<Finding> {
        let package = |claim: &Claim| {
            let path = self.files.path(claim.primary.0.file);
            innermost(self.packages, path).map(|(_, name)| name.as_str())
        };
        let mut claims = gather(claims, self.lints, &package);
        claims.sort_by(|a, b| {
            let key = |claim: &Claim| (claim.lint, claim.primary.0, claim.proof, claim.target);
            key(a).cmp(&key(b))
        });
        claims.dedup_by(|later, first| {
            let same = (later.lint, later.primary.0) == (first.lint, first.primary.0);
            if same {
                first.bounds.extend(std::mem::take(&mut later.bounds));
            }
            same
        });
        let sources = Sources::new(&self.files);
        let mut ordinals: BTreeMap<String, usize> = BTreeMap::new();
        let worded = claims.into_iter().map(|claim| {
            let source = sources.get(claim.primary.0.file);
            let print = self.fingerprint(&claim, source.text());
            let ordinal = ordinals.entry(print.clone()).or_default();
            *ordinal += 1;
            self.finding(claim, format!("{print}-{ordinal}"))
        });
        worded.collect()
    }

    fn finding(&self, claim: Claim, fingerprint: String) -> Finding {
        let (lint, level) = &self.lints[claim.lint];
        let proven = claim.proof == Proof::Proven;
        let level = if proven { *level } else { self.setup.near_level(lint) };
        let words = &lint.file.words;
        let mut values = claim.values;
        values.entry("target".to_owned()).or_insert_with(|| claim.target.word().to_owned());
        if !claim.owner.is_empty() {
            values.entry("item".to_owned()).or_insert_with(|| claim.owner.to_string());
        }
        let near = words.near.as_ref().filter(|_| claim.proof == Proof::Near);
        let headline = near.unwrap_or(&words.headline);
        let label = |(place, message): (Place, String)| Label { place, message };
        // A step of the story may stand where a condition does; it says more.
        let told = |place: &Place| {
            *place == claim.primary.0 || claim.labels.iter().any(|(other, _)| other == place)
        };
        let conditions: Vec<(Place, String)> =
            claim.conditions.iter().filter(|(place, _)| !told(place)).cloned().collect();
        let notes = vec![claim::fill(&words.note, &values)];
        let mut help: Vec<String> = claim.note.into_iter().collect();
        help.push(claim::fill(&words.help, &values));
        Finding {
            lint: lint.file.id.as_str().into(),
            group: lint.group,
            level,
            confidence: claim.confidence.min(lint.file.confidence),
            message: claim::fill(headline, &values),
            package: innermost(self.packages, self.files.path(claim.primary.0.file))
                .map(|(_, package)| package.clone()),
            target: claim.target,
            target_name: claim.target_name,
            trigger: claim.trigger,
            primary: label(claim.primary),
            labels: conditions.into_iter().chain(claim.labels).map(label).collect(),
            notes,
            help,
            values,
            disclosure: Disclosure::Undisclosed,
            disclosed_by: Vec::new(),
            disclosure_label: None,
            missing: Vec::new(),
            bounds: claim.bounds.of_lint(lint.file.disclosable.as_ref()),
            fingerprint,
        }
    }

    fn by_id(&self) -> BTreeMap<&str, &Lint> {
        self.lints.iter().map(|(lint, _)| (lint.id(), lint)).collect()
    }

    /// Holds findings and disclosures against each other; what is wrong with disclosures.
    fn disclose(&self, findings: &mut [Finding], seen: &[Seen], guards: &Guards) -> Vec<Finding> {
        let config = self.setup.config.as_ref();
        let Some(mut stage) =
            config.and_then(|config| disclosure::stage::Stage::new(config, &self.files))
        else {
            return Vec::new();
        };
        stage.judge(findings, &self.by_id());
        let whole = config.is_some_and(|c| disclosure::stage::is_whole(c, &self.options.paths));
        let mut remarks = stage.remarks(seen, &self.models.data_kinds(), whole, &self.files.system);
        // A part of the project may not have the setting.
        if whole {
            remarks.extend(stage.guards(guards));
        }
        let mut claims = Vec::new();
        for remark in remarks {
            let place = Place { file: stage.file(), span: remark.span };
            for (index, (lint, level)) in self.lints.iter().enumerate() {
                if lint.file.notice != Some(remark.notice) || *level == Level::Allow {
                    continue;
                }
                let words = lint.file.words.label.as_deref().unwrap_or("here");
                claims.push(Claim {
                    lint: index,
                    primary: (place, claim::fill(words, &remark.values)),
                    labels: Vec::new(),
                    values: remark.values.clone(),
                    confidence: Confidence::High,
                    target: TargetKind::Loose,
                    target_name: Default::default(),
                    trigger: String::new(),
                    conditions: Vec::new(),
                    owner: remark.values.get("name").map(Into::into).unwrap_or_default(),
                    note: None,
                    proof: Proof::Proven,
                    bounds: Bounds::default(),
                });
            }
        }
        self.findings(claims)
    }

    /// Stable across unrelated edits: nothing in it depends on where in the file it stands.
    fn fingerprint(&self, claim: &Claim, text: &str) -> String {
        let Place { file, span } = claim.primary.0;
        let path = self.files.path(file);
        let base = innermost(self.packages, path);
        let relative = base.and_then(|(base, _)| path.strip_prefix(base).ok()).map_or_else(
            || self.files.shown(file).to_owned(),
            |relative| relative.to_string_lossy().replace('\\', "/"),
        );
        let code = text.get(span.range()).unwrap_or_default();
        let code: Vec<&str> = code.split_whitespace().collect();
        let parts =
            [&self.lints[claim.lint].0.file.id, &relative, claim.owner.as_str(), &code.join(" ")];
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }

    /// Takes out what inline allows cover; how many, and what is wrong with allows.
    fn suppress(
        &mut self,
        findings: &mut Vec<Finding>,
        directives: &Directives,
    ) -> (usize, Vec<Claim>) {
        let mut notices = Vec::new();
        let mut gone: BTreeSet<usize> = BTreeSet::new();
        let counts = self.options.suppressions && !self.options.untrusted;
        if !counts && !self.options.untrusted {
            return (0, notices);
        }
        let mut of_file: FxHashMap<FileId, Vec<usize>> = FxHashMap::default();
        for (at, finding) in findings.iter().enumerate() {
            of_file.entry(finding.primary.place.file).or_default().push(at);
        }
        let mut by_file: Vec<FileId> = directives.keys().copied().collect();
        by_file.sort();
        for file in by_file {
            let text = self.files.text(file);
            let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
            let line = |span: Span| {
                let lines = ends.partition_point(|end| *end < span.start as usize) + 1;
                u32::try_from(lines).unwrap_or(u32::MAX)
            };
            let (kind, given) = &directives[&file];
            let given: Vec<suppress::Directive> = given
                .iter()
                .map(|directive| suppress::Directive {
                    span: directive.span,
                    line: line(directive.span),
                    text: directive.text.clone(),
                    item_span: directive.item,
                })
                .collect();
            if !counts {
                self.ignored.extend(suppress::ignored(self.files.path(file), &text, &given));
                continue;
            }
            let here = of_file.get(&file).map_or(&[][..], Vec::as_slice);
            let claims: Vec<suppress::Claim<'_>> = here
                .iter()
                .map(|at| {
                    let finding = &findings[*at];
                    suppress::Claim {
                        lint: &finding.lint,
                        level: finding.level,
                        span: finding.primary.place.span,
                    }
                })
                .collect();
            let outcome = suppress::apply(&text, &given, &claims, &self.setup.levels);
            let covered = here.iter().zip(&outcome.suppressed).filter(|(_, by)| by.is_some());
            gone.extend(covered.map(|(at, _)| *at));
            for notice in outcome.notices {
                self.allow_notice(file, *kind, notice, &mut notices);
            }
        }
        let mut at = 0;
        findings.retain(|_| {
            at += 1;
            !gone.contains(&(at - 1))
        });
        (gone.len(), notices)
    }

    fn allow_notice(
        &self,
        file: FileId,
        kind: TargetKind,
        notice: suppress::Notice,
        claims: &mut Vec<Claim>,
    ) {
        for (index, (lint, level)) in self.lints.iter().enumerate() {
            if lint.file.notice != Some(Notice::UnusedAllow) || *level == Level::Allow {
                continue;
            }
            claims.push(Claim {
                lint: index,
                primary: (Place { file, span: notice.span }, notice.message.clone()),
                labels: Vec::new(),
                values: BTreeMap::from([("name".to_owned(), notice.message.clone())]),
                confidence: Confidence::High,
                target: kind,
                target_name: Default::default(),
                trigger: String::new(),
                conditions: Vec::new(),
                owner: Default::default(),
                note: notice.help.clone(),
                proof: Proof::Proven,
                bounds: Bounds::default(),
            });
        }
    }
}
