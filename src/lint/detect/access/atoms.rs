//! What a single condition asks.

use super::Gate;
use super::inputs::Input;
use super::paths::Atom;
use crate::facts::value::Value;
use crate::ir::{Body, Expr, ExprId, ExprKind, ItemKind, Literal, MacroCall, Pattern};
use crate::names::{BodyRef, Res};
use crate::span::Span;

/// Patterns inside of patterns that are read.
const MAX_PATTERNS: usize = 8;

/// What a condition that holds asks for.
#[derive(Debug, Clone)]
pub enum Asks {
    /// An input is this constant, or one of these.
    /// `beside`: the constants that other parts of the same pattern have to be.
    Compares { input: Input, constant: Vec<String>, beside: Vec<String>, how: How, span: Span },
    /// Something with this key is there: a header, a variable.
    Present { input: Input, span: Span },
    /// A static that anything in the program can change.
    Switch { name: String, span: Span },
    /// A function of the scan that always says yes.
    Always { name: String, span: Span },
    /// An input is checked against something that is not constant.
    Check { about: Vec<String> },
    /// Something else.
    Nothing,
}

/// How an input is compared with a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Whole,
    /// `contains`, `starts_with`.
    Part,
    /// A hash of it, or by a function that verifies.
    Verified,
}

pub struct Atoms<'g, 'a> {
    pub gate: &'g Gate<'g, 'a>,
}

impl Atoms<'_, '_> {
    pub fn ask(&self, atom: Atom) -> Asks {
        let Atom { expr: mut id, mut holds } = atom;
        let mut tried = false;
        loop {
            match self.kind(id) {
                ExprKind::Try(inner) => {
                    tried = true;
                    id = *inner;
                }
                ExprKind::Await(inner) | ExprKind::Ref { value: inner, .. } => id = *inner,
                ExprKind::Unary { op: '*', value } => id = *value,
                ExprKind::Unary { op: '!', value } => {
                    holds = !holds;
                    id = *value;
                }
                _ => break,
            }
        }
        let span = self.gate.body.expr(id).span;
        match self.kind(id) {
            ExprKind::Binary { op, left, right } => match (op.as_str(), holds) {
                ("==", true) | ("!=", false) => self.compared(*left, *right, How::Whole, span),
                ("==", false) | ("!=", true) => Asks::Nothing,
                _ => Asks::Nothing,
            },
            ExprKind::MethodCall { receiver, method, args, .. } => {
                let told = self.method(id, *receiver, method, args, holds, span);
                // `read_line(..)?` says only that it went well.
                let words = self.gate.words;
                let decides =
                    words.is("deciding-name", method) || words.is("access-check-name", method);
                if tried && !decides && matches!(told, Asks::Check { .. }) {
                    return Asks::Nothing;
                }
                told
            }
            ExprKind::Call { callee, args } => self.call(id, *callee, args, holds, tried, span),
            ExprKind::Macro(call) if holds => self.matches(call, span),
            ExprKind::Bind { pattern, value: Some(value), .. } if holds => {
                self.pattern(pattern, *value, span)
            }
            ExprKind::Path(_) if holds => self.switch(id, span),
            _ => Asks::Nothing,
        }
    }

    fn kind(&self, id: ExprId) -> &ExprKind {
        self.gate.paths.kind(id)
    }

    fn compared(&self, left: ExprId, right: ExprId, how: How, span: Span) -> Asks {
        let (a, b) = (self.constant(left), self.constant(right));
        let (input, constant) = match (a, b) {
            (None, Some(constant)) => (left, constant),
            (Some(constant), None) => (right, constant),
            (None, None) => {
                let (a, b) = (self.gate.inputs.of(left), self.gate.inputs.of(right));
                let length = |input: &Input| input.names.iter().any(|name| name == "len");
                if (a.outside || b.outside) && !length(&a) && !length(&b) {
                    let about = a.names.into_iter().chain(b.names).collect();
                    return Asks::Check { about };
                }
                return Asks::Nothing;
            }
            _ => return Asks::Nothing,
        };
        let origin = self.gate.inputs.of(input);
        if !origin.outside || constant.is_empty() {
            return Asks::Nothing;
        }
        let hashed = self.gate.words.any("digest-function", &origin.names);
        let how = if hashed { How::Verified } else { how };
        Asks::Compares { input: origin, constant, beside: Vec::new(), how, span }
    }

