//! One `Cargo.toml`, read as TOML into what the other parts of this module ask for.
//!
//! The manifest may be hostile. Unknown keys are passed over; a key of the wrong type becomes
//! a [`Problem`] with its place and is then treated as absent. Nothing here looks at another
//! file: inheriting is the work of [`super::workspace`], finding files that of
//! [`super::targets`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::files::FileSystem;
use crate::span::Span;

use super::places;
use super::{DependencyKind, Problem};

/// A manifest that is valid TOML.
#[derive(Debug)]
pub(super) struct Manifest {
    pub path: PathBuf,
    pub folder: PathBuf,
    pub package: Option<PackageTable>,
    pub workspace: Option<WorkspaceTable>,
    pub lib: Option<TargetTable>,
    /// `None` without the key: an empty list and no list differ in the edition of 2015.
    pub bins: Option<Vec<TargetTable>>,
    pub examples: Option<Vec<TargetTable>>,
    pub tests: Option<Vec<TargetTable>>,
    pub benches: Option<Vec<TargetTable>>,
    pub dependencies: Vec<DependencyEntry>,
    pub problems: Vec<Problem>,
    /// Every text that can name a file or a folder with code in it.
    pub named: Vec<String>,
}

/// `[package]`.
#[derive(Debug)]
pub(super) struct PackageTable {
    pub name: Option<Text>,
    pub version: Option<Inherited>,
    pub edition: Option<Inherited>,
    /// `workspace = "…"`, the folder of the workspace's root.
    pub workspace: Option<Text>,
    /// The native library that the package links.
    pub links: Option<Text>,
    pub build: Build,
    pub autolib: Option<bool>,
    pub autobins: Option<bool>,
    pub autoexamples: Option<bool>,
    pub autotests: Option<bool>,
    pub autobenches: Option<bool>,
}

/// `package.build`.
#[derive(Debug)]
pub(super) enum Build {
    /// `build.rs` when there is one.
    Unsaid,
    None,
    Scripts(Vec<Text>),
    /// `build = true`: `build.rs`, whether it is there or not.
    Default(Span),
}

/// `[workspace]`.
#[derive(Debug)]
pub(super) struct WorkspaceTable {
    /// Folders, from the workspace's own on; patterns stay as they are.
    pub members: BTreeSet<PathBuf>,
    pub exclude: BTreeSet<PathBuf>,
    pub version: Option<Text>,
    pub edition: Option<Text>,
    /// By their keys.
    pub dependencies: BTreeMap<String, DependencyEntry>,
}

/// `[lib]`, or one of `[[bin]]` and its like.
#[derive(Debug)]
pub(super) struct TargetTable {
    pub span: Span,
    pub name: Option<Text>,
    pub path: Option<Text>,
    pub edition: Option<Text>,
    pub proc_macro: bool,
}

/// One entry of a table of dependencies.
#[derive(Debug, Clone)]
pub(super) struct DependencyEntry {
    pub key: String,
    pub kind: DependencyKind,
    pub package: Option<String>,
    pub path: Option<String>,
    pub optional: bool,
    /// `workspace = true`.
    pub inherits: bool,
    pub span: Span,
}

/// A text and its place.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub text: String,
    pub span: Span,
}

/// A value that may stand in the workspace's manifest.
#[derive(Debug)]
pub(super) enum Inherited {
    Here(Text),
    FromWorkspace(Span),
}

/// Reads a manifest.
///
/// # Errors
/// When it cannot be read or is not valid TOML.
pub(super) fn read(system: &FileSystem, path: &Path) -> Result<Manifest, Problem> {
    let problem = |span, why| Problem { path: path.to_owned(), span, why };
    let text = places::manifest_text(system, path).map_err(|why| problem(None, why))?;
    let document = DeTable::parse(&text).map_err(|error| {
        let span = error.span().map(|range| Span::new(range.start, range.end));
        problem(span, format!("not valid TOML: {}", error.message()))
    })?;
    Ok(Reader { path, problems: Vec::new() }.manifest(document.get_ref()))
}

/// The paths that a `.cargo/config.toml` names code by: `paths`, patches, vendored sources.
pub(super) fn paths_in_config(system: &FileSystem, path: &Path) -> Vec<String> {
    let mut named = Vec::new();
    if let Ok(text) = places::manifest_text(system, path)
        && let Ok(document) = DeTable::parse(&text)
    {
        collect_named(document.get_ref(), &mut named);
    }
    named
}

/// The keys under which Cargo looks for code.
const NAMES_CODE: [&str; 8] = [
    "path",
    "paths",
    "build",
    "workspace",
    "members",
    "default-members",
    "directory",
    "local-registry",
];

