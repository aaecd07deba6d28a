//! What the rewrites share: the names of a module, and visits to its expressions and blocks.
//!
//! A rewrite sees one module at a time, because an alias or a helper is good for one module
//! only. Inline modules inside of it are visited on their own.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Item, Pat, Path, Stmt, Token, UseTree};

/// One module while it is rewritten.
pub struct Edit<'a> {
    pub items: &'a mut Vec<Item>,
    pub names: Names,
    /// Where new files for modules of this one would lie, if that can be said.
    pub beside: Option<String>,
    pub whole: &'a mut Whole,
}

/// What a rewrite changes outside of the module.
#[derive(Default)]
pub struct Whole {
    fresh: usize,
    /// New files by path.
    pub files: BTreeMap<String, String>,
    /// Crates that the package has to name.
    pub crates: BTreeSet<&'static str>,
    /// Whether the manifests give other names to crates.
    pub renames: bool,
}

impl Whole {
    /// With names that begin above a number.
    pub fn starting_at(number: usize) -> Self {
        Self { fresh: number, ..Self::default() }
    }

    /// A name that nothing else has.
    pub fn fresh(&mut self, start: &str) -> Ident {
        self.fresh += 1;
        Ident::new(&format!("{start}{}", self.fresh), Span::call_site())
    }
}

/// What the names in a module stand for.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Crates that can be named.
    pub crates: BTreeSet<String>,
    /// Imports: the name and the path behind it.
    pub imports: BTreeMap<String, Vec<String>>,
    /// Items of the module.
    pub items: BTreeSet<String>,
    /// Whatever a pattern, a parameter or a generic binds.
    pub bound: BTreeSet<String>,
}

impl Names {
    pub fn of(items: &mut [Item], crates: &BTreeSet<String>) -> Self {
        let mut names = Self { crates: crates.clone(), ..Self::default() };
        for item in items.iter_mut() {
            if let Some(name) = item_name(item) {
                names.items.insert(name.to_string());
            }
            Collect(&mut names).visit_item_mut(item);
        }
        names
    }

    /// The full path of something that lies outside of the package.
    pub fn external(&self, path: &Path) -> Option<Vec<String>> {
        let parts: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let first = parts.first()?;
        let full = match self.imports.get(first) {
            _ if parts.len() == 1 && self.bound.contains(first) => return None,
            Some(full) if path.leading_colon.is_none() => {
                full.iter().chain(&parts[1..]).cloned().collect()
            }
            _ => parts,
        };
        (full.len() > 1 && self.is_crate(&full[0])).then_some(full)
    }

    pub fn is_crate(&self, name: &str) -> bool {
        self.crates.contains(name) && !self.items.contains(name)
    }
}

struct Collect<'n>(&'n mut Names);

impl VisitMut for Collect<'_> {
    fn visit_item_use_mut(&mut self, node: &mut syn::ItemUse) {
        for leaf in leaves(&node.tree) {
            if let Some(name) = leaf.name {
                self.0.imports.insert(name, leaf.path);
            }
        }
    }

    fn visit_pat_ident_mut(&mut self, node: &mut syn::PatIdent) {
        self.0.bound.insert(node.ident.to_string());
        visit_mut::visit_pat_ident_mut(self, node);
    }

    fn visit_type_param_mut(&mut self, node: &mut syn::TypeParam) {
        self.0.bound.insert(node.ident.to_string());
    }

    fn visit_item_mod_mut(&mut self, _: &mut syn::ItemMod) {}
}

/// One import of a `use`.
#[derive(Debug, Clone)]
pub struct Leaf {
    pub path: Vec<String>,
    /// The name that it gets; none for a glob and for `as _`.
    pub name: Option<String>,
    pub glob: bool,
}

/// The imports of a tree. `self` at the end of a path is left out of it.
pub fn leaves(tree: &UseTree) -> Vec<Leaf> {
    let mut found = Vec::new();
    let mut open: Vec<(Vec<String>, &UseTree)> = vec![(Vec::new(), tree)];
    while let Some((mut path, tree)) = open.pop() {
        let name = match tree {
            UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                open.push((path, &inner.tree));
                continue;
            }
            UseTree::Group(group) => {
                open.extend(group.items.iter().rev().map(|item| (path.clone(), item)));
                continue;
            }
            UseTree::Glob(_) => {
                found.push(Leaf { path, name: None, glob: true });
                continue;
            }
            UseTree::Name(inner) => {
                path.push(inner.ident.to_string());
                None
            }
            UseTree::Rename(inner) => {
                path.push(inner.ident.to_string());
                Some(inner.rename.to_string())
            }
        };
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let name = name.or_else(|| path.last().cloned()).filter(|name| name != "_");
        found.push(Leaf { path, name, glob: false });
    }
    found
}

pub fn item_name(item: &Item) -> Option<&Ident> {
    Some(match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Mod(item) => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    })
}

/// Visits every expression of a module after those inside of it. Patterns, types, attributes
/// and the definitions of macros are left alone; the arguments of macro calls are visited
/// where they are expressions.
pub struct Exprs<'f> {
    pub each: &'f mut dyn FnMut(&mut Expr),
    /// Whether constants and statics are visited.
    pub constants: bool,
    /// Whether blocks inside are visited.
    pub blocks: bool,
    /// Whether the arguments of macros are visited.
    pub macros: bool,
}

