//! Network policies, Services, Ingresses and meshes: what is open and what only looks so.

use sekisho_finding::{Confidence, Finding, Severity};

use crate::support::{check, findings, said};

fn policy(spec: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p}}\nspec: {{podSelector: {{}}, {spec}}}\n"
    )
}

fn pod(name: &str, more: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, {more}}}\nspec: {{containers: [{{name: main, image: main}}]}}\n"
    )
}

#[test]
fn an_empty_list_means_everything_and_an_ineffective_rule_nothing() {
    let fields = |spec: &str| -> Vec<String> {
        let found = findings(check("allow-all-network-policy"), &policy(spec));
        found.iter().map(|finding| finding.location.field.to_string()).collect()
    };
    for (spec, expected) in [
        ("ingress: [{}]", "spec.ingress[0]"),
        ("ingress: [{from: [], ports: []}]", "spec.ingress[0]"),
        ("ingress: [{from: null}]", "spec.ingress[0]"),
        ("ingress: [{from: [{namespaceSelector: {}}]}]", "spec.ingress[0].from[0].namespaceSelector"),
        (
            "ingress: [{from: [{podSelector: {}}, {ipBlock: {cidr: '::/0'}}]}]",
            "spec.ingress[0].from[1].ipBlock.cidr",
        ),
        ("ingress: [{ports: [{protocol: TCP}]}]", "spec.ingress[0]"),
        ("ingress: [{ports: [{port: 1, endPort: 65535}]}]", "spec.ingress[0]"),
        ("egress: [{}]", "spec.egress[0]"),
        (
            "policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]",
            "spec.egress[0].to[0].ipBlock.cidr",
        ),
    ] {
        assert_eq!(fields(spec), [expected], "{spec}");
    }
    for spec in [
        "ingress: []",
        "ingress: [{from: [{podSelector: {}}]}]",
        "ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {a: b}}}]}]",
        "ingress: [{from: [{namespaceSelector: {matchLabels: {a: b}}}]}]",
        "ingress: [{ports: [{port: 443}]}]",
        "ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 53}]}]",
        "ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]",
        "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]",
        "policyTypes: [Ingress], egress: [{}]",
        "policyTypes: [Egress], ingress: [{}]",
    ] {
        assert!(fields(spec).is_empty(), "{spec}");
    }
}

#[test]
fn one_finding_for_each_namespace_however_many_workloads() {
    let workloads =
        [pod("a", "namespace: shop"), pod("b", "namespace: shop"), pod("c", "namespace: other")].concat();
    assert_eq!(
        said(check("namespace-without-default-deny-ingress"), &workloads),
        [
            "no policy denies traffic into namespace `shop` by default",
            "no policy denies traffic into namespace `other` by default"
        ]
    );
}

#[test]
fn manifests_that_name_no_namespace_give_one_finding_too() {
    let found =
        findings(check("namespace-without-default-deny-egress"), &[pod("a", ""), pod("b", "")].concat());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].confidence, Confidence::Medium);
    assert_eq!(found[0].location.field.to_string(), "metadata.name");
    let policy = policy("policyTypes: [Ingress, Egress]");
    let closed = [policy, pod("a", ""), pod("b", "")].concat();
    assert!(findings(check("namespace-without-default-deny-egress"), &closed).is_empty());
}

#[test]
fn a_namespace_of_pods_on_the_network_of_their_node_is_beyond_policies() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: agents}\nspec: {hostNetwork: true, containers: [{name: a, image: a}]}\n";
    assert!(findings(check("namespace-without-default-deny-ingress"), text).is_empty());
}

