//! What chooses a value at run time, and what decides whether code runs: in the words of the
//! code, as far as it can be followed back.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::sent::is_collected;
use crate::facts::conditions::{Conditions, Test};
use crate::facts::{Argument, Fact};
use crate::flow::{FieldKey, Graph, Meaning, Node, Way};
use crate::ir::{Body, ExprId, ExprKind, ItemKind, LocalId, Pattern, Type};
use crate::lint::engine::Subject;
use crate::lint::matcher::{Matching, readable};
use crate::names::BodyRef;
use crate::vocab::{DataKind, Effect, Role};

/// Nodes that are looked at for where a value comes from.
const MAX_BACK: usize = 600;
/// Parts of an expression that are written out.
const MAX_PARTS: usize = 6;

pub(super) struct Origins<'s, 'a> {
    subjects: &'s [Subject<'a>],
    graph: &'s Graph,
    /// The fact whose call stands at a node.
    facts: FxHashMap<Node, (usize, usize)>,
}

impl<'s, 'a> Origins<'s, 'a> {
    pub(super) fn new(
        subjects: &'s [Subject<'a>],
        graph: &'s Graph,
        matching: &Matching<'_>,
    ) -> Self {
        let mut facts = FxHashMap::default();
        for (number, subject) in subjects.iter().enumerate() {
            for (index, fact) in subject.facts.facts.iter().enumerate() {
                // What is known when the program is compiled is no choice.
                if !is_collected(fact, matching) {
                    continue;
                }
                let at = subject.facts.bodies[fact.body].owner.at;
                let nodes = fact.steps.iter().filter_map(|step| graph.expr(at, step.expr));
                nodes.for_each(|node| _ = facts.entry(node).or_insert((number, index)));
            }
        }
        Self { subjects, graph, facts }
    }

    /// What chooses an argument: `` `settings.url` ``, `the environment variable `X``.
    pub(super) fn of(&self, subject: &Subject<'_>, fact: &Fact, arg: &Argument) -> String {
        let at = subject.facts.bodies[fact.body].owner.at;
        let body = subject.unit.files[&at.file].body(at.body);
        // Of `(host, port)`, the host.
        let expr = match body.exprs.get(arg.expr.0 as usize).map(|expr| &expr.kind) {
            Some(ExprKind::Tuple(parts)) => parts.first().copied().unwrap_or(arg.expr),
            _ => arg.expr,
        };
        let written = written(body, expr, MAX_PARTS);
        let node = self.graph.expr(at, expr);
        // What the value is comes before what it is made from.
        let source =
            node.and_then(|node| self.source(node, false).or_else(|| self.source(node, true)));
        match (written, source) {
            (Some(text), Some(source)) if text.contains('.') => format!("`{text}` ({source})"),
            (_, Some(source)) => source,
            (Some(text), None) => format!("`{text}`"),
            (None, None) => "code that could not be followed".to_owned(),
        }
    }

    /// Where a value comes from: of all that is found, what says most.
    fn source(&self, node: Node, made: bool) -> Option<String> {
        let mut seen = FxHashSet::from_iter([node]);
        let mut todo = vec![node];
        let mut best: Option<(usize, String)> = None;
        let mut at = 0;
        while let Some(node) = todo.get(at).copied() {
            at += 1;
            let said = self.said(node);
            if let Some((rank, text)) = said {
                if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                    best = Some((rank, text));
                }
                // Behind a fact lies what it was asked for, not what it gave.
                if rank < 4 {
                    continue;
                }
            }
            for (other, way) in self.graph.back(node) {
                let follows = made || !matches!(way, Way::Made | Way::Part);
                if follows && seen.len() < MAX_BACK && seen.insert(*other) {
                    todo.push(*other);
                }
            }
        }
        best.map(|(_, text)| text)
    }

    /// What a node says of where a value comes from, and how much that says.
    fn said(&self, node: Node) -> Option<(usize, String)> {
        if let Some((number, index)) = self.facts.get(&node) {
            let fact = &self.subjects[*number].facts.facts[*index];
            let name = |role: Role| {
                let mut args = fact.args.iter().filter(|arg| arg.role == role);
                args.find_map(|arg| arg.value.texts().first().map(|text| readable(text)))
            };
            let has = |effect: Effect| fact.effects.contains(&effect);
            if has(Effect::EnvRead) {
                return Some((
                    0,
                    match name(Role::Variable) {
                        Some(name) => format!("the environment variable `{name}`"),
                        None => "the environment".to_owned(),
                    },
                ));
            }
            if has(Effect::FsRead) {
                return Some((
                    0,
                    match name(Role::Path).filter(|name| name != "…") {
                        Some(name) => format!("the file `{name}`"),
                        None => "a file".to_owned(),
                    },
                ));
            }
            if fact.data.contains(&DataKind::Remote) {
                return Some((0, "what another machine sent".to_owned()));
            }
        }
        match self.graph.meaning(node)? {
            Meaning::Field(key) => self.field(key).map(|name| (4, format!("`{name}`"))),
            Meaning::Local(at, local) => {
                let called = self.graph.back(node).iter().any(|(_, way)| *way == Way::In);
                let name = (!called).then(|| self.parameter(at, local)).flatten()?;
                Some((5, name))
            }
            _ => None,
        }
    }

    /// `Settings::url`.
    fn field(&self, key: &FieldKey) -> Option<String> {
        if key.field.is_empty() || key.field.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let unit = self.subjects.first()?.unit;
        let name = &unit.files.get(&key.file)?.items.get(key.item.0 as usize)?.name;
        Some(format!("{name}::{}", key.field))
    }

    /// Whether a field says yes or no.
    fn is_switch(&self, key: &FieldKey) -> bool {
        let Some(unit) = self.subjects.first().map(|subject| subject.unit) else { return false };
        let item = unit.files.get(&key.file).and_then(|file| file.items.get(key.item.0 as usize));
        let Some(ItemKind::Struct { fields }) = item.map(|item| &item.kind) else { return false };
        fields.iter().any(|field| field.name == key.field && is_bool(&field.ty))
    }

    /// ``the parameter `url` of `send` ``, when the local is one.
    fn parameter(&self, at: BodyRef, local: LocalId) -> Option<String> {
        let unit = self.subjects.first()?.unit;
        let body = unit.files.get(&at.file)?.body(at.body);
        let is = |id: &ExprId| match &body.exprs.get(id.0 as usize).map(|expr| &expr.kind) {
            Some(ExprKind::Bind { pattern: Pattern::Bind { local: other, .. }, .. }) => {
                *other == local
            }
            _ => false,
        };
        let name = &body.locals.get(local.0 as usize)?.name;
        if name == "self" || !body.params.iter().any(is) {
            return None;
        }
        let mut bodies = self.subjects.iter().flat_map(|subject| &subject.facts.bodies);
        let owner = &bodies.find(|body| body.owner.at == at)?.owner.path;
        Some(format!("the parameter `{name}` of `{owner}`"))
    }

    /// The settings that code at a fact stands behind: fields of types of the scan, and
    /// functions of the scan that answer yes or no, in its own body and in those that alone
    /// call it.
    pub(super) fn guards(&self, subject: &Subject<'_>, fact: &Fact) -> BTreeSet<String> {
        const MAX_CALLERS: usize = 4;
        let mut found = BTreeSet::new();
        let Some(mut expr) = fact.steps.first().map(|step| step.expr) else { return found };
        let mut number = fact.body;
        for _ in 0..MAX_CALLERS {
            let owner = &subject.facts.bodies[number].owner;
            let body = subject.unit.files[&owner.at.file].body(owner.at.body);
            for condition in Conditions::of(body).behind(expr) {
                if let Test::Expr(asked) = &condition.test
                    && !condition.weak
                {
                    self.asked(subject, number, *asked, &mut found);
                }
            }
            let [caller] = subject.graph.callers[number][..] else { break };
            let edges = subject.facts.bodies[caller].edges.iter();
            let mut sites = edges.filter(|edge| {
                (edge.target.file, edge.target.body) == (owner.at.file, owner.at.body)
            });
            let (Some(site), at) = (sites.next(), subject.facts.bodies[caller].owner.at) else {
                break;
            };
            let inside = subject.unit.files[&at.file].body(at.body);
            let Some((id, _)) = inside.iter().find(|(_, expr)| expr.span == site.span) else {
                break;
            };
            (number, expr) = (caller, id);
        }
        found
    }

    /// The settings that a condition asks for.
    fn asked(
        &self,
        subject: &Subject<'_>,
        number: usize,
        condition: ExprId,
        found: &mut BTreeSet<String>,
    ) {
        let facts = &subject.facts.bodies[number];
        let at = facts.owner.at;
        let body = subject.unit.files[&at.file].body(at.body);
        let range = body.expr(condition).first.0..=condition.0;
        for id in range.map(ExprId) {
            let expr = body.expr(id);
            if let ExprKind::Field { .. } = expr.kind
                && let Some(node) = self.graph.expr(at, id)
            {
                let fields = self.graph.back(node).iter().filter_map(|(other, _)| {
                    match self.graph.meaning(*other) {
                        Some(Meaning::Field(key)) if self.is_switch(key) => self.field(key),
                        _ => None,
                    }
                });
                found.extend(fields);
            }
            if matches!(expr.kind, ExprKind::Call { .. } | ExprKind::MethodCall { .. }) {
                let called = facts.edges.iter().filter(|edge| expr.span.contains(edge.span));
                for edge in called {
                    found.extend(self.predicate(subject, edge.target));
                }
            }
        }
    }

    /// The path of a function that answers yes or no.
    fn predicate(&self, subject: &Subject<'_>, target: BodyRef) -> Option<String> {
        let mut bodies = subject.facts.bodies.iter();
        let owner = &bodies.find(|body| body.owner.at == target)?.owner;
        let item = subject.unit.files[&target.file].item(owner.item);
        let ItemKind::Function(function) = &item.kind else { return None };
        let yes_or_no = is_bool(function.output.as_ref()?);
        yes_or_no.then(|| owner.path.to_string())
    }
}

