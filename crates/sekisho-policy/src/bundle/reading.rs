//! Texts to material, by their names.

use std::sync::Arc;

use sekisho_manifest::{Budget, Document, Format, Node, Object, Source, decode, load};

use super::library::Folders;
use super::material::{Material, ModuleText, Provenance, Text, ending, module};
use crate::trust::TrustText;

/// The files that make a folder a kustomization.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The configuration of a bundle.
const CONFIGURATIONS: [&str; 2] = ["sekisho.yaml", "sekisho.yml"];

impl Material {
    /// Reads texts: manifests, modules of Rego and folders of Kubescape's rules, by their names. Other files are
    /// left alone. Charts and kustomizations are not rendered: one that is there cannot be read.
    pub fn of_texts(texts: &[Text], budget: &Budget) -> Self {
        Self::default().with_texts(texts, budget)
    }

    /// The same, beside what was read already.
    #[must_use]
    pub fn with_texts(self, texts: &[Text], budget: &Budget) -> Self {
        let mut material = self;
        let library = Folders::of(texts);
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
