//! npm, Yarn, pnpm, Bun, Deno.

use super::{check, check_all};

#[test]
fn npm_of_version_3_with_workspaces_links_and_nested_packages() {
    check(
        "npm 3",
        "app/package-lock.json",
        r#"{
  "name": "shop",
  "version": "1.0.0",
  "lockfileVersion": 3,
  "requires": true,
  "packages": {
    "": {
      "name": "shop",
      "version": "1.0.0",
      "workspaces": ["packages/*"],
      "dependencies": { "express": "^4.18.0", "@acme/tool": "^2.0.0" },
      "devDependencies": { "mocha": "^10.0.0" }
    },
    "node_modules/@acme/tool": {
      "version": "2.1.0",
      "resolved": "https://registry.npmjs.org/@acme/tool/-/tool-2.1.0.tgz",
      "integrity": "sha512-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
      "license": "MIT",
      "dependencies": { "ms": "2.0.0" }
    },
    "node_modules/@acme/tool/node_modules/ms": {
      "version": "2.0.0"
    },
    "node_modules/express": {
      "version": "4.18.2",
      "license": "MIT",
      "dependencies": { "ms": "^2.1.0", "debug": "2.6.9" }
    },
    "node_modules/debug": { "version": "2.6.9", "optional": true },
    "node_modules/ms": { "version": "2.1.3" },
    "node_modules/mocha": { "version": "10.2.0", "dev": true, "dependencies": { "ms": "2.1.3" } },
    "node_modules/other": { "name": "real-name", "version": "3.0.0", "devOptional": true },
    "node_modules/forked": {
      "version": "1.1.0",
      "resolved": "git+ssh://git@github.com/acme/forked.git#0123456789abcdef0123456789abcdef01234567"
    },
    "node_modules/member": { "resolved": "packages/member", "link": true },
    "packages/member": { "version": "0.1.0", "dependencies": { "real-name": "^3.0.0", "ms": "^2.0.0" } }
  }
}
"#,
        &[
            "npm/%40acme/tool@2.1.0 :14 direct (MIT) sha512:00000000 > npm/ms@2.0.0",
            "npm/debug@2.6.9 :29 indirect optional",
            "npm/express@4.18.2 :24 direct (MIT) > npm/debug@2.6.9, npm/ms@2.1.3",
            "npm/forked@1.1.0?vcs_url=git%2Bssh:%2F%2Fgit%40github.com%2Facme%2Fforked.git%400123456789abcdef0123456789abcdef01234567 :33 indirect",
            "npm/mocha@10.2.0 :31 direct dev > npm/ms@2.1.3",
            "npm/ms@2.0.0 :21 indirect",
            "npm/ms@2.1.3 :30 direct",
            "npm/real-name@3.0.0 :32 indirect optional",
        ],
    );
}

#[test]
fn npm_of_version_1_with_nested_packages_and_aliases() {
    check(
        "npm 1",
        "package-lock.json",
        r#"{
  "name": "old",
  "version": "0.0.1",
  "lockfileVersion": 1,
  "requires": true,
  "dependencies": {
    "a": {
      "version": "1.0.0",
      "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz",
      "integrity": "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
      "requires": { "b": "^1.0.0", "c": "^1.0.0" },
      "dependencies": {
        "b": { "version": "1.5.0", "bundled": true }
      }
    },
    "b": { "version": "2.0.0", "dev": true, "requires": { "c": "1" } },
    "c": { "version": "1.0.1", "optional": true },
    "alias": { "version": "npm:@scope/real@4.1.0" },
    "local": { "version": "file:../local" },
    "cloned": { "version": "github:acme/cloned#aa11bb22", "from": "github:acme/cloned" },
    "archive": { "version": "https://example.com/archive-1.2.3.tgz" }
  }
}
"#,
        &[
            "npm/%40scope/real@4.1.0 :18",
            "npm/a@1.0.0 :7 sha1:da39a3ee > npm/b@1.5.0, npm/c@1.0.1",
            "npm/archive?download_url=https:%2F%2Fexample.com%2Farchive-1.2.3.tgz :21",
            "npm/b@1.5.0 :13",
            "npm/b@2.0.0 :16 dev > npm/c@1.0.1",
            "npm/c@1.0.1 :17 optional",
            "npm/cloned@aa11bb22?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Facme%2Fcloned%40aa11bb22 :20",
        ],
    );
}

