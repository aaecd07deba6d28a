//! The last line of the formats that people read: every count of the run, the zeros too, so that
//! what was suppressed or not analysed cannot be overlooked.

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use codespan_reporting::term::termcolor::Color;

use super::Style;
use crate::finding::Summary;

pub fn write(summary: &Summary, style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
    let color = match summary {
        Summary { denied: 1.., .. } => Color::Red,
        Summary { warned: 1.., .. } => Color::Yellow,
        _ => Color::Green,
    };
    style.write_bold(&verdict(summary), color, out)?;
    writeln!(out, "{}", rest(summary))
}

fn verdict(summary: &Summary) -> String {
    match (summary.denied, summary.warned) {
        (0, 0) => "no findings".to_owned(),
        (denied, warned) => format!("{}, {}", many(denied, "error"), many(warned, "warning")),
    }
}

fn rest(summary: &Summary) -> String {
    let mut out = String::new();
    for (count, what) in [
        (summary.disclosed, "disclosed"),
        (summary.suppressed, "suppressed"),
        (summary.unanalysed, "not analysed"),
        (summary.left_out, "left out"),
    ] {
        write!(out, " · {} {what}", number(count)).expect("a string takes all");
    }
    write!(
        out,
        " · {}{} in {}, {}, {}, {}{} · {}",
        many(summary.files, "file"),
        unreachable(summary),
        many(summary.packages, "package"),
        many(summary.lines, "line"),
        many(summary.facts, "fact"),
        calls(summary),
        cut(summary),
        time(summary.elapsed),
    )
    .expect("a string takes all");
    out
}

/// How many callees have a name. Rounded down, so that 100 % means all of them.
fn calls(summary: &Summary) -> String {
    let calls = summary.calls;
    if calls == 0 {
        return "no calls".to_owned();
    }
    let named = calls.saturating_sub(summary.unresolved_calls);
    // No overflow: counts of calls are far below 2^57.
    let percent = named as u64 * 100 / calls as u64;
    format!("{percent} % of {} named", many(calls, "call"))
}

/// Files that are scanned although no target contains them; not said when there are none.
fn unreachable(summary: &Summary) -> String {
    match summary.unreachable {
        0 => String::new(),
        count => format!(" ({} reached by no target)", number(count)),
    }
}

/// What was not followed to its end; not said when there is nothing.
fn cut(summary: &Summary) -> String {
    match summary.cut_short {
        0 => String::new(),
        1 => ", 1 search cut short".to_owned(),
        count => format!(", {} searches cut short", number(count)),
    }
}

/// `1 file`, `2 files`.
pub fn many(count: usize, what: &str) -> String {
    format!("{} {what}{}", number(count), if count == 1 { "" } else { "s" })
}

/// A number with commas between its thousands.
pub fn number(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn time(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0..60 => format!("{:.2} s", elapsed.as_secs_f64()),
        seconds => format!("{} min {} s", number(seconds as usize / 60), seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(summary: &Summary) -> String {
        verdict(summary) + &rest(summary)
    }

    #[test]
    fn an_empty_run() {
        insta::assert_snapshot!(text(&Summary::default()), @"no findings · 0 disclosed · 0 suppressed · 0 not analysed · 0 left out · 0 files in 0 packages, 0 lines, 0 facts, no calls · 0.00 s");
    }

    #[test]
    fn a_full_run() {
        let summary = Summary {
            denied: 2,
            warned: 3,
            disclosed: 1,
            suppressed: 2,
            unanalysed: 1,
            left_out: 3,
            packages: 12,
            files: 214,
            unreachable: 3,
            lines: 48_211,
            facts: 1_204,
            unresolved_calls: 160,
            cut_short: 0,
            calls: 2_310,
            work: 0,
            elapsed: Duration::from_millis(410),
        };
        insta::assert_snapshot!(text(&summary), @"2 errors, 3 warnings · 1 disclosed · 2 suppressed · 1 not analysed · 3 left out · 214 files (3 reached by no target) in 12 packages, 48,211 lines, 1,204 facts, 93 % of 2,310 calls named · 0.41 s");
    }

    #[test]
    fn one_of_each() {
        let summary = Summary {
            denied: 1,
            warned: 1,
            packages: 1,
            files: 1,
            lines: 1,
            facts: 1,
            calls: 1,
            work: 0,
            elapsed: Duration::from_secs(75),
            ..Summary::default()
        };
        insta::assert_snapshot!(text(&summary), @"1 error, 1 warning · 0 disclosed · 0 suppressed · 0 not analysed · 0 left out · 1 file in 1 package, 1 line, 1 fact, 100 % of 1 call named · 1 min 15 s");
    }

    #[test]
    fn numbers_have_commas() {
        let numbers = [0, 999, 1_000, 12_345, 1_234_567].map(number);
        assert_eq!(numbers, ["0", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn all_but_one_is_not_all() {
        let summary = Summary { calls: 1_000_000, unresolved_calls: 1, ..Summary::default() };
        assert!(text(&summary).contains("99 % of 1,000,000 calls named"));
    }
}
