//! The key `policy`: a name, a path, or a table with the lists that a policy works on.

use toml::de::DeTable;

use super::{Reader, Value, place};
use crate::policy::lists::Given;

const EXPECTED: &str = "the name of a policy, or a table `[policy]`";

impl Reader {
    /// `policy = "name"`, or `[policy]` with `use = "name"` and a table for each policy.
    pub(super) fn policy(&mut self, value: &Value<'_>) {
        if let Some(name) = value.get_ref().as_str() {
            self.config.policy = Some((name.to_owned(), place(value)));
            return;
        }
        let Some(table) = self.table(value, EXPECTED) else { return };
        for (key, value) in table {
            if key.get_ref() == "use" {
                if let Some(name) = self.text(value) {
                    self.config.policy = Some((name.to_owned(), place(value)));
                }
                continue;
            }
            let expected = "a table with the lists of a policy, `[policy.<name>]`";
            let Some(lists) = self.table(value, expected) else { continue };
            self.lists(key.get_ref(), place(key), lists);
        }
    }

    fn lists(&mut self, policy: &str, policy_span: crate::span::Span, lists: &DeTable<'_>) {
        for (key, value) in lists {
            let entries = self.texts(value);
            let entries = entries.into_iter().map(|(entry, span)| (entry.to_owned(), span));
            let list = Given {
                policy: policy.to_owned(),
                policy_span,
                name: key.get_ref().as_ref().to_owned(),
                span: place(key),
                entries: entries.collect(),
            };
            self.config.policy_lists.push(list);
        }
    }
}
