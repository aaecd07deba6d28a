//! Where a value comes from: a parameter, a header or a field of a request, the environment,
//! the network; and by which names it goes on its way.
//!
//! Only what is written in the body is followed: bindings, fields, methods on the value, and
//! functions that make another form of it. An awaited answer is not the input any more.

use super::Words;
use super::paths::Paths;
use crate::facts::known::Known;
use crate::ir::{BindOrigin, ExprId, ExprKind, Pattern, Type};

/// Steps back that are followed.
const MAX_STEPS: usize = 40;
/// Expressions that are looked at for one value.
const MAX_VISITS: usize = 200;

/// What is known of the origin of a value.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// It is handed in from outside of the function.
    pub outside: bool,
    pub environment: bool,
    /// It was read from a connection.
    pub received: bool,
    /// The constant key that it was looked up by: a header, a query parameter.
    pub key: Option<String>,
    /// The names of parameters, fields, locals and keys on the way, nearest first.
    pub names: Vec<String>,
    /// Expressions that were looked at.
    visits: usize,
}

pub struct Inputs<'p, 'a> {
    pub paths: &'p Paths<'a>,
    pub known: &'p Known,
    pub words: &'p Words<'a>,
    connected: bool,
    /// Locals that a call fills from a connection.
    filled: Vec<bool>,
    /// What is assigned to a local behind its binding.
    assigned: Vec<Vec<ExprId>>,
}

impl<'p, 'a> Inputs<'p, 'a> {
    /// `connected`: the body has to do with the network, so that what is read came from there.
    pub fn new(
        paths: &'p Paths<'a>,
        known: &'p Known,
        words: &'p Words<'a>,
        connected: bool,
    ) -> Self {
        let mut filled = vec![false; paths.body.locals.len()];
        let mut assigned = vec![Vec::new(); paths.body.locals.len()];
        for (_, expr) in paths.body.iter() {
            if let ExprKind::Assign { target, value, .. } = &expr.kind
                && let ExprKind::Local(local) = paths.kind(*target)
            {
                assigned[local.0 as usize].push(*value);
            }
            let (method, args) = match &expr.kind {
                ExprKind::MethodCall { method, args, .. } => (method.as_str(), args),
                // `Read::read(&mut stream, &mut buffer)`
                ExprKind::Call { callee, args } => match paths.kind(*callee) {
                    ExprKind::Path(path) => {
                        (path.last().map_or("", |segment| segment.name.as_str()), args)
                    }
                    _ => continue,
                },
                _ => continue,
            };
            if !connected || !words.is("receiving-method", method) {
                continue;
            }
            for arg in args {
                if let ExprKind::Ref { mutable: true, value } = paths.kind(*arg) {
                    let mut at = *value;
                    while let ExprKind::Index { base, .. } = paths.kind(at) {
                        at = *base;
                    }
                    if let ExprKind::Local(local) = paths.kind(at) {
                        filled[local.0 as usize] = true;
                    }
                }
            }
        }
        Self { paths, known, words, connected, filled, assigned }
    }

    pub fn of(&self, id: ExprId) -> Input {
        let mut input = Input::default();
        self.follow(id, 0, &mut input);
        input
    }

