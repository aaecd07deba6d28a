//! Types, as far as local evidence gives them.

use super::*;
use crate::ir::Type;

/// Aliases of aliases, types in types: what lies deeper is unknown.
const MAX_DEPTH: usize = 6;

/// What is known of a type. References are seen through.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Ty {
    #[default]
    Unknown,
    /// A type outside of the scan by its canonical path; `str`, `u8`, `slice` for built-in ones.
    External(SmolStr, Vec<Ty>),
    /// A struct, an enum or a trait of the scan.
    Local(Def, Vec<Ty>),
    Tuple(Vec<Ty>),
    /// A function as a value.
    Function(Callee),
    /// Something of which only traits are known: `impl A`, `dyn A`, a bounded parameter.
    Bounds(Vec<Bound>),
}

/// A trait that something implements.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Bound {
    External(SmolStr),
    Local(Def),
}

/// What is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Callee {
    /// Outside of the scan, by canonical path.
    External(SmolStr),
    /// A function of the scan.
    Local(Def),
    /// A tuple struct or a variant of the scan: nothing runs.
    Constructor(Def),
}

impl Ty {
    pub fn external(path: &str) -> Self {
        Self::External(path.into(), Vec::new())
    }

    /// The type inside of `Result` and `Option`, whatever alias they go by.
    pub fn peeled(&self) -> &Ty {
        match self {
            Ty::External(path, args) if is_wrapper(path) => args.first().unwrap_or(&Ty::Unknown),
            other => other,
        }
    }

    pub fn is_container(&self) -> bool {
        matches!(self, Ty::External(path, _) if is_container(path))
    }

    /// The type of the elements, for containers; the type itself otherwise, since models give
    /// the element type of iterators.
    pub fn element(&self) -> &Ty {
        match self {
            Ty::External(path, args) if is_container(path) => args.last().unwrap_or(&Ty::Unknown),
            other => other.peeled(),
        }
    }
}

fn is_wrapper(path: &str) -> bool {
    matches!(path.rsplit("::").next(), Some("Result" | "Option"))
}

fn is_container(path: &str) -> bool {
    let name = path.rsplit("::").next().unwrap_or(path);
    matches!(
        name,
        "Vec"
            | "VecDeque"
            | "slice"
            | "HashMap"
            | "BTreeMap"
            | "HashSet"
            | "BTreeSet"
            | "LinkedList"
            | "SmallVec"
    )
}

