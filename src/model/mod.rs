//! Models: what APIs do and what words name, read from `lints/models/` and the user's own.
//!
//! Rows are indexed by canonical path once per run; every look-up is a hash of a path.

pub mod class;
pub mod load;
pub mod spec;

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::lint::load::Lint;
use crate::lint::spec::{CallMatcher, LintFile, Step};
use crate::vocab::DataKind;

use self::class::Class;
use self::spec::{
    AttributeMeaning, CallRow, ConditionRow, InventoryRow, MethodDoes, ModelFile, TypeRow,
};
use crate::vocab::Section;

/// All models of a run.
#[derive(Debug, Default)]
pub struct Models {
    calls: FxHashMap<SmolStr, CallRow>,
    /// Rows of `_::method`, by the method's name.
    any_receiver: FxHashMap<SmolStr, CallRow>,
    types: FxHashMap<SmolStr, TypeInfo>,
    /// Another public path of a type → the one that rows use.
    also: FxHashMap<SmolStr, SmolStr>,
    /// Every path that is the beginning of a modelled one: what a glob import may bring.
    prefixes: FxHashSet<SmolStr>,
    attributes: FxHashMap<SmolStr, Vec<(Vec<String>, AttributeMeaning)>>,
    pub classes: FxHashMap<SmolStr, Class>,
    constants: FxHashMap<SmolStr, u64>,
    methods: FxHashMap<SmolStr, MethodDoes>,
    /// Methods that a trait provides, with the one that it asks a type for.
    provided: FxHashMap<SmolStr, SmolStr>,
    steps: FxHashMap<SmolStr, Vec<Step>>,
    /// What conditions ask about, in the order of the files.
    pub conditions: Vec<ConditionRow>,
    /// What the inventory lists, in the order of the files.
    pub inventory: Vec<InventoryRow>,
    /// Finds the patterns of watched classes.
    watched: Option<aho_corasick::AhoCorasick>,
    /// The last names of modelled macros, and of everything that decodes: most calls are
    /// neither, and a look at the name says so.
    macros: FxHashSet<SmolStr>,
    decoders: FxHashSet<SmolStr>,
}

/// What a type row says.
#[derive(Debug, Clone, Copy, Default)]
pub struct TypeInfo {
    pub builder: bool,
    pub derefs: Option<usize>,
    pub shared: bool,
    pub received: bool,
}

impl Models {
    /// Every kind of data that some model gives: what overt can recognise at all.
    pub fn data_kinds(&self) -> BTreeSet<DataKind> {
        let rows = self.calls.values().chain(self.any_receiver.values());
        let classes = self.classes.values().flat_map(|class| &class.data);
        rows.flat_map(|row| &row.data).chain(classes).copied().collect()
    }

