//! A trigger: a header, a variable, a word or a switch that leads around the check of a
//! credential, or to something that only a few should be able to start.
//!
//! Around a check means: another way to the same answer looks at a credential, and this one
//! does not. Paths, methods, roles and the headers of the standards are no triggers.

use std::collections::BTreeSet;

use super::access::atoms::{Asks, How};
use super::access::inputs::Input;
use super::access::paths::{Outcome, Verdict, Way};
use super::access::{self, Candidate, Gate};
use super::hidden_credential::{PRIVILEGED, checks, is_grammar};
use crate::ir::ExprId;
use crate::lint::claim::Claim;
use crate::lint::engine::Subject;
use crate::lint::load::Lint;
use crate::span::{Place, Span};

pub fn check(subject: &Subject<'_>, index: usize, lint: &Lint, found: &mut Vec<Claim>) {
    let mut seen: BTreeSet<Place> = BTreeSet::new();
    let likely = |candidate: &Candidate<'_, '_>| {
        candidate.decides_something()
            && (candidate.speaks_of_access()
                || candidate.names_high_role()
                || candidate.does(PRIVILEGED))
    };
    access::each(subject, lint, likely, |gate| {
        let tells = gate.words.is("no-check-name", &gate.name);
        for (outcome, ways) in gate.outcomes.iter().filter(|_| !tells) {
            let answer = outcome.verdict == Verdict::Other && !gate.refuses(outcome.expr);
            if !answer && !gate.opens(outcome) {
                continue;
            }
            for way in ways {
                let Some((what, span)) = around(gate, outcome, way) else { continue };
                let words = "and here nothing else is asked for".to_owned();
                report(gate, index, lint, (what, span), (outcome.expr, words), &mut seen, found);
            }
        }
        for (expr, words, ways) in gate.grants(PRIVILEGED) {
            let effect = words.is_some();
            let words = words.unwrap_or_else(|| "and this is granted".to_owned());
            for way in &ways {
                let chosen = gate.is_chosen(expr);
                let atoms = gate.atoms();
                let present = |atom| matches!(atoms.ask(atom), Asks::Present { .. });
                if !effect && way.iter().any(|atom| present(*atom)) {
                    continue;
                }
                if let Some(told) = starts(gate, way, chosen) {
                    report(gate, index, lint, told, (expr, words.clone()), &mut seen, found);
                }
            }
        }
    });
}

/// What leads around the check, when something does.
fn around(gate: &Gate<'_, '_>, outcome: &Outcome, way: &Way) -> Option<(String, Span)> {
    let atoms = gate.atoms();
    let asked: Vec<Asks> = way.iter().map(|atom| atoms.ask(*atom)).collect();
    let credential = |input: &Input| gate.words.any("credential-name", &input.names);
    let passes = asked.iter().any(|ask| match ask {
        Asks::Check { .. } => true,
        Asks::Compares { input, .. } => credential(input),
        _ => false,
    });
    if passes {
        return None;
    }
    let other = outcome.verdict == Verdict::Other;
    let told = asked.into_iter().find_map(|ask| trigger(gate, ask, other))?;
    gate.checks_elsewhere(way).then_some(told)
}

/// `other`: the outcome may be anything, so that only a clear trigger counts.
fn trigger(gate: &Gate<'_, '_>, ask: Asks, other: bool) -> Option<(String, Span)> {
    let words = gate.words;
    match ask {
        Asks::Switch { name, span } => Some((format!("the variable `{name}`"), span)),
        Asks::Always { name, span } if !other => {
            Some((format!("`{name}`, which always says yes"), span))
        }
        Asks::Present { input, span } => {
            let key = input.key.clone()?;
            is_own_key(gate, &input, &key).then(|| (said(&input, &key), span))
        }
        Asks::Compares { input, constant, how, span, .. } => {
            let nearest = input.names.first()?;
            // A mode has words of its own; a value with digits in it is none of them.
            let kind = words.is("kind-name", nearest)
                && !(input.environment && how == How::Whole && constant.iter().any(|t| is_odd(t)));
            if kind
                || words.any("identity-name", &input.names)
                || words.any("place-name", &input.names)
                || is_grammar(gate, &input)
            {
                return None;
            }
            if let Some(key) = &input.key {
                let odd = how != How::Part
                    && words.is("free-header", key)
                    && constant.iter().any(|text| looks_secret(text) && !text.contains('/'));
                let own = is_own_key(gate, &input, key) || odd;
                return own.then(|| (said(&input, key), span));
            }
            let text = constant.iter().find(|text| {
                let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
                let enough = if how == How::Part { 6 } else { 4 };
                letters >= enough
                    && !words.is("protocol-word", text)
                    && !words.is("identity-word", text)
                    && !text.starts_with('/')
            })?;
            (!other).then(|| (format!("the word `{text}` in `{nearest}`"), span))
        }
        _ => None,
    }
}

