//! The options of `sekisho access`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::cluster::ClusterArguments;

/// Who may do what.
#[derive(Debug, Args)]
pub(crate) struct AccessArguments {
    #[command(subcommand)]
    pub(crate) verb: AccessVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccessVerb {
    /// Make the smallest roles for what identities did, and say what of their permissions they did not use
    LeastPrivilege(Box<LeastPrivilegeArguments>),
}

/// From which log, for whom, and beside what.
#[derive(Debug, Args)]
pub(crate) struct LeastPrivilegeArguments {
    /// Audit log: file (also gzip), folder of rotated files, or `-` for standard input; may be given more than once
    #[arg(long, value_name = "LOG", required = true, num_args = 1..)]
    pub(crate) from_audit: Vec<PathBuf>,
    /// Manifests with the roles and bindings that hold: files, folders, charts, kustomizations
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "cluster")]
    pub(crate) manifests: Vec<PathBuf>,
    /// Take the roles and bindings that hold from the cluster
    #[arg(long)]
    pub(crate) cluster: bool,
    /// Only this identity: `NAMESPACE/NAME` of a service account, or the name of a user; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub(crate) identity: Vec<String>,
    /// The control plane, kubelets and the service accounts of kube-system too
    #[arg(long)]
    pub(crate) all: bool,
    /// Name objects where there are no more than this many
    #[arg(long, value_name = "NUMBER", default_value_t = 5)]
    pub(crate) names: u16,
    /// Put into the roles too what everyone who is known may ask: discovery, health, one's own permissions
    #[arg(long)]
    pub(crate) everyones: bool,
    /// How to write it: what to change as text, roles and bindings as YAML, or all as JSON
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t = AccessFormat::Text)]
    pub(crate) format: AccessFormat,
    /// Write to a file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Namespace of manifests that name none
    #[arg(short, long, value_name = "NAMESPACE")]
    pub(crate) namespace: Option<String>,
    #[command(flatten)]
    pub(crate) live: ClusterArguments,
}

/// How roles are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccessFormat {
    /// What each identity used, and what not
    Text,
    /// Roles and bindings
    Yaml,
    /// Both
    Json,
}
