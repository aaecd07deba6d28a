//! Every lint file: its examples run, and the names that it refers to exist.

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use overt::files::FileSystem;
use overt::lint::load::{Lint, built_in};
use overt::lint::spec::{CallMatcher, Example, Step, ValueMatcher};
use overt::model::{Models, expand};

fn lints() -> Vec<Lint> {
    built_in(overt::lint::detectors()).unwrap_or_else(|errors| {
        let told =
            errors.iter().map(|e| format!("{}: {} {:?}\n", e.path.display(), e.message, e.help));
        panic!("{}", told.collect::<String>())
    })
}

#[test]
fn examples_say_what_their_marks_say() {
    let lints = lints();
    let mut wrong = Vec::new();
    for lint in &lints {
        for (index, example) in lint.file.examples.iter().enumerate() {
            if let Err(why) = run(lint, example) {
                wrong.push(format!("{} example {}: {why}", lint.id(), index + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(lints.len() >= 20);
}

fn run(lint: &Lint, example: &Example) -> Result<(), String> {
    let base = Path::new("/example");
    let texts = common::example(example);
    let expected: BTreeSet<_> =
        texts.iter().flat_map(|(path, text)| common::marks(path, text, lint.id())).collect();
    let files = texts.into_iter().map(|(path, text)| (base.join(path), text));
    let checked = common::run(FileSystem::memory(files), base, lint.id());
    let found = common::spots(&checked, lint.id(), base);
    match (example.flagged, &example.todo) {
        (Some(true), None) if expected.is_empty() => {
            Err("flagged, and nothing is marked".to_owned())
        }
        (Some(false), None) if example.because.is_none() => {
            Err("quiet without a `because`".to_owned())
        }
        (Some(_), None) if found != expected => {
            Err(format!("found {found:?}, marked {expected:?}"))
        }
        (Some(_), None) => Ok(()),
        (None, Some(_)) if found.is_empty() => Ok(()),
        (None, Some(_)) => Err(format!("a known miss is found now, say so: {found:?}")),
        _ => Err("either `flagged` or `todo`".to_owned()),
    }
}

/// What the documentation says about disclosing is what the lint can be disclosed by.
#[test]
fn lints_say_how_they_are_disclosed() {
    use overt::lint::spec::DisclosedBy;
    let mut wrong = Vec::new();
    for lint in lints() {
        let told = &lint.file.docs.disclose;
        let names = |word: &str| told.contains(&format!("`{word}")) || told.contains(word);
        let keys = ["collects", "remote = ", "overt.toml", "plugin-download", "`to`"];
        let good = match &lint.file.disclosable {
            None => !keys.iter().any(|key| told.contains(key)),
            Some(how) => match how.by {
                DisclosedBy::Data => names("collects"),
                DisclosedBy::Host => names("`to`"),
                DisclosedBy::Remote => {
                    !how.remote.is_empty()
                        && how.remote.iter().all(|remote| names(remote.word()))
                        && how.verified.is_none_or(|word| names(&format!("verified = \"{word}\"")))
                }
            },
        };
        if !good {
            wrong.push(format!("{}: {told:?} ({:?})", lint.id(), lint.file.disclosable));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lints_refer_only_to_what_the_models_know() {
    let models =
        overt::model::load::load(Vec::new()).unwrap_or_else(|e| panic!("{}", e.join("\n")));
    let mut wrong = Vec::new();
    for lint in lints() {
        let file = &lint.file;
        let mut calls: Vec<&CallMatcher> = file.call.iter().collect();
        file.all.iter().chain(&file.any).for_each(|step| step_calls(step, &mut calls));
        for call in calls {
            check_call(lint.id(), call, &models, &mut wrong);
        }
        for manifest in
            file.manifest.iter().chain(file.any.iter().filter_map(|step| step.manifest.as_ref()))
        {
            for value in manifest.value.iter().chain(&manifest.except) {
                check_value(lint.id(), value, &models, &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn step_calls<'a>(step: &'a Step, calls: &mut Vec<&'a CallMatcher>) {
    calls.extend(&step.call);
    step.any.iter().for_each(|inner| step_calls(inner, calls));
}

fn check_call(lint: &str, call: &CallMatcher, models: &Models, wrong: &mut Vec<String>) {
    for path in call.paths.iter().flat_map(|path| expand(path)) {
        if !models.knows_pattern(&path) {
            wrong.push(format!("{lint}: no model knows `{path}`"));
        }
    }
    for mark in call.marks.iter().chain(&call.without_marks) {
        if !models.knows_mark(mark) {
            wrong.push(format!("{lint}: no model gives the mark `{mark}`"));
        }
    }
    call.args.values().for_each(|value| check_value(lint, value, models, wrong));
    call.except.iter().for_each(|except| check_call(lint, except, models, wrong));
}

fn check_value(lint: &str, value: &ValueMatcher, models: &Models, wrong: &mut Vec<String>) {
    for class in value.class.iter().chain(&value.not_class) {
        if !models.classes.contains_key(class.as_str()) {
            wrong.push(format!("{lint}: there is no class `{class}`"));
        }
    }
}
