//! Expansion templates: the objects that a workload will bring into being, judged before it does.

use sekisho_manifest::{Entry, Mapping, Node, Object, Span, Value};
use smol_str::SmolStr;

use crate::gatekeeper::matching;
use crate::group_version::GroupVersionKind;
use crate::problem::Problem;

/// How often what was generated may generate again.
const DEEPEST: usize = 30;

/// A template that generates an object of another.
#[derive(Debug, Clone)]
pub(crate) struct ExpansionTemplate {
    pub(crate) name: SmolStr,
    applies_to: Vec<AppliesTo>,
    source: Vec<SmolStr>,
    generated: GroupVersionKind,
    /// What follows where a generated object is refused, in place of the constraint's own word.
    pub(crate) enforcement_action: Option<SmolStr>,
}

/// Groups, versions and kinds, each of which must be named.
#[derive(Debug, Clone)]
pub(crate) struct AppliesTo {
    pub(crate) groups: Vec<SmolStr>,
    pub(crate) versions: Vec<SmolStr>,
    pub(crate) kinds: Vec<SmolStr>,
}

/// An object that a template generated.
#[derive(Debug, Clone)]
pub(crate) struct Generated<'a> {
    pub(crate) object: Node,
    pub(crate) template: &'a ExpansionTemplate,
}

/// Why an object cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExpansionError {
    /// The template points at nothing, or not at an object.
    #[error("could not find source field `{source_field}` in resource {name}")]
    NoSource {
        /// The path that the template names.
        source_field: String,
        /// The object.
        name: String,
    },
    /// Templates generate for each other without end.
    #[error("maximum recursion depth of {DEEPEST} reached")]
    TooDeep,
}

impl AppliesTo {
    pub(crate) fn read(node: &Node) -> Self {
        let texts = |key: &str| node.strings(key).map(SmolStr::new).collect();
        Self { groups: texts("groups"), versions: texts("versions"), kinds: texts("kinds") }
    }

    /// Every group, version and kind that is named.
    pub(crate) fn combinations(&self) -> impl Iterator<Item = (SmolStr, SmolStr, SmolStr)> {
        self.groups.iter().flat_map(move |group| {
            self.versions.iter().flat_map(move |version| {
                self.kinds.iter().map(move |kind| (group.clone(), version.clone(), kind.clone()))
            })
        })
    }

    pub(crate) fn fits(&self, group: &str, version: &str, kind: &str) -> bool {
        let has = |list: &[SmolStr], wanted: &str| list.iter().any(|entry| entry == wanted);
        has(&self.groups, group) && has(&self.versions, version) && has(&self.kinds, kind)
    }
}

impl ExpansionTemplate {
    /// Whether an object is an expansion template.
    pub(crate) fn is(object: &Object) -> bool {
        object.is("expansion.gatekeeper.sh", "ExpansionTemplate")
    }

    /// Reads a template.
    pub(crate) fn read(object: &Object) -> Result<Self, Problem> {
        let root = &object.root;
        let problem = |message: &str| Err(Problem::error(root.get("spec").unwrap_or(root), message));
        if object.name.is_empty() || object.name.len() >= 64 {
            return problem("an expansion template needs a name of less than 64 characters");
        }
        let Some(spec) = root.get("spec") else { return problem("`spec` is missing") };
        let source: Vec<SmolStr> =
            spec.str("templateSource").split('.').filter(|key| !key.is_empty()).map(SmolStr::new).collect();
        if source.is_empty() {
            return problem("`spec.templateSource` is missing");
        }
        let generated = spec.get("generatedGVK").map(|node| GroupVersionKind {
            group: node.str("group").into(),
            version: node.str("version").into(),
            kind: node.str("kind").into(),
        });
        let Some(generated) = generated.filter(|kind| *kind != GroupVersionKind::default()) else {
            return problem("`spec.generatedGVK` is missing");
        };
        let applies_to: Vec<_> =
            spec.get("applyTo").map(Node::items).unwrap_or_default().iter().map(AppliesTo::read).collect();
        if applies_to.is_empty() {
            return problem("`spec.applyTo` is missing");
        }
        if applies_to.iter().any(|one| one.fits(&generated.group, &generated.version, &generated.kind)) {
            return problem("the template applies to the kind that it generates");
        }
        let action = Some(spec.str("enforcementAction")).filter(|action| !action.is_empty());
        Ok(Self {
            name: object.name.clone(),
            applies_to,
            source,
            generated,
            enforcement_action: action.map(SmolStr::new),
        })
    }

