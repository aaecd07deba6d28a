//! A secret that is written in the code and opens something: an input that is compared with a
//! constant, where the answer of yes depends on it.
//!
//! It reports only what says yes: a constant that leads to a refusal, a keyword of a grammar or
//! a scheme is not reported. Whether the constant is the only way in is not asked.

use std::collections::BTreeSet;

use super::access::atoms::{Asks, How};
use super::access::inputs::Input;
use super::access::paths::{Outcome, Verdict, Way};
use super::access::{self, Candidate, Gate};
use crate::ir::{ExprId, ExprKind};
use crate::lint::claim::Claim;
use crate::lint::engine::Subject;
use crate::lint::load::Lint;
use crate::span::{Place, Span};
use crate::vocab::{Effect, Role};

/// Constants that one input is compared with, before they are a grammar.
const MAX_WORDS: usize = 4;

/// Effects that are something to open.
pub const PRIVILEGED: &[Effect] =
    &[Effect::ProcessSpawn, Effect::CodeLoad, Effect::MemoryExecute, Effect::FsDelete];

pub fn check(subject: &Subject<'_>, index: usize, lint: &Lint, found: &mut Vec<Claim>) {
    let mut seen: BTreeSet<Place> = BTreeSet::new();
    let likely = |candidate: &Candidate<'_, '_>| {
        candidate.decides_something()
            && (candidate.speaks_of_access() || candidate.names_high_role())
    };
    access::each(subject, lint, likely, |gate| {
        for (secret, open) in alternatives(gate) {
            report(gate, index, lint, &secret, (open, None), &mut seen, found);
        }
        if gate.words.is("no-check-name", &gate.name) {
            return;
        }
        let refuses = gate
            .outcomes
            .iter()
            .any(|(outcome, _)| outcome.verdict == Verdict::No || gate.refuses(outcome.expr));
        for (outcome, ways) in &gate.outcomes {
            // Any answer, where another one is a refusal.
            let answer = outcome.verdict == Verdict::Other
                && refuses
                && gate.is_about_access()
                && !gate.refuses(outcome.expr);
            if !answer && !gate.opens(outcome) {
                continue;
            }
            for secret in ways.iter().flat_map(|way| secrets(gate, way, Some(outcome))) {
                report(gate, index, lint, &secret, (outcome.expr, None), &mut seen, found);
            }
        }
        for (expr, what, ways) in gate.grants(PRIVILEGED) {
            for secret in ways.iter().flat_map(|way| secrets(gate, way, None)) {
                if secret.strong {
                    report(gate, index, lint, &secret, (expr, what.clone()), &mut seen, found);
                }
            }
        }
    });
    for fact in &subject.facts.facts {
        let key = fact.args.iter().find(|arg| arg.role == Role::Key && arg.value.is_fixed());
        let (true, Some(key)) = (fact.marks.contains(TOKEN_KEY), key) else { continue };
        if fact.test && !lint.file.place.tests {
            continue;
        }
        let text = key.value.texts().into_iter().next().unwrap_or_default();
        let label = format!("the key of tokens is the constant `{text}`");
        let mut claim = subject.claim(index, fact.body, (fact.place, label), &[fact]);
        let owner = &subject.facts.bodies[fact.body].owner.path;
        let name = owner.rsplit("::").next().unwrap_or(owner).to_owned();
        claim.values.insert("item".to_owned(), name);
        found.push(claim);
    }
}

/// The mark of calls that take the key of signed tokens.
const TOKEN_KEY: &str = "token-key";

/// An input and the constant that it has to be.
struct Secret {
    input: Input,
    constant: String,
    span: Span,
    /// The input is called what a credential is called.
    strong: bool,
}