impl<'f> Exprs<'f> {
    pub fn new(each: &'f mut dyn FnMut(&mut Expr)) -> Self {
        Self { each, constants: false, blocks: true, macros: true }
    }
}

impl VisitMut for Exprs<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        (self.each)(expr);
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        if self.blocks {
            visit_mut::visit_block_mut(self, block);
        }
    }

    fn visit_item_const_mut(&mut self, item: &mut syn::ItemConst) {
        if self.constants {
            visit_mut::visit_item_const_mut(self, item);
        }
    }

    fn visit_item_static_mut(&mut self, item: &mut syn::ItemStatic) {
        if self.constants {
            visit_mut::visit_item_static_mut(self, item);
        }
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        type Args = Punctuated<Expr, Token![,]>;
        if self.macros
            && let Ok(mut args) = call.parse_body_with(Args::parse_terminated)
        {
            args.iter_mut().for_each(|arg| self.visit_expr_mut(arg));
            call.tokens = args.to_token_stream();
        }
    }

    fn visit_impl_item_const_mut(&mut self, _: &mut syn::ImplItemConst) {}
    fn visit_pat_mut(&mut self, _: &mut Pat) {}
    fn visit_type_mut(&mut self, _: &mut syn::Type) {}
    fn visit_attribute_mut(&mut self, _: &mut syn::Attribute) {}
    fn visit_item_macro_mut(&mut self, _: &mut syn::ItemMacro) {}
    fn visit_item_mod_mut(&mut self, _: &mut syn::ItemMod) {}
}

/// Visits every block of a module's functions after those inside of it.
pub struct Blocks<'f>(pub &'f mut dyn FnMut(&mut Block));

impl VisitMut for Blocks<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        visit_mut::visit_block_mut(self, block);
        (self.0)(block);
    }

    fn visit_item_const_mut(&mut self, _: &mut syn::ItemConst) {}
    fn visit_item_static_mut(&mut self, _: &mut syn::ItemStatic) {}
    fn visit_item_mod_mut(&mut self, _: &mut syn::ItemMod) {}
}

impl Edit<'_> {
    pub fn expressions(&mut self, each: &mut dyn FnMut(&mut Expr, &Names, &mut Whole)) {
        let (names, whole) = (&self.names, &mut *self.whole);
        let mut visit = |expr: &mut Expr| each(expr, names, whole);
        for item in self.items.iter_mut() {
            Exprs::new(&mut visit).visit_item_mut(item);
        }
    }

    pub fn blocks(&mut self, each: &mut dyn FnMut(&mut Block, &Names, &mut Whole)) {
        let (names, whole) = (&self.names, &mut *self.whole);
        let mut visit = |block: &mut Block| each(block, names, whole);
        for item in self.items.iter_mut() {
            Blocks(&mut visit).visit_item_mut(item);
        }
    }

    /// Visits expressions that can have statements put before the statement they are in.
    pub fn hoisting(
        &mut self,
        each: &mut dyn FnMut(&mut Expr, &Names, &mut Whole) -> Vec<Stmt>,
    ) -> usize {
        let mut count = 0;
        self.blocks(&mut |block, names, whole| {
            let mut stmts = Vec::with_capacity(block.stmts.len());
            for mut stmt in std::mem::take(&mut block.stmts) {
                let mut before = Vec::new();
                let mut visit = |expr: &mut Expr| before.extend(each(expr, names, whole));
                let mut visitor = Exprs::new(&mut visit);
                visitor.blocks = false;
                if !matches!(stmt, Stmt::Item(_)) {
                    visitor.visit_stmt_mut(&mut stmt);
                }
                count += usize::from(!before.is_empty());
                stmts.append(&mut before);
                stmts.push(stmt);
            }
            block.stmts = stmts;
        });
        count
    }
}

/// The path of a call to something outside of the package.
pub fn outside(expr: &Expr, names: &Names) -> Option<Vec<String>> {
    let Expr::Call(call) = expr else { return None };
    let Expr::Path(func) = &*call.func else { return None };
    if func.qself.is_some() {
        return None;
    }
    let full = names.external(&func.path)?;
    // A capital letter at the end is a constructor or a variant, which is no function.
    full.last()?.starts_with(|c: char| c.is_lowercase()).then_some(full)
}

/// Gives another name to what a macro's tokens mention; `paths` for names before `::` only.
pub fn rename_tokens(
    tokens: TokenStream,
    paths: bool,
    new: &dyn Fn(&str) -> Option<Ident>,
) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let punct = |at: usize, c: char| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == c);
    let mut out = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        out.push(match token {
            TokenTree::Ident(ident) => {
                let field = at > 0 && punct(at - 1, '.');
                let inner = at > 1 && punct(at - 1, ':') && punct(at - 2, ':');
                let outer = punct(at + 1, ':') && punct(at + 2, ':');
                let renamed = new(&ident.to_string());
                let renamed = renamed.filter(|_| !field && !inner && (outer || !paths));
                TokenTree::Ident(renamed.unwrap_or_else(|| ident.clone()))
            }
            TokenTree::Group(group) => {
                let stream = rename_tokens(group.stream(), paths, new);
                TokenTree::Group(proc_macro2::Group::new(group.delimiter(), stream))
            }
            other => other.clone(),
        });
    }
    out.into_iter().collect()
}

pub fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// A path from its parts.
pub fn path(parts: &[String]) -> Path {
    let idents = parts.iter().map(|part| syn::PathSegment::from(ident(part)));
    Path { leading_colon: None, segments: idents.collect() }
}
