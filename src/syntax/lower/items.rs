//! Items and attributes.

use quote::ToTokens;
use syn::{FnArg, ForeignItem, ImplItem, Meta, ReceiverKind, TraitItem, Visibility};

use super::types::shortened;
use super::{Lowerer, close, name, sp};
use crate::ir::*;
use crate::span::Span;

impl Lowerer {
    pub(super) fn items(&mut self, items: &[syn::Item]) -> Vec<ItemId> {
        let mut ids = Vec::new();
        for item in items {
            self.any_item(item, &mut ids);
        }
        ids
    }

    fn any_item(&mut self, item: &syn::Item, ids: &mut Vec<ItemId>) {
        match item {
            syn::Item::Fn(f) => {
                let head = Head::new(&f.attrs, Some(&f.vis), sp(f.sig.fn_token.span), &f.sig.ident);
                let head = head.from(signature_start(&f.sig));
                ids.push(self.function(head, &f.sig, Some(&f.block)));
            }
            syn::Item::Mod(m) => ids.push(self.module(m)),
            syn::Item::Use(u) => {
                let mut leaves = Vec::new();
                let global = u.leading_colon.is_some();
                use_leaves(&u.tree, global, &mut Vec::new(), &mut leaves);
                let head = Head::nameless(&u.attrs, Some(&u.vis), sp(u.use_token.span));
                ids.push(self.finish(head, sp(u.semi_token.spans[0]), |_| ItemKind::Use(leaves)));
            }
            syn::Item::ExternCrate(e) => {
                let alias = e.rename.as_ref().map_or(&e.ident, |(_, alias)| alias);
                let head = Head::new(&e.attrs, Some(&e.vis), sp(e.extern_token.span), alias);
                let original = name(&e.ident);
                ids.push(self.finish(head, sp(e.semi_token.spans[0]), |_| ItemKind::ExternCrate {
                    original,
                }));
            }
            syn::Item::Const(c) => {
                let head = Head::new(&c.attrs, Some(&c.vis), sp(c.const_token.span), &c.ident);
                ids.push(self.constant(head, &c.ty, Some(&c.expr), sp(c.semi_token.spans[0])));
            }
            syn::Item::Static(s) => {
                let head = Head::new(&s.attrs, Some(&s.vis), sp(s.static_token.span), &s.ident);
                let id = self.constant(head, &s.ty, Some(&s.expr), sp(s.semi_token.spans[0]));
                let written = matches!(s.mutability, syn::StaticMutability::Mut(_));
                if let ItemKind::Constant { mutable, .. } = &mut self.ir.items[id.0 as usize].kind {
                    *mutable = written;
                }
                ids.push(id);
            }
            syn::Item::Struct(s) => {
                let head = Head::new(&s.attrs, Some(&s.vis), sp(s.struct_token.span), &s.ident);
                let end = fields_end(&s.fields).unwrap_or(sp(s.ident.span()));
                ids.push(
                    self.finish(head, end, |this| ItemKind::Struct {
                        fields: this.fields(&s.fields),
                    }),
                );
            }
            syn::Item::Union(u) => {
                let head = Head::new(&u.attrs, Some(&u.vis), sp(u.union_token.span), &u.ident);
                let fields = syn::Fields::Named(u.fields.clone());
                let end = fields_end(&fields).unwrap_or(sp(u.ident.span()));
                ids.push(
                    self.finish(head, end, |this| ItemKind::Struct {
                        fields: this.fields(&fields),
                    }),
                );
            }
            syn::Item::Enum(e) => {
                let head = Head::new(&e.attrs, Some(&e.vis), sp(e.enum_token.span), &e.ident);
                ids.push(self.finish(head, close(e.brace_token.span), |this| {
                    let variants = e.variants.iter().map(|variant| Variant {
                        name: name(&variant.ident),
                        fields: this.fields(&variant.fields),
                    });
                    ItemKind::Enum { variants: variants.collect() }
                }));
            }
            syn::Item::Impl(i) => ids.push(self.implementation(i)),
            syn::Item::Trait(t) => ids.push(self.trait_item(t)),
            syn::Item::Type(t) => {
                let head = Head::new(&t.attrs, Some(&t.vis), sp(t.type_token.span), &t.ident);
                ids.push(self.finish(head, sp(t.semi_token.spans[0]), |this| {
                    ItemKind::Alias(this.ty(&t.ty))
                }));
            }
            syn::Item::ForeignMod(f) => self.foreign_module(f, ids),
            syn::Item::Macro(m) => self.macro_item(&m.attrs, m.ident.as_ref(), &m.mac, ids),
            syn::Item::Verbatim(tokens) => ids.push(self.token_item(tokens.clone())),
            _ => {}
        }
    }

