//! Histories of images as Dockerfiles.

use sekisho_dockerfile::{Step, of_history, parse};
use sekisho_manifest::SourceId;

fn written(steps: &[&str], user: &str) -> String {
    let steps: Vec<_> = steps.iter().map(|created_by| Step { created_by }).collect();
    of_history(&steps, user)
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
