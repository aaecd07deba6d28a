//! Other places for the same body.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Block, Expr, FnArg, Item, ItemFn, Pat, ReturnType, Signature, Visibility,
    parse_quote,
};

use super::edit::Edit;

/// A function whose body may change.
struct Function<'a> {
    attrs: &'a [Attribute],
    sig: &'a mut Signature,
    block: &'a mut Block,
}

struct Functions<'f>(&'f mut dyn FnMut(Function<'_>));

impl VisitMut for Functions<'_> {
    fn visit_item_fn_mut(&mut self, node: &mut ItemFn) {
        (self.0)(Function { attrs: &node.attrs, sig: &mut node.sig, block: &mut node.block });
    }

    fn visit_impl_item_fn_mut(&mut self, node: &mut syn::ImplItemFn) {
        (self.0)(Function { attrs: &node.attrs, sig: &mut node.sig, block: &mut node.block });
    }

    fn visit_item_mod_mut(&mut self, _: &mut syn::ItemMod) {}
}

/// Replaces the bodies of functions that can be anything but constant.
fn bodies(edit: &mut Edit<'_>, each: &mut dyn FnMut(Function<'_>) -> Option<Block>) -> usize {
    let mut count = 0;
    let mut visit = |function: Function<'_>| {
        let fixed = function.sig.constness.is_some() || function.sig.abi.is_some();
        if fixed || function.block.stmts.is_empty() {
            return;
        }
        let Function { attrs, sig, block } = function;
        if let Some(new) = each(Function { attrs, sig, block: &mut *block }) {
            *block = new;
            count += 1;
        }
    };
    edit.items.iter_mut().for_each(|item| Functions(&mut visit).visit_item_mut(item));
    count
}

fn awaits(block: &mut Block) -> bool {
    struct Found(bool);
    impl VisitMut for Found {
        fn visit_expr_await_mut(&mut self, _: &mut syn::ExprAwait) {
            self.0 = true;
        }
        fn visit_expr_async_mut(&mut self, _: &mut syn::ExprAsync) {}
        fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
            self.0 |= call.tokens.to_string().contains("await");
        }
    }
    let mut found = Found(false);
    visit_mut::visit_block_mut(&mut found, block);
    found.0
}

fn unit(sig: &Signature) -> bool {
    matches!(sig.output, ReturnType::Default)
}

