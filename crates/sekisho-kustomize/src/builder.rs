//! A build that is under way: its limits, and the files that it has read.

use std::collections::HashMap;
use std::sync::Arc;

use sekisho_manifest::{Node, SourceId};
use smol_str::SmolStr;

use crate::charts::Charts;
use crate::decode::Text;
use crate::error::{BuildErrorKind, Fault, Result};
use crate::files::{Files, is_url, is_within, join, shown};
use crate::read;
use crate::resource_set::ResourceSet;
use crate::schema::Schemas;
use crate::texts::Texts;

/// What one build may cost; each limit that is passed is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Kustomizations that are read, each as often as it is referred to.
    pub kustomizations: usize,
    /// How many bases may lie one above the other.
    pub depth: usize,
    /// Bytes of all files together.
    pub bytes: usize,
    /// Objects at any time.
    pub objects: usize,
    /// Values in all objects together.
    pub nodes: usize,
    /// Limits on each file.
    pub file: sekisho_manifest::Budget,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            kustomizations: 5_000,
            depth: 60,
            bytes: 512 << 20,
            objects: 100_000,
            nodes: 20_000_000,
            file: sekisho_manifest::Budget::default(),
        }
    }
}

/// A build that is under way.
pub(crate) struct Builder<'b> {
    pub(crate) files: &'b dyn Files,
    pub(crate) charts: Option<&'b dyn Charts>,
    pub(crate) budget: &'b Budget,
    pub(crate) texts: Texts,
    pub(crate) schemas: Schemas,
    /// The files that were read, by path.
    loaded: HashMap<SmolStr, (SourceId, Arc<[u8]>)>,
    bytes: usize,
    pub(crate) kustomizations: usize,
    pub(crate) folders: Vec<SmolStr>,
}

impl<'b> Builder<'b> {
    /// A build of which nothing is read yet; the sources that it reads are counted from `first`.
    pub(crate) fn new(
        files: &'b dyn Files,
        charts: Option<&'b dyn Charts>,
        first: SourceId,
        budget: &'b Budget,
    ) -> Self {
        Self {
            files,
            charts,
            budget,
            texts: Texts::new(first),
            schemas: Schemas::default(),
            loaded: HashMap::new(),
            bytes: 0,
            kustomizations: 0,
            folders: Vec::new(),
        }
    }

    /// The bytes of a file in or below the folder of a kustomization.
    pub(crate) fn load_bytes(&mut self, folder: &str, path: &Text) -> Result<(SourceId, Arc<[u8]>)> {
        if is_url(path) {
            return Err(BuildErrorKind::Remote(path.value.clone()).at(path.span));
        }
        let whole = join(folder, path).filter(|whole| is_within(folder, whole));
        let Some(whole) = whole else {
            let (path_text, root) = (path.value.clone(), self.folder_name(folder));
            return Err(BuildErrorKind::OutsideRoot { path: path_text, root }.at(path.span));
        };
        match self.read(&whole) {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Err(BuildErrorKind::NoFile(path.value.clone()).at(path.span)),
            Err(fault) => Err(fault.or_at(path.span)),
        }
    }

    /// The text of a file in or below the folder of a kustomization.
    pub(crate) fn load_text(&mut self, folder: &str, path: &Text) -> Result<(SourceId, String)> {
        let (source, bytes) = self.load_bytes(folder, path)?;
        let whole = self.texts.whole(source);
        let text = read::text(source, bytes.to_vec()).map_err(|fault| fault.or_at(whole))?;
        Ok((source, text))
    }

    /// The one document of a file in or below the folder of a kustomization.
    pub(crate) fn load_document(&mut self, folder: &str, path: &Text) -> Result<Node> {
        let (source, text) = self.load_text(folder, path)?;
        read::document(&text, source, &self.budget.file)
    }

    /// A file by its path from the root; none where there is none.
    pub(crate) fn read(&mut self, path: &SmolStr) -> Result<Option<(SourceId, Arc<[u8]>)>> {
        if let Some(found) = self.loaded.get(path) {
            return Ok(Some(found.clone()));
        }
        let unreadable = |reason| {
            let path = self.files.name(path);
            Fault::from(BuildErrorKind::Unreadable { path, reason })
        };
        let Some(bytes) = self.files.read(path).map_err(unreadable)? else { return Ok(None) };
        self.bytes = self.bytes.saturating_add(bytes.len());
        let limit = self.budget.bytes;
        if self.bytes > limit {
            return Err(BuildErrorKind::Budget { what: "bytes in all files", limit }.into());
        }
        let source = self.texts.next();
        let text = sekisho_manifest::decode(source, &bytes).map(std::borrow::Cow::into_owned);
        self.texts.add(self.files.name(path), text.unwrap_or_default());
        let found = (source, Arc::from(bytes));
        self.loaded.insert(path.clone(), found.clone());
        Ok(Some(found))
    }

    /// A folder as the caller calls it.
    pub(crate) fn folder_name(&self, folder: &str) -> SmolStr {
        shown(&self.files.name(folder))
    }

    /// Checks that there are not too many objects.
    pub(crate) fn check_count(&self, set: &ResourceSet) -> Result<()> {
        let limit = self.budget.objects;
        if set.resources.len() > limit {
            return Err(BuildErrorKind::Budget { what: "objects", limit }.into());
        }
        Ok(())
    }
}
