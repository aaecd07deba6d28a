//! What a `guard` of `overt.toml` names in the code: a field, a function, a constant or a
//! variable of the environment.
//!
//! `settings::crash_reports` is the field `crash_reports` of a type called `Settings` or of a
//! type in a module `settings`, a function or a constant at the end of such a path. Without
//! anything that fits the words before the name, the name alone decides.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use crate::ir::{BodyId, ItemId, ItemKind};
use crate::lint::detect::Whole;
use crate::model::class::glob;
use crate::span::FileId;
use crate::vocab::{Effect, Role};

/// A guard with everything that it may mean.
#[derive(Debug, Default)]
pub struct Guard {
    /// The last word.
    pub name: String,
    /// The words before it, in one spelling.
    before: Vec<String>,
    /// Types with such a field.
    pub types: FxHashSet<(FileId, ItemId)>,
    /// All types with a field of this name are meant, so the receiver need not be known.
    pub only: bool,
    pub functions: FxHashSet<(FileId, BodyId)>,
    pub constants: FxHashSet<(FileId, BodyId)>,
    pub is_constant: bool,
    /// It is a variable of the environment that the code reads.
    pub variable: bool,
}

impl Guard {
    pub fn find(whole: &Whole<'_, '_>, text: &str) -> Self {
        let words: Vec<&str> = text.split(['.', ':']).filter(|word| !word.is_empty()).collect();
        let Some((name, before)) = words.split_last() else { return Self::default() };
        let mut guard = Self {
            name: (*name).to_owned(),
            before: before.iter().map(|word| spelling(word)).collect(),
            ..Self::default()
        };
        guard.fields(whole);
        guard.bodies(whole);
        let mut facts = whole.subjects.iter().flat_map(|subject| &subject.facts.facts);
        guard.variable = facts.any(|fact| {
            let mut names = fact.args.iter().filter(|arg| arg.role == Role::Variable);
            fact.effects.contains(&Effect::EnvRead)
                && names.any(|arg| arg.value.texts().iter().any(|text| text == &guard.name))
        });
        guard
    }

    /// Whether the code has it at all.
    pub fn is_known(&self) -> bool {
        self.variable
            || self.is_constant
            || !(self.types.is_empty() && self.functions.is_empty() && self.constants.is_empty())
    }

    /// It switches something off when it is true.
    pub fn refuses(&self, whole: &Whole<'_, '_>) -> bool {
        let Some(subject) = whole.subjects.first() else { return false };
        let class = subject.resolver.models.classes.get("refusal-name");
        let variable = subject.resolver.models.classes.get("opt-out-variable");
        class.is_some_and(|class| class.holds(&self.name))
            || (self.variable && variable.is_some_and(|class| class.holds(&self.name)))
    }

    fn fields(&mut self, whole: &Whole<'_, '_>) {
        let mut all = FxHashSet::default();
        for (file, ir) in whole.subjects.iter().flat_map(|subject| &subject.unit.files) {
            for (item, number) in ir.items.iter().zip(0u32..) {
                let ItemKind::Struct { fields } = &item.kind else { continue };
                if item.test || !fields.iter().any(|field| field.name == self.name) {
                    continue;
                }
                let key = (*file, ItemId(number));
                all.insert(key);
                let nearest = self.before.last().is_none_or(|word| spelling(&item.name) == *word);
                if nearest || self.module_fits(whole, *file) {
                    self.types.insert(key);
                }
            }
        }
        if self.types.is_empty() {
            self.types = all.clone();
        }
        self.only = self.types.len() == all.len();
    }

    /// A module of this file is called by the last of the words before the name.
    fn module_fits(&self, whole: &Whole<'_, '_>, file: FileId) -> bool {
        let Some(word) = self.before.last() else { return true };
        let modules =
            whole.subjects.iter().flat_map(|subject| &subject.unit.krate(subject.krate).modules);
        modules.into_iter().any(|m| m.file == Some(file) && spelling(&m.name) == *word)
    }

    fn bodies(&mut self, whole: &Whole<'_, '_>) {
        let mut loose = (FxHashSet::default(), FxHashSet::default());
        for subject in whole.subjects {
            for body in &subject.facts.bodies {
                let owner = &body.owner;
                let item = subject.unit.files[&owner.at.file].item(owner.item);
                if owner.test || item.name != self.name {
                    continue;
                }
                let key = (owner.at.file, owner.at.body);
                let constant = match item.kind {
                    ItemKind::Function(_) => false,
                    ItemKind::Constant { .. } => true,
                    _ => continue,
                };
                let parts: BTreeSet<String> = owner.path.split("::").map(spelling).collect();
                let krate = spelling(&subject.unit.krate(subject.krate).name);
                let fits = |word: &String| {
                    parts.contains(word) || *word == krate || word == "crate" || word == "self"
                };
                let (near, far) = match constant {
                    true => (&mut self.constants, &mut loose.1),
                    false => (&mut self.functions, &mut loose.0),
                };
                far.insert(key);
                if self.before.iter().all(fits) {
                    near.insert(key);
                }
            }
        }
        // A name that fits nowhere else is still the name.
        if self.types.is_empty() && self.functions.is_empty() && self.constants.is_empty() {
            (self.functions, self.constants) = loose;
        }
        self.is_constant = !self.constants.is_empty();
    }

    /// The name in the code that is nearest to one that nothing has.
    pub fn nearest(&self, whole: &Whole<'_, '_>) -> Option<String> {
        let mut names: BTreeSet<String> = BTreeSet::new();
        for ir in whole.subjects.iter().flat_map(|subject| subject.unit.files.values()) {
            for item in ir.items.iter().filter(|item| !item.test) {
                match &item.kind {
                    ItemKind::Struct { fields } => {
                        names.extend(fields.iter().map(|f| format!("{}::{}", item.name, f.name)));
                    }
                    ItemKind::Function(_) | ItemKind::Constant { .. } => {
                        names.insert(item.name.to_string());
                    }
                    _ => {}
                }
            }
        }
        let last = |name: &&String| name.rsplit("::").next().unwrap_or(name).to_owned();
        let lasts: Vec<String> = names.iter().map(|name| last(&name)).collect();
        let told = crate::file_error::suggestion(&self.name, lasts.iter().map(String::as_str))?;
        let word = told.split('`').nth(1)?.to_owned();
        names.into_iter().find(|name| last(&name) == word)
    }
}

/// `crash_reports`, `CrashReports` and `crash-reports` are one word.
pub fn spelling(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a written receiver goes by the word before the name.
pub fn receiver_fits(guard: &Guard, receiver: &str) -> bool {
    guard.before.last().is_none_or(|word| {
        let receiver = spelling(receiver);
        receiver == *word || glob(&format!("*{word}"), &receiver)
    })
}