    /// Builds the item with `kind`, test-only when its attributes say so.
    fn finish(
        &mut self,
        head: Head<'_>,
        end: Span,
        kind: impl FnOnce(&mut Self) -> ItemKind,
    ) -> ItemId {
        let attrs = self.attrs(head.attrs);
        let outer = self.test;
        self.test |= attrs.iter().any(only_in_tests);
        let kind = kind(self);
        let test = std::mem::replace(&mut self.test, outer);
        let Head { name, name_span, start, public, .. } = head;
        self.item(Item { name, name_span, span: start.to(end), public, attrs, test, kind })
    }

    fn module(&mut self, module: &syn::ItemMod) -> ItemId {
        let head =
            Head::new(&module.attrs, Some(&module.vis), sp(module.mod_token.span), &module.ident);
        let end = match (&module.content, &module.semi) {
            (Some((brace, _)), _) => close(brace.span),
            (None, Some(semi)) => sp(semi.spans[0]),
            (None, None) => sp(module.ident.span()),
        };
        let macros = self.macros.len();
        let id = self.finish(head, end, |this| ItemKind::Module {
            items: module.content.as_ref().map(|(_, items)| this.items(items)),
            paths: module.attrs.iter().flat_map(path_values).collect(),
        });
        // What a module defines ends with it, unless it says otherwise.
        if !module.attrs.iter().any(|attr| attr.path().is_ident("macro_use")) {
            self.macros.truncate(macros);
        }
        id
    }

    fn function(
        &mut self,
        head: Head<'_>,
        signature: &syn::Signature,
        block: Option<&syn::Block>,
    ) -> ItemId {
        let end = block.map_or(close(signature.paren_token.span), |b| close(b.brace_token.span));
        self.finish(head, end, |this| {
            let generics = this.generics(&signature.generics);
            let params = signature.inputs.iter().filter_map(|input| match input {
                FnArg::Typed(typed) => Some(this.ty(&typed.ty)),
                FnArg::Receiver(_) => None,
            });
            let params = params.collect();
            let output = this.output(&signature.output);
            let body = block.map(|block| {
                this.in_body(|this| {
                    for input in &signature.inputs {
                        this.parameter(input);
                    }
                    Some(this.block(block, false))
                })
            });
            let abi = signature.abi.as_ref().map(abi);
            let receiver = matches!(signature.inputs.first(), Some(FnArg::Receiver(_)));
            ItemKind::Function(Box::new(Function {
                receiver,
                params,
                output,
                generics,
                body,
                foreign: false,
                abi,
            }))
        })
    }

    fn parameter(&mut self, input: &FnArg) {
        let mark = self.mark();
        let (pattern, ty, span) = match input {
            FnArg::Typed(typed) => {
                let (pattern, _) = self.pattern(&typed.pat);
                let ty = self.ty(&typed.ty);
                let mut span = sp(typed.colon_token.spans[0]);
                pattern.locals(&mut |local| {
                    span = span.to(self.body.locals[local.0 as usize].span);
                });
                (pattern, ty, span)
            }
            FnArg::Receiver(receiver) => {
                let span = sp(receiver.self_token.span);
                let mutable = receiver.mutability.is_some()
                    || matches!(receiver.kind, ReceiverKind::Reference(_, _, Some(_)));
                let local = self.bind(Name::new("self"), span, mutable);
                let ty = Type::Path(single("Self", span));
                (Pattern::Bind { local, sub: None }, ty, span)
            }
        };
        let origin = BindOrigin::Parameter;
        let id =
            self.push(mark, ExprKind::Bind { pattern, value: None, ty: Some(ty), origin }, span);
        self.body.params.push(id);
    }

