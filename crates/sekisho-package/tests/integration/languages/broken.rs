//! Files that are broken, hostile or large: what can be read is, and the rest is said.

use super::{check, check_all, folder};

#[test]
fn unresolved_merges_are_read_on_their_first_side() {
    check(
        "merge yarn",
        "yarn.lock",
        "# yarn lockfile v1\n\n<<<<<<< HEAD\na@^1.0.0:\n  version \"1.0.1\"\n=======\na@^1.0.0:\n  version \"1.0.2\"\n>>>>>>> other\n\nb@^2.0.0:\n  version \"2.0.0\"\n",
        &[
            "npm/a@1.0.1 :4",
            "npm/b@2.0.0 :11",
            "unread yarn.lock: yarn-lock: could not be read whole as lock file of Yarn: line 3 begins an unresolved merge: the first side was read; resolve it",
        ],
    );
    check(
        "merge npm",
        "package-lock.json",
        "{\n  \"lockfileVersion\": 3,\n  \"packages\": {\n<<<<<<< HEAD\n    \"node_modules/a\": {\"version\": \"1.0.1\"},\n||||||| base\n    \"node_modules/a\": {\"version\": \"1.0.0\"},\n=======\n    \"node_modules/a\": {\"version\": \"1.0.2\"},\n>>>>>>> other\n    \"node_modules/b\": {\"version\": \"2.0.0\"}\n  }\n}\n",
        &[
            "npm/a@1.0.1 :5 indirect",
            "npm/b@2.0.0 :11 indirect",
            "unread package-lock.json: npm-lock: could not be read whole as lock file of npm: line 4 begins an unresolved merge: the first side was read; resolve it",
        ],
    );
    check(
        "merge cargo",
        "Cargo.lock",
        "version = 3\n\n[[package]]\nname = \"a\"\n<<<<<<< HEAD\nversion = \"1.0.0\"\n=======\nversion = \"2.0.0\"\n>>>>>>> x\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n",
        &[
            "cargo/a@1.0.0 :4",
            "unread Cargo.lock: cargo-lock: could not be read whole as lock file of Cargo: line 5 begins an unresolved merge: the first side was read; resolve it",
        ],
    );
}

#[test]
fn marks_and_line_ends_change_nothing() {
    check(
        "mark and crlf json",
        "composer.lock",
        "\u{feff}{\r\n\"packages\": [\r\n{\"name\": \"a/b\", \"version\": \"1.0\"}\r\n]}\r\n",
        &["composer/a/b@1.0 :3"],
    );
    check(
        "mark and crlf lines",
        "go.mod",
        "\u{feff}module x\r\ngo 1.20\r\nrequire (\r\n\texample.com/a v1.0.0\r\n)\r\n",
        &["golang/example.com/a@v1.0.0 :4 direct"],
    );
    check(
        "mark and crlf yaml",
        "pubspec.lock",
        "\u{feff}packages:\r\n  a:\r\n    source: hosted\r\n    version: \"1.0\"\r\n",
        &["pub/a@1.0 :2 indirect"],
    );
    check(
        "mark and crlf toml",
        "poetry.lock",
        "\u{feff}[[package]]\r\nname = \"a\"\r\nversion = \"1.0\"\r\n",
        &["pypi/a@1.0 :2"],
    );
    check(
        "mark and crlf xml",
        "packages.config",
        "\u{feff}<packages>\r\n<package id=\"A\" version=\"1.0\"/>\r\n</packages>\r\n",
        &["nuget/A@1.0 :2"],
    );
}

#[test]
fn bytes_that_are_no_text_are_named_and_the_rest_is_read() {
    let contents = folder(&[("requirements.txt", b"a==1.0\n# caf\xe9\nb==2.0\n")]);
    assert_eq!(contents.packages.len(), 2);
    assert!(contents.unread[0].reason.contains("byte 12 is no UTF-8"), "{:?}", contents.unread);
}

#[test]
fn deep_nesting_is_an_error() {
    let depth = 100_000;
    let files: [(&str, String); 8] = [
        ("package-lock.json", "{\"packages\":".repeat(depth)),
        ("bun.lock", "[".repeat(depth)),
        ("pnpm-lock.yaml", "[".repeat(depth)),
        ("Podfile.lock", (0..2000).flat_map(|level| [" ".repeat(level), "- \n".to_owned()]).collect()),
        ("poetry.lock", format!("x = {}", "[".repeat(depth))),
        ("pom.xml", format!("<project>{}", "<a>".repeat(depth))),
        ("mix.lock", format!("%{{\"a\": {}", "{".repeat(depth))),
        ("rebar.lock", "[".repeat(depth)),
    ];
    for (path, text) in files {
        let contents = folder(&[(path, text.as_bytes())]);
        assert_eq!((contents.packages.len(), contents.unread.len()), (0, 1), "{path}: {:?}", contents.unread);
    }
}

