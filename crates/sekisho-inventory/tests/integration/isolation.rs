//! Which namespaces and Pods network policies of every kind isolate.

use sekisho_inventory::network_policy::Direction;
use sekisho_inventory::{Inventory, Isolation};

use crate::support::{inventory, labelled, pod};

/// `+` for a namespace that is closed, `~` for one of which each Pod is, `-` for neither: inward, outward.
fn isolation(inventory: &Inventory, namespace: &str) -> String {
    let sign = |direction| match inventory.isolation(namespace, direction) {
        Isolation::Namespace(_) => '+',
        Isolation::EachPod => '~',
        Isolation::None => '-',
    };
    Direction::ALL.into_iter().map(sign).collect()
}

fn kubernetes(spec: &str) -> String {
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: policy}}\nspec: {{{spec}}}\n"
    )
}

fn of(policy: &str) -> String {
    isolation(&inventory(&[labelled("web", "app: web"), policy.to_owned()].concat()), "shop")
}

#[test]
fn policy_types_decide_which_direction_is_closed() {
    for (spec, expected) in [
        ("podSelector: {}", "+-"),
        ("podSelector: {}, ingress: []", "+-"),
        ("podSelector: {}, egress: []", "+-"),
        ("podSelector: {}, egress: [{to: [{podSelector: {}}]}]", "++"),
        ("podSelector: {}, policyTypes: [Egress]", "-+"),
        ("podSelector: {}, policyTypes: [Ingress, Egress]", "++"),
        ("podSelector: {}, policyTypes: [Ingress], egress: [{to: [{podSelector: {}}]}]", "+-"),
        ("policyTypes: [Ingress]", "+-"),
        ("podSelector: {matchLabels: {}}, policyTypes: [Ingress]", "+-"),
        ("podSelector: {matchLabels: {}, matchExpressions: null}, policyTypes: []", "+-"),
    ] {
        assert_eq!(of(&kubernetes(spec)), expected, "{spec}");
    }
}

#[test]
fn a_policy_that_opens_to_everyone_closes_nothing() {
    for (spec, expected) in [
        ("podSelector: {}, ingress: [{}]", "--"),
        ("podSelector: {}, ingress: [{from: []}]", "--"),
        ("podSelector: {}, ingress: [{ports: [{port: 80}]}]", "+-"),
        ("podSelector: {}, ingress: [{from: [{podSelector: {}}]}]", "+-"),
        ("podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]", "--"),
        (
            "podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {a: b}}}]}]",
            "+-",
        ),
        ("podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]", "--"),
        ("podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]", "+-"),
        ("podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]", "+-"),
    ] {
        assert_eq!(of(&kubernetes(spec)), expected, "{spec}");
    }
}

#[test]
fn a_namespace_is_closed_as_well_when_each_of_its_pods_is() {
    let policy = kubernetes("podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]");
    assert_eq!(of(&policy), "~-");
    let two = [labelled("web", "app: web"), labelled("db", "app: db"), policy.clone()].concat();
    assert_eq!(isolation(&inventory(&two), "shop"), "--");
    let on_node = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: agent}\nspec: {hostNetwork: true, containers: []}\n";
    assert_eq!(of(&[policy.clone(), on_node.to_owned()].concat()), "~-");
    assert_eq!(isolation(&inventory(&policy), "shop"), "--", "no Pod, nothing to go by");
}

#[test]
fn policies_of_other_namespaces_do_not_count() {
    let elsewhere = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: other}\nspec: {podSelector: {}}\n";
    assert_eq!(of(elsewhere), "--");
}

