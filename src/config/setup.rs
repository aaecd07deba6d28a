//! Everything that a run is told before it reads the first source file: which lints, how
//! severe, what is left out.

use std::path::{Component, Path, PathBuf};

use super::{Config, FILE_NAME, Levels, find, parse, policy};
use crate::file_error::FileError;
use crate::files::FileSystem;
use crate::lint::load::{self, Lint, Loaded};
use crate::model::spec::ModelFile;
use crate::policy::Policy;
use crate::policy::lists::List;
use crate::vocab::Level;

/// What the caller said.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Where the search for a configuration starts.
    pub paths: &'a [PathBuf],
    /// The configuration that the caller named. It is the caller's, so it is trusted.
    pub config: Option<&'a Path>,
    /// Whether a configuration that is merely found is left unread.
    pub untrusted: bool,
    /// Ids, groups and `warnings`, in the order of the command line.
    pub levels: &'a [(String, Level)],
    pub deny_warnings: bool,
    /// The name or the path of a policy, instead of the configuration's.
    pub policy: Option<&'a str>,
    pub system: &'a FileSystem,
}

/// What a run goes by.
#[derive(Debug, Default)]
pub struct Setup {
    /// Built-in lints and the user's own, by id.
    pub lints: Vec<Lint>,
    /// The user's own models.
    pub models: Vec<ModelFile>,
    pub levels: Levels,
    near: Levels,
    pub config: Option<Config>,
    /// The policy that counts.
    pub policy: Option<Policy>,
    /// What the user lists for it.
    pub lists: Vec<List>,
    /// The user's own policies.
    pub policies: Vec<Policy>,
    /// What was said and has no effect, and what was left unread.
    pub warnings: Vec<FileError>,
}

impl Setup {
    /// The level that the lint has in this run.
    pub fn level(&self, lint: &Lint) -> Level {
        self.levels.level(lint)
    }

    /// The level of what a lint with a flow says where the flow is not proven.
    pub fn near_level(&self, lint: &Lint) -> Level {
        self.near.get(lint.id()).unwrap_or_else(|| lint.file.level.min(Level::Warn))
    }
}

/// Finds and reads the configuration, loads the lints and resolves their levels.
///
/// # Errors
/// Everything that is wrong with the configuration, the user's lints and the names on the
/// command line, in one list.
pub fn setup(request: &Request<'_>) -> Result<Setup, Vec<FileError>> {
    let detectors = crate::lint::detectors();
    let mut lints = load::built_in(detectors)?;
    let mut setup = Setup::default();
    let mut errors = Vec::new();

    let path = choose(request, &mut setup.warnings);
    if let Some(path) = &path {
        let text = find::read(path, request.system).map_err(|error| vec![error])?;
        let (config, mut wrong) = parse::parse(path, &text);
        errors.append(&mut wrong);
        setup.warnings.extend(config.open_questions());
        setup.config = Some(config);
    }

    let mut own = match &setup.config {
        Some(config) => own_lints(config, request, &lints, detectors, &mut errors),
        None => Loaded::default(),
    };
    errors.append(&mut own.errors);
    lints.append(&mut own.lints);
    lints.sort_by(|left, right| left.file.id.cmp(&right.file.id));

    let config = setup.config.as_ref();
    let chosen = policy::choose(request, config, &own, &lints, &mut errors);
    let lists = policy::lists(config, chosen.as_ref(), &own, &mut errors);
    let resolve = |at_most: Level| {
        let deny = request.deny_warnings;
        let (policy, broken) = (chosen.as_ref(), &own.broken);
        Levels::resolve(&lints, policy, at_most, config, request.levels, deny, broken)
    };
    let mut resolved = resolve(Level::Forbid);
    errors.append(&mut resolved.errors);
    // What is only near warns, unless the policy or the user has said otherwise.
    let near = resolve(chosen.as_ref().map_or(Level::Warn, |policy| policy.file.unproven));
    setup.warnings.append(&mut resolved.warnings);
    if !errors.is_empty() {
        // The configuration from top to bottom, then the rest as it came.
        errors.sort_by_key(|error| match path.as_ref() == Some(&error.path) {
            true => (false, error.span),
            false => (true, None),
        });
        return Err(errors);
    }
    let mut models = own.models;
    models.extend(crate::policy::lists::model(&lists));
    Ok(Setup {
        lints,
        models,
        levels: resolved.levels,
        near: near.levels,
        policy: chosen,
        lists,
        policies: own.policies,
        ..setup
    })
}