    /// The texts of a constant, or of what is looked up in a constant table; `None` when it is
    /// neither.
    fn constant(&self, id: ExprId) -> Option<Vec<String>> {
        let mut at = id;
        while let ExprKind::Ref { value, .. } | ExprKind::Unary { op: '*', value } = self.kind(at) {
            at = *value;
        }
        if let ExprKind::Call { args, .. } = self.kind(at)
            && let [only] = args.as_slice()
            && let ExprKind::Local(_) | ExprKind::MethodCall { .. } | ExprKind::Ref { .. } =
                self.kind(*only)
            && *self.gate.inputs.known.value(at) == Value::Unknown
        {
            // `Some(&name)`: neither more nor less than what is in it.
            at = *only;
        }
        if let Some(table) = self.table(at) {
            return Some(table);
        }
        // A buffer is empty where it is bound, and something else once it was filled.
        if self.gate.inputs.of(at).received {
            return None;
        }
        match self.gate.inputs.known.value(id) {
            Value::Unknown => None,
            Value::Bool(_) => Some(Vec::new()),
            Value::List(parts) if parts.iter().all(|p| matches!(p, Value::Integer(_))) => {
                let bytes: Option<Vec<u8>> = parts
                    .iter()
                    .map(|p| match p {
                        Value::Integer(n) => u8::try_from(*n).ok(),
                        _ => None,
                    })
                    .collect();
                Some(bytes.filter(|b| b.len() > 3).map(|b| readable(&b)).into_iter().collect())
            }
            Value::Bytes(bytes) => Some(vec![readable(bytes)]),
            value if value.is_fixed() && !self.is_variable(id) => Some(value.texts()),
            _ => None,
        }
    }

    /// `TABLE.get(name)` and the parameter of `TABLE.iter().any(|entry| ..)`.
    fn table(&self, id: ExprId) -> Option<Vec<String>> {
        let paths = self.gate.paths;
        let source = match self.kind(id) {
            ExprKind::MethodCall { receiver, method, .. } if method == "get" => *receiver,
            ExprKind::Local(local) => {
                let bind = paths.bind(*local)?;
                let closure = paths.parent(bind)?;
                let (ExprKind::Closure { .. }, ExprKind::MethodCall { receiver, .. }) =
                    (self.kind(closure), self.kind(paths.parent(closure)?))
                else {
                    return None;
                };
                *receiver
            }
            _ => return None,
        };
        let Value::List(entries) = self.gate.inputs.known.value(source) else { return None };
        let texts: Vec<String> = entries
            .iter()
            .filter(|entry| entry.is_fixed())
            .filter_map(|entry| entry.texts().pop())
            .collect();
        (!texts.is_empty() && texts.len() == entries.len()).then_some(texts)
    }

    /// `static mut` is no constant.
    fn is_variable(&self, id: ExprId) -> bool {
        matches!(self.switch(id, Span::default()), Asks::Switch { .. })
    }

    fn method(
        &self,
        id: ExprId,
        receiver: ExprId,
        method: &str,
        args: &[ExprId],
        holds: bool,
        span: Span,
    ) -> Asks {
        let words = self.gate.words;
        let inputs = self.gate.inputs;
        if method == "ne" && !holds || method == "eq" && holds {
            return args
                .first()
                .map_or(Asks::Nothing, |arg| self.compared(receiver, *arg, How::Whole, span));
        }
        if !holds {
            return Asks::Nothing;
        }
        if words.is("comparing-function", method)
            && let Some(arg) = args.first()
        {
            let how = if words.is("digest-function", method) { How::Verified } else { How::Whole };
            let told = self.compared(receiver, *arg, how, span);
            if matches!(told, Asks::Compares { .. }) {
                return told;
            }
            if let Some(second) = args.get(1)
                && let told @ Asks::Compares { .. } =
                    self.compared(*arg, *second, How::Verified, span)
            {
                return told;
            }
        }
        if matches!(method, "contains" | "starts_with" | "ends_with")
            && let [arg] = args
        {
            // A constant set of what is let in, or a part of the input.
            let set = self.constant(receiver).is_some();
            let how = if set && method == "contains" { How::Whole } else { How::Part };
            return self.compared(receiver, *arg, how, span);
        }
        if let [arg] = args
            && words.is("looking-method", method)
            && let Some(key) = inputs.key(*arg)
        {
            let mut input = inputs.of(receiver);
            if input.outside {
                input.names.insert(0, key.clone());
                input.key = Some(key);
                return Asks::Present { input, span };
            }
        }
        if method == "load"
            && let told @ Asks::Switch { .. } = self.switch(receiver, span)
        {
            return told;
        }
        if self.always(id) {
            return Asks::Always { name: method.to_owned(), span };
        }
        if words.is("neutral-method", method) {
            return Asks::Nothing;
        }
        let mut about = vec![method.to_owned()];
        let mut outside = false;
        for part in [receiver].iter().chain(args) {
            let input = inputs.of(*part);
            outside |= input.outside;
            about.extend(input.names);
        }
        if outside || words.is("access-check-name", method) || words.is("deciding-name", method) {
            return Asks::Check { about };
        }
        Asks::Nothing
    }

