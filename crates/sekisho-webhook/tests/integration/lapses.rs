//! Images whose approval has lapsed, at admission.

use std::sync::Arc;

use jiff::Timestamp;
use sekisho_cluster::{Lapse, LapseAction, LapseList};
use sekisho_webhook::Lapses;

use crate::peer::{Wanted, Webhook, review, review_of};

#[derive(Debug)]
struct Given(Result<Arc<LapseList>, String>);

impl Lapses for Given {
    fn list(&self) -> Result<Arc<LapseList>, String> {
        self.0.clone()
    }
}

fn digest(letter: char) -> String {
    format!("sha256:{}", letter.to_string().repeat(64))
}

fn listing(action: LapseAction) -> Given {
    let since: Timestamp = "2026-11-23T10:00:00Z".parse().expect("a time");
    let lapse = Lapse { since, reason: "its approval counted until noon".to_owned() };
    let images = [(format!("r.example.com/app@{}", digest('a')), lapse)].into();
    Given(Ok(Arc::new(LapseList { action, checked: since, left: 0, images })))
}

fn webhook(given: Given) -> Webhook {
    Webhook::start(Wanted { lapses: Some(Box::new(given)), ..Wanted::default() })
}

fn pod(images: &[&str]) -> String {
    let containers: Vec<String> =
        images.iter().map(|image| format!(r#"{{"name":"c","image":"{image}"}}"#)).collect();
    format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"web","labels":{{"team":"a"}}}},"spec":{{"containers":[{}]}}}}"#,
        containers.join(",")
    )
}

fn deployment(image: &str) -> String {
    format!(
        r#"{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"web","labels":{{"team":"a"}}}},"spec":{{"template":{{"spec":{{"containers":[{{"name":"c","image":"{image}"}}]}}}}}}}}"#
    )
}

/// A review of a Pod or a Deployment.
fn of(text: &str) -> String {
    let resource = r#""group":"","version":"v1","resource":"configmaps""#;
    let (group, plural) = if text.contains("Deployment") { ("apps", "deployments") } else { ("", "pods") };
    text.replace(resource, &format!(r#""group":"{group}","version":"v1","resource":"{plural}""#))
}

#[test]
fn new_pods_with_an_image_that_lapsed_are_refused() {
    let webhook = webhook(listing(LapseAction::Deny));
    let (bad, good) =
        (format!("r.example.com/app@{}", digest('a')), format!("r.example.com/app@{}", digest('b')));
    for path in ["/validate/fail", "/validate/ignore"] {
        let answer = webhook.review(path, &of(&review(&pod(&[&good, &bad]))));
        assert!(answer.is_false("allowed"), "{path}");
        let message = answer.get("status").expect("a status").str("message");
        assert!(message.contains(&bad) && message.contains("counted until noon"), "{message}");
        assert!(webhook.review(path, &of(&review(&pod(&[&good])))).is_true("allowed"), "{path}");
    }
    // Under another name it is another's business; a tag before the digest changes nothing.
    let copy = format!("r.example.com/copy@{}", digest('a'));
    assert!(webhook.review("/validate/fail", &of(&review(&pod(&[&copy])))).is_true("allowed"));
    let tagged = format!("r.example.com/app:1@{}", digest('a'));
    assert!(webhook.review("/validate/fail", &of(&review(&pod(&[&tagged])))).is_false("allowed"));
    // One that runs it already may be changed otherwise, and may not be given it.
    let update =
        |before: &str| webhook.review("/validate/fail", &of(&review_of("UPDATE", "", &pod(&[&bad]), before)));
    assert!(update(&pod(&[&bad])).is_true("allowed"));
    assert!(update(&pod(&[&good])).is_false("allowed"));
    let ephemeral = of(&review_of("UPDATE", "ephemeralcontainers", &pod(&[&good, &bad]), &pod(&[&good])));
    assert!(webhook.review("/validate/fail", &ephemeral).is_false("allowed"));
    // What makes Pods is told of it, and can still be changed.
    let answer = webhook.review("/validate/fail", &of(&review(&deployment(&bad))));
    assert!(answer.is_true("allowed"));
    assert!(answer.strings("warnings").any(|warning| warning.contains("will be refused")));
    // Other kinds are none of its business.
    assert!(webhook.review("/validate/ignore", &review(&pod(&[&bad]))).is_true("allowed"));
    let (_, ready) = webhook.status("/readyz");
    assert!(ready.contains("\"action\": \"deny\""), "{ready}");
    let (_, metrics) = webhook.status("/metrics");
    assert!(metrics.contains("sekisho_admission_lapsed_images 1"), "{metrics}");
}

#[test]
fn a_list_that_warns_or_reports_refuses_nothing() {
    let bad = format!("r.example.com/app@{}", digest('a'));
    let answer = webhook(listing(LapseAction::Warn)).review("/validate/fail", &of(&review(&pod(&[&bad]))));
    assert!(answer.is_true("allowed"));
    assert!(answer.strings("warnings").any(|warning| warning.contains("has lapsed")));
    let answer = webhook(listing(LapseAction::Report)).review("/validate/fail", &of(&review(&pod(&[&bad]))));
    assert!(answer.is_true("allowed") && answer.get("warnings").is_none());
}

#[test]
fn where_there_is_no_list_the_class_decides() {
    let webhook = webhook(Given(Err("it is not there".to_owned())));
    let request = of(&review(&pod(&["r.example.com/app:1"])));
    let closed = webhook.review("/validate/fail", &request);
    assert!(closed.is_false("allowed"));
    assert!(closed.get("status").expect("a status").str("message").contains("it is not there"));
    let open = webhook.review("/validate/ignore", &request);
    assert!(open.is_true("allowed"));
    assert!(open.strings("warnings").any(|warning| warning.contains("it is not there")));
    let (_, metrics) = webhook.status("/metrics");
    assert!(metrics.contains("sekisho_admission_lapses_known 0"), "{metrics}");
}
