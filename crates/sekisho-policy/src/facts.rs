//! What policies may know beside the request.

use std::sync::Arc;

use sekisho_cel::Permissions;
use sekisho_manifest::Node;
use sekisho_trust::Decision;
use smol_str::SmolStr;

use crate::group_version::GroupVersionKind;
use crate::need::Need;
use crate::request::User;
use crate::views::Views;

/// Which objects a rule asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectQuery {
    /// The kind; an empty version stands for any.
    pub kind: GroupVersionKind,
    /// The namespace; none: all of them, or the cluster as a whole.
    pub namespace: Option<SmolStr>,
    /// The name; none: all of them.
    pub name: Option<SmolStr>,
}

/// The state of the world as it was gathered before evaluation. Each question is a look-up.
pub trait Facts: Send + Sync {
    /// The object of a namespace; none where it is not known.
    fn namespace(&self, name: &str) -> Option<Node>;

    /// The objects that a query names, in the order of namespace and name; none where such objects were not
    /// gathered, which is not the same as there being none.
    fn objects(&self, query: &ObjectQuery) -> Option<Vec<Node>>;

    /// The time, in nanoseconds since 1970 in UTC; none where each language's settings say it.
    fn now(&self) -> Option<i128> {
        None
    }

    /// What a user may do, for rules that ask; none where that was not gathered.
    fn permissions(&self, _user: &User) -> Option<Arc<dyn Permissions>> {
        None
    }

    /// Everything that was gathered, in no certain order, for rules that look for themselves.
    fn everything(&self) -> Vec<Known> {
        Vec::new()
    }

    /// What an external data provider answers to a key; none where it was not asked.
    fn external(&self, _provider: &str, _key: &str) -> Option<ExternalAnswer> {
        None
    }

    /// Whether an external data provider is registered, as far as is known.
    fn has_provider(&self, _provider: &str) -> bool {
        true
    }

    /// What is known of an image, by its reference as the object has it; none where nobody looked it up.
    fn image(&self, _reference: &str) -> Option<ImageFact> {
        None
    }

    /// What is known of all objects of a kind.
    fn served(&self, _need: &Need) -> Served {
        Served::Assumed
    }

    /// Where forms of all the facts together are kept, so that they are made once.
    fn views(&self) -> Option<&Views> {
        None
    }
}

/// What is known of all objects of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Served {
    /// Those that are known are all that there are.
    Assumed,
    /// They were gathered, by this kind.
    As(SmolStr),
    /// The cluster does not have such objects.
    Absent,
    /// They were not gathered.
    Unknown,
}

/// What an external data provider answers to a key.
#[derive(Debug, Clone)]
pub struct ExternalAnswer {
    /// The value.
    pub value: Node,
    /// Why there is no value; empty where there is one.
    pub error: String,
}

/// What is known of an image.
#[derive(Debug, Clone)]
pub enum ImageFact {
    /// What its name leads to, and what the policies of trust say of that.
    Judged {
        /// The digest: `sha256:…`.
        digest: SmolStr,
        /// What each policy of trust that concerns it says, by the names that [`TrustSet`](crate::TrustSet) gives them.
        decision: Arc<Decision>,
    },
    /// There is no such image.
    Absent(String),
    /// It could not be looked up, for this reason.
    Unknown(String),
}

/// An object that was gathered.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its kind.
    pub kind: GroupVersionKind,
    /// Its namespace; empty for what lives in the cluster as a whole.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// The object.
    pub root: Node,
}

/// Nothing is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFacts;

impl Facts for NoFacts {
    fn namespace(&self, _name: &str) -> Option<Node> {
        None
    }

    fn objects(&self, _query: &ObjectQuery) -> Option<Vec<Node>> {
        None
    }
}
