//! The gate: what passes is attested and signed by the digest that was examined, and of what does not pass the registry
//! holds nothing new.

use serde_json::Value;

use crate::command::{Ran, Workbench};
use crate::images::{archive, django};
use crate::loopback_registry::{LoopbackRegistry, Pushed, digest};

const POLICY: &str = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: team}\nspec:\n  validationFailureAction: Audit\n  rules:\n  - name: label\n    match: {any: [{resources: {kinds: [Deployment]}}]}\n    validate: {message: needs a team, pattern: {metadata: {labels: {team: '?*'}}}}\n";

/// What an image says that it is built on.
const NAME: &str = "org.opencontainers.image.base.name";
const DIGEST: &str = "org.opencontainers.image.base.digest";

/// A registry, the bundle of the security team, and the key of the release team.
struct Gate {
    bench: Workbench,
    registry: LoopbackRegistry,
}

impl Gate {
    fn new(configuration: &str) -> Self {
        let bench = Workbench::new();
        bench.file("policies/team.yaml", POLICY);
        let gate = Self { bench, registry: LoopbackRegistry::start() };
        gate.rule(configuration);
        assert_eq!(gate.run(&["sign", "--new-key", "release"]).status, 0);
        gate
    }

    fn rule(&self, configuration: &str) {
        self.bench.file("policies/sekisho.yaml", configuration);
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.bench.run_in(arguments, b"", &[("SEKISHO_PASSWORD", "p")])
    }

    fn name(&self, image: &str) -> String {
        format!("{}/team/{image}", self.registry.host)
    }

    /// Asks the gate; the database in the program is older than it may usually be.
    fn ask_with(&self, image: &str, more: &[&str]) -> Ran {
        let image = self.name(image);
        let first = ["gate", &image, "--bundle", "policies", "--key", "release.key"];
        let age = ["--max-database-age", "36500"];
        self.run(&[&first[..], if more.contains(&age[0]) { &[] } else { &age }, more].concat())
    }

    fn ask(&self, image: &str) -> Ran {
        self.ask_with(image, &[])
    }

    /// What is attested of an image.
    fn attested(&self, image: &str, kind: &str) -> Vec<Value> {
        let image = self.name(image);
        let ran =
            self.run(&["verify", &image, "--key", "release.pub", "--attestation", kind, "--format", "json"]);
        let verdict: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
        let held = verdict["verified"].as_array().cloned().unwrap_or_default();
        held.into_iter().map(|one| one["statement"].clone()).collect()
    }

    fn is_signed(&self, image: &str) -> bool {
        self.run(&["verify", &self.name(image), "--key", "release.pub"]).status == 0
    }

    /// That an image fails with this status and these words, and that the registry is as it was.
    fn refuses(&self, image: &str, more: &[&str], status: i32, words: &str) {
        let before = self.registry.shelf();
        let ran = self.ask_with(image, more);
        assert_eq!(ran.status, status, "{}{}", ran.out, ran.err);
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
        let added: Vec<_> =
            self.registry.shelf().into_keys().filter(|path| !before.contains_key(path)).collect();
        assert!(added.is_empty(), "{added:?}");
        assert_eq!(self.registry.shelf(), before);
    }
}

fn layer(path: &str, text: &str) -> Vec<u8> {
    archive(&[(path, text.as_bytes())])
}

fn good() -> Vec<u8> {
    layer("app/run", "#!/bin/sh\n")
}

#[test]
fn what_passes_is_attested_and_signed() {
    let gate = Gate::new("scan: {failOn: medium}\n");
    let pushed = gate.registry.image("team/app", "1", &[good()], &[]);
    gate.bench.file("bom.json", r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}"#);
    gate.bench.file("build.json", r#"{"buildDefinition": {"buildType": "https://example.com/make"}}"#);
    let attach = ["--attach", "cyclonedx=bom.json", "--attach", "slsaprovenance1=build.json"];
    let ran = gate.ask_with("app:1", &[&attach[..], &["--valid-for", "2"]].concat());
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains(&pushed.digest) && ran.err.contains("the approval counts until"), "{}", ran.err);
    assert!(gate.is_signed("app:1"));
    let [statement] = &gate.attested("app:1", "gate")[..] else { panic!("one statement") };
    let claim = &statement["predicate"];
    assert_eq!(claim["result"], "passed");
    assert_eq!(claim["image"]["digest"], pushed.digest.as_str());
    let shown = gate.run(&["policy", "bundle", "show", "policies", "--cache", "cache"]);
    assert!(shown.out.contains(claim["bundle"]["digest"].as_str().expect("a digest")), "{}", shown.out);
    assert!(claim["database"]["ageDays"].is_u64() && claim["database"]["digest"].is_string(), "{claim}");
    assert_eq!(claim["tool"]["version"], env!("CARGO_PKG_VERSION"));
    let time =
        |key: &str| -> jiff::Timestamp { claim[key].as_str().expect("a time").parse().expect("a time") };
    assert_eq!(time("expires").duration_since(time("at")), jiff::SignedDuration::from_hours(48));
    for (kind, part) in [("cyclonedx", "bomFormat"), ("slsaprovenance1", "buildDefinition")] {
        let [statement] = &gate.attested("app:1", kind)[..] else { panic!("one statement of {kind}") };
        assert!(!statement["predicate"][part].is_null(), "{statement}");
    }
}

