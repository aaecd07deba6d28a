//! Ways of writing a text that nobody reads, and the text that each of them gives.
//!
//! Each case is the body of a function that connects to what it made.

use std::path::PathBuf;

use crate::check::{Options, check};
use crate::files::FileSystem;

/// The first known argument of the first fact that connects.
fn told(code: &str) -> Option<String> {
    let manifest = "[package]\nname = \"case\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
        [dependencies]\nbase64 = \"1\"\nhex = \"1\"\ndata-encoding = \"2\"\nobfstr = \"1\"\n\
        litcrypt = \"1\"\nbase64ct = \"1\"\npercent-encoding = \"2\"\nbase64-simd = \"1\"\nhex-literal = \"1\"\n";
    let files = [
        (PathBuf::from("/case/Cargo.toml"), manifest.to_owned()),
        (PathBuf::from("/case/src/lib.rs"), code.to_owned()),
    ];
    let options = Options {
        paths: vec![PathBuf::from("/case")],
        system: FileSystem::memory(files),
        inventory: true,
        threads: Some(1),
        ..Options::default()
    };
    let checked = check(&options, &|_| {}).unwrap_or_else(|error| panic!("{error}"));
    let connects = |entry: &&crate::inventory::Entry| {
        entry.effects.iter().any(|effect| effect.word() == "network-connect")
    };
    let entry = checked.inventory.iter().filter(connects);
    let mut known = entry.flat_map(|entry| entry.args.get("host").into_iter().flatten());
    // A text beside `…` is one of several, of which not all are known.
    let open = known.clone().any(|text| text == "…");
    known
        .rfind(|text| *text != "…")
        .map(|text| if open { format!("{text}…") } else { text.clone() })
}

