//! What is said of a finding beneath its source lines, and of others at the same place.

use super::{counts, escape, severity, word};
use crate::finding::{Disclosure, Finding, Story};
use crate::vocab::{Confidence, TargetKind};

/// The lines beneath the source: when it runs, how sure it is, why it matters, what to do.
/// `drawn` is how many steps the reader sees.
pub fn notes(story: &Story<'_>, drawn: usize) -> Vec<String> {
    let finding = story.strongest;
    let mut notes = vec![when(finding)];
    match finding.confidence {
        Confidence::High => {}
        Confidence::Medium => notes
            .push("confidence: medium: a part of it is inferred from the code nearby".to_owned()),
        Confidence::Low => {
            notes.push("confidence: low: only a name or a shape was recognised".to_owned());
        }
    }
    notes.extend(disclosure(finding));
    let undrawn = finding.labels.len().saturating_sub(drawn);
    if undrawn > 0 {
        let steps = counts::many(undrawn, "more step");
        notes.push(format!("steps: {steps} not drawn: use --format json for all"));
    }
    notes.extend(story.also.iter().map(|other| also(other)));
    notes.extend(finding.notes.iter().map(|text| note("why", text)));
    notes.extend(finding.help.iter().map(|text| note("help", text)));
    notes.push(format!("see: cargo overt explain {}", escape::line(&finding.lint)));
    notes
}

/// What the project says openly about it.
fn disclosure(finding: &Finding) -> Option<String> {
    let by: Vec<String> =
        finding.disclosed_by.iter().map(|id| format!("`{}`", escape::line(id))).collect();
    let by = if by.is_empty() { "the project".to_owned() } else { by.join(", ") };
    match finding.disclosure {
        Disclosure::Undisclosed => None,
        Disclosure::Disclosed => Some(format!("disclosure: {by} says this openly")),
        Disclosure::Partly => {
            let missing: Vec<String> =
                finding.missing.iter().map(|missing| escape::line(&missing.message)).collect();
            let sentence = match missing.is_empty() {
                true => format!("{by} says only a part of this"),
                false => missing.join("; "),
            };
            Some(format!("disclosure: {sentence}"))
        }
    }
}

/// Another finding at the same place.
fn also(finding: &Finding) -> String {
    let (word, _) = word(severity(finding));
    format!("also: {word}[{}]: {}", escape::line(&finding.lint), escape::line(&finding.message))
}

/// A note under a heading. Further lines stand below the first, so that a block in it keeps its
/// shape and can be copied.
fn note(heading: &str, text: &str) -> String {
    let indent = " ".repeat(heading.len() + 2);
    let mut out = format!("{heading}: ");
    for (index, line) in escape::lines(text).enumerate() {
        if index > 0 {
            out.push('\n');
            if !line.is_empty() {
                out.push_str(&indent);
            }
        }
        out.push_str(&line);
    }
    out
}

/// When the code runs, and what it is a part of.
fn when(finding: &Finding) -> String {
    let package = finding.package.as_deref().map(escape::line);
    let part = match (finding.target, package) {
        (TargetKind::Unreachable, Some(package)) => {
            format!("no target of {package} reaches this file")
        }
        (TargetKind::Unreachable, None) => "no target reaches this file".to_owned(),
        (TargetKind::Loose, None) => "a file outside any package".to_owned(),
        (TargetKind::Loose, Some(package)) => format!("a file of {package}"),
        (kind, package) => {
            let mut part = kind.word().to_owned();
            if !finding.target_name.is_empty() {
                part += &format!(" `{}`", escape::line(&finding.target_name));
            }
            if let Some(package) = package {
                part += &format!(" of {package}");
            }
            part
        }
    };
    match finding.trigger.as_str() {
        "" => format!("in: {part}"),
        trigger => format!("when: {} ({part})", escape::line(trigger)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{finding, place};

    #[test]
    fn when_says_what_the_code_is_a_part_of() {
        let when_in = |target, name: &str, package: Option<&str>| {
            let mut finding = finding(place(crate::span::FileId(0), 0..0));
            finding.target = target;
            finding.target_name = name.into();
            finding.package = package.map(Into::into);
            when(&finding)
        };
        let demo = Some("demo 1.0.0");
        assert_eq!(
            [
                when_in(TargetKind::Lib, "demo", demo),
                when_in(TargetKind::BuildScript, "", demo),
                when_in(TargetKind::Unreachable, "", demo),
                when_in(TargetKind::Loose, "", None),
            ],
            [
                "when: at build (lib `demo` of demo 1.0.0)",
                "when: at build (build-script of demo 1.0.0)",
                "when: at build (no target of demo 1.0.0 reaches this file)",
                "when: at build (a file outside any package)",
            ]
        );
    }
}
