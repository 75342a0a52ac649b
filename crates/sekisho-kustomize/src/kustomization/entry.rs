//! The entries of a kustomization's lists.

use sekisho_manifest::Span;
use smol_str::SmolStr;

use crate::decode::{Fields, Pair, Text};
use crate::error::{BuildErrorKind, Result};
use crate::field_spec::FieldSpec;
use crate::id::{Gvk, Id};
use crate::resource::Behavior;
use crate::selector::Selector;

/// An entry of `labels`.
#[derive(Debug, Clone)]
pub(crate) struct LabelEntry {
    pub(crate) pairs: Vec<Pair>,
    pub(crate) include_selectors: bool,
    pub(crate) include_templates: bool,
    pub(crate) fields: Vec<FieldSpec>,
}

impl LabelEntry {
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self> {
        let entry = Self {
            pairs: fields.pairs("pairs")?,
            include_selectors: fields.flag("includeSelectors")?,
            include_templates: fields.flag("includeTemplates")?,
            fields: fields.list("fields", FieldSpec::read)?,
        };
        fields.finish()?;
        Ok(entry)
    }
}

/// An entry of `patches` or `patchesJson6902`.
#[derive(Debug, Clone)]
pub(crate) struct PatchEntry {
    pub(crate) path: Text,
    pub(crate) patch: Text,
    pub(crate) target: Option<Selector>,
    pub(crate) allow_name_change: bool,
    pub(crate) allow_kind_change: bool,
    pub(crate) span: Span,
}

impl PatchEntry {
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self> {
        let options = |mut fields: Fields<'_>| {
            let options = (fields.flag("allowNameChange")?, fields.flag("allowKindChange")?);
            fields.finish()?;
            Ok(options)
        };
        let (allow_name_change, allow_kind_change) = fields.part("options", options)?.unwrap_or_default();
        let entry = Self {
            path: fields.text("path")?,
            patch: fields.text("patch")?,
            target: fields.part("target", Selector::read)?,
            allow_name_change,
            allow_kind_change,
            span: fields.span(),
        };
        fields.finish()?;
        Ok(entry)
    }
}

/// An entry of `images`.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    pub(crate) name: Text,
    pub(crate) new_name: Text,
    pub(crate) new_tag: Text,
    pub(crate) tag_suffix: Text,
    pub(crate) digest: Text,
    pub(crate) span: Span,
}

impl Image {
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self> {
        let image = Self {
            name: fields.text("name")?,
            new_name: fields.text("newName")?,
            new_tag: fields.text("newTag")?,
            tag_suffix: fields.text("tagSuffix")?,
            digest: fields.text("digest")?,
            span: fields.span(),
        };
        fields.finish()?;
        Ok(image)
    }
}

/// An entry of `replicas`.
#[derive(Debug, Clone)]
pub(crate) struct Replica {
    pub(crate) name: Text,
    pub(crate) count: (i64, Span),
    pub(crate) span: Span,
}

impl Replica {
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self> {
        let span = fields.span();
        let replica =
            Self { name: fields.text("name")?, count: fields.integer("count")?.unwrap_or((0, span)), span };
        fields.finish()?;
        Ok(replica)
    }
}

/// An entry of `replacements`: a replacement, or the file where some stand.
#[derive(Debug, Clone)]
pub(crate) enum ReplacementEntry {
    File(Text),
    Inline(Box<Replacement>),
}

/// A value and the fields that it is copied to.
#[derive(Debug, Clone)]
pub(crate) struct Replacement {
    pub(crate) source: Option<SourceSelector>,
    pub(crate) source_value: Option<Text>,
    /// None where the field is missing.
    pub(crate) targets: Option<Vec<TargetSelector>>,
    pub(crate) span: Span,
}

/// Where a replacement's value comes from.
#[derive(Debug, Clone)]
pub(crate) struct SourceSelector {
    pub(crate) id: Id,
    pub(crate) field_path: Text,
    pub(crate) options: FieldOptions,
    pub(crate) span: Span,
}

/// Where a replacement's value goes.
#[derive(Debug, Clone)]
pub(crate) struct TargetSelector {
    pub(crate) select: Option<Selector>,
    pub(crate) reject: Vec<Selector>,
    pub(crate) field_paths: Vec<Text>,
    pub(crate) options: FieldOptions,
    pub(crate) span: Span,
}

/// Which part of a field is meant.
#[derive(Debug, Clone, Default)]
pub(crate) struct FieldOptions {
    pub(crate) delimiter: SmolStr,
    pub(crate) index: i64,
    pub(crate) create: bool,
}

