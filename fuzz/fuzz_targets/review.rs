//! A review from anywhere: it is a request or an error; whatever is decided is an answer to it. Certificates are
//! described from any bytes.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sekisho_manifest::Budget;
use sekisho_policy::{Bundle, BundleOptions, Material, NoFacts, Scope, Text};
use sekisho_webhook::tls::{Authorities, describe};
use sekisho_webhook::{Limits, answer, review};

const POLICIES: &str = "\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: team}
spec:
  validationFailureAction: Enforce
  rules:
  - name: team
    match: {any: [{resources: {kinds: ['*']}}]}
    validate: {message: say who owns it, pattern: {metadata: {labels: {team: '?*'}}}}
  - name: zone
    match: {any: [{resources: {kinds: ['*']}}]}
    mutate: {patchStrategicMerge: {metadata: {labels: {+(zone): east}}}}
";

static BUNDLE: LazyLock<Bundle> = LazyLock::new(|| {
    let text = Text { path: "p.yaml".into(), bytes: POLICIES.as_bytes().into(), provenance: None };
    Bundle::compile(Material::of_texts(&[text], &Budget::default()), &BundleOptions::default())
});

fuzz_target!(|data: &[u8]| {
    let limits = Limits { body: 1 << 16, ..Limits::default() };
    let _ = describe(data);
    let uid = review::uid(data);
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Authorities::read(text);
    }
    let Ok(request) = review::read(data, &limits) else { return };
    if let Some(uid) = uid {
        assert!(uid.len() <= 128);
    }
    for scope in [Scope::CHANGES, Scope::JUDGES] {
        let decision = BUNDLE.decide(&request, &NoFacts, scope);
        let written = answer::decided(&request.uid, &decision);
        let read: serde_json::Value = serde_json::from_slice(&written).expect("an answer is JSON");
        assert_eq!(read["response"]["uid"], request.uid.as_str());
        assert_eq!(read["response"]["allowed"], decision.refusal.is_none());
    }
});
