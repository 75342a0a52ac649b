//! The number of replicas.

use sekisho_manifest::{Node, Value};
use smol_str::format_smolstr;

use crate::error::{BuildErrorKind, Result};
use crate::field_spec::{FieldSpec, Missing};
use crate::kustomization::Replica;
use crate::resource_set::ResourceSet;
use crate::texts::Texts;
use crate::tree;

/// Sets the number of replicas of the objects of this name.
pub(crate) fn set(
    set: &mut ResourceSet,
    replica: &Replica,
    specs: &[FieldSpec],
    texts: &Texts,
) -> Result<()> {
    let (count, span) = replica.count;
    let mut found = false;
    for spec in specs {
        for index in set.matching(|id| id.name == replica.name.value && spec.fits(&id.gvk)) {
            found = true;
            let Some(resource) = set.resources.get_mut(index) else { continue };
            let gvk = resource.gvk();
            if !spec.fits(&gvk) {
                continue;
            }
            spec.apply(&mut resource.root, Missing::Scalar, span, &mut |node| {
                if !tree::is_scalar(node) {
                    let (field, object) = (spec.path.clone(), gvk.kind.clone());
                    let expected = "single value";
                    return Err(BuildErrorKind::FieldType { field, object, expected }.at(node.span));
                }
                // A number in quotes stays in quotes.
                *node = if texts.is_quoted(node) {
                    tree::text(format_smolstr!("{count}"), span)
                } else {
                    Node { span, value: Value::Int(count) }
                };
                Ok(())
            })?;
        }
    }
    if found {
        return Ok(());
    }
    let wanted = format_smolstr!("`{}`, whose replicas are to be set", replica.name.value);
    Err(BuildErrorKind::NoMatch(wanted).at(replica.span))
}
