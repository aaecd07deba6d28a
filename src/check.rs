//! STAND-IN: the interface of the pipeline, with the configuration and nothing behind it. It
//! scans nothing, and therefore never says that anything is clean.

use std::io;
use std::path::PathBuf;

use crate::config::{self, Request};
use crate::file_error::FileError;
use crate::files::{FileSystem, Files};
use crate::finding::Report;
use crate::vocab::Level;

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
    pub threads: Option<usize>,
    pub system: FileSystem,
}

/// A finished run.
#[derive(Debug)]
pub struct Checked {
    pub report: Report,
    pub files: Files,
    pub warnings: Vec<FileError>,
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
}

/// Scans.
///
/// # Errors
/// See [`Error`].
pub fn check(options: &Options, _progress: &dyn Fn(Stage)) -> Result<Checked, Error> {
    config::setup(&Request {
        paths: &options.paths,
        config: options.config.as_deref(),
        untrusted: options.untrusted,
        levels: &options.levels,
        deny_warnings: options.deny_warnings,
        system: &options.system,
    })
    .map_err(Error::Config)?;
    for path in &options.paths {
        std::fs::symlink_metadata(path)
            .map_err(|source| Error::Io { path: path.clone(), source })?;
    }
    Err(Error::NothingScanned("this build has no engine".to_owned()))
}
