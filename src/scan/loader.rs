//! Gives files to the module trees of a unit, each read and parsed once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{MAX_MET, Scan};
use crate::files::FileSystem;
use crate::ir::FileIr;
use crate::names::{LoadError, Loader};
use crate::span::FileId;

/// The parsed files of a unit.
pub struct UnitFiles<'a> {
    scan: &'a Scan<'a>,
    known: FxHashMap<PathBuf, (FileId, Arc<FileIr>)>,
    next: FileId,
    last: u32,
    /// Files that the project does not list, with the numbers that they got.
    pub met: Vec<(FileId, PathBuf)>,
    /// Files that could not be read, and why.
    pub unread: Vec<(PathBuf, String)>,
}

impl<'a> UnitFiles<'a> {
    /// Reads and parses the sources of a unit side by side.
    pub fn read(scan: &'a Scan<'a>, sources: &[PathBuf], first_met: FileId) -> Self {
        let read = |path: &PathBuf| {
            let content = scan.system.read(path).map(crate::syntax::read);
            (scan.step)();
            (path.clone(), content)
        };
        let all: Vec<_> = sources.par_iter().map(read).collect();
        let mut files = Self {
            scan,
            known: FxHashMap::default(),
            next: first_met,
            last: first_met.0.saturating_add(MAX_MET),
            met: Vec::new(),
            unread: Vec::new(),
        };
        for (path, content) in all {
            match (content, scan.files.find(&path)) {
                (Ok(ir), Some(id)) => {
                    files.known.insert(path, (id, Arc::new(ir)));
                }
                (Ok(_), None) => {}
                (Err(error), _) => files.unread.push((path, error.to_string())),
            }
        }
        files
    }

    pub fn get(&self, path: &Path) -> Option<&(FileId, Arc<FileIr>)> {
        self.known.get(path)
    }

    /// Whether a file that nobody listed may be read: it lies inside of what was asked for,
    /// also after links are followed.
    fn inside(&self, path: &Path) -> bool {
        let roots = &self.scan.project.roots;
        let below = |path: &Path| roots.iter().any(|root| path.starts_with(root));
        match self.scan.system {
            FileSystem::Memory(_) => true,
            FileSystem::Disk => {
                below(path) && std::fs::canonicalize(path).is_ok_and(|real| below(&real))
            }
        }
    }
}

impl Loader for UnitFiles<'_> {
    fn load(&mut self, path: &Path) -> Result<(FileId, Arc<FileIr>), LoadError> {
        if let Some((id, ir)) = self.known.get(path) {
            return Ok((*id, ir.clone()));
        }
        if !self.scan.system.is_file(path) {
            return match self.scan.system {
                FileSystem::Disk if path.exists() && !path.is_dir() => {
                    Err(LoadError::Refused("not a regular file".to_owned()))
                }
                _ => Err(LoadError::Missing),
            };
        }
        if !self.inside(path) {
            return Err(LoadError::Refused("it lies outside of the scanned folders".to_owned()));
        }
        if self.next.0 >= self.last {
            return Err(LoadError::Refused(format!("more than {MAX_MET} files were included")));
        }
        let bytes =
            self.scan.system.read(path).map_err(|error| LoadError::Refused(error.to_string()))?;
        let id = self.scan.files.find(path).unwrap_or(self.next);
        if id == self.next {
            self.next = FileId(self.next.0 + 1);
            self.met.push((id, path.to_owned()));
        }
        let ir = Arc::new(crate::syntax::read(bytes));
        self.known.insert(path.to_owned(), (id, ir.clone()));
        Ok((id, ir))
    }
}
