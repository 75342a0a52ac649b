//! Dockerfiles and licences of packages among what is scanned.

use crate::command::{PRIVILEGED, Workbench};

const DOCKERFILE: &str = "FROM debian:12.5\n# sekisho: ignore[build-sudo]: a test\nRUN sudo true\n\
    ENV DB_PASSWORD=kR7-wq2ZpLm9\nRUN curl https://example.com/i | sh\nUSER 1000\n";

#[test]
fn dockerfiles_are_found_by_name_and_examined_with_manifests() {
    let bench = Workbench::new();
    bench.file("pod.yaml", PRIVILEGED);
    for name in ["Dockerfile", "app/Dockerfile.dev", "b/web.dockerfile", "c/Containerfile"] {
        bench.file(name, DOCKERFILE);
    }
    bench.file("d/Dockerfile.md", "no Dockerfile");
    bench.file("e/Dockerfile.tpl", "FROM {{ x }}");
    let ran = bench.run(&["scan", ".", "--format", "json"]);
    let count = |rule: &str| ran.findings().iter().filter(|(found, _)| found == rule).count();
    assert_eq!(
        (count("pipe-to-shell"), count("credential-in-build"), count("build-sudo")),
        (4, 4, 0),
        "{}",
        ran.out
    );
    assert!(ran.has("privileged-container"));
    assert!(!ran.out.contains("kR7-wq2ZpLm9"), "a credential is shown");
    assert!(!ran.has("image-runs-as-root"));
    let table = bench.run(&["scan", "Dockerfile"]);
    assert!(table.out.contains("1 suppressed") && !table.out.contains("kR7-wq2ZpLm9"), "{}", table.out);
}

#[test]
fn a_dockerfile_that_is_none_is_said_to_be_unread() {
    let bench = Workbench::new();
    bench.file("Dockerfile", "RUN x\n");
    let ran = bench.run(&["scan", "."]);
    assert!(format!("{}{}", ran.out, ran.err).contains("begin it with `FROM` or `ARG`"), "{}", ran.out);
}

#[test]
fn licences_that_the_configuration_refuses_are_findings() {
    let bench = Workbench::new();
    bench.file("pod.yaml", PRIVILEGED);
    for (name, license) in
        [("bad", "GPL-3.0-or-later"), ("good", "GPL-3.0-only OR MIT"), ("excused", "GPL-3.0-only")]
    {
        let text = format!("{{\"name\":\"{name}\",\"version\":\"1.0.0\",\"license\":\"{license}\"}}\n");
        bench.file(&format!("node_modules/{name}/package.json"), text);
    }
    let refused = |bench: &Workbench| {
        let ran = bench.run(&["scan", ".", "--format", "json"]);
        ran.findings().iter().filter(|(rule, _)| rule == "refused-license").count()
    };
    assert_eq!(refused(&bench), 0);
    bench.file(
        "sekisho.yaml",
        "licenses:\n  deny: [GPL-3.0]\n  exceptions:\n  - {package: pkg:npm/excused, reason: agreed}\n",
    );
    assert_eq!(refused(&bench), 1);
}