#[test]
fn policies_that_operators_fill_are_not_called_dead() {
    let dead = policy("ingress: []").replace("podSelector: {}", "podSelector: {matchLabels: {app: db}}");
    let id = "network-policy-selects-nothing";
    let of = |more: &str| findings(check(id), &[&dead, "---\n", more].concat()).len();
    assert_eq!(of(""), 0, "no Pod to go by");
    assert_eq!(of(&pod("a", "labels: {app: web}")), 1);
    assert_eq!(of(&pod("a", "labels: {app: db}")), 0);
    assert_eq!(of(&pod("a", "namespace: other")), 0);
    let operator =
        "---\napiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: db}\nspec: {}\n";
    assert_eq!(of(&[pod("a", "labels: {app: web}"), operator.to_owned()].concat()), 0);
    let monitor =
        "---\napiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: db}\nspec: {}\n";
    assert_eq!(of(&[pod("a", "labels: {app: web}"), monitor.to_owned()].concat()), 1);
}

#[test]
fn a_label_that_no_template_shows_makes_a_dead_service_a_hint() {
    let service = |selector: &str| {
        let service = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: s}}\nspec: {{selector: {{{selector}}}}}\n"
        );
        findings(check("service-selects-nothing"), &[service, pod("a", "labels: {app: db}")].concat())
    };
    let confidence = |found: Vec<Finding>| found.first().map(|finding| finding.confidence);
    assert_eq!(confidence(service("app: db")), None);
    assert_eq!(confidence(service("app: web")), Some(Confidence::Medium));
    assert_eq!(confidence(service("name: db")), Some(Confidence::Medium));
    assert_eq!(confidence(service("app: db, role: leader")), Some(Confidence::Low));
    assert_eq!(confidence(service("app: web, role: leader")), Some(Confidence::Medium));
}

#[test]
fn a_load_balancer_is_as_bad_as_the_port_it_opens() {
    let severity = |spec: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: s}}\nspec: {{type: LoadBalancer, {spec}}}\n"
        );
        findings(check("load-balancer-without-source-ranges"), &text).first().map(|finding| finding.severity)
    };
    assert_eq!(severity("ports: [{port: 443}, {port: 80}]"), Some(Severity::Low));
    assert_eq!(severity("ports: [{port: 8080}]"), Some(Severity::Medium));
    assert_eq!(severity("ports: [{port: 80}, {port: 22}]"), Some(Severity::High));
    assert_eq!(severity("loadBalancerSourceRanges: [], ports: [{port: 8080}]"), Some(Severity::Medium));
    assert_eq!(
        severity("loadBalancerSourceRanges: [10.0.0.0/8, '0.0.0.0/0'], ports: [{port: 8080}]"),
        Some(Severity::Medium)
    );
    assert_eq!(severity("loadBalancerSourceRanges: [10.0.0.0/8], ports: [{port: 22}]"), None);
    assert_eq!(severity("loadBalancerClass: tailscale, ports: [{port: 22}]"), None);
}

#[test]
fn ranges_may_stand_in_annotations() {
    let found = |annotation: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: s, annotations: {{{annotation}}}}}\nspec: {{type: LoadBalancer, ports: [{{port: 8080}}]}}\n"
        );
        findings(check("load-balancer-without-source-ranges"), &text).len()
    };
    let key = "service.beta.kubernetes.io/load-balancer-source-ranges";
    assert_eq!(found(&format!("{key}: '10.0.0.0/8, 192.0.2.0/24'")), 0);
    assert_eq!(found(&format!("{key}: '10.0.0.0/8,0.0.0.0/0'")), 1);
    assert_eq!(found(&format!("{key}: ''")), 1);
    assert_eq!(found("service.beta.kubernetes.io/aws-load-balancer-security-groups: sg-1"), 0);
}

#[test]
fn a_node_port_is_taken_away_with_all_that_needs_it() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {type: NodePort, externalTrafficPolicy: Local, ports: [{port: 80, nodePort: 30080}, {port: 81}]}\n";
    let found = findings(check("node-port-service"), text);
    let fix = found[0].fix.as_ref().expect("a fix");
    let paths: Vec<String> = fix.edits.iter().map(|edit| edit.change.path.to_string()).collect();
    assert_eq!(paths, ["spec.type", "spec.externalTrafficPolicy", "spec.ports[0].nodePort"]);
}

