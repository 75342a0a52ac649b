//! Breaks of glass: what a ConfigMap must say, and how long it holds.

use jiff::Timestamp;
use sekisho_cluster::{BreakGlass, BreakGlassError};
use sekisho_manifest::{Budget, Format, SourceId, load};

fn read(data: &str) -> Result<BreakGlass, BreakGlassError> {
    let text =
        format!("{{metadata: {{name: g, creationTimestamp: '2026-01-01T10:00:00Z'}}, data: {{{data}}}}}");
    let loaded = load(SourceId::default(), &text, Format::Yaml, &Budget::default());
    BreakGlass::read(&loaded.documents.first().expect("a document").root)
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

#[test]
fn it_holds_until_its_end_for_its_namespaces() {
    let glass = read("person: jane, reason: INC-7, until: '2026-01-01T12:00:00Z', namespaces: 'shop, store'");
    let glass = glass.expect("a break of glass");
    assert!(glass.is_open(time("2026-01-01T11:59:59Z")) && !glass.is_open(time("2026-01-01T12:00:00Z")));
    assert!(glass.covers("shop") && glass.covers("store") && !glass.covers("other") && !glass.covers(""));
    let all = read("person: jane, reason: INC-7, until: '2026-01-01T12:00:00Z'").expect("a break of glass");
    assert!(all.covers("shop") && all.covers(""));
}

#[test]
fn who_why_and_until_when_must_be_said() {
    let fault = |data: &str| read(data).expect_err("it breaks nothing").to_string();
    assert_eq!(
        fault("reason: x, until: '2026-01-01T12:00:00Z'"),
        "`g` breaks no glass: its `person` is missing"
    );
    assert_eq!(fault("person: ' ', reason: x, until: x"), "`g` breaks no glass: its `person` is missing");
    assert_eq!(
        fault("person: jane, until: '2026-01-01T12:00:00Z'"),
        "`g` breaks no glass: its `reason` is missing"
    );
    assert!(fault("person: jane, reason: x, until: tomorrow").contains("`tomorrow` is no time"));
    let long = "`g` breaks no glass: it may last 8 hours and no longer";
    assert_eq!(fault("person: jane, reason: x, until: '2026-01-01T18:00:01Z'"), long);
    assert!(read("person: jane, reason: x, until: '2026-01-01T18:00:00Z'").is_ok());
}

#[test]
fn what_is_made_can_be_read() {
    let glass =
        read("person: jane, reason: 'a: b', until: '2026-01-01T12:00:00Z', namespaces: shop").expect("one");
    let mut map = glass.config_map("sekisho");
    map["metadata"]["creationTimestamp"] = "2026-01-01T10:00:00Z".into();
    let loaded = load(SourceId::default(), &map.to_string(), Format::Json, &Budget::default());
    let again = BreakGlass::read(&loaded.documents.first().expect("a document").root);
    assert_eq!(again, Ok(glass));
    assert_eq!(map["metadata"]["labels"]["sekisho/break-glass"], "true");
}
