//! A cluster with tens of thousands of Pods: what is held is what somebody wrote, and not what runs of it.

use std::fs;
use std::io::{BufRead as _, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::command::Workbench;

/// Deployments, and Pods of each.
const DEPLOYMENTS: usize = 200;
const REPLICAS: usize = 50;

/// Objects a page, as the scan asks for them.
const PAGE: usize = 500;

const KINDS: &str = r#"{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"GROUP"},"versions":[{"version":"v1",
  "resources":[{"resource":"PLURAL","responseKind":{"kind":"KIND"},"scope":"Namespaced","verbs":["list"]}]}]}]}"#;

fn spec(deployment: usize) -> String {
    let environment: Vec<String> = (0..40)
        .map(|number| {
            format!(r#"{{"name":"SETTING_{number}","value":"a value of some length {deployment}"}}"#)
        })
        .collect();
    format!(
        r#"{{"containers":[{{"name":"web","image":"registry.example.com/web:{deployment}","env":[{}],
            "securityContext":{{"privileged":true}}}}]}}"#,
        environment.join(",")
    )
}

fn managed() -> String {
    let fields: Vec<String> = (0..60).map(|number| format!(r#""f:field{number}":{{"f:x":{{}}}}"#)).collect();
    format!(r#"[{{"manager":"kubectl","fieldsV1":{{{}}}}}]"#, fields.join(","))
}

fn deployment(number: usize) -> String {
    format!(
        r#"{{"metadata":{{"name":"web-{number}","namespace":"shop","uid":"d{number}","managedFields":{}}},
            "spec":{{"template":{{"metadata":{{"labels":{{"app":"web"}}}},"spec":{}}}}}}}"#,
        managed(),
        spec(number)
    )
}

fn pod(number: usize) -> String {
    let deployment = number / REPLICAS;
    let spec = spec(deployment).replacen('{', r#"{"nodeName":"n","enableServiceLinks":true,"#, 1);
    format!(
        r#"{{"metadata":{{"name":"web-{number}","namespace":"shop","uid":"p{number}","managedFields":{},
            "ownerReferences":[{{"controller":true,"kind":"Deployment","name":"web","uid":"d{deployment}"}}]}},
            "spec":{spec},"status":{{"phase":"Running"}}}}"#,
        managed()
    )
}

/// The page that begins behind so many objects.
fn page(all: usize, start: usize, object: fn(usize) -> String) -> String {
    let end = all.min(start + PAGE);
    let items: Vec<String> = (start..end).map(object).collect();
    let next = if end < all { end.to_string() } else { String::new() };
    format!(r#"{{"metadata":{{"continue":"{next}"}},"items":[{}]}}"#, items.join(","))
}

fn answer(path: &str) -> String {
    let start = path.split_once("continue=").map_or(0, |(_, start)| start.parse().expect("a number"));
    let kinds = |group: &str, plural: &str, kind: &str| {
        KINDS.replace("GROUP", group).replace("PLURAL", plural).replace("KIND", kind)
    };
    match path.split('?').next().unwrap_or(path) {
        "/version" => r#"{"major":"1","minor":"36+"}"#.to_owned(),
        "/api" => kinds("", "pods", "Pod"),
        "/apis" => kinds("apps", "deployments", "Deployment"),
        "/api/v1/pods" => page(DEPLOYMENTS * REPLICAS, start, pod),
        "/apis/apps/v1/deployments" => page(DEPLOYMENTS, start, deployment),
        other => panic!("nobody asks for `{other}`"),
    }
}

fn converse(stream: TcpStream) {
    let mut writer = stream.try_clone().expect("a stream");
    let mut reader = BufReader::new(stream);
    loop {
        let mut path = None;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            match line.trim() {
                "" => break,
                line if path.is_none() => path = line.split(' ').nth(1).map(str::to_owned),
                _ => {}
            }
        }
        let body = answer(&path.expect("a path"));
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        if writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(body.as_bytes())).is_err() {
            return;
        }
    }
}

/// The most memory that a process has held, in KiB; none when it has ended.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

#[test]
#[cfg(target_os = "linux")]
fn ten_thousand_pods_take_the_memory_of_their_deployments() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || converse(stream));
        }
    });
    let bench = Workbench::new();
    let config = bench.file(
        "config",
        format!(
            "{{current-context: c, contexts: [{{name: c, context: {{cluster: c}}}}], clusters: [{{name: c, cluster: \
             {{server: 'http://{address}'}}}}]}}"
        ),
    );
    let report = bench.path().join("report.json");
    let mut child = Command::new(env!("CARGO_BIN_EXE_sekisho"))
        .args(["scan", "cluster", "--format", "json", "--fail-on", "none", "--kubeconfig"])
        .arg(config)
        .arg("--output")
        .arg(&report)
        .stdout(Stdio::null())
        .spawn()
        .expect("the command starts");
    let mut most = 0;
    while child.try_wait().expect("a status").is_none() {
        most = most.max(peak(child.id()).unwrap_or(0));
        thread::sleep(Duration::from_millis(5));
    }
    assert!(child.wait().expect("a status").success());
    let report: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(report).expect("a report")).expect("JSON");
    assert_eq!(report["coverage"]["objects"], DEPLOYMENTS + DEPLOYMENTS * REPLICAS);
    let privileged = report["findings"].as_array().expect("findings").iter();
    let privileged: Vec<_> = privileged.filter(|finding| finding["rule"] == "privileged-container").collect();
    assert_eq!(privileged.len(), DEPLOYMENTS);
    assert!(privileged.iter().all(|finding| finding["object"]["kind"] == "Deployment"));
    // A list as a whole would have 60 MB of text alone.
    println!("{most} KiB");
    assert!((1..100_000).contains(&most), "{most} KiB");
}
