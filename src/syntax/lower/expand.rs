//! Expansion of the `macro_rules!` of the same file, where a call stands behind the definition.
//!
//! What a macro writes is read in the place that calls it, so that it sees the locals there
//! and hands them on. Only the text of the file is looked at: nothing is run, procedural macros
//! are not expanded, and neither are macros of other files and crates. Work is bounded per
//! file; a call that does not fit, or goes beyond the bound, is read as before.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};

use super::{Lowerer, name, sp};
use crate::ir::Name;
use crate::span::Span;

/// Tokens that the calls of one file may grow to.
const MAX_TOKENS: usize = 60_000;
/// Tokens that matching and writing may look at for one file.
const MAX_WORK: usize = 2_000_000;
/// Tokens of one call.
const MAX_INPUT: usize = 2_000;
/// Macros that call macros. Each can nest the tree by as much as its tokens, which is what the
/// stack has room for (see `syntax::limits`).
const MAX_CALLS: usize = 6;
/// Delimiters in delimiters.
const MAX_DEPTH: usize = 64;

/// A definition that is in sight.
#[derive(Clone)]
pub struct Definition {
    name: Name,
    rules: Rc<[Rule]>,
}

struct Rule {
    matcher: Vec<Pattern>,
    transcriber: TokenStream,
    span: Span,
}

enum Pattern {
    Token(TokenTree),
    Group(Delimiter, Vec<Pattern>),
    Variable(Name, String),
    Repeated { inner: Vec<Pattern>, separator: Option<TokenTree>, once: bool, needed: bool },
}

enum Bound {
    One(Vec<TokenTree>),
    Many(Vec<Bindings>),
}

type Bindings = BTreeMap<Name, Rc<Bound>>;

/// What may still be done for a file.
struct Work(Cell<usize>);

impl Work {
    fn spend(&self, tokens: usize) -> Option<()> {
        self.0.set(self.0.get().checked_sub(tokens)?);
        Some(())
    }
}

/// What a call becomes.
pub struct Expansion {
    pub tokens: TokenStream,
    /// Where the macro is written down.
    pub span: Span,
}

/// The macros in sight, and what they may still grow to.
pub struct Macros {
    defined: Vec<Definition>,
    left: usize,
    work: Work,
    depth: usize,
    /// Macros that were expanded somewhere in the file.
    expanded: Vec<Name>,
    /// Macros some call of which was not.
    kept: Vec<Name>,
}

impl Default for Macros {
    fn default() -> Self {
        let (defined, expanded, kept) = Default::default();
        let work = Work(Cell::new(MAX_WORK));
        Self { defined, left: MAX_TOKENS, work, depth: 0, expanded, kept }
    }
}

impl Macros {
    pub fn len(&self) -> usize {
        self.defined.len()
    }

    /// A definition is seen up to the end of its block or module.
    pub fn truncate(&mut self, length: usize) {
        self.defined.truncate(length);
    }

    /// Whether all calls that anyone can write were expanded where they stand.
    pub fn is_spent(&self, name: &Name) -> bool {
        self.expanded.contains(name) && !self.kept.contains(name)
    }

    fn call(&mut self, definition: &Definition, mac: &syn::Macro) -> Option<Expansion> {
        if self.depth >= MAX_CALLS {
            return None;
        }
        let input: Vec<TokenTree> = mac.tokens.clone().into_iter().collect();
        let expansion = expand(&self.work, &definition.rules, &input)?;
        let size = size(&expansion.tokens, MAX_DEPTH).filter(|size| *size <= MAX_INPUT)?;
        self.left = self.left.checked_sub(size)?;
        Some(expansion)
    }

    pub fn define(&mut self, name: Name, tokens: TokenStream) {
        if let Some(rules) = rules(tokens) {
            self.defined.push(Definition { name, rules: rules.into() });
        }
    }
}

impl Lowerer {
    /// Does something with what a call becomes, when its macro is in sight and one of its rules
    /// fits. `None` when it is not expanded.
    pub(super) fn expanded<T>(
        &mut self,
        mac: &syn::Macro,
        read: impl FnOnce(&mut Self, TokenStream) -> Option<T>,
    ) -> Option<T> {
        let called = name(mac.path.get_ident()?);
        let definition = self.macros.defined.iter().rev().find(|d| d.name == called)?.clone();
        let Some(Expansion { tokens, span }) = self.macros.call(&definition, mac) else {
            self.macros.kept.push(called);
            return None;
        };
        self.macros.depth += 1;
        let first = self.body.exprs.len();
        let found = read(self, tokens);
        self.macros.depth -= 1;
        if found.is_some() {
            self.clamp(first, span, sp(mac.delimiter.span().join()));
            self.macros.expanded.push(called);
        } else {
            self.macros.kept.push(called);
        }
        found
    }

