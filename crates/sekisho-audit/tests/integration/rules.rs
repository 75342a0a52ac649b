//! Rules as users of Falco have them.

use sekisho_falco::{Evaluator, Matching};
use serde_json::json;

use super::{event, read, rules};

const RULES: &str = r"
- list: stages
  items: [ResponseComplete]
- macro: kevt
  condition: (jevt.value[/stage] in (stages))
- macro: pod
  condition: ka.target.resource = pods and not ka.target.subresource exists
- rule: Privileged Pod
  desc: d
  condition: kevt and pod and ka.verb = create and ka.req.pod.containers.privileged intersects (true)
  output: privileged pod (user=%ka.user.name pod=%ka.resp.name)
  priority: WARNING
  source: k8s_audit
- rule: Shell In Pod
  desc: d
  condition: kevt and ka.target.resource = pods and ka.target.subresource in (exec, attach)
  output: exec (%ka.uri.param[command])
  priority: NOTICE
  source: k8s_audit
";

#[test]
fn they_fire() {
    let rules = rules(RULES);
    let privileged = event(json!({
        "verb": "create", "user": {"username": "jane"}, "objectRef": {"resource": "pods"},
        "requestObject": {"spec": {"containers": [{"securityContext": {"privileged": true}}]}},
    }));
    let exec = event(json!({
        "verb": "create", "objectRef": {"resource": "pods", "subresource": "exec"}, "requestURI": "/x?command=id",
    }));
    let early =
        event(json!({"stage": "RequestReceived", "objectRef": {"resource": "pods", "subresource": "exec"}}));
    let list = json!({"kind": "EventList", "items": [privileged, exec, early]});
    let mut evaluator = Evaluator::new();
    let found = read(&list.to_string(), |event| {
        let matches = rules.matches(&mut evaluator, &event, Matching::All);
        matches.iter().map(|found| found.output.clone()).collect::<Vec<_>>()
    });
    let found: Vec<_> = found.unwrap().into_iter().map(Result::unwrap).collect();
    assert_eq!(
        found,
        [vec!["privileged pod (user=jane pod=<NA>)".to_owned()], vec!["exec (id)".to_owned()], vec![]]
    );
}
