//! `sekisho render`: what would be applied, as the tools that apply it print it.

use crate::charts::{CHART, archive, chart};
use crate::command::{PRIVILEGED, Workbench};

#[test]
fn a_chart_is_printed_as_helm_prints_it() {
    let bench = Workbench::new();
    chart(&bench, "shop");
    bench.file("shop/templates/a-service.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n");
    let ran =
        bench.run(&["render", "shop", "--release", "live", "--namespace", "shop", "--set", "image.tag=2"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let expected = "\
---
# Source: shop/templates/a-service.yaml
apiVersion: v1
kind: Service
metadata: {name: web}

---
# Source: shop/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: live
  namespace: shop
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: \"registry.example.com/web:2\"
          securityContext:
            privileged: true
";
    assert_eq!(ran.out, expected);
    bench.file("shop/crds/c.yaml", "kind: CustomResourceDefinition\n");
    assert!(!bench.run(&["render", "shop"]).out.contains("CustomResourceDefinition"));
    assert!(bench.run(&["render", "shop", "--include-crds"]).out.contains("CustomResourceDefinition"));
    bench.file("shop/templates/tests/t.yaml", PRIVILEGED);
    assert!(bench.run(&["render", "shop/Chart.yaml"]).out.contains("templates/tests/t.yaml"));
    assert!(!bench.run(&["render", "shop", "--skip-tests"]).out.contains("templates/tests/t.yaml"));
}

#[test]
fn a_kustomization_and_an_archive_are_printed_too() {
    let bench = Workbench::new();
    bench.file("kustomization.yaml", "resources: [pod.yaml]\nnamePrefix: my-\n");
    bench.file("pod.yaml", PRIVILEGED);
    let ran = bench.run(&["render"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.starts_with("apiVersion: v1\nkind: Pod\nmetadata:\n  name: my-web\n"), "{}", ran.out);
    let files: &[(&str, &[u8])] =
        &[("shop/Chart.yaml", CHART.as_bytes()), ("shop/templates/pod.yaml", PRIVILEGED.as_bytes())];
    bench.file("shop.tgz", archive(files));
    let ran = bench.run(&["render", "shop.tgz", "--output", "out.yaml"]);
    assert_eq!((ran.status, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert!(bench.read("out.yaml").contains("# Source: shop/templates/pod.yaml"));
}

#[test]
fn what_cannot_be_rendered_ends_as_in_other_verbs() {
    let bench = Workbench::new();
    bench.file("bad/Chart.yaml", CHART);
    bench.file("bad/templates/a.yaml", "a: 1\nb: {{ fail \"no\" }}\n");
    let ran = bench.run(&["render", "bad"]);
    assert_eq!((ran.status, ran.out.as_str()), (4, ""));
    assert!(ran.err.starts_with("error: bad/templates/a.yaml:2: "), "{}", ran.err);
    bench.file("plain/pod.yaml", PRIVILEGED);
    assert_eq!(bench.run(&["render", "plain"]).status, 3);
    assert_eq!(bench.run(&["render", "nowhere"]).status, 2);
    bench.file("both/Chart.yaml", CHART);
    bench.file("both/kustomization.yaml", "resources: []\n");
    assert_eq!(bench.run(&["render", "both"]).status, 2);
    assert_eq!(bench.run(&["render", "bad", "--kube-version", "new"]).status, 2);
}
