//! Fixes of rendered objects → changes of the files that made them: the value in a file of values, the field in a
//! base or a patch. What only a template makes is left to a person.
//!
//! A route is a guess that `fix` proves: it renders again, and takes the next route where the finding is still
//! there or something else came of it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use sekisho_finding::{Edit, Finding, Fingerprint, Fix};
use sekisho_inventory::Inventory;
use sekisho_manifest::edit::Change;
use sekisho_manifest::{
    Budget, FieldPath, Format, Node, Object, Segment, Source, SourceId, Span, Value, ValueOrigin, load,
};

/// How many routes of each finding's fix were tried and did not lead there.
pub(crate) type Tried = BTreeMap<Fingerprint, usize>;

/// Finds the files behind rendered objects.
pub(crate) struct Router<'i> {
    inventory: &'i Inventory,
    /// The rendered objects by source and document.
    objects: HashMap<(SourceId, u32), Vec<&'i Object>>,
    /// The nodes of plain files by where they stand.
    files: HashMap<SourceId, Nodes>,
}

/// A field of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    source: SourceId,
    document: u32,
    path: FieldPath,
}

/// The nodes of a file by their spans: the document, the path, and what is there.
type Nodes = HashMap<(u32, u32), (u32, FieldPath, Node)>;

impl<'i> Router<'i> {
    /// A router for the objects of an inventory.
    pub(crate) fn new(inventory: &'i Inventory) -> Self {
        let mut objects: HashMap<(SourceId, u32), Vec<&Object>> = HashMap::new();
        for object in inventory.objects() {
            if is_rendered(inventory.source(object.source)) {
                objects.entry((object.source, object.document)).or_default().push(object);
            }
        }
        Self { inventory, objects, files: HashMap::new() }
    }

    /// Turns the fix of a finding to the files that made its object; tells whether it is of a rendered one.
    pub(crate) fn route(&mut self, finding: &mut Finding, tried: &Tried) -> bool {
        let Some(fix) = &mut finding.fix else { return false };
        let rendered = |edit: &Edit| is_rendered(self.inventory.source(edit.source));
        if self.objects.is_empty() || !fix.edits.iter().any(rendered) {
            return false;
        }
        let skip = tried.get(&finding.fingerprint).copied().unwrap_or(0);
        match self.routes(fix).into_iter().nth(skip) {
            Some(edits) => fix.edits = edits,
            None => fix.by_hand = true,
        }
        true
    }

    /// The edits of files that may do what a fix is to do, the likeliest first; each route stays in one file.
    fn routes(&mut self, fix: &Fix) -> Vec<Vec<Edit>> {
        let mut routes: Vec<Vec<Edit>> = Vec::new();
        for (index, edit) in fix.edits.iter().enumerate() {
            let targets = self.targets(edit);
            if index == 0 {
                routes = targets.into_iter().map(|target| vec![edited(edit, target)]).collect();
                continue;
            }
            routes.retain_mut(|route| {
                let source = route.first().map(|first| first.source);
                let target = targets.iter().find(|target| Some(target.source) == source);
                route.extend(target.map(|target| edited(edit, target.clone())));
                target.is_some()
            });
        }
        routes
    }

    /// Where the field of an edit may come from.
    fn targets(&mut self, edit: &Edit) -> Vec<Target> {
        let key = (edit.source, edit.change.document);
        let found = self.objects.get(&key).into_iter().flatten().find_map(|object| {
            let own = object.within.segments();
            let rest = edit.change.path.segments().strip_prefix(own)?;
            Some((*object, rest.to_vec()))
        });
        let Some((object, path)) = found else { return Vec::new() };
        let (node, depth) = deepest(&object.root, &path);
        let (_, rest) = path.split_at(depth);
        let mut targets = Vec::new();
        if rest.is_empty() {
            targets.extend(self.origin(node));
        } else {
            for parent in self.parents(node) {
                targets.push(Target { path: parent.path.join(&rest.iter().cloned().collect()), ..parent });
            }
            let is_of_container = path.iter().take(depth).any(
                |segment| matches!(segment, Segment::Key(key) if key.to_lowercase().ends_with("containers")),
            );
            targets.extend(self.mentioned(node, rest, is_of_container));
        }
        targets.retain(|target| self.is_editable(target.source));
        targets.dedup();
        targets
    }

