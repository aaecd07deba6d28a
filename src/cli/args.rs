//! The command line as it is written: flags, their help texts, their order.
//!
//! Nothing is resolved here and no file is touched.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum, parser::ValueSource};

use crate::report::Format;
use crate::vocab::{Group, Level};

const LONG_ABOUT: &str = "\
Reports what Rust code does behind your back: the data that it collects without saying so, and \
the doors that it leaves open for somebody else.

overt only reads. It starts no process, opens no connection, runs no build script and calls \
neither cargo nor rustc, so a hostile tree can be scanned as it is.";

const EXAMPLES: &str = "\
Examples:
  cargo overt                           Scan the package or workspace here
  cargo overt --untrusted ~/downloads/some-crate
                                        Scan code that nobody has looked at: its own
                                        overt.toml and its allow comments do not count
  cargo overt -D warnings --format short
                                        In continuous integration
  cargo overt -A transfer -W plaintext-transfer
                                        Of the group `transfer`, only one lint
  cargo overt explain reverse-shell     What a lint finds, why, and what to do

Exit status:
  0  nothing that is denied was found
  1  something that is denied was found
  2  the job could not be done: wrong arguments or configuration, nothing to scan";

/// `cargo overt`.
#[derive(Debug, Parser)]
#[command(
    name = "cargo-overt",
    bin_name = "cargo overt",
    override_usage = "cargo overt [OPTIONS] [PATH]...\n       cargo overt <COMMAND> [OPTIONS]",
    version,
    about = "Reports what Rust code does behind your back",
    long_about = LONG_ABOUT,
    after_long_help = EXAMPLES,
    after_help = "`--help` tells more, with examples.",
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) check: CheckArgs,
    #[command(flatten)]
    pub(super) global: GlobalArgs,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// What can be asked for. Without a word, `check`.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Scan source code (what happens without a command)
    #[command(after_long_help = EXAMPLES)]
    Check(CheckArgs),
    /// List what the code does, without judging it
    ///
    /// Lists for each package and target where it sends to, which data it collects and sends,
    /// the doors that it keeps, the programs that it starts, the files and variables that it
    /// uses and its native code, each with its places. An inventory claims nothing and never
    /// fails. One that is saved as JSON can be compared with that of another version.
    Inventory(InventoryArgs),
    /// Write the disclosure document: what the code collects, where it goes, and what is not said
    ///
    /// The document is for people: what is collected, where it goes, why and with whose consent,
    /// how to turn it off, which doors are kept, and where in the code; what is not disclosed; and
    /// what could not be known. With a policy that has clauses, what was found clause by clause.
    /// Writing it never fails because of what is found.
    Report(ReportArgs),
    /// Draft an overt.toml from what the code does now
    ///
    /// Writes overt.toml into the folder: one disclosure for each destination and each way in,
    /// filled in as far as the code says, with TODO where a person must answer. An overt.toml
    /// that is there is never changed.
    Init(InitArgs),
    /// List the lints with their levels
    ///
    /// Lists the lints, built-in ones and your own, with the level that each has here: the
    /// overt.toml that governs the working directory counts.
    Lints(LintsArgs),
    /// Explain a lint: what it finds, why it matters, what to do; or a policy
    Explain(ExplainArgs),
}

