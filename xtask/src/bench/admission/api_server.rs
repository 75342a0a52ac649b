//! What the webhook adds to `kubectl create` through a real API server.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::policies;
use super::webhook::Webhook;
use crate::cluster;

/// Pods that are created in one call.
const PODS: usize = 100;

/// How often they are created with the webhook and without.
const RUNS: usize = 5;

pub(super) fn run(binary: &Path, folder: &Path) -> Result<()> {
    let Some(program) = cluster::built()? else {
        println!("no API server can be built: what the webhook adds there is not measured");
        return Ok(());
    };
    cluster::with(|standing| {
        let kubeconfig = &standing.context("no API server")?.kubeconfig;
        let kubectl = |arguments: &[&str]| -> Result<Output> {
            let output = Command::new(&program)
                .arg("kubectl")
                .args(arguments)
                .env("KUBECONFIG", kubeconfig)
                .output()?;
            ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Ok(output)
        };
        fs::write(folder.join("shop.yaml"), super::NAMESPACE)?;
        let place = |name: &str| folder.join(name).display().to_string();
        kubectl(&["create", "--filename", &place("shop.yaml")])?;
        kubectl(&["create", "serviceaccount", "shop", "--namespace", "shop"])?;
        fs::write(folder.join("pods.yaml"), pods(0..PODS))?;
        let create = || -> Result<f64> {
            let started = Instant::now();
            kubectl(&["create", "--filename", &place("pods.yaml")])?;
            let took = started.elapsed().as_secs_f64() * 1_000.0 / f64::from(u32::try_from(PODS)?);
            kubectl(&["delete", "pods", "--all", "--namespace", "shop", "--now", "--wait=false"])?;
            kubectl(&["delete", "pods", "--all", "--namespace", "shop", "--force", "--grace-period=0"])?;
            Ok(took)
        };
        create()?;
        let mixed = folder.join("kubectl");
        policies::mixed(&mixed)?;
        let live = ["--kubeconfig", &kubeconfig.display().to_string(), "--any-client"].map(str::to_owned);
        let live: Vec<&str> = live.iter().map(String::as_str).collect();
        let webhook = Webhook::start(binary, &mixed, folder, "0-3", &live)?;
        fs::write(folder.join("webhook.yaml"), configuration(&webhook)?)?;
        let (mut without, mut with) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            without.push(create()?);
            kubectl(&["create", "--filename", &place("webhook.yaml")])?;
            // The API server learns of it by a watch.
            std::thread::sleep(std::time::Duration::from_secs(2));
            with.push(create()?);
            kubectl(&["delete", "--filename", &place("webhook.yaml")])?;
            std::thread::sleep(std::time::Duration::from_secs(2));
        }
        let (without, with) = (median(without), median(with));
        println!(
            "`kubectl create` of {PODS} Pods, each: {without:.2} ms without the webhook, {with:.2} ms with it"
        );
        Ok(())
    })
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(0.0)
}

fn configuration(webhook: &Webhook) -> Result<String> {
    let authority = fs::read_to_string(&webhook.authority)?;
    let bundle = data_encoding::BASE64.encode(authority.as_bytes());
    Ok(format!(
        "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {{name: bench}}
webhooks:
- name: fail.bench.sekisho.dev
  clientConfig: {{url: 'https://{}/validate/fail', caBundle: {bundle}}}
  rules: [{{apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}}]
  failurePolicy: Fail
  sideEffects: None
  timeoutSeconds: 2
  admissionReviewVersions: [v1]
",
        webhook.address
    ))
}

/// Pods that every policy lets pass.
pub(in crate::bench) fn pods(numbers: impl IntoIterator<Item = usize>) -> String {
    let mut all = String::new();
    for number in numbers {
        let mut settings = String::new();
        for place in 0..40 {
            let _ = write!(settings, "\n    - {{name: SETTING_{place}, value: value-{number}-{place}}}");
        }
        let _ = write!(
            all,
            "---
apiVersion: v1
kind: Pod
metadata:
  name: shop-{number}
  namespace: shop
  labels: {{app: shop, team: store}}
spec:
  serviceAccountName: shop
  automountServiceAccountToken: false
  securityContext: {{runAsNonRoot: true, runAsUser: 1000, seccompProfile: {{type: RuntimeDefault}}}}
  containers:
  - name: shop
    image: registry.example/shop/shop:1.{number}
    resources: {{limits: {{cpu: 500m, memory: 256Mi}}}}
    livenessProbe: {{httpGet: {{path: /live, port: 8080}}, periodSeconds: 10}}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      runAsNonRoot: true
      capabilities: {{drop: [ALL]}}
    env:{settings}
"
        );
    }
    all
}
