//! What commits added, wherever a reference leads.

use std::ops::ControlFlow;

use sekisho_source::{HistoryBudget, Walked, additions};

use crate::support::{Change, Repository, person};

type Row = (String, u32, String);

fn rows(repository: &Repository, budget: HistoryBudget) -> (Vec<Row>, Walked) {
    let mut rows = Vec::new();
    let walked = additions(&repository.path(), budget, &mut |addition| {
        assert_eq!(addition.commit.len(), 40);
        assert!(addition.author.contains("<anna@example.com>") && addition.time > 0);
        let text = String::from_utf8_lossy(addition.text).into_owned();
        rows.push((addition.path.to_owned(), addition.line, text));
        ControlFlow::Continue(())
    });
    (rows, walked.unwrap())
}

fn row(path: &str, line: u32, text: &str) -> Row {
    (path.to_owned(), line, text.to_owned())
}

#[test]
fn lines_that_are_gone_again_are_still_handed_over() {
    let anna = person("anna@example.com");
    let repository = Repository::new();
    repository.push(&anna, None, &[("a.txt", "one\ntwo\n"), ("b/c.txt", "c\n")]);
    repository.push(&anna, None, &[("a.txt", "one\nsecret\ntwo\nthree"), ("b/c.txt", "c\n")]);
    repository.push(&anna, None, &[("a.txt", "one\ntwo\n")]);
    let (rows, walked) = rows(&repository, HistoryBudget::default());
    assert_eq!(
        rows,
        [
            row("a.txt", 2, "secret\n"),
            row("a.txt", 4, "three"),
            row("a.txt", 1, "one\ntwo\n"),
            row("b/c.txt", 1, "c\n"),
        ]
    );
    assert_eq!(walked, Walked { commits: 3, ..Walked::default() });
}

#[test]
fn branches_and_tags_count_and_merges_do_not() {
    let anna = person("anna@example.com");
    let repository = Repository::new();
    let first = repository.push(&anna, None, &[("a.txt", "a\n")]);
    let commit = |parents, files| repository.commit(&Change { author: &anna, signer: None, parents, files });
    let side = commit(vec![first], &[("a.txt", "a\n"), ("side.txt", "side\n")]);
    repository.name("refs/tags/old", side);
    let main = repository.push(&anna, None, &[("a.txt", "a\nb\n")]);
    let merge = commit(vec![main, side], &[("a.txt", "a\nb\n"), ("side.txt", "side\n")]);
    repository.name("refs/heads/main", merge);
    let (mut rows, walked) = rows(&repository, HistoryBudget::default());
    rows.sort();
    assert_eq!(rows, [row("a.txt", 1, "a\n"), row("a.txt", 2, "b\n"), row("side.txt", 1, "side\n")]);
    assert_eq!(walked.commits, 4);
}

#[test]
fn limits_are_told() {
    let anna = person("anna@example.com");
    let repository = Repository::new();
    let commit = repository.push(&anna, None, &[("big.txt", &"x".repeat(1_000)), ("bin", "\0x")]);
    repository.push(&anna, None, &[("a.txt", "a\n")]);
    let budget = HistoryBudget { bytes: 100, ..HistoryBudget::default() };
    let (small, walked) = rows(&repository, budget);
    assert_eq!(small, [row("a.txt", 1, "a\n")]);
    assert_eq!(walked.large, [("big.txt".to_owned(), commit.to_string())]);

    let (newest, walked) = rows(&repository, HistoryBudget { commits: 1, ..HistoryBudget::default() });
    assert_eq!((newest.len(), walked.commits, walked.is_cut), (1, 1, true));

    let nowhere = tempfile::tempdir().unwrap();
    let error = additions(nowhere.path(), HistoryBudget::default(), &mut |_| ControlFlow::Continue(()));
    assert!(error.unwrap_err().to_string().starts_with("cannot read the history of `"));
}