/// Flags that every command has.
#[derive(Debug, Clone, Args)]
pub(super) struct GlobalArgs {
    /// When to use colours
    ///
    /// `auto` uses them when a terminal reads, and heeds NO_COLOR, CLICOLOR and CLICOLOR_FORCE.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(super) color: ColorArg,
    /// Write the result to a file instead of standard output
    #[arg(short, long, value_name = "FILE", global = true)]
    pub(super) output: Option<PathBuf>,
    /// Go by this file and search for no overt.toml
    ///
    /// Without it, overt.toml is searched from each path upward, and the first one found
    /// governs the whole run. A file named here is trusted, also with `--untrusted`; one that
    /// is found can name lints and models below its own folder only.
    #[arg(long, value_name = "FILE", global = true)]
    pub(super) config: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorArg {
    Auto,
    Always,
    Never,
}

/// The flags of a scan.
#[derive(Debug, Clone, Args)]
pub(super) struct CheckArgs {
    /// What to scan: folders or files [default: .]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// How to write the findings
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Format,
    /// Neither heed nor believe what the tree says about itself
    ///
    /// For code that nobody has looked at. The tree's own overt.toml is not read and its
    /// `overt: allow` comments do not count; what was ignored is listed.
    #[arg(long)]
    pub(super) untrusted: bool,
    /// Report also what `overt: allow` comments suppress
    #[arg(long)]
    pub(super) no_suppressions: bool,
    /// Show also what `overt.toml` discloses
    #[arg(long)]
    pub(super) show_disclosed: bool,
    /// Leave out progress, warnings and lists; findings and errors stay
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// How many threads to use [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    #[command(flatten)]
    pub(super) levels: LevelArgs,
}

/// Which policy counts.
#[derive(Debug, Clone, Args)]
pub(super) struct PolicyArgs {
    /// Go by this policy instead of the one in overt.toml
    ///
    /// A policy is a set of levels, and maps the clauses of a public text to lints. NAME is
    /// `default`, `strict`, `gids`, `clean-network`, `asvs`, `attack`, `cwe` or one of your own;
    /// what contains `/` or ends with `.toml` is the path of a file. `cargo overt explain NAME`
    /// shows a policy.
    #[arg(id = "policy", long = "policy", value_name = "NAME", help_heading = "Levels")]
    pub(super) name: Option<String>,
}

/// What `inventory` takes.
#[derive(Debug, Clone, Args)]
pub(super) struct InventoryArgs {
    /// What to scan: folders or files [default: .]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: ListFormat,
    /// List also what only tests, benches and examples do
    ///
    /// JSON always holds it, marked as such.
    #[arg(long)]
    pub(super) tests: bool,
    /// List every place, where the table names three
    #[arg(long)]
    pub(super) all_places: bool,
    /// List the single facts instead: every observed call with its effects and the known texts
    /// of its arguments
    #[arg(long, conflicts_with_all = ["tests", "all_places"])]
    pub(super) facts: bool,
    /// How many threads to use [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<NonZeroUsize>,
}

/// What `init` takes.
#[derive(Debug, Clone, Args)]
pub(super) struct InitArgs {
    /// The folder that overt.toml is for, and is written to [default: .]
    #[arg(value_name = "PATH")]
    pub(super) path: Option<PathBuf>,
    /// Print the draft and write no file
    #[arg(long)]
    pub(super) stdout: bool,
}

/// What `report` takes.
#[derive(Debug, Clone, Args)]
pub(super) struct ReportArgs {
    /// What to scan: folders or files [default: .]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// How to write the document [default: by the name of the output file, or markdown]
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<DocumentFormat>,
    /// Neither heed nor believe what the tree says about itself
    ///
    /// Without its own overt.toml, nothing that the code does counts as disclosed.
    #[arg(long)]
    pub(super) untrusted: bool,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DocumentFormat {
    Markdown,
    /// One file that needs nothing else
    Html,
}

/// How severe lints are. The order among the four counts, see [`levels`].
#[derive(Debug, Clone, Args)]
pub(super) struct LevelArgs {
    /// Do not report this lint
    ///
    /// LINT is a lint, a group of lints, or the word `warnings` for every lint that would only
    /// warn. These four flags can be repeated; a later one overrules those before it and the
    /// configuration. `cargo overt lints` lists lints and groups.
    #[arg(short = 'A', long, value_name = "LINT", help_heading = "Levels")]
    allow: Vec<String>,
    /// Report this lint without failing
    #[arg(short = 'W', long, value_name = "LINT", help_heading = "Levels")]
    warn: Vec<String>,
    /// Report this lint and fail; `-D warnings` fails on every warning
    #[arg(short = 'D', long, value_name = "LINT", help_heading = "Levels")]
    deny: Vec<String>,
    /// As --deny, and nothing that comes later or stands in the code can lower it
    #[arg(short = 'F', long, value_name = "LINT", help_heading = "Levels")]
    forbid: Vec<String>,
}

#[derive(Debug, Clone, Args)]
pub(super) struct LintsArgs {
    /// Only the lints of this group
    #[arg(long, value_name = "GROUP", value_parser = words(Group::ALL, Group::word))]
    pub(super) group: Option<Group>,
    /// Only the lints that have this level here
    #[arg(long, value_name = "LEVEL", value_parser = words(Level::ALL, Level::word))]
    pub(super) level: Option<Level>,
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: ListFormat,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    Human,
    Json,
}

#[derive(Debug, Clone, Args)]
pub(super) struct ExplainArgs {
    /// The lint's id, as findings show it in brackets, or the name of a policy
    #[arg(value_name = "LINT")]
    pub(super) lint: String,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
}

/// Accepts the members of a vocabulary by their words.
fn words<T>(all: &'static [T], word: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    PossibleValuesParser::new(all.iter().map(|member| word(*member))).try_map(move |text| {
        all.iter().copied().find(|member| word(*member) == text).ok_or("not one of the words")
    })
}

