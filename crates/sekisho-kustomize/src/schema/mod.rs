//! How lists merge: which fields of which kinds are merged by key, from Kubernetes' own types or from a
//! schema that a kustomization names.

mod custom;
mod table;

use std::sync::Arc;

use sekisho_manifest::Node;

use self::custom::Definitions;
use self::table::{Field, Type};
use crate::error::Result;

/// What is known of a value's fields.
#[derive(Debug, Clone)]
pub(crate) enum Schema {
    BuiltIn(&'static Type),
    /// A list of the built-in types.
    List(&'static [&'static str], Option<&'static Type>),
    Custom(Arc<Definitions>, Node),
}

/// The keys by which the items of a list are told apart; none where they are single values.
pub(crate) type MergeKeys = Vec<smol_str::SmolStr>;

impl Schema {
    pub(crate) fn field(&self, name: &str) -> Option<Self> {
        match self {
            Self::BuiltIn(known) => match known.field(name)? {
                Field::Object(object) => Some(Self::BuiltIn(object)),
                Field::List(keys, item) => Some(Self::List(keys, *item)),
            },
            Self::List(..) => None,
            Self::Custom(definitions, node) => {
                let field = definitions.field(node, name)?;
                Some(Self::Custom(Arc::clone(definitions), field))
            }
        }
    }

    /// What is known of a list's items.
    pub(crate) fn items(&self) -> Option<Self> {
        match self {
            Self::BuiltIn(_) => None,
            Self::List(_, item) => item.map(Self::BuiltIn),
            Self::Custom(definitions, node) => {
                let items = definitions.items(node)?;
                Some(Self::Custom(Arc::clone(definitions), items))
            }
        }
    }

    /// The keys of a list that is merged item by item; none for a list that is replaced as a whole.
    pub(crate) fn merge_keys(&self) -> Option<MergeKeys> {
        match self {
            Self::BuiltIn(_) => None,
            Self::List(keys, _) => Some(keys.iter().map(|key| smol_str::SmolStr::new_static(key)).collect()),
            Self::Custom(_, node) => custom::merge_keys(node),
        }
    }
}

/// The schemas of a build.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schemas {
    custom: Option<Arc<Definitions>>,
    /// Whether the built-in types stand beside those of the kustomization, over which they win.
    beside: bool,
}

impl Schemas {
    /// Takes over the schema that a kustomization names; the first one of a build counts. `beside` says
    /// that objects were read before, so that the built-in types stay in use.
    pub(crate) fn set(&mut self, schema: &Node, beside: bool) -> Result<()> {
        if self.custom.is_none() {
            self.custom = Some(Arc::new(Definitions::read(schema)?));
            self.beside = beside;
        }
        Ok(())
    }

    pub(crate) fn is_set(&self) -> bool {
        self.custom.is_some()
    }

    /// What is known of a kind.
    pub(crate) fn of(&self, api_version: &str, kind: &str) -> Option<Schema> {
        let built_in = || table::of(api_version, kind).map(Schema::BuiltIn);
        let Some(custom) = &self.custom else { return built_in() };
        let found = if self.beside { built_in() } else { None };
        found.or_else(|| Some(Schema::Custom(Arc::clone(custom), custom.of(api_version, kind)?)))
    }

    /// Whether the schema of the kustomization says that a kind lies outside namespaces.
    pub(crate) fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        self.custom.as_ref().is_some_and(|custom| custom.is_cluster_scoped(api_version, kind))
    }
}

/// Whether kustomize knows that objects of a built-in kind lie outside namespaces. It knows the kinds of
/// Kubernetes 1.21 only, and takes any other for one with a namespace.
pub(crate) fn is_cluster_scoped(api_version: &str, kind: &str) -> bool {
    table::CLUSTER_SCOPED.iter().any(|(known, versions)| *known == kind && versions.contains(&api_version))
}
