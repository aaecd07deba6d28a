//! Calls: what is called, what it returns, and the fact that it belongs to.

use smol_str::SmolStr;

use super::Call;
use super::body::{Pass, Target};
use super::eval;
use super::inherit::Gives;
use super::objects::Applied;
use super::value::Value;
use crate::ir::*;
use crate::model::spec::Joined;
use crate::names::{Bound, Callee, Def, Res, Ty};
use crate::span::{Place, Span};
use crate::vocab::Confidence;

/// Candidates of a method by name alone, before it says nothing any more.
const MAX_BY_NAME: usize = 3;
/// Implementations of a trait's method that a call on it is taken to reach.
const MAX_IMPLEMENTATIONS: usize = 64;

impl Pass<'_, '_> {
    pub fn call(&mut self, id: ExprId, callee: ExprId, args: &[ExprId]) {
        self.calls += 1;
        let span = self.body.expr(id).span;
        let Ty::Function(target) = self.ty(callee).clone() else {
            if let ExprKind::Local(local) = self.body.expr(callee).kind
                && let Some(closure) = self.closures.get(&local).copied()
            {
                self.hand_to_closure(closure, args);
                return self.gives_what(id, closure);
            }
            self.unresolved += usize::from(self.is_unknown_callee(callee));
            return;
        };
        if let ExprKind::Local(local) = self.body.expr(callee).kind
            && let Some(mention) = self.mentions[local.0 as usize]
        {
            self.drafts[mention].dropped = true;
        }
        match target {
            Callee::External(path) => {
                let generic = matches!(&self.body.expr(callee).kind, ExprKind::Path(path)
                    if path.last().is_some_and(|s| s.args.iter().any(|a| self.is_function_type(a))));
                if generic {
                    self.functions.insert(id);
                }
                if self.cx.models.call(&path).is_some_and(|row| row.to_function)
                    && self.reinterpreted(id, callee, args)
                {
                    return;
                }
                self.external_call(id, &path, span, args);
            }
            Callee::Local(def) => {
                self.edge(def, span);
                self.targets.insert(id, Target::Functions(vec![def]));
                let ty = self.cx.output(def);
                self.set_type(id, ty);
                self.called(id, def, span, args);
            }
            Callee::Constructor(def) => {
                self.set_type(id, Ty::Local(def, Vec::new()));
                if let [only] = args {
                    self.set_object(id, self.object(*only));
                }
            }
        }
    }

    /// A call gives what the body of a closure gives.
    fn gives_what(&mut self, id: ExprId, closure: ExprId) {
        let ExprKind::Closure { body, .. } = &self.body.expr(closure).kind else { return };
        let body = *body;
        if body < id {
            self.same(id, body);
        }
    }

    /// What a function that is handed to a method does with what the method works on.
    fn mapped(&mut self, id: ExprId, receiver: ExprId, callback: ExprId, span: Span) -> bool {
        if let ExprKind::Closure { .. } = self.body.expr(callback).kind {
            let before = (self.value(id).clone(), self.object(id));
            self.gives_what(id, callback);
            // One element is not the value of them all; a path stays a path that is known.
            if before.0 != Value::Unknown || !self.is_element_like(id, receiver) {
                self.set_value(id, before.0);
            }
            if self.object(id).is_none() {
                self.set_object(id, before.1);
            }
            return *self.ty(id) != Ty::Unknown || self.object(id).is_some();
        }
        let Ty::Function(target) = self.ty(callback).clone() else { return false };
        match target {
            Callee::External(path) if self.cx.models.call(&path).is_some() => {
                let mention = self.drafts.iter().rposition(|draft| draft.mention == Some(callback));
                if let Some(mention) = mention {
                    self.drafts[mention].dropped = true;
                }
                self.external_call(id, &path, span, &[receiver]);
                true
            }
            Callee::Local(def) => {
                self.edge(def, span);
                self.set_type(id, self.cx.output(def));
                self.called(id, def, span, &[receiver]);
                true
            }
            _ => false,
        }
    }