    pub(super) fn constant(
        &mut self,
        head: Head<'_>,
        ty: &syn::Type,
        value: Option<&syn::Expr>,
        end: Span,
    ) -> ItemId {
        self.finish(head, end, |this| ItemKind::Constant {
            mutable: false,
            ty: this.ty(ty),
            body: value.map(|value| this.in_body(|this| Some(this.expr(value)))),
        })
    }

    fn implementation(&mut self, i: &syn::ItemImpl) -> ItemId {
        let head = Head::nameless(&i.attrs, None, sp(i.impl_token.span));
        self.finish(head, close(i.brace_token.span), |this| ItemKind::Impl {
            self_type: this.ty(&i.self_ty),
            trait_: i.trait_.as_ref().map(|(path, _)| this.path(None, path)),
            generics: this.generics(&i.generics),
            items: this.impl_items(&i.items),
        })
    }

    fn impl_items(&mut self, items: &[ImplItem]) -> Vec<ItemId> {
        let mut ids = Vec::new();
        for item in items {
            match item {
                ImplItem::Fn(f) => {
                    let head =
                        Head::new(&f.attrs, Some(&f.vis), sp(f.sig.fn_token.span), &f.sig.ident);
                    let head = head.from(signature_start(&f.sig));
                    ids.push(self.function(head, &f.sig, Some(&f.block)));
                }
                ImplItem::Const(c) => {
                    let head = Head::new(&c.attrs, Some(&c.vis), sp(c.const_token.span), &c.ident);
                    ids.push(self.constant(head, &c.ty, Some(&c.expr), sp(c.semi_token.spans[0])));
                }
                ImplItem::Type(t) => {
                    let head = Head::new(&t.attrs, Some(&t.vis), sp(t.type_token.span), &t.ident);
                    ids.push(self.finish(head, sp(t.semi_token.spans[0]), |this| {
                        ItemKind::Alias(this.ty(&t.ty))
                    }));
                }
                ImplItem::Macro(m) => self.macro_item(&m.attrs, None, &m.mac, &mut ids),
                ImplItem::Verbatim(tokens) => ids.push(self.token_item(tokens.clone())),
                _ => {}
            }
        }
        ids
    }

    fn trait_item(&mut self, t: &syn::ItemTrait) -> ItemId {
        let head = Head::new(&t.attrs, Some(&t.vis), sp(t.trait_token.span), &t.ident);
        self.finish(head, close(t.brace_token.span), |this| {
            let mut ids = Vec::new();
            for item in &t.items {
                match item {
                    TraitItem::Fn(f) => {
                        let head = Head::new(&f.attrs, None, sp(f.sig.fn_token.span), &f.sig.ident);
                        let head = head.from(signature_start(&f.sig));
                        ids.push(this.function(head, &f.sig, f.default.as_ref()));
                    }
                    TraitItem::Const(c) => {
                        let head = Head::new(&c.attrs, None, sp(c.const_token.span), &c.ident);
                        let value = c.default.as_ref().map(|(_, value)| value);
                        ids.push(this.constant(head, &c.ty, value, sp(c.semi_token.spans[0])));
                    }
                    TraitItem::Macro(m) => this.macro_item(&m.attrs, None, &m.mac, &mut ids),
                    TraitItem::Verbatim(tokens) => ids.push(this.token_item(tokens.clone())),
                    _ => {}
                }
            }
            ItemKind::Trait { items: ids }
        })
    }

    /// Foreign functions stand beside the items of the module: that is where they are named.
    fn foreign_module(&mut self, f: &syn::ItemForeignMod, ids: &mut Vec<ItemId>) {
        let abi = Some(abi(&f.abi));
        let block = self.attrs(&f.attrs);
        for item in &f.items {
            match item {
                ForeignItem::Fn(function) => {
                    let sig = &function.sig;
                    let head = Head::new(
                        &function.attrs,
                        Some(&function.vis),
                        sp(sig.fn_token.span),
                        &sig.ident,
                    );
                    let id = self.function(head, sig, None);
                    let lowered = &mut self.ir.items[id.0 as usize];
                    lowered.attrs.extend(block.iter().cloned());
                    if let ItemKind::Function(function) = &mut lowered.kind {
                        function.foreign = true;
                        function.abi.clone_from(&abi);
                    }
                    ids.push(id);
                }
                ForeignItem::Static(s) => {
                    let head = Head::new(&s.attrs, Some(&s.vis), sp(s.static_token.span), &s.ident);
                    ids.push(self.constant(head, &s.ty, None, sp(s.semi_token.spans[0])));
                }
                ForeignItem::Macro(m) => self.macro_item(&m.attrs, None, &m.mac, ids),
                ForeignItem::Verbatim(tokens) => ids.push(self.token_item(tokens.clone())),
                _ => {}
            }
        }
    }

