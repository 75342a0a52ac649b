//! One pass over the entries of a layer, or of a folder: every analyzer and every observer reads the same bytes.

use std::io::Read;

use sekisho_contents::{Evidence, Place, Unread};
use smol_str::SmolStr;

use crate::analyzer::{Access, Analyzer, Purpose};
use crate::budget::Budget;
use crate::content::{Content, File, RandomAccess};
use crate::entry::{Entry, Kind};
use crate::layer::{FileMode, Layer, Link, PathSet};
use crate::path::{self, base_name, folder, normalized};
use crate::path_hash;
use crate::report::{FileReport, Report};
use crate::roster::analyzers;
use crate::selection::{Selection, begins_program};

/// Another reader of the same bytes, such as the search for credentials.
pub trait Observer {
    /// Whether it wants the bytes of this regular file; the path is a normal one.
    fn wants(&mut self, entry: &Entry<'_>) -> bool;

    /// The next bytes of the file that it wanted last.
    fn chunk(&mut self, bytes: &[u8]);

    /// Whether it wants this file to be read at any place, in place of its bytes one after another.
    fn wants_random(&mut self, _entry: &Entry<'_>) -> bool {
        false
    }

    /// The file that it wanted so.
    fn random(&mut self, _entry: &Entry<'_>, _file: &dyn RandomAccess) {}

    /// The file has ended; `whole` says whether all its bytes could be had.
    fn end(&mut self, whole: bool);
}

/// Who reads a file beside the analyzers.
#[derive(Default)]
struct Readers<'o> {
    /// Those who see its bytes pass.
    watching: Vec<&'o mut (dyn Observer + 'o)>,
    /// Those who read it at any place.
    seeking: Vec<&'o mut (dyn Observer + 'o)>,
}

impl Readers<'_> {
    fn is_empty(&self) -> bool {
        self.watching.is_empty() && self.seeking.is_empty()
    }
}

/// Why a scan cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// More entries than the budget allows.
    #[error("the layer has more than {0} entries, the limit: the rest was not examined")]
    Entries(usize),
    /// The stream of the layer broke: what comes after this file cannot be read either.
    #[error("cannot read `{path}`: {source}")]
    Stream {
        /// The file at which it broke.
        path: String,
        /// How.
        source: std::io::Error,
    },
}

/// The scan of one layer, or of one folder.
#[derive(Debug)]
pub struct LayerScan {
    selection: Selection,
    purpose: Purpose,
    budget: Budget,
    has_whiteouts: bool,
    layer: Layer,
    hashes: Vec<u64>,
    hardlinks: Vec<Link>,
    packages: usize,
    noted: usize,
    buffer: Vec<u8>,
}

/// Symbolic links that lie deeper are not taken for folders.
const DEEPEST_LINK: usize = 4;
/// Links that are kept, of each kind.
const MOST_LINKS: usize = 50_000;
/// Files with unusual modes that are kept.
const MOST_UNUSUAL: usize = 20_000;
/// What is read at once.
const CHUNK: usize = 64 << 10;

impl LayerScan {
    /// A scan of a layer of an image, whose whiteouts count.
    pub fn layer(budget: Budget) -> Self {
        Self::new(Purpose::Image, true, budget)
    }

    /// A scan of a root file system: as of an image, without whiteouts.
    pub fn root(budget: Budget) -> Self {
        Self::new(Purpose::Image, false, budget)
    }

    /// A scan of a folder of source.
    pub fn folder(budget: Budget) -> Self {
        Self::new(Purpose::Folder, false, budget)
    }

    fn new(purpose: Purpose, has_whiteouts: bool, budget: Budget) -> Self {
        Self {
            selection: Selection::new(purpose),
            purpose,
            budget,
            has_whiteouts,
            layer: Layer::default(),
            hashes: Vec::new(),
            hardlinks: Vec::new(),
            packages: 0,
            noted: 0,
            buffer: Vec::new(),
        }
    }

