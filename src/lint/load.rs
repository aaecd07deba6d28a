//! Loads lint files: those that are built in, and those of a user's folders.
//!
//! Both come through the same checks. A lint that could never fire, or that says something the
//! engine does not know, is an error that points into its file; nothing is dropped in silence.
//! Lint files are data: loading one never runs anything.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use toml::de::DeTable;

use crate::lint::validate;
use crate::model::spec::ModelFile;
use crate::policy::{self, Policy};
use crate::span::Span;
use crate::vocab::Group;

pub use crate::file_error::FileError;
pub use crate::lint::spec::LintFile;

pub(crate) static LINTS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/lints");

/// Folders of `lints/` that hold no lints.
const OTHER_FOLDERS: &[&str] = &["models", "policies"];

/// How deep a user's lint folder is searched; deeper is an error, not a silence.
const MAX_DEPTH: usize = 8;

/// A lint that passed every check.
#[derive(Debug, Clone)]
pub struct Lint {
    pub file: LintFile,
    pub group: Group,
    pub origin: Origin,
}

impl Lint {
    pub fn id(&self) -> &str {
        &self.file.id
    }
}

/// Where a lint comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    BuiltIn,
    User(PathBuf),
}

/// What a user's folders hold.
#[derive(Debug, Default)]
pub struct Loaded {
    pub lints: Vec<Lint>,
    pub models: Vec<ModelFile>,
    pub policies: Vec<Policy>,
    pub errors: Vec<FileError>,
    /// The names of files with errors. Naming one in `overt.toml` is no second error.
    pub broken: Vec<String>,
}

/// The built-in lints by id. `detectors` are the names of the Rust functions that a lint may
/// call for.
///
/// # Errors
/// Every error of every file.
pub fn built_in(detectors: &[&str]) -> Result<Vec<Lint>, Vec<FileError>> {
    let mut files = Vec::new();
    let mut errors = Vec::new();
    embedded(&LINTS, &mut files, &mut errors);
    let mut lints = Lints::default();
    for (path, text) in files {
        lints.add(&path, &text, Origin::BuiltIn, detectors);
    }
    errors.append(&mut lints.errors);
    if errors.is_empty() { Ok(lints.sorted()) } else { Err(errors) }
}

/// Every embedded lint file with its path.
fn embedded(dir: &Dir<'_>, files: &mut Vec<(PathBuf, String)>, errors: &mut Vec<FileError>) {
    for file in dir.files().filter(|file| is_toml(file.path())) {
        let path = Path::new("lints").join(file.path());
        match file.contents_utf8() {
            Some(text) => files.push((path, text.to_owned())),
            None => errors.push(FileError::whole(&path, "not valid UTF-8")),
        }
    }
    for folder in dir.dirs() {
        if !OTHER_FOLDERS.iter().any(|other| folder.path() == Path::new(other)) {
            embedded(folder, files, errors);
        }
    }
}

/// The lints and models in a user's files and folders. Files below a folder `models` and files
/// called `*.model.toml` are models, policies likewise, all other TOML files are lints.
/// `built_in` are the lints whose ids are taken.
///
/// # Errors
/// Every error of every file.
pub fn from_paths(
    paths: &[PathBuf],
    built_in: &[Lint],
    detectors: &[&str],
) -> Result<(Vec<Lint>, Vec<ModelFile>), Vec<FileError>> {
    let loaded = load_paths(paths, built_in, detectors);
    if loaded.errors.is_empty() { Ok((loaded.lints, loaded.models)) } else { Err(loaded.errors) }
}

/// As [`from_paths`], with what was good beside what was not.
pub fn load_paths(paths: &[PathBuf], built_in: &[Lint], detectors: &[&str]) -> Loaded {
    let mut loaded = Loaded::default();
    let mut lints = Lints::default();
    for lint in built_in {
        lints.taken.insert(lint.file.id.clone(), None);
    }
    for path in paths {
        let before = loaded.errors.len();
        let files = toml_files(path, &mut loaded.errors);
        if files.is_empty() && loaded.errors.len() == before {
            loaded.errors.push(FileError::whole(path, "no lint, model or policy is here"));
        }
        for file in files {
            let text = match read(&file) {
                Ok(text) => text,
                Err(why) => {
                    loaded.errors.push(FileError::whole(&file, why));
                    loaded.broken.push(stem(&file));
                    continue;
                }
            };
            if is_kind(&file, path, ".policy", "policies") {
                match own_policy(&file, &text, &loaded.policies) {
                    Ok(policy) => loaded.policies.push(policy),
                    Err(mut errors) => {
                        loaded.errors.append(&mut errors);
                        loaded.broken.push(policy::load::stem(&file));
                    }
                }
            } else if is_kind(&file, path, ".model", "models") {
                match parse_model(&file, &text) {
                    Ok(model) => loaded.models.push(model),
                    Err(mut errors) => loaded.errors.append(&mut errors),
                }
            } else if !lints.add(&file, &text, Origin::User(file.clone()), detectors) {
                loaded.broken.push(stem(&file));
            }
        }
    }
    loaded.errors.append(&mut lints.errors);
    loaded.lints = lints.sorted();
    loaded
}

