//! Input that nobody vouches for gives an error that says why, and costs no more than its budget.

use sekisho_sbom::{Bill, Budget, Format, SbomError, read, write};

use crate::sample;

fn fails(text: &str) -> SbomError {
    read(text.as_bytes(), &Budget::default()).expect_err(text)
}

#[test]
fn what_is_no_bill_is_told() {
    assert_eq!(fails(""), SbomError::Unrecognized);
    assert_eq!(fails("hello"), SbomError::Unrecognized);
    assert_eq!(fails("{}"), SbomError::Unrecognized);
    assert_eq!(fails("<html></html>"), SbomError::Unrecognized);
    assert_eq!(read(&[0xff, 0xff, 0x00], &Budget::default()), Err(SbomError::NoText));
    assert_eq!(read(&[0xff, 0xfe, 0x00], &Budget::default()), Err(SbomError::NoText));
    assert!(matches!(fails("{\"bomFormat\": \"CycloneDX\","), SbomError::Syntax { format: "JSON", .. }));
    assert_eq!(fails("<rdf:RDF xmlns:rdf=\"x\"/>"), SbomError::Serialization("SPDX as RDF"));
}

#[test]
fn versions_that_are_not_known_are_told() {
    let cyclonedx = fails("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"2.0\", \"components\": []}");
    assert_eq!(cyclonedx.to_string(), "version `2.0` of CycloneDX is not known: use 1.0 to 1.7");
    let spdx = fails("{\"spdxVersion\": \"SPDX-9.1\"}");
    assert_eq!(spdx.to_string(), "version `SPDX-9.1` of SPDX is not known: use 2.0 to 2.3, or 3.0");
    assert!(Format::CycloneDxJson(6).in_version("1.3").is_err());
    assert_eq!(Format::SpdxJson(3).in_version("2.2"), Ok(Format::SpdxJson(2)));
}

#[test]
fn entities_are_refused() {
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE bom [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n\
                <bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><components>&b;</components></bom>";
    assert_eq!(fails(bomb), SbomError::DocumentType(2));
}

#[test]
fn nesting_has_an_end() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    let json = format!(
        "{{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", \"components\": {}}}",
        deep("[", "]")
    );
    assert!(matches!(fails(&json), SbomError::Syntax { format: "JSON", .. }));
    let xml = format!("<bom>{}</bom>", deep("<components>", "</components>"));
    assert_eq!(fails(&xml), SbomError::Limit { what: "levels", limit: 100 });
}

#[test]
fn counts_have_an_end() {
    let budget = Budget { packages: 2, ..Budget::default() };
    for format in Format::ALL {
        let text = write(&sample::bill(), format);
        assert_eq!(
            read(text.as_bytes(), &budget),
            Err(SbomError::Limit { what: "packages", limit: 2 }),
            "{format:?}"
        );
    }
    let budget = Budget { bytes: 10, ..Budget::default() };
    assert_eq!(read(b"{\"bomFormat\": 1}", &budget), Err(SbomError::Limit { what: "bytes", limit: 10 }));
    let budget = Budget { nodes: 3, ..Budget::default() };
    let xml = b"<bom><components><component/><component/></components></bom>";
    assert_eq!(read(xml, &budget), Err(SbomError::Limit { what: "elements", limit: 3 }));
}

#[test]
fn wrong_types_are_passed_over() {
    let texts = [
        r#"{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":7,"components":{"a":1},"dependencies":"x"}"#,
        r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[1,null,{"name":{}},{"name":[],"purl":5}]}"#,
        r#"{"spdxVersion":"SPDX-2.3","packages":[{"name":3,"externalRefs":"no"},7],"relationships":[[]]}"#,
        r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":[]},9,{"type":"software_Package"}]}"#,
    ];
    for text in texts {
        let bill = read(text.as_bytes(), &Budget::default()).expect(text);
        assert_eq!(bill.contents.packages, [], "{text}");
    }
}

#[test]
fn circles_end() {
    let text = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[
        {"type":"library","bom-ref":"a","name":"a","purl":"pkg:npm/a@1","components":[
            {"type":"library","bom-ref":"b","name":"b","purl":"pkg:npm/b@1","components":[
                {"type":"library","bom-ref":"a2","name":"a","purl":"pkg:npm/a@1"}]}]}],
        "dependencies":[{"ref":"a","dependsOn":["b","a","nowhere"]},{"ref":"b","dependsOn":["a"]}]}"#;
    let bill = read(text.as_bytes(), &Budget::default()).expect("a bill");
    assert_eq!(bill.contents.packages.len(), 2);
    for format in Format::ALL {
        let again: Bill = read(write(&bill, format).as_bytes(), &Budget::default()).expect("a bill");
        assert_eq!(again.contents, bill.contents, "{format:?}");
    }
}

#[test]
fn a_text_that_does_not_end_is_told_with_its_line() {
    let text = "SPDXVersion: SPDX-2.3\nPackageName: a\nPackageComment: <text>never";
    assert_eq!(fails(text).to_string(), "the file is no valid tag-value: line 3: its text does not end");
}
