//! Puts the document together from a finished run.

use std::collections::{BTreeMap, BTreeSet};

use super::destinations::{self, shown};
use super::{
    Case, ClausePart, Document, Group, OptOut, PolicyPart, Said, Spot, Tally, Unknown, words,
};
use crate::check::Checked;
use crate::config::Config;
use crate::disclosure::{Disclosure, HostPattern};
use crate::finding::{Disclosure as Outcome, Finding};
use crate::lint::load::Lint;
use crate::policy::Policy;
use crate::policy::judge::{Evidence, Judged, Verdict, judge};
use crate::report::counts::{many, number};
use crate::report::escape;
use crate::report::position::Sources;
use crate::span::Place;
use crate::vocab::{Group as Folder, Level};

/// How many findings a clause lists.
const MAX_LISTED: usize = 20;
/// How many steps of a finding are told.
const MAX_STEPS: usize = 12;

/// The document about a run that kept its inventory and its disclosed findings.
pub fn document(checked: &Checked, title: &str) -> Document {
    let gatherer = Gatherer { checked, sources: Sources::new(&checked.files) };
    gatherer.document(title)
}

/// The numbers that cases have in the document, by the fingerprints of their findings.
#[derive(Default)]
struct Numbers<'f> {
    last: usize,
    of: BTreeMap<&'f str, usize>,
}

struct Gatherer<'a> {
    checked: &'a Checked,
    sources: Sources<'a>,
}

