//! The command line: from arguments to an exit status.
//!
//! 0 says that nothing denied was found, 1 that something was, 2 that the job could not be
//! done. Results go to standard output, everything else to standard error. A reader who goes
//! away (`cargo overt | head`) is no error. Nothing here panics on what it is given.

mod args;
mod explain;
mod init;
mod inventory;
mod lints;
mod output;
mod policies;
mod report;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::check::{self, Error, Options, Stage};
use crate::config::{Request, Setup, WARNINGS};
use crate::file_error::{self, FileError, Severity};
use crate::files::FileSystem;
use crate::report::{Progress, Style};
use crate::vocab::Level;

use args::{CheckArgs, Cli, Command, GlobalArgs, InventoryArgs, PolicyArgs, ReportArgs};
use output::{Output, Terminal};

/// The exit statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Clean = 0,
    Denied = 1,
    Failed = 2,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Runs the command that the arguments name; the first one is the program's own name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut args: Vec<OsString> = args.into_iter().collect();
    // `cargo overt x` runs `cargo-overt overt x`. A folder of that name is `./overt`.
    if args.get(1).is_some_and(|word| word == "overt") {
        args.remove(1);
    }
    let (cli, levels) = match Cli::read(args) {
        Ok(read) => read,
        Err(error) => {
            // A reader who went away does not want to hear about it.
            let _ = error.print();
            let failed = error.use_stderr();
            return if failed { Status::Failed } else { Status::Clean }.into();
        }
    };
    let terminal = Terminal::new(cli.global.color);
    let status = match cli.command {
        None => scan(&cli.check, levels, &cli.global, &terminal),
        Some(Command::Check(args)) => scan(&args, levels, &cli.global, &terminal),
        Some(Command::Inventory(args)) => inventory(&args, &cli.global, &terminal),
        Some(Command::Report(args)) => document(&args, &cli.global, &terminal),
        Some(Command::Init(args)) => init::run(&args, &cli.global, &terminal),
        Some(Command::Lints(args)) => {
            with_setup(&cli.global, &args.policy, &terminal, |setup, out| {
                lints::write(setup, &args, out)?;
                Ok(Status::Clean)
            })
        }
        Some(Command::Explain(args)) => {
            with_setup(&cli.global, &args.policy, &terminal, |setup, out| {
                match explain::page(&args.lint, setup) {
                    Ok(page) => out.write_all(page.as_bytes()).map(|()| Status::Clean),
                    Err(errors) => {
                        terminal.complain(&errors, Severity::Error);
                        Ok(Status::Failed)
                    }
                }
            })
        }
    };
    status.into()
}

fn scan(
    args: &CheckArgs,
    levels: Vec<(String, Level)>,
    global: &GlobalArgs,
    terminal: &Terminal,
) -> Status {
    let last_on_warnings = levels.iter().rev().find(|(name, _)| name == WARNINGS);
    let deny_warnings = last_on_warnings.is_some_and(|(_, level)| *level == Level::Deny);
    let here = || vec![PathBuf::from(".")];
    let options = Options {
        paths: if args.paths.is_empty() { here() } else { args.paths.clone() },
        config: global.config.clone(),
        untrusted: args.untrusted,
        suppressions: !args.no_suppressions && !args.untrusted,
        levels,
        deny_warnings,
        policy: args.policy.name.clone(),
        threads: args.threads.map(Into::into),
        system: FileSystem::Disk,
        inventory: false,
        show_disclosed: args.show_disclosed,
    };
    let progress = Progress::new(!args.quiet);
    let checked = check::check(&options, &|stage| match stage {
        Stage::Begin(name, steps) => progress.start(name, steps),
        Stage::Step => progress.step(),
    });
    progress.finish();
    let checked = match checked {
        Ok(checked) => checked,
        Err(error) => {
            terminal.complain(&complaints(error, &args.paths), Severity::Error);
            return Status::Failed;
        }
    };
    if !args.quiet && !checked.warnings.is_empty() {
        terminal.complain(&checked.warnings, Severity::Warning);
        terminal.space();
    }
    let status = if checked.report.summary.denied > 0 { Status::Denied } else { Status::Clean };
    deliver(global, terminal, status, |out| {
        let style = Style { color: out.color(), quiet: args.quiet };
        crate::report::write(&checked.report, &checked.files, args.format, &style, out)?;
        Ok(status)
    })
}