    fn follow(&self, id: ExprId, steps: usize, input: &mut Input) {
        input.visits += 1;
        if steps > MAX_STEPS || input.visits > MAX_VISITS {
            return;
        }
        let next = steps + 1;
        match self.paths.kind(id) {
            ExprKind::Local(local) => {
                let name = &self.paths.body.locals[local.0 as usize].name;
                input.names.push(name.to_string());
                if self.filled[local.0 as usize] {
                    input.outside = true;
                    input.received = true;
                    return;
                }
                if let Some(bind) = self.paths.bind(*local) {
                    self.binding(bind, name, next, input);
                }
                for value in self.assigned[local.0 as usize].iter().take(4) {
                    self.follow(*value, next, input);
                }
            }
            ExprKind::Field { base, name } => {
                input.names.push(name.to_string());
                let own = matches!(self.paths.kind(*base), ExprKind::Local(local)
                    if self.paths.body.locals[local.0 as usize].name == "self");
                if own {
                    input.outside |= self.words.is("credential-name", name);
                } else {
                    self.follow(*base, next, input);
                }
            }
            ExprKind::MethodCall { method, .. }
                if self.connected && self.words.is("connection-source", method) =>
            {
                input.outside = true;
                input.received = true;
            }
            ExprKind::Await(inner)
                if matches!(self.paths.kind(*inner), ExprKind::MethodCall { method, .. }
                    if self.connected
                        && (self.words.is("connection-source", method)
                            || self.words.is("receiving-method", method)
                            || method == "next_line")) =>
            {
                self.follow(*inner, next, input);
            }
            ExprKind::MethodCall { receiver, method, args, .. } => {
                if let Some(key) = args.iter().find_map(|arg| self.key(*arg))
                    && self.words.is("looking-method", method)
                {
                    input.names.push(key.clone());
                    input.key.get_or_insert(key);
                } else if args.is_empty() && !self.words.is("neutral-method", method) {
                    input.names.push(method.to_string());
                }
                self.follow(*receiver, next, input);
            }
            ExprKind::Call { callee, args } => {
                if let Some("std::env::var" | "std::env::var_os") = self.known.origin(id) {
                    input.environment = true;
                    input.outside = true;
                    input.key = args.first().and_then(|arg| self.key(*arg));
                    input.names.extend(input.key.clone());
                    return;
                }
                // `warp::header("authorization")`: the function asks the request.
                if let ExprKind::Path(path) = self.paths.kind(*callee)
                    && path.segments.len() > 1
                    && path.last().is_some_and(|s| self.words.is("request-source", &s.name))
                    && let Some(key) = args.first().and_then(|arg| self.key(*arg))
                {
                    input.outside = true;
                    input.names.push(key.clone());
                    input.names.extend(path.last().map(|s| s.name.to_string()));
                    input.key.get_or_insert(key);
                    return;
                }
                if let (ExprKind::Path(path), [first] | [first, _]) =
                    (self.paths.kind(*callee), args.as_slice())
                {
                    input.names.extend(path.last().map(|s| s.name.to_string()));
                    self.follow(*first, next, input);
                }
            }
            ExprKind::Macro(call) => {
                for arg in call.args.iter().take(6) {
                    self.follow(arg.value, next, input);
                }
            }
            ExprKind::Index { base, index } => {
                if let Some(key) = self.key(*index) {
                    input.names.push(key.clone());
                    input.key.get_or_insert(key);
                }
                self.follow(*base, next, input);
            }
            ExprKind::Unary { value, .. }
            | ExprKind::Ref { value, .. }
            | ExprKind::Cast { value, .. }
            | ExprKind::Try(value) => self.follow(*value, next, input),
            ExprKind::Block { tail: Some(tail), .. } => self.follow(*tail, next, input),
            ExprKind::Binary { op, left, right }
                if matches!(op.as_str(), "+" | "-" | "*" | "^" | "|" | "&" | "<<" | ">>" | "%") =>
            {
                self.follow(*left, next, input);
                self.follow(*right, next, input);
            }
            _ => {}
        }
    }

    /// What a local gets where it is bound.
    fn binding(&self, bind: ExprId, name: &str, steps: usize, input: &mut Input) {
        match self.paths.kind(bind) {
            ExprKind::Bind { value: Some(value), pattern, .. } => {
                if let Some(field) = field_of(pattern, self.paths, name) {
                    input.names.push(field);
                }
                self.follow(*value, steps, input);
            }
            ExprKind::Bind { origin: BindOrigin::Parameter, ty, .. } => {
                if name == "self" {
                    return;
                }
                // The parameter of a closure is what the closure is asked about.
                if let Some(closure) = self.paths.parent(bind)
                    && matches!(self.paths.kind(closure), ExprKind::Closure { .. })
                    && let Some(call) = self.paths.parent(closure)
                    && let ExprKind::MethodCall { receiver, .. } = self.paths.kind(call)
                {
                    return self.follow(*receiver, steps, input);
                }
                input.outside = true;
                if let Some(Type::Path(path)) = ty {
                    input.names.extend(path.last().map(|s| s.name.to_string()));
                }
            }
            _ => {}
        }
    }

    /// A constant text that something is looked up by.
    pub fn key(&self, id: ExprId) -> Option<String> {
        let value = self.known.value(id);
        let text = value.as_text().filter(|text| value.is_fixed() && !text.is_empty())?;
        matches!(value, crate::facts::value::Value::Text(_)).then_some(text)
    }
}

/// The field that a struct pattern takes a local from.
fn field_of(pattern: &Pattern, paths: &Paths<'_>, name: &str) -> Option<String> {
    let Pattern::Struct { fields, .. } = pattern else { return None };
    let binds = |pattern: &Pattern| {
        let mut found = false;
        pattern.locals(&mut |local| found |= paths.body.locals[local.0 as usize].name == name);
        found
    };
    fields.iter().find(|(_, field)| binds(field)).map(|(field, _)| field.to_string())
}
