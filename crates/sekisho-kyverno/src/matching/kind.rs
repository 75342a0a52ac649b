//! Which kinds a rule concerns: `Pod`, `apps/v1/Deployment`, `Pod/exec`, `v1/Pod.status`, `*/*`.

use smol_str::SmolStr;

use crate::budget::{BudgetError, Meter};
use crate::scalar::{has_wildcard, wildcard};

use super::asked::Kind;

/// What a rule writes about a kind; each part may have wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindSelector {
    group: SmolStr,
    version: SmolStr,
    kind: SmolStr,
    subresource: SmolStr,
}

impl KindSelector {
    /// Reads a selector. One that has too many parts selects nothing.
    pub fn parse(text: &str) -> Self {
        let (before, last) = match text.rsplit_once('/') {
            Some((before, last)) => (Some(before), last),
            None => (None, text),
        };
        let parts: Vec<&str> =
            before.into_iter().flat_map(|before| before.split('/')).chain(last.split('.')).collect();
        let (group, version, kind, subresource) = match parts.as_slice() {
            [kind] => ("*", "*", *kind, ""),
            ["*", "*"] => ("*", "*", "*", "*"),
            ["*", below] if below.to_lowercase() == *below => ("*", "*", "*", *below),
            [version, kind] if is_version(version) => ("*", *version, *kind, ""),
            [kind, subresource] => ("*", "*", *kind, *subresource),
            [version, kind, subresource] if is_version(version) => ("*", *version, *kind, *subresource),
            [group, version, kind] => (*group, *version, *kind, ""),
            [group, version, kind, subresource] => (*group, *version, *kind, *subresource),
            _ => ("", "", "", ""),
        };
        Self {
            group: group.into(),
            version: version.into(),
            kind: kind.into(),
            subresource: subresource.into(),
        }
    }

    /// The kind, where it has no wildcard.
    pub fn exact_kind(&self) -> Option<&SmolStr> {
        (!has_wildcard(&self.kind)).then_some(&self.kind)
    }

    /// The group as written; `*` where none is.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The version as written; `*` where none is.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The kind as written.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The part of the object that is selected; empty for the object itself.
    pub fn subresource(&self) -> &str {
        &self.subresource
    }

    /// Whether this selects a kind and a part of its objects. What selects Pods selects their ephemeral
    /// containers too.
    pub(super) fn matches(&self, kind: &Kind, subresource: &str, meter: &Meter) -> Result<bool, BudgetError> {
        if !(wildcard(&self.kind, &kind.kind, meter)?
            && wildcard(&self.group, &kind.group, meter)?
            && wildcard(&self.version, &kind.version, meter)?)
        {
            return Ok(false);
        }
        Ok(wildcard(&self.subresource, subresource, meter)?
            || (subresource == "ephemeralcontainers"
                && kind.group.is_empty()
                && kind.version == "v1"
                && kind.kind == "Pod"))
    }
}

/// Whether a part of a selector is a version: `v1`, `v1beta1`, or any.
fn is_version(text: &str) -> bool {
    if text == "*" {
        return true;
    }
    let digit = |text: &str| text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(rest) = text.strip_prefix('v') else { return false };
    match rest.split_once("alpha").or_else(|| rest.split_once("beta")) {
        Some((major, minor)) => digit(major) && digit(minor),
        None => digit(rest),
    }
}
