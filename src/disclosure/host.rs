//! Hosts as disclosures name them, and as code names them.
//!
//! Both sides are brought to one form first: lower case, ASCII (IDNA), without port, brackets
//! or a trailing dot. A pattern that would cover more than a project can answer for (a whole
//! top-level domain) is refused.

use std::fmt;
use std::net::IpAddr;

use crate::model::class::{HOLE, SYMBOL};

/// A host, or all hosts below a domain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostPattern {
    Exact(String),
    /// `.example.org`: every host below `example.org`, and not `example.org` itself.
    Below(String),
    /// `*`: whichever host a setting or a user names. No host that stands in the source.
    Chosen,
}

/// Why a text is no pattern for hosts, with advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub message: &'static str,
    pub help: String,
}

impl HostPattern {
    /// Reads what stands in `to`.
    ///
    /// # Errors
    /// Anything that is not exactly a host or `.domain`.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let wrong = |message, help: String| Err(Wrong { message, help });
        if text == "*" {
            return Ok(Self::Chosen);
        }
        let host = normal(text);
        if let Some(domain) = text.strip_prefix("*.") {
            return wrong(
                "`*` is not understood here",
                format!("`.{domain}` means all hosts below it"),
            );
        }
        if let Some(domain) = text.strip_prefix('.') {
            let Some(domain) = plain(domain) else {
                return wrong("not a domain", "write `.example.org`".to_owned());
            };
            let registrable = psl::domain_str(&domain).is_some();
            if !registrable || domain.parse::<IpAddr>().is_ok() {
                return wrong(
                    "too wide: anybody can have a host below it",
                    "name a domain that is your own".to_owned(),
                );
            }
            return Ok(Self::Below(domain));
        }
        match (plain(text), host) {
            (Some(host), _) => Ok(Self::Exact(host)),
            (None, Some(host)) => wrong(
                "only the host is wanted, without scheme, port or path",
                format!("write `{host}`"),
            ),
            (None, None) => wrong("not a host", "write `crash.example.org`".to_owned()),
        }
    }

    /// Whether a host, as [`normal`] gives it, fits.
    pub fn holds(&self, host: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == host,
            Self::Chosen => false,
            Self::Below(domain) => {
                host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.'))
            }
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(host) => f.write_str(host),
            Self::Chosen => f.write_str("*"),
            Self::Below(domain) => write!(f, ".{domain}"),
        }
    }
}

/// A host alone, in its one form.
fn plain(text: &str) -> Option<String> {
    if text.contains(['/', '@', '?', '#', ' ']) || text.is_empty() {
        return None;
    }
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(canonical(address).to_string());
    }
    if text.contains([':', '[', ']']) {
        return None;
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    let ascii = idna::domain_to_ascii_strict(name).ok()?;
    (!ascii.is_empty() && !ascii.starts_with('.')).then_some(ascii)
}

/// The host of a URL, of `host:port` or of a bare host, in the form that is compared.
pub fn normal(text: &str) -> Option<String> {
    plain(&crate::model::class::host_of(text)?)
}

/// Of a URL whose host begins with something unknown: `*.` and the domain that is known.
pub fn below(text: &str) -> Option<String> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let (_, known) = authority.rsplit_once([HOLE, SYMBOL])?;
    let domain = normal(known.strip_prefix('.')?)?;
    // What follows may be the whole of a name only when somebody can own it.
    psl::domain_str(&domain).is_some().then(|| format!("*.{domain}"))
}

/// Names that stand for this machine, and those that RFC 2606 keeps for documents.
const NEVER_REAL: &[&str] = &["localhost", "example", "example.com", "example.net", "example.org"];

/// Whether a host, in its one form, is this machine or one that exists in documents only
/// (RFC 2606, 6761, 5737, 3849). Nobody is told anything by naming it, so no disclosure has to.
pub fn needs_none(host: &str) -> bool {
    if let Ok(address) = host.parse::<IpAddr>() {
        return address.is_loopback() || is_documentation(address);
    }
    NEVER_REAL.iter().any(|name| {
        host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

fn is_documentation(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_documentation(),
        IpAddr::V6(address) => address.segments()[..2] == [0x2001, 0xdb8],
    }
}

/// `::ffff:192.0.2.1` is `192.0.2.1`.
fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> HostPattern {
        HostPattern::parse(text).unwrap()
    }

    #[test]
    fn hosts_have_one_form() {
        for text in
            ["https://user@Crash.Example.org:8443/x", "crash.example.org.", "CRASH.example.org:1"]
        {
            assert_eq!(normal(text).as_deref(), Some("crash.example.org"), "{text}");
        }
        assert_eq!(normal("https://bücher.example/").as_deref(), Some("xn--bcher-kva.example"));
        assert_eq!(normal("[::FFFF:192.0.2.1]:80").as_deref(), Some("192.0.2.1"));
        assert_eq!(read("Bücher.Example").to_string(), "xn--bcher-kva.example");
        assert_eq!(normal("http:///x"), None);
        assert_eq!(below("https://\u{0}.a.example.org/x").as_deref(), Some("*.a.example.org"));
        assert_eq!(below("https://a\u{0}example.org/x"), None);
        assert_eq!(below("https://\u{0}.org/x"), None);
        assert!(read(".example.org").holds("*.a.example.org"));
    }

    #[test]
    fn this_machine_and_documents_need_no_disclosure() {
        for host in [
            "localhost",
            "a.localhost",
            "127.8.0.1",
            "::1",
            "192.0.2.7",
            "2001:db8::9",
            "x.example",
        ] {
            assert!(needs_none(host), "{host}");
        }
        for host in ["stats.invalid", "notexample.org", "192.0.3.1", "10.0.0.1", "2001:db9::1"] {
            assert!(!needs_none(host), "{host}");
        }
    }

    #[test]
    fn a_pattern_covers_what_it_says_and_no_more() {
        assert!(read("a.example.org").holds("a.example.org"));
        assert!(!read("a.example.org").holds("b.a.example.org"));
        assert!(read(".example.org").holds("a.b.example.org"));
        assert!(!read(".example.org").holds("example.org"));
        assert!(!read(".example.org").holds("badexample.org"));
        assert!(!read("*").holds("a.example.org"));
    }

    #[test]
    fn what_is_no_host_is_refused_with_advice() {
        for (text, advice) in [
            ("https://a.example.org/x", "write `a.example.org`"),
            ("a.example.org:443", "write `a.example.org`"),
            ("*.example.org", "`.example.org` means"),
            (".org", "your own"),
            (".co.uk", "your own"),
            (".192.0.2.1", "your own"),
            ("", "write"),
            ("a b", "write"),
        ] {
            let wrong = HostPattern::parse(text).unwrap_err();
            assert!(wrong.help.contains(advice), "{text}: {wrong:?}");
        }
    }
}
