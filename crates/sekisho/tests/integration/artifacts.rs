//! Bundles that lie in a registry: pushed, signed, read again, and refused.

use std::io::Read as _;

use crate::bundles::{git, repository};
use crate::command::{Ran, Workbench};
use crate::loopback_registry::{LoopbackRegistry, digest};

const POLICY: &str = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: team}\nspec:\n  validationFailureAction: Enforce\n  rules:\n  - name: label\n    match: {any: [{resources: {kinds: [ConfigMap]}}]}\n    validate: {message: needs a team, pattern: {metadata: {labels: {team: '?*'}}}}\n";

fn bundle(bench: &Workbench, arguments: &[&str]) -> Ran {
    let all = [&["policy", "bundle"], arguments, &["--cache", "cache"]].concat();
    bench.run_in(&all, b"", &[("SEKISHO_PASSWORD", "p")])
}

fn key(bench: &Workbench, name: &str) {
    let ran = bench.run_in(&["sign", "--new-key", name], b"", &[("SEKISHO_PASSWORD", "p")]);
    assert_eq!(ran.status, 0, "{}", ran.err);
}

fn digest_of(ran: &Ran) -> String {
    let shown = ran.out.lines().find_map(|line| line.strip_prefix("digest   "));
    shown.unwrap_or_else(|| panic!("{}{}", ran.out, ran.err)).to_owned()
}

#[test]
fn a_bundle_is_the_same_whatever_way_it_came() {
    let (bench, address) = repository("deny");
    let registry = LoopbackRegistry::start();
    let artifact = format!("oci://{}/team/policies:v1", registry.host);
    let pushed = bundle(&bench, &["push", &address, &artifact]);
    assert_eq!(pushed.status, 0, "{}", pushed.err);
    let shown = bundle(&bench, &["show", &artifact]);
    assert_eq!(digest_of(&shown), digest_of(&bundle(&bench, &["show", &address])));
    let commit = git(&bench.path().join("policies"), &["rev-parse", "HEAD"]);
    for words in
        [&format!("commit   {commit}"), "author   Ana <ana@example.com>", "artifact sha256:", "files    3"]
    {
        assert!(shown.out.contains(words), "{words}: {}", shown.out);
    }
    // The same commit is the same artifact.
    let manifest = registry.get("team/policies/manifests/v1").expect("a manifest");
    assert_eq!(bundle(&bench, &["push", &address, &artifact]).status, 0);
    assert_eq!(registry.get("team/policies/manifests/v1").expect("a manifest"), manifest);
    assert!(pushed.out.contains(&digest(&manifest)), "{}", pushed.out);

    let by_digest = format!("oci://{}/team/policies@{}", registry.host, digest(&manifest));
    let pulled = bundle(&bench, &["pull", &by_digest, "--output", "pulled"]);
    assert_eq!(pulled.status, 0, "{}", pulled.err);
    assert_eq!(bench.read("pulled/team.yaml"), bench.read("policies/team.yaml"));
    // Where policies are named, an artifact may be.
    bench.file("map.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}");
    let checked = bench.run(&["policy", "check", "--policy", &artifact, "--resource", "map.yaml"]);
    assert!(checked.status == 1 && checked.out.contains("team"), "{}{}", checked.out, checked.err);
    // One that is no good is not pushed.
    let (other, bad) = repository("allow");
    let ran = bundle(&other, &["push", &bad, &artifact]);
    assert!(ran.status == 2 && ran.err.contains("1 of 1 tests fail"), "{}", ran.err);
    assert_eq!(registry.get("team/policies/manifests/v1").expect("a manifest"), manifest);
}

