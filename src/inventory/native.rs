//! Code that no Rust compiler checks: foreign functions, linked libraries, build scripts.

use std::collections::BTreeSet;

use super::gather::Listed;
use crate::files::Files;
use crate::ir::ItemKind;
use crate::lint::engine::Subject;
use crate::project::{PackageId, Project};
use crate::span::{Place, Span};
use crate::vocab::{Section, TargetKind};

/// The foreign functions of a crate: place, library, name, and whether only tests have it.
pub(super) fn foreign(subject: &Subject<'_>) -> Vec<(Place, String, String, bool)> {
    let krate = subject.unit.krate(subject.krate);
    let mut files: Vec<_> = krate.modules.iter().filter_map(|module| module.file).collect();
    files.sort();
    files.dedup();
    let mut found = Vec::new();
    for file in files {
        let Some(ir) = subject.unit.files.get(&file) else { continue };
        for item in &ir.items {
            let ItemKind::Function(function) = &item.kind else { continue };
            if !function.foreign {
                continue;
            }
            let link = item.attrs.iter().find(|a| a.path.single().is_some_and(|n| n == "link"));
            let library = link
                .and_then(|link| link.list.split_once("name"))
                .and_then(|(_, rest)| rest.split('"').nth(1));
            let what = library.map_or_else(
                || "foreign functions".to_owned(),
                |library| format!("the library `{library}`"),
            );
            let place = Place { file, span: item.name_span };
            found.push((place, what, item.name.to_string(), item.test));
        }
    }
    found
}

/// What the manifests of packages say: linked libraries and build scripts.
pub fn packages(project: &Project, files: &Files) -> Vec<Listed> {
    let mut found = Vec::new();
    for (package, number) in project.packages.iter().zip(0u32..) {
        let mut add = |place: Place, what: String, how: &str| {
            found.push(Listed {
                package: Some(PackageId(number)),
                kind: TargetKind::BuildScript,
                target: "build_script_build".into(),
                test: false,
                section: Section::NativeCode,
                what,
                chosen_by: None,
                how: Some(how.to_owned()),
                detail: None,
                data: BTreeSet::new(),
                guards: BTreeSet::new(),
                place,
            });
        };
        if let Some((library, span)) = &package.links
            && let Some(file) = files.find(&package.manifest)
        {
            let what = format!("the library `{library}`");
            add(Place { file, span: *span }, what, "links");
        }
        for target in package.targets.iter().filter(|t| t.kind == TargetKind::BuildScript) {
            if let Some(file) = files.find(&target.root) {
                let place = Place { file, span: Span::default() };
                add(place, "a build script".to_owned(), "runs where the package is compiled");
            }
        }
    }
    found
}
