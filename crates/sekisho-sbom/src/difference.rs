//! What changed between two bills.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use sekisho_contents::{Contents, Package};
use sekisho_version::Version;

/// What changed from one place's contents to another's.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Difference<'c> {
    /// Packages that are only in the second.
    pub added: Vec<&'c Package>,
    /// Packages that are only in the first.
    pub removed: Vec<&'c Package>,
    /// Packages that are in both, in other versions.
    pub changed: Vec<Changed<'c>>,
    /// How many packages are the same.
    pub same: usize,
}

/// A package whose version changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed<'c> {
    /// As it was.
    pub before: &'c Package,
    /// As it is.
    pub after: &'c Package,
    /// Whether its version is newer (`Greater`) or older (`Less`); none where that cannot be told.
    pub direction: Option<Ordering>,
}

/// What changed. Packages are the same by type, namespace, name and version: how a bill was made does not count. Where a
/// package is there in several versions, those that are in both are left out first.
pub fn difference<'c>(before: &'c Contents, after: &'c Contents) -> Difference<'c> {
    let (old, new) = (by_name(before), by_name(after));
    let mut found = Difference::default();
    for (name, mut earlier) in old.iter().map(|(name, packages)| (name, packages.clone())) {
        let mut later = new.get(name).cloned().unwrap_or_default();
        let versions =
            |packages: &BTreeMap<&'c str, &'c Package>| packages.keys().copied().collect::<Vec<_>>();
        for version in versions(&earlier) {
            if later.remove(version).is_some() {
                earlier.remove(version);
                found.same += 1;
            }
        }
        let mut later = later.into_values();
        for before in earlier.into_values() {
            match later.next() {
                Some(after) => {
                    let direction = direction(before, after);
                    found.changed.push(Changed { before, after, direction });
                }
                None => found.removed.push(before),
            }
        }
        found.added.extend(later);
    }
    let added = new.into_iter().filter(|(name, _)| !old.contains_key(name));
    found.added.extend(added.flat_map(|(_, packages)| packages.into_values()));
    found.added.sort_by_key(|package| package.url.to_string());
    found
}

/// The packages by type, namespace and name, then by version.
fn by_name(contents: &Contents) -> BTreeMap<String, BTreeMap<&str, &Package>> {
    let mut found: BTreeMap<String, BTreeMap<&str, &Package>> = BTreeMap::new();
    for package in &contents.packages {
        let version = package.url.version().unwrap_or_default();
        found.entry(package.url.without_version().to_string()).or_default().entry(version).or_insert(package);
    }
    found
}

fn direction(before: &Package, after: &Package) -> Option<Ordering> {
    let scheme = before.url.ecosystem()?.scheme();
    let version = |package: &Package| Version::parse(scheme, package.url.version()?).ok();
    version(after)?.compare(&version(before)?)
}
