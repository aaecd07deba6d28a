//! Gates: conditions that decide whether somebody is let in, and what they ask for.
//!
//! Shared by the detectors that look for constant secrets and for triggers. Which words name
//! credentials, headers or answers is data: classes of `lints/models/authentication.toml`.

pub mod atoms;
pub mod inputs;
pub mod paths;

use self::atoms::{Asks, Atoms};
use self::inputs::Inputs;
use self::paths::{Outcome, Paths, Verdict, Way};
use crate::ir::{Body, ExprId, ExprKind, Function, ItemKind, Literal, Type};
use crate::lint::claim::Claim;
use crate::lint::engine::Subject;
use crate::lint::load::Lint;
use crate::model::Models;
use crate::names::Memo;
use crate::span::{Place, Span};
use crate::vocab::Effect;

/// Expressions of a body that is looked at.
const MAX_EXPRS: usize = 6_000;
/// Bytes of a text that can be a word.
const MAX_WORD: usize = 80;

/// The classes of words.
pub struct Words<'a> {
    models: &'a Models,
    memo: &'a Memo,
}

impl<'a> Words<'a> {
    pub fn new(models: &'a Models, memo: &'a Memo) -> Self {
        Self { models, memo }
    }

    /// Whether a name or a text belongs to a class.
    pub fn is(&self, class: &'static str, text: &str) -> bool {
        if text.len() > MAX_WORD {
            return false;
        }
        let known = self.memo.words.borrow().get(class).and_then(|texts| texts.get(text).copied());
        if let Some(known) = known {
            return known;
        }
        let answer = self.holds(class, text);
        self.memo.words.borrow_mut().entry(class).or_default().insert(text.to_owned(), answer);
        answer
    }

    fn holds(&self, class: &str, text: &str) -> bool {
        let Some(class) = self.models.classes.get(class) else { return false };
        let snake = snake(text);
        let other =
            |name: &String| self.models.classes.get(name.as_str()).is_some_and(|c| c.holds(&snake));
        class.holds(&snake) && !class.except.iter().any(other)
    }

    pub fn any(&self, class: &'static str, texts: &[String]) -> bool {
        texts.iter().any(|text| self.is(class, text))
    }
}

/// `X-Api-Key`, `ApiKey` and `API_KEY` as `api_key`, so that patterns need one form.
fn snake(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let mut lower = false;
    for c in text.chars() {
        if c == '-' || c == ' ' {
            out.push('_');
            lower = false;
            continue;
        }
        if c.is_uppercase() && lower {
            out.push('_');
        }
        lower = c.is_lowercase() || c.is_ascii_digit();
        out.extend(c.to_lowercase());
    }
    out
}

/// One function that decides something.
pub struct Gate<'g, 'a> {
    pub subject: &'g Subject<'a>,
    pub number: usize,
    pub body: &'a Body,
    pub function: &'a Function,
    pub paths: &'g Paths<'a>,
    pub inputs: &'g Inputs<'g, 'a>,
    pub words: &'g Words<'a>,
    /// Its name, and those of its type and of the trait that it implements.
    pub name: String,
    pub owner: String,
    /// It answers with a truth value.
    pub decides: bool,
    /// It stands in the trait itself.
    pub default_method: bool,
    pub outcomes: Vec<(Outcome, Vec<Way>)>,
}

