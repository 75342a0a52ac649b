//! Prefixes and suffixes of names.

use smol_str::format_smolstr;

use super::like;
use crate::decode::Text;
use crate::error::{BuildErrorKind, Result};
use crate::field_spec::{FieldSpec, Missing};
use crate::id::Id;
use crate::resource_set::ResourceSet;
use crate::texts::Texts;
use crate::tree;

/// At which end of a name something is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Front,
    Back,
}

/// Kinds whose names mean something by themselves.
fn keeps_name(id: &Id) -> bool {
    matches!(id.gvk.kind.as_str(), "CustomResourceDefinition" | "Namespace")
        || id.gvk.kind == "APIService" && id.gvk.group == "apiregistration.k8s.io"
}

/// Puts a text in front of or behind names.
pub(crate) fn add(
    set: &mut ResourceSet,
    affix: &Text,
    end: End,
    specs: &[FieldSpec],
    texts: &Texts,
) -> Result<()> {
    for resource in &mut set.resources {
        let id = resource.original_id();
        if keeps_name(&id) {
            continue;
        }
        for spec in specs.iter().filter(|spec| spec.fits(&id.gvk)) {
            if spec.path == "metadata/name" && !affix.is_empty() {
                match end {
                    End::Front => resource.prefixes.push(affix.value.clone()),
                    End::Back => resource.suffixes.push(affix.value.clone()),
                }
                resource.remember();
            }
            if !spec.fits(&resource.gvk()) {
                continue;
            }
            spec.apply(&mut resource.root, Missing::Scalar, affix.span, &mut |node| {
                if !tree::is_scalar(node) {
                    let (field, object) = (spec.path.clone(), id.gvk.kind.clone());
                    let expected = "single value";
                    return Err(BuildErrorKind::FieldType { field, object, expected }.at(node.span));
                }
                let old = texts.text(node);
                let new = match end {
                    End::Front => format_smolstr!("{}{old}", affix.value),
                    End::Back => format_smolstr!("{old}{}", affix.value),
                };
                *node = like(node, &new, affix.span, texts);
                Ok(())
            })?;
        }
    }
    Ok(())
}
