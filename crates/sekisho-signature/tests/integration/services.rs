//! Signing configurations: who is asked, and when.

use jiff::Timestamp;
use sekisho_signature::signing_config::{Service, SigningConfig, SigningConfigError};
use serde_json::{Value, json};

fn now() -> Timestamp {
    "2026-06-01T00:00:00Z".parse().unwrap()
}

fn service(url: &str, version: u64, operator: &str, start: &str, end: Option<&str>) -> Value {
    let mut span = json!({ "start": start });
    if let Some(end) = end {
        span["end"] = end.into();
    }
    json!({ "url": url, "majorApiVersion": version, "validFor": span, "operator": operator })
}

fn config(logs: &[Value], choice: Value) -> Result<SigningConfig, SigningConfigError> {
    let document = json!({
        "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
        "caUrls": [
            service("https://old", 1, "a", "2020-01-01T00:00:00Z", Some("2026-01-01T00:00:00Z")),
            service("https://new", 1, "a", "2026-01-01T00:00:00Z", None),
            service("https://future", 1, "a", "2027-01-01T00:00:00Z", None),
            service("https://strange", 9, "a", "2026-02-01T00:00:00Z", None),
        ],
        "rekorTlogUrls": logs,
        "rekorTlogConfig": choice,
    });
    SigningConfig::of_json(&document.to_string())
}

fn urls(config: &SigningConfig) -> Vec<&str> {
    config.logs(&[1, 2], now()).unwrap().into_iter().map(|one: &Service| one.url.as_str()).collect()
}

#[test]
fn the_authority_that_counts_now_is_asked() {
    let config = config(&[], json!({})).unwrap();
    assert_eq!(config.authority(now()).unwrap().url, "https://new");
    assert!(config.logs(&[1, 2], now()).unwrap().is_empty());
    assert!(config.authority("2019-01-01T00:00:00Z".parse().unwrap()).is_err());
}

/// Of each operator one, of the newest version that is spoken and of no older one.
#[test]
fn as_many_logs_are_asked_as_it_says() {
    let start = "2025-01-01T00:00:00Z";
    let logs = [
        service("https://one", 1, "a", start, None),
        service("https://two", 2, "a", start, None),
        service("https://newer", 2, "a", "2026-01-01T00:00:00Z", None),
        service("https://other", 2, "b", start, None),
        service("https://third", 3, "c", start, None),
    ];
    assert_eq!(
        urls(&config(&logs, json!({ "selector": "ALL" })).unwrap()),
        ["https://newer", "https://other"]
    );
    assert_eq!(urls(&config(&logs, json!({ "selector": "ANY" })).unwrap()), ["https://newer"]);
    let exact = |count: usize| config(&logs, json!({ "selector": "EXACT", "count": count })).unwrap();
    assert_eq!(urls(&exact(2)).len(), 2);
    let error = exact(3).logs(&[1, 2], now()).unwrap_err();
    assert_eq!(error, SigningConfigError::TooFew { what: "logs", found: 2, needed: 3 });
    for choice in [json!({}), json!({ "selector": "EXACT" }), json!({ "selector": "SOME" })] {
        assert_eq!(config(&logs, choice).unwrap_err(), SigningConfigError::Choice("logs"));
    }
}

#[test]
fn another_document_is_none() {
    let older = r#"{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.1+json"}"#;
    assert!(matches!(SigningConfig::of_json(older), Err(SigningConfigError::MediaType(_))));
    assert!(matches!(SigningConfig::of_json("{}"), Err(SigningConfigError::Syntax(_))));
}
