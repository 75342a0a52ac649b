//! Archives of Java, archives within them, and archives that mean harm.

use std::io::Write;

use sekisho_package::{Budget, Entry, Kind, LayerScan, Streamed, merge};

use crate::support::{root, urls};

/// An archive of files that are not packed.
pub(crate) fn jar(files: &[(&str, &[u8])]) -> Vec<u8> {
    archive(files, 0)
}

/// An archive of packed files.
fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    archive(files, 8)
}

fn archive(files: &[(&str, &[u8])], method: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut directory = Vec::new();
    for (name, content) in files {
        let data = if method == 0 {
            content.to_vec()
        } else {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(content).expect("memory takes all");
            encoder.finish().expect("memory takes all")
        };
        let at = u32::try_from(bytes.len()).expect("small");
        let sizes = [data.len(), content.len()].map(|size| u32::try_from(size).expect("small").to_le_bytes());
        let name_length = u16::try_from(name.len()).expect("small").to_le_bytes();
        let common =
            [&method.to_le_bytes()[..], &[0; 8], &sizes[0], &sizes[1], &name_length, &[0; 2]].concat();
        bytes.extend([b"PK\x03\x04", &[20, 0, 0, 0][..], &common, name.as_bytes(), &data].concat());
        let places = [&[0; 10][..], &at.to_le_bytes()].concat();
        directory
            .extend([b"PK\x01\x02", &[20, 0, 20, 0, 0, 0][..], &common, &places, name.as_bytes()].concat());
    }
    let start = u32::try_from(bytes.len()).expect("small").to_le_bytes();
    let length = u32::try_from(directory.len()).expect("small").to_le_bytes();
    let count = u16::try_from(files.len()).expect("small").to_le_bytes();
    bytes.extend([&directory[..], b"PK\x05\x06", &[0; 4], &count, &count, &length, &start, &[0; 2]].concat());
    bytes
}

fn properties(group: &str, artifact: &str, version: &str) -> Vec<u8> {
    format!("#Created by Maven\nversion={version}\r\ngroupId={group}\nartifactId={artifact}\n").into_bytes()
}

#[test]
fn maven_s_properties_name_an_artifact_and_those_shaded_into_it() {
    let (own, shaded) = (properties("org.a", "own", "1.0"), properties("org.b", "shaded", "2.0"));
    let bytes = packed(&[
        (
            "META-INF/MANIFEST.MF",
            b"Manifest-Version: 1.0\r\nBundle-License: Apache-\r\n 2.0\r\n\r\nName: x\r\n",
        ),
        ("META-INF/maven/org.b/shaded/pom.properties", &shaded),
        ("META-INF/maven/org.a/own/pom.properties", &own),
    ]);
    let contents = root(&[("app/own-1.0.jar", &bytes)]);
    assert_eq!(urls(&contents), ["pkg:maven/org.a/own@1.0", "pkg:maven/org.b/shaded@2.0"]);
    assert_eq!(contents.packages[0].licenses[0].text(), "Apache-2.0");
    assert_eq!(contents.packages[0].dependencies.len(), 1);
    assert_eq!(contents.packages[0].places[0].path, "app/own-1.0.jar");
}

#[test]
fn coordinates_that_stand_elsewhere_count_and_other_models_do_not() {
    let model =
        b"<project><groupId>g</groupId><artifactId>template</artifactId><version>1</version></project>";
    let bytes = packed(&[("pom.properties", &properties("g", "moved", "1.0")), ("templates/pom.xml", model)]);
    assert_eq!(urls(&root(&[("app/all.jar", &bytes)])), ["pkg:maven/g/moved@1.0"]);
}

#[test]
fn archives_within_archives_are_read_packed_or_not_and_behind_a_script() {
    let inner = packed(&[("META-INF/maven/g/inner/pom.properties", &properties("g", "inner", "1"))]);
    let middle = jar(&[
        ("lib/inner-1.jar", &inner),
        ("META-INF/maven/g/mid/pom.properties", &properties("g", "mid", "2")),
    ]);
    for outer in [jar(&[("WEB-INF/lib/mid.jar", &middle)]), packed(&[("WEB-INF/lib/mid.jar", &middle)])] {
        let with_script = [b"#!/bin/sh\nexec java -jar $0\n", &outer[..]].concat();
        for bytes in [outer, with_script] {
            let contents = root(&[("srv/app.war", &bytes)]);
            assert_eq!(urls(&contents), ["pkg:maven/g/inner@1", "pkg:maven/g/mid@2"]);
            assert_eq!(
                contents.packages[0].places[0].path,
                "srv/app.war!/WEB-INF/lib/mid.jar!/lib/inner-1.jar"
            );
            assert!(contents.unread.is_empty(), "{:?}", contents.unread);
        }
    }
}

