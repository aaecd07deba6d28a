//! Classes of values: whether a known text names a secret file, a shell, a dead drop.

use regex::Regex;

use super::spec::{ClassOf, ClassRow};
use crate::vocab::DataKind;

/// Stands for an unknown part of a text. No source text contains it.
pub const HOLE: char = '\u{0}';

/// Begins a text whose kind is known and whose value is not: a home folder, whichever it is.
pub const SYMBOL: char = '\u{1}';

/// A compiled [`ClassRow`].
#[derive(Debug)]
pub struct Class {
    of: ClassOf,
    any: Vec<String>,
    matches: Vec<Regex>,
    pub data: Vec<DataKind>,
    pub except: Vec<String>,
}

impl Class {
    /// # Errors
    /// A regular expression that does not compile.
    pub fn new(row: ClassRow) -> Result<Self, String> {
        let matches = row.matches.iter().map(|text| Regex::new(text).map_err(|e| e.to_string()));
        let matches = matches.collect::<Result<_, _>>()?;
        let lower = !matches!(row.of, ClassOf::Text | ClassOf::Path);
        let any = row.any.into_iter().map(|p| if lower { p.to_lowercase() } else { p }).collect();
        Ok(Self { of: row.of, any, matches, data: row.data, except: row.except })
    }

    /// Whether it is about words that stand somewhere in a text, such as a command line.
    pub fn is_of_words(&self) -> bool {
        self.of == ClassOf::Words
    }

    pub fn extend(&mut self, other: Self) {
        self.any.extend(other.any);
        self.matches.extend(other.matches);
        self.except.extend(other.except);
    }

    /// Whether the text, with [`HOLE`]s for what is unknown, belongs to the class; `except` is
    /// for the caller, who has the other classes.
    pub fn holds(&self, text: &str) -> bool {
        let text = text.replace(SYMBOL, "");
        let text = text.as_str();
        let text = match self.of {
            ClassOf::Path => text.replace('\\', "/"),
            ClassOf::Name | ClassOf::Words => text.to_lowercase(),
            ClassOf::Program => program_name(text),
            ClassOf::Host => match host_of(text) {
                Some(host) => host,
                None => return false,
            },
            ClassOf::Text => text.to_owned(),
        };
        self.any.iter().any(|pattern| self.fits(pattern, &text))
            || self.matches.iter().any(|regex| regex.is_match(&text))
    }

    fn fits(&self, pattern: &str, text: &str) -> bool {
        match self.of {
            ClassOf::Path => path_fits(pattern, text),
            ClassOf::Name | ClassOf::Program => glob(pattern, text),
            ClassOf::Host => host_fits(pattern, text),
            ClassOf::Text | ClassOf::Words => text.contains(pattern),
        }
    }
}

/// The pattern's components stand next to each other in the path.
fn path_fits(pattern: &str, path: &str) -> bool {
    let components = |text: &str| -> Vec<String> {
        text.split('/').filter(|c| !c.is_empty() && *c != ".").map(str::to_owned).collect()
    };
    let (wanted, given) = (components(pattern), components(path));
    if wanted.is_empty() || wanted.len() > given.len() {
        return false;
    }
    let fits_at = |at: usize| wanted.iter().zip(&given[at..]).all(|(w, g)| glob(w, g));
    if pattern.starts_with('/') {
        return path.starts_with('/') && fits_at(0);
    }
    (0..=given.len() - wanted.len()).any(fits_at)
}

/// `*` matches anything, also nothing; the rest is literal.
pub fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut rest) = text.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = tail.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn program_name(text: &str) -> String {
    let file = text.rsplit(['/', '\\']).next().unwrap_or(text).to_lowercase();
    for extension in [".exe", ".cmd", ".bat", ".com"] {
        if let Some(stem) = file.strip_suffix(extension) {
            return stem.to_owned();
        }
    }
    file
}

/// `.example.org` is the domain and everything below it.
pub fn host_fits(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('.') {
        Some(domain) => {
            host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        }
        None if pattern.contains('*') => glob(pattern, host),
        None => host == pattern,
    }
}

/// The host of a URL, of `host:port` or of a bare host, in lower case and without brackets;
/// `None` when it is not, or not wholly, known.
pub fn host_of(text: &str) -> Option<String> {
    let after_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let host_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host_port.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None if host_port.matches(':').count() > 1 => host_port,
        None => host_port.split(':').next().unwrap_or_default(),
    };
    let host = host.trim_end_matches('.').to_lowercase();
    let honest = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c.is_control());
    honest.then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(of: &str, any: &str) -> Class {
        let text = format!("name = \"x\"\nof = \"{of}\"\nany = {any}");
        Class::new(toml::from_str(&text).unwrap()).unwrap()
    }

    #[test]
    fn paths_match_by_component() {
        let ssh = class("path", r#"[".ssh/id_*"]"#);
        assert!(ssh.holds("\u{0}/.ssh/id_rsa") && ssh.holds("C:\\Users\\x\\.ssh\\id_ed25519"));
        assert!(!ssh.holds("/x/my.ssh/id_rsa") && !ssh.holds(".ssh"));
        let passwd = class("path", r#"["/etc/passwd"]"#);
        assert!(passwd.holds("/etc/passwd") && !passwd.holds("/opt/etc/passwd"));
    }

    #[test]
    fn hosts_are_read_out_of_urls() {
        assert_eq!(
            host_of("https://user:pw@Api.Example.org:8443/x?y").as_deref(),
            Some("api.example.org")
        );
        assert_eq!(host_of("[2001:db8::1]:80").as_deref(), Some("2001:db8::1"));
        assert_eq!(host_of("http://\u{0}/x"), None);
        let drops = class("host", r#"[".example.org", "exact.test"]"#);
        assert!(drops.holds("http://a.example.org/") && drops.holds("example.org:1"));
        assert!(!drops.holds("badexample.org") && !drops.holds("x.exact.test"));
    }

    #[test]
    fn programs_and_names_ignore_case_and_folders() {
        let shell = class("program", r#"["sh", "PowerShell"]"#);
        assert!(
            shell.holds("/bin/sh") && shell.holds("C:\\x\\powershell.EXE") && !shell.holds("ssh")
        );
        let secret = class("name", r#"["*_TOKEN*"]"#);
        assert!(secret.holds("github_token") && !secret.holds("TOKENIZER"));
    }
}