    fn call(
        &self,
        id: ExprId,
        callee: ExprId,
        args: &[ExprId],
        holds: bool,
        tried: bool,
        span: Span,
    ) -> Asks {
        let words = self.gate.words;
        let inputs = self.gate.inputs;
        if !holds {
            return Asks::Nothing;
        }
        if matches!(inputs.known.origin(id), Some("std::env::var" | "std::env::var_os")) {
            return Asks::Present { input: inputs.of(id), span };
        }
        let name = match self.kind(callee) {
            ExprKind::Path(path) => path.last().map_or("", |s| s.name.as_str()),
            _ => "",
        };
        if let ([first, second] | [first, second, _], true) =
            (args, words.is("comparing-function", name))
            && let told @ Asks::Compares { .. } =
                self.compared(*first, *second, How::Verified, span)
        {
            return told;
        }
        if self.always(id) && !tried {
            return Asks::Always { name: name.to_owned(), span };
        }
        let mut about = vec![name.to_owned()];
        let mut outside = false;
        for arg in args {
            let input = inputs.of(*arg);
            outside |= input.outside;
            about.extend(input.names);
        }
        let converts =
            tried && !words.is("deciding-name", name) && !words.is("access-check-name", name);
        if (outside && !converts) || words.is("access-check-name", name) {
            return Asks::Check { about };
        }
        Asks::Nothing
    }

    /// `matches!(value, "a" | "b")`
    fn matches(&self, call: &MacroCall, span: Span) -> Asks {
        if call.path.last().is_none_or(|s| s.name != "matches") {
            return Asks::Nothing;
        }
        let [value, pattern, ..] = call.args.as_slice() else { return Asks::Nothing };
        let input = self.gate.inputs.of(value.value);
        let inside = self.gate.paths.inside(pattern.value);
        let named = |id: ExprId| match self.kind(id) {
            ExprKind::Path(_) => {
                Some(self.gate.inputs.known.value(id)).filter(|value| value.is_fixed())?.as_text()
            }
            _ => None,
        };
        let texts: Vec<String> =
            inside.filter_map(|(id, expr)| literal(expr).or_else(|| named(id))).collect();
        if !input.outside || texts.is_empty() {
            return Asks::Nothing;
        }
        Asks::Compares { input, constant: texts, beside: Vec::new(), how: How::Whole, span }
    }

    fn pattern(&self, pattern: &Pattern, value: ExprId, span: Span) -> Asks {
        if let (Pattern::Tuple(patterns), ExprKind::Tuple(parts)) = (pattern, self.kind(value)) {
            // The last part with a constant: user first, password second.
            let pairs = patterns.iter().zip(parts).rev();
            let told = pairs.map(|(pattern, part)| self.pattern(pattern, *part, span));
            let told = told.reduce(|a, b| match (a, b) {
                (
                    Asks::Compares { input, constant, mut beside, how, span },
                    Asks::Compares { constant: other, .. },
                ) => {
                    beside.extend(other);
                    Asks::Compares { input, constant, beside, how, span }
                }
                (a @ Asks::Compares { .. }, _) => a,
                (_, b) => b,
            });
            return told.unwrap_or(Asks::Nothing);
        }
        let mut constants = Vec::new();
        constants_of(pattern, &mut constants);
        self.named(pattern, &mut constants, 0);
        let input = self.gate.inputs.of(value);
        let place = self.gate.body.expr(value).span;
        if !input.outside {
            return Asks::Nothing;
        }
        if !constants.is_empty() {
            let (how, beside) = (How::Whole, Vec::new());
            return Asks::Compares { input, constant: constants, beside, how, span: place };
        }
        let there = matches!(pattern, Pattern::Variant { path, .. }
            if path.last().is_some_and(|s| s.name == "Some" || s.name == "Ok"));
        if there && (input.key.is_some()) {
            return Asks::Present { input, span };
        }
        Asks::Nothing
    }

