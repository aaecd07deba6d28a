//! Decoders, by the word that a model's `decodes` gives them.

use data_encoding::{BitOrder, Encoding, Specification};

/// The plain bytes; `None` when the text is not of that encoding.
pub fn decode(kind: &str, input: &[u8]) -> Option<Vec<u8>> {
    match kind {
        "base64" => base64(input),
        "base32" => base32(input),
        "hex" => hex(input),
        "percent" => Some(percent(input)),
        "rot13" => Some(input.iter().map(|byte| rot13(*byte)).collect()),
        // `plain`: nothing is hidden. `sealed`: the source holds the text, the program does not.
        "plain" | "sealed" => Some(input.to_vec()),
        _ => None,
    }
}

/// The words that `decodes` can have.
pub const KINDS: &[&str] = &["base64", "base32", "hex", "percent", "rot13", "sealed", "plain"];

fn trimmed(input: &[u8], also: &[u8]) -> Vec<u8> {
    let skipped = |byte: &u8| byte.is_ascii_whitespace() || also.contains(byte);
    input.iter().copied().filter(|byte| !skipped(byte)).collect()
}

/// Standard and URL-safe alphabets, with padding or without.
fn base64(input: &[u8]) -> Option<Vec<u8>> {
    let mut text = trimmed(input, b"=");
    for byte in &mut text {
        *byte = match *byte {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        };
    }
    lenient(data_encoding::BASE64_NOPAD.specification())?.decode(&text).ok()
}

fn base32(input: &[u8]) -> Option<Vec<u8>> {
    let text = trimmed(input, b"=").to_ascii_uppercase();
    lenient(data_encoding::BASE32_NOPAD.specification())?.decode(&text).ok()
}

/// What is left over at the end need not be zero.
fn lenient(specification: Specification) -> Option<Encoding> {
    let mut specification = specification;
    specification.check_trailing_bits = false;
    specification.bit_order = BitOrder::MostSignificantFirst;
    specification.encoding().ok()
}

fn hex(input: &[u8]) -> Option<Vec<u8>> {
    let text = trimmed(input, b":-");
    let text = text.strip_prefix(b"0x").unwrap_or(&text);
    data_encoding::HEXLOWER_PERMISSIVE.decode(text).ok()
}

fn percent(input: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(input.len());
    let mut at = 0;
    while let Some(byte) = input.get(at) {
        let escaped = input.get(at + 1..at + 3).filter(|_| *byte == b'%').and_then(hex);
        match escaped.as_deref() {
            Some([code]) => {
                plain.push(*code);
                at += 3;
            }
            _ => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    plain
}

fn rot13(byte: u8) -> u8 {
    let base = if byte.is_ascii_uppercase() { b'A' } else { b'a' };
    if byte.is_ascii_alphabetic() { (byte - base + 13) % 26 + base } else { byte }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alphabet_and_padding_is_read() {
        for text in ["aHR0cDovL2EvPz8_", "aHR0cDovL2EvPz8/", " aHR0\ncDovL2EvPz8/"] {
            assert_eq!(decode("base64", text.as_bytes()).unwrap(), b"http://a/???", "{text}");
        }
        assert_eq!(decode("base64", b"YQ==").unwrap(), b"a");
        assert_eq!(decode("base64", b"YQ").unwrap(), b"a");
        assert_eq!(decode("hex", b"0x68:69").unwrap(), b"hi");
        assert_eq!(decode("base32", b"NBUQ====").unwrap(), b"hi");
        assert_eq!(decode("percent", b"a%2fb%").unwrap(), b"a/b%");
        assert_eq!(decode("rot13", b"uggc://N").unwrap(), b"http://A");
        assert_eq!(decode("hex", b"xyz"), None);
    }
}