    /// Whether what a closure gives may stand for what `map` and its kin give: a text, made
    /// for an option or for each of many, and not for the letters of another.
    pub fn is_element_like(&self, value: ExprId, receiver: ExprId) -> bool {
        let method = match &self.body.expr(receiver).kind {
            ExprKind::MethodCall { method, .. } => method.as_str(),
            _ => "",
        };
        if matches!(method, "chars" | "bytes" | "char_indices" | "lines" | "as_bytes" | "rev") {
            return false;
        }
        let letters = matches!(method, "iter" | "into_iter");
        let whole = !matches!(self.value(receiver), Value::Bytes(_) | Value::List(_));
        let texts = self.value(value).texts();
        // Letters and numbers that are put together one by one are the interpreter's.
        let paths = || texts.iter().all(|text| text.len() > 1 && text.contains(['/', '\\']));
        matches!(self.value(value), Value::Text(_) | Value::Any(_))
            && (whole && !letters || (!texts.is_empty() && paths()))
    }

    /// Closures and function parameters are called without a name of their own.
    fn is_unknown_callee(&self, callee: ExprId) -> bool {
        matches!(self.body.expr(callee).kind, ExprKind::Path(_))
    }

    fn external_call(&mut self, id: ExprId, path: &SmolStr, span: Span, args: &[ExprId]) {
        let values: Vec<&Value> = args.iter().map(|arg| self.value(*arg)).collect();
        let value = eval::function(path, &values);
        self.set_value(id, value);
        self.origins[id.0 as usize] = match args {
            [only] if eval::converts(path) && self.origins[only.0 as usize].is_some() => {
                self.origins[only.0 as usize].clone()
            }
            _ => Some(path.clone()),
        };
        if matches!(path.as_str(), "std::option::Option::Some" | "std::result::Result::Ok")
            && let [only] = args
        {
            self.set_type(id, self.ty(*only).clone());
            self.set_object(id, self.object(*only));
            self.origins[id.0 as usize] = self.origins[only.0 as usize].clone();
            return;
        }
        let models = self.cx.models;
        let row = models.call(path).filter(|row| !row.to_function || self.functions.contains(&id));
        if let Some(symbol) = row.and_then(|row| row.value.as_deref()) {
            self.set_value(id, Value::symbol(symbol));
        }
        if row.is_some() {
            self.targets.insert(id, Target::Modelled(path.clone()));
        }
        let Some(row) = row else {
            let (ty, object) = self.unmodelled(path, args);
            self.set_type(id, ty);
            return self.set_object(id, object);
        };
        // `Command::arg(&mut command, "x")`: the receiver stands among the arguments.
        let owner = path.rsplit_once("::").map_or("", |(owner, _)| owner);
        let first_is_receiver = args.first().is_some_and(|first| {
            row.joins == Some(Joined::Receiver)
                || (args.len() > row.args.len()
                    && matches!(self.ty(*first), Ty::External(ty, _) if ty == owner))
        });
        let (receiver, rest) = match args {
            [first, rest @ ..] if first_is_receiver => (Some(*first), rest),
            _ => (None, args),
        };
        let object = self.apply(&Applied {
            row,
            path,
            span,
            expr: id,
            receiver,
            args: rest,
            confidence: Confidence::High,
        });
        self.set_object(id, object);
        if let (Some(object), [first, ..]) = (object, rest)
            && !row.on_data.is_empty()
            && self.points_to_data(*first)
        {
            self.drafts[object].mark(&row.on_data);
        }
        let generics = match (receiver, args) {
            (Some(receiver), _) => self.generics(receiver),
            // A container's generic argument is the type of what goes in.
            (None, [first, ..]) if row.is_plain() => vec![self.ty(*first).clone()],
            _ => Vec::new(),
        };
        let ty = self.returned(row.returns.as_deref(), owner, &generics);
        self.set_type(id, ty);
        if let (None, [first, ..]) = (receiver, args)
            && self.is_plain_wrapper(path)
        {
            self.wrapped(id, *first);
        }
        self.looked_up(id, row, rest);
    }

    /// A pointer or a cell is, for us, what stands in it.
    fn wrapped(&mut self, id: ExprId, content: ExprId) {
        let (to, from) = (id.0 as usize, content.0 as usize);
        if self.objects[from].is_some() {
            self.objects[to] = self.objects[from];
        }
        if self.values[to] == Value::Unknown {
            self.values[to] = self.values[from].clone();
        }
        if self.origins[from].is_some() {
            self.origins[to] = self.origins[from].clone();
        }
    }

