//! JSON Schemas of the files that people write: for editors, and for tests.
//!
//! They are made from the types that the files are read into, so that they cannot say anything
//! else; those in `schemas/` are the same, committed, so that editors find them by address.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

use crate::config::schema::OvertToml;
use crate::lint::spec::LintFile;
use crate::model::spec::ModelFile;
use crate::policy::spec::PolicyFile;

/// Where the committed schemas are to be had.
const BASE: &str = "https://raw.githubusercontent.com/cargo-overt/cargo-overt/main/schemas/";

/// Every schema with the name of its file, in the form in which it is committed.
pub fn files() -> Vec<(&'static str, String)> {
    let schemas = [
        ("overt.json", overt()),
        ("lint.json", lint()),
        ("model.json", model()),
        ("policy.json", policy()),
    ];
    let text = |schema: &Schema| {
        serde_json::to_string_pretty(schema).map(|text| text + "\n").unwrap_or_default()
    };
    schemas.iter().map(|(name, schema)| (*name, text(schema))).collect()
}

/// That of `overt.toml`.
pub fn overt() -> Schema {
    of::<OvertToml>("overt.json", "overt.toml")
}

/// That of a lint file.
pub fn lint() -> Schema {
    of::<LintFile>("lint.json", "a lint of cargo overt")
}

/// That of a model file.
pub fn model() -> Schema {
    of::<ModelFile>("model.json", "models of cargo overt")
}

/// That of a policy file.
pub fn policy() -> Schema {
    of::<PolicyFile>("policy.json", "a policy of cargo overt")
}

/// Draft 7, which every editor understands.
fn of<T: JsonSchema>(file: &str, title: &str) -> Schema {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), format!("{BASE}{file}").into());
    schema.insert("title".to_owned(), title.into());
    schema
}
