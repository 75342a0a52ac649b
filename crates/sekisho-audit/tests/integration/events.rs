//! What is an event, and what it says.

use sekisho_audit::{AuditError, Stage};
use serde_json::json;

use super::{event, read};

fn verbs(text: &str) -> Vec<Result<String, AuditError>> {
    read(text, |event| event.verb().into_owned()).unwrap()
}

#[test]
fn alone_in_lists_and_in_arrays() {
    let (get, list) = (event(json!({"verb": "get"})), event(json!({"verb": "list"})));
    let both = [Ok("get".to_owned()), Ok("list".to_owned())];
    assert_eq!(verbs(&get.to_string()), both[..1]);
    let together = json!({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [get, list]});
    assert_eq!(verbs(&together.to_string()), both);
    assert_eq!(verbs(&json!([get, list]).to_string()), both);
    assert_eq!(verbs(&json!({"kind": "EventList", "items": []}).to_string()), []);
}

#[test]
fn one_that_is_wrong_does_not_hide_the_others() {
    let list = json!({"kind": "EventList", "items": [{"verb": "get"}, event(json!({"verb": "list"})), 1]});
    assert_eq!(
        verbs(&list.to_string()),
        [Err(AuditError::Time), Ok("list".to_owned()), Err(AuditError::Time)]
    );
}

#[test]
fn older_versions_have_the_same_shape() {
    for version in ["audit.k8s.io/v1", "audit.k8s.io/v1beta1", "audit.k8s.io/v1alpha1"] {
        assert_eq!(
            verbs(&event(json!({"apiVersion": version, "verb": "get"})).to_string()),
            [Ok("get".to_owned())]
        );
    }
    for version in ["audit.k8s.io/v2", "v1", "apps/v1", ""] {
        let found = verbs(&event(json!({"apiVersion": version})).to_string());
        assert_eq!(found, [Err(AuditError::Version(version.to_owned()))]);
    }
    let error = AuditError::Version("audit.k8s.io/v2".to_owned());
    assert_eq!(
        error.to_string(),
        "audit events of `audit.k8s.io/v2` cannot be read: have the API server write `audit.k8s.io/v1`"
    );
}

#[test]
fn what_is_no_event() {
    for text in ["{}", "[]", "1", "null", r#"{"kind":"Pod","apiVersion":"v1"}"#, r#"{"kind":5}"#] {
        let found = verbs(text);
        assert!(found.is_empty() == (text == "[]"), "{text}");
        assert!(found.iter().all(|found| *found == Err(AuditError::Kind)), "{text}: {found:?}");
    }
    for time in ["", "yesterday", "2026-13-01T00:00:00Z", "2026-01-01T25:00:00Z"] {
        assert_eq!(
            verbs(&event(json!({"stageTimestamp": time})).to_string()),
            [Err(AuditError::Time)],
            "{time}"
        );
    }
}

#[test]
fn times() {
    let time = |text: &str| {
        read(&event(json!({"stageTimestamp": text})).to_string(), |event| event.time())
            .unwrap()
            .remove(0)
            .unwrap()
    };
    assert_eq!(time("1970-01-01T00:00:01Z"), 1_000_000_000);
    assert_eq!(time("2018-10-26T13:13:03.544952Z"), 1_540_559_583_544_952_000);
    // Ways of writing that are not those of the API server go another way and mean the same.
    assert_eq!(time("2018-10-26T15:13:03.544952+02:00"), 1_540_559_583_544_952_000);
    for (year, month, day) in
        (1970..2110).flat_map(|year| (1..=12).map(move |month| (year, month, 1 + year % 28)))
    {
        let date = format!("{year:04}-{month:02}-{day:02}T01:02:03");
        assert_eq!(time(&format!("{date}.5Z")), time(&format!("{date}.500+00:00")), "{date}");
    }
}

#[test]
fn what_it_says() {
    let text = event(json!({
        "user": {"username": "jane", "groups": ["dev", "system:authenticated"]},
        "impersonatedUser": {"username": "root", "groups": ["system:masters"]},
        "objectRef": {"resource": "pods", "subresource": "exec", "namespace": "shop", "name": "cart", "apiVersion": "v1"},
        "responseStatus": {"code": 101},
        "annotations": {"authorization.k8s.io/decision": "allow"},
    }));
    read(&text.to_string(), |event| {
        assert_eq!(event.user(), "jane");
        assert_eq!(event.groups(), ["dev", "system:authenticated"]);
        let (user, groups) = event.impersonated().unwrap();
        assert_eq!((user.as_ref(), groups.len()), ("root", 1));
        let object = event.object().unwrap();
        assert_eq!((object.resource.as_ref(), object.subresource.as_ref()), ("pods", "exec"));
        assert_eq!((object.group.as_ref(), object.namespace.as_ref()), ("", "shop"));
        assert_eq!(event.code(), Some(101));
        assert_eq!(event.stage(), Some(Stage::ResponseComplete));
        assert_eq!(event.annotation("authorization.k8s.io/decision").as_deref(), Some("allow"));
        assert_eq!(event.id(), "0001");
    })
    .unwrap();
}
