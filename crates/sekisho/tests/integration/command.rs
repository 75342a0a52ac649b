//! Runs the binary in a folder of its own, and the verbs that need no manifest.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder for one test, and the command in it.
pub(crate) struct Workbench {
    folder: TempDir,
    /// What is kept, so that nothing is of the person who runs the tests.
    cache: TempDir,
}

impl Workbench {
    pub(crate) fn new() -> Self {
        let folder = || TempDir::new().expect("a folder");
        Self { folder: folder(), cache: folder() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file; folders on the way are made.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, content).expect("a file");
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("a file")
    }

    /// Runs `sekisho` in the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, b"")
    }

    /// Runs `sekisho` in the folder with this standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &[u8]) -> Ran {
        self.run_in(arguments, input, &[])
    }

    /// Runs `sekisho` in the folder with this standard input and these variables.
    pub(crate) fn run_in(&self, arguments: &[&str], input: &[u8], variables: &[(&str, &str)]) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sekisho"))
            .args(arguments)
            .current_dir(self.path())
            .env_remove("LC_ALL")
            .env_remove("LC_MESSAGES")
            // No database of the person who runs the tests.
            .env("SEKISHO_DATABASE", self.path().join("no-database"))
            .env("SEKISHO_CACHE", self.cache.path())
            .env("LANG", "C")
            .env("COLUMNS", "100")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut stdin = child.stdin.take().expect("standard input");
        // A command that reads nothing closes its end early.
        let _ = stdin.write_all(input);
        drop(stdin);
        Ran::of(child.wait_with_output().expect("the command ends"))
    }
}

/// What a run said and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            status: output.status.code().expect("an exit status, not a signal"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// The findings of `--format json`, as (rule, line).
    pub(crate) fn findings(&self) -> Vec<(String, u64)> {
        let report: serde_json::Value = serde_json::from_str(&self.out).expect("JSON");
        let findings = report["findings"].as_array().expect("findings");
        findings
            .iter()
            .filter(|finding| finding.get("suppressed").is_none_or(serde_json::Value::is_null))
            .map(|finding| {
                let rule = finding["rule"].as_str().expect("a rule").to_owned();
                (rule, finding["location"]["startLine"].as_u64().expect("a line"))
            })
            .collect()
    }

    pub(crate) fn has(&self, rule: &str) -> bool {
        self.findings().iter().any(|(found, _)| found == rule)
    }
}

/// A Pod with one plain fault.
pub(crate) const PRIVILEGED: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
    - name: web
      image: registry.example.com/web:1.4.2
      securityContext:
        privileged: true
";

#[test]
fn version_and_help_end_well() {
    let bench = Workbench::new();
    let version = bench.run(&["--version"]);
    assert_eq!((version.status, version.out.starts_with("sekisho ")), (0, true));
    let help = bench.run(&["--help"]);
    assert_eq!(help.status, 0);
    assert!(help.out.contains("Exit status"), "{}", help.out);
}

