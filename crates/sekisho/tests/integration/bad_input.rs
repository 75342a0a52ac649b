//! The catalogue of bad inputs, as a user meets them: a clear error with its place, the rest still examined.

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use crate::command::{PRIVILEGED, Ran, Workbench};

/// Scans a folder that holds one good file and one bad one; the good one must be examined all the same.
fn scan_beside_good(name: &str, content: impl AsRef<[u8]>) -> Ran {
    let bench = Workbench::new();
    bench.file("good.yaml", PRIVILEGED);
    bench.file(name, content);
    let ran = bench.run(&["scan", ".", "--format", "json"]);
    assert!(ran.has("privileged-container"), "the good file was not examined: {}{}", ran.out, ran.err);
    ran
}

fn skipped(ran: &Ran) -> String {
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    report["coverage"]["skipped"].to_string()
}

#[test]
fn broken_yaml_ends_with_4_and_names_its_line() {
    let ran = scan_beside_good("bad.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: \"open\n");
    assert_eq!(ran.status, 4, "{}", ran.out);
    assert!(skipped(&ran).contains("bad.yaml"), "{}", ran.out);
}

#[test]
fn one_broken_document_leaves_the_others() {
    let bench = Workbench::new();
    bench.file("two.yaml", format!("apiVersion: v1\nkind: [\n---\n{PRIVILEGED}"));
    let ran = bench.run(&["scan", ".", "--format", "json"]);
    assert_eq!(ran.status, 4);
    assert!(ran.has("privileged-container"), "{}", ran.out);
}

#[test]
fn number_27_alias_bomb() {
    let mut text = String::from(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\na0: &a0 [x,x,x,x,x,x,x,x,x]\n",
    );
    for level in 1..=9 {
        let items = vec![format!("*a{}", level - 1); 9].join(",");
        writeln!(text, "a{level}: &a{level} [{items}]").expect("a string takes it");
    }
    let ran = scan_beside_good("bomb.yaml", text);
    assert_eq!(ran.status, 4, "{}", skipped(&ran));
}

#[test]
fn number_28_duplicate_keys_last_wins() {
    let twice = PRIVILEGED.replace("privileged: true", "privileged: false\n        privileged: true");
    let bench = Workbench::new();
    bench.file("pod.yaml", twice);
    let ran = bench.run(&["scan", ".", "--format", "json"]);
    assert!(ran.findings().contains(&("privileged-container".to_owned(), 12)), "{}", ran.out);
    assert!(ran.findings().contains(&("duplicate-key".to_owned(), 12)), "{}", ran.out);

    let json = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"c",
        "image":"a:1","securityContext":{"privileged":false,"privilege\u0064":true}}]}}"#;
    bench.file("pod.json", json);
    let ran = bench.run(&["scan", "pod.json", "--format", "json"]);
    assert!(ran.has("privileged-container"), "{}", ran.out);
}

#[test]
fn number_29_depth_of_ten_thousand() {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        let deep = format!("apiVersion: v1\nkind: Pod\nx: {}{}\n", open.repeat(10_001), close.repeat(10_001));
        assert_eq!(scan_beside_good("deep.yaml", deep).status, 4);
    }
    let json = format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"x\":{}{}}}",
        "[".repeat(20_000),
        "]".repeat(20_000)
    );
    assert_eq!(scan_beside_good("deep.json", json).status, 4);
    let blocks: String = (0..3_000).flat_map(|depth| [" ".repeat(depth), "a:\n".to_owned()]).collect();
    assert_eq!(scan_beside_good("deep-block.yaml", format!("apiVersion: v1\nkind: Pod\n{blocks}")).status, 4);
}

#[test]
fn number_30_words_that_are_booleans_and_merges() {
    let bench = Workbench::new();
    for (word, expected) in [
        ("yes", true),
        ("on", true),
        ("Yes", true),
        ("ON", true),
        ("True", true),
        ("y", true),
        ("!!bool true", true),
        ("\"yes\"", false),
        ("no", false),
        ("off", false),
    ] {
        bench.file("pod.yaml", PRIVILEGED.replace("privileged: true", &format!("privileged: {word}")));
        let ran = bench.run(&["scan", ".", "--format", "json"]);
        assert_eq!(ran.has("privileged-container"), expected, "{word}");
    }
    let merged = "apiVersion: v1\nkind: Pod\nmetadata: {name: m}\nspec:\n  containers:\n    - &base\n      name: a\n      \
                  image: registry.example.com/a:1\n      securityContext: {privileged: true}\n    - <<: *base\n      name: b\n";
    bench.file("pod.yaml", merged);
    let ran = bench.run(&["scan", ".", "--format", "json"]);
    let count = ran.findings().iter().filter(|(rule, _)| rule == "privileged-container").count();
    assert_eq!(count, 2, "{}", ran.out);
}

