//! The namespace of objects, and the places that name it.

use sekisho_manifest::Node;

use crate::decode::Text;
use crate::error::{BuildErrorKind, Result};
use crate::field_spec::{FieldSpec, Missing};
use crate::id::Gvk;
use crate::resource::Maker;
use crate::resource_set::ResourceSet;
use crate::texts::Texts;
use crate::tree;

/// Which subjects of bindings get the namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Subjects {
    /// Those that are called `default`.
    #[default]
    Default,
    /// All service accounts.
    ServiceAccounts,
    /// None.
    None,
}

/// A namespace and where it goes.
#[derive(Debug)]
pub(crate) struct Namespace<'n> {
    pub(crate) name: &'n Text,
    pub(crate) specs: &'n [FieldSpec],
    pub(crate) subjects: Subjects,
    /// Whether what is set already stays.
    pub(crate) unset_only: bool,
}

impl Namespace<'_> {
    /// Puts all objects into the namespace.
    pub(crate) fn apply(&self, set: &mut ResourceSet, texts: &Texts) -> Result<()> {
        if self.name.is_empty() {
            return Ok(());
        }
        for resource in set.resources.iter_mut().filter(|resource| resource.maker != Maker::Chart) {
            resource.remember();
            let id = resource.id();
            self.fields(&mut resource.root, &id.gvk, id.cluster_scoped, texts)?;
        }
        set.check_unique()
    }

    /// Puts the namespace into one object.
    pub(crate) fn fields(
        &self,
        root: &mut Node,
        gvk: &Gvk,
        cluster_scoped: bool,
        texts: &Texts,
    ) -> Result<()> {
        let mut set = |node: &mut Node| self.set(node, gvk, texts);
        if !cluster_scoped {
            let own = FieldSpec::new(Gvk::default(), "metadata/namespace", true);
            own.apply(root, Missing::Scalar, self.name.span, &mut set)?;
        }
        let binding = matches!(gvk.kind.as_str(), "RoleBinding" | "ClusterRoleBinding");
        if binding {
            self.subjects(root, gvk, texts)?;
        }
        for spec in self.specs.iter().filter(|spec| spec.fits(gvk)) {
            let left_out = match spec.path.as_str() {
                "metadata/namespace" => true,
                "metadata/name" => gvk.api_version() != "v1",
                "subjects/namespace" => {
                    binding && matches!(spec.gvk.kind.as_str(), "RoleBinding" | "ClusterRoleBinding")
                }
                _ => false,
            };
            if !left_out {
                spec.apply(root, Missing::Scalar, self.name.span, &mut set)?;
            }
        }
        Ok(())
    }

    fn set(&self, node: &mut Node, gvk: &Gvk, texts: &Texts) -> Result<()> {
        if !tree::is_scalar(node) {
            let field = "the namespace".into();
            let (object, expected) = (gvk.kind.clone(), "single value");
            return Err(BuildErrorKind::FieldType { field, object, expected }.at(node.span));
        }
        if !self.unset_only || node.is_null() || texts.text(node).is_empty() {
            *node = tree::text(self.name.value.clone(), self.name.span);
        }
        Ok(())
    }

    fn subjects(&self, root: &mut Node, gvk: &Gvk, texts: &Texts) -> Result<()> {
        let (key, wanted) = match self.subjects {
            Subjects::None => return Ok(()),
            Subjects::Default => ("name", "default"),
            Subjects::ServiceAccounts => ("kind", "ServiceAccount"),
        };
        let Some(subjects) = tree::child_mut(root, "subjects").filter(|node| !node.is_null()) else {
            return Ok(());
        };
        let span = subjects.span;
        let Some(subjects) = subjects.items_mut() else {
            let (field, object) = ("subjects".into(), gvk.kind.clone());
            return Err(BuildErrorKind::FieldType { field, object, expected: "list" }.at(span));
        };
        for subject in subjects {
            if subject.str(key) != wanted {
                continue;
            }
            if subject.entry("namespace").is_none() {
                tree::set(subject, "namespace", self.name.span, tree::text("", self.name.span));
            }
            if let Some(node) = tree::child_mut(subject, "namespace") {
                self.set(node, gvk, texts)?;
            }
        }
        Ok(())
    }
}