#[test]
fn cilium_closes_by_any_rule_of_the_direction() {
    let of_kind = |kind: &str, spec: &str| {
        of(&format!("---\napiVersion: cilium.io/v2\nkind: {kind}\nmetadata: {{name: p}}\n{spec}\n"))
    };
    for (spec, expected) in [
        ("spec: {endpointSelector: {}, ingress: [{}]}", "+-"),
        ("spec: {endpointSelector: {}, ingress: []}", "--"),
        ("spec: {endpointSelector: {}, egress: [{}]}", "-+"),
        ("spec: {endpointSelector: {}, ingressDeny: [{fromEntities: [world]}]}", "+-"),
        (
            "spec: {endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{fromEntities: [host]}]}",
            "--",
        ),
        ("spec: {endpointSelector: {}, enableDefaultDeny: {egress: true}, ingress: [{}]}", "++"),
        ("spec: {endpointSelector: {}, ingress: [{fromEntities: [all]}]}", "--"),
        ("spec: {endpointSelector: {matchLabels: {\"k8s:app\": web}}, ingress: [{}]}", "~-"),
        ("spec: {endpointSelector: {matchLabels: {\"any:app\": db}}, ingress: [{}]}", "--"),
        ("specs: [{endpointSelector: {}, ingress: [{}]}, {endpointSelector: {}, egress: [{}]}]", "++"),
        ("spec: {nodeSelector: {}, ingress: [{}]}", "--"),
    ] {
        assert_eq!(of_kind("CiliumNetworkPolicy", spec), expected, "{spec}");
    }
    for (selector, expected) in [
        ("{}", "+-"),
        (
            "{matchExpressions: [{key: io.kubernetes.pod.namespace, operator: NotIn, values: [kube-system]}]}",
            "+-",
        ),
        ("{matchLabels: {\"k8s:io.kubernetes.pod.namespace\": shop}}", "+-"),
        ("{matchLabels: {io.kubernetes.pod.namespace: other}}", "--"),
        ("{matchLabels: {io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name: shop}}", "+-"),
        ("{matchLabels: {app: web}}", "~-"),
    ] {
        let spec = format!("spec: {{endpointSelector: {selector}, ingress: [{{}}]}}");
        assert_eq!(of_kind("CiliumClusterwideNetworkPolicy", &spec), expected, "{selector}");
    }
}

#[test]
fn calico_closes_by_its_types_and_selects_by_expressions() {
    let global = |spec: &str| {
        of(&format!(
            "---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {{name: p}}\nspec: {{{spec}}}\n"
        ))
    };
    for (spec, expected) in [
        ("types: [Ingress, Egress]", "++"),
        ("selector: all(), types: [Ingress]", "+-"),
        (
            "namespaceSelector: 'has(projectcalico.org/name) && projectcalico.org/name not in {\"kube-system\", \"calico-system\"}', types: [Ingress, Egress], egress: [{action: Allow, protocol: UDP, destination: {ports: [53]}}]",
            "++",
        ),
        ("selector: \"projectcalico.org/namespace == 'shop'\", types: [Egress]", "-+"),
        ("selector: \"projectcalico.org/namespace != 'shop'\", types: [Egress]", "--"),
        ("selector: \"app == 'web'\", types: [Ingress]", "~-"),
        ("selector: \"app starts with 'w' && !has(tier)\", types: [Ingress]", "~-"),
        ("selector: \"app in {'db', 'cache'} || tier == 'front'\", types: [Ingress]", "--"),
        ("types: [Ingress], ingress: [{action: Allow}]", "--"),
        ("types: [Ingress], ingress: [{action: Deny}, {action: Allow}]", "+-"),
        ("types: [Ingress], ingress: [{action: Log}, {action: Allow, source: {nets: [10.0.0.0/8]}}]", "+-"),
        ("types: [Ingress], ingress: [{action: Allow, source: {nets: [0.0.0.0/0]}}]", "--"),
        ("egress: [{action: Deny}]", "-+"),
        ("ingress: [{action: Deny}]", "+-"),
        ("selector: 'all(', types: [Ingress]", "--"),
        ("selector: global(), types: [Ingress]", "--"),
    ] {
        assert_eq!(global(spec), expected, "{spec}");
    }
    let namespaced = "---\napiVersion: crd.projectcalico.org/v1\nkind: NetworkPolicy\nmetadata: {name: default.p, namespace: shop}\nspec: {types: [Ingress]}\n";
    assert_eq!(of(namespaced), "+-");
}

