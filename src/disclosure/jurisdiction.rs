//! Codes of countries and regions by ISO 3166.

use std::fmt;

/// The one code that ISO 3166-1 keeps for a union of countries, and that everybody uses. It is
/// "exceptionally reserved", so it is not in the tables of countries.
const UNION: (&str, &str) = ("EU", "European Union");

/// A country (`DE`) or a part of one (`US-CA`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Jurisdiction {
    pub code: String,
    /// Its English name, for reports.
    pub name: String,
}

impl Jurisdiction {
    /// Reads a code: two letters (ISO 3166-1), or those with a region (ISO 3166-2).
    pub fn parse(code: &str) -> Option<Self> {
        let made = |name: &str| Some(Self { code: code.to_owned(), name: name.to_owned() });
        if code == UNION.0 {
            return made(UNION.1);
        }
        if let Some(country) = rust_iso3166::from_alpha2(code) {
            return made(country.name);
        }
        let region = rust_iso3166::iso3166_2::from_code(code)?;
        made(&format!("{}, {}", region.name, region.country_name))
    }

    /// Whether `other` lies in it, or is the same.
    pub fn holds(&self, other: &Self) -> bool {
        let inside = |rest: &str| rest.is_empty() || rest.starts_with('-');
        other.code.strip_prefix(&self.code).is_some_and(inside)
    }

    /// What was probably meant by a text that is no code.
    pub fn meant(text: &str) -> Option<String> {
        let text = text.trim();
        let upper = text.to_uppercase().replace('_', "-");
        if Self::parse(&upper).is_some() {
            return Some(upper);
        }
        if let Some(country) = rust_iso3166::from_alpha3(&upper) {
            return Some(country.alpha2.to_owned());
        }
        let named = rust_iso3166::ALL.iter().find(|one| one.name.eq_ignore_ascii_case(text));
        named.map(|country| country.alpha2.to_owned())
    }
}

impl fmt::Display for Jurisdiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_and_slips_are_understood() {
        for good in ["DE", "CN", "US", "US-CA", "EU"] {
            assert_eq!(Jurisdiction::parse(good).map(|found| found.code).as_deref(), Some(good));
        }
        for (slip, meant) in [("de", "DE"), ("DEU", "DE"), ("Germany", "DE"), ("us_ca", "US-CA")] {
            assert_eq!(Jurisdiction::parse(slip), None);
            assert_eq!(Jurisdiction::meant(slip).as_deref(), Some(meant));
        }
        for nonsense in ["", "ZZ", "the moon", "US-ZZ", "DE-"] {
            assert_eq!(Jurisdiction::parse(nonsense), None, "{nonsense}");
            assert_eq!(Jurisdiction::meant(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_country_holds_its_regions() {
        let read = |code| Jurisdiction::parse(code).unwrap();
        assert!(read("US").holds(&read("US-CA")) && read("US").holds(&read("US")));
        assert!(!read("US-CA").holds(&read("US")) && !read("DE").holds(&read("US")));
    }
}
