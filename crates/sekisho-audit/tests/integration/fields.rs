//! The values of fields, as Falco's plugin for audit events gives them.

use serde_json::{Value, json};

use super::{event, holds, output};

fn pod() -> Value {
    event(json!({
        "verb": "create",
        "objectRef": {"resource": "pods", "namespace": "shop", "name": "cart"},
        "responseObject": {"metadata": {"name": "cart-x1"}},
        "responseStatus": {"code": 201, "reason": "Created"},
        "requestObject": {"spec": {
            "hostNetwork": true,
            "hostPID": false,
            "securityContext": {"runAsUser": 7, "fsGroup": 9, "supplementalGroups": [1, 2]},
            "containers": [
                {
                    "name": "a", "image": "registry.example:5000/a@sha256:00", "command": ["sh", "-c"], "args": ["x y", "z"],
                    "ports": [{"containerPort": 80, "hostPort": 8080}, {"containerPort": 81}],
                    "securityContext": {"privileged": true, "runAsUser": 0, "capabilities": {"add": ["SYS_ADMIN", "NET_RAW"]}},
                },
                {"name": "b", "image": "b:1", "securityContext": {"readOnlyRootFilesystem": true, "procMount": "Unmasked"}},
            ],
            "initContainers": [{"name": "i", "image": "i", "securityContext": {"privileged": true}}],
            "volumes": [
                {"name": "v", "hostPath": {"path": "/etc/kubernetes"}},
                {"name": "w", "emptyDir": {}},
                {"name": "x", "flexVolume": {"driver": "example/d"}},
            ],
        }},
    }))
}

#[test]
fn of_the_request() {
    let event = event(json!({
        "verb": "get",
        "userAgent": "kubectl/v1.33",
        "user": {"username": "jane", "groups": ["dev", "ops"]},
        "impersonatedUser": {"username": "root"},
        "requestURI": "/api/v1/namespaces/a/pods/b/exec?command=sh&command=-c&x=a%20b+c&stdin",
        "sourceIPs": ["10.0.0.1", "10.0.0.2"],
        "objectRef": {"resource": "pods", "subresource": "exec", "namespace": "a", "name": "b"},
        "annotations": {
            "authorization.k8s.io/decision": "allow",
            "authorization.k8s.io/reason": "RBAC",
            "pod-security.kubernetes.io/audit-violations": "v",
            "cluster_name": "c",
        },
    }));
    let shown = output(
        "%ka.auditid %ka.stage %ka.verb %ka.user.name %ka.user.groups %ka.impuser.name %ka.useragent %ka.sourceips \
         %ka.sourceips[1] %ka.target.resource/%ka.target.subresource %ka.target.namespace/%ka.target.name \
         %ka.auth.decision %ka.auth.reason %ka.security.pod.violations %ka.cluster.name %ka.target.pod.name",
        &event,
    );
    assert_eq!(
        shown,
        "0001 ResponseComplete get jane (dev,ops) root kubectl/v1.33 (10.0.0.1,10.0.0.2) (10.0.0.2) pods/exec a/b \
         allow RBAC v c <NA>"
    );
    let shown =
        output("%ka.uri.param[command] %ka.uri.param[x] [%ka.uri.param[stdin]] %ka.uri.param[none]", &event);
    assert_eq!(shown, "sh a b c [] <NA>");
    for wrong in ["/a?x=%zz&command=sh", "/a?a;b=c&command=sh", "/a"] {
        let mut event = event.clone();
        event["requestURI"] = json!(wrong);
        assert_eq!(output("%ka.uri.param[command]", &event), "<NA>", "{wrong}");
    }
}