#[test]
fn only_what_somebody_signed_who_is_trusted_is_read() {
    let (bench, address) = repository("deny");
    key(&bench, "ours");
    key(&bench, "theirs");
    let registry = LoopbackRegistry::start();
    let [signed, bare, by_others] =
        ["signed", "bare", "others"].map(|name| format!("oci://{}/policies/{name}:v1", registry.host));
    for (target, more) in
        [(&signed, &["--key", "ours.key"][..]), (&bare, &[]), (&by_others, &["--key", "theirs.key"])]
    {
        let ran = bundle(&bench, &[&["push", &address, target][..], more].concat());
        assert_eq!(ran.status, 0, "{}", ran.err);
    }
    let verified = |target: &str| bundle(&bench, &["verify", target, "--bundle-key", "ours.pub"]);
    let ran = verified(&signed);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let ran = verified(&bare);
    assert!(ran.status == 2 && ran.err.contains("there is no signature"), "{}", ran.err);
    let ran = verified(&by_others);
    assert!(ran.status == 2 && ran.err.contains("nothing shows that somebody who is trusted"), "{}", ran.err);
    // A signature is of a digest, and not of a name: a tag that is moved has none.
    let other = registry.get("policies/bare/manifests/v1").expect("a manifest");
    assert_eq!(registry.get("policies/signed/manifests/v1").as_deref(), Some(other.as_slice()));
    registry.artifact("policies/signed", "v1", &[("text/yaml", "team.yaml", POLICY.as_bytes())]);
    let ran = verified(&signed);
    assert!(ran.status == 2 && ran.err.contains("there is no signature"), "{}", ran.err);
}

#[test]
fn layouts_of_others_are_read() {
    let bench = Workbench::new();
    let registry = LoopbackRegistry::start();
    let mut packed =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (path, text) in [("./policies/team.yaml", POLICY), ("other/readme.md", "read me")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        packed.append_data(&mut header, path, text.as_bytes()).expect("packed");
    }
    let packed = packed.into_inner().expect("packed").finish().expect("packed");
    let layer = "application/vnd.oci.image.layer.v1.tar+gzip";
    registry.artifact("opa", "v1", &[(layer, "", &packed)]);
    let kyverno = "application/vnd.cncf.kyverno.policy.layer.v1+yaml";
    registry.artifact("kyverno", "v1", &[(kyverno, "", POLICY.as_bytes())]);
    registry.artifact(
        "oras",
        "v1",
        &[("text/yaml", "policies/team.yaml", POLICY.as_bytes()), ("image/png", "", b"x")],
    );
    for (name, files) in [("opa", 2), ("opa#policies", 1), ("kyverno", 1), ("oras", 1), ("oras#policies", 1)]
    {
        let (name, folder) = name.split_once('#').unwrap_or((name, ""));
        let source = format!("oci://{}/{name}:v1#{folder}", registry.host);
        let ran = bundle(&bench, &["show", &source]);
        assert_eq!(ran.status, 0, "{source}: {}", ran.err);
        assert!(
            ran.out.contains(&format!("files    {files}")) && ran.out.contains("ClusterPolicy team"),
            "{}",
            ran.out
        );
    }
}

