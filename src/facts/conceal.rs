//! How a value came to be what it is, when its literals do not show it.

use crate::span::Place;
use crate::vocab::Disguise;

/// Where a value comes from, carried beside it. Small, so that it can be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trail {
    /// One bit for each [`Disguise`].
    how: u16,
    /// It goes back to an array of numbers or characters, which nobody reads as text.
    pub array: bool,
    /// The bytes of its text, of the first 64, before which a literal ended.
    pub seams: u64,
    /// The longest literal, and its length.
    pub literal: Option<Place>,
    size: u32,
}

impl Trail {
    pub fn literal(place: Place, size: usize) -> Self {
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        Self { literal: Some(place), size, ..Self::default() }
    }

    pub fn array(place: Place, size: usize) -> Self {
        Self { array: true, ..Self::literal(place, size) }
    }

    /// Adds what another value brings with it; seams belong to one text and stay behind.
    pub fn add(&mut self, other: Self) {
        self.how |= other.how;
        self.array |= other.array;
        if other.size > self.size {
            self.literal = other.literal;
            self.size = other.size;
        }
    }

    pub fn mark(&mut self, disguise: Disguise) {
        self.how |= 1 << disguise as u16;
    }

    /// Numbers became text.
    pub fn became_text(&mut self) {
        if self.array {
            self.mark(Disguise::Bytes);
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What there is to tell about a value with this text.
    pub fn hidden(mut self, text: Option<&str>) -> Option<Hidden> {
        if let Some(text) = text
            && splits_a_word(text, self.seams)
        {
            self.mark(Disguise::Pieces);
        }
        let how = Disguise::ALL.iter().copied().filter(|d| self.how & 1 << *d as u16 != 0);
        let how: Vec<Disguise> = how.collect();
        (!how.is_empty()).then_some(Hidden { how, literal: self.literal })
    }
}

/// A value that its literals do not show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// In the order of the vocabulary, never empty.
    pub how: Vec<Disguise>,
    pub literal: Option<Place>,
}

/// The seams of texts that are put behind one another.
pub fn seams<'t>(pieces: impl IntoIterator<Item = (&'t str, u64)>) -> u64 {
    let (mut all, mut at) = (0u64, 0usize);
    for (text, own) in pieces {
        if at < 64 {
            all |= own << at;
            if at > 0 && !text.is_empty() {
                all |= 1 << at;
            }
        }
        at += text.len();
    }
    all
}

/// Whether the scheme or the host of a URL was written in parts: `"ht"` and `"tp://"`.
fn splits_a_word(text: &str, seams: u64) -> bool {
    if seams == 0 {
        return false;
    }
    let Some(scheme) = text.find("://").filter(|at| *at < 12) else { return false };
    let bytes = text.as_bytes();
    let inside = |at: usize| {
        let (before, after) = (bytes.get(at.wrapping_sub(1)), bytes.get(at));
        let letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        seams & 1 << at != 0 && letter(before) && letter(after)
    };
    // `http` and `s://` is how a switch is written.
    let in_scheme = (1..scheme).any(|at| inside(at) && &text[at..scheme] != "s");
    let start = scheme + 3;
    let length = text[start..].find(['/', ':', '?']).unwrap_or(text.len() - start);
    let in_host = (start + 1..(start + length).min(64)).filter(|at| inside(*at)).count();
    let slashes = (scheme + 1..scheme + 3).any(|at| seams & 1 << at != 0);
    in_scheme || (in_host >= 2) || (slashes && in_host >= 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(pieces: &[&str]) -> bool {
        let text = pieces.concat();
        splits_a_word(&text, seams(pieces.iter().map(|piece| (*piece, 0))))
    }

    #[test]
    fn a_scheme_or_host_in_pieces_is_noticed() {
        assert!(split(&["ht", "tps://", "a.example.org"]));
        assert!(split(&["https://c", "2.exa", "mple.org/x"]));
        assert!(!split(&["https", "://", "example.org", "/x"]));
        assert!(!split(&["http", "s://", "example.org"]));
        assert!(!split(&["https://", "api", ".example.org", ":80", "/", "x"]));
    }
}
