//! `sekisho watch` over audit events: logs, logs that rotate, and lists that are sent.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::command::Workbench;

const EXEC: &str = include_str!("../../../../rules/audit/tests/shell-asked-for-in-a-container.fires.log");
const QUIET: &str = include_str!("../../../sekisho-audit/tests/data/control-plane.log");

/// How often something is looked at that takes time, and how long in between.
const TRIES: usize = 300;
const PAUSE: Duration = Duration::from_millis(50);

#[test]
fn a_log_by_our_own_rules() {
    let bench = Workbench::new();
    bench.file("audit.log", format!("{QUIET}{EXEC}"));
    let ran = bench.run(&["watch", "--audit-log", "audit.log"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ran.out);
    assert!(lines.iter().all(|line| line.contains("Warning a shell runs in a container")), "{}", ran.out);
    assert!(ran.err.contains("25 audit events"), "{}", ran.err);
    let all = bench.run(&[
        "watch",
        "--audit-log",
        "audit.log",
        "--matching",
        "all",
        "-f",
        "json",
        "--fail-on",
        "none",
    ]);
    assert_eq!(all.status, 0, "{}", all.err);
    assert!(all.out.contains("\"rule\":\"Command in a container\""), "{}", all.out);
    let input = bench.run_with(&["watch", "--audit-log", "-", "--fail-on", "critical"], EXEC.as_bytes());
    assert_eq!((input.status, input.out.lines().count()), (0, 2), "{}", input.err);
}

#[test]
fn rules_of_sigma() {
    let bench = Workbench::new();
    bench.file("audit.log", EXEC);
    let rule = "title: Exec\nid: 1\nlogsource: {product: kubernetes, service: audit}\ndetection:\n  s: {objectRef.subresource: EXEC}\n  condition: s\nlevel: low\n";
    bench.file("rules/exec.yml", rule);
    let ran = bench.run(&["watch", "--audit-log", "audit.log", "--rules", "rules"]);
    assert_eq!((ran.status, ran.out.lines().count()), (0, 2), "{}", ran.err);
    assert!(ran.out.contains("Notice Exec (user="), "{}", ran.out);
    bench.file("rules/wrong.yml", rule.replace("objectRef.subresource", "a|nope"));
    let ran = bench.run(&["watch", "--audit-log", "audit.log", "--rules", "rules"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.err.contains("wrong.yml:5:") && ran.err.contains("there is no modifier `nope`"),
        "{}",
        ran.err
    );
}

#[test]
fn what_cannot_be_read_is_told_and_counted() {
    let bench = Workbench::new();
    bench.file("audit.log", format!("{{\n{EXEC}{{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v9\"}}\n"));
    let ran = bench.run(&["watch", "--audit-log", "audit.log"]);
    assert_eq!((ran.status, ran.out.lines().count()), (4, 2), "{}", ran.err);
    assert!(ran.err.contains("audit.log, entry 1: this is no JSON"), "{}", ran.err);
    assert!(ran.err.contains("audit events of `audit.k8s.io/v9` cannot be read"), "{}", ran.err);
    assert_eq!(bench.run(&["watch"]).status, 2);
    assert_eq!(bench.run(&["watch", "--audit-webhook", "127.0.0.1:0"]).status, 2);
}

/// A watch that runs until it is asked to end; its alerts go to a file.
struct Watch {
    process: Child,
    said: BufReader<ChildStderr>,
    alerts: std::path::PathBuf,
}

impl Watch {
    fn start(bench: &Workbench, arguments: &[&str]) -> Self {
        let alerts = bench.path().join("alerts.txt");
        let to = format!("file:{}", alerts.display());
        let mut process = Command::new(env!("CARGO_BIN_EXE_sekisho"))
            .args(["watch", "--to", &to])
            .args(arguments)
            .current_dir(bench.path())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        let said = BufReader::new(process.stderr.take().expect("it is piped"));
        Self { process, said, alerts }
    }

    /// Waits until so many alerts were told.
    fn wait(&self, count: usize) {
        for _ in 0..TRIES {
            if fs::read_to_string(&self.alerts).is_ok_and(|text| text.lines().count() >= count) {
                return;
            }
            thread::sleep(PAUSE);
        }
        panic!("{count} alerts are missing: {:?}", fs::read_to_string(&self.alerts));
    }

    /// Asks for the end, and yields what was said and how it ended.
    fn end(mut self) -> (String, Option<i32>) {
        let asked =
            Command::new("kill").arg(self.process.id().to_string()).status().expect("it can be asked");
        assert!(asked.success());
        let mut said = String::new();
        self.said.read_to_string(&mut said).expect("it is text");
        (said, self.process.wait().expect("it ends").code())
    }
}

fn append(path: &Path, text: &str) {
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path).expect("it opens");
    file.write_all(text.as_bytes()).expect("it is written");
}

#[test]
fn a_log_is_followed_through_rotation() {
    let bench = Workbench::new();
    let log = bench.file("audit.log", EXEC);
    let watch = Watch::start(&bench, &["--audit-log", "audit.log", "--follow"]);
    watch.wait(2);
    let (front, back) = EXEC.split_at(100);
    append(&log, front);
    append(&log, back);
    watch.wait(4);
    // Renamed, and a new one in its place; what still comes to the old one is read.
    fs::rename(&log, bench.path().join("audit-1.log")).expect("it is renamed");
    append(&bench.path().join("audit-1.log"), EXEC);
    append(&log, EXEC);
    watch.wait(8);
    // Emptied, and written anew.
    fs::OpenOptions::new().write(true).truncate(true).open(&log).expect("it is emptied");
    thread::sleep(Duration::from_secs(1));
    append(&log, EXEC);
    watch.wait(10);
    let (said, status) = watch.end();
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("10 audit events"), "{said}");
}

#[test]
fn lists_are_taken_at_a_port() {
    let bench = Workbench::new();
    let mut watch = Watch::start(&bench, &["--audit-webhook", "127.0.0.1:0", "--plain-http"]);
    let mut address = String::new();
    while !address.contains("http://") {
        address.clear();
        assert!(watch.said.read_line(&mut address).expect("it is text") > 0, "it ended");
    }
    let address =
        address.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("an address");
    let items: Vec<&str> = EXEC.lines().collect();
    let body = format!(
        "{{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"items\":[{}]}}",
        items.join(",")
    );
    let post = |body: &str| {
        let mut stream = TcpStream::connect(address).expect("it listens");
        write!(
            stream,
            "POST /audit HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it is answered");
        answer
    };
    assert!(post(&body).starts_with("HTTP/1.1 200"));
    assert!(post("no JSON").starts_with("HTTP/1.1 200"));
    watch.wait(2);
    let (said, status) = watch.end();
    assert_eq!(status, Some(4), "{said}");
    assert!(said.contains("2 lists were taken") && said.contains("this is no JSON"), "{said}");
}
