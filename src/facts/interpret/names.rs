//! What the names of the scanned code stand for.

use smol_str::SmolStr;

use super::datum::Width;
use super::{Datum, Eval, MAX_BODY, Machine, Stop, known};
use crate::ir::*;
use crate::names::{Def, Res, Ty};

impl Machine<'_, '_, '_> {
    /// What a path stands for, in the current frame.
    pub(super) fn path(&mut self, path: &Path) -> Eval {
        self.pay(4)?;
        let at = self.frame().at;
        for meaning in self.cx.resolver().path(at, path) {
            let datum = match meaning {
                Res::Def(def) => self.definition(def)?,
                Res::External(path) => self.outer(path),
                Res::Assoc(ty, name) => self.associated(&ty, &name)?,
                Res::Variant(..) | Res::Module(..) => continue,
            };
            return Ok(datum);
        }
        // A parameter such as `const N: usize`, which no other name can be.
        match (path.single(), self.frame().length) {
            (Some(name), Some(length))
                if name.len() <= 4 && name.starts_with(char::is_uppercase) =>
            {
                Ok(Datum::size(length))
            }
            _ => Err(Stop::GiveUp),
        }
    }

    fn outer(&self, path: SmolStr) -> Datum {
        if path == "std::option::Option::None" {
            return Datum::Nothing;
        }
        let value = crate::facts::eval::constant(&path);
        Datum::from_value(&value).unwrap_or(Datum::External(path))
    }

    fn definition(&mut self, def: Def) -> Eval {
        match &self.cx.unit.item(def).kind {
            ItemKind::Function(function) if !function.foreign => Ok(Datum::Function(def)),
            ItemKind::Struct { fields } if fields.is_empty() => {
                Ok(Datum::Struct(def, Vec::new().into()))
            }
            ItemKind::Constant { ty, .. } => {
                let (value, trail) = self.cx.constant(def);
                self.trail.add(trail);
                if let Some(datum) = Datum::from_value(&value) {
                    self.note_piece(&datum);
                    return Ok(datum.coerced(ty));
                }
                // An engine or another thing from outside of the scan is its type.
                if let Ty::External(path, _) = self.cx.resolver().ty((def.krate, def.module), ty)
                    && self.cx.models.is_type(&path)
                {
                    return Ok(Datum::External(path));
                }
                self.structured_constant(def)
            }
            _ => Err(Stop::GiveUp),
        }
    }

    /// A constant that is a structure of the scan: worked out here, since the pass keeps none.
    fn structured_constant(&mut self, def: Def) -> Eval {
        let here = known(self.cx.body_of(def))?;
        let body = self.cx.unit.files[&here.file].body(here.body);
        let root = known(body.root)?;
        if body.exprs.len() > MAX_BODY {
            return Err(Stop::GiveUp);
        }
        let before = self.enter(here, body)?;
        let result = self.eval(root);
        self.leave(before);
        result
    }

    fn associated(&mut self, ty: &Ty, name: &Name) -> Eval {
        match ty {
            Ty::External(owner, _) => {
                if let Some(width) = Width::named(owner) {
                    match (name.as_str(), width.signed, width.bits) {
                        ("MAX", false, bits) if bits < 128 => {
                            return Ok(Datum::Int((1i128 << bits) - 1, width));
                        }
                        ("BITS", _, bits) => {
                            return Ok(Datum::Int(
                                i128::from(bits),
                                Width { bits: 32, signed: false },
                            ));
                        }
                        _ => {}
                    }
                }
                Ok(self.outer(format!("{owner}::{name}").into()))
            }
            Ty::Local(def, _) => {
                let def = known(self.member(*def, name))?;
                self.definition(def)
            }
            _ => Err(Stop::GiveUp),
        }
    }

    /// A function or constant of a type of the scan.
    pub(super) fn member(&self, def: Def, name: &str) -> Option<Def> {
        let members = self.cx.unit.krate(def.krate).members.get(&(def.file, def.item))?;
        members.get(name)?.first().copied()
    }

    /// A method that the scan adds to a type from elsewhere.
    pub(super) fn extension(&self, receiver: &Datum, name: &str) -> Option<Def> {
        let owners: &[&str] = match receiver {
            Datum::Text(_) => &["str", "std::string::String"],
            Datum::Bytes(_) | Datum::List(_) => &["slice", "std::vec::Vec"],
            Datum::Int(..) => &["u8", "u32", "u64", "usize"],
            Datum::Char(_) => &["char"],
            _ => return None,
        };
        let extensions = &self.cx.unit.krate(self.frame().here.krate).extensions;
        let find = |owner: &&str| extensions.get(*owner)?.get(name)?.first().copied();
        owners.iter().find_map(find)
    }
}
