//! Code that is told by other means than its own path: functions that are looked up by name at
//! run time, function types named after a function, memory whose bytes become code, and names
//! that somebody watches for.
//!
//! Nothing here claims anything; it gives expressions the type of what they turn out to be, and
//! adds facts.

use smol_str::SmolStr;

use super::Argument;
use super::body::{Pass, only_local};
use super::objects::Draft;
use super::value::Value;
use crate::ir::*;
use crate::model::spec::CallRow;
use crate::names::{Callee, Res, Ty};
use crate::span::Place;
use crate::vocab::{Confidence, Effect, Role};

/// Steps back from a pointer to the memory that it points to.
const MAX_BACK: usize = 32;
/// A name that is watched for is short and is no sentence.
const MAX_NAME: usize = 120;
const MAX_SPACES: usize = 3;
/// Watched names that one body keeps.
const MAX_NAMES: usize = 400;

impl<'a> Pass<'a, '_> {
    /// A literal that contains a watched name is a fact of its own.
    pub fn watched(&mut self, id: ExprId, literal: &Literal) {
        let text = match literal {
            Literal::Text(text) => text.as_str(),
            Literal::Bytes(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
            _ => return,
        };
        let short = text.len() <= MAX_NAME && text.matches(' ').count() <= MAX_SPACES;
        if short {
            self.named_here(id, text);
        }
    }

    /// A watched field, with a dot before its name, is one too.
    pub fn watched_field(&mut self, id: ExprId, name: &str) {
        if name.len() > 3 {
            self.named_here(id, &format!(".{name}"));
        }
    }

    fn named_here(&mut self, id: ExprId, text: &str) {
        if self.names >= MAX_NAMES || !self.cx.models.watches(text) {
            return;
        }
        self.names += 1;
        let span = self.body.expr(id).span;
        let mut draft = Draft::new(Place { file: self.here.file, span }, Confidence::High);
        let value = Value::text(text);
        draft.mentions(
            Effect::NameMentioned,
            Argument { role: Role::Name, span, expr: id, value, from: None, hidden: None },
        );
        self.drafts.push(draft);
    }

    /// The result of a look-up by a known name is the function of that name.
    pub fn looked_up(&mut self, id: ExprId, row: &CallRow, args: &[ExprId]) {
        let Some(arg) = row.resolves.and_then(|index| args.get(index)) else { return };
        let value = self.value(*arg).clone();
        let texts = value.texts();
        let found = texts.iter().find_map(|text| {
            let name = text.trim_end_matches('\0');
            self.system_function(name)
        });
        let Some(home) = found else { return };
        self.named_function(id, &home, Some((*arg, value)));
    }

    /// The function of the Windows API with this name, when some model speaks of it.
    fn system_function(&self, name: &str) -> Option<SmolStr> {
        let plain = name.starts_with(char::is_uppercase)
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let home = plain.then(|| SmolStr::from(format!("windows::{name}")))?;
        self.cx.models.call(&home).is_some().then_some(home)
    }

    /// Gives an expression the type of a function, which counts as mentioned.
    fn named_function(&mut self, id: ExprId, home: &SmolStr, name: Option<(ExprId, Value)>) {
        self.set_type(id, Ty::Function(Callee::External(home.clone())));
        let models = self.cx.models;
        let Some(row) = models.call(home) else { return };
        if row.effects.is_empty() || row.joins.is_some() {
            return;
        }
        let span = self.body.expr(id).span;
        let mut draft = Draft::new(Place { file: self.here.file, span }, Confidence::Medium);
        draft.add_row(row, home, span, id, true);
        if let Some((arg, value)) = name {
            let span = self.body.expr(arg).span;
            draft.argument(Argument {
                role: Role::Name,
                span,
                expr: arg,
                value,
                from: None,
                hidden: None,
            });
        }
        draft.mention = Some(id);
        self.drafts.push(draft);
    }

    /// `transmute` keeps a function what it is, and makes a pointer the function after which
    /// the type is named. True when the result is a function that is known.
    pub fn reinterpreted(&mut self, id: ExprId, callee: ExprId, args: &[ExprId]) -> bool {
        if let [only] = args
            && matches!(self.ty(*only), Ty::Function(_))
        {
            self.set_type(id, self.ty(*only).clone());
            self.set_object(id, self.object(*only));
            return true;
        }
        let given = match &self.body.expr(callee).kind {
            ExprKind::Path(path) => path.last().and_then(|segment| segment.args.last()),
            _ => None,
        };
        let wanted = [given, self.wanted.get(&id).copied()];
        let name = wanted.into_iter().flatten().find_map(|ty| match ty {
            Type::Path(path) => function_of_type(&path.last()?.name, |n| self.system_function(n)),
            _ => None,
        });
        let Some(home) = name else { return false };
        self.named_function(id, &home, None);
        true
    }

    /// Whether a type is a function pointer, also by way of an alias.
    pub fn is_function_type(&self, ty: &Type) -> bool {
        let Type::Path(path) = ty else { return matches!(ty, Type::Function { .. }) };
        self.cx.resolver().path(self.at, path).into_iter().any(|meaning| match meaning {
            Res::Def(def) => {
                matches!(&self.cx.unit.item(def).kind, ItemKind::Alias(Type::Function { .. }))
            }
            _ => false,
        })
    }

    /// Whether a pointer points to data of this program: an array, a vector, a static.
    pub fn points_to_data(&self, mut id: ExprId) -> bool {
        for _ in 0..MAX_BACK {
            if matches!(self.ty(id), Ty::Function(_)) {
                return false;
            }
            let holds = match self.ty(id) {
                Ty::External(path, of) => {
                    let vector = matches!(path.as_str(), "slice" | "std::vec::Vec");
                    let bytes = of.first().is_none_or(|of| match of {
                        Ty::External(path, _) => matches!(path.as_str(), "u8" | "i8" | "integer"),
                        _ => *of == Ty::Unknown,
                    });
                    vector && bytes
                }
                _ => false,
            };
            if holds || matches!(self.value(id), Value::Bytes(_)) {
                return true;
            }
            if let Some(before) = self.holds.taken(id) {
                id = before;
                continue;
            }
            id = match &self.body.expr(id).kind {
                ExprKind::Cast { value, .. } | ExprKind::Ref { value, .. } => *value,
                ExprKind::Block { tail: Some(tail), .. } => *tail,
                ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => *base,
                ExprKind::MethodCall { receiver, method, .. } if keeps_pointer(method) => *receiver,
                ExprKind::Local(local) => {
                    match self.holds.taken_local(*local).or_else(|| self.bound(*local)) {
                        Some(value) => value,
                        None => return false,
                    }
                }
                ExprKind::Path(path) => return self.is_data_item(path),
                _ => return false,
            };
        }
        false
    }

    /// The value that a local is bound to.
    fn bound(&self, wanted: LocalId) -> Option<ExprId> {
        self.body.iter().find_map(|(_, expr)| match &expr.kind {
            ExprKind::Bind { pattern, value: Some(value), .. }
                if only_local(pattern) == Some(wanted) =>
            {
                Some(*value)
            }
            _ => None,
        })
    }

    /// A static or constant of the scan that is no address kept for later.
    fn is_data_item(&self, path: &Path) -> bool {
        self.cx.resolver().path(self.at, path).into_iter().any(|meaning| match meaning {
            Res::Def(def) => match &self.cx.unit.item(def).kind {
                ItemKind::Constant { ty, .. } => holds_bytes(ty),
                _ => false,
            },
            _ => false,
        })
    }

    /// The expression whose value an expression is, under whatever form.
    pub fn source_of(&self, mut id: ExprId) -> ExprId {
        for _ in 0..MAX_BACK {
            id = match &self.body.expr(id).kind {
                ExprKind::Cast { value, .. }
                | ExprKind::Ref { value, .. }
                | ExprKind::Try(value)
                | ExprKind::Unary { value, .. } => *value,
                ExprKind::Block { tail: Some(tail), .. } => *tail,
                ExprKind::MethodCall { receiver, .. }
                    if matches!(self.ty(*receiver), Ty::Function(_)) =>
                {
                    *receiver
                }
                ExprKind::Call { args, .. } => match args.as_slice() {
                    [only] if matches!(self.ty(*only), Ty::Function(_)) => *only,
                    _ => return id,
                },
                _ => return id,
            };
        }
        id
    }
}

