//! Tests of the loader, over files in memory and in a temporary folder.

use super::*;
use crate::file_error::Severity;

const SOUND: &str = r#"
id = "shell-started"
summary = "starts a shell"
level = "deny"
since = "0.1.0"
call = { effects = ["process-spawn"], args = { program = { matches = "^sh$" } } }
[words]
headline = "a shell is started"
note = "it can do anything"
help = "call what is needed instead"
[docs]
finds = "f"
why = "w"
limits = "l"
"#;

fn parse(path: &str, text: &str) -> Result<Lint, String> {
    let origin = Origin::User(path.into());
    parse_lint(Path::new(path), text, origin, &["known-detector"]).map(|(lint, _)| lint).map_err(
        |errors| {
            let mut out = Vec::new();
            crate::file_error::write_all(&errors, Severity::Error, false, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        },
    )
}

/// The errors of a sound lint after one change.
fn broken(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from), "{from}");
    parse("remote-access/shell-started.toml", &SOUND.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn a_sound_lint_gets_its_group_from_its_folder() {
    let lint = parse("remote-access/shell-started.toml", SOUND).unwrap();
    assert_eq!((lint.id(), lint.group), ("shell-started", Group::RemoteAccess));
}

#[test]
fn or_from_its_key() {
    let flat = "tools/shell-started.toml";
    assert!(parse(flat, SOUND).unwrap_err().contains("belongs to no group"));
    let named = format!("group = \"transfer\"\n{SOUND}");
    assert_eq!(parse(flat, &named).unwrap().group, Group::Transfer);
    let both = parse("persistence/shell-started.toml", &named).unwrap_err();
    assert!(both.contains("stands in the folder `persistence`"), "{both}");
}

#[test]
fn words_are_checked_with_a_suggestion() {
    insta::assert_snapshot!(broken("process-spawn", "proces-spawn"), @r#"
    error: unknown word `proces-spawn`
      ┌─ remote-access/shell-started.toml:6:21
      │
    6 │ call = { effects = ["proces-spawn"], args = { program = { matches = "^sh$" } } }
      │                     ^^^^^^^^^^^^^^
      │
      = help: did you mean `process-spawn`?
    "#);
    assert!(broken("level", "levle").contains("did you mean `level`?"));
    assert!(broken("program =", "progam =").contains("did you mean `program`?"));
}

#[test]
fn expressions_are_compiled() {
    insta::assert_snapshot!(broken("^sh$", "^sh("), @r#"
    error: not a regular expression
      ┌─ remote-access/shell-started.toml:6:70
      │
    6 │ call = { effects = ["process-spawn"], args = { program = { matches = "^sh(" } } }
      │                                                                      ^^^^^^
      │
      = help: unclosed group
    "#);
}

#[test]
fn a_lint_has_one_matcher() {
    assert!(broken("call = {", "text = { kind = \"bidi\" }\ncall = {").contains("this one has 2"));
    let call = SOUND.lines().find(|line| line.starts_with("call")).unwrap();
    assert!(broken(call, "").contains("the lint matches nothing"));
    let steps = broken(call, "all = [{ absent = true, text = { kind = \"bidi\" } }, {}]");
    assert!(steps.contains("a step has one matcher, and this one has 0"), "{steps}");
    assert!(
        broken(call, "all = [{ absent = true, text = { kind = \"bidi\" } }]").contains("absent")
    );
}

#[test]
fn a_detector_exists() {
    let call = SOUND.lines().find(|line| line.starts_with("call")).unwrap();
    assert!(
        broken(call, "detector = \"knwon-detector\"").contains("did you mean `known-detector`?")
    );
    let text = SOUND.replacen(call, "detector = \"known-detector\"", 1);
    assert!(parse("transfer/shell-started.toml", &text).is_ok());
}

#[test]
fn ids_are_names_of_files() {
    assert!(broken("\"shell-started\"", "\"other\"").contains("not the name of the file"));
    assert!(broken("\"shell-started\"", "\"Shell\"").contains("is no id"));
    assert!(broken("\"shell-started\"", "\"transfer\"").contains("reserved"));
}

#[test]
fn examples_and_references_have_a_form() {
    let text = format!("maps-to = [\"cwe506\"]\n{SOUND}\n[[example]]\ncode = ''\n");
    let shown = parse("transfer/shell-started.toml", &text).unwrap_err();
    assert!(shown.contains("names no catalogue") && shown.contains("an example says"), "{shown}");
}

#[test]
fn every_built_in_lint_is_sound() {
    let lints = built_in(crate::lint::detectors()).unwrap_or_else(|errors| {
        let mut out = Vec::new();
        crate::file_error::write_all(&errors, Severity::Error, false, &mut out).unwrap();
        panic!("{}", String::from_utf8_lossy(&out));
    });
    assert!(lints.is_sorted_by(|left, right| left.id() < right.id()));
}

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let root = std::env::temp_dir().join(format!("overt-load-{}-{name}", std::process::id()));
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(root)
    }

    fn load(&self) -> Loaded {
        load_paths(std::slice::from_ref(&self.0), &[], &[])
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_folder_holds_lints_and_models() {
    let model = "[[class]]\nname = \"x\"\nof = \"text\"\nmatches = [\"a+\"]\n";
    let folder = Folder::new(
        "both",
        &[
            ("remote-access/shell-started.toml", SOUND),
            ("models/ours.toml", model),
            ("more.model.toml", model),
            ("README.md", "no lint"),
        ],
    );
    let loaded = folder.load();
    assert_eq!(loaded.errors, []);
    assert_eq!((loaded.lints.len(), loaded.models.len()), (1, 2));
}

#[test]
fn what_is_wrong_is_said_and_the_rest_is_kept() {
    let folder = Folder::new(
        "wrong",
        &[
            ("a/remote-access/shell-started.toml", SOUND),
            ("b/transfer/shell-started.toml", SOUND),
            ("transfer/other.toml", "id = "),
            ("models/ours.toml", "[[class]]\nname = \"x\"\nof = \"text\"\nmatches = [\"(\"]\n"),
        ],
    );
    let loaded = folder.load();
    let messages: Vec<&str> = loaded.errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(messages.len(), 3, "{messages:?}");
    assert!(messages.iter().any(|message| message.contains("has the id `shell-started` already")));
    assert!(messages.contains(&"not a regular expression"));
    assert_eq!((loaded.lints.len(), loaded.broken.contains(&"other".to_owned())), (1, true));
}

#[test]
fn a_users_lint_cannot_take_a_built_in_id() {
    let folder = Folder::new("taken", &[("transfer/shell-started.toml", SOUND)]);
    let taken = parse("transfer/shell-started.toml", SOUND).unwrap();
    let loaded = load_paths(std::slice::from_ref(&folder.0), &[taken], &[]);
    assert!(loaded.errors[0].message.contains("a built-in lint has the id"));
}

#[test]
fn nothing_found_is_an_error() {
    let folder = Folder::new("empty", &[("README.md", "")]);
    assert_eq!(folder.load().errors.len(), 1);
    assert_eq!(load_paths(&["no/such/folder".into()], &[], &[]).errors.len(), 1);
}

#[cfg(unix)]
#[test]
fn links_are_refused_aloud() {
    let folder = Folder::new("link", &[("transfer/shell-started.toml", SOUND)]);
    std::os::unix::fs::symlink("/etc/passwd", folder.0.join("transfer/x.toml")).unwrap();
    let loaded = folder.load();
    assert!(loaded.errors[0].message.contains("symbolic link"), "{:?}", loaded.errors);
    assert_eq!(loaded.lints.len(), 1);
}
