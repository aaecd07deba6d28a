//! Other names for the same things.

use std::collections::BTreeMap;

use proc_macro2::Ident;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Item, Path, Type, UseTree, parse_quote};

use super::edit::{Edit, Names, Whole, ident, leaves, outside, path, rename_tokens};

/// Gives new names to paths that begin with an imported one, in macros and attributes too.
struct Rename<'n> {
    new: &'n BTreeMap<String, Ident>,
    /// Whether a name on its own is left alone.
    paths: bool,
    count: usize,
}

impl Rename<'_> {
    fn tokens(&mut self, tokens: &mut proc_macro2::TokenStream) {
        *tokens =
            rename_tokens(std::mem::take(tokens), self.paths, &|name| self.new.get(name).cloned());
    }
}

impl VisitMut for Rename<'_> {
    fn visit_path_mut(&mut self, path: &mut Path) {
        let alone = path.segments.len() == 1;
        if path.leading_colon.is_none()
            && !(alone && self.paths)
            && let Some(first) = path.segments.first_mut()
            && let Some(new) = self.new.get(&first.ident.to_string())
        {
            first.ident = new.clone();
            self.count += 1;
        }
        visit_mut::visit_path_mut(self, path);
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        self.visit_path_mut(&mut call.path);
        self.tokens(&mut call.tokens);
    }

    fn visit_meta_list_mut(&mut self, list: &mut syn::MetaList) {
        self.visit_path_mut(&mut list.path);
        self.tokens(&mut list.tokens);
    }

    fn visit_item_mod_mut(&mut self, _: &mut syn::ItemMod) {}
}

/// Whether an inner module could name what this one imports.
fn seen_from_inside(items: &[Item]) -> bool {
    items.iter().any(|item| matches!(item, Item::Mod(inner) if inner.content.is_some()))
}

fn rename(edit: &mut Edit<'_>, new: &BTreeMap<String, Ident>) {
    let mut renaming = Rename { new, paths: false, count: 0 };
    edit.items.iter_mut().for_each(|item| renaming.visit_item_mut(item));
}

/// What stands for an import, and the new name of what it imported.
type Replacement = (Vec<Item>, Option<Ident>);
/// Makes it from the path and the name of an import.
type Made<'m> = &'m mut dyn FnMut(&[String], &str, &mut Whole) -> Option<Replacement>;

/// Replaces the private top imports of outside things by what `made` gives for each.
fn imports(edit: &mut Edit<'_>, made: Made<'_>) -> usize {
    if seen_from_inside(edit.items) {
        return 0;
    }
    let (mut items, mut new, mut count) = (Vec::new(), BTreeMap::new(), 0);
    for item in std::mem::take(edit.items) {
        let Item::Use(import) = &item else {
            items.push(item);
            continue;
        };
        let plain = matches!(import.vis, syn::Visibility::Inherited) && import.attrs.is_empty();
        for leaf in leaves(&import.tree) {
            let replaced = leaf.name.as_deref().filter(|name| {
                let outside = leaf.path.first().is_some_and(|first| edit.names.is_crate(first));
                plain && outside && !edit.names.bound.contains(*name)
            });
            match replaced.and_then(|name| Some((name, made(&leaf.path, name, edit.whole)?))) {
                Some((name, (replacement, renamed))) => {
                    items.extend(replacement);
                    new.extend(renamed.map(|renamed| (name.to_owned(), renamed)));
                    count += 1;
                }
                None => items.push(Item::Use(syn::ItemUse {
                    tree: tree(&leaf.path, leaf.name.as_deref(), leaf.glob),
                    ..import.clone()
                })),
            }
        }
    }
    *edit.items = items;
    rename(edit, &new);
    count
}

