//! The format of a lint file: matcher, words, documentation and executed examples.
//!
//! One file is one lint, and its name is the lint's id. A lint file contains everything that is
//! particular to the lint; the engine contains no API name and no wording. An unknown key or
//! word is an error that points into the file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;

use crate::vocab::{
    Confidence, DataKind, Disguise, Effect, Gate, Group, Level, Remote, Role, TargetKind, Verified,
};

/// One lint file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LintFile {
    pub id: String,
    /// Only in a user's lint that stands in no folder named after a group: its group.
    #[serde(default)]
    pub group: Option<Group>,
    /// Completes "this code …".
    pub summary: String,
    pub level: Level,
    /// The version that brought the lint.
    pub since: String,
    /// Public catalogues: `attack:T1552.001`, `cwe:506`, `asvs:10.2.1`, `gids:3`.
    #[serde(default)]
    pub maps_to: Vec<String>,
    /// How specific the pattern is, at most; weak name resolution lowers it further.
    #[serde(default = "high")]
    pub confidence: Confidence,
    /// Where the code must stand.
    #[serde(default)]
    pub place: Place,

    // What it claims: one of the following. Beside `flow` may stand `any`, for what is proven by
    // a single call, and `all`, which speaks at most at `warn` where the flow is not proven.
    /// What the first step gives goes into the second, and so on: a proven path of data.
    #[serde(default)]
    pub flow: Vec<Step>,
    #[serde(default)]
    pub call: Option<CallMatcher>,
    #[serde(default)]
    pub item: Option<ItemMatcher>,
    #[serde(default)]
    pub text: Option<TextMatcher>,
    #[serde(default)]
    pub manifest: Option<ManifestMatcher>,
    /// Something that the engine itself has to say.
    #[serde(default)]
    pub notice: Option<Notice>,
    /// Every step is found.
    #[serde(default)]
    pub all: Vec<Step>,
    /// One of the steps is found.
    #[serde(default)]
    pub any: Vec<Step>,
    /// A Rust function, for what data cannot say.
    #[serde(default)]
    pub detector: Option<String>,
    /// How near to each other the steps of `all` stand.
    #[serde(default)]
    pub within: Within,
    /// What the lint says of one package with the first of these values in common is one
    /// finding: its further places are labels.
    #[serde(default)]
    pub once_per: Vec<String>,
    /// Unless somebody gives the lint a level, it speaks only where the project has declared
    /// this much.
    #[serde(default)]
    pub only_with: Option<Declared>,

    /// The lint is silent where what came from the network goes into one of these: a check.
    #[serde(default)]
    pub unless: Vec<CallMatcher>,

    /// By what in `overt.toml` a project says openly that it does this. Without it nothing does:
    /// the place can only be allowed, with a reason.
    #[serde(default)]
    pub disclosable: Option<Disclosable>,

    pub words: Words,
    pub docs: Docs,
    #[serde(default, rename = "example")]
    pub examples: Vec<Example>,
}

fn high() -> Confidence {
    Confidence::High
}

/// What a project has declared in its `overt.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Declared {
    /// At least one disclosure.
    Disclosures,
    /// At least one disclosure with a jurisdiction.
    Jurisdictions,
}

/// What a disclosure must say so that it covers a finding of the lint.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Disclosable {
    pub by: DisclosedBy,
    /// Data kinds that every finding of the lint is about, besides those of its facts.
    #[serde(default)]
    pub data: Vec<DataKind>,
    /// The kinds of a finding whose facts tell none.
    #[serde(default)]
    pub otherwise: Vec<DataKind>,
    /// Of `by = "data"`: the host is enough where no kind is known.
    #[serde(default)]
    pub host_alone: bool,
    /// The kind of data that a call with this mark sends: a service may be for one purpose.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, DataKind>")]
    pub marks: BTreeMap<SmolStr, DataKind>,
    /// Of `by = "remote"`: the doors that it may be.
    #[serde(default)]
    pub remote: Vec<Remote>,
    /// Of `by = "remote"`: how what comes in is checked, as far as the lint has seen.
    #[serde(default)]
    pub verified: Option<Verified>,
}

/// What a finding of a lint is disclosed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DisclosedBy {
    /// `collects` lists every kind of data, and `to` every host.
    Data,
    /// `to` lists every host.
    Host,
    /// `remote` names the door, and `to` every host.
    Remote,
}

/// Where the code must stand for the lint to speak.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Place {
    /// Only in targets of these kinds. Empty: all but `test`, `bench` and `example`.
    #[serde(default, rename = "in")]
    pub kinds: Vec<TargetKind>,
    /// Also in tests, benches, examples and `#[cfg(test)]` code.
    #[serde(default)]
    pub tests: bool,
    /// Also, whatever the target, in code that runs before `main`.
    #[serde(default)]
    pub before_main: bool,
}

