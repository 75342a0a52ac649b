//! Dockerfiles as BuildKit reads them.

use sekisho_dockerfile::{Dockerfile, DockerfileError, parse};
use sekisho_manifest::SourceId;

fn read(text: &str) -> Dockerfile {
    parse(SourceId(0), text).expect("a Dockerfile")
}

/// The keywords and arguments of the last stage.
fn last(text: &str) -> Vec<(String, Vec<String>)> {
    let stage = read(text).stages.pop().expect("a stage");
    stage.instructions.into_iter().skip(1).map(|one| (one.keyword, one.arguments)).collect()
}

#[test]
fn lines_continue_over_comments_and_empty_lines() {
    let text = "# syntax=docker/dockerfile:1\nFROM a:1\nRUN one && \\\n  # said in between\n\n  two \\  \n  && three\nUSER x\n";
    let dockerfile = read(text);
    let run = &dockerfile.stages[0].instructions[1];
    assert_eq!(run.text, "one &&   two   && three");
    let span = run.span.start as usize..run.span.end as usize;
    assert!(text[span.clone()].starts_with("RUN one") && text[span].ends_with("three"));
    assert_eq!(dockerfile.stages[0].instructions.len(), 3);
}

#[test]
fn the_directive_changes_the_escape() {
    let text = "# escape=`\r\nFROM a:1\r\nRUN dir C:\\ `\r\n  && x\r\nCOPY a C:\\b\\\r\n";
    let stage = read(text).stages.remove(0);
    assert_eq!(stage.instructions[1].text, "dir C:\\   && x");
    assert_eq!(stage.instructions[2].arguments, ["a", "C:\\b\\"]);
    // A comment before it ends the directives.
    let text = "# hello\n# escape=`\nFROM a:1\nRUN x \\\n y\n";
    assert_eq!(read(text).stages[0].instructions[1].text, "x  y");
}

#[test]
fn texts_within_belong_to_their_instruction() {
    let text = "FROM a:1\nRUN <<EOF cat > x && <<-\"TWO\" sh\nfirst # no comment\nEOF\n\tsecond\n\tTWO\nCOPY <<eof /x\nUSER no\neof\nUSER yes\n";
    let stage = read(text).stages.remove(0);
    let run = &stage.instructions[1];
    assert_eq!(run.heredocs[0].text, "first # no comment\n");
    assert_eq!((run.heredocs[1].name.as_str(), run.heredocs[1].text.as_str()), ("TWO", "second\n"));
    assert_eq!(stage.instructions[2].heredocs[0].text, "USER no\n");
    assert_eq!(stage.instructions[3].arguments, ["yes"]);
    // Without its end it goes on to the end of the file.
    assert_eq!(read("FROM a:1\nRUN <<X\ny").stages[0].instructions[1].heredocs[0].text, "y\n");
    assert!(read("FROM a:1\nRUN cat <<< word\nUSER x\n").stages[0].instructions[1].heredocs.is_empty());
}

#[test]
fn variables_are_filled_in_where_docker_does() {
    let text = "ARG BASE=debian\nARG TAG\nFROM ${BASE}:${TAG:-12} AS One\nARG BASE\nENV A=1 B=$A C=\"x y\" D='$A'\nENV E=$A$B\nWORKDIR /${A}/${E}/$BASE\n\
        USER ${NONE:-app}\nFROM one\nUSER $A\nFROM $TAG\nFROM x${BASE:+y}\nCOPY $UNKNOWN /\n";
    let dockerfile = read(text);
    let stage = &dockerfile.stages[0];
    assert_eq!((stage.image.as_deref(), stage.name.as_deref()), (Some("debian:12"), Some("one")));
    let values: Vec<_> =
        stage.instructions[2].pairs.iter().map(|pair| pair.value.as_deref().unwrap_or("-")).collect();
    // `B` sees `A` as it was before the instruction.
    assert_eq!(values, ["1", "$A", "x y", "$A"]);
    assert_eq!(stage.instructions[4].arguments, ["/${A}/${E}/$BASE"], "`E` is made of something unknown");
    assert_eq!(stage.instructions[5].arguments, ["app"]);
    assert_eq!(
        (dockerfile.stages[1].base, &dockerfile.stages[1].instructions[1].arguments[0][..]),
        (Some(0), "1")
    );
    assert_eq!(dockerfile.stages[2].image, None);
    assert_eq!(dockerfile.stages[3].image.as_deref(), Some("xy"));
    assert_eq!(dockerfile.stages[3].instructions[1].arguments, ["$UNKNOWN", "/"]);
}

