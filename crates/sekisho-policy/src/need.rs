//! Objects of a cluster that policies look at.

use smol_str::SmolStr;

/// Objects that a policy looks at: all of a kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Need {
    /// The group; empty for the core group.
    pub group: SmolStr,
    /// The version.
    pub version: SmolStr,
    /// What they are.
    pub what: Needed,
}

/// What a policy names that it looks at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Needed {
    /// A kind: `ConfigMap`.
    Kind(SmolStr),
    /// The plural name in paths: `configmaps`.
    Plural(SmolStr),
}

impl Need {
    /// Objects of a kind.
    pub fn kind(api_version: &str, kind: &str) -> Self {
        Self::of(api_version, Needed::Kind(kind.into()))
    }

    /// Objects of a resource: `configmaps`.
    pub fn plural(group: &str, version: &str, plural: &str) -> Self {
        Self { group: group.into(), version: version.into(), what: Needed::Plural(plural.into()) }
    }

    pub(crate) fn of(api_version: &str, what: Needed) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.into(), version: version.into(), what }
    }

    /// The objects that a path of the API names: `/apis/apps/v1/namespaces/shop/deployments`.
    pub(crate) fn path(path: &str) -> Option<Self> {
        let mut parts = path.split('?').next()?.trim_matches('/').split('/');
        let api_version = match parts.next()? {
            "api" => parts.next()?.to_owned(),
            "apis" => format!("{}/{}", parts.next()?, parts.next()?),
            _ => return None,
        };
        let first = parts.next()?;
        let plural = match (first, parts.next(), parts.next()) {
            ("namespaces", Some(_), Some(plural)) => plural,
            _ => first,
        };
        let is_plain = !plural.is_empty() && plural.bytes().all(|byte| byte.is_ascii_lowercase());
        (is_plain && !api_version.contains('{'))
            .then(|| Self::of(&api_version, Needed::Plural(plural.into())))
    }
}
