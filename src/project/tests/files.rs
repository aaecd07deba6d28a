use super::*;

fn excluding(files: &[&str], globs: &[(&str, &str)]) -> Project {
    let system = FileSystem::memory(files.iter().map(|path| (*path, "[package]\nname = 'p'\n")));
    let exclude: Vec<Exclusion> = globs
        .iter()
        .map(|(glob, reason)| Exclusion {
            glob: globset::Glob::new(glob).unwrap().compile_matcher(),
            base: PathBuf::from("/w"),
            reason: (*reason).to_owned(),
        })
        .collect();
    discover(&system, &[PathBuf::from("/w")], &exclude)
}

const PACKAGE: &str = "[package]\nname = 'p'\nedition = '2021'\n";

#[test]
fn a_single_file_is_read_alone_as_part_of_its_package() {
    let files = [("/w/Cargo.toml", PACKAGE), ("/w/src/lib.rs", ""), ("/w/src/main.rs", "")];
    let project = from(&files, &["/w/src/main.rs"]);
    assert_eq!(sources(&project), ["/w/src/main.rs"]);
    assert_eq!(owner(&project, "/w/src/main.rs"), Some("p"));
    assert_eq!(targets(&project), ["bin p src/main.rs"]);
    assert_eq!(problems(&project), Vec::<String>::new());
}

#[test]
fn a_single_file_that_is_no_root_is_listed() {
    let files = [("/w/Cargo.toml", PACKAGE), ("/w/src/lib.rs", ""), ("/w/src/x.rs", "")];
    let project = from(&files, &["/w/src/x.rs"]);
    assert_eq!(sources(&project), ["/w/src/x.rs"]);
    assert_eq!(owner(&project, "/w/src/x.rs"), Some("p"));
    assert!(project.packages[0].targets.is_empty());
}

#[test]
fn loose_files_lie_in_no_package() {
    let project = from(&[("/w/a.rs", ""), ("/w/b/c.rs", ""), ("/w/d.txt", "")], &["/w"]);
    assert_eq!(sources(&project), ["/w/a.rs", "/w/b/c.rs"]);
    assert_eq!(owner(&project, "/w/a.rs"), None);
    assert_eq!(from(&[("/w/a.rs", "")], &["/w/a.rs"]).sources.len(), 1);
}

#[test]
fn a_manifest_stands_for_its_folder() {
    let files = [("/w/Cargo.toml", PACKAGE), ("/w/src/lib.rs", "")];
    let project = from(&files, &["/w/Cargo.toml"]);
    assert_eq!(project.roots, [PathBuf::from("/w")]);
    assert_eq!(targets(&project), ["lib p src/lib.rs"]);
}

#[test]
fn a_root_that_does_not_exist_is_a_problem() {
    assert_eq!(problems(&from(&[("/w/a.rs", "")], &["/x"])), ["/x: no such file or folder"]);
    let project = discover(&FileSystem::Disk, &[PathBuf::from("/no/such/folder")], &[]);
    assert_eq!(problems(&project), ["/no/such/folder: no such file or folder"]);
}

#[test]
fn relative_roots_and_overlapping_roots_list_each_file_once() {
    let files = [("p/Cargo.toml", PACKAGE), ("p/src/lib.rs", ""), ("x.rs", "")];
    let project = from(&files, &[".", "./p", "p/src/lib.rs"]);
    assert_eq!(sources(&project), ["p/src/lib.rs", "x.rs"]);
    assert_eq!(project.packages.len(), 1);
}

#[test]
fn hidden_folders_are_walked_and_version_control_is_left_out() {
    let project = tree(&[("/w/.hidden/a.rs", ""), ("/w/.git/b.rs", ""), ("/w/.gitignore", "*")]);
    assert_eq!(sources(&project), ["/w/.hidden/a.rs"]);
    assert_eq!(left_out(&project), ["/w/.git: version control data"]);
}

#[test]
fn build_output_is_left_out_and_said_so() {
    for mark in ["/w/target/CACHEDIR.TAG", "/w/target/.rustc_info.json"] {
        let project = tree(&[("/w/Cargo.toml", PACKAGE), (mark, ""), ("/w/target/x.rs", "")]);
        assert_eq!(sources(&project), Vec::<String>::new());
        assert_eq!(left_out(&project), ["/w/target: build output made by Cargo"]);
    }
}

