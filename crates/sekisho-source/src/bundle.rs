//! What a bundle is: files in the order of their paths, their digest, and where each line came from.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use sekisho_policy::{LineOrigin, Text};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use smol_str::{SmolStr, format_smolstr};

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleFile {
    /// The path from the root of the bundle, with `/` between its parts.
    pub path: SmolStr,
    /// The content.
    pub bytes: Vec<u8>,
    /// Who answers for it.
    pub origin: FileOrigin,
}

/// Where a file came from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileOrigin {
    /// The owners by `CODEOWNERS`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<SmolStr>,
    /// The commits that its lines came with, in the order of the lines; empty where there is no history.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Lines>,
    /// The object of the repository that holds the content.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub blob: SmolStr,
}

/// Lines one after the other that came with one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    /// The first line; the first of a file is 1.
    pub first: u32,
    /// How many.
    pub count: u32,
    /// The commit, by its identifier.
    pub commit: SmolStr,
}

/// A commit as far as policies answer for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Commit {
    /// Who wrote the change: `Ana <ana@example.com>`.
    pub author: SmolStr,
    /// When, as RFC 3339 in UTC.
    pub date: SmolStr,
    /// Who signed it; none where the signature was not asked for or does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<SmolStr>,
}

/// Where a bundle came from as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// The source, without credentials.
    pub source: SmolStr,
    /// The branch or tag that was asked for; empty where there is none.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub reference: SmolStr,
    /// The commit that the files are of; empty where there is no history.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub commit: SmolStr,
    /// The commits that lines came with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub commits: BTreeMap<SmolStr, Commit>,
    /// The digest of the artifact that the files lie in; empty where they come from elsewhere.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub artifact: SmolStr,
    /// When that artifact was made, as it says.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub made: SmolStr,
    /// What was left out, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// Files that are used together, or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    files: Vec<BundleFile>,
    digest: Digest,
    /// Where it came from.
    pub provenance: Provenance,
}

/// What names the content of a bundle: `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest(SmolStr);

/// How large a bundle may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Files.
    pub files: usize,
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// Bytes of a path.
    pub path: usize,
    /// Folders within each other.
    pub depth: usize,
    /// Bytes that may come from a network for one update.
    pub transfer: u64,
    /// Commits that are looked at for one update.
    pub commits: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            files: 20_000,
            file_bytes: 16 << 20,
            bytes: 256 << 20,
            path: 1_024,
            depth: 32,
            transfer: 512 << 20,
            commits: 100_000,
        }
    }
}

/// Why files are no bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Too many files.
    #[error("the bundle has more than {0} files: name the folder of the policies")]
    Files(usize),
    /// A file is too large.
    #[error("`{path}` has more than {limit} bytes: keep it out of the policies' folder")]
    FileSize {
        /// The file.
        path: String,
        /// The limit.
        limit: u64,
    },
    /// All files together are too large.
    #[error("the files of the bundle have more than {0} bytes: name the folder of the policies")]
    Size(u64),
    /// A path that leaves the bundle or that no system has alike.
    #[error("`{0}` is no path of a bundle: use names without `..`, control characters and backslashes")]
    Path(String),
    /// Folders within folders.
    #[error("`{path}` lies more than {limit} folders deep")]
    Depth {
        /// The file.
        path: String,
        /// The limit.
        limit: usize,
    },
    /// A link to somewhere else.
    #[error("the link `{path}` leads out of the bundle, to `{target}`: remove it")]
    Link {
        /// The link.
        path: String,
        /// Where it leads.
        target: String,
    },
    /// Two files of one path.
    #[error("`{0}` is there twice")]
    Twice(String),
    /// Nothing at all.
    #[error("there is no file in `{0}`")]
    Empty(String),
}

/// Gathers files within a budget.
#[derive(Debug)]
pub(crate) struct Gathering {
    budget: Budget,
    files: BTreeMap<SmolStr, BundleFile>,
    bytes: u64,
}

impl Gathering {
    pub(crate) fn new(budget: Budget) -> Self {
        Self { budget, files: BTreeMap::new(), bytes: 0 }
    }

    pub(crate) fn budget(&self) -> Budget {
        self.budget
    }

    /// Checks a path and the size of its file before it is read.
    pub(crate) fn admit(&self, path: &str, size: u64) -> Result<(), BundleError> {
        check_path(path, &self.budget)?;
        if self.files.len() >= self.budget.files {
            return Err(BundleError::Files(self.budget.files));
        }
        if size > self.budget.file_bytes {
            return Err(BundleError::FileSize { path: path.to_owned(), limit: self.budget.file_bytes });
        }
        if self.bytes.saturating_add(size) > self.budget.bytes {
            return Err(BundleError::Size(self.budget.bytes));
        }
        Ok(())
    }

    pub(crate) fn add(&mut self, path: &str, bytes: Vec<u8>, origin: FileOrigin) -> Result<(), BundleError> {
        self.admit(path, bytes.len() as u64)?;
        self.bytes += bytes.len() as u64;
        let path = SmolStr::new(path);
        match self.files.insert(path.clone(), BundleFile { path, bytes, origin }) {
            Some(twice) => Err(BundleError::Twice(twice.path.to_string())),
            None => Ok(()),
        }
    }

