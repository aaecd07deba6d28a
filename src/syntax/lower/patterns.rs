//! Patterns, and the locals that they bring into sight.

use super::{Lowerer, name, sp};
use crate::ir::{Literal, LocalId, Name, Pattern, Type};

impl Lowerer {
    /// Lowers a pattern into the innermost scope; with the type that it is annotated with.
    pub(super) fn pattern(&mut self, pattern: &syn::Pat) -> (Pattern, Option<Type>) {
        let mut bound = Vec::new();
        if let syn::Pat::Type(typed) = pattern {
            let ty = self.ty(&typed.ty);
            return (self.part(&typed.pat, &mut bound), Some(ty));
        }
        (self.part(pattern, &mut bound), None)
    }

    /// `bound` holds the names that the pattern has bound so far: the alternatives of an
    /// or-pattern bind the same ones.
    fn part(&mut self, pattern: &syn::Pat, bound: &mut Vec<(Name, LocalId)>) -> Pattern {
        match pattern {
            syn::Pat::Ident(ident) => self.ident_pattern(ident, bound),
            syn::Pat::Paren(inner) => self.part(&inner.pat, bound),
            syn::Pat::Guard(inner) => self.part(&inner.pat, bound),
            syn::Pat::Reference(inner) => self.part(&inner.pat, bound),
            syn::Pat::Type(inner) => self.part(&inner.pat, bound),
            syn::Pat::Tuple(inner) => Pattern::Tuple(self.parts(inner.elems.iter(), bound)),
            syn::Pat::Slice(inner) => Pattern::Slice(self.parts(inner.elems.iter(), bound)),
            syn::Pat::Or(inner) => Pattern::Or(self.parts(inner.cases.iter(), bound)),
            syn::Pat::TupleStruct(inner) => Pattern::Variant {
                path: self.path(inner.qself.as_ref(), &inner.path),
                fields: self.parts(inner.elems.iter(), bound),
            },
            syn::Pat::Struct(inner) => {
                let path = self.path(inner.qself.as_ref(), &inner.path);
                let fields = inner
                    .fields
                    .iter()
                    .map(|field| (member(&field.member), self.part(&field.pat, bound)));
                Pattern::Struct { path, fields: fields.collect() }
            }
            syn::Pat::Path(inner) => Pattern::Path(self.path(inner.qself.as_ref(), &inner.path)),
            syn::Pat::Lit(inner) => literal(&inner.lit).map_or(Pattern::Other, Pattern::Literal),
            syn::Pat::Range(range) => range_pattern(range).unwrap_or(Pattern::Other),
            syn::Pat::Wild(_) | syn::Pat::Rest(_) => Pattern::Wild,
            _ => Pattern::Other,
        }
    }

    fn parts<'a>(
        &mut self,
        parts: impl Iterator<Item = &'a syn::Pat>,
        bound: &mut Vec<(Name, LocalId)>,
    ) -> Vec<Pattern> {
        parts.map(|part| self.part(part, bound)).collect()
    }

    fn ident_pattern(
        &mut self,
        ident: &syn::PatIdent,
        bound: &mut Vec<(Name, LocalId)>,
    ) -> Pattern {
        let text = name(&ident.ident);
        let plain = ident.by_ref.is_none() && ident.mutability.is_none() && ident.subpat.is_none();
        if plain && text.starts_with(char::is_uppercase) {
            // By the convention that rustc warns about, a constant or a unit variant.
            return Pattern::Path(crate::ir::Path {
                self_type: None,
                as_trait: None,
                global: false,
                segments: vec![crate::ir::Segment { name: text, args: Vec::new() }],
                span: sp(ident.ident.span()),
            });
        }
        let sub = ident.subpat.as_ref().map(|(_, sub)| Box::new(self.part(sub, bound)));
        let earlier = bound.iter().find(|(name, _)| *name == text).map(|(_, local)| *local);
        let local = earlier.unwrap_or_else(|| {
            let local = self.bind(text.clone(), sp(ident.ident.span()), ident.mutability.is_some());
            bound.push((text, local));
            local
        });
        Pattern::Bind { local, sub }
    }
}

/// A range whose ends are literals.
fn range_pattern(range: &syn::PatRange) -> Option<Pattern> {
    let bound = |end: &Option<Box<syn::Expr>>| match end.as_deref() {
        None => Some(None),
        Some(syn::Expr::Lit(lit)) => literal(&lit.lit).map(Some),
        Some(_) => None,
    };
    let inclusive = matches!(range.limits, syn::RangeLimits::Closed(_));
    Some(Pattern::Range { start: bound(&range.start)?, end: bound(&range.end)?, inclusive })
}

pub(super) fn member(member: &syn::Member) -> Name {
    match member {
        syn::Member::Named(ident) => name(ident),
        syn::Member::Unnamed(index) => Name::new(index.index.to_string()),
    }
}

pub(super) fn literal(lit: &syn::Lit) -> Option<Literal> {
    Some(match lit {
        syn::Lit::Str(text) => Literal::Text(text.value()),
        syn::Lit::ByteStr(bytes) => Literal::Bytes(bytes.value()),
        syn::Lit::CStr(text) => Literal::Text(text.value().to_string_lossy().into_owned()),
        syn::Lit::Byte(byte) => Literal::Integer(Some(u128::from(byte.value()))),
        syn::Lit::Char(character) => Literal::Char(character.value()),
        syn::Lit::Int(integer) => Literal::Integer(integer.base10_parse().ok()),
        syn::Lit::Float(_) => Literal::Float,
        syn::Lit::Bool(boolean) => Literal::Bool(boolean.value),
        _ => return None,
    })
}
