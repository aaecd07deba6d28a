//! Which policy counts, and what the user lists for it.
//!
//! The command line's goes before the configuration's. A policy file that a found configuration
//! names lies below the configuration's own folder, like everything else that it names.

use std::path::{Path, PathBuf};

use super::setup::stays_below;
use super::{Config, Request};
use crate::file_error::{FileError, quoted, suggestion};
use crate::lint::load::{self, Lint, Loaded, Origin};
use crate::policy::lists::List;
use crate::policy::load::{Missing, check, is_path, named, parse};
use crate::policy::{DEFAULT, Policy, lists as user_lists};
use crate::span::Span;

/// The policy that counts. What is wrong with it, and with the user's other policies, is added
/// to `errors`.
pub(super) fn choose(
    request: &Request<'_>,
    config: Option<&Config>,
    own: &Loaded,
    lints: &[Lint],
    errors: &mut Vec<FileError>,
) -> Option<Policy> {
    let chosen = match (request.policy, config) {
        (Some(written), _) => {
            let error = |message: String| FileError::plain(format!("command line: {message}"));
            get(written, Path::new(written), &error, own, errors)
        }
        (None, Some(config)) if config.policy.is_some() => configured(request, config, own, errors),
        (None, _) => named(DEFAULT, &own.policies).ok(),
    };
    let others = own
        .policies
        .iter()
        .filter(|policy| chosen.as_ref().is_none_or(|chosen| chosen.id() != policy.id()));
    for policy in others.chain(&chosen) {
        errors.append(&mut check(policy, lints, &own.broken));
    }
    chosen
}

fn configured(
    request: &Request<'_>,
    config: &Config,
    own: &Loaded,
    errors: &mut Vec<FileError>,
) -> Option<Policy> {
    let (written, span) = config.policy.as_ref()?;
    let path = config.folder().join(written);
    if is_path(written) && request.config.is_none() && !stays_below(config.folder(), written) {
        let message = "a configuration that was found reads only below its own folder";
        let help = "name the configuration with `--config` to allow other places";
        errors.push(config.error(*span, message).with_help(help));
        return None;
    }
    get(written, &path, &|message| config.error(*span, message), own, errors)
}

/// The policy that was written: a path, read from `path`, or a name.
fn get(
    written: &str,
    path: &Path,
    error: &dyn Fn(String) -> FileError,
    own: &Loaded,
    errors: &mut Vec<FileError>,
) -> Option<Policy> {
    if is_path(written) {
        let text = match load::read(path) {
            Ok(text) => text,
            Err(why) => {
                errors.push(error(format!("the policy {} cannot be read: {why}", quoted(written))));
                return None;
            }
        };
        let loaded = parse(path, &text, Origin::User(PathBuf::from(path)));
        return loaded.map_err(|mut wrong| errors.append(&mut wrong)).ok();
    }
    match named(written, &own.policies) {
        Ok(policy) => return Some(policy),
        Err(Missing::Broken(mut wrong)) => errors.append(&mut wrong),
        // It exists, and what is wrong with it has been said.
        Err(Missing::Unknown { .. }) if own.broken.iter().any(|broken| broken == written) => {}
        Err(Missing::Unknown { message, help }) => {
            errors.push(FileError { help, ..error(message) });
        }
    }
    None
}

/// The lists that the configuration gives for the chosen policy; those for others are checked.
pub(super) fn lists(
    config: Option<&Config>,
    chosen: Option<&Policy>,
    own: &Loaded,
    errors: &mut Vec<FileError>,
) -> Vec<List> {
    let Some(config) = config else { return Vec::new() };
    let error = |span: Span, message: String| config.error(span, message);
    let mut lists = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for given in &config.policy_lists {
        let id = given.policy.as_str();
        if done.contains(&id) {
            continue;
        }
        done.push(id);
        let is_chosen = chosen.is_some_and(|policy| policy.id() == id);
        let policy = match chosen
            .filter(|_| is_chosen)
            .cloned()
            .map_or_else(|| named(id, &own.policies), Ok)
        {
            Ok(policy) => policy,
            Err(Missing::Broken(_)) => continue,
            Err(Missing::Unknown { .. }) if own.broken.iter().any(|broken| broken == id) => {
                continue;
            }
            Err(Missing::Unknown { message, .. }) => {
                let ids = own.policies.iter().map(Policy::id);
                let help = suggestion(id, ids.chain(crate::policy::load::built_in_ids()));
                errors.push(FileError { help, ..error(given.policy_span, message) });
                continue;
            }
        };
        let (found, mut wrong) = user_lists::check(&policy, &config.policy_lists, &error);
        errors.append(&mut wrong);
        if is_chosen {
            lists = found;
        }
    }
    lists
}