/// How near to each other the steps of `all` stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Within {
    /// One function with the functions of the package that it calls.
    #[default]
    Function,
    File,
    Target,
}

/// One step of `all` or `any`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    #[serde(default)]
    pub call: Option<CallMatcher>,
    #[serde(default)]
    pub item: Option<ItemMatcher>,
    #[serde(default)]
    pub text: Option<TextMatcher>,
    #[serde(default)]
    pub manifest: Option<ManifestMatcher>,
    /// One of these matchers.
    #[serde(default)]
    pub any: Vec<Step>,
    /// In `any`: each of these is found too, in one function with its helpers.
    #[serde(default)]
    pub beside: Vec<CallMatcher>,
    /// The matchers of a `[[step]]` of the models, by its name.
    #[serde(default)]
    pub is: Option<String>,
    /// The step is found this many times, with different callees or different values; of
    /// `flow`, only for the first step: so many sources reach the same place.
    #[serde(default = "one")]
    pub distinct: usize,
    /// Of an alternative: it counts for all that `distinct` asks for.
    #[serde(default)]
    pub enough: bool,
    /// The step must *not* be found.
    #[serde(default)]
    pub absent: bool,
    /// Of `flow`: the step may be missing, and the next one is tied to the one before.
    #[serde(default)]
    pub optional: bool,
    /// Of `flow`: what arguments the data goes into. Empty: any.
    #[serde(default)]
    pub into: Vec<Role>,
    /// Of `flow`: instead of data that goes in, the step is tied to the one before by a value:
    /// the file that was written is the program that is run.
    #[serde(default)]
    pub same: Option<Same>,
    /// The finding stands here; otherwise at the last step.
    #[serde(default)]
    pub primary: bool,
    /// The label's text; otherwise made from the call.
    #[serde(default)]
    pub label: Option<String>,
}

fn one() -> usize {
    1
}

impl LintFile {
    /// Puts the steps that models name in the place of their names.
    ///
    /// # Errors
    /// Names that no model file gives.
    pub fn expand(&mut self, named: &dyn Fn(&str) -> Option<Vec<Step>>) -> Result<(), String> {
        let steps = self.flow.iter_mut().chain(&mut self.all).chain(&mut self.any);
        for step in steps {
            step.expand(named)
                .map_err(|name| format!("lint `{}`: there is no step `{name}`", self.id))?;
        }
        Ok(())
    }
}

impl Step {
    fn expand(&mut self, named: &dyn Fn(&str) -> Option<Vec<Step>>) -> Result<(), String> {
        if let Some(name) = self.is.take() {
            // What a named step consists of names no further one.
            self.any = named(&name).ok_or(name)?;
        }
        self.any.iter_mut().try_for_each(|inner| inner.expand(named))
    }
}

/// An argument of one step is, or is made from, an argument of the step before.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Same {
    /// The argument of the step before: any of these.
    pub of: Vec<Role>,
    /// The argument of this step.
    #[serde(rename = "as")]
    pub as_: Vec<Role>,
}

/// Matches one fact. Every condition given must hold.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CallMatcher {
    /// The fact has one of these effects.
    #[serde(default)]
    pub effects: Vec<Effect>,
    /// One of the fact's calls is one of these: canonical paths, `a::{b,c}`, `a::*` for
    /// everything below `a`.
    #[serde(default)]
    pub paths: Vec<String>,
    /// The fact gives one of these data kinds, by its row or by the class of its path.
    #[serde(default)]
    pub data: Vec<DataKind>,
    /// All of these marks are on the fact.
    #[serde(default)]
    pub marks: Vec<String>,
    /// None of these marks is on the fact.
    #[serde(default)]
    pub without_marks: Vec<String>,
    /// Conditions on arguments, by role: some argument of that role fulfils it.
    #[serde(default)]
    pub args: BTreeMap<Role, ValueMatcher>,
    /// The fact stands behind a condition that asks one of these: in its own function, or in
    /// whatever calls it. Not for matchers inside of `except`.
    #[serde(default)]
    pub behind: Vec<Gate>,
    /// The fact is excused when one of these holds.
    #[serde(default)]
    pub except: Vec<CallMatcher>,
}

/// Matches the value of an argument. Every condition given must hold.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ValueMatcher {
    /// The known text belongs to one of these classes.
    #[serde(default)]
    pub class: Vec<String>,
    /// The known text belongs to none of these classes (an unknown value fulfils this).
    #[serde(default)]
    pub not_class: Vec<String>,
    /// The whole text is one of these.
    #[serde(default)]
    pub literal: Vec<String>,
    /// A regular expression finds something in the known text.
    #[serde(default)]
    pub matches: Option<String>,
    /// Whether the value is wholly known (`true`) or has unknown parts (`false`).
    #[serde(default)]
    pub fixed: Option<bool>,
    /// An integer that has all these bits.
    #[serde(default)]
    pub bits: Option<u64>,
    /// The value is the result of a call to one of these paths.
    #[serde(default)]
    pub calls: Vec<String>,
    /// The text was kept out of sight: `true`, or in one of these ways.
    #[serde(default)]
    pub hidden: Option<HiddenMatcher>,
    /// The bytes begin with one of these, in hexadecimal.
    #[serde(default)]
    pub begins: Vec<String>,
    /// The value has at least this many bytes.
    #[serde(default)]
    pub size: Option<usize>,
    /// Further values of the same role fulfil these too: one argument is an address, another
    /// one says that something is sent.
    #[serde(default)]
    pub also: Vec<ValueMatcher>,
    /// The whole fact is not matched when the role is missing; with `optional`, it is.
    #[serde(default)]
    pub optional: bool,
}