#[test]
fn npm_shrinkwrap_is_read_and_lock_files_of_installed_packages_are_not() {
    let text =
        r#"{"lockfileVersion": 2, "packages": {"node_modules/x": {"version": "1.0.0"}}, "dependencies": {}}"#;
    check_all(
        "npm shrinkwrap",
        &[
            ("npm-shrinkwrap.json", text),
            ("node_modules/y/package-lock.json", text),
            ("node_modules/.package-lock.json", text),
        ],
        &["npm/x@1.0.0 :1 indirect"],
    );
}

#[test]
fn packages_of_node_that_are_installed() {
    check_all(
        "node installed",
        &[
            ("package.json", r#"{"name": "own", "version": "1.0.0", "dependencies": {"left": "^1.0.0"}}"#),
            (
                "node_modules/left/package.json",
                r#"{
  "name": "left",
  "version": "1.3.0",
  "licenses": [{"type": "MIT", "url": "https://example.com"}, {"type": "Apache-2.0"}],
  "dependencies": {"@s/right": "*"}
}"#,
            ),
            (
                "node_modules/@s/right/package.json",
                r#"{"name": "@s/right", "version": "2.0.0", "license": "ISC"}"#,
            ),
            ("node_modules/left/esm/package.json", r#"{"type": "module"}"#),
            ("node_modules/left/template/package.json", r#"{"name": "{{name}}", "version": "0.0.0"}"#),
        ],
        &["npm/%40s/right@2.0.0 :1 (ISC)", "npm/left@1.3.0 :2 (MIT) (Apache-2.0) > npm/%40s/right@2.0.0"],
    );
}

#[test]
fn yarn_of_version_1() {
    check(
        "yarn 1",
        "yarn.lock",
        r#"# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.
# yarn lockfile v1


"@babel/code-frame@^7.0.0", "@babel/code-frame@^7.22.5":
  version "7.22.5"
  resolved "https://registry.yarnpkg.com/@babel/code-frame/-/code-frame-7.22.5.tgz#234d98e1551960604f1246e6475891a570ad5658"
  integrity sha512-Xmwn266vad+6DAqEB2A6V/CcZVp62BbwVmcOJc2RPuwih1kw02TjQvWVWlcKGbBPd+8/0V5DEkOcizRGYsspYQ==
  dependencies:
    "@babel/highlight" "^7.22.5"

"@babel/highlight@^7.22.5":
  version "7.22.5"
  resolved "https://registry.yarnpkg.com/@babel/highlight/-/highlight-7.22.5.tgz#aa6c05c5407a67ebce408162b7ede789b4d22031"
  dependencies:
    js-tokens "^4.0.0"
  optionalDependencies:
    lodash3 "npm:lodash@3"

js-tokens@^4.0.0:
  version "4.0.0"

"lodash3@npm:lodash@3":
  version "3.10.1"

"forked@git+https://github.com/acme/forked.git#main":
  version "1.0.0"
  resolved "git+https://github.com/acme/forked.git#0123456789abcdef"

"short@acme/short":
  version "2.0.0"
  resolved "https://codeload.github.com/acme/short/tar.gz/fedcba98"

"beside@file:../beside":
  version "0.0.0"

"linked@link:./linked":
  version "0.0.0"
  uid ""
"#,
        &[
            "npm/%40babel/code-frame@7.22.5 :5 sha512:5e6c27db > npm/%40babel/highlight@7.22.5",
            "npm/%40babel/highlight@7.22.5 :12 > npm/js-tokens@4.0.0, npm/lodash@3.10.1",
            "npm/forked@1.0.0?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Facme%2Fforked.git%400123456789abcdef :26",
            "npm/js-tokens@4.0.0 :20",
            "npm/lodash@3.10.1 :23",
            "npm/short@2.0.0?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Facme%2Fshort%40fedcba98 :30",
        ],
    );
}

#[test]
fn yarn_of_later_versions() {
    check(
        "yarn berry",
        "web/yarn.lock",
        r#"# This file is generated by running "yarn install" inside your project.
# Manual changes might be lost - proceed with caution!

__metadata:
  version: 8
  cacheKey: 10c0

"@types/node@npm:*, @types/node@npm:^20.0.0":
  version: 20.4.1
  resolution: "@types/node@npm:20.4.1"
  checksum: 10c0/0b3bd65f8aa1b6ab5ddbaf4a9f5a2b6ff0c1e6a4ea4ed4ee7cfcca8d2c27d9ab4ecdd6c8f0a0b9efb66d3e2a3f1ea0bb8d4be7f1d7f4e2a21f1a3a0bd9a7f9dc
  languageName: node
  linkType: hard

"chalk@npm:5.3":
  version: 5.3
  resolution: "chalk@npm:5.3"
  dependencies:
    ansi: "npm:^1.0.0"
  languageName: node
  linkType: hard

"ansi@npm:^1.0.0":
  version: 1.0.1
  resolution: "ansi@npm:1.0.1"
  languageName: node
  linkType: hard

"typescript@npm:^5.0.0":
  version: 5.1.6
  resolution: "typescript@npm:5.1.6"
  languageName: node
  linkType: hard

"typescript@patch:typescript@npm%3A^5.0.0#optional!builtin<compat/typescript>":
  version: 5.1.6
  resolution: "typescript@patch:typescript@npm%3A5.1.6#optional!builtin<compat/typescript>::version=5.1.6&hash=5da071"
  languageName: node
  linkType: hard

"forked@https://github.com/acme/forked.git#commit=0123456":
  version: 1.0.0
  resolution: "forked@https://github.com/acme/forked.git#commit=0123456"
  languageName: node
  linkType: hard

"shop@workspace:.":
  version: 0.0.0-use.local
  resolution: "shop@workspace:."
  dependencies:
    "@types/node": "npm:^20.0.0"
    chalk: "npm:5.3"
    typescript: "npm:^5.0.0"
  languageName: unknown
  linkType: soft
"#,
        &[
            "npm/%40types/node@20.4.1 :8 direct sha512:0b3bd65f",
            "npm/ansi@1.0.1 :23 indirect",
            "npm/chalk@5.3 :15 direct > npm/ansi@1.0.1",
            "npm/forked@1.0.0?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Facme%2Fforked.git%400123456 :41 indirect",
            "npm/typescript@5.1.6 :29 direct",
        ],
    );
}

#[test]
fn pnpm_of_version_5() {
    check(
        "pnpm 5",
        "pnpm-lock.yaml",
        r"lockfileVersion: 5.4

specifiers:
  express: ^4.0.0
  jest: ^29.0.0
  '@s/x': 1.0.0

dependencies:
  express: 4.18.2
  '@s/x': 1.0.0_react@18.2.0

devDependencies:
  jest: 29.0.0

packages:

  /express/4.18.2:
    resolution: {integrity: sha512-Xmwn266vad+6DAqEB2A6V/CcZVp62BbwVmcOJc2RPuwih1kw02TjQvWVWlcKGbBPd+8/0V5DEkOcizRGYsspYQ==}
    engines: {node: '>= 0.10.0'}
    dependencies:
      ms: 2.0.0
    dev: false

  /@s/x/1.0.0_react@18.2.0:
    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}
    dev: false

  /@s/x/1.0.0_react@17.0.0:
    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}
    dev: true

  /ms/2.0.0:
    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}
    dev: false
    optional: true

  /jest/29.0.0:
    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}
    dependencies:
      forked: github.com/acme/forked/0123456789abcdef
    dev: true

  github.com/acme/forked/0123456789abcdef:
    resolution: {tarball: https://codeload.github.com/acme/forked/tar.gz/0123456789abcdef}
    name: forked
    version: 1.0.0
    dev: true
",
        &[
            "npm/%40s/x@1.0.0 :24 direct sha1:da39a3ee",
            "npm/express@4.18.2 :17 direct sha512:5e6c27db > npm/ms@2.0.0",
            "npm/forked@1.0.0?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Facme%2Fforked%400123456789abcdef :43 indirect dev",
            "npm/jest@29.0.0 :37 direct dev sha1:da39a3ee > npm/forked@1.0.0?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Facme%2Fforked%400123456789abcdef",
            "npm/ms@2.0.0 :32 indirect optional sha1:da39a3ee",
        ],
    );
}

