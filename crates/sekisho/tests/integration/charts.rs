//! Charts as targets: what is recognised, where findings point, what cannot be rendered.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::command::{PRIVILEGED, Ran, Workbench};

pub(crate) const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";

/// A Deployment of which three fields come from values.
pub(crate) const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: \"{{ .Values.image.repository }}:{{ .Values.image.tag }}\"
          securityContext:
            {{- toYaml .Values.securityContext | nindent 12 }}
";

pub(crate) const VALUES: &str = "\
# what the shop runs
image:
  repository: registry.example.com/web
  tag: 1.4.2
securityContext:
  # the driver
  privileged: true
";

/// Writes a chart with one privileged container.
pub(crate) fn chart(bench: &Workbench, folder: &str) {
    bench.file(&format!("{folder}/Chart.yaml"), CHART);
    bench.file(&format!("{folder}/values.yaml"), VALUES);
    bench.file(&format!("{folder}/templates/deployment.yaml"), DEPLOYMENT);
}

/// The findings of a rule as `file:line:column (key)`, in the order of their text.
pub(crate) fn places(ran: &Ran, rule: &str) -> Vec<String> {
    let report = report(ran);
    let findings = report["findings"].as_array().expect("findings");
    let of_rule =
        findings.iter().filter(|finding| finding["rule"] == rule && finding["suppressed"].is_null());
    let mut places: Vec<String> = of_rule
        .map(|finding| {
            let location = &finding["location"];
            let place = format!(
                "{}:{}:{}",
                location["file"].as_str().expect("a file"),
                location["startLine"],
                location["startColumn"]
            );
            match location["value"]["key"].as_str() {
                Some(key) => format!("{place} ({key})"),
                None => place,
            }
        })
        .collect();
    places.sort();
    places
}

/// What was not examined, as `file:line: message`.
pub(crate) fn unread(ran: &Ran) -> Vec<String> {
    let report = report(ran);
    let skipped = report["coverage"]["skipped"].as_array().expect("what was skipped");
    skipped
        .iter()
        .filter(|skip| skip["reason"] == "unreadable")
        .map(|skip| {
            let line = skip["line"].as_u64().map_or_else(String::new, |line| format!(":{line}"));
            format!(
                "{}{line}: {}",
                skip["file"].as_str().expect("a file"),
                skip["message"].as_str().expect("a message")
            )
        })
        .collect()
}

pub(crate) fn report(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("no JSON: {}{}", ran.out, ran.err))
}

/// An archive of files, as `helm package` makes one.
pub(crate) fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        entry(&mut builder, path, tar::EntryType::Regular, "", bytes);
    }
    gzip(&builder.into_inner().expect("an archive"))
}

/// Adds an entry whose name and link are written as they are.
pub(crate) fn entry(
    builder: &mut tar::Builder<Vec<u8>>,
    path: &str,
    kind: tar::EntryType,
    link: &str,
    bytes: &[u8],
) {
    let mut header = tar::Header::new_gnu();
    let fields = header.as_gnu_mut().expect("a header");
    fields.name[..path.len()].copy_from_slice(path.as_bytes());
    fields.linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_entry_type(kind);
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    builder.append(&header, bytes).expect("an entry");
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("bytes");
    encoder.finish().expect("an archive")
}

const SCAN: &[&str] = &["scan", ".", "--format", "json"];

#[test]
fn a_finding_points_at_the_template_and_names_its_value() {
    let bench = Workbench::new();
    chart(&bench, "deploy/shop");
    let ran = bench.run(SCAN);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert_eq!(
        places(&ran, "privileged-container"),
        ["deploy/shop/templates/deployment.yaml:17:13 (securityContext.privileged)"]
    );
    let report = report(&ran);
    let finding = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .find(|finding| finding["rule"] == "privileged-container")
        .expect("the finding");
    let value = &finding["location"]["value"];
    assert_eq!(value["file"], "deploy/shop/values.yaml");
    assert_eq!((value["line"].as_u64(), value["column"].as_u64()), (Some(7), Some(15)));

    let table = bench.run(&["scan", ".", "--only", "privileged-container"]).out;
    assert!(
        table.contains("deploy/shop/templates/deployment.yaml:17:13 (values: securityContext.privileged)"),
        "{table}"
    );
    assert!(table.contains("deploy/shop/values.yaml:7:15"), "{table}");
    for format in ["html", "markdown", "junit", "github", "gitlab", "gitlab-sast"] {
        let written = bench.run(&["scan", ".", "--only", "privileged-container", "--format", format]).out;
        assert!(written.contains("deploy/shop/templates/deployment.yaml"), "{format}: {written}");
        assert!(written.contains("(values: securityContext.privileged)"), "{format}: {written}");
    }
}