/// `FnVirtualAlloc`, `pVirtualAlloc`, `VirtualAlloc_t`: types are named after their function.
fn function_of_type(name: &str, known: impl Fn(&str) -> Option<SmolStr>) -> Option<SmolStr> {
    const BEFORE: [&str; 9] = ["", "Fn", "fn", "PFN_", "Pfn", "pfn", "P", "p", "T"];
    const AFTER: [&str; 9] = ["", "Fn", "_t", "_fn", "Type", "Func", "Function", "Ptr", "T"];
    BEFORE.iter().filter_map(|before| name.strip_prefix(before)).find_map(|rest| {
        let rest = rest.trim_start_matches('_');
        AFTER.iter().filter_map(|after| rest.strip_suffix(after)).find_map(&known)
    })
}

/// Methods that give another pointer to the same memory.
fn keeps_pointer(method: &str) -> bool {
    matches!(
        method,
        "as_ptr"
            | "as_mut_ptr"
            | "cast"
            | "cast_mut"
            | "cast_const"
            | "as_slice"
            | "as_ref"
            | "as_mut"
            | "as_mut_slice"
            | "unwrap"
            | "clone"
            | "add"
            | "offset"
    )
}

/// Bytes, also inside of a wrapper: `Aligned<[u8; 64]>`.
fn holds_bytes(ty: &Type) -> bool {
    match ty {
        Type::Slice(of) => matches!(&**of, Type::Path(path)
            if path.last().is_some_and(|s| matches!(s.name.as_str(), "u8" | "i8"))),
        Type::Ref(of) => holds_bytes(of),
        Type::Path(path) => path.last().is_some_and(|s| s.args.iter().any(holds_bytes)),
        _ => false,
    }
}
