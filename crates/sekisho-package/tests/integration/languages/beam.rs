//! Mix and Rebar.

use super::{check, check_all};

#[test]
fn lock_files_of_mix() {
    check(
        "mix",
        "mix.lock",
        r#"%{
  "castore": {:hex, :castore, "1.0.3", "7130ba6d24c8424014194676d608cb989f62ef8039efd50ff4b3f33286d06db8", [:mix], [], "hexpm", "680ab01ef5d15b161ed6a95449fac5c6b8f60055677a8e79acf01b27baa4390b"},
  "mint": {:hex, :mint, "1.5.1", "8db5239e56738552d85af398798c80648db0e90f343c8469f6c6d8898944fb6f", [:mix], [{:castore, "~> 0.1.0 or ~> 1.0", [hex: :castore, repo: "hexpm", optional: true]}, {:hpax, "~> 0.1.1", [hex: :hpax, repo: "hexpm", optional: false]}], "hexpm", "4a63e1e76a7c3956abd2c72f370a0d0aecddc3976dea5c27eccbecfa5e7d5b1e"},
  "private": {:hex, :private_name, "0.1.0", "aa", [:mix, :make], [], "hexpm:acme", "bb"},
  "forked": {:git, "https://github.com/acme/forked.git", "0123456789abcdef", [branch: "main"]},
  "old": {:hex, :old, "0.9.0", "cc", [:rebar3], []},
}
"#,
        &[
            "hex/castore@1.0.3 :2 sha256:680ab01e",
            "hex/forked@0123456789abcdef?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Facme%2Fforked.git%400123456789abcdef :5",
            "hex/mint@1.5.1 :3 sha256:4a63e1e7 > hex/castore@1.0.3",
            "hex/old@0.9.0 :6",
            "hex/private_name@0.1.0?repository_url=hexpm:acme :4",
        ],
    );
}

#[test]
fn lock_files_of_rebar() {
    check(
        "rebar",
        "rebar.lock",
        r#"{"1.2.0",
[{<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.10.0">>},0},
 {<<"cowlib">>,{pkg,<<"cowlib">>,<<"2.12.1">>},1},
 {<<"forked">>,
  {git,"https://github.com/acme/forked.git",
       {ref,"0123456789abcdef"}},
  0}]}.
[
{pkg_hash,[
 {<<"cowboy">>, <<"FF9FFEFF91DAE4AE270DD975642997AFE2A1179D94B1887863E43F681A203E26">>}]},
{pkg_hash_ext,[
 {<<"cowboy">>, <<"3AFDCCB7183CC6F143CB14D3CF51FA00E53DB9EC80CDCD525482F5E99BC41D6B">>}]}
].
"#,
        &[
            "hex/cowboy@2.10.0 :2 direct sha256:3afdccb7",
            "hex/cowlib@2.12.1 :3 indirect",
            "hex/forked@0123456789abcdef?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Facme%2Fforked.git%400123456789abcdef :4 direct",
        ],
    );
    check(
        "rebar old",
        "rebar.lock",
        "[{<<\"jsx\">>,{pkg,<<\"jsx\">>,<<\"2.8.0\">>},0}].\n",
        &["hex/jsx@2.8.0 :1 direct"],
    );
}

#[test]
fn applications_of_erlang_that_are_installed() {
    check_all(
        "erlang applications",
        &[
            (
                "usr/lib/erlang/lib/ssl-11.0/ebin/ssl.app",
                "%% comment\n{application, ssl,\n  [{description, \"TLS\"},\n   {vsn, \"11.0\"},\n   {modules, ['a', b]},\n   {env, []},\n   {applications, [crypto, kernel]}]}.\n",
            ),
            (
                "usr/lib/erlang/lib/crypto-5.2/ebin/crypto.app",
                "{application,crypto,[{vsn,\"5.2\"},{applications,[kernel]}]}.\n",
            ),
            ("src/own.app", "{application, own, [{vsn, \"%VSN%\"}]}.\n"),
            ("other.app", "<xml/>"),
        ],
        &["otp/crypto@5.2 :1", "otp/ssl@11.0 :2 > otp/crypto@5.2"],
    );
}
