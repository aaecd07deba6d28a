//! Expressions and statements.

use syn::{Expr as E, Stmt};

use super::patterns::{literal, member};
use super::{Lowerer, close, name, sp};
use crate::ir::*;
use crate::span::Span;

impl Lowerer {
    pub(super) fn expr(&mut self, expr: &E) -> ExprId {
        let id = self.plain_expr(expr);
        if let Some(attrs) = attributes(expr) {
            self.configured(id, attrs);
        }
        id
    }

    /// Keeps the `#[cfg(..)]` in front of an expression or a statement.
    fn configured(&mut self, id: ExprId, attrs: &[syn::Attribute]) {
        if !attrs.iter().any(|attr| attr.path().is_ident("cfg")) {
            return;
        }
        let kept =
            self.attrs(attrs).into_iter().filter(|a| a.path.single().is_some_and(|n| n == "cfg"));
        self.body.cfgs.extend(kept.map(|attr| (id, attr)));
    }

    fn plain_expr(&mut self, expr: &E) -> ExprId {
        let mark = self.mark();
        match expr {
            E::Lit(lit) => {
                let kind = literal(&lit.lit).map_or(ExprKind::Other, ExprKind::Literal);
                let span = sp(lit.lit.span());
                let value = self.push(mark, kind, span);
                match suffix(&lit.lit) {
                    // `1u8` is `1 as u8`.
                    Some(name) => {
                        let ty = Type::Path(super::items::single(&name, span));
                        self.push(mark, ExprKind::Cast { value, ty }, span)
                    }
                    None => value,
                }
            }
            E::Path(path) => self.path_expr(path),
            E::Paren(inner) => self.expr(&inner.expr),
            E::Group(inner) => self.expr(&inner.expr),
            E::Call(call) => {
                let callee = self.expr(&call.func);
                let args = self.exprs(&call.args);
                let span = self.span_of(callee).to(close(call.paren_token.span));
                self.push(mark, ExprKind::Call { callee, args }, span)
            }
            E::MethodCall(call) => {
                let receiver = self.expr(&call.receiver);
                let generics = call
                    .turbofish
                    .as_ref()
                    .map(|list| self.generic_arguments(list))
                    .unwrap_or_default();
                let args = self.exprs(&call.args);
                let span = self.span_of(receiver).to(close(call.paren_token.span));
                let (method, method_span) = (name(&call.method), sp(call.method.span()));
                let kind = ExprKind::MethodCall { receiver, method, method_span, generics, args };
                self.push(mark, kind, span)
            }
            E::Macro(mac) => self.macro_expr(&mac.mac),
            E::Field(field) => {
                let base = self.expr(&field.base);
                let end = match &field.member {
                    syn::Member::Named(ident) => sp(ident.span()),
                    syn::Member::Unnamed(index) => sp(index.span),
                };
                let span = self.span_of(base).to(end);
                self.push(mark, ExprKind::Field { base, name: member(&field.member) }, span)
            }
            E::Index(index) => {
                let base = self.expr(&index.expr);
                let span = self.span_of(base).to(close(index.bracket_token.span));
                let index = self.expr(&index.index);
                self.push(mark, ExprKind::Index { base, index }, span)
            }
            E::Unary(unary) => {
                let (op, start) = match &unary.op {
                    syn::UnOp::Deref(token) => ('*', sp(token.spans[0])),
                    syn::UnOp::Not(token) => ('!', sp(token.spans[0])),
                    syn::UnOp::Neg(token) => ('-', sp(token.spans[0])),
                    _ => ('?', Span::default()),
                };
                let value = self.expr(&unary.expr);
                let span = start.to(self.span_of(value));
                self.push(mark, ExprKind::Unary { op, value }, span)
            }
            E::Binary(binary) => self.binary(binary),
            E::Assign(assign) => {
                let target = self.expr(&assign.left);
                let value = self.expr(&assign.right);
                let span = self.span_of(target).to(self.span_of(value));
                self.push(mark, ExprKind::Assign { op: None, target, value }, span)
            }
            E::Reference(reference) => {
                let value = self.expr(&reference.expr);
                let span = sp(reference.and_token.spans[0]).to(self.span_of(value));
                let mutable = reference.mutability.is_some();
                self.push(mark, ExprKind::Ref { mutable, value }, span)
            }
            E::RawAddr(address) => {
                let value = self.expr(&address.expr);
                let span = sp(address.and_token.spans[0]).to(self.span_of(value));
                self.push(mark, ExprKind::Ref { mutable: true, value }, span)
            }
            E::Cast(cast) => {
                let value = self.expr(&cast.expr);
                let ty = self.ty(&cast.ty);
                let span = self.span_of(value).to(sp(cast.as_token.span));
                self.push(mark, ExprKind::Cast { value, ty }, span)
            }
            E::Try(inner) => {
                let value = self.expr(&inner.expr);
                let span = self.span_of(value).to(sp(inner.question_token.spans[0]));
                self.push(mark, ExprKind::Try(value), span)
            }
            E::Await(inner) => {
                let value = self.expr(&inner.base);
                let span = self.span_of(value).to(sp(inner.await_token.span));
                self.push(mark, ExprKind::Await(value), span)
            }
            E::Block(block) => self.block(&block.block, false),
            E::Unsafe(block) => self.block(&block.block, false),
            E::Const(block) => self.block(&block.block, false),
            E::TryBlock(block) => self.block(&block.block, false),
            E::Async(block) => self.block(&block.block, true),
            E::If(branch) => self.branch(branch),
            E::Let(condition) => {
                let value = self.expr(&condition.expr);
                let (pattern, ty) = self.pattern(&condition.pat);
                let span = sp(condition.let_token.span).to(self.span_of(value));
                let origin = BindOrigin::Condition;
                self.push(mark, ExprKind::Bind { pattern, value: Some(value), ty, origin }, span)
            }
            E::Match(m) => self.match_expr(m),
            E::Loop(l) => {
                let body = self.block(&l.body, false);
                let span = sp(l.loop_token.span).to(self.span_of(body));
                self.push(mark, ExprKind::Loop { condition: None, body }, span)
            }
            E::While(w) => self.scope(|this| {
                let condition = this.expr(&w.cond);
                let body = this.block(&w.body, false);
                let span = sp(w.while_token.span).to(this.span_of(body));
                this.push(mark, ExprKind::Loop { condition: Some(condition), body }, span)
            }),
            E::ForLoop(f) => self.for_loop(f),
            E::Closure(closure) => self.closure(closure),
            E::Return(inner) => {
                let (value, span) =
                    self.optional(inner.expr.as_deref(), sp(inner.return_token.span));
                self.push(mark, ExprKind::Return(value), span)
            }
            // Where a labelled one goes is not kept.
            E::Break(inner) if inner.label.is_some() && inner.expr.is_none() => {
                self.push(mark, ExprKind::Other, sp(inner.break_token.span))
            }
            E::Continue(inner) if inner.label.is_some() => {
                self.push(mark, ExprKind::Other, sp(inner.continue_token.span))
            }
            E::Break(inner) => {
                let (value, span) =
                    self.optional(inner.expr.as_deref(), sp(inner.break_token.span));
                self.push(mark, ExprKind::Break(value), span)
            }
            E::Continue(inner) => {
                self.push(mark, ExprKind::Continue, sp(inner.continue_token.span))
            }
            E::Yield(inner) => {
                let (value, span) =
                    self.optional(inner.expr.as_deref(), sp(inner.yield_token.span));
                self.push(mark, ExprKind::Return(value), span)
            }
            E::Struct(s) => self.struct_expr(s),
            E::Tuple(tuple) => {
                let parts = self.exprs(&tuple.elems);
                let span = sp(tuple.paren_token.span.join());
                self.push(mark, ExprKind::Tuple(parts), span)
            }
            E::Array(array) => {
                let parts = self.exprs(&array.elems);
                let span = sp(array.bracket_token.span.join());
                self.push(mark, ExprKind::Array(parts), span)
            }
            E::Repeat(repeat) => {
                let value = self.expr(&repeat.expr);
                let length = self.expr(&repeat.len);
                let span = sp(repeat.bracket_token.span.join());
                self.push(mark, ExprKind::Repeat { value, length }, span)
            }
            E::Range(range) => {
                let start = range.start.as_deref().map(|start| self.expr(start));
                let end = range.end.as_deref().map(|end| self.expr(end));
                let (mut span, inclusive) = match &range.limits {
                    syn::RangeLimits::HalfOpen(token) => (sp(token.spans[0]), false),
                    syn::RangeLimits::Closed(token) => (sp(token.spans[0]), true),
                };
                for part in [start, end].into_iter().flatten() {
                    span = span.to(self.span_of(part));
                }
                self.push(mark, ExprKind::Range { start, end, inclusive }, span)
            }
            E::Verbatim(tokens) => {
                let span =
                    tokens.clone().into_iter().next().map(|t| sp(t.span())).unwrap_or_default();
                // Without its first token it cannot be the same again.
                self.walk_tokens(tokens.clone().into_iter().skip(1).collect());
                self.push(mark, ExprKind::Other, span)
            }
            _ => self.push(mark, ExprKind::Other, Span::default()),
        }
    }

