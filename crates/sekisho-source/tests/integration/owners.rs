//! Who owns a path by `CODEOWNERS`.

use sekisho_source::Owners;

fn owners(file: &str, path: &str) -> String {
    Owners::read(file).of(path).join(" ")
}

#[test]
fn the_last_rule_that_fits_counts() {
    let file = "* @all\n# a comment\n*.rego @rego\n/apps/ @apps # why\napps/web/secret.yaml @web @sec\n/docs/* docs@example.com\n\
                **/logs @logs\n/none/\nwith\\ space.yaml @space\n";
    for (path, wanted) in [
        ("a.yaml", "@all"),
        ("deep/b.rego", "@rego"),
        ("apps/x/y.yaml", "@apps"),
        ("lib/apps/x.yaml", "@all"),
        ("apps/web/secret.yaml", "@web @sec"),
        ("docs/a.md", "docs@example.com"),
        ("docs/more/a.md", "@all"),
        ("x/logs/y.txt", "@logs"),
        ("none/a", ""),
        ("with space.yaml", "@space"),
    ] {
        assert_eq!(owners(file, path), wanted, "{path}");
    }
}

#[test]
fn sections_of_gitlab_each_have_owners() {
    let file = "[Policies] @security\n*.yaml\nprod/ @prod\n^[Docs][2] @writers\n*.md\nprod/ @ops\n";
    assert_eq!(owners(file, "a.yaml"), "@security");
    assert_eq!(owners(file, "prod/a.yaml"), "@prod @ops");
    assert_eq!(owners(file, "x.md"), "@writers");
}

#[test]
fn patterns_that_mean_harm_end() {
    let stars = "*a".repeat(200);
    let pattern = format!("{}b @x\n{}b @y\n", stars, "**/".repeat(200));
    assert_eq!(owners(&pattern, &"a/".repeat(300)), "");
}