/// The nesting is bounded by the parser (80 levels), so recursion is safe.
fn collect_named(table: &DeTable<'_>, named: &mut Vec<String>) {
    fn value(key: &str, found: &DeValue<'_>, named: &mut Vec<String>) {
        match found {
            DeValue::String(text) if NAMES_CODE.contains(&key) => named.push(text.to_string()),
            DeValue::Array(items) => items.iter().for_each(|i| value(key, i.get_ref(), named)),
            DeValue::Table(table) => collect_named(table, named),
            _ => {}
        }
    }
    for (key, found) in table {
        let key: &str = key.get_ref();
        // Other tools' own tables: Cargo compiles nothing because of them.
        if key != "metadata" {
            value(key, found.get_ref(), named);
        }
    }
}

struct Reader<'a> {
    path: &'a Path,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn manifest(mut self, document: &DeTable<'_>) -> Manifest {
        // `[project]` is what `[package]` was called first; Cargo still takes it.
        let name = if document.contains_key("package") { "package" } else { "project" };
        let package = self.table(document, name).map(|table| self.package(table));
        let workspace = self.table(document, "workspace").map(|table| self.workspace(table));
        if !["package", "project", "workspace"].iter().any(|key| document.contains_key(*key)) {
            self.problem(None, "holds neither `[package]` nor `[workspace]`");
        }
        let mut named = Vec::new();
        collect_named(document, &mut named);
        Manifest {
            path: self.path.to_owned(),
            folder: self.path.parent().unwrap_or(Path::new("")).to_owned(),
            package,
            workspace,
            lib: document.get_key_value("lib").and_then(|(_, lib)| self.target("lib", lib)),
            bins: self.target_list(document, "bin"),
            examples: self.target_list(document, "example"),
            tests: self.target_list(document, "test"),
            benches: self.target_list(document, "bench"),
            dependencies: self.all_dependencies(document),
            problems: self.problems,
            named,
        }
    }

    fn package(&mut self, table: &DeTable<'_>) -> PackageTable {
        PackageTable {
            name: self.text(table, "name"),
            version: self.inherited(table, "version"),
            edition: self.inherited(table, "edition"),
            workspace: self.text(table, "workspace"),
            links: self.text(table, "links"),
            build: self.build(table),
            autolib: self.flag(table, "autolib"),
            autobins: self.flag(table, "autobins"),
            autoexamples: self.flag(table, "autoexamples"),
            autotests: self.flag(table, "autotests"),
            autobenches: self.flag(table, "autobenches"),
        }
    }

    fn build(&mut self, table: &DeTable<'_>) -> Build {
        let Some(value) = table.get("build") else { return Build::Unsaid };
        match value.get_ref() {
            DeValue::Boolean(false) => Build::None,
            DeValue::Boolean(true) => Build::Default(span_of(value)),
            DeValue::String(text) => Build::Scripts(vec![text_at(text, value)]),
            DeValue::Array(_) => Build::Scripts(self.texts(table, "build")),
            _ => {
                self.wrong_type("build", "a path, a list of paths, `true` or `false`", value);
                Build::Unsaid
            }
        }
    }

    fn workspace(&mut self, table: &DeTable<'_>) -> WorkspaceTable {
        let base = self.path.parent().unwrap_or(Path::new(""));
        let folders = |texts: Vec<Text>| {
            texts.iter().map(|text| places::normalise(&base.join(&text.text))).collect()
        };
        let package = self.table(table, "package");
        let mut dependencies = Vec::new();
        self.dependencies(table, &["dependencies"], DependencyKind::Normal, &mut dependencies);
        WorkspaceTable {
            members: folders(self.texts(table, "members")),
            exclude: folders(self.texts(table, "exclude")),
            version: package.and_then(|package| self.text(package, "version")),
            edition: package.and_then(|package| self.text(package, "edition")),
            dependencies: dependencies.into_iter().map(|d| (d.key.clone(), d)).collect(),
        }
    }

    fn target_list(&mut self, document: &DeTable<'_>, key: &str) -> Option<Vec<TargetTable>> {
        let value = document.get(key)?;
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(key, "a list of tables, as in `[[bin]]`", value);
            return None;
        };
        Some(items.iter().filter_map(|item| self.target(key, item)).collect())
    }

    fn target(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<TargetTable> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_type(key, "a table", value);
            return None;
        };
        let said = ["proc-macro", "proc_macro"].iter().find_map(|key| self.flag(table, key));
        let crate_types = ["crate-type", "crate_type"]
            .iter()
            .find(|key| table.contains_key(**key))
            .map_or_else(Vec::new, |key| self.texts(table, key));
        Some(TargetTable {
            span: span_of(value),
            name: self.text(table, "name"),
            path: self.text(table, "path"),
            edition: self.text(table, "edition"),
            proc_macro: said.unwrap_or(false) || crate_types.iter().any(|t| t.text == "proc-macro"),
        })
    }

    /// The tables of dependencies, also those of `[target.'cfg(…)']`, in the file's order.
    fn all_dependencies(&mut self, document: &DeTable<'_>) -> Vec<DependencyEntry> {
        let mut found = Vec::new();
        self.dependency_tables(document, &mut found);
        for (name, value) in self.table(document, "target").into_iter().flatten() {
            match value.get_ref() {
                DeValue::Table(table) => self.dependency_tables(table, &mut found),
                _ => self.wrong_type(name.get_ref(), "a table", value),
            }
        }
        found.sort_by_key(|dependency| (dependency.span, dependency.kind));
        found
    }

    fn dependency_tables(&mut self, table: &DeTable<'_>, found: &mut Vec<DependencyEntry>) {
        use DependencyKind::{Build, Dev, Normal};
        self.dependencies(table, &["dependencies"], Normal, found);
        self.dependencies(table, &["dev-dependencies", "dev_dependencies"], Dev, found);
        self.dependencies(table, &["build-dependencies", "build_dependencies"], Build, found);
    }

    fn dependencies(
        &mut self,
        table: &DeTable<'_>,
        keys: &[&str],
        kind: DependencyKind,
        found: &mut Vec<DependencyEntry>,
    ) {
        for key in keys {
            for (name, value) in self.table(table, key).into_iter().flatten() {
                found.push(self.dependency(name, value, kind));
            }
        }
    }

    fn dependency(
        &mut self,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        kind: DependencyKind,
    ) -> DependencyEntry {
        let key_span = Span::new(name.span().start, name.span().end);
        let value_span = span_of(value);
        let whole =
            if value_span.start < key_span.start { key_span } else { key_span.to(value_span) };
        let mut entry = DependencyEntry {
            key: name.get_ref().to_string(),
            kind,
            package: None,
            path: None,
            optional: false,
            inherits: false,
            span: whole,
        };
        match value.get_ref() {
            DeValue::String(_) => {}
            DeValue::Table(table) => {
                entry.package = self.text(table, "package").map(|t| t.text);
                entry.path = self.text(table, "path").map(|t| t.text);
                entry.optional = self.flag(table, "optional").unwrap_or(false);
                entry.inherits = self.flag(table, "workspace").unwrap_or(false);
            }
            // Still a name that the code can use.
            _ => self.wrong_type(&entry.key, "a version or a table", value),
        }
        entry
    }

    fn inherited(&mut self, table: &DeTable<'_>, key: &str) -> Option<Inherited> {
        let value = table.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(Inherited::Here(text_at(text, value))),
            DeValue::Table(inner) if self.flag(inner, "workspace") == Some(true) => {
                Some(Inherited::FromWorkspace(span_of(value)))
            }
            _ => {
                self.wrong_type(key, "a text or `{ workspace = true }`", value);
                None
            }
        }
    }

    fn table<'t, 'i>(&mut self, table: &'t DeTable<'i>, key: &str) -> Option<&'t DeTable<'i>> {
        let value = table.get(key)?;
        if let DeValue::Table(found) = value.get_ref() {
            return Some(found);
        }
        self.wrong_type(key, "a table", value);
        None
    }

    fn text(&mut self, table: &DeTable<'_>, key: &str) -> Option<Text> {
        let value = table.get(key)?;
        if let DeValue::String(text) = value.get_ref() {
            return Some(text_at(text, value));
        }
        self.wrong_type(key, "a text", value);
        None
    }

    fn flag(&mut self, table: &DeTable<'_>, key: &str) -> Option<bool> {
        let value = table.get(key)?;
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(*flag);
        }
        self.wrong_type(key, "`true` or `false`", value);
        None
    }

    fn texts(&mut self, table: &DeTable<'_>, key: &str) -> Vec<Text> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(key, "a list of texts", value);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => texts.push(text_at(text, item)),
                _ => self.wrong_type(key, "a list of texts", item),
            }
        }
        texts
    }

    fn wrong_type(&mut self, key: &str, expected: &str, value: &Spanned<DeValue<'_>>) {
        let found = value.get_ref().type_str();
        self.problem(
            Some(span_of(value)),
            &format!("`{key}` must be {expected}, not of type {found}"),
        );
    }

    fn problem(&mut self, span: Option<Span>, why: &str) {
        self.problems.push(Problem { path: self.path.to_owned(), span, why: why.to_owned() });
    }
}

fn text_at(text: &str, value: &Spanned<DeValue<'_>>) -> Text {
    Text { text: text.to_owned(), span: span_of(value) }
}

fn span_of(value: &Spanned<DeValue<'_>>) -> Span {
    Span::new(value.span().start, value.span().end)
}
