//! The options of `sekisho serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::bundle::ArtifactArguments;
use super::cluster::ClusterArguments;
use super::pod_security::Wanted;
use super::policy::Modules;
use super::signature::RegistryArguments;

/// Which part serves.
#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    #[command(subcommand)]
    pub(crate) part: ServePart,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ServePart {
    /// Answer the API server's admission webhooks by policies
    Admission(Box<AdmissionArguments>),
    /// Audit what a cluster holds by the same policies, and carry out those that make, change and remove objects
    Controller(Box<ControllerArguments>),
}

#[derive(Debug, Args)]
pub(crate) struct AdmissionArguments {
    /// File or folder of policies, in any language; followed when it changes
    #[arg(short, long, value_name = "PATH", conflicts_with = "bundle")]
    pub(crate) policy: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) following: FollowArguments,
    /// Pod Security level of namespaces whose labels name none [default: privileged, so that labels alone count]
    #[arg(long, value_name = "[MODE=]LEVEL[:VERSION]", conflicts_with = "no_pod_security")]
    pub(crate) pod_security: Vec<Wanted>,
    /// Leave Pod Security to the API server
    #[arg(long)]
    pub(crate) no_pod_security: bool,
    /// Apply admission policies that no binding names too, as if one bound them that denies
    #[arg(long)]
    pub(crate) unbound: bool,
    #[command(flatten)]
    pub(crate) modules: Modules,
    /// Configuration file [default: `sekisho.yaml`, looked for upward from the working directory]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Address for the API server [default: 0.0.0.0:8443]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// Address for `/livez`, `/readyz` and `/metrics`, without TLS [default: 0.0.0.0:8081]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) status: Option<SocketAddr>,
    #[command(flatten)]
    pub(crate) tls: TlsArguments,
    #[command(flatten)]
    pub(crate) callers: CallerArguments,
    #[command(flatten)]
    pub(crate) facts: FactArguments,
    #[command(flatten)]
    pub(crate) images: ImageArguments,
    #[command(flatten)]
    pub(crate) traces: TraceArguments,
    #[command(flatten)]
    pub(crate) live: ClusterArguments,
    /// ConfigMap in which the controller lists images whose approval has lapsed, in the namespace of the installation
    #[arg(long, value_name = "NAMESPACE/NAME")]
    pub(crate) lapsed_list: Option<String>,
    /// Namespace whose breaks of glass are honoured: ConfigMaps with the label `sekisho/break-glass=true`
    #[arg(long, value_name = "NAMESPACE")]
    pub(crate) break_glass: Option<String>,
    /// How long a review may take where the API server does not say how long it waits [default: 2]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) patience: Option<u16>,
    /// How often policies are looked at for changes [default: 2]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) interval: Option<u16>,
    /// How much to log [default: info]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) log: Option<LogLevel>,
}

#[derive(Debug, Args)]
pub(crate) struct ControllerArguments {
    #[command(flatten)]
    pub(crate) following: FollowArguments,
    /// Database of results: a file of SQLite, or `postgresql://user@host/database`
    #[arg(long, value_name = "DATABASE")]
    pub(crate) store: Option<String>,
    /// File that holds what `--store` would say, for an address with a password
    #[arg(long, value_name = "FILE", conflicts_with = "store")]
    pub(crate) store_file: Option<PathBuf>,
    /// Name of the cluster in the database
    #[arg(long, value_name = "NAME", default_value = "cluster")]
    pub(crate) cluster_name: String,
    /// How long findings are kept that are resolved
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    pub(crate) retention: u16,
    /// Write a summary of at most 4 KiB a namespace to the cluster
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) summaries: Option<SummaryWord>,
    /// The most summaries; namespaces with the most findings have one
    #[arg(long, value_name = "COUNT", default_value_t = 100, requires = "summaries")]
    pub(crate) most_summaries: u16,
    /// Make and change the objects that policies want made and changed
    #[arg(long)]
    pub(crate) effects: bool,
    /// Remove the objects that cleanup policies match
    #[arg(long)]
    pub(crate) cleanup: bool,
    /// Have the API server do all of that but keep it
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The most objects that a run of cleanup policies removes
    #[arg(long, value_name = "COUNT", default_value_t = 500)]
    pub(crate) most_removals: u32,
    /// The most objects that are made and changed in a minute
    #[arg(long, value_name = "COUNT", default_value_t = 600)]
    pub(crate) most_effects: u32,
    #[command(flatten)]
    pub(crate) approvals: ApprovalArguments,
    /// Lease that one of several replicas holds, which works while it does
    #[arg(long, value_name = "NAMESPACE/NAME")]
    pub(crate) lease: Option<String>,
    /// What this replica is called in the lease [default: the host's name and a number]
    #[arg(long, value_name = "NAME", requires = "lease")]
    pub(crate) identity: Option<String>,
    /// Address for `/livez`, `/readyz`, `/metrics` and `POST /bundle`, without TLS [default: 0.0.0.0:8082]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) status: Option<SocketAddr>,
    #[command(flatten)]
    pub(crate) live: ClusterArguments,
}

