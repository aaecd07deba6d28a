//! Whether the document that a disclosure names exists and says it.
//!
//! Headings are anchors by GitHub's rules; so are `id` and `name` in HTML. What stands under
//! the heading, up to the next one of its rank, must name the hosts.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::{Disclosure, HostPattern};

/// What is wrong with a document, `None` when it says what it should. `text` is `None` when
/// there is no such file.
pub fn wrong(one: &Disclosure, text: Option<&str>) -> Option<String> {
    let named = &one.documented_at.as_ref()?.value;
    let file = &named.file;
    let Some(text) = text else { return Some(format!("there is no file `{file}`")) };
    let part = match named.anchor.as_deref() {
        None => text,
        Some(anchor) => match section(text, file, anchor) {
            Some(part) => part,
            None => return Some(format!("`{file}` has no heading for `#{anchor}`")),
        },
    };
    let part = part.to_lowercase();
    let hosts = one.to.iter().filter_map(|said| match &said.value {
        HostPattern::Exact(host) | HostPattern::Below(host) => Some(host),
        HostPattern::Chosen => None,
    });
    let unnamed: Vec<String> = hosts
        .filter(|host| !names(&part, host))
        .map(|host| format!("`{}`", idna::domain_to_unicode(host).0))
        .collect();
    match unnamed.as_slice() {
        [] => None,
        hosts => {
            let place = named.anchor.as_ref().map_or(file.clone(), |a| format!("{file}#{a}"));
            Some(format!("`{place}` does not name {}", hosts.join(", ")))
        }
    }
}

/// Whether a text in lower case names a host, as a word of its own.
fn names(text: &str, host: &str) -> bool {
    let readable = idna::domain_to_unicode(host).0;
    [host, &readable].iter().any(|host| {
        text.match_indices(*host).any(|(at, _)| {
            let part = |c: char| c.is_alphanumeric() || c == '-';
            let before = text[..at].chars().next_back();
            let mut after = text[at + host.len()..].chars();
            // `a.example.org` does not name `example.org`, which may end a sentence.
            let (next, second) = (after.next(), after.next());
            let ends = match next {
                Some('.') => !second.is_some_and(part),
                next => !next.is_some_and(part),
            };
            ends && !before.is_some_and(|c| part(c) || c == '.')
        })
    })
}

/// The part of a document under an anchor.
fn section<'t>(text: &'t str, file: &str, anchor: &str) -> Option<&'t str> {
    let lower = file.to_lowercase();
    let markdown = [".md", ".markdown", ".mkd"].iter().any(|end| lower.ends_with(end));
    let anchor = anchor.strip_prefix("user-content-").unwrap_or(anchor);
    if markdown {
        let headings = headings(text);
        if let Some(at) = headings.iter().position(|heading| heading.anchor == anchor) {
            let level = headings[at].level;
            let next = headings[at + 1..].iter().find(|other| other.level <= level);
            let end = next.map_or(text.len(), |next| next.start);
            return text.get(headings[at].start..end);
        }
    }
    let quoted = ["id", "name"].into_iter().flat_map(|key| {
        [format!("{key}=\"{anchor}\""), format!("{key}='{anchor}'"), format!("{key}={anchor}>")]
    });
    let mut places = quoted.filter_map(|attribute| text.find(&attribute));
    places.next().and_then(|at| text.get(at..))
}

struct Heading {
    anchor: String,
    level: HeadingLevel,
    start: usize,
}

/// The headings of a Markdown text with the anchors that GitHub gives them.
fn headings(text: &str) -> Vec<Heading> {
    let mut found = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut open: Option<(HeadingLevel, usize, String)> = None;
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                open = Some((level, range.start, String::new()));
            }
            Event::Text(part) | Event::Code(part) => {
                if let Some((.., title)) = &mut open {
                    title.push_str(&part);
                }
            }
            Event::SoftBreak => {
                if let Some((.., title)) = &mut open {
                    title.push(' ');
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let Some((level, start, title)) = open.take() else { continue };
                let slug = slug(&title);
                let times = seen.entry(slug.clone()).or_insert(0);
                let anchor = if *times == 0 { slug } else { format!("{slug}-{times}") };
                *times += 1;
                found.push(Heading { anchor, level, start });
            }
            _ => {}
        }
    }
    found
}

/// Lower case, spaces as hyphens, punctuation left out.
fn slug(title: &str) -> String {
    let kept = title.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::{DocumentedAt, Said};
    use crate::span::Span;

    const TEXT: &str = "# Privacy\n\n## Crash reports & `logs`\n\nTo crash.example.org.\n\n\
                        ### Who\n\nUs, at A.example.org\n\n## Usage\n\nnothing\n\n## Usage\n\nx\n";

    fn wrong(to: &[&str], at: &str, text: Option<&str>) -> Option<String> {
        let span = Span::default();
        let (file, anchor) = at.split_once('#').map_or((at, None), |(f, a)| (f, Some(a)));
        let documented = DocumentedAt { file: file.to_owned(), anchor: anchor.map(str::to_owned) };
        let mut one = Disclosure::new("x", span);
        let host = |text: &&str| Said { value: HostPattern::parse(text).unwrap(), span };
        one.to = to.iter().map(host).collect();
        one.documented_at = Some(Said { value: documented, span });
        super::wrong(&one, text)
    }

    #[test]
    fn the_section_must_name_the_hosts() {
        let md = |to: &[&str], anchor: &str| wrong(to, &format!("p.md#{anchor}"), Some(TEXT));
        assert_eq!(md(&["crash.example.org", "a.example.org"], "crash-reports--logs"), None);
        assert_eq!(md(&["*"], "usage-1"), None);
        assert!(md(&["crash.example.org"], "usage").unwrap().contains("does not name `crash"));
        assert!(md(&["example.org"], "crash-reports--logs").is_some(), "a part of a host");
        assert!(md(&[], "crash").unwrap().contains("no heading"));
        assert_eq!(wrong(&["crash.example.org"], "p.md", Some(TEXT)), None);
        assert!(wrong(&[], "p.md", None).unwrap().contains("no file"));
    }

    #[test]
    fn anchors_of_html_count_too() {
        let html = "<h2 id=\"crash\">Crashes</h2><p>They go to crash.example.org</p>";
        assert_eq!(wrong(&["crash.example.org"], "p.html#crash", Some(html)), None);
        assert!(wrong(&["crash.example.org"], "p.html#x", Some(html)).is_some());
    }

    #[test]
    fn hosts_are_words() {
        assert!(names("see https://crash.example.org/x.", "crash.example.org"));
        assert!(names("(crash.example.org)", "crash.example.org"));
        assert!(!names("crash.example.organic", "crash.example.org"));
        assert!(!names("my-crash.example.org", "crash.example.org"));
        assert!(names("bei bücher.example", "xn--bcher-kva.example"));
    }
}
