//! The `match` and `exclude` of a rule.

use sekisho_manifest::Operation;
use smol_str::{SmolStr, format_smolstr};

use crate::budget::{BudgetError, Meter};
use crate::scalar::wildcard;
use crate::value::{Map, Value};

use super::asked::{Asked, Kind, User};
use super::kind::KindSelector;
use super::labels::LabelSelector;

type Answer = Result<bool, BudgetError>;

/// A `match` or `exclude`.
#[derive(Debug, Clone)]
pub(crate) enum Filter {
    Any(Vec<Block>),
    All(Vec<Block>),
    /// The old form: one block, not in a list.
    One(Box<Block>),
}

/// What must hold together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Block {
    pub(crate) kinds: Vec<KindSelector>,
    pub(crate) name: SmolStr,
    pub(crate) names: Vec<SmolStr>,
    pub(crate) namespaces: Vec<SmolStr>,
    pub(crate) annotations: Vec<(SmolStr, SmolStr)>,
    pub(crate) selector: Option<LabelSelector>,
    pub(crate) namespace_selector: Option<LabelSelector>,
    pub(crate) operations: Vec<SmolStr>,
    pub(crate) roles: Vec<SmolStr>,
    pub(crate) cluster_roles: Vec<SmolStr>,
    pub(crate) subjects: Vec<Subject>,
    /// Whether every kind is written out.
    any_kind: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) kind: SmolStr,
    pub(crate) name: SmolStr,
}

impl Filter {
    pub(crate) fn read(value: &Value) -> Self {
        let blocks = |key: &str| -> Vec<Block> {
            let items = value.get(key).and_then(Value::as_list).unwrap_or(&[]);
            items.iter().map(Block::read).collect()
        };
        let (any, all) = (blocks("any"), blocks("all"));
        if !any.is_empty() {
            Self::Any(any)
        } else if !all.is_empty() {
            Self::All(all)
        } else {
            Self::One(Box::new(Block::read(value)))
        }
    }

    /// The blocks.
    pub(crate) fn blocks(&self) -> &[Block] {
        match self {
            Self::Any(blocks) | Self::All(blocks) => blocks,
            Self::One(block) => std::slice::from_ref(block),
        }
    }

    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::One(block) if block.is_empty(true))
    }

    /// The version in which this names a kind, where it names it in another one and not in its own.
    pub(crate) fn version_of(
        &self,
        kind: &Kind,
        subresource: &str,
        meter: &Meter,
    ) -> Result<Option<SmolStr>, BudgetError> {
        let mut named = None;
        for selector in self.blocks().iter().flat_map(|block| &block.kinds) {
            if selector.matches(kind, subresource, meter)? {
                return Ok(None);
            }
            let version = SmolStr::new(selector.version());
            let other = Kind { version: version.clone(), ..kind.clone() };
            if named.is_none() && selector.matches(&other, subresource, meter)? {
                named = Some(version);
            }
        }
        Ok(named)
    }

    /// Whether a rule with this `match` concerns what is asked about.
    pub(crate) fn includes(&self, asked: &Asked<'_>, meter: &Meter) -> Answer {
        let with_user = asked.user.is_some();
        let matches =
            |block: &Block| Ok(!block.is_empty(with_user) && block.matches(asked, with_user, meter)?);
        match self {
            Self::Any(blocks) => any(blocks, matches),
            Self::All(blocks) => any(blocks, |block| Ok(!matches(block)?)).map(|missed| !missed),
            Self::One(block) => matches(block),
        }
    }

    /// Whether a rule with this `exclude` leaves out what is asked about.
    pub(crate) fn excludes(&self, asked: &Asked<'_>, meter: &Meter) -> Answer {
        let matches = |block: &Block| Ok(!block.is_empty(true) && block.matches(asked, true, meter)?);
        match self {
            Self::Any(blocks) => any(blocks, matches),
            Self::All(blocks) => any(blocks, |block| Ok(!matches(block)?)).map(|missed| !missed),
            Self::One(block) => matches(block),
        }
    }

    /// Whether an exception with this `match` concerns what is asked about.
    pub(crate) fn excepts(&self, asked: &Asked<'_>, meter: &Meter) -> Answer {
        match self {
            Self::One(_) => Ok(false),
            listed => listed.excludes(asked, meter),
        }
    }
}

