//! The format of a policy file: a set of levels, and the clauses of a public text.
//!
//! One file is one policy, and its name is the policy's id: `gids.toml`, or `ours.policy.toml`
//! among the lints of a user. An unknown key or word is an error that points into the file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::span::Span;
use crate::vocab::{Level, ListKind, Reach};

/// One policy file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PolicyFile {
    #[schemars(with = "String")]
    pub id: Spanned<String>,
    /// The name of the text, or of the policy when it follows none.
    pub title: String,
    /// The edition or the date of the text.
    pub version: String,
    /// Where the text can be read.
    #[serde(default)]
    pub source: Option<String>,
    /// The address of one clause: `{id}` stands for its id, `{path}` for the id with `/` for `.`.
    #[serde(default)]
    pub link: Option<String>,
    /// What the policy is and what it is not, in neutral words.
    pub summary: String,
    /// Lints and groups with their levels: over a lint's own level, under what the user says.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Level>")]
    pub levels: BTreeMap<Spanned<String>, Level>,
    /// The highest level of what is not proven: of a lint with a flow whose steps only stand near
    /// to each other. What the user says goes beyond it.
    #[serde(default = "warn")]
    pub unproven: Level,
    /// The lists that the user may give under `[policy.<id>]`.
    #[serde(default, rename = "list")]
    pub lists: Vec<ListSpec>,
    #[serde(default, rename = "clause")]
    pub clauses: Vec<Clause>,
}

fn warn() -> Level {
    Level::Warn
}

/// A list that only the user can fill.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ListSpec {
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    pub holds: ListKind,
    /// What belongs on it.
    pub about: String,
}

/// One clause of the text.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Clause {
    /// The text's own number.
    #[schemars(with = "String")]
    pub id: Spanned<String>,
    /// What it asks for: a paraphrase, or the name that a catalogue gives.
    pub text: String,
    /// How far source code shows whether it is kept.
    pub reach: Reach,
    /// The lints and groups that bear on it, beside those that name it in `maps-to`.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub lints: Vec<Spanned<String>>,
    /// What source code cannot show. Needed unless all of the clause is checked.
    #[serde(default)]
    pub why: String,
    /// The user's lists that it is decided by.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub needs: Vec<Spanned<String>>,
}

impl Clause {
    pub fn id(&self) -> &str {
        self.id.get_ref()
    }
}

/// The place of a value in the file.
pub fn place<T>(value: &Spanned<T>) -> Span {
    Span::new(value.span().start, value.span().end)
}
