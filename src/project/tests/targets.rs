use super::*;

#[test]
fn the_layout_implies_targets_of_every_kind() {
    let project = package(
        "",
        &[
            "build.rs",
            "src/lib.rs",
            "src/main.rs",
            "src/other.rs",
            "src/bin/one.rs",
            "src/bin/two-b/main.rs",
            "src/bin/three/helper.rs",
            "src/bin/.hidden.rs",
            "examples/e.rs",
            "tests/t.rs",
            "tests/common/mod.rs",
            "benches/b/main.rs",
        ],
    );
    assert_eq!(
        targets(&project),
        [
            "lib my_pkg src/lib.rs",
            "bin my_pkg src/main.rs",
            "bin one src/bin/one.rs",
            "bin two_b src/bin/two-b/main.rs",
            "example e examples/e.rs",
            "test t tests/t.rs",
            "bench b benches/b/main.rs",
            "build-script build_script_build build.rs",
        ]
    );
    assert_eq!(problems(&project), Vec::<String>::new());
}

#[test]
fn a_manifest_names_its_own_roots() {
    let project = package(
        "build = 'tools/make.rs'\n[lib]\nname = 'core-x'\npath = './code/../code/root.rs'\n\
         [[bin]]\nname = 'run-it'\npath = 'run.txt'\n[[test]]\nname = 'deep'\n",
        &["tools/make.rs", "code/root.rs", "run.txt", "tests/deep/main.rs", "tests/flat.rs"],
    );
    assert_eq!(
        targets(&project),
        [
            "lib core_x code/root.rs",
            "bin run_it run.txt",
            "test deep tests/deep/main.rs",
            "test flat tests/flat.rs",
            "build-script build_script_make tools/make.rs",
        ]
    );
    assert!(sources(&project).contains(&"/w/run.txt".to_owned()), "a root of any name is read");
}

#[test]
fn discovery_can_be_turned_off() {
    let project = package(
        "autolib = false\nautobins = false\nautoexamples = false\nautotests = false\n\
         autobenches = false\nbuild = false\n",
        &["build.rs", "src/lib.rs", "src/main.rs", "examples/e.rs", "tests/t.rs", "benches/b.rs"],
    );
    assert_eq!(targets(&project), Vec::<String>::new());
    assert_eq!(project.sources.len(), 6);
}

#[test]
fn a_listed_bin_takes_the_place_of_the_implied_one() {
    let listed = "[[bin]]\nname = 'my-pkg'\npath = 'src/other.rs'\n\
                  [[bin]]\nname = 'renamed'\npath = 'src/bin/one.rs'\n";
    let project = package(listed, &["src/main.rs", "src/other.rs", "src/bin/one.rs"]);
    assert_eq!(targets(&project), ["bin my_pkg src/other.rs", "bin renamed src/bin/one.rs"]);
}

#[test]
fn a_proc_macro_is_known_by_each_spelling() {
    for keys in ["proc-macro = true", "proc_macro = true", "crate-type = ['proc-macro']"] {
        let project = package(&format!("[lib]\n{keys}\n"), &["src/lib.rs"]);
        assert_eq!(targets(&project), ["proc-macro my_pkg src/lib.rs"], "{keys}");
    }
}

#[test]
fn several_build_scripts_are_all_targets() {
    let project = package("build = ['a.rs', 'b.rs']\n", &["a.rs", "b.rs", "build.rs"]);
    assert_eq!(
        targets(&project),
        ["build-script build_script_a a.rs", "build-script build_script_b b.rs"]
    );
}

#[test]
fn build_true_means_the_default_script() {
    let project = package("build = true\n", &["src/lib.rs"]);
    assert_eq!(targets(&project)[1], "build-script build_script_build build.rs");
    let problem = &project.problems[0];
    assert_eq!(problem.why, "build-script target `build_script_build`: no file `build.rs`");
    assert!(problem.span.is_some());
}

#[test]
fn the_edition_of_2015_infers_less() {
    let manifest = "[package]\nname = 'old'\n[[bin]]\nname = 'a'\n[[bench]]\nname = 'bench'\n";
    let project = tree(&[
        ("/w/Cargo.toml", manifest),
        ("/w/src/a.rs", ""),
        ("/w/src/bench.rs", ""),
        ("/w/src/bin/b.rs", ""),
    ]);
    assert_eq!(project.packages[0].edition, 2015);
    assert_eq!(targets(&project), ["bin a src/a.rs", "bench bench src/bench.rs"]);
}

#[test]
fn a_target_has_its_own_edition_or_that_of_the_package() {
    let keys = "[lib]\nedition = '2018'\n[[bin]]\nname = 'x'\npath = 'x.rs'\n";
    let project = package(keys, &["src/lib.rs", "x.rs"]);
    let editions: Vec<u16> = project.packages[0].targets.iter().map(|t| t.edition).collect();
    assert_eq!(editions, [2018, 2021]);
}

#[test]
fn a_missing_root_is_a_problem_and_points_at_its_path() {
    let project = package("[[bin]]\nname = 'gone'\npath = 'src/gone.rs'\n", &["src/lib.rs"]);
    let problem = &project.problems[0];
    assert_eq!(problem.why, "bin target `gone`: no file `src/gone.rs`");
    let manifest = "[package]\nname = \"my-pkg\"\nedition = \"2021\"\n[[bin]]\nname = 'gone'\n\
                    path = 'src/gone.rs'\n";
    assert_eq!(&manifest[problem.span.unwrap().range()], "'src/gone.rs'");
}

#[test]
fn of_two_files_for_one_name_both_are_read() {
    let project =
        package("[[bin]]\nname = 'a'\n", &["src/bin/a.rs", "src/bin/a/main.rs", "src/lib.rs"]);
    assert_eq!(targets(&project)[1..], ["bin a src/bin/a/main.rs", "bin a src/bin/a.rs"]);
    assert_eq!(
        problems(&project),
        ["/w/Cargo.toml: more than one file could be the bin target `a`"]
    );
}

#[test]
fn a_root_outside_of_the_scan_is_a_problem_and_not_opened() {
    let project = from(
        &[
            ("/w/a/Cargo.toml", "[package]\nname = 'a'\n[lib]\npath = '/etc/secret'\n"),
            ("/etc/secret", ""),
        ],
        &["/w/a"],
    );
    assert!(project.packages[0].targets.is_empty());
    assert_eq!(sources(&project), Vec::<String>::new());
    assert_eq!(
        problems(&project),
        ["/w/a/Cargo.toml: lib target `a`: `/etc/secret` lies outside of what is scanned"]
    );
}

#[test]
fn a_target_without_a_name_is_a_problem_and_kept() {
    let project = package("[[example]]\npath = 'x/y.rs'\n", &["x/y.rs"]);
    assert_eq!(targets(&project), ["example y x/y.rs"]);
    assert_eq!(problems(&project), ["/w/Cargo.toml: example target without a name"]);
}
