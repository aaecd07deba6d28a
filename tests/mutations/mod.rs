//! Mechanical rewrites of code that a lint has an opinion about. The rewritten code has to be
//! Rust and to mean the same; it is parsed by overt and never built or run.

mod bodies;
mod calls;
pub mod cases;
mod edit;
pub mod known;
mod names;
mod texts;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use syn::{Item, UseTree};

use cases::Package;
use edit::{Edit, Names, Whole};

/// One way to write the same thing differently.
pub struct Mutation {
    pub id: &'static str,
    /// What it does, for the table.
    pub says: &'static str,
    /// Done one after the other.
    steps: &'static [Rewrite],
}

/// The mutation that changes nothing: what it loses, no other can keep.
pub const REPRINT: &str = "reprint";

macro_rules! mutations {
    ($($id:literal, $($rewrite:path)|+, $says:literal;)*) => {
        &[$(Mutation { id: $id, says: $says, steps: &[$($rewrite),+] }),*]
    };
}

pub const ALL: &[Mutation] = mutations![
    "reprint", reprint, "printed again, without comments";
    "alias-import", names::alias_of_import, "`use a::B as X`";
    "alias-path", names::alias_of_path, "a whole path gets a `use … as`";
    "glob-import", names::glob_import, "`use a::*`";
    "whole-path", names::whole_paths, "`::a::B::new` without an import";
    "re-export", names::re_export, "`mod facade { pub use a::B; }`";
    "type-alias", names::type_alias, "`type X = a::B; X::new()`";
    "qualified-self", names::qualified_self, "`<a::B>::new()`";
    "extern-crate", names::extern_crate, "`extern crate a as x`";
    "renamed-dependency", renamed, "`x = { package = \"a\" }` in the manifest";
    "wrapper", calls::wrapper, "the call in a function of its own";
    "two-wrappers", calls::two_wrappers, "the call two functions away";
    "whole-wrapper", calls::whole_wrapper, "the call and its constants in a function";
    "closure", calls::closure, "`let f = |a| path(a); f(x)`";
    "function-pointer", calls::function_pointer, "`let f: fn(_) -> _ = path; f(x)`";
    "function-table", calls::function_table, "`let t = [path]; (t[0])(x)`";
    "handed-function", calls::handed_function, "`apply(path, x)`";
    "mapped", calls::mapped, "`[x].into_iter().map(path)`";
    "mapped-closure", calls::mapped_by_closure, "`[x].iter().map(|x| path(x))`";
    "extension", calls::extension, "`x.f()` of an extension trait";
    "macro-call", calls::macro_for_call, "`macro_rules!` in place of the path";
    "macro-around", calls::macro_around_call, "`pass!(path(x))`";
    "macro-statement", calls::macro_for_statement, "a statement in a `macro_rules!`";
    "macro-body", bodies::macro_for_body, "a whole body in a `macro_rules!`";
    "body-async", bodies::async_block, "the body in an `async` block";
    "body-async-fn", bodies::async_function, "the body in an `async fn`";
    "body-thread", bodies::thread, "the body in `thread::spawn`";
    "body-closure", bodies::closure, "the body in a closure";
    "body-match", bodies::branches, "the body in an arm of a `match`";
    "trait-object", bodies::trait_object, "the body behind `Box<dyn Trait>`";
    "generic-trait", bodies::generic_trait, "the body behind `<W: Trait>`";
    "inline-module", bodies::inline_module, "functions in an inline module";
    "file-module", bodies::file_module, "functions in a module file";
    "text-concat-macro", texts::concat_macro, "`concat!(\"a\", \"b\")`";
    "text-format", texts::format_macro, "`format!(\"{}{}\", \"a\", \"b\")`";
    "text-concat", texts::concat_method, "`[\"a\", \"b\"].concat()`";
    "text-plus", texts::plus, "`\"a\".to_string() + \"b\"`";
    "text-push", texts::pushed, "`push_str`";
    "text-bytes", texts::bytes, "`from_utf8(&[…])`";
    "text-chars", texts::characters, "characters collected";
    "text-reversed", texts::reversed, "`chars().rev()`";
    "text-join", texts::joined, "`iter().copied()` and `join`";
    "text-replace", texts::replaced, "`replace`";
    "text-xor", texts::xored, "bytes XORed in a `map`";
    "text-base64", texts::base64, "base64 decoded";
    "text-table", texts::table, "an element of a table";
    "text-elsewhere", texts::constants_elsewhere, "a constant of another module";
    "value-option", values::option, "`Some(x).unwrap()`";
    "value-matched", values::option_matched, "`match Some(x)`";
    "value-result", values::result, "`Ok(x).expect()`";
    "value-tuple", values::tuple, "`let (x, _) = (x, 1)`";
    "value-tuple-field", values::tuple_field, "`(1, x).1`";
    "value-vec", values::vector, "`push` and `pop`";
    "value-map", values::hash_map, "`insert` and `remove`";
    "value-channel", values::channel, "`send` and `recv`";
    "value-mutex", values::mutex, "`Arc<Mutex<Option<_>>>`";
    "value-box", values::boxed, "`Box`";
    "value-block", values::block, "a block of its own";
    "value-late", values::late, "declared first, set later";
    "value-loop", values::loop_, "`for x in [x]`";
    "value-iterator", values::iterator, "`once(x).map(..).next()`";
    "value-field", values::field, "a field of a struct";
    "value-getter", values::getter, "a constructor and a getter";
    "value-taken-apart", values::taken_apart, "`let S { value, .. } = s`";
    "value-variant", values::variant, "a variant of an `enum`";
    "value-if-pair", values::pair_of_if, "`let (x, _) = if .. { (x, 1) }`";
    "value-identity", values::identity, "`fn same<T>(x: T) -> T`";
    "names-and-files", texts::table | names::re_export | names::alias_of_path | bodies::file_module,
        "table, re-export, alias and module file";
    "pointers-and-texts", texts::concat_method | values::option | calls::function_pointer
        | bodies::inline_module, "`concat()`, `Some(x)`, pointer and inline module";
    "types-and-threads", texts::plus | names::type_alias | bodies::trait_object | bodies::thread,
        "`+`, type alias, `dyn Trait` and thread";
    "wrappers-and-async", texts::constants_elsewhere | calls::wrapper | bodies::async_function,
        "constants elsewhere, wrapper and `async fn`";
    "moved-twice", names::alias_of_import | bodies::file_module | bodies::inline_module,
        "alias, module file and inline module";
];

