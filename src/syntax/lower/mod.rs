//! From a syn tree to the owned form.
//!
//! Lowering decides nothing that needs another file: a name is a local when a pattern in
//! scope binds it, and a path otherwise. Spans are put together from the tokens at hand; the
//! `Spanned` trait would print each node to find its ends.

mod expand;
mod exprs;
mod items;
mod macros;
mod patterns;
mod types;

use proc_macro2::TokenStream;
use proc_macro2::extra::DelimSpan;

use super::lexer::{self, TokenKind};
use super::parse::Parsed;
use crate::ir::*;
use crate::span::Span;

pub(super) fn lower(text: &str, parsed: &Parsed) -> FileIr {
    let mut lowerer = Lowerer::default();
    lowerer.ir.attrs = lowerer.attrs(&parsed.file.attrs);
    lowerer.test = lowerer.ir.attrs.iter().any(items::only_in_tests);
    lowerer.ir.top = lowerer.items(&parsed.file.items);
    for span in &parsed.salvage {
        lowerer.salvage(text, *span);
    }
    lowerer.drop_spent_macros();
    lowerer.ir
}

/// What is being built.
#[derive(Default)]
struct Lowerer {
    ir: FileIr,
    body: Body,
    /// The locals in sight, innermost scope last.
    scopes: Vec<Vec<(Name, LocalId)>>,
    /// The `macro_rules!` in sight.
    macros: expand::Macros,
    /// Inside of something that exists only in tests.
    test: bool,
}

impl Lowerer {
    /// Where the subtree of the next expression will begin.
    fn mark(&self) -> usize {
        self.body.exprs.len()
    }

    fn push(&mut self, first: usize, kind: ExprKind, span: Span) -> ExprId {
        let id = index(self.body.exprs.len());
        let first = ExprId(index(first));
        self.body.exprs.push(Expr { kind, span, first });
        ExprId(id)
    }

    fn span_of(&self, expr: ExprId) -> Span {
        self.body.expr(expr).span
    }

    fn scope<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(Vec::new());
        let macros = self.macros.len();
        let result = inside(self);
        self.scopes.pop();
        self.macros.truncate(macros);
        result
    }

    fn local(&self, name: &str) -> Option<LocalId> {
        let bindings = self.scopes.iter().rev().flat_map(|scope| scope.iter().rev());
        bindings.into_iter().find(|(bound, _)| bound == name).map(|(_, local)| *local)
    }

    fn bind(&mut self, name: Name, span: Span, mutable: bool) -> LocalId {
        let local = LocalId(index(self.body.locals.len()));
        self.body.locals.push(Local { name: name.clone(), span, mutable });
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name, local));
        }
        local
    }

    /// Builds a body of its own, with none of the locals in sight.
    fn in_body(&mut self, build: impl FnOnce(&mut Self) -> Option<ExprId>) -> BodyId {
        let outer = std::mem::take(&mut self.body);
        let scopes = std::mem::take(&mut self.scopes);
        let root = self.scope(build);
        let mut body = std::mem::replace(&mut self.body, outer);
        self.scopes = scopes;
        body.root = root;
        let id = BodyId(index(self.ir.bodies.len()));
        self.ir.bodies.push(body);
        id
    }

    fn item(&mut self, item: Item) -> ItemId {
        let id = ItemId(index(self.ir.items.len()));
        self.ir.items.push(item);
        id
    }

    /// Looks at the tokens of a part that does not parse, line by line when it must.
    fn salvage(&mut self, text: &str, span: Span) {
        let body = self.in_body(|this| {
            if this.salvage_part(text, span) {
                return None;
            }
            for line in lines(text, span) {
                this.salvage_part(text, line);
            }
            None
        });
        let id = self.nameless(span, ItemKind::Code(body));
        self.ir.top.push(id);
    }

    /// Whether the part lexes, delimiters without a partner left out.
    fn salvage_part(&mut self, text: &str, part: Span) -> bool {
        // Nothing of an earlier part is alive; its text would be kept for the sake of spans.
        proc_macro2::extra::invalidate_current_thread_spans();
        let Some(tokens) = balanced(&text[part.range()]) else { return false };
        BASE.set(part.start as usize);
        self.walk_tokens(tokens);
        BASE.set(0);
        true
    }

    fn nameless(&mut self, span: Span, kind: ItemKind) -> ItemId {
        let (name, test) = (Name::default(), self.test);
        self.item(Item {
            name,
            name_span: span,
            span,
            public: false,
            attrs: Vec::new(),
            test,
            kind,
        })
    }
}

/// The lines inside of a span. Few enough that each can be lexed at its place in the file.
fn lines(text: &str, span: Span) -> Vec<Span> {
    const MAX_LINES: usize = 500;
    let mut at = span.start as usize;
    let mut found = Vec::new();
    for line in text[span.range()].split_inclusive('\n').take(MAX_LINES) {
        found.push(Span::new(at, at + line.len()));
        at += line.len();
    }
    found
}

/// The tokens of a part; delimiters without a partner are left out. `None` when it does not
/// lex even so.
fn balanced(part: &str) -> Option<TokenStream> {
    let mut open: Vec<Span> = Vec::new();
    let mut alone: Vec<Span> = Vec::new();
    for token in lexer::tokens(part) {
        match token.kind {
            TokenKind::Open => open.push(token.span),
            TokenKind::Close => {
                let partner = open.last().is_some_and(|open| {
                    matches!(
                        (&part[open.range()], &part[token.span.range()]),
                        ("(", ")") | ("[", "]") | ("{", "}")
                    )
                });
                if partner {
                    open.pop();
                } else {
                    alone.push(token.span);
                }
            }
            _ => {}
        }
    }
    let mut bytes = part.as_bytes().to_vec();
    for lone in open.iter().chain(&alone) {
        bytes[lone.start as usize] = b' ';
    }
    String::from_utf8(bytes).ok()?.parse().ok()
}

thread_local! {
    /// Where the text that is being lowered begins in its file: not zero only while a part is
    /// salvaged. Spans are made in too many places to hand this to each.
    static BASE: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn sp(span: proc_macro2::Span) -> Span {
    let (range, base) = (span.byte_range(), BASE.get());
    Span::new(range.start + base, range.end + base)
}

fn close(span: DelimSpan) -> Span {
    sp(span.close())
}

fn name(ident: &proc_macro2::Ident) -> Name {
    let text = ident.to_string();
    Name::new(text.strip_prefix("r#").unwrap_or(&text))
}
