//! Paths and what lies at them, on the disk and in memory alike.
//!
//! Looks only: nothing is written, and only folders and regular files are opened.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, Read};
use std::ops::Bound;
use std::path::{Component, Path, PathBuf};

use crate::files::FileSystem;

/// The largest manifest that is read. The largest one in use is a tenth of this; the parser
/// takes some fifty times a manifest's size in memory, which is what has to be bounded.
pub(super) const MAX_MANIFEST_BYTES: u64 = 4 * 1024 * 1024;

/// What lies at a path, links followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File,
    Missing,
    /// Neither; a phrase that says what it is instead.
    Other(&'static str),
}

/// One entry of a folder.
pub(super) struct Child {
    pub name: OsString,
    /// Whether it is a folder itself; a link to one is none.
    pub is_folder: bool,
}

/// The path without `.` and `..`, by its text alone, as Cargo does it.
pub(super) fn normalise(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match clean.components().next_back() {
                Some(Component::Normal(_)) => {
                    clean.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => clean.push(".."),
            },
            other => clean.push(other),
        }
    }
    clean
}

/// The real path: absolute and free of links on the disk.
pub(super) fn resolve(system: &FileSystem, path: &Path) -> io::Result<PathBuf> {
    match system {
        FileSystem::Memory(_) => Ok(normalise(path)),
        FileSystem::Disk => {
            // The empty path means the working directory, as it does for `Path::join`.
            let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
            Ok(without_verbatim_prefix(std::fs::canonicalize(path)?))
        }
    }
}

/// `\\?\C:\x` as `C:\x`: the longer spelling would not compare equal to what the user sees.
fn without_verbatim_prefix(path: PathBuf) -> PathBuf {
    if !cfg!(windows) {
        return path;
    }
    match path.to_str().and_then(|text| text.strip_prefix(r"\\?\")) {
        Some(rest) if rest.as_bytes().get(1) == Some(&b':') => PathBuf::from(rest),
        _ => path,
    }
}

/// The files in a folder and in those below it, of a tree in memory.
pub(super) fn below<'a>(
    files: &'a BTreeMap<PathBuf, Vec<u8>>,
    folder: &'a Path,
) -> impl Iterator<Item = &'a Path> {
    // Paths compare by their components, so that those of one folder stand together.
    files
        .range::<Path, _>((Bound::Included(folder), Bound::Unbounded))
        .map(|(path, _)| path.as_path())
        .take_while(move |path| path.starts_with(folder))
}

/// Whether a path of the set is the folder or lies in it.
pub(super) fn has_below(paths: &BTreeSet<PathBuf>, folder: &Path) -> bool {
    let mut from = paths.range::<Path, _>((Bound::Included(folder), Bound::Unbounded));
    from.next().is_some_and(|first| first.starts_with(folder))
}

/// What lies at the path; links are followed.
pub(super) fn kind(system: &FileSystem, path: &Path) -> Kind {
    match system {
        FileSystem::Memory(files) => {
            if files.contains_key(path) {
                return Kind::File;
            }
            match below(files, path).next() {
                Some(_) => Kind::Folder,
                None => Kind::Missing,
            }
        }
        FileSystem::Disk => match std::fs::metadata(path) {
            Err(_) => Kind::Missing,
            Ok(metadata) => kind_of(metadata.file_type()),
        },
    }
}

/// The kind of an entry, which is no link.
pub(super) fn kind_of(file_type: std::fs::FileType) -> Kind {
    if file_type.is_dir() {
        return Kind::Folder;
    }
    if file_type.is_file() {
        return Kind::File;
    }
    Kind::Other(irregular(file_type))
}

#[cfg(unix)]
fn irregular(file_type: std::fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if file_type.is_fifo() {
        return "a named pipe, not a regular file";
    }
    if file_type.is_socket() {
        return "a socket, not a regular file";
    }
    if file_type.is_block_device() || file_type.is_char_device() {
        return "a device, not a regular file";
    }
    "not a regular file"
}

