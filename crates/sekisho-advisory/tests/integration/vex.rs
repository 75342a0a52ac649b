//! VEX in its three formats: what each says, and that it comes back as it was written.

use sekisho_advisory::vex::{Document, Format, Justification, Product, Statement, Status, read, write};
use sekisho_advisory::{AdvisoryError, Budget};

fn parsed(text: &str) -> Document {
    read(text, &Budget::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn product(id: &str, components: &[&str]) -> Product {
    Product {
        id: id.to_owned(),
        versions: None,
        components: components.iter().map(|&component| component.to_owned()).collect(),
    }
}

fn document() -> Document {
    let statement = |vulnerability: &str, status, justification, products| Statement {
        vulnerability: vulnerability.to_owned(),
        aliases: vec!["GHSA-1".to_owned()],
        products,
        status,
        justification,
        impact: String::new(),
        action: String::new(),
        timestamp: None,
    };
    let not_affected = Statement {
        impact: "never called".to_owned(),
        ..statement(
            "CVE-2024-1",
            Status::NotAffected,
            Some(Justification::VulnerableCodeNotInExecutePath),
            vec![product("pkg:npm/a@1", &[]), product("pkg:npm/b@2", &[])],
        )
    };
    let affected = Statement {
        action: "update to 2".to_owned(),
        ..statement("CVE-2024-2", Status::Affected, None, vec![product("pkg:npm/a@1", &[])])
    };
    Document {
        id: "urn:uuid:1".to_owned(),
        author: "Maker".to_owned(),
        timestamp: "2024-01-31T00:00:00Z".to_owned(),
        version: 2,
        statements: vec![
            not_affected,
            affected,
            statement("CVE-2024-3", Status::Fixed, None, vec![product("pkg:npm/b@2", &[])]),
            statement("CVE-2024-4", Status::UnderInvestigation, None, vec![product("pkg:npm/b@2", &[])]),
        ],
    }
}

#[test]
fn every_format_gives_back_what_was_written() {
    let document = document();
    for format in [Format::OpenVex, Format::Csaf, Format::CycloneDx] {
        let text = write(&document, format).unwrap();
        assert_eq!(parsed(&text), document, "{format:?}");
        assert_eq!(write(&parsed(&text), format).unwrap(), text);
    }
}

#[test]
fn components_of_products_are_kept() {
    let mut document = document();
    document.statements.truncate(1);
    document.statements[0].products = vec![product("pkg:oci/image@sha256%3Aa", &["pkg:npm/a@1"])];
    for format in [Format::OpenVex, Format::Csaf] {
        assert_eq!(parsed(&write(&document, format).unwrap()), document, "{format:?}");
    }
    // CycloneDX speaks of the components themselves.
    let read = parsed(&write(&document, Format::CycloneDx).unwrap());
    assert_eq!(read.statements[0].products, [product("pkg:npm/a@1", &[])]);
}

#[test]
fn openvex_is_read_in_both_editions() {
    let text = r#"{"@context": "https://openvex.dev/ns", "@id": "x", "author": "a", "version": "3",
        "statements": [
          {"vulnerability": "CVE-1", "products": ["pkg:npm/a@1"], "status": "fixed"},
          {"vulnerability": {"@id": "https://x/CVE-2", "name": "CVE-2"}, "status": "not_affected",
           "products": [{"@id": "x", "identifiers": {"purl": "pkg:npm/b"}, "subcomponents": [{"@id": "pkg:npm/c"}]}]}]}"#;
    let document = parsed(text);
    assert_eq!(document.version, 3);
    assert_eq!(document.statements[0].products, [product("pkg:npm/a@1", &[])]);
    assert_eq!(document.statements[1].products, [product("pkg:npm/b", &["pkg:npm/c"])]);
}

#[test]
fn csaf_joins_branches_relationships_flags_and_remediations() {
    let text = r#"{"document": {"category": "csaf_vex", "publisher": {"name": "Red Hat"},
          "tracking": {"id": "cve-1", "current_release_date": "2024-01-01T00:00:00Z", "version": "4.1"}},
        "product_tree": {"branches": [{"category": "vendor", "name": "Red Hat", "branches": [
            {"category": "product_version", "name": "9", "product": {"product_id": "base", "name": "Base",
              "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:9"}}},
            {"category": "product_version_range", "name": "vers:rpm/<2", "product": {"product_id": "curl", "name": "curl",
              "product_identification_helper": {"purl": "pkg:rpm/redhat/curl"}}}]}],
          "relationships": [{"category": "default_component_of", "product_reference": "curl",
            "relates_to_product_reference": "base", "full_product_name": {"product_id": "base:curl", "name": "x"}}]},
        "vulnerabilities": [{"cve": "CVE-1",
          "product_status": {"known_not_affected": ["base:curl"], "known_affected": ["base"]},
          "flags": [{"label": "component_not_present", "product_ids": ["base:curl"]}],
          "remediations": [{"category": "no_fix_planned", "details": "Will not fix", "product_ids": ["base"]}]}]}"#;
    let document = parsed(text);
    assert_eq!((document.author.as_str(), document.version), ("Red Hat", 4));
    let [not_affected, affected] = &document.statements[..] else { panic!("two statements") };
    assert_eq!(not_affected.justification, Some(Justification::ComponentNotPresent));
    let part = &not_affected.products[0];
    assert_eq!(part.id, "cpe:/o:redhat:enterprise_linux:9");
    assert_eq!(
        (part.components.as_slice(), part.versions.as_deref()),
        (&["pkg:rpm/redhat/curl".to_owned()][..], Some("vers:rpm/<2"))
    );
    assert_eq!((affected.status, affected.action.as_str()), (Status::Affected, "Will not fix"));
}

#[test]
fn cyclonedx_follows_references_and_versions() {
    let text = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "components": [{"bom-ref": "r1", "purl": "pkg:npm/a@1", "components": [{"bom-ref": "r2", "purl": "pkg:npm/b"}]}],
        "vulnerabilities": [
          {"id": "CVE-1", "analysis": {"state": "false_positive", "justification": "code_not_reachable"},
           "affects": [{"ref": "urn:cdx:f08a6ccd/1#r1"},
                       {"ref": "r2", "versions": [{"version": "2"}, {"range": "vers:npm/<1"}]}]},
          {"id": "CVE-2", "affects": [{"ref": "r1"}]}]}"#;
    let document = parsed(text);
    assert_eq!(document.statements.len(), 1);
    let ranged = Product { versions: Some("vers:npm/<1".to_owned()), ..product("pkg:npm/b", &[]) };
    let wanted = [product("pkg:npm/a@1", &[]), product("pkg:npm/b@2", &[]), ranged];
    assert_eq!(document.statements[0].products, wanted);
    assert_eq!(document.statements[0].status, Status::NotAffected);
}

#[test]
fn what_is_no_vex_is_an_error() {
    let error = |text: &str| read(text, &Budget::default()).unwrap_err();
    assert!(matches!(error("{}"), AdvisoryError::Unknown(_)));
    assert!(matches!(error("["), AdvisoryError::Json(_)));
    let text = r#"{"@context": "https://openvex.dev/ns", "statements": [{"vulnerability": "a", "status": "maybe"}]}"#;
    assert!(matches!(error(text), AdvisoryError::Missing("status")));
    // Branches of branches end at the depth that JSON may have.
    let deep = format!("{}{}", r#"{"document": {}, "product_tree": "#, r#"{"branches": ["#.repeat(10_000));
    assert!(matches!(error(&deep), AdvisoryError::Json(_)));
}