#[test]
fn pnpm_of_version_6_with_importers() {
    check(
        "pnpm 6",
        "pnpm-lock.yaml",
        r"lockfileVersion: '6.0'

settings:
  autoInstallPeers: true

importers:

  .:
    dependencies:
      alias:
        specifier: npm:lodash@^4.17.21
        version: /lodash@4.17.21
      web:
        specifier: workspace:*
        version: link:packages/web

  packages/web:
    devDependencies:
      '@t/plugin':
        specifier: ^6.0.0
        version: 6.0.0(eslint@8.44.0)

packages:

  /lodash@4.17.21:
    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}
    dev: false

  /@t/plugin@6.0.0(eslint@8.44.0):
    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}
    peerDependencies:
      eslint: ^8.0.0
    dependencies:
      eslint: 8.44.0
    dev: true

  /eslint@8.44.0:
    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}
    dev: true

  '@codeload.github.com/acme/forked/tar.gz/0123456':
    resolution: {tarball: https://codeload.github.com/acme/forked/tar.gz/0123456}
    name: forked
    version: 0.2.0
    dev: false
",
        &[
            "npm/%40t/plugin@6.0.0 :29 direct dev sha1:da39a3ee > npm/eslint@8.44.0",
            "npm/eslint@8.44.0 :37 indirect dev sha1:da39a3ee",
            "npm/forked@0.2.0?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Facme%2Fforked%400123456 :41",
            "npm/lodash@4.17.21 :25 direct sha1:da39a3ee",
        ],
    );
}

