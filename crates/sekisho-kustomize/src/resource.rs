//! One object on its way through a build, with what it was called before.

use std::borrow::Cow;

use sekisho_manifest::{Node, Segment, Span};
use smol_str::SmolStr;

use crate::error::{BuildErrorKind, Result};
use crate::id::{Gvk, Id};
use crate::origin::Origin;
use crate::schema::is_cluster_scoped;
use crate::texts::{Texts, canonical};
use crate::tree;

/// What becomes of a generated object where one of its identity is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Behavior {
    /// None may be there.
    #[default]
    Create,
    /// It takes the place of the other.
    Replace,
    /// Its data are added to those of the other.
    Merge,
}

/// What an object comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Maker {
    File,
    Generator,
    /// A chart, so that its namespace is left alone.
    Chart,
}

/// What an object was called before a transformation.
#[derive(Debug, Clone)]
struct Former {
    kind: SmolStr,
    name: SmolStr,
    namespace: SmolStr,
}

/// One object.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) root: Node,
    former: Vec<Former>,
    pub(crate) prefixes: Vec<SmolStr>,
    pub(crate) suffixes: Vec<SmolStr>,
    pub(crate) behavior: Behavior,
    /// Whether a hash of its content is put behind its name.
    pub(crate) needs_hash: bool,
    pub(crate) maker: Maker,
    /// Whether a schema that the kustomization names puts its kind outside namespaces.
    pub(crate) cluster_scoped: bool,
    /// The variables whose values it holds.
    pub(crate) variables: Vec<SmolStr>,
    pub(crate) origin: Option<Origin>,
    pub(crate) transformations: Vec<Origin>,
    /// The values that stand in several places at once.
    shared: Vec<Shared>,
}

/// One value in several places. Kustomize puts a label or annotation of a kustomization into all maps that
/// lack it as one node, so that whoever writes another value to one of the places later writes it to all.
#[derive(Debug, Clone)]
struct Shared {
    paths: Vec<Vec<Segment>>,
    /// The place of the value.
    span: Span,
}

impl Resource {
    pub(crate) fn new(root: Node) -> Self {
        Self {
            root,
            former: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            behavior: Behavior::Create,
            needs_hash: false,
            maker: Maker::File,
            cluster_scoped: false,
            variables: Vec::new(),
            origin: None,
            transformations: Vec::new(),
            shared: Vec::new(),
        }
    }

    pub(crate) fn kind(&self) -> SmolStr {
        scalar(&self.root, "kind")
    }

    pub(crate) fn api_version(&self) -> SmolStr {
        scalar(&self.root, "apiVersion")
    }

    pub(crate) fn name(&self) -> SmolStr {
        self.root.get("metadata").map_or_else(SmolStr::default, |metadata| scalar(metadata, "name"))
    }

    pub(crate) fn namespace(&self) -> SmolStr {
        self.root.get("metadata").map_or_else(SmolStr::default, |metadata| scalar(metadata, "namespace"))
    }

    pub(crate) fn gvk(&self) -> Gvk {
        Gvk::new(&self.api_version(), &self.kind())
    }

    /// What it is called now.
    pub(crate) fn id(&self) -> Id {
        let (api_version, kind) = (self.api_version(), self.kind());
        Id {
            cluster_scoped: self.cluster_scoped || is_cluster_scoped(&api_version, &kind),
            gvk: Gvk::new(&api_version, &kind),
            name: self.name(),
            namespace: self.namespace(),
        }
    }

