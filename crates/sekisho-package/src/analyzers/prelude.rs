//! What every analyzer uses.

use std::collections::BTreeMap;

use sekisho_version::PackageUrl;

pub(super) use crate::{Access, Analyzer, Fact, File, Found, Joining, ReadError, Report, Select};

/// The package URL of these parts; empty ones are left out.
pub(super) fn package_url(
    kind: &str,
    namespace: Option<&str>,
    name: &str,
    version: Option<&str>,
    qualifiers: &[(&str, Option<&str>)],
) -> Result<PackageUrl, ReadError> {
    let qualifiers: BTreeMap<String, String> = qualifiers
        .iter()
        .filter_map(|(key, value)| {
            Some(((*key).to_owned(), value.filter(|value| !value.is_empty())?.to_owned()))
        })
        .collect();
    PackageUrl::build(kind, namespace, name, version, qualifiers, None)
        .map_err(|error| ReadError::malformed("list of packages", error))
}
