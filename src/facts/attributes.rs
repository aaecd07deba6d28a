//! What attributes make of items: code that runs before `main` is a fact by itself.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::{Context, CrateFacts, Fact, Step};
use crate::ir::{Attr, ExprId};
use crate::model::spec::AttributeMeaning;
use crate::names::{CrateId, Def, Noted, Res, Resolver};
use crate::span::Place;
use crate::vocab::{Confidence, Effect};

/// An item that runs before `main`, with the number of its body.
#[derive(Debug, Clone)]
pub struct Early {
    pub item: Noted,
    pub body: Option<usize>,
}

/// Adds the items of a crate that run before `main`, each also as a fact.
pub(super) fn early(context: &Context<'_>, krate: CrateId, all: &mut CrateFacts) {
    let resolver = context.resolver();
    for noted in &context.unit.krate(krate).items {
        let item = context.unit.item(noted.def);
        let Some((attr, path)) = item.attrs.iter().find_map(|attr| {
            let paths = paths(&resolver, noted.def, attr);
            let early = |path: &SmolStr| {
                resolver.models.attribute(path, value(attr)) == Some(AttributeMeaning::BeforeMain)
            };
            Some((attr, paths.into_iter().find(early)?))
        }) else {
            continue;
        };
        let body = all.body_number(noted.def);
        all.early.push(Early { item: noted.clone(), body });
        let Some(body) = body else { continue };
        all.facts.push(Fact {
            place: Place { file: noted.def.file, span: attr.span },
            effects: BTreeSet::from([Effect::BeforeMain]),
            data: BTreeSet::new(),
            marks: BTreeSet::new(),
            steps: vec![Step { span: attr.span, path, expr: ExprId(0), gives: false }],
            args: Vec::new(),
            confidence: Confidence::High,
            body,
            test: noted.test,
            quoted: false,
            via: None,
        });
    }
}

/// The canonical paths of an attribute; a built-in one by its bare name.
pub fn paths(resolver: &Resolver<'_>, def: Def, attr: &Attr) -> Vec<SmolStr> {
    let meanings = resolver.path((def.krate, def.module), &attr.path);
    let external = meanings.into_iter().filter_map(|res| match res {
        Res::External(path) => Some(path),
        _ => None,
    });
    let mut paths: Vec<SmolStr> = external.collect();
    if paths.is_empty() {
        paths.push(attr.path.text().into());
    }
    paths
}

/// The value of `name = "value"`, or what stands in the parentheses.
pub fn value(attr: &Attr) -> &str {
    attr.value.as_deref().unwrap_or(&attr.list)
}
