//! The command line: every verb that works, and its options.

pub(crate) mod access;
pub(crate) mod bundle;
pub(crate) mod cluster;
pub(crate) mod db;
pub(crate) mod further;
pub(crate) mod image;
pub(crate) mod pod_security;
pub(crate) mod policy;
pub(crate) mod rows;
pub(crate) mod sbom;
pub(crate) mod serve;
pub(crate) mod signature;
pub(crate) mod signer;
pub(crate) mod targets;
pub(crate) mod trust;
pub(crate) mod vex;
pub(crate) mod watch;
mod words;

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use sekisho_report::{Format, Language};

use self::cluster::{ClusterArguments, InstallationArguments};
use self::targets::{CredentialArguments, GivenArguments, Targets, ValuesArguments, VulnerabilityArguments};
use self::words::{formats, languages, limits};
use crate::config::FailOn;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXIT_STATUS: &str = "Exit status:
  0  nothing at or above --fail-on
  1  findings at or above --fail-on
  2  wrong usage or configuration
  3  nothing to examine
  4  some input could not be examined";

/// Security as code for Kubernetes: one engine, one kind of finding.
#[derive(Debug, Parser)]
#[command(name = "sekisho", version, styles = STYLES, after_help = EXIT_STATUS, max_term_width = 100)]
#[command(arg_required_else_help = true, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// Options of every verb.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Language of titles, messages and remedies [default: the locale's]
    #[arg(long, global = true, value_name = "LANGUAGE", help_heading = "Global options")]
    #[arg(value_parser = languages())]
    pub(crate) lang: Option<Language>,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = ColorWhen::Auto, value_name = "WHEN")]
    #[arg(help_heading = "Global options")]
    pub(crate) color: ColorWhen,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// Make no connection to anything; sekisho makes none that you did not ask for
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) offline: bool,
    /// Worker threads [default: one a core]
    #[arg(short, long, global = true, value_name = "NUMBER", help_heading = "Global options")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Look for what is wrong and say what to do first
    Scan(Box<ScanArguments>),
    /// Explain a check or a control; without an argument, list the checks
    Explain(ExplainArguments),
    /// Mend what is safe to mend; comments and layout stay
    Fix(FixArguments),
    /// Print what a chart or a kustomization would apply
    Render(RenderArguments),
    /// Report on every control of a framework
    Report(ReportArguments),
    /// Print the manifests of the parts that run in a cluster
    Install(InstallArguments),
    /// Let pass for a time what policies refuse; recorded, and over by itself
    BreakGlass(BreakGlassArguments),
    /// Look whether an installation works, and what stands in its way
    Doctor(DoctorArguments),
    /// List what an image, a folder or a cluster is made of, as CycloneDX or SPDX; convert, merge and compare such lists
    Sbom(Box<sbom::SbomArguments>),
    /// Sign an image, a file or a folder of policies
    Sign(Box<signature::SignArguments>),
    /// Sign a claim about an image or a file
    Attest(Box<signature::AttestArguments>),
    /// Ask whether somebody who is trusted signed an image, a file or a folder of policies
    Verify(Box<signature::VerifyArguments>),
    /// Sign an image only where a bundle of policies lets it pass
    Gate(Box<signature::GateArguments>),
    /// Fetch roots of trust from a repository, and prove them
    Trust(trust::TrustArguments),
    /// Apply, test, compare and examine policies: admission policies, Gatekeeper's, Kyverno's, Rego, rules for events
    Policy(policy::PolicyArguments),
    /// Say who may do what and who does it, and make the smallest roles
    Access(access::AccessArguments),
    /// Run a part that stands in a cluster: the admission webhook or the controller
    Serve(serve::ServeArguments),
    /// Look at what happens at run time, in captures of system calls and audit logs, by our rules, Falco's or Sigma's
    Watch(Box<watch::WatchArguments>),
    /// Build, update and examine the vulnerability database
    Db(db::DbArguments),
    /// Write what is found in packages and decided about it as VEX, for those who use them
    Vex(Box<vex::VexArguments>),
    /// Print a completion script for a shell
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page of the command or of a verb
    Man {
        /// The verb
        verb: Option<String>,
    },
    /// Print a JSON schema: of `sekisho.yaml`, or of a JSON report
    Schema {
        /// Which one
        #[arg(value_enum)]
        what: SchemaOf,
    },
}

/// What a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// The configuration file
    Config,
    /// The output of `scan --format json`
    Report,
    /// The output of `report --format json`
    Framework,
}

