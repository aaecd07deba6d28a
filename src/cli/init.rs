//! `cargo overt init`: drafts `overt.toml` and never overwrites one.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::{GlobalArgs, InitArgs};
use super::output::Terminal;
use super::{Status, complaints, deliver};
use crate::check::{self, Options};
use crate::config::FILE_NAME;
use crate::draft::{self, Draft};
use crate::file_error::{FileError, Severity};

pub(super) fn run(args: &InitArgs, global: &GlobalArgs, terminal: &Terminal) -> Status {
    let folder = args.path.clone().unwrap_or_else(|| PathBuf::from("."));
    let target = global.output.clone().unwrap_or_else(|| folder.join(FILE_NAME));
    let refuse = |error: FileError| {
        terminal.complain(&[error], Severity::Error);
        Status::Failed
    };
    if folder.is_file() {
        let help = "name the folder of the package or workspace";
        return refuse(FileError::whole(&folder, "not a folder").with_help(help));
    }
    // A link that leads nowhere is there, too.
    if !args.stdout && std::fs::symlink_metadata(&target).is_ok() {
        return refuse(is_there(&target));
    }
    let options = Options {
        paths: vec![folder.clone()],
        config: global.config.clone(),
        suppressions: true,
        inventory: true,
        ..Options::default()
    };
    let checked = match check::check(&options, &|_| {}) {
        Ok(checked) => checked,
        Err(error) => {
            terminal.complain(&complaints(error, &options.paths), Severity::Error);
            return Status::Failed;
        }
    };
    let base = target.parent().filter(|_| global.output.is_some()).unwrap_or(&folder);
    let draft = draft::draft(&checked, base);
    if args.stdout {
        let plain = GlobalArgs { output: None, ..global.clone() };
        return deliver(&plain, terminal, Status::Clean, |out| {
            out.write_all(draft.text.as_bytes())?;
            Ok(Status::Clean)
        });
    }
    match create(&target, &draft.text) {
        Ok(()) => {
            let plain = GlobalArgs { output: None, ..global.clone() };
            deliver(&plain, terminal, Status::Clean, |out| {
                writeln!(out, "{}", said(&target, &draft))?;
                Ok(Status::Clean)
            })
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => refuse(is_there(&target)),
        Err(error) => refuse(FileError::whole(&target, format!("cannot be written: {error}"))),
    }
}

/// Writes a file that is not there yet; nobody can put one there in between.
fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.flush()
}

fn is_there(path: &Path) -> FileError {
    FileError::whole(path, format!("there is an {FILE_NAME} already, and init changes none"))
        .with_help("`cargo overt init --stdout` prints a draft to take blocks from")
}

fn said(target: &Path, draft: &Draft) -> String {
    let count = |number: usize, one: &str, many: &str| match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    };
    let mut text = format!(
        "wrote {}: {}, {} to answer",
        crate::report::escape::path(&crate::files::shown(target)),
        count(draft.disclosures, "disclosure", "disclosures"),
        count(draft.todos, "TODO", "TODOs"),
    );
    if draft.attacks > 0 {
        let findings = count(draft.attacks, "finding", "findings");
        text += &format!("; {findings} that are denied, named at its end");
    }
    text + "\nFill it in, then run `cargo overt`."
}