#[test]
fn pnpm_of_version_9_with_snapshots() {
    check(
        "pnpm 9",
        "pnpm-lock.yaml",
        r"lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      react-dom:
        specifier: ^18.2.0
        version: 18.2.0(react@18.2.0)
      renamed:
        specifier: npm:scheduler@0.23.0
        version: scheduler@0.23.0
    devDependencies:
      vite:
        specifier: ^5.0.0
        version: 5.0.0
      forked:
        specifier: github:acme/forked
        version: https://codeload.github.com/acme/forked/tar.gz/0123456

packages:

  react-dom@18.2.0:
    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}
    peerDependencies:
      react: ^18.2.0

  react@18.2.0:
    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}

  scheduler@0.23.0:
    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}

  vite@5.0.0:
    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}

  esbuild@0.19.0:
    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}

  forked@https://codeload.github.com/acme/forked/tar.gz/0123456:
    resolution: {tarball: https://codeload.github.com/acme/forked/tar.gz/0123456}
    version: 0.2.0

snapshots:

  react-dom@18.2.0(react@18.2.0):
    dependencies:
      react: 18.2.0
      scheduler: 0.23.0

  react@18.2.0: {}

  scheduler@0.23.0: {}

  vite@5.0.0:
    dependencies:
      esbuild: 0.19.0

  esbuild@0.19.0: {}

  forked@https://codeload.github.com/acme/forked/tar.gz/0123456: {}
",
        &[
            "npm/esbuild@0.19.0 :37 indirect dev sha1:da39a3ee",
            "npm/forked@0.2.0?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Facme%2Fforked%400123456 :40 direct dev",
            "npm/react-dom@18.2.0 :23 direct sha1:da39a3ee > npm/react@18.2.0, npm/scheduler@0.23.0",
            "npm/react@18.2.0 :28 indirect sha1:da39a3ee",
            "npm/scheduler@0.23.0 :31 direct sha1:da39a3ee",
            "npm/vite@5.0.0 :34 direct dev sha1:da39a3ee > npm/esbuild@0.19.0",
        ],
    );
}

#[test]
fn bun_with_comments_and_commas_that_json_has_not() {
    check(
        "bun",
        "bun.lock",
        r#"{
  "lockfileVersion": 1,
  // written by bun
  "workspaces": {
    "": {
      "name": "shop",
      "dependencies": { "hono": "^4.0.0", },
      "devDependencies": { "@types/bun": "latest", "tool": "workspace:*", },
    },
    "packages/tool": { "name": "tool", "dependencies": { "ms": "2.0.0", }, },
  },
  "packages": {
    "@types/bun": ["@types/bun@1.0.0", "", { "dependencies": { "@types/node": "*", "ms": "2.1.3" } }, "sha512-Xmwn266vad+6DAqEB2A6V/CcZVp62BbwVmcOJc2RPuwih1kw02TjQvWVWlcKGbBPd+8/0V5DEkOcizRGYsspYQ=="],
    "@types/node": ["@types/node@20.0.0", "", {}, "sha512-AAAA"],
    "hono": ["hono@4.1.0", "", { "optionalDependencies": { "ms": "*" } }, "sha512-AAAA"],
    "ms": ["ms@2.1.3", "", {}, "sha512-AAAA"],
    "tool/ms": ["ms@2.0.0", "", {}, "sha512-AAAA"],
    "tool": ["tool@workspace:packages/tool"],
    "forked": ["forked@github:acme/forked#0123456", {}, "acme-forked-0123456"],
  },
}
"#,
        &[
            "npm/%40types/bun@1.0.0 :13 direct dev sha512:5e6c27db > npm/%40types/node@20.0.0, npm/ms@2.1.3",
            "npm/%40types/node@20.0.0 :14 indirect dev",
            "npm/forked@0123456?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Facme%2Fforked%400123456 :19",
            "npm/hono@4.1.0 :15 direct > npm/ms@2.1.3",
            "npm/ms@2.0.0 :17 direct",
            "npm/ms@2.1.3 :16 indirect",
        ],
    );
}

