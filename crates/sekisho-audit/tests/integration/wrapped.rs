//! Events as clouds and collectors hand them on. The records are made up.

use data_encoding::BASE64;
use sekisho_audit::{Parser, Shape};
use serde_json::{Value, json};

use crate::event;

/// How events came, and the verb, user, resource and address of each.
fn read(text: &str) -> (Shape, Vec<String>) {
    let mut all = Vec::new();
    let shape = Parser::default().each(text.as_bytes(), &mut |event| {
        let event = event.unwrap();
        let object = event.object().unwrap_or_default();
        all.push(format!(
            "{} {} {}/{}/{}/{} {:?}",
            event.user(),
            event.verb(),
            object.namespace,
            object.resource,
            object.name,
            object.subresource,
            event.code(),
        ));
    });
    (shape.unwrap(), all)
}

fn exec() -> Value {
    event(json!({
        "verb": "create",
        "user": {"username": "ada"},
        "objectRef": {"resource": "pods", "namespace": "shop", "name": "web", "subresource": "exec"},
        "responseStatus": {"code": 101},
    }))
}

const EXEC: &str = "ada create shop/pods/web/exec Some(101)";

#[test]
fn records_of_cloud_watch() {
    let text = exec().to_string();
    let other =
        json!({"id": "2", "timestamp": 1, "message": "I0102 03:04:05 leaderelection.go:1] \"hello\""});
    let log = json!({"id": "1", "timestamp": 1, "message": text});
    for record in [
        json!({"messageType": "DATA_MESSAGE", "logGroup": "/aws/eks/c/cluster", "logEvents": [log, other]}),
        json!({"events": [{"logStreamName": "kube-apiserver-audit-1", "message": text}], "searchedLogStreams": []}),
        json!({"@timestamp": "2026-01-02 03:04:05.000", "@message": text, "@logStream": "kube-apiserver-audit-1"}),
        json!({"@timestamp": "2026-01-02 03:04:05.000", "@message": exec()}),
        json!({"logStreamName": "kube-apiserver-audit-1", "timestamp": 1, "message": text, "ingestionTime": 2}),
        json!([{"@message": text}]),
    ] {
        assert_eq!(read(&record.to_string()), (Shape::CloudWatch, vec![EXEC.to_owned()]), "{record}");
    }
    let control =
        json!({"messageType": "CONTROL_MESSAGE", "logEvents": [{"id": "", "message": "checking health"}]});
    assert_eq!(read(&control.to_string()), (Shape::CloudWatch, Vec::new()));
    let line = format!("2026-01-02T03:04:05.000Z {text}");
    assert_eq!(read(&line), (Shape::Prefixed, vec![EXEC.to_owned()]));
}

#[test]
fn diagnostic_records_of_azure() {
    let text = exec().to_string();
    let record = |category: &str| {
        json!({
            "time": "2026-01-02T03:04:05Z", "category": category, "operationName": "Microsoft.ContainerService/managedClusters/diagnosticLogs/Read",
            "properties": {"log": text, "stream": "stdout", "pod": "kube-apiserver-1"},
        })
    };
    let one = vec![EXEC.to_owned()];
    assert_eq!(read(&record("kube-audit").to_string()), (Shape::Azure, one.clone()));
    assert_eq!(read(&record("kube-audit-admin").to_string()), (Shape::Azure, one.clone()));
    let batch = json!({"records": [record("kube-audit-admin"), record("guard"), record("kube-apiserver")]});
    assert_eq!(read(&batch.to_string()), (Shape::Azure, one.clone()));
    assert_eq!(read(&json!([record("kube-audit")]).to_string()), (Shape::Azure, one.clone()));
    let row = json!({"TimeGenerated": "2026-01-02T03:04:05Z", "Category": "kube-audit", "log_s": text});
    assert_eq!(read(&row.to_string()), (Shape::Azure, one));
}

