//! Policies about Pods, rewritten for the controllers that make Pods.

use std::sync::{Arc, LazyLock};

use regex::Regex;
use sekisho_manifest::{Entry, Mapping, Node, Span, Value};
use smol_str::SmolStr;

/// Where a group of controllers has its Pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In `spec.template`.
    Template,
    /// In `spec.jobTemplate.spec.template`.
    JobTemplate,
    /// Wherever something looks like a template of Pods.
    Anywhere,
}

/// A spec for a group of controllers: what it matches, and where their Pods are.
#[derive(Debug)]
pub(super) struct Variant {
    pub(super) place: Place,
    pub(super) spec: Node,
}

const TEMPLATES: [(&str, &str); 5] = [
    ("daemonsets", "apps"),
    ("deployments", "apps"),
    ("jobs", "batch"),
    ("replicasets", "apps"),
    ("statefulsets", "apps"),
];

/// How the expressions of a policy are rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rewriting {
    /// Every text of the policy.
    Texts,
    /// The conditions and the configurations that are applied.
    Patches,
}

/// The variants of a spec; none where it is not about Pods alone.
pub(super) fn variants(spec: &Node, rewriting: Rewriting) -> Vec<Variant> {
    if !is_about_pods(spec) {
        return Vec::new();
    }
    let chosen = spec.at(&["autogen", "podControllers", "controllers"]).filter(|node| !node.is_null());
    let chosen: Option<Vec<&str>> = chosen.map(|node| node.items().iter().filter_map(Node::as_str).collect());
    let is_chosen = |name: &str| chosen.as_ref().is_none_or(|chosen| chosen.contains(&name));
    let mut variants = Vec::new();
    let mut add = |place: Place, targets: Vec<(SmolStr, SmolStr, SmolStr)>| {
        if !targets.is_empty() {
            let spec = rewritten(&with_targets(spec, &targets), place, rewriting);
            variants.push(Variant { place, spec });
        }
    };
    if is_chosen("cronjobs") {
        add(Place::JobTemplate, vec![("batch".into(), "v1".into(), "cronjobs".into())]);
    }
    let templates = TEMPLATES.iter().filter(|(resource, _)| is_chosen(resource));
    add(
        Place::Template,
        templates.map(|(resource, group)| ((*group).into(), "v1".into(), (*resource).into())).collect(),
    );
    let custom = chosen.iter().flatten().filter_map(|name| {
        let mut parts = name.splitn(3, '.');
        let (resource, version, group) = (parts.next()?, parts.next()?, parts.next()?);
        let is_whole = !resource.is_empty() && !version.is_empty() && !group.is_empty();
        is_whole.then(|| (group.into(), version.into(), resource.into()))
    });
    add(Place::Anywhere, custom.collect());
    variants
}

fn is_about_pods(spec: &Node) -> bool {
    let Some(constraints) = spec.get("matchConstraints") else { return false };
    let items = |node: &Node, key: &str| node.get(key).map_or(0, |node| node.items().len());
    let selects = constraints.get("objectSelector").is_some_and(|selector| {
        items(selector, "matchExpressions") > 0
            || selector.get("matchLabels").is_some_and(|labels| !labels.entries().is_empty())
    });
    let rules = constraints.get("resourceRules").map_or(&[][..], Node::items);
    let [rule] = rules else { return false };
    let only = |key: &str, wanted: &str| {
        let found: Vec<&str> = rule.strings(key).collect();
        found == [wanted]
    };
    !selects
        && items(constraints, "excludeResourceRules") == 0
        && items(rule, "resourceNames") == 0
        && only("apiGroups", "")
        && only("apiVersions", "v1")
        && only("resources", "pods")
        && items(rule, "operations") > 0
}

/// The spec with other resources: a rule for each group and version.
fn with_targets(spec: &Node, targets: &[(SmolStr, SmolStr, SmolStr)]) -> Node {
    let constraints = spec.get("matchConstraints");
    let rule = constraints.and_then(|node| node.get("resourceRules")).and_then(|rules| rules.items().first());
    let operations = rule.and_then(|rule| rule.get("operations")).cloned();
    let span = constraints.map_or(spec.span, |node| node.span);
    let text = |text: &SmolStr| Node { span, value: Value::String(text.clone()) };
    let list = |items: Vec<Node>| Node { span, value: Value::Sequence(Arc::new(items)) };
    let mut groups: Vec<(&SmolStr, &SmolStr)> =
        targets.iter().map(|(group, version, _)| (group, version)).collect();
    groups.sort();
    groups.dedup();
    let rules = groups.into_iter().map(|(group, version)| {
        let resources = targets.iter().filter(|target| target.0 == *group && target.1 == *version);
        let mut fields = vec![
            ("apiGroups", list(vec![text(group)])),
            ("apiVersions", list(vec![text(version)])),
            ("resources", list(resources.map(|target| text(&target.2)).collect())),
        ];
        fields.extend(operations.clone().map(|operations| ("operations", operations)));
        mapping(span, fields)
    });
    let mut fields = vec![("resourceRules", list(rules.collect()))];
    let selector = constraints.and_then(|node| node.get("namespaceSelector"));
    fields.extend(selector.map(|selector| ("namespaceSelector", selector.clone())));
    let mut changed = spec.clone();
    if let Some(mapping) = changed.as_mapping_mut() {
        let key = SmolStr::new_static("matchConstraints");
        mapping.put(Entry { key, key_span: span, node: self::mapping(span, fields) });
    }
    changed
}