#[test]
fn a_folder_that_only_looks_like_build_output_is_walked() {
    let without_mark = [("/w/Cargo.toml", PACKAGE), ("/w/target/x.rs", "")];
    let without_manifest = [("/w/target/CACHEDIR.TAG", ""), ("/w/target/x.rs", "")];
    let other_name = [("/w/Cargo.toml", PACKAGE), ("/w/out/CACHEDIR.TAG", ""), ("/w/out/x.rs", "")];
    for files in [&without_mark[..], &without_manifest[..], &other_name[..]] {
        let project = tree(files);
        assert_eq!(project.sources.len(), 1, "{files:?}");
        assert!(project.left_out.is_empty());
    }
}

#[test]
fn a_planted_mark_hides_nothing_that_a_manifest_names() {
    let manifests = [
        "[[bin]]\nname = 'x'\npath = 'target/x.rs'\n",
        "build = 'src/../target/x.rs'\n",
        "[dependencies]\nx = { path = 'target/x' }\n",
        "[patch.crates-io]\nserde = { path = 'target' }\n",
        "[workspace]\nmembers = ['target/*']\n",
        "[workspace]\nmembers = ['**/x']\n",
    ];
    for keys in manifests {
        let project = package(keys, &["target/CACHEDIR.TAG", "target/x.rs", "target/y.rs"]);
        assert_eq!(project.sources.len(), 2, "{keys}");
        assert!(project.left_out.is_empty(), "{keys}");
    }
    let harmless = "exclude = ['target']\n[workspace]\nmembers = ['crates/*', '*']\n\
                    exclude = ['target']\n[package.metadata]\npath = 'target/x'\n";
    let project = package(harmless, &["target/CACHEDIR.TAG", "target/x.rs"]);
    assert_eq!(left_out(&project), ["/w/target: build output made by Cargo"]);
}

#[test]
fn configuration_names_code_too() {
    let config = "[source.here]\ndirectory = 'target/vendor'\n";
    let project = tree(&[
        ("/w/Cargo.toml", PACKAGE),
        ("/w/.cargo/config.toml", config),
        ("/w/target/CACHEDIR.TAG", ""),
        ("/w/target/vendor/v/Cargo.toml", "[package]\nname = 'v'\n"),
        ("/w/target/vendor/v/src/lib.rs", ""),
    ]);
    assert_eq!(owner(&project, "/w/target/vendor/v/src/lib.rs"), Some("v"));
    assert!(project.left_out.is_empty());
}

#[test]
fn a_target_that_only_the_layout_implies_is_not_hidden_either() {
    let project = tree(&[
        ("/w/Cargo.toml", PACKAGE),
        ("/w/src/bin/Cargo.toml", "[workspace]\n"),
        ("/w/src/bin/target/CACHEDIR.TAG", ""),
        ("/w/src/bin/target/main.rs", ""),
        ("/w/src/bin/target/helper.rs", ""),
    ]);
    assert_eq!(targets(&project), ["bin target src/bin/target/main.rs"]);
    assert_eq!(project.sources.len(), 2);
    assert!(project.left_out.is_empty());
}

#[test]
fn version_control_data_that_is_compiled_is_read() {
    let project = package("[lib]\npath = '.git/lib.rs'\n", &[".git/lib.rs", ".git/config"]);
    assert_eq!(sources(&project), ["/w/.git/lib.rs"]);
    assert!(project.left_out.is_empty());
}

#[test]
fn build_output_that_was_asked_for_is_walked() {
    let files =
        [("/w/Cargo.toml", PACKAGE), ("/w/target/CACHEDIR.TAG", ""), ("/w/target/x.rs", "")];
    for roots in [&["/w/target"][..], &["/w", "/w/target"][..]] {
        let project = from(&files, roots);
        assert_eq!(sources(&project), ["/w/target/x.rs"]);
        assert!(project.left_out.is_empty());
    }
}

#[test]
fn exclusions_name_the_topmost_match_with_its_reason() {
    let project = excluding(
        &["/w/Cargo.toml", "/w/src/lib.rs", "/w/gen/a/b.rs", "/w/gen/c.rs", "/w/one/x.rs"],
        &[("gen/**", "generated"), ("one/x.rs", "a copy")],
    );
    assert_eq!(sources(&project), ["/w/src/lib.rs"]);
    assert_eq!(
        left_out(&project),
        [
            "/w/gen: excluded in overt.toml: generated",
            "/w/one/x.rs: excluded in overt.toml: a copy",
        ]
    );
}

