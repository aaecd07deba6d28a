//! What the types of a lint file cannot say: that its name is its id, that it claims exactly
//! one thing, that its expressions compile, that what it refers to exists.
//!
//! Checks point into the file by walking the parsed TOML beside the typed form, which carries
//! no places. All errors of a file are reported, not the first one.

use std::path::Path;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use crate::file_error::{FileError, one_of, quoted, suggestion};
use crate::lint::spec::{LintFile, Step};
use crate::span::Span;
use crate::vocab::Group;

/// Words that mean something else wherever a lint can be named.
const RESERVED: &[&str] = &["warnings", "lint-paths", "all"];

/// The matchers of a lint, of which it has one.
const MATCHERS: &[&str] =
    &["call", "item", "text", "manifest", "notice", "flow", "all", "any", "detector"];

/// Parts of a lint file that hold words and code, never conditions.
const PROSE: &[&str] = &["words", "docs", "example"];

/// The checks of one file.
pub(super) struct Checks<'a> {
    path: &'a Path,
    text: Arc<str>,
    table: &'a DeTable<'a>,
    pub(super) errors: Vec<FileError>,
}

impl<'a> Checks<'a> {
    pub(super) fn new(path: &'a Path, text: &'a str, table: &'a DeTable<'a>) -> Self {
        Self { path, text: text.into(), table, errors: Vec::new() }
    }

    /// The place of the value at a path of keys; the file's beginning when there is none.
    pub(super) fn span(&self, keys: &[&str]) -> Span {
        let mut span = Span::new(0, 0);
        let mut table = Some(self.table);
        for key in keys {
            let Some(value) = table.and_then(|table| table.get(*key)) else { break };
            span = Span::new(value.span().start, value.span().end);
            table = value.get_ref().as_table();
        }
        span
    }

    fn error(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        let error = FileError::at(self.path, Arc::clone(&self.text), span, message);
        self.errors.push(FileError { help, ..error });
    }

    /// Everything that is true of every lint.
    pub(super) fn lint(&mut self, file: &LintFile, stem: &str, detectors: &[&str]) {
        self.id(&file.id, stem);
        self.matchers(file);
        self.steps("all", &file.all);
        self.steps("any", &file.any);
        self.flow(&file.flow);
        if let Some(name) = &file.detector
            && !detectors.contains(&name.as_str())
        {
            let message = format!("there is no detector {}", quoted(name));
            self.error(
                self.span(&["detector"]),
                message,
                suggestion(name, detectors.iter().copied()),
            );
        }
        for (index, reference) in file.maps_to.iter().enumerate() {
            let sound =
                reference.split_once(':').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
            if !sound {
                let span = self.element("maps-to", index);
                let message = format!("{} names no catalogue", quoted(reference));
                self.error(span, message, Some("write it as `cwe:506`".to_owned()));
            }
        }
        for (index, example) in file.examples.iter().enumerate() {
            if example.flagged.is_some() == example.todo.is_some() {
                let span = self.element("example", index);
                let message = "an example says either `flagged = true|false` or `todo = \"…\"`";
                self.error(span, message, None);
            }
        }
        self.expressions();
    }

    fn id(&mut self, id: &str, stem: &str) {
        let span = self.span(&["id"]);
        let kebab = id.starts_with(|c: char| c.is_ascii_lowercase())
            && !id.ends_with('-')
            && !id.contains("--")
            && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !kebab {
            let message = format!("{} is no id", quoted(id));
            self.error(span, message, Some("ids are lower case words joined by `-`".to_owned()));
        } else if RESERVED.contains(&id) || id.parse::<Group>().is_ok() {
            self.error(span, format!("{} is reserved and cannot be an id", quoted(id)), None);
        } else if id != stem {
            let message = format!("the id {} is not the name of the file", quoted(id));
            self.error(span, message, Some(format!("name the file `{id}.toml`")));
        }
    }

    fn matchers(&mut self, file: &LintFile) {
        let present = [
            file.call.is_some(),
            file.item.is_some(),
            file.text.is_some(),
            file.manifest.is_some(),
            file.notice.is_some(),
            !file.flow.is_empty(),
            // A flow may have a weaker and a shorter form beside it.
            !file.all.is_empty() && file.flow.is_empty(),
            !file.any.is_empty() && file.flow.is_empty(),
            // A function may see what a flow does not.
            file.detector.is_some() && file.flow.is_empty(),
        ];
        let found: Vec<&str> =
            MATCHERS.iter().zip(present).filter(|(_, is)| *is).map(|(name, _)| *name).collect();
        match found.as_slice() {
            [_] => {}
            [] => {
                let help = format!("add one of {}", one_of(MATCHERS));
                self.error(self.span(&["id"]), "the lint matches nothing", Some(help));
            }
            [.., last] => {
                let message = format!("a lint has one matcher, and this one has {}", found.len());
                let help = "join several conditions with `[[all]]` or `[[any]]`".to_owned();
                self.error(self.span(&[last]), message, Some(help));
            }
        }
    }

