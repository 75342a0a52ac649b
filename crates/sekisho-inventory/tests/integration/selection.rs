//! Which Pods selectors pick, and which Services and routes lead to a Pod.

use sekisho_inventory::{Inventory, Reach, selects};
use sekisho_manifest::selector::Selector;

use crate::support::{inventory, labelled, names, pod};

fn picked(inventory: &Inventory, selector: &str) -> Vec<String> {
    let selector: Selector = selector.parse().expect("a selector");
    inventory.pods_selected("shop", &selector).map(|pod| pod.object.name.to_string()).collect()
}

#[test]
fn selectors_pick_pods_by_the_labels_of_their_templates() {
    let inventory = inventory(&[
        labelled("a", "app: web, tier: front"),
        labelled("b", "app: web"),
        labelled("c", "app: db, tier: back"),
        labelled("d", ""),
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: e, namespace: other, labels: {app: web}}\nspec: {containers: []}\n".to_owned(),
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: f, labels: {app: web}}\nspec: {template: {metadata: {labels: {app: f}}, spec: {containers: []}}}\n".to_owned(),
    ]
    .concat());
    assert_eq!(picked(&inventory, "app=web"), ["a", "b"]);
    assert_eq!(picked(&inventory, "app=web,tier=front"), ["a"]);
    assert_eq!(picked(&inventory, "app in (db,web)"), ["a", "b", "c"]);
    assert_eq!(picked(&inventory, "app in (db,web),!tier"), ["b"]);
    assert_eq!(picked(&inventory, "tier"), ["a", "c"]);
    assert_eq!(picked(&inventory, "app notin (web)"), ["c", "d", "f"]);
    assert_eq!(picked(&inventory, ""), ["a", "b", "c", "d", "f"]);
    assert!(picked(&inventory, "app=missing").is_empty());
    assert_eq!(inventory.pods_in("other").count(), 1);
}

#[test]
fn labels_that_controllers_add_can_be_selected() {
    let inventory = inventory(
        "
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec: {template: {metadata: {labels: {app: db}}, spec: {containers: []}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: load}
spec: {template: {spec: {containers: []}}}
",
    );
    assert_eq!(picked(&inventory, "statefulset.kubernetes.io/pod-name=db-0"), ["db"]);
    assert_eq!(picked(&inventory, "app=db,statefulset.kubernetes.io/pod-name in (db-0,x-1)"), ["db"]);
    assert!(picked(&inventory, "statefulset.kubernetes.io/pod-name=db-web").is_empty());
    assert!(picked(&inventory, "statefulset.kubernetes.io/pod-name=db").is_empty());
    assert_eq!(picked(&inventory, "batch.kubernetes.io/job-name=load"), ["load"]);
    assert!(picked(&inventory, "job-name=other").is_empty());
    assert_eq!(picked(&inventory, "controller-revision-hash"), ["db"]);
}

#[test]
fn a_pod_that_no_index_holds_is_matched_too() {
    let inventory = inventory(&labelled("a", "app: web"));
    assert!(selects(&"app=web".parse().expect("a selector"), &pod(&inventory, "a")));
}

const WAYS: &str = "
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: both}
spec: {selector: {app: web, tier: front}}
---
apiVersion: v1
kind: Service
metadata: {name: other, namespace: other}
spec: {selector: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: by-hand}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: alias}
spec: {type: ExternalName, externalName: example.com, selector: {app: web}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: public}
spec:
  rules: [{host: a.example.com, http: {paths: [{path: /, backend: {service: {name: web}}}, {path: /b, backend: {service: {name: web}}}]}}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: elsewhere, namespace: other}
spec: {defaultBackend: {service: {name: web}}}
";

#[test]
fn services_and_routes_lead_to_pods() {
    let inventory =
        inventory(&[labelled("a", "app: web"), labelled("b", "app: web, tier: front"), WAYS.into()].concat());
    assert_eq!(names(inventory.services_of(&pod(&inventory, "a"))), ["web"]);
    assert_eq!(names(inventory.services_of(&pod(&inventory, "b"))), ["web", "both"]);
    let web = inventory.find("", "Service", Some("shop"), "web").expect("the service");
    assert_eq!(names(inventory.routes_to(web)), ["public"]);
}

