//! Other ways for a value to get where it is used.

use syn::{Expr, Item, Pat, Stmt, parse_quote};

use super::edit::{Edit, Whole, outside};

/// Statements to be put before, and what stands for the value then.
type Route<'r> = &'r mut dyn FnMut(&Expr, &mut Whole) -> (Vec<Stmt>, Expr);

/// Sends the values bound by `let` on a detour; arguments, where there is no such `let`.
fn detour(edit: &mut Edit<'_>, route: Route<'_>) -> usize {
    let mut count = 0;
    edit.blocks(&mut |block, _, whole| {
        let mut stmts = Vec::new();
        for mut stmt in std::mem::take(&mut block.stmts) {
            if let Stmt::Local(local) = &mut stmt
                && matches!(&local.pat, Pat::Ident(name) if name.by_ref.is_none())
                && let Some(init) = &mut local.init
                && !matches!(&*init.expr, Expr::Closure(_))
            {
                let (before, value) = route(&init.expr, whole);
                stmts.extend(before);
                *init.expr = value;
                count += 1;
            }
            stmts.push(stmt);
        }
        block.stmts = stmts;
    });
    if count > 0 {
        return count;
    }
    // One detour for each call is enough: the last argument.
    edit.hoisting(&mut |expr, names, whole| {
        let call = outside(expr, names).is_some();
        let argument = match expr {
            Expr::Call(inner) if call => inner.args.last_mut(),
            Expr::MethodCall(inner) => inner.args.last_mut(),
            _ => None,
        };
        let Some(argument) = argument.filter(|arg| !matches!(arg, Expr::Closure(_))) else {
            return Vec::new();
        };
        let (mut before, value) = route(argument, whole);
        *argument = value;
        if before.is_empty() {
            // It has to be seen that something changed.
            before.push(parse_quote!(let _ = ();));
        }
        before
    })
}