impl ReplacementEntry {
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self> {
        let path = fields.text("path")?;
        let replacement = Replacement::take(&mut fields)?;
        fields.finish()?;
        if path.is_empty() {
            return Ok(Self::Inline(Box::new(replacement)));
        }
        if replacement.source.is_some() || replacement.targets.is_some_and(|targets| !targets.is_empty()) {
            return Err(
                BuildErrorKind::Entry("a replacement has `path` or its own fields, not both").at(path.span)
            );
        }
        Ok(Self::File(path))
    }
}

impl Replacement {
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self> {
        let replacement = Self::take(&mut fields)?;
        fields.finish()?;
        Ok(replacement)
    }

    fn take(fields: &mut Fields<'_>) -> Result<Self> {
        let has_targets = fields.node("targets").is_some();
        let targets = fields.list("targets", TargetSelector::read)?;
        Ok(Self {
            source: fields.part("source", SourceSelector::read)?,
            source_value: fields.optional_text("sourceValue")?,
            targets: has_targets.then_some(targets),
            span: fields.span(),
        })
    }
}

impl SourceSelector {
    fn read(mut fields: Fields<'_>) -> Result<Self> {
        let selector = Self {
            id: Id {
                gvk: Gvk::read(&mut fields)?,
                name: fields.text("name")?.value,
                namespace: fields.text("namespace")?.value,
                cluster_scoped: false,
            },
            field_path: fields.text("fieldPath")?,
            options: fields.part("options", FieldOptions::read)?.unwrap_or_default(),
            span: fields.span(),
        };
        fields.finish()?;
        Ok(selector)
    }
}

impl TargetSelector {
    fn read(mut fields: Fields<'_>) -> Result<Self> {
        let selector = Self {
            select: fields.part("select", Selector::read)?,
            reject: fields.list("reject", Selector::read)?,
            field_paths: fields.texts("fieldPaths")?,
            options: fields.part("options", FieldOptions::read)?.unwrap_or_default(),
            span: fields.span(),
        };
        fields.finish()?;
        Ok(selector)
    }
}

impl FieldOptions {
    fn read(mut fields: Fields<'_>) -> Result<Self> {
        let options = Self {
            delimiter: fields.text("delimiter")?.value,
            index: fields.integer("index")?.map_or(0, |(index, _)| index),
            create: fields.flag("create")?,
        };
        fields.text("encoding")?;
        fields.finish()?;
        Ok(options)
    }
}

/// An entry of `vars`.
#[derive(Debug, Clone)]
pub(crate) struct VariableEntry {
    pub(crate) name: Text,
    pub(crate) object: Id,
    pub(crate) field_path: SmolStr,
}

impl VariableEntry {
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self> {
        let object = |mut fields: Fields<'_>| {
            let api_version = fields.text("apiVersion")?.value;
            let written = Gvk::read(&mut fields)?;
            let gvk = match api_version.split('/').collect::<Vec<_>>()[..] {
                [""] => written,
                [version] => Gvk { version: version.into(), ..written },
                [group, version] => Gvk { group: group.into(), version: version.into(), ..written },
                _ => written,
            };
            let id = Id {
                gvk,
                name: fields.text("name")?.value,
                namespace: fields.text("namespace")?.value,
                cluster_scoped: false,
            };
            fields.finish()?;
            Ok(id)
        };
        let path = |mut fields: Fields<'_>| {
            let path = fields.text("fieldPath")?.value;
            fields.finish()?;
            Ok(path)
        };
        let field_path = fields.part("fieldref", path)?.filter(|path| !path.is_empty());
        let entry = Self {
            name: fields.text("name")?,
            object: fields.part("objref", object)?.unwrap_or_default(),
            field_path: field_path.unwrap_or_else(|| SmolStr::new_static("metadata.name")),
        };
        fields.finish()?;
        Ok(entry)
    }
}

/// An entry of `configMapGenerator` or `secretGenerator`.
#[derive(Debug, Clone)]
pub(crate) struct GeneratorEntry {
    pub(crate) name: Text,
    pub(crate) namespace: Text,
    pub(crate) behavior: Behavior,
    pub(crate) literals: Vec<Text>,
    pub(crate) files: Vec<Text>,
    pub(crate) envs: Vec<Text>,
    pub(crate) options: Option<GeneratorOptions>,
    /// The type of a Secret; none for a ConfigMap.
    pub(crate) secret_type: Option<Text>,
    pub(crate) span: Span,
}