#[test]
fn without_properties_the_model_the_manifest_and_the_name_of_the_file_count() {
    let model =
        b"<?xml version='1.0'?><project><!-- <version>0</version> --><parent><groupId>org.p</groupId>\
        <version>3</version></parent><artifactId>m</artifactId><dependencies><dependency><groupId>x</groupId>\
        <artifactId>y</artifactId><version>9</version></dependency></dependencies></project>";
    let cases: [(&str, Vec<u8>, &[&str]); 5] = [
        ("m.jar", jar(&[("META-INF/maven/org.p/m/pom.xml", model)]), &["pkg:maven/org.p/m@3"]),
        (
            "bundle-core-1.5.jar",
            jar(&[(
                "META-INF/MANIFEST.MF",
                b"Bundle-SymbolicName: org.x.bundle-core;singleton:=true\nBundle-Version: 1.5.0\n",
            )]),
            &["pkg:maven/org.x/bundle-core@1.5"],
        ),
        (
            "tool.jar",
            jar(&[("META-INF/MANIFEST.MF", b"Implementation-Version: 4.2\n")]),
            &["pkg:maven/tool@4.2"],
        ),
        ("nothing.jar", jar(&[("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n")]), &[]),
        ("agent-spring-1.0.jar", jar(&[("META-INF/MANIFEST.MF", b"Weave-Classes: a.b\n")]), &[]),
    ];
    for (name, bytes, expected) in cases {
        let contents = root(&[(name, &bytes)]);
        assert_eq!(urls(&contents), expected, "{name}");
    }
}

fn unread(bytes: &[u8], budget: Budget) -> Vec<String> {
    let mut scan = LayerScan::root(budget);
    let entry = Entry { path: "a.jar", kind: Kind::File, mode: 0o644, size: bytes.len() as u64 };
    scan.entry(&entry, &mut Streamed(bytes), &mut []).expect("the scan goes on");
    merge(&[&scan.finish()]).contents.unread.into_iter().map(|unread| unread.reason).collect()
}

#[test]
fn archives_that_unpack_to_more_than_the_budget_or_never_end_are_named() {
    let zeros = vec![0; 4 << 20];
    let bomb = packed(&[("a.jar", &zeros), ("b.jar", &zeros), ("c.jar", &zeros)]);
    assert!(bomb.len() < 1 << 20);
    let reasons = unread(&bomb, Budget { unpacked: 6 << 20, ..Budget::default() });
    assert!(reasons.iter().any(|reason| reason.contains("6291456 bytes once it is unpacked")), "{reasons:?}");
    let text = vec![b'x'; 5 << 20];
    let reasons = unread(&packed(&[("META-INF/MANIFEST.MF", &text)]), Budget::default());
    assert!(reasons.iter().any(|reason| reason.contains("4194304 bytes once it is unpacked")), "{reasons:?}");
    let mut nested = jar(&[]);
    for _ in 0..8 {
        nested = jar(&[("n.jar", &nested)]);
    }
    let reasons = unread(&nested, Budget::default());
    assert!(reasons.iter().any(|reason| reason.contains("archives in one another")), "{reasons:?}");
}

#[test]
fn damaged_archives_do_not_stop_the_scan() {
    let whole = packed(&[("META-INF/maven/g/a/pom.properties", &properties("g", "a", "1"))]);
    for length in 0..whole.len() {
        unread(&whole[..length], Budget::default());
    }
    for at in 0..whole.len() {
        let mut broken = whole.clone();
        broken[at] ^= 0xff;
        unread(&broken, Budget::default());
    }
    assert_eq!(unread(b"no archive at all", Budget::default()).len(), 1);
}
