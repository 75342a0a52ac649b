//! Generators and transformers that are configured in files of their own. Only those built into kustomize
//! are followed; any other would be a program.

use sekisho_manifest::{Node, Span};

use crate::builder::Builder;
use crate::decode::{Fields, Mode, Pair, Text};
use crate::error::{BuildErrorKind, Result};
use crate::field_spec::FieldSpec;
use crate::generate::{account, chart, data, hash};
use crate::json_patch::Operation;
use crate::kustomization::{
    GeneratorEntry, HelmChart, HelmGlobals, Image, PatchEntry, Replacement, ReplacementEntry, Replica,
};
use crate::merge::Merging;
use crate::origin::Origin;
use crate::resource::Resource;
use crate::resource_set::ResourceSet;
use crate::selector::Selector;
use crate::transform::namespace::{Namespace, Subjects};
use crate::transform::patch::{LoadedPatch, Patch};
use crate::transform::value_add::Target;
use crate::transform::{image, map, name, patch, replacement, replica};

/// A generator or transformer with its configuration.
#[derive(Debug)]
pub(crate) struct Plugin {
    resource: Resource,
    work: Work,
}

#[derive(Debug)]
enum Work {
    ConfigMap(Box<GeneratorEntry>),
    Chart(Box<HelmChart>, HelmGlobals),
    Account,
    Labels(Vec<Pair>, Vec<FieldSpec>),
    Hash,
    Image(Image, Vec<FieldSpec>),
    Namespace { name: Text, specs: Vec<FieldSpec>, subjects: Subjects, unset_only: bool },
    Names { prefix: Option<Text>, suffix: Option<Text>, specs: Vec<FieldSpec> },
    Patch(LoadedPatch),
    Strategic(Vec<Node>),
    Json(Vec<Operation>, Option<Selector>),
    Replacements(Vec<Replacement>),
    Replica(Replica, Vec<FieldSpec>),
    ValueAdd(Text, Vec<Target>),
}

impl Plugin {
    /// Reads the configuration of a plugin. Its files lie in the folder of the kustomization that uses it.
    pub(crate) fn read(resource: Resource, folder: &str, builder: &mut Builder<'_>) -> Result<Self> {
        let (gvk, root) = (resource.gvk(), resource.root.clone());
        if !(gvk.group.is_empty() && gvk.version == "builtin") {
            return Err(BuildErrorKind::Plugin(gvk.kind).at(resource.span()));
        }
        let fields = Fields::new(&root, Mode::Lenient)?;
        let work = match gvk.kind.as_str() {
            "ConfigMapGenerator" => Work::ConfigMap(Box::new(GeneratorEntry::read_config_map(fields)?)),
            "SecretGenerator" => Work::ConfigMap(Box::new(GeneratorEntry::read_secret(fields)?)),
            "IAMPolicyGenerator" => Work::Account,
            "HelmChartInflationGenerator" => {
                let globals = HelmGlobals::read(Fields::new(&root, Mode::Lenient)?)?;
                Work::Chart(Box::new(HelmChart::read(fields)?), globals)
            }
            _ => transformer(&gvk.kind, fields, folder, builder)?
                .ok_or_else(|| BuildErrorKind::Plugin(gvk.kind.clone()).at(resource.span()))?,
        };
        Ok(Self { resource, work })
    }