    /// A function that no model speaks of: a constructor gives its type, a wrapper its content.
    fn unmodelled(&self, path: &str, args: &[ExprId]) -> (Ty, Option<usize>) {
        let Some((owner, name)) = path.rsplit_once("::") else { return (Ty::Unknown, None) };
        let of_type =
            owner.rsplit("::").next().is_some_and(|last| last.starts_with(char::is_uppercase));
        if !of_type {
            return (Ty::Unknown, None);
        }
        let wraps = self.cx.models.type_info(owner).derefs.is_some();
        if wraps && let [only] = args {
            return (Ty::External(owner.into(), vec![self.ty(*only).clone()]), self.object(*only));
        }
        if is_constructor(name) || self.cx.models.type_info(owner).builder {
            return (Ty::external(owner), None);
        }
        (Ty::Unknown, None)
    }

    /// The type that a row's `returns` names.
    fn returned(&self, returns: Option<&str>, owner: &str, generics: &[Ty]) -> Ty {
        match returns {
            None => Ty::Unknown,
            Some("Self") => Ty::External(owner.into(), generics.to_vec()),
            Some(text) => match text.strip_prefix('$') {
                Some(index) => {
                    let index: usize = index.parse().unwrap_or(0);
                    generics.get(index).cloned().unwrap_or_default()
                }
                None => parse_type(&text.replace("<Self>", &format!("<{owner}>"))),
            },
        }
    }

    fn generics(&self, expr: ExprId) -> Vec<Ty> {
        match self.ty(expr) {
            Ty::External(_, args) => args.clone(),
            _ => Vec::new(),
        }
    }

    pub fn method_call(
        &mut self,
        id: ExprId,
        receiver: ExprId,
        method: &Name,
        method_span: Span,
        args: &[ExprId],
        generics: &[Type],
    ) {
        self.calls += 1;
        let whole = self.body.expr(id).span;
        let span = Span { start: method_span.start, end: whole.end };
        self.fold_method(id, receiver, method, args);
        if method == "to_string" && *self.value(id) == Value::Unknown {
            let shown = self.shown(receiver);
            self.set_value(id, shown);
        }
        // A value that only changes its clothes stays what it is about.
        if keeps_origin(method) {
            self.origins[id.0 as usize] = self.origins[receiver.0 as usize].clone();
        }
        if is_transparent(method) {
            self.set_object(id, self.object(receiver));
            self.origins[id.0 as usize] = self.origins[receiver.0 as usize].clone();
        }
        let ty = self.ty(receiver).clone();
        if method == "enumerate" && ty != Ty::Unknown {
            let pair = Ty::Tuple(vec![Ty::external("integer"), ty.element().clone()]);
            return self.set_type(id, Ty::External("std::vec::Vec".into(), vec![pair]));
        }
        if self.hold_method(id, receiver, method, args) {
            return;
        }
        if self.typed_method(id, &ty, receiver, method, span, args) {
            return;
        }
        if let Some(callback) = args.last()
            && self.cx.models.method(method).maps
            && self.mapped(id, receiver, *callback, span)
        {
            self.hold_mapped(id, receiver, *callback);
            return;
        }
        if let Some(defs) = self.blanket(&ty, method) {
            self.local_methods(id, &defs, span);
            return;
        }
        if is_transparent(method) {
            let kept = if unwraps(method) { ty.peeled().clone() } else { ty };
            return self.set_type(id, kept);
        }
        // A trait's method on a type from elsewhere is known by its name alone.
        let distinctive =
            !matches!(ty, Ty::Local(..)) && self.cx.models.any_receiver(method).is_some();
        if *ty.peeled() == Ty::Unknown || distinctive {
            return self.method_by_name(id, receiver, method, span, args);
        }
        if let [target] = generics
            && matches!(method.as_str(), "parse" | "collect" | "into" | "downcast")
        {
            let target = self.cx.resolver().ty(self.at, target);
            self.set_type(id, target);
        }
    }

