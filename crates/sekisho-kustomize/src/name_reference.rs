//! References by name: when an object was renamed, those that name it are changed too.

use std::collections::HashMap;

use sekisho_manifest::{Node, Span, Value};
use smol_str::{SmolStr, format_smolstr};

use crate::error::{BuildErrorKind, Fault, Result};
use crate::field_spec::{FieldSpec, Missing, NameReference};
use crate::id::{Gvk, Id};
use crate::resource::Resource;
use crate::resource_set::ResourceSet;
use crate::texts::Texts;
use crate::transform::like;
use crate::tree;

/// Writes the present names of objects into the fields that name them.
pub(crate) fn update(set: &mut ResourceSet, references: &[NameReference], texts: &Texts) -> Result<()> {
    let accounts = set.resources.iter().map(account_namespaces).collect::<Result<Vec<_>>>()?;
    let candidates: Vec<Candidate> = set.resources.iter().map(Candidate::new).collect();
    let mut by_name: HashMap<&SmolStr, Vec<&Candidate>> = HashMap::new();
    for candidate in &candidates {
        let mut names: Vec<_> = candidate.former.iter().map(|id| &id.name).collect();
        names.sort();
        names.dedup();
        for name in names {
            by_name.entry(name).or_default().push(candidate);
        }
    }
    for ((resource, referrer), accounts) in set.resources.iter_mut().zip(&candidates).zip(&accounts) {
        let role = role(&resource.root);
        for reference in references {
            for spec in reference.fields.iter().filter(|spec| spec.fits(&referrer.original)) {
                let update = Update {
                    all: &candidates,
                    by_name: &by_name,
                    referrer,
                    accounts,
                    role: role.as_ref().filter(|_| spec.path.ends_with("roleRef/name")),
                    target: &reference.gvk,
                    spec,
                    texts,
                };
                spec.apply(&mut resource.root, Missing::Left, Span::default(), &mut |node| {
                    update.field(node)
                })?;
            }
        }
    }
    Ok(())
}

/// What counts of an object that may be meant by a name.
struct Candidate {
    now: Id,
    /// Group, version and kind at first.
    original: Gvk,
    original_namespace: SmolStr,
    former: Vec<Id>,
    prefixes: Vec<SmolStr>,
    suffixes: Vec<SmolStr>,
    name_span: Span,
}

impl Candidate {
    fn new(resource: &Resource) -> Self {
        let original = resource.original_id();
        let name = resource.root.at(&["metadata", "name"]);
        Self {
            now: resource.id(),
            original_namespace: original.effective_namespace().into(),
            original: original.gvk,
            former: resource.former_ids().collect(),
            prefixes: resource.prefixes.clone(),
            suffixes: resource.suffixes.clone(),
            name_span: name.map_or(resource.root.span, |name| name.span),
        }
    }

    fn was(&self, gvk: &Gvk) -> bool {
        self.former.iter().any(|id| id.gvk.is_selected(gvk))
    }
}

/// The namespaces of the accounts that a RoleBinding names.
fn account_namespaces(resource: &Resource) -> Result<Vec<SmolStr>> {
    if resource.kind() != "RoleBinding" {
        return Ok(Vec::new());
    }
    let subjects = resource.root.get("subjects").map_or(&[][..], Node::items);
    let mut namespaces = Vec::new();
    for subject in subjects.iter().filter(|subject| subject.str("kind") == "ServiceAccount") {
        match subject.entry("namespace").map(|entry| &entry.node.value) {
            None => {}
            Some(Value::String(namespace)) => namespaces.push(namespace.clone()),
            Some(_) => {
                return Err(
                    BuildErrorKind::Type { field: "namespace".into(), expected: "text" }.at(subject.span)
                );
            }
        }
    }
    Ok(namespaces)
}

/// Group and kind of the role that a binding names.
fn role(root: &Node) -> Option<Gvk> {
    let role = root.get("roleRef")?;
    let text = |key: &str| role.get(key).and_then(Node::as_str).map(SmolStr::new);
    Some(Gvk { group: text("apiGroup")?, kind: text("kind")?, version: SmolStr::default() })
}

struct Update<'u> {
    all: &'u [Candidate],
    by_name: &'u HashMap<&'u SmolStr, Vec<&'u Candidate>>,
    referrer: &'u Candidate,
    accounts: &'u [SmolStr],
    role: Option<&'u Gvk>,
    target: &'u Gvk,
    spec: &'u FieldSpec,
    texts: &'u Texts,
}

impl<'u> Update<'u> {
    fn field(&self, node: &mut Node) -> Result<()> {
        match &node.value {
            Value::Null => Ok(()),
            Value::Mapping(_) => self.mapping(node),
            Value::Sequence(_) => {
                let items = node.items().iter();
                let wrong = items.clone().find(|item| matches!(item.value, Value::Sequence(_)));
                if let Some(item) = wrong {
                    let (field, object) = (self.spec.path.clone(), format_smolstr!("{}", self.referrer.now));
                    return Err(
                        BuildErrorKind::FieldType { field, object, expected: "list of names" }.at(item.span)
                    );
                }
                for index in 0..node.items().len() {
                    let Some(mut item) = node.items().get(index).cloned() else { continue };
                    let before = item.clone();
                    self.field(&mut item)?;
                    if item != before
                        && let Some(place) = node.items_mut().and_then(|items| items.get_mut(index))
                    {
                        *place = item;
                    }
                }
                Ok(())
            }
            _ => self.scalar(node),
        }
    }

