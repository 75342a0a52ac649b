//! What kustomize tells objects apart by: group, version, kind, name and namespace.

use std::fmt;

use smol_str::{SmolStr, format_smolstr};

use crate::decode::Fields;
use crate::error::Result;

/// The namespace that stands for objects outside namespaces.
pub(crate) const NO_NAMESPACE: &str = "_non_namespaceable_";
/// The namespace of objects that name none.
pub(crate) const DEFAULT_NAMESPACE: &str = "default";

/// Group, version and kind; an empty part of a selector stands for anything.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Gvk {
    pub(crate) group: SmolStr,
    pub(crate) version: SmolStr,
    pub(crate) kind: SmolStr,
}

impl Gvk {
    pub(crate) fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.into(), version: version.into(), kind: kind.into() }
    }

    pub(crate) const fn of(group: &'static str, version: &'static str, kind: &'static str) -> Self {
        Self {
            group: SmolStr::new_static(group),
            version: SmolStr::new_static(version),
            kind: SmolStr::new_static(kind),
        }
    }

    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Self> {
        Ok(Self {
            group: fields.text("group")?.value,
            version: fields.text("version")?.value,
            kind: fields.text("kind")?.value,
        })
    }

    /// Whether the parts that a selector names are those of this one.
    pub(crate) fn is_selected(&self, selector: &Self) -> bool {
        let same = |mine: &str, wanted: &str| wanted.is_empty() || mine == wanted;
        same(&self.group, &selector.group)
            && same(&self.version, &selector.version)
            && same(&self.kind, &selector.kind)
    }

    pub(crate) fn api_version(&self) -> SmolStr {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format_smolstr!("{}/{}", self.group, self.version)
        }
    }

    /// The text that kustomize sorts by, with marks for missing parts.
    pub(crate) fn sort_text(&self) -> String {
        let or = |text: &SmolStr, mark: &'static str| {
            if text.is_empty() { SmolStr::new_static(mark) } else { text.clone() }
        };
        format!("{}_{}_{}", or(&self.group, "~G"), or(&self.version, "~V"), or(&self.kind, "~K"))
    }
}

impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |text: &SmolStr, mark: &'static str| {
            if text.is_empty() { SmolStr::new_static(mark) } else { text.clone() }
        };
        write!(
            f,
            "{}.{}.{}",
            or(&self.kind, "[noKind]"),
            or(&self.version, "[noVer]"),
            or(&self.group, "[noGrp]")
        )
    }
}

/// The identity of an object, now or at an earlier stage of the build.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Id {
    pub(crate) gvk: Gvk,
    pub(crate) name: SmolStr,
    pub(crate) namespace: SmolStr,
    /// Whether the kind is known to lie outside namespaces.
    pub(crate) cluster_scoped: bool,
}

impl Id {
    pub(crate) fn effective_namespace(&self) -> &str {
        if self.cluster_scoped {
            NO_NAMESPACE
        } else if self.namespace.is_empty() {
            DEFAULT_NAMESPACE
        } else {
            &self.namespace
        }
    }

    pub(crate) fn same_kind_and_name(&self, other: &Self) -> bool {
        self.name == other.name && self.gvk == other.gvk
    }

    pub(crate) fn same_namespace(&self, other: &Self) -> bool {
        self.effective_namespace() == other.effective_namespace()
    }

    /// Whether both name the same object.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.same_namespace(other) && self.same_kind_and_name(other)
    }

    /// What must differ between two objects of one set.
    pub(crate) fn key(&self) -> (Gvk, SmolStr, SmolStr) {
        (self.gvk.clone(), self.name.clone(), self.effective_namespace().into())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.gvk.kind, self.name)?;
        if !self.namespace.is_empty() {
            write!(f, " in {}", self.namespace)?;
        }
        Ok(())
    }
}