    /// Looks the method up on the receiver's type and on what that type stands for.
    fn typed_method(
        &mut self,
        id: ExprId,
        ty: &Ty,
        receiver: ExprId,
        method: &Name,
        span: Span,
        args: &[ExprId],
    ) -> bool {
        match ty {
            Ty::External(owner, generics) => {
                let path = SmolStr::from(format!("{owner}::{method}"));
                let models = self.cx.models;
                if let Some(row) = models.call(&path) {
                    self.targets.insert(id, Target::Modelled(path.clone()));
                    let object = if row.is_plain() {
                        self.object(receiver)
                    } else {
                        let (receiver, confidence) = (Some(receiver), Confidence::High);
                        self.apply(&Applied {
                            row,
                            path: &path,
                            span,
                            expr: id,
                            receiver,
                            args,
                            confidence,
                        })
                    };
                    if let Some(symbol) = row.value.as_deref() {
                        self.set_value(id, Value::symbol(symbol));
                    }
                    let ty = self.returned(row.returns.as_deref(), owner, generics);
                    let ty = match ty {
                        Ty::Unknown if row.joins.is_some() && models.type_info(owner).builder => {
                            self.ty(receiver).clone()
                        }
                        ty => ty,
                    };
                    self.set_object(id, object);
                    self.set_type(id, ty);
                    let same = row.is_plain() && row.returns.as_deref() == Some("$0");
                    if same && args.is_empty() && !self.ty(receiver).is_container() {
                        self.wrapped(id, receiver);
                    }
                    let path_of_entry = row.joins.is_some()
                        && row.returns.as_deref().is_some_and(|r| r.ends_with("PathBuf"));
                    if let Some(object) = object.filter(|_| path_of_entry)
                        && *self.value(id) == Value::Unknown
                    {
                        let entry = self.entry(object);
                        self.set_value(id, entry);
                    }
                    self.looked_up(id, row, args);
                    self.origins[id.0 as usize] = Some(path);
                    return true;
                }
                if let Some(defs) = self.extension(owner, method) {
                    return self.local_methods(id, &defs, span);
                }
                let info = models.type_info(owner);
                if let Some(inner) = info.derefs.and_then(|index| generics.get(index)).cloned()
                    && self.typed_method(id, &inner, receiver, method, span, args)
                {
                    return true;
                }
                // Models name the content of `Result` and `Option` directly, code may not.
                if ty.peeled() != ty {
                    let inner = ty.peeled().clone();
                    return self.typed_method(id, &inner, receiver, method, span, args);
                }
                if info.builder && !is_transparent(method) {
                    self.set_type(id, ty.clone());
                    self.set_object(id, self.object(receiver));
                    return true;
                }
                false
            }
            Ty::Local(def, _) => {
                let members = &self.cx.unit.krate(def.krate).members;
                let Some(names) = members.get(&(def.file, def.item)) else { return false };
                // What a trait provides calls what the type has: `write_all`, `write`.
                let provided = || names.get(self.cx.models.required(method)?);
                if let Some(defs) = names.get(method).or_else(provided).cloned() {
                    return self.local_methods(id, &defs, span);
                }
                // A type that stands for another: `impl Deref for Connection`.
                let Some([deref]) = names.get("deref").map(Vec::as_slice) else { return false };
                let target = self.cx.output(*deref);
                matches!(target, Ty::External(..))
                    && self.typed_method(id, &target, receiver, method, span, args)
            }
            Ty::Bounds(bounds) => bounds.iter().any(|bound| match bound {
                Bound::External(path) => {
                    let ty = Ty::External(path.clone(), Vec::new());
                    self.typed_method(id, &ty, receiver, method, span, args)
                }
                Bound::Local(def) => self.trait_method(id, *def, method, span),
            }),
            _ => false,
        }
    }

    /// A method of a trait of the scan: its default and every implementation may run.
    fn trait_method(&mut self, id: ExprId, def: Def, method: &Name, span: Span) -> bool {
        let krate = self.cx.unit.krate(def.krate);
        let key = (def.file, def.item);
        let defaults = krate.members.get(&key).and_then(|names| names.get(method));
        let implementations = krate.implementations.get(&key).and_then(|names| names.get(method));
        let mut all: Vec<Def> = defaults.into_iter().flatten().copied().collect();
        all.extend(implementations.into_iter().flatten().copied().take(MAX_IMPLEMENTATIONS));
        self.local_methods(id, &all, span)
    }

