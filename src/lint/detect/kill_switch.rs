//! A switch in another hand: what the network says, or the date alone, decides that the program
//! ends, breaks off or deletes.
//!
//! Whether a request failed is no such word: statuses and errors are left out.

use std::collections::BTreeSet;

use super::access::atoms::Asks;
use super::access::paths::Atom;
use super::access::{self, Candidate, Gate};
use crate::facts::Fact;
use crate::facts::value::Value;
use crate::ir::{ExprId, ExprKind, Literal};
use crate::lint::claim::Claim;
use crate::lint::engine::Subject;
use crate::lint::load::Lint;
use crate::span::Place;
use crate::vocab::Effect;

/// Expressions that are looked at behind one condition.
const MAX_VISITS: usize = 400;
/// Seconds of a date of this century, and the same in milliseconds.
const DATE_SECONDS: u128 = 1_400_000_000;
const ENDS: &[Effect] = &[Effect::ProcessExit, Effect::FsDelete];

pub fn check(subject: &Subject<'_>, index: usize, lint: &Lint, found: &mut Vec<Claim>) {
    let mut seen: BTreeSet<Place> = BTreeSet::new();
    access::each(subject, lint, likely, |gate| {
        let mut ends = gate.grants(ENDS);
        ends.retain(|(_, words, _)| words.is_some());
        for (id, expr) in gate.body.iter() {
            if let ExprKind::Macro(call) = &expr.kind
                && call.path.last().is_some_and(|s| s.name == "panic")
            {
                ends.push((id, Some("breaks off".to_owned()), gate.paths.ways_to(id)));
            }
        }
        for (end, words, ways) in ends {
            let panics = matches!(gate.paths.kind(end), ExprKind::Macro(_));
            for atom in ways.iter().flatten() {
                let what = match () {
                    () if is_date(gate, atom.expr) => "the date",
                    () if is_received_word(gate, *atom) => "an answer from the network",
                    () if is_answer(gate, atom.expr) && (!panics || is_switch(gate, atom.expr)) => {
                        "an answer from the network"
                    }
                    () => continue,
                };
                let place = gate.place(gate.body.expr(atom.expr).span);
                if !seen.insert(place) {
                    continue;
                }
                let mut claim = gate.claim(index, lint, place);
                claim.values.insert("name".to_owned(), what.to_owned());
                let target = gate.place(gate.body.expr(end).span);
                claim.labels.push((target, words.clone().unwrap_or_default()));
                gate.fill(lint, &mut claim);
                found.push(claim);
            }
        }
    });
}

/// It ends or deletes something, or it knows what time it is and can break off.
fn likely(candidate: &Candidate<'_, '_>) -> bool {
    let named = |class: &'static str| {
        candidate.body.iter().any(|(_, expr)| match &expr.kind {
            ExprKind::MethodCall { method, .. } => candidate.words.is(class, method),
            ExprKind::Path(path) => path.last().is_some_and(|s| candidate.words.is(class, &s.name)),
            _ => false,
        })
    };
    let asks = [Effect::NetworkReceive, Effect::NetworkSend];
    candidate.does(ENDS) || named("now-function") || candidate.does(&asks)
}

/// Everything that an expression is made of, locals followed to where they are bound.
fn behind(gate: &Gate<'_, '_>, start: ExprId) -> Vec<ExprId> {
    let mut seen: BTreeSet<ExprId> = BTreeSet::new();
    let mut open = vec![start];
    while let Some(next) = open.pop() {
        for (id, expr) in gate.paths.inside(next) {
            if seen.len() >= MAX_VISITS || !seen.insert(id) {
                continue;
            }
            if let ExprKind::Local(local) = expr.kind
                && let Some(bind) = gate.paths.bind(local)
                && let ExprKind::Bind { value: Some(value), .. } = gate.paths.kind(bind)
            {
                open.push(*value);
            }
        }
        if let ExprKind::Bind { value: Some(value), .. } = gate.paths.kind(next) {
            open.push(*value);
        }
    }
    seen.into_iter().collect()
}

/// A word of an answer: a comparison with a constant, a field that is true or not, a text that
/// contains something; and it comes from a call that receives.
fn is_answer(gate: &Gate<'_, '_>, atom: ExprId) -> bool {
    let words = gate.words;
    let constant = |id: ExprId| gate.inputs.known.value(id).is_fixed();
    let asked = match gate.paths.kind(atom) {
        ExprKind::Binary { op, left, right } if op == "==" || op == "!=" => {
            constant(*left) != constant(*right)
        }
        ExprKind::MethodCall { method, args, .. } => {
            let asks = ["contains", "starts_with", "eq", "eq_ignore_ascii_case", "get", "as_bool"];
            asks.contains(&method.as_str()) && args.iter().all(|arg| constant(*arg))
                || method.starts_with("unwrap_or")
        }
        ExprKind::Field { .. } => true,
        ExprKind::Bind { pattern, .. } => says_word(pattern),
        _ => false,
    };
    if !asked {
        return false;
    }
    let all = behind(gate, atom);
    let near: Vec<ExprId> = gate.paths.inside(atom).map(|(id, _)| id).collect();
    let status = near.iter().any(|id| match gate.paths.kind(*id) {
        ExprKind::MethodCall { method, .. } => words.is("outcome-name", method),
        ExprKind::Field { name, .. } => words.is("outcome-name", name),
        ExprKind::Local(local) => {
            words.is("outcome-name", &gate.body.locals[local.0 as usize].name)
        }
        ExprKind::Path(path) => path.last().is_some_and(|s| words.is("outcome-name", &s.name)),
        ExprKind::Literal(Literal::Text(text)) => words.is("outcome-name", text),
        _ => false,
    });
    !status && all.iter().any(|id| receives(gate, *id))
}

