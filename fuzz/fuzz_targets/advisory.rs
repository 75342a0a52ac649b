//! Texts as advisories and statements of every format: no panic, no hang, and VEX that comes back as it was written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_advisory::cvss::Vector;
use sekisho_advisory::exploitation::{read_epss, read_kev};
use sekisho_advisory::vex::{self, Format};
use sekisho_advisory::{Budget, format};

fuzz_target!(|text: &str| {
    let budget = Budget { bytes: 1 << 16, records: 100 };
    let _ = format::read_osv_yaml(text, &budget);
    let _ = format::read_each_osv(text, &budget, |advisory| drop(advisory));
    let _ = format::read_rustsec(text, &budget);
    let _ = format::read_friends_of_php(text, "a/b.yaml", &budget);
    let _ = read_kev(text, &budget);
    let _ = read_epss(text, &budget).map(Iterator::count);
    if let Ok(vector) = text.parse::<Vector>() {
        assert!(vector.score() <= 100);
    }
    if let Ok(document) = vex::read(text, &budget) {
        for format in [Format::OpenVex, Format::Csaf, Format::CycloneDx] {
            let Ok(written) = vex::write(&document, format) else { continue };
            let _ = vex::read(&written, &Budget::default());
        }
    }
});