impl Gatherer<'_> {
    fn document(&self, title: &str) -> Document {
        let report = &self.checked.report;
        let config = self.checked.setup.config.as_ref();
        let (destinations, chosen) = destinations::gather(self.checked, config);
        let of = |outcome: Outcome| -> Vec<&Finding> {
            let about_code = report.findings.iter().filter(|one| self.is_about_code(one));
            about_code.filter(|finding| finding.disclosure == outcome).collect()
        };
        let (open, half) = (of(Outcome::Undisclosed), of(Outcome::Partly));
        let mut numbers = Numbers::default();
        let undisclosed = self.groups(&open, &mut numbers);
        let partly = self.groups(&half, &mut numbers);
        let said: Vec<Said> = config.map_or_else(Vec::new, |config| self.said(config));
        let (doors, collected) = said.into_iter().partition(|said| said.door.is_some());
        let hosts: Vec<String> = destinations.iter().map(|one| one.host.clone()).collect();
        Document {
            title: escape::line(title),
            version: env!("CARGO_PKG_VERSION"),
            packages: self.packages(),
            read: self.read(),
            config: config.map(|config| escape::path(&crate::files::shown(&config.path))),
            tally: Tally {
                undisclosed: open.len(),
                partly: half.len(),
                disclosed: of(Outcome::Disclosed).len(),
                allowed: report.summary.suppressed,
            },
            collected,
            opt_outs: self.opt_outs(),
            doors,
            undisclosed,
            partly,
            destinations,
            unknown: Unknown { chosen, ..self.unknown() },
            policy: self.policy(&hosts, &numbers),
        }
    }

    /// Whether a finding tells what the code does, and not what is wrong with the configuration
    /// or with an allow, or what could not be read.
    fn is_about_code(&self, finding: &Finding) -> bool {
        if finding.group != Folder::Disclosure {
            return true;
        }
        let lint = self.checked.setup.lints.iter().find(|lint| lint.id() == finding.lint);
        lint.is_some_and(|lint| lint.file.notice.is_none())
    }

    fn place(&self, place: Place) -> String {
        let (start, _) = self.sources.positions(place);
        format!("{}:{}", escape::path(self.sources.name(place.file)), start.line)
    }

    fn opt_outs(&self) -> Vec<OptOut> {
        let all = self.checked.opt_outs.iter().map(|one| OptOut {
            variable: escape::line(&one.variable),
            places: one.places.iter().map(|place| self.place(*place)).collect(),
            decides: match (one.decides, one.requests) {
                (0, _) => "but no request waits for it".to_owned(),
                (decides, all) if decides == all => "and every request waits for it".to_owned(),
                (decides, all) => {
                    format!("and {} of {} wait for it", number(decides), many(all, "request"))
                }
            },
        });
        all.collect()
    }

    fn packages(&self) -> Vec<String> {
        self.checked.packages().map(escape::line).collect()
    }

    fn read(&self) -> String {
        let summary = &self.checked.report.summary;
        let (files, lines) = (many(summary.files, "file"), many(summary.lines, "line"));
        let packages = many(summary.packages, "package");
        format!("{files} with {lines} in {packages}")
    }

    /// One group for each lint, denied ones first.
    fn groups<'f>(&self, findings: &[&'f Finding], numbers: &mut Numbers<'f>) -> Vec<Group> {
        let mut by_lint: BTreeMap<(bool, Folder, &str), Vec<&'f Finding>> = BTreeMap::new();
        let denied: BTreeSet<&str> = findings
            .iter()
            .filter(|finding| finding.level >= Level::Deny)
            .map(|finding| finding.lint.as_str())
            .collect();
        for finding in findings {
            let lint = finding.lint.as_str();
            let key = (!denied.contains(lint), finding.group, lint);
            by_lint.entry(key).or_default().push(finding);
        }
        let mut groups = Vec::new();
        for ((_, _, id), findings) in by_lint {
            let lint = self.lint(id);
            groups.push(Group {
                lint: id.to_owned(),
                summary: lint.map_or_else(String::new, |lint| one_line(&lint.file.summary)),
                why: lint.map_or_else(String::new, |lint| one_line(&lint.file.words.note)),
                cases: self.cases(&findings, numbers),
            });
        }
        groups
    }

    /// What says the same is one case with several places.
    fn cases<'f>(&self, findings: &[&'f Finding], numbers: &mut Numbers<'f>) -> Vec<Case> {
        let mut cases: Vec<(Case, &Finding)> = Vec::new();
        for finding in findings {
            let same = |other: &Finding| {
                other.message == finding.message && other.missing == finding.missing
            };
            let spot = self.spot(finding);
            let number = match cases.iter_mut().find(|(_, first)| same(first)) {
                Some((case, _)) => {
                    case.spots.push(spot);
                    case.number
                }
                None => {
                    numbers.last += 1;
                    let missing = finding.missing.iter().map(|one| escape::line(&one.message));
                    let case = Case {
                        number: numbers.last,
                        message: escape::line(&finding.message),
                        spots: vec![spot],
                        missing: missing.collect(),
                    };
                    cases.push((case, finding));
                    numbers.last
                }
            };
            numbers.of.insert(&finding.fingerprint, number);
        }
        cases.into_iter().map(|(case, _)| case).collect()
    }

    fn spot(&self, finding: &Finding) -> Spot {
        let steps = finding.labels.iter().take(MAX_STEPS);
        let steps = steps.map(|label| (escape::line(&label.message), self.place(label.place)));
        Spot {
            place: self.place(finding.primary.place),
            package: finding.package.as_deref().map(escape::line),
            trigger: escape::line(&finding.trigger),
            steps: steps.collect(),
        }
    }

    fn lint(&self, id: &str) -> Option<&Lint> {
        self.checked.setup.lints.iter().find(|lint| lint.id() == id)
    }

    fn said(&self, config: &Config) -> Vec<Said> {
        config.disclosures.iter().map(|one| self.one(config, one)).collect()
    }

    fn one(&self, config: &Config, one: &Disclosure) -> Said {
        let id = one.id.value.as_str();
        let findings = &self.checked.report.findings;
        let covered = findings.iter().filter(|finding| {
            finding.disclosed_by.iter().any(|by| by == id)
                && finding.disclosure == Outcome::Disclosed
        });
        let places: BTreeSet<(String, usize)> = covered
            .map(|finding| {
                let place = finding.primary.place;
                let (start, _) = self.sources.positions(place);
                (escape::path(self.sources.name(place.file)), start.line)
            })
            .collect();
        let (places, more) = shown(&places);
        let about = findings.iter().filter(|finding| {
            finding.group == Folder::Disclosure
                && self.checked.files.path(finding.primary.place.file) == config.path
                && finding.values.get("name").is_some_and(|name| name == id)
        });
        let text = |text: &str| Some(escape::line(text));
        Said {
            id: escape::line(id),
            door: one.remote.as_ref().and_then(|said| text(words::remote(said.value))),
            collects: one.collects.iter().map(|kind| words::data(kind.value).to_owned()).collect(),
            to: one.to.iter().map(|host| destination(&host.value)).collect(),
            purpose: one.purpose.as_ref().and_then(|said| text(words::purpose(said.value))),
            consent: one.consent.as_ref().and_then(|said| text(words::consent(said.value))),
            guard: one.guard.as_ref().and_then(|said| text(&said.value)),
            jurisdiction: one.jurisdiction.as_ref().and_then(|said| text(&said.value.name)),
            verified: one.verified.as_ref().and_then(|said| text(words::verified(said.value))),
            documented_at: one.documented_at.as_ref().map(|said| {
                let anchor = said.value.anchor.as_ref().map(|anchor| format!("#{anchor}"));
                escape::path(&format!("{}{}", said.value.file, anchor.unwrap_or_default()))
            }),
            places,
            more,
            remarks: about.map(|finding| escape::line(&finding.message)).collect(),
        }
    }

    fn unknown(&self) -> Unknown {
        let report = &self.checked.report;
        let summary = &report.summary;
        let unanalysed = report.unanalysed.iter().map(|one| {
            let place = one.place.map(|place| self.place(place));
            (place.unwrap_or_else(|| escape::path(&one.file)), escape::line(&one.why))
        });
        let left_out = report.left_out.iter();
        Unknown {
            chosen: Vec::new(),
            unanalysed: unanalysed.collect(),
            left_out: left_out.map(|(path, why)| (escape::path(path), escape::line(why))).collect(),
            unresolved: (summary.unresolved_calls > 0)
                .then(|| (number(summary.unresolved_calls), number(summary.calls))),
            cut_short: summary.cut_short,
        }
    }

    fn policy(&self, hosts: &[String], numbers: &Numbers<'_>) -> Option<PolicyPart> {
        let setup = &self.checked.setup;
        let policy = setup.policy.as_ref().filter(|policy| !policy.file.clauses.is_empty())?;
        let disclosures = setup.config.iter().flat_map(|config| &config.disclosures);
        let countries: Vec<String> = disclosures
            .filter_map(|one| Some(one.jurisdiction.as_ref()?.value.code.clone()))
            .collect();
        let level = |lint: &Lint| setup.level(lint);
        let evidence = Evidence {
            lints: &setup.lints,
            level: &level,
            findings: &self.checked.report.findings,
            lists: &setup.lists,
            hosts,
            countries: &countries,
        };
        let clauses = judge(policy, &evidence);
        Some(PolicyPart {
            id: policy.id().to_owned(),
            name: escape::line(&policy.name()),
            source: policy.file.source.as_deref().map(escape::line),
            summary: one_line(&policy.file.summary),
            clauses: clauses.iter().map(|one| self.clause(policy, one, numbers)).collect(),
        })
    }

    fn clause(&self, policy: &Policy, judged: &Judged<'_>, numbers: &Numbers<'_>) -> ClausePart {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        let mut cases: BTreeMap<usize, (&Finding, usize)> = BTreeMap::new();
        for finding in &judged.open {
            let number = numbers.of.get(finding.fingerprint.as_str()).copied().unwrap_or_default();
            cases.entry(number).or_insert((finding, 0)).1 += 1;
        }
        let open = cases.iter().take(MAX_LISTED).map(|(number, (finding, count))| {
            (*number, escape::line(&finding.message), places(*count))
        });
        let disclosed = judged.disclosed.iter().take(MAX_LISTED).map(|finding| {
            let by: Vec<&str> = finding.disclosed_by.iter().map(|id| id.as_str()).collect();
            (escape::line(&finding.message), escape::line(&by.join(", ")))
        });
        let count = judged.open.len();
        ClausePart {
            id: escape::line(judged.clause.id()),
            link: policy.link(judged.clause).map(|link| escape::line(&link)),
            text: one_line(&judged.clause.text),
            reach: words::reach(judged.clause.reach),
            verdict: match judged.verdict {
                Verdict::Findings if count > 0 => many(count, "finding"),
                Verdict::Findings => "on your lists".to_owned(),
                verdict => verdict.words().to_owned(),
            },
            class: match judged.verdict {
                Verdict::Findings => "bad",
                Verdict::PartlyDisclosed => "partly",
                Verdict::Disclosed | Verdict::Nothing => "good",
                Verdict::NothingInPart => "fair",
                Verdict::NotDecidable | Verdict::NotLookedFor => "unknown",
            },
            why: one_line(&judged.clause.why),
            lints: owned(&judged.lints),
            off: owned(&judged.off),
            open: open.collect(),
            more: cases.len().saturating_sub(MAX_LISTED),
            disclosed: disclosed.collect(),
            hits: judged
                .hits
                .iter()
                .map(|hit| escape::line(&format!("{} ({} on {})", hit.value, hit.entry, hit.list)))
                .collect(),
            missing: owned(&judged.missing),
        }
    }
}

fn destination(pattern: &HostPattern) -> String {
    match pattern {
        HostPattern::Chosen => "a destination chosen at run time".to_owned(),
        pattern => escape::line(&pattern.to_string()),
    }
}

fn places(count: usize) -> String {
    if count > 1 { format!(", in {}", many(count, "place")) } else { String::new() }
}

/// A text of a lint or a policy, which is broken into lines for its file only.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    escape::lines(&words.join(" ")).collect::<Vec<_>>().join(" ")
}
