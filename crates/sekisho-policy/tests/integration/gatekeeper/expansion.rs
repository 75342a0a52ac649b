//! Which expansion templates are refused; what they generate is seen where constraints judge it.

use sekisho_policy::gatekeeper::{Options, load};

use crate::documents::objects;

fn problem(spec: &str) -> Option<String> {
    let text = format!(
        "{{apiVersion: expansion.gatekeeper.sh/v1beta1, kind: ExpansionTemplate, metadata: {{name: e}}, spec: {spec}}}"
    );
    let objects = objects(&text);
    load(&objects, &Options::default()).1.first().map(ToString::to_string)
}

#[test]
fn templates_without_what_they_need_are_refused() {
    let pod = "generatedGVK: {version: v1, kind: Pod}";
    let deployments = "applyTo: [{groups: [apps], versions: [v1], kinds: [Deployment]}]";
    let pods = "applyTo: [{groups: [''], versions: [v1], kinds: [Pod]}]";
    assert_eq!(problem(&format!("{{templateSource: spec.template, {pod}, {deployments}}}")), None);
    for (spec, reason) in [
        (format!("{{{pod}, {deployments}}}"), "`spec.templateSource` is missing"),
        (format!("{{templateSource: spec.template, {deployments}}}"), "`spec.generatedGVK` is missing"),
        (format!("{{templateSource: spec.template, {pod}}}"), "`spec.applyTo` is missing"),
        (format!("{{templateSource: spec, {pod}, {pods}}}"), "applies to the kind that it generates"),
    ] {
        assert!(problem(&spec).is_some_and(|text| text.contains(reason)), "{spec}");
    }
}