#[test]
fn tls_must_cover_each_host() {
    let found = |spec: &str, annotation: &str| {
        let text = format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i, annotations: {{{annotation}}}}}\nspec: {{{spec}}}\n"
        );
        said(check("ingress-without-tls"), &text)
    };
    let rules = "rules: [{host: a.example.com}, {host: b.example.com}]";
    assert_eq!(found(rules, "").len(), 1);
    assert_eq!(found(&format!("tls: [], {rules}"), "").len(), 1);
    assert!(found(&format!("tls: [{{secretName: s}}], {rules}"), "").is_empty());
    assert!(found(&format!("tls: [{{hosts: ['*.example.com']}}], {rules}"), "").is_empty());
    assert_eq!(
        found(&format!("tls: [{{hosts: [A.EXAMPLE.COM]}}], {rules}"), ""),
        ["ingress `i` serves the host `b.example.com` without TLS"]
    );
    assert_eq!(found("tls: [{hosts: ['*.example.com']}], rules: [{host: x.a.example.com}]", "").len(), 1);
    assert!(found("tls: [{hosts: ['*.example.com']}], rules: [{host: '*.example.com'}]", "").is_empty());
    assert!(found(rules, "traefik.ingress.kubernetes.io/router.tls: 'true'").is_empty());
    assert_eq!(found(rules, "traefik.ingress.kubernetes.io/router.tls: 'false'").len(), 1);
    assert!(found(rules, "kubernetes.io/ingress.class: tailscale").is_empty());
}

const GATEWAY: &str = "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: g, namespace: edge}
spec: {listeners: [{name: plain, port: 80, protocol: HTTP}]}
";

#[test]
fn a_plain_listener_is_fine_where_every_route_redirects() {
    let route = |name: &str, parent: &str, rule: &str| {
        format!(
            "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: {name}, namespace: shop}}\nspec: {{parentRefs: [{{name: g, {parent}}}], rules: [{{{rule}}}]}}\n"
        )
    };
    let redirect = "filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]";
    let serve = "backendRefs: [{name: web, port: 80}]";
    let found = |routes: &[String]| {
        findings(check("gateway-without-tls"), &[&[GATEWAY.to_owned()], routes].concat().concat()).len()
    };
    assert_eq!(found(&[]), 1);
    assert_eq!(found(&[route("a", "namespace: edge", redirect)]), 0);
    assert_eq!(found(&[route("a", "namespace: edge, sectionName: plain", redirect)]), 0);
    assert_eq!(found(&[route("a", "namespace: edge, port: 80", redirect)]), 0);
    assert_eq!(found(&[route("a", "namespace: edge", redirect), route("b", "namespace: edge", serve)]), 1);
    assert_eq!(found(&[route("a", "namespace: edge, sectionName: other", redirect)]), 1);
    assert_eq!(found(&[route("a", "port: 80", redirect)]), 1, "a gateway of the route's own namespace");
    let elsewhere = route("b", "namespace: edge, sectionName: other", serve);
    assert_eq!(found(&[route("a", "namespace: edge, sectionName: plain", redirect), elsewhere]), 0);
}

#[test]
fn istio_redirects_and_egress_gateways_are_fine() {
    let found = |server: &str, selector: &str| {
        let text = format!(
            "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {{name: g}}\nspec: {{selector: {{istio: {selector}}}, servers: [{server}]}}\n"
        );
        findings(check("gateway-without-tls"), &text).len()
    };
    assert_eq!(found("{port: {number: 80, name: http, protocol: HTTP}}", "ingressgateway"), 1);
    assert_eq!(
        found(
            "{port: {number: 80, name: http, protocol: HTTP}, tls: {httpsRedirect: true}}",
            "ingressgateway"
        ),
        0
    );
    assert_eq!(
        found("{port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: SIMPLE}}", "ingressgateway"),
        0
    );
    assert_eq!(found("{port: {number: 80, name: http, protocol: HTTP}}", "egressgateway"), 0);
}

