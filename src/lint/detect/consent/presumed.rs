//! A setting that is said to be off until the user says yes, and is on by default.

use super::guard::{Guard, spelling};
use super::reads::Reader;
use crate::facts::value::Value;
use crate::ir::{Attr, ExprId, ExprKind, ItemKind, Literal};
use crate::lint::claim::{self, Claim, in_place};
use crate::lint::detect::Whole;
use crate::lint::load::Lint;
use crate::span::{Place, Span};
use crate::vocab::Consent;

/// Methods that say what counts when there is nothing.
const INSTEAD: &[&str] = &["unwrap_or", "map_or", "is_none_or"];

pub fn presumed(whole: &Whole<'_, '_>, index: usize, lint: &Lint, found: &mut Vec<Claim>) {
    for disclosure in whole.disclosures {
        let opt_in = disclosure.consent.as_ref().is_some_and(|c| c.value == Consent::OptIn);
        let Some(said) = disclosure.guard.as_ref().filter(|_| opt_in) else { continue };
        let guard = Guard::find(whole, &said.value);
        // `no_analytics` sends when it is `false`.
        let on = !guard.refuses(whole);
        let Some(reader) = Reader::new(whole, guard) else { continue };
        let mut places: Vec<(usize, usize, Place)> = Vec::new();
        for (number, subject) in whole.subjects.iter().enumerate() {
            let kind = subject.unit.krate(subject.krate).kind;
            for (body, span) in bodies(&reader, number, on) {
                let owner = &subject.facts.bodies[body].owner;
                if in_place(lint, kind, owner.test, false) {
                    places.push((number, body, Place { file: owner.at.file, span }));
                }
            }
        }
        let mut claims: Vec<Claim> = Vec::new();
        for (number, body, place) in places {
            let made = whole.subjects[number].claim(index, body, (place, String::new()), &[]);
            claims.push(made);
        }
        for (place, body) in fields(whole, &reader, on) {
            let (number, body) = body;
            claims.push(whole.subjects[number].claim(index, body, (place, String::new()), &[]));
        }
        for mut made in claims {
            made.values.insert("name".to_owned(), said.value.clone());
            made.values.insert("disclosure".to_owned(), disclosure.id.value.clone());
            let words = lint.file.words.label.as_deref().unwrap_or("on unless it is switched off");
            made.primary.1 = claim::fill(words, &made.values);
            if !found.iter().any(|c| c.lint == index && c.primary.0 == made.primary.0) {
                found.push(made);
            }
        }
    }
}

/// Places of code that switch the guard on when nobody has said anything.
fn bodies(reader: &Reader<'_, '_, '_>, number: usize, on: bool) -> Vec<(usize, Span)> {
    let subject = &reader.whole.subjects[number];
    let guard = &reader.guard;
    let mut found = Vec::new();
    for (index, body) in subject.facts.bodies.iter().enumerate() {
        let at = body.owner.at;
        let ir = &subject.unit.files[&at.file];
        let content = ir.body(at.body);
        let item = ir.item(body.owner.item);
        let key = (at.file, at.body);
        let own = guard.functions.contains(&key);
        let constant = guard.constants.contains(&key);
        let default = item.name == "default" && matches!(item.kind, ItemKind::Function(_));
        let likely = own
            || constant
            || content.exprs.iter().any(|expr| match &expr.kind {
                ExprKind::Struct { fields, .. } => {
                    default && fields.iter().any(|(name, _)| name == guard.name.as_str())
                }
                ExprKind::MethodCall { method, .. } => {
                    INSTEAD.contains(&method.as_str()) || method == "set_default"
                }
                _ => false,
            });
        if !likely {
            continue;
        }
        let look = reader.look(at);
        for (id, expr) in content.iter() {
            match &expr.kind {
                ExprKind::Struct { path, fields, .. } if default => {
                    let named = path.last().map(|last| spelling(&last.name)).unwrap_or_default();
                    let known = named == "self" || type_names(reader).contains(&named);
                    for (name, value) in fields {
                        if known && name == guard.name.as_str() && is(reader, at, *value, on) {
                            found.push((index, content.expr(*value).span));
                        }
                    }
                }
                ExprKind::MethodCall { receiver, method, args, .. }
                    if INSTEAD.contains(&method.as_str()) =>
                {
                    let Some(instead) = args.first() else { continue };
                    let gives = method == "is_none_or" && on || is(reader, at, *instead, on);
                    if gives && (own || reader.reads(&look, *receiver, 2)) {
                        found.push((index, content.expr(id).span));
                    }
                }
                ExprKind::MethodCall { method, args, .. } if method == "set_default" => {
                    if let [key, value, ..] = args.as_slice()
                        && let Some(text) = look.seen.values[key.0 as usize].as_text()
                        && text.rsplit('.').next().is_some_and(|last| last == guard.name)
                        && is(reader, at, *value, on)
                    {
                        found.push((index, content.expr(*value).span));
                    }
                }
                _ => {}
            }
        }
        if constant
            && let Some(root) = content.root
            && is(reader, at, root, on)
        {
            found.push((index, content.expr(root).span));
        }
    }
    found
}