    /// The one field of a file that a node came from as it is.
    fn origin(&mut self, node: &Node) -> Option<Target> {
        let (target, source) = self.file_of(node.span)?;
        same(node, &source).then_some(target)
    }

    /// The mappings or lists of files that a node came from: that which has its span, and those of its children.
    fn parents(&mut self, node: &Node) -> Vec<Target> {
        let mut parents = Vec::new();
        let is_empty = node.entries().is_empty() && node.items().is_empty();
        if let Some((target, source)) = self.file_of(node.span)
            && (self.is_direct(node.span) || is_empty)
            && std::mem::discriminant(&source.value) == std::mem::discriminant(&node.value)
        {
            parents.push(target);
        }
        let keyed = node.entries().iter().map(|entry| (Segment::Key(entry.key.clone()), &entry.node));
        let numbered = node.items().iter().enumerate().map(|(index, item)| (Segment::Index(index), item));
        for (segment, child) in keyed.chain(numbered) {
            let Some((target, _)) = self.file_of(child.span) else { continue };
            if target.path.segments().last() == Some(&segment)
                && let Some(path) = target.path.parent()
            {
                parents.push(Target { path, ..target });
            }
        }
        parents.dedup();
        parents
    }

    /// Whether a place is in a file itself, not in what was rendered.
    fn is_direct(&self, span: Span) -> bool {
        !is_rendered(self.inventory.source(span.source))
    }

    /// The node of a file that a span goes back to.
    fn file_of(&mut self, span: Span) -> Option<(Target, Node)> {
        let inventory = self.inventory;
        let Some(origins) = inventory.source(span.source)?.origins() else { return self.node_at(span) };
        let traced = origins.trace(span)?;
        match traced.value {
            Some(ValueOrigin { span: Some(place), key }) => {
                let (target, node) = self.node_at(place)?;
                Some((self.at_root(target, &key)?, node))
            }
            Some(_) => None,
            None => {
                // A template without any action is a plain file.
                let template = inventory.source(traced.span.source)?;
                if template.text.contains("{{") { None } else { self.node_at(traced.span) }
            }
        }
    }

    /// The same value in the file of values of the outermost chart, where it stands in one of a chart below: what
    /// is brought along from elsewhere is not changed.
    fn at_root(&self, target: Target, key: &str) -> Option<Target> {
        let own = target.path.to_string();
        // Values that a kustomization gives stand deeper in it than their keys say.
        if own.strip_suffix(key).is_some_and(|deeper| deeper.is_empty() || deeper.ends_with('.')) {
            return Some(target);
        }
        let above = key.strip_suffix(&own)?.strip_suffix(['.'])?;
        let mut name = self.inventory.source(target.source)?.name.as_str();
        for _ in above.split('.') {
            name = name.get(..name.rfind("charts/")?)?;
        }
        let name = format!("{name}values.yaml");
        let source = self.inventory.sources().iter().position(|source| source.name == name)?;
        // Lists are not merged: to set one item would take the others away.
        let is_plain = |segment: &Segment| matches!(segment, Segment::Key(_));
        let prefix = above.split('.').map(Segment::from);
        let path: FieldPath = prefix.chain(target.path.segments().iter().cloned()).collect();
        path.segments().iter().all(is_plain).then(|| Target {
            source: SourceId(u32::try_from(source).unwrap_or(u32::MAX)),
            document: 0,
            path,
        })
    }

    /// The values that the template of a node speaks of by the name of a field that is missing: `securityContext`
    /// where it prints `.Values.securityContext`, if there is any.
    fn mentioned(&self, node: &Node, rest: &[Segment], is_of_container: bool) -> Vec<Target> {
        let Some((Segment::Key(field), below)) = rest.split_first() else { return Vec::new() };
        let traced = self
            .inventory
            .source(node.span.source)
            .and_then(Source::origins)
            .and_then(|origins| origins.trace(node.span));
        let Some(template) = traced.and_then(|traced| self.inventory.source(traced.span.source)) else {
            return Vec::new();
        };
        let Some((folder, _)) = template.name.split_once("templates/") else { return Vec::new() };
        let values = format!("{folder}values.yaml");
        let values = self.inventory.sources().iter().position(|source| source.name == values);
        // The values of a chart that is brought along are set in the one above it.
        let Some(values) = values.filter(|_| !folder.contains("charts/") || !self.is_below(folder)) else {
            return Vec::new();
        };
        let mut keys: Vec<(usize, &str)> = Vec::new();
        for key in keys_in(&template.text) {
            let last = key.rsplit('.').next().unwrap_or(key).to_lowercase();
            let Some(before) = last.strip_suffix(&field.to_lowercase()) else { continue };
            // By custom the name says whether it is for the Pod where there is one for containers too.
            let rank = match (before, is_of_container) {
                ("", true) | ("pod", false) => 0,
                ("container", true) | ("", false) => 1,
                ("pod", true) | ("container", false) => continue,
                _ => 2,
            };
            if !keys.iter().any(|(_, known)| *known == key) {
                keys.push((rank, key));
            }
        }
        keys.sort_by_key(|(rank, _)| *rank);
        let source = SourceId(u32::try_from(values).unwrap_or(u32::MAX));
        let path = |key: &str| key.split('.').map(Segment::from).chain(below.iter().cloned()).collect();
        keys.into_iter().map(|(_, key)| Target { source, document: 0, path: path(key) }).collect()
    }

