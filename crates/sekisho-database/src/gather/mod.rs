//! Advisories out of folders, archives and single files, whatever the format.

mod kind;
mod origin;
mod zip;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use rayon::prelude::*;
use sekisho_advisory::Budget;
use sekisho_vulnerability::{Contents, Origin};

use self::kind::Parsed;

/// How much may be read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one file, unpacked.
    pub file: u64,
    /// Bytes of everything together, unpacked.
    pub total: u64,
    /// Files, those in archives counted.
    pub files: usize,
    /// How deep folders may lie in one another.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file: 512 << 20, total: 64 << 30, files: 8_000_000, depth: 32 }
    }
}

/// Why reading ends.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatherError {
    /// A path cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    File {
        /// The path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// More than [`Limits`] allow.
    #[error("the sources have more than {limit} {what}: leave some out")]
    Limit {
        /// What was counted.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
}

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its path, that of its archive included.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// What reading gave.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// Files with records.
    pub files: usize,
    /// Files in which there are none.
    pub others: usize,
    /// Advisories.
    pub advisories: usize,
    /// Files that should have been read and could not be, the first thousand by name.
    pub failures: Vec<Failure>,
    /// All of them.
    pub failed: usize,
}

/// Failures that are named one by one.
const NAMED: usize = 1000;
/// Bytes and files that are read before they are parsed together.
const BATCH_BYTES: usize = 48 << 20;
const BATCH_FILES: usize = 4096;

struct Gatherer<'c> {
    contents: &'c mut Contents,
    limits: Limits,
    total: u64,
    count: usize,
    waiting: Vec<(String, Vec<u8>)>,
    waiting_bytes: usize,
    /// The last day that a record of each publisher names.
    days: BTreeMap<String, (Origin, String)>,
    gathered: Gathered,
}

/// Reads everything at these paths into contents.
pub fn gather(paths: &[PathBuf], contents: &mut Contents, limits: Limits) -> Result<Gathered, GatherError> {
    let mut gatherer = Gatherer {
        contents,
        limits,
        total: 0,
        count: 0,
        waiting: Vec::new(),
        waiting_bytes: 0,
        days: BTreeMap::new(),
        gathered: Gathered::default(),
    };
    for path in paths {
        gatherer.path(path, path, 0)?;
    }
    gatherer.flush();
    for (origin, day) in gatherer.days.into_values() {
        gatherer.contents.origin(Origin { date: day, ..origin });
    }
    gatherer.gathered.failures.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(gatherer.gathered)
}