#[test]
fn of_what_does_not_pass_nothing_is_written() {
    let gate = Gate::new("scan: {failOn: medium}\nlicenses: {deny: [GPL-3.0-only]}\n");
    let image =
        |name: &str, layers: &[Vec<u8>]| gate.registry.image(&format!("team/{name}"), "1", layers, &[]);
    image("vulnerable", &[django()]);
    gate.refuses("vulnerable:1", &[], 1, "nothing was attested or signed");
    let token = ["glpat-", "x7Kq2Rm9Tz4Wv8Yb3Nc6"].concat();
    image("leaking", &[layer("app/.env", &format!("\nGITLAB_TOKEN={token}\n")), good()]);
    gate.refuses("leaking:1", &[], 1, "1 finding at or above `medium`");
    let metadata = "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\nLicense: GPL-3.0-only\n";
    image("licensed", &[layer("usr/lib/python3/dist-packages/thing-1.0.dist-info/METADATA", metadata)]);
    gate.refuses("licensed:1", &[], 1, "does not pass");
    // What cannot be read whole was not examined.
    let hostname = layer("etc/hostname", "x");
    image("broken", &[good(), hostname.clone()]);
    gate.registry.put(&format!("team/broken/blobs/{}", digest(&hostname)), "", &layer("etc/hostname", "y"));
    gate.refuses("broken:1", &[], 4, "was not examined as a whole");
    gate.refuses("absent:1", &[], 4, "has no");
    // What is wrong with how it is asked is said before anything is written, too.
    image("fine", &[good()]);
    gate.refuses("fine:1", &["--max-database-age", "0"], 4, "days old");
    gate.refuses("fine:1", &["--attach", "cyclonedx=none.json"], 2, "cannot read `none.json`");
    gate.refuses("fine:1", &["--dry-run"], 0, "nothing was attested or signed");
    let ran =
        gate.run(&["gate", &gate.name("fine:1"), "--bundle", "policies", "--max-database-age", "36500"]);
    assert!(ran.status == 2 && ran.out.is_empty() && ran.err.contains("name what signs"), "{}", ran.err);
    gate.bench.file("policies/kyverno-test.yaml", "apiVersion: cli.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: t}\npolicies: [team.yaml]\nresources: [none.yaml]\nresults: []\n");
    gate.refuses("fine:1", &[], 2, "the bundle is refused");
}

#[test]
fn a_list_passes_as_a_whole() {
    let gate = Gate::new("scan: {failOn: medium}\n");
    let fine = gate.registry.image("team/app", "amd64", &[good()], &[]);
    let bad = gate.registry.image("team/app", "arm64", &[good(), django()], &[]);
    gate.registry.index("team/app", "mixed", &[&fine, &bad]);
    gate.refuses("app:mixed", &[], 1, "does not pass");
    let other = gate.registry.image("team/app", "riscv64", &[good(), good()], &[]);
    let list = gate.registry.index("team/app", "fine", &[&fine, &other]);
    let ran = gate.ask("app:fine");
    assert!(ran.status == 0 && ran.err.contains(&list.digest), "{}{}", ran.out, ran.err);
    assert!(gate.is_signed("app:fine") && !gate.is_signed("app:mixed"));
}