#[test]
fn what_a_registry_gives_is_proved() {
    let bench = Workbench::new();
    let registry = LoopbackRegistry::start();
    let show = |name: &str| bundle(&bench, &["show", &format!("oci://{}/{name}", registry.host)]);
    let ran = show("nothing:v1");
    assert!(ran.status == 2 && ran.err.contains("push it, or name another tag"), "{}", ran.err);
    registry.artifact("lies", "v1", &[("text/yaml", "team.yaml", POLICY.as_bytes())]);
    registry.put(
        &format!("lies/blobs/{}", digest(POLICY.as_bytes())),
        "",
        POLICY.replace("team", "meat").as_bytes(),
    );
    assert_eq!(show("lies:v1").status, 2);
    let wrong = show(&format!("lies@{}", digest(b"something else")));
    assert_eq!(wrong.status, 2, "{}", wrong.out);
    registry.artifact("leaves", "v1", &[("text/yaml", "../../etc/team.yaml", POLICY.as_bytes())]);
    let ran = show("leaves:v1");
    assert!(ran.status == 2 && ran.err.contains("is no path of a bundle"), "{}", ran.err);
    let bomb = {
        let mut packed =
            tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best()));
        let mut header = tar::Header::new_gnu();
        header.set_size(64 << 20);
        packed.append_data(&mut header, "big.yaml", std::io::repeat(0).take(64 << 20)).expect("packed");
        packed.into_inner().expect("packed").finish().expect("packed")
    };
    registry.artifact("bomb", "v1", &[("application/vnd.oci.image.layer.v1.tar+gzip", "", &bomb)]);
    let ran = show("bomb:v1");
    assert!(ran.status == 2 && ran.err.contains("`big.yaml` has more than"), "{}", ran.err);
    for text in
        ["oci://policies:v1", "oci://registry.example/Not An Artifact:v1", "oci://registry.example/a:v1#../b"]
    {
        let ran = bundle(&bench, &["show", text]);
        assert!(ran.status == 2 && ran.err.contains("is no source of policies"), "{text}: {}", ran.err);
    }
    let offline =
        bench.run(&["--offline", "policy", "bundle", "show", &format!("oci://{}/lies:v1", registry.host)]);
    assert!(offline.status == 2 && offline.err.contains("--offline"), "{}", offline.err);
}

/// Whoever may write to the registry puts an earlier artifact back, with its signature: it is not taken.
#[test]
fn an_earlier_artifact_does_not_take_the_place_of_a_later_one() {
    use sekisho_source::{
        Budget, Bundle, Cache, Charter, Follower, GitOptions, Location, Provenance, Reader, Step,
    };
    let registry = LoopbackRegistry::start();
    let source = format!("oci://{}/policies:main", registry.host);
    let location = Location::read(&source).expect("a location");
    let Location::Artifact(place) = &location else { panic!("{location}") };
    let client = std::sync::Arc::new(sekisho_registry::Client::new(sekisho_registry::Settings::default()));
    let repository = sekisho_registry::Repository::of(&client, &place.reference);
    let push = |text: &str, made: &str| {
        let files = [("team.yaml".into(), text.as_bytes().to_vec())];
        let bundle = Bundle::of_files(files, Provenance::default(), Budget::default()).expect("a bundle");
        sekisho_source::push(&repository, "main", &bundle, made).expect("pushed")
    };
    let folder = tempfile::tempdir().expect("a folder");
    let follower = |allow_rewrite| {
        let reader = Reader {
            location: location.clone(),
            options: GitOptions { allow_rewrite, ..GitOptions::default() },
            copies: folder.path().join("copies"),
            registry: Some(sekisho_source::Registry { client: client.clone(), vouch: None }),
            connection: None,
        };
        let proof = |_: &Bundle, _: &Charter, _: &std::path::Path, _: i64| Ok(());
        Follower::new(reader, Cache::new(folder.path(), &source), Box::new(proof))
    };
    let first = follower(false);
    push("a: 1", "2026-01-01T00:00:00Z");
    assert!(matches!(first.step(), Step::Adopted(_)));
    assert!(matches!(first.step(), Step::Same));
    push("a: 2", "2026-02-01T00:00:00Z");
    assert!(matches!(first.step(), Step::Adopted(_)));
    push("a: 1", "2026-01-01T00:00:00Z");
    let Step::Refused(why, true) = first.step() else { panic!("an earlier one was taken") };
    assert!(why.contains("was made at `2026-01-01T00:00:00Z`, before the one in use"), "{why}");
    // Nor after a restart, nor where the registry is away, but when that is asked for.
    let next = follower(false);
    assert!(next.resume().is_some());
    assert!(matches!(next.step(), Step::Refused(..)));
    assert_eq!(
        next.current().expect("the last good one").bundle.file("team.yaml").expect("a file").bytes,
        b"a: 2"
    );
    let willing = follower(true);
    assert!(willing.resume().is_some());
    assert!(matches!(willing.step(), Step::Adopted(_)));
}
