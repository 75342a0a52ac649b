//! A text as an advisory, and one as a version that is asked about: no panic, no hang, and fixes that are some.
#![no_main]

use std::cmp::Ordering;

use libfuzzer_sys::fuzz_target;
use sekisho_advisory::{Budget, format};
use sekisho_version::{PackageUrl, Version};
use sekisho_vulnerability::{Component, Database};

fuzz_target!(|texts: (&str, &str)| {
    let (record, version) = texts;
    let Ok(advisory) = format::read_osv(record, &Budget::default()) else { return };
    let packages: Vec<_> = advisory.affected.clone();
    let database = Database::build([advisory]).expect("a database of what was read");
    database.prove().expect("what was built is whole");
    for affected in packages {
        let Some(ecosystem) = affected.ecosystem else { continue };
        let (kind, namespace) = (ecosystem.package_url_type(), ecosystem.namespace());
        let url = PackageUrl::build(kind, namespace, &affected.name, Some(version), Default::default(), None);
        let Ok(url) = url else { continue };
        let component = Component { release: affected.release, ..Component::from_url(url) };
        let Ok(matches) = database.matches(&component) else { continue };
        for fix in matches.iter().filter_map(|found| found.fix.as_ref()) {
            if let Ok(installed) = Version::parse(fix.scheme(), version) {
                assert_eq!(fix.compare(&installed), Some(Ordering::Greater));
            }
        }
        let _ = database.upgrade(&component, &matches);
    }
});