    pub(super) fn exprs<'a>(&mut self, exprs: impl IntoIterator<Item = &'a E>) -> Vec<ExprId> {
        exprs.into_iter().map(|expr| self.expr(expr)).collect()
    }

    fn path_expr(&mut self, path: &syn::ExprPath) -> ExprId {
        let mark = self.mark();
        let lowered = self.path(path.qself.as_ref(), &path.path);
        let span = lowered.span;
        let local = lowered.single().and_then(|name| self.local(name));
        let kind = local.map_or_else(|| ExprKind::Path(lowered), ExprKind::Local);
        self.push(mark, kind, span)
    }

    fn optional(&mut self, value: Option<&E>, keyword: Span) -> (Option<ExprId>, Span) {
        let value = value.map(|value| self.expr(value));
        let span = value.map_or(keyword, |value| keyword.to(self.span_of(value)));
        (value, span)
    }

    /// A long chain of operators is deep on its left side: it is walked, not recursed into.
    fn binary(&mut self, binary: &syn::ExprBinary) -> ExprId {
        let mark = self.mark();
        let mut rights = vec![(&binary.op, &*binary.right)];
        let mut left = &*binary.left;
        while let E::Binary(inner) = left {
            rights.push((&inner.op, &inner.right));
            left = &inner.left;
        }
        let mut value = self.expr(left);
        for (op, right) in rights.into_iter().rev() {
            let right = self.expr(right);
            let span = self.span_of(value).to(self.span_of(right));
            let (op, assigns) = operator(op);
            let op = Name::new_static(op);
            let kind = if assigns {
                ExprKind::Assign { op: Some(op), target: value, value: right }
            } else {
                ExprKind::Binary { op, left: value, right }
            };
            value = self.push(mark, kind, span);
        }
        value
    }

    pub(super) fn block(&mut self, block: &syn::Block, is_async: bool) -> ExprId {
        let mark = self.mark();
        let (statements, tail) = self.scope(|this| this.statements(&block.stmts));
        let span = sp(block.brace_token.span.join());
        self.push(mark, ExprKind::Block { statements, tail, is_async }, span)
    }

    /// Statements, and the value of the last one when it is an expression.
    pub(super) fn statements(&mut self, stmts: &[Stmt]) -> (Vec<ExprId>, Option<ExprId>) {
        let mut statements = Vec::new();
        let mut tail = None;
        for stmt in stmts {
            tail = None;
            match stmt {
                Stmt::Local(local) => {
                    let id = self.let_statement(local);
                    self.configured(id, &local.attrs);
                    statements.push(id);
                }
                Stmt::Item(item) => {
                    let ids = self.items(std::slice::from_ref(item));
                    self.body.items.extend(ids);
                }
                Stmt::Expr(expr, semi) => {
                    let id = self.expr(expr);
                    if let Some(attrs) = leftmost_attributes(expr) {
                        self.configured(id, attrs);
                    }
                    match semi {
                        Some(_) => statements.push(id),
                        None => tail = Some(id),
                    }
                    // An expression that ends with a brace needs no semicolon to be a statement.
                    if tail.is_some() && !std::ptr::eq(stmt, &raw const stmts[stmts.len() - 1]) {
                        statements.extend(tail.take());
                    }
                }
                Stmt::Macro(mac) => {
                    let last = std::ptr::eq(stmt, &raw const stmts[stmts.len() - 1]);
                    let (ids, value) = match self.expanded_statements(&mac.mac) {
                        Some(written) => written,
                        None => (Vec::new(), Some(self.macro_expr(&mac.mac))),
                    };
                    for id in ids.iter().copied().chain(value) {
                        self.configured(id, &mac.attrs);
                    }
                    statements.extend(ids);
                    match mac.semi_token {
                        None if last => tail = value,
                        _ => statements.extend(value),
                    }
                }
            }
        }
        (statements, tail)
    }

    fn let_statement(&mut self, local: &syn::Local) -> ExprId {
        let mark = self.mark();
        let mut span = sp(local.let_token.span).to(sp(local.semi_token.spans[0]));
        let value = local.init.as_ref().map(|init| self.expr(&init.expr));
        if let Some((_, diverge)) = local.init.as_ref().and_then(|init| init.diverge.as_ref()) {
            self.expr(diverge);
        }
        let (pattern, ty) = self.pattern(&local.pat);
        if let Some(value) = value {
            span = Span { start: span.start, end: self.span_of(value).end.max(span.start) };
        }
        self.push(mark, ExprKind::Bind { pattern, value, ty, origin: BindOrigin::Let }, span)
    }

    /// A long `else if` chain is walked, not recursed into, on its way down.
    fn branch(&mut self, branch: &syn::ExprIf) -> ExprId {
        self.scope(|this| {
            let mark = this.mark();
            let condition = this.expr(&branch.cond);
            let then = this.block(&branch.then_branch, false);
            let otherwise = branch.else_branch.as_ref().map(|(_, otherwise)| this.expr(otherwise));
            let last = otherwise.unwrap_or(then);
            let span = sp(branch.if_token.span).to(this.span_of(last));
            this.push(mark, ExprKind::If { condition, then, otherwise }, span)
        })
    }

    fn match_expr(&mut self, m: &syn::ExprMatch) -> ExprId {
        let mark = self.mark();
        let value = self.expr(&m.expr);
        let mut arms = Vec::new();
        for arm in &m.arms {
            let lowered = self.scope(|this| {
                let mark = this.mark();
                let (pattern, ty) = this.pattern(&arm.pat);
                let mut span = this.span_of(value);
                pattern.locals(&mut |local| span = this.body.locals[local.0 as usize].span);
                let kind =
                    ExprKind::Bind { pattern, value: Some(value), ty, origin: BindOrigin::Arm };
                let bind = this.push(mark, kind, span);
                let guard = match &arm.pat {
                    syn::Pat::Guard(guarded) => Some(this.expr(&guarded.guard)),
                    _ => None,
                };
                let body = this.expr(&arm.body);
                this.configured(body, &arm.attrs);
                Arm { bind, guard, body }
            });
            arms.push(lowered);
        }
        let span = sp(m.match_token.span).to(close(m.brace_token.span));
        self.push(mark, ExprKind::Match { value, arms }, span)
    }

    fn for_loop(&mut self, f: &syn::ExprForLoop) -> ExprId {
        let mark = self.mark();
        let value = self.expr(&f.expr);
        self.scope(|this| {
            let (pattern, ty) = this.pattern(&f.pat);
            let span = sp(f.for_token.span).to(this.span_of(value));
            let kind = ExprKind::Bind { pattern, value: Some(value), ty, origin: BindOrigin::For };
            let condition = this.push(mark, kind, span);
            let body = this.block(&f.body, false);
            let span = span.to(this.span_of(body));
            this.push(mark, ExprKind::Loop { condition: Some(condition), body }, span)
        })
    }

    fn closure(&mut self, closure: &syn::ExprClosure) -> ExprId {
        let mark = self.mark();
        let start = sp(closure.inputs_begin.spans[0]);
        self.scope(|this| {
            let mut params = Vec::new();
            for input in &closure.inputs {
                let mark = this.mark();
                let (pattern, ty) = this.pattern(input);
                let mut span = start;
                pattern.locals(&mut |local| span = this.body.locals[local.0 as usize].span);
                let kind =
                    ExprKind::Bind { pattern, value: None, ty, origin: BindOrigin::Parameter };
                params.push(this.push(mark, kind, span));
            }
            let body = this.expr(&closure.body);
            let span = start.to(this.span_of(body));
            this.push(mark, ExprKind::Closure { params, body }, span)
        })
    }

    fn struct_expr(&mut self, s: &syn::ExprStruct) -> ExprId {
        let mark = self.mark();
        let path = self.path(s.qself.as_ref(), &s.path);
        let fields = s.fields.iter().map(|field| (member(&field.member), self.expr(&field.expr)));
        let fields = fields.collect();
        let base = s.rest.as_deref().map(|base| self.expr(base));
        let span = path.span.to(close(s.brace_token.span));
        self.push(mark, ExprKind::Struct { path, fields, base }, span)
    }
}