    fn local_methods(&mut self, id: ExprId, defs: &[Def], span: Span) -> bool {
        for def in defs {
            self.edge(*def, span);
        }
        if !defs.is_empty() {
            self.targets.insert(id, Target::Functions(defs.to_vec()));
        }
        let output = defs.iter().map(|def| self.cx.output(*def)).find(|ty| *ty != Ty::Unknown);
        self.set_type(id, output.unwrap_or_default());
        if let [only] = defs
            && let ExprKind::MethodCall { receiver, args, .. } = &self.body.expr(id).kind
        {
            let with_receiver: Vec<ExprId> =
                [*receiver].into_iter().chain(args.iter().copied()).collect();
            self.called(id, *only, span, &with_receiver);
        }
        !defs.is_empty()
    }

    /// A call of a function of the scan: what it gives, and its facts as they are for this call.
    fn called(&mut self, id: ExprId, def: Def, span: Span, args: &[ExprId]) {
        let gives = self.cx.result(def);
        self.set_value(id, gives.value.clone());
        self.fold.set(id, gives.trail);
        self.origins[id.0 as usize] = gives.origin.clone();
        let Some(body) = self.cx.unit.body_of(def) else { return };
        let special = self.hand_in(id, body, span, args);
        self.inherit(id, span, args, special.as_ref().unwrap_or(&gives));
    }

    /// Looks at a helper with what this call hands in, when that is something known.
    fn hand_in(
        &mut self,
        id: ExprId,
        body: crate::names::BodyRef,
        span: Span,
        args: &[ExprId],
    ) -> Option<Gives> {
        let says = |value: &Value| {
            matches!(
                value,
                Value::Text(_) | Value::Bytes(_) | Value::List(_) | Value::Any(_) | Value::Bool(_)
            )
        };
        let tells =
            |arg: &ExprId| says(self.value(*arg)) || matches!(self.ty(*arg), Ty::Function(_));
        if !args.iter().any(tells) {
            return None;
        }
        let values: Vec<Value> = args.iter().map(|arg| self.value(*arg).clone()).collect();
        let types: Vec<Ty> = args.iter().map(|arg| self.ty(*arg).clone()).collect();
        let via = Place { file: self.here.file, span };
        let trails = args.iter().map(|arg| self.fold.trail(*arg)).collect();
        let call = Call { values, types, trails, depth: self.depth, via };
        let (handed, gives) = self.cx.handed(body, call);
        self.handed.extend(handed);
        let gives = gives?;
        if gives.value != Value::Unknown && *self.value(id) == Value::Unknown {
            self.set_value(id, gives.value.clone());
            self.fold.set(id, gives.trail);
        }
        if self.origins[id.0 as usize].is_none() {
            self.origins[id.0 as usize] = gives.origin.clone();
        }
        Some(gives)
    }

    fn extension(&self, owner: &str, method: &Name) -> Option<Vec<Def>> {
        let krate = self.cx.unit.krate(self.here.krate);
        krate.extensions.get(owner)?.get(method).cloned()
    }

    /// The methods of this name that traits of the scan add to types from elsewhere, also to
    /// all types at once.
    fn blanket(&self, ty: &Ty, method: &Name) -> Option<Vec<Def>> {
        if !matches!(ty, Ty::External(..)) {
            return None;
        }
        let krate = self.cx.unit.krate(self.here.krate);
        let defs = krate.methods.get(method).filter(|defs| defs.len() <= MAX_BY_NAME)?;
        if !krate.trait_methods.contains(method) {
            return None;
        }
        // What is a type's of the scan is no other type's.
        let resolver = self.cx.resolver();
        let elsewhere =
            |def: &&Def| !matches!(resolver.self_type((def.krate, def.module)), Ty::Local(..));
        let defs: Vec<Def> = defs.iter().filter(elsewhere).copied().collect();
        (!defs.is_empty()).then_some(defs)
    }

    /// The receiver's type is unknown: a distinctive name may be enough.
    fn method_by_name(
        &mut self,
        id: ExprId,
        receiver: ExprId,
        method: &Name,
        span: Span,
        args: &[ExprId],
    ) {
        let models = self.cx.models;
        if let Some(row) = models.any_receiver(method) {
            let path = SmolStr::from(format!("_::{method}"));
            let (receiver, confidence) = (Some(receiver), Confidence::Low);
            self.targets.insert(id, Target::Modelled(path.clone()));
            let expr = id;
            let object =
                self.apply(&Applied { row, path: &path, span, expr, receiver, args, confidence });
            self.set_object(id, object);
            let ty = self.returned(row.returns.as_deref(), "", &[]);
            self.set_type(id, ty);
            self.origins[id.0 as usize] = Some(path);
            return;
        }
        let krate = self.cx.unit.krate(self.here.krate);
        match krate.methods.get(method) {
            Some(defs) if defs.len() <= MAX_BY_NAME => {
                let defs = defs.clone();
                self.local_methods(id, &defs, span);
            }
            _ => self.unresolved += 1,
        }
    }