/// How approvals of images that run are looked after.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for approvals of images that run")]
pub(crate) struct ApprovalArguments {
    /// Look again at the approvals of images that run, by `trust` in the `sekisho.yaml` of the bundle, whenever the bundle,
    /// the vulnerability database or the time can have made them lapse
    #[arg(long)]
    pub(crate) approvals: bool,
    /// What becomes of new Pods with an image whose approval has lapsed
    #[arg(long, value_enum, value_name = "ACTION", default_value = "report", requires = "approvals")]
    pub(crate) lapsed: LapsedWord,
    /// How long after the approval lapsed
    #[arg(long, value_name = "HOURS", default_value_t = 24, requires = "approvals")]
    pub(crate) grace: u16,
    /// ConfigMap that tells the webhook; it must be in the namespace of the installation, where nobody else may write
    #[arg(long, value_name = "NAMESPACE/NAME", requires = "approvals")]
    pub(crate) lapsed_list: Option<String>,
    /// How often what is not approved is looked at again; what is approved twelve times as seldom
    #[arg(long, value_name = "SECONDS", default_value_t = 300, requires = "approvals")]
    pub(crate) approvals_interval: u32,
    /// Vulnerability database; looked at again when it changes [default: the one that `sekisho db` put into its place, else
    /// the one in the program]
    #[arg(long, value_name = "FILE", requires = "approvals")]
    pub(crate) database: Option<PathBuf>,
    /// Where what was read of images is kept [default: the database of results]
    #[arg(long, value_name = "DATABASE", requires = "approvals")]
    pub(crate) inventories: Option<String>,
    /// Speak to registries with the pull secrets of the Pods; that takes `get` on Secrets
    #[arg(long, requires = "approvals")]
    pub(crate) pull_secrets: bool,
    #[command(flatten)]
    pub(crate) registries: RegistryArguments,
}

/// What becomes of Pods with an image whose approval has lapsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LapsedWord {
    /// Nothing: it is a finding
    Report,
    /// Who makes new ones is warned
    Warn,
    /// New ones are refused
    Deny,
}

/// The form of summaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SummaryWord {
    /// `PolicyReport` of `wgpolicyk8s.io/v1alpha2`
    PolicyReport,
    /// `Report` of `openreports.io/v1alpha1`
    OpenReports,
}

