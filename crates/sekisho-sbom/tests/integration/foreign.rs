//! Bills as other programs write them.

use sekisho_contents::{License, Place};
use sekisho_sbom::{Bill, Budget, Format, SubjectKind, read, write};

fn of(text: &str) -> Bill {
    read(text.as_bytes(), &Budget::default()).expect("a bill")
}

fn urls(bill: &Bill) -> Vec<String> {
    bill.contents.packages.iter().map(|package| package.url.to_string()).collect()
}

const TRIVY: &str = r#"{
  "bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
  "metadata": {
    "timestamp": "2024-01-01T00:00:00+00:00",
    "tools": {"components": [{"type": "application", "group": "aquasecurity", "name": "trivy", "version": "0.50.0"}]},
    "component": {"bom-ref": "root", "type": "container", "name": "debian:12",
      "purl": "pkg:oci/debian@sha256%3A00?arch=amd64&repository_url=index.docker.io%2Flibrary%2Fdebian",
      "properties": [{"name": "aquasecurity:trivy:DiffID", "value": "sha256:aa"},
                     {"name": "aquasecurity:trivy:DiffID", "value": "sha256:bb"},
                     {"name": "aquasecurity:trivy:ImageID", "value": "sha256:cc"},
                     {"name": "aquasecurity:trivy:RepoTag", "value": "debian:12"}]}
  },
  "components": [
    {"bom-ref": "os", "type": "operating-system", "name": "debian", "version": "12.5"},
    {"bom-ref": "lock", "type": "application", "name": "app/package-lock.json",
     "properties": [{"name": "aquasecurity:trivy:Class", "value": "lang-pkgs"}]},
    {"bom-ref": "tar", "type": "library", "name": "tar", "version": "1.34+dfsg-1.2",
     "purl": "pkg:deb/debian/tar@1.34%2Bdfsg-1.2?arch=amd64&distro=debian-12.5&epoch=2",
     "supplier": {"name": "Janos Lenart"}, "licenses": [{"license": {"name": "GPL-3.0-only"}}],
     "properties": [{"name": "aquasecurity:trivy:SrcName", "value": "tar-src"},
                    {"name": "aquasecurity:trivy:SrcVersion", "value": "1.34+dfsg"},
                    {"name": "aquasecurity:trivy:SrcRelease", "value": "1.2"},
                    {"name": "aquasecurity:trivy:SrcEpoch", "value": "2"}]},
    {"bom-ref": "leaf", "type": "library", "name": "leaf", "version": "1.0.0", "purl": "pkg:npm/leaf@1.0.0",
     "properties": [{"name": "aquasecurity:trivy:FilePath", "value": "app/node_modules/leaf/package.json"},
                    {"name": "aquasecurity:trivy:LayerDiffID", "value": "sha256:bb"}]}
  ],
  "dependencies": [{"ref": "root", "dependsOn": ["os", "lock"]}, {"ref": "os", "dependsOn": ["tar"]},
                   {"ref": "lock", "dependsOn": ["leaf"]}, {"ref": "tar", "dependsOn": []}]
}"#;

#[test]
fn trivy_is_understood() {
    let bill = of(TRIVY);
    assert_eq!(
        urls(&bill),
        ["pkg:deb/debian/tar@2:1.34%2Bdfsg-1.2?arch=amd64&distro=debian-12.5", "pkg:npm/leaf@1.0.0"]
    );
    let [tar, leaf] = &bill.contents.packages[..] else { panic!("two packages") };
    let source = tar.source.as_ref().expect("a source");
    assert_eq!((source.name.as_str(), source.version.as_deref()), ("tar-src", Some("2:1.34+dfsg-1.2")));
    assert_eq!(tar.release.as_deref(), Some("12.5"));
    assert_eq!(tar.licenses, [License::Expression("GPL-3.0-only".into())]);
    let place =
        Place { layer: Some(1), path: "app/node_modules/leaf/package.json".into(), line: None, owner: None };
    assert_eq!(leaf.places, [place]);
    let subject = bill.subject.expect("a subject");
    assert_eq!(subject.kind, SubjectKind::Image);
    assert_eq!(subject.layers, ["sha256:aa", "sha256:bb"]);
    assert_eq!(subject.identifier.as_deref(), Some("sha256:cc"));
    assert_eq!(bill.contents.distribution.expect("a system").release.as_deref(), Some("12.5"));
    assert_eq!(bill.others, 1);
}

