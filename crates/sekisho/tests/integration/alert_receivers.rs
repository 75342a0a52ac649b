//! `sekisho watch` with receivers of alerts that take their time, or take nothing.

#[path = "../../../sekisho-notification/tests/integration/loopback.rs"]
#[allow(dead_code, reason = "the server of the notifications' own tests can more")]
mod loopback;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use sekisho_runtime::Scenario;

use self::loopback::Loopback;
use crate::command::Workbench;

const EXEC: &str = include_str!("../../../../rules/audit/tests/shell-asked-for-in-a-container.fires.log");
const RULES: &str =
    "- rule: Opened\n  desc: d\n  condition: evt.type = openat\n  output: '%fd.name'\n  priority: NOTICE\n";

/// How often a file is looked at that is written meanwhile, and how long in between.
const TRIES: usize = 600;
const PAUSE: Duration = Duration::from_millis(50);

fn follow(bench: &Workbench, to: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_sekisho"))
        .args(["watch", "--audit-log", "audit.log", "--follow"])
        .args(to.iter().flat_map(|to| ["--to", to]))
        .current_dir(bench.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

fn end(mut process: Child) -> (String, Option<i32>) {
    let asked = Command::new("kill").arg(process.id().to_string()).status().expect("it can be asked");
    assert!(asked.success());
    let mut said = String::new();
    process.stderr.take().expect("it is piped").read_to_string(&mut said).expect("it is text");
    (said, process.wait().expect("it ends").code())
}

#[test]
fn a_log_is_followed_while_a_receiver_stalls() {
    let bench = Workbench::new();
    bench.file("audit.log", EXEC);
    let mut server = Loopback::start();
    let process = follow(&bench, &[&format!("{}/alerts", server.address), "file:alerts.txt"]);
    // It has an alert and does not answer; the other alerts come to the file all the same.
    server.body();
    let mut log = fs::OpenOptions::new().append(true).open(bench.path().join("audit.log")).expect("a log");
    log.write_all(EXEC.repeat(20).as_bytes()).expect("it is written");
    let told = || fs::read_to_string(bench.path().join("alerts.txt")).map_or(0, |text| text.lines().count());
    for _ in 0..TRIES {
        if told() == 42 {
            break;
        }
        thread::sleep(PAUSE);
    }
    assert_eq!(told(), 42);
    server.answers = None;
    let (said, status) = end(process);
    assert_eq!(status, Some(1), "{said}");
    // What was not answered in time may have come twice.
    assert!(server.rest().len() >= 41, "{said}");
}

#[test]
fn a_collector_has_an_alert_before_the_end() {
    let bench = Workbench::new();
    bench.file("audit.log", EXEC);
    let server = Loopback::healthy();
    let process = follow(&bench, &[&format!("otlp+{}", server.address)]);
    let body = server.body();
    assert!(body.contains("resourceLogs") && body.contains("a shell runs in a container"), "{body}");
    let (said, status) = end(process);
    assert_eq!(status, Some(1), "{said}");
}

#[test]
fn a_capture_is_read_no_faster_than_a_healthy_receiver_takes() {
    let bench = Workbench::new();
    let count = 6_000;
    flood(&bench, count);
    let server = Loopback::healthy();
    let to = &server.address;
    let ran =
        bench.run(&["watch", "--capture", "flood.scap", "--rules", "rules.yaml", "--rate", "0", "--to", to]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(server.rest().len() >= count);
}

#[test]
fn a_flood_of_events_ends_with_counts() {
    let bench = Workbench::new();
    flood(&bench, 100_000);
    // Whoever connects is sent away.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let to = format!("http://{}/token-of-ours", listener.local_addr().expect("an address"));
    thread::spawn(move || listener.incoming().for_each(drop));
    let watch = ["watch", "--capture", "flood.scap", "--rules", "rules.yaml"];
    let ran = bench.run(&watch);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let told = ran.out.lines().count();
    assert!((1_000..100_000).contains(&told), "{told}");
    let counted = format!("Opened: told {told}, held back {} beyond the rate", 100_000 - told);
    assert!(ran.err.contains(&counted), "{}", ran.err);
    let ran = bench.run(&[&watch[..], &["--rate", "0", "--to", &to]].concat());
    assert_eq!(ran.status, 4, "{}", ran.err);
    assert!(ran.err.contains("100000 alerts could not be delivered"), "{}", ran.err);
    let line = ran.err.lines().find(|line| line.contains("left out because")).expect("a line of counts");
    // One is in hand, the queue is full, and all others had no room.
    let left_out = 100_000 - 4_096 - 1;
    assert!(
        line.contains(&format!(
            ": {left_out} left out because too many waited ({left_out} notice), 4097 not taken"
        )),
        "{line}"
    );
    assert!(!line.contains("token-of-ours"), "{line}");
}

/// A capture in which every event is one that the rule finds.
fn flood(bench: &Workbench, count: usize) {
    let events = "5 openat fd=3 dirfd=AT_FDCWD name=/etc/hosts flags=O_RDONLY\n".repeat(count);
    let scenario = Scenario::parse(&format!("process 5 cat\n{events}")).expect("a scenario");
    fs::write(bench.path().join("flood.scap"), scenario.capture().expect("a capture")).expect("a file");
    bench.file("rules.yaml", RULES);
}
