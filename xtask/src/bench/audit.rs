//! `cargo xtask bench audit`: the controller over the objects of a real API server, from when they were read until every
//! result is in the store, and what it looks at again when a policy changes.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::admission::{NAMESPACE, peak_memory, placed, pods, policies};
use super::release_binary_with;
use crate::cluster;
use crate::workspace::root;

/// Objects that are audited.
const OBJECTS: usize = 10_000;

/// Callers that make them.
const CALLERS: usize = 8;

/// How long something may take.
const PATIENCE: Duration = Duration::from_mins(3);

/// How often the controller starts anew; the median counts.
const RUNS: usize = 3;

pub(super) fn run() -> Result<()> {
    let binary = release_binary_with(&["mimalloc"])?;
    let folder = root().join("target/bench/audit");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let program = cluster::built()?.context("no API server can be built: nothing is measured")?;
    cluster::with(|standing| {
        let kubeconfig = standing.context("no API server")?.kubeconfig.clone();
        let bench = Bench { binary, program, folder, kubeconfig };
        bench.objects()?;
        println!("| 20 policies over {OBJECTS} Pods | findings | audit s | memory MB |");
        println!("| --- | --- | --- | --- |");
        bench.audited("one Pod in eight fails two policies", false)?;
        bench.audited("every Pod fails every policy", true)?;
        bench.again()
    })
}

struct Bench {
    binary: PathBuf,
    program: PathBuf,
    folder: PathBuf,
    kubeconfig: PathBuf,
}

impl Bench {
    fn kubectl(&self, arguments: &[&str]) -> Result<()> {
        let output = Command::new(&self.program)
            .arg("kubectl")
            .args(arguments)
            .env("KUBECONFIG", &self.kubeconfig)
            .output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// Makes the Pods, of which one in eight has no team.
    fn objects(&self) -> Result<()> {
        let place = |name: &str| self.folder.join(name).display().to_string();
        fs::write(place("shop.yaml"), NAMESPACE)?;
        self.kubectl(&["create", "--filename", &place("shop.yaml")])?;
        self.kubectl(&["create", "serviceaccount", "shop", "--namespace", "shop"])?;
        let started = Instant::now();
        thread::scope(|scope| {
            let callers: Vec<_> = (0..CALLERS)
                .map(|caller| {
                    scope.spawn(move || -> Result<()> {
                        let path = self.folder.join(format!("pods-{caller}.yaml"));
                        let numbers = (0..OBJECTS).filter(|number| number % CALLERS == caller);
                        let pods = pods(numbers);
                        fs::write(&path, if caller == 0 { pods.replace(", team: store", "") } else { pods })?;
                        self.kubectl(&["create", "--filename", &path.display().to_string()])
                    })
                })
                .collect();
            callers.into_iter().try_for_each(|caller| match caller.join() {
                Ok(done) => done,
                Err(_) => bail!("a caller ended early"),
            })
        })?;
        println!("{OBJECTS} Pods were made in {:.0} s", started.elapsed().as_secs_f64());
        Ok(())
    }

    /// Twenty policies: those that the webhook is measured with, or twenty that no Pod keeps to.
    fn bundle(&self, all_fail: bool) -> Result<PathBuf> {
        let folder = self.folder.join("bundle");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        if all_fail {
            fs::create_dir_all(&folder)?;
            for number in 0..20 {
                fs::write(folder.join(format!("wants-{number}.yaml")), wants(number, "Pod"))?;
            }
        } else {
            policies::mixed(&folder)?;
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                let text = fs::read_to_string(&path)?;
                fs::write(&path, text.replace("background: false", "background: true"))?;
            }
        }
        Ok(folder)
    }

    fn audited(&self, what: &str, all_fail: bool) -> Result<()> {
        let bundle = self.bundle(all_fail)?;
        let mut runs = Vec::new();
        for _ in 0..RUNS {
            let controller = self.controller(&bundle)?;
            runs.push((controller.took, controller.peak()?, controller.metric("findings")?));
        }
        runs.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (took, _, findings) = runs.get(RUNS / 2).copied().context("no run")?;
        let memory = runs.iter().map(|run| run.1).fold(0.0, f64::max);
        println!("| {what} | {findings} | {took:.2} | {memory:.0} |");
        Ok(())
    }

