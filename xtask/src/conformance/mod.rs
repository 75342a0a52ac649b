//! `cargo xtask conformance SUITE`: other implementations' test data against ours, with a ledger of what
//! passes that may only grow.

mod advisories;
mod audit;
mod captures;
mod cel;
mod cel_k8s;
mod falco;
mod falco_tests;
mod fields;
mod formats;
mod gatekeeper;
mod helm;
mod images;
mod install;
mod integrations;
mod kubectl;
mod kubescape;
mod kustomize;
mod kyverno;
mod ledger;
mod opa;
mod packages;
mod pod_security;
mod purl;
mod sbom;
mod signatures;
mod sigstore;
mod verdicts;
mod versions;
mod yaml;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use crate::peer;
use crate::workspace::root;

use self::ledger::Ledger;

/// Where the shared audit logs lie.
const AUDIT_LOGS: &str = "conformance/captures/k8s-audit";

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    suite: Suite,
}

#[derive(Subcommand)]
enum Suite {
    /// Falco's loader as its own tests ask it; `--data` is a checkout of falco
    FalcoLoader(Options),
    /// Falco's conditions as its own tests parse them; `--data` is a checkout of falcosecurity/libs
    FalcoConditions(Options),
    /// Falco's regression tests over captures; `--data` is a checkout of falcosecurity/testing
    Falco(Options),
    /// Fields of the captures' events as the real sysdig shows them
    Fields(Options),
    /// Falco's rule files; `--data` is a folder with checkouts of falcosecurity/rules and of its plugins
    FalcoRules(Options),
    /// Falco's rules over real audit logs; `--data` is a checkout of falcosecurity/plugins
    FalcoAudit(Options),
    /// Real audit logs, each read to its end
    AuditLogs(Options),
    /// Sigma's rules for Kubernetes; `--data` is a checkout of SigmaHQ/sigma
    Sigma(Options),
    /// Captures of system calls as the real sysdig reads them
    Captures(Options),
    /// CEL as google/cel-spec has it
    Cel(Options),
    /// CEL as the API server has it, with its libraries and costs
    CelK8s(Options),
    /// The tests of Kyverno's policy library
    Kyverno(Options),
    /// What the original engines say of the corpora; `--data` is a checkout of gatekeeper-library
    Verdicts(Options),
    /// Pod Security as kubernetes/pod-security-admission has it
    PodSecurity(Options),
    /// Rego as OPA has it
    Opa(Options),
    /// Rules as Kubescape's regolibrary tests them; `--data` is a checkout of it
    Kubescape(Options),
    /// Constraint templates as gatekeeper-library tests them; `--data` is a checkout of it
    Gatekeeper(Options),
    /// Advisories of several databases, against themselves
    Advisories(Options),
    /// Packages in root file systems, beside syft; `--data` is a root file system
    Packages(Options),
    /// Bills of materials by the validators and examples of CycloneDX and SPDX, and beside syft
    Sbom(Options),
    /// Package URLs as package-url/purl-spec tests them; `--data` is a checkout of it
    Purl(Options),
    /// Versions as google/osv-scalibr compares them
    Versions(Options),
    /// Bundles of signatures as sigstore/sigstore-conformance judges them
    Sigstore(Options),
    /// Signatures beside cosign, Python's sigstore and sigstore's JavaScript
    Signatures(Options),
    /// YAML as sigs.k8s.io/yaml reads it
    Yaml(Options),
    /// The corpora as the real kubectl reads them
    Kubectl(Options),
    /// Our reports against the schemas of their formats
    Formats(Options),
    /// The kustomizations of the corpora as the real kubectl builds them
    Kustomize(Options),
    /// What `sekisho install` writes as the real helm and kubectl read it
    Install(Options),
    /// What we ship for pipelines, as pipelines run it
    Integrations(Options),
    /// Images as umoci builds them, skopeo copies them and a real registry serves them
    Images(Options),
    /// Charts as the real helm renders them
    Helm(helm::Options),
}

/// What every suite takes.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Read the cases from this folder; the ledger is then not compared
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write the ledger anew
    #[arg(long)]
    update: bool,
}