    /// Whether the folder of a chart lies in `charts/` of another one.
    fn is_below(&self, folder: &str) -> bool {
        let Some((above, _)) = folder.rsplit_once("charts/") else { return false };
        let head = format!("{above}Chart.yaml");
        self.inventory.sources().iter().any(|source| source.name == head)
    }

    /// Whether a source is a file that can be written.
    fn is_editable(&self, source: SourceId) -> bool {
        self.inventory
            .source(source)
            .is_some_and(|source| !is_rendered(Some(source)) && Path::new(source.name.as_str()).is_file())
    }

    /// The node that stands at a span of a plain file.
    fn node_at(&mut self, span: Span) -> Option<(Target, Node)> {
        let inventory = self.inventory;
        let nodes = self.files.entry(span.source).or_insert_with(|| {
            let mut nodes = Nodes::new();
            if let Some(source) = inventory.source(span.source) {
                let loaded = load(span.source, &source.text, Format::Detect, &Budget::default());
                for document in &loaded.documents {
                    enter(&document.root, document.index, FieldPath::root(), &mut nodes);
                }
            }
            nodes
        });
        let (document, path, node) = nodes.get(&(span.start, span.end))?;
        Some((Target { source: span.source, document: *document, path: path.clone() }, node.clone()))
    }
}

fn is_rendered(source: Option<&Source>) -> bool {
    source.is_some_and(|source| source.origins().is_some())
}

fn edited(edit: &Edit, target: Target) -> Edit {
    let Target { source, document, path } = target;
    Edit { source, change: Change { document, path, operation: edit.change.operation.clone() } }
}

/// The deepest node on a path that is there and not null, and how many steps lead to it.
fn deepest<'n>(root: &'n Node, path: &[Segment]) -> (&'n Node, usize) {
    let mut node = root;
    for (depth, segment) in path.iter().enumerate() {
        let next = match segment {
            Segment::Key(key) => node.get(key),
            Segment::Index(index) => node.items().get(*index),
        };
        let Some(next) = next else { return (node, depth) };
        node = next;
    }
    (node, path.len())
}

/// Whether a node is what stands in a file, so that to change the one changes the other.
fn same(node: &Node, source: &Node) -> bool {
    match (&node.value, &source.value) {
        (Value::Mapping(_), Value::Mapping(_)) | (Value::Sequence(_), Value::Sequence(_)) => true,
        // Templates write everything as text: what was one may be read as another.
        (one, other) => one == other || text(node).is_some() && text(node) == text(source),
    }
}

fn text(node: &Node) -> Option<String> {
    match node.to_json() {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Bool(value) => Some(value.to_string()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn enter(node: &Node, document: u32, path: FieldPath, nodes: &mut Nodes) {
    for entry in node.entries() {
        enter(&entry.node, document, path.child(&entry.key), nodes);
    }
    for (index, item) in node.items().iter().enumerate() {
        enter(item, document, path.child(index), nodes);
    }
    // Of two nodes at one place the outer one is entered last and stays: it is what a change is made in.
    nodes.insert((node.span.start, node.span.end), (document, path, node.clone()));
}

/// The keys of the values that a template speaks of.
fn keys_in(template: &str) -> impl Iterator<Item = &str> {
    template.split(".Values.").skip(1).map(|rest| {
        let end = rest.find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '.')));
        rest.get(..end.unwrap_or(rest.len())).unwrap_or("").trim_end_matches('.')
    })
}
