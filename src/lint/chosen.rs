//! By what a value is chosen that is not known before the program runs: a setting, a variable
//! of the environment, an answer from the network, a parameter of a public function.

use rustc_hash::{FxHashMap, FxHashSet};

use super::engine::Subject;
use crate::flow::{FieldKey, Graph, Meaning, Node, Way};
use crate::ir::{BindOrigin, ExprKind, Pattern};
use crate::names::BodyRef;
use crate::span::FileId;
use crate::vocab::{Effect, Role};

/// Nodes that are looked at for where a value comes from.
const MAX_NODES: usize = 600;
/// Derives of types whose values come from outside: a configuration, a command line.
const OUTSIDE: &[&str] = &["Deserialize", "Parser", "Args", "Subcommand", "FromArgs", "StructOpt"];

/// What chooses a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    pub by: By,
    /// In words: "the environment variable `X`".
    pub told: String,
}

/// The kinds of choosers, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    Environment,
    Setting,
    Network,
    Field,
    Parameter,
}

/// Answers for one unit.
pub struct Choosers<'s, 'a> {
    subjects: &'s [Subject<'a>],
    graph: &'s Graph,
    /// What is read from outside: where it comes out.
    sources: FxHashMap<Node, Chosen>,
    crates: FxHashMap<(FileId, crate::ir::BodyId), (usize, usize)>,
}

impl<'s, 'a> Choosers<'s, 'a> {
    pub fn new(subjects: &'s [Subject<'a>], graph: &'s Graph) -> Self {
        let mut sources = FxHashMap::default();
        let mut crates = FxHashMap::default();
        for (number, subject) in subjects.iter().enumerate() {
            for (index, body) in subject.facts.bodies.iter().enumerate() {
                let at = body.owner.at;
                crates.entry((at.file, at.body)).or_insert((number, index));
            }
            for fact in &subject.facts.facts {
                let chosen = if fact.marks.contains("compile-time") {
                    continue;
                } else if fact.effects.contains(&Effect::EnvRead) {
                    let mut names = fact.args.iter().filter(|arg| arg.role == Role::Variable);
                    let name = names.find_map(|arg| arg.value.texts().into_iter().next());
                    let Some(name) = name else { continue };
                    Chosen {
                        by: By::Environment,
                        told: format!("the environment variable `{name}`"),
                    }
                } else if fact.effects.contains(&Effect::NetworkReceive) {
                    Chosen { by: By::Network, told: "an answer from the network".to_owned() }
                } else {
                    continue;
                };
                let at = subject.facts.bodies[fact.body].owner.at;
                for step in fact.steps.iter().filter(|step| step.gives) {
                    if let Some(node) = graph.expr(at, step.expr) {
                        sources.entry(node).or_insert_with(|| chosen.clone());
                    }
                }
            }
        }
        Self { subjects, graph, sources, crates }
    }

    /// What chooses the value of an expression, as far as it can be followed.
    pub fn of(&self, at: BodyRef, expr: crate::ir::ExprId) -> Option<Chosen> {
        let start = self.graph.expr(at, expr)?;
        let mut seen = FxHashSet::from_iter([start]);
        let mut todo = vec![start];
        let mut best: Option<Chosen> = None;
        let mut next = 0;
        while let Some(node) = todo.get(next).copied() {
            next += 1;
            if let Some(found) = self.here(node)
                && best.as_ref().is_none_or(|known| found.by < known.by)
            {
                best = Some(found);
            }
            // The nearest thing that comes from outside: what lies further back chooses that.
            if best.as_ref().is_some_and(|best| best.by <= By::Network) {
                break;
            }
            for (other, way) in self.graph.back(node) {
                // A whole thing is put together from much that says nothing of this part.
                let follows = !matches!(way, Way::Linked);
                if follows && seen.len() < MAX_NODES && seen.insert(*other) {
                    todo.push(*other);
                }
            }
        }
        best
    }

    fn here(&self, node: Node) -> Option<Chosen> {
        if let Some(known) = self.sources.get(&node) {
            return Some(known.clone());
        }
        match self.graph.meaning(node)? {
            Meaning::Field(key) => self.field(key),
            Meaning::Local(at, local) => self.parameter(at, local, node),
            _ => None,
        }
    }

    fn field(&self, key: &FieldKey) -> Option<Chosen> {
        if key.field.is_empty() {
            return None;
        }
        let unit = self.subjects.first()?.unit;
        let item = unit.files.get(&key.file)?.item(key.item);
        let outside = item.attrs.iter().any(|attr| {
            let derive = attr.path.single().is_some_and(|name| name == "derive");
            derive && OUTSIDE.iter().any(|name| attr.list.contains(name))
        });
        let by = if outside { By::Setting } else { By::Field };
        Some(Chosen { by, told: format!("`{}::{}`", item.name, key.field) })
    }

    /// A parameter of something that is called from outside, and from nowhere here.
    fn parameter(&self, at: BodyRef, local: crate::ir::LocalId, node: Node) -> Option<Chosen> {
        if self.graph.back(node).iter().any(|(_, way)| *way == Way::In) {
            return None;
        }
        let (number, index) = *self.crates.get(&(at.file, at.body))?;
        let subject = &self.subjects[number];
        let owner = &subject.facts.bodies[index].owner;
        let file = &subject.unit.files[&at.file];
        if !file.item(owner.item).public {
            return None;
        }
        let body = file.body(at.body);
        let bound = body.params.iter().any(|param| {
            matches!(&body.expr(*param).kind, ExprKind::Bind {
                pattern: Pattern::Bind { local: bound, .. },
                origin: BindOrigin::Parameter,
                ..
            } if *bound == local)
        });
        let name = &body.locals.get(local.0 as usize)?.name;
        (bound && name != "self").then(|| Chosen {
            by: By::Parameter,
            told: format!("the parameter `{name}` of `{}`", owner.path),
        })
    }
}
