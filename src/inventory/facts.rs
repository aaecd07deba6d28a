//! The raw facts of a scan, one by one, as the lints see them.

use std::collections::BTreeMap;

use serde::Serialize;
use smol_str::SmolStr;

use crate::facts::Fact;
use crate::facts::value::Value;
use crate::lint::matcher::readable;
use crate::span::Place;
use crate::vocab::{Confidence, DataKind, Effect, TargetKind};

/// One fact and where it belongs.
#[derive(Debug, Clone)]
pub struct Entry {
    pub place: Place,
    pub target: TargetKind,
    pub target_name: SmolStr,
    /// The path of the item whose code it is.
    pub item: SmolStr,
    pub effects: Vec<Effect>,
    pub data: Vec<DataKind>,
    pub marks: Vec<SmolStr>,
    /// The canonical paths of its calls, in the order of the source.
    pub calls: Vec<SmolStr>,
    /// The known texts of its arguments by role; `…` for unknown parts.
    pub args: BTreeMap<&'static str, Vec<String>>,
    pub confidence: Confidence,
    pub test: bool,
}

impl Entry {
    pub fn new(fact: &Fact, target: TargetKind, target_name: SmolStr, item: SmolStr) -> Self {
        let mut args: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for arg in &fact.args {
            let texts = args.entry(arg.role.word()).or_default();
            let known = arg.value.texts();
            // One of several, of which not all are known.
            let open = matches!(&arg.value, Value::Any(parts) if parts.contains(&Value::Unknown));
            if known.is_empty() || open {
                texts.push("…".to_owned());
            }
            texts.extend(known.iter().map(|text| readable(text)));
        }
        Self {
            place: fact.place,
            target,
            target_name,
            item,
            effects: fact.effects.iter().copied().collect(),
            data: fact.data.iter().copied().collect(),
            marks: fact.marks.iter().cloned().collect(),
            calls: fact.steps.iter().map(|step| step.path.clone()).collect(),
            args,
            confidence: fact.confidence,
            test: fact.test,
        }
    }
}

/// An entry as it is written to JSON. Lines and columns count from 1, columns in characters.
#[derive(Debug, Serialize)]
pub struct Row<'a> {
    pub file: &'a str,
    pub line: usize,
    pub column: usize,
    pub package: Option<SmolStr>,
    pub target: TargetKind,
    pub item: &'a str,
    pub effects: &'a [Effect],
    pub data: &'a [DataKind],
    pub marks: &'a [SmolStr],
    pub calls: &'a [SmolStr],
    pub args: &'a BTreeMap<&'static str, Vec<String>>,
    pub confidence: Confidence,
    pub test: bool,
}