    /// Paths and contents.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.values().map(|file| (file.path.as_str(), file.bytes.as_slice()))
    }

    /// Paths, contents and origins, to be filled in.
    pub(crate) fn origins(&mut self) -> impl Iterator<Item = (&SmolStr, &[u8], &mut FileOrigin)> {
        self.files.values_mut().map(|file| (&file.path, file.bytes.as_slice(), &mut file.origin))
    }

    pub(crate) fn bundle(self, provenance: Provenance) -> Result<Bundle, BundleError> {
        if self.files.is_empty() {
            return Err(BundleError::Empty(provenance.source.to_string()));
        }
        Ok(self.bundle_even_of_nothing(provenance))
    }

    /// The same, where nothing may be what is meant.
    pub(crate) fn bundle_even_of_nothing(self, provenance: Provenance) -> Bundle {
        let files: Vec<BundleFile> = self.files.into_values().collect();
        let digest = Digest::of(files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice())));
        Bundle { files, digest, provenance }
    }
}

fn check_path(path: &str, budget: &Budget) -> Result<(), BundleError> {
    let wrong = || BundleError::Path(path.chars().take(200).collect());
    if path.is_empty()
        || path.len() > budget.path
        || path.contains('\\')
        || path.chars().any(char::is_control)
    {
        return Err(wrong());
    }
    if path.split('/').any(|part| matches!(part, "" | "." | "..") || part.eq_ignore_ascii_case(".git")) {
        return Err(wrong());
    }
    if path.matches('/').count() > budget.depth {
        return Err(BundleError::Depth { path: path.to_owned(), limit: budget.depth });
    }
    Ok(())
}

impl Bundle {
    /// Makes a bundle of files that are in memory.
    pub fn of_files(
        files: impl IntoIterator<Item = (SmolStr, Vec<u8>)>,
        provenance: Provenance,
        budget: Budget,
    ) -> Result<Self, BundleError> {
        let mut gathering = Gathering::new(budget);
        for (path, bytes) in files {
            gathering.add(&path, bytes, FileOrigin::default())?;
        }
        gathering.bundle(provenance)
    }

    /// The files in the order of their paths.
    pub fn files(&self) -> &[BundleFile] {
        &self.files
    }

    /// The file of a path.
    pub fn file(&self, path: &str) -> Option<&BundleFile> {
        let place = self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        self.files.get(place)
    }

    /// What names the content.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The listing whose SHA-256 is the digest: what is signed where a bundle is.
    pub fn listing(&self) -> String {
        listing(self.files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice())))
    }

    /// The files as policies are compiled of, each with what is known of its lines.
    pub fn texts(&self) -> Vec<Text> {
        self.files.iter().map(|file| self.text(file)).collect()
    }

    fn text(&self, file: &BundleFile) -> Text {
        let commits = &self.provenance.commits;
        let line = |lines: &Lines| {
            let commit = commits.get(&lines.commit)?;
            let (author, date) = (commit.author.clone(), commit.date.clone());
            Some(LineOrigin { first: lines.first, commit: lines.commit.clone(), author, date })
        };
        let lines: Vec<LineOrigin> = file.origin.lines.iter().filter_map(line).collect();
        // Of a file as a whole, what changed it last.
        let last = file.origin.lines.iter().filter_map(|lines| commits.get_key_value(&lines.commit));
        let last = last.max_by(|(_, one), (_, other)| one.date.cmp(&other.date));
        let provenance = sekisho_policy::Provenance {
            bundle: self.provenance.source.clone(),
            digest: self.digest.0.clone(),
            commit: last.map_or_else(|| self.provenance.commit.clone(), |(id, _)| id.clone()),
            author: last.map(|(_, commit)| commit.author.clone()).unwrap_or_default(),
            date: last.map(|(_, commit)| commit.date.clone()).unwrap_or_default(),
            owners: file.origin.owners.clone(),
            lines,
        };
        Text {
            path: file.path.clone(),
            bytes: file.bytes.as_slice().into(),
            provenance: Some(Arc::new(provenance)),
        }
    }

    /// The commit that a line of a file came with.
    pub fn commit_of(&self, path: &str, line: u32) -> Option<(&SmolStr, &Commit)> {
        let lines = &self.file(path)?.origin.lines;
        let place = lines.partition_point(|lines| lines.first <= line).checked_sub(1)?;
        let found = lines.get(place).filter(|lines| line < lines.first.saturating_add(lines.count))?;
        self.provenance.commits.get_key_value(&found.commit)
    }
}

impl Digest {
    /// Of files in the order of their paths: SHA-256 of a listing that has, for each file, the hexadecimal
    /// SHA-256 of its content, two spaces, its path and a line feed. `sha256sum` of the files in byte order of
    /// their paths prints this listing.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let listing = listing(files);
        Self(format_smolstr!("sha256:{}", HEXLOWER.encode(&Sha256::digest(listing.as_bytes()))))
    }

    /// `sha256:…`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hexadecimal digits alone.
    pub fn hex(&self) -> &str {
        self.0.strip_prefix("sha256:").unwrap_or(&self.0)
    }
}

fn listing<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut listing = String::new();
    for (path, bytes) in files {
        let _ = writeln!(listing, "{}  {path}", HEXLOWER.encode(&Sha256::digest(bytes)));
    }
    listing
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