#[test]
fn excluded_packages_and_targets_are_no_part_of_the_project() {
    let project = excluding(
        &["/w/Cargo.toml", "/w/src/lib.rs", "/w/tests/t.rs", "/w/vendor/v/Cargo.toml"],
        &[("vendor", "checked elsewhere"), ("tests/*.rs", "tests")],
    );
    assert_eq!(project.packages.len(), 1);
    assert_eq!(targets(&project), ["lib p src/lib.rs"]);
    assert_eq!(problems(&project), Vec::<String>::new());
}

#[test]
fn an_exclusion_holds_for_a_root_below_it() {
    let system = FileSystem::memory([("/w/vendor/v/a.rs", "")]);
    let exclude = [Exclusion {
        glob: globset::Glob::new("vendor").unwrap().compile_matcher(),
        base: PathBuf::from("/w"),
        reason: "checked elsewhere".to_owned(),
    }];
    let project = discover(&system, &[PathBuf::from("/w/vendor/v")], &exclude);
    assert!(project.sources.is_empty());
    assert_eq!(left_out(&project), ["/w/vendor: excluded in overt.toml: checked elsewhere"]);
}

#[test]
fn what_configures_a_build_is_listed_with_its_package() {
    let project = tree(&[
        ("/w/rust-toolchain", ""),
        ("/w/p/Cargo.toml", PACKAGE),
        ("/w/p/.cargo/config.toml", ""),
        ("/w/p/.cargo/config", ""),
        ("/w/p/config.toml", ""),
        ("/w/p/rust-toolchain.toml", ""),
    ]);
    let found: Vec<_> =
        project.manifests.iter().map(|(path, id)| (path.to_str().unwrap(), id.is_some())).collect();
    assert_eq!(
        found,
        [
            ("/w/p/.cargo/config", true),
            ("/w/p/.cargo/config.toml", true),
            ("/w/p/Cargo.toml", true),
            ("/w/p/rust-toolchain.toml", true),
            ("/w/rust-toolchain", false),
        ]
    );
}

#[test]
fn a_folder_named_like_a_source_is_walked() {
    let project = tree(&[("/w/x.rs/y.rs", ""), ("/w/x.rs/z.txt", "")]);
    assert_eq!(sources(&project), ["/w/x.rs/y.rs"]);
}

#[test]
fn a_chain_of_folders_that_look_like_build_output_is_walked_to_its_end() {
    let mut files = Vec::new();
    let mut folder = "/w".to_owned();
    for _ in 0..40 {
        let manifest = "[package]\nname = 'p'\n[dependencies]\nx = { path = 'target/p' }\n";
        files.push((format!("{folder}/Cargo.toml"), manifest));
        files.push((format!("{folder}/target/CACHEDIR.TAG"), ""));
        folder.push_str("/target/p");
    }
    files.push((format!("{folder}/end.rs"), ""));
    let project = discover(&FileSystem::memory(files), &[PathBuf::from("/w")], &[]);
    assert_eq!(project.packages.len(), 40);
    assert_eq!(sources(&project), [format!("{folder}/end.rs")]);
    assert!(project.left_out.is_empty());
}

#[test]
fn many_patterns_and_many_folders_cost_no_time() {
    let members: String = (0..100_000).map(|n| format!("'*{n}*/x',")).collect();
    let mut files =
        vec![("/w/Cargo.toml".to_owned(), format!("[workspace]\nmembers = [{members}]"))];
    for n in 0..1000 {
        files.push((format!("/w/{n}/Cargo.toml"), String::new()));
        files.push((format!("/w/{n}/target/CACHEDIR.TAG"), String::new()));
        files.push((format!("/w/{n}/target/x.rs"), String::new()));
    }
    let project = discover(&FileSystem::memory(files), &[PathBuf::from("/w")], &[]);
    assert_eq!(project.sources.len(), 1000);
}

#[test]
fn the_result_does_not_depend_on_the_order_of_the_roots() {
    let files = [("/a/x.rs", ""), ("/b/Cargo.toml", "["), ("/b/y.rs", "")];
    let one = from(&files, &["/a", "/b", "/c"]);
    let two = from(&files, &["/c", "/b", "/a"]);
    assert_eq!(format!("{one:?}"), format!("{two:?}"));
}
