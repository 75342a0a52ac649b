//! Patches of both kinds, from `patches` and its two older forms.

use sekisho_manifest::{Node, Span};

use crate::error::{BuildErrorKind, Fault, Result};
use crate::id::Id;
use crate::json_patch::{self, Operation};
use crate::merge::{Merging, StrategicPatch};
use crate::resource::Resource;
use crate::resource_set::ResourceSet;
use crate::selector::Selector;
use crate::texts::Texts;

/// A patch that was read.
#[derive(Debug)]
pub(crate) enum Patch {
    Strategic(Vec<StrategicPatch>),
    Json(Vec<Operation>),
}

/// An entry of `patches` that was read.
#[derive(Debug)]
pub(crate) struct LoadedPatch {
    pub(crate) patch: Patch,
    pub(crate) target: Option<Selector>,
    /// The entry of the kustomization.
    pub(crate) span: Span,
}

impl Patch {
    /// What a text is that was tried as objects and as a JSON patch. `json` is none where the text is no
    /// YAML at all.
    pub(crate) fn of(
        objects: Result<Vec<Node>>,
        json: Result<Node>,
        options: (bool, bool),
        span: Span,
    ) -> Result<Self> {
        let operations = json.and_then(|root| json_patch::read(&root));
        match (objects, operations) {
            (Ok(objects), operations) => {
                if !objects.is_empty() && operations.is_ok_and(|operations| !operations.is_empty()) {
                    let message = "the text is both a strategic merge patch and a JSON patch".to_owned();
                    return Err(BuildErrorKind::Patch(message).at(span));
                }
                let patch = |root| StrategicPatch {
                    root,
                    allow_name_change: options.0,
                    allow_kind_change: options.1,
                };
                Ok(Self::Strategic(objects.into_iter().map(patch).collect()))
            }
            (Err(_), Ok(operations)) => Ok(Self::Json(operations)),
            (Err(object), Err(operation)) => Err(likelier(object, operation)),
        }
    }
}

/// Of the two reasons why a text is no patch, the one that helps.
fn likelier(object: Fault, operation: Fault) -> Fault {
    match (&object.kind, &operation.kind) {
        (BuildErrorKind::Load(_), BuildErrorKind::Patch(_)) => operation,
        _ => object,
    }
}

impl LoadedPatch {
    pub(crate) fn apply(&self, set: &mut ResourceSet, merging: &Merging<'_>) -> Result<()> {
        match &self.patch {
            Patch::Strategic(patches) => match &self.target {
                Some(target) => self.to_target(set, patches, target, merging),
                None => patches.iter().try_for_each(|patch| {
                    let index = set.only(&identity(&patch.root), patch.root.span)?;
                    let Some(resource) = set.resources.get_mut(index) else { return Ok(()) };
                    merging.apply(resource, patch)
                }),
            },
            Patch::Json(operations) => {
                let Some(target) = &self.target else {
                    return Err(BuildErrorKind::Entry("a JSON patch needs `target`").at(self.span));
                };
                for index in target.compile()?.select(set, merging.texts) {
                    let Some(resource) = set.resources.get_mut(index) else { continue };
                    resource.remember();
                    json_patch::apply(resource, operations, merging.texts)?;
                }
                Ok(())
            }
        }
    }

    fn to_target(
        &self,
        set: &mut ResourceSet,
        patches: &[StrategicPatch],
        target: &Selector,
        merging: &Merging<'_>,
    ) -> Result<()> {
        let [patch] = patches else {
            if patches.is_empty() {
                return Ok(());
            }
            return Err(BuildErrorKind::Entry("an entry with `target` takes one patch only").at(self.span));
        };
        let selected = target.compile()?.select(set, merging.texts);
        lay_over(set, &selected, patch, merging)
    }
}

/// Lays a patch over the objects with these indexes, and drops those that it deletes.
fn lay_over(
    set: &mut ResourceSet,
    indexes: &[usize],
    patch: &StrategicPatch,
    merging: &Merging<'_>,
) -> Result<()> {
    let root = texts_only(&patch.root, merging.texts);
    for index in indexes {
        let Some(resource) = set.resources.get_mut(*index) else { continue };
        let mut root = root.clone();
        if let Some(version) = resource.root.entry("apiVersion") {
            // The version is the object's own, whatever the patch says.
            if let Some(mapping) = root.as_mapping_mut() {
                mapping.put(version.clone());
            }
        }
        merging.apply(resource, &StrategicPatch { root, ..patch.clone() })?;
    }
    set.drop_empty();
    set.check_unique()
}

/// A patch whose labels and annotations are texts: kustomize copies them so where a patch has a target, and
/// a null that would remove one becomes the text `null`.
fn texts_only(root: &Node, texts: &Texts) -> Node {
    let mut resource = Resource::new(root.clone());
    for field in ["labels", "annotations"] {
        resource.normalize_map(field, texts, &|_| false);
    }
    resource.root
}

/// Lays patches of the older form `patchesStrategicMerge` over their objects.
pub(crate) fn strategic(set: &mut ResourceSet, patches: &[Node], merging: &Merging<'_>) -> Result<()> {
    for root in patches {
        let index = set.only(&identity(root), root.span)?;
        let patch = StrategicPatch { root: root.clone(), allow_name_change: false, allow_kind_change: false };
        lay_over(set, &[index], &patch, merging)?;
    }
    Ok(())
}

/// Applies a patch of the older form `patchesJson6902`.
pub(crate) fn json(
    set: &mut ResourceSet,
    operations: &[Operation],
    target: &Selector,
    texts: &Texts,
) -> Result<()> {
    for index in target.compile()?.select(set, texts) {
        if let Some(resource) = set.resources.get_mut(index) {
            json_patch::apply(resource, operations, texts)?;
        }
    }
    Ok(())
}

fn identity(root: &Node) -> Id {
    Resource::new(root.clone()).id()
}