/// A mapping of these fields.
pub(super) fn mapping(span: Span, fields: Vec<(&'static str, Node)>) -> Node {
    let entry = |(key, node)| Entry { key: SmolStr::new_static(key), key_span: span, node };
    Node { span, value: Value::Mapping(Arc::new(Mapping::new(fields.into_iter().map(entry).collect()))) }
}

fn rewritten(spec: &Node, place: Place, rewriting: Rewriting) -> Node {
    match (place, rewriting) {
        (Place::Anywhere, _) => spec.clone(),
        (_, Rewriting::Texts) => every_text(spec, &|text| moved(text, place)),
        (_, Rewriting::Patches) => patches(spec, place),
    }
}

/// The tree with every text changed.
fn every_text(node: &Node, change: &dyn Fn(&str) -> SmolStr) -> Node {
    let value = match &node.value {
        Value::String(text) => Value::String(change(text)),
        Value::Sequence(items) => {
            Value::Sequence(Arc::new(items.iter().map(|item| every_text(item, change)).collect()))
        }
        Value::Mapping(mapping) => {
            let entries = mapping.entries().iter().map(|entry| Entry {
                key: entry.key.clone(),
                key_span: entry.key_span,
                node: every_text(&entry.node, change),
            });
            Value::Mapping(Arc::new(Mapping::new(entries.collect())))
        }
        other => other.clone(),
    };
    Node { span: node.span, value }
}

impl Place {
    /// Where a Pod's own fields are.
    fn prefix(self) -> &'static str {
        match self {
            Self::JobTemplate => "spec.jobTemplate.spec.template",
            Self::Template | Self::Anywhere => "spec.template",
        }
    }
}

/// A text in which what is said of a Pod is said of the template.
fn moved(text: &str, place: Place) -> SmolStr {
    let mut changed = text.to_owned();
    for field in ["spec", "metadata"] {
        for object in ["object", "oldObject"] {
            changed = replaced(
                &changed,
                &format!("{object}.{field}"),
                &format!("{object}.{}.{field}", place.prefix()),
            );
        }
    }
    changed.into()
}

/// Replaces what is not followed by the namespace, which a template has not.
fn replaced(text: &str, from: &str, to: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(from) {
        made.push_str(before);
        let is_kept = behind.strip_prefix(".namespace").is_some_and(|rest| {
            !rest.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        });
        made.push_str(if is_kept { from } else { to });
        rest = behind;
    }
    made.push_str(rest);
    made
}

/// The spec of a mutating policy with its conditions and configurations rewritten.
fn patches(spec: &Node, place: Place) -> Node {
    let mut changed = spec.clone();
    let Some(root) = changed.as_mapping_mut() else { return changed };
    let expression = |node: &mut Node| {
        if let Some(Value::String(text)) = node
            .as_mapping_mut()
            .and_then(|mapping| mapping.value_mut("expression"))
            .map(|node| &mut node.value)
        {
            *text = patch(text, place);
        }
    };
    let items = |root: &mut Mapping, key: &str, change: &dyn Fn(&mut Node)| {
        if let Some(items) = root.value_mut(key).and_then(Node::items_mut) {
            items.iter_mut().for_each(change);
        }
    };
    items(root, "matchConditions", &expression);
    items(root, "mutations", &|item| {
        let own = item.as_mapping_mut().and_then(|mapping| mapping.value_mut("applyConfiguration"));
        own.into_iter().for_each(expression);
    });
    changed
}

static SPEC: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(object|oldObject|Object)\.spec").ok());
static METADATA: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(object|oldObject|Object)\.metadata\.(labels|annotations)").ok());

/// A patch of a Pod as one of the template.
fn patch(text: &str, place: Place) -> SmolStr {
    let prefix = place.prefix();
    let (Some(spec), Some(metadata)) = (&*SPEC, &*METADATA) else { return text.into() };
    let moved = spec.replace_all(text, format!("${{1}}.{prefix}.spec"));
    let moved = metadata.replace_all(&moved, format!("${{1}}.{prefix}.metadata.${{2}}"));
    let inner = moved.trim().strip_prefix("Object").map(str::trim_start);
    let Some(content) = inner.and_then(|rest| rest.strip_prefix('{')) else { return moved.as_ref().into() };
    let mut depth = 1_usize;
    let end = content.char_indices().find_map(|(place, letter)| {
        match letter {
            '{' => depth = depth.saturating_add(1),
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth == 0).then_some(place)
    });
    let Some((fields, behind)) = end.filter(|end| *end > 0).and_then(|end| content.split_at_checked(end))
    else {
        return moved.as_ref().into();
    };
    let behind = behind.strip_prefix('}').unwrap_or(behind);
    let (mut opening, mut name, mut closing) =
        (String::from("Object{"), String::from("Object"), String::from("}"));
    for field in prefix.split('.') {
        name.push('.');
        name.push_str(field);
        opening.extend([field, ": ", &name, "{"]);
        closing.push('}');
    }
    format!("{opening}{fields}{closing}{behind}").into()
}
