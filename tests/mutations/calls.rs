//! Other ways to the same call.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Expr, ExprCall, FnArg, Item, Lit, Stmt, Type, parse_quote};

use super::edit::{Edit, outside};

/// What stands for the arguments of a call: one name for each.
fn parameters(call: &ExprCall) -> Vec<Ident> {
    (0..call.args.len()).map(|at| super::edit::ident(&format!("a{at}"))).collect()
}

/// `path::f(x)` → `let f1 = |a0| path::f(a0);` and `f1(x)`.
pub fn closure(edit: &mut Edit<'_>) -> usize {
    edit.hoisting(&mut |expr, names, whole| {
        if outside(expr, names).is_none() {
            return Vec::new();
        }
        let Expr::Call(call) = expr else { return Vec::new() };
        let (name, params, func) = (whole.fresh("act"), parameters(call), call.func.clone());
        *call.func = parse_quote!(#name);
        vec![parse_quote!(let #name = |#(#params),*| #func(#(#params),*);)]
    })
}

/// `path::f(x)` → `let f1: fn(_) -> _ = path::f;` and `f1(x)`.
pub fn function_pointer(edit: &mut Edit<'_>) -> usize {
    edit.hoisting(&mut |expr, names, whole| {
        if outside(expr, names).is_none() {
            return Vec::new();
        }
        let Expr::Call(call) = expr else { return Vec::new() };
        let (name, func) = (whole.fresh("pointer"), call.func.clone());
        let blanks: Vec<Type> = call.args.iter().map(|_| parse_quote!(_)).collect();
        *call.func = parse_quote!(#name);
        vec![parse_quote!(let #name: fn(#(#blanks),*) -> _ = #func;)]
    })
}

/// `path::f(x)` → `let t1 = [path::f];` and `(t1[0])(x)`.
pub fn function_table(edit: &mut Edit<'_>) -> usize {
    edit.hoisting(&mut |expr, names, whole| {
        if outside(expr, names).is_none() {
            return Vec::new();
        }
        let Expr::Call(call) = expr else { return Vec::new() };
        let (name, func) = (whole.fresh("table"), call.func.clone());
        *call.func = parse_quote!((#name[0]));
        vec![parse_quote!(let #name = [#func];)]
    })
}

/// `path::f(x)` → `apply1(path::f, x)`, which calls what it is given.
pub fn handed_function(edit: &mut Edit<'_>) -> usize {
    let mut made = Vec::new();
    edit.expressions(&mut |expr, names, whole| {
        if outside(expr, names).is_none() {
            return;
        }
        let Expr::Call(call) = expr else { return };
        let (name, params, func) = (whole.fresh("apply"), parameters(call), call.func.clone());
        let kinds: Vec<Ident> =
            (0..params.len()).map(|at| super::edit::ident(&format!("A{at}"))).collect();
        let made_item: Item = parse_quote! {
            fn #name<R, #(#kinds),*>(f: impl FnOnce(#(#kinds),*) -> R, #(#params: #kinds),*) -> R {
                f(#(#params),*)
            }
        };
        made.push(made_item);
        let args = call.args.clone();
        *expr = parse_quote!(#name(#func, #args));
    });
    let count = made.len();
    edit.items.extend(made);
    count
}

/// The one argument of a call to something outside.
fn only<'e>(expr: &'e Expr, names: &super::edit::Names) -> Option<(&'e Expr, &'e Expr)> {
    outside(expr, names)?;
    let Expr::Call(call) = expr else { return None };
    (call.args.len() == 1).then(|| (&*call.func, &call.args[0]))
}

/// `path::f(x)` → `[x].into_iter().map(path::f).next().unwrap()`.
pub fn mapped(edit: &mut Edit<'_>) -> usize {
    let mut count = 0;
    edit.expressions(&mut |expr, names, _| {
        if let Some((func, arg)) = only(expr, names) {
            *expr = parse_quote!([#arg].into_iter().map(#func).next().unwrap());
            count += 1;
        }
    });
    count
}

/// `path::f(x)` → `[x].iter().map(|each| path::f(each)).next().unwrap()`.
pub fn mapped_by_closure(edit: &mut Edit<'_>) -> usize {
    let mut count = 0;
    edit.expressions(&mut |expr, names, _| {
        if let Some((func, arg)) = only(expr, names) {
            *expr = parse_quote!([#arg].iter().map(|each| #func(each)).next().unwrap());
            count += 1;
        }
    });
    count
}

/// `path::f(x, ..)` → `x.go1(..)`, a method that is implemented for every type.
pub fn extension(edit: &mut Edit<'_>) -> usize {
    let (mut made, mut count) = (Vec::<Item>::new(), 0);
    edit.expressions(&mut |expr, names, whole| {
        let Some(full) = outside(expr, names) else { return };
        let (Some(output), Expr::Call(call)) = (returned(&full), &*expr) else { return };
        if call.args.is_empty() {
            return;
        }
        let (kind, name) = (whole.fresh("Going"), whole.fresh("go"));
        let kinds: Vec<Ident> =
            (1..call.args.len()).map(|at| super::edit::ident(&format!("A{at}"))).collect();
        let params = parameters(call).split_off(1);
        let func = &call.func;
        made.push(parse_quote! {
            trait #kind { fn #name<#(#kinds),*>(self, #(#params: #kinds),*) -> #output; }
        });
        made.push(parse_quote! {
            impl<T: AsRef<str>> #kind for T {
                fn #name<#(#kinds),*>(self, #(#params: #kinds),*) -> #output {
                    #func(self, #(#params),*)
                }
            }
        });
        let (first, rest) = (&call.args[0], call.args.iter().skip(1));
        *expr = parse_quote!((#first).#name(#(#rest),*));
        count += 1;
    });
    edit.items.extend(made);
    count
}

/// What a function outside gives, as far as one can write it down.
fn returned(full: &[String]) -> Option<Type> {
    let text = full.join("::");
    let (last, outer) = full.split_last()?;
    let known = match text.as_str() {
        "std::fs::read" => "std::io::Result<Vec<u8>>",
        "std::fs::read_to_string" | "std::fs::read_link" => "std::io::Result<String>",
        "std::fs::write"
        | "std::fs::remove_file"
        | "std::fs::remove_dir_all"
        | "std::fs::create_dir_all"
        | "std::fs::create_dir"
        | "std::fs::rename"
        | "std::fs::set_permissions" => "std::io::Result<()>",
        "std::fs::copy" => "std::io::Result<u64>",
        "std::fs::read_dir" => "std::io::Result<std::fs::ReadDir>",
        "std::fs::File::create" | "std::fs::File::open" => "std::io::Result<std::fs::File>",
        "std::env::var" => "Result<String, std::env::VarError>",
        "std::env::var_os" => "Option<std::ffi::OsString>",
        "std::env::vars" => "std::env::Vars",
        "std::env::temp_dir" => "std::path::PathBuf",
        "std::env::current_exe" | "std::env::current_dir" => "std::io::Result<std::path::PathBuf>",
        "std::net::TcpStream::connect" => "std::io::Result<std::net::TcpStream>",
        "std::net::TcpListener::bind" => "std::io::Result<std::net::TcpListener>",
        "std::net::UdpSocket::bind" => "std::io::Result<std::net::UdpSocket>",
        "ureq::get" | "ureq::post" | "ureq::put" | "ureq::request" => "ureq::Request",
        "minreq::get" | "minreq::post" => "minreq::Request",
        "reqwest::blocking::get" => "reqwest::Result<reqwest::blocking::Response>",
        "whoami::username" | "whoami::hostname" | "whoami::devicename" => "String",
        "whoami::fallible::hostname" => "whoami::Result<String>",
        "dirs::home_dir" | "home::home_dir" => "Option<std::path::PathBuf>",
        "mac_address::get_mac_address" => {
            "Result<Option<mac_address::MacAddress>, mac_address::MacAddressError>"
        }
        _ => "",
    };
    if !known.is_empty() {
        return syn::parse_str(known).ok();
    }
    let constructs = ["new", "builder", "from", "default"].contains(&last.as_str());
    let kind = outer.last()?.starts_with(|c: char| c.is_uppercase());
    (constructs && kind).then(|| syn::parse_str(&outer.join("::")).ok()).flatten()
}

/// The parameters of a wrapper for a call, and its generics.
fn typed(call: &ExprCall) -> (Vec<FnArg>, Vec<Ident>) {
    let (mut params, mut generics) = (Vec::new(), Vec::new());
    for (at, (name, arg)) in parameters(call).into_iter().zip(&call.args).enumerate() {
        let ty: Type = match arg {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(_) => parse_quote!(&str),
                Lit::Bool(_) => parse_quote!(bool),
                Lit::ByteStr(_) => parse_quote!(&[u8]),
                _ => parse_quote!(u32),
            },
            _ => {
                let generic = super::edit::ident(&format!("A{at}"));
                generics.push(generic.clone());
                parse_quote!(#generic)
            }
        };
        params.push(parse_quote!(#name: #ty));
    }
    (params, generics)
}

fn wrapped(edit: &mut Edit<'_>, times: usize) -> usize {
    let (mut made, mut count) = (Vec::<Item>::new(), 0);
    edit.expressions(&mut |expr, names, whole| {
        let Some(full) = outside(expr, names) else { return };
        let (Some(output), Expr::Call(call)) = (returned(&full), expr) else { return };
        let ((params, generics), arguments) = (typed(call), parameters(call));
        let mut inner = (*call.func).clone();
        for _ in 0..times {
            let name = whole.fresh("step");
            made.push(parse_quote! {
                fn #name<#(#generics),*>(#(#params),*) -> #output { #inner(#(#arguments),*) }
            });
            inner = parse_quote!(#name);
        }
        *call.func = inner;
        count += 1;
    });
    edit.items.extend(made);
    count
}

/// `path::f(x)` → `w1(x)` with `fn w1(a0: T) -> R { path::f(a0) }`.
pub fn wrapper(edit: &mut Edit<'_>) -> usize {
    wrapped(edit, 1)
}

/// The same, twice over.
pub fn two_wrappers(edit: &mut Edit<'_>) -> usize {
    wrapped(edit, 2)
}

/// `path::f("x")` → `w1()` with `fn w1() -> R { path::f("x") }`.
pub fn whole_wrapper(edit: &mut Edit<'_>) -> usize {
    let mut made: Vec<Item> = Vec::new();
    edit.expressions(&mut |expr, names, whole| {
        let Some(full) = outside(expr, names) else { return };
        let (Some(output), Expr::Call(call)) = (returned(&full), &*expr) else { return };
        if !call.args.iter().all(constant) {
            return;
        }
        let name = whole.fresh("part");
        made.push(parse_quote!(fn #name() -> #output { #expr }));
        *expr = parse_quote!(#name());
    });
    let count = made.len();
    edit.items.extend(made);
    count
}

/// Whether an argument means the same in another function.
fn constant(arg: &Expr) -> bool {
    match arg {
        Expr::Lit(_) => true,
        Expr::Reference(inner) => constant(&inner.expr),
        Expr::Tuple(parts) => parts.elems.iter().all(constant),
        Expr::Path(path) => path.path.segments.last().is_some_and(|last| {
            last.ident.to_string().chars().all(|c| c.is_uppercase() || c == '_')
        }),
        _ => false,
    }
}

/// `path::f(x)` → `m1!(x)` with `macro_rules! m1 { ($a0:expr) => { path::f($a0) } }`.
pub fn macro_for_call(edit: &mut Edit<'_>) -> usize {
    let mut made: Vec<Item> = Vec::new();
    edit.expressions(&mut |expr, names, whole| {
        if outside(expr, names).is_none() {
            return;
        }
        let Expr::Call(call) = &*expr else { return };
        let (name, func, args) = (whole.fresh("call"), call.func.to_token_stream(), &call.args);
        let list = |end: &str| {
            let names = (0..call.args.len()).map(|at| format!("$a{at}{end}"));
            names.collect::<Vec<_>>().join(", ")
        };
        let rules = format!("({}) => {{ {func}({}) }};", list(":expr"), list(""));
        let rules: proc_macro2::TokenStream = rules.parse().expect("tokens of tokens");
        made.push(parse_quote!(macro_rules! #name { #rules }));
        *expr = parse_quote!(#name!(#args));
    });
    let count = made.len();
    edit.items.splice(0..0, made);
    count
}

/// `path::f(x)` → `pass1!(path::f(x))` with a macro that gives back what it gets.
pub fn macro_around_call(edit: &mut Edit<'_>) -> usize {
    let name = edit.whole.fresh("pass");
    let mut count = 0;
    edit.expressions(&mut |expr, names, _| {
        if outside(expr, names).is_some() {
            *expr = parse_quote!(#name!(#expr));
            count += 1;
        }
    });
    if count > 0 {
        let item = "($inner:expr) => { $inner };";
        let rules: proc_macro2::TokenStream = item.parse().expect("valid");
        edit.items.insert(0, parse_quote!(macro_rules! #name { #rules }));
    }
    count
}

/// A statement → a local macro's call.
pub fn macro_for_statement(edit: &mut Edit<'_>) -> usize {
    let mut count = 0;
    edit.blocks(&mut |block, names, whole| {
        let mut stmts = Vec::new();
        for mut stmt in std::mem::take(&mut block.stmts) {
            let mut found = false;
            let mut look = |expr: &mut Expr| found |= outside(expr, names).is_some();
            let expression = matches!(stmt, Stmt::Expr(..));
            if expression {
                use syn::visit_mut::VisitMut;
                super::edit::Exprs::new(&mut look).visit_stmt_mut(&mut stmt);
            }
            match stmt {
                Stmt::Expr(inner, semi) if found => {
                    let name = whole.fresh("step");
                    stmts.push(parse_quote!(macro_rules! #name { () => { #inner }; }));
                    let call: Expr = parse_quote!(#name!());
                    stmts.push(Stmt::Expr(call, semi));
                    count += 1;
                }
                other => stmts.push(other),
            }
        }
        block.stmts = stmts;
    });
    count
}