#[test]
fn of_pods() {
    let pod = pod();
    let of = |field: &str| output(&format!("%ka.req.pod.{field}"), &pod);
    for (field, wanted) in [
        ("containers.name", "(a,b)"),
        ("containers.name[1]", "(b)"),
        ("containers.name[2]", "<NA>"),
        ("containers.image", "(registry.example:5000/a@sha256:00,b:1)"),
        ("containers.image.repository", "(registry.example,b)"),
        ("containers.command", "(sh -c)"),
        ("containers.args", "(x y z)"),
        ("containers.args[1]", "<NA>"),
        ("containers.host_port", "(8080,81)"),
        ("containers.privileged", "(true)"),
        ("containers.privileged[1]", "<NA>"),
        ("containers.read_only_fs", "(true)"),
        ("containers.proc_mount", "(Unmasked)"),
        ("containers.run_as_user", "(0)"),
        ("containers.eff_run_as_user", "(0,7)"),
        ("containers.eff_run_as_user[1]", "(7)"),
        ("containers.eff_run_as_group", "(0,0)"),
        ("containers.add_capabilities", "(SYS_ADMIN,NET_RAW)"),
        ("initContainers.privileged", "(true)"),
        ("initContainers.image", "(i)"),
        ("ephemeralContainers.name", "<NA>"),
        ("host_network", "true"),
        ("host_pid", "false"),
        ("host_ipc", "<NA>"),
        ("run_as_user", "7"),
        ("fs_group", "9"),
        ("supplemental_groups", "(1,2)"),
        ("volumes.hostpath", "(/etc/kubernetes)"),
        ("volumes.hostpath[0]", "(/etc/kubernetes)"),
        ("volumes.hostpath[1]", "<NA>"),
        ("volumes.flexvolume_driver", "(example/d)"),
        ("volumes.volume_type", "(hostPath,emptyDir,flexVolume)"),
        ("volumes.volume_type[1]", "(emptyDir)"),
    ] {
        assert_eq!(of(field), wanted, "{field}");
    }
    let shown = output(
        "%ka.req.container.image %ka.req.container.image.repository %ka.req.container.privileged \
         %ka.req.container.host_network %ka.target.pod.name %ka.resp.name %ka.response.code %ka.response.reason",
        &pod,
    );
    assert_eq!(
        shown,
        "registry.example:5000/a@sha256:00 registry.example true true cart-x1 cart-x1 201 Created"
    );
}

#[test]
fn host_paths_by_prefix() {
    let pod = pod();
    assert!(holds("ka.req.volume.hostpath[/etc*] = true", &pod));
    assert!(holds("ka.req.volume.hostpath[/etc/kubernetes] = true", &pod));
    assert!(holds("ka.req.volume.hostpath[/etc] = false", &pod));
    assert!(!holds("ka.req.volume.hostpath[/etc] exists", &event(json!({}))));
}

