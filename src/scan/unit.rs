//! The analysis of one unit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::Scan;
use super::loader::UnitFiles;
use super::plan::{self, Members};
use crate::disclosure::Bounds;
use crate::disclosure::usage::Seen;
use crate::facts::{self, Context, CrateFacts};
use crate::flow::Builder;
use crate::inventory::{self, Entry, Listed};
use crate::ir::Directive;
use crate::lint::claim::{self, Claim, Proof};
use crate::lint::detect::consent::OptOut;
use crate::lint::detect::{self, Whole};
use crate::lint::engine::{self, Subject};
use crate::lint::excuse;
use crate::lint::flows;
use crate::lint::spec::Notice;
use crate::names::{self, CratePlan, Memo, Unit};
use crate::project::PackageId;
use crate::span::{FileId, Place, Span};
use crate::vocab::{Confidence, Level, TargetKind};

/// What a unit leaves behind.
#[derive(Debug, Default)]
pub struct Outcome {
    pub claims: Vec<Claim>,
    /// The facts, when they are kept.
    pub inventory: Vec<Entry>,
    /// What the facts do that a disclosure can be about, when there are disclosures.
    pub seen: Vec<Seen>,
    /// What the inventory lists, when it is wanted.
    pub listed: Vec<Listed>,
    pub gaps: Vec<Gap>,
    pub unread: Vec<(PathBuf, String)>,
    /// Files that were met on the way.
    pub met: Vec<(FileId, PathBuf)>,
    pub directives: Vec<(FileId, TargetKind, Vec<Directive>)>,
    pub files: usize,
    pub unreachable: usize,
    pub lines: usize,
    pub facts: usize,
    pub calls: usize,
    pub unresolved: usize,
    /// Searches for where data goes that were given up.
    pub cut: usize,
    /// For each disclosure with a guard: whether the unit has it, and the nearest name.
    pub guards: Vec<(usize, bool, Option<String>)>,
    /// The variables by which a person asks not to be counted, as far as the code reads them.
    pub opt_outs: Vec<OptOut>,
    pub work: usize,
}

/// A part that was not, or not wholly, analysed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    pub place: Place,
    pub why: String,
    /// It exists only after a build.
    pub generated: bool,
}

/// Analyses a unit. `first_met` is the number of the first file that nobody listed.
pub fn analyse(scan: &Scan<'_>, members: &Members, first_met: FileId) -> Outcome {
    let sources: Vec<PathBuf> = members.sources.iter().map(|(path, _)| path.clone()).collect();
    let mut files = UnitFiles::read(scan, &sources, first_met);
    let mut unit = Unit::default();
    let mut reached = FxHashSet::default();
    let plans = plan::targets(scan.project, members, |root| files.get(root).is_some());
    for plan in &plans {
        if let Ok(seen) = names::build(&mut unit, plan, &mut files) {
            reached.extend(seen);
        }
    }
    let unreachable = rest(scan, members, &plans, &mut unit, &mut files, &mut reached);
    names::link(&mut unit, scan.models);

    let mut outcome = Outcome::default();
    let memo = Memo::default();
    let context = Context::new(&unit, scan.models, &memo);
    let mut flow = Builder::new(&unit);
    let mut all: Vec<CrateFacts> =
        unit.crate_ids().map(|krate| facts::collect(&context, krate, &mut flow)).collect();
    let graph = flow.finish(&unit);
    all.iter_mut().for_each(|facts| facts.trace(&graph));
    for (krate, facts) in unit.crate_ids().zip(&all) {
        outcome.facts += facts.facts.iter().filter(|fact| fact.via.is_none()).count();
        outcome.calls += facts.calls;
        outcome.unresolved += facts.unresolved;
        outcome.cut += facts.given_up;
        if !scan.disclosures.is_empty() {
            outcome.seen.extend(facts.facts.iter().filter_map(Seen::of));
        }
        if scan.inventory {
            let subject = unit.krate(krate);
            let own = facts.facts.iter().filter(|fact| fact.via.is_none());
            outcome.inventory.extend(own.map(|fact| {
                let item = facts.bodies[fact.body].owner.path.clone();
                Entry::new(fact, subject.kind, subject.name.clone(), item)
            }));
        }
    }
    context.renew();
    let subjects: Vec<Subject<'_>> = unit
        .crate_ids()
        .zip(&all)
        .map(|(krate, facts)| Subject::new(&unit, krate, facts, &context))
        .collect();
    if scan.inventory {
        outcome.listed = inventory::gather(&subjects, &graph, scan.matching);
    }
    let below = |file: FileId| {
        let met = files.met.iter().find(|(id, _)| *id == file).map(|(_, path)| path.as_path());
        let path = met.unwrap_or_else(|| scan.files.path(file));
        let path = names::normal(&std::path::absolute(path).ok()?);
        path.strip_prefix(scan.base?).ok().map(Path::to_owned)
    };
    let disclosures = scan.disclosures;
    let whole = Whole { subjects: &subjects, graph: &graph, disclosures, below: &below };
    outcome.claims.extend(detect::whole(&whole, scan.lints));
    outcome.guards = detect::consent::guards(&whole);
    outcome.opt_outs = detect::consent::opt_outs(&whole);
    let mut near = Vec::new();
    for subject in &subjects {
        context.renew();
        near.extend(engine::claims(subject, scan.lints, scan.matching));
    }
    excuse::retain(&mut near, &subjects, &graph, scan.lints, scan.matching);
    let proven = flows::claims(&subjects, graph, scan.lints, scan.matching);
    outcome.cut += proven.cut + memo.cut.get();
    memo.work(proven.visited);
    flows::retain_unproven(&mut near, &proven.claims);
    outcome.claims.extend(proven.claims);
    outcome.claims.extend(near);
    outcome.work = memo.worked.get();
    outcome.unreachable = unreachable.len();
    for file in unreachable {
        notice(
            scan,
            Notice::UnreachableFile,
            start(file),
            TargetKind::Unreachable,
            None,
            &mut outcome.claims,
        );
    }
    file_results(scan, &unit, &mut outcome);
    outcome.unread = std::mem::take(&mut files.unread);
    outcome.met = std::mem::take(&mut files.met);
    outcome
}

