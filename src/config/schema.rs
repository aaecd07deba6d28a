//! `overt.toml` as types, for editors and for nothing else: the reader is written by hand, so
//! that it can report every error at its place. Tests hold the two together.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use crate::vocab::{Consent, DataKind, Level, Purpose, Remote, Verified};

/// What a project says openly, and how severe each lint is: the configuration of `cargo overt`.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
pub struct OvertToml {
    /// The levels that lints begin with, and the clauses that `report` goes by.
    policy: Option<Policy>,
    /// How severe lints are.
    lints: Option<Lints>,
    /// What is scanned.
    scope: Option<Scope>,
    /// What the project does openly.
    disclosure: Option<Vec<Disclosure>>,
}

/// The name of a policy (`cargo overt policies` lists them) or the path of one of your own; or a
/// table with the name under `use` and the lists that policies work on.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
enum Policy {
    Name(String),
    Table(PolicyTable),
}

#[derive(JsonSchema)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct PolicyTable {
    /// The name or the path of a policy.
    r#use: Option<String>,
    /// For each policy its lists by name: hosts, or countries.
    #[schemars(flatten)]
    lists: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// A level for each lint or group of lints. `cargo overt lints` lists both.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct Lints {
    /// Files and folders with lints and models of your own, relative to this file.
    lint_paths: Option<Vec<String>>,
    #[schemars(flatten)]
    levels: BTreeMap<String, Level>,
}

/// What is scanned.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct Scope {
    /// What is left out; every run shows it with its reason.
    exclude: Option<Vec<Exclude>>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct Exclude {
    /// A pattern for paths below the folder of this file: `vendor/generated/**`.
    #[schemars(length(min = 1))]
    path: String,
    /// Why it is left out.
    #[schemars(regex(pattern = r"\S"))]
    reason: String,
}

/// One thing that the project does openly. Findings inside of its bounds are disclosed; what
/// nothing in the code uses is stale.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(dead_code, reason = "the schema is all that is made of it")]
struct Disclosure {
    /// A name of your own, by which findings refer to it.
    #[schemars(regex(pattern = "^[a-z0-9-]+$"))]
    id: String,
    /// The kinds of data that are sent.
    collects: Option<Vec<DataKind>>,
    /// Where it goes: exact hosts; `.example.org` means all hosts below `example.org`.
    to: Option<Vec<String>>,
    /// What it is for.
    purpose: Option<Purpose>,
    /// Whether users are asked first, can say no, or have no choice.
    consent: Option<Consent>,
    /// The setting that everything is sent behind: `settings::crash_reports`.
    guard: Option<String>,
    /// The country or region of the receiver, in ISO 3166: `DE`, `US-CA`.
    jurisdiction: Option<String>,
    /// The files that may do it, as patterns relative to this file.
    r#where: Option<Vec<String>>,
    /// Where users read about it: `docs/privacy.md#crash-reports`. The text must name the host.
    documented_at: Option<String>,
    /// A way in that is kept on purpose.
    remote: Option<Remote>,
    /// How what comes in through it is checked.
    verified: Option<Verified>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use crate::config::parse;

    fn keys(schema: &Value) -> BTreeSet<&str> {
        let properties = schema["properties"].as_object().expect("an object");
        properties.keys().map(String::as_str).collect()
    }

    #[test]
    fn the_reader_and_the_schema_know_the_same_keys() {
        let schema = crate::schema::overt();
        let schema = schema.as_value();
        let of = |name: &str| &schema["definitions"][name];
        let is = |schema: &Value, known: &[&str]| {
            assert_eq!(keys(schema), known.iter().copied().collect());
        };
        is(schema, parse::KEYS);
        is(of("Lints"), &["lint-paths"]);
        is(of("PolicyTable"), &["use"]);
        is(of("Scope"), parse::SCOPE_KEYS);
        is(of("Exclude"), parse::EXCLUDE_KEYS);
        is(of("Disclosure"), crate::disclosure::KEYS);
    }
}