    /// An expression that begins in the one place and ends in the other has no place of its
    /// own: its part in the definition stands for it.
    fn clamp(&mut self, first: usize, definition: Span, call: Span) {
        for expr in self.body.exprs.get_mut(first..).unwrap_or_default() {
            if call.contains(expr.span) || definition.contains(expr.span) {
                continue;
            }
            let start = expr.span.start.max(definition.start);
            let end = expr.span.end.min(definition.end);
            if start <= end {
                expr.span = Span { start, end };
            }
        }
    }
}

fn size(tokens: &TokenStream, depth: usize) -> Option<usize> {
    let depth = depth.checked_sub(1)?;
    let mut count = 0usize;
    for tree in tokens.clone() {
        count += match tree {
            TokenTree::Group(group) => 1 + size(&group.stream(), depth)?,
            _ => 1,
        };
    }
    Some(count)
}

/// The rules of a definition, unless something in it is not understood.
fn rules(tokens: TokenStream) -> Option<Vec<Rule>> {
    let mut rules = Vec::new();
    let mut matcher: Option<Group> = None;
    for tree in tokens {
        let TokenTree::Group(group) = tree else { continue };
        let Some(before) = matcher.take() else {
            matcher = Some(group);
            continue;
        };
        let span = sp(group.span());
        let matcher = patterns(before.stream(), MAX_DEPTH)?;
        rules.push(Rule { matcher, transcriber: group.stream(), span });
    }
    Some(rules)
}

fn patterns(tokens: TokenStream, depth: usize) -> Option<Vec<Pattern>> {
    let depth = depth.checked_sub(1)?;
    let mut found = Vec::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        found.push(match tree {
            TokenTree::Punct(punct) if punct.as_char() == '$' => match trees.next()? {
                TokenTree::Ident(variable) => {
                    let colon = trees.next()?;
                    let TokenTree::Ident(fragment) = trees.next()? else { return None };
                    if !is_punct(&colon, ':') {
                        return None;
                    }
                    Pattern::Variable(name(&variable), fragment.to_string())
                }
                TokenTree::Group(group) => {
                    let inner = patterns(group.stream(), depth)?;
                    let (separator, operator) = repetition(&mut trees)?;
                    let (once, needed) = (operator == '?', operator == '+');
                    Pattern::Repeated { inner, separator, once, needed }
                }
                _ => return None,
            },
            TokenTree::Group(group) => {
                Pattern::Group(group.delimiter(), patterns(group.stream(), depth)?)
            }
            token => Pattern::Token(token),
        });
    }
    Some(found)
}

/// What stands behind `$(..)`: the separator, if any, and the operator.
fn repetition(
    trees: &mut std::iter::Peekable<proc_macro2::token_stream::IntoIter>,
) -> Option<(Option<TokenTree>, char)> {
    let operator = |tree: &TokenTree| match tree {
        TokenTree::Punct(punct) if matches!(punct.as_char(), '*' | '+' | '?') => {
            Some(punct.as_char())
        }
        _ => None,
    };
    let first = trees.next()?;
    if let Some(found) = operator(&first) {
        return Some((None, found));
    }
    Some((Some(first), operator(&trees.next()?)?))
}