impl<'a> Gate<'_, 'a> {
    pub fn atoms(&self) -> Atoms<'_, 'a> {
        Atoms { gate: self }
    }

    pub fn opens(&self, outcome: &Outcome) -> bool {
        match outcome.verdict {
            Verdict::Yes | Verdict::Given | Verdict::Decided(_) => true,
            Verdict::No => false,
            Verdict::Other => self.is_grant(outcome.expr),
        }
    }

    /// `Ok(Auth::Accept)`
    pub fn gives_grant(&self, id: ExprId) -> bool {
        match self.paths.kind(id) {
            ExprKind::Call { args, .. } => args.iter().any(|arg| self.is_grant(*arg)),
            _ => false,
        }
    }

    /// `Auth::Accept`, `next.run(request).await`.
    fn is_grant(&self, mut id: ExprId) -> bool {
        while let ExprKind::Await(inner)
        | ExprKind::Try(inner)
        | ExprKind::Ref { value: inner, .. } = self.paths.kind(id)
        {
            id = *inner;
        }
        match self.paths.kind(id) {
            ExprKind::Path(path) => {
                path.segments.len() > 1
                    && path.last().is_some_and(|s| self.words.is("granting-answer", &s.name))
            }
            ExprKind::Call { callee, .. } => self.is_grant(*callee),
            ExprKind::MethodCall { receiver, method, .. } => {
                let of = match self.paths.kind(*receiver) {
                    ExprKind::Local(local) => &self.body.locals[local.0 as usize].name,
                    ExprKind::Field { name, .. } => name,
                    _ => return false,
                };
                self.words.is("passing-on", &format!("{of}.{method}"))
            }
            _ => false,
        }
    }

    /// Where something is granted beside the result: a field or a local is set, an effect of the
    /// given kinds happens; with words for it, and the ways that lead there.
    pub fn grants(&self, effects: &[Effect]) -> Vec<(ExprId, Option<String>, Vec<Way>)> {
        let mut all = Vec::new();
        for (id, expr) in self.body.iter() {
            let granted = match &expr.kind {
                ExprKind::Assign { op: None, target, value } => {
                    let name = match self.paths.kind(*target) {
                        ExprKind::Local(local) => &self.body.locals[local.0 as usize].name,
                        ExprKind::Field { name, .. } => name,
                        _ => continue,
                    };
                    let yes =
                        matches!(self.paths.kind(*value), ExprKind::Literal(Literal::Bool(true)));
                    (yes && self.words.is("granting-name", name)) || self.is_grant(*value)
                }
                ExprKind::MethodCall { method, .. } => self.words.is("granting-call", method),
                ExprKind::If { .. } | ExprKind::Match { .. } => {
                    all.extend(self.roles(id));
                    continue;
                }
                _ => false,
            };
            if granted {
                all.push((id, None, self.paths.ways_to(id)));
            }
        }
        let file = self.subject.facts.bodies[self.number].owner.at.file;
        let facts = self.subject.facts;
        for fact in facts.of_body(self.number).iter().map(|number| &facts.facts[*number]) {
            let here = fact.place.file == file && fact.via.is_none();
            if !here || !fact.effects.iter().any(|effect| effects.contains(effect)) {
                continue;
            }
            let expr = self.body.iter().find(|(_, expr)| expr.span.contains(fact.place.span));
            if let Some((id, _)) = expr {
                let words = Some(crate::lint::claim::label(None, fact));
                all.push((id, words, self.paths.ways_to(id)));
            }
        }
        all
    }

    /// Where an `if` or a `match` that is bound to a name comes to the role of somebody who may
    /// do everything.
    fn roles(&self, id: ExprId) -> Vec<(ExprId, Option<String>, Vec<Way>)> {
        let bound = self.paths.parent(id).map(|parent| self.paths.kind(parent));
        if !matches!(bound, Some(ExprKind::Bind { .. })) {
            return Vec::new();
        }
        let leaves = self.paths.leaves_of(id).into_iter();
        let high = leaves.filter(|leaf| match self.paths.kind(*leaf) {
            ExprKind::Literal(Literal::Text(text)) => self.words.is("high-role", text),
            ExprKind::Path(path) => {
                path.segments.len() > 1
                    && path.last().is_some_and(|s| self.words.is("high-role", &s.name))
            }
            _ => false,
        });
        let words = "and this gives the role".to_owned();
        high.map(|leaf| (leaf, Some(words.clone()), self.paths.ways_to(leaf))).collect()
    }

    /// Whether what an effect runs is not written in the code.
    pub fn is_chosen(&self, id: ExprId) -> bool {
        let span = self.body.expr(id).span;
        let file = self.subject.facts.bodies[self.number].owner.at.file;
        let facts = self.subject.facts;
        facts.of_body(self.number).iter().map(|number| &facts.facts[*number]).any(|fact| {
            fact.place.file == file
                && span.contains(fact.place.span)
                && fact.effects.contains(&Effect::ProcessSpawn)
                && fact.args.iter().any(|arg| !arg.value.is_fixed())
        })
    }

    /// The answer is a refusal, by the words in it.
    pub fn refuses(&self, id: ExprId) -> bool {
        self.paths.inside(id).any(|(_, expr)| match &expr.kind {
            ExprKind::Path(path) => {
                path.segments.iter().any(|s| self.words.is("refusing-word", &s.name))
            }
            ExprKind::MethodCall { method, .. } => self.words.is("refusing-word", method),
            ExprKind::Literal(Literal::Text(text)) => self.words.is("refusing-word", text),
            ExprKind::Literal(Literal::Integer(Some(number))) => (400..600).contains(number),
            _ => false,
        })
    }

    pub fn place(&self, span: Span) -> Place {
        Place { file: self.subject.facts.bodies[self.number].owner.at.file, span }
    }

    /// A claim about this function, its words still to be filled in.
    pub fn claim(&self, index: usize, lint: &Lint, place: Place) -> Claim {
        let words = lint.file.words.label.clone().unwrap_or_default();
        let mut claim = self.subject.claim(index, self.number, (place, words), &[]);
        claim.values.insert("item".to_owned(), self.name.clone());
        claim
    }

    pub fn fill(&self, _lint: &Lint, claim: &mut Claim) {
        claim.primary.1 = crate::lint::claim::fill(&claim.primary.1, &claim.values);
    }

    /// The function is about letting somebody in, by its own name or that of its type.
    pub fn is_about_access(&self) -> bool {
        self.words.is("access-check-name", &self.name)
            || (self.words.is("deciding-name", &self.name)
                && (self.words.is("access-type", &self.owner) || self.reads_credential()))
    }

    /// A parameter or a field that is read carries the name of a credential.
    pub fn reads_credential(&self) -> bool {
        self.body.locals.iter().any(|local| self.words.is("credential-name", &local.name))
            || self.body.iter().any(|(_, expr)| match &expr.kind {
                ExprKind::Field { name, .. } => self.words.is("credential-name", name),
                // `headers.get("x-api-key")`
                ExprKind::MethodCall { args, .. } => args.iter().any(|arg| {
                    matches!(self.paths.kind(*arg), ExprKind::Literal(Literal::Text(text))
                        if self.words.is("credential-name", text))
                }),
                _ => false,
            })
    }

    /// Another way to yes looks at a credential.
    pub fn checks_elsewhere(&self, here: &Way) -> bool {
        let atoms = self.atoms();
        let weak = self.is_about_access()
            || self.words.is("deciding-name", &self.name)
            || self.words.is("access-type", &self.owner);
        let credential = |name: &String| {
            self.words.is("credential-name", name)
                || (weak && self.words.is("weak-credential-name", name))
        };
        self.outcomes.iter().flat_map(|(_, ways)| ways).filter(|way| *way != here).any(|way| {
            way.iter().filter(|atom| !here.contains(atom)).any(|atom| match atoms.ask(*atom) {
                Asks::Check { about } => about.iter().any(|name| {
                    credential(name)
                        || self.words.is("access-check-name", name)
                        || (weak && self.words.is("checking-call", name))
                }),
                Asks::Compares { input, .. } => input.names.iter().any(credential),
                // A header with a credential that has to be there is looked at further on.
                Asks::Present { input, .. } => input.key.as_ref().is_some_and(credential),
                _ => false,
            })
        })
    }
}

