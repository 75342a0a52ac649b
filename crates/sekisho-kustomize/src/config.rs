//! The field specifications that are in force: kustomize's own, and those that a kustomization adds.

use std::cmp::Ordering;

use sekisho_manifest::Node;
use smol_str::SmolStr;

use crate::decode::{Fields, Mode};
use crate::default_specs;
use crate::error::Result;
use crate::field_spec::{FieldSpec, NameReference, merge};
use crate::id::Gvk;

/// The kinds that are put first and last, in this order.
pub(crate) const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
/// The kinds that are put last.
pub(crate) const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Field specifications by what they are for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Config {
    pub(crate) name_prefix: Vec<FieldSpec>,
    pub(crate) name_suffix: Vec<FieldSpec>,
    pub(crate) namespace: Vec<FieldSpec>,
    pub(crate) common_labels: Vec<FieldSpec>,
    pub(crate) labels: Vec<FieldSpec>,
    pub(crate) template_labels: Vec<FieldSpec>,
    pub(crate) common_annotations: Vec<FieldSpec>,
    pub(crate) name_references: Vec<NameReference>,
    pub(crate) variable_references: Vec<FieldSpec>,
    pub(crate) images: Vec<FieldSpec>,
    pub(crate) replicas: Vec<FieldSpec>,
}

impl Config {
    /// Those that kustomize has by itself.
    pub(crate) fn standard() -> Self {
        let mut config = Self {
            name_prefix: vec![FieldSpec::new(Gvk::default(), "metadata/name", false)],
            name_suffix: vec![FieldSpec::new(Gvk::default(), "metadata/name", false)],
            namespace: default_specs::namespace(),
            common_labels: default_specs::common_labels(),
            labels: Vec::new(),
            template_labels: default_specs::template_labels(),
            common_annotations: default_specs::common_annotations(),
            name_references: default_specs::name_references(),
            variable_references: default_specs::variable_references(),
            images: default_specs::images(),
            replicas: default_specs::replicas(),
        };
        config.sort();
        config
    }

    /// Reads a file that is listed under `configurations`.
    pub(crate) fn read(root: &Node) -> Result<Self> {
        let mut fields = Fields::new(root, Mode::Strict)?;
        let reference = |mut fields: Fields<'_>| {
            let reference = NameReference {
                gvk: Gvk::read(&mut fields)?,
                fields: fields.list("fieldSpecs", FieldSpec::read)?,
            };
            fields.finish()?;
            Ok(reference)
        };
        let mut config = Self {
            name_prefix: fields.list("namePrefix", FieldSpec::read)?,
            name_suffix: fields.list("nameSuffix", FieldSpec::read)?,
            namespace: fields.list("namespace", FieldSpec::read)?,
            common_labels: fields.list("commonLabels", FieldSpec::read)?,
            labels: fields.list("labels", FieldSpec::read)?,
            template_labels: fields.list("templateLabels", FieldSpec::read)?,
            common_annotations: fields.list("commonAnnotations", FieldSpec::read)?,
            name_references: fields.list("nameReference", reference)?,
            variable_references: fields.list("varReference", FieldSpec::read)?,
            images: fields.list("images", FieldSpec::read)?,
            replicas: fields.list("replicas", FieldSpec::read)?,
        };
        fields.finish()?;
        config.sort();
        Ok(config)
    }

    /// Adds the specifications of another.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<()> {
        merge(&mut self.name_prefix, &other.name_prefix)?;
        merge(&mut self.name_suffix, &other.name_suffix)?;
        merge(&mut self.namespace, &other.namespace)?;
        merge(&mut self.common_labels, &other.common_labels)?;
        merge(&mut self.labels, &other.labels)?;
        merge(&mut self.template_labels, &other.template_labels)?;
        merge(&mut self.common_annotations, &other.common_annotations)?;
        merge(&mut self.variable_references, &other.variable_references)?;
        merge(&mut self.images, &other.images)?;
        merge(&mut self.replicas, &other.replicas)?;
        for reference in &other.name_references {
            self.add_reference(reference)?;
        }
        self.sort();
        Ok(())
    }

    pub(crate) fn add_reference(&mut self, reference: &NameReference) -> Result<()> {
        if let Some(known) = self.name_references.iter_mut().find(|known| known.gvk == reference.gvk) {
            return merge(&mut known.fields, &reference.fields);
        }
        self.name_references.push(reference.clone());
        Ok(())
    }

    fn sort(&mut self) {
        for specs in [
            &mut self.name_prefix,
            &mut self.name_suffix,
            &mut self.namespace,
            &mut self.common_labels,
            &mut self.labels,
            &mut self.template_labels,
            &mut self.common_annotations,
            &mut self.variable_references,
            &mut self.images,
            &mut self.replicas,
        ] {
            specs.sort_by(|one, other| compare(&one.gvk, &other.gvk));
        }
        self.name_references.sort_by(|one, other| compare(&one.gvk, &other.gvk));
    }
}

