//! Bills of materials that lie in images and folders.

use crate::support::{Item, image, root, urls};

const REDIS: &[u8] =
    b"SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: redis\n\
    Creator: Tool: vendor\nCreated: 2024-01-01T00:00:00Z\n\nPackageName: redis\nSPDXID: SPDXRef-redis\n\
    PackageVersion: 7.2.4-1\nExternalRef: PACKAGE-MANAGER purl pkg:bitnami/redis@7.2.4-1?arch=amd64\n\
    Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-redis\n";
const WHEEL: &[u8] = br#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
    {"type": "library", "name": "libc", "version": "0.2.1", "purl": "pkg:cargo/libc@0.2.1"},
    {"type": "library", "name": "vendored", "version": "1"}]}"#;
const APK: &[u8] = b"P:busybox\nV:1.36.1-r5\nA:x86_64\n\n";
const RELEASE: &[u8] = b"ID=wolfi\nVERSION_ID=20230201\n";
const BUSYBOX: &[u8] =
    br#"{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "busybox", "packages": [
    {"SPDXID": "SPDXRef-b", "name": "busybox", "versionInfo": "1.36.1-r5", "externalRefs": [
        {"referenceType": "purl", "referenceLocator": "pkg:apk/wolfi/busybox@1.36.1-r5?arch=x86_64"}]},
    {"SPDXID": "SPDXRef-s", "name": "busybox", "externalRefs": [
        {"referenceType": "purl", "referenceLocator": "pkg:github/mirror/busybox@1_36_1"}]},
    {"SPDXID": "SPDXRef-e", "name": "extra", "versionInfo": "2-r0", "externalRefs": [
        {"referenceType": "purl", "referenceLocator": "pkg:apk/wolfi/extra@2-r0?arch=x86_64"}]}]}"#;

#[test]
fn bills_give_packages_at_their_own_place() {
    let contents = root(&[
        ("opt/bitnami/redis/.spdx-redis.spdx", REDIS),
        ("usr/lib/python3/x-1.dist-info/sboms/auditwheel.json", WHEEL),
    ]);
    assert_eq!(urls(&contents), ["pkg:bitnami/redis@7.2.4-1?arch=amd64", "pkg:cargo/libc@0.2.1"]);
    assert_eq!(contents.packages[0].places[0].path, "opt/bitnami/redis/.spdx-redis.spdx");
    assert_eq!(contents.packages[0].analyzer, "sbom");
}

#[test]
fn what_another_analyzer_finds_is_there_once() {
    let contents = image(&[
        &[("etc/os-release", Item::File(RELEASE)), ("lib/apk/db/installed", Item::File(APK))],
        &[("var/lib/db/sbom/busybox-1.36.1-r5.spdx.json", Item::File(BUSYBOX))],
    ]);
    assert_eq!(
        urls(&contents),
        [
            "pkg:apk/wolfi/busybox@1.36.1-r5?arch=x86_64&distro=wolfi-20230201",
            "pkg:apk/wolfi/extra@2-r0?arch=x86_64&distro=wolfi-20230201"
        ]
    );
    assert_eq!(contents.packages[0].analyzer, "apk");
    assert_eq!(contents.packages[1].places[0].layer, Some(1));
    assert_eq!(contents.packages[1].release.as_deref(), Some("20230201"));
}

#[test]
fn files_that_are_only_named_so_are_passed_over_and_broken_ones_are_told() {
    let contents = root(&[
        ("a/bom.json", b"{\"parts\": []}"),
        ("b/manifest.spdx", b"a list of screws"),
        ("c/x.cdx.json", b"{\"bomFormat\": \"CycloneDX\", \"specVersion\":"),
    ]);
    assert_eq!(urls(&contents), Vec::<String>::new());
    assert_eq!(contents.unread.len(), 1);
    assert_eq!(contents.unread[0].path, "c/x.cdx.json");
    assert!(contents.unread[0].reason.contains("JSON"), "{}", contents.unread[0].reason);
}
