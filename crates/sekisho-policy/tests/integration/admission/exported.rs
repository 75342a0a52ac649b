//! The conditions that built-in checks carry, as policies: the API server's rules take them, and they say the
//! same as the checks.

#[path = "../../../../sekisho-manifest/tests/integration/corpora.rs"]
mod corpora;

use sekisho_finding::Finding;
use sekisho_inventory::Inventory;
use sekisho_manifest::{Budget, Document, Format, Object, Source, SourceId, load, workload};
use sekisho_policy::admission::{About, Export, ValidatingPolicy, export};
use sekisho_policy::{Asked, Enforcement, Kinds, NoFacts, Outcome, Request, Views};
use sekisho_posture::{Check, Examine, Settings};

use super::loading::read;

/// The policy that a check becomes; none where it carries no condition that can be exported.
fn policy(check: &Check) -> Option<(String, ValidatingPolicy)> {
    let about = match check.examine {
        Examine::Container(_) => About::Containers,
        Examine::Pod(_) => About::Pods,
        Examine::Object(kinds, _) => About::Objects(kinds),
        Examine::AnyObject(_) => About::AnyObject,
        _ => return None,
    };
    let text = export(&Export {
        name: check.id,
        title: check.title,
        expression: check.cel?,
        about,
        actions: &[Enforcement::Deny],
    })?;
    let mut loaded = read(&text);
    assert_eq!(loaded.problems, [], "{text}");
    Some((text, loaded.validating.remove(0)))
}

/// The settings of the examples of the manual pages.
fn settings() -> Settings {
    Settings {
        trusted_registries: vec!["registry.example.com".into()],
        kubernetes_minor: Some(34),
        server_version: None,
        today: Some(20_454),
    }
}

fn inventory(text: &str) -> Inventory {
    let loaded = load(SourceId(0), text, Format::Detect, &Budget::default());
    let objects = loaded.documents.iter().flat_map(Document::objects).collect();
    Inventory::new(vec![Source::new("manifest.yaml", text)], objects, "default")
}

fn is_about(finding: &Finding, object: &Object) -> bool {
    finding.subject.object == object.reference()
}

/// Whether an object reaches the API server as it stands, and the policies for Pods can see its Pod: not the
/// parts that a kustomization lays over another object, nor the templates within custom resources.
fn is_seen(object: &Object) -> bool {
    let pods = workload::pods(object);
    !pods.iter().any(workload::Pod::is_patch) && (pods.is_empty() || !object.is_custom())
}

/// Where a policy and its check say different things of an object, and how often each verdict came.
fn differences(
    check: &'static Check,
    policy: &ValidatingPolicy,
    inventory: &Inventory,
    seen: &mut [u32; 2],
) -> Vec<String> {
    let findings = sekisho_posture::examine(inventory, &[check], &settings());
    let mut differences = Vec::new();
    for object in inventory.objects().iter().filter(|object| is_seen(object)) {
        let request = Request::create(object, &Kinds::default(), "default");
        let views = Views::default();
        let judgement = policy.judge(&Asked::new(&request, &views), &NoFacts);
        let bad = findings.iter().any(|finding| is_about(finding, object));
        seen[usize::from(!bad)] += 1;
        let holds = judgement.decisions.iter().all(|decision| decision.outcome == Outcome::Pass);
        let fails = judgement.decisions.iter().any(|decision| decision.outcome == Outcome::Fail);
        if holds == bad || fails != bad {
            let said = &judgement.decisions;
            let name = object.reference();
            differences.push(format!("{}: {} {}: bad is {bad}: {said:?}", check.id, name.kind, name.name));
        }
    }
    differences
}

fn examples(check: &Check) -> Vec<String> {
    let page = sekisho_posture::manual(check.id).expect("a page");
    let blocks = page.split("```yaml ").skip(1).filter_map(|rest| rest.split_once('\n'));
    blocks.map(|(_, rest)| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn exported_policies_say_the_same_as_their_checks() {
    let mut found = Vec::new();
    let mut exported = 0;
    for check in sekisho_posture::checks() {
        let Some((_, policy)) = policy(check) else { continue };
        exported += 1;
        let mut seen = [0; 2];
        for text in examples(check) {
            found.extend(differences(check, &policy, &inventory(&text), &mut seen));
        }
        assert!(seen[0] > 0, "{}: no bad object", check.id);
    }
    assert!(exported >= 69, "{exported}");
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

#[test]
fn exported_policies_say_the_same_as_their_checks_of_real_manifests() {
    let Some(manifests) = corpora::manifests() else { return };
    let inventories: Vec<Inventory> = manifests.iter().map(|(_, text)| inventory(text)).collect();
    let mut found = Vec::new();
    let mut seen = [0; 2];
    for check in sekisho_posture::checks() {
        let Some((_, policy)) = policy(check) else { continue };
        for inventory in &inventories {
            found.extend(differences(check, &policy, inventory, &mut seen));
        }
    }
    assert!(seen.iter().all(|count| *count > 1_000), "{seen:?}");
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

#[test]
fn a_refusal_names_the_containers() {
    let check = sekisho_posture::checks().find(|check| check.id == "privileged-container").expect("a check");
    let (text, policy) = policy(check).expect("a policy");
    assert!(text.contains("kind: ValidatingAdmissionPolicyBinding"), "{text}");
    let pods = inventory(
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec: {jobTemplate: {spec: {template: \
         {spec: {containers: [{name: x, image: y, securityContext: {privileged: true}}, {name: z, image: y}]}}}}}",
    );
    let request = Request::create(&pods.objects()[0], &Kinds::default(), "default");
    let views = Views::default();
    let judgement = policy.judge(&Asked::new(&request, &views), &NoFacts);
    assert_eq!(judgement.decisions[0].message, format!("{}: x", check.title));
}