/// What became of one case.
pub(crate) struct Outcome {
    /// A stable name; `file:number` where the cases of a file have no names.
    pub(crate) id: String,
    /// Why it did not pass.
    pub(crate) miss: Option<String>,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    match arguments.suite {
        Suite::FalcoLoader(options) => foreign("falco-loader", &options, falco::loader),
        Suite::FalcoConditions(options) => foreign("falco-conditions", &options, falco::conditions),
        Suite::FalcoRules(options) => foreign("falco-rules", &options, falco::rules),
        Suite::FalcoAudit(options) => falco_audit(&options),
        Suite::AuditLogs(options) => suite("audit-logs", AUDIT_LOGS, &options, audit::logs),
        Suite::Sigma(options) => foreign("sigma", &options, audit::sigma),
        Suite::Falco(options) => match data("conformance/captures", &Options::default())? {
            Some(captures) => foreign("falco", &options, |checkout| falco_tests::run(checkout, &captures)),
            None => skipped("falco", "no captures: set SEKISHO_SHARED"),
        },
        Suite::Fields(options) => match peer::sysdig()? {
            Some(program) => {
                suite("fields", "conformance/captures", &options, |data| fields::run(data, &program))
            }
            None => skipped("fields", "the real sysdig is not here"),
        },
        Suite::Captures(options) => match peer::sysdig()? {
            Some(program) => {
                suite("captures", "conformance/captures", &options, |data| captures::run(data, &program))
            }
            None => skipped("captures", "the real sysdig is not here"),
        },
        Suite::Cel(options) => suite("cel", "conformance/cel-spec", &options, cel::run),
        Suite::CelK8s(options) => {
            let rows = options.data.clone().unwrap_or_else(|| root().join("crates/sekisho-cel/tests/data"));
            examine("cel-k8s", &rows, &options, cel_k8s::run)
        }
        Suite::Kyverno(options) => {
            suite("kyverno", "conformance/kyverno-policies", &options, kyverno::library)
        }
        Suite::PodSecurity(options) => {
            suite("pod-security", "conformance/pod-security", &options, pod_security::run)
        }
        Suite::Opa(options) => suite("opa", "conformance/opa", &options, opa::run),
        Suite::Kubescape(options) => foreign("kubescape", &options, kubescape::run),
        Suite::Gatekeeper(options) => foreign("gatekeeper", &options, gatekeeper::run),
        Suite::Verdicts(options) => verdicts::run(&options),
        Suite::Advisories(options) => suite("advisories", "advisories", &options, advisories::run),
        Suite::Packages(options) => of_packages(&options),
        Suite::Sbom(options) => of_bills(&options),
        Suite::Purl(options) => foreign("purl", &options, purl::run),
        Suite::Versions(options) => suite("versions", "conformance/versions", &options, versions::run),
        Suite::Sigstore(options) => {
            suite("sigstore", "conformance/sigstore-bundles", &options, sigstore::run)
        }
        Suite::Yaml(options) => suite("yaml", "conformance/yaml", &options, yaml::run),
        Suite::Kubectl(options) => match peer::kubectl()? {
            Some(program) => suite("kubectl", "corpora", &options, |data| kubectl::run(data, &program)),
            None => skipped("kubectl", "the real kubectl is not here"),
        },
        Suite::Formats(options) => match peer::schemas()? {
            Some(schemas) => suite("formats", "corpora", &options, |data| formats::run(data, &schemas)),
            None => skipped("formats", "the schemas are not here"),
        },
        Suite::Kustomize(options) => match peer::kubectl()? {
            Some(program) => suite("kustomize", "corpora", &options, |data| kustomize::run(data, &program)),
            None => skipped("kustomize", "the real kubectl is not here"),
        },
        Suite::Install(options) => match (peer::helm()?, peer::kubectl()?) {
            (Some(helm), Some(kubectl)) => {
                let scratch = root().join("target/install");
                examine("install", &scratch, &options, |folder| install::run(folder, &helm, &kubectl))
            }
            _ => skipped("install", "the real helm and kubectl are not here"),
        },
        Suite::Images(options) => match peer::debian(&images::PROGRAMS)? {
            Some(()) => examine("images", &root().join("target/images"), &options, images::run),
            None => skipped("images", "the programs that make and serve images are not here"),
        },
        Suite::Integrations(options) => match (peer::linters()?, peer::debian(&images::PROGRAMS)?) {
            (Some(python), Some(())) => {
                let scratch = root().join("target/integrations");
                examine("integrations", &scratch, &options, |folder| integrations::run(folder, &python))
            }
            _ => skipped("integrations", "the linters of pipelines or a registry are not here"),
        },
        Suite::Signatures(options) => signatures::suite(&options),
        Suite::Helm(options) => helm::run(&options),
    }
}

fn of_packages(options: &Options) -> Result<()> {
    match (peer::syft()?, &options.data) {
        (Some(syft), Some(data)) => examine("packages", data, options, |data| packages::given(data, &syft)),
        (Some(syft), None) => {
            examine("packages", &packages::folder(), options, |folder| packages::staged(folder, &syft))
        }
        (None, _) => skipped("packages", "syft is not here"),
    }
}