/// A field or a key of an answer that is called what switches are called.
fn is_switch(gate: &Gate<'_, '_>, atom: ExprId) -> bool {
    gate.paths.inside(atom).any(|(_, expr)| match &expr.kind {
        ExprKind::Field { name, .. } => gate.words.is("switch-name", name),
        ExprKind::Literal(Literal::Text(text)) => gate.words.is("switch-name", text),
        _ => false,
    })
}

/// Bytes that a connection filled are the same as a constant. That they are not is what every
/// protocol asks.
fn is_received_word(gate: &Gate<'_, '_>, atom: Atom) -> bool {
    let atoms = gate.atoms();
    match atoms.ask(atom) {
        Asks::Compares { input, constant, .. } => {
            let letters = |text: &String| text.chars().filter(|c| c.is_alphabetic()).count() >= 3;
            input.received && constant.iter().any(letters)
        }
        _ => false,
    }
}

fn says_word(pattern: &crate::ir::Pattern) -> bool {
    use crate::ir::Pattern as P;
    match pattern {
        P::Literal(Literal::Text(_)) => true,
        P::Or(parts) => parts.iter().any(says_word),
        P::Variant { fields, .. } => fields.iter().any(says_word),
        _ => false,
    }
}

/// A call that brings something in from the network.
fn receives(gate: &Gate<'_, '_>, id: ExprId) -> bool {
    let (ExprKind::Call { .. } | ExprKind::MethodCall { .. }) = gate.paths.kind(id) else {
        return false;
    };
    let span = gate.body.expr(id).span;
    let network = |fact: &Fact| {
        let kinds = [Effect::NetworkReceive, Effect::NetworkSend];
        fact.effects.iter().any(|effect| kinds.contains(effect))
    };
    let facts = gate.subject.facts;
    // A helper that gets the answer.
    let mut edges = facts.bodies[gate.number].edges.iter();
    let helped = edges.any(|edge| {
        edge.span.end == span.end
            && span.contains(edge.span)
            && facts.bodies.iter().enumerate().any(|(number, body)| {
                body.owner.at.file == edge.target.file
                    && body.owner.at.body == edge.target.body
                    && facts.of_body(number).iter().any(|index| network(&facts.facts[*index]))
            })
    });
    helped
        || facts.of_body(gate.number).iter().map(|index| &facts.facts[*index]).any(|fact| {
            fact.via.is_none()
                && network(fact)
                && fact
                    .steps
                    .iter()
                    .any(|step| step.span.end == span.end && span.contains(step.span))
        })
}

/// Now, compared with a date that is written down.
fn is_date(gate: &Gate<'_, '_>, atom: ExprId) -> bool {
    let ExprKind::Binary { op, left, right } = gate.paths.kind(atom) else { return false };
    if !matches!(op.as_str(), "<" | ">" | "<=" | ">=") {
        return false;
    }
    let sides = [behind(gate, *left), behind(gate, *right)];
    let now = |side: &[ExprId]| side.iter().any(|id| calls(gate, *id, "now-function"));
    match (now(&sides[0]), now(&sides[1])) {
        (true, false) => is_fixed_date(gate, *right, &sides[1]),
        (false, true) => is_fixed_date(gate, *left, &sides[0]),
        _ => false,
    }
}

fn is_fixed_date(gate: &Gate<'_, '_>, side: ExprId, all: &[ExprId]) -> bool {
    match gate.inputs.known.value(side) {
        Value::Integer(number) if *number >= DATE_SECONDS => return true,
        _ => {}
    }
    let made = all.iter().any(|id| calls(gate, *id, "date-function"));
    let year = all.iter().any(|id| match gate.paths.kind(*id) {
        ExprKind::Literal(Literal::Integer(Some(number))) => {
            (2015..2100).contains(number) || *number >= DATE_SECONDS
        }
        ExprKind::Literal(Literal::Text(text)) => {
            text.len() >= 8 && text.starts_with("20") && text.as_bytes()[2].is_ascii_digit()
        }
        _ => false,
    });
    let outside = all.iter().any(|id| gate.inputs.of(*id).outside);
    made && year && !outside
}

fn calls(gate: &Gate<'_, '_>, id: ExprId, class: &'static str) -> bool {
    match gate.paths.kind(id) {
        ExprKind::MethodCall { method, .. } => gate.words.is(class, method),
        ExprKind::Call { callee, .. } => match gate.paths.kind(*callee) {
            ExprKind::Path(path) => path.last().is_some_and(|s| gate.words.is(class, &s.name)),
            _ => false,
        },
        _ => false,
    }
}