    fn fields(&mut self, fields: &syn::Fields) -> Vec<Field> {
        let named = fields.iter().enumerate().map(|(index, field)| Field {
            name: field.ident.as_ref().map_or_else(|| Name::new(index.to_string()), name),
            ty: self.ty(&field.ty),
            attrs: self.attrs(&field.attrs),
        });
        named.collect()
    }

    pub(super) fn attrs(&mut self, attrs: &[syn::Attribute]) -> Vec<Attr> {
        let mut found = Vec::new();
        for attr in attrs {
            let span = sp(attr.pound_token.spans[0]).to(close(attr.bracket_token.span));
            self.meta(&attr.meta, span, &mut found);
        }
        found
    }

    /// An attribute, and for `cfg_attr` and `unsafe(..)` also those that stand inside.
    fn meta(&mut self, meta: &Meta, span: Span, found: &mut Vec<Attr>) {
        let path = self.path(None, meta.path());
        if path.single().is_some_and(|name| name == "doc") {
            return;
        }
        let value = match meta {
            Meta::NameValue(pair) => text_value(&pair.value),
            _ => None,
        };
        let list = match meta {
            Meta::List(list) => shortened(&list.tokens),
            _ => String::new(),
        };
        let wraps = path.single().is_some_and(|name| name == "cfg_attr" || name == "unsafe");
        found.push(Attr { path, value, list, span });
        if let Meta::List(list) = meta
            && wraps
        {
            for inner in nested(list) {
                self.meta(&inner, span, found);
            }
        }
    }
}

/// What every item has in front.
pub(super) struct Head<'a> {
    attrs: &'a [syn::Attribute],
    name: Name,
    name_span: Span,
    start: Span,
    public: bool,
}

impl<'a> Head<'a> {
    pub(super) fn new(
        attrs: &'a [syn::Attribute],
        vis: Option<&Visibility>,
        keyword: Span,
        ident: &syn::Ident,
    ) -> Self {
        let head = Self::nameless(attrs, vis, keyword);
        Self { name: name(ident), name_span: sp(ident.span()), ..head }
    }

    fn nameless(attrs: &'a [syn::Attribute], vis: Option<&Visibility>, keyword: Span) -> Self {
        let mut start = keyword;
        match vis {
            Some(Visibility::Public(token)) => start = start.to(sp(token.span)),
            Some(Visibility::Restricted(restricted)) => {
                start = start.to(sp(restricted.pub_token.span))
            }
            Some(Visibility::Inherited) | None => {}
        }
        let outer = attrs.iter().find(|attr| matches!(attr.style, syn::AttrStyle::Outer));
        if let Some(first) = outer {
            start = start.to(sp(first.pound_token.spans[0]));
        }
        let public = matches!(vis, Some(Visibility::Public(_)));
        Self { attrs, name: Name::default(), name_span: keyword, start, public }
    }

    /// The item begins no later than at `span` (`unsafe`, `async`, ... before the keyword).
    fn from(self, span: Span) -> Self {
        Self { start: self.start.to(span), ..self }
    }
}

fn signature_start(signature: &syn::Signature) -> Span {
    let mut start = sp(signature.fn_token.span);
    let words = [
        signature.constness.as_ref().map(|token| token.span),
        signature.asyncness.as_ref().map(|token| token.span),
        signature.abi.as_ref().map(|abi| abi.extern_token.span),
    ];
    for word in words.into_iter().flatten() {
        start = start.to(sp(word));
    }
    if let syn::Safety::Unsafe(token) = &signature.safety {
        start = start.to(sp(token.span));
    }
    start
}