    /// Whether it lays strategic merge patches over objects.
    pub(crate) fn has_merges(&self) -> bool {
        match &self.work {
            Work::Patch(loaded) => matches!(loaded.patch, Patch::Strategic(_)),
            Work::Strategic(_) => true,
            _ => false,
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.resource.span()
    }

    /// What the plugin is as an origin.
    pub(crate) fn origin(&self) -> Option<Origin> {
        let file = self.resource.origin.as_ref()?;
        Some(Origin::plugin(file, self.resource.id()))
    }

    /// The objects of a generator.
    pub(crate) fn generate(&self, folder: &str, builder: &mut Builder<'_>) -> Result<Vec<Resource>> {
        let mut resources = match &self.work {
            Work::ConfigMap(entry) => vec![data::generate(entry, None, folder, builder)?],
            Work::Chart(entry, globals) => chart::generate(entry, Some(globals), None, folder, builder)?,
            Work::Account => vec![account::generate(Fields::new(&self.resource.root, Mode::Lenient)?)?],
            _ => return Err(BuildErrorKind::Entry("a transformer cannot generate").at(self.span())),
        };
        for resource in &mut resources {
            resource.origin = self.origin();
        }
        Ok(resources)
    }

    /// Changes the objects as a transformer does.
    pub(crate) fn transform(&self, set: &mut ResourceSet, merging: &Merging<'_>) -> Result<()> {
        let texts = merging.texts;
        match &self.work {
            Work::ConfigMap(_) | Work::Chart(..) | Work::Account => {
                Err(BuildErrorKind::Entry("a generator cannot transform").at(self.span()))
            }
            Work::Labels(pairs, specs) => map::add(set, pairs, specs),
            Work::Hash => hash::add(set),
            Work::Image(entry, specs) => image::replace(set, entry, specs, texts),
            Work::Namespace { name, specs, subjects, unset_only } => {
                Namespace { name, specs, subjects: *subjects, unset_only: *unset_only }.apply(set, texts)
            }
            Work::Names { prefix, suffix, specs } => {
                for (affix, end) in [(prefix, name::End::Front), (suffix, name::End::Back)] {
                    if let Some(affix) = affix {
                        name::add(set, affix, end, specs, texts)?;
                    }
                }
                Ok(())
            }
            Work::Patch(loaded) => loaded.apply(set, merging),
            Work::Strategic(patches) => patch::strategic(set, patches, merging),
            Work::Json(operations, target) => match target {
                Some(target) => patch::json(set, operations, target, texts),
                None => Ok(()),
            },
            Work::Replacements(entries) => {
                entries.iter().try_for_each(|entry| replacement::apply(set, entry, texts))
            }
            Work::Replica(entry, specs) => replica::set(set, entry, specs, texts),
            Work::ValueAdd(value, targets) => {
                targets.iter().try_for_each(|target| target.add(set, value, texts))
            }
        }
    }
}

/// The work of a transformer; none for a kind that kustomize does not have.
fn transformer(
    kind: &str,
    mut fields: Fields<'_>,
    folder: &str,
    builder: &mut Builder<'_>,
) -> Result<Option<Work>> {
    let has_specs = fields.node("fieldSpecs").is_some();
    let specs = fields.list("fieldSpecs", FieldSpec::read)?;
    let span = fields.span();
    Ok(Some(match kind {
        "AnnotationsTransformer" => Work::Labels(fields.pairs("annotations")?, specs),
        "LabelTransformer" => Work::Labels(fields.pairs("labels")?, specs),
        "HashTransformer" => Work::Hash,
        "ImageTagTransformer" => {
            let empty = sekisho_manifest::Node { span, value: sekisho_manifest::Value::Null };
            let image = fields.node("imageTag").unwrap_or(&empty);
            Work::Image(Image::read(Fields::new(image, Mode::Lenient)?)?, specs)
        }
        "NamespaceTransformer" => namespace(&mut fields, specs)?,
        "PrefixSuffixTransformer" | "PrefixTransformer" | "SuffixTransformer" => {
            if !has_specs {
                return Err(BuildErrorKind::Entry("the transformer needs `fieldSpecs`").at(span));
            }
            let (prefix, suffix) = (fields.text("prefix")?, fields.text("suffix")?);
            Work::Names {
                prefix: Some(prefix).filter(|_| kind != "SuffixTransformer"),
                suffix: Some(suffix).filter(|_| kind != "PrefixTransformer"),
                specs,
            }
        }
        "PatchTransformer" => Work::Patch(builder.patch(folder, &PatchEntry::read(fields)?)?),
        "PatchStrategicMergeTransformer" => {
            let mut patches = builder.strategic(folder, &fields.texts("paths")?)?;
            let inline = fields.text("patches")?;
            if !inline.is_empty() {
                patches.extend(builder.strategic(folder, &[inline])?);
            }
            if patches.is_empty() {
                return Err(BuildErrorKind::Entry("the transformer has no patch").at(span));
            }
            Work::Strategic(patches)
        }
        "PatchJson6902Transformer" => {
            let patch = fields.text("jsonOp")?;
            let entry = PatchEntry { patch, ..PatchEntry::read(fields)? };
            Work::Json(builder.json_patch(folder, &entry)?, entry.target)
        }
        "ReplacementTransformer" => {
            let entries = fields.list("replacements", ReplacementEntry::read)?;
            Work::Replacements(builder.replacements(folder, &entries)?)
        }
        "ReplicaCountTransformer" => {
            let replica = fields.part("replica", Replica::read)?;
            let missing = || BuildErrorKind::Entry("the transformer needs `replica`").at(span);
            Work::Replica(replica.ok_or_else(missing)?, specs)
        }
        "ValueAddTransformer" => value_add(&mut fields, folder, builder)?,
        _ => return Ok(None),
    }))
}

fn namespace(fields: &mut Fields<'_>, specs: Vec<FieldSpec>) -> Result<Work> {
    let mode = fields.text("setRoleBindingSubjects")?;
    let subjects = match &*mode {
        "" | "defaultOnly" => Subjects::Default,
        "allServiceAccounts" => Subjects::ServiceAccounts,
        "none" => Subjects::None,
        _ => {
            let (field, value) = ("setRoleBindingSubjects", mode.value.clone());
            let expected = "`defaultOnly`, `allServiceAccounts` or `none`";
            return Err(BuildErrorKind::FieldValue { field, value, expected }.at(mode.span));
        }
    };
    Ok(Work::Namespace {
        name: fields.part("metadata", |mut metadata| metadata.text("namespace"))?.unwrap_or_default(),
        specs,
        subjects,
        unset_only: fields.flag("unsetOnly")?,
    })
}

fn value_add(fields: &mut Fields<'_>, folder: &str, builder: &mut Builder<'_>) -> Result<Work> {
    let span = fields.span();
    let mut value = fields.text("value")?;
    value.value = value.trim().into();
    if value.is_empty() {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        value = Text { value: name.into(), span };
    }
    let mut targets = fields.list("targets", Target::read)?;
    let path = fields.text("targetFilePath")?;
    if !path.is_empty() {
        let root = builder.load_document(folder, &path)?;
        targets.extend(Fields::new(&root, Mode::Lenient)?.list("targets", Target::read)?);
    }
    if targets.is_empty() {
        return Err(BuildErrorKind::Entry("the transformer needs `targets`").at(span));
    }
    Ok(Work::ValueAdd(value, targets))
}
