//! How lists merge: which fields of which kinds are merged by key, from Kubernetes' own types or from a
//! schema that a kustomization names.

mod custom;
mod table;

use std::sync::Arc;

use sekisho_manifest::Node;

use self::custom::{Definitions, Found};
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
    fn found(definitions: &Arc<Definitions>, found: Found) -> Self {
        match found {
            Found::Custom(node) => Self::Custom(Arc::clone(definitions), node),
            Found::BuiltIn(known) => Self::BuiltIn(known),
        }
    }

    pub(crate) fn field(&self, name: &str) -> Option<Self> {
        match self {
            Self::BuiltIn(known) => match known.field(name)? {
                Field::Object(object) => Some(Self::BuiltIn(object)),
                Field::List(keys, item) => Some(Self::List(keys, *item)),
            },
            Self::List(..) => None,
            Self::Custom(definitions, node) => Some(Self::found(definitions, definitions.field(node, name)?)),
        }
    }

    /// What is known of a list's items.
    pub(crate) fn items(&self) -> Option<Self> {
        match self {
            Self::BuiltIn(_) => None,
            Self::List(_, item) => item.map(Self::BuiltIn),
            Self::Custom(definitions, node) => Some(Self::found(definitions, definitions.items(node)?)),
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

/// How far the built-in types are in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum BuiltIn {
    #[default]
    Unused,
    /// A kind that is not among them was met: they come behind the next schema that is looked into.
    Awaited,
    Used,
}

/// The schemas of a build.
///
/// Kustomize collects definitions when one is first looked for, and again when a kustomization below names a
/// schema. Which of two definitions of a kind holds follows from that order, and so does whether the built-in
/// types are there at all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schemas {
    /// Whether a kustomization chose the schema; those after it are not asked.
    is_chosen: bool,
    custom: Option<Arc<Definitions>>,
    built_in: BuiltIn,
    /// Whether a kind of both is as the kustomization defines it.
    custom_wins: bool,
    /// Whether what was chosen is collected.
    is_collected: bool,
}

impl Schemas {
    pub(crate) fn is_chosen(&self) -> bool {
        self.is_chosen
    }

    /// Takes over the schema that a kustomization names, or the built-in one where it names a version.
    pub(crate) fn choose(&mut self, schema: Option<&Node>) -> Result<()> {
        self.is_chosen = true;
        self.custom = schema.map(Definitions::read).transpose()?.map(Arc::new);
        self.is_collected = false;
        Ok(())
    }

    /// Takes note of a kind that was read.
    pub(crate) fn meet(&mut self, api_version: &str, kind: &str) {
        if self.is_collected || table::has_known_scope(api_version, kind) {
            return;
        }
        if self.custom.is_some() {
            self.collect();
        } else if self.built_in == BuiltIn::Unused {
            self.built_in = BuiltIn::Awaited;
        }
    }

    /// Collects the definitions, before the first of them is looked for.
    pub(crate) fn collect(&mut self) {
        if self.is_collected {
            return;
        }
        self.is_collected = true;
        self.custom_wins = self.built_in == BuiltIn::Used;
        if self.custom.is_none() || self.built_in == BuiltIn::Awaited {
            self.built_in = BuiltIn::Used;
        }
        if self.built_in == BuiltIn::Used
            && let Some(custom) = self.custom.as_mut().and_then(Arc::get_mut)
        {
            custom.lean_on_built_in();
        }
    }

    /// What is known of a kind.
    pub(crate) fn of(&self, api_version: &str, kind: &str) -> Option<Schema> {
        let Some(definitions) = &self.custom else {
            return table::of(api_version, kind).map(Schema::BuiltIn);
        };
        let built_in = || {
            let known = table::of(api_version, kind).map(Schema::BuiltIn);
            known.filter(|_| self.built_in == BuiltIn::Used)
        };
        let custom = || {
            let found = definitions.of(api_version, kind)?;
            Some(Schema::Custom(Arc::clone(definitions), found))
        };
        if self.custom_wins { custom().or_else(built_in) } else { built_in().or_else(custom) }
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
