//! Text in, findings out.

use sekisho_finding::Finding;
use sekisho_inventory::Inventory;
use sekisho_manifest::{Budget, Format, Source, SourceId, load};
use sekisho_posture::{Check, Settings, examine};

/// The settings of the examples: a registry that is trusted, Kubernetes 1.34, and 2026-01-01.
pub(crate) fn settings() -> Settings {
    Settings {
        trusted_registries: vec!["registry.example.com".into()],
        kubernetes_minor: Some(34),
        server_version: None,
        today: Some(20_454),
    }
}

/// The inventory of one Dockerfile.
pub(crate) fn build(text: &str) -> Inventory {
    let dockerfile = sekisho_dockerfile::parse(SourceId(0), text).expect("a Dockerfile");
    let object = dockerfile.object(SourceId(0), "Dockerfile");
    Inventory::new(vec![Source::new("Dockerfile", text)], vec![object], "default")
}

/// The inventory of one text.
pub(crate) fn inventory(text: &str) -> Inventory {
    let loaded = load(SourceId(0), text, Format::Detect, &Budget::default());
    assert!(loaded.errors.is_empty(), "the example does not load: {:?}\n{text}", loaded.errors);
    let objects = loaded.documents.iter().flat_map(sekisho_manifest::Document::objects).collect();
    Inventory::new(vec![Source::new("example.yaml", text)], objects, "default")
}

/// What one check finds in one text.
pub(crate) fn findings(check: &'static Check, text: &str) -> Vec<Finding> {
    examine(&inventory(text), &[check], &settings())
}

/// The check with this slug.
pub(crate) fn check(id: &str) -> &'static Check {
    sekisho_posture::check(id).expect("a check of this slug")
}

/// What one check says of one text.
pub(crate) fn said(check: &'static Check, text: &str) -> Vec<String> {
    findings(check, text).iter().map(|finding| finding.message.to_string()).collect()
}

/// What several checks find in one text.
pub(crate) fn findings_of(slugs: &[&str], text: &str) -> Vec<Finding> {
    let checks: Vec<_> = slugs.iter().map(|slug| check(slug)).collect();
    examine(&inventory(text), &checks, &settings())
}

/// The fenced blocks of a page with this opening line.
pub(crate) fn blocks(page: &str, opening: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        match &mut open {
            None if line == opening => open = Some(String::new()),
            None => {}
            Some(_) if line == "```" => found.extend(open.take()),
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}