#[test]
fn of_bindings_and_roles() {
    let event = event(json!({"requestObject": {
        "roleRef": {"name": "admin"},
        "subjects": [
            {"kind": "User", "name": "u"}, {"kind": "Group", "name": "g"},
            {"kind": "ServiceAccount", "name": "s", "namespace": "n"}, {"kind": "ServiceAccount", "name": "t"}, {"kind": "User"},
        ],
        "rules": [
            {"verbs": ["get", "list"], "resources": ["pods"], "apiGroups": [""]},
            {"verbs": ["*"], "nonResourceURLs": ["/metrics"]},
        ],
        "spec": {"type": "NodePort", "ports": [{"port": 80}]},
        "data": {"a": "b\n"},
    }}));
    for (field, wanted) in [
        ("binding.role", "admin"),
        ("binding.subjects.user_names", "(u)"),
        ("binding.subjects.group_names", "(g)"),
        ("binding.subjects.serviceaccount_names", "(s,t)"),
        ("binding.subjects.serviceaccount_ns_names", "(n:s)"),
        ("binding.subject.has_name[x]", "true"),
        ("role.rules.verbs", "(get,list,*)"),
        ("role.rules.verbs[1]", "(*)"),
        ("role.rules.resources", "(pods)"),
        ("role.rules.apiGroups", "()"),
        ("role.rules.nonResourceURLs", "(/metrics)"),
        ("service.type", "NodePort"),
        ("service.ports", r#"([{"port":80}])"#),
        ("configmap.obj", r#"{"a":"b\n"}"#),
    ] {
        let wanted = if field.ends_with("apiGroups") { "()" } else { wanted };
        assert_eq!(output(&format!("%ka.req.{field}"), &event), wanted, "{field}");
    }
    let rules = output("%ka.req.role.rules", &event);
    assert!(rules.starts_with(r#"({"apiGroups":[""],"#) && rules.contains("},{"), "{rules}");
}

#[test]
fn of_json() {
    let text = r#"{ "kind": "Event", "auditID": "1", "stageTimestamp": "2026-01-02T03:04:05Z",
        "list": [ { "whole": 1, "part": 2.5 } ], "value": "hello", "~/escaped": "hello\"2", "a b": " c " }"#;
    let value: Value = serde_json::from_str(text).unwrap();
    let of = |field: &str| output(&format!("%json.value[{field}]"), &value);
    assert_eq!(of("/value"), "hello");
    assert_eq!(of("value"), "hello");
    assert_eq!(of("/list/0/whole"), "1");
    assert_eq!(of("/list/0/part"), "2.5");
    assert_eq!(of("/list"), r#"[{"part":2.5,"whole":1}]"#);
    assert_eq!(of("/~0~1escaped"), "hello\"2");
    assert_eq!(of("/invalid_pointer"), "<NA>");
    assert_eq!(output("%jevt.rawtime", &value), "1767323045000000000");
    let whole = output("%jevt.obj", &value);
    assert_eq!(whole, serde_json::to_string_pretty(&value).unwrap());
}

#[test]
fn of_every_event() {
    let shown = output(
        "%evt.num %evt.time %evt.time.s %evt.time.iso8601 %evt.datetime %evt.datetime.s %evt.rawtime %evt.rawtime.s \
         %evt.reltime.s %evt.pluginname %evt.source %evt.is_async %evt.hostname %evt.asynctype",
        &event(json!({})),
    );
    assert_eq!(
        shown,
        "0 03:04:05.000006000 03:04:05 2026-01-02T03:04:05.000006000+0000 2026-01-02 03:04:05.000006000 \
         2026-01-02 03:04:05 1767323045000006000 1767323045 0 k8saudit k8s_audit false <NA> <NA>"
    );
}

#[test]
fn paths_through_arrays() {
    let event = event(json!({
        "objectRef": {"apiGroup": "apps", "resource": "deployments"},
        "annotations": {"authorization.k8s.io/decision": "forbid"},
        "responseStatus": {"code": 403},
        "sourceIPs": ["192.168.1.9", "10.1.2.3"],
        "requestObject": {"spec": {"template": {"spec": {
            "containers": [{"image": "a"}, {"image": "B"}], "volumes": [{"hostPath": {"path": "/var"}}],
        }}}, "none": null, "empty": []},
    }));
    assert!(holds("audit.value[requestObject.spec.template.spec.containers.image] = B", &event));
    assert!(holds("audit.value[requestObject.spec.template.spec.containers.0.image] = a", &event));
    assert!(!holds("audit.value[requestObject.spec.template.spec.containers.0.image] = B", &event));
    assert!(holds("audit.value[annotations.authorization.k8s.io/decision] = forbid", &event));
    assert!(holds("audit.value[apiGroup] = apps", &event));
    assert!(holds("audit.value[hostPath.path] startswith /var", &event));
    assert!(holds("audit.value[hostPath] exists", &event));
    assert!(!holds("audit.value[requestObject.none] exists", &event));
    assert!(holds("audit.member[requestObject.none] exists", &event));
    assert!(!holds("audit.member[requestObject.other] exists", &event));
    assert!(holds("audit.number[responseStatus.code] >= 400", &event));
    assert!(holds("audit.address[sourceIPs] = 10.0.0.0/8", &event));
    assert!(!holds("audit.address[sourceIPs] = 172.16.0.0/12", &event));
    assert!(holds("audit.date[\"hour:stageTimestamp\"] = 3", &event));
    assert!(holds("audit.text icontains DEPLOYMENTS", &event));
}
