//! What is written and read again is the same, in every format and version.

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use sekisho_contents::{
    Contents, Distribution, Evidence, Hash, Package, Place, Scope, SourcePackage, Unread, license,
};
use sekisho_sbom::{Bill, Budget, Format, Subject, read, write};

use crate::sample;

fn again(bill: &Bill, format: Format) -> Bill {
    let text = write(bill, format);
    read(text.as_bytes(), &Budget::default()).unwrap_or_else(|error| panic!("{format:?}: {error}\n{text}"))
}

#[test]
fn contents_come_back_from_every_format() {
    let bill = sample::bill();
    for format in Format::ALL {
        let read = again(&bill, format);
        assert_eq!(read.contents, bill.contents, "{format:?}");
        assert_eq!(read.faults, Vec::<String>::new(), "{format:?}");
    }
}

#[test]
fn the_subject_comes_back_from_every_format() {
    let bill = sample::bill();
    for format in Format::ALL {
        let mut subject = again(&bill, format).subject.expect("a subject");
        subject.reference = None;
        assert_eq!(Some(subject), bill.subject, "{format:?}");
    }
}

#[test]
fn details_come_back_from_every_format() {
    let bill = sample::bill();
    let url = "pkg:npm/%40scope/odd@1.0.0";
    for format in Format::ALL {
        let read = again(&bill, format);
        assert_eq!(read.details[url].cpes, bill.details[url].cpes, "{format:?}");
        assert_eq!(read.details[url].description, bill.details[url].description, "{format:?}");
        assert_eq!(read.details[url].links, bill.details[url].links, "{format:?}");
        assert_eq!(read.tools, bill.tools, "{format:?}");
    }
}

#[test]
fn flaws_come_back_from_cyclonedx() {
    let bill = sample::flawed();
    for format in Format::ALL.into_iter().filter(|format| format.name().starts_with("cyclonedx")) {
        assert_eq!(again(&bill, format).flaws, bill.flaws, "{format:?}");
    }
}

#[test]
fn the_same_bill_is_the_same_bytes_also_when_read_again() {
    let bill = sample::bill();
    for format in Format::ALL {
        let text = write(&bill, format);
        assert_eq!(text, write(&bill, format), "{format:?}");
        assert_eq!(text, write(&again(&bill, format), format), "{format:?}");
    }
}

#[test]
fn a_bill_goes_through_all_formats_in_turn() {
    let bill = sample::bill();
    let last = Format::ALL.into_iter().fold(bill.clone(), |bill, format| again(&bill, format));
    assert_eq!(last.contents, bill.contents);
}

#[test]
fn a_time_is_written_where_it_is_given() {
    let mut bill = sample::bill();
    bill.created = Some("2026-01-02T03:04:05Z".into());
    for format in Format::ALL {
        assert_eq!(again(&bill, format).created, bill.created, "{format:?}");
    }
}

#[test]
fn nesting_survives() {
    let mut bill = sample::bill();
    bill.details.entry("pkg:npm/leaf@2.0.0".into()).or_default().within =
        Some("pkg:npm/%40scope/odd@1.0.0".into());
    for format in Format::ALL {
        let read = again(&bill, format);
        assert_eq!(
            read.details["pkg:npm/leaf@2.0.0"].within.as_deref(),
            Some("pkg:npm/%40scope/odd@1.0.0"),
            "{format:?}"
        );
        assert_eq!(read.contents, bill.contents, "{format:?}");
    }
}

fn words() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[a-zA-Z0-9<>&\"'=:/@ .+_\u{e9}\u{65e5}\n\\\\-]{1,24}")
        .expect("a pattern")
        .prop_map(|text| text.trim().to_owned())
        .prop_filter("something", |text| !text.is_empty())
}

