//! Reads the `[[disclosure]]` tables: every word is checked at its place.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr;

use toml::de::{DeArray, DeTable, DeValue};

use super::Unanswered;
use super::parse::{Reader, Value, place};
use crate::disclosure::{
    Disclosure, DocumentedAt, FilePattern, HostPattern, Jurisdiction, KEYS, Said,
};
use crate::draft::TODO;
use crate::file_error::quoted;
use crate::span::Span;
use crate::vocab::{Consent, DataKind, Purpose, Remote, Verified};

impl Reader {
    pub(super) fn disclosures(&mut self, value: &Value<'_>) {
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(value, "tables headed `[[disclosure]]`");
            return;
        };
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for one in array {
            let Some(table) = self.table(one, "a table headed `[[disclosure]]`") else { continue };
            let Some(disclosure) = self.disclosure(table, place(one)) else { continue };
            let Said { value: id, span } = &disclosure.id;
            if seen.insert(id.clone(), *span).is_some() {
                self.error(*span, format!("a second disclosure {}", quoted(id)), None);
                continue;
            }
            self.config.disclosures.push(disclosure);
        }
    }

    fn disclosure(&mut self, table: &DeTable<'_>, span: Span) -> Option<Disclosure> {
        let mut made = Disclosure::new("", span);
        let mut unanswered = Vec::new();
        for (key, value) in table {
            let Some(value) = answered(key.get_ref(), value, &mut unanswered) else { continue };
            let value = value.as_ref();
            match key.get_ref().as_ref() {
                "id" => made.id = self.id(value)?,
                "collects" => made.collects = self.data_kinds(value),
                "to" => made.to = self.hosts(value),
                "purpose" => made.purpose = self.one_of(value, "purpose", Purpose::ALL),
                "consent" => made.consent = self.one_of(value, "consent", Consent::ALL),
                "guard" => made.guard = self.guard(value),
                "jurisdiction" => made.jurisdiction = self.jurisdiction(value),
                "where" => made.places = self.files(value),
                "documented-at" => made.documented_at = self.documented_at(value),
                "remote" => made.remote = self.one_of(value, "remote feature", Remote::ALL),
                "verified" => made.verified = self.one_of(value, "way to verify", Verified::ALL),
                _ => self.unknown_key(key, KEYS),
            }
        }
        self.unfinished(&made.id.value, unanswered);
        if made.id.value.is_empty() {
            let help = "add `id = \"…\"`: findings name the disclosure that covers them";
            self.error(span, "a disclosure without an id", Some(help.to_owned()));
            return None;
        }
        if !["collects", "to", "remote"].iter().any(|key| table.contains_key(*key)) {
            let help = "add `collects = […]`, `to = […]` or `remote = \"…\"`";
            self.error(span, "a disclosure that discloses nothing", Some(help.to_owned()));
        }
        if let Some(verified) = &made.verified
            && !table.contains_key("remote")
        {
            let help = "`verified` says how what comes in through `remote = \"…\"` is checked";
            self.error(verified.span, "`verified` without `remote`", Some(help.to_owned()));
        }
        Some(made)
    }

    /// A draft with open questions is no error: it says less than it could.
    fn unfinished(&mut self, id: &str, unanswered: Vec<(String, Span)>) {
        let mut open = unanswered;
        open.sort_by_key(|(_, span)| *span);
        let Some(span) = open.first().map(|(_, span)| *span) else { return };
        let mut keys: Vec<String> = open.into_iter().map(|(key, _)| key).collect();
        keys.dedup();
        self.config.unanswered.push(Unanswered { id: id.to_owned(), keys, span });
    }

    fn id(&mut self, value: &Value<'_>) -> Option<Said<String>> {
        let text = self.text(value)?;
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if text.is_empty() || !text.chars().all(good) {
            let help = "an id consists of `a` to `z`, digits and `-`";
            self.error(place(value), "not an id", Some(help.to_owned()));
            return None;
        }
        Some(Said { value: text.to_owned(), span: place(value) })
    }

    /// A word of a vocabulary.
    fn one_of<T: Copy + FromStr + ToString>(
        &mut self,
        value: &Value<'_>,
        what: &str,
        all: &[T],
    ) -> Option<Said<T>> {
        let text = self.text(value)?;
        self.member(text, place(value), what, all)
    }

    fn member<T: Copy + FromStr + ToString>(
        &mut self,
        text: &str,
        span: Span,
        what: &str,
        all: &[T],
    ) -> Option<Said<T>> {
        let words: Vec<String> = all.iter().map(ToString::to_string).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if !self.word(text, span, what, &words) {
            return None;
        }
        Some(Said { value: text.parse().ok()?, span })
    }

    fn data_kinds(&mut self, value: &Value<'_>) -> Vec<Said<DataKind>> {
        let texts = self.texts(value);
        let mut kinds = Vec::new();
        for (text, span) in texts {
            kinds.extend(self.member(text, span, "data kind", DataKind::ALL));
        }
        kinds
    }

    fn hosts(&mut self, value: &Value<'_>) -> Vec<Said<HostPattern>> {
        let texts = self.texts(value);
        let mut hosts = Vec::new();
        for (text, span) in texts {
            match HostPattern::parse(text) {
                Ok(host) => hosts.push(Said { value: host, span }),
                Err(wrong) => self.error(span, wrong.message, Some(wrong.help)),
            }
        }
        hosts
    }

    /// A path: `settings::crash_reports`.
    fn guard(&mut self, value: &Value<'_>) -> Option<Said<String>> {
        let text = self.text(value)?;
        let word = |part: &str| {
            let rest = part.strip_prefix("r#").unwrap_or(part);
            !rest.is_empty() && rest.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        if !text.split("::").all(word) {
            let help = "write the path of a field, function or constant: \
                        `settings::crash_reports`";
            self.error(place(value), "not a path", Some(help.to_owned()));
            return None;
        }
        Some(Said { value: text.to_owned(), span: place(value) })
    }

    fn jurisdiction(&mut self, value: &Value<'_>) -> Option<Said<Jurisdiction>> {
        let text = self.text(value)?;
        let Some(found) = Jurisdiction::parse(text) else {
            let help = match Jurisdiction::meant(text) {
                Some(code) => format!("did you mean `{code}`?"),
                None => "codes are those of ISO 3166: `DE`, `US-CA`".to_owned(),
            };
            let message = format!("unknown country or region {}", quoted(text));
            self.error(place(value), message, Some(help));
            return None;
        };
        Some(Said { value: found, span: place(value) })
    }

    fn files(&mut self, value: &Value<'_>) -> Vec<Said<FilePattern>> {
        let texts = self.texts(value);
        let mut files = Vec::new();
        for (text, span) in texts {
            let Some(matcher) = self.glob(text, span) else { continue };
            files.push(Said { value: FilePattern { pattern: text.to_owned(), matcher }, span });
        }
        files
    }

    fn documented_at(&mut self, value: &Value<'_>) -> Option<Said<DocumentedAt>> {
        let text = self.text(value)?;
        let (file, anchor) = match text.split_once('#') {
            Some((file, anchor)) => (file, Some(anchor.to_owned())),
            None => (text, None),
        };
        // Whether the file is there, and says what it should, is a question for the run.
        let outside = file.starts_with(['/', '\\'])
            || file.contains(':')
            || file.split(['/', '\\']).any(|part| part == "..");
        if file.is_empty() || outside {
            let help = "name a file in this folder or below it: `docs/privacy.md#crash-reports`";
            self.error(place(value), "not a document of this project", Some(help.to_owned()));
            return None;
        }
        let value_ = DocumentedAt { file: file.to_owned(), anchor };
        Some(Said { value: value_, span: place(value) })
    }
}

/// A value without what is still to be answered; nothing when that is all of it.
fn answered<'v, 'a>(
    key: &str,
    value: &'v Value<'a>,
    unanswered: &mut Vec<(String, Span)>,
) -> Option<Cow<'v, Value<'a>>> {
    let open = |value: &Value<'_>| value.get_ref().as_str() == Some(TODO);
    let mut ask = |value: &Value<'_>| unanswered.push((key.to_owned(), place(value)));
    if open(value) {
        ask(value);
        return None;
    }
    let array = value.get_ref().as_array().filter(|array| array.iter().any(open));
    let Some(array) = array else { return Some(Cow::Borrowed(value)) };
    array.iter().filter(|one| open(one)).for_each(&mut ask);
    let mut rest = DeArray::new();
    array.iter().filter(|one| !open(one)).for_each(|one| rest.push(one.clone()));
    Some(Cow::Owned(Value::new(value.span(), DeValue::Array(rest))))
}
