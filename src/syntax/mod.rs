//! One file at a time: from bytes to [`FileIr`].
//!
//! Reading is total: whatever the bytes are, the result holds what could be understood and a
//! gap for each part that could not. It never looks at another file.
//! Must run on a thread with a stack of [`STACK_BYTES`].

mod directives;
pub mod lexer;
mod limits;
mod lower;
mod parse;
mod text;

use crate::ir::{FileIr, Gap};
use crate::span::Span;

/// The stack that the limits of this module are made for. Only what is touched is committed.
pub const STACK_BYTES: usize = 512 << 20;

/// Whether a name stands for a metavariable of a macro.
pub fn is_placeholder(name: &str) -> bool {
    name.starts_with(PLACEHOLDER)
}

/// What the names that stand for metavariables begin with; no program contains them.
pub(crate) const PLACEHOLDER: &str = "macro_variable_";

/// Reads one file.
pub fn read(bytes: Vec<u8>) -> FileIr {
    let (text, valid) = crate::files::decode(bytes);
    let parsed = parse::parse(&text);
    let mut ir = lower::lower(&text, &parsed);
    ir.lines = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
    ir.text_marks = text::marks(&text);
    ir.directives = directives::directives(&text, &ir);
    ir.gaps.splice(0..0, parsed.gaps);
    if !valid {
        ir.gaps.push(Gap { span: Span::new(0, 0), why: "not valid UTF-8".to_owned() });
    }
    // The tables behind syn's spans grow with every file that a thread reads.
    proc_macro2::extra::invalidate_current_thread_spans();
    ir
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::*;

    /// Every call and macro call of a file, as it is written.
    fn calls(text: &str) -> Vec<String> {
        let ir = read(text.as_bytes().to_vec());
        let mut found = Vec::new();
        for body in &ir.bodies {
            for (_, expr) in body.iter() {
                match &expr.kind {
                    ExprKind::Call { callee, .. } => {
                        if let ExprKind::Path(path) = &body.expr(*callee).kind {
                            found.push(path.text());
                        }
                    }
                    ExprKind::MethodCall { method, .. } => found.push(format!(".{method}")),
                    ExprKind::Macro(call) => found.push(format!("{}!", call.path.text())),
                    _ => {}
                }
            }
        }
        found.sort();
        found
    }

    #[test]
    fn operands_stand_before_operators_and_subtrees_are_whole() {
        let text =
            "fn f(a: u8) { let b = g(a, |x| x.h(a)); if let Some(c) = b { i!(\"{c}\", c) } }";
        let ir = read(text.as_bytes().to_vec());
        assert!(ir.gaps.is_empty());
        for body in &ir.bodies {
            for (id, expr) in body.iter() {
                assert!(expr.first <= id);
                assert!(text.is_char_boundary(expr.span.start as usize));
                for inner in expr.first.0..id.0 {
                    assert!(body.exprs[inner as usize].first >= expr.first);
                }
            }
        }
    }

    #[test]
    fn calls_are_found_in_every_kind_of_macro() {
        let text = r#"
            fn f() {
                println!("{:?} {}", a::b(), c.d());
                vec![e::f(); 3];
                tokio::select! { x = g::h() => { i::j(x) } _ = k.l() => m::n(), }
                json!({ "key": o::p(), "other": [q.r()] });
                html! { <div class={s::t()}>{ u::v() }</div> }
            }
            lazy_static! { static ref A: u8 = w::x(); }
            thread_local! { static B: u8 = y::z() }
            cfg_if::cfg_if! { if #[cfg(unix)] { fn inner() { aa::bb() } } else { fn other() { cc::dd() } } }
            macro_rules! made { ($x:expr, $($rest:tt)*) => { ee::ff($x).gg($($rest)*) }; }
        "#;
        let found = calls(text);
        for expected in [
            "a::b", ".d", "e::f", "g::h", "i::j", ".l", "m::n", "o::p", ".r", "s::t", "u::v",
            "w::x", "y::z", "aa::bb", "cc::dd", "ee::ff", ".gg",
        ] {
            assert!(found.iter().any(|call| call == expected), "{expected} in {found:?}");
        }
    }

    #[test]
    fn a_body_that_does_not_parse_is_still_searched() {
        let text =
            "fn a() { let x = ; std::fs::read(\"p\") }\nfn b() { c::d() }\nfn bad( { e::f()\n";
        let ir = read(text.as_bytes().to_vec());
        assert!(!ir.gaps.is_empty());
        let found = calls(text);
        for expected in ["std::fs::read", "c::d", "e::f"] {
            assert!(found.iter().any(|call| call == expected), "{expected} in {found:?}");
        }
    }

    #[test]
    fn locals_shadow_and_leave_their_scope() {
        let ir = read(b"fn f() { { let a = 1; g(a); } g(a); let a = h(a); }".to_vec());
        let paths = ir.bodies[0].exprs.iter().filter(|expr| match &expr.kind {
            ExprKind::Path(path) => path.text() == "a",
            _ => false,
        });
        assert_eq!(paths.count(), 2);
    }

    #[test]
    fn hostile_nesting_is_reported_and_the_rest_is_read() {
        let nested =
            format!("fn a() {{ {}1{} }} fn b() {{ c::d() }}", "(".repeat(5000), ")".repeat(5000));
        let ir = std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn(move || read(nested.into_bytes()))
            .unwrap()
            .join()
            .unwrap();
        assert_eq!(ir.gaps.len(), 1);
        assert_eq!(ir.items.iter().filter(|item| item.name == "b").count(), 1);
    }
}