fn url() -> impl Strategy<Value = String> {
    prop_oneof![
        ("[a-z]{1,4}", "[0-9]\\.[0-9]").prop_map(|(name, version)| format!("pkg:npm/{name}@{version}")),
        ("[a-z]{1,4}", "[0-9]\\.[0-9]").prop_map(|(name, version)| format!("pkg:npm/%40s/{name}@{version}")),
        ("[a-z]{1,4}", "[0-9]\\.[0-9]")
            .prop_map(|(name, version)| format!("pkg:maven/org.x/{name}@{version}")),
        ("[a-z]{1,4}", "[0-9]")
            .prop_map(|(name, version)| format!("pkg:golang/example.org/{name}@v{version}.0.0")),
        ("[a-z]{1,4}", "[0-9]-[0-9]").prop_map(|(name, version)| format!(
            "pkg:deb/debian/{name}@{version}?arch=amd64&distro=debian-12"
        )),
        "[a-z]{1,4}".prop_map(|name| format!("pkg:generic/{name}")),
    ]
}

fn package() -> impl Strategy<Value = Package> {
    let place = (option::of(0_u32..9), words(), option::of(1_u32..99), option::of(url())).prop_map(
        |(layer, path, line, owner)| Place {
            layer,
            path: path.trim_start_matches('/').into(),
            line,
            owner: owner.map(Into::into),
        },
    );
    let licenses = vec(
        prop_oneof![
            Just("MIT".to_owned()),
            Just("MIT OR Apache-2.0".to_owned()),
            Just("GPL-2.0-only AND (MIT OR ISC)".to_owned()),
            Just("LicenseRef-own".to_owned()),
            words()
        ],
        0..4,
    );
    let hash = ("(sha256|sha1|sha512|md5|crc)", "[0-9a-f]{40}")
        .prop_map(|(algorithm, value)| Hash { algorithm: algorithm.into(), value: value.into() });
    let rest = (
        option::of(words()),
        option::of("[0-9]{1,2}"),
        option::of((words(), option::of(words()))),
        option::of(any::<bool>()),
        btree_set(url(), 0..3),
    );
    (url(), 0..3_u8, 0..3_u8, licenses, vec(place, 0..3), btree_set(hash, 0..3), rest).prop_map(
        |(url, evidence, scope, licenses, places, hashes, (supplier, release, source, direct, needs))| {
            let evidence = [Evidence::Declared, Evidence::Locked, Evidence::Installed][usize::from(evidence)];
            let mut package = Package::new(url.parse().expect("a package URL"), evidence);
            package.scope = [Scope::Runtime, Scope::Optional, Scope::Development][usize::from(scope)];
            for one in licenses.iter().map(|text| license(text)) {
                if !package.licenses.contains(&one) {
                    package.licenses.push(one);
                }
            }
            package.places = places.into_iter().filter(|place| !place.path.is_empty()).collect();
            package.places.sort();
            package.places.dedup();
            package.hashes = hashes;
            package.supplier = supplier;
            package.release = release.map(Into::into);
            package.source = source
                .map(|(name, version)| SourcePackage { name: name.into(), version: version.map(Into::into) });
            package.direct = direct;
            let own = package.url.to_string();
            package.dependencies = needs.into_iter().filter(|need| *need != own).map(Into::into).collect();
            package
        },
    )
}

fn contents() -> impl Strategy<Value = Contents> {
    let distribution = ("[a-z]{2,6}", vec(words(), 0..2), option::of("[0-9]{1,2}"), option::of(words()));
    let distribution = distribution.prop_map(|(id, like, release, title)| Distribution {
        id: id.into(),
        like: like.into_iter().map(Into::into).collect(),
        release: release.map(Into::into),
        title: title.map(Into::into),
        ..Distribution::default()
    });
    let unread = (words(), option::of(0_u32..3), words()).prop_map(|(path, layer, reason)| Unread {
        path: path.into(),
        layer,
        reason,
    });
    (option::of(distribution), vec(package(), 0..6), vec(unread, 0..2), 0_u64..9999).prop_map(
        |(distribution, mut packages, unread, files)| {
            packages.sort_by_key(|package| package.url.to_string());
            packages.dedup_by_key(|package| package.url.to_string());
            Contents { distribution, packages, unread, files }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_contents_come_back(contents in contents(), has_subject in any::<bool>()) {
        let subject = Subject { name: "a folder".into(), ..Subject::default() };
        let bill = Bill { contents, subject: has_subject.then_some(subject), ..Bill::default() };
        for format in Format::ALL {
            let read = again(&bill, format);
            prop_assert_eq!(&read.contents, &bill.contents, "{:?}\n{}", format, write(&bill, format));
        }
    }
}
