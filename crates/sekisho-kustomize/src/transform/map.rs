//! Labels and annotations.

use sekisho_manifest::{Node, Segment};

use crate::decode::Pair;
use crate::error::{BuildErrorKind, Result};
use crate::field_spec::{FieldSpec, Missing};
use crate::resource_set::ResourceSet;
use crate::tree;

/// Puts pairs into every map that is meant.
pub(crate) fn add(set: &mut ResourceSet, pairs: &[Pair], specs: &[FieldSpec]) -> Result<()> {
    let mut pairs: Vec<&Pair> = pairs.iter().collect();
    pairs.sort_by(|one, other| one.key.cmp(&other.key));
    for resource in &mut set.resources {
        let gvk = resource.gvk();
        let fitting: Vec<&FieldSpec> = specs.iter().filter(|spec| spec.fits(&gvk)).collect();
        for pair in &pairs {
            let mut added = Vec::new();
            for spec in &fitting {
                let put = &mut |map: &mut Node, path: &[Segment]| {
                    if map.is_null() {
                        return Ok(());
                    }
                    if map.as_mapping().is_none() {
                        let (field, object) = (spec.path.clone(), gvk.kind.clone());
                        let expected = "mapping";
                        return Err(BuildErrorKind::FieldType { field, object, expected }.at(map.span));
                    }
                    if map.entry(&pair.key).is_none() {
                        let key = [Segment::Key(pair.key.clone())];
                        added.push(path.iter().cloned().chain(key).collect());
                    }
                    let value = tree::text(pair.value.value.clone(), pair.value.span);
                    if let Some(map) = map.as_mapping_mut() {
                        map.put(tree::entry(pair.key.clone(), pair.key_span, value));
                    }
                    Ok(())
                };
                spec.apply_with_path(&mut resource.root, Missing::Mapping, pair.key_span, put)?;
            }
            resource.settle();
            resource.share(added, pair.value.span);
        }
    }
    Ok(())
}
