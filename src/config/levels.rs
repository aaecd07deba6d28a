//! How severe each lint is, after everyone who may say so has spoken.
//!
//! In this order, each overruling those before: the lint's own level, its group in the policy,
//! its id in the policy, its group in the configuration, its id in the configuration, the command
//! line from left to right. At the end
//! the word `warnings` turns what is still `warn` into what it was given. `forbid` stays once
//! it is said: nothing later lowers it, and whoever tries is told.

use std::collections::BTreeMap;

use super::Config;
use crate::file_error::{FileError, quoted, suggestion};
use crate::lint::load::Lint;
use crate::policy::Policy;
use crate::span::Span;
use crate::vocab::{Group, Level};

/// The word of the command line that stands for every lint whose level is `warn`.
pub const WARNINGS: &str = "warnings";

/// The level of every lint by id.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    by_id: BTreeMap<String, Level>,
}

impl Levels {
    /// The level of a lint; its own when it was not among those that were resolved.
    pub fn level(&self, lint: &Lint) -> Level {
        self.get(lint.id()).unwrap_or(lint.file.level)
    }

    /// The levels of lints given by id.
    pub fn of<'a>(levels: impl IntoIterator<Item = (&'a str, Level)>) -> Self {
        Self { by_id: levels.into_iter().map(|(id, level)| (id.to_owned(), level)).collect() }
    }

    pub fn get(&self, id: &str) -> Option<Level> {
        self.by_id.get(id).copied()
    }

    /// Every id, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(String::as_str)
    }

    /// Resolves the levels of `lints`. `command_line` holds ids, groups and [`WARNINGS`] in
    /// their order; `tolerated` are names that exist but whose lint could not be loaded. What
    /// neither the configuration nor the command line says is `at_most`.
    /// Returns the levels, what is wrong, and what had no effect.
    pub(super) fn resolve(
        lints: &[Lint],
        policy: Option<&Policy>,
        at_most: Level,
        config: Option<&Config>,
        command_line: &[(String, Level)],
        deny_warnings: bool,
        tolerated: &[String],
    ) -> Resolved {
        let mut work = Work {
            lints,
            tolerated,
            levels: lints.iter().map(|lint| (lint.file.id.clone(), begins(lint, config))).collect(),
            out: Resolved::default(),
        };
        if let Some(policy) = policy {
            work.policy(policy);
        }
        for level in work.levels.values_mut() {
            *level = at_most.min(*level);
        }
        if let Some(config) = config {
            work.configuration(config);
        }
        let mut warnings = None;
        for (name, level) in command_line {
            if name == WARNINGS {
                warnings = Some(*level);
                continue;
            }
            let mut error = |message: String, help| FileError {
                help,
                ..FileError::plain(format!("command line: {message}"))
            };
            work.set(name, *level, &mut error);
        }
        if deny_warnings && warnings != Some(Level::Forbid) {
            warnings = Some(Level::Deny);
        }
        if let Some(instead) = warnings {
            for level in work.levels.values_mut().filter(|level| **level == Level::Warn) {
                *level = instead;
            }
        }
        work.out.levels = Self { by_id: work.levels };
        work.out
    }
}

/// The level of a lint before anybody has spoken: it may wait for the project to declare
/// something.
fn begins(lint: &Lint, config: Option<&Config>) -> Level {
    let declared = |what| config.is_some_and(|config| config.declares(what));
    match lint.file.only_with {
        Some(what) if !declared(what) => Level::Allow,
        _ => lint.file.level,
    }
}

/// What resolving gave.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub(super) levels: Levels,
    /// Names that mean nothing.
    pub(super) errors: Vec<FileError>,
    /// What was said and has no effect.
    pub(super) warnings: Vec<FileError>,
}

struct Work<'a> {
    lints: &'a [Lint],
    tolerated: &'a [String],
    levels: BTreeMap<String, Level>,
    out: Resolved,
}

/// Makes an error or a warning of a message and advice.
type Complaint<'a> = &'a mut dyn FnMut(String, Option<String>) -> FileError;

