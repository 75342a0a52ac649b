//! Histories of images as Dockerfiles.

use sekisho_dockerfile::{Settings, Step, of_history, parse};
use sekisho_manifest::SourceId;

fn written(steps: &[&str], user: &str) -> String {
    let steps: Vec<_> = steps.iter().map(|created_by| Step { created_by, layer: None }).collect();
    of_history(&steps, &Settings { user, ..Settings::default() })
}

#[test]
fn steps_of_all_builders_become_instructions() {
    let text = written(
        &[
            "/bin/sh -c #(nop) ADD file:abc in / ",
            "/bin/sh -c #(nop)  CMD [\"bash\"]",
            "/bin/sh -c apt-get update",
            "RUN |1 VERSION=1 /bin/sh -c make # buildkit",
            "RUN /bin/sh -c set -x && curl x | sh # buildkit",
            "ENV A=b",
            "bazel build ...",
            "USER app",
        ],
        "app",
    );
    assert_eq!(
        text,
        "FROM scratch\nADD file:abc in /\nCMD [\"bash\"]\nRUN apt-get update\nRUN make\nRUN set -x && curl x | sh\nENV A=b\nUSER app\n"
    );
    assert!(parse(SourceId(0), &text).is_ok());
}

#[test]
fn the_user_of_the_configuration_is_named_where_no_step_does() {
    assert!(written(&["USER app"], "root").ends_with("USER app\nUSER root\n"));
    assert!(!written(&[], "").contains("USER"));
}

#[test]
fn a_step_cannot_write_other_instructions() {
    let text = written(&["RUN x\nUSER fake\nFROM evil", "FROM other", "RUN y \\", "RUN <<EOF z"], "app");
    let dockerfile = parse(SourceId(0), &text).expect("a Dockerfile");
    let keywords: Vec<_> = dockerfile.stages[0].instructions.iter().map(|one| one.keyword.as_str()).collect();
    assert_eq!(keywords, ["FROM", "RUN", "RUN", "RUN", "USER"]);
}

#[test]
fn what_only_the_configuration_says_follows_the_steps() {
    let steps = [
        Step { created_by: "COPY . / # buildkit", layer: Some("0 (sha256:aa)") },
        Step { created_by: "ENV A=1 B=2", layer: None },
        Step { created_by: "EXPOSE map[80/tcp:{}]", layer: None },
    ];
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let labels =
        [("team".to_owned(), "x \"y\"\nUSER root".to_owned()), ("bad name".to_owned(), String::new())];
    let settings = Settings {
        user: "",
        variables: &texts(&["A=1", "C=$x \\", "noise", " D=1"]),
        ports: &texts(&["80/tcp", "22/tcp", "1\nUSER x"]),
        labels: &labels,
        healthcheck: &texts(&["CMD-SHELL", "curl localhost"]),
    };
    let text = of_history(&steps, &settings);
    let wanted = "FROM scratch\n# layer 0 (sha256:aa)\nCOPY . /\nENV A=1 B=2\nEXPOSE map[80/tcp:{}]\n\
        ENV C=\"\\$x \\\\\"\nLABEL team=\"x \\\"y\\\" USER root\"\nEXPOSE 80/tcp\nEXPOSE 22/tcp\n\
        HEALTHCHECK CMD curl localhost\n";
    assert_eq!(text, wanted);
    let read = parse(SourceId(0), &text).expect("a Dockerfile");
    let value = |name: &str| {
        let pairs = read.stages[0].instructions.iter().flat_map(|one| &one.pairs);
        pairs.into_iter().find(|pair| pair.name == name).and_then(|pair| pair.value.clone())
    };
    assert_eq!(value("team").as_deref(), Some("x \"y\" USER root"));
}

#[test]
fn a_user_of_the_steps_that_the_configuration_has_not_is_root() {
    let steps = [Step { created_by: "USER app", layer: None }];
    assert!(of_history(&steps, &Settings::default()).ends_with("USER app\nUSER root\n"));
}
