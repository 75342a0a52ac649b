//! Options about clusters.

use std::path::PathBuf;

use clap::Args;

/// Which cluster is examined, and as whom.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options for clusters")]
pub(crate) struct ClusterArguments {
    /// Kubeconfig [default: those of `KUBECONFIG`, else `~/.kube/config`, else the Pod's own account]
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig [default: the current one]
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,
    /// User that requests are made as
    #[arg(long = "as", value_name = "USER")]
    pub(crate) user: Option<String>,
    /// Group of that user; may be given more than once
    #[arg(long = "as-group", value_name = "GROUP")]
    pub(crate) groups: Vec<String>,
}

/// Which installation is meant.
#[derive(Debug, Args)]
pub(crate) struct InstallationArguments {
    /// Namespace of the installation
    #[arg(short, long, value_name = "NAME", default_value = "sekisho")]
    pub(crate) namespace: String,
    #[command(flatten)]
    pub(crate) live: ClusterArguments,
}
