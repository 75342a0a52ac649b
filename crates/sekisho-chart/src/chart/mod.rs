//! Charts: folders and archives → what a chart consists of, in memory.
//!
//! Nothing here opens a file. A caller lists the paths of a folder and gives their bytes, or gives the bytes
//! of an archive; charts that lie in `charts/`, as folders or archives, are read with the one that holds them.

mod archive;
mod assemble;
pub(crate) mod decode;
pub(crate) mod files;
mod glob;
mod ignore;
mod metadata;
mod pattern;

use std::sync::Arc;

use sekisho_manifest::{LoadError, Node, SourceId};
use smol_str::SmolStr;

pub use self::archive::{ArchiveError, LimitError, names_chart};
pub use self::decode::FieldError;
pub use self::ignore::{Ignore, IgnoreError};
pub use self::metadata::{Dependency, ImportValues, Maintainer, Metadata, MetadataError};

/// A chart and those that lie in it.
#[derive(Debug, Clone)]
pub struct Chart {
    /// What `Chart.yaml` says, and `requirements.yaml` of a chart of version `v1`.
    pub metadata: Metadata,
    /// The source of `Chart.yaml`.
    pub source: SourceId,
    /// The files in `templates/`, in the order of their paths.
    pub templates: Vec<ChartText>,
    /// The files that templates reach by `.Files`.
    pub files: Vec<ChartFile>,
    /// The files in `crds/` that hold manifests.
    pub definitions: Vec<ChartText>,
    /// The documents of `values.yaml`.
    pub values: Vec<Node>,
    /// `values.schema.json`.
    pub schema: Option<Arc<[u8]>>,
    /// The charts in `charts/`.
    pub charts: Vec<Self>,
    /// What Helm passes over, but people should know.
    pub(crate) warnings: Vec<String>,
}

/// A file of a chart; its path is relative to the chart, with `/`.
#[derive(Debug, Clone)]
pub struct ChartFile {
    /// Its path.
    pub path: SmolStr,
    /// Its bytes, without byte order mark.
    pub bytes: Arc<[u8]>,
}

/// A file whose text findings may point into.
#[derive(Debug, Clone)]
pub struct ChartText {
    /// Its path, relative to the chart that it belongs to.
    pub path: SmolStr,
    /// Its text; bytes that are no UTF-8 are replaced by U+FFFD.
    pub text: Arc<str>,
    /// The source that the caller entered it as.
    pub source: SourceId,
}

/// What reading a chart may cost; each limit that is passed is a [`LimitError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChartBudget {
    /// Bytes of one file, unpacked.
    pub file_bytes: u64,
    /// Bytes of all files, unpacked, those of charts in it too.
    pub chart_bytes: u64,
    /// Files, those of charts in it too.
    pub files: usize,
    /// Charts that lie in each other.
    pub nesting: usize,
}

impl Default for ChartBudget {
    /// Helm's limits of sizes, and limits of our own on numbers.
    fn default() -> Self {
        Self { file_bytes: 5 << 20, chart_bytes: 100 << 20, files: 50_000, nesting: 16 }
    }
}

/// How a caller enters a text that findings may point into: the path in the chart, the text. A chart in an
/// archive in `charts/` has paths as if the archive were a folder.
pub type Sources<'a> = &'a mut dyn FnMut(&str, &Arc<str>) -> SourceId;

/// How a caller reads a file of a folder: the path in the chart → its bytes, or why there are none.
pub type ReadFile<'a> = &'a mut dyn FnMut(&str) -> Result<Vec<u8>, String>;

/// Why a chart cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    /// A file cannot be read.
    #[error("cannot read `{path}`: {reason}")]
    Unreadable {
        /// Its path.
        path: SmolStr,
        /// Why.
        reason: String,
    },
    /// `.helmignore` cannot be followed.
    #[error("`.helmignore`: {0}")]
    Ignore(#[from] IgnoreError),
    /// The archive is none, or a dangerous one.
    #[error(transparent)]
    Archive(ArchiveError),
    /// A limit of the budget is passed.
    #[error(transparent)]
    Limit(LimitError),
    /// There is no `Chart.yaml`.
    #[error("`Chart.yaml` is missing")]
    NoMetadata,
    /// A file is no YAML.
    #[error("`{path}` is no YAML: {error}")]
    Yaml {
        /// Its path.
        path: SmolStr,
        /// What is wrong, and where.
        error: LoadError,
    },
    /// `Chart.yaml` or `requirements.yaml` says something that cannot be.
    #[error("`{path}`: {error}")]
    Metadata {
        /// Its path.
        path: SmolStr,
        /// What is wrong.
        error: MetadataError,
    },
    /// A document of `values.yaml` is no mapping.
    #[error("`{path}` must hold a mapping")]
    Values {
        /// Its path.
        path: SmolStr,
    },
    /// A chart in `charts/` cannot be read.
    #[error("the chart `{name}` in `charts/` of `{parent}`: {error}")]
    Within {
        /// The name of its folder or archive.
        name: SmolStr,
        /// The chart that it lies in.
        parent: SmolStr,
        /// What is wrong.
        error: Box<Self>,
    },
}

