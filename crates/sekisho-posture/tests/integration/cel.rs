//! The conditions that checks carry as CEL say the same as the checks.

#[path = "../../../sekisho-manifest/tests/integration/corpora.rs"]
mod corpora;

use sekisho_cel::{Bindings, Budget, Environment, Nulls, Program, Type, Value};
use sekisho_finding::Finding;
use sekisho_inventory::Inventory;
use sekisho_manifest::{
    Budget as LoadBudget, Document, Format, Node, Object, Source, SourceId, load, workload,
};
use sekisho_posture::{Check, Examine};

use crate::support::{blocks, inventory, settings};

/// Kubernetes before 1.28 knows no optionals; the API server of 1.32 has all that the expressions need.
const MINOR: u32 = 32;

fn compile(check: &Check) -> Option<Program> {
    let names: &[&str] = match check.examine {
        Examine::Container(_) => &["container", "pod"],
        Examine::Pod(_) => &["pod", "metadata"],
        _ => &["object"],
    };
    let environment = names.iter().fold(Environment::kubernetes(MINOR), |environment, name| {
        environment.with_variable(*name, Type::Dyn)
    });
    let program = environment.compile(check.cel?);
    let program = program.unwrap_or_else(|error| panic!("{}: {:?}", check.id, error.faults));
    assert!(matches!(program.output_type(), Type::Bool | Type::Dyn), "{}: no condition", check.id);
    Some(program)
}

fn node(node: Option<&Node>) -> Value {
    node.map_or_else(
        || Value::Map(sekisho_cel::Map::new(Vec::new()).expect("an empty map")),
        |node| Value::from_node(node, Nulls::Absent),
    )
}

/// What the expression says of every part of an object that the check looks at, and of which container.
fn parts(check: &Check, object: &Object) -> Vec<(Option<String>, Bindings)> {
    // A part that a kustomization lays over another object never reaches the API server by itself.
    let mut pods = workload::pods(object);
    pods.retain(|pod| !pod.is_patch());
    match check.examine {
        Examine::Container(_) => pods
            .iter()
            .flat_map(|pod| {
                pod.containers()
                    .into_iter()
                    .map(move |container| (pod.spec, container.name(), container.node))
            })
            .map(|(spec, name, container)| {
                let bindings = Bindings::new().with("container", node(Some(container)));
                (Some(name.to_string()), bindings.with("pod", node(Some(spec))))
            })
            .collect(),
        Examine::Pod(_) => pods
            .iter()
            .map(|pod| {
                let bindings = Bindings::new().with("pod", node(Some(pod.spec)));
                (None, bindings.with("metadata", node(pod.metadata)))
            })
            .collect(),
        Examine::Object(kinds, _) => {
            let meant = kinds.iter().any(|(group, kind)| object.is(group, kind));
            let bindings = Bindings::new().with("object", node(Some(&object.root)));
            if meant { vec![(None, bindings)] } else { Vec::new() }
        }
        _ => vec![(None, Bindings::new().with("object", node(Some(&object.root))))],
    }
}

fn is_about(finding: &Finding, object: &Object, container: Option<&str>) -> bool {
    finding.subject.object == object.reference()
        && container.is_none_or(|name| finding.subject.container.as_deref() == Some(name))
}

#[test]
fn every_expression_compiles_for_the_api_server() {
    let compiled = sekisho_posture::checks().filter_map(compile).count();
    assert!(compiled > 50, "{compiled}");
}

#[test]
fn every_expression_costs_what_the_api_server_lets_it() {
    for check in sekisho_posture::checks() {
        let Some(program) = compile(check) else { continue };
        for text in examples(check) {
            for object in inventory(&text).objects() {
                for (_, bindings) in parts(check, object) {
                    let mut budget = Budget::default();
                    let _ = program.evaluate(&bindings, &mut budget);
                    assert!(
                        Budget::default().cost - budget.cost < Budget::PER_CALL_COST / 100,
                        "{}",
                        check.id
                    );
                }
            }
        }
    }
}

fn examples(check: &Check) -> Vec<String> {
    let page = sekisho_posture::manual(check.id).expect("a page");
    let mut texts = blocks(page, "```yaml bad");
    texts.extend(blocks(page, "```yaml good"));
    texts
}

/// Where an expression and its check say different things of an object of a text, and how often they were
/// compared: for bad objects, for good ones.
fn differences(
    check: &'static Check,
    program: &Program,
    inventory: &Inventory,
    seen: &mut [u32; 2],
) -> Vec<String> {
    let findings = sekisho_posture::examine(inventory, &[check], &settings());
    let mut differences = Vec::new();
    for object in inventory.objects() {
        for (container, bindings) in parts(check, object) {
            let bad = findings.iter().any(|finding| is_about(finding, object, container.as_deref()));
            seen[usize::from(!bad)] += 1;
            let said = program.evaluate(&bindings, &mut Budget::default());
            let good = said.as_ref().ok().and_then(Value::as_bool);
            if good != Some(!bad) {
                let verdict = if bad { "bad" } else { "good" };
                let name = object.reference();
                differences.push(format!(
                    "{}: {} {} {container:?} is {verdict}, the expression says {said:?}",
                    check.id, name.kind, name.name
                ));
            }
        }
    }
    differences
}

#[test]
fn every_expression_gives_the_verdict_of_its_check() {
    let mut found = Vec::new();
    for check in sekisho_posture::checks() {
        let Some(program) = compile(check) else { continue };
        let mut seen = [0; 2];
        for text in examples(check) {
            let differing = differences(check, &program, &inventory(&text), &mut seen);
            found.extend(differing.into_iter().map(|line| format!("{line} in\n{text}")));
        }
        assert!(seen[0] > 0, "{}: no bad object", check.id);
    }
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_expression_gives_the_verdict_of_its_check_on_real_manifests() {
    let Some(manifests) = corpora::manifests() else { return };
    let inventories: Vec<Inventory> = manifests.iter().map(|(_, text)| whole_inventory(text)).collect();
    let mut found = Vec::new();
    let mut seen = [0; 2];
    for check in sekisho_posture::checks() {
        let Some(program) = compile(check) else { continue };
        for inventory in &inventories {
            found.extend(differences(check, &program, inventory, &mut seen));
        }
    }
    assert!(seen.iter().all(|count| *count > 1_000), "{seen:?}");
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

/// The inventory of a text that may hold documents which are no objects.
fn whole_inventory(text: &str) -> Inventory {
    let loaded = load(SourceId(0), text, Format::Detect, &LoadBudget::default());
    let objects = loaded.documents.iter().flat_map(Document::objects).collect();
    Inventory::new(vec![Source::new("manifest.yaml", text)], objects, "default")
}