fn of_bills(options: &Options) -> Result<()> {
    match peer::bills()? {
        Some(peers) => examine("sbom", &sbom::folder(), options, |folder| sbom::of(folder, &peers)),
        None => skipped("sbom", "the validators are not here"),
    }
}

/// Falco's rules over the shared audit logs.
fn falco_audit(options: &Options) -> Result<()> {
    match data(AUDIT_LOGS, &Options::default())? {
        Some(logs) => foreign("falco-audit", options, |data| audit::falco(data, &logs)),
        None => skipped("falco-audit", "the logs are not here"),
    }
}

/// Runs every suite over the shared data.
pub(crate) fn run_all() -> Result<()> {
    let suites: &[fn(Options) -> Suite] = &[
        Suite::Advisories,
        Suite::AuditLogs,
        Suite::Captures,
        Suite::Fields,
        Suite::Cel,
        Suite::CelK8s,
        Suite::Opa,
        Suite::Packages,
        Suite::Sbom,
        Suite::Kyverno,
        Suite::Verdicts,
        Suite::PodSecurity,
        Suite::Versions,
        Suite::Sigstore,
        Suite::Yaml,
        Suite::Kubectl,
        Suite::Formats,
        Suite::Kustomize,
        Suite::Install,
        Suite::Images,
        Suite::Integrations,
        Suite::Signatures,
    ];
    suites.iter().try_for_each(|suite| run(Arguments { suite: suite(Options::default()) }))?;
    run(Arguments { suite: Suite::Helm(helm::Options::default()) })
}

/// Finds the data of a suite and runs it over them.
fn suite(
    name: &str,
    folder: &str,
    options: &Options,
    run: impl FnOnce(&Path) -> Result<Vec<Outcome>>,
) -> Result<()> {
    let Some(data) = data(folder, options)? else {
        println!("{name}: skipped, no data: set SEKISHO_SHARED or put it at ../shared/{folder}");
        println!("0 of 0");
        return Ok(());
    };
    examine(name, &data, options, run)
}

/// Runs a suite whose data are another project's and never ours to keep: they must be named.
fn foreign(name: &str, options: &Options, run: impl FnOnce(&Path) -> Result<Vec<Outcome>>) -> Result<()> {
    match &options.data {
        Some(data) => examine(name, data, &Options { data: None, update: options.update }, run),
        None => skipped(name, "name a checkout of its project with --data"),
    }
}

/// Runs a suite over data that is there, writes its misses, compares its ledger, and prints `N of M`.
fn examine(
    name: &str,
    data: &Path,
    options: &Options,
    run: impl FnOnce(&Path) -> Result<Vec<Outcome>>,
) -> Result<()> {
    let outcomes = run(data)?;
    let listing = write_misses(name, &outcomes)?;
    let passed = outcomes.iter().filter(|outcome| outcome.miss.is_none()).map(|outcome| outcome.id.as_str());
    let lost =
        if options.data.is_some() { Vec::new() } else { Ledger::new(name).settle(passed, options.update)? };
    let failed = outcomes.iter().filter(|outcome| outcome.miss.is_some()).count();
    if failed > 0 {
        println!("misses in {}", listing.display());
    }
    println!("{} of {}", outcomes.len() - failed, outcomes.len());
    if !lost.is_empty() {
        bail!("{} cases of the ledger of {name} no longer pass: {}", lost.len(), lost.join(", "));
    }
    Ok(())
}

/// Says that a suite did not run.
#[allow(clippy::unnecessary_wraps, reason = "it stands where a suite stands")]
fn skipped(name: &str, why: &str) -> Result<()> {
    println!("{name}: skipped, {why}");
    println!("0 of 0");
    Ok(())
}

/// The folder of a suite's cases; none where it is absent, which is an error with `CI=true`.
fn data(folder: &str, options: &Options) -> Result<Option<PathBuf>> {
    if let Some(data) = &options.data {
        return Ok(Some(data.clone()));
    }
    let shared = match std::env::var_os("SEKISHO_SHARED") {
        Some(shared) => PathBuf::from(shared),
        None => root().join("../shared"),
    };
    let data = shared.join(folder);
    if data.is_dir() {
        return Ok(Some(data));
    }
    if std::env::var("CI").is_ok_and(|value| value == "true") {
        bail!("no data at `{}`; set SEKISHO_SHARED to the shared folder", data.display());
    }
    Ok(None)
}

fn write_misses(name: &str, outcomes: &[Outcome]) -> Result<PathBuf> {
    let folder = root().join("target/conformance");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{name}.misses.txt"));
    let mut text = String::new();
    for outcome in outcomes {
        if let Some(miss) = &outcome.miss {
            writeln!(text, "{}: {miss}", outcome.id)?;
        }
    }
    fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(path)
}