    fn fold_method(&mut self, id: ExprId, receiver: ExprId, method: &str, args: &[ExprId]) {
        let path_like = matches!(self.ty(receiver), Ty::External(path, _)
            if path.ends_with("::PathBuf") || path.ends_with("::Path"));
        let values: Vec<&Value> = args.iter().map(|arg| self.value(*arg)).collect();
        let value = eval::method(method, self.value(receiver), &values, path_like);
        let changed = match (method, values.as_slice()) {
            ("push_str" | "push", [part]) if !path_like => {
                Some(super::value::concat([self.value(receiver), part]))
            }
            ("push", [part]) => Some(super::value::join(self.value(receiver), part)),
            ("insert_str" | "insert" | "extend" | "clear" | "truncate" | "pop" | "retain", _) => {
                Some(Value::Unknown)
            }
            _ => None,
        };
        self.set_value(id, value);
        if let (Some(changed), ExprKind::Local(local)) = (changed, &self.body.expr(receiver).kind) {
            self.local_values[local.0 as usize] = changed;
        }
    }

    pub fn macro_call(&mut self, id: ExprId, call: &MacroCall) {
        let span = self.body.expr(id).span;
        let Some(name) = call.path.last().map(|segment| segment.name.clone()) else { return };
        // Arguments that only look like code count as a call that nobody can name.
        self.calls += usize::from(!call.understood);
        self.unresolved += usize::from(!call.understood);
        if let Some(rules) = self.local_macro(&call.path, &name) {
            self.calls += 1;
            for rule in &rules {
                self.edges.push(rule_edge(span, *rule));
            }
            // The rule whose metavariables are as many as the arguments.
            let args: Vec<ExprId> = call.args.iter().map(|arg| arg.value).collect();
            let fitting = rules.iter().find(|rule| {
                self.cx.unit.files[&rule.file].body(rule.body).params.len() == args.len()
            });
            if let Some(rule) = fitting.copied() {
                let special = self.hand_in(id, rule, span, &args);
                let gives = special.unwrap_or_else(|| self.cx.transcribed(rule));
                self.inherit(id, span, &args, &gives);
            }
            self.targets.insert(id, Target::Rules(rules));
            return;
        }
        let positional: Vec<ExprId> =
            call.args.iter().filter(|arg| arg.name.is_none()).map(|arg| arg.value).collect();
        let shown: Vec<(Option<&str>, Value)> =
            call.args.iter().map(|arg| (arg.name.as_deref(), self.shown(arg.value))).collect();
        let unnamed = shown.iter().filter(|(name, _)| name.is_none());
        let values: Vec<&Value> = unnamed.map(|(_, value)| value).collect();
        let named: Vec<(&str, &Value)> =
            shown.iter().filter_map(|(name, value)| Some(((*name)?, value))).collect();
        // What is written is the value of `write!`, for those who ask what a `fmt` writes.
        let value = match (name.as_str(), values.as_slice()) {
            ("write", [_, rest @ ..]) => eval::macro_call("format", rest, &named),
            (name, values) => eval::macro_call(name, values, &named),
        };
        self.set_value(id, value);
        if name == "vec" {
            let element = positional.first().map(|arg| self.ty(*arg).clone()).unwrap_or_default();
            self.set_type(id, Ty::External("std::vec::Vec".into(), vec![element]));
        }
        if matches!(name.as_str(), "format" | "concat" | "env" | "include_str") {
            self.set_type(id, Ty::external("std::string::String"));
        }
        if matches!(name.as_str(), "dbg" | "ready" | "pin" | "try")
            && let [only] = positional[..]
        {
            self.set_type(id, self.ty(only).clone());
            self.set_object(id, self.object(only));
        }
        let Some(path) = self.external_macro(&call.path, &name) else { return };
        let models = self.cx.models;
        let Some(row) = models.call(&path) else { return };
        self.calls += 1;
        self.targets.insert(id, Target::Modelled(path.clone()));
        let (expr, confidence) = (id, Confidence::High);
        let applied =
            Applied { row, path: &path, span, expr, receiver: None, args: &positional, confidence };
        let object = self.apply(&applied);
        self.set_object(id, object);
        let ty = self.returned(row.returns.as_deref(), "", &[]);
        if ty != Ty::Unknown {
            self.set_type(id, ty);
        }
        self.origins[id.0 as usize] = Some(path);
    }