impl Work<'_> {
    /// Names that mean nothing are reported where the policy as a whole is checked.
    fn policy(&mut self, policy: &Policy) {
        let is_group = |name: &str| name.parse::<Group>().is_ok();
        let (groups, rest): (Vec<_>, Vec<_>) =
            policy.file.levels.iter().partition(|(name, _)| is_group(name.get_ref()));
        for (name, level) in groups.into_iter().chain(rest) {
            let mut error = |message: String, help| FileError {
                help,
                ..policy.error(crate::policy::spec::place(name), message)
            };
            let before = self.out.errors.len();
            self.set(name.get_ref(), *level, &mut error);
            self.out.errors.truncate(before);
        }
    }

    fn configuration(&mut self, config: &Config) {
        let is_group = |name: &str| name.parse::<Group>().is_ok();
        let (groups, rest): (Vec<_>, Vec<_>) =
            config.levels.iter().partition(|entry| is_group(&entry.name));
        for entry in groups.into_iter().chain(rest) {
            let span: Span = entry.span;
            let mut error =
                |message: String, help| FileError { help, ..config.error(span, message) };
            self.set(&entry.name, entry.level, &mut error);
        }
    }

    /// Gives a level to one lint or to all lints of a group.
    fn set(&mut self, name: &str, level: Level, complaint: Complaint<'_>) {
        if let Ok(group) = name.parse::<Group>() {
            for lint in self.lints.iter().filter(|lint| lint.group == group) {
                self.lower_or_raise(&lint.file.id, level, complaint);
            }
        } else if self.levels.contains_key(name) {
            self.lower_or_raise(name, level, complaint);
        } else if !self.tolerated.iter().any(|known| known == name) {
            let help = if name == WARNINGS {
                Some("`warnings` is a word of the command line: `-D warnings`".to_owned())
            } else {
                let groups = Group::ALL.iter().map(|group| group.word());
                suggestion(name, self.levels.keys().map(String::as_str).chain(groups))
                    .or_else(|| Some("`cargo overt lints` lists the lints and groups".to_owned()))
            };
            let error = complaint(format!("unknown lint or group {}", quoted(name)), help);
            self.out.errors.push(error);
        }
    }

    fn lower_or_raise(&mut self, id: &str, level: Level, complaint: Complaint<'_>) {
        let Some(current) = self.levels.get_mut(id) else { return };
        if *current == Level::Forbid && level != Level::Forbid {
            let message = format!("`{id}` is forbidden, so `{level}` has no effect");
            let warning = complaint(message, None);
            self.out.warnings.push(warning);
        } else {
            *current = level;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::load::Origin;

    fn lint(id: &str, group: Group, level: &str) -> Lint {
        let text = format!(
            "id = '{id}'\nsummary = 's'\nlevel = '{level}'\nsince = '0'\ntext = {{ kind = 'bidi' }}\n\
             words = {{ headline = 'h', note = 'n', help = 'h' }}\n\
             docs = {{ finds = 'f', why = 'w', limits = 'l' }}"
        );
        Lint { file: toml::from_str(&text).unwrap(), group, origin: Origin::BuiltIn }
    }

    fn resolve(config: &str, command_line: &[(&str, Level)]) -> Resolved {
        let lints = [
            lint("one", Group::Transfer, "warn"),
            lint("two", Group::Transfer, "deny"),
            lint("three", Group::RemoteAccess, "warn"),
        ];
        let (config, errors) = super::super::parse::parse(std::path::Path::new("c"), config);
        assert_eq!(errors, []);
        let command_line: Vec<_> =
            command_line.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect();
        let tolerated = ["broken".to_owned()];
        let at_most = Level::Forbid;
        Levels::resolve(&lints, None, at_most, Some(&config), &command_line, false, &tolerated)
    }

    /// The levels of `one`, `two` and `three`.
    fn levels(config: &str, command_line: &[(&str, Level)]) -> String {
        let levels = resolve(config, command_line).levels;
        ["one", "two", "three"].map(|id| levels.get(id).unwrap().word()).join(" ")
    }

    #[test]
    fn later_voices_overrule_earlier_ones() {
        use Level::{Allow, Deny, Warn};
        let config = "[lints]\none = 'allow'\ntransfer = 'warn'";
        assert_eq!(levels("", &[]), "warn deny warn");
        assert_eq!(levels(config, &[]), "allow warn warn");
        assert_eq!(levels(config, &[("transfer", Deny)]), "deny deny warn");
        assert_eq!(levels(config, &[("one", Warn), ("transfer", Allow)]), "allow allow warn");
        assert_eq!(levels(config, &[("transfer", Allow), ("one", Warn)]), "warn allow warn");
    }

    #[test]
    fn warnings_are_turned_at_the_end() {
        use Level::{Allow, Deny, Warn};
        assert_eq!(levels("", &[("warnings", Deny)]), "deny deny deny");
        assert_eq!(levels("", &[("warnings", Deny), ("one", Warn)]), "deny deny deny");
        assert_eq!(levels("", &[("warnings", Deny), ("one", Allow)]), "allow deny deny");
        assert_eq!(levels("", &[("warnings", Deny), ("warnings", Allow)]), "allow deny allow");
    }

    #[test]
    fn forbid_stays_and_says_so() {
        let resolved =
            resolve("[lints]\ntransfer = 'forbid'\none = 'allow'", &[("two", Level::Warn)]);
        assert_eq!(resolved.levels.get("one"), Some(Level::Forbid));
        assert_eq!(resolved.levels.get("two"), Some(Level::Forbid));
        let said: Vec<&str> = resolved.warnings.iter().map(|w| w.message.as_str()).collect();
        assert_eq!(
            said,
            [
                "`one` is forbidden, so `allow` has no effect",
                "command line: `two` is forbidden, so `warn` has no effect"
            ]
        );
    }

    #[test]
    fn unknown_names_are_errors() {
        let resolved = resolve(
            "[lints]\ntree = 'deny'\nwarnings = 'deny'\nbroken = 'deny'",
            &[("remote-acces", Level::Deny), ("zzzzzzzzzzzzz", Level::Deny)],
        );
        let help: Vec<&str> = resolved.errors.iter().filter_map(|e| e.help.as_deref()).collect();
        assert_eq!(help.len(), 4, "{:?}", resolved.errors);
        assert_eq!(help[0], "did you mean `three`?");
        assert!(help[1].contains("-D warnings"));
        assert_eq!(help[2], "did you mean `remote-access`?");
    }
}