#[test]
fn forms_of_arguments_are_told_apart() {
    let text = "from a:1\ncopy --from=b --chown=\"1:1\" [\"a b\", \"c\\\\d\" , \"/\"]\nENV OLD some value\nENV N=\"a \\\"b\\\"\" M=x\\ y\nCMD [\"x\", y]\nARG P Q=1\nRUN --mount=type=secret,id=t make\n";
    let stage = read(text).stages.remove(0);
    let copy = &stage.instructions[1];
    assert_eq!(
        (copy.keyword.as_str(), copy.flag("from"), copy.flag("chown")),
        ("COPY", Some("b"), Some("1:1"))
    );
    assert_eq!(
        (copy.is_json, &copy.arguments[..]),
        (true, &["a b".to_owned(), "c\\d".to_owned(), "/".to_owned()][..])
    );
    assert_eq!(stage.instructions[2].pairs[0].value.as_deref(), Some("some value"));
    let values: Vec<_> =
        stage.instructions[3].pairs.iter().filter_map(|pair| pair.value.as_deref()).collect();
    assert_eq!(values, ["a \"b\"", "x y"]);
    assert!(!stage.instructions[4].is_json);
    let arguments = &stage.instructions[5].pairs;
    assert_eq!((arguments[0].value.as_deref(), arguments[1].value.as_deref()), (None, Some("1")));
    assert_eq!(stage.instructions[6].text, "make");
}

#[test]
fn what_is_built_last_is_made_of_its_stages() {
    let dockerfile = read("FROM a:1 AS base\nFROM a:1 AS tools\nFROM base\n");
    assert!(dockerfile.is_shipped(0) && !dockerfile.is_shipped(1) && dockerfile.is_shipped(2));
    assert_eq!(dockerfile.lineage(2).len(), 2);
    // A stage does not begin from itself, nor from one below.
    assert_eq!(read("FROM x AS x\nFROM y AS z\n").stages[0].base, None);
}

#[test]
fn pairs_stand_where_they_stand_over_several_lines() {
    let text = "FROM a:1\nENV ONE=1 \\\n    TWO=2 \\\n    THREE=\"3 4\"\n";
    let stage = read(text).stages.remove(0);
    let shown: Vec<_> = stage.instructions[1]
        .pairs
        .iter()
        .map(|pair| &text[pair.span.start as usize..pair.span.end as usize])
        .collect();
    assert_eq!(shown, ["ONE=1", "TWO=2", "THREE=\"3 4\""]);
}

#[test]
fn what_is_no_dockerfile_is_said_to_be_none() {
    assert_eq!(parse(SourceId(0), ""), Err(DockerfileError::NoStage));
    assert_eq!(parse(SourceId(0), "RUN x\nFROM a\n"), Err(DockerfileError::Beginning("RUN".to_owned())));
    assert!(matches!(parse(SourceId(0), &"FROM a\n".repeat(20_000)), Err(DockerfileError::Limit { .. })));
}

#[test]
fn hostile_texts_end() {
    let mut bomb = String::from("FROM a:1\nENV A=aaaaaaaaaaaaaaaa\n");
    for _ in 0..60 {
        bomb.push_str("ENV A=$A$A\n");
    }
    assert!(last(&bomb).len() > 60);
    last(&format!("FROM a:1\nUSER {}\n", "${A:-".repeat(10_000)));
    last(&format!("FROM a:1\nUSER {}{}\n", "${A:-".repeat(1000), "}".repeat(1000)));
    last(&format!("FROM a:1\nRUN {}", "<<A".repeat(10_000)));
    last("FROM a:1\nRUN \\");
    last("\u{feff}FROM a:1\nUSER é\\\u{301}\n");
}
