//! What goes wrong around the controller: a disk that is full, a database that somebody else holds, more namespaces than
//! reports are wanted of.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::json;

use super::keeping::Controller;
use super::postgresql::Server as Database;
use super::{ApiServer, beside_others, objects, wait};
use crate::command::Workbench;

fn policy(namespaces: &str) -> String {
    format!(
        "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: team}}, spec: {{validationFailureAction: Audit, \
         rules: [{{name: team, match: {{any: [{{resources: {{kinds: [ServiceAccount], namespaces: [{namespaces}]}}}}]}}, \
         validate: {{message: needs a team, pattern: {{metadata: {{labels: {{team: '?*'}}}}}}}}}}]}}}}"
    )
}

/// So many rules with much to say.
fn policies(namespaces: &str, count: usize) -> String {
    let named =
        |number| policy(namespaces).replace("name: team}", &format!("name: team-{number}}}")) + "\n---\n";
    let all: String = (0..count).map(named).collect();
    all.replace("needs a team", &"needs a team ".repeat(40))
}

fn account(server: &ApiServer, namespace: &str, name: &str) {
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}});
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts");
    server.connection.create(&path, &account.to_string()).expect("it is made");
}

/// Whether a file system may be mounted here, at least as somebody with a namespace of users.
fn may_mount() -> bool {
    let status = in_small_file_system("exit").status();
    let may = status.is_ok_and(|status| status.success());
    if !may {
        println!("skipped: no file system can be mounted here");
    }
    may
}

/// Runs something where `/mnt` has eight mebibytes.
fn in_small_file_system(run: &str) -> Command {
    let script = format!("mount -t tmpfs -o size=8m tmpfs /mnt && {run} \"$@\"");
    let mut command = Command::new("unshare");
    command.args(["--mount", "--user", "--map-root-user", "sh", "-c", &script, "sh"]).stdin(Stdio::null());
    command
}

#[test]
fn results_wait_while_the_disk_is_full() {
    let Some(server) = ApiServer::get() else { return };
    if !may_mount() {
        return;
    }
    let _shared = beside_others();
    let namespace = server.space("full-disk");
    let bench = Workbench::new();
    bench.file("policies/team.yaml", policies(&namespace, 10));
    let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    let command = in_small_file_system(&format!("exec {}", env!("CARGO_BIN_EXE_sekisho")));
    let controller =
        Controller::start_by(command, &bench, "full", &kubeconfig, &["--store", "/mnt/results.db"]);
    let small = PathBuf::from(format!("/proc/{}/root/mnt", controller.number()));
    wait("what was there is written", || {
        let is_written = controller.metric("complete")? == 1 && controller.metric("waiting_results")? == 0;
        (is_written && small.join("results.db").exists()).then_some(())
    });
    // Whatever room is left goes.
    let filler = small.join("filler");
    let mut file = fs::File::create(&filler).expect("a file");
    while std::io::Write::write_all(&mut file, &[0; 4096]).is_ok() {}
    for number in 0..60 {
        account(&server, &namespace, &format!("account-{number}"));
    }
    wait("the controller says that the disk is full", || {
        (controller.metric("waiting_results")? > 0 && controller.get("/readyz").contains("no room left"))
            .then_some(())
    });
    assert!(controller.get("/livez").starts_with("HTTP/1.1 200"));
    drop(file);
    fs::remove_file(&filler).expect("there is room again");
    wait("nothing waits", || (controller.metric("waiting_results") == Some(0)).then_some(()));
    for entry in fs::read_dir(&small).expect("a folder") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, bench.path().join(path.file_name().expect("a name"))).expect("copied");
    }
    let report =
        bench.run(&["report", "--from", "results.db", "--namespace", &namespace, "--format", "json"]);
    assert!((0..60).all(|number| report.out.contains(&format!("\"account-{number}\""))), "{}", report.out);
}