/// Makes crates of the files that no target reaches; those of packages, which is worth saying.
fn rest(
    scan: &Scan<'_>,
    members: &Members,
    plans: &[CratePlan],
    unit: &mut Unit,
    files: &mut UnitFiles<'_>,
    reached: &mut FxHashSet<FileId>,
) -> Vec<FileId> {
    let mut left: Vec<(&Path, Option<PackageId>, FileId)> = members
        .sources
        .iter()
        .filter_map(|(path, package)| {
            let (id, _) = files.get(path)?;
            (!reached.contains(id)).then_some((path.as_path(), *package, *id))
        })
        .collect();
    // Files that others are modules of come before those others.
    left.sort_by_key(|(path, ..)| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let rank = match name {
            "main.rs" | "lib.rs" => 0,
            "mod.rs" => 1,
            _ => 2,
        };
        (path.components().count(), rank, path.to_path_buf())
    });
    let declared: FxHashSet<PathBuf> =
        left.iter().flat_map(|(path, ..)| declared_by(path, files)).collect();
    let (children, roots): (Vec<_>, Vec<_>) =
        left.into_iter().partition(|(path, ..)| declared.contains(*path));
    let libraries = plans
        .iter()
        .zip(0u32..)
        .filter(|(plan, _)| matches!(plan.kind, TargetKind::Lib | TargetKind::ProcMacro))
        .filter_map(|(plan, number)| {
            Some((plan.package?, (names::CrateId(number), plan.name.clone())))
        })
        .collect::<BTreeMap<_, _>>();
    let mut said = Vec::new();
    for (path, package, id) in roots.into_iter().chain(children) {
        if reached.contains(&id) {
            continue;
        }
        let kind = match package {
            Some(package) => kind_of(scan, package, path),
            // Without a manifest that says otherwise, the name says what it is for.
            None if path.file_name().is_some_and(|name| name == "build.rs") => {
                TargetKind::BuildScript
            }
            None => TargetKind::Loose,
        };
        let externs = package.map_or_else(Vec::new, |package| {
            plan::externs(scan.project, package, TargetKind::Unreachable, &libraries)
        });
        let edition =
            package.map_or(2021, |package| scan.project.packages[package.0 as usize].edition);
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().into();
        let plan = CratePlan { package, kind, name, edition, root: path.to_owned(), externs };
        if let Ok(seen) = names::build(unit, &plan, files) {
            reached.extend(seen);
            if kind == TargetKind::Unreachable {
                said.push(id);
            }
        }
    }
    said
}

/// Where the modules that a file declares may lie.
fn declared_by(path: &Path, files: &UnitFiles<'_>) -> Vec<PathBuf> {
    let Some((_, ir)) = files.get(path) else { return Vec::new() };
    let parent = path.parent().unwrap_or(Path::new(""));
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let folders = match stem {
        "mod" | "lib" | "main" => vec![parent.to_owned()],
        stem => vec![parent.to_owned(), parent.join(stem)],
    };
    let modules = ir.items.iter().filter_map(|item| match &item.kind {
        crate::ir::ItemKind::Module { items: None, paths } => Some((&item.name, paths)),
        _ => None,
    });
    let mut found = Vec::new();
    for (name, paths) in modules {
        found.extend(paths.iter().map(|path| names::normal(&parent.join(path))));
        for folder in &folders {
            found.push(folder.join(format!("{name}.rs")));
            found.push(folder.join(name.as_str()).join("mod.rs"));
        }
    }
    found.retain(|other| other != path);
    found
}

