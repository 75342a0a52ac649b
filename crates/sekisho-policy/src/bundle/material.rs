//! What policies are made of, read but not compiled.

use std::sync::Arc;

use sekisho_manifest::{Node, Object, Source, SourceId};
use smol_str::SmolStr;

use crate::kubescape::Library;
use crate::trust::TrustText;

/// A file of policies.
#[derive(Debug, Clone)]
pub struct Text {
    /// Its path in the bundle, with `/` between the parts.
    pub path: SmolStr,
    /// What it holds.
    pub bytes: Arc<[u8]>,
    /// Where it comes from; none where nothing is known of it.
    pub provenance: Option<Arc<Provenance>>,
}

/// Where a text comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// The name of the bundle.
    pub bundle: SmolStr,
    /// The digest of the bundle's content.
    pub digest: SmolStr,
    /// The commit that changed the text last; empty where it is not from a history.
    pub commit: SmolStr,
    /// Who wrote that commit; may be empty.
    pub author: SmolStr,
    /// When, as RFC 3339; may be empty.
    pub date: SmolStr,
    /// Who owns the text, as CODEOWNERS says.
    pub owners: Vec<SmolStr>,
    /// The commits that lines came with, in the order of the lines; empty where only the text's is known.
    pub lines: Vec<LineOrigin>,
}

/// The commit that lines of a text came with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineOrigin {
    /// The first line; the first of a text is 1.
    pub first: u32,
    /// The commit.
    pub commit: SmolStr,
    /// Who wrote it.
    pub author: SmolStr,
    /// When, as RFC 3339.
    pub date: SmolStr,
}

impl Provenance {
    /// What is known of one line.
    pub(super) fn at(self: &Arc<Self>, line: u32) -> Arc<Self> {
        let known = self.lines.partition_point(|lines| lines.first <= line).checked_sub(1);
        let Some(lines) = known.and_then(|place| self.lines.get(place)) else { return Arc::clone(self) };
        Arc::new(Self {
            commit: lines.commit.clone(),
            author: lines.author.clone(),
            date: lines.date.clone(),
            lines: Vec::new(),
            ..Self::clone(self)
        })
    }
}

/// A module of Rego.
#[derive(Debug, Clone)]
pub struct ModuleText {
    /// Its file, as it is shown.
    pub file: String,
    /// The text.
    pub text: String,
    /// Where it comes from.
    pub provenance: Option<Arc<Provenance>>,
}

/// What policies are made of.
#[derive(Debug, Default)]
pub struct Material {
    /// The texts of manifests, and of Kubescape's rules; places count in them.
    pub sources: Vec<Source>,
    /// The objects of the manifests.
    pub objects: Vec<Object>,
    /// Plain modules of Rego, which are no sources yet.
    pub modules: Vec<ModuleText>,
    /// Kubescape's rules.
    pub library: Library,
    /// What modules find below `data`.
    pub data: Option<Node>,
    /// What `sekisho.yaml` says of trust in images.
    pub trust: Vec<TrustText>,
    /// What could not be read, and why.
    pub unread: Vec<(String, String)>,
    /// Where each source comes from, in the order of the sources; shorter where nothing is known of the last.
    pub provenance: Vec<Option<Arc<Provenance>>>,
}

/// The largest module that is read.
pub(super) const LARGEST_MODULE: usize = 10 << 20;

impl Material {
    /// Enters a source and where it comes from.
    pub fn add_source(&mut self, source: Source, provenance: Option<Arc<Provenance>>) -> SourceId {
        let id = self.next_source();
        self.provenance.resize(self.sources.len(), None);
        self.sources.push(source);
        self.provenance.push(provenance);
        id
    }

    /// The number of the next source.
    pub fn next_source(&self) -> SourceId {
        SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX))
    }

    pub(super) fn fail(&mut self, text: &Text, why: impl ToString) {
        self.unread.push((text.path.to_string(), why.to_string()));
    }
}

/// What stands behind the last point of a name, in lower case.
pub(super) fn ending(name: &str) -> String {
    name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase()
}

/// The text of a module, or why it is none.
pub(super) fn module(bytes: &[u8]) -> Result<String, String> {
    if bytes.len() > LARGEST_MODULE {
        return Err(format!("larger than {} MiB", LARGEST_MODULE >> 20));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| format!("is no UTF-8 text: byte {} cannot be read", error.valid_up_to()))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned())
}