    /// Takes the next entry. The content is read only where someone asks for it, and not always to its end; it is
    /// not touched for what is no regular file. An error ends the scan; what was found before it is kept.
    pub fn entry(
        &mut self,
        entry: &Entry<'_>,
        content: &mut dyn Content,
        observers: &mut [&mut dyn Observer],
    ) -> Result<(), ScanError> {
        if self.hashes.len() >= self.budget.entries || self.layer.entries >= self.budget.entries as u64 * 2 {
            return Err(ScanError::Entries(self.budget.entries));
        }
        self.layer.entries += 1;
        let Some(path) = normalized(entry.path) else {
            // The root itself.
            if entry.kind != Kind::Directory {
                self.unread(
                    entry.path,
                    "its path leaves the root, and no runtime would unpack it".to_owned(),
                );
            }
            return Ok(());
        };
        if self.has_whiteouts && self.whiteout(&path) {
            return Ok(());
        }
        match entry.kind {
            Kind::Directory => return Ok(()),
            Kind::Symlink(target) => self.symlink(&path, target),
            Kind::Hardlink(target) => self.hardlink(&path, target),
            Kind::Special | Kind::File => {}
        }
        self.hashes.push(path_hash(&path));
        if entry.kind == Kind::File {
            let entry = Entry { path: &path, ..*entry };
            self.mode(&entry);
            self.file(&entry, content, observers)?;
        }
        Ok(())
    }

    /// Something of the layer that its adapter could not read.
    pub fn unread(&mut self, path: &str, reason: String) {
        if self.layer.unread.len() < self.budget.unread {
            self.layer.unread.push(Unread { path: path.into(), layer: None, reason });
        }
    }

    /// What was found.
    pub fn finish(mut self) -> Layer {
        let mut layer = self.layer;
        layer.paths = PathSet::of(std::mem::take(&mut self.hashes));
        // Of a path that stands twice in an archive the last entry holds.
        layer.files.reverse();
        layer.files.sort_by(|a, b| (&a.path, &a.analyzer).cmp(&(&b.path, &b.analyzer)));
        layer.files.dedup_by(|later, first| later.path == first.path && later.analyzer == first.analyzer);
        for list in [&mut layer.whiteouts, &mut layer.opaque] {
            list.sort_unstable();
            list.dedup();
        }
        let has_report =
            |path: &str| layer.files.binary_search_by(|file| file.path.as_str().cmp(path)).is_ok();
        self.hardlinks.retain(|link| has_report(&link.target));
        layer.hardlinks = self.hardlinks;
        // Of a path that stands twice the last entry holds.
        layer.unusual.reverse();
        layer.unusual.sort_by(|a, b| a.path.cmp(&b.path));
        layer.unusual.dedup_by(|later, first| later.path == first.path);
        layer.unread.sort();
        layer
    }

    /// Whether the path is a whiteout, which is then noted.
    fn whiteout(&mut self, path: &str) -> bool {
        let (name, above) = (base_name(path), folder(path));
        if name == ".wh..wh..opq" {
            self.layer.opaque.push(above.into());
            return true;
        }
        // What a union file system keeps for itself.
        if name.starts_with(".wh..wh.") {
            return true;
        }
        let Some(hidden) = name.strip_prefix(".wh.") else { return false };
        if matches!(hidden, "" | "." | "..") {
            self.unread(path, "it is a whiteout of no file".to_owned());
        } else {
            let hidden = if above.is_empty() { hidden.to_owned() } else { format!("{above}/{hidden}") };
            self.layer.whiteouts.push(hidden.into());
        }
        true
    }

    /// Notes a program that runs with the rights of its owner, and a file that everyone may write.
    fn mode(&mut self, entry: &Entry<'_>) {
        let is_program = entry.mode & 0o6000 != 0 && entry.mode & 0o111 != 0;
        if self.purpose == Purpose::Image
            && (is_program || entry.mode & 0o002 != 0)
            && self.layer.unusual.len() < MOST_UNUSUAL
        {
            self.layer.unusual.push(FileMode { path: entry.path.into(), mode: entry.mode });
        }
    }

    fn symlink(&mut self, path: &str, target: &str) {
        let is_near = path.bytes().filter(|byte| *byte == b'/').count() < DEEPEST_LINK;
        if is_near
            && self.layer.symlinks.len() < MOST_LINKS
            && let Some(target) = path::led(path, target)
        {
            self.layer.symlinks.push(Link { path: path.into(), target: target.into() });
        }
    }

    fn hardlink(&mut self, path: &str, target: &str) {
        let Some(target) = normalized(target) else {
            return self.unread(path, "it is a hard link that leads out of the root".to_owned());
        };
        if self.hardlinks.len() < MOST_LINKS {
            self.hardlinks.push(Link { path: path.into(), target: target.as_ref().into() });
        }
    }