fn is_bool(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.single().is_some_and(|name| name == "bool"))
}

/// An expression as it is written, when it is a short chain of names.
fn written(body: &Body, id: ExprId, parts: usize) -> Option<String> {
    let parts = parts.checked_sub(1)?;
    match &body.exprs.get(id.0 as usize)?.kind {
        ExprKind::Local(local) => Some(body.locals.get(local.0 as usize)?.name.to_string()),
        ExprKind::Path(path) => Some(path.text()),
        ExprKind::Field { base, name } => Some(format!("{}.{name}", written(body, *base, parts)?)),
        ExprKind::MethodCall { receiver, method, args, .. } if args.is_empty() => {
            let receiver = written(body, *receiver, parts)?;
            // What only changes the form of a value is no part of its name.
            let form = method.starts_with("as_")
                || method.starts_with("to_")
                || method.starts_with("into");
            let form =
                form || matches!(method.as_str(), "clone" | "unwrap" | "deref" | "borrow" | "iter");
            Some(if form { receiver } else { format!("{receiver}.{method}()") })
        }
        ExprKind::Call { callee, args } if args.is_empty() => {
            Some(format!("{}()", written(body, *callee, parts)?))
        }
        ExprKind::Ref { value, .. }
        | ExprKind::Try(value)
        | ExprKind::Await(value)
        | ExprKind::Cast { value, .. }
        | ExprKind::Unary { op: '*', value } => written(body, *value, parts),
        _ => None,
    }
}