#[test]
fn number_31_empty_documents_and_lists() {
    let bench = Workbench::new();
    let indented = PRIVILEGED.replace('\n', "\n    ");
    let list = format!(
        "---\n---\n# nothing\n---\napiVersion: v1\nkind: List\nitems:\n  - {}\n---\n",
        indented.trim_end()
    );
    bench.file("list.yaml", list);
    let ran = bench.run(&["scan", ".", "--format", "json"]);
    assert!(ran.has("privileged-container"), "{}{}", ran.out, ran.err);
    bench.file("list.yaml", "apiVersion: v1\nkind: List\nitems: []\n");
    assert_eq!(bench.run(&["scan", "."]).status, 3);
}

#[test]
fn number_32_surrogates_nul_and_infinite_numbers() {
    for (name, text) in [
        ("nul.yaml", &b"apiVersion: v1\nkind: Pod\nx: \"a\0b\"\n"[..]),
        ("huge.json", b"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"x\":1e400}"),
        ("utf8.yaml", b"apiVersion: v1\nkind: Pod\nx: \xff\xfe\n"),
    ] {
        assert_eq!(scan_beside_good(name, text).status, 4, "{name}");
    }
    let bench = Workbench::new();
    bench.file("bom.yaml", format!("\u{feff}{PRIVILEGED}"));
    assert!(bench.run(&["scan", ".", "--format", "json"]).has("privileged-container"));
    let utf16: Vec<u8> =
        std::iter::once(0xfeff_u16).chain(PRIVILEGED.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    bench.file("bom.yaml", utf16);
    let ran = bench.run(&["scan", ".", "--format", "json"]);
    assert!(ran.has("privileged-container"), "{}", ran.out);
}

#[test]
fn numbers_26_and_33_hostile_names_are_shown_harmless() {
    let bench = Workbench::new();
    let hostile = PRIVILEGED.replace("name: web\n", "name: \"w\\e[31mb\\u202e<script>alert(1)</script>\"\n");
    bench.file("pod.yaml", hostile);
    for format in ["table", "html", "markdown", "csv", "github", "junit"] {
        let ran = bench.run(&["scan", ".", "--all", "--format", format]);
        assert!(!ran.out.contains('\u{1b}') && !ran.out.contains('\u{202e}'), "{format}: {}", ran.out);
        let markup = ["html", "markdown", "junit"].contains(&format);
        assert!(!(markup && ran.out.contains("<script>alert")), "{format}: {}", ran.out);
    }
    bench.file("pod.yaml", PRIVILEGED.replace("example.com/web", "ex\u{430}mple.com/web"));
    assert!(bench.run(&["scan", ".", "--format", "json"]).has("look-alike-image-name"));
}

#[test]
fn unreadable_and_strange_files_are_named() {
    let bench = Workbench::new();
    bench.file("good.yaml", PRIVILEGED);
    bench.file("binary.yaml", [0x7f, b'E', b'L', b'F', 0, 0, 0xff, 0xfe].repeat(1000));
    fs::create_dir(bench.path().join("folder.yaml")).expect("a folder");
    std::os::unix::fs::symlink("good.yaml", bench.path().join("link.yaml")).expect("a link");
    std::os::unix::fs::symlink("..", bench.path().join("loop")).expect("a link");
    std::os::unix::fs::symlink("nowhere", bench.path().join("dangling.yaml")).expect("a link");
    let ran = bench.run(&["scan", ".", "--format", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.out);
    assert_eq!(ran.findings().iter().filter(|(rule, _)| rule == "privileged-container").count(), 1);
    assert!(skipped(&ran).contains("link.yaml"), "{}", ran.out);
}

#[test]
fn a_file_over_the_limit_is_refused_unread() {
    let bench = Workbench::new();
    bench.file("good.yaml", PRIVILEGED);
    let huge = fs::File::create(bench.path().join("huge.yaml")).expect("a file");
    huge.set_len(1 << 30).expect("a sparse file");
    let ran = bench.run(&["scan", ".", "--format", "json"]);
    assert_eq!(ran.status, 4);
    assert!(skipped(&ran).contains("maxFileSize"), "{}", ran.out);
    assert!(ran.has("privileged-container"));
}

#[test]
fn a_folder_of_a_hundred_thousand_files_is_walked() {
    let bench = Workbench::new();
    bench.file("good.yaml", PRIVILEGED);
    for folder in 0..100 {
        let path = bench.path().join(format!("f{folder}"));
        fs::create_dir(&path).expect("a folder");
        for file in 0..1000 {
            fs::write(path.join(format!("{file}.yaml")), "a: 1\n").expect("a file");
        }
    }
    let ran = bench.run(&["scan", ".", "--format", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.has("privileged-container"));
}

#[test]
fn a_named_pipe_does_not_hang() {
    let bench = Workbench::new();
    let pipe = bench.path().join("pipe.yaml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    bench.file("good.yaml", PRIVILEGED);
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || send.send(bench.run(&["scan", ".", "--format", "json"])));
    let ran = receive.recv_timeout(Duration::from_mins(1)).expect("the scan ends");
    assert_eq!(ran.status, 1);
}

#[test]
fn git_ignored_files_are_left_out_unless_asked_for() {
    let bench = Workbench::new();
    bench.file(".gitignore", "secret/\n");
    bench.file("secret/pod.yaml", PRIVILEGED);
    assert_eq!(bench.run(&["scan", "."]).status, 3);
    assert_eq!(bench.run(&["scan", ".", "--no-ignore"]).status, 1);
}

#[test]
fn wrong_types_everywhere_are_no_crash() {
    let fields = ["metadata", "spec", "containers", "securityContext", "name", "image", "kind", "apiVersion"];
    for wrong in ["null", "[]", "{}", "3", "text", "[[]]", "true", "1.5"] {
        let bench = Workbench::new();
        for (number, field) in fields.iter().enumerate() {
            let lines: Vec<String> = PRIVILEGED
                .lines()
                .map(|line| {
                    let start = line.find(&format!("{field}:")).map(|at| at + field.len() + 1);
                    start.map_or_else(|| line.to_owned(), |end| format!("{} {wrong}", &line[..end]))
                })
                .collect();
            bench.file(&format!("{number}.yaml"), lines.join("\n"));
        }
        let ran = bench.run(&["scan", ".", "--format", "json", "--persona", "pedantic"]);
        assert!([0, 1, 3, 4].contains(&ran.status), "{wrong}: {} {}", ran.status, ran.err);
        assert!(!ran.err.contains("panicked"), "{wrong}: {}", ran.err);
    }
}

#[test]
fn a_cluster_that_cannot_be_reached_is_no_clean_one() {
    let bench = Workbench::new();
    let config = "{current-context: c, contexts: [{name: c, context: {cluster: c}}], clusters: [{name: c, cluster: \
                  {server: 'http://127.0.0.1:1'}}]}";
    bench.file("config", config);
    let ran = bench.run(&["scan", "cluster", "--kubeconfig", "config"]);
    assert_eq!(ran.status, 4, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("cannot reach `http://127.0.0.1:1`"), "{}", ran.out);
    for (arguments, message) in [
        (&["scan", "cluster", "--kubeconfig", "config", "--context", "x"][..], "there is no context `x`"),
        (&["scan", "cluster", "--kubeconfig", "none"], "cannot read `none`"),
        (&["scan", "cluster", ".", "--kubeconfig", "config"], "stands for the cluster and alone"),
        (&["scan", "cluster", "--kubeconfig", "config", "--as-group", "x"], "`--as-group` is for the user"),
        (&["scan", "cluster", "--kubeconfig", "config", "--offline"], "`--offline` forbids"),
        (&["fix", "cluster", "--kubeconfig", "config"], "a cluster is not changed"),
    ] {
        let ran = bench.run(arguments);
        assert_eq!(ran.status, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(message), "{}", ran.err);
    }
}