#[test]
fn syft_is_understood() {
    let bill = of(r#"{
      "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
      "metadata": {"component": {"bom-ref": "x", "type": "file", "name": "/rootfs"}},
      "components": [
        {"bom-ref": "pkg:apk/alpine/busybox@1.36.1-r5?package-id=1", "type": "library", "name": "busybox",
         "version": "1.36.1-r5", "publisher": "Sören <s@example.org>",
         "licenses": [{"license": {"id": "GPL-2.0-only"}}], "cpe": "cpe:2.3:a:busybox:busybox:1.36.1-r5:*:*:*:*:*:*:*",
         "purl": "pkg:apk/alpine/busybox@1.36.1-r5?arch=x86_64&distro=alpine-3.19.1",
         "properties": [{"name": "syft:package:foundBy", "value": "apk-db-cataloger"},
                        {"name": "syft:location:0:layerID", "value": "sha256:1"},
                        {"name": "syft:location:0:path", "value": "/lib/apk/db/installed"},
                        {"name": "syft:cpe23", "value": "cpe:2.3:a:x:busybox:1:*:*:*:*:*:*:*"},
                        {"name": "syft:metadata:originPackage", "value": "busybox-src"}]},
        {"bom-ref": "os", "type": "operating-system", "name": "alpine", "version": "3.19.1",
         "properties": [{"name": "syft:distro:prettyName", "value": "Alpine Linux v3.19"}]},
        {"bom-ref": "f", "type": "file", "name": "/bin/busybox"}]
    }"#);
    let [busybox] = &bill.contents.packages[..] else { panic!("one package") };
    assert_eq!(busybox.source.as_ref().map(|source| source.name.as_str()), Some("busybox-src"));
    assert_eq!(busybox.places[0].path, "lib/apk/db/installed");
    assert_eq!(busybox.supplier.as_deref(), Some("Sören <s@example.org>"));
    assert_eq!(bill.details[&*urls(&bill)[0]].cpes.len(), 2);
    let system = bill.contents.distribution.as_ref().expect("a system");
    assert_eq!(system.title.as_deref(), Some("Alpine Linux v3.19"));
    assert_eq!(bill.others, 1);
}

#[test]
fn what_the_model_has_no_place_for_survives_within_a_family() {
    let text = r#"{
      "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
      "metadata": {"lifecycles": [{"phase": "build"}]},
      "components": [
        {"bom-ref": "ref-a", "type": "framework", "name": "a", "version": "1", "purl": "pkg:npm/a@1",
         "pedigree": {"notes": "patched"}, "evidence": {"copyright": [{"text": "me"}]},
         "properties": [{"name": "team", "value": "blue"}]},
        {"bom-ref": "key", "type": "data", "name": "weights"}],
      "services": [{"bom-ref": "s", "name": "api"}],
      "annotations": [{"subjects": ["ref-a"], "annotator": {"individual": {"name": "x"}},
                       "timestamp": "2024-01-01T00:00:00Z", "text": "hello"}]
    }"#;
    let written = write(&of(text), Format::CycloneDxJson(6));
    for kept in [
        "\"lifecycles\"",
        "\"pedigree\"",
        "\"patched\"",
        "\"copyright\"",
        "\"ref-a\"",
        "\"weights\"",
        "\"services\"",
        "\"annotations\"",
        "\"team\"",
        "\"framework\"",
    ] {
        assert!(written.contains(kept), "{kept} in {written}");
    }
    let elsewhere = write(&of(text), Format::SpdxJson(3));
    assert!(!elsewhere.contains("pedigree"), "{elsewhere}");
    assert!(elsewhere.contains("team=blue"), "{elsewhere}");
}