/// A header, a parameter or a variable that no standard defines.
fn is_own_key(gate: &Gate<'_, '_>, input: &Input, key: &str) -> bool {
    let request = input.environment || gate.words.any("request-name", &input.names);
    request
        && !gate.words.is("standard-header", key)
        && !gate.words.is("credential-name", key)
        && !gate.words.is("weak-credential-name", key)
}

fn said(input: &Input, key: &str) -> String {
    if input.environment {
        format!("the environment variable `{key}`")
    } else {
        format!("`{key}` in a request")
    }
}

/// Something from a request or a packet that starts what is privileged.
///
/// `chosen`: what runs is not written in the code, so that a whole line that opens it may be an
/// ordinary one.
fn starts(gate: &Gate<'_, '_>, way: &Way, chosen: bool) -> Option<(String, Span)> {
    if checks(gate, way) {
        return None;
    }
    let atoms = gate.atoms();
    way.iter().find_map(|atom| match atoms.ask(*atom) {
        Asks::Present { input, span } => {
            let key = input.key.clone()?;
            (!input.environment && is_own_key(gate, &input, &key) && is_header(gate, &input))
                .then(|| (said(&input, &key), span))
        }
        Asks::Compares { input, constant, how, span, .. } => {
            if input.environment || is_grammar(gate, &input) {
                return None;
            }
            let line = |text: &str| {
                chosen && input.received && how != How::Part && looks_secret(&one_word(text))
            };
            let told = |text: &&String| {
                !gate.words.is("protocol-word", text) && (looks_secret(text) || line(text))
            };
            let text = constant.iter().find(told)?;
            let own = input.key.is_some() || !gate.words.any("place-name", &input.names);
            let asked = gate.words.any("query-name", &input.names);
            let header = (own || asked) && is_header(gate, &input);
            (header || input.received).then(|| (format!("the word `{text}` from outside"), span))
        }
        _ => None,
    })
}

fn is_header(gate: &Gate<'_, '_>, input: &Input) -> bool {
    gate.words.any("request-name", &input.names)
}

/// A line as one word: its blanks and the slash at its beginning count for nothing.
fn one_word(text: &str) -> String {
    text.split_whitespace().map(|part| part.trim_start_matches('/')).collect()
}

/// A word that nobody says by accident.
fn looks_secret(text: &str) -> bool {
    let has = |test: fn(char) -> bool| text.chars().any(test);
    let kinds = [
        has(|c| c.is_ascii_lowercase()),
        has(|c| c.is_ascii_uppercase()),
        has(|c| c.is_ascii_digit()),
        has(|c| !c.is_ascii_alphanumeric()),
    ];
    text.chars().count() >= 8
        && !text.contains(' ')
        && !text.starts_with('/')
        && kinds.iter().filter(|kind| **kind).count() >= 2
}

/// Letters and digits in one word of some length.
fn is_odd(text: &str) -> bool {
    text.len() >= 6
        && !text.contains(' ')
        && text.chars().any(|c| c.is_ascii_digit())
        && text.chars().any(char::is_alphabetic)
}

fn report(
    gate: &Gate<'_, '_>,
    index: usize,
    lint: &Lint,
    told: (String, Span),
    opened: (ExprId, String),
    seen: &mut BTreeSet<Place>,
    found: &mut Vec<Claim>,
) {
    let (what, span) = told;
    let place = gate.place(span);
    if !seen.insert(place) {
        return;
    }
    let mut claim = gate.claim(index, lint, place);
    claim.values.insert("name".to_owned(), what);
    let target = gate.body.expr(opened.0).span;
    if !span.contains(target) && !target.contains(span) {
        claim.labels.push((gate.place(target), opened.1));
    }
    gate.fill(lint, &mut claim);
    found.push(claim);
}
