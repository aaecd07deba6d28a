//! A check of a credential that checks nothing: the credential is handed in, nobody looks at it,
//! and the answer is yes. And tokens whose signature is not verified, as far as models say so.
//!
//! A type that says by its name that it lets everybody in is not reported, nor is the default
//! method of a trait.

use super::access::atoms::is_idle;
use super::access::paths::Verdict;
use super::access::{self, Candidate, Gate, type_name};
use crate::ir::{ExprKind, Pattern, Type};
use crate::lint::claim::Claim;
use crate::lint::engine::Subject;
use crate::lint::load::Lint;

/// Expressions of a body that is looked at: what is longer does something.
const MAX_EXPRS: usize = 60;
/// The mark of calls that read a token without verifying it.
const UNVERIFIED: &str = "token-unverified";

pub fn check(subject: &Subject<'_>, index: usize, lint: &Lint, found: &mut Vec<Claim>) {
    access::each(subject, lint, likely, |gate| {
        if !lets_everybody_in(gate) {
            return;
        }
        let item = gate.subject.facts.bodies[gate.number].owner.item;
        let at = gate.subject.facts.bodies[gate.number].owner.at;
        let span = gate.subject.unit.files[&at.file].item(item).name_span;
        let mut claim = gate.claim(index, lint, gate.place(span));
        gate.fill(lint, &mut claim);
        found.push(claim);
    });
    for fact in &subject.facts.facts {
        if fact.test && !lint.file.place.tests || !fact.marks.contains(UNVERIFIED) {
            continue;
        }
        let label = crate::lint::claim::label(None, fact);
        let mut claim = subject.claim(index, fact.body, (fact.place, label), &[fact]);
        let owner = &subject.facts.bodies[fact.body].owner.path;
        let name = owner.rsplit("::").next().unwrap_or(owner).to_owned();
        claim.values.insert("item".to_owned(), name);
        found.push(claim);
    }
}

fn likely(candidate: &Candidate<'_, '_>) -> bool {
    candidate.body.exprs.len() <= MAX_EXPRS
        && !candidate.function.params.is_empty()
        && candidate.function.output.is_some()
}

fn lets_everybody_in(gate: &Gate<'_, '_>) -> bool {
    let words = gate.words;
    if gate.default_method
        || words.is("no-check-name", &gate.name)
        || words.is("open-by-name", &gate.owner)
        || words.is("open-by-name", &gate.name)
    {
        return false;
    }
    let yes = |verdict: &Verdict, expr| match verdict {
        Verdict::Yes => true,
        Verdict::Other => gate.opens(&access::paths::Outcome { expr, verdict: *verdict }),
        Verdict::Given => gate.gives_grant(expr),
        Verdict::Decided(expr) => {
            gate.opens(&access::paths::Outcome { expr: *expr, verdict: Verdict::Other })
        }
        Verdict::No => false,
    };
    if gate.outcomes.is_empty()
        || !gate.outcomes.iter().all(|(outcome, _)| yes(&outcome.verdict, outcome.expr))
        || !gate.body.iter().all(|(_, expr)| is_idle(&expr.kind))
    {
        return false;
    }
    let shown: Vec<bool> =
        gate.body.params.iter().filter_map(|id| shown_unread(gate, *id)).collect();
    let ignored = !shown.is_empty() && shown.iter().all(|unread| *unread);
    let answers =
        gate.decides || gate.function.output.as_ref().is_some_and(|ty| !type_name(ty).is_empty());
    ignored && answers && (gate.decides || gate.is_about_access())
}

/// Whether a parameter that is a credential is not read; `None` for other parameters.
fn shown_unread(gate: &Gate<'_, '_>, param: crate::ir::ExprId) -> Option<bool> {
    let ExprKind::Bind { pattern, ty, .. } = gate.paths.kind(param) else { return None };
    let (name, local) = match pattern {
        Pattern::Bind { local, .. } => {
            (gate.body.locals[local.0 as usize].name.to_string(), Some(*local))
        }
        _ => return None,
    };
    let name = name.trim_start_matches('_');
    let words = gate.words;
    let text = ty.as_ref().is_some_and(is_text);
    let shown = words.is("credential-name", name) || (text && words.is("shown-name", name));
    if !shown {
        return None;
    }
    let read = gate.body.iter().any(|(_, expr)| match expr.kind {
        ExprKind::Local(read) => Some(read) == local,
        _ => false,
    });
    Some(!read)
}

/// Text or bytes, also optional.
fn is_text(ty: &Type) -> bool {
    match ty {
        Type::Ref(inner) => is_text(inner),
        Type::Slice(inner) => type_name(inner) == "u8",
        Type::Path(path) => path.last().is_some_and(|segment| match segment.name.as_str() {
            "str" | "String" | "Vec" => true,
            "Option" | "Cow" => segment.args.iter().any(is_text),
            _ => false,
        }),
        _ => false,
    }
}