#[test]
fn deno_of_version_3_and_5() {
    check(
        "deno 3",
        "deno.lock",
        r#"{
  "version": "3",
  "packages": {
    "specifiers": {
      "jsr:@std/assert@^1.0.0": "jsr:@std/assert@1.0.2",
      "npm:chalk@5": "npm:chalk@5.3.0"
    },
    "jsr": {
      "@std/assert@1.0.2": { "integrity": "abc", "dependencies": ["jsr:@std/internal@1.0.1"] },
      "@std/internal@1.0.1": { "integrity": "abc" }
    },
    "npm": {
      "chalk@5.3.0": { "integrity": "sha512-dLitG79d+GV1Nb/VYcCDFivJeK1hiukt9QjRNVOsUtTy1rR1YJsmpGGTZ3qJos+uw7WmWF4wUwBd9jxjocFC2w==", "dependencies": { "ansi": "ansi@1.0.0" } },
      "ansi@1.0.0": { "integrity": "sha512-AAAA", "dependencies": {} }
    }
  },
  "remote": {
    "https://deno.land/std@0.190.0/fmt/colors.ts": "0123",
    "https://deno.land/std@0.190.0/path/mod.ts": "0123",
    "https://deno.land/x/oak@v12.5.0/mod.ts": "0123",
    "https://example.com/mod.ts": "0123"
  }
}
"#,
        &[
            "generic/oak@12.5.0?repository_url=https:%2F%2Fdeno.land :20",
            "generic/std@0.190.0?repository_url=https:%2F%2Fdeno.land :18",
            "jsr/%40std/assert@1.0.2 :9 direct > jsr/%40std/internal@1.0.1",
            "jsr/%40std/internal@1.0.1 :10 indirect",
            "npm/ansi@1.0.0 :14 indirect",
            "npm/chalk@5.3.0 :13 direct sha512:74b8ad1b > npm/ansi@1.0.0",
        ],
    );
    check(
        "deno 5",
        "deno.lock",
        r#"{
  "version": "5",
  "specifiers": { "jsr:@std/assert@1": "1.0.13", "npm:react-dom@18": "18.2.0_react@18.2.0" },
  "jsr": { "@std/assert@1.0.13": { "integrity": "abc", "dependencies": ["jsr:@std/internal"] }, "@std/internal@1.0.6": {} },
  "npm": {
    "react-dom@18.2.0_react@18.2.0": { "integrity": "sha512-AAAA", "dependencies": ["react@18.2.0"] },
    "react@18.2.0": { "integrity": "sha512-AAAA" }
  }
}
"#,
        &[
            "jsr/%40std/assert@1.0.13 :4 direct > jsr/%40std/internal@1.0.6",
            "jsr/%40std/internal@1.0.6 :4 indirect",
            "npm/react-dom@18.2.0 :6 direct > npm/react@18.2.0",
            "npm/react@18.2.0 :7 indirect",
        ],
    );
}

#[test]
fn yarn_as_some_versions_and_people_write_it() {
    check(
        "yarn odd",
        "yarn.lock",
        r#"bare:
  version "1.0.2"

quoted@^1.0.0:
  "version" "1.6.2"
  "resolved" "https://registry.npmjs.org/quoted/-/quoted-1.6.2.tgz"
  "dependencies":
    "bare" "*"

"short@npm:real":
  version "2.1.3"
  resolved "https://registry.yarnpkg.com/real/-/real-2.1.3.tgz#574c"

moved@^1.5.1:
  version "1.5.2"
  resolved "https://npm.example.com/api/npm/@scope/moved/-/moved-1.5.2.tgz#5886"
"#,
        &["npm/%40scope/moved@1.5.2 :14", "npm/bare@1.0.2 :1", "npm/quoted@1.6.2 :4", "npm/real@2.1.3 :10"],
    );
    check(
        "pnpm hosts",
        "pnpm-lock.yaml",
        "lockfileVersion: 5.3\npackages:\n  registry.npmjs.org/@foo/bar/1.1.0: {}\n  example.com/foo/1.2.0_peer@2.0.0: {}\n  github.com/acme/kit/0123456: {}\n",
        &[
            "npm/%40foo/bar@1.1.0 :3",
            "npm/foo@1.2.0 :4",
            "npm/kit@0123456?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Facme%2Fkit%400123456 :5",
        ],
    );
}
