//! What changes when something is changed through an expression: places, and shared owners.

use super::*;

impl<'a> Edges<'_, 'a, '_, '_> {
    /// The nodes that change when what an expression names is changed.
    pub(super) fn places(&mut self, id: ExprId) -> Vec<Node> {
        let mut places = vec![self.node(id)];
        let mut at = id;
        loop {
            match self.kind(at) {
                ExprKind::Local(local) => {
                    places.push(self.local(*local));
                    return places;
                }
                ExprKind::Path(_) => {
                    if let Some(Target::Constant(def)) = self.pass.targets.get(&at)
                        && let Some(body) = self.pass.cx.unit.body_of(*def)
                    {
                        places.extend(self.out.constant(body));
                    }
                    return places;
                }
                ExprKind::Field { base, name } => match scanned_first(self.pass.ty(*base)) {
                    Some(def) => {
                        places.push(self.field(def, "", name));
                        return places;
                    }
                    None => {
                        if *self.pass.ty(*base) == Ty::Unknown {
                            self.out.unknown_write(name, self.node(at));
                        }
                        at = *base;
                    }
                },
                ExprKind::Index { base: inner, .. }
                | ExprKind::Unary { value: inner, .. }
                | ExprKind::Ref { value: inner, .. }
                | ExprKind::Cast { value: inner, .. }
                | ExprKind::Try(inner)
                | ExprKind::Await(inner)
                | ExprKind::Block { tail: Some(inner), .. } => at = *inner,
                ExprKind::MethodCall { receiver, method, .. }
                    if self.pass.cx.models.method(method).keeps =>
                {
                    at = *receiver;
                }
                // `Arc::clone(&x)`, `Some(x)`
                ExprKind::Call { callee, args } => match (self.pass.ty(*callee), args.as_slice()) {
                    // What goes into a command does not go into the name of its program.
                    (Ty::Function(Callee::External(path)), [only])
                        if is_wrapping(path) && !self.is_named_by_first(path) =>
                    {
                        at = *only;
                    }
                    _ => return places,
                },
                _ => return places,
            }
        }
    }

    /// Whether what an expression gives has several owners, or borrows to change.
    pub(super) fn is_shared(&self, id: ExprId) -> bool {
        if self.is_shared_type(self.pass.ty(id), MAX_TYPE) {
            return true;
        }
        let mut at = id;
        loop {
            match self.kind(at) {
                ExprKind::Ref { mutable: true, .. } => return true,
                ExprKind::Call { callee, .. } => {
                    return matches!(self.pass.ty(*callee), Ty::Function(Callee::External(path))
                        if path.ends_with("Arc::clone") || path.ends_with("Rc::clone"));
                }
                ExprKind::MethodCall { receiver, method, .. } => {
                    if method.ends_with("_mut")
                        || matches!(method.as_str(), "lock" | "entry" | "write" | "get_or_init")
                    {
                        return true;
                    }
                    if !self.pass.cx.models.method(method).keeps {
                        return false;
                    }
                    at = *receiver;
                }
                ExprKind::Try(inner)
                | ExprKind::Await(inner)
                | ExprKind::Unary { value: inner, .. } => {
                    at = *inner;
                }
                _ => return false,
            }
        }
    }

    pub(super) fn is_shared_type(&self, ty: &Ty, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        match ty {
            Ty::External(path, args) => {
                self.pass.cx.models.type_info(path).shared
                    || args.iter().any(|arg| self.is_shared_type(arg, depth))
            }
            Ty::Tuple(parts) => parts.iter().any(|part| self.is_shared_type(part, depth)),
            _ => false,
        }
    }

    /// What is put somewhere is changed from there, when it has several owners.
    pub(super) fn owned_too(&mut self, value: ExprId, place: Node) {
        if self.is_shared(value) {
            for owner in self.places(value) {
                self.out.same(place, owner);
            }
        }
    }
}