/// Every TOML file at or below `root`, sorted. Symbolic links below it are not followed.
fn toml_files(root: &Path, errors: &mut Vec<FileError>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    // One level more than is read, so that files at that level are noticed.
    let walk = walkdir::WalkDir::new(root).max_depth(MAX_DEPTH + 1).sort_by_file_name();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(root).to_owned();
                let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                errors.push(FileError::whole(&path, why));
                continue;
            }
        };
        if entry.file_type().is_dir() {
            if entry.depth() > MAX_DEPTH {
                errors.push(FileError::whole(entry.path(), "the folder lies too deep to search"));
            }
            continue;
        }
        if entry.depth() > MAX_DEPTH {
            continue;
        }
        if is_toml(entry.path()) || entry.depth() == 0 {
            files.push(entry.into_path());
        }
    }
    files
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Whether the file below `root` is a model or a policy. What lies above the root does not count,
/// or a checkout in a folder called `models` would hold no lints.
fn is_kind(file: &Path, root: &Path, ending: &str, folder: &str) -> bool {
    let below = file.strip_prefix(root).unwrap_or(file);
    let folders = below.parent().into_iter().flat_map(Path::components);
    stem(file).ends_with(ending)
        || folders
            .chain(root.file_name().map(Path::new).into_iter().flat_map(Path::components))
            .any(|part| part.as_os_str() == folder)
}

/// A policy of the user's whose id is not taken.
fn own_policy(path: &Path, text: &str, others: &[Policy]) -> Result<Policy, Vec<FileError>> {
    let policy = policy::load::parse(path, text, Origin::User(path.to_owned()))?;
    let built_in = policy::load::built_in_ids().contains(&policy.id());
    if built_in || others.iter().any(|other| other.id() == policy.id()) {
        let message = format!("there is a policy `{}` already", policy.id());
        let span = policy::spec::place(&policy.file.id);
        return Err(vec![policy.error(span, message).with_help("give it an id of its own")]);
    }
    Ok(policy)
}

/// The text of a file that a user wrote for overt.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    let link = std::fs::symlink_metadata(path).map_err(|error| error.to_string())?;
    if link.file_type().is_symlink() {
        return Err("a symbolic link; links among lints are not followed".to_owned());
    }
    if link.len() > crate::file_error::MAX_BYTES as u64 {
        return Err("larger than 1 MiB, which no lint, model or policy is".to_owned());
    }
    let bytes = crate::files::FileSystem::Disk.read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "not valid UTF-8".to_owned())
}

/// Lints on the way in, and the ids that are taken: by a built-in (`None`) or by a file.
#[derive(Default)]
struct Lints {
    good: Vec<Lint>,
    taken: BTreeMap<String, Option<PathBuf>>,
    errors: Vec<FileError>,
}

impl Lints {
    /// Parses and checks one file; says whether it was good.
    fn add(&mut self, path: &Path, text: &str, origin: Origin, detectors: &[&str]) -> bool {
        let (lint, id) = match parse_lint(path, text, origin, detectors) {
            Ok(parsed) => parsed,
            Err(mut errors) => {
                self.errors.append(&mut errors);
                return false;
            }
        };
        let mine = match &lint.origin {
            Origin::BuiltIn => None,
            Origin::User(path) => Some(path.clone()),
        };
        if let Some(other) = self.taken.get(&lint.file.id) {
            let holder = other.as_ref().map_or_else(
                || "a built-in lint".to_owned(),
                |path| format!("the lint in {}", crate::files::shown(path)),
            );
            let message = format!("{holder} has the id `{}` already", lint.file.id);
            self.errors.push(
                FileError::at(path, text, id, message).with_help("give the lint an id of its own"),
            );
            return false;
        }
        self.taken.insert(lint.file.id.clone(), mine);
        self.good.push(lint);
        true
    }

    fn sorted(mut self) -> Vec<Lint> {
        self.good.sort_by(|left, right| left.file.id.cmp(&right.file.id));
        self.good
    }
}

/// One lint and the place of its id.
fn parse_lint(
    path: &Path,
    text: &str,
    origin: Origin,
    detectors: &[&str],
) -> Result<(Lint, Span), Vec<FileError>> {
    let table =
        DeTable::parse(text).map_err(|error| vec![FileError::from_toml(path, text, &error)])?;
    let file: LintFile =
        toml::from_str(text).map_err(|error| vec![FileError::from_toml(path, text, &error)])?;
    let mut checks = validate::Checks::new(path, text, table.get_ref());
    checks.lint(&file, &stem(path), detectors);
    let group = checks.group(&file, folder_group(path), origin == Origin::BuiltIn);
    let id = checks.span(&["id"]);
    match (group, checks.errors.is_empty()) {
        (Some(group), true) => Ok((Lint { file, group, origin }, id)),
        _ => Err(checks.errors),
    }
}

fn parse_model(path: &Path, text: &str) -> Result<ModelFile, Vec<FileError>> {
    let table =
        DeTable::parse(text).map_err(|error| vec![FileError::from_toml(path, text, &error)])?;
    let file: ModelFile =
        toml::from_str(text).map_err(|error| vec![FileError::from_toml(path, text, &error)])?;
    let mut checks = validate::Checks::new(path, text, table.get_ref());
    checks.expressions();
    if checks.errors.is_empty() { Ok(file) } else { Err(checks.errors) }
}

/// The group that the file's folder is named after.
fn folder_group(path: &Path) -> Option<Group> {
    path.parent()?.file_name()?.to_str()?.parse().ok()
}

#[cfg(test)]
mod tests;