/// Which bundle of policies is followed.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options for bundles")]
pub(crate) struct FollowArguments {
    /// Bundle that is followed: folder, `git+https://host/repository@reference#folder`, `oci://registry/repository:tag`,
    /// `configmap://namespace` or `cluster://`
    #[arg(long, value_name = "SOURCE")]
    pub(crate) bundle: Option<String>,
    /// File of the keys that may sign commits, as OpenSSH and git have it; without it signatures are not asked for
    #[arg(long, value_name = "FILE", requires = "bundle")]
    pub(crate) allowed_signers: Option<PathBuf>,
    /// Folder of the copy of the repository and of the last good bundle [default: `sekisho` in the user's cache]
    #[arg(long, value_name = "FOLDER", requires = "bundle")]
    pub(crate) cache: Option<PathBuf>,
    /// How often the source is read
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "bundle")]
    pub(crate) bundle_interval: u32,
    /// File of the token of those who may have it read at once, with `POST /bundle`
    #[arg(long, value_name = "FILE", requires = "bundle")]
    pub(crate) bundle_token: Option<PathBuf>,
    /// Take over a history that was rewritten
    #[arg(long, requires = "bundle")]
    pub(crate) allow_rewrite: bool,
    /// Do not run the tests of bundles
    #[arg(long, requires = "bundle")]
    pub(crate) without_tests: bool,
    /// Namespace of this program's Pod, in which events tell of bundles that are refused and adopted
    #[arg(long, value_name = "NAMESPACE", requires = "bundle")]
    pub(crate) events: Option<String>,
    #[command(flatten)]
    pub(crate) artifacts: ArtifactArguments,
}

/// Which certificate is shown.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for the certificate")]
pub(crate) struct TlsArguments {
    /// File of the certificate and those above it; followed when it changes
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// File of its key
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Folder in which an authority of our own is kept; `ca.crt` in it is what callers are to trust
    #[arg(long, value_name = "FOLDER", conflicts_with = "tls_certificate")]
    pub(crate) tls_folder: Option<PathBuf>,
    /// Secret in which an authority of our own is kept, for all replicas
    #[arg(long, value_name = "NAMESPACE/NAME", conflicts_with_all = ["tls_certificate", "tls_folder"])]
    pub(crate) tls_secret: Option<String>,
    /// Name that the certificate of our own authority is for [default: sekisho-admission.sekisho.svc, localhost]
    #[arg(long, value_name = "NAME")]
    pub(crate) tls_name: Vec<String>,
    /// Webhook configuration that is told which authority to trust: `validating/NAME`, `mutating/NAME`
    #[arg(long, value_name = "KIND/NAME", requires = "tls_secret")]
    pub(crate) publish: Vec<String>,
}

/// Who may call.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for callers")]
pub(crate) struct CallerArguments {
    /// File of the authorities that callers must have a certificate of; followed when it changes
    #[arg(long, value_name = "FILE", conflicts_with_all = ["client_ca_of_cluster", "any_client"])]
    pub(crate) client_ca: Option<PathBuf>,
    /// Take those authorities and names from what the API server tells extensions
    #[arg(long, conflicts_with = "any_client")]
    pub(crate) client_ca_of_cluster: bool,
    /// Common name that a caller's certificate must have; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub(crate) client_name: Vec<String>,
    /// Answer whoever reaches the port, without a certificate
    #[arg(long)]
    pub(crate) any_client: bool,
}

/// How images are looked up, for policies of trust.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for images")]
pub(crate) struct ImageArguments {
    #[command(flatten)]
    pub(crate) registries: RegistryArguments,
    /// Leave the pull secrets of Pods and of their service accounts alone
    #[arg(long)]
    pub(crate) no_pull_secrets: bool,
}

/// What policies look at beside requests.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for facts")]
pub(crate) struct FactArguments {
    /// File or folder of objects that stand for the cluster, instead of the cluster
    #[arg(long, value_name = "PATH")]
    pub(crate) facts: Vec<PathBuf>,
    /// Kind that policies look at though they do not say so: `apps/v1/Deployment`
    #[arg(long, value_name = "VERSION/KIND")]
    pub(crate) fact_kind: Vec<String>,
}

/// Where traces go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for traces")]
pub(crate) struct TraceArguments {
    /// Collector of OpenTelemetry that takes traces of reviews, over HTTP: `http://collector.observability:4318`
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) traces: Option<String>,
    /// Share of the reviews that are traced where the API server traces none itself, from 0 to 1; those that are refused
    /// or cannot be judged are traced anyway [default: 0.01]
    #[arg(long, value_name = "SHARE")]
    pub(crate) traces_share: Option<f64>,
}

/// How much to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    /// Every review
    Debug,
    /// Reviews that rules object to, and what changes
    Info,
    /// What somebody should look at
    Warning,
    /// What does not work
    Error,
}
