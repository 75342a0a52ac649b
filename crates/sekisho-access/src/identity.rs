//! Who asks.

use std::fmt;

use sekisho_manifest::rbac::Principal;
use smol_str::SmolStr;

/// Who asks.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Identity {
    /// A service account.
    ServiceAccount {
        /// Its namespace.
        namespace: SmolStr,
        /// Its name.
        name: SmolStr,
    },
    /// A user by name.
    User(SmolStr),
}

/// What the user names of service accounts begin with.
const SERVICE_ACCOUNT: &str = "system:serviceaccount:";

impl Identity {
    /// The identity of a user name.
    pub fn of(user: &str) -> Self {
        match user.strip_prefix(SERVICE_ACCOUNT).and_then(|rest| rest.split_once(':')) {
            Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() => {
                Self::ServiceAccount { namespace: namespace.into(), name: name.into() }
            }
            _ => Self::User(user.into()),
        }
    }

    /// The name by which the API server knows it.
    pub fn user(&self) -> String {
        self.to_string()
    }

    /// Whether it belongs to the cluster itself: the control plane, kubelets, the controllers of `kube-system`.
    pub fn is_of_system(&self) -> bool {
        match self {
            Self::ServiceAccount { namespace, .. } => namespace == "kube-system",
            Self::User(name) => name.starts_with("system:"),
        }
    }

    /// Whether a subject of a binding means it, or one of the groups that it is in.
    pub(crate) fn is_meant(&self, groups: &[impl AsRef<str>], principal: &Principal<'_>) -> bool {
        match (principal, self) {
            (Principal::User(name), Self::User(own)) => name == own,
            (
                Principal::ServiceAccount { namespace, name },
                Self::ServiceAccount { namespace: own, name: called },
            ) => *namespace == Some(own.as_str()) && name == called,
            (Principal::Group(group), _) => {
                groups.iter().any(|known| known.as_ref() == *group) || self.is_always_in(group)
            }
            _ => false,
        }
    }

    /// The groups that an identity is in whatever its credentials say.
    fn is_always_in(&self, group: &str) -> bool {
        match self {
            Self::ServiceAccount { namespace, .. } => {
                group == "system:authenticated"
                    || group == "system:serviceaccounts"
                    || group.strip_prefix("system:serviceaccounts:") == Some(namespace)
            }
            Self::User(name) => {
                let is_anonymous = name == "system:anonymous";
                group == if is_anonymous { "system:unauthenticated" } else { "system:authenticated" }
            }
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ServiceAccount { namespace, name } => write!(f, "{SERVICE_ACCOUNT}{namespace}:{name}"),
            Self::User(name) => f.write_str(name),
        }
    }
}
