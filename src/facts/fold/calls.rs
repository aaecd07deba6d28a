//! Calls, method calls and macros that may be worked out.

use super::MIN_ARRAY;
use crate::facts::body::Pass;
use crate::facts::conceal::{Trail, seams};
use crate::facts::interpret::{changes, outside_knows};
use crate::facts::value::Value;
use crate::ir::*;
use crate::names::{Callee, Ty};
use crate::span::Place;

impl<'a> Pass<'a, '_> {
    pub(super) fn fold_call(&mut self, id: ExprId, callee: ExprId, args: &'a [ExprId]) {
        if *self.value(id) != Value::Unknown {
            self.union(id, args.iter().copied());
        }
        let function = match self.ty(callee) {
            Ty::Function(Callee::Local(def)) if args.is_empty() => Some(*def),
            _ => None,
        };
        if *self.value(id) == Value::Unknown
            && let Some((value, trail)) =
                function.and_then(|def| self.cx.tried.borrow().get(&def).cloned())
        {
            self.set_value(id, value);
            return self.fold.set(id, trail);
        }
        let worth = match self.ty(callee) {
            Ty::Function(Callee::Local(def)) => {
                let ItemKind::Function(function) = &self.cx.unit.item(*def).kind else { return };
                let fills = args.iter().any(|arg| self.is_mutable_reference(*arg));
                let again = args.is_empty() && *self.value(id) != Value::Unknown;
                (function.output.is_some() || fills) && !again
            }
            Ty::Function(Callee::External(path)) => {
                outside_knows(path)
                    || self.cx.models.call(path).is_some_and(|row| row.decodes.is_some())
            }
            _ => match self.body.expr(callee).kind {
                ExprKind::Local(local) => self.fold.closures.contains_key(&local),
                ExprKind::Closure { .. } => true,
                _ => false,
            },
        };
        if let Some(def) = function.filter(|_| worth) {
            // Unknown while it is being worked out.
            self.cx.tried.borrow_mut().insert(def, Default::default());
        }
        let folded =
            worth && args.iter().all(|arg| self.promising(*arg)) && self.operation(id, args);
        if let Some(def) = function.filter(|_| folded) {
            let known = (self.value(id).clone(), self.fold.trail(id));
            self.cx.tried.borrow_mut().insert(def, known);
        }
        self.forget_references(folded, args);
    }

    fn is_mutable_reference(&self, id: ExprId) -> bool {
        matches!(self.body.expr(id).kind, ExprKind::Ref { mutable: true, .. })
    }

    /// What was lent out to be changed is not known any more.
    fn forget_references(&mut self, folded: bool, args: &[ExprId]) {
        for arg in args.iter().filter(|_| !folded) {
            if self.is_mutable_reference(*arg)
                && let Some(local) = self.root_local(*arg)
            {
                self.local_values[local.0 as usize] = Value::Unknown;
                self.holds.forget(local);
            }
        }
    }

    pub(super) fn fold_method_call(
        &mut self,
        id: ExprId,
        receiver: ExprId,
        method: &str,
        args: &'a [ExprId],
    ) {
        let path_like = matches!(self.ty(receiver), Ty::External(path, _)
            if path.ends_with("::PathBuf") || path.ends_with("::Path"));
        let known = *self.value(id) != Value::Unknown;
        if known {
            self.union(id, [receiver].into_iter().chain(args.iter().copied()));
        }
        if changes(method)
            && let Some((local, prior)) = self.fold.prior.clone()
        {
            let appends = matches!(method, "push_str" | "push") && !path_like;
            if appends && let Some(part) = args.first() {
                let before = (prior.piece(), self.fold.local(local).seams);
                let pieces = [(before.0.as_str(), before.1), ("\u{1}", 0)];
                let mut now = self.fold.local(local);
                now.add(self.fold.trail(*part));
                now.seams = seams(pieces);
                self.fold.locals[local.0 as usize] = now;
            }
            let simple = appends && matches!(prior, Value::Text(_));
            if !simple && !path_like && prior.is_fixed() && args.iter().all(|a| self.promising(*a))
            {
                let folded = self.operation(id, args);
                self.forget_references(folded, args);
            } else {
                self.forget_references(false, args);
            }
            return;
        }
        if matches!(
            method,
            "iter_mut" | "as_mut_slice" | "chunks_mut" | "chunks_exact_mut" | "get_mut"
        ) && let Some(local) = self.root_local(receiver)
        {
            // What is changed through the references is not seen here.
            self.local_values[local.0 as usize] = Value::Unknown;
            return;
        }
        let models = self.cx.models;
        let decodes = models.is_decoder_name(method)
            && (models.any_receiver(method).is_some_and(|row| row.decodes.is_some())
                || matches!(self.ty(receiver), Ty::External(owner, _)
                if models.call(&format!("{owner}::{method}")).is_some_and(|row| row.decodes.is_some())));
        let overrides = matches!(
            method,
            "chars"
                | "as_bytes"
                | "bytes"
                | "into_bytes"
                | "to_bytes"
                | "collect"
                | "join"
                | "concat"
                | "parse"
        );
        let passes = matches!(
            method,
            "unwrap"
                | "expect"
                | "clone"
                | "iter"
                | "into_iter"
                | "to_string"
                | "to_owned"
                | "as_str"
                | "into"
                | "as_ref"
                | "to_vec"
        );
        let joins_paths = method == "join" && !matches!(self.value(receiver), Value::List(_));
        let worth = (!known || overrides || decodes)
            && !passes
            && !path_like
            && !joins_paths
            && self.promising(receiver)
            && args.iter().all(|arg| self.promising(*arg));
        let folded = worth && {
            let operands: Vec<ExprId> =
                [receiver].into_iter().chain(args.iter().copied()).collect();
            self.operation(id, &operands)
        };
        self.forget_references(folded, args);
        if !folded && !known && matches!(method, "unwrap_or" | "unwrap_or_else") {
            self.fallback(id, args);
        }
    }

    /// `option_env!("URL").unwrap_or("http://…")`: something unknown, or that.
    fn fallback(&mut self, id: ExprId, args: &[ExprId]) {
        let [only] = args else { return };
        let other = match &self.body.expr(*only).kind {
            ExprKind::Closure { body, .. } => *body,
            _ => *only,
        };
        if matches!(self.value(other), Value::Text(_)) {
            let value = Value::any([Value::Unknown, self.value(other).clone()]);
            self.set_value(id, value);
            self.fold.set(id, self.fold.trail(other));
        }
    }

    pub(super) fn fold_macro(&mut self, id: ExprId, call: &'a MacroCall) {
        let Some(name) = call.path.last().map(|segment| segment.name.as_str()) else { return };
        let args = || call.args.iter().map(|arg| arg.value);
        match name {
            "vec" => {
                self.union(id, args());
                let ints =
                    |arg: ExprId| matches!(self.value(arg), Value::Integer(_) | Value::Char(_));
                if call.args.iter().any(|arg| arg.name.is_some()) {
                    self.set_value(id, Value::Unknown);
                    if args().all(|arg| self.promising(arg)) {
                        self.operation(id, &[]);
                    }
                } else if call.args.len() >= MIN_ARRAY && args().all(ints) {
                    let place = Place { file: self.here.file, span: self.body.expr(id).span };
                    self.fold.set(id, Trail::array(place, call.args.len()));
                }
            }
            "concat" => {
                let parts: Vec<ExprId> = args().collect();
                self.joined(id, &parts);
            }
            "format" | "format_args" => self.formatted(id, call),
            _ if self.cx.models.is_decoder_name(name) => {
                let decodes = self.external_macro(&call.path, name).is_some_and(|path| {
                    self.cx.models.call(&path).is_some_and(|row| row.decodes.is_some())
                });
                if decodes {
                    self.operation(id, &[]);
                }
            }
            _ => {}
        }
    }

    /// Seams of a formatted text: only where nothing but `{}` stands between known pieces.
    fn formatted(&mut self, id: ExprId, call: &MacroCall) {
        self.union(id, call.args.iter().map(|arg| arg.value));
        // Only an address, or the beginning of one, can be cut inside a word.
        let telling = |text: &str| text.len() < 16 || text.contains("://");
        if !matches!(self.value(id), Value::Text(text) if telling(text)) {
            return;
        }
        let mut positional = call.args.iter().filter(|arg| arg.name.is_none());
        let Some(Value::Text(template)) =
            positional.next().map(|arg| self.value(arg.value).clone())
        else {
            return;
        };
        let mut pieces: Vec<(String, u64)> = Vec::new();
        let mut rest = &*template;
        while let Some(open) = rest.find('{') {
            let Some(length) = rest[open..].find('}') else { break };
            pieces.push((rest[..open].to_owned(), 0));
            let name = rest[open + 1..open + length].split(':').next().unwrap_or("").trim();
            let arg = if name.is_empty() {
                positional.next()
            } else {
                call.args.iter().find(|arg| arg.name.as_deref() == Some(name))
            };
            let piece = arg.map(|arg| {
                let (value, trail) = (self.value(arg.value), self.fold.trail(arg.value));
                // A number is no part of a word.
                let text =
                    if matches!(value, Value::Text(_)) { value.piece() } else { "\0".into() };
                (text, trail.seams)
            });
            pieces.extend(piece);
            rest = &rest[open + length + 1..];
        }
        pieces.push((rest.to_owned(), 0));
        let exact = pieces.iter().map(|(text, _)| text.as_str()).collect::<String>();
        if *self.value(id) == Value::text(exact) {
            let mut trail = self.fold.trail(id);
            trail.seams = seams(pieces.iter().map(|(text, seams)| (text.as_str(), *seams)));
            self.fold.set(id, trail);
        }
    }
}
