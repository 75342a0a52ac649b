//! Options about what is looked at, and what for.

use std::path::PathBuf;

use clap::Args;
use sekisho_finding::{Persona, Severity};

use super::cluster::ClusterArguments;
use super::words::{personas, severities};
use crate::release::ChosenSet;

/// What to look at, the same for every verb that looks.
#[derive(Debug, Args)]
pub(crate) struct Targets {
    /// Folders, files, images and bills of materials to examine; `-` is standard input, `cluster` the cluster of the kubeconfig
    #[arg(value_name = "TARGET", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Configuration file [default: `sekisho.yaml`, looked for upward from the first target]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Whom the findings are for: `default`, or `pedantic` for all there is to harden
    #[arg(short, long, value_name = "PERSONA", value_parser = personas())]
    pub(crate) persona: Option<Persona>,
    /// Run these checks only
    #[arg(long, value_name = "SLUG", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Do not run these checks
    #[arg(long, value_name = "SLUG", value_delimiter = ',')]
    pub(crate) without: Vec<String>,
    /// Namespace of objects that name none [default: default]; of a cluster, the only one that is examined
    #[arg(short, long, value_name = "NAME")]
    pub(crate) namespace: Option<String>,
    /// Kubernetes version that the manifests are meant for, and charts are rendered for
    #[arg(long, value_name = "VERSION", visible_alias = "kube-version")]
    pub(crate) kubernetes_version: Option<String>,
    #[command(flatten)]
    pub(crate) values: ValuesArguments,
    #[command(flatten)]
    pub(crate) live: ClusterArguments,
    /// Examine files that git ignores too
    #[arg(long, help_heading = "Options")]
    pub(crate) no_ignore: bool,
}

/// Values for charts, as `helm` takes them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for charts")]
pub(crate) struct GivenArguments {
    /// File of values for charts, over those before it
    #[arg(long, value_name = "FILE")]
    pub(crate) values: Vec<PathBuf>,
    /// Value for charts: `image.tag=1.4`, several parted by commas
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Value for charts that is text whatever it looks like
    #[arg(long, value_name = "KEY=TEXT")]
    pub(crate) set_string: Vec<String>,
    /// Value for charts as JSON
    #[arg(long, value_name = "KEY=JSON")]
    pub(crate) set_json: Vec<String>,
    /// Value for charts that is the content of a file
    #[arg(long, value_name = "KEY=FILE")]
    pub(crate) set_file: Vec<String>,
    /// Value for charts that is taken as it is
    #[arg(long, value_name = "KEY=TEXT")]
    pub(crate) set_literal: Vec<String>,
}

/// How charts are rendered, the same for every verb that renders.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for charts")]
pub(crate) struct ValuesArguments {
    #[command(flatten)]
    pub(crate) given: GivenArguments,
    /// Set of values that charts are rendered with by itself: one of `sekisho.yaml`, or one of files
    #[arg(long, value_name = "NAME[=FILE,...]", value_parser = ChosenSet::parse)]
    pub(crate) value_set: Vec<ChosenSet>,
    /// Name of the release that charts are rendered as [default: release-name]
    #[arg(long, value_name = "NAME")]
    pub(crate) release: Option<String>,
    /// API version that templates of charts find beside those of Kubernetes
    #[arg(long, value_name = "VERSION", value_delimiter = ',')]
    pub(crate) api_versions: Vec<String>,
}

/// How the packages of targets are judged.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for packages")]
pub(crate) struct VulnerabilityArguments {
    /// Vulnerability database [default: the one that `sekisho db` put into its place, else the one in the program]
    #[arg(long, value_name = "FILE")]
    pub(crate) database: Option<PathBuf>,
    /// Leave out vulnerabilities that no version fixes
    #[arg(long, visible_alias = "only-fixed")]
    pub(crate) ignore_unfixed: bool,
    /// Only vulnerabilities of these severities
    #[arg(long, value_name = "SEVERITY", value_delimiter = ',', ignore_case = true, value_parser = severities())]
    pub(crate) severity: Vec<Severity>,
    /// What suppliers say of vulnerabilities: OpenVEX, CSAF or CycloneDX; may be given more than once
    #[arg(long, value_name = "FILE")]
    pub(crate) vex: Vec<PathBuf>,
}

/// Options about credentials.
#[derive(Debug, Args)]
pub(crate) struct CredentialArguments {
    /// Rules for credentials in the format of gitleaks, in place of our own
    #[arg(long, value_name = "FILE")]
    pub(crate) credential_rules: Option<PathBuf>,
    /// List of the SHA-256 of files that are denied, or YARA rules for them; may be given more than once
    #[arg(long, value_name = "FILE")]
    pub(crate) deny_files: Vec<PathBuf>,
    /// Look for credentials in the git history of each folder as well
    #[arg(long)]
    pub(crate) history: bool,
}

impl CredentialArguments {
    /// As the run takes it.
    pub(crate) fn asked(self) -> crate::credentials::Asked {
        crate::credentials::Asked {
            rules: self.credential_rules,
            history: self.history,
            denied: self.deny_files,
        }
    }
}
