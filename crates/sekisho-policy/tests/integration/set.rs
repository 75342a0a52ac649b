//! Which policies a request reaches, and in which order they speak.

use sekisho_manifest::{Budget, Document, Format, Node, SourceId, load};
use sekisho_policy::{
    Asked, Enforcement, Facts, Interest, Kinds, NoFacts, Operation, Outcome, Policy, PolicySet, Request,
    RuleName, Target, Verdict,
};

/// Labels whatever it concerns, then says which labels it sees.
#[derive(Debug)]
struct Labeller {
    label: &'static str,
    interest: Interest,
}

impl Policy for Labeller {
    fn interest(&self) -> Interest {
        self.interest.clone()
    }

    fn changes(&self) -> bool {
        true
    }

    fn mutate(&self, request: &Asked<'_>, _facts: &dyn Facts, _verdicts: &mut Vec<Verdict>) -> Option<Node> {
        let mut object = request.object.clone()?;
        let metadata = object.as_mapping_mut()?.value_mut("metadata")?;
        let text = format!("{}{}", metadata.str("name"), self.label);
        let name = metadata.as_mapping_mut()?.value_mut("name")?;
        name.value = sekisho_manifest::Value::String(text.into());
        Some(object)
    }

    fn validate(&self, request: &Asked<'_>, _facts: &dyn Facts, verdicts: &mut Vec<Verdict>) {
        let name = request.object.as_ref().and_then(|object| object.at(&["metadata", "name"])?.as_str());
        let rule = RuleName {
            kind: "Test".into(),
            namespace: "".into(),
            policy: self.label.into(),
            rule: "".into(),
        };
        verdicts.push(Verdict {
            rule,
            outcome: Outcome::Fail,
            message: name.unwrap_or_default().to_owned(),
            enforcement: vec![Enforcement::Deny],
            places: Vec::new(),
            audit_annotations: Vec::new(),
        });
    }
}

fn kind(group: Option<&str>, kind: &str) -> Target {
    Target::Kind { group: group.map(Into::into), kind: kind.into() }
}

fn resource(group: Option<&str>, resource: &str) -> Target {
    Target::Resource { group: group.map(Into::into), resource: resource.into() }
}

fn set(interests: Vec<(&'static str, Vec<Target>, Vec<Operation>)>) -> PolicySet {
    let mut set = PolicySet::new();
    set.extend(interests.into_iter().map(|(label, targets, operations)| -> Box<dyn Policy> {
        Box::new(Labeller { label, interest: Interest { targets, operations } })
    }));
    set
}

fn request(text: &str) -> Request {
    let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
    let objects: Vec<_> = loaded.documents.iter().flat_map(Document::objects).collect();
    Request::create(&objects[0], &Kinds::default(), "default")
}

const DEPLOYMENT: &str = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: x}}";

fn spoke(set: &PolicySet, request: &Request) -> Vec<String> {
    let review = set.review(request, &NoFacts);
    review.verdicts.iter().map(|verdict| format!("{}:{}", verdict.rule.policy, verdict.message)).collect()
}

#[test]
fn all_changes_come_before_the_first_judgement() {
    let set = set(vec![
        ("a", vec![kind(Some("apps"), "Deployment")], vec![]),
        ("b", vec![resource(None, "deployments")], vec![Operation::Create]),
        ("c", vec![Target::Any], vec![]),
    ]);
    assert_eq!(spoke(&set, &request(DEPLOYMENT)), ["a:xabc", "b:xabc", "c:xabc"]);
}

#[test]
fn other_groups_kinds_and_operations_are_not_reached() {
    let set = set(vec![
        ("group", vec![kind(Some("extensions"), "Deployment")], vec![]),
        ("kind", vec![kind(None, "Pod"), resource(Some("apps"), "daemonsets")], vec![]),
        ("operation", vec![Target::Any], vec![Operation::Delete, Operation::Update]),
        ("right", vec![kind(None, "Pod"), resource(Some("apps"), "deployments")], vec![]),
    ]);
    assert_eq!(spoke(&set, &request(DEPLOYMENT)), ["right:xright"]);
}

#[test]
fn a_request_that_nobody_concerns_is_left_alone() {
    let set = set(vec![("pods", vec![kind(None, "Pod")], vec![])]);
    let review = set.review(&request(DEPLOYMENT), &NoFacts);
    assert!(review.verdicts.is_empty() && review.changed.is_none() && review.generated.is_empty());
}
