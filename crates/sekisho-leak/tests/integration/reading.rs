//! Files of rules: what is read, what is refused, what one file adds to another.

use std::collections::HashMap;

use sekisho_leak::{RuleSet, RulesError};

fn read_with(text: &str, files: &[(&str, &str)]) -> Result<RuleSet, RulesError> {
    let files: HashMap<_, _> = files.iter().copied().collect();
    RuleSet::read(text, &mut |path| {
        files.get(path).map(|text| (*text).to_owned()).ok_or("no such file".to_owned())
    })
}

#[test]
fn what_could_never_work_is_refused_with_its_place() {
    let rule = "[[rules]]\nid = 'r'\nregex = 'a'\n";
    for (text, message) in [
        ("[[rules]]\nregex = 'a'\n", "the file, `rules` 1 has no `id`: give it one"),
        ("[[rules]]\nid = 'r'\n", "rule `r` has neither `regex` nor `path`: it would never find anything"),
        (
            "[[rules]]\nid = 'r'\nregex = '(a'\n",
            "rule `r`: `(a` is no regular expression: error parsing regexp: missing closing ): `(a`",
        ),
        (
            "[[rules]]\nid = 'r'\nregex = '(a)'\nsecretGroup = 2\n",
            "rule `r`: `secretGroup` is 2, but the expression has 1 groups",
        ),
        ("[[rules]]\nid = 'r'\nregex = 'a'\nentropy = []\n", "rule `r`: `entropy` must be a number"),
        (
            &format!("{rule}[[rules.required]]\nid = 'x'\n"),
            "rule `r` names the rule `x`, which does not exist",
        ),
        (
            &format!("{rule}[[rules.allowlists]]\n"),
            "rule `r`, `allowlists` 1 is empty: give it `commits`, `paths`, `regexes` or `stopwords`",
        ),
        (
            &format!("{rule}[[rules.allowlists]]\ncondition = 'xor'\nstopwords = ['a']\n"),
            "rule `r`, `allowlists` 1: `condition` is `xor`, which is none of `and`, `or`",
        ),
        (
            &format!("{rule}[[allowlists]]\nregexTarget = 'file'\nregexes = ['a']\n"),
            "the file, `allowlists` 1: `regexTarget` is `file`, which is none of `secret`, `match`, `line`",
        ),
        (
            &format!("{rule}[allowlist]\nstopwords = ['a']\n[[allowlists]]\nstopwords = ['b']\n"),
            "the file has both `allowlist` and `allowlists`: write them all as `allowlists`",
        ),
        (
            &format!("{rule}[[allowlists]]\ntargetRules = ['x']\nstopwords = ['a']\n"),
            "an allowlist names the rule `x`, which does not exist",
        ),
        (
            "[extend]\nuseDefault = true\npath = 'x'\n",
            "`extend` has both `useDefault` and `path`: one file extends one other",
        ),
        ("[extend]\npath = 'x.toml'\n", "cannot extend `x.toml`: no such file"),
    ] {
        let error = read_with(text, &[]).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), message, "{text}");
    }
    assert!(matches!(read_with("[[rules]", &[]), Err(RulesError::Syntax(_))));
    let bomb = "[[rules]]\nid = 'r'\nregex = '(?:\\p{L}{1000}){1}\\p{L}{900}'\n";
    let error = read_with(bomb, &[]).map(|_| ()).unwrap_err();
    assert!(matches!(error, RulesError::Expression { .. }), "{error}");
}

#[test]
fn a_file_adds_to_ours() {
    let set = read_with(
        "title = 'mine'\n[extend]\nuseDefault = true\ndisabledRules = ['github-token', 'nobody']\n\
         [[rules]]\nid = 'mine'\nregex = 'mine_\\d+'\n",
        &[],
    )
    .unwrap();
    assert_eq!(set.rules().len(), RuleSet::ours().rules().len());
    assert!(set.rules().iter().all(|rule| rule.id != "github-token"));
    assert_eq!(set.notes(), ["the rule `nobody` is disabled, but what is extended does not have it"]);
}

#[test]
fn what_changes_rules_that_ours_do_not_have_is_left_out_with_a_note() {
    let over = "[extend]\nuseDefault = true\n[[rules]]\nid = 'elsewhere'\nentropy = 4\n[[rules]]\nid = 'github-token'\n\
                entropy = 5\n[[allowlists]]\ntargetRules = ['elsewhere', 'github-token']\nstopwords = ['x']\n";
    let check = |set: &RuleSet| {
        assert!(set.rules().iter().all(|rule| rule.id != "elsewhere"));
        let changed = set.rules().iter().find(|rule| rule.id == "github-token").unwrap();
        assert!((changed.entropy() - 5.0).abs() < f64::EPSILON);
        let before = RuleSet::ours().rules().iter().find(|rule| rule.id == "github-token").unwrap();
        assert_eq!(changed.allowlists().len(), before.allowlists().len() + 1);
        assert_eq!(
            set.notes(),
            [
                "rule `elsewhere` has neither `regex` nor `path`, and our own rules do not have it: it is left out",
                "an allowlist names the rule `elsewhere`, which our own rules do not have",
            ]
        );
    };
    check(&read_with(over, &[]).unwrap());
    check(&read_with("[extend]\npath = 'team.toml'\n", &[("team.toml", over)]).unwrap());
}

#[test]
fn of_two_rules_of_one_name_the_upper_fields_count_and_lists_are_joined() {
    let base = "[[rules]]\nid = 'r'\ndescription = 'below'\nregex = 'a'\nentropy = 2\nkeywords = ['a']\ntags = ['x']\n\
                [[rules.allowlists]]\nstopwords = ['a']\n";
    let over = "[extend]\npath = 'base.toml'\n[[rules]]\nid = 'r'\nregex = 'b'\nkeywords = 'b'\ntags = ['y']\n\
                [[rules.allowlists]]\nstopwords = ['b']\n";
    let set = read_with(over, &[("base.toml", base)]).unwrap();
    let [rule] = set.rules() else { panic!() };
    assert_eq!((rule.description.as_str(), rule.regex()), ("below", Some("b")));
    assert!((rule.entropy() - 2.0).abs() < f64::EPSILON);
    assert_eq!(
        (rule.keywords(), &rule.tags[..], rule.allowlists().len()),
        (&["a".into(), "b".into()][..], &["x".into(), "y".into()][..], 2)
    );
}

#[test]
fn three_files_extend_one_another_and_no_more() {
    let file =
        |own: &str, next: &str| format!("[extend]\npath = '{next}'\n[[rules]]\nid = '{own}'\nregex = 'a'\n");
    let (b, c, d) = (file("b", "c"), file("c", "d"), file("d", "e"));
    let set = read_with(&file("a", "b"), &[("b", &b), ("c", &c), ("d", &d)]).unwrap();
    let ids: Vec<_> = set.rules().iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
}

#[test]
fn what_is_not_evaluated_is_said() {
    let text =
        "prefilter = 'true'\n[[rules]]\nid = 'r'\nregex = 'a'\nvalidate = 'x'\ntokenEfficiency = true\n";
    assert_eq!(read_with(text, &[]).unwrap().notes().len(), 3);
}