/// syn puts the attributes of a statement `a = b` on `a`.
fn leftmost_attributes(mut expr: &E) -> Option<&[syn::Attribute]> {
    let whole: *const E = expr;
    loop {
        expr = match expr {
            E::Assign(e) => &e.left,
            E::Binary(e) => &e.left,
            E::Cast(e) => &e.expr,
            _ if std::ptr::eq(whole, expr) => return None,
            _ => return attributes(expr),
        };
    }
}

/// The attributes of expressions that can carry a `#[cfg(..)]` where they stand.
fn attributes(expr: &E) -> Option<&[syn::Attribute]> {
    let attrs = match expr {
        E::Block(e) => &e.attrs,
        E::Unsafe(e) => &e.attrs,
        E::Const(e) => &e.attrs,
        E::Async(e) => &e.attrs,
        E::If(e) => &e.attrs,
        E::Match(e) => &e.attrs,
        E::Loop(e) => &e.attrs,
        E::While(e) => &e.attrs,
        E::ForLoop(e) => &e.attrs,
        E::Call(e) => &e.attrs,
        E::MethodCall(e) => &e.attrs,
        E::Macro(e) => &e.attrs,
        E::Return(e) => &e.attrs,
        E::Assign(e) => &e.attrs,
        E::Await(e) => &e.attrs,
        E::Try(e) => &e.attrs,
        E::Lit(e) => &e.attrs,
        E::Path(e) => &e.attrs,
        E::Struct(e) => &e.attrs,
        E::Tuple(e) => &e.attrs,
        E::Array(e) => &e.attrs,
        E::Reference(e) => &e.attrs,
        E::Closure(e) => &e.attrs,
        _ => return None,
    };
    (!attrs.is_empty()).then_some(attrs.as_slice())
}

