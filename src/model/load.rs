//! The models that are built in.

use std::sync::{Arc, OnceLock};

use super::Models;
use super::spec::ModelFile;
use crate::lint::load::LINTS;

/// Reads the built-in model files, with the user's own after them.
///
/// # Errors
/// What is wrong with a file, as messages that begin with its name.
pub fn load(users: Vec<ModelFile>) -> Result<Arc<Models>, Vec<String>> {
    /// Read once a process: they are the same for every run that brings none of its own.
    static BUILT_IN: OnceLock<Result<Arc<Models>, Vec<String>>> = OnceLock::new();
    if users.is_empty() {
        return BUILT_IN.get_or_init(|| read(users).map(Arc::new)).clone();
    }
    read(users).map(Arc::new)
}

fn read(users: Vec<ModelFile>) -> Result<Models, Vec<String>> {
    let mut files = Vec::new();
    let mut errors = Vec::new();
    for file in LINTS.get_dir("models").into_iter().flat_map(|folder| folder.files()) {
        let name = file.path().display();
        let Some(text) = file.contents_utf8() else {
            errors.push(format!("{name}: not UTF-8"));
            continue;
        };
        match toml::from_str::<ModelFile>(text) {
            Ok(models) => files.push(models),
            Err(error) => errors.push(format!("{name}: {error}")),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    files.extend(users);
    Models::new(files)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_built_in_models_are_sound() {
        let models =
            super::load(Vec::new()).unwrap_or_else(|errors| panic!("{}", errors.join("\n")));
        assert!(models.call("std::process::Command::new").is_some());
    }
}