impl GeneratorEntry {
    pub(crate) fn read_config_map(fields: Fields<'_>) -> Result<Self> {
        Self::read(fields, false)
    }

    pub(crate) fn read_secret(fields: Fields<'_>) -> Result<Self> {
        Self::read(fields, true)
    }

    fn read(mut fields: Fields<'_>, secret: bool) -> Result<Self> {
        // As part of a plugin's file, the entry may take its name from the file's metadata.
        let named = |mut fields: Fields<'_>| Ok((fields.text("name")?, fields.text("namespace")?));
        let lenient = fields.mode() == crate::decode::Mode::Lenient;
        let (default_name, default_namespace) =
            if lenient { fields.part("metadata", named)?.unwrap_or_default() } else { Default::default() };
        let mut envs = fields.texts("envs")?;
        // The older name of the field is known to kustomizations only.
        envs.extend(Some(fields.text("env")?).filter(|env| !lenient && !env.is_empty()));
        let or = |text: Text, default: Text| if text.is_empty() { default } else { text };
        let entry = Self {
            name: or(fields.text("name")?, default_name),
            namespace: or(fields.text("namespace")?, default_namespace),
            behavior: match &*fields.text("behavior")? {
                "replace" => Behavior::Replace,
                "merge" => Behavior::Merge,
                _ => Behavior::Create,
            },
            literals: fields.texts("literals")?,
            files: fields.texts("files")?,
            envs,
            options: fields.part("options", GeneratorOptions::read)?,
            secret_type: if secret { Some(fields.text("type")?) } else { None },
            span: fields.span(),
        };
        fields.finish()?;
        Ok(entry)
    }
}

/// What generated objects have in common.
#[derive(Debug, Clone, Default)]
pub(crate) struct GeneratorOptions {
    pub(crate) labels: Vec<Pair>,
    pub(crate) annotations: Vec<Pair>,
    pub(crate) disable_name_suffix_hash: bool,
    pub(crate) immutable: bool,
}

impl GeneratorOptions {
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self> {
        let options = Self {
            labels: fields.pairs("labels")?,
            annotations: fields.pairs("annotations")?,
            disable_name_suffix_hash: fields.flag("disableNameSuffixHash")?,
            immutable: fields.flag("immutable")?,
        };
        fields.finish()?;
        Ok(options)
    }

    /// These options, and what others have that these do not say.
    #[must_use]
    pub(crate) fn or(mut self, others: &Self) -> Self {
        let add = |mine: &mut Vec<Pair>, others: &[Pair]| {
            for pair in others {
                if !mine.iter().any(|known| known.key == pair.key) {
                    mine.push(pair.clone());
                }
            }
        };
        add(&mut self.labels, &others.labels);
        add(&mut self.annotations, &others.annotations);
        self.disable_name_suffix_hash |= others.disable_name_suffix_hash;
        self.immutable |= others.immutable;
        self
    }
}

/// The order of the result.
#[derive(Debug, Clone)]
pub(crate) enum SortOrder {
    /// As the objects were added.
    Added,
    /// By kind; none where the kinds have their usual ranks.
    Legacy(Option<LegacyOrder>),
}

/// The kinds that come first and last.
#[derive(Debug, Clone)]
pub(crate) struct LegacyOrder {
    pub(crate) first: Vec<SmolStr>,
    pub(crate) last: Vec<SmolStr>,
}

impl SortOrder {
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self> {
        let legacy = |mut fields: Fields<'_>| {
            let values = |texts: Vec<Text>| texts.into_iter().map(|text| text.value).collect();
            let order = LegacyOrder {
                first: values(fields.texts("orderFirst")?),
                last: values(fields.texts("orderLast")?),
            };
            fields.finish()?;
            Ok(order)
        };
        let order = fields.text("order")?;
        let options = fields.part("legacySortOptions", legacy)?;
        fields.finish()?;
        match (&*order, options) {
            ("fifo", None) => Ok(Self::Added),
            ("legacy", options) => Ok(Self::Legacy(options)),
            ("fifo", Some(_)) => {
                Err(BuildErrorKind::Entry("`legacySortOptions` needs the order `legacy`").at(order.span))
            }
            _ => {
                let (value, expected) = (order.value.clone(), "`legacy` or `fifo`");
                Err(BuildErrorKind::FieldValue { field: "sortOptions.order", value, expected }.at(order.span))
            }
        }
    }
}
