//! Patterns, which take values apart.

use super::*;

impl<'a> Edges<'_, 'a, '_, '_> {
    pub(super) fn bind(
        &mut self,
        id: ExprId,
        pattern: &'a Pattern,
        value: Option<ExprId>,
        origin: BindOrigin,
    ) {
        let Some(value) = value else {
            return self.take_apart(self.node(id), pattern, false);
        };
        match origin {
            BindOrigin::For => self.held(value, id),
            _ => self.same(value, id),
        }
        // A tuple that is made here is taken apart part by part.
        if let (Pattern::Tuple(patterns), ExprKind::Tuple(parts)) = (pattern, self.kind(value))
            && patterns.len() == parts.len()
        {
            for (pattern, part) in patterns.iter().zip(parts) {
                self.take_apart(self.node(*part), pattern, false);
            }
            return;
        }
        self.take_apart(self.node(id), pattern, false);
        let mut locals = Vec::new();
        pattern.locals(&mut |local| locals.push(local));
        // The two ends of a channel.
        if let (Pattern::Tuple(_), ExprKind::Call { callee, .. }) = (pattern, self.kind(value))
            && !matches!(self.pass.ty(*callee), Ty::Function(Callee::Local(_)))
        {
            for pair in locals.windows(2) {
                let (a, b) = (self.local(pair[0]), self.local(pair[1]));
                self.out.same(a, b);
                self.out.same(b, a);
            }
        }
        if self.is_shared(value) {
            let places = self.places(value);
            for local in locals {
                for place in &places {
                    self.out.held(self.local(local), *place);
                }
            }
        }
    }

    /// `from` goes into the locals of a pattern.
    pub(super) fn take_apart(&mut self, from: Node, pattern: &Pattern, part: bool) {
        match pattern {
            Pattern::Bind { local, sub } => {
                let to = self.local(*local);
                if part {
                    self.out.made(from, to)
                } else {
                    self.out.same(from, to)
                }
                if let Some(sub) = sub {
                    self.take_apart(from, sub, part);
                }
            }
            // Each part is as good as the whole: the ends of a connection, a name and a value.
            Pattern::Tuple(parts) => {
                parts.iter().for_each(|inner| self.take_apart(from, inner, part));
            }
            Pattern::Slice(parts) => {
                parts.iter().for_each(|inner| self.take_apart(from, inner, true));
            }
            Pattern::Or(parts) => parts.iter().for_each(|inner| self.take_apart(from, inner, part)),
            Pattern::Variant { path, fields } => {
                let known = self.constructed(path);
                for (index, inner) in fields.iter().enumerate() {
                    if let Some((def, variant)) = &known {
                        let field = self.field(*def, variant, &index.to_string());
                        self.take_apart(field, inner, false);
                    }
                    let wrapper = known.is_none() && fields.len() == 1;
                    self.take_apart(from, inner, part || !wrapper);
                }
            }
            Pattern::Struct { path, fields } => {
                let known = self.constructed(path);
                for (name, inner) in fields {
                    if let Some((def, variant)) = &known {
                        let field = self.field(*def, variant, name);
                        self.take_apart(field, inner, false);
                    }
                    self.take_apart(from, inner, true);
                }
            }
            Pattern::Wild
            | Pattern::Literal(_)
            | Pattern::Range { .. }
            | Pattern::Path(_)
            | Pattern::Other => {}
        }
    }
}