#[test]
fn exposure_is_as_wide_as_the_widest_way() {
    let reach = |text: &str| {
        let inventory = inventory(&[labelled("a", "app: web"), text.to_owned()].concat());
        let exposure = inventory.exposure(&pod(&inventory, "a"));
        (exposure.reach(), exposure.is_public())
    };
    let service = |spec: &str| {
        format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {{selector: {{app: web}}, {spec}}}\n"
        )
    };
    assert_eq!(reach(""), (None, false));
    assert_eq!(reach(&service("type: ClusterIP")), (Some(Reach::Cluster), false));
    assert_eq!(reach(&service("type: NodePort")), (Some(Reach::NodePort), false));
    assert_eq!(reach(&service("externalIPs: [192.0.2.1]")), (Some(Reach::ExternalAddress), true));
    assert_eq!(reach(&service("type: LoadBalancer")), (Some(Reach::LoadBalancer), true));
    assert_eq!(reach(WAYS), (Some(Reach::Route), true));
}

#[test]
fn a_private_load_balancer_or_class_is_not_public() {
    let public = |text: &str| {
        let inventory = inventory(&[labelled("a", "app: web"), text.to_owned()].concat());
        inventory.exposure(&pod(&inventory, "a")).is_public()
    };
    let balancer = |annotation: &str, spec: &str| {
        public(&format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: web, annotations: {{{annotation}}}}}\n\
             spec: {{type: LoadBalancer, selector: {{app: web}}{spec}}}\n"
        ))
    };
    assert!(balancer("", ""));
    assert!(!balancer("networking.gke.io/load-balancer-type: Internal", ""));
    assert!(!balancer("service.beta.kubernetes.io/aws-load-balancer-internal: \"true\"", ""));
    assert!(balancer("service.beta.kubernetes.io/aws-load-balancer-internal: \"false\"", ""));
    assert!(balancer(
        "service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing",
        ", loadBalancerClass: service.k8s.aws/nlb"
    ));
    assert!(!balancer("", ", loadBalancerClass: service.k8s.aws/nlb"));
    let ingress = |class: &str| {
        public(&format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {{selector: {{app: web}}}}\n---\n\
             apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: web}}\n\
             spec: {{ingressClassName: {class}, defaultBackend: {{service: {{name: web}}}}}}\n"
        ))
    };
    assert!(ingress("nginx"));
    assert!(!ingress("nginx-internal"));
    assert!(!ingress("alb"));
}

#[test]
fn every_kind_of_route_leads_to_its_services() {
    let routes = [
        "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: r}\nspec: {backend: {serviceName: web, servicePort: 80}}",
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec: {parentRefs: [{name: g}], rules: [{backendRefs: [{name: web, port: 80}]}]}",
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: edge}\nspec: {parentRefs: [{name: g}], rules: [{backendRefs: [{name: web, namespace: shop}]}]}",
        "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: r}\nspec: {to: {kind: Service, name: web}}",
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: r, namespace: edge}\nspec: {gateways: [g], http: [{route: [{destination: {host: web.shop.svc.cluster.local}}]}]}",
        "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {name: r}\nspec: {routes: [{match: Host(`a`), services: [{name: web, port: 80}]}]}",
        "apiVersion: projectcontour.io/v1\nkind: HTTPProxy\nmetadata: {name: r}\nspec: {routes: [{services: [{name: web, port: 80}]}]}",
    ];
    let inside = [
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec: {parentRefs: [{kind: Service, group: \"\", name: web}], rules: [{backendRefs: [{name: web}]}]}",
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: r}\nspec: {http: [{route: [{destination: {host: web}}]}]}",
        "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: r}\nspec: {to: {kind: Other, name: web}}",
    ];
    let leads = |route: &str| {
        let inventory = inventory(&format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {{selector: {{a: b}}}}\n---\n{route}\n"
        ));
        let web = inventory.find("", "Service", Some("shop"), "web").expect("the service");
        inventory.routes_to(web).count() == 1
    };
    for route in routes {
        assert!(leads(route), "{route}");
    }
    for route in inside {
        assert!(!leads(route), "{route}");
    }
}
