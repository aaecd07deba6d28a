//! Macro calls and `macro_rules!` definitions.
//!
//! The arguments of a macro are read as expressions, else as statements or items, else walked
//! as tokens with everything that looks like code picked out. A definition is read as a
//! function whose parameters are its metavariables: its calls keep their own places in the
//! file, and no definition, however recursive, can make the tree grow.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr as E, Token};

use super::items::single;
use super::{Lowerer, name, sp};
use crate::ir::*;
use crate::span::Span;

/// Pieces longer than this are searched only for what stands inside of delimiters.
const MAX_PIECE: usize = 400;

/// `value`, or `name = value`.
struct Argument {
    name: Option<Ident>,
    value: E,
    /// It stands behind a `;`.
    repeats: bool,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let named = input.peek(syn::Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]);
        let name = if named {
            let name = input.parse()?;
            input.parse::<Token![=]>()?;
            Some(name)
        } else {
            None
        };
        let register = operand(input)?;
        let value = input.parse()?;
        // `inout(reg) x => y`: where it comes out again is written, not read.
        if register && input.peek(Token![=>]) {
            input.parse::<Token![=>]>()?;
            input.parse::<E>()?;
        }
        Ok(Self { name, value, repeats: false })
    }
}

/// Reads what stands before a value that `asm!` takes, `in(reg) value`, if it stands there.
fn operand(input: ParseStream<'_>) -> syn::Result<bool> {
    const WORDS: [&str; 5] = ["in", "out", "inout", "lateout", "inlateout"];
    let fork = input.fork();
    let Ok(word) = fork.call(Ident::parse_any) else { return Ok(false) };
    if !WORDS.iter().any(|known| word == known) || !fork.peek(syn::token::Paren) {
        return Ok(false);
    }
    fork.parse::<Group>()?;
    // `out(x)` alone is a call.
    if fork.is_empty() || fork.peek(Token![,]) || fork.peek(Token![;]) {
        return Ok(false);
    }
    input.call(Ident::parse_any)?;
    input.parse::<Group>()?;
    Ok(true)
}

/// `a, b, c = d` and `value; length`.
fn arguments(input: ParseStream<'_>) -> syn::Result<Vec<Argument>> {
    let mut found: Vec<Argument> = Vec::new();
    let mut repeats = false;
    while !input.is_empty() {
        found.push(Argument { repeats, ..input.parse()? });
        if input.is_empty() {
            break;
        }
        if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
            repeats = true;
        } else {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(found)
}

/// Macros whose content is code that is written into another program.
const QUOTING: &[&str] = &["quote", "quote_spanned", "parse_quote", "parse_quote_spanned"];

/// The tokens with `name` for `#name`, and those names.
fn unquoted(tokens: TokenStream, taken: &mut Vec<Ident>) -> TokenStream {
    let mut out = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(tree) = tokens.next() {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if let Some(TokenTree::Ident(ident)) = tokens.peek() {
                    taken.push(ident.clone());
                } else {
                    out.push(TokenTree::Punct(punct));
                }
            }
            TokenTree::Group(group) => {
                let inner = unquoted(group.stream(), taken);
                let mut again = Group::new(group.delimiter(), inner);
                again.set_span(group.span());
                out.push(TokenTree::Group(again));
            }
            tree => out.push(tree),
        }
    }
    out.into_iter().collect()
}

impl Lowerer {
    pub(super) fn macro_expr(&mut self, mac: &syn::Macro) -> ExprId {
        if let Some(id) = self.expanded(mac, |this, tokens| this.expansion(tokens)) {
            return id;
        }
        let mark = self.mark();
        let path = self.path(None, &mac.path);
        if path.last().is_some_and(|segment| QUOTING.contains(&segment.name.as_str())) {
            return self.quoted(mark, path, mac);
        }
        let (mut args, understood) = self.macro_arguments(mac.tokens.clone());
        if !path.last().is_some_and(|segment| segment.name.ends_with("vec")) {
            args.iter_mut().for_each(|arg| {
                arg.name.take_if(|name| *name == MacroArg::LENGTH).map_or((), drop)
            });
        }
        self.captured(&mut args);
        let span = path.span.to(delimiter_close(&mac.delimiter));
        self.push(mark, ExprKind::Macro(MacroCall { path, args, understood }), span)
    }

