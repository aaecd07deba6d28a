//! A certificate verifier that accepts everything: an implementation of a verifier trait whose
//! methods come to success without looking at anything.
//!
//! A verifier that compares, calls another verifier or can return an error is not reported.

use crate::ir::{Body, ExprId, ExprKind, ItemKind};
use crate::lint::claim::Claim;
use crate::lint::engine::Subject;
use crate::lint::load::Lint;
use crate::names::{Def, Res};
use crate::span::Place;

/// Traits that stand for the check of a peer, by the end of their path; the crates that define
/// them moved them between releases (rustls 0.19 to 0.23).
const TRAITS: &[&str] = &["ServerCertVerifier", "ClientCertVerifier", "HostnameVerifier"];
/// Their methods that decide.
const DECIDES: &[&str] = &["verify_server_cert", "verify_client_cert", "verify"];

pub fn check(subject: &Subject<'_>, index: usize, lint: &Lint, found: &mut Vec<Claim>) {
    let krate = subject.unit.krate(subject.krate);
    for noted in krate.items.iter().filter(|noted| !noted.test || lint.file.place.tests) {
        let def = noted.def;
        let ItemKind::Impl { trait_: Some(path), items, .. } = &subject.unit.item(def).kind else {
            continue;
        };
        let external = subject.resolver.path((def.krate, def.module), path).into_iter().any(|res| {
            matches!(res, Res::External(path) if TRAITS.iter().any(|name| path.ends_with(name)))
        });
        let named = path.last().is_some_and(|segment| TRAITS.contains(&segment.name.as_str()));
        if !(external || named && krate.package.is_none()) {
            continue;
        }
        for item in items {
            let member = Def { item: *item, ..def };
            let lowered = subject.unit.item(member);
            let ItemKind::Function(function) = &lowered.kind else { continue };
            let Some(body) = function.body else { continue };
            let content = subject.unit.files[&def.file].body(body);
            if !DECIDES.contains(&lowered.name.as_str()) || !only_succeeds(content) {
                continue;
            }
            let Some(number) = subject.facts.body_number(member) else { continue };
            let place = Place { file: def.file, span: lowered.name_span };
            let words =
                lint.file.words.label.clone().unwrap_or_else(|| "always succeeds".to_owned());
            let mut claim = subject.claim(index, number, (place, words), &[]);
            claim.values.insert("item".to_owned(), lowered.name.to_string());
            found.push(claim);
        }
    }
}

/// Whether every way out is success and nothing that was handed in is looked at.
fn only_succeeds(body: &Body) -> bool {
    let Some(root) = body.root else { return false };
    let looks = body.iter().any(|(_, expr)| {
        matches!(
            expr.kind,
            ExprKind::If { .. }
                | ExprKind::Match { .. }
                | ExprKind::Loop { .. }
                | ExprKind::Try(_)
                | ExprKind::Binary { .. }
        )
    });
    let fails = body.iter().any(|(_, expr)| match &expr.kind {
        ExprKind::Path(path) => path.last().is_some_and(|segment| segment.name == "Err"),
        _ => false,
    });
    !looks && !fails && succeeds(body, root)
}

fn succeeds(body: &Body, id: ExprId) -> bool {
    match &body.expr(id).kind {
        ExprKind::Block { tail: Some(tail), .. } => succeeds(body, *tail),
        ExprKind::Block { statements, tail: None, .. } => {
            statements.last().is_some_and(|last| succeeds(body, *last))
        }
        ExprKind::Return(Some(value)) => succeeds(body, *value),
        ExprKind::Literal(crate::ir::Literal::Bool(value)) => *value,
        ExprKind::Call { callee, .. } => match &body.expr(*callee).kind {
            ExprKind::Path(path) => path
                .last()
                .is_some_and(|s| matches!(s.name.as_str(), "Ok" | "assertion" | "pinned")),
            _ => false,
        },
        _ => false,
    }
}
