use super::*;

const ROOT: &str = "[workspace]\nmembers = ['a']\nexclude = ['vendor']\n\
    [workspace.package]\nedition = '2018'\nversion = '1.2.3'\n\
    [workspace.dependencies]\nshared-x = { package = 'real-x', path = 'libs/x', features = ['f'] }\n\
    plain = '1'\n";

#[test]
fn a_member_inherits_from_its_workspace() {
    let member = "[package]\nname = 'a'\nedition.workspace = true\n\
        version = { workspace = true }\n[dependencies]\nplain.workspace = true\n\
        shared-x = { workspace = true, optional = true }\n";
    let project = tree(&[("/w/Cargo.toml", ROOT), ("/w/a/Cargo.toml", member)]);
    let [package] = project.packages.as_slice() else { panic!("a virtual root is no package") };
    assert_eq!((package.edition, package.version.as_str()), (2018, "1.2.3"));
    assert_eq!(package.workspace.as_deref(), Some(Path::new("/w")));
    let [plain, shared] = package.dependencies.as_slice() else { panic!("two dependencies") };
    assert_eq!((plain.name.as_str(), &plain.path, plain.optional), ("plain", &None, false));
    assert_eq!((shared.name.as_str(), shared.package.as_str()), ("shared_x", "real-x"));
    assert_eq!(shared.path.as_deref(), Some(Path::new("/w/libs/x")));
    assert!(shared.optional);
    assert_eq!(&member[shared.span.range()], "shared-x = { workspace = true, optional = true }");
    assert!(member[plain.span.range()].starts_with("plain"));
    assert_eq!(problems(&project), Vec::<String>::new());
}

#[test]
fn a_workspace_above_the_root_is_read_for_what_is_inherited() {
    let member = "[package]\nname = 'a'\nedition.workspace = true\n";
    let project =
        from(&[("/w/Cargo.toml", ROOT), ("/w/a/Cargo.toml", member), ("/w/b.rs", "")], &["/w/a"]);
    assert_eq!(project.packages[0].edition, 2018);
    assert_eq!(sources(&project), Vec::<String>::new());
    assert_eq!(project.manifests.len(), 1, "but it is no part of the project");
}

#[test]
fn package_workspace_points_to_the_root() {
    let member = "[package]\nname = 'a'\nedition.workspace = true\nworkspace = '../main'\n";
    let project = tree(&[("/w/main/Cargo.toml", ROOT), ("/w/a/Cargo.toml", member)]);
    assert_eq!(project.packages[0].workspace.as_deref(), Some(Path::new("/w/main")));
    assert_eq!(project.packages[0].edition, 2018);
}

#[test]
fn an_excluded_folder_does_not_belong_to_the_workspace() {
    let project = tree(&[
        ("/w/Cargo.toml", ROOT),
        ("/w/vendor/v/Cargo.toml", "[package]\nname = 'v'\nedition.workspace = true\n"),
    ]);
    assert_eq!(project.packages[0].workspace, None);
    assert_eq!(
        problems(&project),
        ["/w/vendor/v/Cargo.toml: `edition` is inherited, but no workspace was found"]
    );
}

#[test]
fn what_the_workspace_lacks_is_a_problem() {
    let member = "[package]\nname = 'a'\n[dependencies]\nnowhere.workspace = true\n";
    let project = tree(&[("/w/Cargo.toml", ROOT), ("/w/a/Cargo.toml", member)]);
    assert_eq!(project.packages[0].dependencies[0].name, "nowhere");
    assert_eq!(
        problems(&project),
        ["/w/a/Cargo.toml: `nowhere` is inherited, but the workspace does not define it"]
    );
}

#[test]
fn dependencies_of_every_table_are_known() {
    let project = package(
        "[dependencies]\na-b = '1'\nren = { package = 'real', version = '1' }\n\
         [dependencies.long]\npath = '../long'\n[dev-dependencies]\nd = '1'\n\
         [build_dependencies]\nb = '1'\n[target.'cfg(unix)'.dependencies]\nu = '1'\n\
         [target.x86_64-pc-windows-msvc.build-dependencies]\nwin = '1'\n",
        &[],
    );
    use DependencyKind::{Build, Dev, Normal};
    let found: Vec<_> = project.packages[0]
        .dependencies
        .iter()
        .map(|d| (d.name.as_str(), d.package.as_str(), d.kind))
        .collect();
    assert_eq!(
        found,
        [
            ("a_b", "a-b", Normal),
            ("ren", "real", Normal),
            ("long", "long", Normal),
            ("d", "d", Dev),
            ("b", "b", Build),
            ("u", "u", Normal),
            ("win", "win", Build),
        ]
    );
    let long = &project.packages[0].dependencies[2];
    assert_eq!(long.path.as_deref(), Some(Path::new("/long")));
}