fn is_punct(tree: &TokenTree, wanted: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

/// The first rule that fits, with the call's arguments put in.
fn expand(work: &Work, rules: &[Rule], input: &[TokenTree]) -> Option<Expansion> {
    if input.len() > MAX_INPUT {
        return None;
    }
    rules.iter().find_map(|rule| {
        let mut bindings = Bindings::new();
        let end = fits(work, &rule.matcher, input, 0, &mut bindings, MAX_DEPTH)?;
        if end != input.len() {
            return None;
        }
        let tokens = transcribe(work, rule.transcriber.clone(), &[&bindings], MAX_DEPTH)?;
        Some(Expansion { tokens, span: rule.span })
    })
}

/// How far the patterns reach from `at` on.
fn fits(
    work: &Work,
    patterns: &[Pattern],
    input: &[TokenTree],
    mut at: usize,
    bindings: &mut Bindings,
    depth: usize,
) -> Option<usize> {
    let depth = depth.checked_sub(1)?;
    for pattern in patterns {
        work.spend(1)?;
        at = match pattern {
            Pattern::Token(token) => (same(token, input.get(at)?)).then_some(at + 1)?,
            Pattern::Group(delimiter, inner) => {
                let TokenTree::Group(group) = input.get(at)? else { return None };
                if group.delimiter() != *delimiter {
                    return None;
                }
                let content: Vec<TokenTree> = group.stream().into_iter().collect();
                let end = fits(work, inner, &content, 0, bindings, depth)?;
                (end == content.len()).then_some(at + 1)?
            }
            Pattern::Variable(name, fragment) => {
                let rest = input.get(at..)?;
                work.spend(rest.len())?;
                let length = fragment_length(fragment, rest)?;
                let whole = rest[..length].to_vec();
                bindings.insert(name.clone(), Rc::new(Bound::One(as_one(fragment, whole))));
                at + length
            }
            Pattern::Repeated { inner, needed, .. } => {
                let (all, end) = repeated(work, pattern, input, at, depth);
                if *needed && all.is_empty() {
                    return None;
                }
                let mut names = Vec::new();
                variables(inner, &mut names);
                let all: Vec<Rc<Bindings>> = all.into_iter().map(Rc::new).collect();
                for name in names {
                    let each = all.iter().map(|one| {
                        let own = one.get(&name).map(|bound| (name.clone(), bound.clone()));
                        own.into_iter().collect()
                    });
                    bindings.insert(name.clone(), Rc::new(Bound::Many(each.collect())));
                }
                end
            }
        };
    }
    Some(at)
}

fn repeated(
    work: &Work,
    pattern: &Pattern,
    input: &[TokenTree],
    mut at: usize,
    depth: usize,
) -> (Vec<Bindings>, usize) {
    let Pattern::Repeated { inner, separator, once, .. } = pattern else {
        return (Vec::new(), at);
    };
    let mut all = Vec::new();
    loop {
        let mut start = at;
        if !all.is_empty()
            && let Some(separator) = separator
        {
            match input.get(at) {
                Some(token) if same(separator, token) => start = at + 1,
                _ => break,
            }
        }
        let mut own = Bindings::new();
        match fits(work, inner, input, start, &mut own, depth) {
            Some(end) if end > start => {
                at = end;
                all.push(own);
            }
            _ => break,
        }
        if *once || all.len() > MAX_INPUT {
            break;
        }
    }
    (all, at)
}

fn variables(patterns: &[Pattern], found: &mut Vec<Name>) {
    for pattern in patterns {
        match pattern {
            Pattern::Variable(name, _) => found.push(name.clone()),
            Pattern::Group(_, inner) | Pattern::Repeated { inner, .. } => variables(inner, found),
            Pattern::Token(_) => {}
        }
    }
}

fn same(a: &TokenTree, b: &TokenTree) -> bool {
    match (a, b) {
        (TokenTree::Ident(a), TokenTree::Ident(b)) => a == b,
        (TokenTree::Punct(a), TokenTree::Punct(b)) => a.as_char() == b.as_char(),
        (TokenTree::Literal(a), TokenTree::Literal(b)) => a.to_string() == b.to_string(),
        _ => false,
    }
}

/// How many tokens a fragment takes.
fn fragment_length(fragment: &str, rest: &[TokenTree]) -> Option<usize> {
    let first = rest.first()?;
    match fragment {
        "tt" => Some(1),
        "ident" => matches!(first, TokenTree::Ident(_)).then_some(1),
        "block" => {
            let brace = matches!(first, TokenTree::Group(g) if g.delimiter() == Delimiter::Brace);
            brace.then_some(1)
        }
        "lifetime" => (is_punct(first, '\'') && rest.len() > 1).then_some(2),
        "literal" => match first {
            TokenTree::Literal(_) => Some(1),
            TokenTree::Ident(ident) if ident == "true" || ident == "false" => Some(1),
            TokenTree::Punct(_) if is_punct(first, '-') => {
                matches!(rest.get(1), Some(TokenTree::Literal(_))).then_some(2)
            }
            _ => None,
        },
        "expr" | "expr_2021" => {
            // The most common ones, without a parser.
            let ends = |tree: Option<&TokenTree>| {
                tree.is_none_or(
                    |tree| matches!(tree, TokenTree::Punct(p) if matches!(p.as_char(), ',' | ';')),
                )
            };
            if matches!(first, TokenTree::Literal(_)) && ends(rest.get(1)) {
                return Some(1);
            }
            parsed::<syn::Expr>(rest)
        }
        "ty" => parsed::<syn::Type>(rest),
        "path" => parsed::<syn::Path>(rest),
        "vis" => parsed::<syn::Visibility>(rest),
        "stmt" => parsed::<syn::Stmt>(rest),
        "item" => parsed::<syn::Item>(rest),
        "pat" | "pat_param" => {
            let read = |input: ParseStream<'_>| -> syn::Result<TokenStream> {
                syn::Pat::parse_multi_with_leading_vert(input)?;
                input.parse()
            };
            length(rest, read)
        }
        _ => None,
    }
}

