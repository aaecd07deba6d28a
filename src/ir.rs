//! The owned form of one source file that everything after parsing works on.
//!
//! It depends on the bytes of that file alone, is `Send`, and is flat: items, bodies and
//! expressions lie in arenas and name each other by number. Expressions of a body stand in
//! post-order (operands before operators, a binding before what it is visible in), so that
//! one pass over the arena, without recursion, sees a program in the order of its evaluation.
//!
//! What it never holds: anything that was found out by looking at another file.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::lint::spec::TextKind;
use crate::span::Span;

pub type Name = SmolStr;

/// An index into [`FileIr::items`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemId(pub u32);

/// An index into [`FileIr::bodies`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BodyId(pub u32);

/// An index into [`Body::exprs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ExprId(pub u32);

/// An index into [`Body::locals`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LocalId(pub u32);

/// One source file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FileIr {
    pub items: Vec<Item>,
    pub bodies: Vec<Body>,
    /// The items at the top of the file.
    pub top: Vec<ItemId>,
    /// The file's own inner attributes (`#![...]`).
    pub attrs: Vec<Attr>,
    pub directives: Vec<Directive>,
    pub text_marks: Vec<TextMark>,
    pub gaps: Vec<Gap>,
    pub lines: u32,
}

impl FileIr {
    pub fn item(&self, id: ItemId) -> &Item {
        &self.items[id.0 as usize]
    }

    pub fn body(&self, id: BodyId) -> &Body {
        &self.bodies[id.0 as usize]
    }
}

/// A comment addressed to overt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directive {
    /// The comment.
    pub span: Span,
    /// What follows `overt:`, trimmed.
    pub text: String,
    /// The item that the comment stands directly above, when it has a line of its own.
    pub item: Option<Span>,
}

/// Characters that mislead a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextMark {
    pub kind: TextKind,
    pub span: Span,
    pub character: char,
}

/// A part of the file that was not, or not wholly, understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub span: Span,
    pub why: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Item {
    /// Empty for items without one (`impl`, `use`).
    pub name: Name,
    pub name_span: Span,
    pub span: Span,
    pub public: bool,
    pub attrs: Vec<Attr>,
    /// Exists only in tests: `#[cfg(test)]`, or inside of something that does.
    pub test: bool,
    pub kind: ItemKind,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum ItemKind {
    Module {
        /// `None` for `mod name;`.
        items: Option<Vec<ItemId>>,
        /// `#[path = "..."]` and `#[cfg_attr(.., path = "...")]`.
        paths: Vec<String>,
    },
    Use(Vec<UseLeaf>),
    /// `extern crate original as name`.
    ExternCrate {
        original: Name,
    },
    Function(Box<Function>),
    Struct {
        fields: Vec<Field>,
    },
    Enum {
        variants: Vec<Variant>,
    },
    Impl {
        self_type: Type,
        trait_: Option<Path>,
        generics: Vec<Generic>,
        items: Vec<ItemId>,
    },
    Trait {
        items: Vec<ItemId>,
    },
    /// `const` and `static`.
    Constant {
        ty: Type,
        body: Option<BodyId>,
        /// `static mut`.
        mutable: bool,
    },
    Alias(Type),
    MacroRules {
        /// The transcriber of each rule, with its metavariables as parameters.
        rules: Vec<BodyId>,
    },
    /// Code that stands outside any function: arguments of a macro at item level, salvage.
    Code(BodyId),
    /// The content of `quote!` and its kin: code that is written into another program.
    Quoted(BodyId),
    /// `include!("path")` at item level.
    Include(String),
}

/// `use prefix::name as alias`, one leaf of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UseLeaf {
    pub path: Path,
    /// The name that becomes visible; `None` for a glob.
    pub alias: Option<Name>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Function {
    pub receiver: bool,
    pub params: Vec<Type>,
    pub output: Option<Type>,
    pub generics: Vec<Generic>,
    pub body: Option<BodyId>,
    /// Declared in an `extern` block.
    pub foreign: bool,
    /// `extern "C" fn` with a body, or the ABI of the block.
    pub abi: Option<String>,
}

/// A type parameter with the traits that bound it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generic {
    pub name: Name,
    pub bounds: Vec<Path>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The name, or the index of a tuple field.
    pub name: Name,
    pub ty: Type,
    #[serde(default)]
    pub attrs: Vec<Attr>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    pub name: Name,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attr {
    pub path: Path,
    /// The string of `name = "value"`.
    pub value: Option<String>,
    /// The tokens of `name(tokens)`, shortened to 1,000 bytes.
    pub list: String,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    /// `T` of `<T>::name` and `<T as Trait>::name`.
    pub self_type: Option<Box<Type>>,
    /// `Trait` of `<T as Trait>::name`.
    pub as_trait: Option<Box<Path>>,
    /// Begins with `::`.
    pub global: bool,
    pub segments: Vec<Segment>,
    pub span: Span,
}

impl Path {
    /// The name, when the path is nothing but a name.
    pub fn single(&self) -> Option<&Name> {
        match (self.segments.as_slice(), &self.self_type, self.global) {
            ([segment], None, false) => Some(&segment.name),
            _ => None,
        }
    }

    pub fn last(&self) -> Option<&Segment> {
        self.segments.last()
    }

    /// The path as it is written, without generic arguments.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if self.self_type.is_some() {
            text.push_str("<_>::");
        } else if self.global {
            text.push_str("::");
        }
        for (i, segment) in self.segments.iter().enumerate() {
            if i > 0 {
                text.push_str("::");
            }
            text.push_str(&segment.name);
        }
        text
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    pub name: Name,
    pub args: Vec<Type>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Type {
    Path(Path),
    Ref(Box<Type>),
    Pointer(Box<Type>),
    /// Slices and arrays.
    Slice(Box<Type>),
    Tuple(Vec<Type>),
    /// A function pointer, or a bound of the `Fn` family.
    Function {
        params: Vec<Type>,
        output: Option<Box<Type>>,
    },
    /// `impl A + B`, `dyn A + B`.
    Bounds(Vec<Path>),
    Unknown,
}

/// The code of a function, a constant, a macro rule or a loose piece.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Body {
    pub exprs: Vec<Expr>,
    pub locals: Vec<Local>,
    /// Items declared inside, of all blocks.
    pub items: Vec<ItemId>,
    /// One [`ExprKind::Bind`] for each parameter, the receiver first.
    pub params: Vec<ExprId>,
    /// The value of the whole body.
    pub root: Option<ExprId>,
    /// Expressions, statements and match arms that exist only under a `#[cfg(..)]`, with what
    /// stands in its parentheses.
    #[serde(default)]
    pub cfgs: Vec<(ExprId, Attr)>,
}

