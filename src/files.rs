//! The files of a run: numbers, names as shown, and their text.
//!
//! Text is not kept: a scan of a large tree would hold it all. It is read again when a
//! diagnostic needs it. In-memory trees (examples, the library's users) keep theirs.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::span::FileId;

/// Where files come from.
#[derive(Debug, Clone, Default)]
pub enum FileSystem {
    #[default]
    Disk,
    /// Path → content; folders exist because files lie in them.
    Memory(Arc<BTreeMap<PathBuf, Vec<u8>>>),
}

/// The largest file that is read, in bytes. Generated bindings reach 100 MB; nothing that a
/// person wrote comes near.
pub const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

impl FileSystem {
    /// A tree in memory.
    pub fn memory<P: Into<PathBuf>, B: Into<Vec<u8>>>(
        files: impl IntoIterator<Item = (P, B)>,
    ) -> Self {
        Self::Memory(Arc::new(files.into_iter().map(|(p, b)| (p.into(), b.into())).collect()))
    }

    /// The content of a regular file.
    ///
    /// # Errors
    /// What the system says; `InvalidInput` for what is not a regular file (a pipe would
    /// block, a device would never end), `FileTooLarge` above [`MAX_FILE_BYTES`].
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self {
            Self::Memory(files) => files
                .get(path)
                .cloned()
                .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such file")),
            Self::Disk => {
                let metadata = std::fs::metadata(path)?;
                if !metadata.is_file() {
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
                }
                if metadata.len() > MAX_FILE_BYTES {
                    return Err(io::Error::new(
                        io::ErrorKind::FileTooLarge,
                        format!("larger than {} MiB", MAX_FILE_BYTES >> 20),
                    ));
                }
                std::fs::read(path)
            }
        }
    }

    pub fn is_file(&self, path: &Path) -> bool {
        match self {
            Self::Memory(files) => files.contains_key(path),
            Self::Disk => path.is_file(),
        }
    }
}

/// Every file of the run, in a fixed order.
#[derive(Debug, Default)]
pub struct Files {
    pub system: FileSystem,
    paths: Vec<PathBuf>,
    shown: Vec<String>,
    by_path: rustc_hash::FxHashMap<PathBuf, FileId>,
    /// Files that were met on the way, with numbers given by whoever met them.
    met: rustc_hash::FxHashMap<FileId, (PathBuf, String)>,
}

impl Files {
    pub fn new(system: FileSystem) -> Self {
        Self { system, ..Self::default() }
    }

    /// The number of a file; a new one the first time.
    pub fn id(&mut self, path: &Path) -> FileId {
        if let Some(id) = self.by_path.get(path) {
            return *id;
        }
        let id = FileId(u32::try_from(self.paths.len()).expect("fewer than 2^32 files"));
        self.paths.push(path.to_owned());
        self.shown.push(shown(path));
        self.by_path.insert(path.to_owned(), id);
        id
    }

    pub fn find(&self, path: &Path) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// Adds a file under a number that its finder chose.
    pub fn add(&mut self, id: FileId, path: &Path) {
        self.met.insert(id, (path.to_owned(), shown(path)));
    }

    pub fn contains(&self, id: FileId) -> bool {
        (id.0 as usize) < self.paths.len() || self.met.contains_key(&id)
    }

    pub fn path(&self, id: FileId) -> &Path {
        match self.met.get(&id) {
            Some((path, _)) => path,
            None => &self.paths[id.0 as usize],
        }
    }

    /// The path as it is shown: relative to the working directory where it lies below it, `/`
    /// between components. Control characters are still in it.
    pub fn shown(&self, id: FileId) -> &str {
        match self.met.get(&id) {
            Some((_, shown)) => shown,
            None => &self.shown[id.0 as usize],
        }
    }

    pub fn len(&self) -> usize {
        self.paths.len() + self.met.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text, each invalid byte replaced so that offsets hold; empty when the file cannot
    /// be read any more.
    pub fn text(&self, id: FileId) -> String {
        let bytes = self.system.read(self.path(id)).unwrap_or_default();
        decode(bytes).0
    }
}

/// Text from bytes, and whether it was valid UTF-8. Each invalid byte becomes one `?`, so that
/// offsets stay those of the file.
pub fn decode(bytes: Vec<u8>) -> (String, bool) {
    match String::from_utf8(bytes) {
        Ok(text) => (text, true),
        Err(error) => {
            let mut text = String::with_capacity(error.as_bytes().len());
            for chunk in error.as_bytes().utf8_chunks() {
                text.push_str(chunk.valid());
                text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
            }
            (text, false)
        }
    }
}

/// A path for people: relative to the working directory when it lies below it, `/` between
/// components, `./` left out.
pub fn shown(path: &Path) -> String {
    let relative = std::env::current_dir()
        .ok()
        .and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned))
        .unwrap_or_else(|| path.to_owned());
    let text = relative.to_string_lossy().replace('\\', "/");
    text.strip_prefix("./").unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_bytes_keep_their_offsets() {
        let (text, valid) = decode(b"a\xff\xfeb".to_vec());
        assert_eq!((text.as_str(), valid), ("a??b", false));
    }

    #[test]
    fn a_folder_is_not_read_as_a_file() {
        let error = FileSystem::Disk.read(Path::new("src")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}