impl Resolver<'_> {
    pub fn ty(&self, at: (CrateId, ModuleId), ty: &Type) -> Ty {
        self.ty_bounded(at, ty, MAX_DEPTH)
    }

    pub(super) fn ty_bounded(&self, at: (CrateId, ModuleId), ty: &Type, depth: usize) -> Ty {
        let Some(depth) = depth.checked_sub(1) else { return Ty::Unknown };
        match ty {
            Type::Ref(inner) | Type::Pointer(inner) => self.ty_bounded(at, inner, depth),
            Type::Slice(inner) => {
                Ty::External("slice".into(), vec![self.ty_bounded(at, inner, depth)])
            }
            Type::Tuple(parts) => {
                Ty::Tuple(parts.iter().map(|part| self.ty_bounded(at, part, depth)).collect())
            }
            Type::Path(path) => self.path_type(at, path, depth),
            Type::Bounds(bounds) => self.bounds(at, bounds, depth),
            Type::Function { .. } | Type::Unknown => Ty::Unknown,
        }
    }

    fn path_type(&self, at: (CrateId, ModuleId), path: &Path, depth: usize) -> Ty {
        if let Some(name) = path.single() {
            if name == "Self" {
                return self.self_type(at);
            }
            if let Some(bounds) = self.parameter(at, name) {
                return self.bounds(at, bounds, depth);
            }
        }
        let args: Vec<Ty> = path.last().map_or(Vec::new(), |segment| {
            segment.args.iter().map(|arg| self.ty_bounded(at, arg, depth)).collect()
        });
        let mut known = Ty::Unknown;
        for meaning in self.path(at, path) {
            known = match meaning {
                Res::External(path) => Ty::External(path, args.clone()),
                Res::Def(def) => match &self.unit.item(def).kind {
                    ItemKind::Alias(ty) => self.ty_bounded((def.krate, def.module), ty, depth),
                    ItemKind::Struct { .. } | ItemKind::Enum { .. } => Ty::Local(def, args.clone()),
                    ItemKind::Trait { .. } => Ty::Bounds(vec![Bound::Local(def)]),
                    _ => continue,
                },
                // The alias of a type with arguments.
                Res::Assoc(ty, name) if name.is_empty() => *ty,
                _ => continue,
            };
            // Of several, the one that a model speaks of.
            if matches!(&known, Ty::External(path, _) if self.models.knows(path)) {
                break;
            }
        }
        known
    }

    pub(super) fn bounds(&self, at: (CrateId, ModuleId), bounds: &[Path], depth: usize) -> Ty {
        let Some(_) = depth.checked_sub(1) else { return Ty::Unknown };
        let known =
            bounds.iter().flat_map(|path| self.path(at, path)).filter_map(|res| match res {
                Res::External(path) => Some(Bound::External(path)),
                Res::Def(def) => Some(Bound::Local(def)),
                _ => None,
            });
        let known: Vec<Bound> = known.collect();
        if known.is_empty() { Ty::Unknown } else { Ty::Bounds(known) }
    }

    /// The bounds of a type parameter in sight.
    fn parameter(&self, at: (CrateId, ModuleId), name: &Name) -> Option<&[Path]> {
        let (krate, mut id) = at;
        loop {
            let module = self.unit.module(krate, id);
            if let Some(generic) = module.generics.iter().find(|generic| generic.name == *name) {
                return Some(&generic.bounds);
            }
            id = module.parent.filter(|_| module.block)?;
        }
    }

    /// What `Self` means.
    pub fn self_type(&self, at: (CrateId, ModuleId)) -> Ty {
        if let Some(known) = self.memo.self_type(at) {
            return known;
        }
        self.memo.keep_self_type(at, || self.find_self_type(at))
    }

    fn find_self_type(&self, at: (CrateId, ModuleId)) -> Ty {
        let (krate, mut id) = at;
        loop {
            let module = self.unit.module(krate, id);
            if let Some((ty, outer)) = &module.self_type {
                return self.ty_bounded((krate, *outer), ty, MAX_DEPTH);
            }
            if let Some(def) = module.trait_ {
                return Ty::Bounds(vec![Bound::Local(def)]);
            }
            match module.parent {
                Some(parent) if module.block => id = parent,
                _ => return Ty::Unknown,
            }
        }
    }

    /// The type of a field.
    pub fn field(&self, ty: &Ty, name: &str) -> Ty {
        match ty {
            Ty::Tuple(parts) => {
                name.parse().ok().and_then(|i: usize| parts.get(i)).cloned().unwrap_or_default()
            }
            Ty::Local(def, _) => match &self.unit.item(*def).kind {
                ItemKind::Struct { fields } => {
                    let field = fields.iter().find(|field| field.name == name);
                    field.map_or(Ty::Unknown, |field| self.ty((def.krate, def.module), &field.ty))
                }
                _ => Ty::Unknown,
            },
            Ty::External(path, args) => {
                let row = self.models.call(&format!("{path}.{name}"));
                if let Some(returns) = row.and_then(|row| row.returns.as_deref()) {
                    return Ty::external(returns);
                }
                match self.models.type_info(path).derefs {
                    Some(index) => {
                        args.get(index).map_or(Ty::Unknown, |inner| self.field(inner, name))
                    }
                    None => Ty::Unknown,
                }
            }
            _ => Ty::Unknown,
        }
    }

    /// The type that a variant's fields have.
    pub fn variant_field(&self, def: Def, variant: &str, field: &str) -> Ty {
        match &self.unit.item(def).kind {
            ItemKind::Enum { variants } => {
                let variant = variants.iter().find(|v| v.name == variant);
                let field = variant.and_then(|v| v.fields.iter().find(|f| f.name == field));
                field.map_or(Ty::Unknown, |field| self.ty((def.krate, def.module), &field.ty))
            }
            _ => Ty::Unknown,
        }
    }
}