#[test]
fn a_tag_that_moves_moves_nothing_that_was_examined() {
    let gate = Gate::new("scan: {failOn: medium}\n");
    let fine = gate.registry.image("team/app", "fine", &[good()], &[]);
    let bad = gate.registry.image("team/app", "1", &[django()], &[]);
    // The tag leads to what is fine when it is asked for first, and to what is bad from then on.
    let tag = "team/app/manifests/1";
    gate.registry.answer_once(tag, &fine.manifest);
    let ran = gate.ask("app:1");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains(&fine.digest), "{}", ran.err);
    let at = |image: &Pushed| format!("app@{}", image.digest);
    assert!(gate.is_signed(&at(&fine)) && !gate.is_signed(&at(&bad)) && !gate.is_signed("app:1"));
    assert_eq!(gate.attested(&at(&fine), "gate").len(), 1);
    // The other way round.
    let next = gate.registry.image("team/app", "1", &[good(), good()], &[]);
    gate.registry.answer_once(tag, &bad.manifest);
    gate.refuses("app:1", &[], 1, &bad.digest);
    assert!(!gate.is_signed(&at(&next)));
    // A digest is what its bytes are, whatever a registry answers.
    gate.registry.answer_once(&format!("team/app/manifests/{}", bad.digest), &fine.manifest);
    gate.refuses(&at(&bad), &[], 4, "sha256:");
    // A blob that is another when it is read is none.
    let hostname = layer("etc/hostname", "x");
    let other = gate.registry.image("team/app", "other", std::slice::from_ref(&hostname), &[]);
    gate.registry.put(&format!("team/app/blobs/{}", digest(&hostname)), "", &good());
    gate.refuses(&at(&other), &[], 4, "was not examined as a whole");
}