/// A file that no target reaches is test material when it lies among the tests.
fn kind_of(scan: &Scan<'_>, package: PackageId, path: &Path) -> TargetKind {
    let folder = &scan.project.packages[package.0 as usize].folder;
    let below = path.strip_prefix(folder).unwrap_or(path);
    match below.components().next().and_then(|first| first.as_os_str().to_str()) {
        Some("tests" | "test") => TargetKind::Test,
        Some("benches") => TargetKind::Bench,
        Some("examples") => TargetKind::Example,
        _ => TargetKind::Unreachable,
    }
}

/// Text marks, gaps, comments and counts: what each file says once, whatever targets it is in.
fn file_results(scan: &Scan<'_>, unit: &Unit, outcome: &mut Outcome) {
    let mut kinds: BTreeMap<FileId, TargetKind> = BTreeMap::new();
    for krate in &unit.crates {
        for file in krate.modules.iter().filter_map(|module| module.file) {
            let kind = kinds.entry(file).or_insert(krate.kind);
            *kind = (*kind).min(krate.kind);
        }
    }
    for (file, kind) in &kinds {
        let Some(ir) = unit.files.get(file) else { continue };
        outcome.files += 1;
        outcome.lines += ir.lines as usize;
        if !ir.directives.is_empty() {
            outcome.directives.push((*file, *kind, ir.directives.clone()));
        }
        for mark in &ir.text_marks {
            let place = Place { file: *file, span: mark.span };
            let name = format!("U+{:04X}", u32::from(mark.character));
            for (index, (lint, level)) in scan.lints.iter().enumerate() {
                let wanted = lint.file.text.is_some_and(|text| text.kind == mark.kind);
                if wanted && *level != Level::Allow && claim::in_place(lint, *kind, false, false) {
                    let mut made = plain(index, place, *kind);
                    made.values.insert("name".to_owned(), name.clone());
                    let words = lint.file.words.label.as_deref().unwrap_or("{name} stands here");
                    made.primary.1 = claim::fill(words, &made.values);
                    outcome.claims.push(made);
                }
            }
        }
        for gap in &ir.gaps {
            let place = Place { file: *file, span: gap.span };
            outcome.gaps.push(Gap { place, why: gap.why.clone(), generated: false });
        }
    }
    for gap in &unit.gaps {
        let place = Place { file: gap.file, span: gap.span };
        outcome.gaps.push(Gap { place, why: gap.why.clone(), generated: gap.generated });
    }
    outcome.gaps.sort();
    outcome.gaps.dedup();
    for gap in outcome.gaps.iter().filter(|gap| !gap.generated) {
        let kind = kinds.get(&gap.place.file).copied().unwrap_or(TargetKind::Loose);
        let why = Some(gap.why.clone());
        notice(scan, Notice::Unanalysed, gap.place, kind, why, &mut outcome.claims);
    }
}

/// Claims of the lints that pass on what the engine has to say.
pub fn notice(
    scan: &Scan<'_>,
    notice: Notice,
    place: Place,
    kind: TargetKind,
    why: Option<String>,
    claims: &mut Vec<Claim>,
) {
    for (index, (lint, level)) in scan.lints.iter().enumerate() {
        if lint.file.notice != Some(notice)
            || *level == Level::Allow
            || !claim::in_place(lint, kind, false, false)
        {
            continue;
        }
        let mut made = plain(index, place, kind);
        let words = lint.file.words.label.as_deref().unwrap_or("here");
        if let Some(why) = &why {
            made.values.insert("name".to_owned(), why.clone());
        }
        made.primary.1 = claim::fill(words, &made.values);
        claims.push(made);
    }
}

fn plain(lint: usize, place: Place, target: TargetKind) -> Claim {
    Claim {
        lint,
        primary: (place, String::new()),
        labels: Vec::new(),
        values: BTreeMap::new(),
        confidence: Confidence::High,
        target,
        target_name: Default::default(),
        trigger: String::new(),
        conditions: Vec::new(),
        owner: Default::default(),
        note: None,
        proof: Proof::Proven,
        bounds: Bounds::default(),
    }
}

fn start(file: FileId) -> Place {
    Place { file, span: Span::default() }
}