    /// Code as a value: it is read as code of its own, which nothing here calls. What it takes
    /// from around it (`#name`) are the arguments.
    fn quoted(&mut self, mark: usize, path: Path, mac: &syn::Macro) -> ExprId {
        let span = path.span.to(delimiter_close(&mac.delimiter));
        let (mut taken, tokens) = (Vec::new(), mac.tokens.clone());
        let tokens = unquoted(tokens, &mut taken);
        let body = self.in_body(|this| {
            let mark = this.mark();
            this.macro_arguments(tokens);
            Some(this.push(mark, ExprKind::Other, span))
        });
        // The file of a module that is written elsewhere is elsewhere.
        let FileIr { items, bodies, .. } = &mut self.ir;
        bodies[body.0 as usize].items.retain(|id| {
            !matches!(items[id.0 as usize].kind, ItemKind::Module { items: None, .. })
        });
        let item = self.nameless(span, ItemKind::Quoted(body));
        self.body.items.push(item);
        let mut args = Vec::new();
        for ident in taken {
            let name = name(&ident);
            let Some(local) = self.local(&name) else { continue };
            let mark = self.mark();
            let value = self.push(mark, ExprKind::Local(local), sp(ident.span()));
            args.push(MacroArg { name: Some(name), value });
        }
        self.push(mark, ExprKind::Macro(MacroCall { path, args, understood: true }), span)
    }

    /// What a macro of this file writes where it is called, as an expression.
    fn expansion(&mut self, tokens: TokenStream) -> Option<ExprId> {
        if let Ok(expr) = syn::parse2::<E>(tokens.clone()) {
            return Some(self.expr(&expr));
        }
        let mark = self.mark();
        let span = tokens_span(&tokens);
        let stmts = syn::Block::parse_within.parse2(tokens).ok()?;
        let (statements, tail) = self.scope(|this| this.statements(&stmts));
        Some(self.push(mark, ExprKind::Block { statements, tail, is_async: false }, span))
    }

    /// As statements among those around the call, which see what it declares.
    pub(super) fn expanded_statements(
        &mut self,
        mac: &syn::Macro,
    ) -> Option<(Vec<ExprId>, Option<ExprId>)> {
        self.expanded(mac, |this, tokens| {
            let stmts = syn::Block::parse_within.parse2(tokens).ok()?;
            Some(this.statements(&stmts))
        })
    }