    /// What is looked at again when policies change.
    fn again(&self) -> Result<()> {
        let bundle = self.bundle(false)?;
        fs::write(bundle.join("service.yaml"), wants(0, "Service"))?;
        let controller = self.controller(&bundle)?;
        println!("\n| what changes | objects looked at | judgements | s |");
        println!("| --- | --- | --- | --- |");
        let team = fs::read_to_string(bundle.join("kyverno-team.yaml"))?;
        let changes = [
            (
                "one policy of twenty about Pods",
                "kyverno-team.yaml",
                team.replace("does not hold", "has no team"),
            ),
            ("a policy about Services", "service.yaml", wants(1, "Service")),
        ];
        for (what, name, text) in changes {
            let counted = |name: &str| controller.metric(name);
            let before = (counted("looks_total")?, counted("judgements_total")?);
            fs::write(bundle.join(name), text)?;
            let started = controller.adopted(Instant::now())?;
            while counted("judgements_total")? == before.1 || counted("waiting_objects")? > 0 {
                ensure!(started.elapsed() < PATIENCE, "nothing is looked at again");
                thread::sleep(Duration::from_millis(10));
            }
            let took = started.elapsed().as_secs_f64();
            let (looks, judged) =
                (counted("looks_total")? - before.0, counted("judgements_total")? - before.1);
            println!("| {what} | {looks} | {judged} | {took:.2} |");
        }
        Ok(())
    }

    fn controller(&self, bundle: &Path) -> Result<Controller> {
        Controller::start(&self.binary, &self.kubeconfig, bundle, &self.folder)
    }
}

/// A controller that has looked at everything; it ends with this value.
struct Controller {
    process: Child,
    status: String,
    log: PathBuf,
    /// Seconds from when everything was read until every result was stored.
    took: f64,
}

impl Controller {
    fn start(binary: &Path, kubeconfig: &Path, bundle: &Path, folder: &Path) -> Result<Self> {
        let (store, cache, log) =
            (folder.join("results.db"), folder.join("cache"), folder.join("controller.log"));
        for ending in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(folder.join(format!("results.db{ending}")));
        }
        if cache.exists() {
            fs::remove_dir_all(&cache)?;
        }
        let status = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.to_string();
        let process = placed("0-3")
            .arg(binary)
            .args(["serve", "controller", "--bundle-interval", "1", "--status", &status, "--bundle"])
            .arg(bundle)
            .arg("--cache")
            .arg(&cache)
            .arg("--store")
            .arg(&store)
            .arg("--kubeconfig")
            .arg(kubeconfig)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log)?)
            .spawn()
            .context("cannot run the controller")?;
        let mut controller = Self { process, status, log, took: 0.0 };
        let since = Instant::now();
        let seconds = loop {
            let words = "s after they were read";
            if let Some(line) = controller.line(words)? {
                let before = line.split(words).next().unwrap_or_default().trim();
                break before.rsplit(' ').next().unwrap_or_default().parse().context("no time is told")?;
            }
            if let Some(ended) = controller.process.try_wait()? {
                bail!("the controller ended with {ended}: {}", fs::read_to_string(&controller.log)?);
            }
            ensure!(since.elapsed() < PATIENCE, "the audit does not end");
            thread::sleep(Duration::from_millis(20));
        };
        controller.took = seconds;
        Ok(controller)
    }

    /// The last line of its log with these words.
    fn line(&self, words: &str) -> Result<Option<String>> {
        let lines = BufReader::new(fs::File::open(&self.log)?).lines();
        Ok(lines.map_while(Result::ok).filter(|line| line.contains(words)).last())
    }

    /// Waits until a bundle was adopted that is newer than the one in use.
    fn adopted(&self, since: Instant) -> Result<Instant> {
        let count = || -> Result<usize> {
            Ok(fs::read_to_string(&self.log)?.matches("\"event\":\"bundle\"").count())
        };
        let before = count()?;
        while count()? == before {
            ensure!(since.elapsed() < PATIENCE, "the bundle is not taken");
            thread::sleep(Duration::from_millis(5));
        }
        Ok(Instant::now())
    }

    fn peak(&self) -> Result<f64> {
        peak_memory(self.process.id())
    }

    fn metric(&self, name: &str) -> Result<u64> {
        let mut stream = TcpStream::connect(&self.status)?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let start = format!("sekisho_controller_{name} ");
        let value = answer.lines().find_map(|line| line.strip_prefix(&start)).context("no such metric")?;
        Ok(value.trim().parse()?)
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A policy that wants a label which nothing has.
fn wants(number: usize, kind: &str) -> String {
    let mut text = String::new();
    let _ = write!(
        text,
        "apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: wants-{number}
  annotations: {{pod-policies.kyverno.io/autogen-controllers: none}}
spec:
  validationFailureAction: Enforce
  rules:
  - name: label
    match: {{any: [{{resources: {{kinds: [{kind}]}}}}]}}
    validate: {{message: 'it needs the label wanted-{number}', pattern: {{metadata: {{labels: {{wanted-{number}: '?*'}}}}}}}}
"
    );
    text
}
