//! What the authorizer is asked.

use std::fmt;

use smol_str::{SmolStr, format_smolstr};

use sekisho_audit::AuditEvent;

/// One question to the authorizer.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Asked {
    /// The verb.
    pub verb: SmolStr,
    /// What is asked for.
    pub target: Target,
}

/// What is asked for.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Target {
    /// Objects.
    Resource {
        /// The API group; empty for the core group.
        group: SmolStr,
        /// The resource, with the subresource behind a slash.
        resource: SmolStr,
        /// The namespace; none for what has none, and for all namespaces at once.
        namespace: Option<SmolStr>,
        /// The name; none where the request names no object.
        name: Option<SmolStr>,
    },
    /// A path that is no resource.
    Path(SmolStr),
}

/// Status of what was made by a request that changes what is there.
const CREATED: i64 = 201;

impl Asked {
    /// What the authorizer was asked for a request, as the one who really asked. None where the event is not about
    /// anything.
    pub fn of(event: &AuditEvent<'_>) -> Vec<Self> {
        let verb = SmolStr::new(event.verb());
        if verb.is_empty() {
            return Vec::new();
        }
        let Some(object) = event.object() else {
            let uri = event.uri();
            let path = uri.split(['?', '#']).next().unwrap_or_default();
            return if path.is_empty() {
                Vec::new()
            } else {
                vec![Self { verb, target: Target::Path(path.into()) }]
            };
        };
        let resource = match object.subresource.as_ref() {
            "" => SmolStr::new(&object.resource),
            subresource => format_smolstr!("{}/{subresource}", object.resource),
        };
        // A plain create names its object in the body, which the authorizer does not see.
        let is_plain = verb == "create" && object.subresource.is_empty();
        let text = |text: &str| (!text.is_empty()).then(|| SmolStr::new(text));
        let target = Target::Resource {
            group: SmolStr::new(&object.group),
            resource,
            namespace: text(&object.namespace),
            name: if is_plain { None } else { text(&object.name) },
        };
        let mut asked = vec![Self { verb: verb.clone(), target: target.clone() }];
        // What makes an object by changing it must be allowed to create it too.
        if matches!(verb.as_str(), "patch" | "update")
            && event.code() == Some(CREATED)
            && object.subresource.is_empty()
        {
            asked.push(Self { verb: "create".into(), target });
        }
        asked
    }

    /// What the authorizer was asked of someone who asks in the name of another.
    pub fn of_impersonation(user: &str, groups: &[impl AsRef<str>]) -> Vec<Self> {
        let question = |resource: &str, namespace: Option<&str>, name: &str| Self {
            verb: "impersonate".into(),
            target: Target::Resource {
                group: SmolStr::default(),
                resource: resource.into(),
                namespace: namespace.map(SmolStr::new),
                name: Some(name.into()),
            },
        };
        let mut asked = Vec::new();
        let is_account = match crate::Identity::of(user) {
            crate::Identity::ServiceAccount { namespace, name } => {
                asked.push(question("serviceaccounts", Some(&namespace), &name));
                true
            }
            crate::Identity::User(name) => {
                asked.push(question("users", None, &name));
                false
            }
        };
        // Groups that come with the user are not asked for.
        let comes_along = |group: &str| {
            group == "system:authenticated" || is_account && group.starts_with("system:serviceaccounts")
        };
        let groups = groups.iter().map(AsRef::as_ref).filter(|group| !comes_along(group));
        asked.extend(groups.map(|group| question("groups", None, group)));
        asked
    }

    /// Whether everyone who is known may ask this, by the roles that come with the cluster: discovery, health, and
    /// what one may do oneself.
    pub fn is_everyones(&self) -> bool {
        match &self.target {
            Target::Path(path) => {
                let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
                let open = ["api", "apis", "openapi", "version", "healthz", "livez", "readyz"];
                self.verb == "get" && open.contains(&first)
            }
            Target::Resource { group, resource, .. } => {
                self.verb == "create"
                    && matches!(
                        (group.as_str(), resource.as_str()),
                        ("authorization.k8s.io", "selfsubjectaccessreviews" | "selfsubjectrulesreviews")
                            | ("authentication.k8s.io", "selfsubjectreviews")
                    )
            }
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.verb)?;
        match &self.target {
            Target::Path(path) => f.write_str(path),
            Target::Resource { group, resource, namespace, name } => {
                f.write_str(resource)?;
                if !group.is_empty() {
                    write!(f, ".{group}")?;
                }
                if let Some(name) = name {
                    write!(f, " {name}")?;
                }
                match namespace {
                    Some(namespace) => write!(f, " in {namespace}"),
                    None => Ok(()),
                }
            }
        }
    }
}
