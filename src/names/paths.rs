//! What a path means: walking modules, imports, globs, re-exports and other crates.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::FxHashSet;
use smallvec::{SmallVec, smallvec};

use super::prelude;
use super::*;

/// Imports of imports before we stop; longer chains than this are not written by hand.
const MAX_STEPS: usize = 24;
/// Types in the bounds of a type parameter.
const MAX_BOUNDS: usize = 4;
/// Paths that are being resolved for the sake of other paths: aliases of aliases, `Self` in
/// the type that it means.
const MAX_NESTED: u32 = 48;
/// Modules looked into for one path. Hostile imports could ask for exponentially many.
const MAX_LOOKUPS: u32 = 4_000;

/// A module of a crate.
type Scope = (CrateId, ModuleId);
/// A name in a module.
type Lookup = (CrateId, ModuleId, Name);
/// How often a circle of imports is looked through: each round adds a meaning at least.
const MAX_ROUNDS: usize = 8;
/// Depends on no open name.
const NOTHING: u32 = u32::MAX;

/// What was found out about names; a unit is analysed on one thread.
#[derive(Debug)]
pub struct Memo {
    /// What each module imports everything from.
    globs: RefCell<FxHashMap<Scope, Rc<[Res]>>>,
    names: RefCell<FxHashMap<Lookup, Meanings>>,
    /// The names that are being looked up, and how many others are around each.
    open: RefCell<FxHashMap<Lookup, u32>>,
    /// What was found while a name was open that it depends on: good until that one is done.
    provisional: RefCell<FxHashMap<Lookup, (u32, Meanings)>>,
    /// What names in a circle of imports were found to mean in the round before.
    guesses: RefCell<FxHashMap<Lookup, Meanings>>,
    /// The outermost open name that what is being looked up depends on.
    lowest: Cell<u32>,
    /// What aliases mean; an alias that is being worked out means itself.
    aliases: RefCell<FxHashMap<Def, Res>>,
    self_types: RefCell<FxHashMap<Scope, Ty>>,
    nested: Cell<u32>,
    lookups: Cell<u32>,
    /// Paths that needed more lookups than one may have.
    pub cut: Cell<usize>,
    exceeded: Cell<bool>,
    /// Looks at things so far; see [`Memo::work`].
    pub worked: Cell<usize>,
    /// The module that the names of a body are looked up in: its own, when items stand in it.
    homes: OnceCell<FxHashMap<(FileId, BodyId), BodyRef>>,
    /// Whether names belong to classes of words, by class, then by name: the same come again
    /// and again.
    pub words: RefCell<FxHashMap<&'static str, FxHashMap<String, bool>>>,
}

impl Default for Memo {
    fn default() -> Self {
        Self {
            globs: RefCell::default(),
            names: RefCell::default(),
            open: RefCell::default(),
            provisional: RefCell::default(),
            guesses: RefCell::default(),
            lowest: Cell::new(NOTHING),
            aliases: RefCell::default(),
            self_types: RefCell::default(),
            nested: Cell::new(0),
            lookups: Cell::new(0),
            cut: Cell::new(0),
            exceeded: Cell::new(false),
            worked: Cell::new(0),
            homes: OnceCell::new(),
            words: RefCell::default(),
        }
    }
}

impl Memo {
    /// Counts what the analysis of a unit looks at: expressions, nodes, names, facts. The same
    /// input takes the same work, whatever the machine, so that tests can compare it.
    pub fn work(&self, looks: usize) {
        self.worked.set(self.worked.get() + looks);
    }

    /// What `find` finds, and whether that holds whatever the open names turn out to mean.
    fn settled<T>(&self, find: impl FnOnce() -> T) -> (T, bool) {
        let around = self.lowest.replace(NOTHING);
        let found = find();
        let lowest = self.lowest.replace(around);
        self.depends(lowest);
        (found, lowest == NOTHING)
    }

    /// Takes what a circle of imports was found to mean as what it means in the next round;
    /// whether that is something new.
    fn guess(&self, head: &Lookup, found: &Meanings, depth: u32) -> bool {
        let mut guesses = self.guesses.borrow_mut();
        let mut differs = |key: &Lookup, found: &Meanings| match guesses.get(key) {
            Some(known) if known == found => false,
            None if found.is_empty() => false,
            _ => guesses.insert(key.clone(), found.clone()) != Some(found.clone()),
        };
        let mut new = differs(head, found);
        self.provisional.borrow_mut().retain(|key, (lowest, found)| {
            new |= *lowest >= depth && differs(key, found);
            *lowest < depth
        });
        new
    }