#[test]
fn nested_dependencies_of_npm_are_walked_without_recursion() {
    let deep = format!(
        "{{\"lockfileVersion\":1,{}\"x\":{{\"version\":\"1\"}}{}}}",
        "\"dependencies\":{\"a\":{\"version\":\"1\",".repeat(60),
        "}".repeat(120)
    );
    let contents =
        folder(&[("package-lock.json", deep.replace("\"x\":{\"version\":\"1\"}", "\"y\":1").as_bytes())]);
    assert!(contents.unread.is_empty(), "{:?}", contents.unread);
    assert_eq!(contents.packages.len(), 1);
}

#[test]
fn large_files_are_named_and_not_read() {
    let large = vec![b' '; (32 << 20) + 1];
    let contents = folder(&[("package-lock.json", &large)]);
    assert!(contents.unread[0].reason.contains("33554432"), "{:?}", contents.unread);
}

#[test]
fn of_keys_that_stand_twice_the_last_holds() {
    check(
        "twice json",
        "package-lock.json",
        "{\"lockfileVersion\": 3, \"packages\": {\"node_modules/a\": {\"version\": \"1.0.0\"}, \"node_modules/\\u0061\": {\"version\": \"2.0.0\"}}}",
        &["npm/a@2.0.0 :1 indirect"],
    );
    check(
        "twice toml",
        "Cargo.lock",
        "version = 3\nversion = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n",
        &[
            "cargo/a@1.0.0?repository_url=x :4",
            "unread Cargo.lock: cargo-lock: could not be read whole as lock file of Cargo: line 2: duplicate key",
        ],
    );
}

#[test]
fn cycles_of_packages_end() {
    check(
        "cycle",
        "Cargo.lock",
        "[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\"a\"]\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\ndependencies = [\"b\"]\n\n[[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\ndependencies = [\"a\", \"b\"]\n",
        &[
            "cargo/a@1.0.0?repository_url=x :7 direct > cargo/b@1.0.0?repository_url=x",
            "cargo/b@1.0.0?repository_url=x :13 indirect > cargo/a@1.0.0?repository_url=x",
        ],
    );
}

#[test]
fn names_and_versions_that_mean_harm_stay_text() {
    let long = "9".repeat(1 << 20);
    let text = format!(
        "{{\"lockfileVersion\": 3, \"packages\": {{\"node_modules/a@b?c=d#e/../f\": {{\"version\": \"1?x=y#z\"}}, \"node_modules/\\u001b[31m\\u202e<b>\": {{\"version\": \"{long}\"}}}}}}"
    );
    let contents = folder(&[("package-lock.json", text.as_bytes())]);
    for package in &contents.packages {
        let url = package.url.to_string();
        assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{}", &url[..80]);
        assert_eq!(
            url.parse::<sekisho_version::PackageUrl>().map(|read| read.to_string()).ok().is_some(),
            url.len() < 16_384
        );
    }
}

#[test]
fn names_with_empty_parts_are_written_as_they_are_read() {
    let contents = folder(&[("yarn.lock", b"://a//b@1:\n  version \"1.0.0\"\n")]);
    let url = contents.packages[0].url.to_string();
    assert_eq!(url.parse::<sekisho_version::PackageUrl>().map(|read| read.to_string()), Ok(url));
}

#[test]
fn empty_files_and_files_of_another_kind_give_nothing() {
    let names = [
        "package-lock.json",
        "package.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "bun.lock",
        "deno.lock",
        "requirements.txt",
        "Pipfile.lock",
        "poetry.lock",
        "uv.lock",
        "pdm.lock",
        "pylock.toml",
        "pyproject.toml",
        "environment.yml",
        "go.mod",
        "go.sum",
        "vendor/modules.txt",
        "Cargo.lock",
        "pom.xml",
        "gradle.lockfile",
        "Gemfile.lock",
        "composer.lock",
        "packages.lock.json",
        "App.deps.json",
        "packages.config",
        "mix.lock",
        "rebar.lock",
        "Package.resolved",
        "Podfile.lock",
        "pubspec.lock",
        "stack.yaml.lock",
        "renv.lock",
        "Manifest.toml",
        "conan.lock",
        ".terraform.lock.hcl",
        "Chart.lock",
        "x.opam",
        "x.rockspec",
        "DESCRIPTION",
    ];
    for name in names {
        for text in ["", "\0\0\0\0", "null", "[]", "{}", "---\n", "\"text\"", "<a/>", "=\n:\n[\n(\n{\n"] {
            // A word alone is a requirement.
            let is_word = name == "requirements.txt" && text == "null";
            assert!(is_word || folder(&[(name, text.as_bytes())]).packages.is_empty(), "{name}: {text:?}");
        }
    }
}

#[test]
fn a_file_that_fails_leaves_the_others_alone() {
    check_all(
        "one fails",
        &[("a/Cargo.lock", "[[package"), ("b/go.mod", "require example.com/a v1.0.0\n")],
        &[
            "golang/example.com/a@v1.0.0 :1 direct",
            "unread a/Cargo.lock: cargo-lock: could not be read whole as lock file of Cargo: line 1: unclosed array table, expected `]]`",
        ],
    );
}