    fn applies_to(&self, object: &Node) -> bool {
        let (group, version, kind) = (matching::group(object), matching::version(object), object.str("kind"));
        self.applies_to.iter().any(|one| one.fits(group, version, kind))
    }

    /// The object that the template makes of another.
    fn generate(&self, object: &Node, namespace: &str) -> Result<Node, ExpansionError> {
        let keys: Vec<&str> = self.source.iter().map(SmolStr::as_str).collect();
        let source = object.at(&keys).filter(|source| source.as_mapping().is_some());
        let Some(source) = source else {
            return Err(ExpansionError::NoSource {
                source_field: self.source.join("."),
                name: matching::name(object).to_owned(),
            });
        };
        let mut made = source.clone();
        let span = made.span;
        put_text(&mut made, span, "apiVersion", self.generated.api_version());
        put_text(&mut made, span, "kind", self.generated.kind.clone());
        let mut metadata = made.get("metadata").cloned().unwrap_or_else(|| mapping(span));
        if !namespace.is_empty() {
            put_text(&mut metadata, span, "namespace", namespace.into());
        }
        put_text(&mut metadata, span, "name", self.name_for(object));
        put_owner(&mut metadata, span, object);
        put(&mut made, span, "metadata", metadata);
        Ok(made)
    }

    /// The name of a generated object: that of its parent and its own kind.
    fn name_for(&self, object: &Node) -> SmolStr {
        let kind = self.generated.kind.to_lowercase();
        match matching::name(object) {
            "" => kind.into(),
            name => smol_str::format_smolstr!("{name}-{kind}"),
        }
    }
}

/// Everything that templates generate of an object, and of what was generated: the deepest first.
pub(crate) fn expand<'a>(
    templates: &'a [ExpansionTemplate],
    object: &Node,
    namespace: &str,
) -> Result<Vec<Generated<'a>>, ExpansionError> {
    let mut found = Vec::new();
    descend(templates, object, namespace, &mut found, DEEPEST)?;
    Ok(found)
}

fn descend<'a>(
    templates: &'a [ExpansionTemplate],
    object: &Node,
    namespace: &str,
    found: &mut Vec<Generated<'a>>,
    depth: usize,
) -> Result<(), ExpansionError> {
    let depth = depth.checked_sub(1).ok_or(ExpansionError::TooDeep)?;
    let mut here = Vec::new();
    for template in templates.iter().filter(|template| template.applies_to(object)) {
        here.push(Generated { object: template.generate(object, namespace)?, template });
    }
    for generated in &here {
        descend(templates, &generated.object, namespace, found, depth)?;
    }
    found.extend(here);
    Ok(())
}

fn mapping(span: Span) -> Node {
    Node { span, value: Value::Mapping(std::sync::Arc::default()) }
}

fn put(node: &mut Node, span: Span, key: &str, value: Node) {
    if let Some(mapping) = node.as_mapping_mut() {
        mapping.put(Entry { key: key.into(), key_span: span, node: value });
    }
}

fn put_text(node: &mut Node, span: Span, key: &str, text: SmolStr) {
    put(node, span, key, Node { span, value: Value::String(text) });
}

/// Says whose the generated object is, unless that stands there.
fn put_owner(metadata: &mut Node, span: Span, parent: &Node) {
    let owner = [
        ("apiVersion", parent.str("apiVersion")),
        ("kind", parent.str("kind")),
        ("name", matching::name(parent)),
    ];
    if owner.iter().any(|(_, text)| text.is_empty()) {
        return;
    }
    let known = metadata.get("ownerReferences").map(Node::items).unwrap_or_default();
    if known.iter().any(|one| owner.iter().all(|(key, text)| one.str(key) == *text)) {
        return;
    }
    let entries = owner
        .into_iter()
        .map(|(key, text)| Entry {
            key: key.into(),
            key_span: span,
            node: Node { span, value: Value::String(text.into()) },
        })
        .chain([Entry {
            key: "uid".into(),
            key_span: span,
            node: Node { span, value: Value::String(SmolStr::default()) },
        }])
        .collect();
    let mut owners = known.to_vec();
    owners.push(Node { span, value: Value::Mapping(Mapping::new(entries).into()) });
    put(metadata, span, "ownerReferences", Node { span, value: Value::Sequence(owners.into()) });
}