    /// The texts of constants that a pattern names: `Some(MASTER)`.
    fn named(&self, pattern: &Pattern, found: &mut Vec<String>, depth: usize) {
        if depth > MAX_PATTERNS {
            return;
        }
        match pattern {
            Pattern::Or(parts) | Pattern::Variant { fields: parts, .. } => {
                parts.iter().for_each(|part| self.named(part, found, depth + 1));
            }
            Pattern::Path(path) => {
                let subject = self.gate.subject;
                let at = subject.facts.bodies[self.gate.number].owner.at;
                for meaning in subject.resolver.path((at.krate, at.module), path) {
                    let Res::Def(def) = meaning else { continue };
                    let constant = matches!(subject.unit.item(def).kind, ItemKind::Constant { .. });
                    let Some(of) = subject.unit.body_of(def).filter(|_| constant) else { continue };
                    let body = subject.unit.files[&of.file].body(of.body);
                    let Some(mut root) = body.root else { continue };
                    while let ExprKind::Ref { value, .. } = &body.expr(root).kind {
                        root = *value;
                    }
                    found.extend(literal(body.expr(root)));
                }
            }
            _ => {}
        }
    }

    /// A `static mut`, or a static that is loaded from.
    fn switch(&self, id: ExprId, span: Span) -> Asks {
        let ExprKind::Path(path) = self.kind(id) else { return Asks::Nothing };
        let gate = self.gate;
        let at = gate.subject.facts.bodies[gate.number].owner.at;
        for meaning in gate.subject.resolver.path((at.krate, at.module), path) {
            let Res::Def(def) = meaning else { continue };
            let item = gate.subject.unit.item(def);
            if let ItemKind::Constant { mutable, ty, .. } = &item.kind
                && (*mutable || super::type_name(ty) == "AtomicBool")
            {
                return Asks::Switch { name: item.name.to_string(), span };
            }
        }
        Asks::Nothing
    }

    /// Whether a call can only run functions of the scan that always say yes.
    fn always(&self, id: ExprId) -> bool {
        let gate = self.gate;
        let span = gate.body.expr(id).span;
        let edges = gate.subject.facts.bodies[gate.number].edges.iter();
        let here = edges.filter(|edge| edge.span.end == span.end && span.contains(edge.span));
        let targets: Vec<BodyRef> = here.map(|edge| edge.target).collect();
        let unit = gate.subject.unit;
        // What a trait provides is what others replace.
        let provided = |at: &BodyRef| {
            let module = unit.module(at.krate, at.module);
            module.trait_.is_some() && module.self_type.is_none()
        };
        !targets.is_empty()
            && targets
                .iter()
                .all(|at| !provided(at) && says_yes(unit.files[&at.file].body(at.body)))
    }
}

/// Nothing in it asks or does anything that could be a decision.
pub fn is_idle(kind: &ExprKind) -> bool {
    !matches!(
        kind,
        ExprKind::If { .. }
            | ExprKind::Match { .. }
            | ExprKind::Loop { .. }
            | ExprKind::Try(_)
            | ExprKind::Binary { .. }
            | ExprKind::Assign { .. }
            | ExprKind::Closure { .. }
    )
}

/// A body that is `true` and nothing else that could be a decision.
pub fn says_yes(body: &Body) -> bool {
    let mut yes = false;
    for (_, expr) in body.iter() {
        match &expr.kind {
            ExprKind::Literal(Literal::Bool(value)) => yes = *value,
            kind if !is_idle(kind) => return false,
            _ => {}
        }
    }
    let Some(mut at) = body.root else { return false };
    loop {
        match &body.expr(at).kind {
            ExprKind::Block { tail: Some(tail), .. } => at = *tail,
            ExprKind::Block { statements, tail: None, .. } => match statements.last() {
                Some(last) => at = *last,
                None => return false,
            },
            ExprKind::Return(Some(value)) => at = *value,
            ExprKind::Literal(Literal::Bool(true)) => return yes,
            _ => return false,
        }
    }
}

fn literal(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Literal(literal) => text_of(literal),
        _ => None,
    }
}

fn text_of(literal: &Literal) -> Option<String> {
    match literal {
        Literal::Text(text) => Some(text.clone()),
        Literal::Bytes(bytes) => Some(readable(bytes)),
        Literal::Integer(Some(number)) => Some(number.to_string()),
        _ => None,
    }
}

fn constants_of(pattern: &Pattern, found: &mut Vec<String>) {
    match pattern {
        Pattern::Literal(literal) => found.extend(text_of(literal)),
        Pattern::Or(parts) => parts.iter().for_each(|part| constants_of(part, found)),
        Pattern::Variant { fields, .. } => {
            fields.iter().for_each(|part| constants_of(part, found));
        }
        Pattern::Bind { sub: Some(sub), .. } => constants_of(sub, found),
        _ => {}
    }
}

/// Bytes as text, or in hexadecimal.
fn readable(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(char::is_control) => text.to_owned(),
        _ => bytes.iter().take(32).map(|byte| format!("{byte:02x}")).collect(),
    }
}
