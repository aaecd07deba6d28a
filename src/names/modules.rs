//! Module trees: from root files along `mod`, `#[path]`, `cfg_attr(.., path)` and `include!`.
//!
//! Files are loaded through [`Loader`], which decides what may be read. A module that cannot be
//! found, lies outside of the roots or contains itself is a gap.

use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::*;
use crate::ir::{ExprKind, Literal, MacroCall, Type};

/// Modules inside of modules, also through files, before we stop.
const MAX_DEPTH: usize = 128;

/// Gives files to the module tree.
pub trait Loader {
    /// The parsed file, or why there is none.
    ///
    /// # Errors
    /// `Missing` when there is no such file, which only matters when no other candidate
    /// exists; `Refused` when it exists and must not, or cannot, be read.
    fn load(&mut self, path: &FsPath) -> Result<(FileId, Arc<FileIr>), LoadError>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    Missing,
    Refused(String),
}

/// Builds the module tree of one target into `unit`; the files that it consists of.
pub fn build(
    unit: &mut Unit,
    plan: &CratePlan,
    loader: &mut dyn Loader,
) -> Result<FxHashSet<FileId>, LoadError> {
    let krate = CrateId(u32::try_from(unit.crates.len()).unwrap_or(u32::MAX));
    let (root, ir) = loader.load(&plan.root)?;
    let mut builder = Builder {
        krate: Crate {
            package: plan.package,
            kind: plan.kind,
            name: plan.name.clone(),
            edition: plan.edition,
            root,
            modules: Vec::new(),
            externs: plan.externs.iter().cloned().collect(),
            macros: FxHashMap::default(),
            members: FxHashMap::default(),
            methods: FxHashMap::default(),
            implementations: FxHashMap::default(),
            extensions: FxHashMap::default(),
            trait_methods: Default::default(),
            impls: Vec::new(),
            items: Vec::new(),
            bodies: Vec::new(),
        },
        id: krate,
        unit,
        loader,
        seen: FxHashSet::default(),
        open: Vec::new(),
        path: Vec::new(),
    };
    let top = builder.module(Name::default(), None, Some(root), false);
    let folder = plan.root.parent().unwrap_or(FsPath::new("")).to_owned();
    builder.file(top, root, &ir, &folder, &plan.root);
    let Builder { krate, seen, unit, .. } = builder;
    unit.crates.push(krate);
    Ok(seen)
}

struct Builder<'a> {
    krate: Crate,
    id: CrateId,
    unit: &'a mut Unit,
    loader: &'a mut dyn Loader,
    seen: FxHashSet<FileId>,
    /// The files that we are inside of.
    open: Vec<FileId>,
    /// The names of the items that we are inside of.
    path: Vec<Name>,
}

/// Where the items being added stand.
#[derive(Clone, Copy)]
struct Here<'h> {
    module: ModuleId,
    file: FileId,
    ir: &'h FileIr,
    /// Where `mod name;` looks.
    folder: &'h FsPath,
    /// The file itself, for `#[path]` and `include!`.
    path: &'h FsPath,
    test: bool,
    /// Directly in a file, not in an inline module: `#[path]` starts at the file's folder.
    inline: bool,
}

