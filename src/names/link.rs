//! Ties `impl` blocks to the types and traits that they are for, once every module is there.

use super::types::Bound;
use super::*;

/// An association between an `impl` and what it is for.
enum Link {
    Member((FileId, ItemId), Name, Def),
    Extension(SmolStr, Name, Def),
    Implementation((FileId, ItemId), Name, Def),
}

/// Fills the members, extensions and implementations of every crate of the unit.
pub fn link(unit: &mut Unit, models: &Models) {
    let mut links: Vec<(CrateId, Link)> = Vec::new();
    let memo = Memo::default();
    let resolver = Resolver { unit, models, memo: &memo };
    for id in unit.crate_ids() {
        for block in &unit.krate(id).impls {
            let module = unit.module(id, block.module);
            let Some((self_type, outer)) = &module.self_type else { continue };
            let ty = resolver.ty((id, *outer), self_type);
            let traits = block.trait_.iter().flat_map(|path| resolver.path((id, *outer), path));
            let traits: Vec<Def> = traits
                .filter_map(|res| match res {
                    Res::Def(def) => Some(def),
                    _ => None,
                })
                .collect();
            for def in &block.items {
                let name = unit.item(*def).name.clone();
                let target = match &ty {
                    Ty::Local(target, _) => Some(target),
                    Ty::Bounds(bounds) => bounds.iter().find_map(|bound| match bound {
                        Bound::Local(target) => Some(target),
                        Bound::External(_) => None,
                    }),
                    _ => None,
                };
                match (target, &ty) {
                    (Some(target), _) => {
                        links.push((
                            target.krate,
                            Link::Member((target.file, target.item), name.clone(), *def),
                        ));
                    }
                    (None, Ty::External(path, _)) => {
                        links.push((id, Link::Extension(path.clone(), name.clone(), *def)));
                    }
                    _ => {}
                }
                for target in &traits {
                    let key = (target.file, target.item);
                    links.push((target.krate, Link::Implementation(key, name.clone(), *def)));
                }
            }
        }
    }
    for (krate, link) in links {
        let krate = &mut unit.crates[krate.0 as usize];
        let (names, name, def) = match link {
            Link::Member(key, name, def) => (krate.members.entry(key).or_default(), name, def),
            Link::Extension(path, name, def) => {
                (krate.extensions.entry(path).or_default(), name, def)
            }
            Link::Implementation(key, name, def) => {
                (krate.implementations.entry(key).or_default(), name, def)
            }
        };
        names.entry(name.clone()).or_default().push(def);
        krate.methods.entry(name).or_default().push(def);
    }
    for krate in &mut unit.crates {
        krate.trait_methods =
            krate.implementations.values().flat_map(|names| names.keys().cloned()).collect();
        krate.methods.values_mut().for_each(|defs| {
            defs.sort();
            defs.dedup();
        });
    }
}