/// Whether something holds for any block.
fn any(blocks: &[Block], mut holds: impl FnMut(&Block) -> Answer) -> Answer {
    for block in blocks {
        if holds(block)? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Block {
    fn read(value: &Value) -> Self {
        let empty = Value::Null;
        let resources = value.get("resources").unwrap_or(&empty);
        let kinds = texts(resources, "kinds");
        let selector =
            |key: &str| resources.get(key).filter(|value| !value.is_null()).map(LabelSelector::read);
        let annotations = resources.get("annotations").and_then(Value::as_map);
        Self {
            any_kind: kinds.iter().any(|kind| kind == "*"),
            kinds: kinds.iter().map(|kind| KindSelector::parse(kind)).collect(),
            name: text(resources, "name"),
            names: texts(resources, "names"),
            namespaces: texts(resources, "namespaces"),
            annotations: annotations
                .into_iter()
                .flat_map(Map::iter)
                .map(|(key, value)| (key.clone(), value.as_str().unwrap_or("").into()))
                .collect(),
            selector: selector("selector"),
            namespace_selector: selector("namespaceSelector"),
            operations: texts(resources, "operations"),
            roles: texts(value, "roles"),
            cluster_roles: texts(value, "clusterRoles"),
            subjects: value
                .get("subjects")
                .and_then(Value::as_list)
                .unwrap_or(&[])
                .iter()
                .map(Subject::read)
                .collect(),
        }
    }

    /// Whether the block says nothing.
    pub(crate) fn is_empty(&self, with_user: bool) -> bool {
        self.kinds.is_empty()
            && self.name.is_empty()
            && self.names.is_empty()
            && self.namespaces.is_empty()
            && self.annotations.is_empty()
            && self.selector.is_none()
            && self.namespace_selector.is_none()
            && self.operations.is_empty()
            && !(with_user && self.names_users())
    }

    /// Whether it says anything about users.
    pub(crate) fn names_users(&self) -> bool {
        !(self.roles.is_empty() && self.cluster_roles.is_empty() && self.subjects.is_empty())
    }

    fn matches(&self, asked: &Asked<'_>, with_user: bool, meter: &Meter) -> Answer {
        meter.work(1)?;
        Ok(self.matches_kind(asked, meter)?
            && self.matches_operation(asked.operation)
            && self.matches_name(asked, meter)?
            && self.matches_annotations(asked, meter)?
            && self.matches_labels(asked, meter)?
            && (!with_user || self.matches_user(asked.user, meter)?))
    }

    fn matches_kind(&self, asked: &Asked<'_>, meter: &Meter) -> Answer {
        if self.kinds.is_empty() {
            return Ok(true);
        }
        for kind in &self.kinds {
            if kind.matches(asked.kind, asked.subresource, meter)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn matches_operation(&self, operation: Operation) -> bool {
        self.operations.is_empty() || self.operations.iter().any(|name| name == operation.as_str())
    }

    fn matches_name(&self, asked: &Asked<'_>, meter: &Meter) -> Answer {
        let object = &asked.object;
        if !self.name.is_empty() && !wildcard(&self.name, object.name, meter)? {
            return Ok(false);
        }
        if !self.names.is_empty() && !any_matches(&self.names, object.name, meter)? {
            return Ok(false);
        }
        let namespace = if object.kind == "Namespace" { object.name } else { object.namespace };
        Ok(self.namespaces.is_empty() || any_matches(&self.namespaces, namespace, meter)?)
    }

    fn matches_annotations(&self, asked: &Asked<'_>, meter: &Meter) -> Answer {
        for (key, value) in &self.annotations {
            let mut found = false;
            for (known, actual) in asked.object.annotations.into_iter().flat_map(Map::iter) {
                let actual = actual.as_str().unwrap_or("");
                if wildcard(key, known, meter)? && wildcard(value, actual, meter)? {
                    found = true;
                    break;
                }
            }
            if !found {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn matches_labels(&self, asked: &Asked<'_>, meter: &Meter) -> Answer {
        if let Some(selector) = &self.selector
            && !selector.matches(asked.object.labels, meter)?
        {
            return Ok(false);
        }
        match &self.namespace_selector {
            Some(_) if asked.object.kind == "Namespace" => Ok(false),
            Some(selector) if !asked.object.kind.is_empty() || self.any_kind => {
                selector.matches(asked.namespace_labels, meter)
            }
            _ => Ok(true),
        }
    }

    fn matches_user(&self, user: Option<&User>, meter: &Meter) -> Answer {
        let nobody = User::default();
        let user = user.unwrap_or(&nobody);
        let shared = |wanted: &[SmolStr], given: &[SmolStr]| {
            wanted.is_empty() || wanted.iter().any(|role| given.contains(role))
        };
        if !shared(&self.roles, &user.roles) || !shared(&self.cluster_roles, &user.cluster_roles) {
            return Ok(false);
        }
        if self.subjects.is_empty() {
            return Ok(true);
        }
        for subject in &self.subjects {
            if subject.matches(user, meter)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Subject {
    fn read(value: &Value) -> Self {
        let (kind, name) = (text(value, "kind"), text(value, "name"));
        let name = if kind == "ServiceAccount" {
            format_smolstr!("system:serviceaccount:{}:{name}", text(value, "namespace"))
        } else {
            name
        };
        Self { kind, name }
    }

    fn matches(&self, user: &User, meter: &Meter) -> Answer {
        match self.kind.as_str() {
            "ServiceAccount" | "User" => wildcard(&self.name, &user.name, meter),
            "Group" => {
                for group in &user.groups {
                    if wildcard(&self.name, group, meter)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => Ok(false),
        }
    }
}

/// Whether a text matches any of the patterns.
fn any_matches(patterns: &[SmolStr], text: &str, meter: &Meter) -> Answer {
    for pattern in patterns {
        if wildcard(pattern, text, meter)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn text(value: &Value, key: &str) -> SmolStr {
    value.get(key).and_then(Value::as_str).unwrap_or("").into()
}

fn texts(value: &Value, key: &str) -> Vec<SmolStr> {
    let items = value.get(key).and_then(Value::as_list).unwrap_or(&[]);
    items.iter().filter_map(Value::as_str).map(SmolStr::new).collect()
}
