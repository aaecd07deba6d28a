//! What only a disk has: links, sockets, rights.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

/// A folder on the disk that goes away with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("overt-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let scratch = Self(folder.canonicalize().unwrap());
        for (path, text) in files {
            let path = scratch.path(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        scratch
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.0.join(inside)
    }

    fn link(&self, from: &str, to: &str) {
        symlink(to, self.path(from)).unwrap();
    }

    fn project(&self, root: &str) -> Project {
        discover(&FileSystem::Disk, &[self.path(root)], &[])
    }

    /// Lines with the folder's own path cut off.
    fn short(&self, lines: Vec<String>) -> Vec<String> {
        let prefix = format!("{}/", self.0.display());
        lines.into_iter().map(|line| line.replace(&prefix, "")).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const PACKAGE: &str = "[package]\nname = 'p'\nedition = '2021'\n";

#[test]
fn a_package_on_the_disk_is_found_like_one_in_memory() {
    let files = [
        ("w/Cargo.toml", PACKAGE),
        ("w/src/lib.rs", ""),
        ("w/src/bin/b/main.rs", ""),
        ("w/tests/t.rs", ""),
        ("w/target/.rustc_info.json", ""),
        ("w/target/debug/x.rs", ""),
    ];
    let scratch = Scratch::new("disk", &files);
    let project = scratch.project("w");
    assert_eq!(
        targets(&project),
        ["lib p src/lib.rs", "bin b src/bin/b/main.rs", "test t tests/t.rs"]
    );
    assert_eq!(scratch.short(left_out(&project)), ["w/target: build output made by Cargo"]);
    assert_eq!(project.sources.len(), 3);
}

#[test]
fn links_are_not_followed_and_a_loop_ends() {
    let scratch = Scratch::new("links", &[("w/a/x.rs", ""), ("w/data.txt", ""), ("out/o.rs", "")]);
    scratch.link("w/a/up", "..");
    scratch.link("w/outside", "../out");
    scratch.link("w/outside.rs", "../out/o.rs");
    scratch.link("w/same.rs", "a/x.rs");
    scratch.link("w/disguised.rs", "data.txt");
    scratch.link("w/broken.rs", "nowhere");
    scratch.link("w/self.rs", "self.rs");
    scratch.link("w/readme", "data.txt");
    let project = scratch.project("w");
    assert_eq!(scratch.short(sources(&project)), ["w/a/x.rs", "w/disguised.rs"]);
    assert_eq!(
        scratch.short(left_out(&project)),
        [
            "w/a/up: symbolic link",
            "w/broken.rs: symbolic link to nothing",
            "w/outside: symbolic link out of the root",
            "w/outside.rs: symbolic link out of the root",
            "w/self.rs: symbolic link to nothing",
        ]
    );
    assert_eq!(problems(&project), Vec::<String>::new());
}

#[test]
fn the_given_root_may_be_a_link() {
    let scratch = Scratch::new("root", &[("w/Cargo.toml", PACKAGE), ("w/src/lib.rs", "")]);
    scratch.link("l", "w");
    let project = scratch.project("l");
    assert_eq!(project.roots, [scratch.path("w")]);
    assert_eq!(targets(&project), ["lib p src/lib.rs"]);
}

#[test]
fn a_target_root_may_be_a_link_inside_the_root() {
    let scratch = Scratch::new(
        "target",
        &[("w/Cargo.toml", PACKAGE), ("w/common/lib.rs", ""), ("w/src/x.rs", ""), ("o.rs", "")],
    );
    scratch.link("w/src/lib.rs", "../common/lib.rs");
    scratch.link("w/build.rs", "../o.rs");
    let project = scratch.project("w");
    assert_eq!(targets(&project), ["lib p src/lib.rs"]);
    assert!(scratch.short(sources(&project)).contains(&"w/src/lib.rs".to_owned()));
    assert_eq!(
        scratch.short(problems(&project)),
        ["w/Cargo.toml: build-script target `build_script_build`: `build.rs` lies outside of \
         what is scanned"]
    );
}

#[test]
fn a_socket_named_like_a_source_is_a_problem() {
    let scratch = Scratch::new("socket", &[("w/Cargo.toml", PACKAGE), ("w/src/x.rs", "")]);
    let _listener = std::os::unix::net::UnixListener::bind(scratch.path("w/src/lib.rs")).unwrap();
    scratch.link("w/link.rs", "src/lib.rs");
    let project = scratch.project("w");
    assert_eq!(scratch.short(sources(&project)), ["w/src/x.rs"]);
    assert_eq!(
        scratch.short(problems(&project)),
        [
            "w/Cargo.toml: lib target `p`: `src/lib.rs` is a socket, not a regular file",
            "w/link.rs: a socket, not a regular file",
            "w/src/lib.rs: a socket, not a regular file",
        ]
    );
}

#[test]
fn a_folder_that_cannot_be_read_is_a_problem() {
    let scratch = Scratch::new("rights", &[("w/a.rs", ""), ("w/closed/b.rs", "")]);
    let closed = scratch.path("w/closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let readable_all_the_same = fs::read_dir(&closed).is_ok();
    let project = scratch.project("w");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    if readable_all_the_same {
        return; // The tests run as root, for whom no folder is closed.
    }
    assert_eq!(scratch.short(problems(&project)), ["w/closed: cannot be read: permission denied"]);
    assert_eq!(scratch.short(sources(&project)), ["w/a.rs"]);
}