/// The types that the guard is a field of.
fn type_names(reader: &Reader<'_, '_, '_>) -> Vec<String> {
    let files = &reader.whole.subjects[0].unit.files;
    let types = reader.guard.types.iter();
    types.map(|(file, item)| spelling(&files[file].item(*item).name)).collect()
}

/// Whether an expression is this truth value, also inside of `Some` and of an atomic.
fn is(reader: &Reader<'_, '_, '_>, at: crate::names::BodyRef, id: ExprId, wanted: bool) -> bool {
    let look = reader.look(at);
    let mut id = id;
    for _ in 0..4 {
        if look.seen.values.get(id.0 as usize) == Some(&Value::Bool(wanted)) {
            return true;
        }
        match &look.body.expr(id).kind {
            ExprKind::Literal(Literal::Bool(truth)) => return *truth == wanted,
            ExprKind::Call { args, .. } => match args.as_slice() {
                [only] => id = *only,
                _ => return false,
            },
            _ => return false,
        }
    }
    false
}

/// Attributes of the field that switch it on, with a body of the same file to speak for it.
fn fields(
    whole: &Whole<'_, '_>,
    reader: &Reader<'_, '_, '_>,
    on: bool,
) -> Vec<(Place, (usize, usize))> {
    let mut found = Vec::new();
    for (file, item) in &reader.guard.types {
        let mut bodies = whole.subjects.iter().enumerate().filter_map(|(number, subject)| {
            let of_file = |body: &crate::facts::BodyFacts| body.owner.at.file == *file;
            subject.facts.bodies.iter().position(of_file).map(|body| (number, body))
        });
        let body = bodies.next().or_else(|| {
            let some = whole.subjects.iter().position(|s| !s.facts.bodies.is_empty())?;
            Some((some, 0))
        });
        let Some(body) = body else { continue };
        let ItemKind::Struct { fields } = &whole.subjects[0].unit.files[file].item(*item).kind
        else {
            continue;
        };
        for field in fields.iter().filter(|field| field.name == reader.guard.name.as_str()) {
            for attr in field.attrs.iter().filter(|attr| switches(reader, attr, on)) {
                found.push((Place { file: *file, span: attr.span }, body));
            }
        }
    }
    found.sort_by_key(|(place, _)| *place);
    found
}

/// `#[serde(default = "yes")]`, `#[arg(default_value_t = true)]`, `#[default(true)]`.
fn switches(reader: &Reader<'_, '_, '_>, attr: &Attr, on: bool) -> bool {
    let list: String = attr.list.chars().filter(|c| !c.is_whitespace()).collect();
    let word = if on { "true" } else { "false" };
    let direct = ["default_value_t=", "default_value=\"", "default_missing_value=\"", "default="]
        .iter()
        .any(|key| list.contains(&format!("{key}{word}")));
    if direct || (attr.path.single().is_some_and(|name| name == "default") && list == word) {
        return true;
    }
    let Some((_, rest)) = list.split_once("default=\"") else { return false };
    let Some(path) = rest.split('"').next() else { return false };
    let name = path.rsplit("::").next().unwrap_or(path);
    reader.whole.subjects.iter().any(|subject| {
        subject.facts.bodies.iter().any(|body| {
            let at = body.owner.at;
            let content = subject.unit.files[&at.file].body(at.body);
            let called = body.owner.path.rsplit("::").next() == Some(name);
            called && content.root.is_some_and(|root| is(reader, at, root, on))
        })
    })
}