/// Rows of the tables with a column for each member, and records that a query or a stream wrote otherwise.
#[test]
fn rows_of_azure() {
    let one = vec![EXEC.to_owned()];
    let row = json!({
        "TimeGenerated": "2026-01-02T03:04:05.1Z", "AuditId": "a1", "Level": "Metadata", "Stage": "ResponseComplete",
        "RequestUri": "/api/v1/namespaces/shop/pods/web/exec", "Verb": "create", "User": {"username": "ada"},
        "SourceIps": ["10.0.0.1"], "UserAgent": "kubectl", "ResponseStatus": {"code": 101}, "RequestObject": null,
        "ObjectRef": {"resource": "pods", "namespace": "shop", "name": "web", "subresource": "exec"},
        "RequestReceivedTime": "2026-01-02T03:04:05Z", "ResponseObject": "", "Type": "AKSAudit",
    });
    assert_eq!(read(&row.to_string()), (Shape::Azure, one.clone()));
    assert_eq!(read(&json!({"records": [row]}).to_string()), (Shape::Azure, one.clone()));
    let mut texts = row.clone();
    for key in ["User", "SourceIps", "ObjectRef", "ResponseStatus"] {
        texts[key] = Value::String(row[key].to_string());
    }
    texts["StageReceivedTime"] = "2026-01-02T03:04:05.1Z".into();
    assert_eq!(read(&json!([texts]).to_string()), (Shape::Azure, one.clone()));
    let properties = json!({"log": exec().to_string(), "pod": "kube-apiserver-1"}).to_string();
    let record = json!({"category": "kube-audit", "properties": properties});
    assert_eq!(read(&record.to_string()), (Shape::Azure, one));
}

#[test]
fn results_of_queries_of_cloud_watch() {
    let cell = |field: &str, value: &str| json!({"field": field, "value": value});
    let row = |text: &str| json!([cell("@timestamp", "2026-01-02 03:04:05.000"), cell("@message", text)]);
    let results = json!({"results": [row(&exec().to_string()), row("I0102 no event")], "status": "Complete"});
    assert_eq!(read(&results.to_string()), (Shape::CloudWatch, vec![EXEC.to_owned()]));
}

/// As Firehose writes them into files: without anything between them.
#[test]
fn records_behind_one_another() {
    let text = exec().to_string();
    let control =
        json!({"messageType": "CONTROL_MESSAGE", "logEvents": [{"message": "CWL CONTROL MESSAGE"}]});
    let data = json!({"messageType": "DATA_MESSAGE", "logEvents": [{"message": text}]});
    let both = vec![EXEC.to_owned(), EXEC.to_owned()];
    assert_eq!(read(&format!("{control}{data}{data}")), (Shape::CloudWatch, both.clone()));
    assert_eq!(read(&format!("{text} {text}")), (Shape::Plain, both));
    // It is no matter of the square of their number.
    let many = "{}".repeat(200_000);
    let mut failures = 0;
    let shape = Parser::default().each(many.as_bytes(), &mut |event| failures += usize::from(event.is_err()));
    assert_eq!((shape, failures), (Ok(Shape::Plain), 200_000));
}

#[test]
fn messages_of_pub_sub_and_results_of_searches() {
    let one = vec!["ada@example.com create shop/pods/web/exec Some(200)".to_owned()];
    let entry =
        entry("io.k8s.core.v1.pods.exec.create", "core/v1/namespaces/shop/pods/web/exec", 0, json!({}));
    let data = BASE64.encode(entry.to_string().as_bytes());
    let pushed = json!({"message": {"data": data, "messageId": "1"}, "subscription": "s"});
    assert_eq!(read(&pushed.to_string()), (Shape::Google, one.clone()));
    assert_eq!(read(&json!([{"ackId": "x", "message": {"data": data}}]).to_string()), (Shape::Google, one));
    let one = vec![EXEC.to_owned()];
    for record in [
        json!({"_source": {"kubernetes": {"audit": exec()}}}),
        json!({"_source": {"message": exec().to_string()}}),
        json!({"result": {"_raw": exec().to_string()}}),
    ] {
        assert_eq!(read(&record.to_string()), (Shape::Collector, one.clone()), "{record}");
    }
}

/// An entry that Kubernetes made on GKE.
fn entry(method: &str, resource: &str, code: i64, members: Value) -> Value {
    let mut payload = json!({
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "serviceName": "k8s.io",
        "methodName": method,
        "resourceName": resource,
        "authenticationInfo": {"principalEmail": "ada@example.com"},
        "authorizationInfo": [{"granted": code == 0, "permission": method, "resource": resource}],
        "requestMetadata": {"callerIp": "198.51.100.7", "callerSuppliedUserAgent": "kubectl/v1.35.0 \"q\""},
        "status": {"code": code},
    });
    for (key, value) in members.as_object().unwrap() {
        payload[key] = value.clone();
    }
    json!({
        "insertId": "i1", "timestamp": "2026-01-02T03:04:05.000006Z", "receiveTimestamp": "2026-01-02T03:04:06Z",
        "logName": "projects/p/logs/cloudaudit.googleapis.com%2Factivity",
        "operation": {"id": "0001", "producer": "k8s.io", "first": true, "last": true},
        "resource": {"type": "k8s_cluster", "labels": {"cluster_name": "c"}},
        "labels": {"authorization.k8s.io/decision": if code == 0 { "allow" } else { "forbid" }},
        "protoPayload": payload,
    })
}