#[test]
fn results_wait_while_somebody_holds_the_database() {
    const HOLD: &str = "import sqlite3, sys\nheld = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)\n\
                        held.execute('BEGIN EXCLUSIVE')\nprint('held', flush=True)\nsys.stdin.read()\n";
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    let namespace = server.space("held-database");
    let bench = Workbench::new();
    bench.file("policies/team.yaml", policy(&namespace));
    let controller = Controller::start_with(&bench, "held", &["--store", "results.db"]);
    wait("everything was looked at", || (controller.metric("complete") == Some(1)).then_some(()));
    let holder = Command::new("python3")
        .args(["-c", HOLD])
        .arg(bench.path().join("results.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut holder) = holder else {
        println!("skipped: no python3");
        return;
    };
    let mut said = String::new();
    let out = holder.stdout.take().expect("an output");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut said).expect("it is held");
    account(&server, &namespace, "meanwhile");
    wait("a result waits", || (controller.metric("waiting_results")? > 0).then_some(()));
    drop(holder.stdin.take());
    holder.wait().expect("it lets go");
    wait("what waited is written", || {
        let report =
            bench.run(&["report", "--from", "results.db", "--namespace", &namespace, "--format", "json"]);
        report.out.contains("\"meanwhile\"").then_some(())
    });
}

#[test]
fn results_wait_while_the_database_is_away() {
    let Some(server) = ApiServer::get() else { return };
    let Some(mut database) = Database::start() else { return };
    let _shared = beside_others();
    let namespace = server.space("away-database");
    let bench = Workbench::new();
    bench.file("policies/team.yaml", policy(&namespace));
    let url = database.url();
    let reported = |name: &str| {
        let report = bench.run(&["report", "--from", &url, "--namespace", &namespace, "--format", "json"]);
        report.out.contains(&format!("\"{name}\"")).then_some(())
    };
    let mut controller = Controller::start_with(&bench, "away", &["--store", &url]);
    wait("what was there is written", || reported("default"));

    database.stop();
    for number in 0..20 {
        account(&server, &namespace, &format!("meanwhile-{number}"));
    }
    wait("results wait, and it is said why", || {
        let waiting = controller.metric("waiting_results")?;
        (waiting >= 20 && controller.metric("store_failing") == Some(1)).then_some(())
    });
    let said = controller.get("/readyz");
    assert!(said.starts_with("HTTP/1.1 200") && said.contains("the database"), "{said}");
    assert!(controller.get("/livez").starts_with("HTTP/1.1 200"));
    let report = bench.run(&["report", "--from", &url]);
    assert!(
        report.status == 2 && report.err.contains("cannot reach the database"),
        "{} {}",
        report.status,
        report.err
    );
    database.run();
    wait("what waited is written", || {
        (0..20).all(|number| reported(&format!("meanwhile-{number}")).is_some()).then_some(())
    });
    wait("nothing waits", || (controller.metric("waiting_results") == Some(0)).then_some(()));
    assert_eq!(controller.metric("store_failing"), Some(0));

    // Connections that the database ends are made anew.
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()";
    assert!(database.say(ended).wait().expect("it ends").success());
    account(&server, &namespace, "afterwards");
    wait("it is written over another connection", || reported("afterwards"));

    // One that begins while it is away looks at everything all the same, and writes it when it can.
    controller.kill();
    database.stop();
    let connection = &server.connection;
    connection
        .delete(&format!("/api/v1/namespaces/{namespace}/serviceaccounts/meanwhile-0"))
        .expect("it is removed");
    account(&server, &namespace, "late");
    let controller = Controller::start_with(&bench, "later", &["--store", &url]);
    wait("everything was looked at", || (controller.metric("waiting_results")? >= 20).then_some(()));
    database.run();
    wait("it is written", || reported("late"));
    wait("what is gone is resolved", || reported("meanwhile-0").is_none().then_some(()));
}

/// A form of reports: the option that asks for it, and where the API server has them.
struct Form {
    option: &'static str,
    group: &'static str,
    version: &'static str,
    kind: &'static str,
}

