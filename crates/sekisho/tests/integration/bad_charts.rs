//! Charts that cannot be rendered: an error with its place, and the other targets still examined.

use crate::charts::{CHART, archive, chart, entry, gzip, places, unread};
use crate::command::{PRIVILEGED, Ran, Workbench};

const SCAN: &[&str] = &["scan", ".", "--format", "json"];
const RULE: &str = "privileged-container";

/// Scans a good Pod beside a chart with these files; the Pod must be examined all the same.
fn beside_good(files: &[(&str, &str)]) -> Ran {
    let bench = Workbench::new();
    bench.file("good.yaml", PRIVILEGED);
    bench.file("bad/Chart.yaml", CHART);
    for (path, text) in files {
        bench.file(&format!("bad/{path}"), text);
    }
    scan(&bench)
}

fn scan(bench: &Workbench) -> Ran {
    let ran = bench.run(SCAN);
    assert!(places(&ran, RULE).contains(&"good.yaml:11:9".to_owned()), "{}", ran.out);
    assert_eq!(ran.status, 4, "{:?}{}", unread(&ran), ran.err);
    ran
}

#[test]
fn errors_have_their_place() {
    for (files, start, words) in [
        (
            &[("templates/a.yaml", "a: 1\nb: {{ .Values.x.y }}\n")][..],
            "bad/templates/a.yaml:2:",
            "nil pointer",
        ),
        (&[("templates/a.yaml", "a: 1\nb: {{ if }}\n")], "bad/templates/a.yaml:2:", "missing value for if"),
        (&[("templates/a.yaml", "a: {{ nope }}\n")], "bad/templates/a.yaml:1:", "nope"),
        (
            &[
                ("templates/a.yaml", "\na: {{ required \"give a tag\" .Values.image.tag }}\n"),
                ("values.yaml", "image: {}\n"),
            ],
            "bad/templates/a.yaml:2:",
            "give a tag (values: image.tag)",
        ),
        (
            &[
                ("templates/a.yaml", "a: {{ include \"b\" . }}\n"),
                ("templates/_b.tpl", "{{ define \"b\" }}\n{{ fail \"no\" }}{{ end }}"),
            ],
            "bad/templates/_b.tpl:2:",
            "no",
        ),
        (&[("templates/a.yaml", "a: 1\nb: [\n")], "bad/templates/a.yaml:", "no manifest"),
        (
            &[("templates/a.yaml", "a: 1\nb: {{ .Values.x }}\n"), ("values.yaml", "x: '{'\n")],
            "bad/templates/a.yaml:",
            "no manifest",
        ),
        (&[("values.yaml", "a: [\n")], "bad/values.yaml:", "no YAML"),
        (
            &[
                ("values.yaml", "replicas: many\n"),
                ("values.schema.json", r#"{"properties":{"replicas":{"type":"integer"}}}"#),
            ],
            "bad/values.yaml:1:",
            "do not fit their schema",
        ),
        (
            &[("Chart.yaml", "apiVersion: v2\nname: bad\nversion: 1.0.0\nkubeVersion: '<1.20'\n")],
            "bad/Chart.yaml:",
            "needs Kubernetes",
        ),
        (&[("Chart.yaml", "apiVersion: v2\nname: bad\n")], "bad/Chart.yaml:", "version"),
        (&[("Chart.yaml", "apiVersion: [\n")], "bad/Chart.yaml:", "no YAML"),
        (
            &[(
                "Chart.yaml",
                "apiVersion: v2\nname: bad\nversion: 1.0.0\ndependencies: [{name: db, version: 1.x.x, repository: 'https://charts.example.com'}]\n",
            )],
            "bad/Chart.yaml:",
            "`charts/`: db",
        ),
    ] {
        let ran = beside_good(files);
        let unread = unread(&ran);
        assert!(unread[0].starts_with(start) && unread[0].contains(words), "{files:?}: {unread:?}");
    }
}

#[test]
fn what_is_there_is_examined_although_dependencies_are_missing() {
    let bench = Workbench::new();
    bench.file("good.yaml", PRIVILEGED);
    chart(&bench, "shop");
    let missing = "dependencies: [{name: db, version: 1.x.x, repository: 'https://charts.example.com'}]\n";
    bench.file("shop/Chart.yaml", format!("{CHART}{missing}"));
    let ran = scan(&bench);
    assert_eq!(places(&ran, RULE).len(), 2, "{}", ran.out);
}

#[test]
fn templates_without_end_are_stopped() {
    for text in [
        "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
        "{{ define \"a\" }}{{ template \"b\" . }}{{ end }}{{ define \"b\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}",
        "{{ tpl .Values.loop . }}",
        "{{ range until 100000 }}{{ range until 100000 }}{{ range until 100000 }}x{{ end }}{{ end }}{{ end }}",
        "{{ repeat 1000000 (repeat 1000000 (repeat 1000000 \"x\")) }}",
        "{{ $x := \"xxxxxxxxxx\" }}{{ range until 100 }}{{ $x = printf \"%s%s%s%s\" $x $x $x $x }}{{ end }}{{ $x }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ toYaml $d }}",
        "{{ until 1000000000 }}",
        "{{ regexReplaceAll \"(a*)*b\" (repeat 100000 \"a\") \"x\" }}{{ fail \"the pattern was quick\" }}",
    ] {
        let ran =
            beside_good(&[("templates/a.yaml", text), ("values.yaml", "loop: '{{ tpl .Values.loop . }}'\n")]);
        let unread = unread(&ran);
        assert!(unread[0].starts_with("bad/templates/a.yaml"), "{text}: {unread:?}");
        assert!(unread[0].len() < 2_000, "{text}: {unread:?}");
    }
}

#[test]
fn nothing_outside_is_asked() {
    for text in ["{{ env \"HOME\" }}", "{{ expandenv \"$HOME\" }}"] {
        let ran = beside_good(&[("templates/a.yaml", text)]);
        assert!(unread(&ran)[0].starts_with("bad/templates/a.yaml:1:"), "{text}: {:?}", unread(&ran));
    }
    let bench = Workbench::new();
    bench.file("secret.txt", "apiVersion: hidden");
    bench.file("shop/Chart.yaml", CHART);
    bench.file(
        "shop/templates/a.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  host: {{ getHostByName \"example.com\" | quote }}\n  \
         file: {{ .Files.Get \"../secret.txt\" | quote }}\n  absolute: {{ .Files.Get \"/etc/hostname\" | quote }}\n  \
         {{- range $path, $_ := .Files.Glob \"../**\" }}\n  {{ $path }}: x\n  {{- end }}\n  \
         lookup: {{ lookup \"v1\" \"Secret\" \"shop\" \"s\" | toJson | quote }}\n",
    );
    let ran = bench.run(&["render", "shop"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    for empty in ["host: \"\"", "file: \"\"", "absolute: \"\"", "lookup: \"{}\""] {
        assert!(ran.out.contains(empty), "{empty}: {}", ran.out);
    }
    assert!(!ran.out.contains("hidden"), "{}", ran.out);
}

#[cfg(unix)]
#[test]
fn links_out_of_a_chart_are_refused() {
    use std::os::unix::fs::symlink;

    let bench = Workbench::new();
    bench.file("good.yaml", PRIVILEGED);
    bench.file("outside/a.txt", PRIVILEGED);
    bench.file("bad/Chart.yaml", CHART);
    bench.file("bad/templates/b.yaml", "");
    symlink("../../outside/a.txt", bench.path().join("bad/templates/a.yaml")).expect("a link");
    let ran = scan(&bench);
    assert!(
        unread(&ran)[0].starts_with("bad/templates/a.yaml: a symbolic link that leaves"),
        "{:?}",
        unread(&ran)
    );
    assert_eq!(places(&ran, RULE).len(), 1);

    // A folder outside, and one that holds itself.
    for (target, words) in [("../outside", "bad/templates/more: a symbolic link"), ("..", "bad")] {
        let bench = Workbench::new();
        bench.file("good.yaml", PRIVILEGED);
        bench.file("outside/a.yaml", PRIVILEGED.replace("name: web", "name: other"));
        bench.file("bad/Chart.yaml", CHART);
        bench.file("bad/templates/b.yaml", "");
        let link = bench.path().join("bad/templates/more");
        symlink(if target == ".." { "../templates" } else { "../../outside" }, link).expect("a link");
        let ran = scan(&bench);
        assert!(unread(&ran)[0].starts_with(words), "{:?}", unread(&ran));
    }

    // What a chart can do without is left out and named.
    let bench = Workbench::new();
    bench.file("README.md", "x");
    chart(&bench, "shop");
    symlink("../README.md", bench.path().join("shop/README.md")).expect("a link");
    let ran = bench.run(SCAN);
    assert_eq!((ran.status, places(&ran, RULE).len()), (1, 1), "{}", ran.out);
    assert!(ran.out.contains("shop/README.md"), "{}", ran.out);
}

/// The good entries of an archive, and one more.
fn with_entry(path: &str, kind: tar::EntryType, link: &str, bytes: &[u8]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    entry(&mut builder, "bad/Chart.yaml", tar::EntryType::Regular, "", CHART.as_bytes());
    entry(&mut builder, "bad/templates/a.yaml", tar::EntryType::Regular, "", PRIVILEGED.as_bytes());
    entry(&mut builder, path, kind, link, bytes);
    gzip(&builder.into_inner().expect("an archive"))
}

#[test]
fn archive_traps_are_named() {
    use tar::EntryType;

    let zeros = vec![0; 8 << 20];
    let whole = archive(&[("bad/Chart.yaml", CHART.as_bytes()), ("bad/templates/a.yaml", b"a: 1\n")]);
    let nested = archive(&[("inner/Chart.yaml", CHART.as_bytes()), ("inner/big", &zeros)]);
    let many: Vec<(String, Vec<u8>)> =
        (0..60_000).map(|number| (format!("bad/files/{number}"), Vec::new())).collect();
    let mut files: Vec<(&str, &[u8])> = vec![("bad/Chart.yaml", CHART.as_bytes())];
    files.extend(many.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())));
    for (name, bytes, words) in [
        (
            "number 1 and 4: a bomb",
            archive(&[("bad/Chart.yaml", CHART.as_bytes()), ("bad/big", &zeros)]),
            "larger than",
        ),
        (
            "number 1: a bomb before the chart",
            archive(&[("bad/big", &zeros), ("bad/Chart.yaml", CHART.as_bytes())]),
            "larger than",
        ),
        (
            "number 3: a bomb in a bomb",
            archive(&[("bad/Chart.yaml", CHART.as_bytes()), ("bad/charts/inner.tgz", &nested)]),
            "larger than",
        ),
        ("number 5: upward", with_entry("bad/../../evil", EntryType::Regular, "", b"x"), "leads out"),
        ("number 6: absolute", with_entry("/etc/evil", EntryType::Regular, "", b"x"), "absolute"),
        (
            "number 7: a link",
            with_entry("bad/templates/l.yaml", EntryType::Symlink, "/etc/passwd", b""),
            "is a link",
        ),
        (
            "number 8: a hard link",
            with_entry("bad/templates/l.yaml", EntryType::Link, "/etc/passwd", b""),
            "is a link",
        ),
        ("number 11: a device", with_entry("bad/null", EntryType::Char, "", b""), "no regular file"),
        ("number 13: many files", archive(&files), "more than"),
        ("outside", with_entry("evil", EntryType::Regular, "", b"x"), "outside the chart's folder"),
        ("broken", whole[..whole.len() / 2].to_vec(), "broken"),
    ] {
        let bench = Workbench::new();
        bench.file("good.yaml", PRIVILEGED);
        bench.file("bad.tgz", &bytes);
        let ran = scan(&bench);
        let unread = unread(&ran);
        assert!(unread[0].starts_with("bad.tgz") && unread[0].contains(words), "{name}: {unread:?}");
        assert_eq!(places(&ran, RULE).len(), 1, "{name}");
    }
}