#[cfg(not(unix))]
fn irregular(_: std::fs::FileType) -> &'static str {
    "not a regular file"
}

/// What a folder holds, sorted by name; nothing when it cannot be read.
pub(super) fn children(system: &FileSystem, folder: &Path) -> Vec<Child> {
    let mut children: Vec<Child> = match system {
        FileSystem::Memory(files) => below(files, folder)
            .filter_map(|path| path.strip_prefix(folder).ok())
            .filter_map(|inside| {
                let mut components = inside.components();
                let name = components.next()?.as_os_str().to_owned();
                Some(Child { name, is_folder: components.next().is_some() })
            })
            .collect(),
        FileSystem::Disk => std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
            .map(|entry| Child {
                name: entry.file_name(),
                is_folder: entry.file_type().is_ok_and(|t| t.is_dir()),
            })
            .collect(),
    };
    children.sort_by(|a, b| a.name.cmp(&b.name));
    children.dedup_by(|a, b| a.name == b.name);
    children
}

/// The text of a manifest, or a phrase that says why there is none.
pub(super) fn manifest_text(system: &FileSystem, path: &Path) -> Result<String, String> {
    let bytes = match system {
        FileSystem::Memory(_) => system.read(path).map_err(|error| unreadable(&error))?,
        FileSystem::Disk => read_bounded(path)?,
    };
    if bytes.len() as u64 > MAX_MANIFEST_BYTES {
        return Err(format!("larger than {} MiB", MAX_MANIFEST_BYTES >> 20));
    }
    String::from_utf8(bytes)
        .map_err(|error| format!("not valid UTF-8 at byte {}", error.utf8_error().valid_up_to()))
}

/// At most one byte more than a manifest may have: the size that the system tells cannot be
/// trusted everywhere.
fn read_bounded(path: &Path) -> Result<Vec<u8>, String> {
    match kind(&FileSystem::Disk, path) {
        Kind::File => {}
        Kind::Folder => return Err("a folder, not a regular file".to_owned()),
        Kind::Missing => return Err("no such file".to_owned()),
        Kind::Other(what) => return Err(what.to_owned()),
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_MANIFEST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(&error))?;
    Ok(bytes)
}

/// A phrase for an error of the system, the same on every platform.
pub(super) fn unreadable(error: &io::Error) -> String {
    format!("cannot be read: {}", error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_by_their_text() {
        let clean = |path: &str| normalise(Path::new(path)).to_string_lossy().into_owned();
        assert_eq!(clean("./a/./b/../c"), "a/c");
        assert_eq!(clean("../../a"), "../../a");
        assert_eq!(clean("a/../../b"), "../b");
        assert_eq!(clean("/../a"), "/a");
        assert_eq!(clean("."), "");
    }

    #[test]
    fn folders_in_memory_exist_because_files_lie_in_them() {
        let system = FileSystem::memory([("a/b/c.rs", ""), ("a/b.rs", ""), ("a-b/d.rs", "")]);
        assert_eq!(kind(&system, Path::new("a/b")), Kind::Folder);
        assert_eq!(kind(&system, Path::new("a/b.rs")), Kind::File);
        assert_eq!(kind(&system, Path::new("a/x")), Kind::Missing);
        assert_eq!(kind(&system, Path::new("")), Kind::Folder);
        let names: Vec<_> = children(&system, Path::new("a")).into_iter().map(|c| c.name).collect();
        assert_eq!(names, ["b", "b.rs"]);
    }

    #[test]
    fn a_manifest_has_a_largest_size() {
        let huge = vec![b'#'; usize::try_from(MAX_MANIFEST_BYTES).unwrap() + 1];
        let system = FileSystem::memory([("Cargo.toml", huge)]);
        let error = manifest_text(&system, Path::new("Cargo.toml")).unwrap_err();
        assert_eq!(error, "larger than 4 MiB");
    }
}