    /// A macro that nobody else can call, and whose calls were all expanded, is not read
    /// once more by itself.
    pub(super) fn drop_spent_macros(&mut self) {
        let out_of_line = |item: &Item| matches!(&item.kind, ItemKind::Module { items: None, .. });
        if self.ir.items.iter().any(out_of_line) {
            return;
        }
        let used_by_name = |name: &Name| {
            self.ir.items.iter().any(|item| match &item.kind {
                ItemKind::Use(leaves) => {
                    leaves.iter().any(|leaf| leaf.path.last().is_some_and(|s| s.name == *name))
                }
                _ => false,
            })
        };
        let spent: Vec<BodyId> = self
            .ir
            .items
            .iter()
            .filter(|item| !item.public && self.macros.is_spent(&item.name))
            .filter(|item| !used_by_name(&item.name))
            .filter_map(|item| match &item.kind {
                ItemKind::MacroRules { rules } => Some(rules.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        for body in spent {
            self.ir.bodies[body.0 as usize] = Body::default();
        }
    }

    fn macro_arguments(&mut self, tokens: TokenStream) -> (Vec<MacroArg>, bool) {
        if let Ok(parsed) = arguments.parse2(tokens.clone()) {
            let args = parsed.into_iter().map(|argument| MacroArg {
                name: if argument.repeats {
                    Some(MacroArg::LENGTH)
                } else {
                    argument.name.as_ref().map(name)
                },
                value: self.expr(&argument.value),
            });
            return (args.collect(), true);
        }
        if let Ok(stmts) = syn::Block::parse_within.parse2(tokens.clone()) {
            let (statements, tail) = self.scope(|this| this.statements(&stmts));
            let values = statements.into_iter().chain(tail);
            return (values.map(|value| MacroArg { name: None, value }).collect(), true);
        }
        let values = self.walk_tokens(tokens);
        (values.into_iter().map(|value| MacroArg { name: None, value }).collect(), false)
    }

    /// Adds the names that format strings capture: `"{name}"`.
    fn captured(&mut self, args: &mut Vec<MacroArg>) {
        let mut more = Vec::new();
        for arg in args.iter() {
            let expr = self.body.expr(arg.value);
            let ExprKind::Literal(Literal::Text(text)) = &expr.kind else { continue };
            for captured in captured_names(text).into_iter().chain(shell_names(text)) {
                if !args.iter().any(|arg| arg.name.as_deref() == Some(captured)) {
                    more.push((Name::new(captured), expr.span));
                }
            }
        }
        for (name, span) in more {
            let mark = self.mark();
            let kind = match self.local(&name) {
                Some(local) => ExprKind::Local(local),
                None if name.starts_with(char::is_uppercase) => ExprKind::Path(single(&name, span)),
                None => continue,
            };
            let value = self.push(mark, kind, span);
            args.push(MacroArg { name: Some(name), value });
        }
    }

    /// A macro call at item level: `macro_rules!`, `include!`, or whatever stands inside.
    pub(super) fn macro_item(
        &mut self,
        attrs: &[syn::Attribute],
        ident: Option<&Ident>,
        mac: &syn::Macro,
        ids: &mut Vec<ItemId>,
    ) {
        let start = mac.path.segments.first().map(|s| sp(s.ident.span())).unwrap_or_default();
        let span = start.to(delimiter_close(&mac.delimiter));
        let last = mac.path.segments.last().map(|segment| name(&segment.ident)).unwrap_or_default();
        if let Some(ident) = ident.filter(|_| last == "macro_rules") {
            let rules = self.rules(mac.tokens.clone());
            self.macros.define(name(ident), mac.tokens.clone());
            let attrs = self.attrs(attrs);
            let exported =
                attrs.iter().any(|attr| attr.path.single().is_some_and(|n| n == "macro_export"));
            let (name, name_span) = (name(ident), sp(ident.span()));
            let kind = ItemKind::MacroRules { rules };
            let (public, test) = (exported, self.test);
            ids.push(self.item(Item { name, name_span, span, public, attrs, test, kind }));
            return;
        }
        if last == "include"
            && let Ok(path) = syn::parse2::<syn::LitStr>(mac.tokens.clone())
        {
            ids.push(self.nameless(span, ItemKind::Include(path.value())));
            return;
        }
        // `lazy_static!`, `thread_local!`, `bitflags!`: the call, and the items that it declares.
        let declared = parse_items(mac.tokens.clone());
        let body = self.in_body(|this| {
            let mark = this.mark();
            if declared.is_none() {
                return Some(this.macro_expr(mac));
            }
            let path = this.path(None, &mac.path);
            let call = MacroCall { path, args: Vec::new(), understood: true };
            Some(this.push(mark, ExprKind::Macro(call), span))
        });
        if let Some(items) = declared {
            let items = self.items(&items);
            ids.extend(items);
        }
        // What stands in the blocks of `cfg_if!` and its kin belongs to the module.
        ids.append(&mut self.ir.bodies[body.0 as usize].items);
        ids.push(self.nameless(span, ItemKind::Code(body)));
    }

    /// Tokens where an item was expected.
    pub(super) fn token_item(&mut self, tokens: TokenStream) -> ItemId {
        let span = tokens_span(&tokens);
        let body = self.in_body(|this| {
            let mark = this.mark();
            this.walk_tokens(tokens);
            Some(this.push(mark, ExprKind::Other, span))
        });
        self.nameless(span, ItemKind::Code(body))
    }

    /// Picks everything out of tokens that can be read as code; what it is worth is for the
    /// analysis to say.
    pub(super) fn walk_tokens(&mut self, tokens: TokenStream) -> Vec<ExprId> {
        let mut found = Vec::new();
        for piece in pieces(tokens) {
            self.walk_piece(piece, &mut found);
        }
        found
    }

    fn walk_piece(&mut self, piece: Vec<TokenTree>, found: &mut Vec<ExprId>) {
        let whole: TokenStream = piece.iter().cloned().collect();
        if let Ok(expr) = syn::parse2::<E>(whole) {
            found.push(self.expr(&expr));
            return;
        }
        let mut at = 0;
        while let Some(tree) = piece.get(at) {
            let left = piece.len() - at;
            if left <= MAX_PIECE && begins_expression(tree) {
                let rest = piece[at..].iter().cloned().collect();
                if let Ok((expr, after)) = prefix.parse2(rest) {
                    found.push(self.expr(&expr));
                    at += (left - after.into_iter().count()).max(1);
                    continue;
                }
            }
            if let TokenTree::Group(group) = tree {
                self.walk_group(group, found);
            }
            at += 1;
        }
    }

    fn walk_group(&mut self, group: &Group, found: &mut Vec<ExprId>) {
        if group.delimiter() == Delimiter::Brace {
            if let Some(items) = parse_items(group.stream()) {
                let ids = self.items(&items);
                self.body.items.extend(ids);
                return;
            }
            if let Ok(stmts) = syn::Block::parse_within.parse2(group.stream()) {
                let (statements, tail) = self.scope(|this| this.statements(&stmts));
                found.extend(statements);
                found.extend(tail);
                return;
            }
        }
        let inside = self.walk_tokens(group.stream());
        found.extend(inside);
    }

    /// The transcribers of `(matcher) => { transcriber }; ...`.
    fn rules(&mut self, tokens: TokenStream) -> Vec<BodyId> {
        let mut rules = Vec::new();
        let mut matcher: Option<Group> = None;
        for tree in tokens {
            let TokenTree::Group(group) = tree else { continue };
            match matcher.take() {
                None => matcher = Some(group),
                Some(matcher) => rules.push(self.rule(&matcher, group.stream())),
            }
        }
        rules
    }

    fn rule(&mut self, matcher: &Group, transcriber: TokenStream) -> BodyId {
        let tokens = without_metasyntax(transcriber);
        let mut variables = Vec::new();
        metavariables(matcher.stream(), &mut variables);
        self.in_body(|this| {
            for variable in &variables {
                let mark = this.mark();
                let span = sp(variable.span());
                let local = this.bind(placeholder(&name(variable)), span, false);
                let pattern = Pattern::Bind { local, sub: None };
                let origin = BindOrigin::Parameter;
                let kind = ExprKind::Bind { pattern, value: None, ty: None, origin };
                let id = this.push(mark, kind, span);
                this.body.params.push(id);
            }
            let mark = this.mark();
            if let Ok(expr) = syn::parse2::<E>(tokens.clone()) {
                return Some(this.expr(&expr));
            }
            let span = tokens_span(&tokens);
            if let Ok(stmts) = syn::Block::parse_within.parse2(tokens.clone()) {
                let (statements, tail) = this.statements(&stmts);
                let kind = ExprKind::Block { statements, tail, is_async: false };
                return Some(this.push(mark, kind, span));
            }
            if let Some(items) = parse_items(tokens.clone()) {
                let ids = this.items(&items);
                this.body.items.extend(ids);
                return None;
            }
            this.walk_tokens(tokens);
            Some(this.push(mark, ExprKind::Other, span))
        })
    }
}

/// An expression at the beginning of the tokens, and what follows it.
fn prefix(input: ParseStream<'_>) -> syn::Result<(E, TokenStream)> {
    let expr = input.parse()?;
    Ok((expr, input.parse()?))
}

fn begins_expression(tree: &TokenTree) -> bool {
    match tree {
        TokenTree::Punct(punct) => matches!(punct.as_char(), '&' | '*' | '!' | '|' | '<' | ':'),
        TokenTree::Group(group) => group.delimiter() != Delimiter::Brace,
        TokenTree::Ident(_) | TokenTree::Literal(_) => true,
    }
}

/// Splits tokens at `,`, `;` and `=>` outside of delimiters.
fn pieces(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut pieces = vec![Vec::new()];
    let mut equals = false;
    for tree in tokens {
        let splits = match &tree {
            TokenTree::Punct(punct) => {
                let arrow = equals && punct.as_char() == '>';
                if arrow {
                    pieces.last_mut().and_then(Vec::pop);
                }
                equals = punct.as_char() == '=' && punct.spacing() == proc_macro2::Spacing::Joint;
                arrow || matches!(punct.as_char(), ',' | ';')
            }
            _ => {
                equals = false;
                false
            }
        };
        if splits {
            pieces.push(Vec::new());
        } else if let Some(piece) = pieces.last_mut() {
            piece.push(tree);
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Items, also with the `ref` of `lazy_static!` and without the last `;` of `thread_local!`.
fn parse_items(tokens: TokenStream) -> Option<Vec<syn::Item>> {
    let first = tokens.clone().into_iter().next()?;
    let begins_item = match &first {
        TokenTree::Ident(ident) => ITEM_WORDS.contains(&ident.to_string().as_str()),
        TokenTree::Punct(punct) => punct.as_char() == '#',
        _ => false,
    };
    if !begins_item {
        return None;
    }
    let mut cleaned = Vec::new();
    let mut after_static = false;
    for tree in tokens {
        let word = match &tree {
            TokenTree::Ident(ident) => ident.to_string(),
            _ => String::new(),
        };
        if !(std::mem::take(&mut after_static) && word == "ref") {
            cleaned.push(tree);
        }
        after_static = word == "static";
    }
    let stream: TokenStream = cleaned.into_iter().collect();
    let mut closed = stream.clone();
    closed.extend([TokenTree::Punct(proc_macro2::Punct::new(';', proc_macro2::Spacing::Alone))]);
    let file =
        syn::parse2::<syn::File>(stream).or_else(|_| syn::parse2::<syn::File>(closed)).ok()?;
    (!file.items.is_empty()).then_some(file.items)
}

const ITEM_WORDS: &[&str] = &[
    "pub",
    "fn",
    "static",
    "const",
    "struct",
    "enum",
    "impl",
    "mod",
    "use",
    "trait",
    "type",
    "unsafe",
    "extern",
    "async",
    "macro_rules",
    "union",
];

/// The names that a text captures as a shell does: `$name`, `${name}`.
fn shell_names(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).filter_map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        Some(&rest[..end]).filter(|name| name.starts_with(|c: char| c.is_lowercase() || c == '_'))
    })
}

/// The names that a format string captures: `{name}`, `{name:?}`, not `{}`, `{0}` or `{{`.
pub(super) fn captured_names(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        rest = &rest[open + 1..];
        if let Some(escaped) = rest.strip_prefix('{') {
            rest = escaped;
            continue;
        }
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && after.starts_with(['}', ':'])
        {
            names.push(name);
        }
    }
    names
}

/// The name that stands for a metavariable; no program can contain it.
fn placeholder(variable: &str) -> Name {
    Name::new(format!("{}{variable}", crate::syntax::PLACEHOLDER))
}

/// The `$name:fragment` of a matcher, also inside of repetitions.
fn metavariables(tokens: TokenStream, found: &mut Vec<Ident>) {
    let mut dollar = false;
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => metavariables(group.stream(), found),
            TokenTree::Ident(ident) if dollar => found.push(ident),
            TokenTree::Punct(punct) if punct.as_char() == '$' => {
                dollar = true;
                continue;
            }
            _ => {}
        }
        dollar = false;
    }
}