/// The type that an integer literal names.
fn suffix(lit: &syn::Lit) -> Option<Name> {
    match lit {
        syn::Lit::Int(integer) if !integer.suffix().is_empty() => Some(integer.suffix().into()),
        syn::Lit::Byte(_) => Some(Name::new_static("u8")),
        _ => None,
    }
}

/// The operator as it is written, without `=` when it assigns.
fn operator(op: &syn::BinOp) -> (&'static str, bool) {
    use syn::BinOp as B;
    match op {
        B::Add(_) => ("+", false),
        B::Sub(_) => ("-", false),
        B::Mul(_) => ("*", false),
        B::Div(_) => ("/", false),
        B::Rem(_) => ("%", false),
        B::And(_) => ("&&", false),
        B::Or(_) => ("||", false),
        B::BitXor(_) => ("^", false),
        B::BitAnd(_) => ("&", false),
        B::BitOr(_) => ("|", false),
        B::Shl(_) => ("<<", false),
        B::Shr(_) => (">>", false),
        B::Eq(_) => ("==", false),
        B::Lt(_) => ("<", false),
        B::Le(_) => ("<=", false),
        B::Ne(_) => ("!=", false),
        B::Ge(_) => (">=", false),
        B::Gt(_) => (">", false),
        B::AddAssign(_) => ("+", true),
        B::SubAssign(_) => ("-", true),
        B::MulAssign(_) => ("*", true),
        B::DivAssign(_) => ("/", true),
        B::RemAssign(_) => ("%", true),
        B::BitXorAssign(_) => ("^", true),
        B::BitAndAssign(_) => ("&", true),
        B::BitOrAssign(_) => ("|", true),
        B::ShlAssign(_) => ("<<", true),
        B::ShrAssign(_) => (">>", true),
        _ => ("?", false),
    }
}
