//! The objects of the cluster that rules copy from or change.

use smol_str::SmolStr;

use crate::budget::{BudgetError, Meter};
use crate::facts::FactError;
use crate::matching::{Identity, Kind, LabelSelector};
use crate::scalar::wildcard;
use crate::value::Value;

/// Which objects are meant; group, version, kind, namespace and name may have wildcards.
#[derive(Debug, Clone, Default)]
pub struct ObjectQuery {
    /// The group; `*`: any.
    pub group: SmolStr,
    /// The version; `*`: any.
    pub version: SmolStr,
    /// The kind.
    pub kind: SmolStr,
    /// The namespace; empty: any.
    pub namespace: SmolStr,
    /// The name; empty: any.
    pub name: SmolStr,
    pub(crate) selector: Option<LabelSelector>,
}

/// Look-ups of objects, which were gathered before.
pub trait Objects {
    /// The objects that a query means, in the order of namespace and name.
    fn find(&self, query: &ObjectQuery, meter: &Meter) -> Result<Vec<Value>, FactError>;
}

/// No object is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoObjects;

impl Objects for NoObjects {
    fn find(&self, query: &ObjectQuery, _meter: &Meter) -> Result<Vec<Value>, FactError> {
        Err(FactError::Unknown(format!("the objects of kind `{}`", query.kind)))
    }
}

/// A set of objects that is all there is.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    objects: Vec<Value>,
}

impl Snapshot {
    /// Of these objects.
    pub fn new(objects: impl IntoIterator<Item = Value>) -> Self {
        let mut objects: Vec<Value> = objects.into_iter().collect();
        objects.sort_by(|one, other| {
            let key = |value: &Value| {
                let identity = Identity::of(value);
                (identity.namespace.to_owned(), identity.name.to_owned())
            };
            key(one).cmp(&key(other))
        });
        Self { objects }
    }
}

impl Objects for Snapshot {
    fn find(&self, query: &ObjectQuery, meter: &Meter) -> Result<Vec<Value>, FactError> {
        let mut found = Vec::new();
        for object in &self.objects {
            let fits = query.matches(object, meter).map_err(|error| FactError::Failed(error.to_string()))?;
            if fits {
                found.push(object.clone());
            }
        }
        Ok(found)
    }
}

impl ObjectQuery {
    /// Whether an object is meant.
    pub fn matches(&self, object: &Value, meter: &Meter) -> Result<bool, BudgetError> {
        let kind = Kind::of(object);
        let identity = Identity::of(object);
        let optional = |pattern: &str, text: &str| {
            Ok::<_, BudgetError>(pattern.is_empty() || wildcard(pattern, text, meter)?)
        };
        Ok(wildcard(&self.kind, &kind.kind, meter)?
            && wildcard(&self.group, &kind.group, meter)?
            && wildcard(&self.version, &kind.version, meter)?
            && optional(&self.namespace, identity.namespace)?
            && optional(&self.name, identity.name)?
            && match &self.selector {
                Some(selector) => selector.matches(identity.labels, meter)?,
                None => true,
            })
    }
}