/// Lists facts; the levels of lints do not matter.
fn inventory(args: &InventoryArgs, global: &GlobalArgs, terminal: &Terminal) -> Status {
    let options = Options {
        paths: if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths.clone() },
        config: global.config.clone(),
        threads: args.threads.map(Into::into),
        inventory: true,
        ..Options::default()
    };
    match check::check(&options, &|_| {}) {
        Ok(checked) => deliver(global, terminal, Status::Clean, |out| {
            inventory::write(&checked, args, out)?;
            Ok(Status::Clean)
        }),
        Err(error) => {
            terminal.complain(&complaints(error, &args.paths), Severity::Error);
            Status::Failed
        }
    }
}

/// Writes the disclosure document; what is found decides nothing.
fn document(args: &ReportArgs, global: &GlobalArgs, terminal: &Terminal) -> Status {
    let options = Options {
        paths: if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths.clone() },
        config: global.config.clone(),
        untrusted: args.untrusted,
        suppressions: !args.untrusted,
        policy: args.policy.name.clone(),
        inventory: true,
        show_disclosed: true,
        ..Options::default()
    };
    match check::check(&options, &|_| {}) {
        Ok(checked) => {
            if !checked.warnings.is_empty() {
                terminal.complain(&checked.warnings, Severity::Warning);
                terminal.space();
            }
            deliver(global, terminal, Status::Clean, |out| {
                report::write(
                    &checked,
                    &options.paths,
                    args.format,
                    global.output.as_deref(),
                    out,
                )?;
                Ok(Status::Clean)
            })
        }
        Err(error) => {
            terminal.complain(&complaints(error, &args.paths), Severity::Error);
            Status::Failed
        }
    }
}

/// What a failed scan says.
fn complaints(error: Error, paths: &[PathBuf]) -> Vec<FileError> {
    match error {
        Error::Config(errors) => errors,
        Error::Io { path, source } => {
            let error = FileError::plain(format!("{}: {source}", crate::files::shown(&path)));
            // `cargo overt explian x` scans the path `explian`, as far as the grammar goes.
            let meant =
                (paths.first() == Some(&path)).then(|| path.to_str()).flatten().and_then(|word| {
                    let commands = ["check", "inventory", "report", "init", "lints", "explain"];
                    crate::vocab::nearest(word, commands)
                });
            vec![match meant {
                Some(command) => error.with_help(format!("or is the command `{command}` meant?")),
                None => error,
            }]
        }
        other => vec![FileError::plain(other.to_string())],
    }
}

/// Runs a command that is about lints and scans nothing.
fn with_setup(
    global: &GlobalArgs,
    policy: &PolicyArgs,
    terminal: &Terminal,
    command: impl FnOnce(&Setup, &mut Output) -> io::Result<Status>,
) -> Status {
    let request = Request {
        paths: &[PathBuf::from(".")],
        config: global.config.as_deref(),
        untrusted: false,
        levels: &[],
        deny_warnings: false,
        policy: policy.name.as_deref(),
        system: &FileSystem::Disk,
    };
    match crate::config::setup(&request) {
        Ok(setup) => deliver(global, terminal, Status::Clean, |out| command(&setup, out)),
        Err(errors) => {
            terminal.complain(&errors, Severity::Error);
            Status::Failed
        }
    }
}

/// Opens the output, lets `write` fill it, and says what became of it. `decided` is the status
/// when the reader goes away before the end.
fn deliver(
    global: &GlobalArgs,
    terminal: &Terminal,
    decided: Status,
    write: impl FnOnce(&mut Output) -> io::Result<Status>,
) -> Status {
    let result = Output::open(global.output.as_deref(), global.color).and_then(|mut out| {
        let status = write(&mut out)?;
        out.flush()?;
        Ok(status)
    });
    match result {
        Ok(status) => status,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => decided,
        Err(error) => {
            let to = global
                .output
                .as_deref()
                .map_or_else(|| "standard output".to_owned(), crate::files::shown);
            let message = format!("failed to write to {to}: {error}");
            terminal.complain(&[FileError::plain(message)], Severity::Error);
            Status::Failed
        }
    }
}

impl Terminal {
    /// Writes errors or warnings to standard error.
    fn complain(&self, errors: &[FileError], severity: Severity) {
        let mut out = self.stderr();
        // There is nobody left to tell when standard error is gone.
        let _ = file_error::write_all(errors, severity, self.color, &mut out);
    }

    /// Sets what was said apart from what follows.
    fn space(&self) {
        let _ = writeln!(self.stderr());
    }
}
