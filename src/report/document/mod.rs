//! The disclosure document for people: what a program collects, where it sends it, why, with whose
//! consent, how to turn it off, which doors it keeps, and where in the code; what is done and not
//! said; what could not be known. With a policy, clause by clause.
//!
//! [`Document`] holds what is said, in words and without any markup; [`html`] and [`markdown`]
//! render it. It decides nothing: findings and disclosures come as the run judged them. The same
//! run gives the same document, so no date and no duration is in it.

pub mod destinations;
mod gather;
pub mod html;
pub mod markdown;
mod words;

pub use gather::document;

use destinations::{Chosen, Destination};

/// Everything that the document says.
#[derive(Debug, Clone, Default)]
pub struct Document {
    pub title: String,
    /// The version of overt.
    pub version: &'static str,
    /// The packages that were read.
    pub packages: Vec<String>,
    /// How much was read, in a sentence.
    pub read: String,
    /// The configuration that holds the disclosures.
    pub config: Option<String>,
    pub tally: Tally,
    pub collected: Vec<Said>,
    pub opt_outs: Vec<OptOut>,
    pub doors: Vec<Said>,
    pub undisclosed: Vec<Group>,
    pub partly: Vec<Group>,
    pub destinations: Vec<Destination>,
    pub unknown: Unknown,
    pub policy: Option<PolicyPart>,
}

/// The counts at the top.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub undisclosed: usize,
    pub partly: usize,
    pub disclosed: usize,
    /// By comments in the source that give a reason.
    pub allowed: usize,
}

/// One disclosure.
#[derive(Debug, Clone, Default)]
pub struct Said {
    pub id: String,
    /// Of a door: what it lets others do.
    pub door: Option<String>,
    pub collects: Vec<String>,
    pub to: Vec<String>,
    pub purpose: Option<String>,
    pub consent: Option<String>,
    pub guard: Option<String>,
    pub jurisdiction: Option<String>,
    pub verified: Option<String>,
    pub documented_at: Option<String>,
    /// Where the code does it.
    pub places: Vec<String>,
    /// How many more places there are.
    pub more: usize,
    /// What is wrong with it.
    pub remarks: Vec<String>,
}

/// A variable by which a person asks not to be counted, and whether it is heeded.
#[derive(Debug, Clone, Default)]
pub struct OptOut {
    pub variable: String,
    /// Where it is read.
    pub places: Vec<String>,
    /// What it decides, in words.
    pub decides: String,
}

/// The findings of one lint.
#[derive(Debug, Clone, Default)]
pub struct Group {
    pub lint: String,
    /// What all of them do, after "this code".
    pub summary: String,
    pub why: String,
    pub cases: Vec<Case>,
}

/// Findings that say the same, each at a place of its own.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// Counts through the document, for references.
    pub number: usize,
    pub message: String,
    pub spots: Vec<Spot>,
    /// What the nearest disclosure does not say.
    pub missing: Vec<String>,
}

/// Where a finding is.
#[derive(Debug, Clone, Default)]
pub struct Spot {
    pub place: String,
    pub package: Option<String>,
    /// When it happens.
    pub trigger: String,
    /// Steps before and beside it.
    pub steps: Vec<(String, String)>,
}

/// What could not be known.
#[derive(Debug, Clone, Default)]
pub struct Unknown {
    pub chosen: Vec<Chosen>,
    /// Place and reason.
    pub unanalysed: Vec<(String, String)>,
    pub left_out: Vec<(String, String)>,
    /// Calls whose callee has no name, and all calls.
    pub unresolved: Option<(String, String)>,
    pub cut_short: usize,
}

/// A policy, clause by clause.
#[derive(Debug, Clone, Default)]
pub struct PolicyPart {
    pub id: String,
    pub name: String,
    pub source: Option<String>,
    pub summary: String,
    pub clauses: Vec<ClausePart>,
}

/// One clause with its verdict.
#[derive(Debug, Clone, Default)]
pub struct ClausePart {
    pub id: String,
    pub link: Option<String>,
    pub text: String,
    pub reach: &'static str,
    pub verdict: String,
    /// Names the look of the verdict.
    pub class: &'static str,
    pub why: String,
    pub lints: Vec<String>,
    pub off: Vec<String>,
    /// Number, message, and in how many places when it is more than one.
    pub open: Vec<(usize, String, String)>,
    /// How many more there are.
    pub more: usize,
    pub disclosed: Vec<(String, String)>,
    pub hits: Vec<String>,
    /// Lists that were not given.
    pub missing: Vec<String>,
}

/// Text with code between backticks, taken apart: the pieces at odd places are code. A backtick
/// without a partner is a character.
fn pieces(text: &str) -> Vec<&str> {
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len() % 2 == 1 { pieces } else { vec![text] }
}

impl Document {
    /// The sentence at the top.
    pub fn verdict(&self) -> String {
        let Tally { undisclosed, partly, disclosed, .. } = self.tally;
        let many = super::counts::many;
        match (undisclosed, partly) {
            (0, 0) if disclosed == 0 => {
                "overt found nothing here that would have to be disclosed.".to_owned()
            }
            (0, 0) => "Everything that overt found is disclosed.".to_owned(),
            (0, _) => format!("{} disclosed only in part.", many(partly, "finding")),
            (_, 0) => format!("{} not disclosed.", many(undisclosed, "finding")),
            _ => format!(
                "{} not disclosed, {} only in part.",
                many(undisclosed, "finding"),
                many(partly, "finding")
            ),
        }
    }

    /// Names the look of the sentence at the top.
    pub fn class(&self) -> &'static str {
        match (self.tally.undisclosed, self.tally.partly) {
            (0, 0) => "good",
            (0, _) => "partly",
            _ => "bad",
        }
    }
}
