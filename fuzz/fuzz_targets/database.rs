//! Bytes as a database, a delta and another scanner's database: no panic, no hang, no place outside of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_version::PackageUrl;
use sekisho_vulnerability::{Component, Contents, Database, Delta};

fuzz_target!(|bytes: &[u8]| {
    let _ = sekisho_advisory::trivy::read(bytes, &mut |piece| drop(piece));
    // Digests are made to agree, or nothing behind them would ever be read.
    for bytes in [bytes.to_vec(), Database::resealed(bytes)] {
        if let Ok(delta) = Delta::open(bytes.clone()) {
            if let Ok(base) = Database::build([]) {
                let _ = delta.apply(&base);
            }
        }
        let Ok(database) = Database::open(bytes) else { continue };
        let _ = database.prove();
        let _ = Contents::of(&database).and_then(|contents| contents.encode(0));
        for url in ["pkg:npm/a@1.2.0", "pkg:deb/debian/openssl@1?distro=12"] {
            let Ok(url) = PackageUrl::parse(url) else { continue };
            let component = Component::from_url(url);
            if let Ok(matches) = database.matches(&component) {
                let _ = database.upgrade(&component, &matches);
            }
        }
        for place in database.named("CVE-2024-0001") {
            let _ = (database.advisory(place), database.statements(place));
        }
    }
});