    /// Each step has one matcher, and some step must be found.
    fn steps(&mut self, key: &str, steps: &[Step]) {
        for (index, step) in steps.iter().enumerate() {
            let span = self.element(key, index);
            self.step(step, span);
        }
        if !steps.is_empty() && steps.iter().all(|step| step.absent) {
            let message = format!("every step of `{key}` is `absent`, so no finding has a place");
            self.error(self.span(&[key]), message, None);
        }
    }

    /// A flow has a beginning and an end, and consists of calls.
    fn flow(&mut self, steps: &[Step]) {
        self.steps("flow", steps);
        if steps.len() == 1 {
            let message = "a flow has at least two steps";
            self.error(self.span(&["flow"]), message, None);
        }
        for (index, step) in steps.iter().enumerate() {
            let span = self.element("flow", index);
            if step.absent || (step.distinct > 1 && index > 0) || !only_calls(step) {
                let message = "a step of a flow is a `call`, or `any` of several";
                self.error(span, message, None);
            }
            if index == 0 && (!step.into.is_empty() || step.same.is_some()) {
                self.error(span, "nothing comes before the first step of a flow", None);
            }
        }
    }

    fn step(&mut self, step: &Step, span: Span) {
        let count = usize::from(step.call.is_some())
            + usize::from(step.item.is_some())
            + usize::from(step.text.is_some())
            + usize::from(step.manifest.is_some())
            + usize::from(!step.any.is_empty())
            + usize::from(step.is.is_some());
        if count != 1 {
            let help = "one of `call`, `item`, `text`, `manifest`, `any` or `is`".to_owned();
            self.error(
                span,
                format!("a step has one matcher, and this one has {count}"),
                Some(help),
            );
        }
        if step.distinct == 0 {
            self.error(span, "`distinct = 0` is always fulfilled", None);
        }
        for inner in &step.any {
            self.step(inner, span);
        }
    }

    /// The place of an element of an array.
    fn element(&self, key: &str, index: usize) -> Span {
        self.table
            .get(key)
            .and_then(|value| value.get_ref().as_array())
            .and_then(|array| array.get(index))
            .map_or_else(
                || self.span(&[key]),
                |value| Span::new(value.span().start, value.span().end),
            )
    }

    /// The lint's group: its folder's, or the one it names.
    pub(super) fn group(
        &mut self,
        file: &LintFile,
        folder: Option<Group>,
        built_in: bool,
    ) -> Option<Group> {
        match (folder, file.group) {
            (Some(folder), Some(named)) if folder != named => {
                let message = format!("the lint stands in the folder `{folder}`");
                self.error(self.span(&["group"]), message, Some("leave `group` out".to_owned()));
                None
            }
            (Some(group), _) => Some(group),
            (None, Some(group)) if !built_in => Some(group),
            (None, _) => {
                let groups: Vec<&str> = Group::ALL.iter().map(|group| group.word()).collect();
                let help = if built_in {
                    format!("move it to a folder named {}", one_of(&groups))
                } else {
                    format!("add `group = \"…\"` with {}", one_of(&groups))
                };
                self.error(self.span(&["id"]), "the lint belongs to no group", Some(help));
                None
            }
        }
    }

    /// Every `matches` compiles.
    pub(super) fn expressions(&mut self) {
        let mut found = Vec::new();
        for (key, value) in self.table {
            if !PROSE.contains(&key.get_ref().as_ref()) {
                expressions(key.get_ref(), value, &mut found);
            }
        }
        for (span, expression) in found {
            if let Err(error) = regex::Regex::new(expression) {
                let why = match error {
                    regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                    // The last line of the report is the reason, those before draw a caret.
                    other => other.to_string().lines().last().unwrap_or_default().to_owned(),
                };
                let why = why.trim_start_matches("error: ").to_owned();
                self.error(span, "not a regular expression", Some(why));
            }
        }
    }
}

fn only_calls(step: &Step) -> bool {
    match step.any.as_slice() {
        [] => step.call.is_some() || step.is.is_some(),
        any => any.iter().all(only_calls),
    }
}

/// The strings below a key `matches`, with their places.
fn expressions<'a>(
    key: &str,
    value: &'a toml::Spanned<DeValue<'a>>,
    found: &mut Vec<(Span, &'a str)>,
) {
    match value.get_ref() {
        DeValue::String(text) if key == "matches" => {
            found.push((Span::new(value.span().start, value.span().end), text));
        }
        DeValue::Array(array) => {
            for element in array.iter() {
                expressions(key, element, found);
            }
        }
        DeValue::Table(table) => {
            for (key, value) in table {
                expressions(key.get_ref(), value, found);
            }
        }
        _ => {}
    }
}
