//! Sets what a scan found beside the clauses of a policy.
//!
//! It judges the code and never the text: a clause is as far decided as source code goes, and what
//! was not looked for is said to be so.

use super::Policy;
use super::lists::List;
use super::spec::Clause;
use crate::finding::{Disclosure, Finding};
use crate::lint::load::Lint;
use crate::vocab::{Level, ListKind, Reach};

/// What a scan says about one clause.
#[derive(Debug)]
pub struct Judged<'a> {
    pub clause: &'a Clause,
    pub verdict: Verdict,
    /// The lints that looked.
    pub lints: Vec<&'a str>,
    /// Those that would have, and are switched off.
    pub off: Vec<&'a str>,
    /// What was found and is not, or not wholly, disclosed.
    pub open: Vec<&'a Finding>,
    pub disclosed: Vec<&'a Finding>,
    /// What stands on the user's lists.
    pub hits: Vec<Hit>,
    /// Lists that decide the clause and were not given.
    pub missing: Vec<&'a str>,
}

/// The outcome for one clause, the first that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    NotDecidable,
    /// Something is found, or is on one of the user's lists, that is not disclosed.
    Findings,
    /// All that is found is disclosed, some of it in part.
    PartlyDisclosed,
    Disclosed,
    /// Every lint that would look is switched off, or every list is missing.
    NotLookedFor,
    /// Nothing of the part that can be checked.
    NothingInPart,
    Nothing,
}

impl Verdict {
    /// In the words of a report.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotDecidable => "cannot be known from source",
            Self::Findings => "findings",
            Self::PartlyDisclosed => "disclosed in part",
            Self::Disclosed => "disclosed",
            Self::NotLookedFor => "not looked for",
            Self::NothingInPart => "nothing found, partly checked",
            Self::Nothing => "nothing found",
        }
    }
}

/// Something that stands on a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    pub list: String,
    /// As the user wrote it.
    pub entry: String,
    /// The host or the country.
    pub value: String,
}

/// What the clauses are judged by.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    pub lints: &'a [Lint],
    /// The level of a lint in this run.
    pub level: &'a dyn Fn(&Lint) -> Level,
    /// With those that are disclosed.
    pub findings: &'a [Finding],
    pub lists: &'a [List],
    /// Every host that the code names.
    pub hosts: &'a [String],
    /// Every country that a disclosure names.
    pub countries: &'a [String],
}

/// Judges every clause, in the order of the policy.
pub fn judge<'a>(policy: &'a Policy, evidence: &Evidence<'a>) -> Vec<Judged<'a>> {
    policy.file.clauses.iter().map(|clause| one(policy, clause, evidence)).collect()
}

fn one<'a>(policy: &Policy, clause: &'a Clause, evidence: &Evidence<'a>) -> Judged<'a> {
    let (off, on): (Vec<&Lint>, Vec<&Lint>) = policy
        .lints(clause, evidence.lints)
        .into_iter()
        .partition(|lint| (evidence.level)(lint) == Level::Allow);
    let bears = |finding: &&Finding| on.iter().any(|lint| lint.id() == finding.lint);
    let (disclosed, open): (Vec<&Finding>, Vec<&Finding>) = evidence
        .findings
        .iter()
        .filter(bears)
        .filter(|finding| concerns(clause, finding, evidence.lists))
        .partition(|finding| finding.disclosure == Disclosure::Disclosed);
    let needs = || clause.needs.iter().map(|need| need.get_ref().as_str());
    let given = |name: &str| evidence.lists.iter().any(|list| list.name == name);
    let hits = needs().flat_map(|need| hits(need, evidence)).collect();
    let mut judged = Judged {
        clause,
        verdict: Verdict::NotDecidable,
        lints: on.iter().map(|lint| lint.id()).collect(),
        off: off.iter().map(|lint| lint.id()).collect(),
        open,
        disclosed,
        hits,
        missing: needs().filter(|need| !given(need)).collect(),
    };
    judged.verdict = verdict(&judged);
    judged
}

fn verdict(judged: &Judged<'_>) -> Verdict {
    let undisclosed = |finding: &&&Finding| finding.disclosure == Disclosure::Undisclosed;
    let needs = judged.clause.needs.len();
    if judged.clause.reach == Reach::NotDecidable {
        return Verdict::NotDecidable;
    }
    if !judged.hits.is_empty() || judged.open.iter().any(|finding| undisclosed(&finding)) {
        return Verdict::Findings;
    }
    if !judged.open.is_empty() {
        return Verdict::PartlyDisclosed;
    }
    if !judged.disclosed.is_empty() {
        return Verdict::Disclosed;
    }
    if judged.lints.is_empty() || (needs > 0 && judged.missing.len() == needs) {
        return Verdict::NotLookedFor;
    }
    match judged.clause.reach {
        Reach::Checked if judged.off.is_empty() && judged.missing.is_empty() => Verdict::Nothing,
        _ => Verdict::NothingInPart,
    }
}

/// A finding about the user's lists belongs to the clauses that its list decides.
fn concerns(clause: &Clause, finding: &Finding, lists: &[List]) -> bool {
    let hosts = lists.iter().filter(|list| list.holds == ListKind::Hosts);
    let texts = ["host", "url", "argument"].into_iter().filter_map(|key| finding.values.get(key));
    let texts: Vec<&String> = texts.collect();
    let on = |list: &&List| texts.iter().any(|text| list.entry(text).is_some());
    let by: Vec<&List> = hosts.filter(on).collect();
    finding.lint != LISTED_LINT
        || by.iter().any(|list| clause.needs.iter().any(|need| *need.get_ref() == list.name))
}

/// The lint that looks for what is on the lists.
const LISTED_LINT: &str = "listed-destination";

fn hits(need: &str, evidence: &Evidence<'_>) -> Vec<Hit> {
    let lists = evidence.lists.iter().filter(|list| list.name == need);
    let mut hits: Vec<Hit> = lists
        .flat_map(|list| {
            let values = match list.holds {
                ListKind::Hosts => evidence.hosts,
                ListKind::Jurisdictions => evidence.countries,
            };
            values.iter().filter_map(|value| {
                let entry = list.entry(value)?.to_owned();
                Some(Hit { list: list.name.clone(), entry, value: value.clone() })
            })
        })
        .collect();
    hits.sort();
    hits.dedup();
    hits
}
