//! When the code of a finding runs: from which entry point, and under which conditions.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::engine::Subject;
use super::gates::words::{State, words};
use super::gates::{Meaning, add};
use crate::facts::Fact;
use crate::facts::attributes;
use crate::ir::{ItemId, ItemKind};
use crate::model::spec::AttributeMeaning;
use crate::names::{Def, Owned};
use crate::span::{FileId, Place, Span};
use crate::vocab::{Gate, TargetKind};

/// Calls that are followed from an entry point to a finding.
const MAX_CALLS: usize = 12;
/// Bodies that are looked at on the way.
const MAX_BODIES: usize = 2_000;
/// Entry points that are named.
const MAX_NAMED: usize = 3;
/// Conditions that are named.
const MAX_CONDITIONS: usize = 3;
/// Calls whose conditions count for what is called.
const MAX_CALLERS: usize = 3;
/// Places that may all call a function for their conditions to count.
const MAX_SITES: usize = 4;

/// When something runs.
#[derive(Debug, Clone, Default)]
pub struct Trigger {
    /// `when the program runs, only on Windows`.
    pub text: String,
    /// The conditions at their places.
    pub labels: Vec<(Place, String)>,
}

/// How a body is entered from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    BeforeMain,
    Main,
    Expansion,
    Test,
    Exported,
    Public,
}

/// The traits whose implementations the items of a crate stand in, with the type.
pub type Implementations = FxHashMap<(FileId, ItemId), (String, String)>;