/// Whether a text was kept out of sight, and how.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum HiddenMatcher {
    Any(bool),
    How(Vec<Disguise>),
}

/// Matches an item by what it is and by what its code does.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ItemMatcher {
    /// It runs before `main`.
    #[serde(default)]
    pub before_main: bool,
    /// It is a `const` or a `static`.
    #[serde(default)]
    pub data: bool,
    /// It carries one of these attributes (canonical path, or `name = "part of the value"`).
    #[serde(default)]
    pub attributes: Vec<String>,
    /// It implements one of these traits (canonical paths).
    #[serde(default)]
    pub implements: Vec<String>,
    /// Its code, or code of the package that it calls, has one of these effects.
    #[serde(default)]
    pub reaches: Vec<Effect>,
    /// It is called one of these names (`*` matches anything).
    #[serde(default)]
    pub names: Vec<String>,
}

/// Matches raw text, also in files that do not parse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TextMatcher {
    pub kind: TextKind,
}

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Deserialize,
    JsonSchema,
    serde::Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum TextKind {
    /// Characters that reorder what a reader sees (U+202A to U+202E, U+2066 to U+2069, ...).
    Bidi,
    /// Characters that a reader does not see at all.
    Invisible,
}

/// Matches a key in a TOML file of the tree.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ManifestMatcher {
    /// File names relative to any folder of the tree: `Cargo.toml`, `.cargo/config.toml`.
    pub files: Vec<String>,
    /// Dotted keys; `*` stands for any one key: `alias.*`, `target.*.runner`.
    pub keys: Vec<String>,
    /// Conditions on the value (arrays and tables are matched by their parts).
    #[serde(default)]
    pub value: Option<ValueMatcher>,
    /// Excused when the value fulfils one of these.
    #[serde(default)]
    pub except: Vec<ValueMatcher>,
}

/// What the engine itself has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    /// A source file that no target of its package reaches.
    UnreachableFile,
    /// Something could not be read, parsed or followed.
    Unanalysed,
    /// An `overt: allow` comment that suppresses nothing, or is not understood.
    UnusedAllow,
    /// A disclosure of something that the code does not do.
    StaleDisclosure,
    /// A disclosure of more than the code does.
    OverbroadDisclosure,
    /// A disclosure whose document does not say it.
    UndocumentedDisclosure,
    /// A disclosure whose guard names nothing in the code.
    UnknownGuard,
}

/// The words of a finding. `{role}` stands for the value of an argument, `{callee}` for the
/// path that was called, `{effect}`, `{data}`, `{target}`, `{item}` and `{name}` likewise.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Words {
    pub headline: String,
    /// The headline where only `all` of a lint with a `flow` holds: what is not proven is not
    /// claimed.
    #[serde(default)]
    pub near: Option<String>,
    /// The primary label; otherwise made from the call.
    #[serde(default)]
    pub label: Option<String>,
    /// Why it matters, in a sentence.
    pub note: String,
    /// What to do.
    pub help: String,
}

/// The documentation, the same for `explain`, the web page and SARIF.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Docs {
    pub finds: String,
    pub why: String,
    /// How a project says openly that it does this; empty when it cannot be disclosed.
    #[serde(default)]
    pub disclose: String,
    /// What it misses and what it may flag wrongly.
    pub limits: String,
}

/// A piece of code that shows what the lint says; executed by the tests.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Example {
    /// Whether the lint speaks. Absent for a `todo`.
    #[serde(default)]
    pub flagged: Option<bool>,
    /// Why it does not speak.
    #[serde(default)]
    pub because: Option<String>,
    /// A known miss: the lint should speak and does not yet.
    #[serde(default)]
    pub todo: Option<String>,
    /// The path of the code inside its package.
    #[serde(default = "library")]
    pub file: String,
    /// The project's `overt.toml`.
    #[serde(default)]
    pub config: Option<String>,
    /// Further files of the package by path; a `Cargo.toml` is made when none is given.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// The code; `//~` marks each line where a finding is expected. The escapes `\u{..}` in
    /// it are the reader's: they are turned into the characters that they name.
    #[serde(default)]
    pub code: String,
}

fn library() -> String {
    "src/lib.rs".to_owned()
}
