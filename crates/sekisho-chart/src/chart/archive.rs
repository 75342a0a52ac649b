//! Chart archives: gzip and tar → files in memory, within limits, whatever the bytes say.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use smol_str::SmolStr;
use tar::{Archive, Entry, EntryType};

use super::{ChartBudget, ChartFile, Spent};

/// The longest path of a file in an archive, in bytes.
const LONGEST_PATH: usize = 4_096;

/// Why an archive is no chart, or none that is read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// The bytes are no gzip.
    #[error("the file is no gzip archive; `helm package` makes one")]
    NotGzip,
    /// The bytes break off, or are no tar.
    #[error("the archive is broken: {0}")]
    Broken(String),
    /// The archive has no file.
    #[error("the archive holds no file")]
    Empty,
    /// A file lies beside the chart's folder.
    #[error("`{path}` lies outside the chart's folder; all files must lie in one folder")]
    Outside {
        /// Its path as the archive has it.
        path: String,
    },
    /// A path leads upward.
    #[error("`{path}` leads out of the archive; remove `..` from it")]
    Upward {
        /// The path.
        path: String,
    },
    /// A path is absolute.
    #[error("`{path}` is an absolute path; make it relative to the archive")]
    Absolute {
        /// The path.
        path: String,
    },
    /// A path is longer than any real one.
    #[error("a path is longer than {LONGEST_PATH} bytes")]
    PathTooLong,
    /// An entry is a symbolic or hard link.
    #[error("`{path}` is a link; replace it by the file that it names")]
    Link {
        /// Its path.
        path: String,
    },
    /// An entry is a device, a FIFO or of a kind that charts do not have.
    #[error("`{path}` is no regular file; remove it")]
    Special {
        /// Its path.
        path: String,
    },
    /// A file has fewer bytes than its header says.
    #[error("`{path}` has fewer bytes than its header says")]
    Truncated {
        /// Its path.
        path: String,
    },
    /// A limit of the budget is passed.
    #[error(transparent)]
    Limit(#[from] LimitError),
}

/// A limit of [`ChartBudget`](super::ChartBudget) that a chart passes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// One file is too large.
    #[error("`{path}` is larger than {limit} bytes; leave it out by `.helmignore`")]
    FileBytes {
        /// Its path.
        path: String,
        /// The limit.
        limit: u64,
    },
    /// All files together are too large.
    #[error("the chart's files are larger than {limit} bytes; leave some out by `.helmignore`")]
    ChartBytes {
        /// The limit.
        limit: u64,
    },
    /// There are too many files.
    #[error("the chart has more than {limit} files; leave some out by `.helmignore`")]
    Files {
        /// The limit.
        limit: usize,
    },
    /// Charts lie in charts too deep.
    #[error("charts lie in each other more than {limit} deep")]
    Nesting {
        /// The limit.
        limit: usize,
    },
}

/// Reads the files of an archive; their paths are relative to the chart.
pub(super) fn read(bytes: &[u8], spent: &mut Spent) -> Result<Vec<ChartFile>, ArchiveError> {
    if !bytes.starts_with(&[0x1f, 0x8b, 0x08]) {
        return Err(ArchiveError::NotGzip);
    }
    let is_spent = Rc::new(Cell::new(false));
    let stream = Limited {
        inner: MultiGzDecoder::new(bytes),
        left: spent.stream_left(),
        is_spent: Rc::clone(&is_spent),
    };
    let mut archive = Archive::new(stream);
    let outcome = read_entries(&mut archive, spent);
    if is_spent.get() {
        return Err(LimitError::ChartBytes { limit: spent.budget.chart_bytes }.into());
    }
    let files = outcome?;
    if files.is_empty() { Err(ArchiveError::Empty) } else { Ok(files) }
}

