//! What patterns and `cfg!(..)` ask.

use super::Looked;
use super::words::State;
use crate::facts::value::Value;
use crate::ir::{Body, ExprId, ExprKind, Literal, MacroArg, Pattern};
use crate::lint::matcher::readable;

/// Texts of a list that are told.
const MAX_TEXTS: usize = 4;

pub(super) fn text_of(looked: &Looked<'_>, id: ExprId) -> Option<String> {
    let text = looked.values[id.0 as usize].as_text()?;
    (!text.is_empty()).then(|| readable(&text))
}

/// The text that an expression is, or those of the constant list that it is one of.
pub(super) fn texts_of(looked: &Looked<'_>, id: ExprId) -> Option<String> {
    let mut at = id;
    for _ in 0..12 {
        if let Some(text) = text_of(looked, at) {
            return Some(text);
        }
        if let Value::List(parts) = &looked.values[at.0 as usize]
            && !parts.is_empty()
            && parts.iter().all(|part| part.as_text().is_some())
        {
            let texts = parts.iter().take(MAX_TEXTS).filter_map(Value::as_text);
            return Some(texts.map(|text| readable(&text)).collect::<Vec<_>>().join("` or `"));
        }
        at = match &looked.body.expr(at).kind {
            ExprKind::Ref { value, .. } | ExprKind::Unary { op: '*', value } => *value,
            ExprKind::MethodCall { receiver, method, args, .. }
                if args.is_empty() && matches!(method.as_str(), "iter" | "into_iter") =>
            {
                *receiver
            }
            ExprKind::Local(local) => match looked.sources[local.0 as usize].as_slice() {
                [only] if *only < at => *only,
                _ => return None,
            },
            _ => return None,
        };
    }
    None
}

pub(super) enum PatternState {
    Bool(bool),
    State(State),
}

/// What it says of a value that a pattern fits it.
pub(super) fn pattern_state(pattern: &Pattern) -> Option<PatternState> {
    let state = match pattern {
        Pattern::Literal(Literal::Bool(wanted)) => return Some(PatternState::Bool(*wanted)),
        Pattern::Literal(Literal::Text(text)) => State::Is(text.clone()),
        Pattern::Or(parts) => {
            let texts: Vec<String> = parts
                .iter()
                .filter_map(|part| match pattern_state(part)? {
                    PatternState::State(State::Is(text)) => Some(text),
                    _ => None,
                })
                .take(4)
                .collect();
            if texts.is_empty() {
                return None;
            }
            State::Is(texts.join("` or `"))
        }
        Pattern::Variant { path, fields } => {
            match (path.last()?.name.as_str(), fields.as_slice()) {
                ("Ok" | "Some", [field]) => match field {
                    Pattern::Wild | Pattern::Bind { sub: None, .. } => State::Set,
                    other => return pattern_state(other),
                },
                ("Err", _) => State::Unset,
                _ => return None,
            }
        }
        Pattern::Path(path) if path.last().is_some_and(|last| last.name == "None") => State::Unset,
        _ => return None,
    };
    Some(PatternState::State(state))
}

/// The arguments of `cfg!(..)` as they are written in `#[cfg(..)]`.
pub(super) fn predicate(body: &Body, arg: &MacroArg, depth: usize) -> String {
    let value = predicate_expr(body, arg.value, depth);
    match &arg.name {
        Some(name) => format!("{name} = {value}"),
        None => value,
    }
}

pub(super) fn predicate_expr(body: &Body, id: ExprId, depth: usize) -> String {
    let Some(depth) = depth.checked_sub(1) else { return String::new() };
    match &body.expr(id).kind {
        ExprKind::Literal(Literal::Text(text)) => format!("{text:?}"),
        ExprKind::Path(path) => path.text(),
        ExprKind::Local(local) => body.locals[local.0 as usize].name.to_string(),
        ExprKind::Assign { target, value, .. } => {
            let (name, value) =
                (predicate_expr(body, *target, depth), predicate_expr(body, *value, depth));
            format!("{name} = {value}")
        }
        ExprKind::Call { callee, args } => {
            let parts: Vec<String> =
                args.iter().map(|arg| predicate_expr(body, *arg, depth)).collect();
            format!("{}({})", predicate_expr(body, *callee, depth), parts.join(", "))
        }
        _ => String::new(),
    }
}