impl Builder<'_> {
    fn module(
        &mut self,
        name: Name,
        parent: Option<ModuleId>,
        file: Option<FileId>,
        block: bool,
    ) -> ModuleId {
        let id = ModuleId(u32::try_from(self.krate.modules.len()).unwrap_or(u32::MAX));
        self.krate.modules.push(Module { name, parent, file, block, ..Module::default() });
        id
    }

    /// Keeps what the build must be like for the items of a module to exist.
    fn configured(&mut self, module: ModuleId, file: FileId, attrs: &[crate::ir::Attr]) {
        let cfg = attrs.iter().filter(|attr| attr.path.single().is_some_and(|name| name == "cfg"));
        let cfgs = &mut self.krate.modules[module.0 as usize].cfgs;
        cfgs.extend(cfg.map(|attr| (file, attr.clone())));
    }

    fn gap(&mut self, file: FileId, span: Span, why: String, generated: bool) {
        self.unit.gaps.push(UnitGap { file, span, why, generated });
    }

    /// Adds the items of a file to a module.
    fn file(
        &mut self,
        module: ModuleId,
        file: FileId,
        ir: &Arc<FileIr>,
        folder: &FsPath,
        path: &FsPath,
    ) {
        self.seen.insert(file);
        self.open.push(file);
        self.unit.files.entry(file).or_insert_with(|| ir.clone());
        let test = self.krate.modules[module.0 as usize].test;
        let here = Here { module, file, ir, folder, path, test, inline: false };
        self.items(here, &ir.top);
        self.open.pop();
    }

    fn items(&mut self, here: Here<'_>, ids: &[ItemId]) {
        for id in ids {
            self.item(here, *id);
        }
    }

    /// Lists an item that carries attributes or implements a trait: what lints ask about.
    fn note(&mut self, here: Here<'_>, def: Def) {
        let item = here.ir.item(def.item);
        let implements = matches!(item.kind, ItemKind::Impl { trait_: Some(_), .. });
        let noted = self.krate.items.last().is_some_and(|last| last.def == def);
        if (implements || !item.attrs.is_empty()) && !noted {
            let path = self.path.join("::").into();
            self.krate.items.push(Noted { def, path, test: here.test });
        }
    }

    fn def(&self, here: Here<'_>, item: ItemId) -> Def {
        Def { krate: self.id, module: here.module, file: here.file, item }
    }

    fn declare(&mut self, module: ModuleId, name: &Name, binding: Binding) {
        let names = &mut self.krate.modules[module.0 as usize].names;
        names.entry(name.clone()).or_default().push(binding);
    }

    fn item(&mut self, here: Here<'_>, id: ItemId) {
        let item = here.ir.item(id);
        let def = self.def(here, id);
        let here = Here { test: here.test || item.test, ..here };
        self.note(here, def);
        match &item.kind {
            ItemKind::Module { items, paths } => {
                self.submodule(here, item, items.as_deref(), paths)
            }
            ItemKind::Use(leaves) => {
                for leaf in leaves {
                    match &leaf.alias {
                        Some(alias) => {
                            self.declare(here.module, alias, Binding::Import(leaf.path.clone()))
                        }
                        None => {
                            let module = &mut self.krate.modules[here.module.0 as usize];
                            module.globs.push(leaf.path.clone());
                        }
                    }
                }
            }
            ItemKind::ExternCrate { original } => {
                self.declare(here.module, &item.name, Binding::Extern(original.clone()));
            }
            ItemKind::Impl { self_type, trait_, generics, items } => {
                let module = self.module(Name::default(), Some(here.module), Some(here.file), true);
                let inner = &mut self.krate.modules[module.0 as usize];
                inner.self_type = Some((self_type.clone(), here.module));
                inner.generics.clone_from(generics);
                self.configured(module, here.file, &item.attrs);
                self.path.push(type_name(self_type));
                let inside = Here { module, ..here };
                for member in items {
                    self.member(inside, *member);
                }
                self.path.pop();
                self.impl_of(here, module, items, trait_.clone());
            }
            ItemKind::Trait { items } => {
                self.declare(here.module, &item.name, Binding::Item(def));
                let module = self.module(Name::default(), Some(here.module), Some(here.file), true);
                self.krate.modules[module.0 as usize].trait_ = Some(def);
                self.path.push(item.name.clone());
                for member in items {
                    let inside = Here { module, ..here };
                    self.member(inside, *member);
                    let member_def = self.def(inside, *member);
                    let name = here.ir.item(*member).name.clone();
                    let members = self.krate.members.entry((here.file, id)).or_default();
                    members.entry(name).or_default().push(member_def);
                }
                self.path.pop();
            }
            ItemKind::MacroRules { rules } => {
                self.krate.macros.entry(item.name.clone()).or_default().push(def);
                self.path.push(Name::from(format!("{}!", item.name)));
                for rule in rules {
                    self.body(here, id, *rule);
                }
                self.path.pop();
            }
            ItemKind::Code(body) | ItemKind::Quoted(body) => self.body(here, id, *body),
            ItemKind::Include(path) => self.include(here, item.span, path),
            ItemKind::Function(_) | ItemKind::Constant { .. } => {
                self.declare(here.module, &item.name, Binding::Item(def));
                self.member(here, id);
            }
            ItemKind::Struct { .. } | ItemKind::Enum { .. } | ItemKind::Alias(_) => {
                self.declare(here.module, &item.name, Binding::Item(def));
            }
        }
    }

    /// A function or constant: its body, in the module that it stands in.
    fn member(&mut self, here: Here<'_>, id: ItemId) {
        let item = here.ir.item(id);
        let here = Here { test: here.test || item.test, ..here };
        self.note(here, self.def(here, id));
        self.path.push(item.name.clone());
        match &item.kind {
            ItemKind::Function(function) => {
                if let Some(body) = function.body {
                    self.body(here, id, body);
                }
            }
            ItemKind::Constant { body: Some(body), .. } | ItemKind::Code(body) => {
                self.body(here, id, *body);
            }
            _ => {}
        }
        self.path.pop();
    }

    fn body(&mut self, here: Here<'_>, item: ItemId, body: BodyId) {
        let content = here.ir.body(body);
        let generics = match &here.ir.item(item).kind {
            ItemKind::Function(function) => function.generics.as_slice(),
            _ => &[],
        };
        let mut module = here.module;
        if !content.items.is_empty() || !generics.is_empty() {
            module = self.module(Name::default(), Some(here.module), Some(here.file), true);
            let inner = &mut self.krate.modules[module.0 as usize];
            inner.test = here.test;
            inner.generics = generics.to_vec();
            self.items(Here { module, ..here }, &content.items);
        }
        let at = BodyRef { krate: self.id, module, file: here.file, body };
        let path = self.path.join("::").into();
        let quoted = matches!(here.ir.item(item).kind, ItemKind::Quoted(_));
        self.krate.bodies.push(Owned { at, item, path, test: here.test, quoted });
        // `include!` where an expression is expected.
        for (_, expr) in content.iter() {
            if let ExprKind::Macro(call) = &expr.kind
                && call.path.last().is_some_and(|segment| segment.name == "include")
            {
                self.include_call(Here { module, ..here }, content, call, expr.span);
            }
        }
    }

    fn include_call(
        &mut self,
        here: Here<'_>,
        body: &crate::ir::Body,
        call: &MacroCall,
        span: Span,
    ) {
        let literal = call.args.first().map(|arg| &body.expr(arg.value).kind);
        match literal {
            Some(ExprKind::Literal(Literal::Text(path))) => self.include(here, span, path),
            _ => {
                self.gap(here.file, span, "generated code, made by a build script".to_owned(), true)
            }
        }
    }

    fn include(&mut self, here: Here<'_>, span: Span, relative: &str) {
        let folder = here.path.parent().unwrap_or(FsPath::new(""));
        let path = normal(&folder.join(relative));
        match self.loader.load(&path) {
            Ok((file, _)) if self.open.contains(&file) => {
                self.gap(here.file, span, format!("`{relative}` includes itself"), false);
            }
            Ok((file, ir)) => self.file(here.module, file, &ir, folder, &path),
            Err(LoadError::Missing) => {
                self.gap(
                    here.file,
                    span,
                    format!("included file `{relative}` was not found"),
                    false,
                );
            }
            Err(LoadError::Refused(why)) => {
                self.gap(here.file, span, format!("included file `{relative}`: {why}"), false);
            }
        }
    }

    fn submodule(
        &mut self,
        here: Here<'_>,
        item: &Item,
        items: Option<&[ItemId]>,
        paths: &[String],
    ) {
        if self.path.len() > MAX_DEPTH {
            let why = format!("modules nested deeper than {MAX_DEPTH}");
            return self.gap(here.file, item.span, why, false);
        }
        self.path.push(item.name.clone());
        if let Some(items) = items {
            let module = self.module(item.name.clone(), Some(here.module), Some(here.file), false);
            self.krate.modules[module.0 as usize].test = here.test;
            self.configured(module, here.file, &item.attrs);
            self.declare(here.module, &item.name, Binding::Module(module));
            let start = if here.inline { here.folder } else { here.folder_of_path() };
            let folder = match paths.first() {
                Some(path) => normal(&start.join(path)),
                None => here.folder.join(item.name.as_str()),
            };
            self.items(Here { module, folder: &folder, inline: true, ..here }, items);
        } else {
            self.module_files(here, item, paths);
        }
        self.path.pop();
    }

    /// `mod name;`: every `#[path]` that exists, else `name.rs` or `name/mod.rs`.
    fn module_files(&mut self, here: Here<'_>, item: &Item, paths: &[String]) {
        let start = if here.inline { here.folder } else { here.folder_of_path() };
        let name = item.name.as_str();
        let mut candidates: Vec<(PathBuf, bool)> =
            paths.iter().map(|path| (normal(&start.join(path)), true)).collect();
        candidates.push((here.folder.join(format!("{name}.rs")), false));
        candidates.push((here.folder.join(name).join("mod.rs"), true));
        let mut found = false;
        for (path, owns_folder) in candidates {
            let (file, ir) = match self.loader.load(&path) {
                Ok(loaded) => loaded,
                Err(LoadError::Missing) => continue,
                Err(LoadError::Refused(why)) => {
                    found = true;
                    self.gap(here.file, item.span, format!("module `{name}`: {why}"), false);
                    continue;
                }
            };
            found = true;
            if self.open.contains(&file) {
                self.gap(here.file, item.span, format!("module `{name}` contains itself"), false);
                continue;
            }
            let module = self.module(item.name.clone(), Some(here.module), Some(file), false);
            let test = here.test || ir.attrs.iter().any(|a| a.list.trim() == "test");
            self.krate.modules[module.0 as usize].test = test;
            self.configured(module, here.file, &item.attrs);
            self.configured(module, file, &ir.attrs);
            self.declare(here.module, &item.name, Binding::Module(module));
            let parent = path.parent().unwrap_or(FsPath::new(""));
            let folder = if owns_folder { parent.to_owned() } else { parent.join(name) };
            self.file(module, file, &ir, &folder, &path);
        }
        // A module that a macro names is looked for where nobody could have put it.
        if !found && !crate::syntax::is_placeholder(name) {
            let why = format!("the file of module `{name}` was not found");
            self.gap(here.file, item.span, why, false);
        }
    }

    /// What an `impl` is for can only be said when every module of the unit is there; see
    /// [`super::link`].
    fn impl_of(
        &mut self,
        here: Here<'_>,
        module: ModuleId,
        items: &[ItemId],
        trait_: Option<Path>,
    ) {
        let (krate, file) = (self.id, here.file);
        let items = items.iter().map(|item| Def { krate, module, file, item: *item }).collect();
        self.krate.impls.push(Impl { module, trait_, items });
    }
}

impl Here<'_> {
    fn folder_of_path(&self) -> &FsPath {
        self.path.parent().unwrap_or(FsPath::new(""))
    }
}

/// `a/./b/../c` as `a/c`, without asking the file system.
pub fn normal(path: &FsPath) -> PathBuf {
    use std::path::Component;
    let mut parts = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if parts.file_name().is_some() => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts
}

fn type_name(ty: &Type) -> Name {
    match ty {
        Type::Path(path) => path.last().map(|segment| segment.name.clone()).unwrap_or_default(),
        Type::Ref(inner) | Type::Pointer(inner) | Type::Slice(inner) => type_name(inner),
        _ => Name::default(),
    }
}
