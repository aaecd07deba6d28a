//! Loads policies: those that are built in, and those of a user.
//!
//! Both come through the same checks. Built-in ones are read when they are asked for.

use std::path::Path;
use std::sync::Arc;

use super::{Policy, validate};
use crate::file_error::{FileError, quoted, suggestion};
use crate::lint::load::{LINTS, Lint, Origin};

/// The ids of the built-in policies, sorted.
pub fn built_in_ids() -> Vec<&'static str> {
    let files = LINTS.get_dir("policies").into_iter().flat_map(|folder| folder.files());
    let mut ids: Vec<&str> =
        files.filter_map(|file| file.path().file_stem().and_then(|stem| stem.to_str())).collect();
    ids.sort_unstable();
    ids
}

/// A built-in policy.
///
/// # Errors
/// What is wrong with its file; the tests hold that nothing is.
pub fn built_in(id: &str) -> Option<Result<Policy, Vec<FileError>>> {
    let file = LINTS.get_file(format!("policies/{id}.toml"))?;
    let path = Path::new("lints").join(file.path());
    Some(match file.contents_utf8() {
        Some(text) => parse(&path, text, Origin::BuiltIn),
        None => Err(vec![FileError::whole(&path, "not valid UTF-8")]),
    })
}

/// Every built-in policy, by id.
///
/// # Errors
/// Every error of every file.
pub fn all_built_in() -> Result<Vec<Policy>, Vec<FileError>> {
    let mut policies = Vec::new();
    let mut errors = Vec::new();
    for policy in built_in_ids().into_iter().filter_map(built_in) {
        match policy {
            Ok(policy) => policies.push(policy),
            Err(mut wrong) => errors.append(&mut wrong),
        }
    }
    if errors.is_empty() { Ok(policies) } else { Err(errors) }
}

/// One policy, with the checks that need no lints.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse(path: &Path, text: &str, origin: Origin) -> Result<Policy, Vec<FileError>> {
    let shared: Arc<str> = text.into();
    let file = toml::from_str(text)
        .map_err(|error| vec![FileError::from_toml(path, Arc::clone(&shared), &error)])?;
    let policy = Policy { file, origin, path: path.to_owned(), text: shared };
    let errors = validate::alone(&policy, &stem(path));
    if errors.is_empty() { Ok(policy) } else { Err(errors) }
}

/// What is wrong with a policy in the light of the lints that exist. `tolerated` are the names
/// of lints that exist and could not be loaded.
pub fn check(policy: &Policy, lints: &[Lint], tolerated: &[String]) -> Vec<FileError> {
    validate::beside(policy, lints, tolerated)
}

/// Whether what a user wrote for a policy is a path and no name.
pub fn is_path(written: &str) -> bool {
    written.contains(['/', '\\']) || written.ends_with(".toml")
}

/// The policy of this name, among the user's own and the built-in ones.
///
/// # Errors
/// What is wrong with its file; [`Missing`] when there is none.
pub fn named(name: &str, own: &[Policy]) -> Result<Policy, Missing> {
    if let Some(policy) = own.iter().find(|policy| policy.id() == name) {
        return Ok(policy.clone());
    }
    match built_in(name) {
        Some(Ok(policy)) => Ok(policy),
        Some(Err(errors)) => Err(Missing::Broken(errors)),
        None => {
            let ids = own.iter().map(Policy::id).chain(built_in_ids());
            let message = format!("unknown policy {}", quoted(name));
            Err(Missing::Unknown { message, help: suggestion(name, ids) })
        }
    }
}

/// Why there is no policy.
#[derive(Debug)]
pub enum Missing {
    Unknown { message: String, help: Option<String> },
    Broken(Vec<FileError>),
}

/// The name of a file without `.toml` and `.policy.toml`.
pub fn stem(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.strip_suffix(".toml").unwrap_or(&name);
    name.strip_suffix(".policy").unwrap_or(name).to_owned()
}