impl Body {
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }

    /// Every expression with its number, operands first.
    pub fn iter(&self) -> impl Iterator<Item = (ExprId, &Expr)> {
        (0u32..).zip(&self.exprs).map(|(id, expr)| (ExprId(id), expr))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Local {
    pub name: Name,
    pub span: Span,
    pub mutable: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
    /// The first expression of this one's subtree: the subtree is `first..=self`.
    pub first: ExprId,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum ExprKind {
    Literal(Literal),
    Path(Path),
    Local(LocalId),
    Call {
        callee: ExprId,
        args: Vec<ExprId>,
    },
    MethodCall {
        receiver: ExprId,
        method: Name,
        method_span: Span,
        generics: Vec<Type>,
        args: Vec<ExprId>,
    },
    Macro(MacroCall),
    Field {
        base: ExprId,
        name: Name,
    },
    Index {
        base: ExprId,
        index: ExprId,
    },
    /// `*x`, `!x`, `-x`.
    Unary {
        op: char,
        value: ExprId,
    },
    Binary {
        op: Name,
        left: ExprId,
        right: ExprId,
    },
    /// `a = b`, and `a += b` with the operator.
    Assign {
        op: Option<Name>,
        target: ExprId,
        value: ExprId,
    },
    Ref {
        mutable: bool,
        value: ExprId,
    },
    Cast {
        value: ExprId,
        ty: Type,
    },
    Try(ExprId),
    Await(ExprId),
    /// `{ ... }`, also `unsafe`, `async` and `const` ones.
    Block {
        statements: Vec<ExprId>,
        /// The value, when the last statement is one.
        tail: Option<ExprId>,
        is_async: bool,
    },
    If {
        condition: ExprId,
        then: ExprId,
        otherwise: Option<ExprId>,
    },
    Match {
        value: ExprId,
        arms: Vec<Arm>,
    },
    /// `loop`, `while` and `for` (whose condition is a [`ExprKind::Bind`]).
    Loop {
        condition: Option<ExprId>,
        body: ExprId,
    },
    Closure {
        /// One [`ExprKind::Bind`] for each.
        params: Vec<ExprId>,
        body: ExprId,
    },
    /// A pattern that takes a value apart: `let`, `if let`, match arms, `for`, parameters.
    Bind {
        pattern: Pattern,
        value: Option<ExprId>,
        ty: Option<Type>,
        origin: BindOrigin,
    },
    Return(Option<ExprId>),
    Break(Option<ExprId>),
    Continue,
    Struct {
        path: Path,
        fields: Vec<(Name, ExprId)>,
        base: Option<ExprId>,
    },
    Tuple(Vec<ExprId>),
    Array(Vec<ExprId>),
    Repeat {
        value: ExprId,
        length: ExprId,
    },
    Range {
        start: Option<ExprId>,
        end: Option<ExprId>,
        inclusive: bool,
    },
    /// Something that is not modelled; its parts still stand in the arena.
    Other,
}

impl ExprKind {
    /// Calls `visit` for every expression that this one is directly made of.
    pub fn operands(&self, visit: &mut impl FnMut(ExprId)) {
        match self {
            Self::Literal(_) | Self::Path(_) | Self::Local(_) | Self::Continue | Self::Other => {}
            Self::Call { callee, args } => {
                visit(*callee);
                args.iter().copied().for_each(visit);
            }
            Self::MethodCall { receiver, args, .. } => {
                visit(*receiver);
                args.iter().copied().for_each(visit);
            }
            Self::Macro(call) => call.args.iter().for_each(|arg| visit(arg.value)),
            Self::Field { base, .. } => visit(*base),
            Self::Index { base: first, index: second }
            | Self::Binary { left: first, right: second, .. }
            | Self::Assign { target: first, value: second, .. }
            | Self::Repeat { value: first, length: second } => {
                visit(*first);
                visit(*second);
            }
            Self::Unary { value, .. }
            | Self::Ref { value, .. }
            | Self::Cast { value, .. }
            | Self::Try(value)
            | Self::Await(value) => visit(*value),
            Self::Block { statements, tail, .. } => {
                statements.iter().chain(tail).copied().for_each(visit);
            }
            Self::If { condition, then, otherwise } => {
                [*condition, *then].into_iter().chain(*otherwise).for_each(visit);
            }
            Self::Match { value, arms } => {
                visit(*value);
                for arm in arms {
                    visit(arm.bind);
                    arm.guard.iter().copied().for_each(&mut *visit);
                    visit(arm.body);
                }
            }
            Self::Loop { condition, body } => {
                condition.iter().chain([body]).copied().for_each(visit);
            }
            Self::Closure { params, body } => {
                params.iter().chain([body]).copied().for_each(visit);
            }
            Self::Bind { value, .. } | Self::Return(value) | Self::Break(value) => {
                value.iter().copied().for_each(visit);
            }
            Self::Struct { fields, base, .. } => {
                fields.iter().map(|(_, value)| *value).chain(*base).for_each(visit);
            }
            Self::Tuple(parts) | Self::Array(parts) => parts.iter().copied().for_each(visit),
            Self::Range { start, end, .. } => start.iter().chain(end).copied().for_each(visit),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BindOrigin {
    Let,
    /// `if let`, `while let`: also a condition.
    Condition,
    Arm,
    /// The pattern of a `for`; the value is what is iterated over.
    For,
    Parameter,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    /// A [`ExprKind::Bind`].
    pub bind: ExprId,
    pub guard: Option<ExprId>,
    pub body: ExprId,
}

/// A macro call with what could be read of its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MacroCall {
    pub path: Path,
    pub args: Vec<MacroArg>,
    /// Whether the arguments were read as a list of expressions or as statements; otherwise
    /// only what looks like code was picked out of the tokens.
    pub understood: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MacroArg {
    /// Of `name = value`, and of a name captured by a format string.
    pub name: Option<Name>,
    pub value: ExprId,
}

impl MacroArg {
    /// The name of what stands behind a `;`: the length in `vec![0; 8]`.
    pub const LENGTH: Name = Name::new_static(";");
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Literal {
    Text(String),
    Bytes(Vec<u8>),
    Char(char),
    /// `None` when it does not fit.
    Integer(Option<u128>),
    Float,
    Bool(bool),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Pattern {
    Wild,
    Bind {
        local: LocalId,
        sub: Option<Box<Pattern>>,
    },
    Tuple(Vec<Pattern>),
    /// `Path(..)`.
    Variant {
        path: Path,
        fields: Vec<Pattern>,
    },
    Struct {
        path: Path,
        fields: Vec<(Name, Pattern)>,
    },
    Slice(Vec<Pattern>),
    Or(Vec<Pattern>),
    Literal(Literal),
    /// `a..=b`
    Range {
        start: Option<Literal>,
        end: Option<Literal>,
        inclusive: bool,
    },
    /// A constant or a unit variant.
    Path(Path),
    Other,
}

impl Pattern {
    /// Calls `visit` for every local that the pattern binds.
    pub fn locals(&self, visit: &mut impl FnMut(LocalId)) {
        match self {
            Self::Bind { local, sub } => {
                visit(*local);
                if let Some(sub) = sub {
                    sub.locals(visit);
                }
            }
            Self::Tuple(parts) | Self::Slice(parts) | Self::Or(parts) => {
                parts.iter().for_each(|part| part.locals(visit));
            }
            Self::Variant { fields, .. } => fields.iter().for_each(|part| part.locals(visit)),
            Self::Struct { fields, .. } => fields.iter().for_each(|(_, part)| part.locals(visit)),
            Self::Wild | Self::Literal(_) | Self::Range { .. } | Self::Path(_) | Self::Other => {}
        }
    }
}