    fn file(
        &mut self,
        entry: &Entry<'_>,
        content: &mut dyn Content,
        observers: &mut [&mut dyn Observer],
    ) -> Result<(), ScanError> {
        let chosen = self.selection.of(entry.path, entry.mode, entry.size);
        let mut readers = Readers::default();
        for observer in observers {
            if observer.wants_random(entry) {
                readers.seeking.push(*observer);
            } else if observer.wants(entry) {
                readers.watching.push(*observer);
            }
        }
        if chosen.by_name.is_empty() && chosen.as_program.is_empty() && readers.is_empty() {
            return Ok(());
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let result = self.read(entry, chosen, content, &mut readers, &mut buffer);
        for observer in readers.watching {
            observer.end(matches!(result, Ok(true)));
        }
        // One large file must not hold its memory until the end.
        buffer.shrink_to(CHUNK * 16);
        self.buffer = buffer;
        result.map(|_| ()).map_err(|source| ScanError::Stream { path: entry.path.to_owned(), source })
    }

    /// Reads a file for all who ask for it; whether those who watch saw all of it.
    fn read(
        &mut self,
        entry: &Entry<'_>,
        chosen: crate::selection::Chosen,
        content: &mut dyn Content,
        readers: &mut Readers<'_>,
        buffer: &mut Vec<u8>,
    ) -> std::io::Result<bool> {
        let Readers { watching, seeking } = readers;
        let mut asking = chosen.by_name;
        if !chosen.as_program.is_empty() {
            fill(content, buffer, 64)?;
            if begins_program(buffer) {
                asking.extend(chosen.as_program);
                asking.sort_unstable();
            }
        }
        asking.retain(|index| match analyzer(*index).access {
            Access::Whole(limit) if entry.size > limit => {
                let reason = format!("{}: has more than {limit} bytes, the limit", analyzer(*index).name);
                self.unread(entry.path, reason);
                false
            }
            _ => true,
        });
        if asking.is_empty() && watching.is_empty() && seeking.is_empty() {
            return Ok(true);
        }
        let needs_random =
            !seeking.is_empty() || asking.iter().any(|index| analyzer(*index).access == Access::Random);
        if needs_random && (content.is_at_hand() || entry.size > self.budget.held) {
            if let Some(random) = content.random(buffer)? {
                let whole = self.read_random(entry, &asking, &*random, watching, buffer)?;
                for observer in seeking.iter_mut() {
                    observer.random(entry, &*random);
                }
                return Ok(whole);
            }
            if entry.size > self.budget.held {
                let reason = format!(
                    "has more than {} bytes, the limit where only a stream is given",
                    self.budget.held
                );
                self.unread(entry.path, reason);
                asking.retain(|index| analyzer(*index).access != Access::Random);
                seeking.clear();
            }
        }
        let sought = if seeking.is_empty() { 0 } else { self.budget.held };
        let held = asking.iter().map(|index| self.held(*index)).max().unwrap_or(0).max(sought);
        let whole = stream(content, buffer, held, watching)?;
        if buffer.len() as u64 <= sought {
            for observer in seeking.iter_mut() {
                observer.random(entry, &buffer.as_slice());
            }
        }
        for index in asking {
            let bytes: &[u8] = match analyzer(index).access {
                Access::Head(limit) => {
                    buffer.get(..usize::try_from(limit).unwrap_or(usize::MAX)).unwrap_or(buffer)
                }
                // The size that was announced was too small.
                _ if buffer.len() as u64 > self.held(index) => {
                    self.unread(entry.path, format!("has more than {} bytes, the limit", self.held(index)));
                    continue;
                }
                _ => buffer,
            };
            self.analyze(index, entry, Some(bytes), &bytes);
        }
        Ok(whole)
    }

    /// Reads a file that can be read at any place.
    fn read_random(
        &mut self,
        entry: &Entry<'_>,
        asking: &[usize],
        random: &dyn RandomAccess,
        watching: &mut [&mut (dyn Observer + '_)],
        buffer: &mut Vec<u8>,
    ) -> std::io::Result<bool> {
        let mut from_start = FromStart { random, offset: 0 };
        for &index in asking {
            if analyzer(index).access == Access::Random {
                self.analyze(index, entry, None, random);
                continue;
            }
            buffer.clear();
            from_start.offset = 0;
            let limit = self.held(index);
            let is_whole = fill_to(&mut from_start, buffer, limit)?;
            if is_whole || matches!(analyzer(index).access, Access::Head(_)) {
                let bytes: &[u8] = buffer;
                self.analyze(index, entry, Some(bytes), &bytes);
            } else {
                self.unread(entry.path, format!("has more than {limit} bytes, the limit"));
            }
        }
        if watching.is_empty() {
            return Ok(true);
        }
        buffer.clear();
        from_start.offset = 0;
        stream(&mut from_start, buffer, 0, watching)
    }

    /// How many bytes an analyzer holds at most.
    fn held(&self, index: usize) -> u64 {
        match analyzer(index).access {
            Access::Whole(limit) | Access::Head(limit) => limit,
            Access::Random => self.budget.held,
        }
    }

    fn analyze(&mut self, index: usize, entry: &Entry<'_>, bytes: Option<&[u8]>, random: &dyn RandomAccess) {
        let analyzer = analyzer(index);
        let left = self.budget.packages.saturating_sub(self.packages);
        let mut report = Report::new(analyzer.evidence, left);
        let file = File {
            path: entry.path,
            mode: entry.mode,
            size: entry.size,
            budget: &self.budget,
            bytes,
            random,
        };
        let read = (analyzer.read)(&file, &mut report);
        if let Err(error) = read {
            self.unread(entry.path, format!("{}: {error}", analyzer.name));
        }
        if report.overrun {
            self.unread(
                entry.path,
                format!("the layer has more than {} packages, the limit", self.budget.packages),
            );
        }
        self.packages += report.found.len();
        self.noted = self.noted.saturating_add(report.weight());
        if self.noted > self.budget.noted {
            self.unread(
                entry.path,
                format!("what was found in the layer takes more than {} bytes, the limit", self.budget.noted),
            );
            return;
        }
        for found in &mut report.found {
            let package = &mut found.package;
            package.analyzer = SmolStr::new_static(analyzer.name);
            if package.places.is_empty() {
                package.places.push(Place { layer: None, path: entry.path.into(), line: None, owner: None });
            }
        }
        if !report.found.is_empty() || !report.facts.is_empty() {
            self.layer.files.push(FileReport {
                path: entry.path.into(),
                analyzer: SmolStr::new_static(analyzer.name),
                found: report.found,
                facts: report.facts,
            });
        }
    }
}

/// INVARIANT: indexes come from `Selection`, which takes them from the same list.
fn analyzer(index: usize) -> &'static Analyzer {
    static NONE: Analyzer = Analyzer {
        name: "",
        version: 0,
        evidence: Evidence::Declared,
        selects: &[],
        access: Access::Head(0),
        read: |_, _| Ok(()),
        join: None,
    };
    analyzers().get(index).copied().unwrap_or(&NONE)
}

/// Fills a buffer up to so many bytes, or to the end.
fn fill(content: &mut dyn Content, buffer: &mut Vec<u8>, limit: usize) -> std::io::Result<()> {
    let missing = limit.saturating_sub(buffer.len());
    content.take(missing as u64).read_to_end(buffer).map(|_| ())
}

/// Fills a buffer up to so many bytes; whether that is all there is.
fn fill_to(reader: &mut dyn Read, buffer: &mut Vec<u8>, limit: u64) -> std::io::Result<bool> {
    reader.take(limit).read_to_end(buffer)?;
    let mut one = [0_u8; 1];
    Ok((buffer.len() as u64) < limit || reader.read(&mut one)? == 0)
}

/// Hands all bytes to those who watch, and keeps the first of them, one more than `held` to show that there are
/// more. The buffer may already hold the beginning. Without watchers it stops there.
fn stream(
    content: &mut dyn Read,
    buffer: &mut Vec<u8>,
    held: u64,
    watching: &mut [&mut (dyn Observer + '_)],
) -> std::io::Result<bool> {
    for observer in watching.iter_mut() {
        observer.chunk(buffer);
    }
    let held = usize::try_from(held).unwrap_or(usize::MAX).saturating_add(1);
    while buffer.len() < held {
        let from = buffer.len();
        let count = content.take(CHUNK.min(held - from) as u64).read_to_end(buffer)?;
        if count == 0 {
            return Ok(true);
        }
        for observer in watching.iter_mut() {
            observer.chunk(buffer.get(from..).unwrap_or_default());
        }
    }
    if watching.is_empty() {
        return Ok(true);
    }
    let mut rest = vec![0; CHUNK];
    loop {
        let count = match content.read(&mut rest) {
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if count == 0 {
            return Ok(true);
        }
        for observer in watching.iter_mut() {
            observer.chunk(rest.get(..count).unwrap_or_default());
        }
    }
}

/// Reads random-access bytes from their beginning.
struct FromStart<'r> {
    random: &'r dyn RandomAccess,
    offset: u64,
}

impl Read for FromStart<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.random.read_at(self.offset, buffer)?;
        self.offset += count as u64;
        Ok(count)
    }
}