    fn depends(&self, lowest: u32) {
        self.lowest.set(self.lowest.get().min(lowest));
    }

    pub(super) fn self_type(&self, at: Scope) -> Option<Ty> {
        self.self_types.borrow().get(&at).cloned()
    }

    /// What `find` finds, kept unless the search stood near to a limit.
    pub(super) fn keep_self_type(&self, at: Scope, find: impl FnOnce() -> Ty) -> Ty {
        let (ty, settled) = self.settled(find);
        if settled && self.nested.get() < MAX_NESTED / 2 && self.lookups.get() <= MAX_LOOKUPS {
            self.self_types.borrow_mut().insert(at, ty.clone());
        }
        ty
    }

    /// A body with the module that its names mean.
    pub fn home(&self, unit: &Unit, body: BodyRef) -> BodyRef {
        let homes = self.homes.get_or_init(|| {
            let bodies = unit.crates.iter().flat_map(|krate| &krate.bodies);
            bodies.map(|owned| ((owned.at.file, owned.at.body), owned.at)).collect()
        });
        let home = homes.get(&(body.file, body.body)).filter(|home| home.krate == body.krate);
        home.copied().unwrap_or(body)
    }
}

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Res {
    Module(CrateId, ModuleId),
    Def(Def),
    /// A variant of an enum of the scan.
    Variant(Def, Name),
    /// Something that belongs to a type: a function, a constant.
    Assoc(Box<Ty>, Name),
    /// A canonical path of something outside of the scan.
    External(SmolStr),
}

pub type Meanings = SmallVec<[Res; 1]>;

/// Meanings that one name has at most: `cfg` branches and globs give a few.
const MAX_MEANINGS: usize = 8;

/// Adds what is not there yet.
fn add(meanings: &mut Meanings, more: impl IntoIterator<Item = Res>) {
    for meaning in more {
        if meanings.len() >= MAX_MEANINGS {
            return;
        }
        if !meanings.contains(&meaning) {
            meanings.push(meaning);
        }
    }
}