impl Chart {
    /// Reads a chart from a folder: the paths of its files, relative to it and with `/`, and a way to read
    /// them. Files that `.helmignore` leaves out are not read.
    ///
    /// # Errors
    /// Where a file cannot be read, or the files are no chart.
    pub fn from_folder(
        paths: &[SmolStr],
        read: ReadFile<'_>,
        sources: Sources<'_>,
        budget: &ChartBudget,
    ) -> Result<Self, ChartError> {
        let mut spent = Spent::new(budget);
        let mut bytes_of = |path: &SmolStr| {
            read(path).map_err(|reason| ChartError::Unreadable { path: path.clone(), reason })
        };
        let ignore = match paths.iter().find(|path| *path == ".helmignore") {
            Some(path) => Ignore::parse(&String::from_utf8_lossy(&bytes_of(path)?))?,
            None => Ignore::none(),
        };
        let mut files = Vec::new();
        for path in paths.iter().filter(|path| !ignore.ignores_file(path)) {
            spent.file().map_err(ChartError::Limit)?;
            let bytes = bytes_of(path)?;
            spent.bytes(path, bytes.len() as u64).map_err(ChartError::Limit)?;
            files.push(ChartFile::new(path.clone(), bytes));
        }
        assemble::assemble(files, "", &mut spent, sources)
    }

    /// Reads a chart from an archive, `.tgz`. Nothing is unpacked to a disk.
    ///
    /// # Errors
    /// Where the bytes are no archive, or one that no chart has, or hold no chart.
    pub fn from_archive(
        bytes: &[u8],
        sources: Sources<'_>,
        budget: &ChartBudget,
    ) -> Result<Self, ChartError> {
        let mut spent = Spent::new(budget);
        let files = archive::read(bytes, &mut spent)?;
        assemble::assemble(files, "", &mut spent, sources)
    }

    /// What Helm passes over in silence or with a warning, in this chart and those in it.
    pub fn warnings(&self) -> impl Iterator<Item = &str> {
        let own = self.warnings.iter().map(String::as_str);
        let within = self.charts.iter().flat_map(|chart| chart.warnings().collect::<Vec<_>>());
        own.chain(within)
    }
}

impl ChartFile {
    /// A file without its byte order mark.
    fn new(path: SmolStr, bytes: Vec<u8>) -> Self {
        let bytes = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => rest.into(),
            None => bytes.into(),
        };
        Self { path, bytes }
    }
}

impl From<ArchiveError> for ChartError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Limit(error) => Self::Limit(error),
            error => Self::Archive(error),
        }
    }
}

/// What was taken of a budget.
#[derive(Debug)]
struct Spent<'b> {
    budget: &'b ChartBudget,
    bytes: u64,
    files: usize,
    nesting: usize,
}

impl<'b> Spent<'b> {
    fn new(budget: &'b ChartBudget) -> Self {
        Self { budget, bytes: 0, files: 0, nesting: 0 }
    }

    fn file(&mut self) -> Result<(), LimitError> {
        self.files += 1;
        if self.files > self.budget.files {
            return Err(LimitError::Files { limit: self.budget.files });
        }
        Ok(())
    }

    fn bytes(&mut self, path: &str, count: u64) -> Result<(), LimitError> {
        if count > self.budget.file_bytes {
            return Err(LimitError::FileBytes { path: path.to_owned(), limit: self.budget.file_bytes });
        }
        self.bytes += count;
        if self.bytes > self.budget.chart_bytes {
            return Err(LimitError::ChartBytes { limit: self.budget.chart_bytes });
        }
        Ok(())
    }

    /// Goes one chart deeper; the caller comes back by [`leave`](Self::leave).
    fn enter(&mut self) -> Result<(), LimitError> {
        self.nesting += 1;
        if self.nesting > self.budget.nesting {
            return Err(LimitError::Nesting { limit: self.budget.nesting });
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.nesting -= 1;
    }

    /// How many bytes an archive may still unpack to, with headers and padding.
    fn stream_left(&self) -> u64 {
        /// What tar adds to a file at most, long names apart.
        const OVERHEAD: u64 = 2_048;
        let files = self.budget.files.saturating_sub(self.files) as u64;
        self.budget.chart_bytes.saturating_sub(self.bytes).saturating_add(files.saturating_mul(OVERHEAD))
    }
}