fn read_entries<R: Read>(
    archive: &mut Archive<R>,
    spent: &mut Spent,
) -> Result<Vec<ChartFile>, ArchiveError> {
    let mut files = Vec::new();
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        // Empty folders and headers cost as much to read as files.
        spent.file()?;
        let kind = entry.header().entry_type();
        if matches!(kind, EntryType::Directory | EntryType::XGlobalHeader | EntryType::XHeader) {
            continue;
        }
        let name = entry.path_bytes();
        if name.len() > LONGEST_PATH {
            return Err(ArchiveError::PathTooLong);
        }
        let name = String::from_utf8_lossy(&name).into_owned();
        if kind.is_file() && name.ends_with('/') {
            continue;
        }
        let path = inner_path(&name)?;
        match kind {
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {}
            EntryType::Symlink | EntryType::Link => return Err(ArchiveError::Link { path: name }),
            _ => return Err(ArchiveError::Special { path: name }),
        }
        files.push(ChartFile::new(path, content(&mut entry, &name, spent)?));
    }
    Ok(files)
}

fn content<R: Read>(
    entry: &mut Entry<'_, R>,
    name: &str,
    spent: &mut Spent,
) -> Result<Vec<u8>, ArchiveError> {
    let size = entry.size();
    spent.bytes(name, size)?;
    let mut bytes = Vec::new();
    // What the header says is not believed before the bytes are there.
    entry.take(size).read_to_end(&mut bytes).map_err(broken)?;
    if (bytes.len() as u64) < size {
        return Err(ArchiveError::Truncated { path: name.to_owned() });
    }
    Ok(bytes)
}

/// The path inside the chart's folder, which is the first part of the name.
fn inner_path(name: &str) -> Result<SmolStr, ArchiveError> {
    // An archive made on Windows may part names by `\`.
    let name_with_slashes = if name.contains('\\') { name.replace('\\', "/") } else { name.to_owned() };
    if is_absolute(&name_with_slashes) {
        return Err(ArchiveError::Absolute { path: name.to_owned() });
    }
    if name_with_slashes.split('/').any(|part| part == "..") {
        return Err(ArchiveError::Upward { path: name.to_owned() });
    }
    let outside = || ArchiveError::Outside { path: name.to_owned() };
    let (folder, rest) = name_with_slashes.split_once('/').ok_or_else(outside)?;
    if is_absolute(rest) {
        return Err(ArchiveError::Absolute { path: name.to_owned() });
    }
    let parts: Vec<_> = rest.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.is_empty() || folder == "Chart.yaml" {
        return Err(outside());
    }
    Ok(parts.join("/").into())
}

/// Whether a path begins at a root, also one of Windows: `C:/`.
fn is_absolute(path: &str) -> bool {
    let mut characters = path.chars();
    path.starts_with('/')
        || characters.next().is_some_and(|first| first.is_ascii_alphabetic())
            && characters.as_str().starts_with(":/")
}

fn broken(error: io::Error) -> ArchiveError {
    ArchiveError::Broken(error.to_string())
}

/// A stream that ends with an error when it has given so many bytes.
struct Limited<R> {
    inner: R,
    left: u64,
    is_spent: Rc<Cell<bool>>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let Some(left) = self.left.checked_sub(count as u64) else {
            self.is_spent.set(true);
            return Err(io::Error::other("the limit of the archive's size is passed"));
        };
        self.left = left;
        Ok(count)
    }
}

/// Whether an archive that cannot be read as a chart is meant as one: a `Chart.yaml` lies in its folder.
pub fn names_chart(bytes: &[u8]) -> bool {
    let is_spent = Rc::new(Cell::new(false));
    let budget = ChartBudget::default();
    let stream = Limited { inner: MultiGzDecoder::new(bytes), left: budget.chart_bytes, is_spent };
    let mut archive = Archive::new(stream);
    let Ok(entries) = archive.entries() else { return false };
    entries.take(budget.files).map_while(Result::ok).any(|entry| {
        let name = String::from_utf8_lossy(&entry.path_bytes()).replace('\\', "/");
        let mut parts = name.split('/').filter(|part| !part.is_empty() && *part != ".");
        parts.next_back() == Some("Chart.yaml") && parts.count() <= 1
    })
}
