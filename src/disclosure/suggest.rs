//! The block for `overt.toml` that would disclose a finding, ready to be pasted.
//!
//! It says only what overt knows; why it is collected and who agrees to it is for the project
//! to say.

use super::Bounds;
use crate::lint::spec::{Disclosable, DisclosedBy};

/// More words than these on a line help nobody.
const MAX_WORDS: usize = 6;

/// A `[[disclosure]]` table, and `None` where nothing is known that it could say.
pub fn block(lint: &str, how: &Disclosable, bounds: &Bounds) -> Option<String> {
    let mut data: Vec<&str> = Vec::new();
    if how.by == DisclosedBy::Data {
        data.extend(bounds.data.iter().map(|kind| kind.word()));
    }
    let mut hosts: Vec<&str> = bounds.public_hosts().map(String::as_str).collect();
    if !bounds.chosen.is_empty() {
        hosts.push("*");
    }
    let remote = (how.by == DisclosedBy::Remote).then(|| how.remote.first()).flatten();
    if (data.is_empty() && hosts.is_empty() && remote.is_none())
        || data.len() > MAX_WORDS
        || hosts.len() > MAX_WORDS
    {
        return None;
    }
    let mut lines = vec!["[[disclosure]]".to_owned(), format!("id = \"{}\"", id(lint, &hosts))];
    if !data.is_empty() {
        lines.push(format!("collects = {}", list(&data)));
    }
    if let Some(remote) = remote {
        lines.push(format!("remote = \"{remote}\""));
    }
    if !hosts.is_empty() {
        lines.push(format!("to = {}", list(&hosts)));
    }
    if let (Some(_), Some(verified)) = (remote, how.verified) {
        lines.push(format!("verified = \"{verified}\""));
    }
    Some(lines.join("\n"))
}

fn list(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    format!("[{}]", words.join(", "))
}

/// A name by where it goes, or by what it is.
fn id(lint: &str, hosts: &[&str]) -> String {
    let named = hosts.iter().find(|host| **host != "*");
    let name = named.map_or_else(|| lint.to_owned(), |host| (*host).to_owned());
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}