    /// A value as text: of a type of the scan, what its `fmt` writes.
    fn shown(&self, id: ExprId) -> Value {
        let value = self.value(id);
        if *value != Value::Unknown {
            return value.clone();
        }
        let Ty::Local(def, _) = self.ty(id) else { return Value::Unknown };
        let members = self.cx.unit.krate(def.krate).members.get(&(def.file, def.item));
        match members.and_then(|names| names.get("fmt")).map(Vec::as_slice) {
            Some([only]) => self.cx.result(*only).value,
            _ => Value::Unknown,
        }
    }

    /// The transcribers of a macro of the scan.
    fn local_macro(&self, path: &Path, name: &Name) -> Option<Vec<crate::names::BodyRef>> {
        let unit = self.cx.unit;
        let mut krate = self.here.krate;
        if path.segments.len() > 1
            && let Some(Res::Module(other, _)) =
                self.cx.resolver().other_crate(krate, &path.segments[0].name)
        {
            krate = other;
        }
        let defs = unit.krate(krate).macros.get(name)?;
        let mut rules = Vec::new();
        for def in defs {
            if let ItemKind::MacroRules { rules: bodies } = &unit.item(*def).kind {
                rules.extend(bodies.iter().map(|body| crate::names::BodyRef {
                    krate: def.krate,
                    module: def.module,
                    file: def.file,
                    body: *body,
                }));
            }
        }
        Some(rules)
    }

    pub fn external_macro(&self, path: &Path, name: &str) -> Option<SmolStr> {
        // By its own name, or by the name that a `use` gives it.
        let renamed = || path.single().is_none();
        if !self.cx.models.is_macro_name(name) && renamed() {
            return None;
        }
        for meaning in self.cx.resolver().path(self.at, path) {
            // A crate's name alone is no macro.
            if let Res::External(found) = meaning
                && found.contains("::")
            {
                return Some(format!("{found}!").into());
            }
        }
        if path.segments.len() > 1 {
            return None;
        }
        let candidates = [format!("std::{name}!"), format!("std::arch::{name}!")];
        if !self.cx.models.is_macro_name(name) {
            return None;
        }
        // `#[macro_use] extern crate`: a macro of a dependency by its bare name.
        let externs = &self.cx.unit.krate(self.here.krate).externs;
        let dependencies = externs.keys().map(|krate| format!("{krate}::{name}!"));
        let known = |path: &SmolStr| self.cx.models.call(path).is_some();
        candidates.into_iter().chain(dependencies).map(SmolStr::from).find(known)
    }

    /// A function, or constant, that belongs to a type.
    pub fn associated(&mut self, id: ExprId, ty: &Ty, name: &Name, span: Span) -> Ty {
        match ty {
            Ty::External(owner, _) => {
                let path = SmolStr::from(format!("{owner}::{name}"));
                if self.cx.models.call(&path).is_none()
                    && let Some(def) =
                        self.extension(owner, name).and_then(|defs| defs.first().copied())
                {
                    self.edge(def, span);
                    return Ty::Function(Callee::Local(def));
                }
                self.set_value(id, eval::constant(&path));
                Ty::Function(Callee::External(path))
            }
            Ty::Local(def, _) => {
                let unit = self.cx.unit;
                let members = unit.krate(def.krate).members.get(&(def.file, def.item));
                let found = members.and_then(|names| names.get(name)).cloned().unwrap_or_default();
                for def in &found {
                    self.edge(*def, span);
                }
                match found.first() {
                    Some(def) if matches!(unit.item(*def).kind, ItemKind::Constant { .. }) => {
                        let (value, trail) = self.cx.constant(*def);
                        self.set_value(id, value);
                        self.fold.set(id, trail);
                        Ty::Unknown
                    }
                    Some(def) => Ty::Function(Callee::Local(*def)),
                    // `default` and its kin, made by `derive`.
                    None if is_constructor(name) => Ty::Function(Callee::Constructor(*def)),
                    None => Ty::Unknown,
                }
            }
            Ty::Bounds(bounds) => {
                for bound in bounds {
                    if let Bound::Local(def) = bound
                        && self.trait_method(id, *def, name, span)
                    {
                        break;
                    }
                }
                Ty::Unknown
            }
            _ => Ty::Unknown,
        }
    }