    /// Indexes model files; later rows for the same path win over earlier ones.
    ///
    /// # Errors
    /// Class patterns and cross-references that do not hold, as messages.
    pub fn new(files: impl IntoIterator<Item = ModelFile>) -> Result<Self, Vec<String>> {
        let mut models = Self::default();
        let mut errors = Vec::new();
        let mut watched: Vec<String> = Vec::new();
        for file in files {
            for row in file.types {
                let TypeRow { builder, derefs, shared, received, .. } = row;
                let info = TypeInfo { builder, derefs, shared, received };
                let paths = expand(&row.path);
                for other in row.also.iter().flat_map(|path| expand(path)) {
                    models.also.insert(other, paths[0].clone());
                }
                for path in paths {
                    models.add_prefixes(&path);
                    models.types.insert(path, info);
                }
            }
            for row in file.call {
                if let Some(kind) = &row.decodes
                    && !crate::facts::decode::KINDS.contains(&kind.as_str())
                {
                    errors.push(format!("`{}` decodes `{kind}`, which no decoder does", row.path));
                }
                for path in expand(&row.path) {
                    models.add_prefixes(&path);
                    let name = path.rsplit("::").next().unwrap_or(&path);
                    if let Some(name) = name.strip_suffix('!') {
                        models.macros.insert(name.into());
                    }
                    if row.decodes.is_some() {
                        models.decoders.insert(name.trim_end_matches('!').into());
                    }
                    match path.strip_prefix("_::") {
                        Some(method) => models.any_receiver.insert(method.into(), row.clone()),
                        None => models.calls.insert(path, row.clone()),
                    };
                }
            }
            for row in file.attribute {
                for path in expand(&row.path) {
                    models.add_prefixes(&path);
                    models
                        .attributes
                        .entry(path)
                        .or_default()
                        .push((row.values.clone(), row.means));
                }
            }
            for row in file.step {
                models.steps.entry(row.name.into()).or_default().extend(row.any);
            }
            for row in file.method {
                if let Some(required) = &row.provided_by {
                    let required = SmolStr::new(required);
                    let names = row.names.iter().map(|name| (name.into(), required.clone()));
                    models.provided.extend(names);
                    continue;
                }
                let names = row.names.iter().map(|name| (SmolStr::new(name), row.does));
                models.methods.extend(names);
            }
            let constants = file.constant.into_iter().map(|row| (row.name.into(), row.value));
            models.constants.extend(constants);
            for path in file.condition.iter().flat_map(|row| &row.paths).flat_map(|p| expand(p)) {
                models.add_prefixes(&path);
            }
            models.conditions.extend(file.condition);
            for row in &file.inventory {
                if row.names.is_empty() && row.what.is_none() && row.section != Section::Collected {
                    let section = row.section;
                    errors.push(format!("an inventory row of `{section}` names nothing"));
                }
            }
            models.inventory.extend(file.inventory);
            for row in file.class {
                let name = SmolStr::new(&row.name);
                if row.watched {
                    watched.extend(row.any.iter().cloned());
                }
                match Class::new(row) {
                    Ok(class) if models.classes.contains_key(&name) => {
                        if let Some(known) = models.classes.get_mut(&name) {
                            known.extend(class);
                        }
                    }
                    Ok(class) => {
                        models.classes.insert(name, class);
                    }
                    Err(error) => errors.push(format!("class `{name}`: {error}")),
                }
            }
        }
        if !watched.is_empty() {
            let mut finder = aho_corasick::AhoCorasick::builder();
            match finder.ascii_case_insensitive(true).build(&watched) {
                Ok(finder) => models.watched = Some(finder),
                Err(error) => errors.push(format!("watched classes: {error}")),
            }
        }
        let unknown = models.classes.values().flat_map(|class| &class.except).filter(|name| {
            let known = models.classes.contains_key(name.as_str());
            !known
        });
        errors.extend(unknown.map(|name| format!("unknown class `{name}` in `except`")));
        if errors.is_empty() { Ok(models) } else { Err(errors) }
    }

    fn add_prefixes(&mut self, path: &str) {
        let ends = path.match_indices("::").map(|(at, _)| at).chain([path.len()]);
        for end in ends {
            self.prefixes.insert(path[..end].trim_end_matches('!').into());
        }
    }

    pub fn call(&self, path: &str) -> Option<&CallRow> {
        self.calls.get(path)
    }

    /// Whether the text contains a pattern of a watched class.
    pub fn watches(&self, text: &str) -> bool {
        self.watched.as_ref().is_some_and(|finder| finder.is_match(text))
    }

    /// Whether some modelled macro is called this.
    pub fn is_macro_name(&self, name: &str) -> bool {
        self.macros.contains(name)
    }

    /// Whether something that decodes is called this.
    pub fn is_decoder_name(&self, name: &str) -> bool {
        self.decoders.contains(name)
    }

    /// The value of a constant from outside of the scan, by its name.
    pub fn constant(&self, name: &str) -> Option<u64> {
        self.constants.get(name).copied()
    }

    /// The lints with the steps that they name.
    ///
    /// # Errors
    /// Names that no model file gives, as messages.
    pub fn expand(&self, lints: &[Lint]) -> Result<Vec<Lint>, Vec<String>> {
        let mut errors = Vec::new();
        let mut expanded = lints.to_vec();
        for lint in &mut expanded {
            errors.extend(lint.file.expand(&|name| self.steps.get(name).cloned()).err());
            let LintFile { call, all, any, flow, .. } = &mut lint.file;
            call.iter_mut().for_each(expand_paths);
            all.iter_mut().chain(any).chain(flow).for_each(expand_steps);
        }
        // A named step consists of matchers.
        let nested = self.steps.iter().filter(|(_, any)| any.iter().any(|step| step.is.is_some()));
        errors.extend(nested.map(|(name, _)| format!("step `{name}` names another one")));
        errors.sort();
        if errors.is_empty() { Ok(expanded) } else { Err(errors) }
    }

    /// What a method does with data, by its name.
    /// The method that a type has where a trait provides this one.
    pub fn required(&self, name: &str) -> Option<&str> {
        self.provided.get(name).map(SmolStr::as_str)
    }

    pub fn method(&self, name: &str) -> MethodDoes {
        self.methods.get(name).copied().unwrap_or_default()
    }

    /// Whether some modelled path fits a lint's pattern.
    pub fn knows_pattern(&self, pattern: &str) -> bool {
        let known =
            |path: &SmolStr| path_fits(pattern, path) || path_fits(pattern, &format!("{path}!"));
        self.calls.contains_key(pattern) || self.prefixes.iter().any(known)
    }

