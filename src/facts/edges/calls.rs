//! What calls and macros do with data.

use super::*;

/// Calls around a callback that are looked through.
const MAX_WRAPPED: usize = 4;

impl<'a> Edges<'_, 'a, '_, '_> {
    pub(super) fn call(&mut self, id: ExprId, callee: ExprId, args: &[ExprId]) {
        let targets = &self.pass.targets;
        if let Ty::Function(Callee::Constructor(def)) = self.pass.ty(callee) {
            return self.constructor(id, callee, *def, args);
        }
        match targets.get(&id).or_else(|| targets.get(&callee)) {
            Some(Target::Functions(defs)) => {
                let defs = defs.clone();
                return self.functions(id, &defs, args);
            }
            Some(Target::Modelled(path)) => {
                let path = path.clone();
                return self.modelled(id, &path, None, args);
            }
            _ => {}
        }
        if let Ty::Function(Callee::External(path)) = self.pass.ty(callee) {
            let name = path.rsplit("::").next().unwrap_or(path);
            let of_type =
                path.rsplit("::").nth(1).is_some_and(|s| s.starts_with(char::is_uppercase));
            let keeps = is_wrapping(path) || name == "identity";
            let passes = self.pass.cx.models.method(name).passes;
            let known = path.starts_with("std::") || of_type || passes;
            let runs = self.pass.cx.models.method(name).runs;
            let does = MethodDoes { keeps, runs, ..Default::default() };
            return self.unmodelled(id, None, args, does, !known);
        }
        // A path that leads nowhere, as in a file without a manifest: what is left is its name.
        if let ExprKind::Path(path) = self.kind(callee)
            && *self.pass.ty(callee) == Ty::Unknown
            && path.last().is_some_and(|last| self.pass.cx.models.method(&last.name).passes)
        {
            return self.unmodelled(id, None, args, MethodDoes::default(), false);
        }
        // A closure, a parameter, a field: called by its value.
        self.out.indirect(Indirect {
            call: self.node(id),
            callee: self.node(callee),
            args: args.iter().map(|arg| self.node(*arg)).collect(),
        });
        if !matches!(self.kind(callee), ExprKind::Local(local) if self.pass.closures.contains_key(local))
        {
            args.iter().for_each(|arg| self.suppose(*arg, id));
        }
    }

    pub(super) fn suppose(&mut self, from: ExprId, to: ExprId) {
        self.out.supposed(self.node(from), self.node(to));
    }

    pub(super) fn functions(&mut self, id: ExprId, defs: &[Def], args: &[ExprId]) {
        let nodes: Vec<Node> = args.iter().map(|arg| self.node(*arg)).collect();
        let places: Vec<Vec<Node>> = args.iter().map(|arg| self.places(*arg)).collect();
        for def in defs {
            self.out.call(self.pass.cx.unit, self.node(id), *def, &nodes, &places);
            self.filled(*def, args, &places);
        }
    }

    /// What a function puts into a `&mut` argument is of the type that it declares, which the
    /// caller may not know: `let mut found = vec![]; gather(&mut found)`.
    pub(super) fn filled(&mut self, def: Def, args: &[ExprId], places: &[Vec<Node>]) {
        let ItemKind::Function(function) = &self.pass.cx.unit.item(def).kind else { return };
        let skipped = usize::from(function.receiver);
        let pairs = function.params.iter().zip(args.iter().zip(places).skip(skipped));
        for (param, (arg, places)) in pairs {
            if !matches!(self.kind(*arg), ExprKind::Ref { mutable: true, .. }) {
                continue;
            }
            let declared = self.pass.cx.resolver().ty((def.krate, def.module), param);
            let known = scanned(self.pass.ty(*arg), MAX_TYPE);
            for inner in scanned(&declared, MAX_TYPE) {
                if known.contains(&inner) {
                    continue;
                }
                let whole = self.whole(inner);
                places.iter().for_each(|place| self.out.made(whole, *place));
            }
        }
    }

    pub(super) fn method(&mut self, id: ExprId, receiver: ExprId, method: &Name, args: &[ExprId]) {
        match self.pass.targets.get(&id) {
            Some(Target::Functions(defs)) => {
                let defs = defs.clone();
                let with_receiver: Vec<ExprId> =
                    [receiver].into_iter().chain(args.iter().copied()).collect();
                let does = self.pass.cx.models.method(method);
                let guessed = *self.pass.ty(receiver).peeled() == Ty::Unknown;
                if !guessed || does == MethodDoes::default() {
                    return self.functions(id, &defs, &with_receiver);
                }
                // A common name on something unknown is more likely the common method than the
                // one of the package that happens to be called the same.
                let mark = self.out.mark();
                self.functions(id, &defs, &with_receiver);
                self.out.suppose_since(mark);
                return self.unmodelled(id, Some(receiver), args, does, false);
            }
            Some(Target::Modelled(path)) => {
                let path = path.clone();
                let plain = self.row(&path).is_none_or(CallRow::is_plain);
                if !plain {
                    return self.modelled(id, &path, Some(receiver), args);
                }
            }
            _ => {}
        }
        if method == "to_string" {
            self.displayed(id, receiver);
        }
        let does = self.pass.cx.models.method(method);
        let known = does != MethodDoes::default() || *self.pass.ty(receiver) != Ty::Unknown;
        self.unmodelled(id, Some(receiver), args, does, !known);
    }

    /// Whether the first argument only says which thing is meant: a program, a path, a host.
    pub(super) fn is_named_by_first(&self, path: &str) -> bool {
        let first = self.row(path).and_then(|row| row.args.first()).and_then(|role| role.0);
        first.is_some_and(is_name)
    }

    pub(super) fn row(&self, path: &str) -> Option<&'a CallRow> {
        let models = self.pass.cx.models;
        match path.strip_prefix("_::") {
            Some(method) => models.any_receiver(method),
            None => models.call(path),
        }
    }

    /// A call that a row speaks of.
    pub(super) fn modelled(
        &mut self,
        id: ExprId,
        path: &str,
        receiver: Option<ExprId>,
        args: &[ExprId],
    ) {
        let Some(row) = self.row(path) else { return };
        let name = path.rsplit("::").next().unwrap_or(path);
        let does = self.pass.cx.models.method(name);
        if row.is_plain() {
            let keeps = does.keeps || (row.returns.is_some() && args.len() == 1);
            let does = MethodDoes { keeps, ..does };
            return self.unmodelled(id, receiver, args, does, false);
        }
        let passes = |input: Joined| match &row.passes {
            Some(inputs) => inputs.contains(&input),
            // What gives data of its own gives that and nothing else.
            None => row.data.is_empty(),
        };
        let inputs = receiver.map(|receiver| (Joined::Receiver, receiver)).into_iter();
        let inputs: Vec<(Joined, ExprId)> = inputs
            .chain(args.iter().enumerate().map(|(at, arg)| (Joined::Argument(at), *arg)))
            .collect();
        for (which, input) in &inputs {
            self.collapse(*input, &self.pass.ty(id).clone());
            if passes(*which) {
                self.made(*input, id);
            }
            if *which == Joined::Receiver && does.keeps {
                self.same(*input, id);
            }
        }
        // `Writer::new(file)` is the file in another form.
        let of_type = path.rsplit("::").nth(1).is_some_and(|s| s.starts_with(char::is_uppercase));
        if let (None, "new" | "with_capacity" | "from", [first, ..]) = (receiver, name, args)
            && of_type
            && !self.is_named_by_first(path)
            && passes(Joined::Argument(0))
        {
            self.same(*first, id);
        }
        self.streams(id, &inputs, row);
        self.callbacks(id, receiver, args, passes(Joined::Receiver));
        if does.changes
            && let Some(receiver) = receiver
        {
            self.change(receiver, args);
        }
        // A builder keeps what it is given.
        if row.joins.is_some()
            && row.data.is_empty()
            && row.passes.is_none()
            && let Some(receiver) = receiver
        {
            self.change(receiver, args);
        }
        // A callback is given what the call takes in.
        let callbacks = row
            .args
            .iter()
            .enumerate()
            .filter(|(_, role)| role.0 == Some(Role::Callback) && !row.data.is_empty());
        let filled = row.fills.iter().copied().chain(callbacks.map(|(index, _)| index));
        for index in filled {
            let Some(filled) = args.get(index) else { continue };
            self.fill(id, *filled);
            if let Some(receiver) = receiver {
                self.change_to(receiver, *filled);
            }
        }
        if row.fills.is_empty() && row.passes.is_none() {
            self.borrowed(receiver, args);
        }
    }

    /// A call reads from or writes to a type of the scan by the methods that it has for that:
    /// `io::copy(&mut own_reader, &mut own_writer)`.
    fn streams(&mut self, id: ExprId, inputs: &[(Joined, ExprId)], row: &CallRow) {
        for (which, input) in inputs {
            let Ty::Local(def, _) = self.pass.ty(*input) else { continue };
            let filled = matches!(which, Joined::Argument(at) if row.fills.contains(at));
            let names = if filled { ["write", "poll_write"] } else { ["read", "poll_read"] };
            let members = self.pass.cx.unit.krate(def.krate).members.get(&(def.file, def.item));
            let found = names.iter().find_map(|name| members?.get(*name)).cloned();
            let places = if filled {
                [self.places(*input), Vec::new()]
            } else {
                [Vec::new(), vec![self.node(id)]]
            };
            for def in found.into_iter().flatten() {
                let mut nodes = vec![self.node(*input); self.parameters(def)];
                if let Some(buffer) = nodes.last_mut() {
                    *buffer = self.node(id);
                }
                let mut all = vec![Vec::new(); nodes.len()];
                if let [first, .., last] = all.as_mut_slice() {
                    (*first, *last) = (places[0].clone(), places[1].clone());
                }
                self.out.call(self.pass.cx.unit, self.node(id), def, &nodes, &all);
            }
        }
    }

    /// What the call gives stands in one of its arguments; in the parameters of a callback.
    pub(super) fn fill(&mut self, id: ExprId, filled: ExprId) {
        let filled = self.handed(filled);
        let node = self.node(id);
        for place in self.places(filled) {
            self.out.made(node, place);
        }
        if let ExprKind::Closure { params, .. } = self.kind(filled) {
            params.iter().for_each(|param| self.made(id, *param));
        }
        if let Some(def) = self.function_value(filled) {
            let count = self.parameters(def);
            let args = vec![node; count];
            self.out.call(self.pass.cx.unit, node, def, &args, &[]);
        }
    }

    /// The closure or function that a callback is made of: `Some(f)`, `Action::keys(|key| ..)`.
    fn handed(&self, callback: ExprId) -> ExprId {
        let mut inner = callback;
        for _ in 0..MAX_WRAPPED {
            let next = match self.kind(inner) {
                ExprKind::Call { args, .. } => match args.as_slice() {
                    [only] => *only,
                    _ => break,
                },
                ExprKind::Cast { value, .. } => *value,
                _ => break,
            };
            inner = next;
        }
        let runs = matches!(self.kind(inner), ExprKind::Closure { .. })
            || self.function_value(inner).is_some();
        if runs { inner } else { callback }
    }

    pub(super) fn parameters(&self, def: Def) -> usize {
        match &self.pass.cx.unit.item(def).kind {
            ItemKind::Function(function) => function.params.len() + usize::from(function.receiver),
            _ => 0,
        }
    }

    pub(super) fn function_value(&self, id: ExprId) -> Option<Def> {
        match self.pass.ty(id) {
            Ty::Function(Callee::Local(def)) => Some(*def),
            _ => None,
        }
    }

    /// A call that no row speaks of, or of which a row only says the type.
    pub(super) fn unmodelled(
        &mut self,
        id: ExprId,
        receiver: Option<ExprId>,
        args: &[ExprId],
        does: MethodDoes,
        supposed: bool,
    ) {
        if does.keeps {
            match (receiver, args) {
                (Some(receiver), _) => self.same(receiver, id),
                (None, [first, ..]) => self.same(*first, id),
                _ => {}
            }
        }
        if let Some(receiver) = receiver.filter(|_| does.takes) {
            self.held(receiver, id);
        }
        if let Some(last) = args.last().filter(|_| does.runs) {
            match self.kind(*last) {
                ExprKind::Closure { body, .. } => self.same(*body, id),
                _ => self.same(*last, id),
            }
        }
        if !does.forgets {
            for input in receiver.iter().chain(args) {
                if self.consumes(id) && (!does.keeps || self.is_text_of(id)) {
                    self.collapse(*input, &self.pass.ty(id).clone());
                }
                if supposed { self.suppose(*input, id) } else { self.made(*input, id) }
            }
        }
        self.callbacks(id, receiver, args, true);
        if let Some(receiver) = receiver.filter(|_| does.changes) {
            self.change(receiver, args);
        }
        self.borrowed(receiver, args);
    }

    /// Whether a call makes something else of the values that it is given: its result is of
    /// another type, or its name says that it writes them out.
    pub(super) fn consumes(&self, id: ExprId) -> bool {
        if *self.pass.ty(id) != Ty::Unknown {
            return true;
        }
        let name = match self.kind(id) {
            ExprKind::MethodCall { method, .. } => Some(method),
            ExprKind::Call { callee, .. } => match self.kind(*callee) {
                ExprKind::Path(path) => path.last().map(|segment| &segment.name),
                _ => None,
            },
            _ => None,
        };
        name.is_some_and(|name| {
            ["to_", "into_", "as_", "serialize", "encode", "write", "fmt"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
        })
    }

    /// Whether a call writes a value out as text, by the `Display` of its type.
    fn is_text_of(&self, id: ExprId) -> bool {
        matches!(self.kind(id), ExprKind::MethodCall { method, .. } if method == "to_string")
    }

    /// The arguments stay in the receiver.
    pub(super) fn change(&mut self, receiver: ExprId, args: &[ExprId]) {
        let places = self.places(receiver);
        let args = match args {
            [name, _] if self.is_login(*name) => &args[..1],
            _ => args,
        };
        // At the other end of a channel the type may not be known any more.
        let shared = self.is_shared_type(self.pass.ty(receiver), MAX_TYPE);
        let kept = if shared { Ty::external("") } else { self.pass.ty(receiver).clone() };
        for arg in args {
            if kept != Ty::Unknown {
                self.collapse(*arg, &kept);
            }
            let from = self.node(*arg);
            for place in &places {
                self.out.held(from, *place);
                self.owned_too(*arg, *place);
            }
        }
    }

    /// Whether an expression names a header that is made for a credential: what stands beside
    /// the name is a log-in, and not data that is sent.
    pub(super) fn is_login(&self, name: ExprId) -> bool {
        let texts = self.pass.value(name).texts();
        let class = self.pass.cx.models.classes.get("authorization-header");
        class.is_some_and(|class| texts.iter().any(|text| class.holds(text)))
    }

    pub(super) fn change_to(&mut self, from: ExprId, to: ExprId) {
        let node = self.node(from);
        for place in self.places(to) {
            self.out.made(node, place);
        }
    }

    /// What is given as `&mut` can be filled from everything else.
    pub(super) fn borrowed(&mut self, receiver: Option<ExprId>, args: &[ExprId]) {
        for filled in args {
            if !matches!(self.kind(*filled), ExprKind::Ref { mutable: true, .. }) {
                continue;
            }
            for input in receiver.iter().chain(args) {
                if input != filled {
                    self.change_to(*input, *filled);
                }
            }
        }
    }

    /// Closures and functions among the arguments get what the call works on.
    pub(super) fn callbacks(
        &mut self,
        id: ExprId,
        receiver: Option<ExprId>,
        args: &[ExprId],
        passes: bool,
    ) {
        for callback in args {
            let inputs: Vec<ExprId> = receiver
                .into_iter()
                .chain(args.iter().copied().filter(|a| a != callback))
                .collect();
            if let ExprKind::Closure { params, .. } = self.kind(*callback) {
                for param in params {
                    for input in inputs.iter().filter(|_| passes) {
                        self.held(*input, *param);
                    }
                    // `.with(|list| list.push(x))`
                    if let (Some(receiver), ExprKind::Bind { pattern, .. }) =
                        (receiver, self.kind(*param))
                    {
                        let places = self.places(receiver);
                        let mut locals = Vec::new();
                        pattern.locals(&mut |local| locals.push(local));
                        for (local, place) in
                            locals.into_iter().flat_map(|l| places.iter().map(move |p| (l, *p)))
                        {
                            self.out.made(self.local(local), place);
                        }
                    }
                }
            } else if let Some(def) = self.function_value(*callback) {
                let nodes: Vec<Node> = inputs.iter().map(|input| self.node(*input)).collect();
                let args = match nodes.as_slice() {
                    [only] => vec![*only; self.parameters(def)],
                    _ => nodes,
                };
                self.out.call(self.pass.cx.unit, self.node(id), def, &args, &[]);
            }
        }
    }

    /// What a literal captures is a part of it: `"sh -c {line}"`.
    fn captures(&mut self, call: &MacroCall) {
        let (named, other): (Vec<&MacroArg>, Vec<&MacroArg>) =
            call.args.iter().partition(|arg| arg.name.is_some());
        for text in other {
            let ExprKind::Literal(Literal::Text(literal)) = self.kind(text.value) else { continue };
            for part in &named {
                if part.name.as_deref().is_some_and(|name| literal.contains(name)) {
                    self.made(part.value, text.value);
                }
            }
        }
    }

    pub(super) fn macro_call(&mut self, id: ExprId, call: &MacroCall) {
        let args: Vec<ExprId> = call.args.iter().map(|arg| arg.value).collect();
        let name = call.path.last().map_or("", |segment| segment.name.as_str());
        match self.pass.targets.get(&id) {
            Some(Target::Rules(rules)) => {
                let nodes: Vec<Node> = args.iter().map(|arg| self.node(*arg)).collect();
                let places: Vec<Vec<Node>> = args.iter().map(|arg| self.places(*arg)).collect();
                for rule in rules.clone() {
                    // Which argument is which metavariable is certain only where all are.
                    let body = self.pass.cx.unit.files[&rule.file].body(rule.body);
                    let certain = body.params.len() == nodes.len();
                    let site = self.node(id);
                    self.out.transcribe(self.pass.cx.unit, site, rule, &nodes, &places, certain);
                }
            }
            Some(Target::Modelled(path)) => {
                let path = path.clone();
                self.captures(call);
                self.modelled(id, &path, None, &args);
            }
            _ => {
                for arg in &args {
                    if name == "vec" {
                        self.held(*arg, id);
                    } else {
                        self.displayed(id, *arg);
                        self.collapse(*arg, &Ty::Unknown);
                        self.made(*arg, id);
                    }
                }
            }
        }
        if let ("write" | "writeln", [target, rest @ ..]) = (name, args.as_slice()) {
            rest.iter().for_each(|arg| self.displayed(*target, *arg));
            self.change(*target, rest);
        }
    }

    /// A value of a type of the scan becomes text: its `fmt` writes what it likes.
    fn displayed(&mut self, text: ExprId, value: ExprId) {
        let Ty::Local(def, _) = self.pass.ty(value) else { return };
        let members = self.pass.cx.unit.krate(def.krate).members.get(&(def.file, def.item));
        let Some(found) = members.and_then(|names| names.get("fmt")) else { return };
        let nodes = [self.node(value), self.node(text)];
        let places = [Vec::new(), self.places(text)];
        for def in found.clone() {
            self.out.call(self.pass.cx.unit, self.node(text), def, &nodes, &places);
        }
    }
}

/// Whether an argument of this role only says which thing is meant.
fn is_name(role: Role) -> bool {
    matches!(
        role,
        Role::Program
            | Role::Path
            | Role::Url
            | Role::Host
            | Role::Library
            | Role::Name
            | Role::Key
    )
}
