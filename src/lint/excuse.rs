//! Claims that are not made because what came from the network is checked on its way.
//!
//! A lint names the checks (`unless`). A check counts when it gets what was received, or
//! something made of it, in the code around the place: a check of something else is none.

use rustc_hash::FxHashSet;

use super::claim::Claim;
use super::engine::{Subject, matches};
use super::load::Lint;
use super::matcher::Matching;
use crate::facts::Fact;
use crate::flow::{Graph, Node};
use crate::vocab::{DataKind, Effect, Level, Role};

/// Calls above the place, and calls below those.
const ABOVE: usize = 3;
const BELOW: usize = 5;

/// Takes out the claims that are excused.
pub fn retain(
    claims: &mut Vec<Claim>,
    subjects: &[Subject<'_>],
    graph: &Graph,
    lints: &[(Lint, Level)],
    matching: &Matching<'_>,
) {
    claims.retain(|claim| {
        let checks = &lints[claim.lint].0.file.unless;
        checks.is_empty()
            || !subjects.iter().any(|subject| {
                let here = subject.facts.facts.iter().find(|f| f.place == claim.primary.0);
                here.is_some_and(|fact| {
                    let near = around(subject, fact.body);
                    let facts = || {
                        let all = subject.facts.facts.iter();
                        all.filter(|fact| near.contains(&fact.body) && !fact.test)
                    };
                    let received: FxHashSet<Node> = facts()
                        .filter(|f| is_received(f))
                        .flat_map(|f| given(subject, graph, f))
                        .collect();
                    facts().any(|fact| {
                        checks.iter().any(|check| matches(subject, matching, check, fact))
                            && gets(subject, graph, fact, &received)
                    })
                })
            })
    });
}

fn around(subject: &Subject<'_>, body: usize) -> FxHashSet<usize> {
    let above: Vec<usize> = subject.graph.reaching(&[body], ABOVE).into_keys().collect();
    subject.graph.reachable(&above, BELOW).into_keys().collect()
}

fn is_received(fact: &Fact) -> bool {
    fact.effects.contains(&Effect::NetworkReceive) || fact.data.contains(&DataKind::Remote)
}

/// Where what a fact gives comes out.
fn given(subject: &Subject<'_>, graph: &Graph, fact: &Fact) -> Vec<Node> {
    let at = subject.facts.bodies[fact.body].owner.at;
    fact.steps.iter().filter_map(|step| graph.expr(at, step.expr)).collect()
}

/// Whether what a check looks at was received.
fn gets(subject: &Subject<'_>, graph: &Graph, check: &Fact, received: &FxHashSet<Node>) -> bool {
    let at = subject.facts.bodies[check.body].owner.at;
    let looked = check.args.iter().filter(|arg| matches!(arg.role, Role::Body | Role::Path));
    looked
        .filter_map(|arg| graph.expr(at, arg.expr))
        .any(|node| graph.origins(node, true).iter().any(|origin| received.contains(origin)))
}
