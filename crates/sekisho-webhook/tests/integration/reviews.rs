//! What the API server sends, and what callers send who are none.

use sekisho_webhook::{Limits, review};

use crate::peer::{WITH, WITHOUT, Wanted, Webhook, parsed, review as creation, review_of};

#[test]
fn a_refusal_echoes_the_uid_and_has_a_status() {
    let webhook = Webhook::start(Wanted::default());
    let response = webhook.review("/validate/fail", &creation(WITHOUT));
    assert_eq!(response.str("uid"), "0f3a-17");
    assert!(response.is_false("allowed"));
    let status = response.get("status").expect("a status");
    assert_eq!(status.get("code").and_then(sekisho_manifest::Node::as_i64), Some(403));
    assert_eq!(status.str("reason"), "Forbidden");
    assert!(status.str("message").contains("say who owns it"), "{}", status.str("message"));
    assert!(
        status.str("message").contains("(ClusterPolicy team, policies.yaml:"),
        "{}",
        status.str("message")
    );
}

#[test]
fn each_path_asks_the_policies_of_its_class() {
    let webhook = Webhook::start(Wanted::default());
    let closed = webhook.review("/validate/fail", &creation(WITH));
    assert!(closed.is_true("allowed") && closed.get("warnings").is_none());
    let open = webhook.review("/validate/ignore", &creation(WITH));
    assert!(open.is_true("allowed"));
    let warning = open.strings("warnings").next().expect("a warning").to_owned();
    assert!(warning.starts_with("it is forbidden (ValidatingAdmissionPolicy lenient"), "{warning}");
    let recorded = open.get("auditAnnotations").expect("annotations").str("violations").to_owned();
    let recorded = parsed(&format!("{{\"all\":{recorded}}}"));
    assert_eq!(recorded.get("all").expect("a list").items()[0].str("message"), "it is forbidden");
}

#[test]
fn a_patch_names_what_differs_and_nothing_else() {
    let webhook = Webhook::start(Wanted::default());
    let response = webhook.review("/mutate/fail", &creation(WITH));
    assert!(response.is_true("allowed"));
    assert_eq!(response.str("patchType"), "JSONPatch");
    let patch = data_encoding::BASE64.decode(response.str("patch").as_bytes()).expect("base64");
    let patch = String::from_utf8(patch).expect("a text");
    assert_eq!(patch, r#"[{"op":"add","path":"/metadata/labels/zone","value":"east"}]"#);
    let zoned = WITH.replace(r#""team":"a""#, r#""team":"a","zone":"west""#);
    assert!(webhook.review("/mutate/fail", &creation(&zoned)).get("patch").is_none());
    assert!(webhook.review("/mutate/ignore", &creation(WITH)).get("patch").is_none());
}

/// Catalogue 45: a malformed review.
#[test]
fn what_is_no_review_is_an_error_and_never_allowed() {
    let webhook = Webhook::start(Wanted::default());
    let whole = creation(WITHOUT);
    let broken = [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        "{".to_owned(),
        "{}{}".to_owned(),
        whole.replace("admission.k8s.io/v1", "admission.k8s.io/v1beta1"),
        whole.replace("AdmissionReview", "TokenReview"),
        whole.replace("0f3a-17", ""),
        whole.replace("0f3a-17", &"a".repeat(200)),
        whole.replace("CREATE", "BREW"),
        whole.replace("\"request\"", "\"response\""),
        "[".repeat(100_000),
        format!("{{\"a\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000)),
    ];
    for body in broken {
        for path in ["/validate/fail", "/mutate/fail", "/validate/ignore"] {
            let (status, answer) = webhook.post(path, &body);
            assert_eq!(status, 400, "{path} {answer} {}", body.get(..60).unwrap_or(&body));
        }
    }
    // The server goes on.
    assert!(webhook.review("/validate/fail", &whole).is_false("allowed"));
}

#[test]
fn only_posts_of_json_to_known_paths_are_taken() {
    let webhook = Webhook::start(Wanted::default());
    let body = creation(WITHOUT);
    assert_eq!(webhook.post("/", &body).0, 404);
    assert_eq!(webhook.post("/validate/fail/", &body).0, 404);
    assert_eq!(webhook.post("/metrics", &body).0, 404);
    let mut caller = webhook.connect();
    caller.send(b"GET /validate/fail HTTP/1.1\r\nhost: a\r\n\r\n").expect("sent");
    assert_eq!(caller.answer().expect("an answer").0, 405);
    caller.send(b"POST /validate/fail HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\n{}").expect("sent");
    assert_eq!(caller.answer().expect("an answer").0, 415);
}

/// Catalogue 35 and 38: parts of objects, objects that are going, and deletions.
#[test]
fn updates_and_parts_and_deletions_are_reviews_as_well() {
    let webhook = Webhook::start(Wanted::default());
    let update = review_of("UPDATE", "", WITHOUT, WITH);
    assert!(webhook.review("/validate/fail", &update).is_false("allowed"));
    let going = WITHOUT
        .replace(r#""name":"settings""#, r#""name":"settings","deletionTimestamp":"2026-01-01T00:00:00Z""#);
    let update = review_of("UPDATE", "", &going, &going);
    assert_eq!(webhook.review("/validate/fail", &update).str("uid"), "0f3a-17");
    let deletion = review_of("DELETE", "", "null", WITH);
    assert!(webhook.review("/validate/fail", &deletion).is_true("allowed"));
    let part = review_of("UPDATE", "status", WITH, WITH);
    assert!(webhook.review("/validate/fail", &part).is_true("allowed"));
}

#[test]
fn the_uid_of_a_review_is_found_without_reading_it() {
    assert_eq!(review::uid(creation(WITHOUT).as_bytes()).as_deref(), Some("0f3a-17"));
    assert_eq!(review::uid(b"{\"uid\":\"\"}"), None);
    assert_eq!(review::uid(b"{\"uid\":\"a\\\"b\"}"), None);
    assert_eq!(review::uid(b"{\"uid\":\"abc"), None);
    assert_eq!(review::uid("{\"uid\":\"ü\"}".as_bytes()), None);
    let limits = Limits::default();
    assert_eq!(review::read(creation(WITHOUT).as_bytes(), &limits).expect("a review").uid, "0f3a-17");
}
