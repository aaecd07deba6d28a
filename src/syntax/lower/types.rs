//! Paths and types.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, ReturnType, TypeParamBound};

use super::{Lowerer, close, name, sp};
use crate::ir::{Generic, Path, Segment, Type};
use crate::span::Span;

impl Lowerer {
    pub(super) fn path(&mut self, qself: Option<&syn::QSelf>, path: &syn::Path) -> Path {
        let mut segments: Vec<Segment> = path.segments.iter().map(|s| self.segment(s)).collect();
        let span = path_span(qself, path);
        let global = path.leading_colon.is_some() && qself.is_none();
        let Some(qself) = qself else {
            return Path { self_type: None, as_trait: None, global, segments, span };
        };
        let rest = segments.split_off(qself.position.min(segments.len()));
        let as_trait = (!segments.is_empty()).then(|| {
            Box::new(Path { self_type: None, as_trait: None, global: false, segments, span })
        });
        let self_type = Some(Box::new(self.ty(&qself.ty)));
        Path { self_type, as_trait, global, segments: rest, span }
    }

    fn segment(&mut self, segment: &syn::PathSegment) -> Segment {
        Segment { name: name(&segment.ident), args: self.path_arguments(&segment.arguments) }
    }

    fn path_arguments(&mut self, arguments: &PathArguments) -> Vec<Type> {
        match arguments {
            PathArguments::None => Vec::new(),
            PathArguments::AngleBracketed(list) => self.generic_arguments(list),
            PathArguments::Parenthesized(list) => {
                let params = list.inputs.iter().map(|input| self.ty(&input.ty)).collect();
                vec![Type::Function { params, output: self.output(&list.output).map(Box::new) }]
            }
        }
    }

    pub(super) fn generic_arguments(
        &mut self,
        list: &syn::AngleBracketedGenericArguments,
    ) -> Vec<Type> {
        let types = list.args.iter().filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            GenericArgument::AssocType(assoc) => Some(&assoc.ty),
            _ => None,
        });
        types.map(|ty| self.ty(ty)).collect()
    }

    pub(super) fn output(&mut self, output: &ReturnType) -> Option<Type> {
        match output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(self.ty(ty)),
        }
    }

    pub(super) fn ty(&mut self, ty: &syn::Type) -> Type {
        match ty {
            syn::Type::Path(path) => Type::Path(self.path(path.qself.as_ref(), &path.path)),
            syn::Type::Reference(inner) => Type::Ref(Box::new(self.ty(&inner.elem))),
            syn::Type::Ptr(inner) => Type::Pointer(Box::new(self.ty(&inner.elem))),
            syn::Type::Slice(inner) => Type::Slice(Box::new(self.ty(&inner.elem))),
            syn::Type::Array(inner) => Type::Slice(Box::new(self.ty(&inner.elem))),
            syn::Type::Tuple(tuple) => {
                Type::Tuple(tuple.elems.iter().map(|t| self.ty(t)).collect())
            }
            syn::Type::Group(inner) => self.ty(&inner.elem),
            syn::Type::Paren(inner) => self.ty(&inner.elem),
            syn::Type::ImplTrait(inner) => self.bounds_type(inner.bounds.iter()),
            syn::Type::TraitObject(inner) => self.bounds_type(inner.bounds.iter()),
            syn::Type::FnPtr(function) => Type::Function {
                params: function.inputs.iter().map(|input| self.ty(&input.ty)).collect(),
                output: self.output(&function.output).map(Box::new),
            },
            _ => Type::Unknown,
        }
    }

    /// `impl Fn(A) -> B` is a function, other bounds stay bounds.
    fn bounds_type<'a>(&mut self, bounds: impl Iterator<Item = &'a TypeParamBound>) -> Type {
        let mut bounds = self.bounds(bounds);
        let function = bounds.iter_mut().find_map(|bound| {
            let last = bound.segments.last_mut()?;
            match last.args.as_mut_slice() {
                [function @ Type::Function { .. }] => {
                    Some(std::mem::replace(function, Type::Unknown))
                }
                _ => None,
            }
        });
        function.unwrap_or(Type::Bounds(bounds))
    }

    fn bounds<'a>(&mut self, bounds: impl Iterator<Item = &'a TypeParamBound>) -> Vec<Path> {
        let traits = bounds.filter_map(|bound| match bound {
            TypeParamBound::Trait(bound) => Some(&bound.path),
            _ => None,
        });
        traits.map(|path| self.path(None, path)).collect()
    }

    pub(super) fn generics(&mut self, generics: &syn::Generics) -> Vec<Generic> {
        let mut found: Vec<Generic> = Vec::new();
        for param in generics.type_params() {
            let bounds = self.bounds(param.bounds.iter());
            found.push(Generic { name: name(&param.ident), bounds });
        }
        let clauses = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        for predicate in clauses {
            let syn::WherePredicate::Type(predicate) = predicate else { continue };
            let Type::Path(path) = self.ty(&predicate.bounded_ty) else { continue };
            let more = self.bounds(predicate.bounds.iter());
            if let Some(generic) = found.iter_mut().find(|g| path.single() == Some(&g.name)) {
                generic.bounds.extend(more);
            }
        }
        found
    }
}

fn path_span(qself: Option<&syn::QSelf>, path: &syn::Path) -> Span {
    let start = match (qself, &path.leading_colon, path.segments.first()) {
        (Some(qself), ..) => sp(qself.lt_token.spans[0]),
        (None, Some(colons), _) => sp(colons.spans[0]),
        (None, None, Some(first)) => sp(first.ident.span()),
        (None, None, None) => Span::default(),
    };
    let Some(last) = path.segments.last() else { return start };
    let end = match &last.arguments {
        PathArguments::None => sp(last.ident.span()),
        PathArguments::AngleBracketed(list) => sp(list.gt_token.spans[0]),
        PathArguments::Parenthesized(list) => close(list.paren_token.span),
    };
    start.to(end)
}

/// Tokens as text, shortened to what a reader needs.
pub(super) fn shortened(tokens: &impl ToTokens) -> String {
    const MAX_BYTES: usize = 1_000;
    let mut text = tokens.to_token_stream().to_string();
    if text.len() > MAX_BYTES {
        let end = (0..=MAX_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}
