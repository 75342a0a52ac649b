//! Which objects a patch or replacement is meant for: patterns on their identity, selectors on their labels
//! and annotations.

use std::str::FromStr;

use regex::{Regex, RegexBuilder};
use sekisho_manifest::Span;
use sekisho_manifest::selector::Selector as LabelSelector;
use smol_str::SmolStr;

use crate::decode::{Fields, Text};
use crate::error::{BuildErrorKind, Result};
use crate::id::{Gvk, Id};
use crate::resource::Resource;
use crate::resource_set::ResourceSet;
use crate::texts::Texts;

/// How much memory a compiled pattern may take, in bytes.
const PATTERN_SIZE: usize = 1 << 20;

/// What an entry names its objects by. Empty parts stand for anything.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selector {
    pub(crate) gvk: Gvk,
    pub(crate) name: SmolStr,
    pub(crate) namespace: SmolStr,
    pub(crate) labels: Text,
    pub(crate) annotations: Text,
    pub(crate) span: Span,
}

impl Selector {
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self> {
        let selector = Self {
            gvk: Gvk::read(&mut fields)?,
            name: fields.text("name")?.value,
            namespace: fields.text("namespace")?.value,
            labels: fields.text("labelSelector")?,
            annotations: fields.text("annotationSelector")?,
            span: fields.span(),
        };
        fields.finish()?;
        Ok(selector)
    }

    /// Whether nothing is named but labels and annotations.
    pub(crate) fn names_nothing(&self) -> bool {
        self.gvk == Gvk::default() && self.name.is_empty() && self.namespace.is_empty()
    }

    pub(crate) fn compile(&self) -> Result<Matcher> {
        let pattern = |text: &SmolStr| -> Result<Option<Regex>> {
            if text.is_empty() { Ok(None) } else { anchored(text, self.span).map(Some) }
        };
        let selector = |text: &Text| -> Result<Option<LabelSelector>> {
            if text.is_empty() {
                return Ok(None);
            }
            LabelSelector::from_str(text).map(Some).map_err(|error| {
                let selector = text.value.clone();
                BuildErrorKind::Selector { selector, reason: error.to_string() }.at(text.span)
            })
        };
        Ok(Matcher {
            group: pattern(&self.gvk.group)?,
            version: pattern(&self.gvk.version)?,
            kind: pattern(&self.gvk.kind)?,
            name: pattern(&self.name)?,
            namespace: pattern(&self.namespace)?,
            labels: selector(&self.labels)?,
            annotations: selector(&self.annotations)?,
        })
    }
}

/// A selector made ready.
#[derive(Debug)]
pub(crate) struct Matcher {
    group: Option<Regex>,
    version: Option<Regex>,
    kind: Option<Regex>,
    name: Option<Regex>,
    namespace: Option<Regex>,
    labels: Option<LabelSelector>,
    annotations: Option<LabelSelector>,
}

fn fits(pattern: Option<&Regex>, text: &str) -> bool {
    pattern.is_none_or(|pattern| pattern.is_match(text))
}

impl Matcher {
    /// The indexes of the objects that are meant.
    pub(crate) fn select(&self, set: &ResourceSet, texts: &Texts) -> Vec<usize> {
        let chosen = set.resources.iter().enumerate().filter(|(_, resource)| {
            let (now, first) = (resource.id(), resource.original_id());
            let namespace = self.namespace.as_ref();
            (fits(namespace, first.effective_namespace()) || fits(namespace, now.effective_namespace()))
                && (fits(self.name.as_ref(), &first.name) || fits(self.name.as_ref(), &now.name))
                && self.fits_gvk(&now.gvk)
                && self.fits_maps(resource, texts)
        });
        chosen.map(|(index, _)| index).collect()
    }

    fn fits_gvk(&self, gvk: &Gvk) -> bool {
        fits(self.group.as_ref(), &gvk.group)
            && fits(self.version.as_ref(), &gvk.version)
            && fits(self.kind.as_ref(), &gvk.kind)
    }

    /// Whether an identity as it is written is meant.
    pub(crate) fn fits_id(&self, id: &Id) -> bool {
        self.fits_gvk(&id.gvk)
            && fits(self.name.as_ref(), &id.name)
            && fits(self.namespace.as_ref(), &id.namespace)
    }

    /// Whether labels and annotations are those that are meant.
    pub(crate) fn fits_maps(&self, resource: &Resource, texts: &Texts) -> bool {
        let fits = |selector: Option<&LabelSelector>, field: &str| {
            selector.is_none_or(|selector| {
                let map: std::collections::BTreeMap<SmolStr, SmolStr> = resource
                    .text_map(field, texts)
                    .into_iter()
                    .map(|(key, value)| (key.clone(), SmolStr::new(value)))
                    .collect();
                selector.matches(&map)
            })
        };
        fits(self.labels.as_ref(), "labels") && fits(self.annotations.as_ref(), "annotations")
    }

    /// Whether labels or annotations are looked at.
    pub(crate) fn has_maps(&self) -> bool {
        self.labels.is_some() || self.annotations.is_some()
    }
}

/// A pattern that has to fit a text as a whole.
fn anchored(pattern: &str, span: Span) -> Result<Regex> {
    compile(&format!("^(?:{pattern})$"), pattern, span)
}

/// Compiles a pattern; `shown` is how the user wrote it.
pub(crate) fn compile(pattern: &str, shown: &str, span: Span) -> Result<Regex> {
    RegexBuilder::new(pattern)
        .size_limit(PATTERN_SIZE)
        .build()
        .map_err(|_| BuildErrorKind::Pattern(shown.into()).at(span))
}