/// Calls `look` for every function of the crate that the lint may speak about and that `likely`
/// finds worth the work.
pub fn each(
    subject: &Subject<'_>,
    lint: &Lint,
    likely: impl Fn(&Candidate<'_, '_>) -> bool,
    mut look: impl FnMut(&Gate<'_, '_>),
) {
    let resolver = &subject.resolver;
    let words = Words::new(resolver.models, resolver.memo);
    for (number, facts) in subject.facts.bodies.iter().enumerate() {
        let owner = &facts.owner;
        if owner.test && !lint.file.place.tests {
            continue;
        }
        let file = &subject.unit.files[&owner.at.file];
        let item = file.item(owner.item);
        let ItemKind::Function(function) = &item.kind else { continue };
        let body = file.body(owner.at.body);
        if function.body != Some(owner.at.body) || body.exprs.len() > MAX_EXPRS {
            continue;
        }
        let module = subject.unit.module(owner.at.krate, owner.at.module);
        let self_type = module.self_type.as_ref().map(|(ty, _)| type_name(ty)).unwrap_or_default();
        let trait_ = module.trait_.map(|def| subject.unit.item(def).name.to_string());
        let of = format!("{self_type}{}", trait_.unwrap_or_default());
        let candidate = Candidate {
            subject,
            number,
            body,
            function,
            name: &item.name,
            owner: &of,
            words: &words,
        };
        if !likely(&candidate) {
            continue;
        }
        let known = subject.known(number);
        let paths = Paths::new(body);
        let network = [Effect::NetworkReceive, Effect::NetworkListen, Effect::NetworkConnect];
        let connected = does(subject, number, &network)
            || function.params.iter().any(|ty| words.is("connection-type", &type_name(ty)));
        let inputs = Inputs::new(&paths, &known, &words, connected);
        let decides = function.output.as_ref().is_some_and(is_bool);
        let outcomes = paths.outcomes(decides);
        let outcomes = outcomes.into_iter().map(|outcome| {
            let ways = paths.ways(&outcome);
            (outcome, ways)
        });
        look(&Gate {
            subject,
            number,
            body,
            function,
            outcomes: outcomes.collect(),
            paths: &paths,
            inputs: &inputs,
            words: &words,
            name: item.name.to_string(),
            owner: of,
            decides,
            default_method: module.trait_.is_some() && module.self_type.is_none(),
        });
    }
}

