//! Several bills as one.

use std::collections::BTreeMap;

use sekisho_contents::Package;
use smol_str::{SmolStr, ToSmolStr};

use crate::bill::{Bill, DEEPEST, Family, Subject};

/// One bill of all that these hold, about `subject`. A package that stands in several is there once; the operating
/// system is that of the first that names one.
pub fn merge(bills: Vec<Bill>, subject: Subject) -> Bill {
    let mut whole = Bill { subject: Some(subject), ..Bill::default() };
    let mut packages: BTreeMap<SmolStr, Package> = BTreeMap::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for bill in bills {
        let Bill { contents, tools, details, license_texts, links, flaws, others, faults, .. } = bill;
        for package in contents.packages {
            let url = package.url.to_smolstr();
            match packages.get_mut(&url) {
                Some(known) => known.absorb(package),
                None => drop(packages.insert(url, package)),
            }
        }
        whole.contents.distribution = whole.contents.distribution.take().or(contents.distribution);
        whole.contents.unread.extend(contents.unread);
        whole.contents.files += contents.files;
        for (url, mut detail) in details {
            // References of one bill mean nothing in another.
            detail.reference = None;
            detail.foreign.clear();
            whole.details.entry(url).or_insert(detail);
        }
        whole.license_texts.extend(license_texts);
        for tool in tools {
            if !whole.tools.contains(&tool) {
                whole.tools.push(tool);
            }
        }
        for link in links {
            if !whole.links.contains(&link) {
                whole.links.push(link);
            }
        }
        for mut flaw in flaws {
            flaw.foreign.clear();
            let place = *places.entry(flaw.id.clone()).or_insert(whole.flaws.len());
            match whole.flaws.get_mut(place) {
                Some(known) => known.affects.append(&mut flaw.affects),
                None => whole.flaws.push(flaw),
            }
        }
        whole.others += others;
        for fault in faults {
            whole.fault(fault);
        }
    }
    for flaw in &mut whole.flaws {
        flaw.affects.sort();
        flaw.affects.dedup();
    }
    break_circles(&mut whole);
    whole.contents.packages = packages.into_values().collect();
    whole.contents.unread.sort();
    whole.contents.unread.dedup();
    whole.foreign.family = Family::None;
    whole
}

/// Two bills may each say that one package is a part of the other.
fn break_circles(bill: &mut Bill) {
    let urls: Vec<SmolStr> = bill.details.keys().cloned().collect();
    for url in urls {
        let mut above = bill.details.get(&url).and_then(|detail| detail.within.clone());
        let mut steps = 0;
        while let Some(one) = above {
            steps += 1;
            if one == url || steps > DEEPEST {
                if let Some(detail) = bill.details.get_mut(&url) {
                    detail.within = None;
                }
                break;
            }
            above = bill.details.get(&one).and_then(|detail| detail.within.clone());
        }
    }
}