/// Who must have approved images, by a bundle with this limit.
fn trust(limit: &str, more: &str) -> String {
    format!(
        "scan: {{failOn: {limit}}}
trust:
- name: approved
  images: [\"127.0.0.1:*/team/**\"]
  signers: [{{name: release, key: release.pub}}]
  attestations:
  - type: gate
    conditions: [\"predicate.bundle.digest == bundle.digest\", \"{more}\"]
"
    )
}

#[test]
fn the_latest_approval_counts_however_many_there_are() {
    let gate = Gate::new("");
    gate.bench.file("policies/release.pub", gate.bench.read("release.pub"));
    gate.rule(&trust("high", "true"));
    let pushed = gate.registry.image("team/app", "1", &[good()], &[]);
    assert_eq!(gate.ask("app:1").status, 0);
    // As many more as an image has that passes every night for a year.
    let path = format!("team/app/manifests/{}", pushed.digest.replace(':', "-"));
    let mut list: Value = serde_json::from_slice(&gate.registry.get(&path).expect("a list"))
        .expect("a list of what refers to it");
    let entries = list["manifests"].as_array().expect("entries").clone();
    list["manifests"] = std::iter::repeat_n(entries, 300).flatten().collect();
    gate.registry.put(&path, "application/vnd.oci.image.index.v1+json", list.to_string().as_bytes());
    gate.rule(&trust("low", "true"));
    assert_eq!(gate.ask("app:1").status, 0);
    let ran = gate.run(&["verify", &gate.name("app:1"), "--policy-bundle", "policies"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn an_approval_counts_for_the_bundle_in_force() {
    let fresh = "timestamp(predicate.expires) > now";
    let gate = Gate::new("");
    gate.bench.file("policies/release.pub", gate.bench.read("release.pub"));
    gate.rule(&trust("high", fresh));
    gate.registry.image("team/app", "1", &[good()], &[]);
    let verify = || gate.run(&["verify", &gate.name("app:1"), "--policy-bundle", "policies"]);
    let unsigned = verify();
    assert!(
        unsigned.status == 1 && unsigned.out.contains("nothing is signed or attested"),
        "{}",
        unsigned.out
    );
    assert_eq!(gate.ask("app:1").status, 0);
    assert_eq!(verify().status, 0, "{}", verify().err);
    // Another rule is another bundle: what only the old one approved is no longer approved.
    gate.rule(&trust("low", fresh));
    assert!(verify().status == 1, "{}", verify().err);
    assert_eq!(gate.ask("app:1").status, 0);
    assert_eq!(verify().status, 0, "{}", verify().err);
    // By a clock that is two months ahead it has expired; by one that is behind it was made in the future.
    for skew in [
        "timestamp(predicate.expires) > now + duration('1440h')",
        "timestamp(predicate.at) < now - duration('1440h')",
    ] {
        gate.rule(&trust("low", skew));
        assert_eq!(gate.ask("app:1").status, 0);
        assert_eq!(verify().status, 1, "{skew}");
    }
}

#[test]
fn images_begin_with_an_allowed_base() {
    let gate = Gate::new("");
    let host = &gate.registry.host;
    let release = |text: &str| layer("etc/os-release", text);
    let (debian, other) =
        (release("ID=debian\nVERSION_ID=12\n"), release("ID=debian\nVERSION_ID=12\nNAME=o\n"));
    let base = gate.registry.image("base/debian", "12", std::slice::from_ref(&debian), &[]);
    let strange = gate.registry.image("elsewhere/debian", "12", std::slice::from_ref(&other), &[]);
    let arm = gate.registry.image("base/debian", "arm", &[layer("etc/arch", "arm")], &[]);
    let list = gate.registry.index("base/debian", "list", &[&arm, &base]);
    let (base_name, other_name) = (format!("{host}/base/debian:12"), format!("{host}/elsewhere/debian:12"));
    let image = |name: &str, layers: &[Vec<u8>], said: &[(&str, &str)]| {
        gate.registry.image(&format!("team/{name}"), "1", layers, said);
    };
    let honest = [(NAME, base_name.as_str()), (DIGEST, base.digest.as_str())];
    image("silent", &[debian.clone(), good()], &[]);
    image("honest", &[debian.clone(), good()], &honest);
    image("lying", &[other.clone(), good()], &honest);
    image(
        "strange",
        &[other.clone(), good()],
        &[(NAME, other_name.as_str()), (DIGEST, strange.digest.as_str())],
    );
    image("bare", &[good()], &[]);
    let all = ["silent", "honest", "lying", "strange", "bare"];
    let allow = |bases: &str| gate.rule(&format!("images: {{bases: [{bases}]}}\n"));
    let cases: [(String, &[&str]); 5] = [
        (format!("\"{base_name}\""), &["silent", "honest"]),
        (format!("\"{host}/base/debian@{}\"", list.digest), &["silent", "honest"]),
        (format!("\"{host}/base/*\""), &["honest"]),
        (format!("\"{host}/elsewhere/debian\""), &["strange"]),
        ("scratch".to_owned(), &["bare"]),
    ];
    for (bases, passing) in &cases {
        allow(bases);
        for name in all {
            let image = format!("{name}:1");
            if passing.contains(&name) {
                let ran = gate.ask_with(&image, &["--dry-run"]);
                assert_eq!(ran.status, 0, "{bases}: {name}: {}{}", ran.out, ran.err);
            } else {
                gate.refuses(&image, &["--format", "json"], 1, "does not pass");
            }
        }
    }
    allow(&format!("\"{host}/base/*\""));
    for (name, words) in
        [("lying", "does not begin with"), ("strange", "no allowed base"), ("silent", "names none")]
    {
        let ran = gate.ask_with(&format!("{name}:1"), &["--format", "json"]);
        assert!(ran.has("refused-base-image") && ran.out.contains(words), "{name}: {}", ran.out);
    }
    // A base that cannot be read leaves open what an image is built on.
    allow(&format!("\"{host}/base/gone:1\""));
    gate.refuses("honest:1", &[], 4, "what it is built on cannot be told");
    // What is no base is said before anything is looked at.
    allow("\"no base:1\"");
    gate.refuses("honest:1", &[], 2, "`images.bases`");
}

#[test]
fn a_dockerfile_names_an_allowed_base() {
    let bench = Workbench::new();
    let bases = r#"["r.example.com/base/**", "debian:12", "r.example.com/fixed@sha256:0123456789012345678901234567890123456789012345678901234567890123"]"#;
    bench.file("sekisho.yaml", format!("images: {{bases: {bases}}}\n"));
    let scan = |text: &str| {
        bench.file("Dockerfile", text);
        bench.run(&["scan", "--only", "refused-base-image", "--format", "json", "Dockerfile"]).findings()
    };
    for good in [
        "FROM r.example.com/base/team/node:22",
        "FROM golang AS build\nFROM debian:12",
        "FROM docker.io/library/debian:12@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "FROM debian:12 AS base\nFROM base",
        "ARG BASE\nFROM ${BASE}",
        "FROM r.example.com/fixed:1",
    ] {
        assert_eq!(scan(good), [], "{good}");
    }
    for (bad, line) in [
        ("FROM debian:11", 1),
        ("FROM debian:12\nFROM r.example.com/other", 2),
        ("FROM r.example.com/other AS base\nFROM base", 1),
        ("FROM scratch", 1),
        (
            "FROM r.example.com/fixed@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            1,
        ),
    ] {
        assert_eq!(scan(bad), [("refused-base-image".to_owned(), line)], "{bad}");
        let told = bench.run(&["scan", "--only", "refused-base-image", "Dockerfile"]).out;
        assert!(told.contains("the last stage is built on"), "{told}");
    }
}