fn abi(abi: &syn::Abi) -> String {
    abi.name.as_ref().map_or_else(|| "C".to_owned(), syn::LitStr::value)
}

fn fields_end(fields: &syn::Fields) -> Option<Span> {
    match fields {
        syn::Fields::Named(named) => Some(close(named.brace_token.span)),
        syn::Fields::Unnamed(unnamed) => Some(close(unnamed.paren_token.span)),
        syn::Fields::Unit => None,
    }
}

fn use_leaves(
    tree: &syn::UseTree,
    global: bool,
    prefix: &mut Vec<Segment>,
    leaves: &mut Vec<UseLeaf>,
) {
    let mut leaf = |name: Option<Name>, alias: Option<Name>, span: Span| {
        let mut segments = prefix.clone();
        segments.extend(name.map(|name| Segment { name, args: Vec::new() }));
        let path = Path { self_type: None, as_trait: None, global, segments, span };
        leaves.push(UseLeaf { path, alias });
    };
    match tree {
        syn::UseTree::Path(path) => {
            prefix.push(Segment { name: name(&path.ident), args: Vec::new() });
            use_leaves(&path.tree, global, prefix, leaves);
            prefix.pop();
        }
        // `use a::b::{self}` names `b`.
        syn::UseTree::Name(n) if n.ident == "self" && !prefix.is_empty() => {
            let alias = prefix.last().map(|segment| segment.name.clone());
            leaf(None, alias, sp(n.ident.span()));
        }
        syn::UseTree::Name(n) => {
            leaf(Some(name(&n.ident)), Some(name(&n.ident)), sp(n.ident.span()));
        }
        syn::UseTree::Rename(r) => {
            let original = (r.ident != "self" || prefix.is_empty()).then(|| name(&r.ident));
            leaf(original, Some(name(&r.rename)), sp(r.ident.span()).to(sp(r.rename.span())));
        }
        syn::UseTree::Glob(glob) => leaf(None, None, sp(glob.star_token.spans[0])),
        syn::UseTree::Group(group) => {
            for item in &group.items {
                use_leaves(item, global, prefix, leaves);
            }
        }
    }
}

/// The metas inside of `name(a, b = "c", d(e))`; those that are none are passed over.
fn nested(list: &syn::MetaList) -> Vec<Meta> {
    let parser = syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated;
    list.parse_args_with(parser).map(|metas| metas.into_iter().collect()).unwrap_or_default()
}

/// The paths that `#[path]` and `#[cfg_attr(.., path = "..")]` give.
fn path_values(attr: &syn::Attribute) -> Vec<String> {
    fn collect(meta: &Meta, paths: &mut Vec<String>) {
        match meta {
            Meta::NameValue(pair) if pair.path.is_ident("path") => {
                paths.extend(text_value(&pair.value));
            }
            Meta::List(list) if list.path.is_ident("cfg_attr") => {
                nested(list).iter().for_each(|inner| collect(inner, paths));
            }
            _ => {}
        }
    }
    let mut paths = Vec::new();
    collect(&attr.meta, &mut paths);
    paths
}

fn text_value(expr: &syn::Expr) -> Option<String> {
    match expr {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        syn::Expr::Group(group) => text_value(&group.expr),
        syn::Expr::Macro(_) => Some(shortened(&expr.to_token_stream())),
        _ => None,
    }
}

/// `#[cfg(test)]`, `#[test]` and their kin.
pub(super) fn only_in_tests(attr: &Attr) -> bool {
    match attr.path.last().map(|segment| segment.name.as_str()) {
        Some("test" | "bench" | "test_case" | "rstest" | "wasm_bindgen_test" | "quickcheck") => {
            true
        }
        Some("cfg") => {
            // `not(test)` is the opposite; `any(test, ..)` may be shipped.
            let words = attr.list.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
            words.contains(&"test") && !words.contains(&"not") && !words.contains(&"any")
        }
        _ => false,
    }
}

pub(super) fn single(text: &str, span: Span) -> Path {
    let segments = vec![Segment { name: Name::new(text), args: Vec::new() }];
    Path { self_type: None, as_trait: None, global: false, segments, span }
}
