//! Names: the module tree of every target, and what a path in it means.
//!
//! All `cfg` branches are part of the tree, so a name can have several meanings; the caller
//! gets all of them. What belongs to the scan is followed to its definition, what does not is
//! a canonical path (`std::process::Command::new`) whose first part is the real name of the
//! package, whatever the manifest or a `use` calls it.
//!
//! A definition of the scanned code is never taken for a modelled API, however it is called.

mod link;
mod modules;
mod paths;
pub mod prelude;
mod types;

use std::path::PathBuf;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

pub use self::link::link;
pub use self::modules::{LoadError, Loader, build, normal};
pub use self::paths::{Memo, Res};
pub use self::types::{Bound, Callee, Ty};
use crate::ir::{BodyId, FileIr, Item, ItemId, ItemKind, Name, Path};
use crate::model::Models;
use crate::project::PackageId;
use crate::span::{FileId, Span};
use crate::vocab::TargetKind;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CrateId(pub u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleId(pub u32);

/// An item of the scan, and the module that its own paths are resolved in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Def {
    pub krate: CrateId,
    pub module: ModuleId,
    pub file: FileId,
    pub item: ItemId,
}

/// A body with the place that its paths are resolved in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BodyRef {
    pub krate: CrateId,
    pub module: ModuleId,
    pub file: FileId,
    pub body: BodyId,
}

/// Everything that can name each other: the packages of a workspace, or one package.
#[derive(Debug, Default)]
pub struct Unit {
    pub crates: Vec<Crate>,
    pub files: FxHashMap<FileId, Arc<FileIr>>,
    /// What could not be followed: place, and why.
    pub gaps: Vec<UnitGap>,
}

#[derive(Debug, Clone)]
pub struct UnitGap {
    pub file: FileId,
    pub span: Span,
    pub why: String,
    /// The code exists only after a build; that is said, and is no fault of anyone.
    pub generated: bool,
}

/// One target as a module tree.
#[derive(Debug)]
pub struct Crate {
    pub package: Option<PackageId>,
    pub kind: TargetKind,
    pub name: Name,
    pub edition: u16,
    pub root: FileId,
    pub modules: Vec<Module>,
    /// The names of other crates.
    pub externs: FxHashMap<Name, Extern>,
    /// `macro_rules!` by name, wherever they stand: their textual scope is not modelled.
    pub macros: FxHashMap<Name, Vec<Def>>,
    /// Inherent and trait methods, and associated functions and constants, by the item that
    /// they are implemented for and their name.
    pub members: FxHashMap<(FileId, ItemId), FxHashMap<Name, Vec<Def>>>,
    /// Methods by name alone, for receivers of unknown type.
    pub methods: FxHashMap<Name, Vec<Def>>,
    /// Implementations of each trait of the scan: the methods by name.
    pub implementations: FxHashMap<(FileId, ItemId), FxHashMap<Name, Vec<Def>>>,
    /// Methods that traits of the scan add to types from elsewhere, by the type's path.
    pub extensions: FxHashMap<SmolStr, FxHashMap<Name, Vec<Def>>>,
    /// The names of the methods of those implementations.
    pub trait_methods: FxHashSet<Name>,
    pub impls: Vec<Impl>,
    /// The items that carry attributes or implement a trait.
    pub items: Vec<Noted>,
    /// Every body with its owner, in the order of the tree.
    pub bodies: Vec<Owned>,
}

/// An item that lints may ask about.
#[derive(Debug, Clone)]
pub struct Noted {
    pub def: Def,
    pub path: SmolStr,
    pub test: bool,
}

/// An `impl` block.
#[derive(Debug, Clone)]
pub struct Impl {
    /// The block module of its items, which knows the type.
    pub module: ModuleId,
    pub trait_: Option<Path>,
    pub items: Vec<Def>,
}

/// What another crate is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extern {
    /// A crate of the same unit.
    Scanned(CrateId),
    /// The real name of the package, as a crate name.
    Package(SmolStr),
}

#[derive(Debug, Default)]
pub struct Module {
    pub name: Name,
    pub parent: Option<ModuleId>,
    pub file: Option<FileId>,
    pub names: FxHashMap<Name, Vec<Binding>>,
    pub globs: Vec<Path>,
    /// Made for the items inside of a body: names of the outer module are in sight too.
    pub block: bool,
    /// The type of the surrounding `impl`, for `Self`.
    pub self_type: Option<(crate::ir::Type, ModuleId)>,
    /// The trait whose items stand here.
    pub trait_: Option<Def>,
    /// Type parameters in sight, with their bounds.
    pub generics: Vec<crate::ir::Generic>,
    pub test: bool,
    /// The `#[cfg(..)]` under which the module, or the `impl` that it stands for, exists.
    pub cfgs: Vec<(FileId, crate::ir::Attr)>,
}

/// One meaning of a name.
#[derive(Debug, Clone)]
pub enum Binding {
    Item(Def),
    Module(ModuleId),
    Import(Path),
    Extern(Name),
}

/// A body and what it belongs to.
#[derive(Debug, Clone)]
pub struct Owned {
    pub at: BodyRef,
    /// The item whose code it is.
    pub item: ItemId,
    /// The path of the item in its crate, for people: `net::send`.
    pub path: SmolStr,
    pub test: bool,
    /// Whether it is written into another program and does not run in this one.
    pub quoted: bool,
}

impl Unit {
    pub fn krate(&self, id: CrateId) -> &Crate {
        &self.crates[id.0 as usize]
    }

    pub fn module(&self, krate: CrateId, id: ModuleId) -> &Module {
        &self.krate(krate).modules[id.0 as usize]
    }

    pub fn item(&self, def: Def) -> &Item {
        self.files[&def.file].item(def.item)
    }

    /// The body of a function or a constant.
    pub fn body_of(&self, def: Def) -> Option<BodyRef> {
        let body = match &self.item(def).kind {
            ItemKind::Function(function) => function.body?,
            ItemKind::Constant { body, .. } => (*body)?,
            _ => return None,
        };
        let Def { krate, module, file, .. } = def;
        Some(BodyRef { krate, module, file, body })
    }

    pub fn crate_ids(&self) -> impl Iterator<Item = CrateId> + use<> {
        (0..u32::try_from(self.crates.len()).unwrap_or(u32::MAX)).map(CrateId)
    }
}

/// Answers what paths and types mean in a unit.
#[derive(Debug, Clone, Copy)]
pub struct Resolver<'a> {
    pub unit: &'a Unit,
    pub models: &'a Models,
    pub memo: &'a Memo,
}

/// What a target needs to become a module tree.
#[derive(Debug, Clone)]
pub struct CratePlan {
    pub package: Option<PackageId>,
    pub kind: TargetKind,
    pub name: Name,
    pub edition: u16,
    pub root: PathBuf,
    pub externs: Vec<(Name, Extern)>,
}