/// The tree of one import.
fn tree(parts: &[String], name: Option<&str>, glob: bool) -> UseTree {
    let full = path(parts);
    if glob {
        return parse_quote!(#full::*);
    }
    match name {
        Some(name) if parts.last().is_some_and(|last| last == name) => parse_quote!(#full),
        Some(name) => {
            let name = ident(name);
            parse_quote!(#full as #name)
        }
        None => parse_quote!(#full as _),
    }
}

/// `use a::b::C;` → `use a::b::C as N1;`
pub fn alias_of_import(edit: &mut Edit<'_>) -> usize {
    imports(edit, &mut |parts, _, whole| {
        let new = whole.fresh("renamed");
        let full = path(parts);
        Some((vec![parse_quote!(use #full as #new;)], Some(new)))
    })
}

/// `use a::b::C;` → `use a::b::*;`
pub fn glob_import(edit: &mut Edit<'_>) -> usize {
    let count = imports(edit, &mut |parts, name, _| {
        let (last, outer) = parts.split_last()?;
        if outer.is_empty() || last != name {
            return None;
        }
        let outer = path(outer);
        Some((vec![parse_quote!(use #outer::*;)], None))
    });
    let mut seen: Vec<Item> = Vec::new();
    edit.items.retain(|item| {
        let again = matches!(item, Item::Use(_)) && seen.contains(item);
        seen.push(item.clone());
        !again
    });
    count
}

/// `use a::b::C;` → `mod facade { pub use a::b::C; } use facade::C;`
pub fn re_export(edit: &mut Edit<'_>) -> usize {
    imports(edit, &mut |parts, name, whole| {
        let facade = whole.fresh("facade");
        let inner = tree(parts, Some(name), false);
        let name = ident(name);
        let module = parse_quote!(mod #facade { pub use #inner; });
        Some((vec![module, parse_quote!(use self::#facade::#name;)], None))
    })
}

/// Drops the import and writes the whole path wherever the name stood.
pub fn whole_paths(edit: &mut Edit<'_>) -> usize {
    if seen_from_inside(edit.items) {
        return 0;
    }
    // What a macro mentions keeps its import, and so do traits, which are used without being
    // named.
    let names = edit.names.clone();
    let mut lengthen = Lengthen { names: &names, count: 0 };
    edit.items.iter_mut().for_each(|item| lengthen.visit_item_mut(item));
    lengthen.count
}

struct Lengthen<'n> {
    names: &'n Names,
    count: usize,
}

impl VisitMut for Lengthen<'_> {
    fn visit_path_mut(&mut self, node: &mut Path) {
        visit_mut::visit_path_mut(self, node);
        let first = node.segments.first().map(|s| s.ident.to_string()).unwrap_or_default();
        if self.names.imports.contains_key(&first)
            && let Some(full) = self.names.external(node)
        {
            let kept = node.segments.len() - 1;
            let outer = full[..full.len() - kept].iter();
            let mut longer = path(&outer.cloned().collect::<Vec<_>>());
            let own = node.segments.first().map(|s| s.arguments.clone()).unwrap_or_default();
            longer.segments.last_mut().expect("not empty").arguments = own;
            longer.segments.extend(node.segments.iter().skip(1).cloned());
            longer.leading_colon = Some(Default::default());
            *node = longer;
            self.count += 1;
        }
    }

    fn visit_item_use_mut(&mut self, _: &mut syn::ItemUse) {}
    fn visit_attribute_mut(&mut self, _: &mut syn::Attribute) {}
    fn visit_item_mod_mut(&mut self, _: &mut syn::ItemMod) {}
}

/// A fully qualified path gets `use … as` for all but its last name.
pub fn alias_of_path(edit: &mut Edit<'_>) -> usize {
    let mut shorten = Shorten { names: &edit.names, whole: edit.whole, made: BTreeMap::new() };
    edit.items.iter_mut().for_each(|item| shorten.visit_item_mut(item));
    let made = std::mem::take(&mut shorten.made);
    for (full, name) in &made {
        let full = path(full);
        edit.items.insert(0, parse_quote!(use #full as #name;));
    }
    imports_first(edit.items);
    made.len()
}

fn imports_first(items: &mut [Item]) {
    items.sort_by_key(|item| !matches!(item, Item::Use(_) | Item::ExternCrate(_)));
}

struct Shorten<'n> {
    names: &'n Names,
    whole: &'n mut Whole,
    made: BTreeMap<Vec<String>, Ident>,
}

impl VisitMut for Shorten<'_> {
    fn visit_path_mut(&mut self, node: &mut Path) {
        visit_mut::visit_path_mut(self, node);
        let parts: Vec<String> = node.segments.iter().map(|s| s.ident.to_string()).collect();
        let outer = parts.len().saturating_sub(1);
        let plain = node.segments.iter().take(outer).all(|s| s.arguments.is_none());
        if outer == 0 || !plain || !self.names.is_crate(&parts[0]) {
            return;
        }
        let name = match self.made.get(&parts[..outer]) {
            Some(name) => name.clone(),
            None => self.whole.fresh("short"),
        };
        self.made.insert(parts[..outer].to_vec(), name.clone());
        let last = node.segments.last().cloned().expect("not empty");
        let segments = [syn::PathSegment::from(name), last];
        *node = Path { leading_colon: None, segments: segments.into_iter().collect() };
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        use syn::punctuated::Punctuated;
        type Args = Punctuated<Expr, syn::Token![,]>;
        if let Ok(mut args) = call.parse_body_with(Args::parse_terminated) {
            args.iter_mut().for_each(|arg| self.visit_expr_mut(arg));
            call.tokens = quote::ToTokens::to_token_stream(&args);
        }
    }

    fn visit_item_use_mut(&mut self, _: &mut syn::ItemUse) {}
    fn visit_visibility_mut(&mut self, _: &mut syn::Visibility) {}
    fn visit_attribute_mut(&mut self, _: &mut syn::Attribute) {}
    fn visit_item_mod_mut(&mut self, _: &mut syn::ItemMod) {}
}

/// `a::B::new(x)` → `type T1 = a::B;` and `T1::new(x)`.
pub fn type_alias(edit: &mut Edit<'_>) -> usize {
    let mut made: BTreeMap<Vec<String>, Ident> = BTreeMap::new();
    edit.expressions(&mut |expr, names, whole| {
        let Some(full) = outside(expr, names) else { return };
        let (Expr::Call(call), Some((last, outer))) = (expr, full.split_last()) else { return };
        let upper = |name: &String| name.starts_with(|c: char| c.is_uppercase());
        if outer.len() < 2 || !outer.last().is_some_and(upper) {
            return;
        }
        let name = match made.get(outer) {
            Some(name) => name.clone(),
            None => whole.fresh("Kind"),
        };
        made.insert(outer.to_vec(), name.clone());
        let last = ident(last);
        *call.func = parse_quote!(#name::#last);
    });
    for (full, name) in &made {
        let full = path(full);
        edit.items.push(parse_quote!(type #name = #full;));
    }
    made.len()
}

/// `a::B::new(x)` → `<a::B>::new(x)`.
pub fn qualified_self(edit: &mut Edit<'_>) -> usize {
    let mut count = 0;
    edit.expressions(&mut |expr, names, _| {
        let Some(full) = outside(expr, names) else { return };
        let (Expr::Call(call), Some((last, outer))) = (expr, full.split_last()) else { return };
        let upper = |name: &String| name.starts_with(|c: char| c.is_uppercase());
        if outer.len() < 2 || !outer.last().is_some_and(upper) {
            return;
        }
        let (outer, last): (Type, Ident) = (syn::Type::Path(path_type(outer)), ident(last));
        *call.func = parse_quote!(<#outer>::#last);
        count += 1;
    });
    count
}

fn path_type(parts: &[String]) -> syn::TypePath {
    syn::TypePath { attrs: Vec::new(), qself: None, path: path(parts) }
}

/// `extern crate a as n1;` for each crate that is named.
pub fn extern_crate(edit: &mut Edit<'_>) -> usize {
    if seen_from_inside(edit.items) {
        return 0;
    }
    let mut used = BTreeMap::new();
    let mut note = Note { names: &edit.names, found: Vec::new() };
    edit.items.iter_mut().for_each(|item| note.visit_item_mut(item));
    for name in note.found {
        used.entry(name).or_insert_with(|| edit.whole.fresh("outer"));
    }
    if used.is_empty() {
        return 0;
    }
    rename_crates(edit, &used);
    let named = used.iter().map(|(old, new)| {
        let old = ident(old);
        parse_quote!(extern crate #old as #new;)
    });
    let named: Vec<Item> = named.collect();
    edit.items.splice(0..0, named);
    used.len()
}

/// Writes other names for crates wherever a path or an import begins with one.
pub fn rename_crates(edit: &mut Edit<'_>, new: &BTreeMap<String, Ident>) -> usize {
    let own = |name: &String| edit.names.items.contains(name) || edit.names.bound.contains(name);
    let mut new = new.clone();
    new.retain(|name, _| !own(name));
    let trees = edit.items.iter_mut().map(|item| match item {
        Item::Use(import) => super::rename_tree(&mut import.tree, &new),
        _ => 0,
    });
    let trees: usize = trees.sum();
    // An import may have the name of its crate; paths through it are not the crate's.
    new.retain(|name, _| !edit.names.imports.contains_key(name));
    let mut renaming = Rename { new: &new, paths: true, count: 0 };
    for item in edit.items.iter_mut().filter(|item| !matches!(item, Item::Use(_))) {
        renaming.visit_item_mut(item);
    }
    trees + renaming.count
}

struct Note<'n> {
    names: &'n Names,
    found: Vec<String>,
}

impl Note<'_> {
    fn note(&mut self, name: &Ident) {
        let name = name.to_string();
        if self.names.is_crate(&name) && !["std", "core", "alloc"].contains(&name.as_str()) {
            self.found.push(name);
        }
    }
}

impl VisitMut for Note<'_> {
    fn visit_path_mut(&mut self, node: &mut Path) {
        visit_mut::visit_path_mut(self, node);
        if node.segments.len() > 1
            && let Some(first) = node.segments.first()
        {
            self.note(&first.ident.clone());
        }
    }

    fn visit_use_path_mut(&mut self, node: &mut syn::UsePath) {
        self.note(&node.ident.clone());
    }

    fn visit_use_name_mut(&mut self, node: &mut syn::UseName) {
        self.note(&node.ident.clone());
    }

    fn visit_use_rename_mut(&mut self, node: &mut syn::UseRename) {
        self.note(&node.ident.clone());
    }

    fn visit_use_group_mut(&mut self, _: &mut syn::UseGroup) {}
    fn visit_attribute_mut(&mut self, _: &mut syn::Attribute) {}
    fn visit_item_mod_mut(&mut self, _: &mut syn::ItemMod) {}
}
