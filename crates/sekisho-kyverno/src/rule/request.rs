//! What rules are asked, and what they may know.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, OnceLock};

use sekisho_manifest::Node;
use smol_str::SmolStr;

use crate::budget::{Budget, BudgetError, Meter};
use crate::facts::Facts;
use crate::matching::{Asked, Filter, Identity, Kind, Operation, User};
use crate::policy::Exception;
use crate::settings::Settings;
use crate::value::{Map, Value};

use super::objects::Objects;
use super::standards::{PodSecurity, Violation};

/// What rules are asked about.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The object as it shall be; none when it is deleted.
    pub object: Option<Value>,
    /// The object as it is; none when it is made.
    pub old_object: Option<Value>,
    /// The kind of the request.
    pub kind: Kind,
    /// The plural name of the resource, `pods`; empty where it is not known.
    pub resource: SmolStr,
    /// The part of the object that is changed; empty: the whole.
    pub subresource: SmolStr,
    /// Whether an API server holds the object, which has it in every version of its kind: rules that name another
    /// version than that of the request are for it too.
    pub in_any_version: bool,
    /// What is done.
    pub operation: Operation,
    /// Who does it; none where nobody is known to.
    pub user: Option<User>,
    /// The labels of the object's namespace, a map.
    pub namespace_labels: Option<Value>,
    /// Variables that are given beforehand, each by its path: `request.mode`.
    pub variables: Vec<(SmolStr, Value)>,
    /// Variables that are given for rules, by their names.
    pub rule_variables: Vec<(SmolStr, Vec<(SmolStr, Value)>)>,
    /// What several policies work out of the request. A request must not be changed once it was asked about;
    /// a copy may be.
    pub forms: Forms,
}

/// What is worked out once of a request. A copy starts with nothing.
#[derive(Debug, Default)]
pub struct Forms {
    /// What the variable `request` stands for.
    pub(super) described: OnceLock<Value>,
    /// The object as it was read.
    pub(super) source: Option<Node>,
    /// The data that the variables of a rule begin with.
    pub(super) data: OnceLock<Arc<Map>>,
    /// The Pod, or the template of Pods, in the object.
    pub(super) pod: OnceLock<Node>,
    /// What the controls of a level in a version have against that Pod.
    pub(super) examined: Mutex<Vec<Examined>>,
}

/// What is known of a Pod at a level in a version.
#[derive(Debug)]
pub(super) struct Examined {
    pub(super) level: String,
    pub(super) version: SmolStr,
    pub(super) violations: Result<Vec<Violation>, String>,
}

impl Clone for Forms {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// What rules may know beside the request.
#[derive(Clone, Copy)]
pub struct World<'w> {
    /// ConfigMaps, answers of the API server, images.
    pub facts: &'w dyn Facts,
    /// The objects of the cluster.
    pub objects: &'w dyn Objects,
    /// Judges Pods by the Pod Security Standards.
    pub pod_security: Option<&'w dyn PodSecurity>,
    /// Settings and the time.
    pub settings: &'w Settings,
    /// The exceptions that there are.
    pub exceptions: &'w [&'w Exception],
    /// What one policy may cost for one request.
    pub budget: Budget,
}

impl Request {
    /// The creation of an object.
    pub fn create(object: Value) -> Self {
        Self { kind: Kind::of(&object), object: Some(object), ..Self::default() }
    }

    /// Makes it a request that does this to an object.
    pub fn does(&mut self, operation: Operation, object: Value) {
        let (new, old) = match operation {
            Operation::Delete => (None, Some(object)),
            Operation::Update => (Some(object.clone()), Some(object)),
            Operation::Create | Operation::Connect => (Some(object), None),
        };
        self.operation = operation;
        self.object = new;
        self.old_object = old;
    }

    /// With the tree that the object was read from, so that it need not be made again.
    #[must_use]
    pub fn read_from(mut self, object: Option<&Node>) -> Self {
        self.forms.source = object.cloned();
        self
    }

    /// The object that the request is about: as it shall be, else as it is.
    pub(crate) fn subject(&self) -> Option<&Value> {
        self.object.as_ref().or(self.old_object.as_ref())
    }

    /// The kind of the request, in the version in which what is matched by this filter is looked at.
    pub(super) fn kind_for(&self, matches: &Filter, meter: &Meter) -> Result<Cow<'_, Kind>, BudgetError> {
        if !self.in_any_version {
            return Ok(Cow::Borrowed(&self.kind));
        }
        let named = matches.version_of(&self.kind, &self.subresource, meter)?;
        Ok(named
            .map_or(Cow::Borrowed(&self.kind), |version| Cow::Owned(Kind { version, ..self.kind.clone() })))
    }

    /// The request as filters look at it, about this object as one of this kind.
    pub(super) fn asked<'v>(&'v self, object: &'v Value, kind: &'v Kind) -> Asked<'v> {
        Asked {
            object: Identity::of(object),
            kind,
            subresource: &self.subresource,
            operation: self.operation,
            user: self.user.as_ref(),
            namespace_labels: self.namespace_labels.as_ref().and_then(Value::as_map),
        }
    }

    /// The namespace of the object.
    pub(super) fn namespace(&self) -> &str {
        self.subject().map_or("", |object| Identity::of(object).namespace)
    }

    pub(super) fn labels_of_namespace(&self) -> Option<&Map> {
        self.namespace_labels.as_ref().and_then(Value::as_map)
    }
}