fn reprint(edit: &mut Edit<'_>) -> usize {
    edit.items.len()
}

/// The manifests are changed after the source, where the new names are known.
fn renamed(edit: &mut Edit<'_>) -> usize {
    let crates: Vec<String> =
        edit.names.crates.iter().filter(|name| !OWN.contains(&name.as_str())).cloned().collect();
    let new: BTreeMap<String, proc_macro2::Ident> =
        crates.iter().map(|name| (name.clone(), edit::ident(&format!("dep_{name}")))).collect();
    edit.whole.renames = true;
    names::rename_crates(edit, &new)
}

const OWN: [&str; 4] = ["std", "core", "alloc", "proc_macro"];

/// The package rewritten, where there was anything to rewrite.
pub fn apply(mutation: &Mutation, package: &Package) -> Option<Package> {
    let mut new = None;
    for (number, step) in mutation.steps.iter().enumerate() {
        let whole = Whole::starting_at(number * 100);
        new = rewritten(*step, whole, new.as_ref().unwrap_or(package)).or(new);
    }
    new
}

type Rewrite = fn(&mut Edit<'_>) -> usize;

fn rewritten(step: Rewrite, mut whole: Whole, package: &Package) -> Option<Package> {
    let crates = crates(package);
    let mut new = package.clone();
    let mut count = 0;
    let includes =
        package.values().any(|bytes| String::from_utf8_lossy(bytes).contains("include!("));
    for (path, bytes) in package.iter().filter(|(path, _)| path.ends_with(".rs")) {
        let Some(mut file) =
            std::str::from_utf8(bytes).ok().and_then(|text| syn::parse_file(text).ok())
        else {
            continue;
        };
        // A file that is included has no modules of its own.
        let beside = beside(path).filter(|_| !includes);
        let changed = module(step, &mut file.items, &crates, beside, &mut whole);
        if changed > 0 {
            count += changed;
            new.insert(path.clone(), prettyplease::unparse(&file).into_bytes());
        }
    }
    if count == 0 {
        return None;
    }
    new.extend(whole.files.into_iter().map(|(path, text)| (path, text.into_bytes())));
    let manifests: Vec<String> =
        new.keys().filter(|path| path.ends_with("Cargo.toml")).cloned().collect();
    for path in manifests {
        let bytes = &new[&path];
        let Some(mut table) =
            std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<toml::Table>().ok())
        else {
            continue;
        };
        if manifest(&mut table, &whole.crates, whole.renames) {
            new.insert(path, table.to_string().into_bytes());
        }
    }
    Some(new)
}