#[test]
fn a_policy_without_rules_lets_nobody_in() {
    let found = |spec: &str| {
        let text = format!(
            "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {{name: p}}\nspec: {spec}\n"
        );
        findings(check("istio-allow-all"), &text).len()
    };
    assert_eq!(found("{}"), 0);
    assert_eq!(found("{rules: []}"), 0);
    assert_eq!(found("{rules: [{}]}"), 1);
    assert_eq!(found("{action: ALLOW, rules: [{}, {from: [{source: {namespaces: [a]}}]}]}"), 1);
    assert_eq!(found("{action: DENY, rules: [{}]}"), 0);
    assert_eq!(found("{action: AUDIT, rules: [{}]}"), 0);
    assert_eq!(found("{rules: [{to: [{operation: {ports: ['8080']}}]}]}"), 0);
}

#[test]
fn the_metadata_service_is_reached_by_port_80_only() {
    let confidence = |rule: &str, more: &str| {
        let text = [policy(&format!("policyTypes: [Egress], egress: [{rule}]")), more.to_owned()].concat();
        findings(check("metadata-endpoint-reachable"), &text).first().map(|finding| finding.confidence)
    };
    let to = |cidr: &str, more: &str| format!("{{to: [{{ipBlock: {{cidr: '{cidr}'{more}}}}}]}}");
    assert_eq!(confidence(&to("169.254.169.254/32", ""), ""), Some(Confidence::High));
    assert_eq!(confidence(&to("169.254.0.0/16", ""), ""), Some(Confidence::High));
    assert_eq!(confidence(&to("fd00:ec2::254/128", ""), ""), Some(Confidence::High));
    assert_eq!(confidence(&to("169.254.20.10/32", ""), ""), None);
    assert_eq!(confidence(&to("10.0.0.0/8", ""), ""), None);
    assert_eq!(confidence(&to("0.0.0.0/0", ""), ""), Some(Confidence::Low));
    assert_eq!(confidence(&to("0.0.0.0/0", ", except: [169.254.169.254/32]"), ""), None);
    assert_eq!(confidence(&to("0.0.0.0/0", ", except: [10.0.0.0/8]"), ""), Some(Confidence::Low));
    let port =
        |port: &str| format!("{{to: [{{ipBlock: {{cidr: 169.254.169.254/32}}}}], ports: [{{{port}}}]}}");
    assert_eq!(confidence(&port("port: 443"), ""), None);
    assert_eq!(confidence(&port("port: 80"), ""), Some(Confidence::High));
    assert_eq!(confidence(&port("port: 80, protocol: UDP"), ""), None);
    assert_eq!(confidence(&port("port: 1, endPort: 1024"), ""), Some(Confidence::High));
    let aws =
        "---\napiVersion: v1\nkind: Node\nmetadata: {name: n}\nspec: {providerID: aws:///eu-west-1a/i-0}\n";
    assert_eq!(confidence(&to("0.0.0.0/0", ""), aws), Some(Confidence::Medium));
    assert_eq!(confidence("{}", ""), None);
    assert_eq!(confidence("{}", aws), Some(Confidence::Medium));
}

#[test]
fn ciliums_default_deny_is_no_opening() {
    let found = |rule: &str| {
        let text = format!(
            "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {{name: p}}\nspec: {{endpointSelector: {{}}, ingress: [{rule}]}}\n"
        );
        findings(check("cilium-from-world"), &text).first().map(|finding| finding.severity)
    };
    assert_eq!(found("{}"), None);
    assert_eq!(found("{fromEntities: [cluster, host]}"), None);
    assert_eq!(found("{fromEntities: [world]}"), Some(Severity::Medium));
    assert_eq!(found("{fromEntities: [all], toPorts: [{ports: [{port: '80'}]}]}"), Some(Severity::Low));
    assert_eq!(found("{fromCIDR: [0.0.0.0/0]}"), Some(Severity::Medium));
    assert_eq!(found("{fromCIDRSet: [{cidr: 0.0.0.0/0, except: [10.0.0.0/8]}]}"), None);
    assert_eq!(found("{toPorts: [{ports: [{port: '80'}]}]}"), Some(Severity::Low));
    assert_eq!(found("{fromEndpoints: [{}], toPorts: [{ports: [{port: '80'}]}]}"), None);
    assert_eq!(found("{fromEndpoints: []}"), None);
}

