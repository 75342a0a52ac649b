//! Haskell, OCaml, Prolog.

use super::check_all;

#[test]
fn lock_files_of_haskell() {
    check_all(
        "haskell",
        &[
            (
                "stack.yaml.lock",
                "packages:
- completed:
    hackage: acme-missiles-0.3@sha256:2ba66a092a32593880a87fb00f3213762d7bca65a687d45965778deb8694c5d1,613
    pantry-tree:
      sha256: x
      size: 226
  original:
    hackage: acme-missiles-0.3
- completed:
    name: forked-lib
    version: 1.2.0
    git: https://github.com/acme/forked-lib.git
    commit: 0123456789abcdef
  original: {}
snapshots:
- completed: {url: https://example.com}
",
            ),
            (
                "stack.yaml",
                "resolver: lts-21.0\nextra-deps:\n- text-short-0.1.5\n- git: https://x\n  commit: y\n- ./local\n",
            ),
            (
                "cabal.project.freeze",
                "active-repositories: hackage.haskell.org:merge
constraints: any.HUnit ==1.6.2.0,
             any.aeson ==2.1.2.1,
             aeson -cffi +ordered-keymap,
             any.ranged >=1 && <2
index-state: hackage.haskell.org 2023-07-01T00:00:00Z
",
            ),
        ],
        &[
            "hackage/HUnit@1.6.2.0 :2",
            "hackage/acme-missiles@0.3 :3",
            "hackage/aeson@2.1.2.1 :3",
            "hackage/forked-lib@1.2.0?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Facme%2Fforked-lib.git%400123456789abcdef :10",
            "hackage/text-short@0.1.5 :3",
        ],
    );
}

#[test]
fn files_of_opam() {
    check_all(
        "opam",
        &[
            (
                "home/user/.opam/default/.opam-switch/packages/lwt.5.6.1/opam",
                r#"opam-version: "2.0"
synopsis: "Promises"
license: "MIT"
depends: [
  "cppo" {build & >= "1.1.0"}
  "dune" {>= "1.8.0"}
  ("a" | "b")
]
"#,
            ),
            (
                "home/user/.opam/default/.opam-switch/packages/dune.3.9.1/opam",
                "opam-version: \"2.0\"\nname: \"dune\"\nversion: \"3.9.1\"\nlicense: [\"MIT\" \"ISC\"]\ndepends: \"base-unix\"\n",
            ),
            ("own.opam", "opam-version: \"2.0\"\nversion: \"1.0\"\n"),
            (
                "own.opam.locked",
                "opam-version: \"2.0\"\nname: \"own\"\nversion: \"~dev\"\ndepends: [\n  \"base\" {= \"v0.16.2\"}\n  \"alcotest\" {= \"1.7.0\" & with-test}\n  \"loose\" {>= \"1\"}\n]\n",
            ),
        ],
        &[
            "opam/alcotest@1.7.0 :6 dev",
            "opam/base@v0.16.2 :5",
            "opam/dune@3.9.1 :3 (MIT) (ISC)",
            "opam/lwt@5.6.1 (MIT) > opam/dune@3.9.1",
        ],
    );
}

#[test]
fn packs_of_prolog() {
    check_all(
        "swipl",
        &[(
            "usr/lib/swi-prolog/pack/list_util/pack.pl",
            "name(list_util).\nversion('0.13.0').\ntitle('Predicates for working with lists').\nrequires(func).\n",
        )],
        &["swiplpack/list_util@0.13.0 :1"],
    );
}