fn module(
    step: Rewrite,
    items: &mut Vec<Item>,
    crates: &BTreeSet<String>,
    beside: Option<String>,
    whole: &mut Whole,
) -> usize {
    let mut count = 0;
    for item in items.iter_mut() {
        if let Item::Mod(inner) = item
            && let Some((_, items)) = &mut inner.content
        {
            count += module(step, items, crates, None, whole);
        }
    }
    let names = Names::of(items, crates);
    count + step(&mut Edit { items, names, beside, whole })
}

/// The folder of a file's own modules, with `/` at its end.
fn beside(path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    match name {
        "lib.rs" | "main.rs" | "mod.rs" | "build.rs" => Some(folder),
        _ if folder == "src/" => Some(format!("src/{}/", name.strip_suffix(".rs")?)),
        _ => None,
    }
}

fn tables(table: &mut toml::Table) -> Vec<&mut toml::Table> {
    let mut found = Vec::new();
    for (key, value) in table.iter_mut() {
        let toml::Value::Table(value) = value else { continue };
        match key.as_str() {
            "dependencies" | "build-dependencies" | "dev-dependencies" => found.push(value),
            "target" => found
                .extend(value.iter_mut().filter_map(|(_, v)| v.as_table_mut()).flat_map(tables)),
            _ => {}
        }
    }
    found
}

/// The names that paths of the package can begin with.
fn crates(package: &Package) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = OWN.iter().map(|name| (*name).to_owned()).collect();
    for (_, bytes) in package.iter().filter(|(path, _)| path.ends_with("Cargo.toml")) {
        let text = String::from_utf8_lossy(bytes);
        let Ok(mut table) = text.parse::<toml::Table>() else { continue };
        for dependencies in tables(&mut table) {
            names.extend(dependencies.keys().map(|name| name.replace('-', "_")));
        }
    }
    names
}

/// Adds crates to a manifest and renames those it has.
fn manifest(table: &mut toml::Table, crates: &BTreeSet<&'static str>, rename: bool) -> bool {
    for key in ["dependencies", "build-dependencies"] {
        let entry = table.entry(key).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        let Some(entry) = entry.as_table_mut() else { continue };
        for name in crates {
            entry.entry(*name).or_insert_with(|| toml::Value::String("*".to_owned()));
        }
    }
    if rename {
        for dependencies in tables(table) {
            let old = std::mem::take(dependencies);
            for (name, value) in old {
                let mut value = match value {
                    toml::Value::Table(table) => table,
                    other => toml::Table::from_iter([("version".to_owned(), other)]),
                };
                value.entry("package").or_insert_with(|| toml::Value::String(name.clone()));
                dependencies.insert(format!("dep_{name}"), toml::Value::Table(value));
            }
        }
    }
    rename || !crates.is_empty()
}

/// Renames the first name of every tree.
fn rename_tree(tree: &mut UseTree, new: &BTreeMap<String, proc_macro2::Ident>) -> usize {
    let name = match tree {
        UseTree::Path(inner) => &mut inner.ident,
        UseTree::Rename(inner) => &mut inner.ident,
        UseTree::Name(inner) => {
            let Some(new) = new.get(&inner.ident.to_string()) else { return 0 };
            let old = inner.ident.clone();
            *tree = syn::parse_quote!(#new as #old);
            return 1;
        }
        UseTree::Group(group) => {
            return group.items.iter_mut().map(|inner| rename_tree(inner, new)).sum();
        }
        _ => return 0,
    };
    let Some(new) = new.get(&name.to_string()) else { return 0 };
    *name = new.clone();
    1
}
