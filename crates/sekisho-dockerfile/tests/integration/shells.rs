//! Simple commands of a shell's text.

use sekisho_dockerfile::commands;

fn words(text: &str) -> Vec<Vec<String>> {
    commands(text).into_iter().map(|command| command.words).collect()
}

#[test]
fn commands_are_cut_where_a_shell_cuts_them() {
    assert_eq!(
        words(
            "A=1 apt-get update && apt-get install -y 'a b' \"c;d\" || true; (cd /x; make) # no\nif test -f y; then rm y; fi"
        ),
        [
            vec!["apt-get", "update"],
            vec!["apt-get", "install", "-y", "a b", "c;d"],
            vec!["true"],
            vec!["cd", "/x"],
            vec!["make"],
            vec!["test", "-f", "y"],
            vec!["rm", "y"],
            vec!["fi"],
        ]
    );
}

#[test]
fn pipes_join_and_redirections_are_left_out() {
    let found = commands("curl -s https://x 2>&1 >/dev/null | /bin/sh -s && echo done || b");
    assert_eq!((found[0].words.len(), found[0].is_piped), (3, false));
    assert_eq!((found[1].program(), found[1].is_piped), ("sh", true));
    assert!(!found[2].is_piped && !found[3].is_piped);
    assert!(commands("a |\n b")[1].is_piped);
}

#[test]
fn what_a_substitution_holds_is_a_word() {
    assert_eq!(words("x $(curl y; (z)) w"), [["x", "$(curl y; (z))", "w"]]);
    assert!(!words(&"$(".repeat(100_000)).is_empty());
    words("'\"\\");
}