impl Resolver<'_> {
    /// Every meaning of a path in a module. `generics` are the type parameters in sight.
    pub fn path(&self, at: (CrateId, ModuleId), path: &Path) -> Meanings {
        let nested = self.memo.nested.get();
        if nested == 0 {
            self.memo.lookups.set(0);
            self.memo.exceeded.set(false);
        }
        if nested >= MAX_NESTED {
            return Meanings::new();
        }
        self.memo.nested.set(nested + 1);
        let found = self.walk(at, path, MAX_STEPS);
        if self.memo.lookups.get() > MAX_LOOKUPS && !self.memo.exceeded.replace(true) {
            self.memo.cut.set(self.memo.cut.get() + 1);
        }
        self.memo.nested.set(nested);
        found
    }

    fn walk(&self, at: (CrateId, ModuleId), path: &Path, steps: usize) -> Meanings {
        let Some(steps) = steps.checked_sub(1) else { return Meanings::new() };
        if let Some(self_type) = &path.self_type {
            return self.qualified(at, path, self_type);
        }
        let mut segments = path.segments.iter();
        let Some(first) = segments.next() else { return Meanings::new() };
        let mut meanings = if path.global {
            self.other_crate(at.0, &first.name).into_iter().collect()
        } else {
            self.first(at, &first.name, steps)
        };
        let mut previous = first;
        for segment in segments {
            let mut next = Meanings::new();
            for meaning in meanings {
                let found = self.step(meaning, previous, &segment.name, steps, at);
                add(&mut next, found);
            }
            meanings = next;
            previous = segment;
        }
        meanings
    }

    /// `<T>::name`, `<T as Trait>::name`.
    fn qualified(
        &self,
        at: (CrateId, ModuleId),
        path: &Path,
        self_type: &crate::ir::Type,
    ) -> Meanings {
        let Some(name) = path.segments.first() else { return Meanings::new() };
        if path.segments.len() > 1 {
            return Meanings::new();
        }
        let ty = self.ty(at, self_type);
        if ty == Ty::Unknown
            && let Some(trait_) = &path.as_trait
        {
            let traits = self.path(at, trait_);
            let below = traits
                .into_iter()
                .flat_map(|t| self.step(t, name, &name.name, MAX_STEPS, at).into_vec());
            return below.collect();
        }
        smallvec![Res::Assoc(Box::new(ty), name.name.clone())]
    }

    /// The first part of a path.
    fn first(&self, at: (CrateId, ModuleId), name: &Name, steps: usize) -> Meanings {
        let (krate, module) = at;
        match name.as_str() {
            "crate" => return smallvec![Res::Module(krate, ModuleId(0))],
            "self" => return smallvec![Res::Module(krate, self.named_module(krate, module))],
            "super" => {
                let here = self.named_module(krate, module);
                let parent = self.unit.module(krate, here).parent.unwrap_or(here);
                return smallvec![Res::Module(krate, self.named_module(krate, parent))];
            }
            "Self" => {
                return match self.self_type(at) {
                    Ty::Unknown => Meanings::new(),
                    ty => smallvec![self.type_meaning(ty)],
                };
            }
            _ => {}
        }
        let mut scope = Some(module);
        while let Some(id) = scope {
            let found = self.in_module(krate, id, name, steps);
            if !found.is_empty() {
                return found;
            }
            let module = self.unit.module(krate, id);
            // Of a type parameter, only what its traits promise is known.
            if let Some(generic) = module.generics.iter().find(|generic| generic.name == *name) {
                return match self.bounds((krate, id), &generic.bounds, MAX_BOUNDS) {
                    Ty::Unknown => Meanings::new(),
                    ty => smallvec![self.type_meaning(ty)],
                };
            }
            scope = module.block.then_some(module.parent).flatten();
        }
        if let Some(other) = self.other_crate(krate, name) {
            return smallvec![other];
        }
        if let Some(path) = prelude::item(name) {
            return smallvec![Res::External(path.into())];
        }
        if prelude::is_primitive(name) {
            return smallvec![Res::External(name.clone())];
        }
        Meanings::new()
    }

    /// The module itself, or the one that a block stands in.
    fn named_module(&self, krate: CrateId, mut id: ModuleId) -> ModuleId {
        loop {
            let module = self.unit.module(krate, id);
            match module.parent {
                Some(parent) if module.block => id = parent,
                _ => return id,
            }
        }
    }

    pub fn other_crate(&self, krate: CrateId, name: &str) -> Option<Res> {
        match self.unit.krate(krate).externs.get(name) {
            Some(Extern::Scanned(other)) => Some(Res::Module(*other, ModuleId(0))),
            Some(Extern::Package(package)) => Some(Res::External(package.clone())),
            None if prelude::is_sysroot(name) => Some(Res::External(name.into())),
            // A loose file has no manifest that could name its crates, and a manifest may name
            // them where it is not read: for a registry's copy, or by a tool of its own.
            None if self.models.knows(name) => Some(Res::External(name.into())),
            None => None,
        }
    }

    /// The meanings of a name inside of one module, imports and globs followed. Names that are
    /// imported in a circle are looked up again with what was found, until nothing is added.
    fn in_module(&self, krate: CrateId, id: ModuleId, name: &Name, steps: usize) -> Meanings {
        let memo = self.memo;
        let key = (krate, id, name.clone());
        if let Some(known) = memo.names.borrow().get(&key) {
            return known.clone();
        }
        if let Some(depth) = memo.open.borrow().get(&key) {
            memo.depends(*depth);
            return memo.guesses.borrow().get(&key).cloned().unwrap_or_default();
        }
        if let Some((lowest, known)) = memo.provisional.borrow().get(&key) {
            memo.depends(*lowest);
            return known.clone();
        }
        memo.work(1);
        memo.lookups.set(memo.lookups.get() + 1);
        if memo.lookups.get() > MAX_LOOKUPS || steps == 0 {
            // From elsewhere, more may be found.
            memo.depends(0);
            return Meanings::new();
        }
        let depth = u32::try_from(memo.open.borrow().len()).unwrap_or(NOTHING);
        memo.open.borrow_mut().insert(key.clone(), depth);
        let around = memo.lowest.get();
        let mut rounds = 0;
        let (found, lowest) = loop {
            memo.lowest.set(NOTHING);
            let mut found = self.declared(krate, id, name, steps);
            if found.is_empty() {
                found = self.through_globs(krate, id, name, steps);
            }
            let lowest = memo.lowest.get();
            rounds += 1;
            let again = lowest == depth
                && rounds < MAX_ROUNDS
                && memo.lookups.get() <= MAX_LOOKUPS
                && memo.guess(&key, &found, depth);
            if !again {
                break (found, lowest);
            }
        };
        memo.open.borrow_mut().remove(&key);
        memo.lowest.set(around);
        if lowest >= depth {
            memo.names.borrow_mut().insert(key, found.clone());
            if lowest == depth {
                memo.provisional.borrow_mut().retain(|_, (lowest, _)| *lowest < depth);
            }
            if depth == 0 {
                memo.guesses.borrow_mut().clear();
            }
        } else {
            memo.depends(lowest);
            memo.provisional.borrow_mut().insert(key, (lowest, found.clone()));
        }
        found
    }

    /// What a module itself declares or imports by name.
    fn declared(&self, krate: CrateId, id: ModuleId, name: &Name, steps: usize) -> Meanings {
        let mut meanings = Meanings::new();
        for binding in self.unit.module(krate, id).names.get(name).into_iter().flatten() {
            match binding {
                Binding::Item(def) => add(&mut meanings, [self.aliased(*def)]),
                Binding::Module(inner) => meanings.push(Res::Module(krate, *inner)),
                Binding::Extern(original) if original == "self" => {
                    meanings.push(Res::Module(krate, ModuleId(0)));
                }
                Binding::Extern(original) => {
                    let other = self.other_crate(krate, original);
                    meanings.push(other.unwrap_or_else(|| Res::External(original.clone())));
                }
                Binding::Import(path) => {
                    add(&mut meanings, self.import(krate, id, name, path, steps))
                }
            }
        }
        meanings
    }

    /// What the modules, enums and crates that are imported as a whole bring; each is looked
    /// into once, however they import each other.
    fn through_globs(&self, krate: CrateId, id: ModuleId, name: &Name, steps: usize) -> Meanings {
        let mut meanings = Meanings::new();
        let mut seen: FxHashSet<Res> = FxHashSet::from_iter([Res::Module(krate, id)]);
        let mut open: Vec<Res> = self.globs(krate, id, steps).to_vec();
        open.reverse();
        while let Some(source) = open.pop() {
            if !seen.insert(source.clone()) {
                continue;
            }
            self.memo.work(1);
            self.memo.lookups.set(self.memo.lookups.get() + 1);
            if self.memo.lookups.get() > MAX_LOOKUPS {
                self.memo.depends(0);
                break;
            }
            match source {
                Res::Module(other, inner) => {
                    let found = self.declared(other, inner, name, steps - 1);
                    if found.is_empty() {
                        open.extend(self.globs(other, inner, steps).iter().rev().cloned());
                    }
                    add(&mut meanings, found);
                }
                Res::Def(def) => add(&mut meanings, self.variant(def, name)),
                Res::External(prefix) => {
                    let path = self.models.canonical(&format!("{prefix}::{name}"));
                    if self.models.knows(&path) {
                        meanings.push(Res::External(path));
                    }
                }
                Res::Assoc(..) | Res::Variant(..) => {}
            }
        }
        meanings
    }

    fn globs(&self, krate: CrateId, id: ModuleId, steps: usize) -> Rc<[Res]> {
        if let Some(known) = self.memo.globs.borrow().get(&(krate, id)) {
            return Rc::clone(known);
        }
        // While they are being worked out, a module's globs bring nothing.
        self.memo.globs.borrow_mut().insert((krate, id), Rc::from([]));
        let paths = &self.unit.module(krate, id).globs;
        let import = |path| self.import(krate, id, &Name::default(), path, steps);
        let find = || -> Rc<[Res]> { paths.iter().flat_map(import).collect() };
        let (sources, settled) = self.memo.settled(find);
        let mut globs = self.memo.globs.borrow_mut();
        match settled {
            true => globs.insert((krate, id), Rc::clone(&sources)),
            false => globs.remove(&(krate, id)),
        };
        sources
    }

    /// The path of a `use`: it begins with a crate, with a name in sight, or (before 2018)
    /// with a name at the root of the crate.
    fn import(
        &self,
        krate: CrateId,
        id: ModuleId,
        name: &Name,
        path: &Path,
        steps: usize,
    ) -> Meanings {
        let Some(steps) = steps.checked_sub(1) else { return Meanings::new() };
        let Some(first) = path.segments.first() else {
            return smallvec![Res::Module(krate, ModuleId(0))];
        };
        // `use a::a;` and `use a as b;`: the name that is being declared does not mean itself.
        let other_first = first.name == *name;
        let from_root = self.unit.krate(krate).edition < 2018;
        if other_first && let Some(other) = self.other_crate(krate, &first.name) {
            return self.rest(other, path, steps, (krate, id));
        }
        if path.segments.len() == 1 && other_first {
            return Meanings::new();
        }
        let found = if from_root && !matches!(first.name.as_str(), "self" | "super" | "crate") {
            self.walk((krate, ModuleId(0)), path, steps)
        } else {
            self.walk((krate, id), path, steps)
        };
        if found.is_empty()
            && let Some(other) = self.other_crate(krate, &first.name)
        {
            return self.rest(other, path, steps, (krate, id));
        }
        found
    }

    /// The segments after the first, from what the first means.
    fn rest(&self, first: Res, path: &Path, steps: usize, at: (CrateId, ModuleId)) -> Meanings {
        let mut meanings: Meanings = smallvec![first];
        for pair in path.segments.windows(2) {
            let next =
                meanings.into_iter().flat_map(|m| self.step(m, &pair[0], &pair[1].name, steps, at));
            meanings = next.collect();
        }
        meanings
    }

    /// One `::name` further.
    fn step(
        &self,
        from: Res,
        segment: &crate::ir::Segment,
        name: &Name,
        steps: usize,
        at: (CrateId, ModuleId),
    ) -> Meanings {
        match from {
            Res::Module(krate, id) => match name.as_str() {
                "self" => smallvec![from],
                "super" => {
                    let parent = self.unit.module(krate, id).parent.unwrap_or(id);
                    smallvec![Res::Module(krate, self.named_module(krate, parent))]
                }
                _ => match steps.checked_sub(1) {
                    Some(steps) => self.in_module(krate, id, name, steps),
                    None => Meanings::new(),
                },
            },
            Res::Def(def) => {
                let variants = self.variant(def, name);
                if !variants.is_empty() {
                    return variants;
                }
                let args = segment.args.iter().map(|ty| self.ty(at, ty)).collect();
                smallvec![Res::Assoc(Box::new(Ty::Local(def, args)), name.clone())]
            }
            Res::External(prefix) => {
                smallvec![Res::External(self.models.canonical(&format!("{prefix}::{name}")))]
            }
            // `T::name` of a type parameter, `Self::name`.
            Res::Assoc(ty, whole) if whole.is_empty() => smallvec![Res::Assoc(ty, name.clone())],
            // An associated type's function, a variant's field: nothing we know.
            Res::Assoc(..) | Res::Variant(..) => Meanings::new(),
        }
    }

    fn variant(&self, def: Def, name: &Name) -> Meanings {
        match &self.unit.item(def).kind {
            ItemKind::Enum { variants } if variants.iter().any(|v| v.name == *name) => {
                smallvec![Res::Variant(def, name.clone())]
            }
            _ => Meanings::new(),
        }
    }

    /// An alias means what its type means.
    fn aliased(&self, def: Def) -> Res {
        let ItemKind::Alias(ty) = &self.unit.item(def).kind else { return Res::Def(def) };
        if let Some(known) = self.memo.aliases.borrow().get(&def) {
            return known.clone();
        }
        self.memo.aliases.borrow_mut().insert(def, Res::Def(def));
        let (ty, settled) = self.memo.settled(|| self.ty((def.krate, def.module), ty));
        let meaning = match ty {
            Ty::Unknown => Res::Def(def),
            ty => self.type_meaning(ty),
        };
        let mut aliases = self.memo.aliases.borrow_mut();
        match settled {
            true => aliases.insert(def, meaning.clone()),
            false => aliases.remove(&def),
        };
        meaning
    }

    fn type_meaning(&self, ty: Ty) -> Res {
        match ty {
            Ty::External(path, args) if args.is_empty() => Res::External(path),
            Ty::Local(def, _) => Res::Def(def),
            other => Res::Assoc(Box::new(other), Name::default()),
        }
    }
}
