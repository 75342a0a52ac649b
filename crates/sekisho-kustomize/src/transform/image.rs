//! Names, tags and digests of images.

use sekisho_manifest::{Node, Span, Value};

use super::like;
use crate::error::{BuildErrorKind, Result};
use crate::field_spec::{FieldSpec, Missing};
use crate::kustomization::Image;
use crate::resource_set::ResourceSet;
use crate::selector::compile;
use crate::texts::Texts;
use crate::tree;

/// Changes an image wherever containers name it.
pub(crate) fn replace(
    set: &mut ResourceSet,
    image: &Image,
    specs: &[FieldSpec],
    texts: &Texts,
) -> Result<()> {
    let name = &image.name;
    let pattern = format!("^{}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$", name.value);
    let change = Change { image, pattern: compile(&pattern, name, name.span)?, texts };
    for resource in &mut set.resources {
        let gvk = resource.gvk();
        if gvk.kind == "CustomResourceDefinition" {
            continue;
        }
        if let Some(root) = change.containers(&resource.root)? {
            resource.root = root;
        }
        for spec in specs.iter().filter(|spec| spec.fits(&gvk)) {
            spec.apply(&mut resource.root, Missing::Left, image.span, &mut |node| {
                if !tree::is_scalar(node) {
                    let (field, object) = (spec.path.clone(), gvk.kind.clone());
                    let expected = "single value";
                    return Err(BuildErrorKind::FieldType { field, object, expected }.at(node.span));
                }
                if let Some(new) = change.changed(node) {
                    *node = new;
                }
                Ok(())
            })?;
        }
    }
    Ok(())
}

struct Change<'c> {
    image: &'c Image,
    pattern: regex::Regex,
    texts: &'c Texts,
}

impl Change<'_> {
    /// The tree with the images of all lists called `containers` or `initContainers` changed, wherever they
    /// stand; none where there is nothing to change.
    fn containers(&self, node: &Node) -> Result<Option<Node>> {
        let mut new = None;
        match &node.value {
            Value::Mapping(mapping) => {
                for entry in mapping.entries() {
                    let mut value = self.containers(&entry.node)?;
                    if matches!(entry.key.as_str(), "containers" | "initContainers") {
                        let listed = value.as_ref().unwrap_or(&entry.node);
                        value = self.items(listed).or(value);
                    }
                    if let Some(value) = value {
                        tree::set(new.get_or_insert_with(|| node.clone()), &entry.key, entry.key_span, value);
                    }
                }
            }
            Value::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Some(item) = self.containers(item)? {
                        let items = new.get_or_insert_with(|| node.clone()).items_mut();
                        if let Some(place) = items.and_then(|items| items.get_mut(index)) {
                            *place = item;
                        }
                    }
                }
            }
            _ => {}
        }
        Ok(new)
    }

    /// A list of containers with their images changed.
    fn items(&self, list: &Node) -> Option<Node> {
        let mut new: Option<Node> = None;
        for (index, item) in list.items().iter().enumerate() {
            let Some(changed) = item.get("image").and_then(|image| self.changed(image)) else { continue };
            let items = new.get_or_insert_with(|| list.clone()).items_mut();
            if let Some(place) = items.and_then(|items| items.get_mut(index))
                && let Some(image) = tree::child_mut(place, "image")
            {
                *image = changed;
            }
        }
        new
    }

    /// The new reference in place of an old one that is meant.
    fn changed(&self, node: &Node) -> Option<Node> {
        let old = self.texts.text(node);
        if !tree::is_scalar(node) || !self.pattern.is_match(&old) {
            return None;
        }
        let (mut name, mut tag, mut digest) = split(&old);
        let image = self.image;
        let mut span: Option<Span> = None;
        let tagged;
        if !image.new_name.is_empty() {
            name = &image.new_name;
            span = Some(image.new_name.span);
        }
        if !image.new_tag.is_empty() || !image.digest.is_empty() {
            (tag, digest) = (&image.new_tag, &image.digest);
            let at = if tag.is_empty() { &image.digest } else { &image.new_tag };
            span = Some(span.map_or(at.span, |_| image.span));
        } else if !image.tag_suffix.is_empty() {
            tagged = format!("{tag}{}", image.tag_suffix.value);
            (tag, digest) = (&tagged, "");
            span = Some(span.map_or(image.tag_suffix.span, |_| image.span));
        }
        let mut new = name.to_owned();
        for (mark, part) in [(':', tag), ('@', digest)] {
            if !part.is_empty() {
                new.push(mark);
                new.push_str(part);
            }
        }
        (*new != *old).then(|| like(node, &new, span.unwrap_or(image.span), self.texts))
    }
}

/// Name, tag and digest of a reference.
fn split(reference: &str) -> (&str, &str, &str) {
    let path = reference.find('/').filter(|slash| *slash > 0).unwrap_or(0);
    let rest = reference.get(path..).unwrap_or("");
    let (at, colon) = (rest.find('@'), rest.find(':'));
    let cut = |place: usize| reference.split_at_checked(path + place).unwrap_or((reference, ""));
    match (colon, at) {
        (colon, Some(at)) if colon.is_none_or(|colon| at < colon) => {
            let (name, digest) = cut(at);
            (name, "", digest.get(1..).unwrap_or(""))
        }
        (Some(colon), at) => {
            let (name, rest) = cut(colon);
            let rest = rest.get(1..).unwrap_or("");
            match at {
                Some(_) => {
                    let (tag, digest) = rest.split_once('@').unwrap_or((rest, ""));
                    (name, tag, digest)
                }
                None => (name, rest, ""),
            }
        }
        (None, _) => (reference, "", ""),
    }
}