#[test]
fn administrators_close_by_rules_that_deny() {
    let policy = |kind: &str, spec: &str| {
        of(&format!(
            "---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: {kind}\nmetadata: {{name: default}}\nspec: {{{spec}}}\n"
        ))
    };
    let everyone = "subject: {namespaces: {}}";
    for (spec, expected) in [
        ("ingress: [{action: Deny, from: [{namespaces: {}}]}]", "+-"),
        (
            "ingress: [{action: Allow, from: [{namespaces: {matchLabels: {a: b}}}]}, {action: Deny, from: [{namespaces: {}}]}]",
            "+-",
        ),
        (
            "ingress: [{action: Allow, from: [{namespaces: {}}]}, {action: Deny, from: [{namespaces: {}}]}]",
            "--",
        ),
        ("ingress: [{action: Deny, from: [{namespaces: {matchLabels: {a: b}}}]}]", "--"),
        ("ingress: [{action: Deny, from: [{namespaces: {}}], ports: [{portNumber: {port: 80}}]}]", "--"),
        ("egress: [{action: Deny, to: [{networks: [0.0.0.0/0]}]}]", "-+"),
        ("egress: [{action: Deny, to: [{pods: {namespaceSelector: {}, podSelector: {}}}]}]", "-+"),
    ] {
        let spec = format!("{everyone}, {spec}");
        assert_eq!(policy("BaselineAdminNetworkPolicy", &spec), expected, "{spec}");
    }
    let denied = "ingress: [{action: Deny, from: [{namespaces: {}}]}]";
    let subject = |subject: &str| policy("AdminNetworkPolicy", &format!("subject: {subject}, {denied}"));
    assert_eq!(subject("{namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}"), "+-");
    assert_eq!(subject("{namespaces: {matchLabels: {kubernetes.io/metadata.name: other}}}"), "--");
    assert_eq!(subject("{pods: {namespaceSelector: {}, podSelector: {}}}"), "+-");
    assert_eq!(subject("{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}}"), "~-");
}

#[test]
fn a_pod_is_not_isolated_when_any_policy_opens_it_to_everyone() {
    let isolated = |policies: &[&str]| {
        let policies: String = policies.iter().map(|spec| kubernetes(spec)).collect();
        let inventory = inventory(&[labelled("web", "app: web"), policies].concat());
        inventory.is_isolated(&pod(&inventory, "web"), Direction::Ingress)
    };
    assert!(!isolated(&[]));
    assert!(isolated(&["podSelector: {}"]));
    assert!(isolated(&[
        "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {}}]}]"
    ]));
    assert!(!isolated(&["podSelector: {}", "podSelector: {matchLabels: {app: web}}, ingress: [{}]"]));
    assert!(isolated(&["podSelector: {}", "podSelector: {matchLabels: {app: db}}, ingress: [{}]"]));
}

#[test]
fn hostile_expressions_and_values_are_refused() {
    let deep = "(".repeat(100_000);
    let long = "!".repeat(100_000);
    for selector in
        [deep.as_str(), long.as_str(), "a in {", "a ==", "\"", "&&", "a in {'b' 'c'}", "has(", "a == 'b' c"]
    {
        let text = format!(
            "---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {{name: p}}\nspec:\n  types: [Ingress]\n  selector: {}\n",
            serde_json::Value::from(selector)
        );
        assert_eq!(of(&text), "--");
    }
    for spec in
        ["null", "[]", "3", "{podSelector: [], policyTypes: 3}", "{podSelector: {matchLabels: {a: [b]}}}"]
    {
        of(&format!(
            "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p}}\nspec: {spec}\n"
        ));
        of(&format!(
            "---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {{name: p}}\nspec: {spec}\nspecs: {spec}\n"
        ));
    }
}