    /// What it was called before, the oldest first.
    pub(crate) fn former_ids(&self) -> impl Iterator<Item = Id> + '_ {
        let gvk = if self.former.is_empty() { Gvk::default() } else { self.gvk() };
        self.former.iter().map(move |former| Id {
            gvk: Gvk { kind: former.kind.clone(), ..gvk.clone() },
            name: former.name.clone(),
            namespace: former.namespace.clone(),
            cluster_scoped: false,
        })
    }

    /// What it was called first.
    pub(crate) fn original_id(&self) -> Id {
        self.former_ids().next().unwrap_or_else(|| self.id())
    }

    /// Whether any of its names fits, old or new.
    pub(crate) fn any_id(&self, fits: impl Fn(&Id) -> bool) -> bool {
        self.former_ids().any(|id| fits(&id)) || fits(&self.id())
    }

    /// Notes what it is called before that is changed.
    pub(crate) fn remember(&mut self) {
        let id = self.id();
        self.former.push(Former {
            namespace: id.effective_namespace().into(),
            kind: id.gvk.kind,
            name: id.name,
        });
    }

    /// Whether there is anything that kustomize notes in annotations of its own.
    pub(crate) fn has_notes(&self) -> bool {
        self.maker != Maker::File || self.origin.is_some() || !self.former.is_empty()
    }

    /// Forgets what kustomize notes in annotations of its own, since a patch took all annotations away.
    pub(crate) fn forget(&mut self) {
        self.former.clear();
        self.prefixes.clear();
        self.suffixes.clear();
        self.behavior = Behavior::Create;
        self.needs_hash = false;
        self.maker = Maker::File;
        self.origin = None;
        self.transformations.clear();
    }

    /// The place that stands for the object as a whole.
    pub(crate) fn span(&self) -> Span {
        let name = self.root.get("metadata").and_then(|metadata| metadata.get("name"));
        name.or_else(|| self.root.get("kind")).map_or(self.root.span, |node| node.span)
    }

    /// Names the object anew. The name is text unless it takes the place of one without quotes that would be
    /// read as something else.
    pub(crate) fn set_name(&mut self, name: &str, span: Span) -> Result<()> {
        let whole = self.root.span;
        let metadata = tree::mapping_at(&mut self.root, "metadata", whole)
            .ok_or_else(|| BuildErrorKind::Incomplete("metadata").at(whole))?;
        tree::set(metadata, "name", span, tree::text(name, span));
        Ok(())
    }

    /// Notes that one value was put to all these places.
    pub(crate) fn share(&mut self, paths: Vec<Vec<Segment>>, span: Span) {
        if paths.len() > 1 {
            self.shared.push(Shared { paths, span });
        }
    }

    /// Takes what was written to one place of a shared value over to its other places.
    pub(crate) fn settle(&mut self) {
        for shared in &mut self.shared {
            shared.paths.retain(|path| tree::at(&self.root, path).is_some_and(tree::is_scalar));
            let written = shared.paths.iter().filter_map(|path| tree::at(&self.root, path));
            let new = written.rev().find(|node| node.span != shared.span).cloned();
            let Some(new) = new else { continue };
            for path in &shared.paths {
                if let Some(node) = tree::at_mut(&mut self.root, path) {
                    node.clone_from(&new);
                }
            }
            shared.span = new.span;
        }
    }

    /// Forgets which values were shared, since the object was written anew.
    pub(crate) fn unshare(&mut self) {
        self.shared.clear();
    }

    /// The annotations or labels as texts.
    pub(crate) fn text_map<'r>(&'r self, field: &str, texts: &Texts) -> Vec<(&'r SmolStr, Cow<'r, str>)> {
        let map = self.root.get("metadata").and_then(|metadata| metadata.get(field));
        map.map_or(&[][..], Node::entries).iter().map(|entry| (&entry.key, texts.text(&entry.node))).collect()
    }

    /// An annotation's value as text.
    pub(crate) fn annotation(&self, key: &str) -> Option<SmolStr> {
        let entry = self.root.at(&["metadata", "annotations"])?.entry(key)?;
        Some(canonical(&entry.node.value))
    }

    /// Makes every value of the annotations or labels text, and drops the map when it is empty: what each
    /// change of them does in kustomize.
    pub(crate) fn normalize_map(&mut self, field: &str, texts: &Texts, drop: &dyn Fn(&str) -> bool) {
        let Some(metadata) = self.root.get("metadata") else { return };
        let Some(entry) = metadata.entry(field) else { return };
        let kept: Vec<_> = entry
            .node
            .entries()
            .iter()
            .filter(|entry| !drop(&entry.key))
            .map(|entry| {
                let node = match &entry.node.value {
                    sekisho_manifest::Value::String(text) if *text == *texts.text(&entry.node) => {
                        entry.node.clone()
                    }
                    _ => tree::text(texts.text(&entry.node), entry.node.span),
                };
                tree::entry(entry.key.clone(), entry.key_span, node)
            })
            .collect();
        let (key_span, span) = (entry.key_span, entry.node.span);
        let Some(metadata) = tree::child_mut(&mut self.root, "metadata") else { return };
        if kept.is_empty() {
            tree::remove(metadata, field);
        } else {
            tree::set(metadata, field, key_span, tree::mapping_of(kept, span));
        }
    }
}

/// A field that holds one value, as text; empty where it is missing.
fn scalar(node: &Node, field: &str) -> SmolStr {
    node.get(field).map_or_else(SmolStr::default, |node| canonical(&node.value))
}
