//! Bills that tests share.

use std::collections::BTreeSet;

use sekisho_contents::{
    Contents, Distribution, Evidence, Hash, Package, Place, Scope, SourcePackage, Unread, license,
};
use sekisho_sbom::{Analysis, Bill, Flaw, Link, Rating, Subject, SubjectKind, Tool};

pub(crate) fn package(url: &str) -> Package {
    Package::new(url.parse().expect(url), Evidence::Installed)
}

/// A bill in which everything that the model has occurs.
pub(crate) fn bill() -> Bill {
    let mut libc = package("pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12");
    libc.analyzer = "dpkg".into();
    libc.release = Some("12".into());
    libc.source = Some(SourcePackage { name: "glibc".into(), version: None });
    libc.licenses = vec![license("LGPL-2.1-or-later"), license("GPL-2.0-only WITH Classpath-exception-2.0")];
    libc.supplier = Some("GNU Libc Maintainers <debian-glibc@lists.debian.org>".into());
    libc.places =
        vec![Place { layer: Some(0), path: "var/lib/dpkg/status".into(), line: Some(17), owner: None }];
    let mut odd = package("pkg:npm/%40scope/odd@1.0.0");
    odd.analyzer = "node-package".into();
    odd.licenses = vec![license("see LICENSE in <file>"), license("MIT OR Apache-2.0")];
    odd.places = vec![Place {
        layer: Some(1),
        path: "usr/lib/a=b/package.json".into(),
        line: None,
        owner: Some(libc.url.to_string().into()),
    }];
    odd.dependencies = BTreeSet::from(["pkg:npm/leaf@2.0.0".into(), "pkg:npm/elsewhere@1".into()]);
    odd.direct = Some(true);
    let mut leaf = package("pkg:npm/leaf@2.0.0");
    leaf.analyzer = "npm-lock".into();
    leaf.evidence = Evidence::Locked;
    leaf.scope = Scope::Development;
    leaf.direct = Some(false);
    leaf.licenses = vec![license("MIT")];
    leaf.hashes = [
        "sha256:".to_owned() + &"ab".repeat(32),
        "sha1:".to_owned() + &"12".repeat(20),
        "crc32:0a".to_owned(),
    ]
    .iter()
    .map(|text| text.split_once(':').expect("a digest"))
    .map(|(algorithm, value)| Hash { algorithm: algorithm.into(), value: value.into() })
    .collect();
    leaf.places =
        vec![Place { layer: None, path: "app/package-lock.json".into(), line: Some(3), owner: None }];
    let mut optional = package("pkg:pypi/extra@1.0");
    optional.scope = Scope::Optional;
    optional.evidence = Evidence::Declared;
    let contents = Contents {
        distribution: Some(Distribution {
            id: "debian".into(),
            like: vec!["linux".into(), "unix".into()],
            release: Some("12".into()),
            codename: Some("bookworm".into()),
            title: Some("Debian GNU/Linux 12 (bookworm)".into()),
            variant: None,
        }),
        packages: vec![libc, odd, leaf, optional],
        unread: vec![Unread {
            path: "opt/a.jar".into(),
            layer: Some(1),
            reason: "is no archive:\nit ends".into(),
        }],
        files: 4711,
    };
    let subject = Subject {
        kind: SubjectKind::Image,
        name: "registry.example/team/shop:1.2".into(),
        version: Some(format!("sha256:{}", "0f".repeat(32))),
        url: format!("pkg:oci/shop@sha256%3A{}?repository_url=registry.example/team/shop", "0f".repeat(32))
            .parse()
            .ok(),
        digest: Some(format!("sha256:{}", "0f".repeat(32))),
        identifier: Some(format!("sha256:{}", "1e".repeat(32))),
        tags: vec!["registry.example/team/shop:1.2".into()],
        layers: vec![format!("sha256:{}", "2d".repeat(32)), format!("sha256:{}", "3c".repeat(32))],
        platform: Some("linux/arm64".into()),
        reference: None,
    };
    let mut bill = Bill::of(contents, subject);
    bill.tools = vec![Tool { vendor: None, name: "sekisho".into(), version: Some("0.1.0".into()) }];
    bill.contents.packages.sort_by_key(|package| package.url.to_string());
    let detail = bill.details.entry("pkg:npm/%40scope/odd@1.0.0".into()).or_default();
    detail.cpes =
        vec!["cpe:2.3:a:odd:odd:1.0.0:*:*:*:*:*:*:*".into(), "cpe:2.3:a:o:odd:1.0.0:*:*:*:*:*:*:*".into()];
    detail.description = Some("Something <odd> & \"quoted\"".into());
    detail.links = vec![Link { kind: "website".into(), address: "https://example.org/odd".into() }];
    bill
}

/// The same with what is wrong with it, which only CycloneDX says.
pub(crate) fn flawed() -> Bill {
    let mut bill = bill();
    bill.flaws = vec![Flaw {
        id: "CVE-2024-1234".into(),
        source: Some(Tool { name: "NVD".into(), vendor: Some("https://nvd.nist.gov".into()), version: None }),
        aliases: vec!["GHSA-aaaa-bbbb-cccc".into()],
        ratings: vec![Rating {
            severity: "high".into(),
            score: Some(75),
            method: Some("CVSSv31".into()),
            vector: Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H".into()),
        }],
        description: Some("It falls over".into()),
        recommendation: Some("upgrade `leaf` to 2.0.1".into()),
        published: Some("2024-01-02T03:04:05Z".into()),
        affects: vec!["pkg:npm/leaf@2.0.0".into()],
        analysis: Some(Analysis {
            state: Some("not_affected".into()),
            justification: Some("code_not_reachable".into()),
            detail: Some("nobody calls it".into()),
        }),
        foreign: Vec::new(),
    }];
    bill
}
