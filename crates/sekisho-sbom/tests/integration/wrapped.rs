//! Attestations.

use sekisho_sbom::{Budget, Format, SbomError, read, write};

use crate::sample;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(text: &str) -> String {
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits =
            chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * place) & 63) as usize];
            encoded.push(if place > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    encoded
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn statement(predicate: &str) -> String {
    format!(
        "{{\"_type\": \"https://in-toto.io/Statement/v0.1\", \"predicateType\": \"https://cyclonedx.org/bom\", \
         \"subject\": [], \"predicate\": {predicate}}}"
    )
}

#[test]
fn every_wrapping_is_undone() {
    let bill = sample::bill();
    for format in [Format::CycloneDxJson(6), Format::SpdxJson(3), Format::Spdx3] {
        let plain = write(&bill, format);
        let statement = statement(&plain);
        let envelope = format!(
            "{{\"payloadType\": \"application/vnd.in-toto+json\", \"payload\": \"{}\", \"signatures\": []}}",
            base64(&statement)
        );
        let bundle = format!(
            "{{\"mediaType\": \"application/vnd.dev.sigstore.bundle.v0.3+json\", \"dsseEnvelope\": {envelope}}}"
        );
        let wrapped = self::statement(&format!("{{\"Data\": {}, \"Timestamp\": \"\"}}", quoted(&plain)));
        let held = self::statement(&format!("{{\"Data\": {plain}}}"));
        for text in
            [statement.clone(), envelope.clone(), bundle, wrapped, held, format!("{envelope}\n{envelope}\n")]
        {
            let read = read(text.as_bytes(), &Budget::default()).expect("a bill");
            assert_eq!(read.contents, bill.contents, "{format:?}");
        }
    }
}

#[test]
fn an_attestation_of_something_else_is_told() {
    let text = statement("{\"builder\": {}}").replace("cyclonedx.org/bom", "slsa.dev/provenance/v1");
    let error = read(text.as_bytes(), &Budget::default()).expect_err("no bill");
    assert_eq!(error, SbomError::Predicate("https://slsa.dev/provenance/v1".into()));
    let broken = "{\"payloadType\": \"x\", \"payload\": \"%%%\"}";
    assert_eq!(
        read(broken.as_bytes(), &Budget::default()).expect_err("no bill").to_string(),
        "the attestation cannot be unwrapped: its payload is no base 64"
    );
}

#[test]
fn of_several_attestations_the_one_with_a_bill_is_read() {
    let other = statement("{\"builder\": {}}");
    let text = format!("{other}\n{}\n", statement(&write(&sample::bill(), Format::CycloneDxJson(5))));
    assert_eq!(read(text.as_bytes(), &Budget::default()).expect("a bill").contents, sample::bill().contents);
}