/// A function before it is looked at closely.
pub struct Candidate<'c, 'a> {
    pub subject: &'c Subject<'a>,
    pub number: usize,
    pub body: &'a Body,
    pub function: &'a Function,
    pub name: &'c str,
    pub owner: &'c str,
    pub words: &'c Words<'a>,
}

impl Candidate<'_, '_> {
    /// It can come to more than one thing.
    pub fn decides_something(&self) -> bool {
        self.body.iter().any(|(_, expr)| match &expr.kind {
            ExprKind::If { .. } | ExprKind::Match { .. } | ExprKind::Binary { .. } => true,
            ExprKind::MethodCall { args, .. } | ExprKind::Call { args, .. } => !args.is_empty(),
            ExprKind::Macro(call) => call.path.last().is_some_and(|s| s.name == "matches"),
            _ => false,
        })
    }

    /// Its name, its type or a name in it speaks of access.
    pub fn speaks_of_access(&self) -> bool {
        let words = self.words;
        let speaks =
            |name: &str| words.is("credential-name", name) || words.is("access-check-name", name);
        words.is("access-check-name", self.name)
            || words.is("deciding-name", self.name)
            || words.is("access-type", self.owner)
            || self.body.locals.iter().any(|local| speaks(&local.name))
            || self.body.iter().any(|(_, expr)| match &expr.kind {
                ExprKind::Field { name, .. } => speaks(name),
                ExprKind::MethodCall { method, .. } => speaks(method),
                ExprKind::Path(path) => path.last().is_some_and(|s| speaks(&s.name)),
                ExprKind::Literal(Literal::Text(text)) => speaks(text),
                _ => false,
            })
    }

    /// A role that may do everything is named in it, or a field that says as much.
    pub fn names_high_role(&self) -> bool {
        self.body.iter().any(|(_, expr)| match &expr.kind {
            ExprKind::Path(path) => {
                path.segments.len() > 1
                    && path.last().is_some_and(|s| self.words.is("high-role", &s.name))
            }
            ExprKind::Literal(Literal::Text(text)) => self.words.is("high-role", text),
            ExprKind::Field { name, .. } => self.words.is("granting-name", name),
            _ => false,
        })
    }

    /// Something that it does itself has one of these effects.
    pub fn does(&self, effects: &[Effect]) -> bool {
        does(self.subject, self.number, effects)
    }
}

fn does(subject: &Subject<'_>, body: usize, effects: &[Effect]) -> bool {
    let mut facts = subject.facts.of_body(body).iter().map(|number| &subject.facts.facts[*number]);
    facts.any(|fact| fact.effects.iter().any(|effect| effects.contains(effect)))
}

fn is_bool(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.single().is_some_and(|name| name == "bool"))
}

/// The last name of a type, references left out.
pub fn type_name(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path.last().map(|s| s.name.to_string()).unwrap_or_default(),
        Type::Ref(inner) | Type::Pointer(inner) | Type::Slice(inner) => type_name(inner),
        Type::Bounds(bounds) => {
            bounds.first().and_then(|b| b.last()).map(|s| s.name.to_string()).unwrap_or_default()
        }
        _ => String::new(),
    }
}