#[test]
fn sarif_has_the_template_as_place_and_the_values_beside_it() {
    let bench = Workbench::new();
    chart(&bench, "shop");
    let ran = bench.run(&["scan", "shop", "--format", "sarif", "--only", "privileged-container"]);
    let result = &report(&ran)["runs"][0]["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "shop/templates/deployment.yaml");
    assert_eq!(place["region"]["startLine"], 17);
    let related = &result["relatedLocations"][0];
    assert_eq!(related["physicalLocation"]["artifactLocation"]["uri"], "shop/values.yaml");
    assert_eq!(related["physicalLocation"]["region"]["startLine"], 7);
}

#[test]
fn each_chart_is_examined_once() {
    let bench = Workbench::new();
    chart(&bench, "shop");
    chart(&bench, "shop/charts/below");
    bench.file("shop/charts/below/Chart.yaml", CHART.replace("shop", "below"));
    let packed = archive(&[
        ("packed/Chart.yaml", CHART.replace("shop", "packed").as_bytes()),
        ("packed/values.yaml", VALUES.as_bytes()),
        ("packed/templates/deployment.yaml", DEPLOYMENT.as_bytes()),
    ]);
    bench.file("shop/charts/packed-1.0.0.tgz", &packed);
    bench.file("library/Chart.yaml", format!("{CHART}type: library\n"));
    bench.file("library/templates/_web.tpl", "{{ define \"web\" }}x{{ end }}");
    let ran = bench.run(SCAN);
    assert_eq!(
        places(&ran, "privileged-container"),
        [
            "shop/charts/below/templates/deployment.yaml:17:13 (below.securityContext.privileged)",
            "shop/charts/packed-1.0.0.tgz!templates/deployment.yaml:17:13 (packed.securityContext.privileged)",
            "shop/templates/deployment.yaml:17:13 (securityContext.privileged)",
        ]
    );
    assert_eq!(unread(&ran), Vec::<String>::new());
}

#[test]
fn dependencies_that_git_ignores_are_read() {
    let bench = Workbench::new();
    bench.file(".gitignore", "charts/\nbuild/\n");
    bench.file("shop/Chart.yaml", format!("{CHART}dependencies: [{{name: web, version: 1.0.0}}]\n"));
    chart(&bench, "shop/charts/web");
    bench.file("shop/charts/web/Chart.yaml", CHART.replace("shop", "web"));
    chart(&bench, "build/shop");
    let ran = bench.run(SCAN);
    assert_eq!(ran.status, 1, "{:?}", unread(&ran));
    assert_eq!(
        places(&ran, "privileged-container"),
        ["shop/charts/web/templates/deployment.yaml:17:13 (web.securityContext.privileged)"]
    );
}

#[test]
fn archives_are_told_by_their_content() {
    let bench = Workbench::new();
    let files: &[(&str, &[u8])] = &[
        ("shop/Chart.yaml", CHART.as_bytes()),
        ("shop/values.yaml", VALUES.as_bytes()),
        ("shop/templates/deployment.yaml", DEPLOYMENT.as_bytes()),
    ];
    bench.file("shop-1.0.0.tgz", archive(files));
    bench.file("sources.tar.gz", archive(&[("README", b"x"), ("src/main.c", b"int main;")]));
    bench.file("plain.tgz", "no archive at all");
    let ran = bench.run(SCAN);
    assert_eq!(ran.status, 1, "{}", ran.out);
    assert_eq!(
        places(&ran, "privileged-container"),
        ["shop-1.0.0.tgz!templates/deployment.yaml:17:13 (securityContext.privileged)"]
    );
    fs::rename(bench.path().join("shop-1.0.0.tgz"), bench.path().join("shop.bin")).expect("a file");
    assert!(bench.run(&["scan", "shop.bin", "--format", "json"]).has("privileged-container"));
    assert_eq!(bench.run(&["scan", "sources.tar.gz"]).status, 4, "the user says that it is a chart");
}

#[test]
fn hooks_and_definitions_are_examined_and_tests_are_not() {
    let bench = Workbench::new();
    bench.file("shop/Chart.yaml", CHART);
    let pod = |name: &str, annotations: &str| {
        PRIVILEGED.replace("  name: web\n  namespace", &format!("  name: {name}\n{annotations}  namespace"))
    };
    bench.file("shop/templates/hook.yaml", pod("hook", "  annotations: {helm.sh/hook: pre-install}\n"));
    bench.file("shop/templates/test.yaml", pod("test", "  annotations: {helm.sh/hook: test}\n"));
    bench.file("shop/templates/tests/other.yaml", pod("other", ""));
    bench.file("shop/templates/NOTES.txt", PRIVILEGED);
    bench.file("shop/crds/pod.yaml", pod("definition", ""));
    let ran = bench.run(SCAN);
    let places = places(&ran, "privileged-container");
    assert_eq!(places, ["shop/crds/pod.yaml:11:9", "shop/templates/hook.yaml:12:9"], "{}", ran.err);
}

#[test]
fn other_manifests_beside_a_chart_are_plain_ones() {
    let bench = Workbench::new();
    chart(&bench, ".");
    bench.file("deploy/pod.yaml", PRIVILEGED);
    bench.file("ci/test-values.yaml", PRIVILEGED);
    let ran = bench.run(SCAN);
    assert_eq!(
        places(&ran, "privileged-container"),
        ["deploy/pod.yaml:11:9", "templates/deployment.yaml:17:13 (securityContext.privileged)"]
    );
}

#[test]
fn what_is_drawn_at_random_is_no_credential_in_a_file() {
    let bench = Workbench::new();
    bench.file("shop/Chart.yaml", CHART);
    let secret = |name: &str, value: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}}}\ndata:\n  password: {value}\n")
    };
    bench.file("shop/templates/drawn.yaml", secret("drawn", "{{ randAlphaNum 16 | b64enc }}"));
    bench.file("shop/templates/kept.yaml", secret("kept", "{{ \"correct-horse-9\" | b64enc }}"));
    bench.file("shop/templates/given.yaml", secret("given", "{{ .Values.password | b64enc }}"));
    bench.file("shop/values.yaml", "password: battery-staple-7\n");
    let ran = bench.run(SCAN);
    assert_eq!(
        places(&ran, "secret-in-manifest"),
        ["shop/templates/given.yaml:5:3 (password)", "shop/templates/kept.yaml:5:3"],
        "{}",
        ran.out
    );
    let table = bench.run(&["scan", "."]).out;
    assert!(!table.contains("battery-staple") && !table.contains("correct-horse"), "{table}");
}