#[test]
fn a_file_belongs_to_the_innermost_package() {
    let project = tree(&[
        ("/w/Cargo.toml", "[package]\nname = 'outer'\n"),
        ("/w/src/lib.rs", ""),
        ("/w/fixtures/in/Cargo.toml", "[package]\nname = 'inner'\n"),
        ("/w/fixtures/in/src/lib.rs", ""),
        ("/w/fixtures/loose.rs", ""),
        ("/w/fixtures/virtual/Cargo.toml", "[workspace]\n"),
        ("/w/fixtures/virtual/x.rs", ""),
    ]);
    assert_eq!(owner(&project, "/w/src/lib.rs"), Some("outer"));
    assert_eq!(owner(&project, "/w/fixtures/in/src/lib.rs"), Some("inner"));
    assert_eq!(owner(&project, "/w/fixtures/loose.rs"), Some("outer"));
    assert_eq!(owner(&project, "/w/fixtures/virtual/x.rs"), Some("outer"));
}

#[test]
fn packages_without_a_common_manifest_are_sorted_by_folder() {
    let project = tree(&[
        ("/w/b-1.0/Cargo.toml", "[package]\nname = 'b'\nversion = '1.0.0'\n"),
        ("/w/a-2.0/Cargo.toml", "[project]\nname = 'a'\nversion = '2.0.0'\n"),
        ("/w/a-2.0/src/lib.rs", ""),
    ]);
    let names: Vec<_> = project.packages.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(problems(&project), Vec::<String>::new());
}

#[test]
fn a_broken_manifest_leaves_loose_files() {
    let project = tree(&[
        ("/w/Cargo.toml", "[package]\nname = 'outer'\n"),
        ("/w/bad/Cargo.toml", "[package\nname = 'bad'\n"),
        ("/w/bad/src/lib.rs", ""),
    ]);
    assert_eq!(project.packages.len(), 1);
    assert_eq!(owner(&project, "/w/bad/src/lib.rs"), None);
    let problem = &project.problems[0];
    assert_eq!(problem.path, Path::new("/w/bad/Cargo.toml"));
    assert!(problem.why.starts_with("not valid TOML: "), "{}", problem.why);
    assert!(problem.span.is_some());
}

#[test]
fn bytes_that_are_no_text_are_a_problem() {
    let system = FileSystem::memory([("/w/Cargo.toml", b"[package]\nname = \"\xff\"".to_vec())]);
    let project = discover(&system, &[PathBuf::from("/w")], &[]);
    assert_eq!(problems(&project), ["/w/Cargo.toml: not valid UTF-8 at byte 18"]);
}

#[test]
fn values_of_the_wrong_type_do_not_stop_the_reading() {
    let text = "bin = 3\n[package]\nname = ['x']\nedition = 2021\nversion = 1\nbuild = 1.5\n\
        autobins = 'no'\nworkspace = false\n[lib]\npath = 7\ncrate-type = [1]\n\
        [dependencies]\nfoo = 3\nbar = { path = [] }\n[target]\nx = 1\n";
    let project = tree(&[("/w/Cargo.toml", text), ("/w/src/lib.rs", "")]);
    assert_eq!(targets(&project), ["lib w src/lib.rs"]);
    assert_eq!(project.packages[0].dependencies.len(), 2);
    let at = |why: &str| {
        let problem = project.problems.iter().find(|p| p.why.starts_with(why)).expect(why);
        &text[problem.span.expect("a span").range()]
    };
    assert_eq!(at("`bin` must be"), "3");
    assert_eq!(at("`name` must be"), "['x']");
    assert_eq!(at("`edition` must be"), "2021");
    assert_eq!(at("`build` must be"), "1.5");
    assert_eq!(at("`crate-type` must be"), "1");
    assert_eq!(at("`foo` must be"), "3");
    assert_eq!(at("`x` must be"), "1");
}

#[test]
fn a_package_that_is_no_table_leaves_loose_files() {
    let project = tree(&[("/w/Cargo.toml", "package = 3\n"), ("/w/src/lib.rs", "")]);
    assert!(project.packages.is_empty());
    assert_eq!(sources(&project), ["/w/src/lib.rs"]);
    assert_eq!(
        problems(&project),
        ["/w/Cargo.toml: `package` must be a table, not of type integer"]
    );
}

#[test]
fn an_unknown_edition_is_read_as_the_latest() {
    let project = tree(&[("/w/Cargo.toml", "[package]\nname = 'a'\nedition = '2077'\n")]);
    assert_eq!(project.packages[0].edition, 2024);
    assert_eq!(problems(&project), ["/w/Cargo.toml: unknown edition `2077`, read as 2024"]);
}

#[test]
fn nesting_without_end_is_a_problem() {
    let nested = format!("x = {}", "[".repeat(200_000));
    let keys = format!("{}z = 1", "a.".repeat(200_000));
    let project = tree(&[("/w/a/Cargo.toml", &nested), ("/w/b/Cargo.toml", &keys)]);
    assert_eq!(project.problems.len(), 2);
    assert!(project.packages.is_empty());
}

#[test]
fn workspaces_that_point_at_each_other_end() {
    let project = tree(&[
        ("/w/Cargo.toml", "[package]\nname = 'a'\nworkspace = 'b'\n"),
        ("/w/b/Cargo.toml", "[package]\nname = 'b'\nworkspace = '..'\n"),
    ]);
    assert_eq!(project.packages.len(), 2);
    assert_eq!(project.problems.len(), 2);
}
