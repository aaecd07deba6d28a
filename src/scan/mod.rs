//! The scan: from a project to claims, one unit at a time.
//!
//! A unit is what can name each other: a workspace with its path dependencies, or one package.
//! Units are analysed side by side and dropped when they are done, so that memory follows the
//! largest unit and not the tree.

mod loader;
mod plan;
mod unit;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rayon::prelude::*;

pub use self::unit::{Gap, Outcome};
use crate::disclosure::Disclosure;
use crate::files::{FileSystem, Files};
use crate::lint::load::Lint;
use crate::lint::matcher::Matching;
use crate::model::Models;
use crate::project::Project;
use crate::span::FileId;
use crate::vocab::Level;

/// Files that a unit may load beyond those that the project lists: `include!` of other
/// extensions, `#[path]` to odd names.
pub(crate) const MAX_MET: u32 = 4_096;

/// What every unit needs.
pub struct Scan<'a> {
    pub system: &'a FileSystem,
    pub project: &'a Project,
    pub files: &'a Files,
    pub models: &'a Models,
    pub lints: &'a [(Lint, Level)],
    pub matching: &'a Matching<'a>,
    /// What the project says openly.
    pub disclosures: &'a [Disclosure],
    /// The folder of `overt.toml`, absolute.
    pub base: Option<&'a Path>,
    /// Called once for each file that was read.
    pub step: &'a (dyn Fn() + Sync),
    /// Whether the facts are kept.
    pub inventory: bool,
}

/// Analyses every unit, on a pool whose threads have the stack that parsing needs.
pub fn scan(scan: &Scan<'_>) -> Vec<Outcome> {
    let units = plan::units(scan.project);
    let first = u32::try_from(scan.files.len()).unwrap_or(u32::MAX);
    let number = |index: usize| {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        FileId(first.saturating_add(index.saturating_mul(MAX_MET)))
    };
    units
        .par_iter()
        .enumerate()
        .with_max_len(1)
        .map(|(index, members)| {
            let analyse = || unit::analyse(scan, members, number(index));
            catch_unwind(AssertUnwindSafe(analyse)).unwrap_or_else(|_| given_up(members))
        })
        .collect()
}

/// A defect of overt costs one unit and is said for each of its files.
fn given_up(members: &plan::Members) -> Outcome {
    let why = "overt failed while analysing it; please report this";
    let unread = members.sources.iter().map(|(path, _)| (path.clone(), why.to_owned()));
    Outcome { unread: unread.collect(), ..Outcome::default() }
}

/// A pool of threads that can parse.
///
/// # Errors
/// When the system gives no threads.
pub fn pool(threads: Option<usize>) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .stack_size(crate::syntax::STACK_BYTES)
        .thread_name(|index| format!("overt-{index}"))
        .build()
}
