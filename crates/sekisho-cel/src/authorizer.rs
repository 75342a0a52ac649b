//! What a user may do: the questions that expressions ask, answered from declared facts.

use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

/// Answers what a user may do. The answers are facts that were gathered beforehand.
pub trait Permissions: Send + Sync {
    /// Whether the user may do this; none where that is not known.
    fn decide(&self, question: &Question) -> Option<Decision>;
}

/// Something that a user may or may not do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Question {
    /// The service account that is asked about in place of the user of the request: namespace and name.
    pub service_account: Option<(SmolStr, SmolStr)>,
    /// What is asked about.
    pub about: About,
    /// The verb: `get`, `create`.
    pub verb: SmolStr,
}

/// What a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum About {
    /// A path that is no resource: `/healthz`.
    Path(SmolStr),
    /// A resource.
    Resource(ResourceCheck),
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// Whether it is allowed.
    pub allowed: bool,
    /// Why.
    pub reason: SmolStr,
    /// Why there is no answer.
    pub error: Option<SmolStr>,
}

/// Who may be asked what a user may do: the variable `authorizer`.
#[derive(Clone)]
pub struct Authorizer {
    permissions: Arc<dyn Permissions>,
    service_account: Option<(SmolStr, SmolStr)>,
}

impl Authorizer {
    /// Asks these facts.
    pub fn new(permissions: Arc<dyn Permissions>) -> Self {
        Self { permissions, service_account: None }
    }

    pub(crate) fn for_service_account(&self, namespace: SmolStr, name: SmolStr) -> Self {
        Self { permissions: Arc::clone(&self.permissions), service_account: Some((namespace, name)) }
    }

    pub(crate) fn ask(&self, about: About, verb: SmolStr) -> Option<Decision> {
        let service_account = self.service_account.clone();
        self.permissions.decide(&Question { service_account, about, verb })
    }
}

impl fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorizer").field("service_account", &self.service_account).finish_non_exhaustive()
    }
}

impl PartialEq for Authorizer {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.permissions, &other.permissions) && self.service_account == other.service_account
    }
}

/// A question about a path, without its verb.
#[derive(Debug, Clone, PartialEq)]
pub struct PathCheck {
    pub(crate) authorizer: Authorizer,
    pub(crate) path: SmolStr,
}

/// A question about an API group, without its resource.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupCheck {
    pub(crate) authorizer: Authorizer,
    pub(crate) group: SmolStr,
}

/// A resource that is asked about; empty is any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResourceCheck {
    /// The API group; empty is the core group.
    pub group: SmolStr,
    /// The plural name.
    pub resource: SmolStr,
    /// The subresource.
    pub subresource: SmolStr,
    /// The namespace.
    pub namespace: SmolStr,
    /// The name of the object.
    pub name: SmolStr,
    /// The field selector of a list.
    pub field_selector: SmolStr,
    /// The label selector of a list.
    pub label_selector: SmolStr,
}