/// The kind of the reports, with as much of its schema as they have; both forms have the same fields.
const DEFINITION: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: PLURAL.GROUP, annotations: {api-approved.kubernetes.io: unapproved}}
spec:
  group: GROUP
  names: {kind: KIND, listKind: KINDList, plural: PLURAL, singular: SINGULAR}
  scope: Namespaced
  versions:
  - name: VERSION
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {source: {type: string},
      scope: {type: object, x-kubernetes-preserve-unknown-fields: true},
      summary: {type: object, properties: {pass: {type: integer}, fail: {type: integer}, warn: {type: integer}, error: {type: integer}, skip: {type: integer}}},
      results: {type: array, items: {type: object, required: [policy], properties: {source: {type: string}, policy: {type: string},
        rule: {type: string}, message: {type: string}, severity: {type: string, enum: [critical, high, low, medium, info]},
        result: {type: string, enum: [pass, fail, warn, error, skip]}}}}}}}
";

#[test]
fn policy_reports_are_small_and_few_and_go_when_nothing_is_found() {
    let form =
        Form { option: "policy-report", group: "wgpolicyk8s.io", version: "v1alpha2", kind: "PolicyReport" };
    reports_are_small_and_few_and_go_when_nothing_is_found(&form);
}

#[test]
fn open_reports_are_small_and_few_and_go_when_nothing_is_found() {
    let form = Form { option: "open-reports", group: "openreports.io", version: "v1alpha1", kind: "Report" };
    reports_are_small_and_few_and_go_when_nothing_is_found(&form);
}

fn reports_are_small_and_few_and_go_when_nothing_is_found(form: &Form) {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    let (singular, plural) = (form.kind.to_lowercase(), format!("{}s", form.kind.to_lowercase()));
    let text = DEFINITION
        .replace("GROUP", form.group)
        .replace("VERSION", form.version)
        .replace("KIND", form.kind)
        .replace("PLURAL", &plural)
        .replace("SINGULAR", &singular);
    let definition = &objects(&text)[0];
    server.create(definition, "");
    let all = &format!("/apis/{}/{}/{plural}", form.group, form.version);
    wait("the kind is served", || server.connection.get(all).ok());
    let names = ["most", "more", "least"].map(|name| server.space(&format!("{}-{name}", form.option)));
    for (count, name) in [(9, &names[0]), (5, &names[1])] {
        for number in 0..count {
            account(&server, name, &format!("account-{number}"));
        }
    }
    let bench = Workbench::new();
    // So many rules with so much to say that a report of all of them would be far larger.
    bench.file("policies/team.yaml", policies(&names.join(", "), 60));
    let summaries = ["--summaries", form.option, "--most-summaries", "2"];
    let mut controller = Controller::start_with(&bench, "reporting", &summaries);
    let reports = |count: usize| {
        let list = server.connection.get(all).ok()?;
        let mut items: Vec<_> =
            list.get("items")?.items().iter().map(sekisho_manifest::Node::to_json).collect();
        items.retain(|item| names.iter().any(|name| item["metadata"]["namespace"] == **name));
        (items.len() == count).then_some(items)
    };
    let written = wait("the reports are written", || reports(2));
    for report in &written {
        let namespace = report["metadata"]["namespace"].as_str().expect("a namespace");
        assert!(names[..2].iter().any(|name| name == namespace), "{namespace}");
        let size = report.to_string().len();
        assert!(size <= 4 << 10, "a report has {size} bytes with all that the API server writes to it");
        let accounts = if namespace == names[0] { 10 } else { 6 };
        assert_eq!(
            report["summary"]["warn"].as_u64().expect("a count")
                + report["summary"]["fail"].as_u64().expect("a count"),
            60 * accounts
        );
        let results = report["results"].as_array().expect("results");
        let has_message = |result: &serde_json::Value| {
            result["message"].as_str().is_some_and(|message| message.contains("needs a team"))
        };
        assert!(!results.is_empty() && results.iter().all(has_message), "{results:?}");
    }
    controller.kill();
    // What is found no longer is reported no longer.
    bench.file("policies/team.yaml", policy("nowhere"));
    let controller = Controller::start_with(&bench, "reporting", &summaries);
    wait("the reports are removed", || reports(0));
    drop(controller);
    server.delete(definition, "");
}
