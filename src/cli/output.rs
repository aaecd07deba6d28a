//! Where results and messages go, and whether in colour.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};

use super::args::ColorArg;

impl From<ColorArg> for ColorChoice {
    fn from(choice: ColorArg) -> Self {
        match choice {
            ColorArg::Auto => Self::Auto,
            ColorArg::Always => Self::Always,
            ColorArg::Never => Self::Never,
        }
    }
}

/// Standard error.
pub(super) struct Terminal {
    pub(super) color: bool,
    choice: ColorChoice,
}

impl Terminal {
    pub(super) fn new(color: ColorArg) -> Self {
        let choice = resolve(color.into(), &io::stderr());
        Self { color: choice != ColorChoice::Never, choice }
    }

    pub(super) fn stderr(&self) -> impl Write + use<> {
        AutoStream::new(io::stderr(), self.choice)
    }
}

/// Where a result goes: standard output, or a file.
pub(super) enum Output {
    Stdout(BufWriter<AutoStream<io::Stdout>>, ColorChoice),
    File(BufWriter<File>, bool),
}

impl Output {
    /// Opens the file that was named, or standard output.
    pub(super) fn open(path: Option<&Path>, color: ColorArg) -> io::Result<Self> {
        let Some(path) = path else {
            let choice = resolve(color.into(), &io::stdout());
            return Ok(Self::Stdout(BufWriter::new(AutoStream::new(io::stdout(), choice)), choice));
        };
        // A file is no terminal, so it is coloured only when that was asked for.
        Ok(Self::File(BufWriter::new(File::create(path)?), color == ColorArg::Always))
    }

    pub(super) fn color(&self) -> bool {
        match self {
            Self::Stdout(_, choice) => *choice != ColorChoice::Never,
            Self::File(_, color) => *color,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out, _) => out.write(bytes),
            Self::File(out, _) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out, _) => out.flush(),
            Self::File(out, _) => out.flush(),
        }
    }
}

/// The choice for a stream, with the rules of NO_COLOR, CLICOLOR and CLICOLOR_FORCE.
fn resolve<S: anstream::stream::RawStream>(choice: ColorChoice, stream: &S) -> ColorChoice {
    match choice {
        ColorChoice::Auto => AutoStream::choice(stream),
        other => other,
    }
}
