//! Credentials in files and histories, told as findings and shown nowhere.

use std::process::Command;

use data_encoding::BASE64;
use serde_json::Value;
use sha2::Digest as _;

use crate::command::Workbench;

/// A token that GitHub could have issued. It is put together here, so that no scanner of this repository finds it.
fn token() -> String {
    ["ghp_", "c0Ffee", "Zq8wLr3Tn5Xv7Yb9Kd2Mp4Hs6Gj1Aa"].concat()[..40].to_owned()
}

/// The findings about credentials: rule, file, line.
fn found(report: &Value) -> Vec<(String, String, u64)> {
    let findings = report["findings"].as_array().expect("JSON").iter();
    let leaks = findings.filter(|finding| finding["rule"] == "leaked-credential");
    leaks
        .map(|finding| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let line = finding["location"]["startLine"].as_u64().expect("a line");
            (text(&finding["names"][0]), text(&finding["location"]["file"]), line)
        })
        .collect()
}

#[test]
fn a_folder_is_looked_through_and_nothing_is_shown() {
    let bench = Workbench::new();
    let token = token();
    bench.file("deploy.sh", format!("#!/bin/sh\ngit clone https://{token}@github.com/a/b\n"));
    bench.file("encoded.txt", format!("a\nb\n{}\n", BASE64.encode(format!("token={token}").as_bytes())));
    bench.file("fine.txt", "password: ${PASSWORD}\n");
    bench.file("yarn.lock", format!("# {token}\n"));
    let ran = bench.run(&["scan", ".", "--format", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    let rows = found(&report);
    assert_eq!(
        rows,
        [
            ("github-token".to_owned(), "deploy.sh".to_owned(), 2),
            ("github-token".to_owned(), "encoded.txt".to_owned(), 3),
        ]
    );
    for format in ["json", "table", "sarif", "html", "markdown", "csv"] {
        let ran = bench.run(&["scan", ".", "--all", "--format", format]);
        assert!(!ran.out.contains(&token[8..]), "{format} shows the credential");
        assert!(!ran.err.contains(&token[8..]), "{format}");
    }
}

#[test]
fn rules_comments_and_lists_of_others_count() {
    let bench = Workbench::new();
    let token = token();
    bench.file("rules.toml", "[[rules]]\nid = 'ours'\ndescription = 'Ours'\nregex = 'ours_\\d{6}'\n");
    bench.file("a.txt", format!("ours_123456\nours_654321 # gitleaks:allow\n{token}\n"));
    bench.file("b.txt", "ours_123456\n");
    bench.file(".gitleaksignore", "b.txt:ours:1\n");
    let ran = bench.run(&["scan", ".", "--format", "json", "--credential-rules", "rules.toml"]);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(found(&report), [("ours".to_owned(), "a.txt".to_owned(), 1)]);

    bench.file(
        "sekisho.yaml",
        "credentials:\n  rules: rules.toml\nchecks:\n  severity: {leaked-credential: low}\n",
    );
    let ran = bench.run(&["scan", "."]);
    assert_eq!(ran.status, 0, "{}", ran.out);
    let ran = bench.run(&["scan", ".", "--credential-rules", "a.txt"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("`a.txt`"), "{}", ran.err);
}

#[test]
fn a_credential_of_an_object_is_told_once() {
    let bench = Workbench::new();
    bench.file(
        "pod.yaml",
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, namespace: b}}\nspec:\n  containers:\n  - name: c\n    \
             image: d:1\n    env:\n    - {{name: GITHUB_TOKEN, value: {}}}\n",
            token()
        ),
    );
    let ran = bench.run(&["scan", ".", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    let secrets = report["findings"].as_array().expect("JSON").iter().filter(|finding| {
        ["leaked-credential", "credential-in-env"].contains(&finding["rule"].as_str().expect("JSON"))
    });
    assert_eq!(secrets.count(), 1, "{}", ran.out);
}

#[test]
fn a_history_keeps_what_is_gone() {
    let bench = Workbench::new();
    let git = |arguments: &[&str]| {
        let done = Command::new("git")
            .args(["-c", "user.name=Anna", "-c", "user.email=anna@example.com", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(bench.path())
            .output()
            .expect("JSON");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "--quiet"]);
    bench.file("a.env", format!("# names\nTOKEN={}\n", token()));
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "Add"]);
    bench.file("a.env", "# names\n");
    git(&["commit", "--quiet", "--all", "--message", "Remove"]);
    let ran = bench.run(&["scan", ".", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(found(&report), []);
    let ran = bench.run(&["scan", ".", "--history", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(found(&report).len(), 1);
    assert!(ran.out.contains("line 2; commit ") && ran.out.contains("by Anna <anna@example.com>"));
    assert!(!ran.out.contains(&token()[8..]));
}

/// A zip of files that are not packed.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    let number = |count: usize| u32::try_from(count).expect("a number").to_le_bytes();
    for (name, content) in files {
        let at = number(bytes.len());
        let sizes = [number(content.len()), number(content.len())].concat();
        let name_length = &number(name.len())[..2];
        let common = [&[0; 8][..], &[0; 4], &sizes, name_length, &[0, 0]].concat();
        // Version, flags, method, time, date; then the checksum, the sizes and the lengths.
        bytes.extend([b"PK\x03\x04\x14\0", &common[..]].concat());
        bytes.extend([name.as_bytes(), content].concat());
        directory.extend([b"PK\x01\x02\x14\0\x14\0", &common[..], &[0; 10], &at].concat());
        directory.extend(name.as_bytes());
    }
    let count = &number(files.len())[..2];
    let end = [&[0; 4], count, count, &number(directory.len()), &number(bytes.len()), &[0, 0]].concat();
    [bytes, directory, [&b"PK\x05\x06"[..], &end].concat()].concat()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    crate::images::archive(files)
}

#[test]
fn archives_are_looked_through_as_deep_as_they_lie() {
    let token = ["glpat-", "x7Kq2Rm9Tz4Wv8Yb3Nc6"].concat();
    let text = format!("a\nTOKEN={token}\n");
    let inner = zip(&[("deep/app.env", text.as_bytes()), ("x.class", text.as_bytes())]);
    let middle = tar(&[("lib/inner.jar", &inner), ("plain.txt", b"nothing")]);
    let outer = zip(&[("middle.tar", &middle), ("broken.zip", b"PK none"), ("b.env", text.as_bytes())]);
    let bench = Workbench::new();
    bench.file("src/outer.zip", &outer);
    bench.file("src/none.zip", "no archive");
    let ran = bench.run(&["scan", "--format", "json", "src"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let files: Vec<&str> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| finding["location"]["file"].as_str().expect("a file"))
        .collect();
    assert_eq!(
        files,
        ["src/outer.zip!/middle.tar!/lib/inner.jar!/deep/app.env", "src/outer.zip!/b.env"],
        "{report:#}"
    );
    assert!(!ran.out.contains(&token[7..]));
    // In a layer, with the layer; what takes the archive away takes it away.
    let layers = [tar(&[("opt/outer.zip", &outer)]), tar(&[("opt/.wh.outer.zip", b"")])];
    bench.file("image.tar", crate::images::saved(&layers));
    let ran = bench.run(&["scan", "--format", "json", "--no-cache", "image.tar"]);
    assert!(ran.out.contains("image.tar:shop:1!/opt/outer.zip!/b.env"), "{}", ran.out);
    assert!(ran.out.contains("though a later layer deletes the file"), "{}", ran.out);
}

#[test]
fn archives_without_end_are_named() {
    use std::io::Write as _;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(&tar(&[("zeros.txt", &vec![b'0'; 17 << 20])])).expect("packed");
    let bench = Workbench::new();
    bench.file("bomb.tar.gz", packer.finish().expect("packed"));
    let mut nested = zip(&[("a.txt", b"x")]);
    for _ in 0..6 {
        nested = zip(&[("n.zip", &nested)]);
    }
    bench.file("nested.zip", nested);
    let ran = bench.run(&["scan", "--format", "json", "."]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let skipped = report["coverage"]["skipped"].to_string();
    for name in ["bomb.tar.gz", "nested.zip"] {
        assert!(skipped.contains(name), "{name}: {skipped}");
    }
}

#[test]
fn many_files_are_told_in_the_order_of_their_paths() {
    let token = ["glpat-", "x7Kq2Rm9Tz4Wv8Yb3Nc6"].concat();
    let bench = Workbench::new();
    for number in 0..300 {
        bench.file(&format!("d{}/f{number:03}.env", number % 7), format!("TOKEN={token}\n"));
    }
    let of = |jobs: &str| bench.run(&["scan", "--format", "json", "--jobs", jobs, "."]).out;
    let one = of("1");
    assert_eq!(one, of("4"));
    assert_eq!(one.matches("\"gitlab-token\"").count(), 300);
}

#[test]
fn what_a_package_of_the_distribution_brought_is_counted_and_told_to_the_pedantic() {
    let bench = Workbench::new();
    let key = format!("TOKEN={}\n", token());
    let changed = format!("# of ours\n{key}");
    let status = b"Package: keys\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n";
    let sum = data_encoding::HEXLOWER.encode(&md5::Md5::digest(&key));
    let sums = format!("{sum}  usr/share/keys/test.env\n{sum}  usr/share/keys/other.env\n");
    let files: [(&str, &[u8]); 5] = [
        ("var/lib/dpkg/status", status),
        ("var/lib/dpkg/info/keys.md5sums", sums.as_bytes()),
        ("usr/share/keys/test.env", key.as_bytes()),
        ("usr/share/keys/other.env", changed.as_bytes()),
        ("etc/own.env", key.as_bytes()),
    ];
    bench.file("image.tar", crate::images::saved(&[crate::images::archive(&files)]));
    for (path, bytes) in files {
        bench.file(&format!("root/{path}"), bytes);
    }
    let keep = bench.path().join("kept");
    let variables = [("SEKISHO_CACHE", keep.to_str().expect("a path"))];
    // The image is read, then what was kept of it; a root file system is one with the word in front and without.
    for target in ["image.tar", "image.tar", "dir:root", "root"] {
        let scan = |persona: &str| -> Value {
            let arguments = ["scan", "--format", "json", "--persona", persona, target];
            let ran = bench.run_in(&arguments, b"", &variables);
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err))
        };
        let leaks = |report: &Value| -> Vec<(String, String)> {
            let findings = report["findings"].as_array().expect("a list").iter();
            let leaks = findings.filter(|finding| finding["rule"] == "leaked-credential");
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let name = |path: String| path.rsplit('/').next().unwrap_or_default().to_owned();
            leaks.map(|leak| (name(text(&leak["location"]["file"])), text(&leak["severity"]))).collect()
        };
        let report = scan("default");
        let mut found = leaks(&report);
        found.sort();
        let critical = |name: &str| (name.to_owned(), "critical".to_owned());
        assert_eq!(found, [critical("other.env"), critical("own.env")], "{target}");
        let skipped = report["coverage"]["skipped"].to_string();
        assert!(skipped.contains("1 credential in files that are as packages"), "{target}: {skipped}");

        let report = scan("pedantic");
        assert!(leaks(&report).contains(&("test.env".to_owned(), "low".to_owned())), "{target}");
        assert!(report["findings"].to_string().contains("as the package keys brought the file"));
        assert!(!report["coverage"]["skipped"].to_string().contains("as packages of the distribution"));
    }
}