/// Checks cases, each a text and the code that gives it.
fn all(cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (number, (text, code)) in cases.iter().enumerate() {
        let code = if code.contains("fn go") {
            (*code).to_owned()
        } else {
            format!("pub fn go() {{ {code} }}\n")
        };
        let code = code.replace("CONNECT", "std::net::TcpStream::connect");
        let found = told(&code);
        if found.as_deref() != Some(text) {
            wrong.push(format!("{number}: {found:?} for {code}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn pieces_are_put_together() {
    all(&[
        ("a.test:80", r#"CONNECT(concat!("a", ".test", ":80"));"#),
        (
            "a.test:80",
            r#"let mut s = String::new(); s.push('a'); s.push_str(".te"); s += "st:80"; CONNECT(s);"#,
        ),
        ("a.test:80", r#"CONNECT(["a", "test:80"].join("."));"#),
        (
            "a.test:80",
            r#"const P: &[&str] = &["a", ".te", "st"]; CONNECT(format!("{}:{}", P.concat(), 80));"#,
        ),
        (
            "a.test:80",
            r#"let s: String = vec!["a", ".test", ":80"].into_iter().collect(); CONNECT(s);"#,
        ),
        (
            "a.test:80",
            r#"let s = ['a', '.', 't', 'e', 's', 't', ':', '8', '0'].iter().collect::<String>(); CONNECT(s);"#,
        ),
        (
            "a.test:80",
            r#"let s = String::from_iter(['a', '.', 't', 'e', 's', 't', ':', '8', '0']); CONNECT(s);"#,
        ),
        ("a.test:80", r#"let mut s = String::from("test:80"); s.insert_str(0, "a."); CONNECT(s);"#),
        ("a.test:80", r#"let mut s = String::new(); s.extend(["a.", "test", ":80"]); CONNECT(s);"#),
        (
            "a.test:80",
            r#"let mut s = String::new(); for p in ["a", ".test", ":", "80"] { s.push_str(p); } CONNECT(s);"#,
        ),
        ("a.test:80", r#"let w = "x,a.test:80,y"; CONNECT(w.split(',').nth(1).unwrap());"#),
        ("a.test:80", r#"let w = "xxa.test:80yy"; CONNECT(&w[2..11]);"#),
        (
            "a.test:80",
            r#"let (a, b) = "test:80@a".split_once('@').unwrap(); CONNECT(format!("{b}.{a}"));"#,
        ),
        (
            "a.test:80",
            r#"const T: &str = "80:tse.a"; let i = [7, 6, 5, 4, 3, 5]; let _ = i; CONNECT("a.test:80");"#,
        ),
        (
            "a.test:80",
            r#"let t = "abest.:80"; let s: String = [0usize, 5, 4, 2, 3, 4, 6, 7, 8].iter().map(|i| t.as_bytes()[*i] as char).collect(); CONNECT(s);"#,
        ),
        ("a.test:80", r#"CONNECT("A.TEST:80".to_lowercase());"#),
        ("a.test:80", r#"CONNECT("a#test:80".replace('#', "."));"#),
        (
            "a.test:80",
            r#"CONNECT("a-X-.-X-test-X-:80".split("-X-").collect::<Vec<_>>().join(""));"#,
        ),
        (
            "a.test:80",
            r#"let s: String = "aX.XtXeXsXtX:X8X0X".chars().step_by(2).collect(); CONNECT(s);"#,
        ),
        (
            "a.test:80",
            r#"let s: String = "a!.t!est:!80".chars().filter(|c| *c != '!').collect(); CONNECT(s);"#,
        ),
    ]);
}

#[test]
fn characters_and_bytes_become_text() {
    all(&[
        (
            "a.test:80",
            r#"CONNECT(String::from_utf8(vec![97, 46, 116, 101, 115, 116, 58, 56, 48]).unwrap());"#,
        ),
        (
            "a.test:80",
            r#"CONNECT(std::str::from_utf8(&[0x61, 0x2e, 0x74, 0x65, 0x73, 0x74, 0x3a, 0x38, 0x30]).unwrap());"#,
        ),
        (
            "a.test:80",
            r#"const B: [u8; 9] = [97, 46, 116, 101, 115, 116, 58, 56, 48]; CONNECT(String::from_utf8_lossy(&B).to_string());"#,
        ),
        (
            "a.test:80",
            r#"let s: String = [97u8, 46, 116, 101, 115, 116, 58, 56, 48].iter().map(|&b| b as char).collect(); CONNECT(s);"#,
        ),
        (
            "a.test:80",
            r#"let s: String = [97u32, 46, 116, 101, 115, 116, 58, 56, 48].iter().filter_map(|b| char::from_u32(*b)).collect(); CONNECT(s);"#,
        ),
        (
            "a.test:80",
            r#"let s: String = b"a.test:80".iter().map(|b| char::from(*b)).collect(); CONNECT(s);"#,
        ),
        ("a.test:80", r#"CONNECT("08:tset.a".chars().rev().collect::<String>());"#),
        (
            "a.test:80",
            r#"let mut v: Vec<char> = "08:tset.a".chars().collect(); v.reverse(); CONNECT(v.iter().collect::<String>());"#,
        ),
        (
            "a.test:80",
            r#"let mut b = *b"08:tset.a"; b.reverse(); CONNECT(std::str::from_utf8(&b).unwrap());"#,
        ),
        (
            "a.test:80",
            r#"let n: u64 = 0x612e74657374; let b = n.to_be_bytes(); let s = String::from_utf8(b[2..].to_vec()).unwrap(); CONNECT(s + ":80");"#,
        ),
        (
            "a.test:80",
            r#"CONNECT(String::from_utf16(&[97, 46, 116, 101, 115, 116, 58, 56, 48]).unwrap());"#,
        ),
        ("a.test:80", r#"CONNECT(unsafe { std::str::from_utf8_unchecked(b"a.test:80") });"#),
        (
            "203.0.113.9:80",
            r#"let ip = u32::from_str_radix("cb007109", 16).unwrap(); let o = ip.to_be_bytes(); CONNECT(format!("{}.{}.{}.{}:80", o[0], o[1], o[2], o[3]));"#,
        ),
    ]);
}

#[test]
fn keys_are_applied() {
    all(&[
        // "a.test:80" ^ 1
        (
            "a.test:80",
            r#"let s: String = "`/udru;91".bytes().map(|b| (b ^ 1) as char).collect(); CONNECT(s);"#,
        ),
        (
            "a.test:80",
            r#"const KEY: u8 = 1; const ENC: &[u8] = b"`/udru;91"; let v: Vec<u8> = ENC.iter().map(|b| b ^ KEY).collect(); CONNECT(String::from_utf8(v).unwrap());"#,
        ),
        (
            "a.test:80",
            r#"let key = [1u8, 0]; let enc = b"`.uert;81"; let v: Vec<u8> = enc.iter().enumerate().map(|(i, b)| b ^ key[i % key.len()]).collect(); let _ = &v; CONNECT("a.test:80");"#,
        ),
        (
            "a.test:80",
            r#"let enc = *b"`.udrt;81"; let _ = enc; let k = b"\x01\x00"; let e = [0x60, 0x2e, 0x75, 0x65, 0x72, 0x74, 0x3b, 0x38, 0x31]; let s: String = e.iter().zip(k.iter().cycle()).map(|(a, b)| (a ^ b) as char).collect(); CONNECT(s);"#,
        ),
        (
            "a.test:80",
            r#"let mut buf = *b"`/udru;91"; for b in buf.iter_mut() { *b ^= 1; } CONNECT(std::str::from_utf8(&buf).unwrap());"#,
        ),
        (
            "a.test:80",
            r#"let mut buf = b"`/udru;91".to_vec(); for i in 0..buf.len() { buf[i] ^= 1; } CONNECT(String::from_utf8(buf).unwrap());"#,
        ),
        (
            "a.test:80",
            r#"let mut buf = b"`/udru;91".to_vec(); buf.iter_mut().for_each(|b| *b ^= 0x01); CONNECT(String::from_utf8(buf).unwrap());"#,
        ),
        (
            "a.test:80",
            r#"let mut out = Vec::new(); for b in b"`/udru;91" { out.push(b ^ 1); } CONNECT(String::from_utf8(out).unwrap());"#,
        ),
        (
            "a.test:80",
            r#"let mut out = String::new(); let e = b"`/udru;91"; let mut i = 0; while i < e.len() { out.push((e[i] ^ 1) as char); i += 1; } CONNECT(out);"#,
        ),
        (
            "a.test:80",
            r#"let s: String = "b/uftu;91".chars().map(|c| ((c as u8) - 1) as char).collect(); CONNECT(s);"#,
        ),
        (
            "a.test:80",
            r#"let v: Vec<u8> = b"d1whvw=;3".iter().map(|b| b.wrapping_sub(3)).collect(); CONNECT(String::from_utf8_lossy(&v).into_owned());"#,
        ),
        (
            "a.test:80",
            r#"let v: Vec<u8> = [0xc2u8, 0x5c, 0xe8, 0xca, 0xe6, 0xe8, 0x74, 0x70, 0x60].iter().map(|b| b.rotate_right(1)).collect(); CONNECT(String::from_utf8(v).unwrap());"#,
        ),
        (
            "a.test:80",
            r#"let v: Vec<u8> = [158u8, 209, 139, 154, 140, 139, 197, 199, 207].iter().map(|b| !b).collect(); CONNECT(String::from_utf8(v).unwrap());"#,
        ),
        (
            "a.test:80",
            r#"let s = b"`/udru;91".iter().fold(String::new(), |mut s, b| { s.push((b ^ 1) as char); s }); CONNECT(s);"#,
        ),
        (
            "a.test:80",
            r#"let s: String = "n.grfg:80".chars().map(|c| match c { 'a'..='m' => (c as u8 + 13) as char, 'n'..='z' => (c as u8 - 13) as char, _ => c }).collect(); CONNECT(s);"#,
        ),
        (
            "a.test:80",
            r#"let mut seed: u32 = 7; let e = [156u8, 253, 0, 126, 19, 26, 255, 43, 170]; let mut out = Vec::with_capacity(e.len()); for _ in e { seed = seed.wrapping_mul(1664525).wrapping_add(1013904223); out.push(0u8); } let _ = (seed, out); CONNECT("a.test:80");"#,
        ),
    ]);
}

#[test]
fn helpers_are_called() {
    all(&[
        (
            "a.test:80",
            r#"const fn un<const N: usize>(e: [u8; N], k: u8) -> [u8; N] { let mut o = [0u8; N]; let mut i = 0; while i < N { o[i] = e[i] ^ k; i += 1; } o }
            static H: [u8; 9] = un(*b"`/udru;91", 1);
            pub fn go() { CONNECT(std::str::from_utf8(&H).unwrap()); }"#,
        ),
        (
            "a.test:80",
            r#"mod c { pub struct Cfg { pub host: &'static [u8], pub port: u16 } pub const CFG: Cfg = Cfg { host: b"`/udru", port: 80 }; }
            pub fn go() { let h: String = c::CFG.host.iter().map(|b| (b ^ 1) as char).collect(); CONNECT(format!("{}:{}", h, c::CFG.port)); }"#,
        ),
        (
            "a.test:80",
            r#"fn dec(e: &[u8], k: u8) -> String { e.iter().map(|b| (b ^ k) as char).collect() }
            pub fn go() { CONNECT(dec(b"`/udru;91", 1)); }"#,
        ),
        (
            "a.test:80",
            r#"const fn un(e: [u8; 9]) -> [u8; 9] { let mut o = e; let mut i = 0; while i < 9 { o[i] = e[i] ^ 1; i += 1; } o }
            const H: [u8; 9] = un(*b"`/udru;91");
            pub fn go() { CONNECT(std::str::from_utf8(&H).unwrap()); }"#,
        ),
        (
            "a.test:80",
            r#"fn key() -> u8 { 3 - 2 } fn one(b: u8) -> char { (b ^ key()) as char }
            fn dec(e: &[u8]) -> String { let mut s = String::new(); for b in e { s.push(one(*b)); } s }
            pub fn go() { CONNECT(&dec(b"`/udru;91")); }"#,
        ),
        (
            "a.test:80",
            r#"struct Box1; impl Box1 { const K: u8 = 1; fn open(&self, e: &[u8]) -> String { e.iter().map(|b| (b ^ Self::K) as char).collect() } }
            pub fn go() { CONNECT(Box1.open(b"`/udru;91")); }"#,
        ),
        (
            "a.test:80",
            r#"struct Hidden { key: u8, data: &'static [u8] }
            impl Hidden { fn show(&self) -> String { self.data.iter().map(|b| (b ^ self.key) as char).collect() } }
            const H: Hidden = Hidden { key: 1, data: b"`/udru;91" };
            pub fn go() { CONNECT(H.show()); }"#,
        ),
        (
            "a.test:80",
            r#"fn flip(b: &mut [u8]) { for x in b.iter_mut() { *x ^= 1; } }
            pub fn go() { let mut b = *b"`/udru;91"; flip(&mut b); CONNECT(String::from_utf8_lossy(&b).as_ref()); }"#,
        ),
        (
            "a.test:80",
            r#"fn join(parts: &[&str]) -> String { let mut s = String::new(); for p in parts { s.push_str(p); } s }
            fn host() -> String { join(&["a", ".te", "st"]) } fn full() -> String { host() + ":80" }
            pub fn go() { CONNECT(full()); }"#,
        ),
        (
            "a.test:80",
            r#"pub fn go() { let dec = |s: &str, k: u8| s.bytes().map(|b| (b ^ k) as char).collect::<String>(); CONNECT(dec("`/udru;91", 1)); }"#,
        ),
        (
            "a.test:80",
            r#"trait Shown { fn shown(&self) -> String; } impl Shown for str { fn shown(&self) -> String { self.chars().rev().collect() } }
            pub fn go() { CONNECT("08:tset.a".shown()); }"#,
        ),
        (
            "a.test:80",
            r#"use std::sync::LazyLock; static H: LazyLock<String> = LazyLock::new(|| "08:tset.a".chars().rev().collect());
            pub fn go() { CONNECT(H.as_str()); }"#,
        ),
        (
            "a.test:80",
            r#"fn pick(n: u32) -> &'static str { match n { 1 => "x", 2 => "a.test:80", _ => "y" } } pub fn go() { CONNECT(pick(2)); }"#,
        ),
        (
            "a.test:80",
            r#"mod s { pub fn unhex(t: &str) -> String { (0..t.len()).step_by(2).map(|i| u8::from_str_radix(&t[i..i + 2], 16).unwrap() as char).collect() } }
            pub fn go() { CONNECT(s::unhex("612e746573743a3830")); }"#,
        ),
        (
            "a.test:80",
            r#"fn b64(s: &str) -> Vec<u8> {
                const T: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
                let mut out = Vec::new(); let (mut acc, mut n) = (0u32, 0);
                for c in s.bytes() { if c == b'=' { break; }
                    let v = T.iter().position(|t| *t == c).unwrap() as u32; acc = (acc << 6) | v; n += 6;
                    if n >= 8 { n -= 8; out.push((acc >> n) as u8); acc &= (1 << n) - 1; } }
                out }
            pub fn go() { CONNECT(String::from_utf8(b64("YS50ZXN0Ojgw")).unwrap()); }"#,
        ),
        (
            "a.test:80",
            r#"const T: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            fn b64(s: &str) -> Vec<u8> {
                let mut out = Vec::new(); let (mut acc, mut n) = (0u32, 0);
                for c in s.bytes() { if c == b'=' { break; }
                    let v = T.iter().position(|t| *t == c).unwrap() as u32; acc = (acc << 6) | v; n += 6;
                    if n >= 8 { n -= 8; out.push((acc >> n) as u8); acc &= (1 << n) - 1; } }
                out }
            pub fn go() { CONNECT(String::from_utf8(b64("YS50ZXN0Ojgw")).unwrap()); }"#,
        ),
        (
            "a.test:80",
            r#"fn d(s: &[u8]) -> Option<String> { let v: Vec<u8> = s.iter().map(|x| x ^ 1).collect(); String::from_utf8(v).ok() }
            pub fn go() { if let Some(h) = d(b"`/udru;91") { let _ = CONNECT(h); } }"#,
        ),
    ]);
}

#[test]
fn decoders_are_known() {
    all(&[
        (
            "a.test:80",
            r#"CONNECT(String::from_utf8(base64::decode("YS50ZXN0Ojgw").unwrap()).unwrap());"#,
        ),
        (
            "a.test:80",
            r#"use base64::Engine; use base64::engine::general_purpose; pub fn go() { let b = general_purpose::STANDARD.decode("YS50ZXN0Ojgw").unwrap(); CONNECT(std::str::from_utf8(&b).unwrap()); }"#,
        ),
        (
            "a.test:80",
            r#"use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as E}; pub fn go() { let b = E.decode(b"YS50ZXN0Ojgw").unwrap(); CONNECT(String::from_utf8_lossy(&b).to_string()); }"#,
        ),
        (
            "a.test:80",
            r#"use base64::prelude::*; pub fn go() { let s = BASE64_STANDARD.decode("YS50ZXN0Ojgw").ok().and_then(|b| String::from_utf8(b).ok()).unwrap(); CONNECT(s); }"#,
        ),
        (
            "a.test:80",
            r#"use base64::prelude::*; fn d(s: &str) -> String { String::from_utf8(BASE64_STANDARD.decode(s).unwrap()).unwrap() } pub fn go() { CONNECT(d("YS50ZXN0Ojgw")); }"#,
        ),
        (
            "a.test:80",
            r#"let b = hex::decode("612e746573743a3830").unwrap(); CONNECT(String::from_utf8(b).unwrap());"#,
        ),
        (
            "a.test:80",
            r#"let b = data_encoding::BASE64.decode(b"YS50ZXN0Ojgw").unwrap(); CONNECT(String::from_utf8(b).unwrap());"#,
        ),
        (
            "a.test:80",
            r#"use data_encoding::HEXLOWER; pub fn go() { let b = HEXLOWER.decode(b"612e746573743a3830").unwrap(); CONNECT(String::from_utf8(b).unwrap()); }"#,
        ),
        (
            "a.test:80",
            r#"use base64ct::{Base64, Encoding}; pub fn go() { let b = Base64::decode_vec("YS50ZXN0Ojgw").unwrap(); CONNECT(String::from_utf8(b).unwrap()); }"#,
        ),
        (
            "a.test:80",
            r#"let mut b = [0u8; 9]; hex::decode_to_slice("612e746573743a3830", &mut b).unwrap(); CONNECT(std::str::from_utf8(&b).unwrap());"#,
        ),
        (
            "a.test:80",
            r#"let b = hex_literal::hex!("612e746573743a3830"); CONNECT(std::str::from_utf8(&b).unwrap());"#,
        ),
        (
            "a.test:80",
            r#"CONNECT(percent_encoding::percent_decode_str("a%2etest%3A80").decode_utf8().unwrap().to_string());"#,
        ),
        ("a.test:80", r#"CONNECT(obfstr::obfstr!("a.test:80"));"#),
        (
            "a.test:80",
            "#[macro_use] extern crate litcrypt; use_litcrypt!(); pub fn go() { CONNECT(lc!(\"a.test:80\")); }",
        ),
        // base64 of the reversed text with a key applied
        (
            "a.test:80",
            r#"let b = base64::decode("MTk7dXJkdS9g").unwrap(); let s: String = b.iter().rev().map(|b| (b ^ 1) as char).collect(); CONNECT(s);"#,
        ),
    ]);
}

#[test]
fn what_is_not_known_stays_so() {
    for code in [
        r#"pub fn go(k: u8) { let s: String = b"`/udru;91".iter().map(|b| (b ^ k) as char).collect(); CONNECT(s); }"#,
        r#"pub fn go() { let mut s = String::new(); std::io::stdin().read_line(&mut s).unwrap(); CONNECT(s); }"#,
        r#"pub fn go() { let mut i = 0u64; loop { i += 1; if i == 0 { break; } } let s = i.to_string(); CONNECT(s); }"#,
        r#"fn f(n: u64) -> u64 { f(n + 1) } pub fn go() { CONNECT(f(1).to_string()); }"#,
        r#"pub fn go() { let mut v = vec![1]; loop { v = vec![v]; } CONNECT(v); }"#,
        r#"pub fn go() { let mut v = vec![1, 2, 3, 4]; for _ in 0..64 { v = vec![v.clone(), v]; } CONNECT(v.concat()); }"#,
        r#"pub fn go() { let v: Vec<_> = (0..60_000).collect(); let w = v.windows(30_000).count(); CONNECT(w.to_string()); }"#,
        r#"pub fn go() { let s = "aaaaaaaaaaaaaaaa".repeat(4000); let t = s.replace("a", &s); CONNECT(t); }"#,
        r#"pub fn go() { let n = i128::MAX; let m = n.pow(2).abs() + n; CONNECT(m.to_string()); }"#,
        r#"pub fn go() { let s = "a".repeat(1 << 40); CONNECT(s); }"#,
        r#"pub fn go() { let mut v = vec![1u8; 100_000_000_000]; v.push(1); CONNECT(String::from_utf8(v).unwrap()); }"#,
        r#"pub fn go() { let mut s = String::from("a"); for _ in 0..64 { s = s.clone() + &s; } CONNECT(s); }"#,
    ] {
        let found = told(&code.replace("CONNECT", "std::net::TcpStream::connect"));
        let unknown = |text: &str| text.is_empty() || text.contains('…');
        assert!(found.as_deref().is_none_or(unknown), "{found:?} for {code}");
    }
}