#[test]
fn wrong_usage_ends_with_2() {
    let bench = Workbench::new();
    for arguments in [
        &["scan", "--no-such-option"][..],
        &["scan", "no-such-folder"],
        &["scan", "--fail-on", "terrible", "."],
        &["scan", "--only", "privileged-contaner", "."],
        &["explain", "no-such-check"],
        &["frobnicate"],
    ] {
        let ran = bench.run(arguments);
        assert_eq!(ran.status, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains("error"), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn a_slug_with_a_slip_is_put_right() {
    let ran = Workbench::new().run(&["explain", "privileged-contaner"]);
    assert!(ran.err.contains("did you mean `privileged-container`"), "{}", ran.err);
}

#[test]
fn explain_knows_checks_and_controls() {
    let bench = Workbench::new();
    let check = bench.run(&["explain", "privileged-container"]);
    assert_eq!(check.status, 0);
    assert!(check.out.contains("## Why") && check.out.contains("K01:2025"), "{}", check.out);
    let control = bench.run(&["explain", "K01:2025"]);
    assert!(control.out.contains("privileged-container"), "{}", control.out);
    let list = bench.run(&["explain"]);
    assert!(list.out.lines().count() >= 110, "{} checks", list.out.lines().count());
}

#[test]
fn explain_speaks_japanese_and_says_that_the_manual_does_not() {
    let bench = Workbench::new();
    let check = bench.run(&["explain", "privileged-container", "--lang", "ja"]);
    for words in ["特権コンテナ", "重大度 致命的", "マニュアルの本文は英語です", "## Why"]
    {
        assert!(check.out.contains(words), "{words}: {}", check.out);
    }
    let control = bench.run(&["explain", "K01:2025", "--lang", "ja"]);
    assert!(control.out.contains("ワークロードの安全でない設定"), "{}", control.out);
}

#[test]
fn completion_man_and_schema_print() {
    let bench = Workbench::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(bench.run(&["completion", shell]).out.contains("sekisho"), "{shell}");
    }
    assert!(bench.run(&["man"]).out.contains(".TH sekisho"));
    assert!(bench.run(&["man", "scan"]).out.contains("sekisho\\-scan"));
    for what in ["config", "report"] {
        let schema: serde_json::Value =
            serde_json::from_str(&bench.run(&["schema", what]).out).expect("JSON");
        jsonschema::meta::validate(&schema).expect("a valid schema");
    }
}

#[test]
fn published_schemas_are_the_ones_that_hold() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema");
    for what in ["config", "report", "framework"] {
        let published = fs::read_to_string(docs.join(format!("{what}.json"))).expect("a published schema");
        let printed = Workbench::new().run(&["schema", what]).out;
        assert_eq!(published, printed, "run `sekisho schema {what} > docs/schema/{what}.json`");
    }
}

#[test]
fn reports_hold_to_the_published_schema() {
    let bench = Workbench::new();
    let schema: serde_json::Value =
        serde_json::from_str(&bench.run(&["schema", "report"]).out).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    bench.file("pod.yaml", PRIVILEGED);
    bench.file("broken.yaml", "apiVersion: [\n");
    let report = serde_json::from_str(&bench.run(&["scan", ".", "--format", "json"]).out).expect("JSON");
    let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn standard_input_is_a_target() {
    let ran = Workbench::new().run_with(&["scan", "-", "--format", "json"], PRIVILEGED.as_bytes());
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.findings().contains(&("privileged-container".to_owned(), 11)), "{}", ran.out);
}

#[test]
fn the_status_follows_the_limit() {
    let bench = Workbench::new();
    bench.file("pod.yaml", PRIVILEGED);
    assert_eq!(bench.run(&["scan", "pod.yaml"]).status, 1);
    assert_eq!(bench.run(&["scan", "pod.yaml", "--fail-on", "none"]).status, 0);
    assert_eq!(bench.run(&["scan", "pod.yaml", "--format", "sarif"]).status, 1);
    assert_eq!(bench.run(&["scan", "pod.yaml", "--only", "host-network"]).status, 0);
}

#[test]
fn nothing_to_examine_ends_with_3() {
    let bench = Workbench::new();
    bench.file("values.yaml", "replicas: 3\n");
    let ran = bench.run(&["scan", "."]);
    assert_eq!(ran.status, 3, "{}", ran.out);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let bench = Workbench::new();
    for number in 0..40 {
        bench.file(
            &format!("pod-{number}.yaml"),
            PRIVILEGED.replace("name: web", &format!("name: web{number}")),
        );
    }
    for format in ["table", "json", "sarif", "html", "markdown", "csv", "junit", "github", "gitlab", "ndjson"]
    {
        let first = bench.run(&["scan", ".", "--format", format, "--jobs", "4"]);
        let second = bench.run(&["scan", ".", "--format", format, "--jobs", "1"]);
        assert_eq!(first.out, second.out, "{format}");
    }
}

#[test]
fn a_report_can_go_to_a_file() {
    let bench = Workbench::new();
    bench.file("pod.yaml", PRIVILEGED);
    let ran = bench.run(&["scan", "pod.yaml", "--format", "json", "--output", "report.json"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    assert!(bench.read("report.json").contains("privileged-container"));
}

#[test]
fn one_run_writes_several_reports() {
    let bench = Workbench::new();
    bench.file("pod.yaml", PRIVILEGED);
    let alone = bench.run(&["scan", "pod.yaml", "--format", "sarif"]);
    let files = ["--report", "sarif=a.sarif", "--report", "junit=b.xml"];
    let ran = bench.run(&[&["scan", "pod.yaml"][..], &files].concat());
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.out.contains("privileged-container"), "{}", ran.out);
    assert_eq!(bench.read("a.sarif"), alone.out);
    assert!(bench.read("b.xml").starts_with("<?xml"));
    for (given, said) in [("sarif", "FORMAT=FILE"), ("sarif=", "FORMAT=FILE"), ("word=a", "`word`")] {
        let ran = bench.run(&["scan", "pod.yaml", "--report", given]);
        assert_eq!(ran.status, 2, "{given}");
        assert!(ran.err.contains(said), "{given}: {}", ran.err);
    }
}

#[test]
fn a_pipe_stays_a_pipe() {
    use std::os::unix::fs::FileTypeExt;

    let bench = Workbench::new();
    bench.file("pod.yaml", PRIVILEGED);
    let pipe = bench.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).expect("the report")
    });
    let ran = bench.run(&["scan", "pod.yaml", "--format", "json", "--output", "pipe"]);
    assert!(fs::symlink_metadata(&pipe).expect("the pipe").file_type().is_fifo());
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(reader.join().expect("a reader").contains("privileged-container"));
}

#[test]
fn japanese_is_spoken() {
    let bench = Workbench::new();
    bench.file("pod.yaml", PRIVILEGED);
    let ran = bench.run(&["scan", "pod.yaml", "--lang", "ja"]);
    let japanese = ran.out.chars().any(|letter| ('\u{3040}'..='\u{30ff}').contains(&letter));
    assert!(japanese, "{}", ran.out);
}
