//! Where output goes: findings to standard output, everything else to standard error.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use sekisho_report::{Catalogue, Language};

use crate::arguments::{ColorWhen, Global};
use crate::whole_file::write_atomically;

/// What a run ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nothing at or above the limit.
    Clean,
    /// Findings at or above it.
    Findings,
    /// Wrong usage or configuration.
    Usage,
    /// Nothing to examine.
    Nothing,
    /// Some input could not be examined.
    Incomplete,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Clean => 0,
            Status::Findings => 1,
            Status::Usage => 2,
            Status::Nothing => 3,
            Status::Incomplete => 4,
        })
    }
}

/// The user's side: language, colours, width, and how much to say.
#[derive(Debug)]
pub(crate) struct Terminal {
    language: Option<Language>,
    color: ColorWhen,
    /// Say nothing on standard error but errors.
    pub(crate) quiet: bool,
    /// Whether no connection may be made.
    pub(crate) offline: bool,
}

impl Terminal {
    /// What the options and the environment say.
    pub(crate) fn new(global: &Global) -> Self {
        Self { language: global.lang, color: global.color, quiet: global.quiet, offline: global.offline }
    }

    /// The words to speak with: the option's language, else the configuration's, else the locale's.
    pub(crate) fn catalogue(&self, configured: Option<&str>) -> Result<Catalogue> {
        let configured = configured.map(str::parse).transpose().context("`language` of the configuration")?;
        Ok(Catalogue::new(self.language.or(configured).or_else(locale).unwrap_or_default()))
    }

    /// Whether to colour what goes to standard output.
    pub(crate) fn color(&self) -> bool {
        match self.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => {
                io::stdout().is_terminal()
                    && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                    && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        }
    }

    /// Says something to the person at the terminal.
    #[allow(clippy::print_stderr, reason = "diagnostics belong on standard error")]
    pub(crate) fn note(&self, text: impl fmt::Display) {
        if !self.quiet {
            eprintln!("{text}");
        }
    }
}

/// Writes to a file, whole or not at all, or to standard output. A reader that has gone away is no error.
pub(crate) fn write(
    file: Option<&Path>,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let mut bytes = Vec::new();
    content(&mut bytes)?;
    match file {
        Some(path) => write_atomically(path, &bytes),
        None => match io::stdout().lock().write_all(&bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.context("cannot write to standard output"),
        },
    }
}

/// Says what is wrong.
#[allow(clippy::print_stderr, reason = "errors belong on standard error")]
pub(crate) fn complain(text: impl fmt::Display) {
    eprintln!("error: {text}");
}

/// Writes a line of the log.
#[allow(clippy::print_stderr, reason = "the log of what serves belongs on standard error")]
pub(crate) fn log(line: &str) {
    // A reader that has gone away is no reason to end.
    let _ = writeln!(io::stderr(), "{line}");
}

/// From now on a panic is told by its place alone: its words may hold parts of what was looked at.
pub(crate) fn panics_without_words(log: &sekisho_webhook::Log) {
    let log = log.clone();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        log.line(sekisho_webhook::Level::Error, "panic", |fields| {
            fields.insert("place".to_owned(), place.into());
        });
    }));
}

/// Says what went wrong, with its causes.
pub(crate) fn fail(error: &anyhow::Error) -> ExitCode {
    complain(format_args!("{error:#}"));
    Status::Usage.into()
}

/// The columns of the terminal.
pub(crate) fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))).unwrap_or(100)
}

/// The language of the locale, where it is one that we speak.
fn locale() -> Option<Language> {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .and_then(|value| value.parse().ok())
}