/// `$name` becomes a placeholder, `$crate` becomes `crate`, `$(x)sep*` becomes `x sep`.
fn without_metasyntax(tokens: TokenStream) -> TokenStream {
    let mut output = Vec::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '$' => match trees.next() {
                Some(TokenTree::Ident(ident)) if ident == "crate" => {
                    output.push(TokenTree::Ident(Ident::new("crate", ident.span())));
                }
                Some(TokenTree::Ident(ident)) => {
                    let placeholder = placeholder(&name(&ident));
                    output.push(TokenTree::Ident(Ident::new(&placeholder, ident.span())));
                }
                Some(TokenTree::Group(group)) => {
                    output.extend(without_metasyntax(group.stream()));
                    // The separator, if any, and the operator.
                    if let Some(TokenTree::Punct(separator)) = trees.peek()
                        && matches!(separator.as_char(), ',' | ';')
                    {
                        output.extend(trees.next());
                    }
                    if let Some(TokenTree::Punct(operator)) = trees.peek()
                        && matches!(operator.as_char(), '*' | '+' | '?')
                    {
                        trees.next();
                    }
                }
                Some(other) => output.push(other),
                None => {}
            },
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_metasyntax(group.stream()));
                inner.set_span(group.span());
                output.push(TokenTree::Group(inner));
            }
            other => output.push(other),
        }
    }
    output.into_iter().collect()
}

fn delimiter_close(delimiter: &syn::MacroDelimiter) -> Span {
    sp(delimiter.span().close())
}

fn tokens_span(tokens: &TokenStream) -> Span {
    let mut span: Option<Span> = None;
    for tree in tokens.clone() {
        let next = sp(tree.span());
        span = Some(span.map_or(next, |span| span.to(next)));
    }
    span.unwrap_or_default()
}