/// `shown == stored || shown == "constant"`: what is shown is compared with what is stored, or
/// with a constant. Whatever comes of it, the constant is worth as much as the stored one.
fn alternatives(gate: &Gate<'_, '_>) -> Vec<(Secret, ExprId)> {
    let atoms = gate.atoms();
    let either = gate
        .body
        .iter()
        .filter(|(_, expr)| matches!(&expr.kind, ExprKind::Binary { op, .. } if op == "||"));
    let mut all = Vec::new();
    for (id, _) in either {
        let asked: Vec<Asks> = gate
            .paths
            .whenever(id)
            .into_iter()
            .filter_map(|way| match way.as_slice() {
                [only] => Some(atoms.ask(*only)),
                // The value is there, and it is the constant.
                [_, last] => Some(atoms.ask(*last)),
                _ => None,
            })
            .collect();
        let checked = |input: &Input| {
            asked.iter().any(|ask| {
                let Asks::Check { about } = ask else { return false };
                let stored = gate.words.any("credential-name", about)
                    && input.names.first().is_some_and(|name| about.contains(name));
                // A part of a request on one side, a check of the request on the other.
                let checking = |name: &String| {
                    gate.words.is("access-check-name", name) || gate.words.is("checking-call", name)
                };
                let part = input.key.is_some()
                    && about.iter().any(checking)
                    && input.names.iter().any(|name| about.contains(name));
                stored || part
            })
        };
        for ask in &asked {
            let Asks::Compares { input, constant, how, span, .. } = ask else { continue };
            if *how == How::Part || input.environment || !checked(input) {
                continue;
            }
            let standard = input.key.as_ref().is_some_and(|key| {
                gate.words.is("standard-header", key) && !gate.words.is("credential-name", key)
            });
            if standard && !input.names.iter().any(|name| name == "cookie") {
                continue;
            }
            let usable = |text: &&String| {
                is_secret(gate, text, false) && (input.key.is_none() || is_mixed(text))
            };
            let Some(constant) = constant.iter().find(usable).cloned() else { continue };
            all.push((Secret { input: input.clone(), constant, span: *span, strong: true }, id));
        }
    }
    all
}

/// `outcome`: what the way comes to; `None` when something is granted beside the result.
fn secrets(gate: &Gate<'_, '_>, way: &Way, outcome: Option<&Outcome>) -> Vec<Secret> {
    let atoms = gate.atoms();
    let mut all = Vec::new();
    for atom in way {
        let Asks::Compares { input, constant, beside, how, span } = atoms.ask(*atom) else {
            continue;
        };
        if how == How::Part || is_grammar(gate, &input) {
            continue;
        }
        if outcome.is_some_and(|outcome| is_name_alone(gate, outcome, &input, way)) {
            let usable = |text: &&String| is_secret(gate, text, true) && !is_open(gate, text);
            if let Some(constant) = constant.iter().find(usable).cloned() {
                all.push(Secret { input, constant, span, strong: true });
            }
            continue;
        }
        let pair = beside.iter().any(|text| gate.words.is("high-role", text))
            && constant.iter().any(|text| is_mixed(text));
        if pair && outcome.is_some_and(|outcome| gate.opens(outcome)) {
            let constant = constant.into_iter().next().unwrap_or_default();
            all.push(Secret { input, constant, span, strong: true });
            continue;
        }
        let Some(strong) = names_credential(gate, &input) else { continue };
        let usable = |text: &&String| is_secret(gate, text, strong);
        let Some(constant) = constant.iter().find(usable).cloned() else { continue };
        let opens = |outcome| leads_in(gate, outcome, &input, how, strong, way);
        if outcome.is_none_or(opens) {
            all.push(Secret { input, constant, span, strong });
        }
    }
    all
}

/// A name that is let in without a look at the password, where others are asked for theirs.
fn is_name_alone(gate: &Gate<'_, '_>, outcome: &Outcome, input: &Input, way: &Way) -> bool {
    let lets_in = match outcome.verdict {
        Verdict::Yes | Verdict::Decided(_) => true,
        Verdict::Given => gate.gives_grant(outcome.expr),
        Verdict::Other => gate.opens(outcome),
        Verdict::No => false,
    };
    let shown = gate.body.params.iter().any(|param| match gate.paths.kind(*param) {
        ExprKind::Bind { pattern, .. } => {
            let mut named = false;
            pattern.locals(&mut |local| {
                let name = gate.body.locals[local.0 as usize].name.trim_start_matches('_');
                named |= gate.words.is("credential-name", name);
            });
            named
        }
        _ => false,
    });
    let identity = |name: &String| gate.words.is("identity-name", name);
    let atoms = gate.atoms();
    let looks = |atom| match atoms.ask(atom) {
        Asks::Check { .. } | Asks::Present { .. } => true,
        Asks::Compares { input, .. } => !input.names.first().is_some_and(identity),
        _ => false,
    };
    lets_in
        && shown
        && gate.is_about_access()
        && input.names.first().is_some_and(identity)
        && !way.iter().any(|atom| atom.holds && looks(*atom))
        && gate.checks_elsewhere(way)
}