impl Gatherer<'_> {
    /// A folder or a file; one that the user named must be there and be of a known kind.
    fn path(&mut self, path: &Path, named: &Path, depth: usize) -> Result<(), GatherError> {
        let is_named = path == named;
        let fail = |source| GatherError::File { path: path.to_owned(), source };
        if depth > self.limits.depth {
            return Err(GatherError::Limit {
                what: "folders in one another",
                limit: self.limits.depth as u64,
            });
        }
        let metadata =
            if is_named { fs::metadata(path) } else { fs::symlink_metadata(path) }.map_err(fail)?;
        if metadata.is_dir() {
            let mut entries: Vec<PathBuf> = fs::read_dir(path)
                .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
                .map_err(fail)?;
            entries.sort();
            return entries.iter().try_for_each(|entry| self.path(entry, named, depth + 1));
        }
        if !metadata.is_file() {
            return Ok(());
        }
        self.count()?;
        let name = path.to_string_lossy().replace('\\', "/");
        if !is_named && kind::is_hidden(&below(path, named)) {
            return Ok(());
        }
        let read = match packed(&name) {
            Packed::Zip => self.zip(path, &name),
            Packed::Tar(wrap) => match File::open(path).and_then(|file| wrap.reader(file)) {
                Ok(reader) => self.tar(reader, &name),
                Err(error) => Err(error.into()),
            },
            Packed::One(wrap, inner) => match File::open(path).and_then(|file| wrap.reader(file)) {
                Ok(reader) => self.file(inner, reader),
                Err(error) => Err(error.into()),
            },
            Packed::No if is_named || kind::is_meant(&below(path, named)) => {
                let file = File::open(path).map_err(fail)?;
                self.file(&name, file)
            }
            Packed::No => Ok(()),
        };
        match read {
            Err(Stop::Over(error)) => Err(error),
            Err(Stop::Broken(error)) if is_named => Err(fail(error)),
            Err(Stop::Broken(error)) => {
                self.failed(name, error.to_string());
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    fn zip(&mut self, path: &Path, name: &str) -> Result<(), Stop> {
        let mut file = File::open(path)?;
        for entry in zip::entries(&mut file)? {
            if kind::is_meant(&entry.name) {
                self.count()?;
                let inner = format!("{name}/{}", entry.name);
                match zip::reader(&mut file, &entry) {
                    Ok(reader) => self.file(&inner, reader)?,
                    Err(error) => self.failed(inner, error.to_string()),
                }
            }
        }
        Ok(())
    }

    fn tar(&mut self, reader: Box<dyn Read>, name: &str) -> Result<(), Stop> {
        for entry in tar::Archive::new(reader).entries()? {
            let entry = entry?;
            self.count()?;
            let path = entry.path()?.to_string_lossy().into_owned();
            if entry.header().entry_type().is_file() && kind::is_meant(&path) {
                self.file(&format!("{name}/{path}"), entry)?;
            }
        }
        Ok(())
    }

    /// Takes a file in; it is parsed with others.
    fn file(&mut self, name: &str, reader: impl Read) -> Result<(), Stop> {
        let mut bytes = Vec::new();
        let read = reader.take(self.limits.file + 1).read_to_end(&mut bytes);
        self.total = self.total.saturating_add(bytes.len() as u64);
        if self.total > self.limits.total {
            return Err(Stop::Over(GatherError::Limit { what: "bytes", limit: self.limits.total }));
        }
        match read {
            Err(error) => self.failed(name.to_owned(), error.to_string()),
            Ok(_) if bytes.len() as u64 > self.limits.file => {
                self.failed(
                    name.to_owned(),
                    format!("it has more than {} bytes, the limit", self.limits.file),
                );
            }
            Ok(_) => {
                self.waiting_bytes += bytes.len();
                self.waiting.push((name.to_owned(), bytes));
            }
        }
        if self.waiting_bytes > BATCH_BYTES || self.waiting.len() >= BATCH_FILES {
            self.flush();
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), GatherError> {
        self.count += 1;
        if self.count > self.limits.files {
            return Err(GatherError::Limit { what: "files", limit: self.limits.files as u64 });
        }
        Ok(())
    }

    /// Parses what waits and adds it.
    fn flush(&mut self) {
        let budget =
            Budget { bytes: usize::try_from(self.limits.file).unwrap_or(usize::MAX), ..Budget::default() };
        self.waiting_bytes = 0;
        let parsed: Vec<(String, Result<Parsed, String>)> = std::mem::take(&mut self.waiting)
            .into_par_iter()
            .map(|(name, bytes)| {
                let parsed = kind::parse(&name, bytes, &budget);
                (name, parsed)
            })
            .collect();
        for (name, parsed) in parsed {
            match parsed {
                Ok(parsed) if parsed.is_other => self.gathered.others += 1,
                Ok(parsed) => self.add(parsed),
                Err(reason) => self.failed(name, reason),
            }
        }
    }

    fn add(&mut self, parsed: Parsed) {
        self.gathered.files += 1;
        for (origin, advisory) in parsed.advisories {
            if !advisory.is_about_security() {
                continue;
            }
            self.gathered.advisories += 1;
            let day = advisory.modified.as_deref().or(advisory.published.as_deref());
            let day =
                day.and_then(|day| day.get(..10)).filter(|day| !day.starts_with("000")).unwrap_or_default();
            let place = self.contents.origin(origin.clone());
            self.contents.add(place, &advisory);
            let known = self.days.entry(origin.name.clone()).or_insert_with(|| (origin, String::new()));
            if known.1.as_str() < day {
                day.clone_into(&mut known.1);
            }
        }
        for origin in parsed.origins {
            self.contents.origin(origin);
        }
        self.contents.add_exploited(parsed.exploited);
        self.contents.add_probabilities(parsed.probabilities);
    }

    fn failed(&mut self, path: String, reason: String) {
        self.gathered.failed += 1;
        if self.gathered.failures.len() < NAMED {
            self.gathered.failures.push(Failure { path, reason });
        }
    }
}

/// A path as seen from what the user named: only what lies in there can be hidden.
fn below(path: &Path, named: &Path) -> String {
    path.strip_prefix(named).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// Why one path is not read further.
enum Stop {
    /// A limit of everything together.
    Over(GatherError),
    /// This file alone.
    Broken(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl From<GatherError> for Stop {
    fn from(error: GatherError) -> Self {
        Self::Over(error)
    }
}

/// How a file is packed, by its name.
enum Packed<'n> {
    Zip,
    Tar(Wrap),
    /// One file, and what it is called unpacked.
    One(Wrap, &'n str),
    No,
}

/// What bytes are wrapped in.
#[derive(Clone, Copy)]
enum Wrap {
    Nothing,
    Gzip,
    Zstd,
}

impl Wrap {
    fn reader(self, file: File) -> io::Result<Box<dyn Read>> {
        let file = BufReader::with_capacity(1 << 18, file);
        Ok(match self {
            Self::Nothing => Box::new(file),
            Self::Gzip => Box::new(MultiGzDecoder::new(file)),
            Self::Zstd => Box::new(
                ruzstd::decoding::StreamingDecoder::new(file)
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?,
            ),
        })
    }
}

fn packed(name: &str) -> Packed<'_> {
    let ends = |end: &str| name.strip_suffix(end);
    if ends(".zip").is_some() {
        Packed::Zip
    } else if ends(".tar").is_some() {
        Packed::Tar(Wrap::Nothing)
    } else if ends(".tar.gz").or(ends(".tgz")).is_some() {
        Packed::Tar(Wrap::Gzip)
    } else if ends(".tar.zst").or(ends(".tzst")).is_some() {
        Packed::Tar(Wrap::Zstd)
    } else if let Some(inner) =
        ends(".gz").filter(|inner| kind::is_meant(inner.rsplit('/').next().unwrap_or(inner)))
    {
        Packed::One(Wrap::Gzip, inner)
    } else if let Some(inner) =
        ends(".zst").filter(|inner| kind::is_meant(inner.rsplit('/').next().unwrap_or(inner)))
    {
        Packed::One(Wrap::Zstd, inner)
    } else {
        Packed::No
    }
}
