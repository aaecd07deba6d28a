//! Which configuration governs a run: the one that is named, or the first that is found.

use std::io;
use std::path::{Path, PathBuf};

use crate::file_error::{FileError, MAX_BYTES};
use crate::files::FileSystem;

/// The name that is searched for.
pub const FILE_NAME: &str = "overt.toml";

/// What the search upward from the scanned paths gave.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The configuration of the first path that has one.
    pub config: Option<PathBuf>,
    /// Configurations of further paths that differ from it. They do not govern.
    pub others: Vec<PathBuf>,
}

/// Searches from each path upward to the root of the file system.
pub fn find(paths: &[PathBuf], system: &FileSystem) -> Found {
    let mut found = Found::default();
    for path in paths {
        let Some(config) = above(path, system) else { continue };
        match &found.config {
            None => found.config = Some(config),
            Some(first) if *first != config && !found.others.contains(&config) => {
                found.others.push(config);
            }
            Some(_) => {}
        }
    }
    found
}

fn above(path: &Path, system: &FileSystem) -> Option<PathBuf> {
    let start = match system {
        // Without this, the parent of `a/..` would be `a`. A path that does not exist is
        // reported by those who wanted to read it.
        FileSystem::Disk => std::fs::canonicalize(path).ok()?,
        FileSystem::Memory(_) => path.to_owned(),
    };
    // Something that is there and is no regular file counts as found: a named pipe must not
    // make the search go on to a laxer configuration further up.
    let present = |file: &Path| match system {
        FileSystem::Disk => std::fs::symlink_metadata(file).is_ok(),
        FileSystem::Memory(_) => system.is_file(file),
    };
    start.ancestors().map(|folder| folder.join(FILE_NAME)).find(|file| present(file))
}

/// The text of a configuration.
pub(super) fn read(path: &Path, system: &FileSystem) -> Result<String, FileError> {
    let whole = |why: String| FileError::whole(path, why);
    if matches!(system, FileSystem::Disk)
        && std::fs::metadata(path).is_ok_and(|found| found.len() > MAX_BYTES as u64)
    {
        return Err(whole("larger than 1 MiB, which no configuration is".to_owned()));
    }
    let bytes = system.read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => whole("no such configuration file".to_owned()),
        _ => whole(format!("cannot read the configuration: {error}")),
    })?;
    if bytes.len() > MAX_BYTES {
        return Err(whole("larger than 1 MiB, which no configuration is".to_owned()));
    }
    String::from_utf8(bytes).map_err(|_| whole("the configuration is not valid UTF-8".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(files: &[&str], paths: &[&str]) -> Found {
        let system = FileSystem::memory(files.iter().map(|path| (*path, "")));
        find(&paths.iter().map(PathBuf::from).collect::<Vec<_>>(), &system)
    }

    #[test]
    fn the_nearest_above_wins() {
        let files = ["/overt.toml", "/a/overt.toml", "/a/b/c/lib.rs"];
        assert_eq!(search(&files, &["/a/b/c/lib.rs"]).config, Some("/a/overt.toml".into()));
        assert_eq!(search(&files, &["/z"]).config, Some("/overt.toml".into()));
        assert_eq!(search(&["/a/lib.rs"], &["/a"]), Found::default());
    }

    #[test]
    fn a_second_configuration_is_remembered() {
        let found = search(&["/a/overt.toml", "/b/overt.toml"], &["/a", "/b", "/b/c", "/c"]);
        assert_eq!(found.config, Some("/a/overt.toml".into()));
        assert_eq!(found.others, [PathBuf::from("/b/overt.toml")]);
    }
}