    fn scalar(&self, node: &mut Node) -> Result<()> {
        let name = SmolStr::new(self.texts.text(node));
        let chosen = self.choose(&name, node, None, |one, other| one.now.name == other.now.name)?;
        if let Some(chosen) = chosen.filter(|chosen| chosen.now.name != name) {
            *node = like(node, &chosen.now.name, chosen.name_span, self.texts);
        }
        Ok(())
    }

    fn mapping(&self, node: &mut Node) -> Result<()> {
        let Some(entry) = node.entry("name") else {
            let (field, object) = (self.spec.path.clone(), format_smolstr!("{}", self.referrer.now));
            return Err(
                BuildErrorKind::FieldType { field, object, expected: "mapping with `name`" }.at(node.span)
            );
        };
        let name_node = entry.node.clone();
        let name = SmolStr::new(self.texts.text(&name_node));
        let namespace = node.entry("namespace").map(|entry| SmolStr::new(self.texts.text(&entry.node)));
        let same = |one: &Candidate, other: &Candidate| {
            one.now.name == other.now.name && one.now.namespace == other.now.namespace
        };
        let Some(chosen) = self.choose(&name, node, namespace.as_ref(), same)? else { return Ok(()) };
        if chosen.now.name != name {
            let span = chosen.name_span;
            tree::set(node, "name", span, like(&name_node, &chosen.now.name, span, self.texts));
        }
        if !chosen.now.namespace.is_empty() && namespace.as_ref() != Some(&chosen.now.namespace) {
            let span = chosen.name_span;
            tree::set(node, "namespace", span, tree::text(chosen.now.namespace.clone(), span));
        }
        Ok(())
    }

    /// The object that a name means; none where it is none of the build's that was renamed.
    fn choose(
        &self,
        name: &SmolStr,
        node: &Node,
        namespace: Option<&SmolStr>,
        same: impl Fn(&Candidate, &Candidate) -> bool,
    ) -> Result<Option<&'u Candidate>> {
        let Some(named) = self.by_name.get(name) else { return Ok(None) };
        let reachable: Vec<&Candidate> =
            named.iter().copied().filter(|candidate| self.is_reachable(candidate)).collect();
        let mut fitting = match namespace {
            None => reachable,
            Some(namespace) => self.in_namespace(reachable, namespace),
        };
        fitting.retain(|candidate| {
            candidate.was(self.target)
                && self.role.is_none_or(|role| candidate.was(role))
                && self.is_near(candidate)
        });
        if fitting.len() > 1 {
            fitting.retain(|candidate| self.has_same_affixes(candidate, true));
            if fitting.len() > 1 {
                fitting.retain(|candidate| self.has_same_affixes(candidate, false));
            }
        } else if let [only] = fitting[..] {
            return Ok(Some(only));
        }
        let Some((first, others)) = fitting.split_first() else { return Ok(None) };
        if others.iter().all(|other| same(first, other)) {
            return Ok(Some(first));
        }
        Err(self.ambiguous(name, node, &fitting))
    }

    /// Whether the referring object can name another at all, by their namespaces.
    fn is_reachable(&self, candidate: &Candidate) -> bool {
        self.referrer.now.cluster_scoped
            || candidate.now.cluster_scoped
            || candidate.now.same_namespace(&self.referrer.now)
            || self.accounts.contains(&candidate.now.namespace)
    }

    /// The candidates that were in a namespace first, else those that are in it now.
    fn in_namespace<'c>(&self, candidates: Vec<&'c Candidate>, namespace: &str) -> Vec<&'c Candidate> {
        // Whether any object was in it first decides, whatever its name.
        let was = |candidate: &&Candidate| candidate.original_namespace == namespace;
        let known = self.all.iter().any(|candidate| was(&candidate) && self.is_reachable(candidate));
        if known {
            return candidates.into_iter().filter(was).collect();
        }
        let is = |candidate: &&Candidate| {
            !candidate.now.cluster_scoped && candidate.now.effective_namespace() == namespace
        };
        candidates.into_iter().filter(is).collect()
    }

    fn is_near(&self, candidate: &Candidate) -> bool {
        self.referrer.now.cluster_scoped
            || candidate.now.cluster_scoped
            || candidate.now.gvk.kind == "ServiceAccount"
            || candidate.now.same_namespace(&self.referrer.now)
    }

    /// Whether prefixes and suffixes of both end alike. With `allow_none`, one that has none fits too.
    fn has_same_affixes(&self, candidate: &Candidate, allow_none: bool) -> bool {
        let alike = |one: &[SmolStr], other: &[SmolStr]| {
            if allow_none && (one.is_empty() || other.is_empty()) {
                return true;
            }
            let (short, long) = if one.len() > other.len() { (other, one) } else { (one, other) };
            if short.is_empty() { long.is_empty() } else { long.ends_with(short) }
        };
        alike(&self.referrer.prefixes, &candidate.prefixes)
            && alike(&self.referrer.suffixes, &candidate.suffixes)
    }

    fn ambiguous(&self, name: &SmolStr, node: &Node, candidates: &[&Candidate]) -> Fault {
        let names: Vec<String> = candidates.iter().map(|candidate| format!("`{}`", candidate.now)).collect();
        BuildErrorKind::Reference {
            name: name.clone(),
            field: self.spec.path.clone(),
            object: format_smolstr!("{}", self.referrer.now),
            candidates: names.join(", "),
        }
        .at(node.span)
    }
}