#[test]
fn hosts_that_stand_for_many() {
    let found = |spec: &str| {
        let text = format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i}}\nspec: {{{spec}}}\n"
        );
        findings(check("ingress-wildcard-host"), &text).len()
    };
    let paths = "http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web}}}]}";
    assert_eq!(found(&format!("rules: [{{host: a.example.com, {paths}}}]")), 0);
    assert_eq!(found(&format!("rules: [{{host: '*.example.com', {paths}}}]")), 1);
    assert_eq!(found(&format!("rules: [{{{paths}}}]")), 1);
    assert_eq!(found("defaultBackend: {service: {name: web}}"), 1);
    assert_eq!(
        found(&format!(
            "defaultBackend: {{service: {{name: web}}}}, rules: [{{host: a.example.com, {paths}}}]"
        )),
        0
    );
}

#[test]
fn snippets_count_under_any_prefix_and_only_with_content() {
    let found = |annotation: &str| {
        let text = format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i, annotations: {{{annotation}}}}}\nspec: {{}}\n"
        );
        findings(check("ingress-snippet-annotation"), &text).len()
    };
    assert_eq!(found("nginx.ingress.kubernetes.io/server-snippet: 'a;'"), 1);
    assert_eq!(found("internal.example.com/configuration-snippet: 'a;'"), 1);
    assert_eq!(found("nginx.org/location-snippets: 'a;'"), 1);
    assert_eq!(found("nginx.ingress.kubernetes.io/server-snippet: ''"), 0);
    assert_eq!(found("nginx.ingress.kubernetes.io/rewrite-target: /"), 0);
}

#[test]
fn wrong_types_are_survived() {
    let kinds = [
        ("networking.k8s.io/v1", "NetworkPolicy"),
        ("networking.k8s.io/v1", "Ingress"),
        ("v1", "Service"),
        ("cilium.io/v2", "CiliumNetworkPolicy"),
        ("projectcalico.org/v3", "GlobalNetworkPolicy"),
        ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"),
        ("gateway.networking.k8s.io/v1", "Gateway"),
        ("gateway.networking.k8s.io/v1", "HTTPRoute"),
        ("networking.istio.io/v1", "Gateway"),
        ("networking.istio.io/v1", "VirtualService"),
        ("security.istio.io/v1", "PeerAuthentication"),
        ("security.istio.io/v1", "AuthorizationPolicy"),
        ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
        ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"),
        ("kyverno.io/v1", "ClusterPolicy"),
        ("policies.kyverno.io/v1", "ValidatingPolicy"),
        ("constraints.gatekeeper.sh/v1beta1", "Any"),
    ];
    let values = [
        "null",
        "7",
        "text",
        "[]",
        "[7, null, text, [], {}]",
        "{ingress: 7, egress: text, rules: 7, servers: {}, listeners: text, tls: 7, ports: {}, podSelector: 7, selector: []}",
        "{ingress: [7, null, []], egress: [{to: 7}], rules: [null, 7], servers: [null], listeners: [7], tls: [7], ports: [null]}",
    ];
    for (version, kind) in kinds {
        for value in values {
            let text = format!(
                "{}---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\nspec: {value}\nwebhooks: {value}\n",
                pod("a", "")
            );
            for check in sekisho_posture::checks() {
                findings(check, &text);
            }
        }
    }
}
