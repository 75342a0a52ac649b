//! `sekisho doctor` on a real API server: before an installation, and with one that nobody answers for.

use serde_json::Value;

use super::install::{IMAGE, Uninstall};
use super::{ApiServer, alone};
use crate::command::{Ran, Workbench};

fn run(arguments: &[&str]) -> Ran {
    let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    Workbench::new().run(&[arguments, &["--kubeconfig", &kubeconfig]].concat())
}

/// The signs of a diagnosis: what about, grade, message.
fn signs(ran: &Ran) -> Vec<(String, String, String)> {
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err));
    let text = |sign: &Value, key: &str| sign[key].as_str().unwrap_or("").to_owned();
    let all = report["signs"].as_array().expect("signs").iter();
    all.map(|sign| (text(sign, "about"), text(sign, "grade"), text(sign, "message"))).collect()
}

fn has(signs: &[(String, String, String)], about: &str, grade: &str, words: &str) {
    let found = signs.iter().any(|(a, g, m)| a == about && g == grade && m.contains(words));
    assert!(found, "{about} {grade} {words}: {signs:#?}");
}

#[test]
fn before_an_installation_the_api_server_is_asked_for_rights() {
    if ApiServer::get().is_none() {
        return;
    }
    let ran = run(&["doctor", "--namespace", "nothing-here", "--format", "json"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    let of_admin = signs(&ran);
    has(&of_admin, "api-server", "ok", "v1.36.3 answers, supported until 2027-06-28");
    has(&of_admin, "clock", "ok", "s from the API server's");
    has(&of_admin, "installation", "warning", "there is no `sekisho-admission`");
    has(&of_admin, "rights", "ok", "may install");
    let ran = run(&["doctor", "--namespace", "nothing-here", "--as", "nobody"]);
    assert_eq!(ran.status, 1, "{}", ran.out);
    let ran = run(&[
        "doctor",
        "--namespace",
        "nothing-here",
        "--format",
        "json",
        "--as",
        "system:serviceaccount:kube-system:deployment-controller",
        "--as-group",
        "system:authenticated",
    ]);
    has(&signs(&ran), "rights", "problem", "create clusterroles.rbac.authorization.k8s.io");
}

#[test]
fn an_installation_that_does_not_answer_the_api_server_is_diagnosed() {
    let Some(server) = ApiServer::get() else { return };
    let _alone = alone();
    let options = ["install", "--image", IMAGE, "--namespace", "sick", "--set", "controller.create=true"];
    let printed = run(&options);
    let uninstall = Uninstall { server: &server, text: printed.out.clone() };
    // There is no node: no replica is ever ready, and so no webhook is applied.
    let ran = run(&[&options[..], &["--apply", "--wait", "1"]].concat());
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.err.contains("no replica is ready after 1 s, so no webhook is applied"), "{}", ran.err);
    let without = signs(&run(&["doctor", "--namespace", "sick", "--format", "json"]));
    has(&without, "webhooks", "problem", "there is no validating webhook");
    has(&without, "answers", "ok", "requests in `default` are answered");

    let ran = run(&[&options[..], &["--apply", "--wait", "0"]].concat());
    assert_eq!(ran.status, 0, "{}", ran.err);
    let ran = run(&["doctor", "--namespace", "sick", "--format", "json"]);
    let text = run(&["doctor", "--namespace", "sick"]);
    drop(uninstall);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let sick = signs(&ran);
    has(&sick, "replicas", "problem", "none of 2 replicas answers");
    has(&sick, "version", "ok", "as here");
    has(&sick, "rights", "ok", "the webhook's account has what it needs");
    has(&sick, "policies", "problem", "there is no ConfigMap `sekisho-policies`");
    has(&sick, "authority", "problem", "the webhook has made none yet");
    has(&sick, "webhooks", "ok", "`fail.validate.sekisho.dev`: unanswered requests are refused");
    has(&sick, "answers", "problem", "failed calling webhook");
    has(&sick, "break-glass", "ok", "whole");
    has(&sick, "controller", "problem", "none of 2 replicas is ready");
    has(&sick, "lease", "problem", "no replica works");
    has(&sick, "controller-rights", "ok", "has what it needs");
    assert!(text.out.contains("problem  answers: ") && text.out.contains("= mend: "), "{}", text.out);
}
