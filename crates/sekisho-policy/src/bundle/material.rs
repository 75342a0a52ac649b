//! What policies are made of, read but not compiled.

use std::sync::Arc;

use sekisho_manifest::{Budget, Document, Format, Node, Object, Source, SourceId, decode, load};
use smol_str::SmolStr;

use super::library;
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

/// The files that make a folder a kustomization.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The configuration of a bundle.
const CONFIGURATIONS: [&str; 2] = ["sekisho.yaml", "sekisho.yml"];

impl Material {
    /// Reads texts: manifests, modules of Rego and folders of Kubescape's rules, by their names. Other files are
    /// left alone. Charts and kustomizations are not rendered: one that is there cannot be read.
    pub fn of_texts(texts: &[Text], budget: &Budget) -> Self {
        let mut material = Self::default();
        let library = library::Folders::of(texts);
        for text in texts {
            if CONFIGURATIONS.contains(&text.path.as_str()) {
                material.add_configuration(text, texts, budget);
                continue;
            }
            let name = text.path.rsplit('/').next().unwrap_or("");
            let ending = ending(name);
            if KUSTOMIZATIONS.contains(&name) || name == "Chart.yaml" {
                material.fail(text, "is rendered by nobody here: put what it makes into the bundle");
            } else if !library.has(&text.path) {
                match ending.as_str() {
                    "rego" => material.add_module(text),
                    "yaml" | "yml" | "json" => material.add_manifest(text, budget),
                    _ => {}
                }
            }
        }
        library.read(&mut material, budget);
        material
    }

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

    /// Enters what a configuration says of trust in images; `file` gives the texts that it names, by their paths as it has
    /// them. The rest of it is for others.
    pub fn add_trust(
        &mut self,
        source: Source,
        provenance: Option<Arc<Provenance>>,
        budget: &Budget,
        file: &dyn Fn(&str) -> Option<String>,
    ) {
        let name = source.name.to_string();
        let loaded = load(self.next_source(), &source.text, Format::Yaml, budget);
        if let Some(error) = loaded.errors.first() {
            let line = source.position(error.span.start).line;
            self.unread.push((format!("{name}:{line}"), error.to_string()));
            return;
        }
        let Some(document) = loaded.documents.into_iter().next() else { return };
        let root = document.root;
        if root.get("trust").is_none_or(Node::is_null) {
            return;
        }
        let wanted = TrustText::wanted(&root);
        let files = wanted.into_iter().filter_map(|path| Some((path.clone(), file(&path)?))).collect();
        self.add_source(source, provenance);
        self.trust.push(TrustText { root, files });
    }

    fn add_configuration(&mut self, text: &Text, texts: &[Text], budget: &Budget) {
        let decoded = match decode(self.next_source(), &text.bytes) {
            Ok(decoded) => decoded,
            Err(error) => return self.fail(text, error),
        };
        let file = |path: &str| {
            let path = path.strip_prefix("./").unwrap_or(path);
            let found = texts.iter().find(|text| text.path == path)?;
            std::str::from_utf8(&found.bytes).ok().map(str::to_owned)
        };
        let source = Source::new(text.path.clone(), &*decoded);
        self.add_trust(source, text.provenance.clone(), budget, &file);
    }

    fn add_module(&mut self, text: &Text) {
        match module(&text.bytes) {
            Ok(module) => self.modules.push(ModuleText {
                file: text.path.to_string(),
                text: module,
                provenance: text.provenance.clone(),
            }),
            Err(why) => self.fail(text, why),
        }
    }

    fn add_manifest(&mut self, text: &Text, budget: &Budget) {
        let id = self.next_source();
        let decoded = match decode(id, &text.bytes) {
            Ok(decoded) => decoded,
            Err(error) => return self.fail(text, error),
        };
        // Values, test data and the like are no manifests, and need not be sound.
        if !decoded.contains("apiVersion") && !decoded.contains("\\u00") && !decoded.contains("\\x") {
            return;
        }
        let loaded = load(id, &decoded, Format::Detect, budget);
        let source = Source::new(text.path.clone(), &*decoded);
        for error in &loaded.errors {
            let line = source.position(error.span.start).line;
            self.unread.push((format!("{}:{line}", text.path), error.to_string()));
        }
        let objects: Vec<Object> = loaded.documents.iter().flat_map(Document::objects).collect();
        if !objects.is_empty() {
            self.objects.extend(objects);
            self.add_source(source, text.provenance.clone());
        }
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