/// The configuration that governs, and a warning for each that does not.
fn choose(request: &Request<'_>, warnings: &mut Vec<FileError>) -> Option<PathBuf> {
    if let Some(named) = request.config {
        return Some(named.to_owned());
    }
    let found = find::find(request.paths, request.system);
    if request.untrusted {
        for path in found.config.iter().chain(&found.others) {
            let message = "the configuration was not read, because the tree is untrusted";
            warnings.push(
                FileError::whole(path, message).with_help("name one of your own with `--config`"),
            );
        }
        return None;
    }
    for other in &found.others {
        let message = format!("one {FILE_NAME} governs a run, and this one does not");
        let help = "scan the paths one by one, or name the file with `--config`";
        warnings.push(FileError::whole(other, message).with_help(help));
    }
    found.config
}

/// Loads what `lint-paths` names.
fn own_lints(
    config: &Config,
    request: &Request<'_>,
    built_in: &[Lint],
    detectors: &[&str],
    errors: &mut Vec<FileError>,
) -> Loaded {
    let mut paths = Vec::new();
    for (written, span) in &config.lint_paths {
        let path = config.folder().join(written);
        // A tree must not make overt read, and quote in an error, files from elsewhere.
        let own = request.config.is_some() || stays_below(config.folder(), written);
        if !own {
            let message = "a configuration that was found reads only below its own folder";
            let help = "name the configuration with `--config` to allow other places";
            errors.push(config.error(*span, message).with_help(help));
        } else if matches!(request.system, FileSystem::Disk) && !path.exists() {
            errors.push(config.error(*span, "no such file or folder"));
        } else {
            paths.push(path);
        }
    }
    load::load_paths(&paths, built_in, detectors)
}

/// Whether a path lies below the folder by its words and after following links.
pub(super) fn stays_below(folder: &Path, written: &str) -> bool {
    let inside = Path::new(written)
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let folder_real = folder.canonicalize();
    let path_real = folder.join(written).canonicalize();
    match (folder_real, path_real) {
        (Ok(folder), Ok(path)) => inside && path.starts_with(folder),
        // It does not exist, so there is nothing to read either.
        _ => inside,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(
        files: &[(&str, &str)],
        change: impl FnOnce(&mut Request<'_>),
    ) -> Result<Setup, Vec<FileError>> {
        let system = FileSystem::memory(files.iter().map(|(path, text)| (*path, *text)));
        let paths = [PathBuf::from("/tree/src"), PathBuf::from("/other")];
        let mut request = Request {
            paths: &paths,
            config: None,
            untrusted: false,
            levels: &[],
            deny_warnings: false,
            policy: None,
            system: &system,
        };
        change(&mut request);
        setup(&request)
    }

    #[test]
    fn no_configuration_is_needed() {
        let setup = run(&[], |_| {}).unwrap();
        assert!(setup.config.is_none() && setup.warnings.is_empty());
    }

    #[test]
    fn an_untrusted_tree_is_not_asked() {
        let files = [("/tree/overt.toml", "this is not TOML")];
        assert_eq!(run(&files, |_| {}).unwrap_err().len(), 1);
        let setup = run(&files, |request| request.untrusted = true).unwrap();
        assert!(setup.config.is_none());
        assert!(setup.warnings[0].message.contains("was not read"));
        let both = [files[0], ("/mine.toml", "policy = 'strict'")];
        let setup = run(&both, |request| {
            request.untrusted = true;
            request.config = Some(Path::new("/mine.toml"));
        });
        assert_eq!(setup.unwrap().policy.unwrap().id(), "strict");
    }

    #[test]
    fn a_second_configuration_is_said_to_be_unused() {
        let files = [("/tree/overt.toml", ""), ("/other/overt.toml", "")];
        let warnings = run(&files, |_| {}).unwrap().warnings;
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].message.contains("governs"));
    }

    #[test]
    fn a_tree_cannot_name_files_outside_itself() {
        for path in ["/etc", "../other", "a/../../x"] {
            let text = format!("[lints]\nlint-paths = ['{path}']\nnot-a-lint = 'deny'");
            let errors = run(&[("/tree/overt.toml", &text)], |_| {}).unwrap_err();
            assert!(errors[0].message.contains("only below its own folder"), "{errors:?}");
            assert!(errors[1].message.contains("unknown lint"), "all errors at once");
        }
    }
}
