//! Audit logs that are read to their end: files, packed ones too, folders of rotated files, standard input.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::read::MultiGzDecoder;
use sekisho_audit::{AuditError, AuditEvent, Budget, Lines, Parser, Shape};

/// Bytes that are read at once.
pub(super) const PIECE: usize = 1 << 20;

/// Reasons that are told one by one.
const TOLD: usize = 10;

/// What came of a log.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Events that were looked at.
    pub(crate) events: u64,
    /// Lines and events that cannot be read.
    pub(crate) unreadable: u64,
    /// Why, with places, of the first of them.
    pub(crate) reasons: Vec<String>,
    /// Entries in which events came in other shapes than the API server's.
    pub(crate) shapes: BTreeMap<Shape, u64>,
}

/// Goes over logs.
pub(crate) fn go_over(logs: &[PathBuf], take: &mut dyn FnMut(AuditEvent<'_>)) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut reader = Reader::new(&mut tally, take);
    for log in logs {
        if log == Path::new("-") {
            reader.read("standard input", &mut io::stdin().lock())?;
            continue;
        }
        let fail = || format!("cannot read `{}`", log.display());
        if fs::metadata(log).with_context(fail)?.is_dir() {
            for file in files(log)? {
                reader.file(&file)?;
            }
        } else {
            reader.file(log)?;
        }
    }
    Ok(tally)
}

/// The files of a folder, oldest first as they were written last, as rotation leaves them.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let path = entry?.path();
        let metadata = fs::metadata(&path)?;
        if metadata.is_file() {
            files.push((metadata.modified().ok(), path));
        }
    }
    if files.is_empty() {
        bail!("there is no log in `{}`", folder.display());
    }
    files.sort();
    Ok(files.into_iter().map(|(_, path)| path).collect())
}

/// Reads lines and lists, and counts.
pub(crate) struct Reader<'r> {
    parser: Parser,
    tally: &'r mut Tally,
    take: &'r mut dyn FnMut(AuditEvent<'_>),
}

impl<'r> Reader<'r> {
    /// Hands events to `take`.
    pub(crate) fn new(tally: &'r mut Tally, take: &'r mut dyn FnMut(AuditEvent<'_>)) -> Self {
        Self { parser: Parser::new(Budget::default()), tally, take }
    }

    fn file(&mut self, path: &Path) -> Result<()> {
        let name = path.display().to_string();
        let mut file = File::open(path).with_context(|| format!("cannot read `{name}`"))?;
        let mut head = [0; 2];
        let count = file.read(&mut head).with_context(|| format!("cannot read `{name}`"))?;
        let head = head.get(..count).unwrap_or_default();
        let mut whole = head.chain(&mut file);
        if head == [0x1F, 0x8B] {
            // What it unpacks to is never held: lines have their limit.
            self.read(&name, &mut MultiGzDecoder::new(whole))
        } else {
            self.read(&name, &mut whole)
        }
    }

    fn read(&mut self, name: &str, input: &mut dyn Read) -> Result<()> {
        let mut lines = Lines::new(&Budget::default());
        let mut piece = vec![0; PIECE];
        let mut number = 0_u64;
        loop {
            let count = match input.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error).with_context(|| format!("cannot read `{name}`")),
            };
            lines
                .feed(piece.get(..count).unwrap_or_default(), &mut |line| self.line(name, &mut number, line));
        }
        lines.finish(&mut |line| self.line(name, &mut number, line));
        Ok(())
    }

    /// Takes a line, or a list that came as a whole.
    pub(crate) fn line(&mut self, name: &str, number: &mut u64, line: Result<&[u8], AuditError>) {
        *number += 1;
        let tally = &mut *self.tally;
        let mut wrong = |error: AuditError| {
            tally.unreadable += 1;
            if tally.reasons.len() < TOLD {
                tally.reasons.push(format!("{name}, entry {number}: {error}"));
            }
        };
        let line = match line {
            Ok(line) => line,
            Err(error) => return wrong(error),
        };
        let mut events = 0;
        let shape = self.parser.each(line, &mut |event| match event {
            Ok(event) => {
                events += 1;
                (self.take)(event);
            }
            Err(error) => wrong(error),
        });
        match shape {
            Ok(Shape::Plain) => {}
            Ok(shape) => *self.tally.shapes.entry(shape).or_default() += 1,
            Err(error) => return wrong(error),
        }
        self.tally.events += events;
    }
}

impl Tally {
    /// What could not be read, for people.
    pub(crate) fn complaints(&self) -> impl Iterator<Item = String> + '_ {
        let more = self.unreadable.saturating_sub(self.reasons.len() as u64);
        let more = (more > 0).then(|| format!("{more} more entries cannot be read"));
        self.reasons.iter().cloned().chain(more)
    }
}