    /// Whether some row puts this mark on a fact.
    pub fn knows_mark(&self, mark: &str) -> bool {
        let rows = self.calls.values().chain(self.any_receiver.values());
        rows.flat_map(|row| row.marks.iter().chain(&row.on_data)).any(|known| known == mark)
    }

    pub fn any_receiver(&self, method: &str) -> Option<&CallRow> {
        self.any_receiver.get(method)
    }

    pub fn type_info(&self, path: &str) -> TypeInfo {
        self.types.get(path).copied().unwrap_or_default()
    }

    pub fn is_type(&self, path: &str) -> bool {
        self.types.contains_key(path)
    }

    /// Whether some row's path is `path` or lies below it.
    pub fn knows(&self, path: &str) -> bool {
        self.prefixes.contains(path) || self.also.contains_key(path)
    }

    /// The path that rows use for a public path: `core` and `alloc` are `std`, and re-exported
    /// types have one home.
    pub fn canonical(&self, path: &str) -> SmolStr {
        let path = match path.split_once("::") {
            Some(("core" | "alloc", rest)) => SmolStr::from(format!("std::{rest}")),
            _ => SmolStr::new(path),
        };
        let mut end = path.len();
        loop {
            if let Some(home) = self.also.get(&path[..end]) {
                return format!("{home}{}", &path[end..]).into();
            }
            match path[..end].rfind("::") {
                Some(at) => end = at,
                None => return path,
            }
        }
    }

    /// What an attribute with this path and value makes of its item.
    pub fn attribute(&self, path: &str, value: &str) -> Option<AttributeMeaning> {
        let rows = self.attributes.get(path)?;
        let fits = |values: &[String]| {
            values.is_empty() || values.iter().any(|part| value.contains(part.as_str()))
        };
        rows.iter().find(|(values, _)| fits(values)).map(|(_, meaning)| *meaning)
    }
}

/// Writes the paths of a matcher out, so that matching need not.
fn expand_paths(call: &mut CallMatcher) {
    call.paths = call.paths.iter().flat_map(|path| expand(path)).map(String::from).collect();
    call.except.iter_mut().for_each(expand_paths);
}

fn expand_steps(step: &mut Step) {
    step.call.iter_mut().chain(&mut step.beside).for_each(expand_paths);
    step.any.iter_mut().for_each(expand_steps);
}

/// `a::{b, c::{d, e}}::f` as `a::b::f`, `a::c::d::f`, `a::c::e::f`.
pub fn expand(path: &str) -> Vec<SmolStr> {
    let Some(open) = path.find('{') else { return vec![SmolStr::new(path.trim())] };
    let mut depth = 0usize;
    let mut alternatives = Vec::new();
    let mut start = open + 1;
    for (at, c) in path.char_indices().skip_while(|(at, _)| *at < open) {
        match c {
            '{' => depth += 1,
            ',' if depth == 1 => {
                alternatives.push(&path[start..at]);
                start = at + 1;
            }
            '}' => {
                depth -= 1;
                if depth == 0 {
                    alternatives.push(&path[start..at]);
                    let (head, tail) = (&path[..open], &path[at + 1..]);
                    let paths = alternatives
                        .iter()
                        .flat_map(|middle| expand(&format!("{head}{}{tail}", middle.trim())));
                    return paths.collect();
                }
            }
            _ => {}
        }
    }
    vec![SmolStr::new(path)]
}

/// Whether `path` is what a lint calls `pattern`: `a::*` is everything below `a`, `*::f` every
/// `f`.
pub fn path_fits(pattern: &str, path: &str) -> bool {
    class::glob(pattern, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn models(text: &str) -> Models {
        Models::new([toml::from_str(text).unwrap()]).unwrap()
    }

    #[test]
    fn braces_expand_also_nested() {
        assert_eq!(expand("a::{b, c::{d,e}}::f"), ["a::b::f", "a::c::d::f", "a::c::e::f"]);
        assert_eq!(expand("a::b"), ["a::b"]);
    }

    #[test]
    fn re_exports_and_facades_have_one_path() {
        let models = models(
            r#"
            [[type]]
            path = "tokio::net::TcpStream"
            also = ["tokio::net::tcp::TcpStream"]
            [[call]]
            path = "std::fs::read"
            "#,
        );
        assert_eq!(
            models.canonical("tokio::net::tcp::TcpStream::connect"),
            "tokio::net::TcpStream::connect"
        );
        assert_eq!(models.canonical("core::mem::forget"), "std::mem::forget");
        assert!(
            models.knows("std::fs") && models.knows("std::fs::read") && !models.knows("std::net")
        );
    }
}
