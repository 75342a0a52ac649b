//! The options of `sekisho policy`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Which verb about policies.
#[derive(Debug, Args)]
pub(crate) struct PolicyArguments {
    #[command(subcommand)]
    pub(crate) verb: PolicyVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyVerb {
    /// Apply policies to resources and say what each rule says of each
    Check(CheckArguments),
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// File or folder of policies, in any language
    #[arg(short, long, value_name = "PATH", required = true)]
    pub(crate) policy: Vec<PathBuf>,
    /// File or folder of resources; charts and kustomizations are rendered; `-` is standard input
    #[arg(short, long, value_name = "PATH", required = true)]
    pub(crate) resource: Vec<PathBuf>,
    /// Namespace of resources that name none
    #[arg(short, long, value_name = "NAME", default_value = "default")]
    pub(crate) namespace: String,
    /// Output format
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t = RowFormat::Table)]
    pub(crate) format: RowFormat,
    /// Write the results to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Show also what passes and what is skipped
    #[arg(short, long)]
    pub(crate) all: bool,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowFormat {
    /// For people
    Table,
    /// For programs: one row for each policy, rule and resource
    Json,
}
