//! What comes over the wire that is no review: too much, too little, too deep, too slow. Nobody is let through for it, and
//! the API server is answered meanwhile. Catalogue 45.

use std::io::Write as _;
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::json;

use super::faults::POLICIES;
use super::{Webhook, certificates, config_map, pod, refuses};

/// Posts bytes as the API server would: the status, and the answer.
fn post(webhook: &Webhook, path: &str, body: &[u8]) -> (String, String) {
    let place = |name: &str| certificates().join(name).display().to_string();
    let mut curl = Command::new("curl")
        .args(["--silent", "--write-out", "\n%{http_code}", "--insecure", "--http1.1", "--max-time", "20"])
        .args(["--header", "content-type: application/json", "--data-binary", "@-"])
        .args(["--cert", &place("apiserver-client.crt"), "--key", &place("apiserver-client.key")])
        .arg(format!("https://{}{path}", webhook.address))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("curl runs");
    // What is too long is not read to its end.
    let _ = curl.stdin.take().expect("an input").write_all(body);
    let output = curl.wait_with_output().expect("curl ends");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (answer, status) = text.rsplit_once('\n').unwrap_or_default();
    (status.to_owned(), answer.to_owned())
}

#[test]
fn what_is_no_review_is_never_let_through() {
    let Some(webhook) = Webhook::start("strangers", POLICIES, &[]) else { return };
    let review = |object: &str| {
        format!(
            "{{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{{\"uid\":\"u\",\"kind\":{{\"group\":\"\",\
             \"version\":\"v1\",\"kind\":\"ConfigMap\"}},\"resource\":{{\"group\":\"\",\"version\":\"v1\",\"resource\":\"configmaps\"}},\
             \"namespace\":\"default\",\"operation\":\"CREATE\",\"userInfo\":{{}},\"object\":{object}}}}}"
        )
    };
    let bare = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"}}";
    let deep = format!("{}{}", "{\"a\":".repeat(20_000), "}".repeat(20_000));
    let bodies: [(&str, Vec<u8>); 7] = [
        ("nothing", Vec::new()),
        ("no JSON", b"{\"apiVersion\":".to_vec()),
        ("bytes", (0..=255).collect()),
        ("another version", review(bare).replace("k8s.io/v1", "k8s.io/v1beta1").into_bytes()),
        ("no request", b"{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\"}".to_vec()),
        ("too deep", review(&deep).into_bytes()),
        ("too large", review(&format!("{{\"a\":\"{}\"}}", "x".repeat(9 << 20))).into_bytes()),
    ];
    for (what, body) in &bodies {
        for path in ["/validate/fail", "/validate/ignore", "/mutate/fail", "/mutate/ignore"] {
            let (status, answer) = post(&webhook, path, body);
            let answer: serde_json::Value = serde_json::from_str(&answer).unwrap_or_default();
            assert!(answer["response"]["allowed"] != true, "{what} at {path}: {status} {answer}");
        }
    }
    let twice =
        review(bare).replace("\"name\":\"a\"", "\"name\":\"a\",\"labels\":{\"name\":\"a\"},\"labels\":{}");
    let (_, answer) = post(&webhook, "/validate/fail", twice.as_bytes());
    assert!(answer.contains("\"allowed\":false"), "{answer}");
    let (status, answer) = post(&webhook, "/validate/fail", review(bare).as_bytes());
    assert!(
        status == "200" && answer.contains("\"allowed\":false") && answer.contains("say who owns it"),
        "{answer}"
    );
    assert!(webhook.readyz().0);
}

#[test]
fn who_stalls_holds_nobody_up() {
    let Some(webhook) = Webhook::start("stalled", POLICIES, &[]) else { return };
    let name = &format!("webhook-stalled-{}", std::process::id());
    webhook.namespace(name);
    // Some speak no word, some half of one.
    let stalled: Vec<TcpStream> = (0..200)
        .map(|number| {
            let mut stream = TcpStream::connect(&webhook.address).expect("it listens");
            if number % 2 == 0 {
                stream.write_all(&[22, 3, 1, 2, 0, 1]).expect("sent");
            }
            stream
        })
        .collect();
    let outcome = webhook.create(name, &config_map("bare", json!({})));
    assert!(refuses(&outcome, "say who owns it"), "{outcome:?}");
    webhook.create(name, &config_map("good", json!({"name": "a"}))).expect("it passes");
    drop(stalled);
}

/// What is nearly as large as the API server takes, and is not kept.
#[test]
fn an_object_of_nearly_3_mb_is_judged() {
    let policies = POLICIES.replace("[ConfigMap]", "[Deployment]");
    let Some(webhook) = Webhook::start("huge", &policies, &[]) else { return };
    let name = "webhook-huge";
    webhook.namespace(name);
    let mut spec = pod("huge")["spec"].clone();
    spec["containers"][0]["env"] = json!([{"name": "A", "value": "x".repeat(2_900_000)}]);
    let mut deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "huge"},
        "spec": {"selector": {"matchLabels": {"app": "a"}}, "template": {"metadata": {"labels": {"app": "a"}}, "spec": spec}},
    });
    let outcome = webhook.create_with(name, &deployment, "?dryRun=All");
    assert!(refuses(&outcome, "say who owns it"), "{:.400}", format!("{outcome:?}"));
    deployment["metadata"]["labels"] = json!({"name": "a"});
    webhook.create_with(name, &deployment, "?dryRun=All").expect("it passes");
}