#[test]
fn relations_of_spdx_go_both_ways() {
    let bill = of(r#"{
      "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x",
      "creationInfo": {"created": "2024-01-01T00:00:00Z", "creators": ["Tool: syft-1.18.1", "Organization: Anchore, Inc"]},
      "packages": [
        {"SPDXID": "SPDXRef-root", "name": "root", "primaryPackagePurpose": "CONTAINER"},
        {"SPDXID": "SPDXRef-a", "name": "a", "versionInfo": "1", "supplier": "Person: Jane (jane@example.org)",
         "licenseConcluded": "NOASSERTION", "licenseDeclared": "MIT AND LicenseRef-foo",
         "sourceInfo": "acquired package info from DPKG DB: /var/lib/dpkg/status, /usr/share/doc/a/copyright",
         "checksums": [{"algorithm": "SHA1", "checksumValue": "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"}],
         "externalRefs": [{"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:a:a:1:*:*:*:*:*:*:*"},
                          {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:deb/debian/a@1?distro=debian-12"}]},
        {"SPDXID": "SPDXRef-b", "name": "b", "versionInfo": "2", "externalRefs": [
          {"referenceCategory": "PACKAGE_MANAGER", "referenceType": "purl", "referenceLocator": "pkg:npm/b@2"}]},
        {"SPDXID": "SPDXRef-c", "name": "c", "versionInfo": "3"}],
      "hasExtractedLicensingInfos": [{"licenseId": "LicenseRef-foo", "extractedText": "Do as you like", "name": "Foo"}],
      "relationships": [
        {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-root"},
        {"spdxElementId": "SPDXRef-b", "relationshipType": "DEPENDENCY_OF", "relatedSpdxElement": "SPDXRef-a"},
        {"spdxElementId": "SPDXRef-c", "relationshipType": "DEV_DEPENDENCY_OF", "relatedSpdxElement": "SPDXRef-b"}]
    }"#);
    assert_eq!(urls(&bill), ["pkg:deb/debian/a@1?distro=debian-12", "pkg:generic/c@3", "pkg:npm/b@2"]);
    let [a, c, b] = &bill.contents.packages[..] else { panic!("three packages") };
    assert!(a.dependencies.contains("pkg:npm/b@2"));
    assert!(b.dependencies.contains("pkg:generic/c@3"));
    assert_eq!(c.scope, sekisho_contents::Scope::Development);
    assert_eq!(a.licenses, [License::Expression("MIT".into()), License::Words("Foo".into())]);
    assert_eq!(a.supplier.as_deref(), Some("Jane (jane@example.org)"));
    assert_eq!(a.places.len(), 2);
    assert_eq!(bill.subject.as_ref().map(|subject| subject.name.as_str()), Some("root"));
    assert_eq!(bill.named_only(), 1);
    let tool = &bill.tools[0];
    assert_eq!((tool.name.as_str(), tool.version.as_deref()), ("syft", Some("1.18.1")));
    assert!(
        !write(&bill, Format::CycloneDxJson(6)).contains("\"purl\": \"pkg:generic"),
        "no package URL is made up"
    );
}

#[test]
fn a_package_that_the_document_is_about_is_there() {
    let bill = of(
        "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: redis\n\
                   Creator: Tool: vendor\nCreated: 2024-01-01T00:00:00Z\n\nPackageName: redis\nSPDXID: SPDXRef-redis\n\
                   PackageVersion: 7.2.4-1\nPackageLicenseDeclared: BSD-3-Clause\n\
                   ExternalRef: PACKAGE-MANAGER purl pkg:bitnami/redis@7.2.4-1?arch=amd64\n\
                   PackageComment: <text>two\nlines</text>\n\
                   Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-redis\n",
    );
    assert_eq!(urls(&bill), ["pkg:bitnami/redis@7.2.4-1?arch=amd64"]);
}

#[test]
fn package_urls_that_are_none_are_told() {
    let bill = of(r#"{"bomFormat": "CycloneDX", "specVersion": "1.4", "components": [
        {"type": "library", "name": "a", "version": "1", "purl": "npm/a@1"}, {"type": "library"}]}"#);
    assert_eq!(urls(&bill), ["pkg:generic/a@1"]);
    assert_eq!(
        bill.faults,
        [
            "`a`: `npm/a@1` is no package URL: begin it with `pkg:` and a type",
            "a component has neither a package URL nor a name"
        ]
    );
}

#[test]
fn utf_16_and_yaml_are_read() {
    let text = "spdxVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nname: x\npackages:\n- SPDXID: SPDXRef-a\n  name: yes\n  \
                versionInfo: \"1.10\"\n";
    assert_eq!(urls(&of(text)), ["pkg:generic/yes@1.10"]);
    let wide: Vec<u8> =
        std::iter::once(0xfeff_u16).chain(TRIVY.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&wide, &Budget::default()).expect("a bill").contents, of(TRIVY).contents);
}

#[test]
fn times_are_told_in_utc() {
    let told = |time: &str| {
        of(&format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {{"timestamp": "{time}"}}, "components": []}}"#
        ))
        .created
    };
    assert_eq!(told("2024-03-01T01:30:00.123+02:00").as_deref(), Some("2024-02-29T23:30:00Z"));
    assert_eq!(told("1999-12-31T20:00:59-05:30").as_deref(), Some("2000-01-01T01:30:59Z"));
    assert_eq!(told("2026-01-02T03:04:05Z").as_deref(), Some("2026-01-02T03:04:05Z"));
    for wrong in ["yesterday", "2024-13-01T00:00:00Z", "2024-01-01T00:00:00+99:00", "2024-01-01T00:00:00é"] {
        assert_eq!(told(wrong), None, "{wrong}");
    }
}

#[test]
fn what_a_bill_is_about_is_a_package_once() {
    let bill = of(r#"{"bomFormat": "CycloneDX", "specVersion": "1.6",
        "metadata": {"component": {"bom-ref": "app", "type": "application", "name": "app", "version": "1.0.0",
                                   "purl": "pkg:npm/app@1.0.0"}},
        "components": [{"bom-ref": "a", "type": "library", "name": "a", "purl": "pkg:npm/a@1.0.0"},
                       {"bom-ref": "b", "type": "library", "name": "b", "purl": "pkg:npm/b@1.0.0"}],
        "dependencies": [{"ref": "app", "dependsOn": ["a"]}]}"#);
    assert_eq!(urls(&bill), ["pkg:npm/a@1.0.0", "pkg:npm/app@1.0.0", "pkg:npm/b@1.0.0"]);
    for format in Format::ALL {
        assert_eq!(of(&write(&bill, format)).contents, bill.contents, "{format:?}");
    }
}