fn parsed<T: Parse>(rest: &[TokenTree]) -> Option<usize> {
    length(rest, |input: ParseStream<'_>| -> syn::Result<TokenStream> {
        input.parse::<T>()?;
        input.parse()
    })
}

fn length(
    rest: &[TokenTree],
    read: impl FnOnce(ParseStream<'_>) -> syn::Result<TokenStream>,
) -> Option<usize> {
    let tokens: TokenStream = rest.iter().cloned().collect();
    let after = read.parse2(tokens).ok()?;
    rest.len().checked_sub(after.into_iter().count())
}

/// An expression of several tokens stays one expression wherever it is put.
fn as_one(fragment: &str, tokens: Vec<TokenTree>) -> Vec<TokenTree> {
    if !matches!(fragment, "expr" | "expr_2021" | "ty") || tokens.len() <= 1 {
        return tokens;
    }
    let (first, last) = (tokens.first().map(TokenTree::span), tokens.last().map(TokenTree::span));
    let mut group = Group::new(Delimiter::None, tokens.into_iter().collect());
    if let Some(span) = first.and_then(|first| first.join(last?)).or(first) {
        group.set_span(span);
    }
    vec![TokenTree::Group(group)]
}

/// A transcriber with everything put in; `sight` are the bindings of this and the repetitions
/// around it, innermost last.
fn transcribe(
    work: &Work,
    tokens: TokenStream,
    sight: &[&Bindings],
    depth: usize,
) -> Option<TokenStream> {
    let depth = depth.checked_sub(1)?;
    let mut output: Vec<TokenTree> = Vec::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        work.spend(1)?;
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '$' => match trees.next()? {
                TokenTree::Ident(ident) if ident == "crate" => {
                    output.push(TokenTree::Ident(Ident::new("crate", ident.span())));
                }
                TokenTree::Ident(ident) => {
                    let name = name(&ident);
                    match sight.iter().rev().find_map(|bindings| bindings.get(&name)) {
                        Some(bound) => match &**bound {
                            Bound::One(tokens) => {
                                work.spend(tokens.len())?;
                                output.extend(tokens.iter().cloned());
                            }
                            Bound::Many(_) => return None,
                        },
                        // The metavariable of a macro that this one defines.
                        None => output.extend([TokenTree::Punct(punct), TokenTree::Ident(ident)]),
                    }
                }
                TokenTree::Group(group) => {
                    let (separator, _) = repetition(&mut trees)?;
                    repeat(work, &group, separator, sight, depth, &mut output)?;
                }
                _ => return None,
            },
            TokenTree::Group(group) => {
                let mut inner =
                    Group::new(group.delimiter(), transcribe(work, group.stream(), sight, depth)?);
                inner.set_span(group.span());
                output.push(TokenTree::Group(inner));
            }
            other => output.push(other),
        }
    }
    Some(output.into_iter().collect())
}

fn repeat(
    work: &Work,
    group: &Group,
    separator: Option<TokenTree>,
    sight: &[&Bindings],
    depth: usize,
    output: &mut Vec<TokenTree>,
) -> Option<()> {
    let mut used = Vec::new();
    mentioned(group.stream(), &mut used);
    let many: Vec<(Name, Rc<Bound>)> = used
        .into_iter()
        .filter_map(|name| {
            let bound = sight.iter().rev().find_map(|bindings| bindings.get(&name))?.clone();
            matches!(&*bound, Bound::Many(_)).then_some((name, bound))
        })
        .collect();
    let lengths = many.iter().filter_map(|(_, bound)| match &**bound {
        Bound::Many(all) => Some(all.len()),
        Bound::One(_) => None,
    });
    let times = lengths.min()?;
    for number in 0..times {
        let mut own = Bindings::new();
        for (name, bound) in &many {
            if let Bound::Many(all) = &**bound
                && let Some(one) = all[number].get(name)
            {
                own.insert(name.clone(), one.clone());
            }
        }
        if number > 0 {
            output.extend(separator.clone());
        }
        let inner: Vec<&Bindings> = sight.iter().copied().chain([&own]).collect();
        output.extend(transcribe(work, group.stream(), &inner, depth)?);
    }
    Some(())
}

/// The metavariables that a transcriber mentions.
fn mentioned(tokens: TokenStream, found: &mut Vec<Name>) {
    let mut dollar = false;
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => mentioned(group.stream(), found),
            TokenTree::Ident(ident) if dollar => found.push(name(&ident)),
            TokenTree::Punct(punct) => {
                dollar = punct.as_char() == '$';
                continue;
            }
            _ => {}
        }
        dollar = false;
    }
}