#[derive(Debug, Args)]
pub(crate) struct ScanArguments {
    #[command(flatten)]
    pub(crate) targets: Targets,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = formats())]
    pub(crate) format: Format,
    /// Write the report to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write one more report of the same run to a file; may be given more than once
    #[arg(long, value_name = "FORMAT=FILE")]
    pub(crate) report: Vec<further::FurtherReport>,
    /// File or folder of policies that are applied beside the checks, in any language
    #[arg(long, value_name = "PATH")]
    pub(crate) policy: Vec<PathBuf>,
    /// Pod Security level of namespaces whose labels name none, beside the checks
    #[arg(long, value_name = "[MODE=]LEVEL[:VERSION]")]
    pub(crate) pod_security: Vec<pod_security::Wanted>,
    #[command(flatten)]
    pub(crate) modules: policy::ScanModules,
    #[command(flatten)]
    pub(crate) vulnerabilities: VulnerabilityArguments,
    #[command(flatten)]
    pub(crate) images: image::ImageArguments,
    #[command(flatten)]
    pub(crate) credentials: CredentialArguments,
    /// Severity from which findings fail the run, or `none` [default: high]
    #[arg(long, value_name = "SEVERITY", value_parser = limits())]
    pub(crate) fail_on: Option<FailOn>,
    /// File of known findings; only new findings count
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write the findings of this run to a file for `--baseline`
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// Show every finding in full
    #[arg(short, long)]
    pub(crate) all: bool,
    /// Show every finding in one line
    #[arg(long, conflicts_with = "all")]
    pub(crate) compact: bool,
    /// Show findings that are suppressed, too
    #[arg(long)]
    pub(crate) show_suppressed: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// A check (`privileged-container`) or a control (`K01:2025`, `cis-1.12/5.2.2`)
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct FixArguments {
    #[command(flatten)]
    pub(crate) targets: Targets,
    /// Show the changes and write nothing (the default)
    #[arg(long)]
    pub(crate) diff: bool,
    /// Write the changes
    #[arg(short, long, conflicts_with = "diff")]
    pub(crate) write: bool,
    /// Make also the changes that may stop a workload that works
    #[arg(long = "unsafe")]
    pub(crate) risky: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    #[command(flatten)]
    pub(crate) targets: Targets,
    /// Framework, by its id; `sekisho report --framework list` names them
    #[arg(long, value_name = "ID", required_unless_present = "from")]
    pub(crate) framework: Option<String>,
    /// Database of `sekisho serve controller`: show what is in it, as table or JSON, with `--namespace` of one namespace
    #[arg(long, value_name = "DATABASE", conflicts_with = "framework")]
    pub(crate) from: Option<String>,
    /// Show of a database only findings of this rule
    #[arg(long, value_name = "RULE", requires = "from")]
    pub(crate) rule: Option<String>,
    /// Show of a database only findings of rules that this owner has
    #[arg(long, value_name = "OWNER", requires = "from")]
    pub(crate) owner: Option<String>,
    /// Show of a database only this cluster
    #[arg(long, value_name = "NAME", requires = "from")]
    pub(crate) cluster_name: Option<String>,
    /// Show of a database also what is resolved
    #[arg(long, requires = "from")]
    pub(crate) all: bool,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = formats())]
    pub(crate) format: Format,
    /// The day that the report is made out for [default: today]
    #[arg(long, value_name = "YEAR-MONTH-DAY")]
    pub(crate) date: Option<Date>,
    /// Write the report to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct BreakGlassArguments {
    #[command(subcommand)]
    pub(crate) verb: BreakGlassVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BreakGlassVerb {
    /// Break it
    Open {
        /// Why, in words that will be read when it is over
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// For how long: `30m`, `2h`; eight hours at most
        #[arg(long = "for", value_name = "DURATION", default_value = "1h")]
        duration: String,
        /// Only requests of this namespace; may be given more than once
        #[arg(long = "only", value_name = "NAMESPACE")]
        only: Vec<String>,
        #[command(flatten)]
        place: InstallationArguments,
    },
    /// End it before its time
    Close {
        /// Which; all where none is named
        name: Option<String>,
        #[command(flatten)]
        place: InstallationArguments,
    },
    /// List those that are open, and those that are over
    List {
        #[command(flatten)]
        place: InstallationArguments,
    },
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// Namespace of the installation
    #[arg(short, long, value_name = "NAME", default_value = "sekisho")]
    pub(crate) namespace: String,
    /// Namespace in which the API server is asked, without anything being made, whether webhooks answer
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(crate) probe: String,
    /// Output format
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: DoctorFormat,
    #[command(flatten)]
    pub(crate) live: ClusterArguments,
}

/// How a diagnosis is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DoctorFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// What an installation is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum InstallFormat {
    /// Plain manifests
    Yaml,
    /// A folder for `kubectl apply --kustomize`
    Kustomize,
    /// A folder for `helm install`
    Chart,
}

#[derive(Debug, Args)]
pub(crate) struct InstallArguments {
    /// What to write
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "yaml")]
    pub(crate) format: InstallFormat,
    /// Namespace that everything is put in
    #[arg(short, long, value_name = "NAME", default_value = "sekisho")]
    pub(crate) namespace: String,
    /// Image of Sekisho, best by its digest
    #[arg(long, value_name = "IMAGE")]
    pub(crate) image: Option<String>,
    /// File or folder of policies that are put into the ConfigMap of the installation
    #[arg(long, value_name = "PATH")]
    pub(crate) policy: Vec<PathBuf>,
    /// Write to a file instead of standard output; for a kustomization and a chart, the folder
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// Apply to the cluster of the kubeconfig instead of printing
    #[arg(long, conflicts_with_all = ["output", "format"])]
    pub(crate) apply: bool,
    /// How long to wait for Pods that are ready before webhooks are applied; 0: do not wait, and do not look
    #[arg(long, value_name = "SECONDS", default_value_t = 120, requires = "apply")]
    pub(crate) wait: u64,
    #[command(flatten)]
    pub(crate) values: GivenArguments,
    #[command(flatten)]
    pub(crate) live: ClusterArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RenderArguments {
    /// Folder of a chart or a kustomization, or archive of a chart
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// Configuration file [default: `sekisho.yaml`, looked for upward from the path]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Namespace of the release [default: default]
    #[arg(short, long, value_name = "NAME")]
    pub(crate) namespace: Option<String>,
    /// Kubernetes version that charts are rendered for
    #[arg(long, value_name = "VERSION", visible_alias = "kube-version")]
    pub(crate) kubernetes_version: Option<String>,
    /// Print the files in `crds/` of charts too
    #[arg(long)]
    pub(crate) include_crds: bool,
    /// Leave out the tests of charts
    #[arg(long)]
    pub(crate) skip_tests: bool,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) values: ValuesArguments,
}