impl Subject<'_> {
    /// When the code at a place of a body runs.
    pub fn trigger(&self, body: usize, span: Option<Span>) -> Trigger {
        let mut text = self.entry_words(body);
        let mut conditions = span.map(|span| self.conditions(body, span)).unwrap_or_default();
        for meaning in self.gates.configured(body) {
            add(&mut conditions, meaning);
        }
        let mut labels: Vec<(Place, String)> = Vec::new();
        for meaning in strongest(conditions) {
            let words = words(&meaning);
            text += &format!(", {words}");
            match labels.iter_mut().find(|(place, _)| *place == meaning.place) {
                Some((_, label)) => *label += &format!(", {words}"),
                None => labels.push((meaning.place, words)),
            }
        }
        Trigger { text, labels }
    }

    /// What a place stands behind: in its own body, then in those that call it.
    pub fn conditions(&self, body: usize, span: Span) -> Vec<Meaning> {
        let mut found = self.gates.inside(body, span);
        let mut at = body;
        for _ in 0..MAX_CALLERS {
            let [(caller, site)] = self.call_sites(at)[..] else { break };
            for meaning in self.gates.inside(caller, site) {
                add(&mut found, meaning);
            }
            at = caller;
        }
        found
    }

    /// The conditions that a fact stands causally behind: its own, and those that every caller
    /// of its function asks. A name counts only when it is compared with something: what was
    /// made of it may decide for many reasons.
    pub fn behind(&self, fact: &Fact) -> Vec<Meaning> {
        let mut found = self.gates.inside(fact.body, fact.place.span);
        let sites = self.call_sites(fact.body);
        let mut of_sites = sites.iter().map(|(body, span)| self.gates.inside(*body, *span));
        if let Some(mut common) = of_sites.next() {
            for other in of_sites {
                common.retain(|meaning| other.iter().any(|m| m.gate == meaning.gate));
            }
            found.extend(common);
        }
        found.retain(|meaning| {
            !matches!(meaning.gate, Gate::HostName | Gate::UserName)
                || meaning.state != State::Depends
        });
        found
    }

    /// Where a body is called; nothing when it is called in many places.
    fn call_sites(&self, body: usize) -> Vec<(usize, Span)> {
        let target = self.facts.bodies[body].owner.at;
        let mut sites = Vec::new();
        for caller in &self.graph.callers[body] {
            for edge in &self.facts.bodies[*caller].edges {
                if (edge.target.file, edge.target.body) == (target.file, target.body) {
                    let site = (*caller, edge.span);
                    // A path and the call of it are one place.
                    let inner = |other: &(usize, Span)| {
                        other.0 == site.0
                            && (other.1.start == site.1.start || other.1.end == site.1.end)
                    };
                    match sites.iter_mut().find(|other| inner(other)) {
                        Some(known) => *known = (site.0, known.1.to(site.1)),
                        None => sites.push(site),
                    }
                }
            }
            if sites.len() > MAX_SITES {
                return Vec::new();
            }
        }
        sites
    }

    /// From where the code of a body is entered.
    fn entry_words(&self, body: usize) -> String {
        if let Some(known) = self.entries.borrow().get(&body) {
            return known.clone();
        }
        let words = self.find_entry(body);
        self.entries.borrow_mut().insert(body, words.clone());
        words
    }

    fn find_entry(&self, body: usize) -> String {
        use TargetKind as K;
        const AT_BUILD: &str = "on the machine that compiles the package";
        if self.before_main.contains(&body) {
            return "before `main`, as soon as the program or library is loaded".to_owned();
        }
        let owner = &self.facts.bodies[body].owner;
        let kind = self.unit.krate(self.krate).kind;
        if owner.quoted {
            return "where the code that a macro writes runs".to_owned();
        }
        match kind {
            K::BuildScript => return format!("at build, {AT_BUILD}"),
            K::Test | K::Bench => return "when the tests run".to_owned(),
            _ if owner.test => return "when the tests run".to_owned(),
            _ if owner.path == "main" => return "when the program runs".to_owned(),
            _ if owner.path.is_empty() => return "where the code is expanded".to_owned(),
            _ => {}
        }
        let entries = self.entries_of(body);
        let is = |wanted: Entry| entries.iter().any(|(entry, _)| *entry == wanted);
        let named = |wanted: &[Entry]| {
            let mut seen = BTreeSet::new();
            let fits = entries.iter().filter(|(entry, _)| wanted.contains(entry));
            let names: Vec<String> = fits.map(|(_, body)| self.name_of(*body)).collect();
            let distinct: Vec<String> =
                names.into_iter().filter(|name| seen.insert(name.clone())).collect();
            listed(&distinct)
        };
        let own = self.name_of(body);
        if kind == K::ProcMacro {
            return match is(Entry::Expansion) {
                true => format!("when {} is expanded, {AT_BUILD}", named(&[Entry::Expansion])),
                false => format!("at macro expansion, {AT_BUILD}"),
            };
        }
        if is(Entry::Main) {
            return format!("when the program runs, in `{own}`");
        }
        if is(Entry::Exported) {
            return format!("when the exported {} is called", named(&[Entry::Exported]));
        }
        if is(Entry::Public) {
            return format!("when {} runs", named(&[Entry::Public]));
        }
        if is(Entry::Test) {
            return format!("when the tests run, in `{own}`");
        }
        format!("when `{own}` runs, which nothing seen in this package calls")
    }

    /// The entry points that reach a body, the nearest first.
    fn entries_of(&self, body: usize) -> Vec<(Entry, usize)> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::from([body]);
        let mut current = vec![body];
        for _ in 0..=MAX_CALLS {
            let mut next = Vec::new();
            for at in current {
                if let Some(entry) = self.entry(at) {
                    found.push((entry, at));
                }
                for caller in &self.graph.callers[at] {
                    if seen.len() < MAX_BODIES && seen.insert(*caller) {
                        next.push(*caller);
                    }
                }
            }
            if next.is_empty() {
                break;
            }
            current = next;
        }
        found
    }

    /// What kind of entry point a body is.
    fn entry(&self, body: usize) -> Option<Entry> {
        let owner = &self.facts.bodies[body].owner;
        if owner.test {
            return Some(Entry::Test);
        }
        if self.facts.early.iter().any(|early| early.body == Some(body)) {
            return Some(Entry::BeforeMain);
        }
        if owner.path == "main" {
            return Some(Entry::Main);
        }
        let item = self.unit.files[&owner.at.file].item(owner.item);
        let def = of(owner);
        for attr in &item.attrs {
            let expands = attr.path.single().is_some_and(|name| name.starts_with("proc_macro"));
            if expands {
                return Some(Entry::Expansion);
            }
            let value = attributes::value(attr);
            let meaning = attributes::paths(&self.resolver, def, attr)
                .iter()
                .find_map(|path| self.resolver.models.attribute(path, value));
            match meaning {
                Some(AttributeMeaning::EntryPoint) => return Some(Entry::Main),
                Some(AttributeMeaning::Exported) => return Some(Entry::Exported),
                Some(AttributeMeaning::Test) => return Some(Entry::Test),
                Some(AttributeMeaning::BeforeMain) => return Some(Entry::BeforeMain),
                _ => {}
            }
        }
        let implements = self.implementations().contains_key(&(owner.at.file, owner.item));
        let public = item.public || matches!(item.kind, ItemKind::MacroRules { .. });
        (public || implements).then_some(Entry::Public)
    }

    fn implementations(&self) -> &Implementations {
        self.implementations.get_or_init(|| {
            let mut found = Implementations::default();
            for block in &self.unit.krate(self.krate).impls {
                let Some(name) = block.trait_.as_ref().and_then(|path| path.last()) else {
                    continue;
                };
                let ty = self.unit.module(self.krate, block.module).self_type.as_ref();
                let ty = match ty {
                    Some((crate::ir::Type::Path(path), _)) => path.last().map(|s| s.name.clone()),
                    _ => None,
                };
                let ty = ty.unwrap_or_else(|| "_".into());
                for item in &block.items {
                    let names = (name.name.to_string(), ty.to_string());
                    found.insert((item.file, item.item), names);
                }
            }
            found
        })
    }

    /// `net::Client::send`, or `<Client as Drop>::drop`.
    fn name_of(&self, body: usize) -> String {
        let owner = &self.facts.bodies[body].owner;
        match self.implementations().get(&(owner.at.file, owner.item)) {
            Some((name, ty)) => {
                let item = &self.unit.files[&owner.at.file].item(owner.item).name;
                format!("<{ty} as {name}>::{item}")
            }
            None => owner.path.to_string(),
        }
    }
}

fn of(owner: &Owned) -> Def {
    let at = owner.at;
    Def { krate: at.krate, module: at.module, file: at.file, item: owner.item }
}

/// `` `a`, `b` or `c` ``, and how many more.
fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().take(MAX_NAMED).map(|n| format!("`{n}`")).collect();
    let more = names.len().saturating_sub(MAX_NAMED);
    match (quoted.as_slice(), more) {
        ([], _) => String::new(),
        ([only], _) => only.clone(),
        ([start @ .., last], 0) => format!("{} or {last}", start.join(", ")),
        (all, more) => format!("{} or one of {more} others", all.join(", ")),
    }
}

/// The conditions that say most, in their own order.
fn strongest(found: Vec<Meaning>) -> Vec<Meaning> {
    let rank = |meaning: &Meaning| match meaning.gate {
        gate if gate.is_deliberate() => 0,
        Gate::Clock => 2,
        Gate::Environment | Gate::File if meaning.what.is_none() => 2,
        _ => 1,
    };
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|at| rank(&found[*at]));
    order.truncate(MAX_CONDITIONS);
    let kept = found.into_iter().enumerate().filter(|(at, _)| order.contains(at));
    kept.map(|(_, meaning)| meaning).collect()
}
