//! Fields, and the types of the scan as a whole.

use super::*;

impl<'a> Edges<'_, 'a, '_, '_> {
    pub(super) fn key(def: Def, variant: &str, field: &str) -> FieldKey {
        FieldKey { file: def.file, item: def.item, variant: variant.into(), field: field.into() }
    }

    /// A field's node; all fields of a type together come from each.
    pub(super) fn field(&mut self, def: Def, variant: &str, field: &str) -> Node {
        let (node, new) = self.out.field(Self::key(def, variant, field));
        if new && !field.is_empty() {
            let whole = self.whole(def);
            self.out.made(node, whole);
        }
        node
    }

    /// All fields of a type together, and those of the types in its fields.
    pub(super) fn whole(&mut self, def: Def) -> Node {
        let (node, new) = self.out.field(Self::key(def, "", ""));
        if !new {
            return node;
        }
        let item = self.pass.cx.unit.item(def);
        let types: Vec<&Type> = match &item.kind {
            ItemKind::Struct { fields } => fields.iter().map(|field| &field.ty).collect(),
            ItemKind::Enum { variants } => {
                variants.iter().flat_map(|v| &v.fields).map(|field| &field.ty).collect()
            }
            _ => Vec::new(),
        };
        let at = (def.krate, def.module);
        let types: Vec<Ty> =
            types.into_iter().map(|ty| self.pass.cx.resolver().ty(at, ty)).collect();
        for inner in types.iter().flat_map(|ty| scanned(ty, MAX_TYPE)) {
            let inner = self.whole(inner);
            self.out.made(inner, node);
        }
        node
    }

    /// A value of a type of the scan goes where its fields are no longer told apart: into
    /// something whose type, as far as it is known, does not hold it.
    pub(super) fn collapse(&mut self, id: ExprId, into: &Ty) {
        let kept = scanned(into, MAX_TYPE);
        for def in scanned(self.pass.ty(id), MAX_TYPE) {
            if kept.contains(&def) {
                continue;
            }
            let whole = self.whole(def);
            self.out.made(whole, self.node(id));
        }
    }

    /// What a path that constructs or takes apart names: the type, and the variant.
    pub(super) fn constructed(&self, path: &Path) -> Option<(Def, SmolStr)> {
        let resolver = self.pass.cx.resolver();
        let found = resolver.path(self.pass.at, path).into_iter().find_map(|res| match res {
            Res::Variant(def, variant) => Some((def, variant)),
            Res::Def(def) => match self.pass.cx.unit.item(def).kind {
                ItemKind::Struct { .. } => Some((def, SmolStr::default())),
                _ => None,
            },
            _ => None,
        });
        found.or_else(|| match resolver.ty(self.pass.at, &Type::Path(path.clone())) {
            Ty::Local(def, _) => Some((def, SmolStr::default())),
            _ => None,
        })
    }

    pub(super) fn constructor(&mut self, id: ExprId, callee: ExprId, def: Def, args: &[ExprId]) {
        let variant = match self.kind(callee) {
            ExprKind::Path(path) => self.constructed(path).map(|(_, variant)| variant),
            _ => None,
        };
        let variant = variant.unwrap_or_default();
        for (index, arg) in args.iter().enumerate() {
            let field = self.field(def, &variant, &index.to_string());
            self.store(*arg, field);
        }
        // A wrapper is as good as what it wraps; a variant is one of several.
        if let [only] = args
            && (variant.is_empty() || !self.has_other_content(def, &variant))
        {
            self.held(*only, id);
        }
    }

    /// Whether other variants of an enum hold something as well.
    fn has_other_content(&self, def: Def, variant: &str) -> bool {
        match &self.pass.cx.unit.item(def).kind {
            ItemKind::Enum { variants } => {
                variants.iter().any(|other| other.name != variant && !other.fields.is_empty())
            }
            _ => false,
        }
    }

    pub(super) fn structure(
        &mut self,
        id: ExprId,
        path: &Path,
        fields: &[(Name, ExprId)],
        base: Option<ExprId>,
    ) {
        match self.constructed(path) {
            Some((def, variant)) => {
                for (name, value) in fields {
                    let field = self.field(def, &variant, name);
                    self.store(*value, field);
                }
            }
            None => fields.iter().for_each(|(_, value)| self.held(*value, id)),
        }
        if let Some(base) = base {
            self.same(base, id);
        }
    }

    pub(super) fn store(&mut self, value: ExprId, field: Node) {
        self.out.same(self.node(value), field);
        self.owned_too(value, field);
    }

    /// Whether an expression is a local that nothing can change.
    fn is_fixed(&self, id: ExprId) -> bool {
        match self.kind(id) {
            ExprKind::Local(local) => {
                let local = self.pass.body.locals.get(local.0 as usize);
                local.is_some_and(|local| !local.mutable) && !self.is_shared(id)
            }
            _ => false,
        }
    }

    pub(super) fn read_field(&mut self, id: ExprId, base: ExprId, name: &Name) {
        match self.pass.ty(base) {
            // A tuple that is put together here and never changed is told apart.
            Ty::Tuple(_) if self.is_fixed(base) => match self.pass.part_exprs(base, name) {
                Some(parts) => parts.into_iter().for_each(|part| self.same(part, id)),
                None => self.held(base, id),
            },
            Ty::Tuple(_) | Ty::Unknown => self.held(base, id),
            _ => self.out.part(self.node(base), self.node(id)),
        }
        match scanned_first(self.pass.ty(base)) {
            Some(def) => {
                let field = self.field(def, "", name);
                self.out.same(field, self.node(id));
            }
            None if *self.pass.ty(base) == Ty::Unknown => {
                self.out.unknown_read(name, self.node(id));
            }
            None => {}
        }
    }
}
