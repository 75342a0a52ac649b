//! A value put into fields, or into the parts of fields that are paths of files.

use sekisho_manifest::Node;
use smol_str::SmolStr;

use super::namespace::{Namespace, Subjects};
use super::{like, plain};
use crate::decode::{Fields, Text};
use crate::error::{BuildErrorKind, Result};
use crate::path;
use crate::resource_set::ResourceSet;
use crate::selector::Selector;
use crate::texts::Texts;
use crate::tree;

/// Where a value goes.
#[derive(Debug)]
pub(crate) struct Target {
    selector: Option<Selector>,
    field_path: Text,
    /// The place among the parts of a file's path, from 1; 0 where the field holds the value alone.
    position: usize,
}

impl Target {
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self> {
        let (position, span) = fields.integer("filePathPosition")?.unwrap_or((0, fields.span()));
        let target = Self {
            selector: fields.part("selector", Selector::read)?,
            field_path: fields.text("fieldPath")?,
            position: usize::try_from(position)
                .map_err(|_| BuildErrorKind::Entry("`filePathPosition` is no negative number").at(span))?,
        };
        if target.field_path.is_empty() {
            return Err(BuildErrorKind::Entry("a target needs `fieldPath`").at(fields.span()));
        }
        Ok(target)
    }

    /// Puts the value into the fields that are meant.
    pub(crate) fn add(&self, set: &mut ResourceSet, value: &Text, texts: &Texts) -> Result<()> {
        let indexes: Vec<usize> = match &self.selector {
            Some(selector) => selector.compile()?.select(set, texts),
            None => (0..set.resources.len()).collect(),
        };
        for index in indexes {
            let Some(resource) = set.resources.get_mut(index) else { continue };
            if *self.field_path == *"metadata/namespace" {
                let id = resource.id();
                let namespace =
                    Namespace { name: value, specs: &[], subjects: Subjects::Default, unset_only: false };
                namespace.fields(&mut resource.root, &id.gvk, id.cluster_scoped, texts)?;
            } else {
                self.set(&mut resource.root, value, texts)?;
                resource.settle();
            }
        }
        Ok(())
    }

    fn set(&self, root: &mut Node, value: &Text, texts: &Texts) -> Result<()> {
        let wrong = |node: &Node, expected| {
            let (field, object) = (self.field_path.value.clone(), SmolStr::new(root_kind(root)));
            BuildErrorKind::FieldType { field, object, expected }.at(node.span)
        };
        let fault = wrong(root, "mapping above its last part");
        let fault_at_end = wrong(root, "single value");
        let parts = path::split(&self.field_path, '/');
        let Some((last, above)) = parts.split_last() else { return Ok(()) };
        let mut node = root;
        for part in above {
            match tree::mapping_at(node, part, value.span) {
                Some(child) => node = child,
                None => return Err(fault),
            }
        }
        let old = node.entry(last).map(|entry| entry.node.clone());
        let Some(old) = old.filter(|old| !old.is_null()) else {
            let new = if self.position == 0 {
                value.value.clone()
            } else {
                insert("", self.position - 1, value).into()
            };
            tree::set(node, last, value.span, plain(&new, value.span));
            return Ok(());
        };
        if !tree::is_scalar(&old) {
            return Err(fault_at_end);
        }
        let new = match self.position {
            0 => value.value.clone(),
            position => insert(&texts.text(&old), position - 1, value).into(),
        };
        tree::set(node, last, value.span, like(&old, &new, value.span, texts));
        Ok(())
    }
}

fn root_kind(root: &Node) -> &str {
    root.str("kind")
}

/// A file's path with one part more; an absolute path stays absolute.
fn insert(path: &str, position: usize, part: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    parts.insert(position.min(parts.len()), part);
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}