/// Names under which everybody may come.
fn is_open(gate: &Gate<'_, '_>, text: &str) -> bool {
    gate.words.is("open-account", text)
}

/// Letters and digits of some length: nobody's name and no role.
fn is_mixed(text: &str) -> bool {
    text.len() >= 6
        && text.chars().any(|c| c.is_ascii_digit())
        && text.chars().any(char::is_alphabetic)
        && !text.starts_with('/')
}

/// Whether the input is a credential: by its own names (`true`), or by where it is asked for
/// (`false`).
fn names_credential(gate: &Gate<'_, '_>, input: &Input) -> Option<bool> {
    let words = gate.words;
    let nearest = input.names.first()?;
    let standard = |key: &str| {
        words.is("standard-header", key) && !words.is("credential-name", key) && key != "cookie"
    };
    if input.key.as_deref().is_some_and(standard) {
        return None;
    }
    if words.is("kind-name", nearest) || words.is("kind-name", input.key.as_deref().unwrap_or("")) {
        return None;
    }
    if words.any("credential-name", &input.names) {
        return Some(true);
    }
    let about = gate.is_about_access();
    if words.any("weak-credential-name", &input.names)
        && (about || words.is("deciding-name", &gate.name) || words.is("access-type", &gate.owner))
    {
        return Some(true);
    }
    let other = words.any("identity-name", &input.names) || words.any("place-name", &input.names);
    (about && !other && !input.environment).then_some(false)
}

/// Whether a constant can be a secret.
fn is_secret(gate: &Gate<'_, '_>, text: &str, strong: bool) -> bool {
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    let words = gate.words;
    letters >= if text.chars().all(|c| c.is_ascii_digit()) { 4 } else { 3 }
        && !words.is("protocol-word", text.trim())
        && !text.starts_with('/')
        && (strong || !words.is("identity-word", text))
}

/// Whether the outcome is about being let in.
fn leads_in(
    gate: &Gate<'_, '_>,
    outcome: &Outcome,
    input: &Input,
    how: How,
    strong: bool,
    way: &Way,
) -> bool {
    let about = gate.is_about_access()
        || gate.words.is("deciding-name", &gate.name)
        || gate.words.is("access-type", &gate.owner);
    match outcome.verdict {
        Verdict::Yes | Verdict::Decided(_) if gate.decides => strong || !checks(gate, way),
        Verdict::Other => strong && (input.key.is_some() || about),
        _ => strong && (about || how == How::Verified || gate.checks_elsewhere(way)),
    }
}

/// The way also asks for something that is not constant.
pub fn checks(gate: &Gate<'_, '_>, way: &Way) -> bool {
    let atoms = gate.atoms();
    way.iter().any(|atom| matches!(atoms.ask(*atom), Asks::Check { .. }))
}

/// An input that is one of many words is read, not checked.
pub fn is_grammar(gate: &Gate<'_, '_>, input: &Input) -> bool {
    let atoms = gate.atoms();
    let mut words: BTreeSet<String> = BTreeSet::new();
    for way in gate.outcomes.iter().flat_map(|(_, ways)| ways) {
        for atom in way {
            if let Asks::Compares { input: other, constant, .. } = atoms.ask(*atom)
                && other.names == input.names
            {
                words.extend(constant);
            }
        }
    }
    words.len() >= MAX_WORDS
}

fn report(
    gate: &Gate<'_, '_>,
    index: usize,
    lint: &Lint,
    secret: &Secret,
    opened: (ExprId, Option<String>),
    seen: &mut BTreeSet<Place>,
    found: &mut Vec<Claim>,
) {
    let place = gate.place(secret.span);
    if !seen.insert(place) {
        return;
    }
    let mut claim = gate.claim(index, lint, place);
    let name = secret.input.names.first().cloned().unwrap_or_default();
    claim.values.insert("name".to_owned(), name);
    claim.values.insert("secret".to_owned(), secret.constant.clone());
    let (expr, what) = opened;
    let words = what.unwrap_or_else(|| "and this lets in".to_owned());
    let span = gate.body.expr(expr).span;
    if !secret.span.contains(span) && !span.contains(secret.span) {
        claim.labels.push((gate.place(span), words));
    }
    gate.fill(lint, &mut claim);
    found.push(claim);
}
