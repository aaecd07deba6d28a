//! Other ways to write a text.

use std::collections::BTreeSet;

use syn::visit_mut::VisitMut;
use syn::{Expr, Item, Lit, parse_quote};

use super::edit::{Edit, Exprs, Whole};

/// Writes each text of some length in another way; not in patterns, attributes and macros.
fn texts(
    edit: &mut Edit<'_>,
    constants: bool,
    write: &mut dyn FnMut(&str, &mut Whole) -> Expr,
) -> usize {
    let (mut count, whole) = (0, &mut *edit.whole);
    let mut visit = |expr: &mut Expr| {
        let Expr::Lit(literal) = &*expr else { return };
        let Lit::Str(text) = &literal.lit else { return };
        let text = text.value();
        // What cannot be seen would be written as an escape.
        if text.len() >= 4 && text.is_ascii() {
            *expr = write(&text, whole);
            count += 1;
        }
    };
    for item in edit.items.iter_mut() {
        let mut visitor = Exprs::new(&mut visit);
        (visitor.constants, visitor.macros) = (constants, false);
        visitor.visit_item_mut(item);
    }
    count
}

fn halves(text: &str) -> (String, String) {
    let middle = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
    (text[..middle].to_owned(), text[middle..].to_owned())
}

pub fn concat_macro(edit: &mut Edit<'_>) -> usize {
    texts(edit, true, &mut |text, _| {
        let (a, b) = halves(text);
        parse_quote!(concat!(#a, #b))
    })
}

pub fn format_macro(edit: &mut Edit<'_>) -> usize {
    texts(edit, false, &mut |text, _| {
        let (a, b) = halves(text);
        parse_quote!(&format!("{}{}", #a, #b))
    })
}

pub fn concat_method(edit: &mut Edit<'_>) -> usize {
    texts(edit, false, &mut |text, _| {
        let (a, b) = halves(text);
        parse_quote!(&[#a, #b].concat())
    })
}

pub fn plus(edit: &mut Edit<'_>) -> usize {
    texts(edit, false, &mut |text, _| {
        let (a, b) = halves(text);
        parse_quote!(&(#a.to_string() + #b))
    })
}

pub fn pushed(edit: &mut Edit<'_>) -> usize {
    texts(edit, false, &mut |text, whole| {
        let (a, b) = halves(text);
        let name = whole.fresh("text");
        parse_quote!(&{ let mut #name = String::from(#a); #name.push_str(#b); #name })
    })
}

pub fn bytes(edit: &mut Edit<'_>) -> usize {
    texts(edit, false, &mut |text, _| {
        let bytes = text.as_bytes().iter().map(|byte| proc_macro2::Literal::u8_unsuffixed(*byte));
        parse_quote!(std::str::from_utf8(&[#(#bytes),*]).unwrap())
    })
}

pub fn characters(edit: &mut Edit<'_>) -> usize {
    texts(edit, false, &mut |text, _| {
        let chars = text.chars();
        parse_quote!(&[#(#chars),*].iter().collect::<String>())
    })
}

pub fn reversed(edit: &mut Edit<'_>) -> usize {
    texts(edit, false, &mut |text, _| {
        let back: String = text.chars().rev().collect();
        parse_quote!(&#back.chars().rev().collect::<String>())
    })
}

/// Each text becomes a constant of another module.
pub fn constants_elsewhere(edit: &mut Edit<'_>) -> usize {
    let (module, mut made) = (edit.whole.fresh("words"), Vec::<Item>::new());
    let mut seen = BTreeSet::new();
    let count = texts(edit, false, &mut |text, whole| {
        let name = whole.fresh("WORD");
        if seen.insert(name.clone()) {
            made.push(parse_quote!(pub const #name: &str = #text;));
        }
        parse_quote!(#module::#name)
    });
    if count > 0 {
        edit.items.push(parse_quote!(mod #module { #(#made)* }));
    }
    count
}

pub fn joined(edit: &mut Edit<'_>) -> usize {
    texts(edit, false, &mut |text, _| {
        let (a, b) = halves(text);
        parse_quote!(&[#a, #b].iter().copied().collect::<Vec<_>>().join(""))
    })
}

pub fn replaced(edit: &mut Edit<'_>) -> usize {
    texts(edit, false, &mut |text, _| {
        let (a, b) = halves(text);
        let filled = format!("{a}\u{7f}{b}");
        parse_quote!(&#filled.replace('\u{7f}', ""))
    })
}

/// Each byte XORed with a constant.
pub fn xored(edit: &mut Edit<'_>) -> usize {
    texts(edit, false, &mut |text, _| {
        let bytes = text.bytes().map(|byte| proc_macro2::Literal::u8_unsuffixed(byte ^ 0x2a));
        parse_quote!(&[#(#bytes),*].iter().map(|b: &u8| (b ^ 0x2a) as char).collect::<String>())
    })
}

pub fn base64(edit: &mut Edit<'_>) -> usize {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let count = texts(edit, false, &mut |text, _| {
        let mut coded = String::new();
        for part in text.as_bytes().chunks(3) {
            let number = part.iter().fold(0u32, |sum, byte| (sum << 8) | u32::from(*byte))
                << (8 * (3 - part.len()));
            for at in 0..4 {
                let sign = SIGNS[(number >> (18 - 6 * at)) as usize & 63] as char;
                coded.push(if at <= part.len() { sign } else { '=' });
            }
        }
        parse_quote! {
            &String::from_utf8(base64::Engine::decode(
                &base64::engine::general_purpose::STANDARD, #coded,
            ).unwrap()).unwrap()
        }
    });
    edit.whole.crates.insert("base64");
    count
}

/// Each text is an element of one table.
pub fn table(edit: &mut Edit<'_>) -> usize {
    let name = edit.whole.fresh("TABLE");
    let mut all: Vec<String> = Vec::new();
    let count = texts(edit, false, &mut |text, _| {
        let at = proc_macro2::Literal::usize_unsuffixed(all.len());
        all.push(text.to_owned());
        parse_quote!(#name[#at])
    });
    if count > 0 {
        edit.items.push(parse_quote!(static #name: &[&str] = &[#(#all),*];));
    }
    count
}