    /// A declaration in an `extern` block is the function of that name.
    pub fn foreign(&self, def: Def) -> Option<Callee> {
        let item = self.cx.unit.item(def);
        let ItemKind::Function(function) = &item.kind else { return None };
        if !function.foreign {
            return None;
        }
        let renamed =
            item.attrs.iter().find(|attr| attr.path.single().is_some_and(|n| n == "link_name"));
        let name = renamed.and_then(|attr| attr.value.as_deref()).unwrap_or(&item.name);
        let windows =
            matches!(function.abi.as_deref(), Some("system" | "stdcall" | "system-unwind"));
        let homes = if windows { ["windows", "libc"] } else { ["libc", "windows"] };
        let paths = homes.map(|home| SmolStr::from(format!("{home}::{name}")));
        let known = paths.iter().find(|path| self.cx.models.call(path).is_some());
        Some(Callee::External(known.unwrap_or(&paths[0]).clone()))
    }
}

fn rule_edge(span: Span, target: crate::names::BodyRef) -> super::Edge {
    super::Edge { span, target }
}

/// Associated functions that, by convention, give a value of their type.
fn is_constructor(name: &str) -> bool {
    matches!(
        name,
        "new" | "default" | "from" | "builder" | "open" | "create" | "connect" | "bind" | "build"
    ) || ["new_", "with_", "from_", "try_new", "try_from", "connect_", "open_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// Methods that change a value's wrapper and not what it is about.
fn is_transparent(method: &str) -> bool {
    unwraps(method)
        || matches!(
            method,
            "as_ref"
                | "as_mut"
                | "as_deref"
                | "as_deref_mut"
                | "borrow"
                | "borrow_mut"
                | "by_ref"
                | "clone"
                | "cloned"
                | "copied"
                | "context"
                | "with_context"
                | "map_err"
                | "ok"
                | "err"
                | "into"
                | "iter"
                | "iter_mut"
                | "into_iter"
                | "lock"
                | "get_mut"
                | "get_ref"
                | "into_inner"
                | "to_owned"
                | "boxed"
                | "fuse"
                | "ok_or"
                | "ok_or_else"
                | "or"
                | "or_else"
                | "wrap_err"
                | "wrap_err_with"
                | "into_future"
                | "as_pin_mut"
                | "as_slice"
                | "to_vec"
                | "inspect_err"
                | "inspect"
                | "compat"
                | "unwrap_err"
        )
}

/// Methods whose result is the same thing in another encoding.
fn keeps_origin(method: &str) -> bool {
    matches!(
        method,
        "as_ptr"
            | "as_mut_ptr"
            | "as_os_str"
            | "as_path"
            | "as_str"
            | "as_bytes"
            | "cast"
            | "chain"
            | "collect"
            | "display"
            | "encode_utf16"
            | "encode_wide"
            | "into_os_string"
            | "into_raw"
            | "to_path_buf"
            | "to_str"
            | "to_string"
            | "to_string_lossy"
            | "into_owned"
    )
}

/// Methods that take a value out of `Result` or `Option`.
fn unwraps(method: &str) -> bool {
    matches!(
        method,
        "unwrap"
            | "expect"
            | "unwrap_or"
            | "unwrap_or_default"
            | "unwrap_or_else"
            | "unwrap_unchecked"
            | "take"
            | "flatten"
    )
}

/// A type as models write it: `a::B<c::D>`.
pub(super) fn parse_type(text: &str) -> Ty {
    match text.split_once('<') {
        Some((path, args)) => {
            let inner = args.trim_end().strip_suffix('>').unwrap_or(args);
            Ty::External(path.trim().into(), vec![parse_type(inner)])
        }
        None => Ty::external(text.trim()),
    }
}