pub fn option(edit: &mut Edit<'_>) -> usize {
    detour(edit, &mut |value, whole| {
        let name = whole.fresh("maybe");
        (vec![parse_quote!(let #name = Some(#value);)], parse_quote!(#name.unwrap()))
    })
}

pub fn result(edit: &mut Edit<'_>) -> usize {
    detour(edit, &mut |value, whole| {
        let name = whole.fresh("done");
        let stmt = parse_quote!(let #name: Result<_, std::fmt::Error> = Ok(#value););
        (vec![stmt], parse_quote!(#name.expect("it is there")))
    })
}

/// `if let Some(inner) = …` instead of `unwrap`.
pub fn option_matched(edit: &mut Edit<'_>) -> usize {
    detour(edit, &mut |value, whole| {
        let name = whole.fresh("maybe");
        let matched = parse_quote!(match #name { Some(inner) => inner, None => panic!() });
        (vec![parse_quote!(let #name = Some(#value);)], matched)
    })
}

pub fn tuple(edit: &mut Edit<'_>) -> usize {
    detour(edit, &mut |value, whole| {
        let (name, other) = (whole.fresh("left"), whole.fresh("right"));
        (vec![parse_quote!(let (#name, #other) = (#value, 1u8);)], parse_quote!(#name))
    })
}

pub fn tuple_field(edit: &mut Edit<'_>) -> usize {
    detour(edit, &mut |value, whole| {
        let name = whole.fresh("pair");
        (vec![parse_quote!(let #name = (1u8, #value);)], parse_quote!(#name.1))
    })
}

pub fn vector(edit: &mut Edit<'_>) -> usize {
    detour(edit, &mut |value, whole| {
        let name = whole.fresh("list");
        let before =
            vec![parse_quote!(let mut #name = Vec::new();), parse_quote!(#name.push(#value);)];
        (before, parse_quote!(#name.pop().unwrap()))
    })
}

pub fn hash_map(edit: &mut Edit<'_>) -> usize {
    detour(edit, &mut |value, whole| {
        let name = whole.fresh("map");
        let before = vec![
            parse_quote!(let mut #name = std::collections::HashMap::new();),
            parse_quote!(#name.insert("value", #value);),
        ];
        (before, parse_quote!(#name.remove("value").unwrap()))
    })
}

pub fn channel(edit: &mut Edit<'_>) -> usize {
    detour(edit, &mut |value, whole| {
        let (to, from) = (whole.fresh("to"), whole.fresh("from"));
        let before = vec![
            parse_quote!(let (#to, #from) = std::sync::mpsc::channel();),
            parse_quote!(#to.send(#value).unwrap();),
        ];
        (before, parse_quote!(#from.recv().unwrap()))
    })
}

pub fn mutex(edit: &mut Edit<'_>) -> usize {
    detour(edit, &mut |value, whole| {
        let name = whole.fresh("shared");
        let made =
            parse_quote!(let #name = std::sync::Arc::new(std::sync::Mutex::new(Some(#value))););
        (vec![made], parse_quote!(#name.lock().unwrap().take().unwrap()))
    })
}

pub fn boxed(edit: &mut Edit<'_>) -> usize {
    detour(edit, &mut |value, whole| {
        let name = whole.fresh("boxed");
        (vec![parse_quote!(let #name = Box::new(#value);)], parse_quote!(*#name))
    })
}

pub fn block(edit: &mut Edit<'_>) -> usize {
    detour(edit, &mut |value, whole| {
        let name = whole.fresh("inner");
        (Vec::new(), parse_quote!({ let #name = #value; #name }))
    })
}

pub fn late(edit: &mut Edit<'_>) -> usize {
    detour(edit, &mut |value, whole| {
        let name = whole.fresh("late");
        (vec![parse_quote!(let #name;), parse_quote!(#name = #value;)], parse_quote!(#name))
    })
}

/// `for x in [value] { kept = Some(x) }`.
pub fn loop_(edit: &mut Edit<'_>) -> usize {
    detour(edit, &mut |value, whole| {
        let (name, each) = (whole.fresh("kept"), whole.fresh("each"));
        let before = vec![
            parse_quote!(let mut #name = None;),
            parse_quote!(for #each in [#value] { #name = Some(#each); }),
        ];
        (before, parse_quote!(#name.unwrap()))
    })
}

pub fn iterator(edit: &mut Edit<'_>) -> usize {
    detour(edit, &mut |value, whole| {
        let name = whole.fresh("each");
        let made = parse_quote!(let #name = std::iter::once(#value).map(|one| one).next(););
        (vec![made], parse_quote!(#name.unwrap()))
    })
}

/// Puts the value into a field of a new struct and reads it back.
pub fn field(edit: &mut Edit<'_>) -> usize {
    let mut made: Vec<Item> = Vec::new();
    let count = detour(edit, &mut |value, whole| {
        let (kind, name) = (whole.fresh("Holder"), whole.fresh("holder"));
        made.push(parse_quote!(struct #kind<T> { value: T, count: usize }));
        let stmt = parse_quote!(let #name = #kind { value: #value, count: 1 };);
        (vec![stmt], parse_quote!(#name.value))
    });
    edit.items.extend(made);
    count
}

/// Takes the struct apart by a pattern.
pub fn taken_apart(edit: &mut Edit<'_>) -> usize {
    let mut made: Vec<Item> = Vec::new();
    let count = detour(edit, &mut |value, whole| {
        let (kind, name) = (whole.fresh("Parcel"), whole.fresh("content"));
        made.push(parse_quote!(struct #kind<T> { value: T, count: usize }));
        let stmt = parse_quote! {
            let #kind { value: #name, .. } = #kind { value: #value, count: 1 };
        };
        (vec![stmt], parse_quote!(#name))
    });
    edit.items.extend(made);
    count
}

/// Puts the value into a variant and takes it out again.
pub fn variant(edit: &mut Edit<'_>) -> usize {
    let mut made: Vec<Item> = Vec::new();
    let count = detour(edit, &mut |value, whole| {
        let (kind, name) = (whole.fresh("Either"), whole.fresh("either"));
        made.push(parse_quote!(enum #kind<T> { Full(T), Empty }));
        let stmt = parse_quote!(let #name = #kind::Full(#value););
        let out = parse_quote! {
            match #name { #kind::Full(inner) => inner, #kind::Empty => unreachable!() }
        };
        (vec![stmt], out)
    });
    edit.items.extend(made);
    count
}

/// Both arms of an `if` give a pair.
pub fn pair_of_if(edit: &mut Edit<'_>) -> usize {
    detour(edit, &mut |value, whole| {
        let (name, other) = (whole.fresh("chosen"), whole.fresh("other"));
        let stmt = parse_quote! {
            let (#name, #other) = if cfg!(unix) { (#value, 1u8) } else { (#value, 2u8) };
        };
        (vec![stmt], parse_quote!(#name))
    })
}

/// The same through a constructor and a getter.
pub fn getter(edit: &mut Edit<'_>) -> usize {
    let mut made: Vec<Item> = Vec::new();
    let count = detour(edit, &mut |value, whole| {
        let (kind, name) = (whole.fresh("Keeper"), whole.fresh("keeper"));
        made.push(parse_quote!(struct #kind<T> { value: T }));
        made.push(parse_quote! {
            impl<T> #kind<T> {
                fn new(value: T) -> Self { Self { value } }
                fn take(self) -> T { self.value }
            }
        });
        let stmt = parse_quote!(let #name = #kind::new(#value););
        (vec![stmt], parse_quote!(#name.take()))
    });
    edit.items.extend(made);
    count
}

/// Hands the value through a function that gives it back.
pub fn identity(edit: &mut Edit<'_>) -> usize {
    let name = edit.whole.fresh("same");
    let count = detour(edit, &mut |value, _| (Vec::new(), parse_quote!(#name(#value))));
    if count > 0 {
        edit.items.push(parse_quote!(fn #name<T>(value: T) -> T { value }));
    }
    count
}