/// The order of kinds in a configuration.
fn compare(one: &Gvk, other: &Gvk) -> Ordering {
    rank(&one.kind).cmp(&rank(&other.kind)).then_with(|| one.sort_text().cmp(&other.sort_text()))
}

fn rank(kind: &str) -> i64 {
    ranked(kind, &FIRST, &LAST)
}

/// The place of a kind: below zero for those that come first, above for those that come last.
pub(crate) fn ranked<S: AsRef<str>>(kind: &str, first: &[S], last: &[S]) -> i64 {
    let place = |kinds: &[S]| kinds.iter().rposition(|known| known.as_ref() == kind);
    let number = |place: usize| i64::try_from(place).unwrap_or(i64::MAX);
    match (place(last), place(first)) {
        (Some(place), _) => number(place).saturating_add(1),
        (None, Some(place)) => number(place) - number(first.len()),
        (None, None) => 0,
    }
}

/// The configuration that custom resources ask for by the marks of their schema, a file listed under `crds`.
pub(crate) fn of_resource_definitions(root: &Node) -> Result<Config> {
    let mut config = Config::default();
    for entry in root.entries() {
        let properties = properties(root, &entry.key);
        let is_object = ["kind", "apiVersion", "metadata"]
            .into_iter()
            .all(|wanted| properties.iter().any(|property| property.key == wanted));
        if is_object {
            let kind = entry.key.rsplit('.').next().unwrap_or(&entry.key);
            let gvk = Gvk { kind: kind.into(), ..Gvk::default() };
            marks(root, &entry.key, &gvk, &mut Vec::new(), &mut config)?;
        }
    }
    config.sort();
    Ok(config)
}

/// How deep the definitions of a resource are followed.
const MAX_DEFINITIONS: usize = 32;

fn properties<'n>(root: &'n Node, name: &str) -> &'n [sekisho_manifest::Entry] {
    root.entry(name)
        .and_then(|entry| entry.node.at(&["Schema", "properties"]))
        .or_else(|| root.entry(name).and_then(|entry| entry.node.at(&["schema", "properties"])))
        .map_or(&[][..], Node::entries)
}

fn marks(root: &Node, name: &str, gvk: &Gvk, path: &mut Vec<SmolStr>, config: &mut Config) -> Result<()> {
    if path.len() > MAX_DEFINITIONS {
        return Ok(());
    }
    for property in properties(root, name) {
        let text = |key: &str| property.node.get(key).and_then(Node::as_str);
        path.push(property.key.clone());
        let spec = |path: &[SmolStr]| FieldSpec {
            span: property.key_span,
            ..FieldSpec::new(gvk.clone(), path.join("/"), false)
        };
        if text("x-kubernetes-annotation").is_some() {
            merge(&mut config.common_annotations, &[spec(path)])?;
        }
        if text("x-kubernetes-label-selector").is_some() {
            merge(&mut config.common_labels, &[spec(path)])?;
        }
        if text("x-kubernetes-identity").is_some() {
            merge(&mut config.name_prefix, &[spec(path)])?;
        }
        if let (Some(version), Some(kind)) =
            (text("x-kubernetes-object-ref-api-version"), text("x-kubernetes-object-ref-kind"))
        {
            let mut field = path.clone();
            field.push(text("x-kubernetes-object-ref-name-key").unwrap_or("name").into());
            config.add_reference(&NameReference {
                gvk: Gvk { version: version.into(), kind: kind.into(), ..Gvk::default() },
                fields: vec![spec(&field)],
            })?;
        }
        if let Some(reference) = text("$ref") {
            marks(root, reference, gvk, path, config)?;
        }
        path.pop();
    }
    Ok(())
}