impl Cli {
    /// Reads a command line.
    ///
    /// # Errors
    /// What clap says: mistakes, and also `--help` and `--version`.
    pub(super) fn read(
        args: impl IntoIterator<Item = std::ffi::OsString>,
    ) -> Result<(Self, Vec<(String, Level)>), clap::Error> {
        let mut command = <Self as clap::CommandFactory>::command();
        let matches = command.try_get_matches_from_mut(args)?;
        let mut cli = Self::from_arg_matches(&matches)?;
        let mut order = levels(&matches);
        match (matches.subcommand(), cli.command.take()) {
            (Some((_, below)), Some(Command::Check(later))) => {
                let before = std::mem::replace(&mut cli.check, later);
                cli.check.merge(before, &matches, below);
                order.extend(levels(below));
            }
            (Some((name, _)), other) => {
                refuse_flags_before(&mut command, &matches, name)?;
                cli.command = other;
            }
            (None, _) => {}
        }
        Ok((cli, order))
    }
}

impl CheckArgs {
    /// Adds the flags that stood before the word `check`. Those after it win.
    fn merge(&mut self, before: Self, above: &ArgMatches, below: &ArgMatches) {
        let given =
            |matches: &ArgMatches, id| matches.value_source(id) == Some(ValueSource::CommandLine);
        if given(above, "format") && !given(below, "format") {
            self.format = before.format;
        }
        self.untrusted |= before.untrusted;
        self.no_suppressions |= before.no_suppressions;
        self.show_disclosed |= before.show_disclosed;
        self.quiet |= before.quiet;
        self.threads = self.threads.or(before.threads);
        self.policy.name = self.policy.name.take().or(before.policy.name);
    }
}

/// A flag of `check` before another command would be ignored without a word.
fn refuse_flags_before(
    command: &mut clap::Command,
    matches: &ArgMatches,
    name: &str,
) -> Result<(), clap::Error> {
    let flag = command
        .get_arguments()
        .filter(|arg| !arg.is_global_set())
        .find(|arg| {
            let id = arg.get_id().as_str();
            matches.try_contains_id(id).unwrap_or(false)
                && matches.value_source(id) == Some(ValueSource::CommandLine)
        })
        .map(|arg| arg.get_long().unwrap_or(arg.get_id().as_str()).to_owned());
    match flag {
        None => Ok(()),
        Some(flag) => Err(command.error(
            clap::error::ErrorKind::ArgumentConflict,
            format!("`--{flag}` is a flag of `check` and means nothing before `{name}`"),
        )),
    }
}

/// The level flags in the order in which they were written.
fn levels(matches: &ArgMatches) -> Vec<(String, Level)> {
    let flags = [
        ("allow", Level::Allow),
        ("warn", Level::Warn),
        ("deny", Level::Deny),
        ("forbid", Level::Forbid),
    ];
    let mut found = Vec::new();
    for (id, level) in flags {
        let names = matches.get_many::<String>(id).into_iter().flatten();
        for (index, name) in matches.indices_of(id).into_iter().flatten().zip(names) {
            found.push((index, name.clone(), level));
        }
    }
    found.sort_by_key(|(index, ..)| *index);
    found.into_iter().map(|(_, name, level)| (name, level)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<(Cli, String), String> {
        let args = std::iter::once("cargo-overt").chain(line.split_whitespace());
        let (cli, levels) = Cli::read(args.map(Into::into)).map_err(|error| error.to_string())?;
        let shown: Vec<String> =
            levels.iter().map(|(name, level)| format!("{name}={level}")).collect();
        Ok((cli, shown.join(" ")))
    }

    #[test]
    fn clap_has_no_complaints() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn levels_keep_their_order() {
        let (_, levels) = read("-D a -A b --deny c -W a x -Fd").unwrap();
        assert_eq!(levels, "a=deny b=allow c=deny a=warn d=forbid");
        let (_, levels) = read("-D a check -A b -D c").unwrap();
        assert_eq!(levels, "a=deny b=allow c=deny");
    }

    #[test]
    fn check_may_be_said_or_not() {
        for line in [
            "--format json --untrusted src",
            "check --format json --untrusted src",
            "--format json check src --untrusted",
            "--untrusted check --format json src",
            "--format short check --format json src --untrusted",
        ] {
            let (cli, _) = read(line).unwrap();
            assert!(cli.command.is_none() && cli.check.untrusted, "{line}");
            assert_eq!((cli.check.format, cli.check.paths), (Format::Json, vec!["src".into()]));
        }
    }

    #[test]
    fn no_flag_is_ignored() {
        let error = read("--untrusted lints").unwrap_err();
        assert!(error.contains("`--untrusted` is a flag of `check`"), "{error}");
        assert!(read("-D x explain y").is_err());
        assert!(read("--color never --config x explain y").is_ok());
        assert!(read("explain y --color never").is_ok());
    }
}