pub fn async_block(edit: &mut Edit<'_>) -> usize {
    let count = bodies(edit, &mut |Function { sig, block, .. }| {
        Some(if sig.asyncness.is_some() {
            parse_quote!({ async move #block.await })
        } else {
            parse_quote!({ tokio::runtime::Runtime::new().unwrap().block_on(async move #block) })
        })
    });
    edit.whole.crates.insert("tokio");
    count
}

/// The names of the parameters, when they are only names.
fn plain(sig: &Signature) -> Option<Vec<Ident>> {
    let names = sig.inputs.iter().map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => Some(name.ident.clone()),
            _ => None,
        },
        _ => None,
    });
    names.collect()
}

/// The body becomes an `async fn` of its own, which the old one waits for.
pub fn async_function(edit: &mut Edit<'_>) -> usize {
    let mut made: Vec<Item> = Vec::new();
    let mut old = Vec::new();
    for item in edit.items.iter_mut() {
        let Item::Fn(function) = item else { continue };
        let Some(args) = plain(&function.sig) else { continue };
        if function.sig.constness.is_some() || function.sig.abi.is_some() {
            continue;
        }
        let name = edit.whole.fresh("later");
        let mut sig = function.sig.clone();
        sig.ident = name.clone();
        sig.asyncness = Some(Default::default());
        let block = &function.block;
        made.push(parse_quote!(#sig #block));
        *function.block = if function.sig.asyncness.is_some() {
            parse_quote!({ #name(#(#args),*).await })
        } else {
            parse_quote!({ tokio::runtime::Runtime::new().unwrap().block_on(#name(#(#args),*)) })
        };
        old.push(name);
    }
    edit.items.extend(made);
    edit.whole.crates.insert("tokio");
    old.len()
}

pub fn thread(edit: &mut Edit<'_>) -> usize {
    bodies(edit, &mut |Function { sig, block, .. }| {
        if awaits(block) {
            return None;
        }
        Some(if unit(sig) {
            parse_quote!({ std::thread::spawn(move || #block); })
        } else {
            parse_quote!({ std::thread::spawn(move || #block).join().unwrap() })
        })
    })
}

pub fn closure(edit: &mut Edit<'_>) -> usize {
    bodies(edit, &mut |Function { block, .. }| {
        if awaits(block) {
            return None;
        }
        Some(parse_quote!({ let work = move || #block; work() }))
    })
}

/// The body stands in a macro of its own, defined inside of the function.
pub fn macro_for_body(edit: &mut Edit<'_>) -> usize {
    bodies(edit, &mut |Function { block, .. }| {
        Some(parse_quote!({
            macro_rules! body { () => { #block }; }
            body!()
        }))
    })
}

/// A free function's body becomes a trait's method, called through `dyn`.
pub fn trait_object(edit: &mut Edit<'_>) -> usize {
    let mut made: Vec<Item> = Vec::new();
    let mut count = 0;
    for item in edit.items.iter_mut() {
        let Item::Fn(function) = item else { continue };
        let Some(args) = plain(&function.sig) else { continue };
        let sig = &function.sig;
        let fixed = sig.constness.is_some() || sig.abi.is_some() || sig.asyncness.is_some();
        let written = sig.inputs.to_token_stream().to_string().contains("impl ");
        if fixed || written || !sig.generics.params.is_empty() || awaits(&mut function.block) {
            continue;
        }
        let (role, kind) = (edit.whole.fresh("Role"), edit.whole.fresh("Actor"));
        let (inputs, output, safety, block) =
            (&sig.inputs, &sig.output, &sig.safety, &function.block);
        made.push(parse_quote!(trait #role { #safety fn act(&self, #inputs) #output; }));
        made.push(parse_quote!(struct #kind;));
        made.push(parse_quote! {
            impl #role for #kind { #safety fn act(&self, #inputs) #output #block }
        });
        *function.block = parse_quote!({
            let actor: Box<dyn #role> = Box::new(#kind);
            actor.act(#(#args),*)
        });
        count += 1;
    }
    edit.items.extend(made);
    count
}

/// A free function becomes a method of a type that is handed around generically.
pub fn generic_trait(edit: &mut Edit<'_>) -> usize {
    let mut made: Vec<Item> = Vec::new();
    let mut count = 0;
    for item in edit.items.iter_mut() {
        let Item::Fn(function) = item else { continue };
        if plain(&function.sig).is_none_or(|args| !args.is_empty()) {
            continue;
        }
        let sig = &function.sig;
        let fixed = sig.constness.is_some() || sig.abi.is_some() || sig.asyncness.is_some();
        if fixed || awaits(&mut function.block) {
            continue;
        }
        let (role, kind, run) =
            (edit.whole.fresh("Work"), edit.whole.fresh("Worker"), edit.whole.fresh("run"));
        let (output, block, safety) = (&sig.output, &function.block, &sig.safety);
        made.push(parse_quote!(trait #role { #safety fn work(&self) #output; }));
        made.push(parse_quote!(struct #kind;));
        made.push(parse_quote!(impl #role for #kind { #safety fn work(&self) #output #block }));
        made.push(parse_quote!(#safety fn #run<W: #role>(worker: &W) #output { worker.work() }));
        *function.block = parse_quote!({ #run(&#kind) });
        count += 1;
    }
    edit.items.extend(made);
    count
}

/// Takes the free functions out of a module and leaves names for them.
fn moved(edit: &mut Edit<'_>, module: &Ident) -> Vec<Item> {
    let mut taken: Vec<Item> = Vec::new();
    for item in edit.items.iter_mut() {
        let Item::Fn(function) = item else { continue };
        let attributed = function.attrs.iter().any(|attr| !attr.path().is_ident("doc"));
        let main = function.sig.ident == "main";
        if attributed || (main && function.sig.asyncness.is_some()) {
            continue;
        }
        let mut inner = function.clone();
        inner.vis = Visibility::Public(Default::default());
        let name = function.sig.ident.clone();
        if main {
            let new = edit.whole.fresh("start");
            inner.sig.ident = new.clone();
            *function.block = parse_quote!({ #module::#new() });
        } else {
            let vis = &function.vis;
            *item = parse_quote!(#vis use self::#module::#name;);
        }
        taken.push(Item::Fn(inner));
    }
    taken
}

/// Free functions go to `mod inner { … }`.
pub fn inline_module(edit: &mut Edit<'_>) -> usize {
    let module = edit.whole.fresh("inner");
    let taken = moved(edit, &module);
    if !taken.is_empty() {
        edit.items.push(parse_quote!(mod #module { use super::*; #(#taken)* }));
    }
    taken.len()
}

/// Free functions go to a file of their own.
pub fn file_module(edit: &mut Edit<'_>) -> usize {
    let Some(folder) = edit.beside.clone() else { return 0 };
    let module = edit.whole.fresh("other");
    let mut taken = moved(edit, &module);
    let count = taken.len();
    if count > 0 {
        taken.insert(
            0,
            parse_quote!(
                use super::*;
            ),
        );
        let file = syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items: taken };
        let path = format!("{folder}{module}.rs");
        edit.whole.files.insert(path, prettyplease::unparse(&file));
        edit.items.push(parse_quote!(mod #module;));
    }
    count
}

/// Each statement of a body stands in a block of its own kind: `if true`, `match` and `loop`.
pub fn branches(edit: &mut Edit<'_>) -> usize {
    bodies(edit, &mut |Function { block, .. }| {
        let inner: Expr = parse_quote!(#block);
        Some(parse_quote!({ match std::hint::black_box(1) { 1 => #inner, _ => unreachable!() } }))
    })
}