#[test]
fn entries_of_cloud_logging() {
    for (method, resource, code, wanted) in [
        (
            "io.k8s.core.v1.pods.exec.create",
            "core/v1/namespaces/shop/pods/web/exec",
            0,
            "create shop/pods/web/exec Some(200)",
        ),
        (
            "io.k8s.core.v1.secrets.list",
            "core/v1/namespaces/shop/secrets",
            7,
            "list shop/secrets// Some(403)",
        ),
        (
            "io.k8s.core.v1.namespaces.delete",
            "core/v1/namespaces/shop",
            0,
            "delete shop/namespaces/shop/ Some(200)",
        ),
        (
            "io.k8s.core.v1.namespaces.status.update",
            "core/v1/namespaces/shop/status",
            0,
            "update shop/namespaces/shop/status Some(200)",
        ),
        (
            "io.k8s.authorization.rbac.v1.clusterrolebindings.create",
            "rbac.authorization.k8s.io/v1/clusterrolebindings/b",
            6,
            "create /clusterrolebindings/b/ Some(409)",
        ),
        (
            "io.k8s.apps.v1.deployments.patch",
            "apps/v1/namespaces/shop/deployments/web",
            0,
            "patch shop/deployments/web/ Some(200)",
        ),
    ] {
        let entry = entry(method, resource, code, json!({}));
        let wanted = format!("ada@example.com {wanted}");
        assert_eq!(read(&entry.to_string()), (Shape::Google, vec![wanted]), "{resource}");
    }
    let other = entry(
        "google.container.v1.ClusterManager.UpdateCluster",
        "projects/p",
        0,
        json!({"serviceName": "container.googleapis.com"}),
    );
    assert_eq!(read(&json!([other]).to_string()), (Shape::Google, Vec::new()));
}

#[test]
fn an_entry_of_cloud_logging_has_what_rules_ask_for() {
    let body =
        json!({"request": {"kind": "Pod", "spec": {"hostNetwork": true}}, "response": {"kind": "Status"}});
    let entry = entry("io.k8s.core.v1.pods.create", "core/v1/namespaces/shop/pods/web", 0, body);
    let mut found = 0;
    let shape = Parser::default().each(entry.to_string().as_bytes(), &mut |event| {
        let event = event.unwrap();
        found += 1;
        assert_eq!(event.id(), "0001");
        assert_eq!(event.uri(), "/api/v1/namespaces/shop/pods/web");
        assert_eq!(event.user_agent(), "kubectl/v1.35.0 \"q\"");
        assert_eq!(event.annotation("authorization.k8s.io/decision").unwrap(), "allow");
        let host = event.request_object().unwrap().along(&["spec", "hostNetwork"]).unwrap();
        assert_eq!(host.as_bool(), Some(true));
    });
    assert_eq!((shape.unwrap(), found), (Shape::Google, 1));
}

#[test]
fn lines_with_something_in_front_and_records_of_collectors() {
    let text = exec().to_string();
    let one = vec![EXEC.to_owned()];
    assert_eq!(read(&text), (Shape::Plain, one.clone()));
    assert_eq!(read(&format!("master-0.example.com {text}")), (Shape::Prefixed, one.clone()));
    assert_eq!(read(&format!("2026-01-02T03:04:05.1Z stdout F {text}")), (Shape::Prefixed, one.clone()));
    assert_eq!(read(&json!({"log": text, "stream": "stdout"}).to_string()), (Shape::Collector, one.clone()));
    // A record within a record.
    let inner = json!({"message": text}).to_string();
    assert_eq!(read(&json!({"log": inner}).to_string()), (Shape::Collector, one.clone()));
    // OpenShift adds members to the event itself.
    let mut open = exec();
    open["openshift"] = json!({"sequence": 1});
    open["@timestamp"] = json!("2026-01-02T03:04:05Z");
    assert_eq!(read(&open.to_string()), (Shape::Plain, one));
}

#[test]
fn records_that_never_end_in_one_another() {
    let mut text = exec().to_string();
    for _ in 0..12 {
        text = json!({"log": text}).to_string();
    }
    let mut errors = 0;
    let shape = Parser::default().each(text.as_bytes(), &mut |event| errors += u32::from(event.is_err()));
    assert!(shape.is_ok() && errors == 1, "{errors}");
    assert!(Parser::default().each(b"nothing { here", &mut |_| ()).is_err());
    for line in [
        "{\"protoPayload\":3}",
        "{\"records\":[3,{}]}",
        "{\"logEvents\":[null]}",
        "{\"properties\":{\"log\":{}}}",
        "[]",
        "{}",
    ] {
        let _ = Parser::default().each(line.as_bytes(), &mut |_| ());
    }
}
